//! `tower-lsp-server` between the standard input and output and the main loop.
//!
//! ```text
//! stdin  -> reader (thread) -> tower-lsp-server (tokio) -> service -> main loop
//! stdout <- tower-lsp-server (tokio) <- responses of the service, messages of the server
//! ```
//!
//! The library's `LanguageServer` trait is not used: its handlers run concurrently, so that an edit could overtake the request before
//! it. [`service::MainLoopService`] hands over each message in the order of arrival and waits for nothing.

pub(crate) mod budget;
pub(crate) mod outgoing;
mod output;
pub(crate) mod reader;
pub(crate) mod responder;
mod service;

use std::{
    borrow::Cow,
    convert::Infallible,
    io::{self, Read},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};

use futures::{Sink, future};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, ReadBuf},
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};
use tower_lsp_server::{Loopback, Server, jsonrpc::Response};

use self::{
    budget::{Budget, Permit},
    outgoing::{Outgoing, OutgoingStream},
    output::Output,
    reader::Frame,
    responder::Responder,
    service::MainLoopService,
};

/// How many requests may wait for an answer before the input is read no further. An edit or a cancellation must never have to wait for
/// slow requests, so this is far above what a client has open at a time.
const MAX_PENDING: usize = 1 << 16;

/// Bytes of messages that have been read and are not handled, above which the input is read no further.
const MAX_UNHANDLED: usize = 64 << 20;

/// Bytes of memory that answers may take before the client reads them, above which no further answer is begun. Each worker may have
/// one more in its hands.
const MAX_UNREAD: usize = 16 << 20;

/// How long a client that has closed the input may read nothing of what waits for it. It may be a slow program behind a pipe, which
/// still wants its answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request of the client.
pub(crate) struct IncomingRequest {
    pub(crate) method: Cow<'static, str>,
    pub(crate) params: Option<Value>,
    pub(crate) responder: Responder,
}

/// What the main loop hears of the client, in the order of arrival.
pub(crate) enum Incoming {
    Request(IncomingRequest),
    /// A notification, which counts against the budget of the input until it is handled.
    Notification {
        method: Cow<'static, str>,
        params: Option<Value>,
        permit: Option<Permit>,
    },
    Response(Response),
    /// The client has read what had piled up.
    Drained,
    /// The client has closed the input.
    InputEnded,
}

/// How the main loop has ended.
pub(crate) struct Ended {
    /// The exit code of the process.
    pub(crate) code: i32,
    /// How long the client may read nothing of what it was sent before.
    pub(crate) patience: Duration,
}

type Deliver = Arc<dyn Fn(Incoming) + Send + Sync>;

/// Serves one client until `main_loop` ends; the exit code of the process. `has_left` tells that the client has closed the input
/// already, although not everything in front of that has been read.
pub(crate) fn serve(
    input: impl Read + Send + 'static,
    output: std::fs::File,
    has_left: fn() -> bool,
    deliver: impl Fn(Incoming) + Send + Sync + 'static,
    main_loop: impl FnOnce(Outgoing) -> Ended + Send + 'static,
) -> i32 {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("the server cannot start: {error}");
            return 2;
        }
    };
    let deliver: Deliver = Arc::new(deliver);
    let (outgoing, messages, all_sent) = outgoing::channel(deliver.clone());
    let unhandled = Arc::new(Budget::new(MAX_UNHANDLED));
    let input_ended = Arc::new(AtomicBool::new(false));
    let frames = read_frames(input, unhandled.clone(), input_ended.clone(), has_left);
    let (finished, ended) = oneshot::channel();
    thread::Builder::new()
        .name("main loop".into())
        .stack_size(crate::threads::WORKER_STACK)
        .spawn(move || {
            let closing = outgoing.clone();
            let ended = main_loop(outgoing);
            closing.close();
            let _ = finished.send(ended);
        })
        .expect("a thread can be started");

    let code = runtime.block_on(async move {
        let (output, progress, large) = Output::new(output);
        let input = Input {
            frames,
            frame: Vec::new(),
            at: 0,
            deliver: Some(deliver.clone()),
            all_sent: Some(all_sent),
        };
        let service = MainLoopService {
            deliver: deliver.clone(),
            unhandled: unhandled.clone(),
            answers: Arc::new(Budget::new(MAX_UNREAD)),
            large,
        };
        let loopback = ServerMessages {
            messages,
            responses: Responses { deliver, unhandled },
        };
        let serve = Server::new(input, output, loopback)
            .concurrency_level(MAX_PENDING)
            .serve(service);
        tokio::pin!(serve);
        let abandoned = async {
            let mut before = None;
            loop {
                sleep(PATIENCE).await;
                let now = progress.blocked();
                if input_ended.load(Ordering::Acquire) && now.is_some() && now == before {
                    return;
                }
                before = now;
            }
        };
        tokio::pin!(abandoned);
        let ending = async {
            // The transport may end first, after `exit`: the main loop hears of that as well.
            let both = future::select(&mut serve, ended);
            match both.await {
                future::Either::Left(((), ended)) => ended.await.map_or(1, |ended| ended.code),
                future::Either::Right((ended, serve)) => {
                    let Ok(ended) = ended else { return 1 };
                    // What was answered is still written, as long as the client reads.
                    let mut before = progress.written();
                    while timeout(ended.patience, &mut *serve).await.is_err() {
                        let now = progress.written();
                        if now == before {
                            break;
                        }
                        before = now;
                    }
                    ended.code
                }
            }
        };
        tokio::pin!(ending);
        match future::select(ending, abandoned).await {
            future::Either::Left((code, _)) => code,
            future::Either::Right(_) => 1,
        }
    });
    // A thread that writes to somebody who does not read is not waited for.
    runtime.shutdown_background();
    code
}

/// Reads the input on a thread of its own.
fn read_frames(
    input: impl Read + Send + 'static,
    unhandled: Arc<Budget>,
    ended: Arc<AtomicBool>,
    has_left: fn() -> bool,
) -> mpsc::UnboundedReceiver<Vec<u8>> {
    let (sender, frames) = mpsc::unbounded_channel();
    let read = move || {
        reader::read_all(input, |frame: Frame| {
            // Who has left sends nothing but what is in the pipe, and behind that is the end, which has to be seen.
            unhandled.wait(has_left);
            unhandled.admit(frame.len());
            sender.send(frame.into_bytes()).is_ok()
        });
        ended.store(true, Ordering::Release);
    };
    thread::Builder::new()
        .name("input".into())
        .spawn(read)
        .expect("a thread can be started");
    frames
}

/// The frames as the stream of bytes that the library decodes.
///
/// It ends when everything is sent that the main loop has to say, not when the input does: the library drops what waits to be sent once
/// there is nothing more to read.
struct Input {
    frames: mpsc::UnboundedReceiver<Vec<u8>>,
    frame: Vec<u8>,
    at: usize,
    /// Until the end of the input has been reported.
    deliver: Option<Deliver>,
    all_sent: Option<oneshot::Receiver<()>>,
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.at == self.frame.len() {
            match ready!(self.frames.poll_recv(context)) {
                Some(frame) => (self.frame, self.at) = (frame, 0),
                None => {
                    // The library has handled all messages before it asks for more bytes.
                    if let Some(deliver) = self.deliver.take() {
                        deliver(Incoming::InputEnded);
                    }
                    if let Some(all_sent) = &mut self.all_sent {
                        let _ = ready!(Pin::new(all_sent).poll(context));
                        self.all_sent = None;
                    }
                    return Poll::Ready(Ok(()));
                }
            }
        }
        let count = buffer.remaining().min(self.frame.len() - self.at);
        buffer.put_slice(&self.frame[self.at..self.at + count]);
        self.at += count;
        Poll::Ready(Ok(()))
    }
}

/// The server's own messages, and where the client's responses to them go.
struct ServerMessages {
    messages: OutgoingStream,
    responses: Responses,
}

impl Loopback for ServerMessages {
    type RequestStream = OutgoingStream;
    type ResponseSink = Responses;

    fn split(self) -> (OutgoingStream, Responses) {
        (self.messages, self.responses)
    }
}

struct Responses {
    deliver: Deliver,
    unhandled: Arc<Budget>,
}

impl Sink<Response> for Responses {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, response: Response) -> Result<(), Infallible> {
        drop(self.unhandled.next_admitted());
        (self.deliver)(Incoming::Response(response));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}
