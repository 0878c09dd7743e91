//! Places where the text is no YAML.

use nexflow_catalog::Severity;
use nexflow_syntax::SyntaxError;

use crate::{Diagnostic, Fix, Related};

/// Adds the syntax errors of the document.
pub(super) fn report(errors: Vec<SyntaxError>, found: &mut Vec<Diagnostic>) {
    for error in errors {
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
