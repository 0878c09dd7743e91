//! The standard output, and how far a client has read it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    fs::File,
    io::AsyncWrite,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

use super::budget::least_text_of;

/// Bytes of memory above which an answer is large.
const LARGE: usize = 1 << 20;

/// Time between two large answers. Who has asked for little while the one was serialized is answered before the other.
const BREATH: Duration = Duration::from_millis(2);

/// Writes to a file, and remembers how much.
pub(super) struct Output {
    file: File,
    progress: Progress,
    large: Arc<LargeAnswers>,
}

/// Hands over large answers one at a time, so that a small one waits for no more than the one that is being written: the library
/// writes answers in the order in which it gets them.
pub(super) struct LargeAnswers {
    turns: Arc<Semaphore>,
    progress: Progress,
    current: Mutex<Option<Turn>>,
}

/// The turn of the answer that is being written.
struct Turn {
    _permit: OwnedSemaphorePermit,
    /// How many bytes are written at least once this answer is.
    until: u64,
}

impl LargeAnswers {
    fn lock(&self) -> MutexGuard<'_, Option<Turn>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until an answer that takes so many bytes of memory may be handed over.
    pub(super) async fn wait_for_turn(&self, memory: usize) {
        if memory < LARGE {
            return;
        }
        let permit = match self.turns.clone().try_acquire_owned() {
            Ok(permit) => Ok(permit),
            Err(_) => {
                let permit = self.turns.clone().acquire_owned().await;
                sleep(BREATH).await;
                permit
            }
        };
        if let Ok(permit) = permit {
            let until = self.progress.written() + least_text_of(memory) as u64;
            *self.lock() = Some(Turn {
                _permit: permit,
                until,
            });
        }
    }

    /// All that the library has begun to write is written.
    fn flushed(&self) {
        let written = self.progress.written();
        self.lock().take_if(|turn| turn.until <= written);
    }
}

/// How far a client has read.
#[derive(Clone, Default)]
pub(super) struct Progress(Arc<Counts>);

#[derive(Default)]
struct Counts {
    written: AtomicU64,
    blocked: AtomicBool,
}

impl Output {
    pub(super) fn new(file: std::fs::File) -> (Output, Progress, Arc<LargeAnswers>) {
        let progress = Progress::default();
        let large = Arc::new(LargeAnswers {
            turns: Arc::new(Semaphore::new(1)),
            progress: progress.clone(),
            current: Mutex::default(),
        });
        let output = Output {
            file: File::from_std(file),
            progress: progress.clone(),
            large: large.clone(),
        };
        (output, progress, large)
    }
}

impl Progress {
    /// How many bytes were written so far.
    pub(super) fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// The same while the client keeps somebody waiting.
    pub(super) fn blocked(&self) -> Option<u64> {
        let blocked = self.0.blocked.load(Ordering::Relaxed);
        blocked.then(|| self.written())
    }

    fn note<T>(&self, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.0.blocked.store(poll.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Err(error)) = &poll {
            tracing::warn!("the output cannot be written: {error}");
        }
        poll
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // In pieces, so that a client that reads slowly can be told from one that does not read.
        let piece = &bytes[..bytes.len().min(256 << 10)];
        let poll = Pin::new(&mut self.file).poll_write(context, piece);
        if let Poll::Ready(Ok(count)) = &poll {
            self.progress
                .0
                .written
                .fetch_add(*count as u64, Ordering::Relaxed);
        }
        self.progress.note(poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.file).poll_flush(context);
        if poll.is_ready() {
            self.large.flushed();
        }
        self.progress.note(poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.file).poll_shutdown(context);
        self.progress.note(poll)
    }
}
