//! The first offer is the one that is meant, in the situations in which somebody writes a document for the first time.

mod support;

use std::collections::HashMap;

use nexflow_analysis::{
    CompletionItem, Settings, ValueStats, Variable, VariableOrigin, completion_among,
};
use nexflow_catalog::Field;
use nexflow_syntax::Document;
use support::{size, snapshot};

const HEAD: &str = "version: \"1.0\"\nenvironment: production\n";

/// A folder with another document in it.
struct Folder(Vec<Document>);

impl ValueStats for Folder {
    fn values(&self, field: &Field, give: &mut dyn FnMut(&str, usize)) {
        self.0.values(field, give);
    }
    fn keys(&self, block: &str, give: &mut dyn FnMut(&str, Option<&str>, usize)) {
        self.0.keys(block, give);
    }
    fn documents(&self) -> Vec<String> {
        vec!["common.infra".to_owned(), "staging.infra".to_owned()]
    }
}

/// The offers at `$0`, as an editor lists them: beginnings of what is typed first.
fn offers(marked: &str) -> Vec<CompletionItem> {
    let at = marked.find("$0").expect("a cursor");
    let text = marked.replacen("$0", "", 1);
    let variables: HashMap<String, Variable> = [
        ("CHECKPOINT_BUCKET", "company-flink-checkpoints"),
        ("KAFKA_BROKERS", "kafka-0.kafka:9092,kafka-1.kafka:9092"),
        ("DB_PASSWORD", "xK3-nobody-knows"),
    ]
    .into_iter()
    .map(|(name, value)| {
        let variable = Variable {
            value: value.to_owned(),
            origin: VariableOrigin::EnvFile {
                uri: "file:///project/.env".to_owned(),
                line: 0,
            },
        };
        (name.to_owned(), variable)
    })
    .collect();
    let snapshot = snapshot(&text, Settings::default(), variables);
    let others = Folder(vec![Document::parse(
        "version: \"1.0\"\nenvironment: staging\nstate_backends:\n  ledger_state:\n    type: hashmap\n\
         streams:\n  trades: {type: kafka, topic: staging.trades.v2}\n",
    )]);
    let mut items = completion_among(&snapshot, size(at), &others);
    let typed = text[..at].rsplit([' ', '\n']).next().unwrap_or_default();
    items.retain(|item| {
        let mut rest = item.filter.chars();
        typed.chars().all(|c| rest.any(|other| other == c))
    });
    items.sort_by_key(|item| {
        (
            !item.filter.starts_with(typed),
            item.sort.clone(),
            item.label.clone(),
        )
    });
    items
}

fn labels(marked: &str) -> Vec<String> {
    offers(marked).into_iter().map(|item| item.label).collect()
}

#[track_caller]
fn first(marked: &str, wanted: &str) {
    let labels = labels(&format!("{HEAD}{marked}"));
    let shown = &labels[..labels.len().min(6)];
    assert_eq!(
        labels.first().map(String::as_str),
        Some(wanted),
        "{shown:?}"
    );
}

#[test]
fn an_empty_document_begins_with_a_whole_one_then_its_header() {
    let labels = labels("$0");
    let at = |wanted: &str| labels.iter().position(|label| label == wanted);
    assert_eq!(
        offers("$0")[0].kind,
        nexflow_analysis::CompletionKind::Snippet
    );
    let header: Vec<_> = ["version", "environment", "extends"].map(at).to_vec();
    assert!(
        header.iter().all(Option::is_some) && header.is_sorted(),
        "{labels:?}"
    );
    assert!(header[2] < at("checkpoints"), "{labels:?}");
    for of_the_other_dialect in ["persistence", "calendar", "kafka", "mongodb"] {
        assert_eq!(at(of_the_other_dialect), None);
    }
}

#[test]
fn values_are_those_that_somebody_means() {
    let environment = labels("version: \"1.0\"\nenvironment: $0\n");
    assert_ne!(environment[0], "default", "{environment:?}");
    first("state_backends:\n  a:\n    type: $0\n", "rocksdb");
    // Writing the default changes nothing.
    first(
        "state_backends:\n  a:\n    type: rocksdb\n    incremental: $0\n",
        "true",
    );
    first(
        "checkpoints:\n  a:\n    type: s3\n    bucket: b-1\n    recovery:\n      restart:\n        strategy: $0\n",
        "exponential_delay",
    );
    let parallelism = labels(&format!("{HEAD}resources:\n  a:\n    parallelism: $0\n"));
    assert_ne!(parallelism.first().map(String::as_str), Some("1"));
}

#[test]
fn a_variable_that_resolves_comes_before_an_invented_example() {
    first(
        "checkpoints:\n  a:\n    type: s3\n    bucket: $0\n",
        "${CHECKPOINT_BUCKET}",
    );
    first(
        "streams:\n  a:\n    type: kafka\n    topic: t\n    brokers: $0\n",
        "${KAFKA_BROKERS}",
    );
    // None whose value is of another kind.
    for place in [
        "checkpoints:\n  a:\n    type: s3\n    bucket: b-1\n    checkpoint:\n      interval: $0\n",
        "state_backends:\n  a:\n    type: rocksdb\n    incremental: $0\n",
        "state_backends:\n  a:\n    type: rocksdb\n    options:\n      compression: $0\n",
    ] {
        let labels = labels(&format!("{HEAD}{place}"));
        assert!(
            labels.iter().all(|label| !label.contains("${")),
            "{labels:?}"
        );
    }
}

#[test]
fn names_are_those_of_the_folder() {
    first("extends: $0\n", "common.infra");
    first("state_backends:\n  $0\n", "ledger_state");
    first(
        "state_backends:\n  a:\n    type: changelog\n    base_backend: $0\n  b:\n    type: rocksdb\n",
        "b",
    );
}

#[test]
fn required_fields_come_first_and_are_marked() {
    let offers = offers(&format!("{HEAD}streams:\n  a:\n    type: kafka\n    $0\n"));
    let mut two: Vec<_> = offers[..2].iter().map(|item| item.label.as_str()).collect();
    two.sort_unstable();
    assert_eq!(two, ["brokers", "topic"]);
    for item in &offers[..2] {
        assert!(item.detail.contains("required"), "{}", item.detail);
    }
}

#[test]
fn jumps_over_blocks_come_after_what_is_typed() {
    let labels = labels(&format!(
        "{HEAD}state_backends:\n  a:\n    type: hashmap\n    incr$0\n"
    ));
    assert!(
        labels.iter().all(|label| !label.contains("run_interval")),
        "{labels:?}"
    );
}

#[test]
fn texts_follow_from_what_stands_around() {
    // As the entry beside it has it.
    first(
        "streams:\n  orders:\n    type: kafka\n    topic: shop.orders.v1\n  carts:\n    type: kafka\n    topic: sh$0\n",
        "shop.carts.v1",
    );
    // As another document has it for its environment.
    first(
        "streams:\n  trades:\n    type: kafka\n    topic: pr$0\n",
        "production.trades.v2",
    );
    // A part of another text.
    first(
        "streams:\n  a:\n    type: kafka\n    topic: shop/pricing/raw\n    consumer:\n      group_id: pri$0\n",
        "pricing",
    );
}

#[test]
fn an_entry_is_called_like_what_it_holds() {
    first(
        "streams:\n  pa$0\n    type: kafka\n    topic: shop.payments\n",
        "payments",
    );
}

#[test]
fn a_block_of_a_region_begins_with_one_that_the_document_has() {
    let regional = "checkpoints:\n  a:\n    type: s3\n    regional: true\n";
    first(
        &format!(
            "{regional}    eu-west-3:\n      bucket: b-1\n  b:\n    type: s3\n    regional: true\n    eu$0\n"
        ),
        "eu-west-3",
    );
}

#[test]
fn a_type_is_offered_beside_fields_of_any_type() {
    first(
        "state_backends:\n  b:\n    type: rocksdb\n  a:\n    ty$0\n    base_backend: b\n",
        "type",
    );
}

#[test]
fn sizes_go_on_in_their_usual_steps() {
    first(
        "state_backends:\n  a:\n    type: rocksdb\n    options:\n      block_cache_size: 51$0\n",
        "512mb",
    );
}
