//! Reads `data/**/*.yaml`, checks every entry, and writes it as Rust statics.
//!
//! A broken entry breaks the build, with the file, the line and the name of the entry. Nothing is left to do at start.
// Cargo reads what a build script prints.
#![allow(clippy::print_stdout)]

mod changes;
mod emit;
mod fields;
mod flink;
#[path = "../src/key.rs"]
mod key;
mod load;
mod names;
#[path = "../src/passed_on.rs"]
mod passed_on;
mod proof;
mod rules;
mod snippets;
mod tree;
#[path = "../src/value/units/mod.rs"]
#[allow(dead_code)]
mod units;

use std::{env, fs, path::Path, process::ExitCode};

use load::Problems;

/// Names of data files, with commas, whose fields and rules are left out: `tests/bench/sections` measures what they cost.
const WITHOUT: &str = "NEXFLOW_CATALOG_WITHOUT";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/key.rs");
    println!("cargo::rerun-if-changed=src/passed_on.rs");
    println!("cargo::rerun-if-changed=src/value/units");
    println!("cargo::rerun-if-env-changed={WITHOUT}");
    let manifest = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let data = Path::new(&manifest).join("data");
    let mut problems = Problems::default();

    let without = env::var(WITHOUT).unwrap_or_default();
    let without: Vec<&str> = without.split(',').filter(|name| !name.is_empty()).collect();

    let mut entries = load::folder::<load::FieldEntry>(&data.join("fields"), &mut problems);
    entries.retain(|entry| !without.contains(&entry.subject.as_str()));
    let fields = fields::check(entries, &mut problems);
    let mut rules = load::folder::<load::RuleEntry>(&data.join("rules"), &mut problems);
    rules.retain(|entry| !without.contains(&entry.subject.as_str()));
    if !without.is_empty() {
        // What refers to the data that is left out is left out as well, without complaint.
        problems = Problems::default();
    }
    let rules = rules::check(rules, &fields, &mut problems);
    let snippets = load::file::<load::SnippetEntry>(&data.join("snippets.yaml"), &mut problems);
    snippets::check_snippets(&snippets, &fields, &mut problems);
    let profiles = load::file::<load::ProfileEntry>(&data.join("profiles.yaml"), &mut problems);
    snippets::check_profiles(&profiles, &fields, &mut problems);
    let tree = tree::build(&fields, &mut problems);
    let flink = flink::code(&data, &fields, &rules, &mut problems);
    let changes = changes::code(&data, &fields, &mut problems);

    if !without.is_empty() {
        println!(
            "cargo::warning=a catalog without {}, for measurements only",
            without.join(", ")
        );
        problems = Problems::default();
    }
    let lines: Vec<_> = problems.lines().collect();
    if !lines.is_empty() {
        for line in lines {
            println!("cargo::error={line}");
        }
        return ExitCode::FAILURE;
    }
    let mut code = emit::fields(&fields);
    code.push_str(&emit::tree(&tree));
    code.push_str(&emit::rules(&rules));
    code.push_str(&emit::snippets(&snippets));
    code.push_str(&emit::profiles(&profiles));
    code.push_str(&flink);
    code.push_str(&changes);
    fs::write(Path::new(&out).join("catalog.rs"), code).expect("OUT_DIR can be written");
    ExitCode::SUCCESS
}
