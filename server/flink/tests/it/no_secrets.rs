//! No output repeats a credential, however it is written, broken ways included: renderings, differences and imports of all documents
//! that the tests of the analysis have.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use nexflow_flink::{
    Effective, FlinkVersion, Inputs,
    change::{self, DocumentChanges, Side},
    import::{Format, Names, import, read},
};
use rayon::prelude::*;

use crate::{
    of_analysis::credentials::{self, Case},
    support::{outputs, snapshot, variables},
};

/// What stands in the document of the state before.
const BEFORE: &str = "Swordfish8CANARY";

/// One document in so many; `NEXFLOW_STRIDE=1` takes all.
fn stride() -> usize {
    std::env::var("NEXFLOW_STRIDE")
        .ok()
        .and_then(|stride| stride.parse().ok())
        .unwrap_or(41)
}

fn each(read: impl Fn(&Case) -> Vec<String> + Sync) {
    let of_all = [
        credentials::secret_fields(),
        credentials::partly_secret_fields(),
        credentials::secret_names(),
        credentials::secret_looks(),
    ];
    let cases: Vec<Case> = of_all.into_iter().flatten().step_by(stride()).collect();
    let outputs = AtomicUsize::new(0);
    let leaks: Vec<String> = cases
        .par_iter()
        .filter_map(|case| {
            let all = read(case);
            outputs.fetch_add(all.len(), Ordering::Relaxed);
            let holds = |text: &&String| text.contains(case.canary) || text.contains(BEFORE);
            let leak = all.iter().find(holds)?;
            Some(format!("{}\n{}\n=> {leak}", case.what, case.text))
        })
        .collect();
    assert!(outputs.load(Ordering::Relaxed) >= cases.len());
    assert!(cases.len() * stride() > 15_000, "{}", cases.len());
    let first = &leaks[..leaks.len().min(12)];
    assert!(
        leaks.is_empty(),
        "{} of {} repeat a credential:\n{}",
        leaks.len(),
        cases.len(),
        first.join("\n----\n")
    );
}

#[test]
fn renderings_repeat_no_credential() {
    each(|case| {
        let snapshot = snapshot(&case.text, &[], variables(&[("X", case.canary)]));
        outputs(&snapshot, FlinkVersion::default())
    });
}

#[test]
fn differences_repeat_no_credential() {
    each(|case| {
        let before = case.text.replace(case.canary, BEFORE);
        let states = [&before, &case.text].map(|text| snapshot(text, &[], HashMap::new()));
        let effective = states.each_ref().map(|snapshot| {
            Effective::new(Inputs {
                snapshot,
                uri: "file:///project/test.infra",
                region: None,
            })
        });
        let sides = effective.each_ref().map(|effective| Side {
            effective: Some(effective),
            version: FlinkVersion::default(),
        });
        let [old, new] = sides;
        let changes = change::compare(&old, &new);
        let documents = [DocumentChanges {
            name: "test.infra".to_owned(),
            uri: "file:///project/test.infra".to_owned(),
            changes,
        }];
        vec![
            change::output::text(&documents),
            change::output::markdown(&documents),
            change::output::json(&documents).to_string(),
        ]
    });
}

#[test]
fn imports_repeat_no_credential() {
    each(|case| {
        let mut out = Vec::new();
        for format in [Format::Lines, Format::Yaml] {
            let configuration = read(&case.text, format);
            out.extend(configuration.problems.iter().map(|(_, text)| text.clone()));
            let imported = import(&configuration, FlinkVersion::default(), &Names::default());
            out.push(imported.text);
            out.extend(imported.secrets);
            for (setting, reason) in imported.without_field {
                out.push(format!("{} {} {reason}", setting.key, setting.value));
            }
        }
        out
    });
}

fn rendered(text: &str) -> String {
    outputs(
        &snapshot(text, &[], HashMap::new()),
        FlinkVersion::default(),
    )
    .join("\n")
}

#[test]
fn what_an_alias_in_the_place_of_a_credential_stands_for_is_one() {
    let text = "shared: &it hunter2\nother: &block\n  x: hunter2\ncheckpoints:\n  a:\n    type: s3\n    auth:\n      \
        type: static\n      access_key: *block\n      secret_key: *it\n";
    let shown = rendered(text);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn the_place_where_a_value_ends_up_decides() {
    // By its name alone the first would be a key.
    let text = "shared: &shared\n  bloom_filter_bits_per_key: 12\nstate_backends:\n  a:\n    type: rocksdb\n    options:\n      \
        <<: *shared\n    memory: {managed: 1gb}\ncheckpoints:\n  a:\n    type: s3\n    bucket: \"prefix-${B:-abc}\"\n    auth: \
        {type: static, access_key: '${ACCESS:-hunter2}', secret_key: 'secret://store/key?default=hunter2'}\n";
    let path = "state_backends.a.options.bloom_filter_bits_per_key";
    let snapshot = snapshot(text, &[], HashMap::new());
    let effective = Effective::new(Inputs {
        snapshot: &snapshot,
        uri: "file:///project/test.infra",
        region: None,
    });
    let values = effective.values();
    let of = |path: &str| {
        let value = values.iter().find(|value| value.path == path);
        value.map(|value| value.text.as_str())
    };
    assert_eq!(of(path), Some("12"));
    assert_eq!(of("checkpoints.a.bucket"), Some("prefix-abc"));
    assert_eq!(of("checkpoints.a.auth.access_key"), Some("${ACCESS}"));
    assert_eq!(
        of("checkpoints.a.auth.secret_key"),
        Some("secret://store/key")
    );
    assert!(!rendered(text).contains("hunter2"));
}

#[test]
fn equal_credentials_are_told_from_different_ones() {
    let state = |block: &str| {
        let text =
            format!("lookups:\n  a:\n    type: mongodb\n    auth:\n      password: {block}\n");
        let snapshot = snapshot(&text, &[], HashMap::new());
        let effective = Effective::new(Inputs {
            snapshot: &snapshot,
            uri: "file:///project/test.infra",
            region: None,
        });
        effective
            .values()
            .into_iter()
            .map(|value| value.text)
            .collect::<Vec<_>>()
    };
    assert_eq!(state("{a: hunter2}"), state("[b, hunter2]"));
    let changes = |was: &str, is: &str| {
        let of = |block: &str| {
            format!("lookups:\n  a:\n    type: mongodb\n    auth:\n      password: {block}\n")
        };
        let states = [of(was), of(is)].map(|text| snapshot(&text, &[], HashMap::new()));
        let effective = states.each_ref().map(|snapshot| {
            Effective::new(Inputs {
                snapshot,
                uri: "file:///project/test.infra",
                region: None,
            })
        });
        let [old, new] = effective.each_ref().map(|effective| Side {
            effective: Some(effective),
            version: FlinkVersion::default(),
        });
        change::compare(&old, &new).len()
    };
    assert_eq!(changes("{a: hunter2}", "{ a: 'hunter2' }"), 0);
    assert_eq!(changes("{a: hunter2}", "{a: hunter3}"), 1);
    assert_eq!(changes("hunter2", "'hunter2'"), 0);
}
