//! The views that the client shows: it is told when one of them is to be read again.

use std::sync::Arc;

use tower_lsp_server::ls_types::Uri;

use crate::{
    lsp::views::{TextDocumentContentParams, TextDocumentContentRefresh, View},
    session::{
        state::State,
        viewed_documents::{MOST, Viewed},
    },
};

impl State {
    /// The client reads a view.
    pub(crate) fn view_read(&mut self, uri: &Uri) {
        if !self.features.shows_content {
            return;
        }
        let Some(view) = View::of_uri(uri) else {
            return;
        };
        let views = &mut self.viewed.0;
        views.retain(|viewed| viewed.uri != *uri);
        if views.len() >= MOST {
            views.remove(0);
        }
        // A page never changes.
        let Some(source) = view.source().cloned() else {
            return;
        };
        let open = self.open.get(&source);
        views.push(Viewed {
            uri: uri.clone(),
            shown: open.and_then(|open| open.snapshot.as_ref().map(Arc::downgrade)),
            source,
            told: false,
        });
    }

    /// Tells the client which views have changed since it has read them.
    pub(crate) fn refresh_views(&mut self) {
        let mut changed = Vec::new();
        for viewed in &mut self.viewed.0 {
            if viewed.told {
                continue;
            }
            let open = self.open.get(&viewed.source);
            let now = open.and_then(|open| open.snapshot.as_ref());
            let is_same = match (now, &viewed.shown) {
                (Some(now), Some(shown)) => std::ptr::eq(Arc::as_ptr(now), shown.as_ptr()),
                (None, None) => true,
                _ => false,
            };
            // Who pulls diagnostics has stale documents resolved by asking about them.
            let is_stale =
                self.features.pulls_diagnostics && open.is_some_and(|open| open.status.stale);
            if !is_same || is_stale {
                viewed.told = true;
                changed.push(viewed.uri.clone());
            }
        }
        for uri in changed {
            let params = TextDocumentContentParams { uri };
            self.client
                .request::<TextDocumentContentRefresh>(params, |_, _| {});
        }
    }
}
