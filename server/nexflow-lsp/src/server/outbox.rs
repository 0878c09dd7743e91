//! The way to the client: messages are serialized by whoever has something to say, and written by a thread of their own.
//!
//! A client that has stopped reading must not fill the memory. What is handed in is counted until it is written: above a bound
//! diagnostics wait, of which the last version of each document is sent later; workers do not begin with another answer; and the
//! input is read no further. All of it goes on when the client reads.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use serde::Serialize;
use tower_lsp_server::jsonrpc::{self, Id};

use super::{
    frames::Received,
    gauge::{Gauge, Held},
};

/// More than this many unread messages of the server's own, and diagnostics wait.
const CROWDED: usize = 128;

/// Unread bytes above which diagnostics wait.
const CROWDED_BYTES: usize = 4 << 20;

/// Unread bytes above which no answer is begun with, and the input is read no further. The outline of a document of 50,000 lines
/// has about as many; each thread may have one more in its hands.
const MAX_UNREAD: usize = 16 << 20;

/// Bytes of messages that have been read and are not done, above which the input is read no further.
const MAX_UNDONE: usize = 64 << 20;

/// How many requests may wait for an answer before the input is read no further.
const MAX_WAITING: usize = 1 << 16;

/// So much is written at once, to see whether a client reads slowly or not at all.
const CHUNK: usize = 256 << 10;

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
    own: Gauge,
    /// Bytes of all messages that are not written yet.
    unread: Gauge,
    /// Bytes that were ever written.
    written: AtomicU64,
    /// Somebody wants to hear when the client has caught up.
    asked: AtomicBool,
    /// Requests that have been read and whose answers are not written yet.
    requests: Gauge,
    /// Bytes of messages that have been read and are not done.
    undone: Arc<Gauge>,
}

impl Counts {
    /// Whether one in `share` of what makes a crowd is on its way.
    fn are_above(&self, share: usize) -> bool {
        self.own.level() > CROWDED / share || self.unread.level() > CROWDED_BYTES / share
    }
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
        self.counts.own.raise(1);
        self.counts.unread.raise(message.bytes().len());
        let _ = self.letters.send(Letter::Own(message));
    }

    /// Sends the answer to a request.
    pub fn answer(&self, message: Message) {
        self.counts.unread.raise(message.bytes().len());
        let _ = self.letters.send(Letter::Answer(message));
    }

    /// Whether the client is far behind in reading. Once it is, `drained` of [`write_all`] tells when it has caught up.
    pub fn is_crowded(&self) -> bool {
        if !self.counts.are_above(1) {
            return false;
        }
        self.counts.asked.store(true, Ordering::SeqCst);
        // It may have caught up before anybody could see that somebody wants to hear of it.
        self.counts.are_above(1)
    }

    /// Waits until the client has read most of what it was sent. False as soon as `give_up` says so.
    pub fn wait_for_room(&self, give_up: impl Fn() -> bool) -> bool {
        self.counts.unread.wait_below(MAX_UNREAD, give_up)
    }

    /// Counts a message of so many bytes that has been read, until what is given is dropped. Waits while too much is on its way,
    /// in either direction, unless the client `has_left`: then nothing more can come than what is in the pipe.
    pub fn admit(&self, message: &Received, bytes: usize, has_left: impl Fn() -> bool) -> Held {
        let counts = &self.counts;
        counts.unread.wait_below(MAX_UNREAD, &has_left);
        counts.undone.wait_below(MAX_UNDONE, &has_left);
        if matches!(message, Received::Request { .. } | Received::Malformed(_)) {
            counts.requests.wait_below(MAX_WAITING, &has_left);
            counts.requests.raise(1);
        }
        counts.undone.hold(bytes)
    }

    /// How many bytes were ever written, while some still wait for the client.
    pub fn written_so_far(&self) -> Option<u64> {
        (self.counts.unread.level() > 0).then(|| self.counts.written.load(Ordering::Relaxed))
    }

    /// Waits until everything that was sent before is written, for as long as the client goes on reading: `patience` is how long
    /// it may take over nothing at all.
    pub fn finish(&self, patience: Duration) {
        let (written, done) = mpsc::channel();
        if self.letters.send(Letter::Last(written)).is_err() {
            return;
        }
        let mut before = None;
        while done.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
            let now = self.written_so_far();
            if now.is_none() || now == before {
                return;
            }
            before = now;
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
        for chunk in message.bytes().chunks(CHUNK) {
            output.write_all(chunk)?;
            counts
                .written
                .fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
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
        let bytes = message.bytes().len();
        let gauge = match &letter {
            Letter::Own(_) => &counts.own,
            Letter::Answer(_) | Letter::Last(_) => &counts.requests,
        };
        gauge.lower(1);
        // The memory is given back before anybody hears that there is room.
        drop(letter);
        counts.unread.lower(bytes);
        if !counts.are_above(2) && counts.asked.swap(false, Ordering::SeqCst) {
            drained();
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
        let drained = AtomicU64::new(0);
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
        let question = Received::Malformed(jsonrpc::Error::parse_error());
        let held = outbox.admit(&question, 7, || false);
        assert_eq!(outbox.counts.requests.level(), 1);
        assert_eq!(outbox.counts.undone.level(), 7);
        drop(held);
        outbox.answer(Message::answer(&Id::Null, &Ok(())));
        outbox.send(Message::notification("m", &()).expect("it can be written"));
        let counts = outbox.counts.clone();
        drop(outbox);
        write_all(letters, Gone, || {});
        for gauge in [
            &counts.requests,
            &counts.own,
            &counts.unread,
            &*counts.undone,
        ] {
            assert_eq!(gauge.level(), 0);
        }
    }

    /// The next thing that another thread says, unless it says nothing for a while.
    fn heard(from: &mpsc::Receiver<&'static str>) -> Option<&'static str> {
        from.recv_timeout(Duration::from_millis(300)).ok()
    }

    #[test]
    fn the_input_waits_for_what_is_unread_and_for_what_is_not_done() {
        let (outbox, letters) = Outbox::new();
        let note = |outbox: &Outbox, has_left: bool| {
            let note = Received::Notification {
                method: "m".into(),
                params: None,
            };
            outbox.admit(&note, MAX_UNDONE, || has_left)
        };
        // One message may be as long as it likes; the next one waits until it is done.
        let held = note(&outbox, false);
        let (said, says) = mpsc::channel();
        let (input, to_say) = (outbox.clone(), said.clone());
        std::thread::spawn(move || {
            let held = note(&input, false);
            let _ = to_say.send("read");
            drop(held);
        });
        assert_eq!(heard(&says), None);
        drop(held);
        assert_eq!(says.recv(), Ok("read"));

        // What is unread holds up workers and the input, until the client reads it or is gone.
        outbox.answer(Message::answer(&Id::Null, &Ok("x".repeat(MAX_UNREAD))));
        assert!(!outbox.wait_for_room(|| true));
        drop(note(&outbox, true));
        let (input, to_say) = (outbox.clone(), said.clone());
        std::thread::spawn(move || {
            drop(note(&input, false));
            let _ = to_say.send("read");
        });
        let (worker, to_say) = (outbox.clone(), said);
        std::thread::spawn(move || {
            worker.wait_for_room(|| false);
            let _ = to_say.send("read");
        });
        assert_eq!(heard(&says), None);
        assert_eq!(outbox.written_so_far(), Some(0));
        let patience = Duration::from_millis(10);
        // Nobody writes: the end is not waited for beyond that.
        outbox.finish(patience);
        std::thread::spawn(move || write_all(letters, io::sink(), || {}));
        assert_eq!(says.recv(), Ok("read"));
        assert_eq!(says.recv(), Ok("read"));
        assert_eq!(outbox.written_so_far(), None);
    }

    #[test]
    fn so_many_requests_wait_for_their_answers_and_no_more() {
        let (outbox, _letters) = Outbox::new();
        let question = Received::Malformed(jsonrpc::Error::parse_error());
        let waits = || {
            let asked = AtomicBool::new(false);
            drop(outbox.admit(&question, 0, || !asked.swap(true, Ordering::Relaxed)));
            asked.into_inner()
        };
        for number in 0..MAX_WAITING {
            assert!(!waits(), "{number}");
        }
        assert!(waits());
    }

    #[test]
    fn long_messages_make_a_crowd_as_well() {
        let (outbox, letters) = Outbox::new();
        let long = "x".repeat(CROWDED_BYTES);
        outbox.send(Message::notification("m", &long).expect("it can be written"));
        assert!(outbox.is_crowded());
        let drained = AtomicU64::new(0);
        let counts = outbox.counts.clone();
        drop(outbox);
        write_all(letters, io::sink(), || {
            drained.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(drained.into_inner(), 1);
        assert!(!counts.are_above(1));
    }
}
