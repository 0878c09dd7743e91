//! Each value against its field: the right shape, the right kind, a known enum value, a reference written rightly.

use std::{borrow::Cow, collections::hash_map::Entry};

use nexflow_catalog::{
    Applicability, Field, Kind, Secret, ids,
    value::{
        self, Template, ValueError,
        number::Plain,
        template::{Malformed, SecretProblem, SegmentKind, Span},
    },
};
use nexflow_syntax::{Node, NodeKind, ScalarStyle, TextEdit, TextRange, TextSize};
use rustc_hash::FxHashMap;

use crate::{
    Fix, document_context::DocumentContext, secret::is_secret_name, sink::DiagnosticSink,
    template_refs::source_range,
};

/// Checks a value (with aliases followed) against the field that it is for.
pub(super) fn check(
    cx: &DocumentContext<'_>,
    node: Node<'_>,
    field: &'static Field,
    sink: &mut DiagnosticSink,
) {
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
        NodeKind::Scalar => scalar(cx, node, target, field, sink),
        // `key:` without a value is what stands there while someone types; what is missing is another check's matter.
        NodeKind::Null | NodeKind::Alias => {}
    }
}

/// Checks a value that is for one of several fields, nobody knows which: what is wrong for all of them is wrong.
pub(super) fn check_any(
    cx: &DocumentContext<'_>,
    node: Node<'_>,
    fields: impl Iterator<Item = &'static Field>,
    sink: &mut DiagnosticSink,
) {
    let mut first = None;
    for field in fields {
        let mut found = DiagnosticSink::new(sink.want_fixes);
        check(cx, node, field, &mut found);
        if found.diagnostics.is_empty() {
            return;
        }
        first.get_or_insert(field);
    }
    if let Some(field) = first {
        check(cx, node, field, sink);
    }
}

fn shape(
    node: Node<'_>,
    field: &'static Field,
    kinds: &[Kind],
    found: &str,
    sink: &mut DiagnosticSink,
) {
    if field.has_kind(Kind::Any) || field.kinds.iter().any(|kind| kinds.contains(kind)) {
        return;
    }
    // A whole block as the range would paint the screen red: its first line says enough.
    let range = first_line(node);
    sink.report(ids::WRONG_KIND, &range)
        .emit(value::wrong_shape(field, found));
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
fn items(node: Node<'_>, list: Node<'_>, field: &'static Field, sink: &mut DiagnosticSink) {
    let count = list.items().count();
    if let Some(least) = field.range().min_items
        && (count as u64) < u64::from(least)
    {
        sink.report(ids::VALUE_OUT_OF_RANGE, &node.range())
            .emit(format!(
                "`{}` must have at least {least} item{}, not {count}.",
                field.name,
                if least == 1 { "" } else { "s" },
            ));
    }
    if !field.range().unique {
        return;
    }
    let mut seen: FxHashMap<Cow<'_, str>, TextRange> = FxHashMap::default();
    for item in list.items() {
        let Some(text) = item.value() else { continue };
        match seen.entry(text) {
            Entry::Occupied(first) => sink
                .report(ids::VALUE_OUT_OF_RANGE, &item.range())
                .related(first.get(), "the first one")
                .emit(format!(
                    "Duplicate item `{}` in `{}`.",
                    first.key(),
                    field.name
                )),
            Entry::Vacant(place) => {
                place.insert(item.range());
            }
        }
    }
}

fn scalar(
    cx: &DocumentContext<'_>,
    node: Node<'_>,
    target: Node<'_>,
    field: &'static Field,
    sink: &mut DiagnosticSink,
) {
    let Some(text) = target.value() else { return };
    // A tag says what quotes and their absence only suggest.
    let plain = match target
        .tag_uri()
        .and_then(|tag| tag.strip_prefix("tag:yaml.org,2002:"))
    {
        Some("bool" | "int" | "float") => true,
        Some("str") => false,
        _ => target.style() == Some(ScalarStyle::Plain),
    };
    // `null` in the place of a block or list is as good as nothing.
    let takes_scalars = field.kinds.iter().any(|kind| kind.is_scalar());
    let takes_blocks = field.kinds.iter().any(|kind| !kind.is_scalar());
    if plain
        && takes_blocks
        && !field.has_kind(Kind::Null)
        && matches!(value::number::plain(&text), Plain::Null)
    {
        sink.report(ids::EMPTY_VALUE, &node.range())
            .emit(format!("`{}` has no value.", field.name));
        return;
    }
    if !text.bytes().any(|byte| byte == b'$') && !text.starts_with(value::template::SECRET) {
        if let Err(error) = value::check_value(field, &text, plain) {
            report(node, &text, field, error, sink);
        }
        return;
    }
    let template = Template::parse(&text);
    if template.is_literal() {
        if let Err(error) = value::check_value(field, &text, plain) {
            report(node, &text, field, error, sink);
        }
        return;
    }
    references(node, target, &text, &template, field, sink);
    if !takes_scalars {
        sink.report(ids::WRONG_KIND, &node.range())
            .emit(value::wrong_shape(field, "a reference, which gives text"));
        return;
    }
    defaults(node, target, &text, &template, field, sink);
    variables(cx, node, &text, &template, field, sink);
}

/// Checks what is put in the place of a reference. It is always text, so that digits are right for a text as well as for a number.
fn substituted(field: &Field, text: &str) -> Result<value::TypedValue, ValueError> {
    // An empty default is an empty text, not an absent value.
    let plain = value::check_value(field, text, !text.is_empty());
    plain.or_else(|error| value::check_value(field, text, false).map_err(|_| error))
}

/// The values that variables are known to have are checked as if they were written; the words never repeat a credential.
fn variables(
    cx: &DocumentContext<'_>,
    node: Node<'_>,
    text: &str,
    template: &Template,
    field: &'static Field,
    sink: &mut DiagnosticSink,
) {
    if template.secret.is_some() {
        return;
    }
    let mut is_secret = field.secret != Secret::No;
    let resolved = template.resolve(text, |name| {
        let variable = cx.values().get(name)?;
        is_secret |= is_secret_name(name);
        Some(variable.value)
    });
    let names: Vec<&str> = template
        .variables()
        .map(|(_, name)| &text[name])
        .filter(|name| cx.values().get(name).is_some())
        .collect();
    let Some(resolved) = resolved.filter(|_| !names.is_empty()) else {
        return;
    };
    let Err(error) = substituted(field, &resolved) else {
        return;
    };
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let listed = listed.join(" and ");
    let message = if is_secret {
        format!(
            "The value of {listed} does not fit {}.",
            value::wanted(field)
        )
    } else {
        format!("The value of {listed} does not fit: {}", error.message)
    };
    let mut report = sink.report(error.rule, &node.range());
    for line in cx.values().lines(text, template) {
        report = report.with_line(line);
    }
    report.emit(message);
}

/// Whether a suggestion is the only value of the field that one slip makes the text of.
fn is_slip(field: &Field, text: &str, suggestion: &str) -> bool {
    let is_word = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let values = field.values.iter().map(|value| value.value);
    is_word && value::suggest::only_slip(text, values) == Some(suggestion)
}

fn report(node: Node<'_>, text: &str, field: &Field, error: ValueError, sink: &mut DiagnosticSink) {
    let range = node.range();
    // Quotes that stand there stay.
    let source = node.source();
    let inner = |quote: char| {
        let inside = source.strip_prefix(quote)?.strip_suffix(quote)?;
        let one = TextSize::new(1);
        (inside == text).then(|| TextRange::new(range.start() + one, range.end() - one))
    };
    let written = inner('"').or_else(|| inner('\'')).unwrap_or(range);
    let mut report = sink.report(error.rule, &range);
    for (i, suggestion) in error.suggestions.iter().enumerate() {
        report = report.fix(|| {
            Some(Fix {
                title: format!("Change to `{suggestion}`"),
                edits: vec![TextEdit {
                    range: if error.rule == ids::YAML11_BOOLEAN {
                        range
                    } else {
                        written
                    },
                    insert: suggestion.clone(),
                }],
                preferred: i == 0,
                applicability: match error.suggestions.len() {
                    _ if error.rule == ids::ENUM_UNKNOWN_VALUE
                        && is_slip(field, text, suggestion) =>
                    {
                        Applicability::Safe
                    }
                    1 if says_the_same(error.rule, text, suggestion) => Applicability::Safe,
                    1 => Applicability::Unsafe,
                    _ => Applicability::DisplayOnly,
                },
            })
        });
    }
    report.emit(error.message);
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
fn references(
    node: Node<'_>,
    target: Node<'_>,
    text: &str,
    template: &Template,
    field: &'static Field,
    sink: &mut DiagnosticSink,
) {
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
                    let upper = match field.secret {
                        Secret::No => written.trim().to_ascii_uppercase().replace('.', "_"),
                        // It may be the credential itself.
                        Secret::Yes | Secret::Partly(_) => "DB_PASSWORD".to_owned(),
                    };
                    let report = sink.report(ids::ENV_REF_NAME, &at(name));
                    if let Some((name, _)) = other_form(written) {
                        report.emit(format!(
                            "Nexflow knows no `${{{written}}}`. Use `${{{name}:-default}}` for a default."
                        ));
                    } else if value::template::is_variable_name(written.trim()) {
                        let name = written.trim();
                        report
                            .replace(format!("Write `${{{name}}}`"), name)
                            .emit("Blanks are not allowed in a reference to a variable.");
                    } else if value::template::is_variable_name(&upper.replace('-', "_")) {
                        let upper = upper.replace('-', "_");
                        report.emit(format!(
                            "Invalid variable name `{written}`. Use upper-case letters, digits and underscores, such as `{upper}`."
                        ));
                    } else {
                        report.emit(format!(
                            "Invalid variable name `{written}`. Use upper-case letters, digits and underscores."
                        ));
                    }
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
                "use lower-case letters, digits and underscores in the name",
            ),
            SecretProblem::Key(span) => (
                span,
                "use lower-case letters, digits and underscores in the key, and nothing after it",
            ),
            SecretProblem::Query(span) => (
                span,
                "only `version=` with a number or `default=` may follow `?`",
            ),
        };
        let range = at(span);
        let range = if range.is_empty() {
            node.range()
        } else {
            range
        };
        sink.report(ids::SECRET_REF_MALFORMED, &range).emit(format!(
            "Invalid reference to a secret (`secret://name/key`): {message}."
        ));
    }
}

/// What follows the colon in `${V:?text}`, `${V:+text}` and `${V:=text}`.
fn is_shell_form(default: &str) -> bool {
    default.starts_with(['?', '+', '='])
}

/// The name and the mark of a form that shells know and Nexflow does not: `V-x`, `V?x`, `V+x`, `V=x`.
fn other_form(written: &str) -> Option<(&str, char)> {
    let at = written.find(['-', '?', '+', '='])?;
    let mark = written[at..].chars().next()?;
    let is_name = value::template::is_variable_name(&written[..at]);
    // `MY-VAR` is a name in another spelling.
    let is_word = mark == '-' && written[at + 1..].chars().all(|c| c.is_ascii_uppercase());
    (is_name && !is_word).then_some((&written[..at], mark))
}

fn malformed(
    slip: &Malformed,
    text: &str,
    span: &Span,
    at: &impl Fn(&Span) -> TextRange,
    sink: &mut DiagnosticSink,
) {
    let (code, message) = match slip {
        Malformed::SingleColon { name, default } if is_shell_form(&text[default.clone()]) => (
            ids::ENV_REF_SINGLE_COLON,
            format!(
                "Nexflow knows no `{}`. Use `${{{}:-default}}` for a default.",
                &text[span.clone()],
                &text[name.clone()],
            ),
        ),
        Malformed::SingleColon { name, default } => (
            ids::ENV_REF_SINGLE_COLON,
            format!(
                "`:` alone sets no default. Write `${{{}:-{}}}`.",
                &text[name.clone()],
                &text[default.clone()]
            ),
        ),
        Malformed::Unclosed { .. } => (
            ids::ENV_REF_MALFORMED,
            "Missing `}` after `${`; nothing is substituted.".to_owned(),
        ),
        Malformed::NoName => (
            ids::ENV_REF_MALFORMED,
            "Missing variable name. Write `${NAME}`.".to_owned(),
        ),
        Malformed::Nested { .. } => (
            ids::ENV_REF_MALFORMED,
            "A default cannot contain another reference: the first `}` ends this one.".to_owned(),
        ),
        Malformed::AngleBrackets { name } => (
            ids::ENV_REF_MALFORMED,
            format!(
                "Invalid reference `$<{0}>`. Write `${{{0}}}`.",
                &text[name.clone()]
            ),
        ),
        Malformed::NoBraces { name } => (
            ids::ENV_REF_MALFORMED,
            format!(
                "`${0}` is not substituted. Write `${{{0}}}`.",
                &text[name.clone()]
            ),
        ),
    };
    let range = at(span);
    let report = sink.report(code, &range);
    match slip.correction(text) {
        Some(right) => report
            .replace(format!("Write `{right}`"), right)
            .emit(message),
        None => report.emit(message),
    }
}

/// A default is used on the machine where the variable is unset: there the value must be right as well.
fn defaults(
    node: Node<'_>,
    target: Node<'_>,
    text: &str,
    template: &Template,
    field: &'static Field,
    sink: &mut DiagnosticSink,
) {
    let Some(whole) = template.with_defaults(text) else {
        return;
    };
    let Err(error) = substituted(field, &whole) else {
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
    let mut report = sink.report(ids::ENV_DEFAULT_WRONG_KIND, &range);
    // A default is no worse than the same value would be.
    if let Some(rule) = nexflow_catalog::rule(error.rule).filter(|_| error.value.is_some()) {
        report = report.severity(rule.severity);
    }
    report.emit(format!("The default does not fit: {}", error.message));
}
