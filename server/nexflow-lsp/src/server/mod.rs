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
pub mod gauge;
mod history;
pub mod indexing;
pub mod judged;
pub mod lifecycle;
pub mod main_loop;
pub mod outbox;
mod parent;
mod pending;
pub mod publish;
pub mod router;
pub mod state;
pub mod token_store;
mod workers;

use std::{
    io::{self, Write},
    sync::mpsc,
    thread,
};

use self::{main_loop::Event, outbox::Outbox};

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
            frames::pump(io::stdin().lock(), |message, bytes| {
                let held = waiting.admit(&message, bytes, client_has_left);
                received.send(Event::Received(message, held)).is_ok()
            });
            let _ = received.send(Event::InputEnded);
        })
        .expect("a thread can be started");

    let drained = events.clone();
    thread::Builder::new()
        .name("output".into())
        .spawn(move || {
            outbox::write_all(letters, output(), || {
                let _ = drained.send(Event::Drained);
            });
        })
        .expect("a thread can be started");

    thread::Builder::new()
        .name("main loop".into())
        .stack_size(WORKER_STACK)
        .spawn(move || main_loop::run(&inbox, events, outbox))
        .expect("a thread can be started")
        .join()
        .unwrap_or(1)
}

/// Standard output without the buffer of the standard library, which writes header and body apart because of the line breaks in
/// between: the client would be woken twice for each message.
fn output() -> Box<dyn Write> {
    #[cfg(unix)]
    let own = {
        use std::os::fd::AsFd;
        io::stdout().as_fd().try_clone_to_owned()
    };
    #[cfg(windows)]
    let own = {
        use std::os::windows::io::AsHandle;
        io::stdout().as_handle().try_clone_to_owned()
    };
    match own {
        Ok(own) => Box::new(std::fs::File::from(own)),
        Err(_) => Box::new(io::stdout().lock()),
    }
}

/// Whether the client has closed the input, without reading it.
#[cfg(unix)]
fn client_has_left() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    // A pipe reports it by itself; a socket, which some clients take, has a flag of its own for its half.
    #[cfg(target_os = "linux")]
    let wanted = PollFlags::RDHUP;
    #[cfg(not(target_os = "linux"))]
    let wanted = PollFlags::empty();
    let stdin = io::stdin();
    let mut inputs = [PollFd::new(&stdin, wanted)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let found = poll(&mut inputs, Some(&at_once));
    found.is_ok_and(|count| count > 0) && inputs[0].revents().intersects(PollFlags::HUP | wanted)
}

/// Elsewhere that cannot be seen before everything in front of it is read.
#[cfg(not(unix))]
fn client_has_left() -> bool {
    false
}
