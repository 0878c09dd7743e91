//! References to secrets against the section that declares them.

use nexflow_catalog::value::suggest::nearest;
use nexflow_syntax::NodeKind;

use super::{Check, document};
use crate::{cx::Cx, references::references, sink::Sink};

pub const CHECKS: &[Check] = &[document("secret-ref-unknown", reference_unknown)];

/// A document that declares secrets declares all that it uses; one without the section takes them from elsewhere.
fn reference_unknown(cx: &Cx<'_>, sink: &mut Sink) {
    let section = cx.root.get("secrets");
    if !cx.judges_absence() || section.kind() != NodeKind::Mapping || section.view().has_errors() {
        return;
    }
    let secrets = section.view().entries();
    for unit in cx.snapshot.document.units() {
        let start = unit.range().start();
        for secret in &references(unit).secrets {
            if secrets.iter().any(|(name, _)| *name == secret.name) {
                continue;
            }
            let name = &secret.name;
            let meant = nearest(name, secrets.iter().map(|(known, _)| known.as_ref()))
                .first()
                .map(|near| (*near).to_owned());
            let report = sink.at("secret-ref-unknown", &(secret.name_range + start));
            match meant {
                Some(near) => report
                    .replace(format!("Change to `{near}`"), near.clone())
                    .say(format!("`secrets` has no `{name}`; did you mean `{near}`?")),
                None => report.say(format!(
                    "`secrets` has no `{name}`, and a reference to a secret that is not declared there cannot be resolved"
                )),
            }
        }
    }
}
