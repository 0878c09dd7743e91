//! How diagnostics speak, as far as a program can check it: one sentence or two, each with a capital letter and a full stop, that
//! begin with the problem.

use std::collections::BTreeMap;

use nexflow_analysis::{diagnostics, diagnostics_with_fixes, quick_fixes};
use nexflow_catalog::{fields, rules};

use nexflow_syntax::TextRange;

use crate::{
    catalog::example,
    field_examples::{self, specification::blocks},
    pairs::{case, pairs},
    support::{Case, complain, unmark},
};

/// Turns that are not how a native speaker puts it, or that belong to the making of the rules.
const FORBIDDEN: &[&str] = &[
    " is no ",
    " are no ",
    " takes no ",
    " lacks ",
    " stands ",
    " behind it",
    "somebody",
    "nobody can tell",
    "did you mean",
    " mend",
    "InfraSchema",
];

/// More characters than this are an explanation, whose place is the page of the rule. What a document says is not counted.
const LONGEST: usize = 170;

/// What is wrong with a message, if anything.
fn problem(message: &str) -> Option<&'static str> {
    let first = message.chars().next()?;
    let quoted: String = message.split('`').skip(1).step_by(2).collect();
    if first.is_lowercase() {
        Some("no capital letter")
    } else if !message.ends_with(['.', '?']) {
        Some("no full stop")
    } else if message.matches('`').count() % 2 == 1 && !quoted.contains('"') {
        Some("a code mark is missing")
    } else if message.chars().count() - quoted.chars().count() > LONGEST {
        Some("too long")
    } else if FORBIDDEN.iter().any(|word| message.contains(word)) {
        Some("a turn that is foreign")
    } else {
        None
    }
}

/// Whether a message says what to do.
fn gives_advice(message: &str) -> bool {
    const ADVICE: [&str; 8] = [
        "add ",
        "did you mean ",
        "expected ",
        "quote ",
        "remove ",
        "set ",
        "use ",
        "write ",
    ];
    let message = message.to_lowercase();
    let mut sentences = message
        .split_inclusive(['.', ';', ':'])
        .map(str::trim_start);
    sentences.any(|sentence| ADVICE.iter().any(|word| sentence.starts_with(word)))
}

/// One line of the text damaged in each of the ways in which fingers slip.
fn slips(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let slips: [fn(&str) -> String; 8] = [
        |line| line.replacen(':', "", 1),
        |line| line.replacen(": ", ":", 1),
        |line| format!(" {line}"),
        |line| format!("\t{line}"),
        |line| line.replacen("- ", "", 1),
        |line| format!("{line} }}"),
        |line| line.replacen(": ", ": \"", 1),
        |line| line.replacen(": ", ": [", 1),
    ];
    let mut texts = Vec::new();
    for at in 0..lines.len() {
        for slip in slips {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[at] = slip(&lines[at]);
            texts.push(lines.join("\n") + "\n");
        }
    }
    texts
}

#[test]
fn every_message_is_a_sentence_that_begins_with_the_problem() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut heard = 0;
    let mut listen = |case: &Case<'_>| {
        for found in diagnostics(&case.snapshot()) {
            heard += 1;
            // What `check` prints below a message rests on this.
            let rule = nexflow_catalog::rule(found.code);
            let claims = found.advises || rule.is_some_and(|rule| rule.advises);
            let advice = claims && !gives_advice(&found.message);
            let advice = advice.then_some("no advice, although the data say that it has some");
            if let Some(problem) = problem(&found.message).or(advice) {
                let key = format!("{}: {problem}", found.code);
                seen.entry(key).or_insert(found.message);
            }
        }
    };
    for rule in rules() {
        listen(&example(rule.id, rule.fail));
    }
    for (_, pair) in pairs() {
        let (text, _) = unmark(&pair.fail);
        listen(&case(&pair, &text));
    }
    for field in fields() {
        if let Some(wrong) = field_examples::wrong_value(field) {
            listen(&Case::new(&field_examples::example(field, wrong).text));
        }
    }
    for (_, block) in blocks() {
        for text in slips(&block) {
            listen(&Case::new(&text));
        }
    }
    println!("{heard} messages read");
    let failures = seen
        .into_iter()
        .map(|(rule, message)| format!("{rule}: {message}"))
        .collect::<Vec<_>>();
    complain("messages", &failures);
}

/// What the menu of the light bulb says: an imperative, with code marks in pairs and no full stop.
#[test]
fn every_fix_is_an_imperative() {
    const VERBS: &[&str] = &[
        "Add", "Change", "Close", "Extract", "Ignore", "Indent", "Insert", "Keep", "Merge", "Move",
        "Quote", "Put", "Remove", "Rename", "Replace", "Set", "Split", "Start", "Use", "Write",
    ];
    let mut wrong = Vec::new();
    let mut heard = 0;
    for rule in rules() {
        let case = example(rule.id, rule.fail);
        let snapshot = case.snapshot();
        let whole = TextRange::up_to(snapshot.document.len());
        let found = diagnostics_with_fixes(&snapshot, whole);
        let offered = found
            .into_iter()
            .flat_map(|one| quick_fixes(&snapshot, one));
        for action in offered {
            heard += 1;
            let verb = action.title.split(' ').next().unwrap_or_default();
            let has_odd_marks = action.title.matches('`').count() % 2 == 1;
            if !VERBS.contains(&verb) || action.title.ends_with('.') || has_odd_marks {
                wrong.push(format!("{}: {}", rule.id, action.title));
            }
        }
    }
    println!("{heard} titles read");
    wrong.sort_unstable();
    wrong.dedup();
    complain("titles", &wrong);
}

/// Sentences that were once foreign, as they were put by people who speak the language.
#[test]
fn known_sentences_stay_as_they_were_put() {
    const SENTENCES: &[(&str, &str)] = &[
        (
            "state_backends: {d: {type: rocksdb, options: {compression: LZO}}}",
            "Unknown value `LZO` for `compression`. Did you mean `LZ4`?",
        ),
        (
            "streams: {orders: {typ: kafka}}",
            "Unknown field `typ` in `orders`. Did you mean `type`?",
        ),
        (
            "enviroment: test",
            "Unknown top-level key `enviroment`. Did you mean `environment`?",
        ),
        (
            "state_backends:\n  payments\n    type: rocksdb\n",
            "Missing `:` after `payments`.",
        ),
        (
            "streams:\n  orders: {type: kafka}\n  orders: {type: kafka}\n",
            "Duplicate key `orders`. Most parsers silently keep only the last one.",
        ),
        (
            "checkpoints: {a: {checkpoint: {timeout: 10 min}}}",
            "`10 min` is valid in Flink but not in Nexflow. Write `10m`.",
        ),
        (
            "version: 1.0\nenvironment: test\n",
            "Quote the version: `'1.0'`. Unquoted, YAML reads it as a number and 1.10 becomes 1.1.",
        ),
        (
            "state_backends: {d: {type: external, redis: {uri: 'http://r'}}}",
            "Invalid Redis URI scheme `http://`. Use `redis://` or `rediss://`.",
        ),
        (
            "streams: {orders: {type: kafka, topic: orders, brokers: 'b:9092', acks: all}}",
            "Unknown field `acks` in `orders`. Did you mean `producer.acks`?",
        ),
        (
            "streams: {orders: {type: kafka, topic: 'my orders', brokers: 'b:9092'}}",
            "Invalid topic name: it contains a space. Use letters, digits, `.`, `_` and `-`.",
        ),
        (
            "checkpoints: {a: {type: s3, bucket: My_Bucket}}",
            "Invalid S3 bucket name `My_Bucket`: upper-case letters are not allowed. Use lower-case letters, digits, dots and hyphens.",
        ),
        (
            "checkpoints: {a: {type: s3, bucket: my-bucket, region: eu-centrl-1}}",
            "Unknown AWS region `eu-centrl-1`. Did you mean `eu-central-1`?",
        ),
        (
            "lookups: {l: {type: redis, uri: 'http://r:6379'}}",
            "Invalid URI scheme `http://`. Use `redis://`, `rediss://` or `unix://`.",
        ),
        (
            "state_backends: {orders: {incremental: true}}",
            "Missing `type` in state backend `orders` (`rocksdb`, `hashmap`, `external` or `changelog`).",
        ),
        (
            "state_backends: {c: {type: changelog, base_backend: orders}}",
            "Unknown base backend `orders`. Use `rocksdb`, `hashmap` or a backend defined here.",
        ),
        (
            "failover: {p: {primary: eu, secondary: eu}}",
            "`secondary` must differ from `primary` (`eu`).",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, sentence) in SENTENCES {
        let found = diagnostics(&Case::new(text).snapshot());
        if !found.iter().any(|one| one.message == *sentence) {
            let said: Vec<_> = found.into_iter().map(|one| one.message).collect();
            wrong.push(format!("{sentence}\n  {}", said.join("\n  ")));
        }
    }
    complain("sentences", &wrong);
}
