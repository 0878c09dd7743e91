//! Places where the text is no YAML.

use nexflow_catalog::Severity;
use nexflow_syntax::{Document, SyntaxError, TextEdit};

use crate::{Diagnostic, Fix, Related, edit};

/// Of so many errors the fixes are tried out; a text with more has to be looked at by somebody anyway.
const MOST_TRIED: usize = 64;

/// Adds the syntax errors of the document. Where fixes are wanted, it is tried whether they leave fewer or as many errors: what
/// looks like a forgotten quote may be something else.
pub(super) fn report(
    document: &Document,
    errors: Vec<SyntaxError>,
    want_fixes: bool,
    found: &mut Vec<Diagnostic>,
) {
    let count = errors.len();
    let mends = |edits: &[TextEdit]| edit::applied(document, edits).errors().len() <= count;
    for (number, error) in errors.into_iter().enumerate() {
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
                .map(|fix| {
                    let safe = want_fixes && number < MOST_TRIED && mends(&fix.edits);
                    Fix {
                        title: fix.title,
                        edits: fix.edits,
                        preferred: safe,
                        safe,
                    }
                })
                .collect(),
        });
    }
}
