//! Which message goes where: one line per request.

use std::{any::type_name, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use tower_lsp_server::{
    jsonrpc::{self, Id},
    ls_types::{
        Uri,
        notification::{self, Notification},
        request::{self, Request},
    },
};

use super::{
    documents::OpenDocument,
    judged::Judged,
    lifecycle,
    main_loop::{Incoming, fence},
    pending::Pending,
    state::{Documents, Phase, State},
    token_store::TokenStore,
};
use crate::{
    handlers::{self, document_uri::DocumentUri},
    lsp::client_features::ClientFeatures,
    workspace::Workspace,
};

/// What a handler may read. It belongs to one request and never changes.
pub struct Call {
    /// What the client can do.
    pub client: Arc<ClientFeatures>,
    /// Files, folders and environment.
    pub workspace: Arc<Workspace>,
    /// The open documents. Do not hold a guard while anything else is done.
    pub documents: Arc<Documents>,
    /// The tokens that clients have.
    pub tokens: Arc<TokenStore>,
    /// What clients know of closed documents.
    pub judged: Arc<Judged>,
    pending: Pending,
}

impl Call {
    /// An error as soon as nobody wants the answer any more; long work asks now and then.
    pub fn check(&self) -> jsonrpc::Result<()> {
        if self.pending.is_settled() {
            Err(jsonrpc::Error::request_cancelled())
        } else {
            Ok(())
        }
    }
}

/// A request of the client.
pub fn request(state: &mut State, request: Incoming) {
    let refusal = match (state.phase, &*request.method) {
        (Phase::Uninitialized, "initialize") => return lifecycle::initialize(state, &request),
        (Phase::Uninitialized, _) => Some(not_initialized()),
        (Phase::Running, "shutdown") => return lifecycle::shutdown(state, &request.id),
        (Phase::Running, "initialize" | "") | (Phase::ShutDown, _) => {
            Some(jsonrpc::Error::invalid_request())
        }
        (Phase::Running, _) => None,
    };
    if let Some(error) = refusal {
        return state.refuse(&request.id, error);
    }
    let mut router = Router {
        state,
        request: Some(request),
    };
    router
        .document::<request::Completion>(handlers::completion::handle)
        .document::<request::HoverRequest>(handlers::hover::handle)
        .written::<request::DocumentSymbolRequest, _>(handlers::symbols::handle)
        .document::<request::GotoDefinition>(handlers::names::go_to_definition)
        .document::<request::References>(handlers::names::references)
        .document::<request::DocumentHighlightRequest>(handlers::names::highlights)
        .document::<request::PrepareRenameRequest>(handlers::rename::prepare)
        .document::<request::Rename>(handlers::rename::rename)
        .document::<request::InlayHintRequest>(handlers::hints::handle)
        .document::<request::CodeActionRequest>(handlers::actions::handle)
        .document::<request::CodeLensRequest>(handlers::lenses::handle)
        .document::<request::DocumentLinkRequest>(handlers::links::handle)
        .document::<request::LinkedEditingRange>(handlers::names::linked_editing)
        .document::<request::FoldingRangeRequest>(handlers::folding::handle)
        .document::<request::SelectionRangeRequest>(handlers::selection::handle)
        .document::<request::Formatting>(handlers::formatting::document)
        .document::<request::RangeFormatting>(handlers::formatting::range)
        .document::<request::OnTypeFormatting>(handlers::formatting::on_type)
        .written::<request::SemanticTokensFullRequest, _>(handlers::tokens::full)
        .written::<request::SemanticTokensFullDeltaRequest, _>(handlers::tokens::delta)
        .document::<request::SemanticTokensRangeRequest>(handlers::tokens::range)
        .document::<request::DocumentDiagnosticRequest>(handlers::diagnostic::document)
        .workspace::<request::ResolveCompletionItem>(handlers::completion::resolve)
        .workspace::<request::WorkspaceSymbolRequest>(handlers::workspace_symbols::handle)
        .workspace::<request::CodeLensResolve>(handlers::lenses::resolve)
        .workspace::<request::WorkspaceDiagnosticRequest>(handlers::diagnostic::workspace)
        .workspace::<handlers::extensions::Status>(handlers::extensions::status)
        .workspace::<handlers::extensions::Explain>(handlers::extensions::explain);
    if handlers::debug::is_enabled() {
        router.workspace::<handlers::debug::Panic>(handlers::debug::panic);
        router.workspace::<handlers::debug::PanicIn>(handlers::debug::panic_in);
        router.document::<handlers::debug::Version>(handlers::debug::version);
        router.workspace::<handlers::debug::Sleep>(handlers::debug::sleep);
    }
    router.finish();
}

fn not_initialized() -> jsonrpc::Error {
    jsonrpc::Error {
        message: "the server is not initialized".into(),
        ..jsonrpc::Error::new((-32002).into())
    }
}

struct Router<'s> {
    state: &'s mut State,
    request: Option<Incoming>,
}

impl Router<'_> {
    fn is<R: Request>(&self) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| *request.method == *R::METHOD)
    }

    /// A request about one open document, answered from the text as it was when the request arrived.
    fn document<R>(
        &mut self,
        handler: fn(&Call, &OpenDocument, R::Params) -> jsonrpc::Result<R::Result>,
    ) -> &mut Self
    where
        R: Request,
        R::Params: DocumentUri,
    {
        self.written::<R, R::Result>(handler)
    }

    /// The same for a handler whose result has a form of its own, which is written as `R` wants it.
    fn written<R, T: Serialize + 'static>(
        &mut self,
        handler: fn(&Call, &OpenDocument, R::Params) -> jsonrpc::Result<T>,
    ) -> &mut Self
    where
        R: Request,
        R::Params: DocumentUri,
    {
        if !self.is::<R>() {
            return self;
        }
        if let Some((request, params)) = self.params::<R>() {
            let uri = params.document_uri().clone();
            match self.state.document_at(&uri) {
                Ok(document) => {
                    self.spawn::<R, T>(request, move |call| handler(call, &document, params))
                }
                Err(error) => self.state.refuse(&request.id, error),
            }
        }
        self
    }

    /// A request about no document, or about several.
    fn workspace<R>(
        &mut self,
        handler: fn(&Call, R::Params) -> jsonrpc::Result<R::Result>,
    ) -> &mut Self
    where
        R: Request,
    {
        if !self.is::<R>() {
            return self;
        }
        if let Some((request, params)) = self.params::<R>() {
            for uri in self.state.unsettled.clone() {
                self.state.settle(&uri);
            }
            for uri in self.state.stale.clone() {
                self.state.freshen(&uri);
            }
            self.spawn::<R, R::Result>(request, move |call| handler(call, params));
        }
        self
    }

    fn params<R: Request>(&mut self) -> Option<(Incoming, R::Params)> {
        let mut request = self.request.take()?;
        match read::<R::Params>(request.params.take()) {
            Ok(params) => Some((request, params)),
            Err(message) => {
                self.state
                    .refuse(&request.id, jsonrpc::Error::invalid_params(message));
                None
            }
        }
    }

    fn spawn<R: Request, T: Serialize>(
        &mut self,
        request: Incoming,
        work: impl FnOnce(&Call) -> jsonrpc::Result<T> + Send + 'static,
    ) {
        let Incoming { id, held, .. } = request;
        let Some(pending) = self.state.expect_answer(id) else {
            return;
        };
        let call = Call {
            client: self.state.features.clone(),
            workspace: self.state.workspace.clone(),
            documents: self.state.documents.clone(),
            tokens: self.state.tokens.clone(),
            judged: self.state.judged.clone(),
            pending: pending.clone(),
        };
        // The worker answers by itself; the main loop only has to hear of it.
        let run = move || {
            // Who does not read gets no more to read.
            call.pending.wait_for_room();
            let result = call.check().and_then(|()| work(&call));
            call.pending.answer(&result);
            drop(held);
        };
        let then = move |state: &mut State, result: Option<()>| {
            if result.is_none() {
                pending.answer(&jsonrpc::Result::<()>::Err(panicked()));
            }
            state.forget(&pending);
        };
        if ABOUT_THE_WORKSPACE.contains(&R::METHOD) {
            self.state.spawn_aside(R::METHOD, run, then);
        } else {
            self.state.spawn(R::METHOD, run, then);
        }
    }

    fn finish(self) {
        if let Some(request) = self.request {
            let mut error = jsonrpc::Error::method_not_found();
            error.message = format!("`{}` is not known to this server", request.method).into();
            self.state.refuse(&request.id, error);
        }
    }
}

/// What may wait for the index, or for many files: nobody who types waits behind it.
const ABOUT_THE_WORKSPACE: [&str; 5] = [
    request::CodeLensResolve::METHOD,
    request::References::METHOD,
    request::Rename::METHOD,
    request::WorkspaceSymbolRequest::METHOD,
    request::WorkspaceDiagnosticRequest::METHOD,
];

fn panicked() -> jsonrpc::Error {
    jsonrpc::Error {
        message: "this request hit a defect in the server, which goes on; its log says where"
            .into(),
        ..jsonrpc::Error::internal_error()
    }
}

/// Answers a request that the main loop has hit a defect in, unless it was answered before.
pub fn answer_for_panicked(state: &mut State, id: &Id) {
    if !state.fail(id, panicked()) {
        state.refuse(id, panicked());
    }
}

impl State {
    /// Answers a request at once with an error.
    pub fn refuse(&self, id: &Id, error: jsonrpc::Error) {
        self.client.answer(id, &jsonrpc::Result::<()>::Err(error));
    }

    /// The document as it is now, edits that wait included.
    fn document_at(&mut self, uri: &Uri) -> jsonrpc::Result<Arc<OpenDocument>> {
        // What the document extends may be edited as well.
        for edited in self.unsettled.clone() {
            self.settle(&edited);
        }
        self.freshen(uri);
        if let Some(document) = self.documents.get(uri) {
            return Ok(document.value().clone());
        }
        if self.texts.get(uri).is_some_and(|text| text.is_lost()) {
            return Err(jsonrpc::Error::content_modified());
        }
        Err(jsonrpc::Error::invalid_params("the document is not open"))
    }
}

/// Something the client says without wanting an answer.
pub fn notification(state: &mut State, method: &str, params: Option<Box<RawValue>>) {
    if method == "exit" {
        return lifecycle::end(state);
    }
    if state.phase != Phase::Running {
        return;
    }
    let known = Notice {
        state,
        method,
        params: Some(params),
    }
    .on::<notification::DidOpenTextDocument>(handlers::sync::did_open)
    .on::<notification::DidChangeTextDocument>(handlers::sync::did_change)
    .on::<notification::DidSaveTextDocument>(handlers::sync::did_save)
    .on::<notification::DidCloseTextDocument>(handlers::sync::did_close)
    .on::<notification::DidChangeWatchedFiles>(handlers::sync::watched_files)
    .on::<notification::DidChangeWorkspaceFolders>(|state, params| {
        lifecycle::folders_changed(state, &params.event.added, &params.event.removed);
    })
    .on::<notification::DidChangeConfiguration>(|state, params| {
        lifecycle::configuration_changed(state, &params.settings);
    })
    .on::<notification::Initialized>(|state, _| lifecycle::initialized(state))
    .raw("$/cancelRequest", |state, params| {
        if let Some(Ok(id)) = params
            .get("id")
            .map(|id| serde_json::from_value::<Id>(id.clone()))
        {
            state.cancel(&id);
        }
    })
    .raw("$/setTrace", |_, _| {})
    .done();
    if !known {
        tracing::debug!("`{method}` is not known to this server");
    }
}

struct Notice<'s> {
    state: &'s mut State,
    method: &'s str,
    params: Option<Option<Box<RawValue>>>,
}

impl Notice<'_> {
    fn on<N: Notification>(mut self, handler: fn(&mut State, N::Params)) -> Self {
        if self.method == N::METHOD
            && let Some(params) = self.params.take()
        {
            match read::<N::Params>(params) {
                Ok(params) => {
                    let state = &mut *self.state;
                    fence(N::METHOD, || handler(state, params));
                }
                Err(message) => tracing::warn!("{}: {message}", N::METHOD),
            }
        }
        self
    }

    fn raw(mut self, method: &str, handler: fn(&mut State, Value)) -> Self {
        if self.method == method
            && let Some(params) = self.params.take()
        {
            handler(self.state, read(params).unwrap_or_default());
        }
        self
    }

    fn done(self) -> bool {
        self.params.is_none()
    }
}

/// Parameters of a message; those that have none may be missing or `null`. The message of an error names no content.
pub fn read<T: DeserializeOwned>(params: Option<Box<RawValue>>) -> Result<T, String> {
    serde_json::from_str(params.as_deref().map_or("null", RawValue::get)).map_err(|error| {
        let wanted = type_name::<T>().rsplit("::").next().unwrap_or_default();
        match error.classify() {
            // A message of serde quotes values, and values may be secret; a missing field is named, though.
            serde_json::error::Category::Data if error.to_string().starts_with("missing field") => {
                error.to_string()
            }
            _ => format!("the parameters are no `{wanted}`"),
        }
    })
}
