//! Requests that wait for an answer.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde::Serialize;
use tower_lsp_server::jsonrpc::{self, Id};

use super::outbox::{Message, Outbox};

/// A request that has no answer yet. Whoever answers first, a worker or a cancellation, does so alone.
#[derive(Clone)]
pub struct Pending {
    id: Id,
    progress: Arc<Progress>,
    outbox: Outbox,
}

/// How far an answer is. The two are not the same moment: whoever has taken a request upon itself may be interrupted before the
/// answer is on its way, and a server that ended in between would leave the request without one.
#[derive(Default)]
struct Progress {
    /// Somebody answers.
    is_settled: AtomicBool,
    /// The answer is in the outbox.
    is_answered: AtomicBool,
}

impl Pending {
    /// A request that was read just now.
    pub fn new(id: Id, outbox: Outbox) -> Pending {
        Pending {
            id,
            progress: Arc::default(),
            outbox,
        }
    }

    /// Whether nobody has to answer any more.
    pub fn is_settled(&self) -> bool {
        self.progress.is_settled.load(Ordering::Relaxed)
    }

    /// Whether the answer is in front of everything that is sent from now on.
    pub fn is_answered(&self) -> bool {
        self.progress.is_answered.load(Ordering::Acquire)
    }

    /// Whether somebody has taken it upon itself to answer, and has not done so yet: a matter of a moment.
    pub fn is_being_answered(&self) -> bool {
        self.is_settled() && !self.is_answered()
    }

    /// Whether this is the same request as another, and not only one with the same id.
    pub fn is(&self, other: &Pending) -> bool {
        Arc::ptr_eq(&self.progress, &other.progress)
    }

    /// Its id.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Waits until the client has read most of what it was sent, or nobody waits for an answer any more.
    pub fn wait_for_room(&self) {
        self.outbox.wait_for_room(|| self.is_settled());
    }

    /// Answers, unless somebody else does; true when this was the answer.
    pub fn answer(&self, result: &jsonrpc::Result<impl Serialize>) -> bool {
        if self.is_settled() {
            return false;
        }
        let message = Message::answer(&self.id, result);
        let first = !self.progress.is_settled.swap(true, Ordering::Relaxed);
        if first {
            self.outbox.answer(message);
            self.progress.is_answered.store(true, Ordering::Release);
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::*;
    use crate::server::outbox;

    /// How often a worker that answers and a main loop that ends meet.
    const MEETINGS: i64 = 20_000;

    #[test]
    fn a_server_that_ends_once_a_request_is_answered_loses_no_answer() {
        for number in 0..MEETINGS {
            let (outbox, letters) = Outbox::new();
            let pending = Pending::new(Id::Number(number), outbox.clone());
            thread::scope(|scope| {
                let worker = pending.clone();
                scope.spawn(move || worker.answer(&Ok(())));
                while !pending.is_answered() {
                    std::hint::spin_loop();
                }
                // Nobody writes yet, so that there is nothing to wait for.
                outbox.finish(Duration::ZERO);
            });
            let mut output = Vec::new();
            outbox::write_all(letters, &mut output, || {});
            assert!(!output.is_empty(), "the answer to {number} was lost");
        }
    }

    #[test]
    fn a_request_is_answered_once() {
        let (outbox, letters) = Outbox::new();
        let pending = Pending::new(Id::Number(1), outbox.clone());
        assert!(!pending.is_settled() && !pending.is_being_answered());
        let results = [Ok(1), Ok(2)].map(|result| pending.answer(&result));
        assert_eq!(results, [true, false]);
        assert!(pending.is_answered() && !pending.is_being_answered());
        outbox.finish(Duration::ZERO);
        let mut output = Vec::new();
        outbox::write_all(letters, &mut output, || {});
        let output = String::from_utf8(output).expect("JSON is UTF-8");
        assert_eq!(output.matches("Content-Length").count(), 1, "{output}");
    }
}
