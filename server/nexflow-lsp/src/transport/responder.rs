//! The answer to one request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Id, Response, Result};

use super::budget::{Budget, Permit, memory_of};

/// A response, and what it takes of the budget of answers until it is on its way to the client.
pub(crate) type Answer = (Response, Permit);

/// Answers one request. Whoever is first, a worker or a cancellation, does so alone.
#[derive(Clone)]
pub(crate) struct Responder(Arc<Shared>);

struct Shared {
    id: Id,
    answers: Arc<Budget>,
    waiting: Mutex<Option<oneshot::Sender<Answer>>>,
}

impl Responder {
    pub(crate) fn new(id: Id, answers: Arc<Budget>) -> (Responder, oneshot::Receiver<Answer>) {
        let (sender, receiver) = oneshot::channel();
        let responder = Responder(Arc::new(Shared {
            id,
            answers,
            waiting: Mutex::new(Some(sender)),
        }));
        (responder, receiver)
    }

    fn lock(&self) -> MutexGuard<'_, Option<oneshot::Sender<Answer>>> {
        let waiting = self.0.waiting.lock();
        waiting.unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn id(&self) -> &Id {
        &self.0.id
    }

    /// Whether this is about the same request, and not only one with the same id.
    pub(crate) fn is_same(&self, other: &Responder) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.lock().is_none()
    }

    /// Waits until the client has read most of what it was sent, or nobody waits for this answer any more.
    pub(crate) fn wait_for_room(&self) {
        self.0.answers.wait(|| self.is_answered());
    }

    /// Answers, unless somebody has; true when this was the answer.
    pub(crate) fn answer(&self, result: Result<impl Serialize>) -> bool {
        if self.is_answered() {
            return false;
        }
        let result = result.and_then(|result| {
            serde_json::to_value(result).map_err(|error| {
                tracing::error!("a result cannot be written: {error}");
                Error::internal_error()
            })
        });
        let response = Response::from_parts(self.0.id.clone(), result);
        let permit = self.0.answers.take(response.result().map_or(0, memory_of));
        let mut waiting = self.lock();
        let Some(sender) = waiting.take() else {
            return false;
        };
        // The transport may be gone, and then nobody waits for the answer.
        let _ = sender.send((response, permit));
        true
    }

    /// Answers with an error, unless somebody has answered.
    pub(crate) fn fail(&self, error: Error) -> bool {
        self.answer(Result::<()>::Err(error))
    }

    /// Leaves the request without an answer.
    pub(crate) fn abandon(&self) {
        *self.lock() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn responder() -> (Responder, oneshot::Receiver<Answer>, Arc<Budget>) {
        let answers = Arc::new(Budget::new(1));
        let (responder, answer) = Responder::new(Id::Number(1), answers.clone());
        (responder, answer, answers)
    }

    #[test]
    fn a_request_is_answered_once() {
        let (responder, mut answer, _) = responder();
        assert!(!responder.is_answered());
        let results = [Ok(1), Ok(2)].map(|result| responder.answer(result));
        assert_eq!(results, [true, false]);
        assert!(responder.is_answered());
        let (response, _) = answer.try_recv().expect("an answer");
        assert_eq!(response.result(), Some(&1.into()));
    }

    #[test]
    fn an_answer_takes_room_until_it_is_on_its_way() {
        let (responder, mut answer, answers) = responder();
        responder.wait_for_room();
        assert_eq!(answers.used(), 0);
        responder.answer(Ok("four"));
        assert_eq!(answers.used(), memory_of(&"four".into()));
        drop(answer.try_recv().expect("an answer"));
        assert_eq!(answers.used(), 0);
    }

    #[test]
    fn nobody_waits_for_a_request_without_an_answer() {
        let (responder, mut answer, _) = responder();
        responder.abandon();
        assert!(answer.try_recv().is_err());
        assert!(!responder.answer(Ok(())));
    }
}
