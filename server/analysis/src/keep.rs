//! Results that are kept beside a unit, or a run of units, for as long as it and what they depend on stay the same.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexflow_syntax::{Run, Unit};

/// The kept result of one feature; `T` is the feature's own type, which keeps features apart.
pub struct Kept<T>(Mutex<Option<(u64, Arc<T>)>>);

/// What results can be kept beside.
pub trait Keeper: Copy {
    /// The place for results of type `T`.
    fn place<T: Send + Sync + 'static>(&self) -> &Kept<T>;
}

impl Keeper for Unit<'_> {
    fn place<T: Send + Sync + 'static>(&self) -> &Kept<T> {
        self.memo(|_| Kept(Mutex::default()))
    }
}

impl Keeper for Run<'_> {
    fn place<T: Send + Sync + 'static>(&self) -> &Kept<T> {
        self.memo(|_| Kept(Mutex::default()))
    }
}

impl<T> Kept<T> {
    /// A panic while the lock was held leaves nothing half-written: the result is stored in one step.
    fn lock(&self) -> MutexGuard<'_, Option<(u64, Arc<T>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, fingerprint: u64) -> Option<Arc<T>> {
        match &*self.lock() {
            Some((known, result)) if *known == fingerprint => Some(Arc::clone(result)),
            _ => None,
        }
    }
}

/// The feature's kept result, when there is one that was worked out for `fingerprint`.
pub fn known<T: Send + Sync + 'static>(keeper: impl Keeper, fingerprint: u64) -> Option<Arc<T>> {
    keeper.place().get(fingerprint)
}

/// The feature's result: the kept one when `fingerprint` is the one it was worked out for, else a new one.
pub fn kept<T: Send + Sync + 'static>(
    keeper: impl Keeper,
    fingerprint: u64,
    compute: impl FnOnce() -> T,
) -> Arc<T> {
    let kept: &Kept<T> = keeper.place();
    if let Some(known) = kept.get(fingerprint) {
        return known;
    }
    let result = Arc::new(compute());
    *kept.lock() = Some((fingerprint, Arc::clone(&result)));
    result
}
