//! What the features return: plain data in byte offsets and editor terms.
#![allow(missing_docs)]
use nexflow_catalog::Severity;
use nexflow_syntax::{TextEdit, TextRange};

use crate::About;

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The rule's id; stable for ever.
    pub code: &'static str,
    pub severity: Severity,
    pub range: TextRange,
    pub message: String,
    pub related: Vec<Related>,
    pub tag: Option<Tag>,
    /// Edits that mend it; filled only where they are asked for.
    pub fixes: Vec<Fix>,
}

/// An edit of the document that mends a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, imperative.
    pub title: String,
    pub edits: Vec<TextEdit>,
    /// The one that a user most likely wants.
    pub preferred: bool,
    /// Certain enough to be applied without a look.
    pub safe: bool,
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
    pub range: TextRange,
    pub message: String,
}

/// Markdown about the thing at `range`.
#[derive(Clone, Debug, PartialEq)]
pub struct Hover {
    pub range: TextRange,
    pub markdown: String,
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
