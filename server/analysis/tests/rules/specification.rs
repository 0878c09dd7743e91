//! The specification's own examples are right: no error, no warning, and only the hints that are known.

use std::collections::BTreeMap;

use nexflow_catalog::Severity;

use crate::support::{Case, complain, show};

const PLACE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/corpus/specification"
);

#[test]
fn the_examples_of_the_specification_give_the_known_hints_only() {
    let hints =
        std::fs::read_to_string(format!("{PLACE}/hints.yaml")).expect("the list of hints is there");
    let mut hints: BTreeMap<String, Vec<String>> =
        serde_saphyr::from_str(&hints).expect("the list of hints is sound");
    let mut names: Vec<_> = std::fs::read_dir(PLACE)
        .expect("the examples are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "infra")
        })
        .collect();
    names.sort();
    assert_eq!(names.len(), 19, "the specification has 19 examples");
    let mut failures = Vec::new();
    for path in names {
        let text = std::fs::read_to_string(&path).expect("an example can be read");
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let found = Case::new(&text).findings();
        let mut ids: Vec<_> = found
            .iter()
            .map(|finding| finding.code.to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        let expected = hints.remove(&name).unwrap_or_default();
        if ids != expected
            || found
                .iter()
                .any(|finding| finding.severity != Severity::Hint)
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
