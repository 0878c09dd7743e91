//! Bytes on the standard input of the server: frames are cut in the same way however they arrive, what comes out is what the
//! transport can take, and the server answers each request once.

use std::io::{self, Read};

use nexflow_lsp::server::frames;
use tower_lsp_server::jsonrpc::{Request, Response};

use crate::{script, server::Server};

/// Most messages of one input that the server gets.
const MOST_MESSAGES: usize = 64;

/// Reads the bytes as the input of a server.
///
/// # Panics
///
/// When frames depend on how bytes arrive, a frame cannot be decoded, or a request has no answer.
pub fn run(bytes: &[u8]) {
    let bodies = read(bytes, usize::MAX);
    assert_eq!(bodies, read(bytes, 1), "frames depend on how bytes arrive");
    assert_eq!(bodies, read(bytes, 7), "frames depend on how bytes arrive");
    // A whole message in front is heard whatever comes behind it.
    let exit = br#"{"jsonrpc":"2.0","method":"exit"}"#;
    let mut behind = format!("Content-Length: {}\r\n\r\n", exit.len()).into_bytes();
    behind.extend_from_slice(exit);
    behind.extend_from_slice(bytes);
    assert_eq!(read(&behind, usize::MAX)[0], exit);
    serve(&bodies);
}

fn read(bytes: &[u8], pieces: usize) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    frames::pump(Pieces { bytes, pieces }, |frame| {
        let end = frame.windows(4).position(|window| window == b"\r\n\r\n");
        let body = frame[end.expect("a frame has a header") + 4..].to_vec();
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        assert!(
            frame.starts_with(header.as_bytes()),
            "the length of a frame is its length"
        );
        bodies.push(body);
        true
    });
    bodies
}

fn serve(bodies: &[Vec<u8>]) {
    let mut server = Server::start();
    let mut asked = Vec::new();
    for body in bodies.iter().take(MOST_MESSAGES) {
        // The client's process would be watched by a thread that outlives this input.
        if String::from_utf8_lossy(body).contains("processId") {
            continue;
        }
        if let Ok(request) = serde_json::from_slice::<Request>(body) {
            asked.extend(server.send(request));
        } else {
            let response = serde_json::from_slice::<Response>(body);
            server.respond(response.unwrap_or_else(|error| {
                panic!(
                    "{error}: the transport cannot take {:?}",
                    script::text(body, 200)
                )
            }));
        }
        server.heard();
    }
    for asked in asked {
        let _ = asked.wait();
    }
    server.end();
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
