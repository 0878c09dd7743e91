//! References to secrets against the section that declares them.

use nexflow_catalog::value::suggest::nearest;
use nexflow_syntax::NodeKind;

use super::{Check, document};
use crate::{
    document_context::DocumentContext, sink::DiagnosticSink, template_refs::template_refs,
};

pub const CHECKS: &[Check] = &[document("secret-ref-unknown", reference_unknown)];

/// A document that declares secrets declares all that it uses; one without the section takes them from elsewhere.
fn reference_unknown(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let section = cx.root.get("secrets");
    if !cx.checks_absence() || section.kind() != NodeKind::Mapping || section.mapping().has_errors()
    {
        return;
    }
    let secrets = section.mapping().entries();
    for fragment in cx.snapshot.document.fragments() {
        let start = fragment.range().start();
        for secret in &template_refs(fragment).secrets {
            if secrets.iter().any(|(name, _)| *name == secret.name) {
                continue;
            }
            let name = &secret.name;
            let meant = nearest(name, secrets.iter().map(|(known, _)| known.as_ref()))
                .first()
                .map(|near| (*near).to_owned());
            let report = sink.report("secret-ref-unknown", &(secret.name_range + start));
            match meant {
                Some(near) => report
                    .replace(format!("Change to `{near}`"), near.clone())
                    .advises(true)
                    .emit(format!("Undefined secret `{name}`. Did you mean `{near}`?")),
                None => report.emit(format!(
                    "Undefined secret `{name}`: it is not declared under `secrets`."
                )),
            }
        }
    }
}
