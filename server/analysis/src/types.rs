//! What the features return: plain data in byte offsets and editor terms.
#![allow(missing_docs)]
use nexflow_catalog::{Applicability, FlinkVersion, Severity};
use nexflow_syntax::{TextEdit, TextRange};
use serde::{Deserialize, Serialize};

/// One diagnostic.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The rule's id; stable for ever.
    pub code: &'static str,
    pub severity: Severity,
    pub range: TextRange,
    pub message: String,
    pub related: Vec<Related>,
    pub tag: Option<Tag>,
    /// The fields whose absence it is about, by their paths from the block that lacks them. Fixes are worked out from this, never
    /// from the message.
    pub missing: Vec<String>,
    /// Its message says what to do, as others of its rule do not.
    pub advises: bool,
    /// The versions of Flink that it is about, where several were checked and it is not about all of them.
    pub versions: Vec<FlinkVersion>,
    /// The field that is absent or inherited here, by its path in the catalog: the token is only the nearest one around it.
    pub absent: Option<&'static str>,
    /// A baseline has it, so that it fails nothing.
    pub recorded: bool,
    /// Edits that fix it; filled only where they are asked for.
    pub fixes: Vec<Fix>,
}

/// An edit of the document that fixes a diagnostic.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, imperative.
    pub title: String,
    pub edits: Vec<TextEdit>,
    /// The one that a user most likely wants.
    pub preferred: bool,
    /// How sure it is.
    pub applicability: Applicability,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Deprecated,
    Unnecessary,
}

/// A second place that matters. `file` is `None` for the document itself, else an index that the caller's `Host` knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    pub file: Option<String>,
    /// In a file that is no document (an env file, the project file): the zero-based line, in place of the range.
    pub line: Option<u32>,
    pub range: TextRange,
    pub message: String,
}

/// Markdown about the thing at `range`.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    pub range: TextRange,
    pub markdown: String,
}

/// What a completion is about. It survives a way to the client and back, so that the words can be asked for later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
    /// Nothing more is to be said.
    #[default]
    Nothing,
    /// These words.
    Text(String),
    /// A field, by its number in the catalog.
    Field(u16),
    /// A field in one sentence.
    Brief(u16),
    /// A value, in words and by the number of the field that it is for.
    Value(String, u16),
    /// A rule by its id.
    Rule(String),
    /// A snippet by its number in the catalog.
    Snippet(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CompletionItem {
    pub label: String,
    /// Short text behind the label (kind, default).
    pub detail: String,
    /// What its documentation is about.
    pub about: About,
    pub kind: CompletionKind,
    /// What is replaced.
    pub replace: TextRange,
    /// What is inserted. With `snippet`, `$1` and `${1:x}` are tab stops; `plain` is for clients without snippets.
    pub insert: String,
    pub snippet: bool,
    pub plain: String,
    pub filter: String,
    /// Orders the list; smaller comes first.
    pub sort: String,
    pub preselect: bool,
    pub deprecated: bool,
    /// The place takes nothing but what is listed, and a flow collection goes on behind it: `,` and the closing bracket accept.
    pub ends_in_flow: bool,
    /// Ask for completion again once it is inserted (a key whose value can be completed).
    pub retrigger: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    Section,
    Field,
    Name,
    EnumValue,
    Value,
    Variable,
    Snippet,
    Rule,
}

/// A set of edits to one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Edits(pub Vec<TextEdit>);
