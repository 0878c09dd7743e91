//! The meaning of a document as plain data, on which each edit has an obvious counterpart.

use nexflow_syntax::{Document, Node, NodeKind};

/// What a node means, whatever its style.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// Nothing is written, or a plain null.
    Null,
    /// A scalar as YAML reads it, and whether it is plain, which decides its type.
    Scalar(String, bool),
    /// A list.
    List(Vec<Meaning>),
    /// A mapping, in the order of the text.
    Map(Vec<(String, Meaning)>),
}

impl Meaning {
    /// What a document means; it must be free of syntax errors.
    pub fn of(document: &Document) -> Meaning {
        assert!(
            document.errors().is_empty(),
            "{:?}\n{}",
            document.errors(),
            document.rope()
        );
        of(document.root())
    }

    /// Takes the entry at a path away. Blocks that it leaves empty go too; the two outermost levels become empty mappings.
    pub fn remove(&mut self, path: &[String]) {
        self.remove_below(path, 0);
    }

    fn remove_below(&mut self, path: &[String], depth: usize) {
        let Meaning::Map(entries) = self else {
            panic!("no mapping at {path:?}")
        };
        let at = entries
            .iter()
            .position(|(key, _)| *key == path[0])
            .expect("the key is there");
        if path.len() > 1 {
            entries[at].1.remove_below(&path[1..], depth + 1);
            let empty = matches!(&entries[at].1, Meaning::Map(inner) if inner.is_empty());
            if !(empty && depth >= 2) {
                return;
            }
        }
        entries.remove(at);
    }

    /// Puts a value at a path, making what is missing on the way; a null becomes a mapping.
    pub fn insert(&mut self, path: &[String], value: Meaning) {
        if *self == Meaning::Null {
            *self = Meaning::Map(Vec::new());
        }
        let Meaning::Map(entries) = self else {
            panic!("no mapping at {path:?}")
        };
        let at = entries.iter().position(|(key, _)| *key == path[0]);
        match (at, path) {
            (Some(at), [_, inner @ ..]) => entries[at].1.insert(inner, value),
            (None, [key]) => entries.push((key.clone(), value)),
            (None, [key, inner @ ..]) => {
                let mut below = Meaning::Null;
                below.insert(inner, value);
                entries.push((key.clone(), below));
            }
            (_, []) => panic!("an empty path"),
        }
    }

    /// The value at a path.
    pub fn at(&self, path: &[String]) -> Option<&Meaning> {
        let [key, inner @ ..] = path else {
            return Some(self);
        };
        let Meaning::Map(entries) = self else {
            return None;
        };
        entries.iter().find(|(other, _)| other == key)?.1.at(inner)
    }

    /// The value at a path, to be changed.
    pub fn at_mut(&mut self, path: &[String]) -> &mut Meaning {
        let [key, inner @ ..] = path else { return self };
        let Meaning::Map(entries) = self else {
            panic!("no mapping at {path:?}")
        };
        let found = entries
            .iter_mut()
            .find(|(other, _)| other == key)
            .expect("the key is there");
        found.1.at_mut(inner)
    }

    /// The same where the style of a scalar that holds text does not count: a block scalar becomes a quoted one in a flow mapping.
    pub fn loose(self) -> Meaning {
        match self {
            Meaning::Scalar(text, _) => Meaning::Scalar(text, true),
            Meaning::List(items) => Meaning::List(items.into_iter().map(Meaning::loose).collect()),
            Meaning::Map(entries) => Meaning::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, value.loose()))
                    .collect(),
            ),
            Meaning::Null => Meaning::Null,
        }
    }

    /// Gives the entry at a path another key.
    pub fn rename(&mut self, path: &[String], new: &str) {
        let (last, front) = path.split_last().expect("a path");
        let Meaning::Map(entries) = self.at_mut(front) else {
            panic!("no mapping")
        };
        let entry = entries
            .iter_mut()
            .find(|(key, _)| key == last)
            .expect("the key is there");
        entry.0 = new.to_owned();
    }
}

fn of(node: Node<'_>) -> Meaning {
    let node = node.resolve().expect("no broken alias");
    match node.kind() {
        NodeKind::Mapping => Meaning::Map(
            node.entries()
                .map(|entry| (entry.key_text().into_owned(), of(entry.value())))
                .collect(),
        ),
        NodeKind::Sequence => Meaning::List(node.items().map(of).collect()),
        NodeKind::Scalar => {
            let plain = node.style() == Some(nexflow_syntax::ScalarStyle::Plain);
            let text = node.value().expect("a scalar").into_owned();
            if plain && matches!(&*text, "null" | "~") {
                Meaning::Null
            } else {
                Meaning::Scalar(text, plain)
            }
        }
        NodeKind::Null | NodeKind::Alias => Meaning::Null,
    }
}
