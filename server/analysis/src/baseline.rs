//! Diagnostics that a team has recorded when it began to check its documents: they stay visible, and do not fail anything.
//!
//! A recorded diagnostic is found again by its rule, the path of its field and the value there, never by its line or its words: so
//! edits, moves and renames elsewhere change nothing about it, and a version of this program that says the same in other words
//! does neither. What is recorded more than once counts as often as it is recorded.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap};

use nexflow_catalog::Severity;
use nexflow_syntax::{Document, Entry, Node, NodeKind, Parent, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Diagnostic, Snapshot,
    secret::{HIDDEN, Redactor},
};

/// Longer values are recorded by a number that is made of them.
const MAX_VALUE: usize = 80;

/// What a diagnostic is recognized by within a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The rule's id.
    pub rule: Cow<'static, str>,
    /// The keys that lead to it. An item of a list is named by its first entry, not by its number, which others change.
    pub path: String,
    /// The value there. None stands here of a credential, not even in a form that could be guessed at.
    pub value: String,
    /// The field that is absent, by its path in the catalog.
    pub absent: String,
}

/// What is recorded of one document, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded(BTreeMap<Identity, usize>);

impl Recorded {
    /// Records one more.
    pub fn add(&mut self, identity: Identity, count: usize) {
        *self.0.entry(identity).or_default() += count;
    }

    /// Records all that another one holds.
    pub fn join(&mut self, other: Recorded) {
        if self.is_empty() {
            return *self = other;
        }
        for (identity, count) in other.0 {
            self.add(identity, count);
        }
    }

    /// Everything that is recorded, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Identity, usize)> {
        self.0.iter().map(|(identity, count)| (identity, *count))
    }

    /// How many are recorded.
    pub fn count(&self) -> usize {
        self.0.values().sum()
    }

    /// True when nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Marks what is recorded of a document among all of its diagnostics, which stand in the order of the text.
pub(crate) fn mark(snapshot: &Snapshot, found: &mut [Diagnostic]) {
    let recorded = snapshot.context.settings.recorded.as_ref();
    let Some(recorded) = recorded.filter(|recorded| !recorded.is_empty() && !found.is_empty())
    else {
        return;
    };
    let redactor = OnceCell::new();
    mark_with(
        snapshot,
        recorded,
        &|| redactor.get_or_init(|| Redactor::new(snapshot)),
        found,
    );
}

/// As [`mark`], with a redactor that is made when somebody needs it.
pub(crate) fn mark_with<'r, 'a: 'r>(
    snapshot: &Snapshot,
    recorded: &Recorded,
    redactor: &dyn Fn() -> &'r Redactor<'a>,
    found: &mut [Diagnostic],
) {
    let rules: FxHashSet<&str> = recorded.0.keys().map(|known| &*known.rule).collect();
    let mut found_of: FxHashMap<&Identity, usize> = FxHashMap::default();
    for diagnostic in found {
        // Most rules are recorded of no document, and only what may be recorded has to be identified.
        if !rules.contains(diagnostic.code) {
            continue;
        }
        // What is recorded as it stands there was no credential. Only of others it has to be found out whether they are one.
        let known = |redactor| {
            let identity = identity(snapshot, redactor, diagnostic);
            recorded.0.get_key_value(&identity)
        };
        let Some((known, count)) = known(None).or_else(|| known(Some(redactor()))) else {
            continue;
        };
        let so_far = found_of.entry(known).or_default();
        if *so_far < *count {
            *so_far += 1;
            diagnostic.recorded = true;
            diagnostic.severity = Severity::Hint;
        }
    }
}

/// What diagnostics of a document are recognized by.
pub fn record(snapshot: &Snapshot, diagnostics: &[Diagnostic]) -> Recorded {
    let mut recorded = Recorded::default();
    if diagnostics.is_empty() {
        return recorded;
    }
    let redactor = Redactor::new(snapshot);
    for diagnostic in diagnostics {
        recorded.add(identity(snapshot, Some(&redactor), diagnostic), 1);
    }
    recorded
}

/// Without a redactor it may hold a credential, and must not be kept.
fn identity(
    snapshot: &Snapshot,
    redactor: Option<&Redactor<'_>>,
    diagnostic: &Diagnostic,
) -> Identity {
    let part = snapshot.part_at(diagnostic.range.start());
    let document = part
        .as_ref()
        .map_or(&snapshot.document, |part| &part.document);
    let absent = diagnostic.absent.unwrap_or_default();
    let node = document.node_at(diagnostic.range.start());
    // What a document as a whole does not say is reported at its first key, whichever that is.
    let of_document = !absent.is_empty() && !absent.contains('.');
    let path = match node {
        Some(node) if !of_document => path(redactor, node),
        _ => String::new(),
    };
    let value = if of_document {
        Cow::Borrowed("")
    } else {
        value(document, node, diagnostic.range)
    };
    Identity {
        rule: diagnostic.code.into(),
        path,
        value: shown(redactor, diagnostic.range, &value),
        absent: absent.to_owned(),
    }
}

/// The keys from the root to a node.
fn path(redactor: Option<&Redactor<'_>>, node: Node<'_>) -> String {
    let mut steps: Vec<Cow<'_, str>> = Vec::new();
    let mut at = node;
    let mut below: Option<Entry<'_>> = None;
    while let Some(parent) = at.parent() {
        at = match parent {
            Parent::Value(entry) | Parent::Key(entry) => {
                steps.push(redacted(redactor, entry.key_text()));
                below = Some(entry);
                entry.mapping()
            }
            Parent::Item(sequence, _) => {
                steps.push(item(redactor, at, below).into());
                below = None;
                sequence
            }
        };
    }
    steps.reverse();
    steps.join(".")
}

fn redacted<'t>(redactor: Option<&Redactor<'_>>, text: Cow<'t, str>) -> Cow<'t, str> {
    match redactor.map(|redactor| redactor.piece(&text)) {
        Some(Cow::Owned(piece)) => piece.into(),
        _ => text,
    }
}

/// An item of a list by its first entry, unless that is the one which the diagnostic is about.
fn item(redactor: Option<&Redactor<'_>>, item: Node<'_>, below: Option<Entry<'_>>) -> String {
    let first = item
        .entries()
        .next()
        .filter(|first| below.is_none_or(|below| below.key() != first.key()));
    let named = first.and_then(|first| {
        let value = first.value().value()?;
        let value = shown(redactor, first.value().range(), &value);
        let key = redacted(redactor, first.key_text());
        Some(format!("[{key}={value}]"))
    });
    named.unwrap_or_else(|| "[]".to_owned())
}

/// What stands at the place of a diagnostic; nothing when it is about a key, whatever that says.
fn value<'d>(document: &'d Document, node: Option<Node<'d>>, range: TextRange) -> Cow<'d, str> {
    match node {
        Some(node) if matches!(node.parent(), Some(Parent::Key(_))) => Cow::Borrowed(""),
        Some(node) if range.contains_range(node.range()) && node.kind() == NodeKind::Scalar => {
            node.value().unwrap_or_default()
        }
        Some(node) if range == node.range() && node.kind() != NodeKind::Alias => Cow::Borrowed(""),
        _ => {
            let text = document.slice(range);
            Cow::Owned(text.lines().map(str::trim).collect::<Vec<_>>().join(" "))
        }
    }
}

/// A value as it may stand in a file: no credential, and not more than anybody reads.
fn shown(redactor: Option<&Redactor<'_>>, range: TextRange, value: &str) -> String {
    let is_hidden = redactor.is_some_and(|redactor| {
        redactor.touches(range) || redactor.leaks(value) || redactor.piece(value) != value
    });
    if is_hidden {
        return HIDDEN.to_owned();
    }
    if value.len() <= MAX_VALUE && !value.contains(char::is_control) {
        return value.to_owned();
    }
    format!("#{:016x}", fnv1a(value.as_bytes()))
}

/// FNV-1a with 64 bits: the same on every machine and in every version.
fn fnv1a(bytes: &[u8]) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.iter().fold(BASIS, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    })
}
