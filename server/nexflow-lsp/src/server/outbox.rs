//! The way to the client: messages are serialized by whoever has something to say, and written by a thread of their own.

use std::{
    io::{self, Write},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use serde::Serialize;
use tower_lsp_server::jsonrpc::{self, Id};

/// More than this many unread messages, and diagnostics wait: a client that has stopped reading must not fill the memory.
const CROWDED: usize = 128;

/// How many requests may wait for an answer before the input is read no further.
const MAX_WAITING: usize = 1 << 16;

/// Room for the header in front of a body.
const HEADER: usize = 40;

/// A message with its header, ready to be written.
#[derive(Debug, PartialEq)]
pub struct Message {
    /// Some room, the header, the body.
    bytes: Vec<u8>,
    start: usize,
}

impl Message {
    /// The message whose body `write` writes.
    fn new(
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> serde_json::Result<Message> {
        let mut bytes = Vec::with_capacity(512);
        bytes.resize(HEADER, 0);
        write(&mut bytes)?;
        let header = format!("Content-Length: {}\r\n\r\n", bytes.len() - HEADER);
        let start = HEADER - header.len();
        bytes[start..HEADER].copy_from_slice(header.as_bytes());
        Ok(Message { bytes, start })
    }

    /// Something that the client does not answer.
    pub fn notification(method: &str, params: &impl Serialize) -> serde_json::Result<Message> {
        #[derive(Serialize)]
        struct Notification<'a, P> {
            jsonrpc: &'static str,
            method: &'a str,
            params: &'a P,
        }
        let jsonrpc = "2.0";
        Message::new(|out| {
            serde_json::to_writer(
                out,
                &Notification {
                    jsonrpc,
                    method,
                    params,
                },
            )
        })
    }

    /// A question to the client; requests without parameters have none, not `null`.
    pub fn request(
        id: &Id,
        method: &str,
        params: Option<&serde_json::Value>,
    ) -> serde_json::Result<Message> {
        #[derive(Serialize)]
        struct Request<'a> {
            jsonrpc: &'static str,
            id: &'a Id,
            method: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            params: Option<&'a serde_json::Value>,
        }
        let jsonrpc = "2.0";
        Message::new(|out| {
            serde_json::to_writer(
                out,
                &Request {
                    jsonrpc,
                    id,
                    method,
                    params,
                },
            )
        })
    }

    /// What a request is answered with.
    pub fn answer(id: &Id, result: &jsonrpc::Result<impl Serialize>) -> Message {
        #[derive(Serialize)]
        struct Answer<'a, R> {
            jsonrpc: &'static str,
            id: &'a Id,
            #[serde(skip_serializing_if = "Option::is_none")]
            result: Option<&'a R>,
            #[serde(skip_serializing_if = "Option::is_none")]
            error: Option<&'a jsonrpc::Error>,
        }
        let answer = Answer {
            jsonrpc: "2.0",
            id,
            result: result.as_ref().ok(),
            error: result.as_ref().err(),
        };
        Message::new(|out| serde_json::to_writer(out, &answer)).unwrap_or_else(|_| {
            let error = jsonrpc::Result::<()>::Err(jsonrpc::Error::internal_error());
            Message::answer(id, &error)
        })
    }

    /// Header and body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// What the writer is told.
enum Letter {
    /// The server's own message.
    Own(Message),
    /// The answer to a request.
    Answer(Message),
    /// Nothing follows; tell when everything is written.
    Last(mpsc::Sender<()>),
}

/// Where messages to the client are handed in, from any thread and without waiting.
#[derive(Clone)]
pub struct Outbox {
    letters: mpsc::Sender<Letter>,
    counts: Arc<Counts>,
}

/// What is on its way.
#[derive(Default)]
struct Counts {
    /// The server's own messages that are not written yet.
    own: AtomicUsize,
    /// Requests that have been read and whose answers are not written yet.
    requests: Mutex<usize>,
    answered: Condvar,
}

impl Outbox {
    /// A way to the client, and what [`write_all`] needs to carry the messages there.
    pub fn new() -> (Outbox, Letters) {
        let (letters, inbox) = mpsc::channel();
        let counts = Arc::new(Counts::default());
        (
            Outbox {
                letters,
                counts: counts.clone(),
            },
            Letters { inbox, counts },
        )
    }

    /// Sends a message that is no answer.
    pub fn send(&self, message: Message) {
        self.counts.own.fetch_add(1, Ordering::Relaxed);
        let _ = self.letters.send(Letter::Own(message));
    }

    /// Sends the answer to a request.
    pub fn answer(&self, message: Message) {
        let _ = self.letters.send(Letter::Answer(message));
    }

    /// Whether the client is far behind in reading.
    pub fn is_crowded(&self) -> bool {
        self.counts.own.load(Ordering::Relaxed) > CROWDED
    }

    /// Counts a request that has been read; waits while too many have no answer yet.
    pub fn expect_answer(&self) {
        let requests = self.counts.requests.lock();
        let waiting = |requests: &mut usize| *requests >= MAX_WAITING;
        let mut requests = self
            .counts
            .answered
            .wait_while(requests.unwrap_or_else(PoisonError::into_inner), waiting)
            .unwrap_or_else(PoisonError::into_inner);
        *requests += 1;
    }

    /// Waits until everything that was sent before is written, if the client reads it in time.
    pub fn finish(&self, patience: std::time::Duration) {
        let (written, done) = mpsc::channel();
        if self.letters.send(Letter::Last(written)).is_ok() {
            let _ = done.recv_timeout(patience);
        }
    }
}

/// Messages that wait to be written.
pub struct Letters {
    inbox: mpsc::Receiver<Letter>,
    counts: Arc<Counts>,
}

/// Writes messages on the calling thread for as long as anybody can send some; `drained` is called when a client that was far
/// behind has caught up. When nobody reads any more, messages are dropped.
pub fn write_all(letters: Letters, mut output: impl Write, drained: impl Fn()) {
    let Letters { inbox, counts } = letters;
    let mut open = true;
    let mut write = |message: &Message| -> io::Result<()> {
        output.write_all(message.bytes())?;
        output.flush()
    };
    for letter in inbox {
        let message = match &letter {
            Letter::Own(message) | Letter::Answer(message) => message,
            Letter::Last(written) => {
                let _ = written.send(());
                return;
            }
        };
        if open && let Err(error) = write(message) {
            tracing::warn!("the output cannot be written: {error}");
            open = false;
        }
        match letter {
            Letter::Own(_) => {
                if counts.own.fetch_sub(1, Ordering::Relaxed) == CROWDED / 2 {
                    drained();
                }
            }
            Letter::Answer(_) => {
                let mut requests = counts
                    .requests
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                *requests = requests.saturating_sub(1);
                counts.answered.notify_one();
            }
            Letter::Last(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &Message) -> &str {
        std::str::from_utf8(message.bytes()).expect("JSON is UTF-8")
    }

    #[test]
    fn messages_have_the_form_of_json_rpc() {
        let id = Id::Number(7);
        let notification = Message::notification("m", &[1]).expect("it can be written");
        assert_eq!(
            text(&notification),
            "Content-Length: 43\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":[1]}"
        );
        let request = Message::request(&id, "m", None).expect("it can be written");
        assert_eq!(
            text(&request),
            "Content-Length: 37\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"m\"}"
        );
        let nothing: jsonrpc::Result<Option<u8>> = Ok(None);
        assert_eq!(
            text(&Message::answer(&id, &nothing)),
            "Content-Length: 38\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":null}"
        );
        let error: jsonrpc::Result<()> = Err(jsonrpc::Error::method_not_found());
        assert!(text(&Message::answer(&id, &error)).ends_with(
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}"
        ));
    }

    #[test]
    fn messages_are_written_in_order_and_counted() {
        let (outbox, letters) = Outbox::new();
        for number in 0..=CROWDED {
            outbox.send(Message::notification("m", &number).expect("it can be written"));
        }
        assert!(outbox.is_crowded());
        let drained = AtomicUsize::new(0);
        let (last, _) = mpsc::channel();
        let _ = outbox.letters.send(Letter::Last(last));
        let mut output = Vec::new();
        write_all(letters, &mut output, || {
            drained.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(drained.into_inner(), 1);
        assert!(!outbox.is_crowded());
        let written = String::from_utf8(output).expect("JSON is UTF-8");
        let numbers: Vec<usize> = written
            .split("\"params\":")
            .skip(1)
            .filter_map(|rest| rest.split('}').next()?.parse().ok())
            .collect();
        assert_eq!(numbers, (0..=CROWDED).collect::<Vec<_>>());
    }

    #[test]
    fn a_client_that_is_gone_stops_nobody() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (outbox, letters) = Outbox::new();
        outbox.expect_answer();
        outbox.answer(Message::answer(&Id::Null, &Ok(())));
        outbox.send(Message::notification("m", &()).expect("it can be written"));
        let counts = outbox.counts.clone();
        drop(outbox);
        write_all(letters, Gone, || {});
        assert_eq!(*counts.requests.lock().expect("nobody panicked"), 0);
        assert_eq!(counts.own.load(Ordering::Relaxed), 0);
    }
}
