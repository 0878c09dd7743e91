//! The thread that keeps the index of the workspace up to date.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use tower_lsp_server::ls_types::NumberOrString;

use crate::{
    panics::fence,
    threads::WORKER_STACK,
    workspace::{Workspace, index::AnnouncedWork},
};

/// Fewer documents are read before anybody could see that they are.
const MIN_FOR_PROGRESS: usize = 50;

/// Steps in which progress is reported, in percent.
const STEP: usize = 5;

/// Something that the index has to take over.
enum Job {
    /// The folders, with everything in them.
    Folders(AnnouncedWork),
    /// These files.
    Files(Vec<PathBuf>, AnnouncedWork),
}

/// How the work goes on.
pub(crate) enum IndexEvent {
    /// So many of all documents have been read.
    Progress { done: usize, total: usize },
    /// Everything that waited is done.
    Done,
}

/// The way to the thread.
pub(crate) struct Indexer(mpsc::Sender<Job>);

impl Indexer {
    /// Starts the thread, which tells `report` of its work.
    pub(crate) fn start(
        workspace: Arc<Workspace>,
        report: impl Fn(IndexEvent) + Send + Sync + 'static,
    ) -> Indexer {
        let (sender, jobs) = mpsc::channel();
        thread::Builder::new()
            .name("indexer".into())
            .stack_size(WORKER_STACK)
            .spawn(move || {
                while let Ok(first) = jobs.recv() {
                    let waiting = std::iter::once(first).chain(jobs.try_iter()).collect();
                    fence("indexing", || work(&workspace, &report, waiting));
                }
            })
            .expect("a thread can be started");
        Indexer(sender)
    }

    /// Has the folders walked for what has changed in them.
    pub(crate) fn walk_folders(&self, announced: AnnouncedWork) {
        let _ = self.0.send(Job::Folders(announced));
    }

    /// Has files read again that have changed.
    pub(crate) fn read_files(&self, files: Vec<PathBuf>, announced: AnnouncedWork) {
        let _ = self.0.send(Job::Files(files, announced));
    }
}

/// Does everything that waits, the folders once.
fn work(workspace: &Workspace, report: &(dyn Fn(IndexEvent) + Sync), jobs: Vec<Job>) {
    let mut announced = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = false;
    for job in jobs {
        match job {
            Job::Folders(until) => {
                folders = true;
                announced.push(until);
            }
            Job::Files(changed, until) => {
                files.extend(changed);
                announced.push(until);
            }
        }
    }
    files.sort_unstable();
    files.dedup();
    // Whether a new file is a document of the workspace is for the walk to say, which knows what is ignored.
    let (known, new): (Vec<_>, Vec<_>) = files.into_iter().partition(|path| {
        let index = workspace.index();
        index.summary(path).is_some() || index.processes().contains(path)
    });
    workspace.update_index(&known);
    if folders || new.iter().any(|path| path.exists()) {
        let shown = AtomicUsize::new(0);
        workspace.scan(&|done, total| {
            let percent = (done * 100).checked_div(total).unwrap_or(100);
            let last = shown.load(Ordering::Relaxed);
            if total >= MIN_FOR_PROGRESS && (done == 0 || percent >= last + STEP) {
                shown.store(percent, Ordering::Relaxed);
                report(IndexEvent::Progress { done, total });
            }
            true
        });
    }
    drop(announced);
    report(IndexEvent::Done);
}

/// What the client has been told of the work on the index.
pub(crate) struct IndexProgress {
    pub(super) token: NumberOrString,
    /// The client has agreed to show it, and has been told that it begins.
    pub(super) begun: bool,
    pub(super) done: usize,
    pub(super) total: usize,
    pub(super) finished: bool,
}

impl IndexProgress {
    pub(super) fn percentage(&self) -> Option<u32> {
        u32::try_from(self.done * 100 / self.total.max(1)).ok()
    }

    pub(super) fn message(&self) -> Option<String> {
        Some(format!("{} of {} documents", self.done, self.total))
    }
}
