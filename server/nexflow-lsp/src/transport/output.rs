//! The standard output, and how far a client has read it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{fs::File, io::AsyncWrite};

/// Writes to a file, and remembers how much.
pub(super) struct Output {
    file: File,
    progress: Progress,
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
    pub(super) fn new(file: std::fs::File) -> (Output, Progress) {
        let progress = Progress::default();
        let output = Output {
            file: File::from_std(file),
            progress: progress.clone(),
        };
        (output, progress)
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
        self.progress.note(poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.file).poll_shutdown(context);
        self.progress.note(poll)
    }
}
