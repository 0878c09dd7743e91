//! The language server process.
//!
//! ```text
//! stdin -> frames (thread) -> transport (tokio) -> main loop (thread) -> workers (pool)
//!                             stdout <- transport <----- answers <----------/
//! ```
//!
//! The main loop alone owns and changes state, in the order of arrival. Workers read immutable snapshots.

pub mod client;
pub mod documents;
pub mod frames;
mod history;
pub mod lifecycle;
pub mod main_loop;
mod parent;
pub mod publish;
pub mod router;
pub mod state;
pub mod token_store;
pub mod transport;

use std::{sync::Arc, thread, time::Duration};

use tokio::sync::mpsc;
use tokio_util::io::StreamReader;
use tower_lsp_server::Server;

use self::{
    client::Backlog,
    main_loop::Event,
    transport::{Entrance, Exchange},
};

/// How many messages may wait for an answer before the input is read no further.
const MAX_WAITING: usize = 1 << 16;

/// How long the process waits for its last answers to be written once it knows that it ends.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Stack of the threads that parse and judge; the tree of a document is walked recursively within its depth limit.
pub const WORKER_STACK: usize = 16 << 20;

/// Serves one client over standard input and output until it leaves; the exit code of the process.
pub fn run_stdio() -> i32 {
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
    let (events, inbox) = mpsc::unbounded_channel();
    let (outgoing, outbox) = futures::channel::mpsc::unbounded();
    let (frames, input) = mpsc::channel(64);
    let backlog = Arc::new(Backlog::default());

    thread::Builder::new()
        .name("input".into())
        .spawn(move || {
            frames::pump(std::io::stdin().lock(), |frame| {
                frames.blocking_send(frame).is_ok()
            })
        })
        .expect("a thread can be started");

    let (finished, mut done) = tokio::sync::oneshot::channel();
    let loop_events = events.clone();
    let loop_backlog = backlog.clone();
    thread::Builder::new()
        .name("main loop".into())
        .stack_size(WORKER_STACK)
        .spawn(move || {
            let code = main_loop::run(inbox, loop_events, outgoing, loop_backlog);
            let _ = finished.send(code);
        })
        .expect("a thread can be started");

    runtime.block_on(async move {
        let entrance = Entrance {
            events: events.clone(),
        };
        let exchange = Exchange {
            outgoing: outbox,
            backlog,
            events: events.clone(),
        };
        let input = StreamReader::new(FrameStream(input));
        let serve = Server::new(input, tokio::io::stdout(), exchange)
            .concurrency_level(MAX_WAITING)
            .serve(entrance);
        tokio::pin!(serve);
        tokio::select! {
            // The client has left (or said `exit`): the loop hears of it behind everything that came before.
            () = &mut serve => {
                let _ = events.send(Event::InputEnded);
                done.await.unwrap_or(1)
            }
            // The loop ends by itself: what it has answered is still written, if the client reads it.
            code = &mut done => {
                let _ = tokio::time::timeout(LAST_WORDS, &mut serve).await;
                code.unwrap_or(1)
            }
        }
    })
}

/// Frames as a stream of bytes, for the transport to decode.
struct FrameStream(mpsc::Receiver<bytes::Bytes>);

impl futures::Stream for FrameStream {
    type Item = std::io::Result<bytes::Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|frame| frame.map(Ok))
    }
}
