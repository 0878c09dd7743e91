//! What the server says to the client by itself: notifications, and requests whose answers come back to the main loop.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::channel::mpsc::UnboundedSender;
use serde_json::Value;
use tower_lsp_server::{
    jsonrpc::{self, Id, Request, Response},
    ls_types::{MessageType, ShowMessageParams, notification, request},
};

use super::state::State;

/// More than this many unread messages, and diagnostics wait: a client that has stopped reading must not fill the memory.
const CROWDED: usize = 128;

type Continuation = Box<dyn FnOnce(&mut State, jsonrpc::Result<Value>) + Send>;

/// The server's side of the conversation. Owned by the main loop.
pub struct Client {
    outgoing: UnboundedSender<Request>,
    waiting: Arc<Backlog>,
    next_id: i64,
    awaited: HashMap<Id, Continuation>,
}

/// How many messages to the client are not written yet.
#[derive(Default)]
pub struct Backlog {
    count: AtomicUsize,
}

impl Backlog {
    /// One message has been taken for writing; true when the main loop should hear that there is room again.
    pub fn taken(&self) -> bool {
        self.count.fetch_sub(1, Ordering::Relaxed) == CROWDED / 2
    }
}

impl Client {
    /// A client at the other end of `outgoing`.
    pub fn new(outgoing: UnboundedSender<Request>, waiting: Arc<Backlog>) -> Client {
        Client {
            outgoing,
            waiting,
            next_id: 0,
            awaited: HashMap::new(),
        }
    }

    /// Whether the client is far behind in reading.
    pub fn is_crowded(&self) -> bool {
        self.waiting.count.load(Ordering::Relaxed) > CROWDED
    }

    fn send(&self, request: Request) {
        self.waiting.count.fetch_add(1, Ordering::Relaxed);
        let _ = self.outgoing.unbounded_send(request);
    }

    /// Sends a notification.
    pub fn notify<N: notification::Notification>(&self, params: N::Params) {
        match serde_json::to_value(params) {
            Ok(params) => self.notify_value(N::METHOD, params),
            Err(error) => tracing::error!("{}: {error}", N::METHOD),
        }
    }

    /// Sends a notification whose parameters have been serialized already.
    pub fn notify_value(&self, method: &'static str, params: Value) {
        self.send(Request::build(method).params(params).finish());
    }

    /// Sends a request; `then` runs on the main loop when the answer arrives.
    pub fn request<R: request::Request>(
        &mut self,
        params: R::Params,
        then: impl FnOnce(&mut State, jsonrpc::Result<R::Result>) + Send + 'static,
    ) {
        let id = Id::Number(self.next_id);
        self.next_id += 1;
        let request = Request::build(R::METHOD).id(id.clone());
        let request = match serde_json::to_value(params) {
            // Requests without parameters have none, not `null`.
            Ok(Value::Null) => request,
            Ok(params) => request.params(params),
            Err(error) => return tracing::error!("{}: {error}", R::METHOD),
        };
        let answer = move |state: &mut State, result: jsonrpc::Result<Value>| {
            let result = result.and_then(|value| {
                serde_json::from_value(value)
                    .map_err(|error| jsonrpc::Error::invalid_params(error.to_string()))
            });
            if let Err(error) = &result {
                tracing::warn!("{} was answered with: {}", R::METHOD, error.message);
            }
            then(state, result);
        };
        self.awaited.insert(id, Box::new(answer));
        self.send(request.finish());
    }

    /// The continuation that waits for this answer.
    pub fn take_continuation(&mut self, response: &Response) -> Option<Continuation> {
        self.awaited.remove(response.id())
    }

    /// Shows a message to the person at the editor.
    pub fn show_message(&self, typ: MessageType, message: impl Into<String>) {
        self.notify::<notification::ShowMessage>(ShowMessageParams {
            typ,
            message: message.into(),
        });
    }
}
