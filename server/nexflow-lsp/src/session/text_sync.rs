//! How the texts of open documents follow the editor's.

use std::sync::Arc;

use tower_lsp_server::ls_types::Uri;

use super::{buffer::DesyncReason, state::State};
use crate::panics::fence;

impl State {
    /// Parses the pending edits of all documents, so that a request sees exactly the texts at its arrival.
    pub(crate) fn flush_all_edits(&mut self) {
        for uri in self.open.with(|status| status.edits_pending) {
            self.flush_edits(&uri);
        }
    }

    fn flush_edits(&mut self, uri: &Uri) {
        let Some(document) = self.open.get_mut(uri) else {
            return;
        };
        document.status.edits_pending = false;
        let flushed = fence("parse", || {
            document
                .buffer
                .flush_edits(&self.workspace, self.features.encoding)
        });
        let Some(snapshot) = flushed.map(Arc::new) else {
            return self.mark_desynced(uri, &DesyncReason::Defect);
        };
        document.snapshot = Some(snapshot.clone());
        document.status.stale = false;
        document.status.dirty = true;
        self.refresh_dependents(&snapshot);
    }

    /// Drops a document until the editor sends all of its text, rather than checking something that nobody wrote.
    pub(crate) fn mark_desynced(&mut self, uri: &Uri, reason: &DesyncReason) {
        let Some(document) = self.open.get_mut(uri) else {
            return;
        };
        match reason {
            DesyncReason::Version { had, got } => {
                tracing::error!(
                    "an edit has version {got} after version {had}; the document is dropped"
                );
            }
            DesyncReason::Range => {
                tracing::error!("an edit is outside the text; the document is dropped");
            }
            DesyncReason::Defect => {
                tracing::error!("an edit hit a defect; the document is dropped");
            }
        }
        document.buffer.mark_desynced();
        document.snapshot = None;
        let checking = document.status.checking;
        let reported = std::mem::take(&mut document.status).desync_reported;
        document.status.checking = checking;
        document.status.desync_reported = true;
        self.clear_diagnostics(uri);
        if !reported {
            let name = uri
                .path()
                .as_str()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_string();
            self.warn(&format!(
                "The editor and nexflow-lsp do not agree on the text of {name}. It is checked again once it is saved or reopened."
            ));
        }
    }
}
