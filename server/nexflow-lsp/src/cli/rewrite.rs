//! What becomes of documents that a command changes, and how that is shown.

use std::path::{Path, PathBuf};

use nexflow_analysis::{LineDiff, redacted};
use nexflow_syntax::{Document, TextEdit};

use crate::{cli::output, text::visible};

/// The text of a document after edits that do not overlap, in whatever order.
pub(crate) fn edited(document: &Document, edits: &[TextEdit]) -> String {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let text = document.rope().to_string();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in ordered {
        out.push_str(&text[from..edit.range.start().into()]);
        out.push_str(&edit.insert);
        from = edit.range.end().into();
    }
    out.push_str(&text[from..]);
    out
}

/// The difference of two versions of a document, as `patch` and `git apply` take it. Credentials are not in it, so that a difference
/// beside one is for reading only. `None` where it would hold characters that
/// cannot be printed as they are: in a patch they have no other form.
pub(crate) fn unified_diff(path: &Path, before: &str, after: &str) -> Option<String> {
    let (old, new) = (quoted("a/", path), quoted("b/", path));
    if before == after {
        return Some(String::new());
    }
    let shown = |text: &str| redacted(&Document::parse(text));
    let (shown_before, shown_after) = (shown(before), shown(after));
    let diff = LineDiff::new(before, after).unified_shown(
        3,
        (&old, shown_before.text()),
        (&new, shown_after.text()),
    );
    visible::is_plain(&diff.replace("\r\n", "\n")).then_some(diff)
}

/// The name of a file in the header of a patch, quoted as git does it, so that it ends where it ends whatever it holds.
fn quoted(side: &str, path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let plain = std::str::from_utf8(bytes)
        .ok()
        .filter(|name| visible::is_plain(name) && !name.contains(['\n', '\t', '"', '\\']));
    match plain {
        // The tab is where a name with blanks ends.
        Some(name) if name.contains(' ') => return format!("{side}{name}\t"),
        Some(name) => return format!("{side}{name}"),
        None => {}
    }
    let mut out = format!("\"{side}");
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..=b'~' if !(*byte == b'[' && bytes[..at].ends_with(b"##")) => {
                out.push(char::from(*byte));
            }
            other => out.push_str(&format!("\\{other:03o}")),
        }
    }
    out.push('"');
    out
}

/// Prints what changes in a document; the exit code as far as printing is concerned.
pub(crate) fn print_patch(path: &Path, change: &Change) -> i32 {
    match &change.diff {
        Some(diff) => output::print(diff),
        None => {
            output::say_of(
                path,
                "what would change is not printed: a terminal or a CI runner would obey characters in these lines",
            );
            0
        }
    }
}

/// What became of one document.
pub(crate) struct Rewritten {
    /// How the document is called.
    pub(crate) path: PathBuf,
    /// Its new text and the difference, when it changes; or why it cannot be changed.
    pub(crate) outcome: Result<Option<Change>, String>,
}

/// A change of a document.
pub(crate) struct Change {
    /// The whole new text.
    pub(crate) text: String,
    /// What changes, where that can be printed.
    pub(crate) diff: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_in_the_order_of_the_text() {
        let document = Document::parse("a: 1\nb: 2\n");
        let edit = |from: u32, to: u32, insert: &str| {
            TextEdit::replace(
                nexflow_syntax::TextRange::new(from.into(), to.into()),
                insert,
            )
        };
        let text = edited(&document, &[edit(8, 9, "3"), edit(0, 0, "# x\n")]);
        assert_eq!(text, "# x\na: 1\nb: 3\n");
    }

    #[test]
    fn names_in_patches_are_quoted_as_git_does() {
        for (name, header) in [
            ("a.infra", "a/a.infra"),
            ("a b.infra", "a/a b.infra\t"),
            ("über.infra", "a/über.infra"),
            ("a\n+b.infra", "\"a/a\\n+b.infra\""),
            ("a\"\\.infra", "\"a/a\\\"\\\\.infra\""),
            ("\u{202e}.infra", "\"a/\\342\\200\\256.infra\""),
            ("##[x].infra", "\"a/##\\133x].infra\""),
        ] {
            assert_eq!(quoted("a/", Path::new(name)), header);
        }
        assert_eq!(unified_diff(Path::new("a"), "x: \u{1b}\n", "y: 1\n"), None);
    }
}
