//! tower-lsp-server as mere transport: its codec and its writer carry the bytes, and everything that arrives becomes an
//! [`Event`] for the main loop, in the order of arrival.
//!
//! The usual `LanguageServer` trait runs its handlers concurrently, so that edits and requests can overtake each other. The
//! transport calls [`Entrance::call`] for one message after the other, and that sends the event before it returns; nothing can
//! be overtaken between the input and the loop.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::{Sink, Stream, channel::mpsc};
use tokio::sync::{mpsc::UnboundedSender, oneshot};
use tower_lsp_server::{
    Loopback,
    jsonrpc::{Request, Response},
};

use super::{
    client::Backlog,
    main_loop::{Event, Incoming},
};

/// The service that the transport calls for every request and notification of the client.
pub struct Entrance {
    /// The way to the main loop.
    pub events: UnboundedSender<Event>,
}

impl tower::Service<Request> for Entrance {
    type Response = Option<Response>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (method, id, params) = request.into_parts();
        let Some(id) = id else {
            let _ = self.events.send(Event::Notification { method, params });
            return Box::pin(std::future::ready(Ok(None)));
        };
        let (reply, answer) = oneshot::channel();
        let _ = self.events.send(Event::Request(Incoming {
            id,
            method,
            params,
            reply,
        }));
        // A dropped sender means that the server is on its way out: no answer.
        Box::pin(async move { Ok(answer.await.ok()) })
    }
}

/// The way of the server's own requests and notifications to the client, and of the client's answers to the main loop.
pub struct Exchange {
    /// What the server wants to send.
    pub outgoing: mpsc::UnboundedReceiver<Request>,
    /// How much of it is not written yet.
    pub backlog: Arc<Backlog>,
    /// The way to the main loop.
    pub events: UnboundedSender<Event>,
}

impl Loopback for Exchange {
    type RequestStream = Outbox;
    type ResponseSink = Answers;

    fn split(self) -> (Outbox, Answers) {
        let events = self.events.clone();
        (
            Outbox {
                outgoing: self.outgoing,
                backlog: self.backlog,
                events,
            },
            Answers(self.events),
        )
    }
}

/// Gives the server's own messages to the writer, and tells the main loop when a backlog has been read.
pub struct Outbox {
    outgoing: mpsc::UnboundedReceiver<Request>,
    backlog: Arc<Backlog>,
    events: UnboundedSender<Event>,
}

impl Stream for Outbox {
    type Item = Request;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Request>> {
        let next = Pin::new(&mut self.outgoing).poll_next(context);
        if let Poll::Ready(Some(_)) = &next
            && self.backlog.taken()
        {
            let _ = self.events.send(Event::Drained);
        }
        next
    }
}

/// Takes the client's answers.
pub struct Answers(UnboundedSender<Event>);

impl Sink<Response> for Answers {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn start_send(self: Pin<&mut Self>, response: Response) -> Result<(), Infallible> {
        let _ = self.0.send(Event::Response(response));
        Ok(())
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}
