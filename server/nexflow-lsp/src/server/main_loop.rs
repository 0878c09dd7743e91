//! The main loop: one thread that takes one event after the other and alone changes the state.

use std::{panic::AssertUnwindSafe, sync::mpsc, time::Duration};

use crate::{
    handlers::lifecycle,
    panics::fence,
    server::dispatch,
    session::{client::Client, event::Event, scheduler, state::State},
    transport::{Ended, Incoming, outgoing::Outgoing},
    workspace::{Configuration, Workspace, project::Outside},
};

/// Most events that are taken before what has changed is checked, so that a client that never pauses gets answers as well.
const BATCH: usize = 1024;

/// How long a client that has closed the input may read nothing of what waits for it. It may be a slow program behind a pipe, which
/// still wants its answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// The same for a client that has said that it leaves, and for one that is gone: it hardly wants them any more.
const PATIENCE_AFTER_EXIT: Duration = Duration::from_millis(500);

/// Runs until the client leaves.
pub(crate) fn run(
    inbox: &mpsc::Receiver<Event<State>>,
    events: mpsc::Sender<Event<State>>,
    outgoing: Outgoing,
) -> Ended {
    let workspace = Workspace::new(Outside::of_process(), Configuration::default());
    let mut state = State::new(Client::new(outgoing), workspace, events);
    while let Ok(event) = inbox.recv() {
        handle(&mut state, event);
        for _ in 0..BATCH {
            match inbox.try_recv() {
                Ok(event) if state.exit.is_none() => handle(&mut state, event),
                _ => break,
            }
        }
        if let Some(code) = state.exit_code() {
            state.abandon_requests();
            let patience = if state.exit.is_some() {
                PATIENCE_AFTER_EXIT
            } else {
                PATIENCE
            };
            return Ended { code, patience };
        }
        fence("schedule", AssertUnwindSafe(|| scheduler::run(&mut state)));
    }
    Ended {
        code: 1,
        patience: PATIENCE_AFTER_EXIT,
    }
}

fn handle(state: &mut State, event: Event<State>) {
    let event = match event {
        Event::Client(Incoming::Request(request)) => {
            let responder = request.responder.clone();
            let done = fence(
                "a request",
                AssertUnwindSafe(|| dispatch::request(state, request)),
            );
            if done.is_none() {
                dispatch::answer_for_panicked(&responder);
            }
            return;
        }
        other => other,
    };
    fence(
        "main loop",
        AssertUnwindSafe(|| match event {
            Event::Client(incoming) => client_said(state, incoming),
            Event::Done(then) => then(state),
            Event::ParentGone => state.exit = Some(1),
        }),
    );
}

fn client_said(state: &mut State, incoming: Incoming) {
    match incoming {
        Incoming::Request(request) => dispatch::request(state, request),
        Incoming::Notification {
            method,
            params,
            permit,
        } => {
            dispatch::notification(state, &method, params);
            drop(permit);
        }
        Incoming::Response(response) => match state.client.take_continuation(&response) {
            Some(then) => then(state, response.into_parts().1),
            None => tracing::debug!("a response to no request: {}", response.id()),
        },
        // What has waited for this is scheduled after every batch of events.
        Incoming::Drained => {}
        Incoming::InputEnded => lifecycle::input_ended(state),
    }
}
