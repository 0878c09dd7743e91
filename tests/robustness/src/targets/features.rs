//! A tree becomes everything that an editor shows, at every offset.

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{
    Action, BaseDocument, Change, Context, Diagnostic, FlinkVersion, FormatOptions, HintOptions,
    OutlineNode, Settings, Snapshot, Token, Variable, VariableOrigin, actions, completion,
    definition, diagnostics, diagnostics_with_fixes, edit::applied, explain_at, file_links,
    fix_all, folds, format, format_on_type, hover, inlay_hints, outline, references_to,
    same_meaning, selection_ranges, status, symbol_at, symbols, tokens,
};
use nexflow_catalog::Applicability;
use nexflow_conformance::dump;
use nexflow_syntax::{Document, TextEdit, TextRange, TextSize};

use super::tree::within;
use crate::script::{self, size};

/// Longer texts are cut: everything is asked at every offset.
const MOST_BYTES: usize = 3 << 10;

/// At more offsets than this, not each one is asked.
const MOST_OFFSETS: usize = 400;

const BASE: &str = "\
version: \"1.0\"
state_backends:
  default: &d
    type: rocksdb
    compression: LZ4
    memory: {managed: 1gb}
checkpoints:
  default:
    type: s3
    bucket: state
    interval: 60s
";

/// Asks everything of the bytes as a document.
///
/// # Panics
///
/// When an answer is out of bounds, contradicts another, or cannot be applied.
pub fn run(bytes: &[u8]) {
    let text = script::text(bytes, MOST_BYTES);
    let snapshot = snapshot(&text);
    whole(&text, &snapshot);
    formatting(&text, &snapshot);
    let stride = text.len() / MOST_OFFSETS + 1;
    let first = script::fingerprint(&text) % stride;
    for at in (first..=text.len()).step_by(stride) {
        if text.is_char_boundary(at) {
            at_offset(&text, &snapshot, size(at));
        }
    }
    fixing(&text, &snapshot);
}

/// The text with settings and bases that depend on it, so that an input says all that there is.
#[must_use]
pub fn snapshot(text: &str) -> Snapshot {
    let variable = |name: &str, value: &str| {
        let origin = VariableOrigin::EnvFile {
            uri: "file:///.env".into(),
            line: 0,
        };
        let value = value.to_owned();
        (name.to_owned(), Variable { value, origin })
    };
    let variables: HashMap<String, Variable> = [
        variable("A", "a"),
        variable("BUCKET", "state"),
        variable("SIZE", "1gb"),
        variable("SECRET_TOKEN", PASSWORD),
        variable("EMPTY", ""),
    ]
    .into();
    let number = script::fingerprint(text);
    let settings = Settings {
        flink_version: [FlinkVersion::V1_17, FlinkVersion::V1_20, FlinkVersion::V2_2][number % 3],
        assume_variables: number.is_multiple_of(5),
        ..Settings::default()
    };
    let bases = if text.contains("extends") {
        vec![BaseDocument {
            uri: "file:///base.infra".into(),
            document: Document::parse(BASE),
        }]
    } else {
        Vec::new()
    };
    let context = Context {
        settings: Arc::new(settings),
        variables: Arc::new(variables),
        bases,
        base_problem: None,
        processes: None,
    };
    Snapshot::new(Document::parse(text), context)
}

/// The value of a variable that sounds like a secret.
const PASSWORD: &str = "hunter2";

/// What is said to people does not tell the value of a secret variable. (What the text itself tells may be no secret where it
/// stands; the secrets of fields are looked at in `analysis/tests/whole_catalog.rs`.)
fn keeps_secrets(text: &str, said: &str) {
    assert!(
        text.contains(PASSWORD) || !said.contains(PASSWORD),
        "a secret in {said:?}"
    );
}

fn whole(text: &str, snapshot: &Snapshot) {
    for found in diagnostics(snapshot) {
        finding(text, &found);
        keeps_secrets(text, &found.message);
    }
    let coloured = tokens(snapshot, None);
    for token in &coloured {
        within(text, token.range);
        let word = &text[token.range];
        assert!(
            !word.is_empty() && !word.contains('\n'),
            "{token:?} is {word:?}"
        );
    }
    for pair in coloured.windows(2) {
        assert!(
            pair[0].range.end() <= pair[1].range.start(),
            "{pair:?} overlap"
        );
    }
    part_of_the_tokens(text, snapshot, &coloured);
    for symbol in outline(snapshot) {
        check_outline(text, &symbol);
    }
    for fold in folds(snapshot) {
        within(text, fold.range);
        assert!(
            text[fold.range].contains(['\n', '\r']),
            "{fold:?} is on one line"
        );
    }
    for name in symbols(&snapshot.document) {
        within(text, name.range);
    }
    for link in file_links(snapshot) {
        within(text, link.range);
    }
    let all = TextRange::up_to(snapshot.document.len());
    let hints = inlay_hints(snapshot, all, HintOptions::default());
    for hint in &hints {
        within(text, TextRange::empty(hint.offset));
        keeps_secrets(text, &hint.label);
    }
    status(snapshot);
}

fn part_of_the_tokens(text: &str, snapshot: &Snapshot, all: &[Token]) {
    let mut middle = text.len() / 2;
    while !text.is_char_boundary(middle) {
        middle -= 1;
    }
    let range = TextRange::new(size(middle), size(text.len()));
    let part = tokens(snapshot, Some(range));
    let mut expected: Vec<_> = all.to_vec();
    expected.retain(|token| {
        token
            .range
            .intersect(range)
            .is_some_and(|both| !both.is_empty())
    });
    for token in &expected {
        assert!(
            part.contains(token),
            "{token:?} is missing from a part of the text"
        );
    }
    for token in &part {
        assert!(
            all.contains(token),
            "{token:?} is in a part of the text only"
        );
    }
}

fn finding(text: &str, found: &Diagnostic) {
    within(text, found.range);
    assert!(!found.message.trim().is_empty(), "{found:?}");
    for related in &found.related {
        within(
            if related.file.is_some() { BASE } else { text },
            related.range,
        );
    }
}

fn check_outline(text: &str, symbol: &OutlineNode) {
    within(text, symbol.range);
    assert!(
        symbol.range.contains_range(symbol.selection),
        "VS Code refuses an outline whose selection leaves its range: {symbol:?}"
    );
    symbol
        .children
        .iter()
        .for_each(|child| check_outline(text, child));
}

fn formatting(text: &str, snapshot: &Snapshot) {
    let options = FormatOptions::default();
    let edits = format(snapshot, None, options);
    apart(text, &edits);
    for edit in &edits {
        let old = &text[edit.range];
        assert!(
            old.trim().is_empty() && edit.insert.trim().is_empty(),
            "more than white space: {edit:?} of {old:?}"
        );
    }
    let after = applied(&snapshot.document, &edits);
    assert!(
        same_meaning(&snapshot.document, &after),
        "formatting changes the meaning"
    );
    if snapshot.document.errors().is_empty() {
        assert_eq!(
            dump::events(&snapshot.document),
            dump::events(&after),
            "formatting changes what YAML reads"
        );
    }
    let again = Snapshot::new(
        Document::parse(&after.rope().to_string()),
        snapshot.context.clone(),
    );
    let more = format(&again, None, options);
    assert!(
        more.is_empty(),
        "formatting is not done when it is done: {more:?} of {:?}",
        after.rope().to_string()
    );
}

fn at_offset(text: &str, snapshot: &Snapshot, at: TextSize) {
    for item in completion(snapshot, at) {
        within(text, item.replace);
        assert!(item.replace.contains_inclusive(at), "{item:?} at {at:?}");
        let replaced = &text[item.replace];
        assert!(!replaced.contains('\n'), "{item:?} replaces {replaced:?}");
        assert!(!item.label.is_empty(), "{item:?}");
        if item.snippet {
            let shown = nexflow_catalog::snippet::plain(&item.insert);
            assert_eq!(shown, item.plain, "both forms of {item:?} say the same");
        }
        keeps_secrets(text, &item.detail);
    }
    if let Some(hover) = hover(snapshot, at) {
        within(text, hover.range);
        assert!(hover.range.contains_inclusive(at), "{hover:?} at {at:?}");
        keeps_secrets(text, &hover.markdown);
    }
    let selections = selection_ranges(snapshot, at);
    for range in &selections {
        within(text, *range);
        assert!(range.contains_inclusive(at), "{range:?} at {at:?}");
    }
    for pair in selections.windows(2) {
        assert!(
            pair[1].contains_range(pair[0]) && pair[1] != pair[0],
            "{pair:?} do not grow"
        );
    }
    if let Some((range, _)) = definition(snapshot, at) {
        within(text, range);
        assert!(range.contains_inclusive(at), "{range:?} at {at:?}");
    }
    if let Some(name) = symbol_at(&snapshot.document, at) {
        let all = references_to(&snapshot.document, &name.symbol);
        assert!(all.contains(&name), "{name:?} is not among its own places");
    }
    let edits = format_on_type(snapshot, at, FormatOptions::default());
    apart(text, &edits);
    for edit in &edits {
        assert!(
            text[edit.range].trim().is_empty() && edit.insert.trim().is_empty(),
            "{edit:?}"
        );
    }
    explain_at(snapshot, at);
}

/// Edits in terms of one text, in whatever order, that do not touch each other's text.
fn apart(text: &str, edits: &[TextEdit]) {
    let mut ranges: Vec<_> = edits.iter().map(|edit| edit.range).collect();
    ranges.iter().for_each(|range| within(text, *range));
    ranges.sort_by_key(|range| (range.start(), range.end()));
    for pair in ranges.windows(2) {
        assert!(pair[0].end() <= pair[1].start(), "edits overlap: {edits:?}");
    }
}

fn fixing(text: &str, snapshot: &Snapshot) {
    let all = TextRange::up_to(snapshot.document.len());
    let errors = snapshot.document.errors().len();
    for found in diagnostics_with_fixes(snapshot, all) {
        finding(text, &found);
        for fix in &found.fixes {
            apart(text, &fix.edits);
            let after = applied(&snapshot.document, &fix.edits);
            assert!(
                fix.applicability != Applicability::Safe || after.errors().len() <= errors,
                "a safe fix breaks the text: {fix:?} of {found:?} gives {:?}",
                after.rope().to_string()
            );
        }
    }
    let edits = fix_all(snapshot, Applicability::Safe);
    apart(text, &edits);
    let after = applied(&snapshot.document, &edits);
    assert!(
        after.errors().len() <= errors,
        "fixing everything breaks the text: {:?}",
        after.rope().to_string()
    );
    // To offer actions costs most, so only a few places are asked.
    let number = script::fingerprint(text);
    let mut places = vec![all];
    for part in 1..4 {
        let mut at = (number / part) % (text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        places.push(TextRange::empty(size(at)));
    }
    for place in places {
        actions(snapshot, place)
            .iter()
            .for_each(|action| offered(text, action));
    }
}

fn offered(text: &str, action: &Action) {
    assert!(
        !action.title.is_empty() && !action.changes.is_empty(),
        "{action:?}"
    );
    for change in &action.changes {
        match change {
            Change::Document(edits) => apart(text, edits),
            Change::Base { edits, .. } => apart(BASE, edits),
            Change::Sibling { uri, .. } => panic!("nobody said that there is {uri}"),
            Change::EnvLine(line) => assert!(!line.contains('\n'), "{action:?}"),
        }
    }
}
