//! Work on the index of the workspace, and what the user sees of it.

use std::path::PathBuf;

use tower_lsp_server::ls_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
    notification::Progress as ProgressNotification, request::WorkDoneProgressCreate,
};

use crate::session::{
    event::Event,
    indexer::{IndexEvent, IndexProgress, Indexer},
    state::State,
};

/// Starts the thread that keeps the index.
pub(crate) fn start(state: &mut State) {
    let events = state.events();
    let report = move |event| {
        let _ = events.send(Event::Done(Box::new(
            move |state: &mut State| match event {
                IndexEvent::Progress { done, total } => advance(state, done, total),
                IndexEvent::Done => {
                    processes_changed(state);
                    finish(state);
                    report_left_out(state);
                }
            },
        )));
    };
    state.indexer = Some(Indexer::start(state.workspace.clone(), report));
}

impl State {
    /// Has the folders walked for what has changed in them.
    pub(crate) fn index_folders(&mut self) {
        if let Some(indexer) = &self.indexer {
            indexer.walk_folders(self.workspace.index().announce());
        }
    }

    /// Has files read again that have changed.
    pub(crate) fn index_files(&mut self, files: Vec<PathBuf>) {
        if let Some(indexer) = &self.indexer
            && !files.is_empty()
        {
            indexer.read_files(files, self.workspace.index().announce());
        }
    }
}

/// Has documents checked again when processes use other names than before, or names in other places.
pub(crate) fn processes_changed(state: &mut State) {
    let index = state.workspace.index().processes();
    let (revision, is_read) = (index.revision(), index.is_read());
    // Nothing can be said before the folders have been read, and no more than before where there is no process.
    if is_read && state.processes_revision != revision {
        let is_first = state.processes_revision == 0;
        state.processes_revision = revision;
        if !is_first || index.has_any() {
            state.refresh_all();
        }
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
    state.indexing = Some(IndexProgress {
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
fn report_left_out(state: &mut State) {
    let left_out = state.workspace.index().has_left_out_some();
    if left_out && !state.reported_left_out {
        let most = state
            .workspace
            .configuration()
            .options
            .max_workspace_documents();
        state.warn(&format!(
            "The workspace has more than {most} documents. Those beyond are looked at only while they are open; the setting \
             nexflow.infra.maxWorkspaceDocuments raises the number."
        ));
    }
    state.reported_left_out = left_out;
}

fn notify(state: &State, token: NumberOrString, progress: WorkDoneProgress) {
    state.client.notify::<ProgressNotification>(ProgressParams {
        token,
        value: ProgressParamsValue::WorkDone(progress),
    });
}
