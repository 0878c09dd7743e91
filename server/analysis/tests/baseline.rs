//! What a baseline has recorded is found again after edits, moves and renames elsewhere, and nothing else is taken for it.
//!
//! The oracle knows positions, which the baseline does not: a diagnostic is an old one when its rule reported the same token before
//! the change. Changes are made of whole lines, so that every token that stays has one place before and one after.

#[path = "../../../tests/corpus/files.rs"]
mod files;
mod support;

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{
    Diagnostic, Recorded, Settings, Snapshot, diagnostics, new_diagnostics, record,
};
use nexflow_syntax::{Document, NodeKind, SyntaxCode, TextRange, TextSize};

/// Changes that are tried in all.
const CHANGES: usize = 1_000;

/// The documents with the line endings of most editors, so that all lines end alike.
fn corpora() -> Vec<(String, String)> {
    let documents = files::documents().into_iter();
    documents
        .map(|(name, text)| (name, text.replace("\r\n", "\n")))
        .collect()
}

/// The same numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).expect("small")
    }
}

fn with(text: &str, recorded: Option<Recorded>) -> Snapshot {
    let settings = Settings {
        assume_variables: true,
        recorded: recorded.map(Arc::new),
        ..Settings::default()
    };
    support::snapshot(text, settings, HashMap::new())
}

/// A text of lines, each with its number in the text before the change, if it was there.
type Lines = Vec<(Option<usize>, String)>;

fn lines(text: &str) -> Lines {
    let each = text.split_inclusive('\n').enumerate();
    each.map(|(at, line)| (Some(at), line.to_owned())).collect()
}

fn joined(lines: &Lines) -> String {
    lines.iter().map(|(_, line)| line.as_str()).collect()
}

fn line_of(text: &str, at: TextSize) -> (usize, usize) {
    let before = &text[..usize::from(at)];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count(), before.len() - start)
}

/// The lines of the entries of sections, and of whole sections, that can change places: what begins where, and where it ends.
fn blocks(text: &str) -> Vec<Vec<std::ops::Range<usize>>> {
    let document = Document::parse(text);
    if !document.parts().is_empty() || !document.errors().is_empty() {
        return Vec::new();
    }
    let count = text.split_inclusive('\n').count();
    let starts = |node: nexflow_syntax::Node<'_>| -> Vec<(usize, usize)> {
        let each = node
            .entries()
            .map(|entry| line_of(text, entry.key().range().start()));
        each.collect()
    };
    let mut groups = Vec::new();
    let root = document.root();
    let tops = starts(root);
    let group = |starts: &[(usize, usize)], end: usize| -> Vec<std::ops::Range<usize>> {
        let ends = starts.iter().skip(1).map(|start| start.0).chain([end]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| start.0..end)
            .collect()
    };
    for (at, section) in root.entries().enumerate() {
        let end = tops.get(at + 1).map_or(count, |top| top.0);
        let value = section.value();
        if value.kind() == NodeKind::Mapping && !value.is_flow() {
            let inner = starts(value);
            if inner.len() > 1 && inner[0].0 > tops[at].0 {
                groups.push(group(&inner, end));
            }
        }
    }
    if tops.len() > 1 {
        groups.push(group(&tops, count));
    }
    // Anchors have to stand before their aliases.
    if text.contains(['*', '&']) {
        Vec::new()
    } else {
        groups
    }
}

/// A change of one line, of lines that are added, or of the order of entries.
fn changed(text: &str, random: &mut Random) -> Lines {
    let mut lines = lines(text);
    if lines.is_empty() {
        // Earlier changes have taken its only lines away.
        return lines;
    }
    match random.below(6) {
        0 => {
            let at = random.below(lines.len());
            lines.insert(at, (None, "# a comment\n".into()));
        }
        1 => {
            for _ in 0..=random.below(3) {
                lines.insert(0, (None, "\n".into()));
            }
        }
        // Another value: a slip, a number, or nothing.
        2 | 3 => {
            let at = random.below(lines.len());
            let line = lines[at].1.clone();
            if let Some((key, _)) = line.split_once(": ") {
                let value = ["zzz", "-1", "0", "true", "5m", "${X}"][random.below(6)];
                lines[at] = (None, format!("{key}: {value}\n"));
            }
        }
        // A line is gone, or a key has another name.
        4 => {
            let at = random.below(lines.len());
            let line = lines[at].1.clone();
            match random.below(2) {
                0 => drop(lines.remove(at)),
                _ => {
                    if let Some((key, rest)) = line.split_once(':') {
                        lines[at] = (None, format!("{key}_x:{rest}"));
                    }
                }
            }
        }
        _ => {
            let groups = blocks(text);
            if !groups.is_empty() {
                let group = &groups[random.below(groups.len())];
                let (a, b) = (random.below(group.len()), random.below(group.len()));
                let mut order: Vec<_> = group.clone();
                order.swap(a, b);
                let first = group[0].start;
                let end = group[group.len() - 1].end;
                let mut moved: Lines = lines[..first].to_vec();
                for block in order {
                    moved.extend_from_slice(&lines[block]);
                    if let Some(last) = moved.last_mut()
                        && !last.1.ends_with('\n')
                    {
                        last.1.push('\n');
                    }
                }
                moved.extend_from_slice(&lines[end..]);
                lines = moved;
            }
        }
    }
    lines
}

/// What the oracle knows a diagnostic by: its rule, its first line before the change, its column, and how many there are before it.
type Place = (&'static str, usize, usize, Option<&'static str>);

fn places(text: &str, lines: &Lines, found: &[Diagnostic]) -> Vec<Option<Place>> {
    let place = |diagnostic: &Diagnostic| {
        let (line, column) = line_of(text, diagnostic.range.start());
        let before = lines.get(line)?.0?;
        Some((diagnostic.code, before, column, diagnostic.absent))
    };
    found.iter().map(place).collect()
}

fn is_syntax(diagnostic: &Diagnostic) -> bool {
    SyntaxCode::ALL
        .iter()
        .any(|code| code.as_str() == diagnostic.code)
}

/// Whether two diagnostics are the same one at two places: of the same rule under the same keys, about a key or about the same value.
/// The values of fields that may hold a credential are not told apart, nor is the key that stands first in a document which lacks one.
fn is_same(
    before: &Diagnostic,
    text: &str,
    now: &Diagnostic,
    after: &str,
    is_hidden: bool,
) -> bool {
    if before.code != now.code || before.absent != now.absent {
        return false;
    }
    let (mut had, mut has) = (
        above(text, before.range.start()),
        above(after, now.range.start()),
    );
    let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let about_key = |keys: &[String], text: &str, range: TextRange| {
        keys[0].starts_with(&text[range]) || keys[0].starts_with("- ")
    };
    let both_about_key = about_key(&had, text, before.range) && about_key(&has, after, now.range);
    if both_about_key || is_hidden {
        had[0] = key(&had[0]);
        has[0] = key(&has[0]);
    }
    had == has || now.absent.is_some_and(|path| !path.contains('.'))
}

/// The keys above a token, and what stands on its line, as the text has them.
fn above(text: &str, at: TextSize) -> Vec<String> {
    let lines: Vec<&str> = text.split('\n').collect();
    let (line, _) = line_of(text, at);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut depth = indent(lines[line]);
    let mut keys = vec![lines[line].trim().to_owned()];
    for line in lines[..line].iter().rev() {
        let is_text = !line.trim().is_empty() && !line.trim_start().starts_with('#');
        if is_text && indent(line) < depth {
            depth = indent(line);
            keys.push(line.split(':').next().unwrap_or_default().trim().to_owned());
        }
    }
    keys
}

#[test]
fn edits_elsewhere_bring_nothing_back_and_hide_nothing() {
    let corpora = corpora();
    assert!(corpora.len() > 50);
    let mut random = Random(0x5eed);
    let (mut old, mut new) = (0, 0);
    let mut wrong = Vec::new();
    let mut changes = 0;
    while changes < CHANGES {
        let (name, text) = &corpora[random.below(corpora.len())];
        // Documents of practice have few: a slip or two is part of what is recorded.
        let mut text = text.clone();
        for _ in 0..=random.below(3) {
            text = joined(&changed(&text, &mut random));
        }
        let before = with(&text, None);
        let found = diagnostics(&before);
        let recorded = record(&before, &found);
        let known = places(&text, &lines(&text), &found);
        let after = changed(&text, &mut random);
        let after_text = joined(&after);
        let snapshot = with(&after_text, Some(recorded));
        let now = diagnostics(&snapshot);
        changes += 1;
        // Where the text is broken, what can be said of its neighbours is another matter.
        if found.iter().chain(&now).any(is_syntax) {
            continue;
        }
        for (diagnostic, place) in now.iter().zip(places(&after_text, &after, &now)) {
            let keys = above(&after_text, diagnostic.range.start());
            let at_place = place.and_then(|place| {
                let at = known.iter().position(|known| *known == Some(place))?;
                Some(&found[at])
            });
            // Who renames what a diagnostic lies in has not made a change elsewhere.
            if at_place.is_some_and(|before| above(&text, before.range.start())[1..] != keys[1..]) {
                continue;
            }
            let was_there = at_place.is_some();
            if was_there {
                old += usize::from(diagnostic.recorded);
            } else {
                new += usize::from(!diagnostic.recorded);
            }
            // Of what may be a credential nothing is recorded but where it is.
            let identity = record(&snapshot, std::slice::from_ref(diagnostic));
            let is_hidden = identity.iter().any(|(one, _)| one.value == "•••");
            let same = found
                .iter()
                .any(|before| is_same(before, &text, diagnostic, &after_text, is_hidden));
            if was_there != diagnostic.recorded && !(same && diagnostic.recorded) {
                wrong.push(format!(
                    "{name}: {} {:?} at {:?}: {}\n    {:?}",
                    if was_there { "came back:" } else { "hidden:" },
                    diagnostic.code,
                    line_of(&after_text, diagnostic.range.start()),
                    diagnostic.message,
                    record(&snapshot, std::slice::from_ref(diagnostic))
                        .iter()
                        .next(),
                ));
            }
        }
    }
    println!("{changes} changes: {old} old ones stayed recorded, {new} new ones were reported");
    assert!(old > 1_000 && new > 100, "{old} old, {new} new");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// With nothing, every other one and all of them recorded: what is new is what is not recorded of all, word for word.
#[test]
fn what_is_new_is_what_is_not_recorded() {
    let (mut new_ones, mut recorded_ones) = (0, 0);
    for (name, text) in corpora() {
        let snapshot = with(&text, None);
        let all = diagnostics(&snapshot);
        for step in [usize::MAX, 2, 1] {
            let some: Vec<Diagnostic> = all
                .iter()
                .step_by(step)
                .skip(usize::from(step > 2))
                .cloned()
                .collect();
            let snapshot = with(&text, Some(record(&snapshot, &some)));
            let mut expected = diagnostics(&snapshot);
            let count = expected.len();
            expected.retain(|one| !one.recorded);
            let (new, recorded) = new_diagnostics(&snapshot);
            assert_eq!(
                (&new, recorded),
                (&expected, count - expected.len()),
                "{name}"
            );
            assert!(step > 1 || new.is_empty(), "{name}");
            new_ones += new.len();
            recorded_ones += recorded;
        }
    }
    assert!(
        new_ones > 150 && recorded_ones > 150,
        "{new_ones} {recorded_ones}"
    );
}

#[test]
fn an_entry_counts_once() {
    let text = "state_backends:\n  a:\n    type: zzz\n";
    let before = with(text, None);
    let recorded = record(&before, &diagnostics(&before));
    assert!(!recorded.is_empty());
    let twice = format!("{text}    type: zzz\n");
    let now = diagnostics(&with(&twice, Some(recorded)));
    let of = |recorded: bool| {
        let all = now.iter().filter(|one| one.code == "enum-unknown-value");
        all.filter(|one| one.recorded == recorded).count()
    };
    assert_eq!((of(true), of(false)), (1, 1), "{now:?}");
}

#[test]
fn no_credential_is_recorded() {
    let text = "version: '1.0'\nenvironment: production\nlookups:\n  l:\n    type: redis\n    password: hunter2hunter2\n";
    let snapshot = with(text, None);
    let recorded = record(&snapshot, &diagnostics(&snapshot));
    assert!(
        recorded
            .iter()
            .any(|(one, _)| one.path.ends_with("password")),
        "{recorded:?}"
    );
    assert!(!format!("{recorded:?}").contains("hunter2"), "{recorded:?}");
}
