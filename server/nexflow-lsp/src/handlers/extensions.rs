//! Requests beyond the protocol: `nexflow/status` and `nexflow/explain`, specified in `docs/protocol-extensions.md`.

use nexflow_analysis::explain_rule;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{Position, TextDocumentIdentifier, Uri, request::Request},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// What the server's capabilities say of the extensions (`experimental`).
pub fn capabilities() -> Value {
    json!({"nexflow": {"status": true, "explain": true}})
}

/// `nexflow/status`.
pub enum Status {}

impl Request for Status {
    type Params = StatusParams;
    type Result = Option<StatusResult>;
    const METHOD: &'static str = "nexflow/status";
}

/// Parameters of [`Status`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusParams {
    text_document: TextDocumentIdentifier,
}

/// Answer of [`Status`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_uri: Option<String>,
    unresolved: usize,
    version: i32,
}

/// The document's environment, base and open variables. Its document may have been closed since the client asked.
pub fn status(call: &Call, params: StatusParams) -> jsonrpc::Result<Option<StatusResult>> {
    Ok(open(call, &params.text_document.uri).map(|document| {
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

fn open(call: &Call, uri: &Uri) -> Option<std::sync::Arc<OpenDocument>> {
    call.documents
        .get(uri)
        .map(|document| document.value().clone())
}

/// `nexflow/explain`.
pub enum Explain {}

impl Request for Explain {
    type Params = ExplainParams;
    type Result = Option<ExplainResult>;
    const METHOD: &'static str = "nexflow/explain";
}

/// Parameters of [`Explain`]: a rule, or a position of a document.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum ExplainParams {
    /// A rule by its id.
    Rule {
        /// The id.
        rule: String,
    },
    /// The field at a position.
    #[serde(rename_all = "camelCase")]
    At {
        /// The document.
        text_document: TextDocumentIdentifier,
        /// The position.
        position: Position,
    },
}

/// Answer of [`Explain`].
#[derive(Serialize, Deserialize)]
pub struct ExplainResult {
    title: String,
    markdown: String,
}

/// What the reference says about a rule or a field.
pub fn explain(call: &Call, params: ExplainParams) -> jsonrpc::Result<Option<ExplainResult>> {
    let explanation = match params {
        ExplainParams::Rule { rule } => explain_rule(&rule),
        ExplainParams::At {
            text_document,
            position,
        } => open(call, &text_document.uri).and_then(|document| {
            let offset = convert::offset(document.document.rope(), position, document.encoding);
            nexflow_analysis::explain_at(document.snapshot(), offset)
        }),
    };
    Ok(explanation.map(|explanation| ExplainResult {
        title: explanation.title,
        markdown: explanation.markdown,
    }))
}
