//! What is written elsewhere: names of the blocks that a field refers to, and what other entries and other documents say at the
//! same place.

use std::collections::HashMap;

use nexflow_catalog::Field;
use nexflow_syntax::NodeKind;

use crate::{
    Snapshot, merged::MergedMapping, secret::is_secret_key, value_stats, value_stats::ValueStats,
};

/// More values than this at one place are data, not habits: the most frequent ones are offered.
const MOST: usize = 50;

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
        counts.add(text, times);
    });
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
            counts.add(text, times);
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

/// The keys that other documents have at a place, the most frequent first. Where `like` is given, blocks of this kind count twice.
pub(super) fn keys(others: &dyn ValueStats, block: &str, like: Option<&str>) -> Vec<String> {
    let mut counts = Counts::default();
    others.keys(block, &mut |key, decided, times| {
        let is_like = like.is_some() && decided == like;
        counts.add(key, if is_like { 2 * times } else { times });
    });
    counts.ordered("")
}

#[derive(Default)]
struct Counts(HashMap<String, usize>);

impl Counts {
    fn add(&mut self, text: &str, times: usize) {
        match self.0.get_mut(text) {
            Some(known) => *known += times,
            None => {
                self.0.insert(text.to_owned(), times);
            }
        }
    }

    /// The most frequent first, of equals the first in the alphabet. What is being typed stands in the text as well, and is no
    /// habit.
    fn ordered(self, typed: &str) -> Vec<String> {
        let mut counts: Vec<(String, usize)> = self.0.into_iter().collect();
        counts.retain(|(text, times)| text != typed || *times > 1);
        counts.sort_unstable_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        counts.truncate(MOST);
        counts.into_iter().map(|(text, _)| text).collect()
    }
}
