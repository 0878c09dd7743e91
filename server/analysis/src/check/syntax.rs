//! Places where the text is no YAML.

use nexflow_catalog::{Applicability, Severity};
use nexflow_syntax::{Document, SyntaxError, TextSize};
use rustc_hash::FxHashMap;

use crate::{Diagnostic, Fix, Related, secret::is_word_of_secret};

/// Adds the syntax errors of the document, with the likely edit of each where fixes are wanted.
pub(super) fn report(
    document: &Document,
    errors: Vec<SyntaxError>,
    want_fixes: bool,
    found: &mut Vec<Diagnostic>,
) {
    let mut lines = Lines::of(document);
    for error in errors {
        let message = lines.shown(&error, &error.message);
        let fix = error.fix.as_ref().filter(|_| want_fixes).map(|fix| Fix {
            title: lines.shown(&error, &fix.title),
            edits: fix.edits.clone(),
            preferred: true,
            applicability: Applicability::Unsafe,
        });
        found.push(Diagnostic {
            code: error.code.as_str(),
            severity: Severity::Error,
            range: error.range,
            message,
            related: error
                .related
                .into_iter()
                .map(|(range, message)| Related {
                    line: None,
                    file: None,
                    range,
                    message,
                })
                .collect(),
            tag: None,
            missing: Vec::new(),
            advises: false,
            versions: Vec::new(),
            absent: None,
            recorded: false,
            fixes: fix.into_iter().collect(),
        });
    }
}

/// Most lines above an error that are looked at for the key that it is about.
const MOST_ABOVE: usize = 40;

/// The lines of a document, each looked at once however many errors there are.
struct Lines<'d> {
    document: &'d Document,
    known: FxHashMap<usize, Line>,
}

#[derive(Clone, Copy)]
struct Line {
    /// Whether a word of it names a secret.
    names_secret: bool,
    has_colon: bool,
}

impl Lines<'_> {
    fn of(document: &Document) -> Lines<'_> {
        Lines {
            document,
            known: FxHashMap::default(),
        }
    }

    fn line(&mut self, line: usize) -> Line {
        let document = self.document;
        *self.known.entry(line).or_insert_with(|| {
            let text = document.rope().line(line).to_string();
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            Line {
                names_secret: text.split(|c| !is_word(c)).any(is_word_of_secret),
                has_colon: text.contains(':'),
            }
        })
    }

    /// The message of an error, or the title of its fix. Where the text is broken, fields are not known for sure, so that a piece of
    /// the text is not repeated when any word around it names a secret.
    fn shown(&mut self, error: &SyntaxError, text: &str) -> String {
        let quotes = error.quotes.as_deref();
        let Some(quotes) = quotes.filter(|quotes| text.contains(quotes)) else {
            return text.to_owned();
        };
        match self.is_about_secret(error) {
            true => text.replace(quotes, "…"),
            false => text.to_owned(),
        }
    }

    fn is_about_secret(&mut self, error: &SyntaxError) -> bool {
        let rope = self.document.rope();
        let line_of = |at: TextSize| rope.byte_to_line(usize::from(at).min(rope.len_bytes()));
        let (first, last) = (line_of(error.range.start()), line_of(error.range.end()));
        for line in (first.saturating_sub(MOST_ABOVE)..=last).rev() {
            let known = self.line(line);
            if known.names_secret {
                return true;
            }
            // The key stands on the line itself or on the last one above that has a key.
            if line < first && known.has_colon {
                break;
            }
        }
        false
    }
}
