//! Places where the text is no YAML.

use nexflow_catalog::Severity;

use crate::{Diagnostic, Fix, Related, cx::Cx};

/// Adds the syntax errors of the document.
pub(super) fn errors(cx: &Cx<'_>, found: &mut Vec<Diagnostic>) {
    for error in cx.snapshot.document.errors() {
        found.push(Diagnostic {
            code: error.code.as_str(),
            severity: Severity::Error,
            range: error.range,
            message: error.message,
            related: error
                .related
                .into_iter()
                .map(|(range, message)| Related {
                    file: None,
                    range,
                    message,
                })
                .collect(),
            tag: None,
            fixes: error
                .fix
                .into_iter()
                .map(|fix| Fix {
                    title: fix.title,
                    edits: fix.edits,
                    preferred: true,
                    safe: true,
                })
                .collect(),
        });
    }
}
