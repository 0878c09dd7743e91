//! Why a piece is wrong, in words for people, and what would mend it.

use granit_parser::ErrorKind;

use crate::{
    error::{RawError, SyntaxCode},
    line::{self, BracketScan, HeadKind},
    parse::Failure,
    skeleton::{Misplaced, Part, Role},
};

/// What is known of an entry or item that does not parse.
pub(crate) struct Salvage {
    pub errors: Vec<RawError>,
    /// A copy of the piece that should parse, with every position as in the text.
    pub repaired: Option<String>,
    /// What the value is when even the copy does not parse.
    pub value: Option<(usize, usize)>,
}

/// `text` as it is quoted in a message: one line, not long.
pub(crate) fn excerpt(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    if line.chars().count() <= 40 {
        return line.to_string();
    }
    let mut short: String = line.chars().take(37).collect();
    short.push('…');
    short
}

/// `text` as a double-quoted scalar.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The end of `text[start..end]` without a comment and blanks behind it.
fn content_end(text: &str, start: usize, end: usize) -> usize {
    let bytes = &text.as_bytes()[..end];
    let mut stop = end;
    for at in start..end {
        if bytes[at] == b'#' && at > start && matches!(bytes[at - 1], b' ' | b'\t') {
            stop = at;
            break;
        }
        if matches!(bytes[at], b'\n' | b'\r') {
            stop = at;
            break;
        }
    }
    while stop > start && matches!(bytes[stop - 1], b' ' | b'\t') {
        stop -= 1;
    }
    stop
}

/// The end of a word that should be a key.
pub(crate) fn word_end(text: &str, start: usize, end: usize) -> usize {
    content_end(text, start, end)
}

pub(crate) fn too_deep(start: usize, end: usize, limit: usize) -> RawError {
    RawError::new(
        SyntaxCode::TooDeep,
        start,
        end,
        format!("nested more than {limit} levels deep; what lies deeper is not read"),
    )
}

pub(crate) fn misplaced(text: &str, part: &Part, misplaced: Misplaced) -> RawError {
    let spaces = " ".repeat(part.counts.max(0) as usize);
    let indentation = (part.line, part.start);
    let name = excerpt(
        &text[part.start..if part.role == Role::Entry {
            part.head.key_end
        } else {
            part.own_end
        }],
    );
    let fix = |error: RawError, title: String| {
        error.with_fix(title, vec![(indentation.0, indentation.1, spaces.clone())])
    };
    match misplaced {
        Misplaced::Tab => fix(
            RawError::new(
                SyntaxCode::TabIndentation,
                indentation.0,
                indentation.1,
                "a tab cannot indent YAML; use spaces",
            ),
            format!("Indent with {} spaces", part.counts.max(0)),
        ),
        Misplaced::TooDeep => fix(
            RawError::new(
                SyntaxCode::BadIndentation,
                part.start,
                part.start + name.len().min(part.own_end - part.start),
                format!(
                    "`{name}` is indented too far: expected {} spaces as its neighbours have, found {}",
                    part.counts, part.column
                ),
            ),
            format!("Indent with {} spaces", part.counts),
        ),
        Misplaced::NotDeepEnough => fix(
            RawError::new(
                SyntaxCode::BadIndentation,
                part.start,
                part.start + name.len().min(part.own_end - part.start),
                format!(
                    "`{name}` is not indented far enough: expected {} spaces as its neighbours have, found {}",
                    part.counts, part.column
                ),
            ),
            format!("Indent with {} spaces", part.counts),
        ),
    }
}

/// A word that stands where a key must.
pub(crate) fn word(text: &str, part: &Part) -> RawError {
    let end = content_end(text, part.start, part.own_end);
    let word = &text[part.start..end];
    let short = excerpt(word);
    match word.as_bytes().first() {
        Some(b'"' | b'\'') if !part.head.value_kind.is_complete() => {
            unclosed_quote(text, part.start, end)
        }
        Some(b'[' | b'{') => unclosed_bracket(text, part.start, end).unwrap_or_else(|| {
            RawError::new(
                SyntaxCode::UnexpectedText,
                part.start,
                end,
                format!("`{short}` has no key before it"),
            )
        }),
        Some(b']' | b'}' | b',') => RawError::new(
            SyntaxCode::UnexpectedBracket,
            part.start,
            end,
            format!("`{short}` closes nothing that is open here"),
        ),
        Some(b'@' | b'`') => reserved(text, part.start, end),
        Some(b'\t') => RawError::new(
            SyntaxCode::TabIndentation,
            part.start,
            end,
            "a tab cannot indent YAML; use spaces",
        ),
        _ => RawError::new(
            SyntaxCode::MissingColon,
            part.start,
            end,
            format!("`{short}` has no colon after it"),
        )
        .with_fix("Insert `: `", vec![(end, end, ": ".into())]),
    }
}

fn unclosed_quote(text: &str, start: usize, end: usize) -> RawError {
    let quote = &text[start..start + 1];
    let line_end = start + text[start..end].find(['\n', '\r']).unwrap_or(end - start);
    let line_end = start + text[start..line_end].trim_end().len();
    RawError::new(
        SyntaxCode::UnclosedQuote,
        start,
        line_end,
        "this quote is never closed",
    )
    .with_fix(
        format!("Close the quote with `{quote}`"),
        vec![(line_end, line_end, quote.into())],
    )
}

fn reserved(text: &str, start: usize, end: usize) -> RawError {
    let value = &text[start..end];
    let first = value.chars().next().unwrap_or('@');
    RawError::new(
        SyntaxCode::ReservedCharacter,
        start,
        end,
        format!(
            "a value cannot begin with `{first}`; quote it: {}",
            quoted(&excerpt(value))
        ),
    )
    .with_fix("Quote the value", vec![(start, end, quoted(value))])
}

/// The error of a bracket in `text[start..end]` that is not closed, with what would close all.
fn unclosed_bracket(text: &str, start: usize, end: usize) -> Option<RawError> {
    let mut scan = BracketScan::default();
    if scan.run(&text.as_bytes()[..end], start).is_some() {
        return None;
    }
    if let Some((_, at)) = scan.quote {
        return Some(unclosed_quote(text, at, end));
    }
    let (_, at) = *scan.open.last()?;
    let (closers, stop) = (closers(&scan), start + text[start..end].trim_end().len());
    let stop = content_end_of_lines(text, start, stop);
    Some(
        RawError::new(
            SyntaxCode::UnclosedBracket,
            at,
            at + 1,
            format!("this `{}` is never closed", &text[at..at + 1]),
        )
        .with_fix(
            format!("Close it with `{closers}`"),
            vec![(stop, stop, closers)],
        ),
    )
}

/// Where closing brackets go: before a comment on the last line.
fn content_end_of_lines(text: &str, start: usize, end: usize) -> usize {
    let line = text[start..end]
        .rfind('\n')
        .map_or(start, |at| start + at + 1);
    content_end(text, line, end)
}

fn closers(scan: &BracketScan) -> String {
    let mut closers = String::new();
    if let Some((quote, _)) = scan.quote {
        closers.push(char::from(quote));
    }
    closers.extend(scan.open.iter().rev().map(|(close, _)| char::from(*close)));
    closers
}

/// Says what is wrong with an entry or item that has nothing below it, or with a text that stands by itself.
pub(crate) fn leaf(
    text: &str,
    part: &Part,
    piece: &str,
    base: usize,
    failure: &Failure,
) -> Salvage {
    let head = part.head;
    let end = part.own_end;
    let value = line::skip_properties(&text.as_bytes()[..end], head.value.min(end));
    let stop = content_end(text, value, end);
    let salvage = |errors: Vec<RawError>, repaired: Option<String>| Salvage {
        errors,
        repaired,
        value: Some((value, stop)),
    };
    if head.kind == HeadKind::TightKey {
        let key = &text[part.start..head.key_end];
        let error = RawError::new(
            SyntaxCode::MissingSpaceAfterColon,
            head.after - 1,
            head.after,
            format!("the colon after `{key}` needs a space behind it"),
        )
        .with_fix("Insert a space", vec![(head.after, head.after, " ".into())]);
        return salvage(vec![error], None);
    }
    let bytes = text.as_bytes();
    if value >= end {
        return salvage(vec![self::failure(text, failure, part.start, end)], None);
    }
    match bytes[value] {
        quote @ (b'"' | b'\'') => match line::close_quote(&bytes[..end], value) {
            None => {
                let error = unclosed_quote(text, value, end);
                let stop = error.end as usize;
                let mut repaired = piece[..stop - base].to_string();
                repaired.push(char::from(quote));
                Salvage {
                    errors: vec![error],
                    repaired: Some(repaired),
                    value: Some((value, stop)),
                }
            }
            Some(closed) => {
                let rest = text[closed..end].trim_start_matches([' ', '\t']);
                if rest.is_empty() || rest.starts_with('#') {
                    return salvage(vec![self::failure(text, failure, value, end)], None);
                }
                let from = end - rest.len();
                let error = if from == closed && rest.starts_with('#') {
                    comment_space(closed)
                } else {
                    let stop = content_end(text, from, end);
                    RawError::new(
                        SyntaxCode::UnexpectedText,
                        from,
                        stop,
                        format!(
                            "`{}` stands behind the closing quote; nothing can follow it on this line",
                            excerpt(&text[from..stop])
                        ),
                    )
                };
                let repaired = piece[..closed - base].to_string();
                Salvage {
                    errors: vec![error],
                    repaired: Some(repaired),
                    value: Some((value, closed)),
                }
            }
        },
        b'[' | b'{' => flow(text, part, piece, base, value, failure),
        b'@' | b'`' => salvage(vec![reserved(text, value, stop)], None),
        b'-' if matches!(
            bytes.get(value + 1),
            None | Some(b' ' | b'\t' | b'\n' | b'\r')
        ) && part.role == Role::Entry =>
        {
            let error = RawError::new(
                SyntaxCode::ListOnKeyLine,
                value,
                value + 1,
                "a list cannot begin on the line of its key; begin it on the next line, or write `[ ]`",
            );
            let indent = " ".repeat(part.counts.max(0) as usize + 2);
            let error = error.with_fix(
                "Begin the list on the next line",
                vec![(head.after, value, format!("\n{indent}"))],
            );
            salvage(vec![error], None)
        }
        b'|' | b'>' => {
            let error = match failure.kind {
                Some(ErrorKind::InvalidBlockScalarIndent | ErrorKind::TabAtBlockScalarStart) => {
                    self::failure(text, failure, value, end)
                }
                _ => RawError::new(
                    SyntaxCode::BadBlockScalar,
                    value,
                    stop,
                    "behind `|` or `>` only an indentation (1-9) and `+` or `-` can stand; the text begins on the next line",
                )
                .with_fix("Quote the value", vec![(value, stop, quoted(&text[value..stop]))]),
            };
            salvage(vec![error], None)
        }
        b'%' | b',' | b']' | b'}' => {
            let first = char::from(bytes[value]);
            let error = RawError::new(
                SyntaxCode::UnexpectedCharacter,
                value,
                stop,
                format!(
                    "a value cannot begin with `{first}`; quote it: {}",
                    quoted(&excerpt(&text[value..stop]))
                ),
            )
            .with_fix(
                "Quote the value",
                vec![(value, stop, quoted(&text[value..stop]))],
            );
            salvage(vec![error], None)
        }
        _ => {
            let nested = (value..stop).find(|at| {
                bytes[*at] == b':'
                    && matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
            });
            if let Some(colon) = nested {
                let error = RawError::new(
                    SyntaxCode::NestedColon,
                    colon,
                    colon + 1,
                    format!(
                        "a second `: ` on one line; quote the value if it is one text: {}",
                        quoted(&excerpt(&text[value..stop]))
                    ),
                )
                .with_fix(
                    "Quote the value",
                    vec![(value, stop, quoted(&text[value..stop]))],
                );
                return salvage(vec![error], None);
            }
            salvage(vec![self::failure(text, failure, part.start, end)], None)
        }
    }
}

fn comment_space(at: usize) -> RawError {
    RawError::new(
        SyntaxCode::CommentNeedsSpace,
        at,
        at + 1,
        "a comment needs a space before its `#`",
    )
    .with_fix("Insert a space", vec![(at, at, " ".into())])
}

/// What is wrong inside `{ }` or `[ ]`.
fn flow(
    text: &str,
    part: &Part,
    piece: &str,
    base: usize,
    value: usize,
    failure: &Failure,
) -> Salvage {
    let end = part.own_end;
    let stop = value + text[value..end].trim_end().len();
    let mut errors = Vec::new();
    let mut repaired = piece.as_bytes().to_vec();
    for (start, behind) in bare_variables(text, value, stop) {
        let token = (
            token_start(text, value, start),
            token_end(text, behind, stop),
        );
        let name = &text[start..behind];
        let token_text = &text[token.0..token.1];
        errors.push(
            RawError::new(
                SyntaxCode::UnquotedVariable,
                start,
                behind,
                format!(
                    "`{name}` inside `{{ }}` or `[ ]` must be quoted: {}",
                    quoted(token_text)
                ),
            )
            .with_fix(
                "Quote the variable",
                vec![(token.0, token.1, quoted(token_text))],
            ),
        );
        // The same length, and nothing that has a meaning in a flow collection.
        for byte in &mut repaired[start - base..behind - base] {
            if matches!(
                *byte,
                b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'#' | b'"' | b'\''
            ) {
                *byte = b'_';
            }
        }
    }
    let mut copy = String::from_utf8(repaired).unwrap_or_else(|_| piece.to_string());
    let mut scan = BracketScan::default();
    let closed = scan.run(copy.as_bytes(), value - base);
    match closed {
        None => {
            let shown = format!("{}{copy}", " ".repeat(base));
            if let Some(error) = unclosed_bracket(&shown, value, stop) {
                errors.push(error);
            }
            copy.truncate(content_end_of_lines(&copy, 0, stop - base));
            copy.push_str(&closers(&scan));
        }
        Some(behind) => {
            let behind = base + behind;
            let rest = text[behind..end].trim_start_matches([' ', '\t', '\n', '\r']);
            if !rest.is_empty() && !rest.starts_with('#') {
                let from = end - rest.len();
                let to = content_end(text, from, end);
                errors.push(RawError::new(
                    SyntaxCode::UnexpectedText,
                    from,
                    to,
                    format!("`{}` stands behind the closing bracket; nothing can follow it on this line", excerpt(&text[from..to])),
                ));
                copy.truncate(behind - base);
            }
        }
    }
    if errors.is_empty() {
        errors.push(self::failure(text, failure, value, end));
    }
    Salvage {
        errors,
        repaired: Some(copy),
        value: Some((value, stop)),
    }
}

/// `${…}` in a flow collection, outside of quotes.
fn bare_variables(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let bytes = &text.as_bytes()[..end];
    let mut found = Vec::new();
    let mut at = start;
    let mut token_start = true;
    while at < end {
        match bytes[at] {
            b'"' | b'\'' if token_start => match line::close_quote(bytes, at) {
                Some(behind) => {
                    at = behind;
                    token_start = false;
                    continue;
                }
                None => break,
            },
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                let line_end = text[at..end]
                    .find(['\n', '\r'])
                    .map_or(end, |length| at + length);
                if let Some(length) = text[at..line_end].find('}') {
                    found.push((at, at + length + 1));
                    at += length + 1;
                    token_start = false;
                    continue;
                }
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' | b':' | b'[' | b'{' => {
                token_start = true;
                at += 1;
                continue;
            }
            _ => {}
        }
        token_start = false;
        at += 1;
    }
    found
}

fn token_start(text: &str, from: usize, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while at > from + 1
        && !matches!(
            bytes[at - 1],
            b' ' | b'\t' | b',' | b'[' | b'{' | b'\n' | b'\r'
        )
    {
        at -= 1;
    }
    at
}

fn token_end(text: &str, mut at: usize, end: usize) -> usize {
    let bytes = text.as_bytes();
    while at < end && !matches!(bytes[at], b' ' | b'\t' | b',' | b']' | b'}' | b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// Puts the parser's own reason into words.
pub(crate) fn failure(text: &str, failure: &Failure, start: usize, end: usize) -> RawError {
    use ErrorKind as Kind;
    let at = failure.at.clamp(start, end.max(start));
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line_end = text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |length| at + length);
    let token = at
        + text[at..line_end]
            .char_indices()
            .find(|(offset, c)| *offset > 0 && (c.is_whitespace() || matches!(c, ',' | ']' | '}')))
            .map_or(line_end - at, |(offset, _)| offset);
    let short = excerpt(&text[at..token]);
    let (code, message): (SyntaxCode, String) = match failure.kind.as_ref() {
        None => (SyntaxCode::UnexpectedText, format!("`{short}` cannot stand here")),
        Some(kind) => match kind {
            Kind::RecursionLimitExceeded => (SyntaxCode::TooDeep, "nested too deep; what lies deeper is not read".into()),
            Kind::TabInBlockIndentation | Kind::TabNotAllowed | Kind::TabInIndentation | Kind::TabInPlainScalar => {
                (SyntaxCode::TabIndentation, "a tab cannot indent YAML; use spaces".into())
            }
            Kind::UnclosedQuotedScalar => (SyntaxCode::UnclosedQuote, "this quote is never closed".into()),
            Kind::UnclosedFlowCollection { open } => (SyntaxCode::UnclosedBracket, format!("a `{open}` is never closed")),
            Kind::UnexpectedEofFlowSequence => (SyntaxCode::UnclosedBracket, "a `[` is never closed".into()),
            Kind::UnexpectedEofFlowMapping | Kind::UnexpectedEofImplicitFlowMapping => {
                (SyntaxCode::UnclosedBracket, "a `{` is never closed".into())
            }
            Kind::MisplacedFlowCollectionEnd => {
                (SyntaxCode::UnexpectedBracket, format!("`{short}` closes nothing that is open here"))
            }
            Kind::MismatchedFlowCollectionEnd { open, close } => {
                (SyntaxCode::UnexpectedBracket, format!("`{close}` cannot close `{open}`"))
            }
            Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator => {
                (SyntaxCode::MissingComma, format!("a comma is missing before `{short}`"))
            }
            Kind::InvalidIndentation
            | Kind::InvalidQuotedScalarIndent
            | Kind::InvalidFlowScalarIndent
            | Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry => {
                (SyntaxCode::BadIndentation, "the indentation of this line fits nothing above it".into())
            }
            Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::InvalidLowSurrogate
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
            | Kind::InvalidUnicodeEscape => (
                SyntaxCode::BadEscape,
                "YAML does not know this escape; write `\\\\` for a backslash, or use single quotes".into(),
            ),
            Kind::InvalidBlockScalarHeader | Kind::ZeroBlockScalarIndent => (
                SyntaxCode::BadBlockScalar,
                "behind `|` or `>` only an indentation (1-9) and `+` or `-` can stand; the text begins on the next line"
                    .into(),
            ),
            Kind::InvalidBlockScalarIndent | Kind::TabAtBlockScalarStart => (
                SyntaxCode::BadBlockScalar,
                "this line is indented less than the text of the `|` or `>` block above it".into(),
            ),
            Kind::CommentNotSeparated => (SyntaxCode::CommentNeedsSpace, "a comment needs a space before its `#`".into()),
            Kind::CommentInterceptedScalar => {
                (SyntaxCode::UnexpectedText, "a text cannot go on behind a comment; quote it, or move the comment".into())
            }
            Kind::MissingAnchorOrAliasName => (SyntaxCode::BadAnchor, "`&` and `*` need a name directly behind them".into()),
            Kind::UnknownAnchor => (SyntaxCode::UndefinedAlias, format!("`{short}` refers to nothing")),
            Kind::UndeclaredTagHandle
            | Kind::InvalidTagTerminator
            | Kind::MissingTagUri
            | Kind::UnclosedVerbatimTag
            | Kind::InvalidTagEscape
            | Kind::ExpectedTagBang => (SyntaxCode::BadTag, format!("`{short}` is no tag that YAML knows")),
            Kind::DuplicateVersionDirective
            | Kind::UnsupportedYamlMajorVersion
            | Kind::DuplicateTagDirective
            | Kind::ExpectedDocumentStart
            | Kind::MissingDocumentEndBeforeDirective
            | Kind::InvalidDirectiveTerminator
            | Kind::MissingYamlVersionSeparator
            | Kind::MissingYamlVersion
            | Kind::MissingDirectiveName
            | Kind::InvalidDirectiveName => (
                SyntaxCode::BadDirective,
                "a `%` line is a directive: it stands before `---` and reads `%YAML 1.2` or `%TAG ! prefix`".into(),
            ),
            Kind::InvalidDocumentEnd => (SyntaxCode::BadDocumentMarker, "nothing can follow `...` on its line".into()),
            Kind::DocumentIndicatorInQuotedScalar => {
                (SyntaxCode::BadDocumentMarker, "`---` ends the document inside a quoted text".into())
            }
            Kind::InvalidSimpleKey | Kind::SimpleKeyExpected => {
                (SyntaxCode::MissingColon, format!("`{short}` has no colon after it on the same line"))
            }
            Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => {
                (SyntaxCode::NestedColon, "a second `: ` on one line; quote the value if it is one text".into())
            }
            Kind::BlockSequenceEntryNotAllowed => {
                (SyntaxCode::ListOnKeyLine, "a list cannot begin here; begin it on a line of its own".into())
            }
            Kind::BlockEntryInFlowCollection | Kind::PlainScalarStartsWithDashFlowIndicator => (
                SyntaxCode::UnexpectedCharacter,
                "a `-` cannot begin an item inside `[ ]`; separate items with commas".into(),
            ),
            Kind::UnexpectedCharacter { character } if character.is_control() => (
                SyntaxCode::ControlCharacter,
                format!("the control character U+{:04X} cannot stand in YAML", u32::from(*character)),
            ),
            Kind::UnexpectedCharacter { character } => {
                (SyntaxCode::UnexpectedCharacter, format!("a value cannot begin with `{character}`; quote it"))
            }
            other => (SyntaxCode::Other, format!("this is not valid YAML: {other}")),
        },
    };
    RawError::new(code, at, token, message)
}
