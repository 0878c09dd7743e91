//! Every kind of change that Flink was given: its pair of documents is that change, of the class that was seen.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use nexflow_catalog::{
    FlinkVersion,
    changes::{self, Class, Established},
};
use nexflow_flink::{
    Effective, Inputs,
    change::{Change, Side, compare},
};
use serde::Deserialize;
use serde_json::Value as Json;

use super::support;

/// A kind of change with its documents, as `tests/truth/changes.yaml` has it.
#[derive(Deserialize)]
struct Pair {
    id: String,
    old: Json,
    new: Json,
    verdict: BTreeMap<String, Json>,
    not_in_l5: Option<String>,
}

fn pairs() -> Vec<Pair> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/truth/changes.yaml");
    let text = fs::read_to_string(path).expect("the changes can be read");
    serde_saphyr::from_str(&text).expect("the changes are well-formed")
}

fn class_of(verdict: &Json) -> &str {
    verdict
        .as_str()
        .or_else(|| verdict["class"].as_str())
        .expect("a verdict has a class")
}

/// The versions that a verdict is about.
fn versions(key: &str) -> Vec<(FlinkVersion, FlinkVersion)> {
    let read = |text: &str| text.parse().expect("a release");
    match key.split_once("->") {
        Some((old, new)) => vec![(read(old), read(new))],
        None if key == "all" => FlinkVersion::ALL
            .into_iter()
            .map(|version| (version, version))
            .collect(),
        None => vec![(read(key), read(key))],
    }
}

fn changes_between(
    old: &Json,
    new: &Json,
    (before, after): (FlinkVersion, FlinkVersion),
) -> Vec<Change> {
    // The version of the run stands in the tag of the image, where the document has one.
    let with_version = |document: &Json, version: FlinkVersion| {
        let mut document = document.clone();
        if let Some(tag) = document.pointer_mut("/deployment/image/tag") {
            *tag = Json::String(format!("{version}.0"));
        }
        support::snapshot(&document.to_string(), &[], HashMap::new())
    };
    let (old, new) = (with_version(old, before), with_version(new, after));
    let effective = |snapshot| {
        Effective::new(Inputs {
            snapshot,
            uri: "file:///it.infra",
            region: None,
        })
    };
    let (old, new) = (effective(&old), effective(&new));
    let side = |effective, version| Side {
        effective: Some(effective),
        version,
    };
    compare(&side(&old, before), &side(&new, after))
}

/// What Flink did from each snapshot: `tests/truth/changes-ways.json`, by kind of change and release.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Seen {
    ways: BTreeMap<String, BTreeMap<String, String>>,
    with_claim: BTreeMap<String, String>,
}

fn seen() -> BTreeMap<String, Seen> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/truth/changes-ways.json");
    let text = fs::read_to_string(path).expect("the results can be read");
    serde_json::from_str(&text).expect("the results are well-formed")
}

/// A kind of change as it is found in a plan: what is established, and whether it is the rule of a change or told beside one.
fn found<'c>(changes: &'c [Change], id: &str) -> Option<(&'c Established, Option<&'c Change>)> {
    let beside = || {
        changes.iter().find_map(|change| {
            let also = change.also.iter().find(|(rule, _)| rule.id == id)?;
            Some((also.1, Some(change)))
        })
    };
    let first = changes.iter().find(|change| change.rule.id == id);
    first
        .map(|change| (change.established, None))
        .or_else(beside)
}

/// Why a kind of change is told beside another one.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    /// The same difference is this other kind, unless something is the case that no document says: `if` in the plan.
    Condition,
    /// It holds of every restart, whatever has changed, and is told with the change that leads to one.
    AnyRestart,
}

/// The kinds of change that are never the rule of a change in their own pair, each with the rules that are, and why. All others are the rule.
const BESIDE: [(&str, &str, Beside); 18] = [
    (
        "changelog-base-rocksdb-to-hashmap-before-materialization",
        "changelog-base-rocksdb-to-hashmap",
        Beside::Condition,
    ),
    (
        "changelog-storage-moved-old-deleted",
        "changelog-storage-moved",
        Beside::Condition,
    ),
    (
        "checkpoint-bucket-changed-claim",
        "checkpoint-bucket-changed",
        Beside::Condition,
    ),
    (
        "checkpoint-copied-to-new-bucket",
        "checkpoint-bucket-changed",
        Beside::Condition,
    ),
    (
        "checkpoint-copied-to-new-bucket-hashmap",
        "checkpoint-bucket-changed",
        Beside::Condition,
    ),
    (
        "checkpoint-type-changed-plugin-gone",
        "checkpoint-type-changed",
        Beside::Condition,
    ),
    (
        "flink-1.x-to-2.x-kryo-collections",
        "flink-1.17-to-1.20-rocksdb flink-1.x-to-2.x-rocksdb",
        Beside::Condition,
    ),
    (
        "flink-1.x-to-2.x-kryo-collections-hashmap",
        "flink-1.x-to-2.x-hashmap",
        Beside::Condition,
    ),
    (
        "flink-1.x-to-2.x-kryo-state",
        "flink-1.17-to-1.20-rocksdb flink-1.x-to-2.x-rocksdb",
        Beside::Condition,
    ),
    (
        "ha-restore-path-left-in-document",
        "ha-restart-keeps-old-job",
        Beside::AnyRestart,
    ),
    (
        "no-uid-chain-broken",
        "operator-parallelism-changed",
        Beside::Condition,
    ),
    (
        "no-uid-parallelism-changed-chaining",
        "operator-parallelism-changed",
        Beside::Condition,
    ),
    (
        "no-uid-stateless-operator-inserted-allowed",
        "operator-removed-allowed",
        Beside::Condition,
    ),
    (
        "old-checkpoint-directory-cleaned-no-claim",
        "checkpoint-prefix-changed",
        Beside::Condition,
    ),
    (
        "operator-renamed-allowed",
        "operator-removed-allowed",
        Beside::Condition,
    ),
    (
        "restore-path-wrong",
        "restore-path-changed",
        Beside::Condition,
    ),
    (
        "uid-chain-broken",
        "operator-parallelism-changed",
        Beside::Condition,
    ),
    (
        "unaligned-same-topology-output-only",
        "interval-or-pause",
        Beside::AnyRestart,
    ),
];

/// The ways of a kind of change, each with its first word: `partly (without timers)` is `partly`.
fn ways_of(established: &Established) -> BTreeMap<String, String> {
    let word = |result: &str| result.split(" (").next().unwrap_or_default().to_owned();
    let ways = established.ways.iter();
    ways.map(|(way, result)| ((*way).to_owned(), word(result)))
        .collect()
}

/// What a verdict says about the ways beside its class: the kinds of savepoint that restore, the ways that lose nothing.
fn agrees(verdict: &Json, ways: &BTreeMap<String, String>) -> bool {
    let listed = |key: &str, known: &[&str]| {
        let Some(listed) = verdict[key].as_array() else {
            return true;
        };
        let listed: BTreeSet<&str> = listed.iter().filter_map(Json::as_str).collect();
        let restores: BTreeSet<&str> = known
            .iter()
            .copied()
            .filter(|way| {
                let claimed = ways.get(&format!("{way}:claim"));
                // Where the default claim mode is refused altogether.
                let claimed = claimed.filter(|_| verdict["with_claim"].is_string());
                claimed
                    .or_else(|| ways.get(*way))
                    .is_some_and(|result| result == "restores")
            })
            .collect();
        listed == restores
    };
    listed("formats", &["canonical", "native"])
        && listed("intact", &["checkpoint", "canonical", "native"])
}

#[test]
fn every_pair_is_its_change() {
    let seen = seen();
    let nothing = Seen::default();
    let mut wrong = Vec::new();
    let (mut first, mut also, mut outside, mut checks, mut ways_compared) = (0, 0, 0, 0, 0);
    let mut exceptions = BTreeSet::new();
    for pair in pairs() {
        let seen = seen.get(&pair.id).unwrap_or(&nothing);
        let exception = BESIDE.iter().find(|(id, ..)| *id == pair.id);
        let mut compared = BTreeSet::new();
        for (key, verdict) in &pair.verdict {
            for versions in versions(key) {
                checks += 1;
                let changes = changes_between(&pair.old, &pair.new, versions);
                let rule = changes::change(&pair.id).expect("every kind is in the catalog");
                let mut say = |what: String| wrong.push(format!("{} {key}: {what}", pair.id));
                if rule.most_severe() < Class::of_word(class_of(verdict)).expect("a class") {
                    say("the page is milder".to_owned());
                }
                // No document shows it: what is known stands on its page.
                let (established, beside) = if rule.outside.is_some() {
                    outside += 1;
                    if !changes.is_empty() || pair.not_in_l5.is_none() {
                        say("documents do not differ".to_owned());
                    }
                    (rule.established(versions.0, versions.1), None)
                } else {
                    match found(&changes, &pair.id) {
                        Some(found) => found,
                        None => {
                            say(format!("not found in {changes:#?}"));
                            continue;
                        }
                    }
                };
                if established.class.word() != class_of(verdict) {
                    say(format!(
                        "{} expected, {}",
                        class_of(verdict),
                        established.class.word()
                    ));
                }
                match (beside, exception) {
                    (None, None) => first += usize::from(rule.outside.is_none()),
                    (Some(change), Some((_, leads, why))) => {
                        also += 1;
                        exceptions.insert(pair.id.clone());
                        let holds = match why {
                            Beside::Condition => rule.unseen.is_some(),
                            Beside::AnyRestart => rule.once,
                        };
                        if !leads.split(' ').any(|id| id == change.rule.id) || !holds {
                            say(format!("beside {}, not {leads}", change.rule.id));
                        }
                    }
                    (Some(change), None) => say(format!("only beside {}", change.rule.id)),
                    (None, Some(_)) => say("is the rule, and is listed as an exception".to_owned()),
                }
                let ways = ways_of(established);
                if !agrees(verdict, &ways) {
                    say(format!("{verdict} expected, {ways:?}"));
                }
                let claim = established.with_claim.map(Class::word);
                if seen.with_claim.get(key).map(String::as_str) != claim {
                    say(format!("with CLAIM {claim:?}"));
                }
                // A verdict about all versions stands behind runs of some.
                for (release, known) in &seen.ways {
                    let is_of = |release: &str| super::changes::versions(release)[0] == versions;
                    if release == key || key == "all" && is_of(release) {
                        ways_compared += known.len();
                        compared.insert(release.clone());
                        if *known != ways {
                            say(format!("{release}: {known:?} seen, {ways:?}"));
                        }
                    }
                }
            }
        }
        if compared.len() != seen.ways.len() {
            wrong.push(format!("{}: not all runs were compared", pair.id));
        }
    }
    println!(
        "{checks} checks: {first} as the rule of a change, {also} beside another one, {outside} not in documents; {ways_compared} ways"
    );
    if exceptions.len() != BESIDE.len() {
        wrong.push("an exception is none".to_owned());
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn pairs_that_are_each_other_backwards_are_each_others_kinds() {
    let pairs = pairs();
    let (mut compared, mut wrong) = (0, Vec::new());
    for there in &pairs {
        for back in &pairs {
            // Where documents are the same, what tells pairs apart is not in them.
            if there.old != back.new || there.new != back.old || there.old == there.new {
                continue;
            }
            for (key, verdict) in &back.verdict {
                for versions in versions(key) {
                    compared += 1;
                    let changes = changes_between(&there.new, &there.old, versions);
                    let class = found(&changes, &back.id).map(|(known, _)| known.class.word());
                    if class != Some(class_of(verdict)) {
                        wrong.push(format!("{} backwards is not {} {key}", there.id, back.id));
                    }
                }
            }
        }
    }
    println!("{compared} backwards");
    assert!(compared > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reversed_pairs_are_the_same_differences_backwards() {
    let mut wrong = Vec::new();
    let mut unknown = BTreeSet::new();
    for pair in pairs() {
        for key in pair.verdict.keys() {
            for versions in versions(key) {
                let there = changes_between(&pair.old, &pair.new, versions);
                let back = changes_between(&pair.new, &pair.old, (versions.1, versions.0));
                let seen = |changes: &[Change], backwards: bool| -> BTreeSet<_> {
                    changes
                        .iter()
                        .map(|change| {
                            let text = |shown: &Option<nexflow_flink::change::Shown>| {
                                shown.as_ref().map(|shown| shown.text.clone())
                            };
                            let (old, new) = (text(&change.old), text(&change.new));
                            // A renamed entry is listed under its new name.
                            let path = match change.entry {
                                Some(changes::EntryEvent::Renamed) => {
                                    change.path.rsplit_once('.').map_or("", |(block, _)| block)
                                }
                                _ => change.path.as_str(),
                            };
                            let values = if backwards { (new, old) } else { (old, new) };
                            (path.to_owned(), values)
                        })
                        .collect()
                };
                let is_renamed = there
                    .iter()
                    .any(|change| change.entry == Some(changes::EntryEvent::Renamed));
                if !is_renamed && seen(&there, false) != seen(&back, true)
                    || there.len() != back.len()
                {
                    wrong.push(format!("{} {key}", pair.id));
                }
                for change in back {
                    if change.class() == Class::Unknown {
                        unknown.insert(format!("{}: {}", pair.id, change.path));
                    }
                }
            }
        }
    }
    println!("unknown backwards: {unknown:#?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
