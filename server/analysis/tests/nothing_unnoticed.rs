//! Over every field of the catalog: what is empty is reported, a value that a variable is known to have is checked as if it were
//! written, and a reference in the place of a block or list is refused.

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nexflow_analysis::{Diagnostic, Settings, Variable, VariableOrigin, diagnostics};
use nexflow_catalog::{Field, Kind, Secret};
use nexflow_syntax::TextRange;
use support::{example, placed_fields, resolved, snapshot};

fn complain(what: &str, tried: usize, failures: &[String]) {
    assert!(tried > 500, "{what}: only {tried} tried");
    assert!(
        failures.is_empty(),
        "{what}: {} of {tried} fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn takes_scalars(of: &Field) -> bool {
    of.kinds.iter().any(|kind| kind.is_scalar())
}

/// Whether a diagnostic is at the key, at the value, or says that something is not there.
fn notices(found: &[Diagnostic], key: TextRange, hole: TextRange) -> bool {
    found.iter().any(|diagnostic| {
        diagnostic.range == key
            || diagnostic.range.intersect(hole).is_some()
            || diagnostic.range.end() + support::size(1) >= hole.start()
                && diagnostic.range.end() <= hole.start()
    })
}

#[test]
fn nothing_empty_is_unnoticed() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for of in placed_fields() {
        let texts: &[&str] = if takes_scalars(of) {
            &["", "\"\"", "''"]
        } else {
            &[""]
        };
        for text in texts {
            // Nothing is a value of the field like others.
            if text.is_empty() && (of.has_kind(Kind::Null) || of.has_kind(Kind::Any)) {
                continue;
            }
            tried += 1;
            let example = example(of, text);
            let found = diagnostics(&resolved(&example.text));
            if !notices(&found, example.key, example.hole) {
                failures.push(format!(
                    "{} with {text:?}: {found:?}\n{}",
                    of.path, example.text
                ));
            }
        }
    }
    complain("empty values", tried, &failures);
}

/// Texts of which each is wrong for some kinds of fields.
const TEXTS: [&str; 10] = [
    "banana",
    "-1",
    "0",
    "1.5h",
    "60",
    "64MiB",
    "true",
    "My_Bucket",
    "http://[",
    "",
];

fn codes(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut codes = BTreeMap::new();
    for diagnostic in found {
        *codes.entry(diagnostic.code).or_default() += 1;
    }
    codes
}

/// Rules about a text as it is written: a variable takes credentials out of the document, which is what they ask for; what is
/// substituted is text, for which digits are as right as letters.
const ABOUT_WRITING: [&str; 6] = [
    "version-not-text",
    "label-not-text",
    // The name of a variable, for which a reference is an error of its own.
    "secret-env-variable-form",
    "secret-literal",
    "secret-literal-development",
    "redis-literal-password",
];

/// Whether a text is wrong for a field in quotes as well.
fn needs_quotes(of: &Field, text: &str) -> bool {
    nexflow_catalog::value::check_value(of, text, false).is_err()
}

#[test]
fn values_of_variables_are_checked_like_literals() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for of in placed_fields() {
        if !takes_scalars(of) {
            continue;
        }
        for text in TEXTS {
            // Quoted digits are a value of their own there, and what is substituted is text.
            // So are they where a text has a form: each is wrong in its own way.
            let is_number = text.parse::<f64>().is_ok();
            if is_number && (of.has_kind(Kind::Digits) || of.pattern.is_some()) {
                continue;
            }
            let literal = example(of, if text.is_empty() { "\"\"" } else { text });
            let referring = example(of, "${V_TRIED}");
            let variable = Variable {
                value: text.to_owned(),
                origin: VariableOrigin::EnvFile {
                    uri: "file:///p/.env".to_owned(),
                    line: 7,
                },
            };
            let variables = HashMap::from([("V_TRIED".to_owned(), variable)]);
            let with = |text: &str| snapshot(text, Settings::default(), variables.clone());
            let wanted = diagnostics(&with(&literal.text));
            let found = diagnostics(&with(&referring.text));
            tried += 1;
            let mut expected = codes(&wanted);
            expected.retain(|code, _| !ABOUT_WRITING.contains(code));
            let mut found_codes = codes(&found);
            found_codes.retain(|code, _| !ABOUT_WRITING.contains(code));
            if !needs_quotes(of, text) {
                expected.remove("wrong-kind");
            }
            // What is said of any value is not about this one.
            let of_any: BTreeSet<_> = diagnostics(&resolved(&referring.text))
                .iter()
                .map(|diagnostic| diagnostic.code)
                .collect();
            // What a secret is worth is looked at, what it says is not.
            let is_secret = of.secret != Secret::No;
            let general: BTreeSet<_> = found.iter().map(|diagnostic| diagnostic.code).collect();
            // Where the reference itself is the error, its value is not looked at.
            if general.contains("secret-env-variable-form") {
                expected.remove("value-form");
            }
            let same = match is_secret {
                false => found_codes == expected,
                true => !found.iter().any(|diagnostic| {
                    !text.is_empty()
                        && text.len() > 3
                        && diagnostic.message.contains(text)
                        && diagnostic.range == referring.hole
                }),
            };
            if !same {
                failures.push(format!(
                    "{} = {text:?}: {:?} instead of {:?}",
                    of.path, general, expected
                ));
                continue;
            }
            let at_value = |diagnostic: &&Diagnostic| {
                diagnostic.range == literal.hole
                    && !is_secret
                    && expected.contains_key(diagnostic.code)
                    && !of_any.contains(diagnostic.code)
            };
            for diagnostic in wanted.iter().filter(at_value) {
                let same = found
                    .iter()
                    .find(|other| other.code == diagnostic.code && other.range == referring.hole);
                let line = same.is_some_and(|other| {
                    other.related.iter().any(|related| related.line == Some(7))
                });
                if !line {
                    failures.push(format!(
                        "{} = {text:?}: {} is not at the reference with its line: {found:?}",
                        of.path, diagnostic.code
                    ));
                }
            }
        }
    }
    complain("known values", tried, &failures);
}

#[test]
fn a_reference_in_the_place_of_a_block_or_list_is_refused() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for of in placed_fields().filter(|of| !takes_scalars(of)) {
        for text in ["${BLOCK}", "${BLOCK:-x}", "secret://a/b"] {
            tried += 1;
            let example = example(of, text);
            let found = diagnostics(&resolved(&example.text));
            if !found.iter().any(|diagnostic| {
                ["wrong-kind", "toolchain-secret-reference"].contains(&diagnostic.code)
                    && diagnostic.range == example.hole
            }) {
                failures.push(format!("{} with {text}: {found:?}", of.path));
            }
        }
    }
    complain("references for blocks", tried, &failures);
}
