//! What the statements of rules rest on: claims that were run against the product and have not changed since, or a source.

use std::{collections::BTreeMap, fs, path::Path};

use nexflow_catalog::{Product, Proof, Severity, fields, rules};
use serde::Deserialize;

#[derive(Deserialize)]
struct Ran {
    fingerprint: String,
    ran: Vec<String>,
    on: String,
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/truth")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The claims as they are written, by id.
fn claims() -> BTreeMap<String, String> {
    let text = read("claims.yaml");
    let text = text.split_once("\n- id: ").expect("there are claims").1;
    text.split("\n- id: ")
        .map(|rest| {
            let id = rest.lines().next().unwrap_or_default().trim();
            (id.to_owned(), format!("- id: {}\n", rest.trim_end()))
        })
        .collect()
}

/// FNV-1a, as `tests/truth/flink.py` computes it.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn results() -> BTreeMap<String, Ran> {
    serde_saphyr::from_str(&read("results.json")).expect("results of the claims")
}

#[test]
fn every_claim_was_run_as_it_is_written() {
    let results = results();
    let mut wrong = Vec::new();
    for (id, text) in claims() {
        match results.get(&id) {
            None => wrong.push(format!("{id} was never run")),
            Some(ran) if ran.fingerprint != fingerprint(&text) => {
                wrong.push(format!("{id} has changed since it was run"));
            }
            Some(ran) => assert!(!ran.ran.is_empty() && ran.on.len() == 10, "{id}"),
        }
    }
    assert!(
        wrong.is_empty(),
        "run tests/truth/run:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn proofs_name_claims_that_there_are() {
    let claims = claims();
    let of_rules = rules().iter().map(|rule| (rule.id, rule.proofs));
    let of_fields = fields().iter().map(|field| (field.path, field.proofs));
    for (what, proofs) in of_rules.chain(of_fields) {
        for proof in proofs {
            if let Proof::Run(id) = proof
                && *id != "option-tables"
            {
                assert!(claims.contains_key(*id), "{what}: there is no claim `{id}`");
            }
        }
    }
}

#[test]
fn statements_about_other_products_have_a_proof() {
    for rule in rules()
        .iter()
        .filter(|rule| rule.about != Product::Language)
    {
        assert!(!rule.proofs.is_empty(), "{}: no proof", rule.id);
    }
}

#[test]
fn no_error_rests_on_knowledge_alone() {
    for rule in rules() {
        let known = |proof: &Proof| matches!(proof, Proof::Knowledge(_));
        assert!(
            rule.severity != Severity::Error
                || rule.proofs.is_empty()
                || !rule.proofs.iter().all(known),
            "{}: an error needs more than knowledge",
            rule.id
        );
    }
}

/// The beginnings of sources that say what Nexflow's own language is.
const OWN: [&str; 10] = [
    "spec",
    "seed",
    "overview",
    "logic",
    "E70",
    "E71",
    "YAML",
    "field table",
    "inferred",
    "the documents",
];

#[test]
fn an_error_without_a_proof_is_about_the_language_alone() {
    let mut wrong = Vec::new();
    for rule in rules() {
        if rule.severity != Severity::Error || !rule.proofs.is_empty() {
            continue;
        }
        let is_own = |source: &&str| OWN.iter().any(|own| source.starts_with(own));
        if !rule.sources.iter().any(is_own) {
            wrong.push(format!("{}: {}", rule.id, rule.sources.join(", ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "these speak of another product without a proof:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn most_rules_about_flink_rest_on_running_it() {
    let of_flink: Vec<_> = rules()
        .iter()
        .filter(|rule| rule.about == Product::Flink)
        .collect();
    let is_run = |rule: &&&nexflow_catalog::Rule| {
        rule.proofs
            .iter()
            .any(|proof| matches!(proof, Proof::Run(_)))
    };
    let run = of_flink.iter().filter(is_run).count();
    assert!(
        run * 100 >= of_flink.len() * 60,
        "{run} of {} rules about Flink",
        of_flink.len()
    );
}

#[test]
fn the_tables_of_options_have_the_options_that_rest_on_them() {
    let mut count = 0;
    for field in fields() {
        if !field.proofs.contains(&Proof::Run("option-tables")) {
            continue;
        }
        let key = field.flink_key.expect(field.path);
        // Some are several, with words between them.
        let is_there = key.split([' ', '`']).any(|name| {
            nexflow_catalog::flink_options::options()
                .iter()
                .any(|option| option.key == name || option.older.contains(&name))
        });
        assert!(is_there, "{}: no version has `{key}`", field.path);
        count += 1;
    }
    assert!(count > 100, "{count}");
}
