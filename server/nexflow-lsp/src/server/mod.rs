//! The language server process.
//!
//! ```text
//! stdin -> frames (thread) -> main loop (thread) -> workers (threads)
//!               stdout <- outbox (thread) <---------------/
//! ```
//!
//! The main loop alone owns and changes state, in the order of arrival. Workers read immutable snapshots.

pub mod client;
pub mod closed;
pub mod documents;
pub mod frames;
mod history;
pub mod indexing;
pub mod judged;
pub mod lifecycle;
pub mod main_loop;
pub mod outbox;
mod parent;
pub mod publish;
pub mod router;
pub mod state;
pub mod token_store;
mod workers;

use std::{sync::mpsc, thread, time::Duration};

use self::{frames::Received, main_loop::Event, outbox::Outbox};

/// How long the process waits for its last answers to be written once it knows that it ends.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Stack of the threads that parse and judge; the tree of a document is walked recursively within its depth limit.
pub const WORKER_STACK: usize = 16 << 20;

/// Serves one client over standard input and output until it leaves; the exit code of the process.
pub fn run_stdio() -> i32 {
    let (events, inbox) = mpsc::channel();
    let (outbox, letters) = Outbox::new();

    let (received, waiting) = (events.clone(), outbox.clone());
    thread::Builder::new()
        .name("input".into())
        .spawn(move || {
            frames::pump(std::io::stdin().lock(), |message| {
                if matches!(message, Received::Request { .. } | Received::Malformed(_)) {
                    waiting.expect_answer();
                }
                received.send(Event::Received(message)).is_ok()
            });
            let _ = received.send(Event::InputEnded);
        })
        .expect("a thread can be started");

    let drained = events.clone();
    thread::Builder::new()
        .name("output".into())
        .spawn(move || {
            outbox::write_all(letters, std::io::stdout().lock(), || {
                let _ = drained.send(Event::Drained);
            });
        })
        .expect("a thread can be started");

    let last_words = outbox.clone();
    let code = thread::Builder::new()
        .name("main loop".into())
        .stack_size(WORKER_STACK)
        .spawn(move || main_loop::run(&inbox, events, outbox))
        .expect("a thread can be started")
        .join()
        .unwrap_or(1);
    // What was answered is still written, if the client reads it.
    last_words.finish(LAST_WORDS);
    code
}
