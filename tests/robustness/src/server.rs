//! The server in this process, without pipes: messages go into the main loop as the transport would hand them over.

use std::{
    sync::{
        Arc, Once,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use futures::{StreamExt, channel::mpsc as outgoing};
use nexflow_lsp::server::{
    WORKER_STACK,
    client::Backlog,
    main_loop::{self, Event, Incoming},
    transport::{Exchange, Outbox},
};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tower_lsp_server::{
    Loopback,
    jsonrpc::{Id, Request, Response},
};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// How many panics there were in this process. The fence of the server catches them, so that a test has to look.
#[must_use]
pub fn panics() -> usize {
    PANICS.load(Ordering::Relaxed)
}

/// Has panics counted from now on, beside what was done about them before.
pub fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            before(panic);
        }));
    });
}

/// A running server.
pub struct Server {
    events: mpsc::UnboundedSender<Event>,
    outbox: Outbox,
    main_loop: Option<JoinHandle<i32>>,
    next_id: i64,
    panics: usize,
}

/// A request whose answer may be on its way.
pub struct Asked {
    id: Id,
    answer: oneshot::Receiver<Response>,
}

impl Asked {
    /// The answer; `None` when the server ended without one.
    ///
    /// # Panics
    ///
    /// When the answer is to another request.
    #[must_use]
    pub fn wait(self) -> Option<Result<Value, i64>> {
        let answer = self.answer.blocking_recv().ok()?;
        assert_eq!(*answer.id(), self.id, "the answer is to another request");
        Some(answer.into_parts().1.map_err(|error| error.code.code()))
    }
}

impl Server {
    /// Starts a server that has not been initialized.
    ///
    /// # Panics
    ///
    /// When no thread can be started.
    #[must_use]
    pub fn start() -> Server {
        count_panics();
        let (events, inbox) = mpsc::unbounded_channel();
        let (to_client, outbox) = outgoing::unbounded();
        let backlog = Arc::new(Backlog::default());
        let (loop_events, loop_backlog) = (events.clone(), backlog.clone());
        let main_loop = thread::Builder::new()
            .name("main loop".into())
            .stack_size(WORKER_STACK)
            .spawn(move || main_loop::run(inbox, loop_events, to_client, loop_backlog))
            .expect("a thread can be started");
        let exchange = Exchange {
            outgoing: outbox,
            backlog,
            events: events.clone(),
        };
        Server {
            events,
            outbox: exchange.split().0,
            main_loop: Some(main_loop),
            next_id: 0,
            panics: panics(),
        }
    }

    /// Starts a server and initializes it.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    #[must_use]
    pub fn initialized(capabilities: Value) -> Server {
        let mut server = Server::start();
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities});
        let answer = server.request("initialize", params).wait();
        assert!(matches!(answer, Some(Ok(_))), "{answer:?}");
        server.notify("initialized", json!({}));
        server
    }

    /// Sends a message as it was decoded from a frame; what a request is answered with can be waited for.
    pub fn send(&mut self, request: Request) -> Option<Asked> {
        let (method, id, params) = request.into_parts();
        let Some(id) = id else {
            let _ = self.events.send(Event::Notification { method, params });
            return None;
        };
        let (reply, answer) = oneshot::channel();
        let _ = self.events.send(Event::Request(Incoming {
            id: id.clone(),
            method,
            params,
            reply,
        }));
        Some(Asked { id, answer })
    }

    /// Sends an answer of the client.
    pub fn respond(&self, response: Response) {
        let _ = self.events.send(Event::Response(response));
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &'static str, params: Value) {
        self.send(Request::build(method).params(params).finish());
    }

    /// Sends a request.
    ///
    /// # Panics
    ///
    /// Never: a request has an answer to wait for.
    pub fn request(&mut self, method: &'static str, params: Value) -> Asked {
        self.next_id += 1;
        let request = Request::build(method)
            .id(self.next_id)
            .params(params)
            .finish();
        self.send(request).expect("a request has an answer")
    }

    /// Takes what the server has said by itself so far.
    pub fn heard(&mut self) -> Vec<Request> {
        let mut heard = Vec::new();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        while let std::task::Poll::Ready(Some(message)) = self.outbox.poll_next_unpin(&mut context)
        {
            heard.push(message);
        }
        heard
    }

    /// Ends the server: everything that is on its way is done first.
    ///
    /// # Panics
    ///
    /// When anything in the server has panicked since it was started.
    pub fn end(mut self) -> i32 {
        let _ = self.events.send(Event::InputEnded);
        let thread = self.main_loop.take().expect("it ends once");
        let code = thread.join().expect("the main loop does not panic");
        assert_eq!(
            panics(),
            self.panics,
            "something in the server has panicked"
        );
        code
    }
}
