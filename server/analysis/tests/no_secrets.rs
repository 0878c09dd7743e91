//! No text that the crate returns for people to read repeats a credential, however it is written, broken ways included.

mod support;

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{
    BaseDocument, Context, HintOptions, Settings, Snapshot, Variable, VariableOrigin, actions,
    completion, diagnostics, diagnostics_with_fixes, file_links, folds, hover, inlay_hints,
    outline, redacted, status, symbols,
};
use nexflow_syntax::{Document, TextRange};
use rayon::prelude::*;
use support::{
    credentials::{self, Case, WAYS, partly, secrets},
    size, snapshot,
};

const EVERY_HINT: HintOptions = HintOptions {
    amounts: true,
    variables: true,
    inherited: true,
    defaults: true,
};

/// Every text that is shown about a document, with where it comes from.
fn shown(snapshot: &Snapshot, canary: &str, at_cursor: bool) -> Vec<(&'static str, String)> {
    let text = snapshot.document.rope().to_string();
    let all = TextRange::up_to(snapshot.document.len());
    let mut out: Vec<(&'static str, String)> = Vec::new();
    for found in diagnostics(snapshot)
        .iter()
        .chain(&diagnostics_with_fixes(snapshot, all))
    {
        out.push(("message", found.message.clone()));
        out.extend(
            found
                .related
                .iter()
                .map(|related| ("related", related.message.clone())),
        );
        out.extend(found.fixes.iter().map(|fix| ("fix", fix.title.clone())));
    }
    for hint in inlay_hints(snapshot, all, EVERY_HINT) {
        out.push(("hint", format!("{}\n{}", hint.label, hint.tooltip)));
    }
    out.push(("outline", format!("{:?}", outline(snapshot))));
    // Across the fields each way is tried at the cursor as well.
    if at_cursor {
        for (at, _) in text.match_indices(canary) {
            for offset in [at, at + 2, at + canary.len()] {
                out.extend(hover(snapshot, size(offset)).map(|hover| ("hover", hover.markdown)));
            }
            for item in completion(snapshot, size(at + 2)) {
                let texts = [
                    &item.label,
                    &item.detail,
                    &item.insert,
                    &item.about.markdown(),
                ]
                .map(String::clone);
                out.push(("completion", texts.join("\n")));
            }
        }
        if let Some((at, _)) = text.match_indices(canary).next() {
            let range = TextRange::new(size(at), size(at + canary.len()));
            for action in actions(snapshot, range) {
                out.push(("action", action.title.clone()));
                out.extend(action.fixes.map(|found| ("fixed", found.message)));
            }
        }
    }
    out.extend(
        file_links(snapshot)
            .into_iter()
            .map(|link| ("link", link.path)),
    );
    out.extend(
        symbols(&snapshot.document)
            .filter(|name| name.is_definition)
            .map(|name| ("name", format!("{:?}", name.symbol))),
    );
    out.push(("status", format!("{:?}", status(snapshot))));
    out.push(("folds", format!("{:?}", folds(snapshot))));
    out.push(("text", redacted(&snapshot.document).text().to_owned()));
    out
}

fn check(cases: Vec<Case>) {
    let total = cases.len();
    let leaks: Vec<String> = cases
        .into_par_iter()
        .enumerate()
        .flat_map_iter(|(at, case)| {
            let Case { what, text, canary } = case;
            let variables = HashMap::from([(
                "X".to_owned(),
                Variable {
                    value: canary.to_owned(),
                    origin: VariableOrigin::Shell,
                },
            )]);
            let snapshot = snapshot(&text, Settings::default(), variables);
            shown(&snapshot, canary, at % 3 == 0)
                .into_iter()
                .filter(|(_, shown)| shown.contains(canary))
                .map(|(place, shown)| format!("{what} | {place}: {shown}\n{text}"))
                .take(2)
                .collect::<Vec<String>>()
        })
        .collect();
    let first: Vec<&str> = leaks.iter().take(30).map(String::as_str).collect();
    assert!(
        leaks.is_empty(),
        "{} leaks in {total} documents:\n{}",
        leaks.len(),
        first.join("\n----\n")
    );
}

#[test]
fn there_are_enough_ways_and_fields() {
    assert!(WAYS.len() >= 150, "{}", WAYS.len());
    assert!(secrets().count() >= 15, "{}", secrets().count());
    assert!(partly().count() >= 12, "{}", partly().count());
}

#[test]
fn no_way_of_writing_a_secret_field_is_repeated() {
    check(credentials::secret_fields());
}

#[test]
fn no_way_of_writing_a_field_that_is_partly_secret_is_repeated() {
    check(credentials::partly_secret_fields());
}

#[test]
fn names_decide_where_the_catalog_knows_nothing() {
    check(credentials::secret_names());
}

#[test]
fn what_looks_like_a_credential_is_hidden_wherever_it_stands() {
    check(credentials::secret_looks());
}

#[test]
fn variables_are_hidden_by_name_by_place_and_by_look() {
    let hides = |name: &str, value: &str, text: &str| {
        let variables = HashMap::from([(
            name.to_owned(),
            Variable {
                value: value.to_owned(),
                origin: VariableOrigin::Settings,
            },
        )]);
        let snapshot = snapshot(text, Settings::default(), variables);
        let at = text.find("${").expect("a variable") + 3;
        let hover = hover(&snapshot, size(at)).expect("a hover").markdown;
        let all = TextRange::up_to(snapshot.document.len());
        let hints = format!("{:?}", inlay_hints(&snapshot, all, EVERY_HINT));
        assert_eq!(
            hover.contains(value),
            hints.contains(value),
            "{name}: {hover} {hints}"
        );
        !hover.contains(value)
    };
    let bucket =
        |name: &str| format!("checkpoints:\n  a:\n    type: s3\n    bucket: ${{{name}}}\n");
    for name in [
        "DB_PASS",
        "APIKEY",
        "JWT",
        "DATABASE_URL",
        "PASSPHRASE",
        "MYSQL_PWD",
        "STRIPE_KEY_LIVE",
        "DSN",
    ] {
        assert!(hides(name, "Hunter2", &bucket(name)), "{name}");
    }
    for name in [
        "TOPIC",
        "KEY_COLUMN",
        "BUCKET",
        "AUTH_TYPE",
        "PRIVATE_SUBNET",
    ] {
        assert!(!hides(name, "Hunter2", &bucket(name)), "{name}");
    }
    assert!(hides("SERVICE", "https://u:Hunter2@h", &bucket("SERVICE")));
    for text in [
        "lookups:\n  x:\n    type: postgresql\n    uri: ${SERVICE}\n",
        "checkpoints:\n  x:\n    type: gcs\n    auth:\n      secret_key: ${SERVICE}\n",
        "secrets:\n  x:\n    type: vault\n    auth:\n      client_secret: ${SERVICE}\n",
        "checkpoints:\n  x:\n    type: s3\n    password: ${SERVICE}\n",
        "own:\n  sas_token: ${SERVICE}\n",
        "own:\n  credentials:\n    - a: ${SERVICE}\n",
    ] {
        let variables = HashMap::from([(
            "SERVICE".to_owned(),
            Variable {
                value: "Hunter2".into(),
                origin: VariableOrigin::Settings,
            },
        )]);
        let snapshot = snapshot(text, Settings::default(), variables);
        let at = text.find("${").expect("a variable") + 3;
        let hover = hover(&snapshot, size(at)).expect("a hover").markdown;
        assert!(
            hover.contains("SERVICE") && !hover.contains("Hunter2"),
            "{text}{hover}"
        );
        let all = TextRange::up_to(snapshot.document.len());
        let hints = format!("{:?}", inlay_hints(&snapshot, all, EVERY_HINT));
        assert!(!hints.contains("Hunter2"), "{text}{hints}");
    }
}

#[test]
fn what_a_base_says_is_hidden_as_well() {
    for (line, own) in [
        ("password: Hunter2", "x: 1"),
        ("db_password: Hunter2", "db_password: other"),
        ("endpoint: https://u:Hunter2@h", "endpoint: x"),
        ("Authorization: Bearer Hunter2", "Authorization: x"),
        ("auth: {secret_key: Hunter2}", "auth: {secret_key: x}"),
    ] {
        let entry = |line: &str| {
            format!(
                "version: \"1.0\"\nenvironment: staging\ncheckpoints:\n  a:\n    type: s3\n    {line}\n"
            )
        };
        let text = format!("extends: base.infra\n{}", entry(own));
        let snapshot = Snapshot::new(
            Document::parse(&text),
            Context {
                settings: Arc::default(),
                variables: Arc::new(HashMap::new()),
                bases: vec![BaseDocument {
                    uri: "file:///base.infra".into(),
                    document: Document::parse(&entry(line)),
                }],
                base_problem: None,
                processes: None,
            },
        );
        for (where_, shown) in shown(&snapshot, "other", true) {
            assert!(!shown.contains("Hunter2"), "{line} | {where_}: {shown}");
        }
        for at in 0..text.len() {
            let hover = hover(&snapshot, size(at))
                .map(|hover| hover.markdown)
                .unwrap_or_default();
            assert!(!hover.contains("Hunter2"), "{line} at {at}: {hover}");
        }
    }
}
