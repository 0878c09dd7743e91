//! The server inside another process, for the project's own tests: the same reader, main loop and writer, without standard input and
//! output.

use std::{fs::File, io::Read};

use crate::{server, transport::reader};

/// Serves one client until `input` ends or the client leaves; the exit code that a process would have.
pub fn serve(input: impl Read + Send + 'static, output: File) -> i32 {
    server::serve(input, output, || false)
}

/// What a message is to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It has to be answered.
    Request,
    /// It is not answered.
    Notification,
    /// It answers a request of the server.
    Response,
    /// It is no message, and answered with an error.
    Malformed,
}

/// A message as the server has read it.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is to the server.
    pub kind: Kind,
    /// The method of a request or notification.
    pub method: String,
    /// Everything in it, to be compared.
    pub content: String,
}

/// Reads all messages of an input as the server does.
pub fn read_messages(input: impl Read) -> Vec<Message> {
    let mut messages = Vec::new();
    reader::read_all(input, |frame| {
        let kind = match frame.kind() {
            reader::Kind::Request => Kind::Request,
            reader::Kind::Notification => Kind::Notification,
            reader::Kind::Response => Kind::Response,
            reader::Kind::Malformed(_) => Kind::Malformed,
        };
        let message: serde_json::Value = serde_json::from_slice(frame.body()).unwrap_or_default();
        messages.push(Message {
            kind,
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            content: message.to_string(),
        });
        true
    });
    messages
}
