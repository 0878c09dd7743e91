//! The references that a document makes: `${VAR}` and `secret://…`, found once per fragment.

use std::sync::LazyLock;

use memchr::{memchr, memmem::Finder};
use nexflow_catalog::value::{
    Template,
    template::{SECRET, SegmentKind},
};
use nexflow_syntax::{Fragment, Node, NodeKind, TextRange, TextSize};

/// One `${VAR}` in a scalar. Ranges are relative to the fragment.
#[derive(Clone, Debug)]
pub struct VariableUse {
    /// The name between the braces.
    pub name: String,
    /// From `$` to behind `}`.
    pub range: TextRange,
    /// The name alone.
    pub name_range: TextRange,
    /// The text behind `:-`.
    pub default: Option<String>,
    /// Written with a slip (`$<VAR>`, `${VAR:x}`); it is looked up all the same.
    pub malformed: bool,
    /// It stands between the brackets of a flow mapping or a flow sequence.
    pub in_flow: bool,
}

/// One `secret://name/key`. Ranges are relative to the fragment.
#[derive(Clone, Debug)]
pub struct SecretUse {
    /// The secret.
    pub name: String,
    /// The secret's name alone.
    pub name_range: TextRange,
    /// The key inside the secret, and where it stands.
    pub key: Option<(String, TextRange)>,
    /// The whole reference.
    pub range: TextRange,
}

/// All references of one fragment, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct TemplateRefs {
    /// `${VAR}`.
    pub variables: Vec<VariableUse>,
    /// `secret://…`.
    pub secrets: Vec<SecretUse>,
}

static SECRETS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(SECRET));

/// The references in one fragment; kept beside the fragment.
pub fn template_refs(fragment: Fragment<'_>) -> &TemplateRefs {
    fragment.memo(|fragment| {
        let mut found = TemplateRefs::default();
        // Most fragments refer to nothing; looking for the signs is much cheaper than reading the scalars.
        let text = fragment.text().as_bytes();
        if memchr(b'$', text).is_some() || SECRETS.find(text).is_some() {
            for_each_scalar(fragment.root(), fragment, &mut |node, in_flow| {
                collect(node, in_flow, fragment.range().start(), &mut found)
            });
        }
        found
    })
}

/// Calls `visit` for every scalar value (no key) of a fragment, from the first to the last, with whether it stands between brackets.
fn for_each_scalar<'d>(
    root: Node<'d>,
    fragment: Fragment<'d>,
    visit: &mut dyn FnMut(Node<'d>, bool),
) {
    let mut open = vec![(root, false)];
    while let Some((node, in_flow)) = open.pop() {
        let in_flow = in_flow || node.is_flow();
        match node.kind() {
            NodeKind::Scalar => visit(node, in_flow),
            NodeKind::Mapping => {
                let from = open.len();
                open.extend(
                    node.entries()
                        .filter(|entry| entry.key().fragment().index() == fragment.index())
                        .map(|entry| entry.value())
                        .filter(|value| value.fragment().index() == fragment.index())
                        .map(|value| (value, in_flow)),
                );
                open[from..].reverse();
            }
            NodeKind::Sequence => {
                let from = open.len();
                open.extend(node.items().map(|item| (item, in_flow)));
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

fn collect(node: Node<'_>, in_flow: bool, start: TextSize, found: &mut TemplateRefs) {
    let Some(text) = node.value() else { return };
    if !text.bytes().any(|byte| byte == b'$') && !text.starts_with(SECRET) {
        return;
    }
    let template = Template::parse(&text);
    let mut map = node.source_map();
    for (segment, name) in template.variables() {
        let default = match &segment.kind {
            SegmentKind::Variable { default, .. } => default.clone(),
            _ => None,
        };
        // In ascending order: a scalar may hold thousands.
        let [begin, name_begin, name_end, end] =
            [segment.span.start, name.start, name.end, segment.span.end]
                .map(|offset| map.offset(offset) - start);
        found.variables.push(VariableUse {
            name: text[name.clone()].to_owned(),
            range: TextRange::new(begin, end.max(begin)),
            name_range: TextRange::new(name_begin, name_end.max(name_begin)),
            default: default.map(|span| text[span].to_owned()),
            malformed: matches!(segment.kind, SegmentKind::Malformed(_)),
            in_flow,
        });
    }
    let at = |span: &std::ops::Range<usize>| source_range(node, span.clone()) - start;
    if let Some(secret) = &template.secret {
        found.secrets.push(SecretUse {
            name: text[secret.name.clone()].to_owned(),
            name_range: at(&secret.name),
            key: secret
                .key
                .as_ref()
                .map(|key| (text[key.clone()].to_owned(), at(key))),
            range: at(&(0..text.len())),
        });
    }
}
