//! What the analysis returns, as the protocol has it. The program has the same in `nexflow-lsp/src/lsp/to_proto.rs`, for clients of all
//! kinds; a test compares the diagnostics of both.

use nexflow_analysis::{
    Action, ActionKind, Change, CompletionItem, CompletionKind, Diagnostic, Fold, FoldKind,
    OutlineKind, OutlineNode, Snapshot, TOKEN_TYPES, Tag, Target, Token,
};
use nexflow_catalog::Severity;
use nexflow_syntax::TextEdit;
use ropey::Rope;
use serde_json::{Map, Value, json};

use crate::position::{line_and_column, range};

/// A diagnostic.
pub(crate) fn diagnostic(snapshot: &Snapshot, uri: &str, found: &Diagnostic) -> Value {
    let text = snapshot.document.rope();
    let mut out = json!({
        "range": range(text, found.range),
        "severity": match found.severity {
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Hint => 4,
        },
        "code": found.code,
        "source": "nexflow",
        "message": found.message,
    });
    let related = found.related.iter().filter_map(|related| {
        let (uri, range) = match (&related.file, related.line) {
            (Some(file), Some(line)) => {
                let start = json!({"line": line, "character": 0});
                (file.as_str(), json!({"start": start, "end": start}))
            }
            (None, _) => (uri, range(text, related.range)),
            (Some(file), None) => {
                let mut bases = snapshot.context.bases.iter();
                let base = bases.find(|base| base.uri == *file)?;
                (file.as_str(), range(base.document.rope(), related.range))
            }
        };
        Some(json!({"location": {"uri": uri, "range": range}, "message": related.message}))
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        out["relatedInformation"] = related.into();
    }
    if let Some(tag) = found.tag {
        let number = match tag {
            Tag::Unnecessary => 1,
            Tag::Deprecated => 2,
        };
        out["tags"] = json!([number]);
    }
    out
}

/// Edits of one text.
pub(crate) fn edits(text: &Rope, edits: Vec<TextEdit>) -> Vec<Value> {
    let each = edits.into_iter();
    each.map(|edit| json!({"range": range(text, edit.range), "newText": edit.insert}))
        .collect()
}

/// An action; `None` for one that changes a file which is not there in a browser.
pub(crate) fn action(snapshot: &Snapshot, uri: &str, action: Action) -> Option<Value> {
    let mut changes: Map<String, Value> = Map::new();
    for change in action.changes {
        let (uri, text, list) = match change {
            Change::Document(list) => (uri.to_owned(), snapshot.document.rope(), list),
            Change::Base { uri, edits } => {
                let mut bases = snapshot.context.bases.iter();
                let base = bases.find(|base| base.uri == uri)?;
                (uri, base.document.rope(), edits)
            }
            Change::Sibling { .. } | Change::EnvLine(_) => return None,
        };
        let list = edits(text, list);
        match changes.entry(uri).or_insert_with(|| json!([])) {
            Value::Array(all) => all.extend(list),
            _ => return None,
        }
    }
    let mut out = json!({
        "title": action.title,
        "kind": match action.kind {
            ActionKind::QuickFix => "quickfix",
            ActionKind::FixAll => "source.fixAll.nexflow",
            ActionKind::Rewrite => "refactor.rewrite",
            ActionKind::Extract => "refactor.extract",
            ActionKind::Profile => "refactor.rewrite.nexflow.profile",
        },
        "edit": {"changes": changes},
    });
    if let Some(fixes) = action.fixes {
        out["diagnostics"] = json!([diagnostic(snapshot, uri, &fixes)]);
    }
    if action.preferred {
        out["isPreferred"] = true.into();
    }
    Some(out)
}

/// An item of a completion, for a client that knows snippets and Markdown.
pub(crate) fn completion(text: &Rope, item: CompletionItem) -> Value {
    let kind = match item.kind {
        CompletionKind::Section => 9,
        CompletionKind::Field => 10,
        CompletionKind::Name => 18,
        CompletionKind::EnumValue => 20,
        CompletionKind::Value => 12,
        CompletionKind::Variable => 6,
        CompletionKind::Snippet => 15,
        CompletionKind::Rule => 21,
    };
    let mut out = json!({
        "label": item.label,
        "kind": kind,
        "sortText": item.sort,
        "filterText": item.filter,
        "insertTextFormat": if item.snippet { 2 } else { 1 },
        "insertTextMode": 1,
        "textEdit": {"range": range(text, item.replace), "newText": item.insert},
    });
    if !item.detail.is_empty() {
        out["detail"] = item.detail.into();
    }
    let words = item.about.markdown();
    if !words.is_empty() {
        out["documentation"] = json!({"kind": "markdown", "value": words});
    }
    if item.deprecated {
        out["tags"] = json!([1]);
    }
    if item.preselect {
        out["preselect"] = true.into();
    }
    out
}

/// A line of the outline with all below it.
pub(crate) fn symbol(text: &Rope, node: OutlineNode) -> Value {
    let kind = match node.kind {
        OutlineKind::Section => 2,
        OutlineKind::Name => 5,
        OutlineKind::Block => 19,
        OutlineKind::List => 18,
        OutlineKind::Field => 7,
        OutlineKind::Bool => 17,
        OutlineKind::Number => 16,
    };
    let children: Vec<Value> = node
        .children
        .into_iter()
        .map(|child| symbol(text, child))
        .collect();
    json!({
        "name": if node.name.is_empty() { "-".to_owned() } else { node.name },
        "detail": node.detail,
        "kind": kind,
        "range": range(text, node.range),
        "selectionRange": range(text, node.selection),
        "children": children,
    })
}

/// A part that can be folded away.
pub(crate) fn fold(text: &Rope, fold: Fold) -> Value {
    let (start, _) = line_and_column(text, fold.range.start());
    let (end, _) = line_and_column(text, fold.range.end());
    let mut out = json!({"startLine": start, "endLine": end});
    match fold.kind {
        FoldKind::Block => {}
        FoldKind::Comment => out["kind"] = "comment".into(),
        FoldKind::Region => out["kind"] = "region".into(),
    }
    out
}

/// Where something comes from. What only an env file says is nowhere here.
pub(crate) fn location(snapshot: &Snapshot, uri: &str, target: Target) -> Option<Value> {
    match target {
        Target::Here(found) => {
            let range = range(snapshot.document.rope(), found);
            Some(json!({"uri": uri, "range": range}))
        }
        Target::Base { uri, range: found } => {
            let mut bases = snapshot.context.bases.iter();
            let base = bases.find(|base| base.uri == uri)?;
            let range = range(base.document.rope(), found);
            Some(json!({"uri": uri, "range": range}))
        }
        Target::EnvLine { .. } => None,
    }
}

/// Semantic tokens as numbers, each relative to the one before.
pub(crate) fn tokens(text: &Rope, tokens: &[Token]) -> Vec<usize> {
    let mut out = Vec::with_capacity(tokens.len() * 5);
    let mut before = (0, 0);
    for token in tokens {
        let (line, column) = line_and_column(text, token.range.start());
        let (_, end) = line_and_column(text, token.range.end());
        let kind = TOKEN_TYPES.iter().position(|(kind, _)| *kind == token.kind);
        let lines = line - before.0;
        let columns = if lines == 0 {
            column - before.1
        } else {
            column
        };
        let modifiers = usize::from(token.deprecated) | usize::from(token.ineffective) << 1;
        let length = end.saturating_sub(column);
        out.extend([lines, columns, length, kind.unwrap_or(0), modifiers]);
        before = (line, column);
    }
    out
}
