//! What is remembered of the views that the client shows.

use std::sync::Weak;

use tower_lsp_server::ls_types::Uri;

use crate::workspace::document::DocumentSnapshot;

/// More views than this are not followed: the protocol does not say when a client closes one.
pub(crate) const MOST: usize = 64;

/// A view that the client has read.
pub(crate) struct Viewed {
    pub(crate) uri: Uri,
    pub(crate) source: Uri,
    /// The document as the view shows it.
    pub(crate) shown: Option<Weak<DocumentSnapshot>>,
    /// The client knows that it has changed. Until it reads it again there is nothing more to say.
    pub(crate) told: bool,
}

/// The views that the client has read, the last one at the end.
#[derive(Default)]
pub(crate) struct ViewedDocuments(pub(crate) Vec<Viewed>);
