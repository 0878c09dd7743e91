//! What rules about the whole document read of its entries, so that they need not run again while nothing of that has changed.
//!
//! A [`View`](crate::view::View) records while somebody listens: which keys of the entries of a section were asked for. What
//! leads past the views, to nodes, counts as reading all of the section.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

/// What was read, by section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reads(BTreeMap<Box<str>, Keys>);

/// What was read of the entries of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// What stands under these keys, names and kinds of the entries aside.
    These(BTreeSet<Box<str>>),
    /// Everything.
    All,
}

thread_local! {
    static LISTENING: RefCell<Option<Reads>> = const { RefCell::new(None) };
}

impl Reads {
    /// What was read of a section.
    pub fn of(&self, section: &str) -> Option<&Keys> {
        self.0.get(section)
    }
}

/// Runs `work` and gives what it has read.
pub(crate) fn listen(work: impl FnOnce()) -> Reads {
    LISTENING.with_borrow_mut(|reads| *reads = Some(Reads::default()));
    work();
    LISTENING.take().unwrap_or_default()
}

/// A key of an entry was read.
pub(crate) fn key(section: impl FnOnce() -> Option<Box<str>>, key: &str) {
    record(section, |keys| {
        if let Keys::These(known) = keys
            && !known.contains(key)
        {
            known.insert(key.into());
        }
    });
}

/// Everything in a section may have been read.
pub(crate) fn all(section: impl FnOnce() -> Option<Box<str>>) {
    record(section, |keys| *keys = Keys::All);
}

fn record(section: impl FnOnce() -> Option<Box<str>>, what: impl FnOnce(&mut Keys)) {
    LISTENING.with_borrow_mut(|reads| {
        if let Some(reads) = reads
            && let Some(section) = section()
        {
            what(
                reads
                    .0
                    .entry(section)
                    .or_insert_with(|| Keys::These(BTreeSet::new())),
            );
        }
    });
}
