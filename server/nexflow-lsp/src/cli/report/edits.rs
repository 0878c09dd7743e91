//! Findings with the edits that fix them, for programs: a line each, and the Diagnostic Format of reviewdog.

use std::path::Path;

use nexflow_analysis::{Diagnostic, Fix};
use nexflow_catalog::{Applicability, Severity};
use nexflow_syntax::{TextRange, TextSize};
use serde_json::{Value, json};

use crate::{
    cli::report::slashed,
    lsp::to_proto,
    text::{self, Encoding},
    workspace::document::DocumentSnapshot,
};

/// One JSON object a line for each finding, with the best fix. Lines and columns count from 1, columns characters; `start` and `end`
/// of an edit are bytes of the file.
pub(crate) fn agent(path: &Path, document: &DocumentSnapshot, found: &[Diagnostic]) -> String {
    let fixes = Fixes::of(document, found);
    let mut out = String::new();
    for diagnostic in found {
        let (start, end) = places(document, diagnostic.range, Encoding::Utf32);
        let mut line = json!({
            "path": slashed(path),
            "line": start.0,
            "column": start.1,
            "endLine": end.0,
            "endColumn": end.1,
            "severity": nexflow_catalog::docs::severity(diagnostic.severity),
            "rule": diagnostic.code,
            "message": diagnostic.message,
        });
        let help = nexflow_catalog::rule(diagnostic.code).map_or("", |rule| rule.help);
        if !help.is_empty() {
            line["help"] = help.into();
        }
        if let Some(fix) = fixes.best(diagnostic) {
            let edits = fix.edits.iter().map(|edit| {
                json!({
                    "start": usize::from(edit.range.start()),
                    "end": usize::from(edit.range.end()),
                    "text": edit.insert,
                })
            });
            line["fix"] = json!({
                "title": fix.title,
                "safe": fix.applicability == Applicability::Safe,
                "edits": edits.collect::<Value>(),
            });
        }
        out.push_str(&line.to_string());
        out.push('\n');
    }
    out
}

/// The diagnostics of one file, with commas between them. Columns count bytes, from 1.
pub(crate) fn rdjson(path: &Path, document: &DocumentSnapshot, found: &[Diagnostic]) -> String {
    let fixes = Fixes::of(document, found);
    let range = |range: TextRange| {
        let (start, end) = places(document, range, Encoding::Utf8);
        json!({
            "start": {"line": start.0, "column": start.1},
            "end": {"line": end.0, "column": end.1},
        })
    };
    let one = |diagnostic: &Diagnostic| {
        let mut code = json!({"value": diagnostic.code});
        let is_known = nexflow_catalog::rule(diagnostic.code).is_some();
        if let Some(page) = to_proto::rule_page(diagnostic.code).filter(|_| is_known) {
            code["url"] = page.to_string().into();
        }
        let mut line = json!({
            "message": diagnostic.message,
            "location": {"path": slashed(path), "range": range(diagnostic.range)},
            "severity": match diagnostic.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Hint => "INFO",
            },
            "code": code,
        });
        if let Some(fix) = fixes.best(diagnostic) {
            let edits = fix.edits.iter();
            line["suggestions"] = edits
                .map(|edit| json!({"range": range(edit.range), "text": edit.insert}))
                .collect();
        }
        line.to_string()
    };
    found.iter().map(one).collect::<Vec<_>>().join(",\n")
}

/// Everything before the diagnostics.
pub(crate) const RDJSON_HEAD: &str = "{\"source\":{\"name\":\"nexflow-lsp\"},\"diagnostics\":[";

fn places(
    document: &DocumentSnapshot,
    range: TextRange,
    columns: Encoding,
) -> ((u32, u32), (u32, u32)) {
    let rope = document.document.rope();
    let place = |at: TextSize| {
        let place = text::position(rope, at, columns);
        (place.line + 1, place.character + 1)
    };
    (place(range.start()), place(range.end()))
}

/// The fixes of what is found.
struct Fixes(Vec<Diagnostic>);

impl Fixes {
    fn of(document: &DocumentSnapshot, found: &[Diagnostic]) -> Fixes {
        match found {
            [] => Fixes(Vec::new()),
            _ => Fixes(nexflow_analysis::diagnostics_with_shown_fixes(
                document.snapshot(),
            )),
        }
    }

    /// The fix that a person would most likely take: a safe one, else the preferred one.
    fn best(&self, of: &Diagnostic) -> Option<&Fix> {
        let same = |one: &&Diagnostic| {
            (one.code, one.range, &one.message) == (of.code, of.range, &of.message)
        };
        let found = self.0.iter().find(same)?;
        let by_surety = |fix: &&Fix| (fix.applicability, !fix.preferred);
        found.fixes.iter().min_by_key(by_surety)
    }
}
