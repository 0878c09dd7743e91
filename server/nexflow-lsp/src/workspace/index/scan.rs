//! Fills the index from the workspace folders.

use std::{
    num::NonZero,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    text::Encoding,
    threads::WORKER_STACK,
    workspace::{
        index::{
            Index,
            summary::{FileStamp, UnnumberedSummary},
        },
        roots::Roots,
        walk,
    },
};

/// A document that a walk has found.
pub(crate) struct FoundFile {
    /// Its path, below a workspace folder.
    pub(crate) path: PathBuf,
    /// Its state on disk, when that can be told.
    pub(crate) stamp: Option<FileStamp>,
}

/// How a scan is done.
pub(crate) struct Scan<'a> {
    /// The workspace folders.
    pub(crate) folders: &'a [PathBuf],
    /// Largest document that is read.
    pub(crate) limit: usize,
    /// Most documents that are known.
    pub(crate) most: usize,
    /// What columns count.
    pub(crate) encoding: Encoding,
    /// Hears how many of how many files have been read; says whether to go on.
    pub(crate) progress: &'a (dyn Fn(usize, usize) -> bool + Sync),
}

/// Files that a thread reads between two looks at the others.
const BATCH: usize = 64;

/// More threads would take the processor from whoever types; two read ten thousand small documents in a second.
const THREADS: usize = 2;

impl Index {
    /// Walks the folders, reads what is new or has changed since the last walk, and forgets what is gone.
    pub(crate) fn scan(&self, scan: &Scan<'_>) {
        let (found, processes) = files(scan.folders, scan.most);
        let more = found.more;
        let wanted = self.keep_only(&found.files);
        drop(found);
        // First, for all documents are checked with them.
        self.processes()
            .scan(&processes.files, processes.more, scan.limit);
        drop(processes);
        if (scan.progress)(0, wanted.len()) {
            self.read_all(scan, &wanted);
        }
        let mut work = self.work();
        work.scanned = true;
        work.left_out = more;
    }

    fn read_all(&self, scan: &Scan<'_>, wanted: &[PathBuf]) {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(0);
        let read = || {
            loop {
                let from = next.fetch_add(BATCH, Ordering::Relaxed);
                let Some(batch) = wanted.get(from..(from + BATCH).min(wanted.len())) else {
                    return;
                };
                if batch.is_empty() {
                    return;
                }
                let drafts = batch.iter().filter_map(|path| {
                    let draft = UnnumberedSummary::read(path, scan.limit, scan.encoding)?;
                    Some((path.clone(), draft))
                });
                self.insert(drafts.collect());
                // Under the lock, so that what is heard never goes back.
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                *done += batch.len();
                if !(scan.progress)(*done, wanted.len()) {
                    next.store(wanted.len(), Ordering::Relaxed);
                    return;
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = threads.min(THREADS).min(wanted.len().div_ceil(BATCH));
        thread::scope(|scope| {
            for _ in 1..threads {
                // Trees are read recursively within their depth limit, which takes more stack than threads have by default.
                let _ = thread::Builder::new()
                    .name("indexing".into())
                    .stack_size(WORKER_STACK)
                    .spawn_scoped(scope, read);
            }
            read();
        });
    }
}

/// Files of one kind, each once.
struct FoundFiles {
    files: Vec<FoundFile>,
    /// There are more.
    more: bool,
}

/// The documents and the process files in the folders, at most so many of each. Links that lead out of the folders are left out.
fn files(folders: &[PathBuf], most: usize) -> (FoundFiles, FoundFiles) {
    let roots = Roots::new(folders.iter().cloned());
    let found = walk::walk(folders, &roots, most);
    let stamped = |mut paths: Vec<PathBuf>, more| {
        paths.sort_unstable();
        let files = paths.into_iter().map(|path| FoundFile {
            stamp: path
                .metadata()
                .ok()
                .map(|metadata| FileStamp::of(&metadata)),
            path,
        });
        FoundFiles {
            files: files.collect(),
            more,
        }
    };
    (
        stamped(found.documents, found.more),
        stamped(found.processes, found.more_processes),
    )
}
