//! What the documents of the index say where any text is right, and which keys they use, each once with how often it is said.
//!
//! A document keeps nothing but numbers, so that what ten thousand documents say alike is in memory once. What nobody says any
//! more is forgotten, and its number given to something else.

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::Said;
use rustc_hash::FxHashMap;

/// Number of a saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SayingId(u32);

/// Where something is said, and whether it is a value or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A value at the place of the field with this number.
    Value(u16),
    /// A key in the block with this number.
    Key(u16),
}

/// The number of the document as a block.
pub const ROOT: u16 = u16::MAX;

/// Stands between a key and the value that decides which fields there are beside it.
const BEHIND_KEY: &str = "\0";

/// What a document says, before it has numbers. All texts are one behind the other, for there are many short ones.
#[derive(Default)]
pub struct Draft {
    text: String,
    /// Each with where its text ends.
    ends: Vec<(Place, usize)>,
}

impl Draft {
    fn push(&mut self, place: Place, parts: &[&str]) {
        self.text.extend(parts.iter().copied());
        self.ends.push((place, self.text.len()));
    }

    fn sayings(&self) -> impl Iterator<Item = (Place, &str)> {
        let mut start = 0;
        self.ends.iter().map(move |(place, end)| {
            let text = &self.text[start..*end];
            start = *end;
            (*place, text)
        })
    }
}

/// What a document says.
pub fn of(document: &nexflow_syntax::Document) -> Draft {
    let mut found = Draft::default();
    nexflow_analysis::said(document, &mut |said| match said {
        Said::Value { place, text } => found.push(Place::Value(place.0), &[text]),
        Said::Key {
            block,
            text,
            decided,
        } => {
            let place = Place::Key(block.map_or(ROOT, |block| block.0));
            match decided {
                Some(decided) => found.push(place, &[text, BEHIND_KEY, decided]),
                None => found.push(place, &[text]),
            }
        }
    });
    found
}

/// A key, and the value that decides which fields there are beside it.
pub fn key(text: &str) -> (&str, Option<&str>) {
    match text.split_once(BEHIND_KEY) {
        Some((key, decided)) => (key, Some(decided)),
        None => (text, None),
    }
}

struct Saying {
    place: Place,
    /// How often it is said; 0 for a number that is free.
    times: u32,
    text: Arc<str>,
}

/// All sayings.
#[derive(Default)]
pub struct Sayings {
    all: Vec<Saying>,
    numbers: FxHashMap<Place, FxHashMap<Arc<str>, SayingId>>,
    free: Vec<SayingId>,
}

impl Sayings {
    /// Takes over what a document says.
    pub fn add(&mut self, draft: &Draft) -> Box<[SayingId]> {
        let sayings = draft.sayings();
        sayings
            .map(|(place, text)| self.add_one(place, text))
            .collect()
    }

    fn add_one(&mut self, place: Place, text: &str) -> SayingId {
        let numbers = self.numbers.entry(place).or_default();
        if let Some(known) = numbers.get(text) {
            self.all[known.0 as usize].times += 1;
            return *known;
        }
        let text: Arc<str> = Arc::from(text);
        let saying = Saying {
            place,
            times: 1,
            text: text.clone(),
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.all[number.0 as usize] = saying;
                number
            }
            None => {
                self.all.push(saying);
                SayingId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
            }
        };
        numbers.insert(text, number);
        number
    }

    /// Forgets what a document said.
    pub fn remove(&mut self, sayings: &[SayingId]) {
        for number in sayings {
            let saying = &mut self.all[number.0 as usize];
            saying.times -= 1;
            if saying.times == 0 {
                if let Some(numbers) = self.numbers.get_mut(&saying.place) {
                    numbers.remove(&saying.text);
                }
                saying.text = Arc::from("");
                self.free.push(*number);
            }
        }
    }

    /// Gives what is said at a place, with how often; what documents say that are left out is not counted.
    pub fn at(
        &self,
        place: Place,
        without: &HashMap<SayingId, u32>,
        give: &mut dyn FnMut(&str, usize),
    ) {
        for (number, saying) in (0..).zip(&self.all) {
            if saying.place != place || saying.times == 0 {
                continue;
            }
            let left_out = without.get(&SayingId(number)).copied().unwrap_or_default();
            let times = saying.times.saturating_sub(left_out);
            if times > 0 {
                give(&saying.text, times as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sayings: &Sayings, place: Place) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        sayings.at(place, &HashMap::new(), &mut |text, times| {
            found.push((text.to_owned(), times));
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn what_nobody_says_any_more_is_forgotten() {
        let mut sayings = Sayings::default();
        let place = Place::Value(7);
        let say = |place: Place, texts: &[&str]| {
            let mut draft = Draft::default();
            texts.iter().for_each(|text| draft.push(place, &[text]));
            draft
        };
        let first = sayings.add(&say(place, &["a", "b", "a"]));
        let second = sayings.add(&say(place, &["b", "c"]));
        sayings.add(&say(Place::Key(7), &["a"]));
        assert_eq!(
            all(&sayings, place),
            [("a".into(), 2), ("b".into(), 2), ("c".into(), 1)]
        );
        sayings.remove(&first);
        assert_eq!(all(&sayings, place), [("b".into(), 1), ("c".into(), 1)]);
        // Its number is given to another one, and nothing grows.
        sayings.add(&say(place, &["d"]));
        assert_eq!(sayings.all.len(), 4);
        let without = second.iter().map(|number| (*number, 1)).collect();
        let mut left = Vec::new();
        sayings.at(place, &without, &mut |text, times| {
            left.push((text.to_owned(), times))
        });
        assert_eq!(left, [("d".to_owned(), 1)]);
        sayings.remove(&second);
        assert_eq!(all(&sayings, place), [("d".into(), 1)]);
        assert_eq!(all(&sayings, Place::Key(7)), [("a".into(), 1)]);
    }
}
