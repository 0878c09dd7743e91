//! The main loop: one thread that takes one event after the other and alone changes the state.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use futures::channel::mpsc::UnboundedSender as Outgoing;
use serde_json::Value;
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender},
    oneshot,
};
use tower_lsp_server::jsonrpc::{self, Id, Request, Response};

use super::{
    client::{Backlog, Client},
    lifecycle, publish, router,
    state::State,
};
use crate::{
    handlers::debug,
    workspace::{Configuration, Workspace, project},
};

/// Most events that are taken before what has changed is judged, so that a client that never pauses gets answers as well.
const BATCH: usize = 1024;

/// Something that happened.
pub enum Event {
    /// The client wants an answer.
    Request(Incoming),
    /// The client says something.
    Notification {
        /// What.
        method: std::borrow::Cow<'static, str>,
        /// With what.
        params: Option<Value>,
    },
    /// The client answers.
    Response(Response),
    /// A worker is done; this is what it wants done to the state.
    Done(Box<dyn FnOnce(&mut State) + Send>),
    /// The client has read what had piled up.
    Drained,
    /// The client has closed the input, or its last message was `exit`.
    InputEnded,
    /// The process that the client named as its own is gone.
    ParentGone,
}

/// A request of the client.
pub struct Incoming {
    /// Its id.
    pub id: Id,
    /// What is wanted.
    pub method: std::borrow::Cow<'static, str>,
    /// With what.
    pub params: Option<Value>,
    /// The way back; to drop it means to say nothing.
    pub reply: oneshot::Sender<Response>,
}

impl Incoming {
    /// Answers at once with an error.
    pub fn refuse(self, error: jsonrpc::Error) {
        let _ = self.reply.send(Response::from_error(self.id, error));
    }

    /// Answers at once.
    pub fn answer(self, result: Value) {
        let _ = self.reply.send(Response::from_ok(self.id, result));
    }
}

/// Runs until the client leaves; the exit code of the process.
pub fn run(
    mut inbox: UnboundedReceiver<Event>,
    events: UnboundedSender<Event>,
    outgoing: Outgoing<Request>,
    backlog: Arc<Backlog>,
) -> i32 {
    let workspace = Workspace::new(project::shell_variables(), Configuration::default());
    let mut state = State::new(Client::new(outgoing, backlog), workspace, events);
    while let Some(event) = inbox.blocking_recv() {
        handle(&mut state, event);
        for _ in 0..BATCH {
            match inbox.try_recv() {
                Ok(event) if state.exit.is_none() => handle(&mut state, event),
                _ => break,
            }
        }
        if let Some(code) = state.exit {
            return code;
        }
        fence("settle", AssertUnwindSafe(|| publish::settle(&mut state)));
    }
    1
}

fn handle(state: &mut State, event: Event) {
    fence(
        "main loop",
        AssertUnwindSafe(|| match event {
            Event::Request(request) => router::request(state, request),
            Event::Notification { method, params } => router::notification(state, &method, params),
            Event::Response(response) => match state.client.take_continuation(&response) {
                Some(then) => then(state, response.into_parts().1),
                None => tracing::debug!("an answer to no question: {}", response.id()),
            },
            Event::Done(then) => then(state),
            Event::Drained => {}
            Event::InputEnded => lifecycle::end(state),
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
