//! Fills the index from the workspace folders.

use std::{
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    Index,
    summary::{Draft, Stamp},
};
use crate::{lsp::convert::Encoding, server::WORKER_STACK, workspace::walk};

/// A document that a walk has found.
pub struct Found {
    /// Its path, below a workspace folder.
    pub path: PathBuf,
    /// Its state on disk, when that can be told.
    pub stamp: Option<Stamp>,
}

/// How a scan is done.
pub struct Scan<'a> {
    /// The workspace folders.
    pub folders: &'a [PathBuf],
    /// Largest document that is read.
    pub limit: usize,
    /// Most documents that are known.
    pub most: usize,
    /// What columns count.
    pub encoding: Encoding,
    /// Hears how many of how many files have been read; says whether to go on.
    pub progress: &'a (dyn Fn(usize, usize) -> bool + Sync),
}

/// Files that a thread reads between two looks at the others.
const BATCH: usize = 64;

/// More threads would take the processor from whoever types; two read ten thousand small documents in a second.
const THREADS: usize = 2;

impl Index {
    /// Walks the folders, reads what is new or has changed since the last walk, and forgets what is gone.
    pub fn scan(&self, scan: &Scan<'_>) {
        let (found, more) = documents(scan.folders, scan.most);
        let wanted = self.keep_only(&found);
        drop(found);
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
                    let draft = Draft::read(path, scan.limit, scan.encoding)?;
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

/// The documents in the folders, each once, and whether there are more than `most`. Links that lead out of the folders are left
/// out.
fn documents(folders: &[PathBuf], most: usize) -> (Vec<Found>, bool) {
    let real: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    let inside = |path: &Path| {
        path.canonicalize()
            .is_ok_and(|path| real.iter().any(|folder| path.starts_with(folder)))
    };
    let (mut paths, more) = walk::documents(folders, most);
    paths.sort_unstable();
    let found = paths
        .into_iter()
        .filter(|path| !path.is_symlink() || inside(path))
        .map(|path| Found {
            stamp: path.metadata().ok().map(|metadata| Stamp::of(&metadata)),
            path,
        })
        .collect();
    (found, more)
}
