//! Each kind of code action on a document as people write it: that it is offered, what it makes of the text, and which of several
//! is the preferred one. A `$0` in a text is the cursor.

mod support;

use std::collections::HashMap;

use nexflow_analysis::{
    Action, ActionKind, Change, Settings, Snapshot, actions, edit::applied, fix_all,
};
use nexflow_catalog::Applicability;
use nexflow_syntax::{Document, TextRange};
use support::{resolved, size, snapshot};

/// A snapshot of a text, and its cursor.
fn at(text: &str) -> (Snapshot, TextRange) {
    let offset = text.find("$0").expect("the text has a cursor");
    let text = text.replacen("$0", "", 1);
    (resolved(&text), TextRange::empty(size(offset)))
}

fn offered(text: &str) -> (Snapshot, Vec<Action>) {
    let (snapshot, range) = at(text);
    let found = actions(&snapshot, range);
    (snapshot, found)
}

/// The text after the action of this title, and the line that it adds to the env file.
#[track_caller]
fn done(text: &str, title: &str) -> (String, Option<String>) {
    let (snapshot, found) = offered(text);
    apply(&snapshot.document, &found, title)
}

#[track_caller]
fn apply(document: &Document, found: &[Action], title: &str) -> (String, Option<String>) {
    let Some(action) = found.iter().find(|action| action.title == title) else {
        let titles: Vec<_> = found.iter().map(|action| &action.title).collect();
        panic!("`{title}` is not among {titles:#?}");
    };
    let (mut document, mut line) = (document.clone(), None);
    for change in &action.changes {
        match change {
            Change::Document(edits) => document = applied(&document, edits),
            Change::EnvLine(added) => line = Some(added.clone()),
            other => panic!("{other:?}"),
        }
    }
    (document.rope().to_string(), line)
}

/// The title of the preferred action.
fn preferred(text: &str) -> Option<String> {
    let (_, found) = offered(text);
    let mut preferred = found.into_iter().filter(|action| action.preferred);
    let first = preferred.next().map(|action| action.title);
    assert_eq!(preferred.next(), None, "one action is the most likely one");
    first
}

#[track_caller]
fn becomes(text: &str, title: &str, expected: &str) {
    assert_eq!(done(text, title).0, expected);
}

#[test]
fn a_misspelt_field_becomes_the_nearest_one() {
    let text = "state_backends:\n  d:\n    type: rocksdb\n    incremntal$0: true # yes\n";
    becomes(
        text,
        "Change to `incremental`",
        "state_backends:\n  d:\n    type: rocksdb\n    incremental: true # yes\n",
    );
    assert_eq!(preferred(text).as_deref(), Some("Change to `incremental`"));
}

#[test]
fn an_unknown_value_becomes_the_nearest_one() {
    let text = "state_backends: {d: {type: rockdsb$0}}\n";
    becomes(
        text,
        "Change to `rocksdb`",
        "state_backends: {d: {type: rocksdb}}\n",
    );
    assert_eq!(preferred(text).as_deref(), Some("Change to `rocksdb`"));
}

#[test]
fn amounts_are_written_as_nexflow_takes_them() {
    let size = "state_backends: {d: {type: rocksdb, options: {write_buffer_size: 64MiB$0}}}\n";
    becomes(size, "Change to `64mb`", &size.replace("64MiB$0", "64mb"));
    let time = "checkpoints: {c: {type: s3, bucket: abc, checkpoint: {interval: 10 minutes$0}}}\n";
    becomes(
        time,
        "Change to `10m`",
        &time.replace("10 minutes$0", "10m"),
    );
    // Nobody knows which fragment was meant: both are offered, the likely one first.
    let bare = "checkpoints: {c: {type: s3, bucket: abc, checkpoint: {interval: 60$0}}}\n";
    becomes(bare, "Change to `60s`", &bare.replace("60$0", "60s"));
    becomes(bare, "Change to `60ms`", &bare.replace("60$0", "60ms"));
    assert_eq!(preferred(bare).as_deref(), Some("Change to `60s`"));
}

#[test]
fn what_is_missing_is_added_one_by_one_or_all_at_once() {
    let one = "failover:\n  ma$0in:\n    secondary: eu-west-1\n";
    becomes(
        one,
        "Add `primary`",
        "failover:\n  main:\n    secondary: eu-west-1\n    primary: us-east-1\n",
    );
    assert_eq!(preferred(one).as_deref(), Some("Add `primary`"));
    let two = "failover:\n  ma$0in:\n    auto_failback: false # by hand\n";
    becomes(
        two,
        "Add all 2 missing fields",
        "failover:\n  main:\n    auto_failback: false # by hand\n    primary: us-east-1\n    secondary: us-west-2\n",
    );
}

#[test]
fn an_entry_gets_its_type_and_its_place() {
    becomes(
        "state_backends:\n  d$0:\n    incremental: true # yes\n",
        "Add `type`",
        "state_backends:\n  d:\n    incremental: true # yes\n    type: rocksdb\n",
    );
    becomes(
        "checkpoints:\n  c$0:\n    type: s3\n",
        "Add `bucket`",
        "checkpoints:\n  c:\n    type: s3\n    bucket: company-flink-checkpoints\n",
    );
    let text =
        "checkpoints: {c: {type: s3, bucket: abc, au$0th: {type: static, access_key: '${K}'}}}\n";
    becomes(
        text,
        "Add `secret_key`",
        "checkpoints: {c: {type: s3, bucket: abc, auth: {type: static, access_key: '${K}', secret_key: '${AWS_SECRET_KEY}'}}}\n",
    );
}

#[test]
fn of_two_equal_keys_one_goes_or_both_become_one() {
    let same = "checkpoints:\n  c:\n    type: s3\n    bucket: abc\n    type$0: s3\n";
    let once = "checkpoints:\n  c:\n    type: s3\n    bucket: abc\n";
    becomes(same, "Remove this `type`", once);
    assert_eq!(preferred(same).as_deref(), Some("Remove this `type`"));
    becomes(
        same,
        "Remove the first `type`",
        "checkpoints:\n  c:\n    bucket: abc\n    type: s3\n",
    );
    let blocks = "checkpoints:\n  c:\n    type: s3\n    bucket: abc\n    s3:\n      max_connections: 5\n    s3$0:\n      path_style_access: true\n";
    let title = "Merge this `s3` into the first";
    becomes(
        blocks,
        title,
        "checkpoints:\n  c:\n    type: s3\n    bucket: abc\n    s3:\n      max_connections: 5\n      path_style_access: true\n",
    );
    assert_eq!(preferred(blocks).as_deref(), Some(title));
}

#[test]
fn a_deprecated_field_moves_to_its_successor() {
    let text = "state_backends:\n  d:\n    type: rocksdb\n    local_direc$0tories: # fast\n      - /mnt/a\n      - /mnt/b\n";
    let title = "Move to `storage.local_directories`";
    becomes(
        text,
        title,
        "state_backends:\n  d:\n    type: rocksdb\n    storage:\n      local_directories: # fast\n        - /mnt/a\n        - /mnt/b\n",
    );
    assert_eq!(preferred(text).as_deref(), Some(title));
}

#[test]
fn an_address_gets_the_scheme_that_flink_takes() {
    let text = "checkpoints: {c: {type: hdfs, path: /flink/checkpoints$0}}\n";
    becomes(
        text,
        "Change to `hdfs:///flink/checkpoints`",
        "checkpoints: {c: {type: hdfs, path: hdfs:///flink/checkpoints}}\n",
    );
    let text = "checkpoints:\n  c:\n    type: s3\n    bucket: abc\n    savepoint:\n      directory: s3n://other/sp$0\n";
    becomes(
        text,
        "Change to `s3://other/sp`",
        &text.replace("s3n:", "s3:").replace("$0", ""),
    );
    assert_eq!(
        preferred(text).as_deref(),
        Some("Change to `s3://other/sp`")
    );
}

#[test]
fn syntax_is_mended() {
    becomes(
        "checkpoints: {a: {type: s3, bucket: ${CP_BU$0CKET}}}\n",
        "Quote the variable",
        "checkpoints: {a: {type: s3, bucket: \"${CP_BUCKET}\"}}\n",
    );
    becomes(
        "state_backends:\n  default:\n$0\ttype: rocksdb\n\tincremental: true\n",
        "Indent with 4 spaces",
        "state_backends:\n  default:\n    type: rocksdb\n\tincremental: true\n",
    );
    becomes(
        "state_backends:\n  default:\n$0\ttype: rocksdb\n    incremental: true\n",
        "Apply all safe fixes",
        "state_backends:\n  default:\n    type: rocksdb\n    incremental: true\n",
    );
}

#[test]
fn a_variable_without_a_value_gets_one() {
    let text = "checkpoints: {c: {type: s3, bucket: '${NO_SUCH$0}'}}\n";
    let offset = text.find("$0").expect("a cursor");
    let text = text.replacen("$0", "", 1);
    let snapshot = snapshot(&text, Settings::default(), HashMap::new());
    let found = actions(&snapshot, TextRange::empty(size(offset)));
    assert_eq!(
        apply(&snapshot.document, &found, "Add `NO_SUCH` to the env file"),
        (text.clone(), Some("NO_SUCH=".to_owned()))
    );
    // A default that nobody has chosen is not offered.
    assert!(!found.iter().any(|action| action.title.contains("default")));
    let preferred: Vec<_> = found.iter().filter(|action| action.preferred).collect();
    assert_eq!(preferred[0].title, "Add `NO_SUCH` to the env file");
}

/// More errors than are tried one by one.
#[test]
fn a_long_document_with_tabs_is_mended_in_one_go() {
    let entries = (0..600).map(|number| format!("\te{number}:\n\t\ttype: hashmap\n"));
    let text = format!(
        "version: \"1.0\"\nstate_backends:\n{}",
        entries.collect::<String>()
    );
    let snapshot = snapshot(&text, Settings::default(), HashMap::new());
    assert!(snapshot.document.errors().len() > 100);
    let fixed = applied(&snapshot.document, &fix_all(&snapshot, Applicability::Safe));
    assert_eq!(fixed.errors(), []);
    assert_eq!(fixed.text(), text.replace('\t', "  "));
}

/// An env file has names as shells know them; a line with another one would be refused when it is read.
#[test]
fn what_is_no_name_goes_into_no_env_file() {
    for (name, is_name) in [
        ("no_such", true),
        ("No_Such_2", true),
        ("no-such", false),
        ("2ND", false),
        ("NO SUCH", false),
        ("]]\n", false),
    ] {
        let text = format!("checkpoints: {{c: {{type: s3, bucket: \"${{{name}}}\"}}}}\n");
        let snapshot = snapshot(&text, Settings::default(), HashMap::new());
        let at = text.find("${").expect("a reference") + 3;
        let found = actions(&snapshot, TextRange::empty(size(at)));
        let lines = found.iter().flat_map(|action| &action.changes);
        let offered = lines.filter(|change| matches!(change, Change::EnvLine(_)));
        assert_eq!(offered.count() > 0, is_name, "{name:?}: {found:#?}");
    }
}

#[test]
fn a_credential_in_the_text_becomes_a_variable_without_going_along() {
    let text = "checkpoints:\n  c:\n    type: azure_blob\n    container: abc\n    azure:\n      account_name: company\n      account_key: c2Vj$0cmV0\n";
    let (_, found) = offered(text);
    let action = found
        .iter()
        .find(|action| action.preferred)
        .expect("something is preferred");
    let (after, line) = done(text, &action.title);
    assert!(after.contains("account_key: ${"), "{after}");
    assert!(!after.contains("c2VjcmV0"));
    // The secret is known to whoever reads the history: it is not written into another file.
    assert!(line.is_some_and(|line| line.ends_with('=') && !line.contains("c2Vj")));
}

#[test]
fn a_finding_is_silenced_here_or_in_the_file() {
    let text = "checkpoints:\n  c:\n    type: s3\n    bucket: My_Bu$0cket\n";
    becomes(
        text,
        "Ignore `s3-bucket-name` here",
        "checkpoints:\n  c:\n    type: s3\n    # nexflow: ignore[s3-bucket-name]\n    bucket: My_Bucket\n",
    );
    becomes(
        text,
        "Ignore `s3-bucket-name` in this file",
        "# nexflow: ignore-file[s3-bucket-name]\ncheckpoints:\n  c:\n    type: s3\n    bucket: My_Bucket\n",
    );
}

#[test]
fn the_three_profiles_of_the_specification_are_applied() {
    let text =
        "state_backends:\n  d$0:\n    type: rocksdb # mine\n    options:\n      compression: LZ4\n";
    let (snapshot, found) = offered(text);
    let profiles: Vec<_> = found
        .iter()
        .filter(|action| action.kind == ActionKind::Profile)
        .collect();
    assert_eq!(profiles.len(), 3);
    for (action, name) in
        profiles
            .iter()
            .zip(["high_throughput", "low_latency", "memory_constrained"])
    {
        assert!(action.title.contains(name), "{}", action.title);
        let (after, _) = apply(&snapshot.document, &found, &action.title);
        let after = Document::parse(&after);
        let profile = nexflow_catalog::profiles()
            .iter()
            .find(|profile| profile.name == name)
            .expect("a profile of the specification");
        for (path, value) in profile.values {
            let path: Vec<&str> = ["state_backends", "d"]
                .into_iter()
                .chain(path.split('.'))
                .collect();
            let entry = nexflow_analysis::edit::entry_at(after.root(), &path);
            let found = entry.and_then(|entry| entry.value().value().map(|text| text.into_owned()));
            assert_eq!(found.as_deref(), Some(*value), "{path:?}");
        }
        assert!(after.rope().to_string().contains("type: rocksdb # mine"));
    }
}

#[test]
fn a_value_is_taken_out_into_a_variable() {
    let text = "checkpoints:\n  main:\n    type: s3\n    bucket: orders-sta$0te\n";
    assert_eq!(
        done(text, "Extract into the variable `MAIN_BUCKET`"),
        (
            "checkpoints:\n  main:\n    type: s3\n    bucket: ${MAIN_BUCKET}\n".to_owned(),
            Some("MAIN_BUCKET=orders-state".to_owned())
        )
    );
    let flow = "checkpoints: {main: {type: s3, bucket: orders-sta$0te}}\n";
    assert_eq!(
        done(flow, "Extract into the variable `MAIN_BUCKET`").0,
        "checkpoints: {main: {type: s3, bucket: \"${MAIN_BUCKET}\"}}\n"
    );
}

#[test]
fn braces_become_lines_and_lines_become_braces() {
    let flow = "state_backends:\n  d:\n    type: rocksdb\n    mem$0ory: {managed: false, per_slot: 256mb}\n";
    let block = "state_backends:\n  d:\n    type: rocksdb\n    mem$0ory:\n      managed: false\n      per_slot: 256mb\n";
    let without = |text: &str| text.replace("$0", "");
    becomes(flow, "Write `memory` as a block", &without(block));
    becomes(block, "Write `memory` in one line", &without(flow));
    let list = "state_backends:\n  d:\n    type: rocksdb\n    storage:\n      local_dir$0ectories: [/mnt/a, '/mnt/b']\n";
    becomes(
        list,
        "Write `local_directories` as a block",
        "state_backends:\n  d:\n    type: rocksdb\n    storage:\n      local_directories:\n        - /mnt/a\n        - /mnt/b\n",
    );
}

#[test]
fn new_lines_end_and_begin_as_those_of_the_document() {
    let flow = "state_backends:\r\n    d:\r\n        type: rocksdb\r\n        mem$0ory: {managed: false, per_slot: 256mb}\r\n";
    becomes(
        flow,
        "Write `memory` as a block",
        "state_backends:\r\n    d:\r\n        type: rocksdb\r\n        memory:\r\n            managed: false\r\n            per_slot: 256mb\r\n",
    );
    // The last line has no end by which one could tell, and a byte order mark stays in front.
    let text = "\u{feff}checkpoints:\r\n  c:\r\n    type: s3\r\n    bucket: My_Bu$0cket";
    becomes(
        text,
        "Ignore `s3-bucket-name` here",
        "\u{feff}checkpoints:\r\n  c:\r\n    type: s3\r\n    # nexflow: ignore[s3-bucket-name]\r\n    bucket: My_Bucket",
    );
    becomes(
        text,
        "Ignore `s3-bucket-name` in this file",
        "\u{feff}# nexflow: ignore-file[s3-bucket-name]\r\ncheckpoints:\r\n  c:\r\n    type: s3\r\n    bucket: My_Bucket",
    );
}

#[test]
fn an_amount_is_written_in_another_unit_that_says_it_exactly() {
    let text = "state_backends: {d: {type: rocksdb, memory: {per_slot: 10$024mb}}}\n";
    becomes(
        text,
        "Write `1024mb` as `1gb`",
        &text.replace("10$024mb", "1gb"),
    );
    becomes(
        text,
        "Write `1024mb` as `1048576kb`",
        &text.replace("10$024mb", "1048576kb"),
    );
    let time = "checkpoints: {c: {type: s3, bucket: abc, checkpoint: {interval: 90$0s}}}\n";
    becomes(
        time,
        "Write `90s` as `90000ms`",
        &time.replace("90$0s", "90000ms"),
    );
    let (_, found) = offered(time);
    assert!(
        !found
            .iter()
            .any(|action| action.title.ends_with("m`") && action.title.contains("90s")),
        "a minute and a half is no number of minutes"
    );
}

/// Rules about something absent for which there is nothing to add with certainty.
const NOTHING_TO_ADD: &[&str] = &[
    // What the bounds are follows from the load.
    "auto-scale-without-bounds",
    // Whether to promote by itself at all is the question.
    "failover-without-target",
    // A header belongs to the top, and which environment it is for nobody knows.
    "header-missing",
    // Only the author knows the Kerberos realm, and whether a login is wanted at all.
    "kerberos-incomplete",
    // An empty text as a stand-in is a choice, and so is any other.
    "on-missing-default",
    // Where the JobManagers keep their state only the platform knows.
    "production-without-ha",
    // The key is there; what its value is only the author knows.
    "required-field-empty",
    // Whether the job follows the pods is for the author to choose.
    "scaling-without-followers",
    // The brokers' limit is not in the document.
    "transaction-timeout-missing",
    // Which regions there are is the author's to say.
    "regional-blocks-missing",
    "regional-without-blocks",
    // Whether the cluster or the backend gives way is a choice.
    "rocksdb-without-managed-memory",
    // Properties of Kafka are no fields.
    "sasl-incomplete",
    // The whole cluster has to be described.
    "toolchain-cluster-missing",
];

#[test]
fn what_rules_miss_can_be_added() {
    let mut without = Vec::new();
    let words = ["missing", "incomplete", "without", "required"];
    for rule in nexflow_catalog::rules() {
        if !words.iter().any(|word| rule.id.contains(word)) {
            continue;
        }
        let snapshot = resolved(rule.fail);
        let diagnostic = nexflow_analysis::diagnostics(&snapshot)
            .into_iter()
            .find(|diagnostic| diagnostic.code == rule.id);
        // Some need another file to be found at all.
        let Some(diagnostic) = diagnostic else {
            continue;
        };
        let found = actions(&snapshot, diagnostic.range);
        let fixes = found.iter().any(|action| {
            action
                .fixes
                .as_ref()
                .is_some_and(|fixed| fixed.code == rule.id)
                && !action.title.starts_with("Ignore")
        });
        if !fixes {
            without.push(rule.id);
        }
    }
    without.sort_unstable();
    let mut expected = NOTHING_TO_ADD.to_vec();
    expected.sort_unstable();
    assert_eq!(without, expected);
}
