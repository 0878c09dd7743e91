//! What the server says by itself: notifications, and requests to the client.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use futures::{Stream, channel::mpsc};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp_server::{
    jsonrpc::{Id, Request},
    ls_types::{notification::Notification, request},
};

use super::{
    Deliver, Incoming,
    budget::{Budget, Permit, memory_of},
};

/// Bytes of memory that messages may take before the client reads them, above which diagnostics wait.
const MAX_UNREAD: usize = 16 << 20;

/// What a request to the client takes at most; their parameters are short.
const SMALL: usize = 1 << 12;

type Message = (Request, Permit);

/// Where messages are handed in, from any thread and without waiting.
#[derive(Clone)]
pub(crate) struct Outgoing {
    messages: mpsc::UnboundedSender<Message>,
    unread: Arc<Budget>,
    /// Somebody wants to hear when the client has caught up.
    awaited: Arc<AtomicBool>,
}

/// The messages on their way to the library.
pub(super) struct OutgoingStream {
    messages: mpsc::UnboundedReceiver<Message>,
    unread: Arc<Budget>,
    awaited: Arc<AtomicBool>,
    deliver: Deliver,
    all_sent: Option<oneshot::Sender<()>>,
}

/// A way to the client; the last of the three hears that nothing more will come.
pub(super) fn channel(deliver: Deliver) -> (Outgoing, OutgoingStream, oneshot::Receiver<()>) {
    let (sender, receiver) = mpsc::unbounded();
    let (all_sent, done) = oneshot::channel();
    let outgoing = Outgoing {
        messages: sender,
        unread: Arc::new(Budget::new(MAX_UNREAD)),
        awaited: Arc::default(),
    };
    let stream = OutgoingStream {
        messages: receiver,
        unread: outgoing.unread.clone(),
        awaited: outgoing.awaited.clone(),
        deliver,
        all_sent: Some(all_sent),
    };
    (outgoing, stream, done)
}

impl Outgoing {
    pub(crate) fn notify<N: Notification>(&self, params: impl Serialize) {
        match serde_json::to_value(params) {
            Ok(params) => self.notify_value(N::METHOD, params),
            Err(error) => tracing::error!("{}: {error}", N::METHOD),
        }
    }

    /// Sends a notification whose parameters have been serialized already.
    pub(crate) fn notify_value(&self, method: &'static str, params: Value) {
        let size = memory_of(&params);
        self.send(Request::build(method).params(params).finish(), size);
    }

    pub(crate) fn request<R: request::Request>(&self, id: Id, params: R::Params) {
        let request = Request::build(R::METHOD).id(id);
        let request = match serde_json::to_value(params) {
            // Requests without parameters have none, not `null`.
            Ok(Value::Null) => request.finish(),
            Ok(params) => request.params(params).finish(),
            Err(error) => return tracing::error!("{}: {error}", R::METHOD),
        };
        self.send(request, SMALL);
    }

    fn send(&self, request: Request, size: usize) {
        // A transport that has ended takes no more.
        let _ = self
            .messages
            .unbounded_send((request, self.unread.take(size)));
    }

    /// Whether the client is far behind in reading. Once it is, [`Incoming::Drained`] tells when it has caught up.
    pub(crate) fn is_backed_up(&self) -> bool {
        if !self.unread.is_exceeded() {
            return false;
        }
        self.awaited.store(true, Ordering::SeqCst);
        // It may have caught up before anybody could see that somebody wants to hear of it.
        self.unread.is_exceeded()
    }

    /// Takes no more messages; those before are still sent.
    pub(super) fn close(&self) {
        self.messages.close_channel();
    }
}

impl Stream for OutgoingStream {
    type Item = Request;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Request>> {
        let next = Pin::new(&mut self.messages).poll_next(context);
        next.map(|message| {
            let Some((request, permit)) = message else {
                if let Some(all_sent) = self.all_sent.take() {
                    let _ = all_sent.send(());
                }
                return None;
            };
            drop(permit);
            if self.unread.used() <= MAX_UNREAD / 2 && self.awaited.swap(false, Ordering::SeqCst) {
                (self.deliver)(Incoming::Drained);
            }
            Some(request)
        })
    }
}
