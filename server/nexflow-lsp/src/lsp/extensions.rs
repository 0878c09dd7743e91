//! What the server offers beyond the protocol, specified in `docs/protocol-extensions.md`: requests and kinds of code actions.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    CodeActionKind, Position, TextDocumentIdentifier, request::Request,
};

/// Everything that is safe, at once.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.nexflow");

/// Applies a tuning profile.
pub(crate) const PROFILE: CodeActionKind = CodeActionKind::new("refactor.rewrite.nexflow.profile");

/// What the server's capabilities say of the extensions (`experimental`).
pub(crate) fn capabilities() -> Value {
    json!({"nexflow": {"status": true, "explain": true, "render": true, "import": true}})
}

/// `nexflow/status`.
pub(crate) enum Status {}

impl Request for Status {
    type Params = StatusParams;
    type Result = Option<StatusResult>;
    const METHOD: &'static str = "nexflow/status";
}

/// Parameters of [`Status`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusParams {
    pub(crate) text_document: TextDocumentIdentifier,
}

/// Answer of [`Status`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_uri: Option<String>,
    pub(crate) unresolved: usize,
    pub(crate) version: i32,
}

/// `nexflow/explain`.
pub(crate) enum Explain {}

impl Request for Explain {
    type Params = ExplainParams;
    type Result = Option<ExplainResult>;
    const METHOD: &'static str = "nexflow/explain";
}

/// Parameters of [`Explain`]: a rule, or a position of a document.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum ExplainParams {
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
pub(crate) struct ExplainResult {
    pub(crate) title: String,
    pub(crate) markdown: String,
}

/// `nexflow/render`.
pub(crate) enum Render {}

impl Request for Render {
    type Params = RenderParams;
    type Result = Option<RenderResult>;
    const METHOD: &'static str = "nexflow/render";
}

/// What a document is rendered as.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RenderForm {
    L5,
    #[default]
    Flink,
    Conf,
    Args,
    Flinkdeployment,
    /// What has changed since the revision that the settings name.
    Plan,
}

/// Parameters of [`Render`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RenderParams {
    pub(crate) text_document: TextDocumentIdentifier,
    #[serde(default, rename = "as")]
    pub(crate) form: RenderForm,
    pub(crate) flink_version: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) process: Option<String>,
    pub(crate) backend: Option<String>,
    pub(crate) checkpoint: Option<String>,
    #[serde(default)]
    pub(crate) explain: bool,
    #[serde(default)]
    pub(crate) all: bool,
}

/// Answer of [`Render`].
#[derive(Serialize, Deserialize)]
pub(crate) struct RenderResult {
    pub(crate) text: String,
    pub(crate) sources: Vec<RenderedSource>,
    /// Three numbers for each line that comes from somewhere.
    pub(crate) origins: Vec<u32>,
    pub(crate) folds: Vec<RenderedFold>,
    pub(crate) problems: Vec<String>,
    pub(crate) version: i32,
}

/// Lines of a [`RenderResult`] that can be folded away.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RenderedFold {
    pub(crate) start_line: u32,
    pub(crate) end_line: u32,
}

/// What lines of a [`RenderResult`] come from.
#[derive(Serialize, Deserialize)]
pub(crate) struct RenderedSource {
    pub(crate) uri: String,
    pub(crate) via: String,
}

/// `nexflow/import`.
pub(crate) enum Import {}

impl Request for Import {
    type Params = ImportParams;
    type Result = Option<ImportResult>;
    const METHOD: &'static str = "nexflow/import";
}

/// Parameters of [`Import`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportParams {
    pub(crate) text: String,
    pub(crate) file_name: Option<String>,
    pub(crate) flink_version: Option<String>,
}

/// Answer of [`Import`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportResult {
    pub(crate) text: String,
    pub(crate) without_field: Vec<String>,
    pub(crate) secrets: Vec<String>,
}
