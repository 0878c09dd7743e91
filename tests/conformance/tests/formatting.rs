//! Formatting touches white space only, says the same to a parser that knows nothing of it, and has nothing left to do when it is
//! done: on the official suite, the corpus, random documents, and all of them broken.
#![allow(clippy::print_stdout, reason = "tests print their figures")]

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{
    Context, FormatOptions, Settings, Snapshot, edit::applied, format, same_meaning,
};
use nexflow_conformance::{
    corpus::{self, Random},
    corrupt::leaves,
    suite::cases,
};
use nexflow_syntax::{Document, TextEdit};
use proptest::{collection::vec, prelude::*, sample::select};
use yaml_rust2::{
    parser::{Event, MarkedEventReceiver, Parser},
    scanner::Marker,
};

fn snapshot(text: &str) -> Snapshot {
    let context = Context {
        settings: Arc::new(Settings::default()),
        variables: Arc::new(HashMap::new()),
        bases: Vec::new(),
        base_problem: None,
        processes: None,
    };
    Snapshot::new(Document::parse(text), context)
}

#[derive(Default)]
struct Events(Vec<String>);

impl MarkedEventReceiver for Events {
    fn on_event(&mut self, event: Event, _: Marker) {
        self.0.push(format!("{event:?}"));
    }
}

/// What the independent parser reads; `None` where it reads an error.
///
/// It takes `---` in a block scalar at the top of a document for content, where YAML ends the document, and blanks behind the last
/// line break for a line of a block scalar, where YAML has none (nor have PyYAML and `yaml` of npm): such texts are compared by the
/// tree alone.
fn events(text: &str) -> Option<Vec<String>> {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let ends_in_blanks = !last.is_empty() && last.trim().is_empty();
    if (text.contains("---") || ends_in_blanks) && text.contains(['|', '>']) {
        return None;
    }
    let mut events = Events::default();
    let mut parser = Parser::new_from_str(text);
    parser.load(&mut events, true).ok()?;
    Some(events.0)
}

fn blackened(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn formatted(text: &str, options: FormatOptions) -> (String, Vec<TextEdit>) {
    let snapshot = snapshot(text);
    let edits = format(&snapshot, None, options);
    (
        applied(&snapshot.document, &edits).rope().to_string(),
        edits,
    )
}

/// Says what is wrong with the formatting of a text.
fn keeps_meaning(text: &str, options: FormatOptions) -> Result<bool, String> {
    let (after, edits) = formatted(text, options);
    for edit in &edits {
        let old = &text[edit.range];
        if !old.trim().is_empty() || !edit.insert.trim().is_empty() {
            return Err(format!("more than white space: {edit:?} of {old:?}"));
        }
        if old == edit.insert {
            return Err(format!("an edit that changes nothing: {edit:?}"));
        }
    }
    for pair in edits.windows(2) {
        if pair[0].range.end() > pair[1].range.start() {
            return Err(format!("edits overlap or are out of order: {pair:?}"));
        }
    }
    if blackened(text) != blackened(&after) {
        return Err(format!("other text\n{after}"));
    }
    if !same_meaning(&Document::parse(text), &Document::parse(&after)) {
        return Err(format!("another tree\n{after}"));
    }
    let (before, now) = (events(text), events(&after));
    // A text that it rejects is compared by the tree alone: a blank that goes may have been all that it rejected.
    if before.is_some() && before != now {
        return Err(format!("another meaning\n{after}\n{before:#?}\n{now:#?}"));
    }
    let (_, again) = formatted(&after, options);
    if !again.is_empty() {
        return Err(format!("not idempotent\n{after}\n{again:#?}"));
    }
    Ok(!edits.is_empty())
}

const WIDE: FormatOptions = FormatOptions {
    indent: 4,
    blank_lines: 1,
};

/// Formats many texts, prints how many there were and in how many something was to do, and fails with the first complaints.
fn all(what: &str, texts: impl IntoIterator<Item = (String, String)>) {
    let (mut number, mut changed, mut complaints) = (0, 0, Vec::new());
    for (name, text) in texts {
        for options in [FormatOptions::default(), WIDE] {
            number += 1;
            match keeps_meaning(&text, options) {
                Ok(did) => changed += usize::from(did),
                Err(complaint) => {
                    complaints.push(format!("{name}: {complaint}\n-- was --\n{text}"))
                }
            }
        }
    }
    println!(
        "{what}: {number} formatted, {changed} of them changed, {} wrong",
        complaints.len()
    );
    complaints.truncate(12);
    assert!(complaints.is_empty(), "{}", complaints.join("\n=====\n"));
}

/// The same with its levels indented by another width, its lists moved, and blanks where they do not matter.
fn disordered(text: &str, seed: u64) -> String {
    let mut random = Random(seed);
    let document = Document::parse(text);
    let mut edits = Vec::new();
    for leaf in leaves(text, &document) {
        if random.once_in(3) {
            let blanks = " ".repeat(1 + random.below(3));
            edits.push((leaf.value.0, blanks));
        }
        if random.once_in(3) {
            edits.push((leaf.key.1, " ".repeat(random.below(2))));
        }
    }
    edits.sort();
    let mut out = text.to_owned();
    for (at, insert) in edits.into_iter().rev() {
        out.insert_str(at, &insert);
    }
    out
}

fn corpus_texts() -> Vec<(String, String)> {
    let mut texts: Vec<_> = corpus::samples()
        .into_iter()
        .map(|sample| (sample.name, sample.text))
        .collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/documents");
    for entry in std::fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("the corpus can be read").path();
        if path.extension().is_some_and(|ending| ending == "infra") {
            let text = std::fs::read_to_string(&path).expect("the corpus can be read");
            texts.push((path.display().to_string(), text));
        }
    }
    texts
}

#[test]
fn the_official_suite() {
    all(
        "suite",
        cases()
            .into_iter()
            .map(|case| (format!("{} {}", case.id, case.name), case.yaml)),
    );
}

#[test]
fn the_official_suite_with_windows_line_ends() {
    all(
        "suite, CRLF",
        cases()
            .into_iter()
            .map(|case| (case.id, case.yaml.replace('\n', "\r\n"))),
    );
}

#[test]
fn the_corpus() {
    all("corpus", corpus_texts());
}

#[test]
fn the_corpus_in_disorder() {
    let texts = corpus_texts().into_iter().enumerate();
    all(
        "disordered",
        texts.map(|(seed, (name, text))| (name, disordered(&text, seed as u64))),
    );
}

/// One line of each document broken, in several ways.
#[test]
fn the_corpus_broken() {
    const BREAKS: &[&str] = &[
        "key",
        "  - ",
        "a: b: c",
        "\t",
        "x: [",
        "}",
        "\"",
        "   deep: 1",
        "? ",
        "<<<<<<< HEAD",
    ];
    let mut texts = Vec::new();
    for (number, (name, text)) in corpus_texts().into_iter().enumerate() {
        let mut random = Random(number as u64);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for _ in 0..2 {
            let at = random.below(lines.len());
            let with = random.pick(BREAKS);
            let mut out: String = lines[..at].concat();
            out.push_str(with);
            out.push('\n');
            out.push_str(&lines[at..].concat());
            texts.push((format!("{name}, line {at}"), out));
        }
    }
    all("broken", texts);
}

/// What is well in a document with an error elsewhere is formatted all the same.
#[test]
fn healthy_parts_of_a_broken_document_are_formatted() {
    let text = "a:\n    b:   1\n    c: [1,2]\nbad: [\nd:\n    e:    2\n";
    let (after, _) = formatted(text, FormatOptions::default());
    assert_eq!(after, "a:\n  b: 1\n  c: [1, 2]\nbad: [\nd:\n  e: 2\n");
}

const FRAGMENTS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\r\n",
    " ",
    "  ",
    "    ",
    "\t",
    "a",
    "key",
    "key:",
    "key:   value",
    "b : 1",
    "- ",
    "-   x",
    "-",
    ": ",
    "? ",
    "\"",
    "'",
    "\"text\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "[a,b ,  c]",
    "{a: 1,b:  2}",
    "#",
    "  # comment",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "!tag ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "${VAR}",
    "\u{1f980}",
    "section:\n",
    "section:\n    first:  1\n",
    "\n\n\n\n\n",
    "text: |\n    line\n\n      deeper\n",
    "- - a\n  - b\n",
    "-   a: 1\n    b: 2\n",
    "   \n",
    "# alone\n",
    "    # deep\n",
];

fn regular() -> impl Strategy<Value = String> {
    let scalar = select(vec![
        "1",
        "  value",
        "\"quoted\"",
        "'it''s'",
        "[a,b]",
        "{a: 1,  b: [c ,d]}",
        "${VAR}",
        "",
        "|\n            text\n              deeper\n",
        "a  # why",
        "\"two\n          lines\"",
        "plain\n          words",
        "&x 1",
        "!!str 2",
        "\n        - a\n        -   b\n",
        "\n        -  k: v\n           l:  w\n",
        "\n            deep:   1\n            more: 2\n",
    ]);
    let leaf = (
        select(vec!["type", "path", "interval", "a b", "\"q\""]),
        scalar,
        select(vec!["", " ", "   "]),
        select(vec!["", "      # about\n", "\n\n\n\n", "  # shallow\n"]),
    )
        .prop_map(|(key, value, blanks, before)| {
            format!("{before}        {key}:{blanks} {value}\n")
        });
    let entry = (
        select(vec!["default", "other", "x"]),
        vec(leaf, 0..4),
        any::<bool>(),
    )
        .prop_map(|(key, leaves, comment)| {
            format!(
                "    {key}:{}\n{}",
                if comment { "   # about" } else { "" },
                leaves.concat()
            )
        });
    let section = (
        select(vec!["state_backends", "checkpoints", "streams"]),
        vec(entry, 0..4),
    )
        .prop_map(|(key, entries)| format!("{key}:\n{}", entries.concat()));
    (
        select(vec!["", "# head\n", "version: 1\n", "---\nversion: 1\n"]),
        vec(section, 0..4),
    )
        .prop_map(|(header, sections)| format!("{header}{}", sections.concat()))
}

fn text() -> impl Strategy<Value = String> {
    let fragments = || vec(select(FRAGMENTS), 0..14).prop_map(|parts| parts.concat());
    prop_oneof![
        4 => regular(),
        3 => fragments(),
        1 => (regular(), fragments()).prop_map(|(a, b)| a + &b),
        1 => (fragments(), regular()).prop_map(|(a, b)| a + "\n" + &b),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1500),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_documents(text in text(), wide in any::<bool>(), windows in any::<bool>()) {
        let options = if wide { WIDE } else { FormatOptions::default() };
        let text = if windows { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text };
        if let Err(complaint) = keeps_meaning(&text, options) {
            return Err(TestCaseError::fail(format!("{complaint}\n-- was --\n{text:?}")));
        }
    }

    /// Edits in a range lie on its lines and are those of the whole document.
    #[test]
    fn random_ranges(text in text(), from in any::<u16>(), to in any::<u16>()) {
        let snapshot = snapshot(&text);
        let at = |part: u16| u32::try_from(usize::from(part) * (text.len() + 1) / (usize::from(u16::MAX) + 1)).unwrap_or(0);
        let range = nexflow_syntax::TextRange::new(at(from.min(to)).into(), at(from.max(to)).into());
        let edits = format(&snapshot, Some(range), FormatOptions::default());
        let after = applied(&snapshot.document, &edits).rope().to_string();
        prop_assert_eq!(blackened(&text), blackened(&after));
        let before = events(&text);
        prop_assert!(before.is_none() || before == events(&after), "{}", after);
    }
}
