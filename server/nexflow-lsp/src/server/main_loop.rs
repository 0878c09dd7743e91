//! The main loop: one thread that takes one event after the other and alone changes the state.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{self, RecvTimeoutError},
    time::Duration,
};

use serde_json::value::RawValue;
use tower_lsp_server::jsonrpc::{self, Id};

use super::{
    client::Client, frames::Received, gauge::Held, lifecycle, outbox::Outbox, publish, router,
    state::State,
};
use crate::{
    handlers::debug,
    workspace::{Configuration, Workspace, project},
};

/// Most events that are taken before what has changed is judged, so that a client that never pauses gets answers as well.
const BATCH: usize = 1024;

/// How long a client that has closed the input may take over reading nothing of what waits for it. It may be a slow program behind
/// a pipe, which still wants its answers.
const LAST_LOOK: Duration = Duration::from_secs(10);

/// The same for a client that has said that it leaves, and for one that is gone: it hardly wants them any more.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Something that happened.
pub enum Event {
    /// The client has sent something, which counts as long as it is not done.
    Received(Received, Held),
    /// A worker is done; this is what it wants done to the state.
    Done(Box<dyn FnOnce(&mut State) + Send>),
    /// The client has read what had piled up.
    Drained,
    /// The client has closed the input.
    InputEnded,
    /// The process that the client named as its own is gone.
    ParentGone,
}

/// A request of the client.
pub struct Incoming {
    /// Its id.
    pub id: Id,
    /// What is wanted.
    pub method: Box<str>,
    /// With what.
    pub params: Option<Box<RawValue>>,
    /// What it counts until it is answered.
    pub held: Held,
}

/// Runs until the client leaves; the exit code of the process.
pub fn run(inbox: &mpsc::Receiver<Event>, events: mpsc::Sender<Event>, outbox: Outbox) -> i32 {
    let workspace = Workspace::new(project::shell_variables(), Configuration::default());
    let mut state = State::new(Client::new(outbox), workspace, events);
    let mut written = None;
    loop {
        let event = if state.input_ended {
            match inbox.recv_timeout(LAST_LOOK) {
                Ok(event) => event,
                Err(RecvTimeoutError::Disconnected) => return 1,
                // Workers wait for the client to read, which may have left without closing the output.
                Err(RecvTimeoutError::Timeout) => {
                    let now = state.client.outbox().written_so_far();
                    if now.is_some() && now == written {
                        return 1;
                    }
                    written = now;
                    continue;
                }
            }
        } else {
            match inbox.recv() {
                Ok(event) => event,
                Err(_) => return 1,
            }
        };
        handle(&mut state, event);
        for _ in 0..BATCH {
            match inbox.try_recv() {
                Ok(event) if state.exit.is_none() => handle(&mut state, event),
                _ => break,
            }
        }
        if let Some(code) = state.exit_code() {
            let patience = if state.exit.is_some() {
                LAST_WORDS
            } else {
                LAST_LOOK
            };
            // What was answered is still written, if the client reads it.
            state.client.outbox().finish(patience);
            return code;
        }
        fence("settle", AssertUnwindSafe(|| publish::settle(&mut state)));
    }
}

fn handle(state: &mut State, event: Event) {
    let event = match event {
        Event::Received(Received::Request { id, method, params }, held) => {
            let request = Incoming {
                id: id.clone(),
                method,
                params,
                held,
            };
            let done = fence(
                "a request",
                AssertUnwindSafe(|| router::request(state, request)),
            );
            if done.is_none() {
                router::answer_for_panicked(state, &id);
            }
            return;
        }
        other => other,
    };
    fence(
        "main loop",
        AssertUnwindSafe(|| match event {
            // Taken above, for it has to be answered in any case.
            Event::Received(Received::Request { .. }, _) => {}
            Event::Received(Received::Notification { method, params }, _held) => {
                router::notification(state, &method, params);
            }
            Event::Received(Received::Response(response), _held) => {
                match state.client.take_continuation(&response) {
                    Some(then) => then(state, response.into_parts().1),
                    None => tracing::debug!("an answer to no question: {}", response.id()),
                }
            }
            Event::Received(Received::Malformed(error), _held) => {
                state
                    .client
                    .answer(&Id::Null, &jsonrpc::Result::<()>::Err(error));
            }
            Event::Done(then) => then(state),
            Event::Drained => {}
            Event::InputEnded => lifecycle::input_ended(state),
            Event::ParentGone => state.exit = Some(1),
        }),
    );
}

/// Runs `work` so that a panic in it ends nothing else; `None` after a panic, which the hook has logged.
pub fn fence<T>(name: &str, work: impl FnOnce() -> T) -> Option<T> {
    let work = || {
        debug::panic_if_asked(name);
        work()
    };
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_: Box<dyn Any + Send>| tracing::error!("`{name}` panicked"))
        .ok()
}

/// Logs where a panic happened. Its message is left out unless it is fixed text, for it may quote the document.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic
            .payload()
            .downcast_ref::<&'static str>()
            .copied()
            .unwrap_or("a message that may quote the document");
        let thread = std::thread::current();
        tracing::error!(
            "panic in thread `{}` at {place}: {message}",
            thread.name().unwrap_or("?")
        );
        let backtrace = std::backtrace::Backtrace::capture();
        if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
            tracing::error!("{backtrace}");
        }
    }));
}
