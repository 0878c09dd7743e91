//! Values that are kept beside a part of the tree for as long as that part lives.

use std::{
    any::{Any, TypeId},
    sync::OnceLock,
};

/// A list of values of different types, each set once; it only ever grows.
#[derive(Default)]
pub(crate) struct MemoCell {
    value: OnceLock<(TypeId, Box<dyn Any + Send + Sync>)>,
    next: OnceLock<Box<MemoCell>>,
}

impl std::fmt::Debug for MemoCell {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MemoCell")
    }
}

impl MemoCell {
    /// The value of type `T`, worked out when there is none. When two threads ask at once both may compute, and one of the
    /// results is kept.
    pub fn get<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> &T {
        if let Some(found) = self.find::<T>() {
            return found;
        }
        // Computed outside of the cells, so that it may itself ask for other values kept here.
        self.insert(compute())
    }

    fn find<T: Any + Send + Sync>(&self) -> Option<&T> {
        let mut cell = self;
        loop {
            let (id, value) = cell.value.get()?;
            if *id == TypeId::of::<T>() {
                return value.downcast_ref::<Option<T>>()?.as_ref();
            }
            cell = cell.next.get()?;
        }
    }

    fn insert<T: Any + Send + Sync>(&self, value: T) -> &T {
        let mut value: Option<T> = Some(value);
        let mut cell = self;
        loop {
            let (_, stored) = cell
                .value
                .get_or_init(|| (TypeId::of::<T>(), Box::new(value.take())));
            if let Some(Some(found)) = stored.downcast_ref::<Option<T>>() {
                return found;
            }
            cell = cell.next.get_or_init(Box::default);
        }
    }
}
