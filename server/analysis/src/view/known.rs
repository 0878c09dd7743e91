//! What a view has been asked for already.
//!
//! The rules about an entry ask for the same keys over and over. A view that is [remembered](View::remembered), and the
//! mappings that it is asked for, answer each key of the catalog from a table once they have looked it up.

use std::ops::Deref;

use super::{Mapping, View, val::Found};

/// The answers of one mapping.
#[derive(Default)]
pub struct Known<'a> {
    /// By the number of the key in the catalog: the number of the answer, 0 when there is none yet.
    numbers: Vec<u8>,
    answers: Vec<Answer<'a>>,
}

struct Answer<'a> {
    found: Option<Found<'a>>,
    view: Option<View<'a>>,
}

impl<'a> Known<'a> {
    pub(super) fn answer(&self, place: usize) -> Option<(u8, Option<Found<'a>>)> {
        let number = *self.numbers.get(place)?;
        let answer = self.answers.get(usize::from(number).checked_sub(1)?)?;
        Some((number, answer.found.clone()))
    }

    /// The mapping under the key with this number in the catalog, when that is known; `Some(None)` when the key is known to
    /// be nowhere.
    pub(super) fn mapping(&self, place: usize) -> Option<Option<View<'a>>> {
        let number = *self.numbers.get(place)?;
        let answer = self.answers.get(usize::from(number).checked_sub(1)?)?;
        match (&answer.view, &answer.found) {
            (Some(view), Some(_)) => Some(Some(view.clone())),
            (_, None) => Some(None),
            (None, Some(_)) => None,
        }
    }

    /// Keeps an answer and returns its number; 0 when there are too many.
    pub(super) fn keep(&mut self, place: usize, found: Option<Found<'a>>) -> u8 {
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
        self.answers.push(Answer { found, view: None });
        number
    }

    pub(super) fn view(&self, number: u8) -> Option<View<'a>> {
        self.answers
            .get(usize::from(number).checked_sub(1)?)?
            .view
            .clone()
    }

    pub(super) fn keep_view(&mut self, number: u8, view: View<'a>) {
        if let Some(answer) = usize::from(number)
            .checked_sub(1)
            .and_then(|at| self.answers.get_mut(at))
        {
            answer.view = Some(view);
        }
    }
}

impl<'a> View<'a> {
    /// This view with answers that are remembered until the result is dropped.
    pub fn remembered(&self) -> Remembered<'a> {
        Remembered(View(std::rc::Rc::new(Mapping {
            layers: self.layers.clone(),
            schema: self.schema,
            key: self.key,
            depth: self.depth,
            dialect: self.dialect,
            parent: self.parent.clone(),
            known: Some(Default::default()),
            regional: Default::default(),
            decided: Default::default(),
        })))
    }

    /// A mapping that remembers those below it is known by them too; somebody must let go.
    fn forget(&self) {
        let Some(known) = &self.known else { return };
        for answer in std::mem::take(&mut *known.borrow_mut()).answers {
            if let Some(view) = answer.view {
                view.forget();
            }
        }
    }
}

/// A view whose answers are remembered.
pub struct Remembered<'a>(View<'a>);

impl<'a> Deref for Remembered<'a> {
    type Target = View<'a>;
    fn deref(&self) -> &View<'a> {
        &self.0
    }
}

impl Drop for Remembered<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}
