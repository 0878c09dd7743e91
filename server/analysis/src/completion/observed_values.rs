//! What is written elsewhere: names of the blocks that a field refers to, and what other entries and other documents say at the
//! same place.

use std::collections::HashMap;

use nexflow_catalog::{Field, Kind};
use nexflow_syntax::NodeKind;

use crate::{
    Snapshot, merged::MergedMapping, secret::is_secret_key, value_stats, value_stats::ValueStats,
};

/// More values than this at one place are data, not habits: the most frequent ones are offered.
const MOST: usize = 50;

/// What the document itself says counts as much as so many others.
const OWN: usize = 4;

/// The names that a field's value can be: the keys of the block that it refers to, inherited ones included.
pub(super) fn names(snapshot: &Snapshot, field: &Field) -> Vec<String> {
    let Some(block) = field.refers_to else {
        return Vec::new();
    };
    let entries = MergedMapping::root(snapshot).get(block).mapping().entries();
    entries
        .into_iter()
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// The texts that stand at a field's place in the document and in others, the most frequent first.
pub(super) fn values(
    snapshot: &Snapshot,
    others: &dyn ValueStats,
    field: &Field,
    typed: &str,
) -> Vec<String> {
    if !value_stats::is_free(field) {
        return Vec::new();
    }
    let mut counts = Counts::default();
    value_stats::values_of(&snapshot.document, field, &mut |text, times| {
        counts.add(text, OWN * times);
    });
    // What is being typed stands in the text as well, and is no habit.
    counts.take(typed, OWN);
    others.values(field, &mut |text, times| counts.add(text, times));
    counts.ordered(typed)
}

/// The texts that stand in fields of the same name at other places, in the document and in others, the most frequent first.
pub(super) fn of_name(snapshot: &Snapshot, others: &dyn ValueStats, field: &Field) -> Vec<String> {
    let mut counts = Counts::default();
    let mut seen = vec![field.path];
    for other in nexflow_catalog::fields() {
        if other.name != field.name || seen.contains(&other.path) || !value_stats::is_free(other) {
            continue;
        }
        seen.push(other.path);
        value_stats::values_of(&snapshot.document, other, &mut |text, times| {
            counts.add(text, OWN * times);
        });
        others.values(other, &mut |text, times| counts.add(text, times));
    }
    counts.ordered("")
}

/// A text with each of its numbers counted up by one, the first number first; what looks like a port stays.
pub(super) fn successors(text: &str) -> Vec<String> {
    const LONGEST: usize = 3;
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if (1..=LONGEST).contains(&digits)
            && let Ok(number) = text[at..at + digits].parse::<u32>()
        {
            let next = number + 1;
            found.push(format!(
                "{}{next:0digits$}{}",
                &text[..at],
                &text[at + digits..]
            ));
        }
        at += digits.max(1);
    }
    found
}

/// Longer documents are not read at each letter.
const MOST_BYTES: usize = 64 * 1024;

/// Something that a document says, whatever the catalog knows of the place.
enum Said<'d> {
    Key(&'d str),
    /// The key of a block.
    Name(&'d str),
    Value(&'d str),
}

/// Gives all keys and values of a document, those of secrets left out.
fn for_each_said(snapshot: &Snapshot, visit: &mut dyn FnMut(Said<'_>)) {
    if usize::from(snapshot.document.len()) > MOST_BYTES {
        return;
    }
    let mut open = snapshot.document.roots();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            let key = entry.key_text();
            let is_block = entry.value().kind() == NodeKind::Mapping;
            visit(match is_block {
                true => Said::Name(&key),
                false => Said::Key(&key),
            });
            if is_block || !is_secret_key(&key) {
                open.push(entry.value());
            }
        }
        open.extend(node.items());
        if let Some(text) = node.value().filter(|text| value_stats::is_worth(text)) {
            visit(Said::Value(&text));
        }
    }
}

/// The texts of a document that go on from what is typed: values, and names of blocks.
pub(super) fn in_document(snapshot: &Snapshot, typed: &str) -> Vec<String> {
    let mut counts = Counts::default();
    for_each_said(snapshot, &mut |said| match said {
        Said::Value(text) if text.starts_with(typed) => counts.add(text, 2),
        Said::Name(name) if name.starts_with(typed) => {
            counts.add(&name.replace('_', "-"), 1);
            counts.add(name, 1);
        }
        _ => {}
    });
    counts.ordered(typed)
}

/// The keys of a document that go on from what is typed.
pub(super) fn keys_in_document(snapshot: &Snapshot, typed: &str) -> Vec<String> {
    let mut counts = Counts::default();
    for_each_said(snapshot, &mut |said| match said {
        Said::Key(key) | Said::Name(key) if key.starts_with(typed) => counts.add(key, 1),
        _ => {}
    });
    counts.ordered(typed)
}

/// The words of a document that go on from what is typed: names, and what values are made of.
pub(super) fn words_in_document(snapshot: &Snapshot, typed: &str) -> Vec<String> {
    let mut counts = Counts::default();
    for_each_said(snapshot, &mut |said| {
        let text = match said {
            Said::Name(text) | Said::Value(text) => text,
            Said::Key(_) => return,
        };
        let of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        for word in text.split(|c| !of_word(c)) {
            let word = word.replace('-', "_");
            if word.starts_with(typed) && word.len() > typed.len() {
                counts.add(&word, 1);
            }
        }
    });
    counts.ordered(typed)
}

/// A block of the same kind counts as much as so many others.
const LIKE: usize = 4;

/// The keys that the document and others have at a place, the most frequent first. Where `like` is given, blocks of this kind count
/// more.
pub(super) fn keys(
    snapshot: &Snapshot,
    others: &dyn ValueStats,
    block: &str,
    like: Option<&str>,
) -> Vec<String> {
    let mut counts = Counts::default();
    if usize::from(snapshot.document.len()) <= MOST_BYTES {
        value_stats::keys_of(&snapshot.document, block, &mut |key, decided, times| {
            let is_like = like.is_none() || decided == like;
            counts.add(key, if is_like { OWN * LIKE * times } else { times });
        });
    }
    others.keys(block, &mut |key, decided, times| {
        let is_like = like.is_some() && decided == like;
        counts.add(key, if is_like { LIKE * times } else { times });
    });
    counts.ordered("")
}

/// The keys that other documents have in blocks of the same name at other places, the most frequent first.
pub(super) fn keys_of_namesakes(
    snapshot: &Snapshot,
    others: &dyn ValueStats,
    block: &str,
) -> Vec<String> {
    let name = block.rsplit('.').next().unwrap_or(block);
    let mut counts = Counts::default();
    let namesakes = nexflow_catalog::fields()
        .iter()
        .filter(|field| field.name == name && field.path != block && field.has_kind(Kind::Map));
    let mut seen = Vec::new();
    for field in namesakes {
        if seen.contains(&field.path) {
            continue;
        }
        seen.push(field.path);
        let mut add = |key: &str, _: Option<&str>, times: usize| counts.add(key, times);
        if usize::from(snapshot.document.len()) <= MOST_BYTES {
            value_stats::keys_of(&snapshot.document, field.path, &mut add);
        }
        others.keys(field.path, &mut add);
    }
    counts.ordered("")
}

/// The texts that stand behind the same key elsewhere in the document, the most frequent first.
pub(super) fn behind_key(snapshot: &Snapshot, key: &str, typed: &str) -> Vec<String> {
    let mut counts = Counts::default();
    if usize::from(snapshot.document.len()) > MOST_BYTES || is_secret_key(key) {
        return Vec::new();
    }
    let mut open = snapshot.document.roots();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            if entry.key_text() == key
                && let Some(text) = entry.value().value()
                && value_stats::is_worth(&text)
            {
                counts.add_begun(&text, 1, typed);
            }
            open.push(entry.value());
        }
        open.extend(node.items());
    }
    counts.ordered(typed)
}

/// How often texts are said.
#[derive(Default)]
pub(super) struct Counts(HashMap<String, usize>);

impl Counts {
    /// Counts a text that goes on from what is typed.
    pub(super) fn add_begun(&mut self, text: &str, times: usize, typed: &str) {
        if text.len() > typed.len() && text.starts_with(typed) {
            self.add(text, times);
        }
    }

    fn add(&mut self, text: &str, times: usize) {
        match self.0.get_mut(text) {
            Some(known) => *known += times,
            None => {
                self.0.insert(text.to_owned(), times);
            }
        }
    }

    /// Counts a text less often.
    fn take(&mut self, text: &str, times: usize) {
        if let Some(known) = self.0.get_mut(text) {
            *known = known.saturating_sub(times);
        }
    }

    /// The most frequent first, of equals the first in the alphabet. What is being typed stands in the text as well, and is no
    /// habit.
    pub(super) fn ordered(self, typed: &str) -> Vec<String> {
        let mut counts: Vec<(String, usize)> = self.0.into_iter().collect();
        counts.retain(|(text, times)| *times > 0 && (text != typed || *times > 1));
        counts.sort_unstable_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        counts.truncate(MOST);
        counts.into_iter().map(|(text, _)| text).collect()
    }
}
