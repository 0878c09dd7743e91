//! Where the messages of the client leave the library.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tower_lsp_server::jsonrpc::{Id, Request, Response};

use super::{
    Deliver, Incoming, IncomingRequest, budget::Budget, output::LargeAnswers, reader::Malformed,
    responder::Responder,
};

/// Puts each message into the main loop, and waits for the answer of a request outside of it.
pub(super) struct MainLoopService {
    pub(super) deliver: Deliver,
    pub(super) unhandled: Arc<Budget>,
    pub(super) answers: Arc<Budget>,
    pub(super) large: Arc<LargeAnswers>,
}

impl tower::Service<Request> for MainLoopService {
    type Response = Option<Response>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let permit = self.unhandled.next_admitted();
        let (method, id, params) = request.into_parts();
        let Some(id) = id else {
            (self.deliver)(Incoming::Notification {
                method,
                params,
                permit,
            });
            return Box::pin(std::future::ready(Ok(None)));
        };
        if let Some(malformed) = Malformed::from_stand_in(&method, params.as_ref()) {
            let response = Response::from_error(Id::Null, malformed.into_error());
            return Box::pin(std::future::ready(Ok(Some(response))));
        }
        let (responder, answer) = Responder::new(id, self.answers.clone());
        (self.deliver)(Incoming::Request(IncomingRequest {
            method,
            params,
            responder,
        }));
        let large = self.large.clone();
        Box::pin(async move {
            let answer = answer.await;
            drop(permit);
            // Without an answer the server is on its way out.
            let Ok((response, memory)) = answer else {
                return Ok(None);
            };
            large.wait_for_turn(memory.amount()).await;
            Ok(Some(response))
        })
    }
}
