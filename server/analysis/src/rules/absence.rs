//! When something is certainly not there, and what counts in its place.

use std::borrow::Cow;

use nexflow_catalog::value::number;
use nexflow_syntax::{Node, NodeKind, ScalarStyle};

use super::EntryContext;
use crate::merged::{MergedMapping, MergedValue};

impl<'a> EntryContext<'_, 'a> {
    /// The empty place at a path below the entry, when nothing stands there in the document or any of its bases. `None` also
    /// when that cannot be known: a base is not read yet, the text is broken nearby, a reference stands for the block.
    pub fn absent(&self, path: &str) -> Option<MergedValue<'a>> {
        self.cx
            .complete
            .then(|| nothing_at(&self.mapping, path))
            .flatten()
    }

    /// As [`EntryContext::absent`], for what must be there once the document is deployed: a document that others build upon may
    /// leave it to them.
    pub fn lacks(&self, path: &str) -> Option<MergedValue<'a>> {
        self.cx
            .checks_absence()
            .then(|| nothing_at(&self.mapping, path))
            .flatten()
    }

    /// A duration in milliseconds, or the default that counts where none is written.
    pub fn millis_or(&self, path: &str, default: f64) -> Option<f64> {
        let val = self.mapping.get(path);
        val.millis().or_else(|| self.lacks(path).map(|_| default))
    }

    /// A whole number, or the default that counts where none is written.
    pub fn int_or(&self, path: &str, default: i64) -> Option<i64> {
        let val = self.mapping.get(path);
        val.int().or_else(|| self.lacks(path).map(|_| default))
    }

    /// True when a boolean is written and false, or certainly not written at all.
    pub fn is_off(&self, path: &str) -> bool {
        self.mapping.get(path).is_false() || self.absent(path).is_some()
    }
}

/// The empty place at a path, when it is certain that it is empty. A key without a value counts as empty.
pub fn nothing_at<'a>(mapping: &MergedMapping<'a>, path: &str) -> Option<MergedValue<'a>> {
    if mapping.has_errors() {
        return None;
    }
    is_empty(mapping, path).then(|| mapping.get(path))
}

fn is_empty(mapping: &MergedMapping<'_>, path: &str) -> bool {
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    let val = mapping.child(first);
    let empty = val.is_missing() || val.node().is_some_and(is_null);
    match rest {
        None => empty,
        Some(rest) => (empty || val.kind() == NodeKind::Mapping) && is_empty(&val.mapping(), rest),
    }
}

/// Nothing behind the colon, or one of the words that YAML has for nothing.
fn is_null(node: Node<'_>) -> bool {
    match node.kind() {
        NodeKind::Null => true,
        NodeKind::Scalar if node.style() == Some(ScalarStyle::Plain) => node
            .value()
            .is_some_and(|text| number::plain(&text) == number::Plain::Null),
        _ => false,
    }
}

/// A value as a message shows it.
pub fn shown<'a>(val: &MergedValue<'a>) -> Cow<'a, str> {
    val.text().or_else(|| val.raw()).unwrap_or_default()
}

/// A number of milliseconds as a message shows it, in the largest unit that leaves no fraction.
pub fn shown_millis(millis: f64) -> String {
    const UNITS: [(f64, &str); 5] = [
        (86_400_000.0, "d"),
        (3_600_000.0, "h"),
        (60_000.0, "m"),
        (1_000.0, "s"),
        (1.0, "ms"),
    ];
    UNITS
        .iter()
        .find(|(factor, _)| millis >= *factor && millis % factor == 0.0)
        .map_or_else(
            || format!("{millis}ms"),
            |(factor, unit)| format!("{}{unit}", millis / factor),
        )
}
