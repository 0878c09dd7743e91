//! What the handler of a request may read.

use std::sync::Arc;

use tower_lsp_server::{jsonrpc, ls_types::Uri};

use crate::{
    lsp::client_features::ClientFeatures,
    session::{
        open_documents::Snapshots, sent_tokens::SentTokens,
        workspace_diagnostics::WorkspaceDiagnosticsCache,
    },
    transport::responder::Responder,
    workspace::{Workspace, paths},
};

/// What a handler may read. It belongs to one request and never changes.
pub(crate) struct RequestContext {
    /// What the client can do.
    pub(crate) client: Arc<ClientFeatures>,
    /// Files, folders and environment.
    pub(crate) workspace: Arc<Workspace>,
    /// The open documents as they were when the request arrived.
    pub(crate) documents: Snapshots,
    /// The semantic tokens that the client has of the document that the request is about.
    pub(crate) tokens: Arc<SentTokens>,
    /// What clients know of closed documents.
    pub(crate) workspace_diagnostics: Arc<WorkspaceDiagnosticsCache>,
    pub(crate) responder: Responder,
}

impl RequestContext {
    /// The client's number of a text that is open.
    pub(crate) fn version(&self, uri: &Uri) -> Option<i32> {
        let document = self.documents.get(uri).map(|document| document.version);
        document.or_else(|| {
            let process = self.workspace.open_process(&paths::of_uri(uri)?)?;
            process.version
        })
    }

    /// An error as soon as nobody wants the answer any more; long work asks now and then.
    pub(crate) fn check(&self) -> jsonrpc::Result<()> {
        if self.responder.is_answered() {
            Err(jsonrpc::Error::request_cancelled())
        } else {
            Ok(())
        }
    }
}
