//! What the catalog says of changes is what Flink did: the recorded results belong to the changes as they are written, and agree with
//! the ways of restarting that the pages show.

use std::{collections::BTreeMap, fs, path::Path};

use nexflow_catalog::{FlinkVersion, changes};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    fingerprint: String,
    outcomes: BTreeMap<String, BTreeMap<String, Option<String>>>,
    on: String,
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/truth")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The changes as they are written, by id.
fn written() -> BTreeMap<String, String> {
    let text = read("changes.yaml");
    let text = text.split_once("\n- id: ").expect("there are changes").1;
    text.split("\n- id: ")
        .map(|rest| {
            let id = rest.lines().next().unwrap_or_default().trim();
            (id.to_owned(), format!("- id: {}\n", rest.trim_end()))
        })
        .collect()
}

#[test]
fn recorded_results_are_those_of_the_changes_as_they_are_written() {
    let recorded: BTreeMap<String, Recorded> =
        serde_saphyr::from_str(&read("changes-results.json")).expect("results of the changes");
    let written = written();
    assert!(recorded.len() >= 25, "{}", recorded.len());
    let (mut compared, mut wrong) = (0, Vec::new());
    for (id, result) in &recorded {
        let text = written.get(id).unwrap_or_else(|| panic!("no change {id}"));
        assert_eq!(result.on.len(), 10, "{id}");
        if result.fingerprint != fingerprint(text) {
            wrong.push(format!("{id} has changed since it was run"));
        }
        let change = changes::change(id).unwrap_or_else(|| panic!("no change {id}"));
        for (version, ways) in &result.outcomes {
            let (old, new) = version
                .split_once("->")
                .unwrap_or((version.as_str(), version.as_str()));
            let minor = |text: &str| -> FlinkVersion { text.parse().expect("a release") };
            let established = change.established(minor(old), minor(new));
            for (way, seen) in ways {
                let said = established.ways.iter().find(|(known, _)| known == way);
                if let (Some((_, said)), Some(seen)) = (said, seen) {
                    compared += 1;
                    let said = said.split(" (").next().unwrap_or(said);
                    if !said.eq_ignore_ascii_case(seen) {
                        wrong.push(format!("{id} {version} {way}: {said}, but Flink {seen}"));
                    }
                }
            }
        }
    }
    println!("{} changes, {compared} outcomes", recorded.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_of_change_has_an_entry_and_a_page() {
    let pages = nexflow_catalog::docs::pages();
    for id in written().keys() {
        let change = changes::change(id).unwrap_or_else(|| panic!("{id} is not in data/changes"));
        assert!(change.listed, "{id}");
        let path = format!("changes/{id}.md");
        assert!(pages.iter().any(|page| page.path == path), "{path}");
    }
    for change in changes::changes() {
        assert!(
            !change.listed || written().contains_key(change.id),
            "{} is not in tests/truth/changes.yaml",
            change.id
        );
    }
}
