//! The server in this process, without pipes: messages go into the main loop as the input thread would hand them over, and what
//! the server writes is read back.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use nexflow_lsp::server::{
    WORKER_STACK,
    frames::Received,
    main_loop::{self, Event},
    outbox::{self, Outbox},
};
use serde_json::{Value, json, value::to_raw_value};
use tower_lsp_server::jsonrpc::Id;

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// How long an answer may take before it counts as none. It bounds a hang and says nothing about speed.
const PATIENCE: Duration = Duration::from_secs(120);

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
    events: mpsc::Sender<Event>,
    outbox: Outbox,
    messages: mpsc::Receiver<Value>,
    answers: HashMap<i64, Value>,
    main_loop: JoinHandle<i32>,
    next_id: i64,
    panics: usize,
}

/// A request whose answer may be on its way.
#[derive(Clone, Copy)]
pub struct Asked(i64);

impl Server {
    /// Starts a server that has not been initialized.
    ///
    /// # Panics
    ///
    /// When no thread can be started.
    #[must_use]
    pub fn start() -> Server {
        count_panics();
        let panics = panics();
        let (events, inbox) = mpsc::channel();
        let (outbox, letters) = Outbox::new();
        let (heard, messages) = mpsc::channel();
        let drained = events.clone();
        thread::spawn(move || {
            let reader = Reader {
                bytes: Vec::new(),
                heard,
            };
            outbox::write_all(letters, reader, || {
                let _ = drained.send(Event::Drained);
            });
        });
        let (loop_events, loop_outbox) = (events.clone(), outbox.clone());
        let main_loop = thread::Builder::new()
            .name("main loop".into())
            .stack_size(WORKER_STACK)
            .spawn(move || main_loop::run(&inbox, loop_events, loop_outbox))
            .expect("a thread can be started");
        Server {
            events,
            outbox,
            messages,
            answers: HashMap::new(),
            main_loop,
            next_id: 0,
            panics,
        }
    }

    /// Starts a server and initializes it.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    #[must_use]
    pub fn initialized(capabilities: &Value) -> Server {
        let mut server = Server::start();
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities});
        let asked = server.request("initialize", &params);
        let answer = server.wait(asked);
        assert!(answer.get("result").is_some(), "{answer:?}");
        server.notify("initialized", &json!({}));
        server
    }

    /// Hands a message over as it was read from the input.
    pub fn receive(&self, message: Received) {
        let held = self.outbox.admit(&message, 0, || false);
        let _ = self.events.send(Event::Received(message, held));
    }

    /// Sends a notification.
    ///
    /// # Panics
    ///
    /// Never: a value can be written.
    pub fn notify(&self, method: &str, params: &Value) {
        self.receive(Received::Notification {
            method: method.into(),
            params: Some(to_raw_value(params).expect("a value can be written")),
        });
    }

    /// Sends a request.
    ///
    /// # Panics
    ///
    /// Never: a value can be written.
    pub fn request(&mut self, method: &str, params: &Value) -> Asked {
        self.next_id += 1;
        self.receive(Received::Request {
            id: Id::Number(self.next_id),
            method: method.into(),
            params: Some(to_raw_value(params).expect("a value can be written")),
        });
        Asked(self.next_id)
    }

    /// The answer to a request, with its `result` or `error`.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn wait(&mut self, asked: Asked) -> Value {
        loop {
            if let Some(answer) = self.answers.remove(&asked.0) {
                return answer;
            }
            let message = self.messages.recv_timeout(PATIENCE);
            let message = message.expect("every request has an answer");
            if let (None, Some(id)) = (message.get("method"), message["id"].as_i64()) {
                let twice = self.answers.insert(id, message);
                assert!(twice.is_none(), "two answers to one request");
            }
        }
    }

    /// Ends the server once everything that is on its way is done. Its exit code, and how many answers nobody has waited for.
    ///
    /// # Panics
    ///
    /// When anything in the server has panicked since it was started.
    pub fn end(self) -> (i32, usize) {
        let _ = self.events.send(Event::InputEnded);
        let code = self.main_loop.join().expect("the main loop does not panic");
        self.outbox.finish(PATIENCE);
        let left = self
            .messages
            .try_iter()
            .filter(|message| message.get("method").is_none());
        let answers = left.count() + self.answers.len();
        assert_eq!(
            panics(),
            self.panics,
            "something in the server has panicked"
        );
        (code, answers)
    }
}

/// Reads what the server writes.
struct Reader {
    bytes: Vec<u8>,
    heard: mpsc::Sender<Value>,
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// A message is written as a whole before it is flushed.
    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let body = &bytes[end.expect("a message has a header") + 4..];
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        assert!(bytes.starts_with(header.as_bytes()), "the length is right");
        let message: Value = serde_json::from_slice(body).expect("the server writes JSON");
        assert_eq!(message["jsonrpc"], "2.0");
        let _ = self.heard.send(message);
        Ok(())
    }
}
