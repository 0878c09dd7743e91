//! What a mapping has been asked for already.
//!
//! The rules about an entry ask for the same keys over and over. A mapping that is [memoized](MergedMapping::memoized), and the
//! mappings that it is asked for, answer each key of the catalog from a table once they have looked it up.

use std::{borrow::Cow, ops::Deref};

use nexflow_syntax::{Entry, Node};
use rustc_hash::FxHashMap;

use super::{MappingData, MergedMapping, value::LayeredEntry};

/// The answers of one mapping.
#[derive(Default)]
pub struct MemoTable<'a> {
    /// By the number of the key in the catalog: the number of the answer, 0 when there is none yet.
    numbers: Vec<u8>,
    answers: Vec<Memo<'a>>,
    /// How many names were looked for among those that the user chose, and these names once that were many.
    asked: usize,
    named: FxHashMap<Cow<'a, str>, Entry<'a>>,
}

/// With so many questions a table is worth its while.
const MANY: usize = 16;

struct Memo<'a> {
    found: Option<LayeredEntry<'a>>,
    mapping: Option<MergedMapping<'a>>,
}

impl<'a> MemoTable<'a> {
    pub(super) fn answer(&self, place: usize) -> Option<(u8, Option<LayeredEntry<'a>>)> {
        let number = *self.numbers.get(place)?;
        let answer = self.answers.get(usize::from(number).checked_sub(1)?)?;
        Some((number, answer.found.clone()))
    }

    /// The mapping under the key with this number in the catalog, when that is known; `Some(None)` when the key is known to
    /// be nowhere.
    pub(super) fn mapping(&self, place: usize) -> Option<Option<MergedMapping<'a>>> {
        let number = *self.numbers.get(place)?;
        let answer = self.answers.get(usize::from(number).checked_sub(1)?)?;
        match (&answer.mapping, &answer.found) {
            (Some(mapping), Some(_)) => Some(Some(mapping.clone())),
            (_, None) => Some(None),
            (None, Some(_)) => None,
        }
    }

    /// The entry of this name in the node of the mapping.
    pub(super) fn named(&mut self, node: Node<'a>, name: &str) -> Option<Entry<'a>> {
        self.asked += 1;
        if self.asked < MANY {
            return node.get_resolved(name);
        }
        if self.asked == MANY {
            let entries = node.resolved_entries().into_iter();
            self.named = entries.map(|entry| (entry.key_text(), entry)).collect();
        }
        let found = self.named.get(name).copied();
        // Of a mapping that is too large to be read as a whole the table has a part.
        let is_whole = self.named.len() < node.fragment().document().limits().expansion / 2;
        found.or_else(|| (!is_whole).then(|| node.get_resolved(name)).flatten())
    }

    /// Keeps an answer and returns its number; 0 when there are too many.
    pub(super) fn keep(&mut self, place: usize, found: Option<LayeredEntry<'a>>) -> u8 {
        let Ok(number) = u8::try_from(self.answers.len() + 1) else {
            return 0;
        };
        if self.numbers.len() <= place {
            self.numbers.resize((place | 63) + 1, 0);
        }
        if self.answers.is_empty() {
            self.answers.reserve(16);
        }
        self.numbers[place] = number;
        self.answers.push(Memo {
            found,
            mapping: None,
        });
        number
    }

    pub(super) fn stored_mapping(&self, number: u8) -> Option<MergedMapping<'a>> {
        self.answers
            .get(usize::from(number).checked_sub(1)?)?
            .mapping
            .clone()
    }

    pub(super) fn store_mapping(&mut self, number: u8, mapping: MergedMapping<'a>) {
        if let Some(answer) = usize::from(number)
            .checked_sub(1)
            .and_then(|at| self.answers.get_mut(at))
        {
            answer.mapping = Some(mapping);
        }
    }
}

impl<'a> MergedMapping<'a> {
    /// This mapping with answers that are remembered until the result is dropped.
    pub fn memoized(&self) -> Memoized<'a> {
        Memoized(MergedMapping(std::rc::Rc::new(MappingData {
            layers: self.layers.clone(),
            upper: self.upper,
            schema: self.schema,
            key: self.key,
            depth: self.depth,
            dialect: self.dialect,
            values: self.values,
            parent: self.parent.clone(),
            known: Some(Default::default()),
            regional: Default::default(),
            decided: Default::default(),
            undecided: Default::default(),
        })))
    }

    /// A mapping that remembers those below it is known by them too; somebody must let go.
    fn forget(&self) {
        let Some(known) = &self.known else { return };
        for answer in std::mem::take(&mut *known.borrow_mut()).answers {
            if let Some(mapping) = answer.mapping {
                mapping.forget();
            }
        }
    }
}

/// A mapping whose answers are remembered.
pub struct Memoized<'a>(MergedMapping<'a>);

impl<'a> Deref for Memoized<'a> {
    type Target = MergedMapping<'a>;
    fn deref(&self) -> &MergedMapping<'a> {
        &self.0
    }
}

impl Drop for Memoized<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}
