//! The references that a document makes: `${VAR}` and `secret://…`, found once per unit.

use nexflow_catalog::value::{Segment, Template};
use nexflow_syntax::{Node, NodeKind, TextRange, TextSize, Unit};

/// One `${VAR}` in a scalar. Ranges are relative to the unit.
#[derive(Clone, Debug)]
pub struct VariableRef {
    /// The name between the braces.
    pub name: String,
    /// From `$` to behind `}`.
    pub range: TextRange,
    /// The name alone.
    pub name_range: TextRange,
    /// The text behind `:-`.
    pub default: Option<String>,
}

/// One `secret://name/key`. Ranges are relative to the unit.
#[derive(Clone, Debug)]
pub struct SecretRef {
    /// The secret.
    pub name: String,
    /// The secret's name alone.
    pub name_range: TextRange,
    /// The key inside the secret, and where it stands.
    pub key: Option<(String, TextRange)>,
    /// The whole reference.
    pub range: TextRange,
}

/// All references of one unit, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// `${VAR}`.
    pub variables: Vec<VariableRef>,
    /// `secret://…`.
    pub secrets: Vec<SecretRef>,
}

/// The references in one unit; kept beside the unit.
pub fn references(unit: Unit<'_>) -> &References {
    unit.memo(|unit| {
        let mut found = References::default();
        if unit.text().contains("${") || unit.text().contains("secret://") {
            for_each_scalar(unit.root(), unit, &mut |node| collect(node, unit.range().start(), &mut found));
        }
        found
    })
}

/// Calls `visit` for every scalar value (no key) of a unit, from the first to the last.
pub fn for_each_scalar<'d>(root: Node<'d>, unit: Unit<'d>, visit: &mut dyn FnMut(Node<'d>)) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Scalar => visit(node),
            NodeKind::Mapping => {
                let from = open.len();
                open.extend(
                    node.entries()
                        .filter(|entry| entry.key().unit().index() == unit.index())
                        .map(|entry| entry.value())
                        .filter(|value| value.unit().index() == unit.index()),
                );
                open[from..].reverse();
            }
            NodeKind::Sequence => {
                let from = open.len();
                open.extend(node.items());
                open[from..].reverse();
            }
            NodeKind::Alias | NodeKind::Null => {}
        }
    }
}

/// Where a span of a scalar's value stands in the text.
pub fn source_range(node: Node<'_>, span: std::ops::Range<usize>) -> TextRange {
    let start = node.source_offset(span.start);
    let end = node.source_offset(span.end);
    TextRange::new(start.min(end), end.max(start))
}

fn collect(node: Node<'_>, start: TextSize, found: &mut References) {
    let Some(text) = node.value() else { return };
    if !text.contains("${") && !text.starts_with("secret://") {
        return;
    }
    let at = |span: std::ops::Range<usize>| source_range(node, span) - start;
    for segment in Template::parse(&text).segments() {
        match segment {
            Segment::Variable(variable) => found.variables.push(VariableRef {
                name: variable.name.to_owned(),
                range: at(variable.span.clone()),
                name_range: at(variable.name_span.clone()),
                default: variable.default.map(str::to_owned),
            }),
            Segment::Secret(secret) => found.secrets.push(SecretRef {
                name: secret.name.to_owned(),
                name_range: at(secret.name_span.clone()),
                key: secret
                    .key
                    .map(|key| (key.to_owned(), at(secret.key_span.clone().unwrap_or_default()))),
                range: at(secret.span.clone()),
            }),
            _ => {}
        }
    }
}
