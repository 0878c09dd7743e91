//! Which message goes where: one line per request.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tower_lsp_server::{
    jsonrpc::{self, Id},
    ls_types::{
        Uri,
        notification::{self, Notification},
        request::{self, Request},
    },
};

use crate::{
    handlers::{self, lifecycle},
    lsp::{
        document_uri::DocumentUri,
        extensions, params,
        views::{self, TextDocumentContent, View},
    },
    panics::{self, fence},
    session::{
        configuration,
        context::RequestContext,
        sent_tokens::SentTokens,
        state::{Lane, Phase, State},
    },
    transport::{IncomingRequest, responder::Responder},
    workspace::{document::DocumentSnapshot, open_process::ProcessText, paths},
};

/// A request of the client.
pub(crate) fn request(state: &mut State, request: IncomingRequest) {
    let refusal = match (state.phase, &*request.method) {
        (Phase::Uninitialized, "initialize") => return lifecycle::initialize(state, &request),
        (Phase::Uninitialized, _) => Some(not_initialized()),
        (Phase::Running, "shutdown") => return lifecycle::shutdown(state, &request.responder),
        (Phase::Running, "initialize" | "") | (Phase::ShutDown, _) => {
            Some(jsonrpc::Error::invalid_request())
        }
        (Phase::Running, _) => None,
    };
    if let Some(error) = refusal {
        request.responder.fail(error);
        return;
    }
    let mut dispatcher = RequestDispatcher {
        state,
        request: Some(request),
    };
    dispatcher
        .content()
        .view::<request::DocumentLinkRequest>(handlers::views::links)
        .view::<request::GotoDefinition>(handlers::views::go_to_definition)
        .view::<request::FoldingRangeRequest>(handlers::views::folds)
        .document::<request::Completion>(handlers::completion::handle)
        .process::<request::HoverRequest>(handlers::processes::hover)
        .document::<request::HoverRequest>(handlers::hover::handle)
        .document::<request::DocumentSymbolRequest>(handlers::document_symbols::handle)
        .process::<request::GotoDefinition>(handlers::processes::go_to_definition)
        .document::<request::GotoDefinition>(handlers::references::go_to_definition)
        .document::<request::TypeHierarchyPrepare>(handlers::type_hierarchy::prepare)
        .workspace::<request::TypeHierarchySupertypes>(handlers::type_hierarchy::supertypes)
        .workspace::<request::TypeHierarchySubtypes>(handlers::type_hierarchy::subtypes)
        .process::<request::References>(handlers::processes::references)
        .document::<request::References>(handlers::references::references)
        .process::<request::DocumentHighlightRequest>(handlers::processes::highlights)
        .document::<request::DocumentHighlightRequest>(handlers::references::highlights)
        .process::<request::PrepareRenameRequest>(handlers::processes::prepare)
        .document::<request::PrepareRenameRequest>(handlers::rename::prepare)
        .process::<request::Rename>(handlers::processes::rename)
        .document::<request::Rename>(handlers::rename::rename)
        .workspace::<request::WillRenameFiles>(handlers::rename_files::will_rename)
        .document::<request::InlayHintRequest>(handlers::inlay_hints::handle)
        .document::<request::CodeActionRequest>(handlers::code_actions::handle)
        .document::<request::CodeLensRequest>(handlers::code_lens::handle)
        .document::<request::DocumentLinkRequest>(handlers::document_links::handle)
        .document::<request::LinkedEditingRange>(handlers::references::linked_editing)
        .document::<request::FoldingRangeRequest>(handlers::folding::handle)
        .document::<request::SelectionRangeRequest>(handlers::selection::handle)
        .document::<request::Formatting>(handlers::formatting::document)
        .document::<request::RangeFormatting>(handlers::formatting::range)
        .document::<request::OnTypeFormatting>(handlers::formatting::on_type)
        .document::<request::SemanticTokensFullRequest>(handlers::semantic_tokens::full)
        .document::<request::SemanticTokensFullDeltaRequest>(handlers::semantic_tokens::delta)
        .document::<request::SemanticTokensRangeRequest>(handlers::semantic_tokens::range)
        .document::<request::DocumentDiagnosticRequest>(handlers::pull_diagnostics::document)
        .workspace::<request::ResolveCompletionItem>(handlers::completion::resolve)
        .workspace::<request::WorkspaceSymbolRequest>(handlers::workspace_symbols::handle)
        .workspace::<request::CodeLensResolve>(handlers::code_lens::resolve)
        .workspace::<request::WorkspaceDiagnosticRequest>(handlers::pull_diagnostics::workspace)
        .workspace::<extensions::Status>(handlers::extensions::status)
        .workspace::<extensions::Explain>(handlers::extensions::explain)
        .workspace::<extensions::Render>(handlers::flink::render)
        .workspace::<extensions::Import>(handlers::flink::import_text);
    if panics::are_tests_enabled() {
        dispatcher.workspace::<handlers::test_requests::Panic>(handlers::test_requests::panic);
        dispatcher.workspace::<handlers::test_requests::PanicIn>(handlers::test_requests::panic_in);
        dispatcher.document::<handlers::test_requests::Version>(handlers::test_requests::version);
        dispatcher.workspace::<handlers::test_requests::Sleep>(handlers::test_requests::sleep);
        dispatcher.workspace::<handlers::test_requests::Hold>(handlers::test_requests::hold);
    }
    dispatcher.finish();
}

fn not_initialized() -> jsonrpc::Error {
    jsonrpc::Error {
        message: "the server is not initialized".into(),
        ..jsonrpc::Error::new((-32002).into())
    }
}

struct RequestDispatcher<'s> {
    state: &'s mut State,
    request: Option<IncomingRequest>,
}

impl RequestDispatcher<'_> {
    fn is<R: Request>(&self) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| *request.method == *R::METHOD)
    }

    /// The text of a view. From here on the client is told when it changes.
    fn content(&mut self) -> &mut Self {
        if !self.is::<TextDocumentContent>() {
            return self;
        }
        if let Some((request, params)) = self.params::<TextDocumentContent>() {
            self.state.flush_all_edits();
            self.state.resolve_stale();
            self.state.view_read(&params.uri);
            self.spawn::<TextDocumentContent, _>(request, Arc::default(), move |context| {
                handlers::views::content(context, &params)
            });
        }
        self
    }

    /// A request about a view, where its URI is that of one.
    fn view<R>(
        &mut self,
        handler: fn(&RequestContext, &View, R::Params) -> jsonrpc::Result<R::Result>,
    ) -> &mut Self
    where
        R: Request,
        R::Params: DocumentUri,
    {
        let uri = |params: &Value| {
            let uri = params.pointer("/textDocument/uri")?.as_str()?;
            uri.parse::<Uri>().ok()
        };
        let of_request = || self.request.as_ref()?.params.as_ref().and_then(uri);
        if !self.is::<R>() || !of_request().is_some_and(|uri| views::is_view(&uri)) {
            return self;
        }
        if let Some((request, params)) = self.params::<R>() {
            let Some(view) = View::of_uri(params.document_uri()) else {
                request
                    .responder
                    .fail(jsonrpc::Error::invalid_params("there is no such view"));
                return self;
            };
            self.state.flush_all_edits();
            self.state.resolve_stale();
            self.spawn::<R, R::Result>(request, Arc::default(), move |context| {
                handler(context, &view, params)
            });
        }
        self
    }

    /// A request about one open document, answered from the text as it was when the request arrived.
    fn document<R>(
        &mut self,
        handler: fn(&RequestContext, &DocumentSnapshot, R::Params) -> jsonrpc::Result<R::Result>,
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
                Ok(document) if document.is_project_file() => {
                    let params = serde_json::to_value(&params).unwrap_or_default();
                    self.spawn::<R, Value>(request, Arc::default(), move |context| {
                        handlers::settings_file::answer(context, &document, R::METHOD, &params)
                    });
                }
                Ok(document) => {
                    let open = self.state.open.get(&uri);
                    let tokens = open.map(|open| open.tokens.clone()).unwrap_or_default();
                    self.spawn::<R, R::Result>(request, tokens, move |context| {
                        handler(context, &document, params)
                    });
                }
                Err(error) => {
                    request.responder.fail(error);
                }
            }
        }
        self
    }

    /// A request about a process file that is open, answered from the text as it was when the request arrived.
    fn process<R>(
        &mut self,
        handler: fn(&RequestContext, &ProcessText, R::Params) -> jsonrpc::Result<R::Result>,
    ) -> &mut Self
    where
        R: Request,
        R::Params: DocumentUri,
    {
        if !self.is::<R>() {
            return self;
        }
        let params = self
            .request
            .as_ref()
            .and_then(|request| request.params.clone());
        let file = params::read::<R::Params>(params).ok().and_then(|params| {
            let path = paths::of_uri(params.document_uri())?;
            self.state.workspace.open_process(&path)
        });
        let Some(file) = file else { return self };
        if let Some((request, params)) = self.params::<R>() {
            self.state.flush_all_edits();
            self.state.resolve_stale();
            self.spawn::<R, R::Result>(request, Arc::default(), move |context| {
                handler(context, &file, params)
            });
        }
        self
    }

    /// A request about no document, or about several.
    fn workspace<R>(
        &mut self,
        handler: fn(&RequestContext, R::Params) -> jsonrpc::Result<R::Result>,
    ) -> &mut Self
    where
        R: Request,
    {
        if !self.is::<R>() {
            return self;
        }
        if let Some((request, params)) = self.params::<R>() {
            self.state.flush_all_edits();
            self.state.resolve_stale();
            self.spawn::<R, R::Result>(request, Arc::default(), move |context| {
                handler(context, params)
            });
        }
        self
    }

    fn params<R: Request>(&mut self) -> Option<(IncomingRequest, R::Params)> {
        let mut request = self.request.take()?;
        match params::read::<R::Params>(request.params.take()) {
            Ok(params) => Some((request, params)),
            Err(message) => {
                request
                    .responder
                    .fail(jsonrpc::Error::invalid_params(message));
                None
            }
        }
    }

    fn spawn<R: Request, T: Serialize>(
        &mut self,
        request: IncomingRequest,
        tokens: Arc<SentTokens>,
        work: impl FnOnce(&RequestContext) -> jsonrpc::Result<T> + Send + 'static,
    ) {
        let responder = request.responder;
        if !self.state.expect_answer(&responder) {
            return;
        }
        let context = RequestContext {
            client: self.state.features.clone(),
            workspace: self.state.workspace.clone(),
            documents: self.state.open.snapshots(),
            tokens,
            workspace_diagnostics: self.state.workspace_diagnostics.clone(),
            responder: responder.clone(),
        };
        // The worker answers by itself; the main loop only has to hear of it.
        let run = move || {
            // Back-pressure: no new answer while the client does not read.
            context.responder.wait_for_room();
            let result = context
                .check()
                .and_then(|()| handlers::test_requests::wait_if_held(&context, R::METHOD))
                .and_then(|()| work(&context));
            context.responder.answer(result);
        };
        let then = move |state: &mut State, result: Option<()>| {
            if result.is_none() {
                responder.fail(panicked());
            }
            state.forget(&responder);
        };
        self.state.spawn(lane(R::METHOD), R::METHOD, run, then);
    }

    fn finish(self) {
        if let Some(request) = self.request {
            let mut error = jsonrpc::Error::method_not_found();
            error.message = format!("`{}` is not known to this server", request.method).into();
            request.responder.fail(error);
        }
    }
}

/// Who a request may have to wait for. Whatever somebody waits for at the cursor looks at one place, and stands behind nothing that
/// looks at more.
fn lane(method: &str) -> Lane {
    match method {
        request::Completion::METHOD
        | request::ResolveCompletionItem::METHOD
        | request::HoverRequest::METHOD
        | request::OnTypeFormatting::METHOD
        | request::SelectionRangeRequest::METHOD => Lane::Cursor,
        request::DocumentDiagnosticRequest::METHOD => Lane::Diagnostics,
        request::CodeLensResolve::METHOD
        | request::References::METHOD
        | request::TypeHierarchySupertypes::METHOD
        | request::TypeHierarchySubtypes::METHOD
        | request::Rename::METHOD
        | request::WillRenameFiles::METHOD
        | request::WorkspaceSymbolRequest::METHOD
        | request::WorkspaceDiagnosticRequest::METHOD => Lane::Background,
        _ => Lane::Document,
    }
}

fn panicked() -> jsonrpc::Error {
    jsonrpc::Error {
        message: "this request hit a defect in the server, which goes on; its log says where"
            .into(),
        ..jsonrpc::Error::internal_error()
    }
}

/// Answers a request that the main loop has hit a defect in, unless it was answered before.
pub(crate) fn answer_for_panicked(responder: &Responder) {
    responder.fail(panicked());
}

impl State {
    /// The document as it is now, pending edits included.
    fn document_at(&mut self, uri: &Uri) -> jsonrpc::Result<Arc<DocumentSnapshot>> {
        // What the document extends may be edited as well.
        self.flush_all_edits();
        self.resolve_stale();
        match self.open.get(uri) {
            Some(document) => {
                let snapshot = document.snapshot.clone();
                snapshot.ok_or_else(jsonrpc::Error::content_modified)
            }
            None => Err(jsonrpc::Error::invalid_params("the document is not open")),
        }
    }
}

/// Something the client says without wanting an answer.
pub(crate) fn notification(state: &mut State, method: &str, params: Option<Value>) {
    if method == "exit" {
        return lifecycle::end(state);
    }
    if state.phase != Phase::Running {
        return;
    }
    let known = NotificationDispatcher {
        state,
        method,
        params: Some(params),
    }
    .on::<notification::DidOpenTextDocument>(handlers::notifications::did_open)
    .on::<notification::DidChangeTextDocument>(handlers::notifications::did_change)
    .on::<notification::DidSaveTextDocument>(handlers::notifications::did_save)
    .on::<notification::DidCloseTextDocument>(handlers::notifications::did_close)
    .on::<notification::DidChangeWatchedFiles>(handlers::notifications::watched_files)
    .on::<notification::DidCreateFiles>(|state, _| state.index_folders())
    .on::<notification::DidRenameFiles>(|state, _| state.index_folders())
    .on::<notification::DidDeleteFiles>(|state, _| state.index_folders())
    .on::<notification::DidChangeWorkspaceFolders>(|state, params| {
        configuration::folders_changed(state, &params.event.added, &params.event.removed);
    })
    .on::<notification::DidChangeConfiguration>(|state, params| {
        configuration::configuration_changed(state, &params.settings);
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

struct NotificationDispatcher<'s> {
    state: &'s mut State,
    method: &'s str,
    params: Option<Option<Value>>,
}

impl NotificationDispatcher<'_> {
    fn on<N: Notification>(mut self, handler: fn(&mut State, N::Params)) -> Self {
        if self.method == N::METHOD
            && let Some(params) = self.params.take()
        {
            match params::read::<N::Params>(params) {
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
            handler(self.state, params::read(params).unwrap_or_default());
        }
        self
    }

    fn done(self) -> bool {
        self.params.is_none()
    }
}
