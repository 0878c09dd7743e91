//! What the documents of the index say where any text is right, and which keys they use, each once with how often it is said.
//!
//! A document keeps nothing but numbers, so that what ten thousand documents say alike is in memory once. What nobody says any
//! more is forgotten, and its number given to something else.

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::Observed;
use rustc_hash::FxHashMap;

/// Number of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ValueId(u32);

/// Where something is said, and whether it is a value or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ValueScope {
    /// A value at the place of the field with this number.
    Value(u16),
    /// A key in the block with this number.
    Key(u16),
}

/// The number of the document as a block.
pub(crate) const ROOT: u16 = u16::MAX;

/// Stands between a key and the value that decides which fields there are beside it.
const KEY_SEPARATOR: &str = "\0";

/// What a document says, before it has numbers. All texts are one behind the other, for there are many short ones.
#[derive(Default)]
pub(crate) struct DocumentValues {
    text: String,
    /// Each with where its text ends.
    ends: Vec<(ValueScope, usize)>,
}

impl DocumentValues {
    fn push(&mut self, scope: ValueScope, parts: &[&str]) {
        self.text.extend(parts.iter().copied());
        self.ends.push((scope, self.text.len()));
    }

    fn observed_values(&self) -> impl Iterator<Item = (ValueScope, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(scope, end)| {
            let text = &self.text[start..*end];
            start = *end;
            (*scope, text)
        })
    }
}

/// What a document says.
pub(crate) fn of(document: &nexflow_syntax::Document) -> DocumentValues {
    let mut found = DocumentValues::default();
    nexflow_analysis::observe(document, &mut |said| match said {
        Observed::Value { place, text } => found.push(ValueScope::Value(place.0), &[text]),
        Observed::Key {
            block,
            text,
            decided,
        } => {
            let scope = ValueScope::Key(block.map_or(ROOT, |block| block.0));
            match decided {
                Some(decided) => found.push(scope, &[text, KEY_SEPARATOR, decided]),
                None => found.push(scope, &[text]),
            }
        }
    });
    found
}

/// A key, and the value that decides which fields there are beside it.
pub(crate) fn key(text: &str) -> (&str, Option<&str>) {
    match text.split_once(KEY_SEPARATOR) {
        Some((key, decided)) => (key, Some(decided)),
        None => (text, None),
    }
}

struct ObservedValue {
    scope: ValueScope,
    /// How often it is said; 0 for a number that is free.
    times: u32,
    text: Arc<str>,
}

/// All texts.
#[derive(Default)]
pub(crate) struct ObservedValues {
    all: Vec<ObservedValue>,
    numbers: FxHashMap<ValueScope, FxHashMap<Arc<str>, ValueId>>,
    free: Vec<ValueId>,
}

impl ObservedValues {
    /// Takes over what a document says.
    pub(crate) fn add(&mut self, values: &DocumentValues) -> Box<[ValueId]> {
        let observed_values = values.observed_values();
        observed_values
            .map(|(scope, text)| self.add_one(scope, text))
            .collect()
    }

    fn add_one(&mut self, scope: ValueScope, text: &str) -> ValueId {
        let numbers = self.numbers.entry(scope).or_default();
        if let Some(known) = numbers.get(text) {
            self.all[known.0 as usize].times += 1;
            return *known;
        }
        let text: Arc<str> = Arc::from(text);
        let value = ObservedValue {
            scope,
            times: 1,
            text: text.clone(),
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.all[number.0 as usize] = value;
                number
            }
            None => {
                self.all.push(value);
                ValueId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
            }
        };
        numbers.insert(text, number);
        number
    }

    /// Forgets what a document said.
    pub(crate) fn remove(&mut self, observed_values: &[ValueId]) {
        for number in observed_values {
            let value = &mut self.all[number.0 as usize];
            value.times -= 1;
            if value.times == 0 {
                if let Some(numbers) = self.numbers.get_mut(&value.scope) {
                    numbers.remove(&value.text);
                }
                value.text = Arc::from("");
                self.free.push(*number);
            }
        }
    }

    /// Gives what is said at a place, with how often; what documents say that are left out is not counted.
    pub(crate) fn at(
        &self,
        scope: ValueScope,
        without: &HashMap<ValueId, u32>,
        give: &mut dyn FnMut(&str, usize),
    ) {
        for (number, value) in (0..).zip(&self.all) {
            if value.scope != scope || value.times == 0 {
                continue;
            }
            let left_out = without.get(&ValueId(number)).copied().unwrap_or_default();
            let times = value.times.saturating_sub(left_out);
            if times > 0 {
                give(&value.text, times as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(observed_values: &ObservedValues, scope: ValueScope) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        observed_values.at(scope, &HashMap::new(), &mut |text, times| {
            found.push((text.to_owned(), times));
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn what_nobody_says_any_more_is_forgotten() {
        let mut observed_values = ObservedValues::default();
        let scope = ValueScope::Value(7);
        let say = |scope: ValueScope, texts: &[&str]| {
            let mut values = DocumentValues::default();
            texts.iter().for_each(|text| values.push(scope, &[text]));
            values
        };
        let first = observed_values.add(&say(scope, &["a", "b", "a"]));
        let second = observed_values.add(&say(scope, &["b", "c"]));
        observed_values.add(&say(ValueScope::Key(7), &["a"]));
        assert_eq!(
            all(&observed_values, scope),
            [("a".into(), 2), ("b".into(), 2), ("c".into(), 1)]
        );
        observed_values.remove(&first);
        assert_eq!(
            all(&observed_values, scope),
            [("b".into(), 1), ("c".into(), 1)]
        );
        // Its number is given to another one, and nothing grows.
        observed_values.add(&say(scope, &["d"]));
        assert_eq!(observed_values.all.len(), 4);
        let without = second.iter().map(|number| (*number, 1)).collect();
        let mut left = Vec::new();
        observed_values.at(scope, &without, &mut |text, times| {
            left.push((text.to_owned(), times))
        });
        assert_eq!(left, [("d".to_owned(), 1)]);
        observed_values.remove(&second);
        assert_eq!(all(&observed_values, scope), [("d".into(), 1)]);
        assert_eq!(all(&observed_values, ValueScope::Key(7)), [("a".into(), 1)]);
    }
}
