//! Results that are kept beside a unit for as long as the unit and what they depend on stay the same.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexflow_syntax::Unit;

/// The kept result of one feature; `T` is the feature's own type, which keeps features apart.
struct Kept<T>(Mutex<Option<(u64, Arc<T>)>>);

impl<T> Kept<T> {
    fn of(unit: Unit<'_>) -> &Kept<T>
    where
        T: Send + Sync + 'static,
    {
        unit.memo(|_| Kept(Mutex::default()))
    }

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

/// The feature's kept result for a unit, when there is one that was worked out for `fingerprint`.
pub fn known<T: Send + Sync + 'static>(unit: Unit<'_>, fingerprint: u64) -> Option<Arc<T>> {
    Kept::of(unit).get(fingerprint)
}

/// The feature's result for a unit: the kept one when `fingerprint` is the one it was worked out for, else a new one.
pub fn kept<'d, T: Send + Sync + 'static>(
    unit: Unit<'d>,
    fingerprint: u64,
    compute: impl FnOnce() -> T,
) -> Arc<T> {
    let kept: &Kept<T> = Kept::of(unit);
    if let Some(known) = kept.get(fingerprint) {
        return known;
    }
    let result = Arc::new(compute());
    *kept.lock() = Some((fingerprint, Arc::clone(&result)));
    result
}
