//! Results that are kept beside a unit for as long as the unit and what they depend on stay the same.

use std::sync::{Arc, Mutex};

use nexflow_syntax::Unit;

/// The kept result of one feature; `T` is the feature's own type, which keeps features apart.
struct Kept<T>(Mutex<Option<(u64, Arc<T>)>>);

/// The feature's result for a unit: the kept one when `fingerprint` is the one it was worked out for, else a new one.
pub fn kept<'d, T: Send + Sync + 'static>(
    unit: Unit<'d>,
    fingerprint: u64,
    compute: impl FnOnce() -> T,
) -> Arc<T> {
    let kept: &Kept<T> = unit.memo(|_| Kept(Mutex::default()));
    // A panic while the lock was held leaves nothing half-written: the result is stored in one step.
    let lock = || {
        kept.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    };
    if let Some((known, result)) = &*lock()
        && *known == fingerprint
    {
        return Arc::clone(result);
    }
    let result = Arc::new(compute());
    *lock() = Some((fingerprint, Arc::clone(&result)));
    result
}
