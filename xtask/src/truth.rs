//! `docs/truth.md`: what the statements of rules and fields rest on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use nexflow_catalog::{Product, Proof, Rule, Severity, docs, fields, rules};
use serde_json::Value;

use crate::derived::Derived;

const PRODUCTS: [(Product, &str); 6] = [
    (Product::Flink, "Flink"),
    (Product::Kafka, "Kafka"),
    (Product::Cloud, "Services of a cloud"),
    (Product::Toolchain, "The Nexflow toolchain"),
    (Product::Other, "Other products"),
    (Product::Language, "YAML and L5 itself"),
];

/// The claim that stands for the tables of options, which are read from the jars.
const OPTION_TABLES: &str = "option-tables";

/// When and on what a claim was last replayed.
struct Ran {
    on: String,
    of: Vec<String>,
}

/// The page, from the catalog and the results of the claims.
pub fn derive(root: &Path) -> io::Result<Derived> {
    let results = fs::read_to_string(root.join("tests/truth/results.json"))?;
    let results: BTreeMap<String, Value> = serde_json::from_str(&results)?;
    let ran = results
        .into_iter()
        .map(|(claim, result)| {
            let of = result["ran"].as_array().into_iter().flatten();
            let of = of.filter_map(Value::as_str).map(String::from).collect();
            let on = result["on"].as_str().unwrap_or_default().to_owned();
            (claim, Ran { on, of })
        })
        .collect();
    Ok(Derived {
        path: PathBuf::from("docs/truth.md"),
        text: page(&ran),
    })
}

fn page(ran: &BTreeMap<String, Ran>) -> String {
    let mut out = String::from(
        "# What the statements rest on\n\n\
         Generated from the catalog and `tests/truth/results.json` by `cargo xtask generate`; do not edit.\n\n\
         A rule that speaks of another product names its proof: a claim that was *run* against the product \
         (`tests/truth/claims.yaml`, replayed by `tests/truth/run`), a *source* with the day on which it was read, or the \
         *knowledge* of the trade. A claim that changes and is not replayed fails the tests, and no error rests on knowledge alone.\n",
    );
    let versions: BTreeSet<_> = ran.values().flat_map(|ran| &ran.of).collect();
    let first = ran.values().map(|ran| ran.on.as_str()).min();
    let last = ran.values().map(|ran| ran.on.as_str()).max();
    let versions: Vec<_> = versions.into_iter().map(String::as_str).collect();
    let _ = writeln!(
        out,
        "\n{} claims were replayed between {} and {}, on {}. The options of Flink, with their names, defaults and versions, are read \
         from the jars of all versions from 1.17 to 2.3.",
        ran.len(),
        first.unwrap_or("-"),
        last.unwrap_or("-"),
        versions.join(", ")
    );
    summary(&mut out);
    for (product, name) in PRODUCTS {
        if product != Product::Language {
            table(product, name, ran, &mut out);
        }
    }
    out
}

fn summary(out: &mut String) {
    out.push_str(
        "\n## Summary\n\n| Rules about | Number | Run | Source | Knowledge | By running, % |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for (product, name) in PRODUCTS {
        let of: Vec<_> = rules()
            .iter()
            .filter(|rule| rule.about == product)
            .collect();
        if product == Product::Language {
            let _ = writeln!(out, "| {name} | {} | | | | |", of.len());
            continue;
        }
        let count = |strongest| {
            of.iter()
                .filter(|rule| strength(rule.proofs) == strongest)
                .count()
        };
        let (run, source, known) = (count(3), count(2), count(1));
        let share = run * 100 / of.len().max(1);
        let _ = writeln!(
            out,
            "| {name} | {} | {run} | {source} | {known} | {share} |",
            of.len()
        );
    }
    let proven: Vec<_> = fields()
        .iter()
        .filter(|field| !field.proofs.is_empty())
        .collect();
    let of_tables = |proofs: &[Proof]| {
        proofs
            .iter()
            .any(|proof| matches!(proof, Proof::Run(claim) if *claim == OPTION_TABLES))
    };
    let tables = proven
        .iter()
        .filter(|field| of_tables(field.proofs))
        .count();
    let _ = writeln!(
        out,
        "\nA rule counts under its strongest proof. {} of {} fields name one: {tables} the tables of options, {} a claim or a source. The \
         others say what L5 is, or repeat what a rule says.",
        proven.len(),
        fields().len(),
        proven.len() - tables
    );
}

/// How strong the strongest proof is: 3 for one that was run, 0 for none.
fn strength(proofs: &[Proof]) -> u8 {
    let of = |proof: &Proof| match proof {
        Proof::Run(_) => 3,
        Proof::Source { .. } => 2,
        Proof::Knowledge(_) => 1,
    };
    proofs.iter().map(of).max().unwrap_or(0)
}

fn table(product: Product, name: &str, ran: &BTreeMap<String, Ran>, out: &mut String) {
    let mut of: Vec<&Rule> = rules()
        .iter()
        .filter(|rule| rule.about == product)
        .collect();
    of.sort_by_key(|rule| (std::cmp::Reverse(strength(rule.proofs)), rule.id));
    let _ = writeln!(
        out,
        "\n## {name}\n\n| Rule | Severity | Rests on |\n|---|---|---|"
    );
    for rule in of {
        let proofs: Vec<_> = rule.proofs.iter().map(|proof| shown(proof, ran)).collect();
        let _ = writeln!(
            out,
            "| [{0}](rules/{0}.md) | {1} | {2} |",
            rule.id,
            severity(rule.severity),
            proofs.join("; ")
        );
    }
}

fn severity(severity: Severity) -> &'static str {
    docs::severity(severity)
}

fn shown(proof: &Proof, ran: &BTreeMap<String, Ran>) -> String {
    match proof {
        Proof::Run(claim) if *claim == OPTION_TABLES => "run: tables of options".to_owned(),
        Proof::Run(claim) => match ran.get(*claim) {
            Some(ran) => format!("run: `{claim}`, {}", ran.on),
            None => format!("run: `{claim}`, not yet"),
        },
        Proof::Source { address, read } => format!("source: <{address}>, {read}"),
        Proof::Knowledge(words) => format!("knowledge: {words}"),
    }
}
