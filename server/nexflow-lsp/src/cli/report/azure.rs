//! Logging commands of Azure Pipelines: issues at lines of files.

use std::fmt::Write as _;

use tower_lsp_server::ls_types::DiagnosticSeverity;

use crate::{
    cli::{
        input::Unusable,
        report::{Part, code, slashed},
    },
    text::visible,
};

/// One line for each finding. There are only errors and warnings.
pub(crate) fn issues(part: &Part<'_>) -> String {
    let mut out = String::new();
    let file = property(&slashed(part.path));
    for found in part.found {
        let kind = match found.severity {
            Some(DiagnosticSeverity::ERROR) => "error",
            _ => "warning",
        };
        let start = found.range.start;
        let (line, column) = (start.line + 1, start.character + 1);
        let _ = writeln!(
            out,
            "##vso[task.logissue type={kind};sourcepath={file};linenumber={line};columnnumber={column};code={}]{}",
            property(code(found)),
            message(&found.message)
        );
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
            "##vso[task.logissue type=error;sourcepath={file}]{}",
            message(reason)
        );
    }
    out
}

fn message(text: &str) -> String {
    visible::visible(text)
        .replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(message("50%\nb]"), "50%AZP25%0Ab]");
        assert_eq!(property("a;b]c"), "a%3Bb%5Dc");
        assert!(!message("##[error]x").contains("##["));
    }
}
