//! Results that are cached beside a fragment for as long as it and what they depend on stay the same.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexflow_syntax::Fragment;

/// The cached result of one feature; `T` is the feature's own type, which keeps features apart.
struct CacheSlot<T>(Mutex<Option<(u64, Arc<T>)>>);

impl<T> CacheSlot<T> {
    fn of(fragment: Fragment<'_>) -> &CacheSlot<T>
    where
        T: Send + Sync + 'static,
    {
        fragment.memo(|_| CacheSlot(Mutex::default()))
    }

    /// A panic while the lock was held leaves nothing half-written: the result is stored in one step.
    fn lock(&self) -> MutexGuard<'_, Option<(u64, Arc<T>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The feature's result for `key`, when it is cached.
pub fn lookup<T: Send + Sync + 'static>(fragment: Fragment<'_>, key: u64) -> Option<Arc<T>> {
    match &*CacheSlot::of(fragment).lock() {
        Some((cached, result)) if *cached == key => Some(Arc::clone(result)),
        _ => None,
    }
}

/// The feature's result: the cached one when it was computed for `key`, else a new one.
pub fn cached<T: Send + Sync + 'static>(
    fragment: Fragment<'_>,
    key: u64,
    compute: impl FnOnce() -> T,
) -> Arc<T> {
    if let Some(cached) = lookup(fragment, key) {
        return cached;
    }
    let result = Arc::new(compute());
    *CacheSlot::of(fragment).lock() = Some((key, Arc::clone(&result)));
    result
}
