//! Workflow commands of GitHub Actions: annotations at lines of a change.

use std::fmt::Write as _;

use tower_lsp_server::ls_types::DiagnosticSeverity;

use crate::{
    cli::{
        input::Unusable,
        report::{Part, code, slashed},
    },
    text::visible,
};

/// One line for each finding.
pub(crate) fn annotations(part: &Part<'_>) -> String {
    let mut out = String::new();
    let file = property(&slashed(part.path));
    for found in part.found {
        let command = match found.severity {
            Some(DiagnosticSeverity::ERROR) => "error",
            Some(DiagnosticSeverity::WARNING) => "warning",
            _ => "notice",
        };
        let (start, end) = (found.range.start, found.range.end);
        let (line, last) = (start.line + 1, end.line + 1);
        let _ = write!(out, "::{command} file={file},line={line},endLine={last}");
        if line == last {
            // Columns are taken only within one line.
            let (column, end) = (start.character + 1, end.character + 1);
            let _ = write!(out, ",col={column},endColumn={end}");
        }
        let title = property(code(found));
        let _ = writeln!(out, ",title={title}::{}", message(&found.message));
    }
    out
}

/// One line for each file that could not be checked.
pub(crate) fn unusable(unusable: &[Unusable]) -> String {
    let mut out = String::new();
    for (path, reason) in unusable {
        let file = property(&slashed(path));
        let _ = writeln!(
            out,
            "::error file={file},title=not checked::{}",
            message(reason)
        );
    }
    out
}

fn message(text: &str) -> String {
    visible::visible(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(message("50%\nb: c"), "50%25%0Ab: c");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
