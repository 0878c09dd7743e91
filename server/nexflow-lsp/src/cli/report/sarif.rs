//! SARIF 2.1.0: one run, with all rules described.

use nexflow_catalog::{Severity, docs};
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{self as lsp, DiagnosticSeverity};

use super::{Part, code, fingerprints, slashed};
use crate::{VERSION, cli::input::Unusable, lsp::convert};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Everything up to the results.
pub fn head() -> String {
    let rules: Vec<Value> = nexflow_catalog::rules()
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": format!("{} {}", rule.summary, rule.why)},
                "help": {"text": rule.help, "markdown": docs::rule_page(rule)},
                "helpUri": convert::rule_page(rule.id).map(|page| page.to_string()),
                "defaultConfiguration": {"level": match rule.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Hint => "note",
                }},
                "properties": {"tags": [rule.subject]},
            })
        })
        .collect();
    let driver = json!({
        "name": "nexflow-lsp",
        "version": VERSION,
        "semanticVersion": VERSION,
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    });
    format!(
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
         \"columnKind\":\"utf16CodeUnits\",\"results\":["
    )
}

/// The results of one file, with commas between them. Files below `base` are named relative to it.
pub fn results(part: &Part<'_>, base: &str) -> String {
    let results = part.found.iter().zip(fingerprints(part));
    let result = |(found, fingerprint): (&lsp::Diagnostic, String)| {
        let code = code(found);
        let mut result = json!({
            "ruleId": code,
            "level": match found.severity {
                Some(DiagnosticSeverity::ERROR) => "error",
                Some(DiagnosticSeverity::WARNING) => "warning",
                _ => "note",
            },
            "message": {"text": found.message},
            "locations": [{"physicalLocation": place(part.uri, found.range, base)}],
            "partialFingerprints": {"nexflow/v1": fingerprint},
        });
        if let Ok(index) = nexflow_catalog::rules().binary_search_by(|rule| rule.id.cmp(code)) {
            result["ruleIndex"] = index.into();
        }
        if let Some(related) = &found.related_information {
            let related = related.iter().map(|related| {
                let location = &related.location;
                json!({
                    "physicalLocation": place(location.uri.as_str(), location.range, base),
                    "message": {"text": related.message},
                })
            });
            result["relatedLocations"] = related.collect();
        }
        result.to_string()
    };
    results.map(result).collect::<Vec<_>>().join(",\n")
}

fn place(uri: &str, range: lsp::Range, base: &str) -> Value {
    let relative = uri
        .strip_prefix(base)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|_| !base.is_empty());
    json!({
        "artifactLocation": {"uri": relative.unwrap_or(uri)},
        "region": {
            "startLine": range.start.line + 1,
            "startColumn": range.start.character + 1,
            "endLine": range.end.line + 1,
            "endColumn": range.end.character + 1,
        },
    })
}

/// Everything behind the results.
pub fn tail(unusable: &[Unusable]) -> String {
    let notifications: Vec<Value> = unusable
        .iter()
        .map(|(path, reason)| {
            let text = format!("{}: {reason}", slashed(path));
            json!({"level": "error", "message": {"text": text}})
        })
        .collect();
    let invocation = json!({
        "executionSuccessful": unusable.is_empty(),
        "toolExecutionNotifications": notifications,
    });
    format!("],\"invocations\":[{invocation}]}}]}}\n")
}
