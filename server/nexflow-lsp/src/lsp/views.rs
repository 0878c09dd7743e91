//! Views: read-only documents that the server makes of others, and that follow each edit. Their URIs say what they show; see
//! `docs/protocol-extensions.md`. A client shows them by `workspace/textDocumentContent` of LSP 3.18.

use serde::{Deserialize, Serialize};
use tower_lsp_server::ls_types::{Uri, request::Request};

use super::extensions::RenderParams;

/// The scheme of views.
pub(crate) const SCHEME: &str = "nexflow-view";

/// What a view shows: the query of its URI, as JSON. The path is for people.
#[derive(Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "camelCase")]
pub(crate) enum View {
    /// What a document becomes.
    Render(RenderParams),
    /// The page of a rule.
    Page {
        /// Its id.
        rule: String,
    },
}

impl View {
    /// What the URI of a view says.
    pub(crate) fn of_uri(uri: &Uri) -> Option<View> {
        if !is_view(uri) {
            return None;
        }
        let query = uri.query()?.decode().to_string().ok()?;
        serde_json::from_str(&query).ok()
    }

    /// The document that it shows something of, if of any.
    pub(crate) fn source(&self) -> Option<&Uri> {
        match self {
            View::Render(params) => Some(&params.text_document.uri),
            View::Page { .. } => None,
        }
    }

    /// The URI of a rule's page.
    pub(crate) fn of_rule(id: &str) -> Option<Uri> {
        const OPEN: &str = "%7B%22view%22%3A%22page%22%2C%22rule%22%3A%22";
        format!("{SCHEME}:/rules/{id}.md?{OPEN}{id}%22%7D")
            .parse()
            .ok()
    }
}

/// Whether a URI is that of a view.
pub(crate) fn is_view(uri: &Uri) -> bool {
    uri.scheme().as_str().eq_ignore_ascii_case(SCHEME)
}

/// `workspace/textDocumentContent`: the text of a view.
pub(crate) enum TextDocumentContent {}

impl Request for TextDocumentContent {
    type Params = TextDocumentContentParams;
    type Result = TextDocumentContentResult;
    const METHOD: &'static str = "workspace/textDocumentContent";
}

/// Parameters of [`TextDocumentContent`] and of [`TextDocumentContentRefresh`].
#[derive(Serialize, Deserialize)]
pub(crate) struct TextDocumentContentParams {
    pub(crate) uri: Uri,
}

/// Answer of [`TextDocumentContent`].
#[derive(Serialize, Deserialize)]
pub(crate) struct TextDocumentContentResult {
    pub(crate) text: String,
}

/// `workspace/textDocumentContent/refresh`: the client is to ask again.
pub(crate) enum TextDocumentContentRefresh {}

impl Request for TextDocumentContentRefresh {
    type Params = TextDocumentContentParams;
    type Result = ();
    const METHOD: &'static str = "workspace/textDocumentContent/refresh";
}
