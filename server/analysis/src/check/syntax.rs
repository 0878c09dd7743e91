//! Places where the text is no YAML.

use nexflow_catalog::Severity;
use nexflow_syntax::{Document, SyntaxError, TextEdit, TextRange, TextSize};

use crate::{Diagnostic, Fix, Related, edit, secret::names_secret};

/// Of so many errors the fixes are tried out; a text with more has to be looked at by somebody anyway.
const MOST_TRIED: usize = 64;

/// Whose fixes are wanted.
#[derive(Clone, Copy)]
pub(super) enum Fixes {
    /// Nobody's.
    None,
    /// Those of the errors that touch a range, to choose among.
    At(TextRange),
    /// All, to be made at once.
    Together,
}

/// Adds the syntax errors of the document. Where fixes are `wanted`, it is tried whether they leave fewer or as many errors: what
/// looks like a forgotten quote may be something else.
pub(super) fn report(
    document: &Document,
    errors: Vec<SyntaxError>,
    wanted: Fixes,
    found: &mut Vec<Diagnostic>,
) {
    let count = errors.len();
    let mends = |edits: &[TextEdit]| edit::applied(document, edits).errors().len() <= count;
    let all_mend = matches!(wanted, Fixes::Together) && all_mend(document, &errors);
    let mut tried = 0;
    for error in errors {
        found.push(Diagnostic {
            code: error.code.as_str(),
            severity: Severity::Error,
            range: error.range,
            message: shown(document, &error),
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
                    let is_wanted = match wanted {
                        Fixes::None => false,
                        Fixes::At(range) => error.range.intersect(range).is_some(),
                        Fixes::Together => true,
                    };
                    tried += usize::from(is_wanted);
                    let safe = is_wanted && (all_mend || tried <= MOST_TRIED && mends(&fix.edits));
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

/// Whether all fixes, made at once, leave an error less each: then none of them needs to be tried alone.
fn all_mend(document: &Document, errors: &[SyntaxError]) -> bool {
    let fixes: Vec<_> = errors
        .iter()
        .filter_map(|error| error.fix.as_ref())
        .collect();
    let mut edits: Vec<TextEdit> = fixes.iter().flat_map(|fix| fix.edits.clone()).collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let apart = |two: &[TextEdit]| two[0].range.end() < two[1].range.start();
    fixes.len() > 1
        && edits.windows(2).all(apart)
        && edit::applied(document, &edits).errors().len() + fixes.len() <= errors.len()
}

/// Most lines above an error that are looked at for the key that it is about.
const MOST_ABOVE: usize = 40;

/// The message of an error. Where the text is broken, fields are not known for sure, so that a piece of the text is not repeated
/// when any word around it names a secret.
fn shown(document: &Document, error: &SyntaxError) -> String {
    let Some(quotes) = &error.quotes else {
        return error.message.clone();
    };
    let rope = document.rope();
    let line_of = |at: TextSize| rope.byte_to_line(usize::from(at).min(rope.len_bytes()));
    let (first, last) = (line_of(error.range.start()), line_of(error.range.end()));
    let mut around = Vec::new();
    for line in (first.saturating_sub(MOST_ABOVE)..=last).rev() {
        around.push(rope.line(line).to_string());
        // The key stands on the line itself or on the last one above that has a key.
        if line < first && around.last().is_some_and(|line| line.contains(':')) {
            break;
        }
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let secret = around
        .iter()
        .flat_map(|line| line.split(|c| !is_word(c)))
        .any(names_secret);
    if secret {
        error.message.replace(quotes.as_str(), "…")
    } else {
        error.message.clone()
    }
}
