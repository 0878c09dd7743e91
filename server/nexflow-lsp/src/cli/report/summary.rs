//! The summary of a job of GitHub Actions, as Markdown.

use std::{fmt::Write as _, fs, io::Write as _, path::PathBuf};

use nexflow_analysis::Diagnostic;
use nexflow_catalog::{Severity, docs};

use crate::{
    cli::{output, report::slashed},
    text::{self, Encoding, visible},
    workspace::document::DocumentSnapshot,
};

/// The file to which a step writes its summary.
const FILE: &str = "GITHUB_STEP_SUMMARY";
/// Findings that are listed; a page is for a glance.
const MOST: usize = 50;

/// What a summary lists of one document.
pub(crate) type Rows = Vec<(Severity, String)>;

/// Whether a runner wants a summary.
pub(crate) fn wanted() -> Option<PathBuf> {
    std::env::var_os(FILE)
        .filter(|file| !file.is_empty())
        .map(PathBuf::from)
}

/// The rows of a table for what is found in one document.
pub(crate) fn rows(
    path: &std::path::Path,
    document: &DocumentSnapshot,
    found: &[Diagnostic],
) -> Rows {
    let place = slashed(path);
    let each = found
        .iter()
        .filter(|one| !one.recorded)
        .take(MOST)
        .map(|one| {
            let start =
                text::position(document.document.rope(), one.range.start(), Encoding::Utf32);
            let mut row = String::new();
            let _ = write!(
                row,
                "| {} | {} | {} | {} |",
                docs::severity(one.severity),
                cell(&format!("{place}:{}", start.line + 1)),
                cell(one.code),
                cell(&one.message)
            );
            (one.severity, row)
        });
    each.collect()
}

/// Text in a cell of a table, every sign of which stands for itself.
fn cell(text: &str) -> String {
    let text = visible::one_line(text);
    let mut out = String::new();
    for c in text.chars() {
        match c {
            // The text is somebody else's: neither mentions, links nor markup come of it.
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            ':' => out.push_str("&#58;"),
            c if c.is_ascii_punctuation()
                && !matches!(c, '.' | ',' | '/' | '-' | '\'' | ';' | '=' | '%') =>
            {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Adds the summary to the file of the step.
pub(crate) fn write(file: &PathBuf, heading: &str, mut rows: Rows) {
    rows.sort_by_key(|(severity, _)| *severity);
    let mut page = format!("### nexflow-lsp check\n\n{heading}\n");
    if !rows.is_empty() {
        page.push_str("\n| Severity | Place | Rule | Problem |\n| --- | --- | --- | --- |\n");
        for (_, row) in rows.iter().take(MOST) {
            page.push_str(row);
            page.push('\n');
        }
        if rows.len() > MOST {
            let _ = writeln!(page, "\n{} more are in the log.", rows.len() - MOST);
        }
    }
    page.push('\n');
    let append = fs::OpenOptions::new().append(true).create(true).open(file);
    if let Err(error) = append.and_then(|mut file| file.write_all(page.as_bytes())) {
        output::say_of(file, &format!("the summary cannot be written: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_text_and_nothing_else() {
        assert_eq!(cell("a|b `c` <img> @x"), "a\\|b \\`c\\` &lt;img\\> &#64;x");
    }
}
