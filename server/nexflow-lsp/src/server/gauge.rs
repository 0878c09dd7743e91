//! How much of something is on its way, for those who wait until it is less.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often somebody who waits asks whether to go on waiting.
const GLANCE: Duration = Duration::from_millis(50);

/// An amount that rises and falls.
#[derive(Default)]
pub struct Gauge {
    level: Mutex<usize>,
    fell: Condvar,
}

impl Gauge {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much it is.
    pub fn level(&self) -> usize {
        *self.lock()
    }

    /// So much more.
    pub fn raise(&self, amount: usize) {
        *self.lock() += amount;
    }

    /// So much less.
    pub fn lower(&self, amount: usize) {
        let mut level = self.lock();
        *level = level.saturating_sub(amount);
        self.fell.notify_all();
    }

    /// So much more, until what is given is dropped.
    pub fn hold(self: &Arc<Self>, amount: usize) -> Held {
        self.raise(amount);
        Held {
            gauge: self.clone(),
            amount,
        }
    }

    /// Waits until it is less than `limit`. False as soon as `give_up` says so, which is asked now and then.
    pub fn wait_below(&self, limit: usize, give_up: impl Fn() -> bool) -> bool {
        let mut level = self.lock();
        while *level >= limit {
            if give_up() {
                return false;
            }
            level = self
                .fell
                .wait_timeout(level, GLANCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }
}

/// A part of what a gauge shows.
pub struct Held {
    gauge: Arc<Gauge>,
    amount: usize,
}

impl Held {
    /// So much more, until this is dropped.
    pub fn grow(&mut self, amount: usize) {
        self.amount += amount;
        self.gauge.raise(amount);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.gauge.lower(self.amount);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_is_held_counts_until_it_is_dropped() {
        let gauge = Arc::new(Gauge::default());
        let mut first = gauge.hold(2);
        let second = gauge.hold(3);
        first.grow(4);
        assert_eq!(gauge.level(), 9);
        drop(second);
        assert_eq!(gauge.level(), 6);
        drop(first);
        assert_eq!(gauge.level(), 0);
    }

    #[test]
    fn who_waits_goes_on_when_it_is_less_or_when_nobody_wants_it_any_more() {
        let gauge = Arc::new(Gauge::default());
        assert!(gauge.wait_below(1, || false), "nothing is on its way");
        let held = gauge.hold(1);
        assert!(!gauge.wait_below(1, || true));
        let waiting = {
            let gauge = gauge.clone();
            thread::spawn(move || gauge.wait_below(1, || false))
        };
        drop(held);
        assert!(waiting.join().expect("no panic"));
    }
}
