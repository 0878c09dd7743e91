//! What the server says to the client by itself: notifications, and requests whose answers come back to the main loop.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use tower_lsp_server::{
    jsonrpc::{self, Id, Response},
    ls_types::{MessageType, ShowMessageParams, notification, request},
};

use super::{
    outbox::{Message, Outbox},
    state::State,
};

type Continuation = Box<dyn FnOnce(&mut State, jsonrpc::Result<Value>) + Send>;

/// The server's side of the conversation. Owned by the main loop.
pub struct Client {
    outbox: Outbox,
    next_id: i64,
    awaited: HashMap<Id, Continuation>,
}

impl Client {
    /// A client that is reached through `outbox`.
    pub fn new(outbox: Outbox) -> Client {
        Client {
            outbox,
            next_id: 0,
            awaited: HashMap::new(),
        }
    }

    /// The way to the client, for workers that have messages ready.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether the client is far behind in reading.
    pub fn is_crowded(&self) -> bool {
        self.outbox.is_crowded()
    }

    /// Sends a notification.
    pub fn notify<N: notification::Notification>(&self, params: N::Params) {
        match Message::notification(N::METHOD, &params) {
            Ok(message) => self.outbox.send(message),
            Err(error) => tracing::error!("{}: {error}", N::METHOD),
        }
    }

    /// Answers a request.
    pub fn answer(&self, id: &Id, result: &jsonrpc::Result<impl Serialize>) {
        self.outbox.answer(Message::answer(id, result));
    }

    /// Sends a request; `then` runs on the main loop when the answer arrives.
    pub fn request<R: request::Request>(
        &mut self,
        params: R::Params,
        then: impl FnOnce(&mut State, jsonrpc::Result<R::Result>) + Send + 'static,
    ) {
        let id = Id::Number(self.next_id);
        self.next_id += 1;
        let message = serde_json::to_value(params).and_then(|params| {
            let params = Some(&params).filter(|params| !params.is_null());
            Message::request(&id, R::METHOD, params)
        });
        let message = match message {
            Ok(message) => message,
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
        self.outbox.send(message);
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
