//! Texts of a document that lead elsewhere: to a file, to the page of a rule.
//!
//! Whether a file exists is not known here: the caller follows each path and shows those that lead somewhere.

use nexflow_catalog::{Kind, Rule};
use nexflow_syntax::{Node, NodeKind, TextRange};

use crate::{
    Snapshot,
    check::suppressions,
    document_context::EXTENDS,
    locate::{self, Located},
};

/// A text that may name a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLink {
    /// Where it stands, without quotes.
    pub range: TextRange,
    /// The path as written, without `file:`; relative ones begin at the document's folder.
    pub path: String,
}

/// The paths of local files that a document names: the document that it extends, and the values of fields that take paths.
pub fn file_links(snapshot: &Snapshot) -> Vec<FileLink> {
    let mut links = Vec::new();
    let mut open: Vec<Node<'_>> = snapshot.document.roots();
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            open.push(entry.value());
        }
        open.extend(node.items());
        links.extend(link(snapshot, node));
    }
    links.sort_by_key(|link| link.range.start());
    links
}

/// The rules that comments of a document name: where each name stands. Their pages say what is suppressed there.
pub fn rule_links(snapshot: &Snapshot) -> Vec<(TextRange, &'static Rule)> {
    suppressions::named(snapshot)
        .into_iter()
        .filter_map(|(range, id)| Some((range, nexflow_catalog::rule(&id)?)))
        .collect()
}

fn link(snapshot: &Snapshot, node: Node<'_>) -> Option<FileLink> {
    let text = node.value().filter(|_| node.kind() == NodeKind::Scalar)?;
    let path = match text.split_once(':') {
        Some(("file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some((scheme, _)) if scheme.len() > 1 && !scheme.contains('/') => return None,
        _ => &text,
    };
    // One line, and nothing in it that another machine puts in.
    if path.is_empty() || path.contains(['$', '\n']) || !path.contains(['/', '.']) {
        return None;
    }
    let Located::Value { val, .. } = locate::node(snapshot, node)? else {
        return None;
    };
    let is_header = *node.path() == [nexflow_syntax::Segment::Key(EXTENDS.into())];
    let takes_path = val
        .fields()
        .any(|field| field.has_kind(Kind::Path) || field.has_kind(Kind::Uri));
    (is_header || takes_path).then(|| FileLink {
        range: TextRange::new(node.source_offset(0), node.source_offset(text.len())),
        path: path.to_owned(),
    })
}
