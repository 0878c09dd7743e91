//! The thread that keeps the index of the workspace, and what the person at the editor sees of its work.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use tower_lsp_server::ls_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
    notification::Progress as ProgressNotification, request::WorkDoneProgressCreate,
};

use super::{
    WORKER_STACK,
    main_loop::{Event, fence},
    state::State,
};
use crate::workspace::{Workspace, index::Announced};

/// Fewer documents are read before anybody could see that they are.
const WORTH_SHOWING: usize = 50;

/// Steps in which progress is reported, in percent.
const STEP: usize = 5;

/// Something that the index has to take over.
enum Job {
    /// The folders, with everything in them.
    Folders(Announced),
    /// These files.
    Files(Vec<PathBuf>, Announced),
}

/// The way to the thread that keeps the index.
pub struct Indexer(mpsc::Sender<Job>);

impl Indexer {
    /// Starts the thread.
    pub fn start(workspace: Arc<Workspace>, events: mpsc::Sender<Event>) -> Indexer {
        let (sender, jobs) = mpsc::channel();
        thread::Builder::new()
            .name("indexer".into())
            .stack_size(WORKER_STACK)
            .spawn(move || {
                while let Ok(first) = jobs.recv() {
                    let waiting = std::iter::once(first).chain(jobs.try_iter()).collect();
                    fence("indexing", || work(&workspace, &events, waiting));
                }
            })
            .expect("a thread can be started");
        Indexer(sender)
    }
}

/// Does everything that waits, the folders once.
fn work(workspace: &Workspace, events: &mpsc::Sender<Event>, jobs: Vec<Job>) {
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
    let (known, new): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|path| workspace.index().summary(path).is_some());
    workspace.update_index(&known);
    if folders || new.iter().any(|path| path.exists()) {
        let shown = AtomicUsize::new(0);
        workspace.scan(&|done, total| {
            let percent = (done * 100).checked_div(total).unwrap_or(100);
            let last = shown.load(Ordering::Relaxed);
            if total >= WORTH_SHOWING && (done == 0 || percent >= last + STEP) {
                shown.store(percent, Ordering::Relaxed);
                say(events, move |state| advance(state, done, total));
            }
            true
        });
    }
    drop(announced);
    say(events, |state| {
        finish(state);
        tell_what_is_left_out(state);
    });
}

fn say(events: &mpsc::Sender<Event>, what: impl FnOnce(&mut State) + Send + 'static) {
    let _ = events.send(Event::Done(Box::new(what)));
}

impl State {
    /// Has the folders walked for what has changed in them.
    pub fn index_folders(&mut self) {
        if let Some(indexer) = &self.indexer {
            let _ = indexer
                .0
                .send(Job::Folders(self.workspace.index().announce()));
        }
    }

    /// Has files read again that have changed.
    pub fn index_files(&mut self, files: Vec<PathBuf>) {
        if let Some(indexer) = &self.indexer
            && !files.is_empty()
        {
            let until = self.workspace.index().announce();
            let _ = indexer.0.send(Job::Files(files, until));
        }
    }
}

/// What the client has been told of the work on the index.
pub struct Shown {
    token: NumberOrString,
    /// The client has agreed to show it, and has been told that it begins.
    begun: bool,
    done: usize,
    total: usize,
    finished: bool,
}

impl Shown {
    fn percentage(&self) -> Option<u32> {
        u32::try_from(self.done * 100 / self.total.max(1)).ok()
    }

    fn message(&self) -> Option<String> {
        Some(format!("{} of {} documents", self.done, self.total))
    }
}

fn advance(state: &mut State, done: usize, total: usize) {
    if !state.features.work_done_progress {
        return;
    }
    if let Some(shown) = &mut state.indexing {
        (shown.done, shown.total) = (done, total);
        if shown.begun {
            let report = WorkDoneProgressReport {
                cancellable: Some(false),
                message: shown.message(),
                percentage: shown.percentage(),
            };
            let token = shown.token.clone();
            notify(state, token, WorkDoneProgress::Report(report));
        }
        return;
    }
    state.indexings += 1;
    let token = NumberOrString::String(format!("nexflow/index/{}", state.indexings));
    state.indexing = Some(Shown {
        token: token.clone(),
        begun: false,
        done,
        total,
        finished: false,
    });
    let params = WorkDoneProgressCreateParams { token };
    state
        .client
        .request::<WorkDoneProgressCreate>(params, |state, answer| match answer {
            Ok(()) => begin(state),
            Err(_) => state.indexing = None,
        });
}

fn begin(state: &mut State) {
    let Some(shown) = &mut state.indexing else {
        return;
    };
    shown.begun = true;
    let begin = WorkDoneProgressBegin {
        title: "Reading infrastructure documents".into(),
        cancellable: Some(false),
        message: shown.message(),
        percentage: shown.percentage(),
    };
    let (token, finished) = (shown.token.clone(), shown.finished);
    notify(state, token, WorkDoneProgress::Begin(begin));
    if finished {
        finish(state);
    }
}

fn finish(state: &mut State) {
    let Some(shown) = &mut state.indexing else {
        return;
    };
    shown.finished = true;
    if shown.begun {
        let end = WorkDoneProgressEnd {
            message: Some(format!("{} documents", state.workspace.index().len())),
        };
        let token = shown.token.clone();
        notify(state, token, WorkDoneProgress::End(end));
        state.indexing = None;
    }
}

/// Says once that the workspace is larger than what is looked at.
fn tell_what_is_left_out(state: &mut State) {
    let left_out = state.workspace.index().has_left_out_some();
    if left_out && !state.told_left_out {
        let most = state
            .workspace
            .configuration()
            .options
            .max_workspace_documents();
        state.warn(&format!(
            "The workspace has more than {most} documents. Those beyond are looked at only while they are open; the setting \
             nexflow.maxWorkspaceDocuments raises the number."
        ));
    }
    state.told_left_out = left_out;
}

fn notify(state: &State, token: NumberOrString, progress: WorkDoneProgress) {
    state.client.notify::<ProgressNotification>(ProgressParams {
        token,
        value: ProgressParamsValue::WorkDone(progress),
    });
}
