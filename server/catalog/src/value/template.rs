//! References inside scalars: `${VAR}`, `${VAR:-default}`, `secret://name/key`.
//!
//! A scalar becomes segments with byte spans relative to its text, so that every diagnostic falls on the very characters that
//! it is about. What a reference resolves to is not known here.

use std::ops::Range;

/// A byte range of the scalar's text.
pub type Span = Range<usize>;

/// A scalar, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// All of the text, in order and without gaps.
    pub segments: Vec<Segment>,
    /// Set when the whole scalar is a secret reference.
    pub secret: Option<SecretRef>,
}

/// A piece of a scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: SegmentKind,
}

/// What a piece of a scalar is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentKind {
    /// Text that stands for itself.
    Text,
    /// `${VAR}` or `${VAR:-default}`.
    Variable {
        /// The name.
        name: Span,
        /// The text after `:-`; it may be empty.
        default: Option<Span>,
        /// Whether the name is made of upper-case letters, digits and underscores, as the schema wants it.
        right_name: bool,
    },
    /// Something that looks like a reference and is none.
    Malformed(Malformed),
}

/// A slip in writing a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Malformed {
    /// `${VAR:text}`: one colon gives no default.
    SingleColon {
        /// The name.
        name: Span,
        /// What was probably meant as the default.
        default: Span,
    },
    /// `${VAR` without the closing brace.
    Unclosed {
        /// What follows `${`.
        rest: Span,
    },
    /// `${}` or `${:-x}`.
    NoName,
    /// `${A:-${B}}`, also with one colon: the first `}` ends the reference, so the inner one is never seen.
    Nested {
        /// The name of the outer one.
        name: Span,
    },
    /// `$<VAR>`.
    AngleBrackets {
        /// The name.
        name: Span,
    },
    /// The whole value is `$VAR`.
    NoBraces {
        /// The name.
        name: Span,
    },
}

/// A reference to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRef {
    /// The name of the secret, between `secret://` and the next `/` or `?`.
    pub name: Span,
    /// The key within it.
    pub key: Option<Span>,
    /// The value of `?version=`.
    pub version: Option<Span>,
    /// The value of `?default=`.
    pub default: Option<Span>,
    /// The first thing that is wrong with it.
    pub problem: Option<SecretProblem>,
}

/// What is wrong with a secret reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretProblem {
    /// The name is missing or has other characters than lower-case letters, digits and underscores.
    Name(Span),
    /// The same of the key; a second `/` as well.
    Key(Span),
    /// The part after `?` is neither `version=` with a number nor `default=`.
    Query(Span),
}

impl Template {
    /// Takes the text of a scalar apart (after its quotes and escapes are resolved).
    #[must_use]
    pub fn parse(text: &str) -> Template {
        let secret = text
            .strip_prefix(SECRET)
            .filter(|rest| !rest.contains("${"))
            .map(|_| secret(text));
        if secret.is_some() {
            return Template {
                segments: vec![whole(text, SegmentKind::Text)],
                secret,
            };
        }
        if let Some(name) = whole_value_name(text) {
            let kind = SegmentKind::Malformed(Malformed::NoBraces { name });
            return Template {
                segments: vec![whole(text, kind)],
                secret: None,
            };
        }
        Template {
            segments: segments(text),
            secret: None,
        }
    }

    /// Whether the text stands for itself: no reference, no slip, no secret.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.secret.is_none() && self.segments.iter().all(|s| s.kind == SegmentKind::Text)
    }

    /// The text as it will be if every variable takes its default; `None` when something has none.
    #[must_use]
    pub fn with_defaults(&self, text: &str) -> Option<String> {
        if self.secret.is_some() {
            return None;
        }
        self.resolve(text, |_| None)
    }

    /// The text with every variable replaced by what `value` says, or by its default.
    #[must_use]
    pub fn resolve(
        &self,
        text: &str,
        mut value: impl FnMut(&str) -> Option<String>,
    ) -> Option<String> {
        let mut resolved = String::with_capacity(text.len());
        for segment in &self.segments {
            match &segment.kind {
                SegmentKind::Text => resolved.push_str(&text[segment.span.clone()]),
                SegmentKind::Variable { name, default, .. } => {
                    match (value(&text[name.clone()]), default) {
                        (Some(found), _) => resolved.push_str(&found),
                        (None, Some(default)) => resolved.push_str(&text[default.clone()]),
                        (None, None) => return None,
                    }
                }
                SegmentKind::Malformed(_) => return None,
            }
        }
        Some(resolved)
    }

    /// The variables that are referred to, slips such as `$<VAR>` included, with the span of each whole reference.
    pub fn variables(&self) -> impl Iterator<Item = (&Segment, Span)> {
        self.segments.iter().filter_map(|segment| {
            let name = match &segment.kind {
                SegmentKind::Variable { name, .. } => name,
                SegmentKind::Malformed(
                    Malformed::SingleColon { name, .. }
                    | Malformed::Nested { name }
                    | Malformed::AngleBrackets { name }
                    | Malformed::NoBraces { name },
                ) => name,
                _ => return None,
            };
            Some((segment, name.clone()))
        })
    }
}

impl Malformed {
    /// The right spelling of what was probably meant. `text` is the scalar, `span` the slip's own span.
    #[must_use]
    pub fn correction(&self, text: &str) -> Option<String> {
        let of = |span: &Span| &text[span.clone()];
        Some(match self {
            // `?`, `+` and `=` begin other forms, whose text is no default.
            Malformed::SingleColon { default, .. } if of(default).starts_with(['?', '+', '=']) => {
                return None;
            }
            Malformed::SingleColon { name, default } => {
                format!("${{{}:-{}}}", of(name), of(default))
            }
            Malformed::Unclosed { rest } => {
                let name: String = of(rest)
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                if name.len() != rest.len() || name.is_empty() {
                    return None;
                }
                format!("${{{name}}}")
            }
            Malformed::AngleBrackets { name } | Malformed::NoBraces { name } => {
                format!("${{{}}}", of(name))
            }
            Malformed::NoName | Malformed::Nested { .. } => return None,
        })
    }
}

/// What a secret reference begins with.
pub const SECRET: &str = "secret://";

fn whole(text: &str, kind: SegmentKind) -> Segment {
    Segment {
        span: 0..text.len(),
        kind,
    }
}

/// A variable's name as the schema wants it: `[A-Z_][A-Z0-9_]*`.
#[must_use]
pub fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// A name as shells know it, in any case.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The name when the whole value is `$NAME`. `$external` is the user source of MongoDB, no variable.
fn whole_value_name(text: &str) -> Option<Span> {
    let name = text.strip_prefix('$')?;
    (is_identifier(name) && name != "external").then_some(1..text.len())
}

fn segments(text: &str) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    let mut literal = 0;
    let mut at = 0;
    // The next closing brace, looked for once: a text of nothing but `${` must not take quadratic time.
    let mut close = text.find('}');
    while let Some(found) = text[at..].find('$') {
        let start = at + found;
        if close.is_some_and(|close| close < start) {
            close = text[start..].find('}').map(|found| start + found);
        }
        let reference = match text.as_bytes().get(start + 1) {
            Some(b'{') => Some(braces(text, start, close)),
            Some(b'<') => angle_brackets(text, start),
            _ => None,
        };
        let Some(segment) = reference else {
            at = start + 1;
            continue;
        };
        if literal < start {
            all.push(Segment {
                span: literal..start,
                kind: SegmentKind::Text,
            });
        }
        at = segment.span.end;
        literal = at;
        all.push(segment);
    }
    if literal < text.len() || all.is_empty() {
        all.push(Segment {
            span: literal..text.len(),
            kind: SegmentKind::Text,
        });
    }
    all
}

/// `${…`: what stands from `start` on. `close` is the next closing brace.
fn braces(text: &str, start: usize, close: Option<usize>) -> Segment {
    let inner = start + 2;
    let Some(end) = close else {
        // Without an end the rest of the text is the slip, up to the next reference.
        let end = text[inner..].find("${").map_or(text.len(), |i| inner + i);
        return malformed(start..end, Malformed::Unclosed { rest: inner..end });
    };
    let content = &text[inner..end];
    let next = content.find("${");
    let colon = content[..next.unwrap_or(content.len())].find(':');
    if let (Some(next), None) = (next, colon) {
        // `${A ${B}`: the first one is not closed.
        let next = inner + next;
        return malformed(start..next, Malformed::Unclosed { rest: inner..next });
    }
    let name = inner..inner + colon.unwrap_or(content.len());
    let name_text = &text[name.clone()];
    let span = start..end + 1;
    if name_text.trim().is_empty() {
        return malformed(span, Malformed::NoName);
    }
    let Some(colon) = colon else {
        return variable(span, name, None, name_text);
    };
    let after = inner + colon + 1;
    if text[after..end].contains("${") {
        // The second brace of `${A:-${B}}` belongs to the slip as well.
        let close = if text[end + 1..].starts_with('}') {
            end + 2
        } else {
            end + 1
        };
        return malformed(start..close, Malformed::Nested { name });
    }
    if text[after..end].starts_with('-') {
        return variable(span, name, Some(after + 1..end), name_text);
    }
    malformed(
        span,
        Malformed::SingleColon {
            name,
            default: after..end,
        },
    )
}

fn variable(span: Span, name: Span, default: Option<Span>, text: &str) -> Segment {
    Segment {
        span,
        kind: SegmentKind::Variable {
            name,
            default,
            right_name: is_variable_name(text),
        },
    }
}

fn malformed(span: Span, slip: Malformed) -> Segment {
    Segment {
        span,
        kind: SegmentKind::Malformed(slip),
    }
}

/// `$<VAR>`; anything else after `$<` is text.
fn angle_brackets(text: &str, start: usize) -> Option<Segment> {
    let inner = start + 2;
    let name = text[inner..]
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let end = inner + name.count();
    let closed = text[end..].starts_with('>');
    (closed && is_identifier(&text[inner..end])).then(|| {
        malformed(
            start..end + 1,
            Malformed::AngleBrackets { name: inner..end },
        )
    })
}

/// A secret's name or key: `[a-z_][a-z0-9_]*`.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `secret://name[/key][?version=N][&default=V]`.
fn secret(text: &str) -> SecretRef {
    let start = SECRET.len();
    let query_at = text[start..].find('?').map(|i| start + i);
    let place = start..query_at.unwrap_or(text.len());
    let slash = text[place.clone()].find('/').map(|i| place.start + i);
    let name = place.start..slash.unwrap_or(place.end);
    let key = slash.map(|s| s + 1..place.end);
    let mut reference = SecretRef {
        name,
        key,
        version: None,
        default: None,
        problem: None,
    };
    let right = |span: &Span| is_secret_name(&text[span.clone()]);
    if !right(&reference.name) {
        reference.problem = Some(SecretProblem::Name(reference.name.clone()));
    } else if let Some(key) = reference.key.as_ref().filter(|k| !right(k)) {
        reference.problem = Some(SecretProblem::Key(key.clone()));
    }
    let Some(query_at) = query_at else {
        return reference;
    };
    let mut at = query_at + 1;
    for part in text[at..].split('&') {
        let span = at..at + part.len();
        at = span.end + 1;
        if let Some(value) = part.strip_prefix("version=")
            && reference.version.is_none()
            && !value.is_empty()
            && value.bytes().all(|b| b.is_ascii_digit())
        {
            reference.version = Some(span.end - value.len()..span.end);
        } else if let Some(value) = part.strip_prefix("default=")
            && reference.default.is_none()
        {
            reference.default = Some(span.end - value.len()..span.end);
        } else if reference.problem.is_none() {
            reference.problem = Some(SecretProblem::Query(span));
        }
    }
    reference
}
