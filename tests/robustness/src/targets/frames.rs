//! Bytes on the standard input of the server: frames are cut in the same way however they arrive, what comes out is what the
//! transport can take, and the server answers each request once.

use std::io::{self, Read};

use nexflow_lsp::server::frames::{self, Received};

use crate::server::Server;

/// Most messages of one input that the server gets.
const MOST_MESSAGES: usize = 64;

/// Reads the bytes as the input of a server.
///
/// # Panics
///
/// When messages depend on how bytes arrive, or a request does not have exactly one answer.
pub fn run(bytes: &[u8]) {
    let messages = read(bytes, usize::MAX);
    for pieces in [1, 7] {
        let again = read(bytes, pieces);
        let same = messages.len() == again.len()
            && messages
                .iter()
                .zip(&again)
                .all(|(a, b)| format!("{a:?}") == format!("{b:?}"));
        assert!(
            same,
            "messages depend on how bytes arrive: {messages:?}, {again:?}"
        );
    }
    // A whole message in front is heard whatever comes behind it.
    let exit = br#"{"jsonrpc":"2.0","method":"exit"}"#;
    let mut behind = format!("Content-Length: {}\r\n\r\n", exit.len()).into_bytes();
    behind.extend_from_slice(exit);
    behind.extend_from_slice(bytes);
    let first = read(&behind, usize::MAX).into_iter().next();
    assert!(
        matches!(&first, Some(Received::Notification { method, .. }) if &**method == "exit"),
        "{first:?}"
    );
    serve(messages);
}

fn read(bytes: &[u8], pieces: usize) -> Vec<Received> {
    let mut messages = Vec::new();
    frames::pump(Pieces { bytes, pieces }, |message, _| {
        messages.push(message);
        true
    });
    messages
}

fn serve(messages: Vec<Received>) {
    let server = Server::start();
    let (mut expected, mut leaves) = (0, false);
    for message in messages.into_iter().take(MOST_MESSAGES) {
        match &message {
            // The client's process would be watched by a thread that outlives this input.
            Received::Request {
                params: Some(params),
                ..
            } if params.get().contains("process") => {
                continue;
            }
            Received::Request { .. } | Received::Malformed(_) => expected += 1,
            Received::Notification { method, .. } => leaves |= &**method == "exit",
            Received::Response(_) => {}
        }
        server.receive(message);
    }
    let (_, answers) = server.end();
    // Who leaves does not wait for answers.
    assert!(
        answers == expected || leaves && answers < expected,
        "{answers} answers to {expected} requests"
    );
}

/// Gives so many bytes at once.
struct Pieces<'b> {
    bytes: &'b [u8],
    pieces: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.pieces.min(buffer.len()).min(self.bytes.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}
