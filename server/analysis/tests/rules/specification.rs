//! The specification's own examples are right: no error, no warning, and only the hints that are known.

use std::collections::BTreeMap;

use nexflow_catalog::Severity;

use crate::{
    field_examples::specification::{blocks, folder},
    support::{Case, complain, show},
};

#[test]
fn the_examples_of_the_specification_give_the_known_hints_only() {
    let hints =
        std::fs::read_to_string(folder().join("hints.yaml")).expect("the list of hints is there");
    let mut hints: BTreeMap<String, Vec<String>> =
        serde_saphyr::from_str(&hints).expect("the list of hints is sound");
    let mut failures = Vec::new();
    for (name, text) in blocks() {
        let found = Case::new(&text).diagnostics();
        let mut ids: Vec<_> = found
            .iter()
            .map(|diagnostic| diagnostic.code.to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        let expected = hints.remove(&name).unwrap_or_default();
        if ids != expected
            || found
                .iter()
                .any(|diagnostic| diagnostic.severity != Severity::Hint)
        {
            failures.push(format!(
                "{name}: expected {expected:?}\n{}",
                show(&text, &found)
            ));
        }
    }
    assert!(hints.is_empty(), "no such examples: {hints:?}");
    complain("the specification", &failures);
}
