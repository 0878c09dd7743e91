//! The Code Quality report of GitLab: an array of issues.

use serde_json::json;
use tower_lsp_server::ls_types::DiagnosticSeverity;

use crate::cli::report::{Part, code, fingerprints, slashed};

/// The issues of one file, with commas between them.
pub(crate) fn issues(part: &Part<'_>) -> String {
    let path = slashed(part.path);
    let issue = |(found, fingerprint): (&tower_lsp_server::ls_types::Diagnostic, String)| {
        let severity = match found.severity {
            Some(DiagnosticSeverity::ERROR) => "major",
            Some(DiagnosticSeverity::WARNING) => "minor",
            _ => "info",
        };
        json!({
            "description": found.message,
            "check_name": code(found),
            "fingerprint": fingerprint,
            "severity": severity,
            "location": {
                "path": path,
                "lines": {"begin": found.range.start.line + 1, "end": found.range.end.line + 1},
            },
        })
        .to_string()
    };
    let issues = part.found.iter().zip(fingerprints(part)).map(issue);
    issues.collect::<Vec<_>>().join(",\n")
}
