//! Canonical texts of a document.

use std::fmt::Write;

use nexflow_syntax::{Document, Node, NodeKind, ScalarStyle, Segment};

/// Everything that the interface says about a document, fragments left out: the tree with positions, values, anchors and
/// tags, the errors and the comments. Two documents that read the same have the same dump.
pub fn dump(document: &Document) -> String {
    let mut out = String::new();
    for root in document.roots() {
        node(&mut out, root);
    }
    for error in document.errors() {
        let _ = writeln!(out, "error {error:?}");
    }
    for comment in document.comments() {
        let _ = writeln!(
            out,
            "comment {:?} {:?} {}",
            comment.range, comment.text, comment.own_line
        );
    }
    out
}

/// The dump of a document with what only an edited document could get wrong: the fragments, their lines and paths.
pub fn dump_with_units(document: &Document) -> String {
    let mut out = dump(document);
    for fragment in document.fragments() {
        let _ = writeln!(
            out,
            "unit {:?} line {} {:?} {:?}",
            fragment.range(),
            fragment.line(),
            fragment.path(),
            fragment.text()
        );
    }
    let _ = writeln!(out, "text {:?}", document.rope().to_string());
    out
}

enum Step<'d> {
    Node(Node<'d>),
    Close(&'static str),
}

fn node(out: &mut String, root: Node<'_>) {
    let mut steps = vec![Step::Node(root)];
    while let Some(step) = steps.pop() {
        let current = match step {
            Step::Close(text) => {
                let _ = writeln!(out, "{text}");
                continue;
            }
            Step::Node(node) => node,
        };
        let _ = write!(out, "{:?} {:?}", current.kind(), current.range());
        if let Some((name, range)) = current.anchor() {
            let _ = write!(out, " &{name} {range:?}");
        }
        if let Some((tag, range)) = current.tag() {
            let _ = write!(
                out,
                " {tag} {range:?} <{}>",
                current.tag_uri().unwrap_or_default()
            );
        }
        match current.kind() {
            NodeKind::Mapping => {
                let _ = writeln!(out, " flow: {} {{", current.is_flow());
                let mut inner: Vec<Step<'_>> = Vec::new();
                for entry in current.entries() {
                    if !entry.has_colon() {
                        inner.push(Step::Close("(no colon)"));
                    }
                    inner.push(Step::Node(entry.key()));
                    inner.push(Step::Node(entry.value()));
                }
                steps.push(Step::Close("}"));
                steps.extend(inner.into_iter().rev());
            }
            NodeKind::Sequence => {
                let _ = writeln!(out, " flow: {} [", current.is_flow());
                steps.push(Step::Close("]"));
                let items: Vec<Node<'_>> = current.items().collect();
                steps.extend(items.into_iter().rev().map(Step::Node));
            }
            _ => {
                let _ = writeln!(out, " {:?} {:?}", current.style(), current.value());
            }
        }
    }
}

/// The events of a document in the notation of the YAML test suite.
pub fn events(document: &Document) -> String {
    let mut out = String::from("+STR\n");
    let nothing = document.roots().len() == 1
        && document.root().kind() == NodeKind::Null
        && document.root().anchor().is_none()
        && document.root().tag().is_none()
        && !document
            .rope()
            .to_string()
            .lines()
            .any(|line| line.starts_with("---"));
    if !nothing {
        for root in document.roots() {
            out.push_str("+DOC\n");
            node_events(&mut out, root);
            out.push_str("-DOC\n");
        }
    }
    out.push_str("-STR\n");
    out
}

fn node_events(out: &mut String, root: Node<'_>) {
    let mut steps = vec![Step::Node(root)];
    while let Some(step) = steps.pop() {
        let current = match step {
            Step::Close(text) => {
                out.push_str(text);
                out.push('\n');
                continue;
            }
            Step::Node(node) => node,
        };
        let mut properties = String::new();
        if let Some((name, _)) = current.anchor() {
            let _ = write!(properties, " &{name}");
        }
        if let Some(uri) = current.tag_uri() {
            let _ = write!(properties, " <{uri}>");
        }
        match current.kind() {
            NodeKind::Mapping => {
                let flow = if current.is_flow() { " {}" } else { "" };
                let _ = writeln!(out, "+MAP{flow}{properties}");
                let inner: Vec<_> = current
                    .entries()
                    .flat_map(|entry| [entry.key(), entry.value()])
                    .collect();
                steps.push(Step::Close("-MAP"));
                steps.extend(inner.into_iter().rev().map(Step::Node));
            }
            NodeKind::Sequence => {
                let flow = if current.is_flow() { " []" } else { "" };
                let _ = writeln!(out, "+SEQ{flow}{properties}");
                let items: Vec<_> = current.items().collect();
                steps.push(Step::Close("-SEQ"));
                steps.extend(items.into_iter().rev().map(Step::Node));
            }
            NodeKind::Alias => {
                let _ = writeln!(out, "=ALI *{}", current.alias().unwrap_or_default());
            }
            NodeKind::Null => {
                let _ = writeln!(out, "=VAL{properties} :");
            }
            NodeKind::Scalar => {
                let style = match current.style() {
                    Some(ScalarStyle::SingleQuoted) => '\'',
                    Some(ScalarStyle::DoubleQuoted) => '"',
                    Some(ScalarStyle::Literal) => '|',
                    Some(ScalarStyle::Folded) => '>',
                    _ => ':',
                };
                let value = current.value().unwrap_or_default();
                let value = value
                    .replace('\\', "\\\\")
                    .replace('\n', "\\n")
                    .replace('\t', "\\t")
                    .replace('\r', "\\r")
                    .replace('\u{8}', "\\b");
                let _ = writeln!(out, "=VAL{properties} {style}{value}");
            }
        }
    }
}

/// The events of a case of the suite, without indentation and without the marks that say whether `---` and `...` are
/// written, which the tree does not record.
pub fn expected_events(tree: &str) -> String {
    let mut out = String::new();
    for line in tree.lines() {
        let line = line.trim_start();
        let line = match line {
            "+DOC ---" => "+DOC",
            "-DOC ..." => "-DOC",
            other => other,
        };
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The path of every key of a document, in the order of the text.
pub fn key_paths(document: &Document) -> Vec<Vec<Segment>> {
    let mut paths = Vec::new();
    let mut steps: Vec<(Node<'_>, Vec<Segment>)> = document
        .roots()
        .into_iter()
        .rev()
        .map(|root| (root, Vec::new()))
        .collect();
    while let Some((node, path)) = steps.pop() {
        let mut inner = Vec::new();
        for entry in node.entries() {
            let mut below = path.clone();
            below.push(Segment::Key(entry.key_text().into()));
            paths.push(below.clone());
            inner.push((entry.value(), below));
        }
        for (position, item) in node.items().enumerate() {
            let mut below = path.clone();
            below.push(Segment::Item(position));
            inner.push((item, below));
        }
        steps.extend(inner.into_iter().rev());
    }
    paths
}
