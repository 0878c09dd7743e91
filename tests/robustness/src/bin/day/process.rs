//! The server as a process, with requests that need not be waited for.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// How long an answer may take before it counts as none. It bounds a hang and says nothing about speed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Most requests without an answer.
const MOST_WAITING: usize = 48;

/// A message of the server as far as it is looked at.
struct Message {
    body: Vec<u8>,
    id: Option<i64>,
    method: Option<String>,
}

/// A running server.
pub struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Message>,
    next_id: i64,
    waiting: HashMap<i64, &'static str>,
    /// Answers that were errors, by method and code.
    pub errors: HashMap<(String, i64), usize>,
    /// How many answers there were, by method.
    pub answers: HashMap<&'static str, usize>,
}

impl Server {
    /// Starts and initializes a server for the folder.
    pub fn start(program: &Path, folder: &str) -> Server {
        let mut process = Command::new(program)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server can be started");
        let output = process.stdout.take().expect("a pipe");
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::with_capacity(1 << 20, output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut log = BufReader::new(process.stderr.take().expect("a pipe"));
        thread::spawn(move || {
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|read| read > 0) {
                assert!(!line.contains("panic"), "the server says: {line}");
                line.clear();
            }
        });
        let mut server = Server {
            input: process.stdin.take().expect("a pipe"),
            process,
            messages,
            next_id: 0,
            waiting: HashMap::new(),
            errors: HashMap::new(),
            answers: HashMap::new(),
        };
        let capabilities = json!({
            "textDocument": {
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
                "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
                "publishDiagnostics": {"relatedInformation": true, "tagSupport": {"valueSet": [1, 2]}},
            },
            "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}, "workspaceEdit": {"documentChanges": true}},
        });
        let params = json!({"processId": std::process::id(), "rootUri": folder, "capabilities": capabilities,
            "workspaceFolders": [{"uri": folder, "name": "day"}]});
        server.ask("initialize", params);
        server.notify("initialized", json!({}));
        server
    }

    fn write(&mut self, message: &Value) {
        let body = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input
            .write_all(framed.as_bytes())
            .expect("the server reads");
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and goes on.
    pub fn request(&mut self, method: &'static str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.waiting.insert(id, method);
        while self.waiting.len() > MOST_WAITING {
            self.take();
        }
        id
    }

    /// Sends a request and gives its result; the code of an error as `{"error": code}`.
    pub fn ask(&mut self, method: &'static str, params: Value) -> Value {
        let id = self.request(method, params);
        loop {
            let (answered, body) = self.take();
            if answered == Some(id) {
                let mut answer: Value = serde_json::from_slice(&body).expect("JSON");
                return match answer.get_mut("result") {
                    Some(result) => result.take(),
                    None => json!({"error": answer["error"]["code"]}),
                };
            }
        }
    }

    /// Waits until every request has its answer.
    pub fn settle(&mut self) {
        while !self.waiting.is_empty() {
            self.take();
        }
    }

    /// Takes one message; the id of the request that it answers.
    fn take(&mut self) -> (Option<i64>, Vec<u8>) {
        let message = self
            .messages
            .recv_timeout(PATIENCE)
            .expect("the server answers");
        let Some(id) = message.id else {
            return (None, message.body);
        };
        if message.method.is_some() {
            self.write(&json!({"jsonrpc": "2.0", "id": id, "result": null}));
            return (None, message.body);
        }
        let method = self
            .waiting
            .remove(&id)
            .expect("one answer to each request");
        *self.answers.entry(method).or_default() += 1;
        // An error is short; most answers are long, and need not be read.
        if message.body.len() < 400 {
            let answer: Value = serde_json::from_slice(&message.body).expect("JSON");
            if let Some(code) = answer["error"]["code"].as_i64() {
                *self.errors.entry((method.to_owned(), code)).or_default() += 1;
            }
        }
        (Some(id), message.body)
    }

    /// Resident memory in kilobytes.
    pub fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status =
            std::fs::read_to_string(path).expect("Linux says how much memory a process has");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number
            .and_then(|number| number.parse().ok())
            .expect("a number")
    }

    /// Leaves as the protocol asks.
    pub fn end(mut self) {
        self.settle();
        self.ask("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        let code = self.process.wait().expect("it ends").code();
        assert_eq!(code, Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Message> {
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => {
                if let Some(value) = line.strip_prefix("Content-Length: ") {
                    length = value.parse().ok();
                }
            }
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    let (id, method) = head(&body);
    Some(Message { body, id, method })
}

/// Id and method, from the ends of a body where they are written; reading all of it would cost more than the server's answer.
fn head(body: &[u8]) -> (Option<i64>, Option<String>) {
    if body.len() < 4096 {
        let value: Value = serde_json::from_slice(body).expect("JSON");
        return (
            value["id"].as_i64(),
            value["method"].as_str().map(str::to_owned),
        );
    }
    let end = String::from_utf8_lossy(&body[body.len() - 64..]).into_owned();
    let start = String::from_utf8_lossy(&body[..256]).into_owned();
    if start.contains("\"method\":\"") {
        return (None, Some(String::new()));
    }
    let number = |text: &str| {
        let (_, behind) = text.rsplit_once("\"id\":")?;
        let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let id = number(&start[..64.min(start.len())]).or_else(|| number(&end));
    (
        Some(id.expect("a long answer has its id at one of its ends")),
        None,
    )
}
