//! The state of the server. The main loop owns it and is the only one to change it.

use std::{
    collections::{BTreeSet, HashMap, HashSet, hash_map::Entry},
    ops::Bound,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::Sender},
};

use dashmap::DashMap;
use tower_lsp_server::{
    jsonrpc::{self, Id},
    ls_types::{MessageType, Uri},
};

use super::{
    client::Client,
    closed::Closed,
    documents::{Lost, OpenDocument, Text},
    indexing::{Indexer, Shown},
    judged::Judged,
    lifecycle::Asked,
    main_loop::{Event, fence},
    pending::Pending,
    token_store::TokenStore,
    workers::Workers,
};
use crate::{
    handlers::sync,
    lsp::client_features::ClientFeatures,
    workspace::{Workspace, project::Project},
};

/// Where the conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before `initialize`.
    Uninitialized,
    /// In use.
    Running,
    /// After `shutdown`.
    ShutDown,
}

/// The open documents as workers see them.
pub type Documents = DashMap<Uri, Arc<OpenDocument>>;

/// Threads for what takes long and may wait.
const ASIDE: usize = 2;

/// The state of the server.
pub struct State {
    /// Where the conversation stands.
    pub phase: Phase,
    /// Set when the process must end, to its exit code.
    pub exit: Option<i32>,
    /// Nothing comes from the client any more; what it has asked is still answered.
    pub input_ended: bool,
    /// The client.
    pub client: Client,
    /// What the client can do.
    pub features: Arc<ClientFeatures>,
    /// Files, folders and environment.
    pub workspace: Arc<Workspace>,
    /// The settings of `initialize`, beneath those of `workspace/configuration`.
    pub initial_options: crate::settings::Options,
    /// The last settled version of every open document.
    pub documents: Arc<Documents>,
    /// The semantic tokens that the client has.
    pub tokens: Arc<TokenStore>,
    /// What the client knows of closed documents.
    pub judged: Arc<Judged>,
    /// The texts, with edits that wait.
    pub texts: HashMap<Uri, Text>,
    /// Documents with edits that wait.
    pub unsettled: BTreeSet<Uri>,
    /// Documents to be judged once the queue is empty.
    pub unjudged: BTreeSet<Uri>,
    /// Open documents that may be judged differently because of another file.
    pub stale: BTreeSet<Uri>,
    last_stale: Option<Uri>,
    /// One of them is being judged, or a closed document.
    pub judging_stale: bool,
    /// Closed documents that are judged because an open one is edited which they extend.
    pub closed: Closed,
    /// Documents that a worker is judging.
    pub judging: HashSet<Uri>,
    /// Files with problems that were published (project and env files).
    pub reported_files: BTreeSet<Uri>,
    /// The project of every document, as it was when its problems were reported.
    pub projects: HashMap<Uri, Arc<Project>>,
    /// Patterns of env files with names of their own that the client watches.
    pub watched: BTreeSet<String>,
    /// Requests without an answer.
    pub pending: HashMap<Id, Pending>,
    /// Documents about whose loss the person has been told.
    pub told_lost: HashSet<Uri>,
    /// Keeps the index of the workspace; there is none before `initialized`.
    pub indexer: Option<Indexer>,
    /// What the client has been told of the work on the index that goes on.
    pub indexing: Option<Shown>,
    /// How often work on the index has been shown.
    pub indexings: u64,
    /// The person has been told that the workspace has more documents than are looked at.
    pub told_left_out: bool,
    /// Whether the client has been asked for its settings.
    pub settings_asked: Asked,
    refresh_asked: bool,
    /// Something has changed since.
    refresh_again: bool,
    workers: Workers,
    aside: Workers,
    events: Sender<Event>,
}

impl State {
    /// The state before `initialize`.
    pub fn new(client: Client, workspace: Workspace, events: Sender<Event>) -> State {
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
            documents: Arc::default(),
            tokens: Arc::default(),
            judged: Arc::default(),
            texts: HashMap::new(),
            unsettled: BTreeSet::new(),
            unjudged: BTreeSet::new(),
            stale: BTreeSet::new(),
            last_stale: None,
            judging_stale: false,
            closed: Closed::default(),
            judging: HashSet::new(),
            reported_files: BTreeSet::new(),
            projects: HashMap::new(),
            watched: BTreeSet::new(),
            pending: HashMap::new(),
            told_lost: HashSet::new(),
            indexer: None,
            indexing: None,
            indexings: 0,
            told_left_out: false,
            settings_asked: Asked::No,
            refresh_asked: false,
            refresh_again: false,
            workers: Workers::new("worker", threads, super::WORKER_STACK),
            aside: Workers::new("aside", ASIDE, super::WORKER_STACK),
            events,
        }
    }

    /// Runs `work` on a worker; what it returns is done to the state by the main loop. A panic in `work` is logged.
    pub fn spawn<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
        then: impl FnOnce(&mut State, Option<T>) + Send + 'static,
    ) {
        self.workers.give(self.job(name, work, then));
    }

    /// As [`State::spawn`], for work about many files: it is done beside the work that somebody who types waits for.
    pub fn spawn_aside<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
        then: impl FnOnce(&mut State, Option<T>) + Send + 'static,
    ) {
        self.aside.give(self.job(name, work, then));
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
    pub fn events(&self) -> Sender<Event> {
        self.events.clone()
    }

    /// The exit code, once the process may end.
    pub fn exit_code(&self) -> Option<i32> {
        // An answer may have been given without the main loop having heard of it, if it hit a defect just then.
        let ended = self.input_ended && self.pending.values().all(Pending::is_answered);
        self.exit
            .or_else(|| ended.then_some(i32::from(self.phase != Phase::ShutDown)))
            .filter(|_| !self.pending.values().any(Pending::is_being_answered))
    }

    /// Remembers a request until it is answered.
    pub fn expect_answer(&mut self, id: Id) -> Option<Pending> {
        // Who has an answer may use its id again before the worker that gave it is back.
        if self
            .pending
            .get(&id)
            .is_some_and(|known| !known.is_settled())
        {
            let mut error = jsonrpc::Error::invalid_request();
            error.message = "another request with this id has no answer yet".into();
            self.client.answer(&id, &jsonrpc::Result::<()>::Err(error));
            return None;
        }
        let pending = Pending::new(id.clone(), self.client.outbox().clone());
        self.pending.insert(id, pending.clone());
        Some(pending)
    }

    /// Forgets a request that has its answer.
    pub fn forget(&mut self, answered: &Pending) {
        if let Entry::Occupied(known) = self.pending.entry(answered.id().clone())
            && known.get().is(answered)
        {
            known.remove();
        }
    }

    /// Answers a request with an error, unless a worker does; false when no such request waits for an answer.
    pub fn fail(&mut self, id: &Id, error: jsonrpc::Error) -> bool {
        let Some(pending) = self.pending.get(id) else {
            return false;
        };
        // What a worker answers just now is remembered until the main loop hears of it.
        if pending.answer(&jsonrpc::Result::<()>::Err(error)) {
            self.pending.remove(id);
        }
        true
    }

    /// `$/cancelRequest`.
    pub fn cancel(&mut self, id: &Id) {
        self.fail(id, jsonrpc::Error::request_cancelled());
    }

    /// Parses the edits of one document that wait, so that a request sees exactly the text at its arrival.
    pub fn settle(&mut self, uri: &Uri) {
        if !self.unsettled.remove(uri) {
            return;
        }
        let Some(text) = self.texts.get_mut(uri) else {
            return;
        };
        let settled = fence("parse", || {
            text.settle(&self.workspace, self.features.encoding)
        });
        let Some(document) = settled.map(Arc::new) else {
            return sync::lose(self, uri.clone(), &Lost::Defect);
        };
        self.documents.insert(uri.clone(), document.clone());
        self.stale.remove(uri);
        self.unjudged.insert(uri.clone());
        self.refresh_dependents(&document);
    }

    /// Judges anew the documents that may extend `changed`, after what is typed in.
    pub fn refresh_dependents(&mut self, changed: &OpenDocument) {
        if let Some(path) = &changed.path {
            self.refresh_after(std::slice::from_ref(path));
        }
    }

    /// Judges anew the open documents that may extend one of these files, after what is typed in.
    pub fn refresh_after(&mut self, changed: &[PathBuf]) {
        let changed: HashSet<&Path> = changed.iter().map(PathBuf::as_path).collect();
        let before = self.stale.len();
        for entry in self.documents.iter() {
            if !self.stale.contains(entry.key()) && entry.value().may_depend_on(&changed) {
                self.stale.insert(entry.key().clone());
            }
        }
        if self.stale.len() > before {
            self.ask_for_refresh();
        }
    }

    /// Judges anew all open documents, after a change of settings, variables or files.
    pub fn refresh_all(&mut self) {
        let open = self.documents.iter();
        self.stale.extend(open.map(|entry| entry.key().clone()));
        self.closed.judge_reported();
        if self.features.pulls_diagnostics {
            // The client asks for them again; what is wrong in the files of their projects is for the server to say.
            self.unjudged.extend(self.stale.iter().cloned());
        }
        self.ask_for_refresh();
    }

    /// Has a document gather anew what it is judged with, if that may have changed, because a request is about it.
    pub fn freshen(&mut self, uri: &Uri) {
        if self.stale.contains(uri) {
            self.gather_again(uri);
            // Where findings are pushed it still has to be judged.
            if self.features.pulls_diagnostics {
                self.stale.remove(uri);
            }
        }
    }

    /// Has a document gather anew what it is judged with.
    pub fn gather_again(&mut self, uri: &Uri) {
        if let Some(text) = self.texts.get_mut(uri)
            && !text.is_lost()
            && !self.unsettled.contains(uri)
        {
            let document = text.settle(&self.workspace, self.features.encoding);
            self.documents.insert(uri.clone(), Arc::new(document));
        }
    }

    /// The next document that has to be judged because another file has changed. They take turns, so that somebody who goes on
    /// typing in a base does not always see the same ones first.
    pub fn next_stale(&mut self) -> Option<Uri> {
        let behind = self.last_stale.take().and_then(|last| {
            let behind = (Bound::Excluded(last), Bound::Unbounded);
            self.stale.range(behind).next().cloned()
        });
        let next = behind.or_else(|| self.stale.first().cloned())?;
        self.last_stale = Some(next.clone());
        Some(next)
    }

    /// Tells a client that pulls to pull again.
    fn ask_for_refresh(&mut self) {
        use tower_lsp_server::ls_types::request::WorkspaceDiagnosticRefresh;
        if !self.features.pulls_diagnostics || !self.features.refreshes_diagnostics {
            return;
        }
        // One question at a time. The client may have pulled already for the one that it has not answered, and does not know of
        // what has changed since: then it is asked once more.
        if self.refresh_asked {
            self.refresh_again = true;
            return;
        }
        self.refresh_asked = true;
        self.client
            .request::<WorkspaceDiagnosticRefresh>((), |state, _| {
                state.refresh_asked = false;
                if std::mem::take(&mut state.refresh_again) {
                    state.ask_for_refresh();
                }
            });
    }

    /// Says something to the person and to the log.
    pub fn warn(&self, message: &str) {
        tracing::warn!("{message}");
        self.client.show_message(MessageType::WARNING, message);
    }
}
