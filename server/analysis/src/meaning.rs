//! What a document says once its bases, aliases and variables are resolved, as a value that can be compared.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_catalog::value::{
    Template,
    number::{Plain, plain},
};
use nexflow_syntax::{Document, Node, NodeKind, ScalarStyle, Segment};

use crate::{
    Snapshot, Variables,
    merged::{MergedMapping, MergedValue},
};

/// A resolved value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing.
    Null,
    /// Text, or what YAML reads as a number or a boolean.
    Scalar {
        /// As it is written, quotes and escapes undone.
        text: String,
        /// Whether YAML reads it as text.
        is_text: bool,
    },
    /// Items in their order.
    List(Vec<Meaning>),
    /// Keys in no order.
    Map(BTreeMap<String, Meaning>),
    /// Nested too deep, or an alias of nothing: equal to nothing that is known.
    Unknown(String),
}

impl Meaning {
    /// Takes what stands at a path out.
    pub(crate) fn take(&mut self, path: &[Segment]) -> Option<Meaning> {
        let Some((first, rest)) = path.split_first() else {
            return Some(std::mem::replace(self, Meaning::Null));
        };
        match (self, first) {
            (Meaning::Map(entries), Segment::Key(key)) => entries.get_mut(&**key)?.take(rest),
            (Meaning::List(items), Segment::Item(index)) => items.get_mut(*index)?.take(rest),
            _ => None,
        }
    }
}

impl Meaning {
    /// The same without keys that have no value, and without mappings that have no keys.
    pub(crate) fn without_nothing(self) -> Meaning {
        let Meaning::Map(entries) = self else {
            return self;
        };
        let entries = entries.into_iter();
        let said: BTreeMap<String, Meaning> = entries
            .map(|(key, value)| (key, value.without_nothing()))
            .filter(|(_, value)| *value != Meaning::Null)
            .collect();
        match said.is_empty() {
            true => Meaning::Null,
            false => Meaning::Map(said),
        }
    }

    /// Whether the two differ only in that one word stands for another, among keys and texts alike.
    fn is_same_but_for(&self, after: &Meaning, is_renamed: &dyn Fn(&str, &str) -> bool) -> bool {
        match (self, after) {
            (Meaning::Map(one), Meaning::Map(other)) => {
                let new: Vec<&String> =
                    other.keys().filter(|key| !one.contains_key(*key)).collect();
                let name_of = |key: &str| match other.contains_key(key) {
                    true => Some(key.to_owned()),
                    false => {
                        let mut renamed = new.iter().filter(|now| is_renamed(key, now));
                        renamed.next().map(|now| now.to_string())
                    }
                };
                let same = |(key, value): (&String, &Meaning)| {
                    let now = name_of(key).and_then(|name| other.get(&name));
                    now.is_some_and(|now| value.is_same_but_for(now, is_renamed))
                };
                one.len() == other.len() && one.iter().all(same)
            }
            (Meaning::List(one), Meaning::List(other)) => {
                let mut pairs = one.iter().zip(other);
                one.len() == other.len()
                    && pairs.all(|(one, other)| one.is_same_but_for(other, is_renamed))
            }
            (
                Meaning::Scalar { text: old, .. },
                Meaning::Scalar {
                    text: new,
                    is_text: true,
                },
            ) if old != new => is_renamed(old, new),
            _ => self == after,
        }
    }
}

/// Whether a document says the same after edits, but that `new` stands where `old` did: as a whole key or text, or within one.
pub fn only_renames(before: &Document, after: &Document, old: &str, new: &str) -> bool {
    let is_renamed = |was: &str, now: &str| is_with(was, now, old, new);
    let (one, other) = (written(before), written(after));
    let mut pairs = one.iter().zip(&other);
    one.len() == other.len() && pairs.all(|(one, other)| one.is_same_but_for(other, &is_renamed))
}

/// Whether a text is another one in which `new` stands for some of the places of `old`.
fn is_with(was: &str, now: &str, old: &str, new: &str) -> bool {
    if old.is_empty() {
        return was == now;
    }
    // Which parts of `now` may be what has been read of `was` so far.
    let mut ends = BTreeSet::from([0]);
    let mut from = 0;
    for (at, _) in was.match_indices(old) {
        let between = &was[from..at];
        let ends_between = ends
            .iter()
            .filter_map(|end| now.get(*end..)?.strip_prefix(between))
            .map(|rest| now.len() - rest.len());
        ends = ends_between
            .flat_map(|end| {
                let rest = &now[end..];
                let kept = rest.starts_with(old).then_some(end + old.len());
                let renamed = rest.starts_with(new).then_some(end + new.len());
                kept.into_iter().chain(renamed)
            })
            .collect();
        from = at + old.len();
    }
    ends.iter().any(|end| now.get(*end..) == Some(&was[from..]))
}

/// Deeper values are not compared.
const DEPTH: usize = 64;

/// Resolves references to variables; what has no value stays as it is written.
struct Resolver<'v> {
    variables: Option<&'v dyn Variables>,
}

/// What a document says together with what it extends, variables replaced.
pub(crate) fn merged(snapshot: &Snapshot) -> Meaning {
    let resolver = Resolver {
        variables: Some(&*snapshot.context.variables),
    };
    resolver.mapping(&MergedMapping::root(snapshot), 0)
}

/// What the text of a document says by itself, one value for each of its YAML documents. Variables stay as they are.
pub(crate) fn written(document: &Document) -> Vec<Meaning> {
    let resolver = Resolver { variables: None };
    let roots = document.roots().into_iter();
    roots.map(|root| resolver.node(root, 0)).collect()
}

impl Resolver<'_> {
    fn mapping(&self, mapping: &MergedMapping<'_>, depth: usize) -> Meaning {
        if depth > DEPTH {
            return Meaning::Unknown("too deep".to_owned());
        }
        let entries = mapping.entries().into_iter();
        Meaning::Map(
            entries
                .map(|(key, val)| (key.into_owned(), self.val(&val, depth + 1)))
                .collect(),
        )
    }

    fn val(&self, val: &MergedValue<'_>, depth: usize) -> Meaning {
        let below = val.mapping();
        if !below.is_missing() {
            return self.mapping(&below, depth);
        }
        match val.node() {
            Some(node) => self.node(node, depth),
            None => Meaning::Null,
        }
    }

    fn node(&self, node: Node<'_>, depth: usize) -> Meaning {
        let Some(target) = node.resolve().filter(|_| depth <= DEPTH) else {
            return Meaning::Unknown(node.source().into_owned());
        };
        match target.kind() {
            NodeKind::Scalar => self.scalar(target),
            NodeKind::Sequence => Meaning::List(
                target
                    .items()
                    .map(|item| self.node(item, depth + 1))
                    .collect(),
            ),
            NodeKind::Mapping => Meaning::Map(
                target
                    .resolved_entries()
                    .into_iter()
                    .map(|entry| {
                        let key = entry.key_text().into_owned();
                        (key, self.node(entry.value(), depth + 1))
                    })
                    .collect(),
            ),
            NodeKind::Null => Meaning::Null,
            NodeKind::Alias => Meaning::Unknown(node.source().into_owned()),
        }
    }

    fn scalar(&self, node: Node<'_>) -> Meaning {
        let text = node.value().unwrap_or_default().into_owned();
        let kind = match node.style() {
            Some(ScalarStyle::Plain) if node.tag().is_none() => plain(&text),
            _ => Plain::Text,
        };
        let resolved = self.variables.and_then(|variables| {
            let template = Template::parse(&text);
            template.resolve(&text, |name| Some(variables.get(name)?.value))
        });
        match kind {
            Plain::Null => Meaning::Null,
            kind => Meaning::Scalar {
                text: resolved.unwrap_or(text),
                is_text: kind == Plain::Text,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_changes_the_name_and_nothing_else() {
        let says = |before: &str, after: &str| {
            only_renames(&Document::parse(before), &Document::parse(after), "a", "ab")
        };
        assert!(says("a: 1\nb: a", "ab: 1\nb: ab"));
        assert!(says("a: {x: ${a} a}", "a: {x: ${ab} a}"));
        assert!(says("x: &a {y: 1}\nz: *a", "x: &ab {y: 1}\nz: *ab"));
        // One of two that are called so, and a text that has become something else.
        assert!(!says("a: 1\nb: 2", "ab: 2\nb: 2"));
        assert!(!says("a: 1\nb: a", "ab: 1\nb: c"));
        assert!(!says("a: 1\nab: 2", "ab: 1"));
        assert!(!only_renames(
            &Document::parse("x: a"),
            &Document::parse("x: null"),
            "a",
            "null"
        ));
    }
}
