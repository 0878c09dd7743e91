//! The state of the server. The main loop owns it and is the only one to change it.

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    path::{Path, PathBuf},
    sync::{Arc, mpsc::Sender},
};

use tower_lsp_server::{
    jsonrpc::{self, Id},
    ls_types::{MessageType, PublishDiagnosticsParams, Uri, notification::PublishDiagnostics},
};

use crate::{
    lsp::client_features::ClientFeatures,
    panics::fence,
    session::{
        client::Client,
        closed_documents::ClosedDocuments,
        event::Event,
        indexer::{IndexProgress, Indexer},
        open_documents::OpenDocuments,
        viewed_documents::ViewedDocuments,
        workspace_diagnostics::WorkspaceDiagnosticsCache,
    },
    threads::{ThreadPool, WORKER_STACK},
    transport::responder::Responder,
    workspace::{Workspace, document::DocumentSnapshot},
};

/// Where the conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before `initialize`.
    Uninitialized,
    /// In use.
    Running,
    /// After `shutdown`.
    ShutDown,
}

/// Threads for what an editor asks at the cursor, which takes next to no time.
const CURSOR_THREADS: usize = 2;

/// Threads for what takes long and may wait.
const BACKGROUND_THREADS: usize = 2;

/// Who waits behind whom: work of one kind waits for work of its own kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// What is asked at the cursor while somebody types or points: hover, completion.
    Cursor,
    /// Diagnostics of open documents.
    Diagnostics,
    /// What is asked about a range or a whole document: code actions, formatting, colours.
    Document,
    /// What waits for the index, or reads many files.
    Background,
}

/// Whether the client has been asked for its settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ConfigRequest {
    /// No question waits for an answer.
    #[default]
    No,
    /// One does.
    Once,
    /// One does, and by now there is reason to ask once more.
    Again,
}

/// The state of the server.
pub(crate) struct State {
    /// Where the conversation stands.
    pub(crate) phase: Phase,
    /// Set when the process must end, to its exit code.
    pub(crate) exit: Option<i32>,
    /// Nothing comes from the client any more; what it has asked is still answered.
    pub(crate) input_ended: bool,
    /// The client.
    pub(crate) client: Client<State>,
    /// What the client can do.
    pub(crate) features: Arc<ClientFeatures>,
    /// Files, folders and environment.
    pub(crate) workspace: Arc<Workspace>,
    /// The settings of `initialize`, which give way to those of `workspace/configuration`.
    pub(crate) initial_options: crate::settings::Options,
    pub(crate) open: OpenDocuments,
    /// The views that the client has read.
    pub(crate) viewed: ViewedDocuments,
    /// What the client knows of closed documents.
    pub(crate) workspace_diagnostics: Arc<WorkspaceDiagnosticsCache>,
    /// A stale or a closed document is being checked.
    pub(crate) checking_background: bool,
    /// Closed documents that are checked because an open one is edited which they extend.
    pub(crate) closed: ClosedDocuments,
    /// Files with problems that were published (project and env files).
    pub(crate) reported_files: BTreeSet<Uri>,
    /// Patterns of env files with names of their own that the client watches.
    pub(crate) watched: BTreeSet<String>,
    /// Requests without an answer.
    pub(crate) pending: HashMap<Id, Responder>,
    /// Keeps the index of the workspace; there is none before `initialized`.
    pub(crate) indexer: Option<Indexer>,
    /// What the client has been told of the work on the index that goes on.
    pub(crate) indexing: Option<IndexProgress>,
    /// How often work on the index has been shown.
    pub(crate) indexings: u64,
    /// The client asks for names in process files.
    pub(crate) processes_registered: bool,
    /// The revision of the index of processes that documents were last checked with.
    pub(crate) processes_revision: u64,
    /// The person has been told that the workspace has more documents than are looked at.
    pub(crate) reported_left_out: bool,
    /// The person has been told that settings stand under their former names.
    pub(crate) reported_former_settings: bool,
    /// Whether the client has been asked for its settings.
    pub(crate) config_request: ConfigRequest,
    refresh_pending: bool,
    /// Something has changed since.
    refresh_again: bool,
    cursor: ThreadPool,
    diagnostics: ThreadPool,
    document: ThreadPool,
    background: ThreadPool,
    events: Sender<Event<State>>,
}

impl State {
    /// The state before `initialize`.
    pub(crate) fn new(
        client: Client<State>,
        workspace: Workspace,
        events: Sender<Event<State>>,
    ) -> State {
        let threads = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .clamp(2, 8);
        State {
            phase: Phase::Uninitialized,
            exit: None,
            input_ended: false,
            client,
            features: Arc::default(),
            workspace: Arc::new(workspace),
            initial_options: Default::default(),
            open: OpenDocuments::default(),
            viewed: ViewedDocuments::default(),
            workspace_diagnostics: Arc::default(),
            checking_background: false,
            closed: ClosedDocuments::default(),
            reported_files: BTreeSet::new(),
            watched: BTreeSet::new(),
            pending: HashMap::new(),
            indexer: None,
            indexing: None,
            indexings: 0,
            processes_registered: false,
            processes_revision: 0,
            reported_left_out: false,
            reported_former_settings: false,
            config_request: ConfigRequest::No,
            refresh_pending: false,
            refresh_again: false,
            cursor: ThreadPool::new("cursor", CURSOR_THREADS, WORKER_STACK),
            diagnostics: ThreadPool::new("diagnostics", threads, WORKER_STACK),
            document: ThreadPool::for_long_jobs("document", threads, WORKER_STACK),
            background: ThreadPool::for_long_jobs("background", BACKGROUND_THREADS, WORKER_STACK),
            events,
        }
    }

    /// Runs `work` on a worker of the lane; what it returns is done to the state by the main loop. A panic in `work` is logged.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        lane: Lane,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
        then: impl FnOnce(&mut State, Option<T>) + Send + 'static,
    ) {
        let pool = match lane {
            Lane::Cursor => &self.cursor,
            Lane::Diagnostics => &self.diagnostics,
            Lane::Document => &self.document,
            Lane::Background => &self.background,
        };
        pool.spawn(self.job(name, work, then));
    }

    fn job<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
        then: impl FnOnce(&mut State, Option<T>) + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        let events = self.events.clone();
        move || {
            let result = fence(name, work);
            let _ = events.send(Event::Done(Box::new(move |state| then(state, result))));
        }
    }

    /// The way to the main loop, for threads of their own.
    pub(crate) fn events(&self) -> Sender<Event<State>> {
        self.events.clone()
    }

    /// The exit code, once the process may end.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        // An answer may have been given without the main loop having heard of it, if it hit a defect just then.
        let ended = self.input_ended && self.pending.values().all(Responder::is_answered);
        self.exit
            .or_else(|| ended.then_some(i32::from(self.phase != Phase::ShutDown)))
    }

    /// Remembers a request until it is answered; false when it was refused.
    pub(crate) fn expect_answer(&mut self, responder: &Responder) -> bool {
        // Who has an answer may use its id again before the worker that gave it is back.
        let known = self.pending.get(responder.id());
        if known.is_some_and(|known| !known.is_answered()) {
            let mut error = jsonrpc::Error::invalid_request();
            error.message = "another request with this id has no answer yet".into();
            responder.fail(error);
            return false;
        }
        self.pending
            .insert(responder.id().clone(), responder.clone());
        true
    }

    /// Forgets a request that has its answer.
    pub(crate) fn forget(&mut self, answered: &Responder) {
        if let Entry::Occupied(known) = self.pending.entry(answered.id().clone())
            && known.get().is_same(answered)
        {
            known.remove();
        }
    }

    /// `$/cancelRequest`.
    pub(crate) fn cancel(&mut self, id: &Id) {
        if let Some(pending) = self.pending.remove(id) {
            pending.fail(jsonrpc::Error::request_cancelled());
        }
    }

    /// Leaves all requests without an answer.
    pub(crate) fn abandon_requests(&mut self) {
        for (_, pending) in self.pending.drain() {
            pending.abandon();
        }
    }

    /// Marks the open documents that may extend `changed` as stale.
    pub(crate) fn refresh_dependents(&mut self, changed: &DocumentSnapshot) {
        if let Some(path) = &changed.path {
            self.refresh_after(std::slice::from_ref(path));
        }
    }

    /// Marks the open documents that may extend one of these files as stale.
    pub(crate) fn refresh_after(&mut self, changed: &[PathBuf]) {
        let changed: HashSet<&Path> = changed.iter().map(PathBuf::as_path).collect();
        if self.open.mark_stale(&changed) {
            self.request_refresh();
        }
    }

    /// Marks all open documents as stale, after a change of settings, variables or files.
    pub(crate) fn refresh_all(&mut self) {
        self.open.mark_all_stale();
        self.closed.recheck_reported();
        if self.features.pulls_diagnostics {
            // The client asks for them again; what is wrong in the files of their projects is for the server to say.
            self.open.mark_stale_dirty();
        }
        self.request_refresh();
    }

    /// Resolves the context of all stale documents again, because a request may be about them.
    pub(crate) fn resolve_stale(&mut self) {
        for uri in self.open.with(|status| status.stale) {
            self.resolve_context_again(&uri);
            // Where diagnostics are pushed it still has to be checked.
            if self.features.pulls_diagnostics
                && let Some(document) = self.open.get_mut(&uri)
            {
                document.status.stale = false;
            }
        }
    }

    /// Resolves the context of a document again: what it extends, variables, settings.
    pub(crate) fn resolve_context_again(&mut self, uri: &Uri) {
        if let Some(document) = self.open.get_mut(uri)
            && document.snapshot.is_some()
            && !document.status.edits_pending
        {
            let buffer = &mut document.buffer;
            let snapshot = buffer.flush_edits(&self.workspace, self.features.encoding);
            document.snapshot = Some(Arc::new(snapshot));
        }
    }

    /// Takes back the diagnostics of a document that is not known any more.
    pub(crate) fn clear_diagnostics(&self, uri: &Uri) {
        if !self.features.pulls_diagnostics {
            self.client
                .notify::<PublishDiagnostics>(PublishDiagnosticsParams {
                    uri: uri.clone(),
                    diagnostics: Vec::new(),
                    version: None,
                });
        }
    }

    /// Tells a client that pulls to pull again.
    pub(crate) fn request_refresh(&mut self) {
        use tower_lsp_server::ls_types::request::WorkspaceDiagnosticRefresh;
        if !self.features.pulls_diagnostics || !self.features.refreshes_diagnostics {
            return;
        }
        // One question at a time. The client may have pulled already for the one that it has not answered, and does not know of
        // what has changed since: then it is asked once more.
        if self.refresh_pending {
            self.refresh_again = true;
            return;
        }
        self.refresh_pending = true;
        self.client
            .request::<WorkspaceDiagnosticRefresh>((), |state, _| {
                state.refresh_pending = false;
                if std::mem::take(&mut state.refresh_again) {
                    state.request_refresh();
                }
            });
    }

    /// Tells the person, and the log, something that needs no attention now.
    pub(crate) fn inform(&self, message: &str) {
        tracing::info!("{message}");
        self.client.show_message(MessageType::INFO, message);
    }

    /// Says something to the person and to the log.
    pub(crate) fn warn(&self, message: &str) {
        tracing::warn!("{message}");
        self.client.show_message(MessageType::WARNING, message);
    }
}
