//! The server in this process: messages go through pipes as those of an editor do.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write},
    os::fd::OwnedFd,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use nexflow_lsp::testing;
use serde_json::{Value, json};

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
    input: PipeWriter,
    messages: mpsc::Receiver<Value>,
    answers: HashMap<i64, Value>,
    process: JoinHandle<i32>,
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
    /// When the system has no pipe or thread left.
    #[must_use]
    pub fn start() -> Server {
        count_panics();
        let panics = panics();
        let (reader, input) = std::io::pipe().expect("a pipe");
        let (output, writer) = std::io::pipe().expect("a pipe");
        let (heard, messages) = mpsc::channel();
        thread::spawn(move || read_all(output, &heard));
        let process = thread::spawn(move || testing::serve(reader, OwnedFd::from(writer).into()));
        Server {
            input,
            messages,
            answers: HashMap::new(),
            process,
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

    /// Sends bytes. A server that has left reads no more of them.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.input.write_all(bytes);
    }

    fn send_message(&mut self, message: &Value) {
        let body = message.to_string();
        self.send(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: &Value) {
        self.send_message(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request.
    pub fn request(&mut self, method: &str, params: &Value) -> Asked {
        self.next_id += 1;
        let id = self.next_id;
        self.send_message(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        Asked(id)
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
        drop(self.input);
        let code = self.process.join().expect("the server does not panic");
        let left = self
            .messages
            .iter()
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

/// Reads what the server writes, to its end.
fn read_all(output: PipeReader, heard: &mpsc::Sender<Value>) {
    let mut output = BufReader::new(output);
    let mut header = String::new();
    while output.read_line(&mut header).is_ok_and(|read| read > 0) {
        let length = header
            .strip_prefix("Content-Length: ")
            .and_then(|length| length.trim_end().parse().ok());
        let mut body = vec![0; length.expect("a message has a length")];
        header.clear();
        let _ = output.read_line(&mut header);
        assert_eq!(header, "\r\n", "the length is the only header");
        header.clear();
        output.read_exact(&mut body).expect("the length is right");
        let message: Value = serde_json::from_slice(&body).expect("the server writes JSON");
        assert_eq!(message["jsonrpc"], "2.0");
        let _ = heard.send(message);
    }
}
