//! SARIF 2.1.0: one run, with all rules described.

use nexflow_analysis::HouseRule;
use nexflow_catalog::{Rule, Severity, docs};
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{self as lsp, DiagnosticSeverity};

use crate::{
    VERSION,
    cli::{
        input::Unusable,
        report::{Part, code, fingerprints, slashed},
    },
    lsp::to_proto,
};

/// Everything up to the results. The tool stands behind them, for which house rules there are is known only then.
pub(crate) const HEAD: &str = concat!(
    "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{",
    "\"columnKind\":\"utf16CodeUnits\",\"results\":["
);

/// A rule as the report describes it.
fn rule_of_catalog(rule: &Rule) -> Value {
    let mut entry = json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": format!("{} {}", rule.summary, rule.why)},
        "help": {"text": rule.help, "markdown": docs::rule_page(rule)},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": [rule.subject]},
    });
    if !rule.former.is_empty() {
        entry["deprecatedIds"] = rule.former.into();
    }
    if let Some(page) = to_proto::rule_page(rule.id) {
        entry["helpUri"] = page.to_string().into();
    }
    entry
}

/// A house rule as the report describes it.
pub(crate) fn rule_of_house(rule: &HouseRule) -> Value {
    let title = rule.title();
    json!({
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": title, "markdown": rule.page()},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": ["house"]},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// The tool: the rules of the catalog in their order, which results refer to by number, and behind them those of the house.
fn driver(house: Vec<Value>) -> Value {
    let rules = nexflow_catalog::rules().iter().map(rule_of_catalog);
    let rules: Vec<Value> = rules.chain(house).collect();
    let mut driver = json!({
        "name": "nexflow-lsp",
        "version": VERSION,
        "semanticVersion": VERSION,
        "rules": rules,
    });
    if !to_proto::PUBLIC_ADDRESS.is_empty() {
        driver["informationUri"] = to_proto::PUBLIC_ADDRESS.into();
    }
    driver
}

/// The results of one file, with commas between them. Files below `base` are named relative to it.
pub(crate) fn results(part: &Part<'_>, base: &str) -> String {
    let results = part.found.iter().zip(fingerprints(part)).enumerate();
    let result = |(number, (found, fingerprint)): (usize, (&lsp::Diagnostic, String))| {
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
        if let Some(recorded) = &part.recorded {
            let is_recorded = recorded.get(number).copied().unwrap_or(false);
            result["baselineState"] = if is_recorded { "unchanged" } else { "new" }.into();
        }
        if let Ok(index) = nexflow_catalog::rules().binary_search_by(|rule| rule.id.cmp(code)) {
            result["ruleIndex"] = index.into();
        }
        if let Some(versions) = &found.data {
            result["properties"] = versions.clone();
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
pub(crate) fn tail(unusable: &[Unusable], house: Vec<Value>) -> String {
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
    let driver = driver(house);
    format!("],\"tool\":{{\"driver\":{driver}}},\"invocations\":[{invocation}]}}]}}\n")
}
