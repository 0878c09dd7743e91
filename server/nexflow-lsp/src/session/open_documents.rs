//! The open documents: the one place that says something about each of them.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Bound,
    path::Path,
    sync::Arc,
};

use tower_lsp_server::ls_types::Uri;

use super::{buffer::DocumentBuffer, sent_tokens::SentTokens};
use crate::workspace::{document::DocumentSnapshot, project::Project};

/// A document that is open in the editor.
pub(crate) struct OpenDocument {
    pub(crate) buffer: DocumentBuffer,
    /// The last version that workers read; none before the first one is parsed, and while the editor's text is not known.
    pub(crate) snapshot: Option<Arc<DocumentSnapshot>>,
    pub(crate) status: Status,
    /// Its project, as it was when the problems of that were reported.
    pub(crate) project: Option<Arc<Project>>,
    pub(crate) tokens: Arc<SentTokens>,
}

/// What is to be done about a document.
#[derive(Clone, Copy, Default)]
pub(crate) struct Status {
    /// Edits have arrived that are not parsed.
    pub(crate) edits_pending: bool,
    /// Its diagnostics are to be computed, as soon as no event waits.
    pub(crate) dirty: bool,
    /// Another file has changed: what it is checked with is to be resolved again, after everything that is typed in.
    pub(crate) stale: bool,
    /// A worker computes its diagnostics.
    pub(crate) checking: bool,
    /// The user has been told that the editor's text is not known.
    pub(crate) desync_reported: bool,
}

/// The snapshots of all open documents at one moment.
pub(crate) type Snapshots = BTreeMap<Uri, Arc<DocumentSnapshot>>;

/// The open documents by URI.
#[derive(Default)]
pub(crate) struct OpenDocuments {
    documents: BTreeMap<Uri, OpenDocument>,
    last_stale: Option<Uri>,
}

impl OpenDocument {
    pub(crate) fn new(buffer: DocumentBuffer) -> OpenDocument {
        OpenDocument {
            buffer,
            snapshot: None,
            status: Status {
                edits_pending: true,
                ..Status::default()
            },
            project: None,
            tokens: Arc::default(),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.buffer.path()
    }

    /// Whether this is still the version that a worker was given.
    pub(crate) fn is_current(&self, snapshot: &Arc<DocumentSnapshot>) -> bool {
        let current = self.snapshot.as_ref();
        current.is_some_and(|current| Arc::ptr_eq(current, snapshot))
    }
}

impl OpenDocuments {
    pub(crate) fn insert(&mut self, uri: Uri, document: OpenDocument) {
        self.documents.insert(uri, document);
    }

    pub(crate) fn remove(&mut self, uri: &Uri) -> Option<OpenDocument> {
        self.documents.remove(uri)
    }

    pub(crate) fn get(&self, uri: &Uri) -> Option<&OpenDocument> {
        self.documents.get(uri)
    }

    /// The projects of all documents.
    pub(crate) fn projects(&self) -> impl Iterator<Item = &Arc<Project>> {
        let documents = self.documents.values();
        documents.filter_map(|document| document.project.as_ref())
    }

    /// Has the problems of all projects reported again.
    pub(crate) fn forget_projects(&mut self) {
        for document in self.documents.values_mut() {
            document.project = None;
        }
    }

    pub(crate) fn get_mut(&mut self, uri: &Uri) -> Option<&mut OpenDocument> {
        self.documents.get_mut(uri)
    }

    pub(crate) fn snapshots(&self) -> Snapshots {
        let known = self.documents.iter();
        known
            .filter_map(|(uri, document)| Some((uri.clone(), document.snapshot.clone()?)))
            .collect()
    }

    /// The documents with a status.
    pub(crate) fn with(&self, status: impl Fn(&Status) -> bool) -> Vec<Uri> {
        let found = self.documents.iter();
        found
            .filter(|(_, document)| status(&document.status))
            .map(|(uri, _)| uri.clone())
            .collect()
    }

    pub(crate) fn is_any_checking(&self) -> bool {
        let mut all = self.documents.values();
        all.any(|document| document.status.checking)
    }

    /// The documents whose diagnostics are to be computed; they count as taken on.
    pub(crate) fn take_dirty(&mut self) -> Vec<Uri> {
        let dirty = self.with(|status| status.dirty);
        for document in self.documents.values_mut() {
            document.status.dirty = false;
        }
        dirty
    }

    /// Marks the documents that may extend one of these files as stale; whether there are any that were not.
    pub(crate) fn mark_stale(&mut self, changed: &HashSet<&Path>) -> bool {
        let mut any = false;
        for document in self.documents.values_mut() {
            if let Some(snapshot) = &document.snapshot
                && !document.status.stale
                && snapshot.may_depend_on(changed)
            {
                document.status.stale = true;
                any = true;
            }
        }
        any
    }

    /// Marks all documents as stale.
    pub(crate) fn mark_all_stale(&mut self) {
        for document in self.documents.values_mut() {
            document.status.stale |= document.snapshot.is_some();
        }
    }

    /// Marks the stale documents as dirty.
    pub(crate) fn mark_stale_dirty(&mut self) {
        for document in self.documents.values_mut() {
            document.status.dirty |= document.status.stale;
        }
    }

    /// The next stale document. They take turns, so that whoever goes on typing in a base does not always see the same ones first.
    pub(crate) fn next_stale(&mut self) -> Option<Uri> {
        let is_stale = |(_, document): &(&Uri, &OpenDocument)| document.status.stale;
        let after = self.last_stale.take().and_then(|last| {
            let after = (Bound::Excluded(last), Bound::Unbounded);
            let mut after = self.documents.range(after);
            after.find(is_stale).map(|(uri, _)| uri.clone())
        });
        let first = || {
            self.documents
                .iter()
                .find(is_stale)
                .map(|(uri, _)| uri.clone())
        };
        let next = after.or_else(first)?;
        self.last_stale = Some(next.clone());
        Some(next)
    }
}
