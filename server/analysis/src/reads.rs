//! What rules about the whole document read of its entries, so that they need not run again while nothing of that has changed.
//!
//! A [`View`](crate::view::View) records while somebody listens: which keys of the entries of a section were asked for. What
//! leads past the views, to nodes, counts as reading all of the section.

use std::cell::{Cell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

/// What was read, by section.
#[derive(Debug, Default)]
pub(crate) struct Reads(FxHashMap<Box<str>, Keys>);

/// What was read of the entries of a section.
#[derive(Debug)]
pub(crate) enum Keys {
    /// What stands under these keys, names and kinds of the entries aside.
    These(FxHashSet<Box<str>>),
    /// Everything.
    All,
}

thread_local! {
    static LISTENING: RefCell<Option<Recorder>> = const { RefCell::new(None) };
    static IS_LISTENING: Cell<bool> = const { Cell::new(false) };
}

impl Default for Keys {
    fn default() -> Keys {
        Keys::These(FxHashSet::default())
    }
}

impl Reads {
    /// Each section of whose entries something was read.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &Keys)> {
        self.0.iter().map(|(section, keys)| (&**section, keys))
    }
}

/// Where the key of a section stands: the number of its document in the chain of `extends`, and where it begins in it.
pub(crate) type Place = (usize, u32);

/// What is read while somebody listens.
#[derive(Default)]
struct Recorder {
    reads: Reads,
    /// The last section and what was read of it. Rules go from entry to entry of one section, and ask for the same keys in each.
    last: Option<(Place, Box<str>, Keys)>,
}

impl Recorder {
    fn section(
        &mut self,
        place: Place,
        name: impl FnOnce() -> Option<Box<str>>,
    ) -> Option<&mut Keys> {
        if self.last.as_ref().is_none_or(|(last, ..)| *last != place) {
            self.put_back();
            let name = name()?;
            let keys = self.reads.0.remove(&name);
            self.last = Some((place, name, keys.unwrap_or_default()));
        }
        self.last.as_mut().map(|(.., keys)| keys)
    }

    fn put_back(&mut self) {
        if let Some((_, name, keys)) = self.last.take() {
            self.reads.0.insert(name, keys);
        }
    }
}

/// Runs `work` and gives what it has read.
pub(crate) fn listen(work: impl FnOnce()) -> Reads {
    LISTENING.set(Some(Recorder::default()));
    IS_LISTENING.set(true);
    work();
    IS_LISTENING.set(false);
    let mut recorder = LISTENING.take().unwrap_or_default();
    recorder.put_back();
    recorder.reads
}

/// Whether anybody wants to hear what is read. Mostly nobody does, and everything is read through here.
#[inline]
pub(crate) fn is_listening() -> bool {
    IS_LISTENING.get()
}

/// A key of an entry was read.
pub(crate) fn key(place: Place, section: impl FnOnce() -> Option<Box<str>>, key: &str) {
    record(place, section, |keys| {
        if let Keys::These(known) = keys
            && !known.contains(key)
        {
            known.insert(key.into());
        }
    });
}

/// Everything in a section may have been read.
pub(crate) fn all(place: Place, section: impl FnOnce() -> Option<Box<str>>) {
    record(place, section, |keys| *keys = Keys::All);
}

fn record(place: Place, section: impl FnOnce() -> Option<Box<str>>, what: impl FnOnce(&mut Keys)) {
    LISTENING.with_borrow_mut(|recorder| {
        if let Some(recorder) = recorder
            && let Some(keys) = recorder.section(place, section)
        {
            what(keys);
        }
    });
}
