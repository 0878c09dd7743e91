//! Bytes on the standard input of the server: frames are cut in the same way however they arrive, what comes out is what the
//! transport can take, and the server answers each request once.

use std::io::{self, Read};

use nexflow_lsp::testing::{self, Kind, Message};

use crate::server::Server;

/// Inputs with more messages are read and not served.
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
        assert_eq!(messages, again, "messages depend on how bytes arrive");
    }
    // A whole message in front is heard whatever comes behind it.
    let exit = br#"{"jsonrpc":"2.0","method":"exit"}"#;
    let mut behind = format!("Content-Length: {}\r\n\r\n", exit.len()).into_bytes();
    behind.extend_from_slice(exit);
    behind.extend_from_slice(bytes);
    let first = read(&behind, usize::MAX).into_iter().next();
    assert!(
        first.as_ref().is_some_and(|first| first.method == "exit"),
        "{first:?}"
    );
    serve(bytes, &messages);
}

fn read(bytes: &[u8], pieces: usize) -> Vec<Message> {
    testing::read_messages(Pieces { bytes, pieces })
}

fn serve(bytes: &[u8], messages: &[Message]) {
    // The client's process would be watched by a thread that outlives this input.
    let watches = |message: &Message| message.content.contains("process");
    if messages.len() > MOST_MESSAGES || messages.iter().any(watches) {
        return;
    }
    let mut server = Server::start();
    server.send(bytes);
    let (_, answers) = server.end();
    let leaves = messages.iter().any(|message| message.method == "exit");
    let expected = messages
        .iter()
        .filter(|message| matches!(message.kind, Kind::Request | Kind::Malformed))
        .count();
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
