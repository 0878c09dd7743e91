//! Back-pressure: how much of something may be on its way.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;

/// How often somebody who waits asks whether to go on waiting.
const INTERVAL: Duration = Duration::from_millis(50);

/// An amount with a limit.
pub(crate) struct Budget {
    limit: usize,
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Default)]
struct State {
    used: usize,
    /// Amounts that were admitted and have no permit yet, in their order.
    admitted: VecDeque<usize>,
}

/// A part of a budget; it is free again when this is dropped.
pub(crate) struct Permit {
    budget: Arc<Budget>,
    amount: usize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Budget {
        Budget {
            limit,
            state: Mutex::default(),
            released: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn used(&self) -> usize {
        self.lock().used
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.used() > self.limit
    }

    /// Takes an amount, even above the limit.
    pub(crate) fn take(self: &Arc<Self>, amount: usize) -> Permit {
        self.lock().used += amount;
        Permit {
            budget: self.clone(),
            amount,
        }
    }

    /// Waits until less than the limit is used. False as soon as `give_up` says so, which is asked now and then.
    pub(crate) fn wait(&self, give_up: impl Fn() -> bool) -> bool {
        let mut state = self.lock();
        while state.used >= self.limit {
            if give_up() {
                return false;
            }
            state = self
                .released
                .wait_timeout(state, INTERVAL)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// As [`Budget::take`] for something on its way to another thread, where it arrives in the order in which it was admitted.
    pub(crate) fn admit(&self, amount: usize) {
        let mut state = self.lock();
        state.used += amount;
        state.admitted.push_back(amount);
    }

    /// The permit of what was admitted first.
    pub(crate) fn next_admitted(self: &Arc<Self>) -> Option<Permit> {
        let amount = self.lock().admitted.pop_front()?;
        Some(Permit {
            budget: self.clone(),
            amount,
        })
    }
}

impl Permit {
    pub(crate) fn amount(&self) -> usize {
        self.amount
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.used = state.used.saturating_sub(self.amount);
        self.budget.released.notify_all();
    }
}

/// What an object or an array takes in memory beside its members.
const CONTAINER: usize = 700;

/// About how much memory a value takes: some twenty times as much as its text, where objects are small.
pub(super) fn memory_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => size_of::<Value>(),
        Value::String(text) => size_of::<Value>() + text.len(),
        Value::Array(items) => CONTAINER + items.iter().map(memory_of).sum::<usize>(),
        Value::Object(members) => CONTAINER + members.values().map(memory_of).sum::<usize>(),
    }
}

/// Bytes that something has at least as text when it takes so much memory by [`memory_of`].
pub(super) fn least_text_of(memory: usize) -> usize {
    memory / CONTAINER
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_is_taken_counts_until_the_permit_is_dropped() {
        let budget = Arc::new(Budget::new(4));
        let first = budget.take(2);
        budget.admit(3);
        assert!(budget.is_exceeded());
        drop(first);
        assert_eq!(budget.used(), 3);
        drop(budget.next_admitted());
        assert_eq!(budget.used(), 0);
        assert!(budget.next_admitted().is_none());
    }

    #[test]
    fn waiting_ends_when_there_is_room_or_when_nobody_wants_it_any_more() {
        let budget = Arc::new(Budget::new(1));
        assert!(budget.wait(|| false), "nothing is used");
        let permit = budget.take(1);
        assert!(!budget.wait(|| true));
        let waiting = {
            let budget = budget.clone();
            thread::spawn(move || budget.wait(|| false))
        };
        drop(permit);
        assert!(waiting.join().expect("no panic"));
    }

    #[test]
    fn no_text_is_shorter_than_its_memory_says() {
        for text in [
            "0",
            "null",
            "[]",
            "{}",
            "[[],[],[{}]]",
            r#"{"":0}"#,
            r#""""#,
            r#"[1,2,"a"]"#,
        ] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            assert!(least_text_of(memory_of(&value)) <= text.len(), "{text}");
        }
    }
}
