//! Each value against its field: the right shape, the right kind, a known enum value, a reference written rightly.

use std::borrow::Cow;

use nexflow_catalog::{
    Field, Kind, ids,
    value::{
        self, Template, ValueError,
        template::{Malformed, SecretProblem, SegmentKind, Span},
    },
};
use nexflow_syntax::{Node, NodeKind, ScalarStyle, TextEdit, TextRange};

use crate::{Fix, cx::Cx, references::source_range, sink::Sink};

/// Checks a value (with aliases followed) against the field that it is for.
pub(super) fn check(_cx: &Cx<'_>, node: Node<'_>, field: &'static Field, sink: &mut Sink) {
    let Some(target) = node.resolve() else { return };
    match target.kind() {
        NodeKind::Mapping => shape(
            node,
            field,
            &[Kind::Object, Kind::Map],
            "a block of fields",
            sink,
        ),
        NodeKind::Sequence => {
            shape(node, field, &[Kind::List], "a list", sink);
            items(node, target, field, sink);
        }
        NodeKind::Scalar => scalar(node, target, field, sink),
        // `key:` without a value is what stands there while someone types; what is missing is another check's matter.
        NodeKind::Null | NodeKind::Alias => {}
    }
}

fn shape(node: Node<'_>, field: &'static Field, kinds: &[Kind], found: &str, sink: &mut Sink) {
    if field.has_kind(Kind::Any) || field.kinds.iter().any(|kind| kinds.contains(kind)) {
        return;
    }
    // A whole block as the range would paint the screen red: its first line says enough.
    let range = first_line(node);
    sink.at(ids::WRONG_KIND, &range)
        .say(value::wrong_shape(field, found));
}

fn first_line(node: Node<'_>) -> TextRange {
    let range = node.range();
    if node.is_flow() {
        return range;
    }
    match node.entries().next() {
        Some(entry) => entry.key().range(),
        None => node.items().next().map_or(range, |item| item.range()),
    }
}

/// How many items a list must have, and that it has none twice.
fn items(node: Node<'_>, list: Node<'_>, field: &'static Field, sink: &mut Sink) {
    let count = list.items().count();
    if let Some(least) = field.range().min_items
        && (count as u64) < u64::from(least)
    {
        sink.at(ids::VALUE_OUT_OF_RANGE, &node.range()).say(format!(
            "`{}` must have at least {least} item{}, and has {count}",
            field.name,
            if least == 1 { "" } else { "s" },
        ));
    }
    if !field.range().unique {
        return;
    }
    let mut seen: Vec<(Cow<'_, str>, TextRange)> = Vec::new();
    for item in list.items() {
        let Some(text) = item.value() else { continue };
        match seen.iter().find(|(known, _)| *known == text) {
            Some((_, first)) => sink
                .at(ids::VALUE_OUT_OF_RANGE, &item.range())
                .with(first, "the first one")
                .say(format!(
                    "`{text}` stands twice in `{}`; each item counts once",
                    field.name
                )),
            None => seen.push((text, item.range())),
        }
    }
}

fn scalar(node: Node<'_>, target: Node<'_>, field: &'static Field, sink: &mut Sink) {
    let Some(text) = target.value() else { return };
    let plain = target.style() == Some(ScalarStyle::Plain);
    if !text.bytes().any(|byte| byte == b'$') && !text.starts_with(value::template::SECRET) {
        if let Err(error) = value::check_value(field, &text, plain) {
            report(node.range(), &text, error, sink);
        }
        return;
    }
    let template = Template::parse(&text);
    if template.is_literal() {
        if let Err(error) = value::check_value(field, &text, plain) {
            report(node.range(), &text, error, sink);
        }
        return;
    }
    references(node, target, &text, &template, sink);
    defaults(node, target, &text, &template, field, sink);
}

fn report(range: TextRange, text: &str, error: ValueError, sink: &mut Sink) {
    let mut report = sink.at(error.rule, &range);
    for (i, suggestion) in error.suggestions.iter().enumerate() {
        report = report.fix(|| {
            Some(Fix {
                title: format!("Change to `{suggestion}`"),
                edits: vec![TextEdit {
                    range,
                    insert: suggestion.clone(),
                }],
                preferred: i == 0,
                safe: error.suggestions.len() == 1 && says_the_same(error.rule, text, suggestion),
            })
        });
    }
    report.say(error.message);
}

/// Whether a suggestion is the same value in the writing that Nexflow takes, and not a guess at what was meant.
fn says_the_same(rule: &str, text: &str, suggestion: &str) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    match rule {
        ids::SIZE_FLINK_ONLY | ids::DURATION_FLINK_ONLY | ids::YAML11_BOOLEAN => true,
        ids::ENUM_UNKNOWN_VALUE => bare(text) == bare(suggestion),
        _ => false,
    }
}

/// Slips in the writing of references.
fn references(node: Node<'_>, target: Node<'_>, text: &str, template: &Template, sink: &mut Sink) {
    // Through an alias the slip is reported where it is written.
    if node.kind() == NodeKind::Alias {
        return;
    }
    let at = |span: &Span| source_range(target, span.clone());
    for segment in &template.segments {
        match &segment.kind {
            SegmentKind::Text => {}
            SegmentKind::Variable {
                name, right_name, ..
            } => {
                if !right_name {
                    let written = &text[name.clone()];
                    let upper = written.to_ascii_uppercase().replace(['-', '.'], "_");
                    sink.at(ids::ENV_REF_NAME, &at(name)).say(format!(
                        "`{written}` is no name that Nexflow's schema takes for a variable: upper-case letters, digits and underscores, such as `{upper}`"
                    ));
                }
            }
            SegmentKind::Malformed(slip) => malformed(slip, text, &segment.span, &at, sink),
        }
    }
    if let Some(secret) = &template.secret
        && let Some(problem) = &secret.problem
    {
        let (span, message) = match problem {
            SecretProblem::Name(span) => (
                span,
                "the name of a secret is made of lower-case letters, digits and underscores",
            ),
            SecretProblem::Key(span) => (
                span,
                "the key of a secret is made of lower-case letters, digits and underscores, and nothing follows it",
            ),
            SecretProblem::Query(span) => (
                span,
                "behind `?` only `version=` with a number or `default=` is known",
            ),
        };
        let range = at(span);
        let range = if range.is_empty() {
            node.range()
        } else {
            range
        };
        sink.at(ids::SECRET_REF_MALFORMED, &range).say(format!(
            "This is no reference to a secret (`secret://name/key`): {message}"
        ));
    }
}

fn malformed(
    slip: &Malformed,
    text: &str,
    span: &Span,
    at: &impl Fn(&Span) -> TextRange,
    sink: &mut Sink,
) {
    let (code, message) = match slip {
        Malformed::SingleColon { name, default } => (
            ids::ENV_REF_SINGLE_COLON,
            format!(
                "One colon gives no default, so this stays as it is written; write `${{{}:-{}}}`",
                &text[name.clone()],
                &text[default.clone()]
            ),
        ),
        Malformed::Unclosed { .. } => (
            ids::ENV_REF_MALFORMED,
            "`${` has no closing `}`, so nothing is put in its place".to_owned(),
        ),
        Malformed::NoName => (
            ids::ENV_REF_MALFORMED,
            "this reference names no variable; write `${NAME}`".to_owned(),
        ),
        Malformed::Nested { .. } => (
            ids::ENV_REF_MALFORMED,
            "a default cannot hold another reference: the first `}` ends this one".to_owned(),
        ),
        Malformed::AngleBrackets { name } => (
            ids::ENV_REF_MALFORMED,
            format!(
                "a variable stands in braces: write `${{{}}}`, not `$<{}>`",
                &text[name.clone()],
                &text[name.clone()]
            ),
        ),
        Malformed::NoBraces { name } => (
            ids::ENV_REF_MALFORMED,
            format!(
                "a variable stands in braces: write `${{{}}}`; `${}` stays as it is written",
                &text[name.clone()],
                &text[name.clone()]
            ),
        ),
    };
    let range = at(span);
    let report = sink.at(code, &range);
    match slip.correction(text) {
        Some(right) => report
            .replace(format!("Write `{right}`"), right)
            .say(message),
        None => report.say(message),
    }
}

/// A default is used on the machine where the variable is unset: there the value must be right as well.
fn defaults(
    node: Node<'_>,
    target: Node<'_>,
    text: &str,
    template: &Template,
    field: &'static Field,
    sink: &mut Sink,
) {
    let Some(whole) = template.with_defaults(text) else {
        return;
    };
    // An empty default is an empty text, not an absent value.
    let Err(error) = value::check_value(field, &whole, !whole.is_empty()) else {
        return;
    };
    let span = template
        .segments
        .iter()
        .find_map(|segment| match &segment.kind {
            SegmentKind::Variable { default, .. } => default.clone(),
            _ => None,
        });
    let range = match span {
        Some(span) if node.kind() != NodeKind::Alias && !span.is_empty() => {
            source_range(target, span)
        }
        _ => node.range(),
    };
    sink.at(ids::ENV_DEFAULT_WRONG_KIND, &range)
        .say(format!("The default does not fit: {}", error.message));
}

/// The rule for a field of another type: the two parts of L5 came with two names for it, and the catalog says which sections the
/// one of them has.
pub(super) fn other_type_rule(field: &Field) -> &'static str {
    let section = field.path.split('.').next().unwrap_or(field.path);
    let own = nexflow_catalog::rule(ids::FIELD_NOT_FOR_TYPE)
        .is_some_and(|rule| rule.sections.contains(&section));
    if own {
        ids::FIELD_NOT_FOR_TYPE
    } else {
        ids::FIELD_OF_OTHER_TYPE
    }
}
