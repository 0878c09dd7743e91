//! The log: lines on standard error, written by a thread of their own.
//!
//! An editor that does not read the server's standard error must not stop it: when the pipe is full, lines are dropped, and how many
//! is said as soon as there is room again.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

use crate::text::visible;

/// Lines that may wait to be written.
const MOST_LINES: usize = 1024;
/// Bytes of a line; what is behind them is left out.
const MOST_BYTES: usize = 16 << 10;
/// How long a process that ends waits for its last lines to be written.
const LAST_LINES: Duration = Duration::from_millis(500);

enum Entry {
    Line(String),
    /// Everything before it has been written when this is dropped.
    End(#[allow(dead_code)] mpsc::Sender<()>),
}

/// The way to the log.
#[derive(Clone)]
pub(crate) struct Log {
    entries: SyncSender<Entry>,
    dropped: Arc<AtomicUsize>,
}

impl Log {
    /// A log that goes to standard error.
    pub(crate) fn to_stderr() -> Log {
        Log::to(io::stderr())
    }

    fn to(out: impl Write + Send + 'static) -> Log {
        let (entries, waiting) = mpsc::sync_channel(MOST_LINES);
        let dropped = Arc::new(AtomicUsize::new(0));
        let log = Log {
            entries,
            dropped: dropped.clone(),
        };
        // Without the thread there is no log, and everything else goes on.
        let _ = thread::Builder::new()
            .name("log".into())
            .spawn(move || write_all(&waiting, &dropped, out));
        log
    }

    /// Waits until everything that was logged has been written, unless nobody reads it.
    pub(crate) fn finish(&self) {
        let (end, written) = mpsc::channel();
        if self.entries.try_send(Entry::End(end)).is_ok() {
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

fn write_all(waiting: &Receiver<Entry>, dropped: &AtomicUsize, mut out: impl Write) {
    for entry in waiting {
        let Entry::Line(line) = entry else { continue };
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(
                out,
                "{lost} log lines were dropped because nothing read them"
            );
        }
        let _ = out.write_all(line.as_bytes());
    }
}

impl Write for &Log {
    /// Takes a line, as the subscriber gives them.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let shown = &line[..line.len().min(MOST_BYTES)];
        let text = String::from_utf8_lossy(shown);
        // What is logged may quote names of files.
        let line_shown = format!("{}\n", visible::visible(text.trim_end_matches('\n')));
        if self.entries.try_send(Entry::Line(line_shown)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'l> MakeWriter<'l> for Log {
    type Writer = &'l Log;

    fn make_writer(&'l self) -> &'l Log {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Writes once it may.
    struct Slow(Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_nobody_reads_is_dropped_and_counted() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let log = Log::to(Slow(written.clone()));
        let held = written.lock().expect("no panic");
        let all = 3 * MOST_LINES;
        for number in 0..all {
            let line = format!("line {number} \u{1b}[31m\n");
            (&log).write_all(line.as_bytes()).expect("never refused");
        }
        drop(held);
        while written.lock().expect("no panic").is_empty() {
            thread::yield_now();
        }
        (&log).write_all(b"the end\n").expect("never refused");
        log.finish();
        let text = String::from_utf8(written.lock().expect("no panic").clone()).expect("text");
        assert!(!text.contains('\u{1b}'));
        let lost: usize = text
            .lines()
            .filter(|line| line.contains("were dropped"))
            .filter_map(|line| line.split(' ').next()?.parse::<usize>().ok())
            .sum();
        assert!(lost > 0);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("line "))
            .count();
        let last = usize::from(text.contains("the end"));
        assert_eq!(lines + lost + last, all + 1);
    }
}
