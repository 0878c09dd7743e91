//! What the server says to the client by itself: notifications, and requests whose answers come back to the main loop.

use std::{collections::HashMap, ops::Deref};

use serde_json::Value;
use tower_lsp_server::{
    jsonrpc::{self, Id, Response},
    ls_types::{MessageType, ShowMessageParams, notification, request},
};

use crate::transport::outgoing::Outgoing;

type Continuation<S> = Box<dyn FnOnce(&mut S, jsonrpc::Result<Value>) + Send>;

/// The server's side of the conversation. Owned by a main loop with the state `S`.
pub(crate) struct Client<S> {
    outgoing: Outgoing,
    next_id: i64,
    awaited: HashMap<Id, Continuation<S>>,
}

impl<S: 'static> Client<S> {
    pub(crate) fn new(outgoing: Outgoing) -> Client<S> {
        Client {
            outgoing,
            next_id: 0,
            awaited: HashMap::new(),
        }
    }

    /// Sends a request; `then` runs on the main loop when the answer arrives.
    pub(crate) fn request<R: request::Request>(
        &mut self,
        params: R::Params,
        then: impl FnOnce(&mut S, jsonrpc::Result<R::Result>) + Send + 'static,
    ) {
        let id = Id::Number(self.next_id);
        self.next_id += 1;
        let answer = move |state: &mut S, result: jsonrpc::Result<Value>| {
            let result = result.and_then(|value| {
                serde_json::from_value(value)
                    .map_err(|error| jsonrpc::Error::invalid_params(error.to_string()))
            });
            if let Err(error) = &result {
                tracing::warn!("{} was answered with: {}", R::METHOD, error.message);
            }
            then(state, result);
        };
        self.awaited.insert(id.clone(), Box::new(answer));
        self.outgoing.request::<R>(id, params);
    }

    /// The continuation that waits for this response.
    pub(crate) fn take_continuation(&mut self, response: &Response) -> Option<Continuation<S>> {
        self.awaited.remove(response.id())
    }

    /// Shows a message to the person at the editor.
    pub(crate) fn show_message(&self, typ: MessageType, message: impl Into<String>) {
        self.notify::<notification::ShowMessage>(ShowMessageParams {
            typ,
            message: message.into(),
        });
    }
}

impl<S> Deref for Client<S> {
    type Target = Outgoing;

    fn deref(&self) -> &Outgoing {
        &self.outgoing
    }
}
