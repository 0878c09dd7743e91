//! Requests beyond the protocol: `nexflow/status` and `nexflow/explain`, specified in `docs/protocol-extensions.md`.

use nexflow_analysis::explain_rule;
use tower_lsp_server::{jsonrpc, ls_types::Uri};

use crate::{
    lsp::extensions::{ExplainParams, ExplainResult, StatusParams, StatusResult},
    session::context::RequestContext,
    text,
    workspace::document::DocumentSnapshot,
};

/// The document's environment, base and open variables. Its document may have been closed since the client asked.
pub(crate) fn status(
    context: &RequestContext,
    params: StatusParams,
) -> jsonrpc::Result<Option<StatusResult>> {
    Ok(open(context, &params.text_document.uri).map(|document| {
        let status = nexflow_analysis::status(document.snapshot());
        StatusResult {
            environment: status.environment,
            base: status.base,
            base_uri: status.base_uri,
            unresolved: status.unresolved,
            version: document.version,
        }
    }))
}

fn open(context: &RequestContext, uri: &Uri) -> Option<std::sync::Arc<DocumentSnapshot>> {
    context.documents.get(uri).cloned()
}

/// What the reference says about a rule or a field.
pub(crate) fn explain(
    context: &RequestContext,
    params: ExplainParams,
) -> jsonrpc::Result<Option<ExplainResult>> {
    let explanation = match params {
        ExplainParams::Rule { rule } => explain_rule(&rule),
        ExplainParams::At {
            text_document,
            position,
        } => open(context, &text_document.uri).and_then(|document| {
            let offset = text::offset(document.document.rope(), position, document.encoding);
            nexflow_analysis::explain_at(document.snapshot(), offset)
        }),
    };
    Ok(explanation.map(|explanation| ExplainResult {
        title: explanation.title,
        markdown: explanation.markdown,
    }))
}
