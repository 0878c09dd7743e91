//! The fields of an entry, one by one.

use std::borrow::Cow;

use nexflow_catalog::{
    SchemaNode,
    flink_options::{ABSENT, BACKEND, Condition, Conditions, PRESENT},
};

use crate::effective::{Member, Place, Scalar, Value};

/// A field that is written, with its value.
pub struct Leaf<'e, 'a> {
    /// The path in the document: `checkpoints.main.checkpoint.interval`.
    pub shown: String,
    /// Where the path below the entry begins in it.
    below: usize,
    /// Its number among those of its source.
    pub number: usize,
    /// Its key.
    pub key: Cow<'e, str>,
    /// The path in the catalog, where it has one.
    pub field: Option<&'static str>,
    /// Its value.
    pub value: &'e Value<'a>,
    /// Where its key stands.
    pub at: Place,
}

impl<'a> Leaf<'_, 'a> {
    /// The path below the entry: `checkpoint.interval`.
    pub fn path(&self) -> &str {
        &self.shown[self.below..]
    }

    /// The scalars of the value: one, or the items of a list.
    pub fn scalars(&self) -> impl Iterator<Item = &Scalar<'a>> {
        let items = match self.value {
            Value::List(items) => items.as_slice(),
            _ => &[],
        };
        let items = items.iter().filter_map(|(_, item)| item.scalar());
        self.value.scalar().into_iter().chain(items)
    }
}

/// An entry as its fields, with what it takes over from other entries.
pub struct Source<'e, 'a> {
    /// The section.
    pub section: &'static str,
    /// The fields, those of the entry itself first.
    pub leaves: Vec<Leaf<'e, 'a>>,
    /// For a state backend: the store behind it, whatever wraps it.
    pub backend: Option<Cow<'e, str>>,
    /// The task slots of a process, by which amounts for one slot are multiplied.
    pub slots: u64,
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on what these references stand for.
    Depends(Vec<String>),
}

impl<'e, 'a> Source<'e, 'a> {
    /// A section or entry without anything in it.
    pub fn new(section: &'static str) -> Source<'e, 'a> {
        Source {
            section,
            leaves: Vec::new(),
            backend: None,
            slots: 1,
        }
    }

    /// Adds the fields of a mapping that are not given already. `shown` is its path in the document.
    pub fn add(&mut self, shown: &str, members: &'e [Member<'a>]) {
        let before = self.leaves.len();
        let mut shown = format!("{shown}.");
        let below = shown.len();
        self.add_members(&mut shown, below, members, before);
    }

    /// `shown` ends with a point, and is what it was when this is done.
    fn add_members(
        &mut self,
        shown: &mut String,
        below: usize,
        members: &'e [Member<'a>],
        before: usize,
    ) {
        for member in members {
            let length = shown.len();
            shown.push_str(&member.key);
            self.add_member(shown, below, member, before);
            shown.truncate(length);
        }
    }

    fn add_member(
        &mut self,
        shown: &mut String,
        below: usize,
        member: &'e Member<'a>,
        before: usize,
    ) {
        if let Value::Mapping(members) = &member.value
            && !is_free_form(member.schema)
        {
            shown.push('.');
            self.add_members(shown, below, members, before);
            return;
        }
        let is_taken = self.leaves[..before]
            .iter()
            .any(|known| overlaps(known.path(), &shown[below..]));
        if !is_taken {
            self.leaves.push(Leaf {
                shown: shown.clone(),
                below,
                number: self.leaves.len(),
                key: Cow::Borrowed(&*member.key),
                field: member.schema.map(|schema| schema.path),
                value: &member.value,
                at: member.at,
            });
        }
    }

    /// The field at a path below the entry.
    pub fn leaf(&self, path: &str) -> Option<&Leaf<'e, 'a>> {
        self.leaves.iter().find(|leaf| leaf.path() == path)
    }

    /// The scalar at a path below the entry.
    pub fn scalar(&self, path: &str) -> Option<&'e Scalar<'a>> {
        self.leaf(path)?.value.scalar()
    }

    /// Whether one of the alternatives holds.
    pub fn any(&self, alternatives: &[Conditions]) -> Answer {
        if alternatives.is_empty() {
            return Answer::Yes;
        }
        let mut depends = Vec::new();
        for conditions in alternatives {
            match self.all(conditions) {
                Answer::Yes => return Answer::Yes,
                Answer::No => {}
                Answer::Depends(on) => depends.extend(on),
            }
        }
        depends.sort();
        depends.dedup();
        if depends.is_empty() {
            Answer::No
        } else {
            Answer::Depends(depends)
        }
    }

    fn all(&self, conditions: Conditions) -> Answer {
        let mut depends = Vec::new();
        for condition in conditions {
            match self.holds(condition) {
                Answer::Yes => {}
                Answer::No => return Answer::No,
                Answer::Depends(on) => depends.extend(on),
            }
        }
        if depends.is_empty() {
            Answer::Yes
        } else {
            Answer::Depends(depends)
        }
    }

    fn holds(&self, condition: &Condition) -> Answer {
        let listed = |value: &str| {
            condition
                .values
                .iter()
                .any(|known| *known == value || is_same_bool(known, value))
        };
        let yes = |holds: bool| if holds { Answer::Yes } else { Answer::No };
        if condition.field == BACKEND {
            return match &self.backend {
                Some(backend) if backend.contains("${") => {
                    Answer::Depends(vec![backend.trim_matches(['$', '{', '}']).to_owned()])
                }
                Some(backend) => yes(listed(backend)),
                None => yes(condition.values.contains(&ABSENT)),
            };
        }
        match self.scalar(condition.field) {
            _ if condition.values.contains(&PRESENT) => yes(self.leaf(condition.field).is_some()),
            Some(scalar) if !scalar.unresolved.is_empty() => {
                Answer::Depends(scalar.unresolved.clone())
            }
            Some(scalar) => yes(listed(&scalar.text)),
            None => yes(condition.values.contains(&ABSENT)),
        }
    }
}

/// Keys below are the user's: the block is one value.
fn is_free_form(schema: Option<&'static SchemaNode>) -> bool {
    schema.is_none()
}

fn is_same_bool(known: &str, value: &str) -> bool {
    matches!(known, "true" | "false") && known.eq_ignore_ascii_case(value)
}

/// Whether one path is the other one, or lies below it.
fn overlaps(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.strip_prefix(short)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
