//! The semantic tokens that clients have, so that later answers can be differences.

use dashmap::DashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tower_lsp_server::ls_types::{SemanticToken, Uri};

/// The last tokens per document.
#[derive(Default)]
pub struct TokenStore {
    next: AtomicU64,
    kept: DashMap<Uri, (String, Vec<SemanticToken>)>,
}

impl TokenStore {
    /// Keeps what a client is sent, and gives its name.
    pub fn keep(&self, uri: &Uri, tokens: Vec<SemanticToken>) -> String {
        let id = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        self.kept.insert(uri.clone(), (id.clone(), tokens));
        id
    }

    /// What a client was sent under this name, when it is the last that it was sent.
    pub fn take(&self, uri: &Uri, id: &str) -> Option<Vec<SemanticToken>> {
        self.kept
            .remove_if(uri, |_, (known, _)| known == id)
            .map(|(_, (_, tokens))| tokens)
    }

    /// Forgets a document that was closed.
    pub fn forget(&self, uri: &Uri) {
        self.kept.remove(uri);
    }
}
