//! The parser's own reasons, in words for people.

use granit_parser::ErrorKind;

use super::{BLOCK_HEADER, comment_space, excerpt};
use crate::{
    error::{RawError, SyntaxCode},
    line,
    parse::Failure,
};

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
        None => (SyntaxCode::UnexpectedText, format!("Unexpected `{short}`.")),
        Some(kind) => match kind {
            Kind::RecursionLimitExceeded => (
                SyntaxCode::TooDeep,
                "Nested too deep; deeper levels are ignored.".into(),
            ),
            Kind::TabInBlockIndentation
            | Kind::TabNotAllowed
            | Kind::TabInIndentation
            | Kind::TabInPlainScalar => (
                SyntaxCode::TabIndentation,
                "Tab used for indentation. Use spaces.".into(),
            ),
            Kind::UnclosedQuotedScalar => (SyntaxCode::UnclosedQuote, "Unclosed quote.".into()),
            Kind::UnclosedFlowCollection { open } => {
                (SyntaxCode::UnclosedBracket, format!("Unclosed `{open}`."))
            }
            Kind::UnexpectedEofFlowSequence
            | Kind::UnexpectedEofFlowMapping
            | Kind::UnexpectedEofImplicitFlowMapping
            | Kind::ExpectedNodeContent
                if short.starts_with(',') =>
            {
                (
                    SyntaxCode::UnexpectedCharacter,
                    "Missing value before `,`.".into(),
                )
            }
            Kind::UnexpectedEofFlowSequence => {
                (SyntaxCode::UnclosedBracket, "Unclosed `[`.".into())
            }
            Kind::UnexpectedEofFlowMapping | Kind::UnexpectedEofImplicitFlowMapping => {
                (SyntaxCode::UnclosedBracket, "Unclosed `{`.".into())
            }
            Kind::MisplacedFlowCollectionEnd => (
                SyntaxCode::UnexpectedBracket,
                format!("Unmatched `{short}`."),
            ),
            Kind::MismatchedFlowCollectionEnd { open, close } => (
                SyntaxCode::UnexpectedBracket,
                format!("Mismatched bracket: `{close}` cannot close `{open}`."),
            ),
            Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator
                if short.starts_with(':') =>
            {
                (
                    SyntaxCode::MissingComma,
                    "Missing `,` before this key: the entry already has a `:`.".into(),
                )
            }
            Kind::ExpectedFlowMappingSeparator
            | Kind::ExpectedFlowSequenceSeparator
            | Kind::InvalidTrailingDoubleQuotedScalar
            | Kind::InvalidTrailingSingleQuotedScalar => (
                SyntaxCode::MissingComma,
                format!("Missing `,` before `{short}`."),
            ),
            Kind::InvalidIndentation
            | Kind::InvalidQuotedScalarIndent
            | Kind::InvalidFlowScalarIndent
            | Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry => {
                if text[..at]
                    .trim_end_matches([' ', '\t'])
                    .ends_with(['\n', '\r'])
                    || text[..at].trim().is_empty()
                {
                    (
                        SyntaxCode::BadIndentation,
                        "Inconsistent indentation: it matches no line above.".into(),
                    )
                } else {
                    (SyntaxCode::UnexpectedText, format!("Unexpected `{short}`."))
                }
            }
            Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::InvalidLowSurrogate
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
            | Kind::InvalidUnicodeEscape => (
                SyntaxCode::BadEscape,
                "Unknown escape. Write `\\\\` for a backslash, or use single quotes.".into(),
            ),
            Kind::InvalidBlockScalarHeader | Kind::ZeroBlockScalarIndent => {
                (SyntaxCode::BadBlockScalar, BLOCK_HEADER.into())
            }
            Kind::InvalidBlockScalarIndent | Kind::TabAtBlockScalarStart => (
                SyntaxCode::BadBlockScalar,
                "Indented less than the text of the `|` or `>` block above.".into(),
            ),
            Kind::CommentNotSeparated => (
                SyntaxCode::CommentNeedsSpace,
                "Missing space before `#`.".into(),
            ),
            Kind::CommentInterceptedScalar => (
                SyntaxCode::UnexpectedText,
                "Text cannot continue after a comment. Quote it, or move the comment.".into(),
            ),
            Kind::MissingAnchorOrAliasName => (
                SyntaxCode::BadAnchor,
                "Missing name after `&` or `*`.".into(),
            ),
            Kind::UnknownAnchor => (
                SyntaxCode::UndefinedAlias,
                format!("Undefined alias `{short}`."),
            ),
            Kind::UndeclaredTagHandle
            | Kind::InvalidTagTerminator
            | Kind::MissingTagUri
            | Kind::UnclosedVerbatimTag
            | Kind::InvalidTagEscape
            | Kind::ExpectedTagBang => (SyntaxCode::BadTag, format!("Unknown tag `{short}`.")),
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
                "Invalid directive. Write `%YAML 1.2` or `%TAG ! prefix` before `---`.".into(),
            ),
            Kind::InvalidDocumentEnd => (
                SyntaxCode::BadDocumentMarker,
                "Unexpected text after `...`.".into(),
            ),
            Kind::DocumentIndicatorInQuotedScalar => (
                SyntaxCode::BadDocumentMarker,
                "`---` inside a quoted text ends the document.".into(),
            ),
            Kind::InvalidSimpleKey | Kind::SimpleKeyExpected => (
                SyntaxCode::MissingColon,
                format!("Missing `:` after `{short}` on the same line."),
            ),
            Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => (
                SyntaxCode::NestedColon,
                "Unexpected second `: ` on one line. Quote the value if it is one text.".into(),
            ),
            Kind::BlockSequenceEntryNotAllowed => (
                SyntaxCode::ListOnKeyLine,
                "A list cannot start here. Start it on its own line.".into(),
            ),
            Kind::BlockEntryInFlowCollection | Kind::PlainScalarStartsWithDashFlowIndicator => (
                SyntaxCode::UnexpectedCharacter,
                "Unexpected `-` inside `[ ]`. Separate items with commas.".into(),
            ),
            Kind::UnexpectedCharacter { character } if character.is_control() => (
                SyntaxCode::ControlCharacter,
                format!(
                    "Control character U+{:04X} is not allowed in YAML.",
                    u32::from(*character)
                ),
            ),
            Kind::UnexpectedCharacter { character } => (
                SyntaxCode::UnexpectedCharacter,
                format!("A value cannot begin with `{character}`. Quote it."),
            ),
            other => (SyntaxCode::Other, format!("Invalid YAML: {other}.")),
        },
    };
    finish(
        text,
        failure,
        RawError::new(code, at, token, message).quoting(&short),
    )
}

/// Narrows the range to the token that is wrong, and adds what would fix it.
fn finish(text: &str, failure: &Failure, mut error: RawError) -> RawError {
    let (start, end) = (error.start as usize, error.end as usize);
    match error.code {
        SyntaxCode::CommentNeedsSpace if text[start..].starts_with('#') => comment_space(start),
        SyntaxCode::BadEscape => bad_escape(text, error),
        SyntaxCode::MissingComma if !text[start..].starts_with(':') => {
            let before = text[..start].trim_end().len();
            error.with_fix("Insert a comma", vec![(before, before, ",".into())])
        }
        SyntaxCode::UnexpectedCharacter if text[start..].starts_with(',') => {
            error.end = error.start + 1;
            error.with_fix("Remove the comma", vec![(start, start + 1, String::new())])
        }
        SyntaxCode::UnexpectedBracket => {
            let Some(ErrorKind::MismatchedFlowCollectionEnd { open, close }) = failure.kind else {
                return error;
            };
            // The parser points at the bracket that was opened or at the one that closes; the latter is the wrong one.
            let Some(at) = text[start..].find(close).map(|length| start + length) else {
                return error;
            };
            error.start = at as u32;
            error.end = (at + close.len_utf8()) as u32;
            let right = if open == '[' { "]" } else { "}" };
            error.with_fix(
                format!("Write `{right}`"),
                vec![(at, at + close.len_utf8(), right.into())],
            )
        }
        SyntaxCode::BadBlockScalar if end == start => {
            error.end = (start + text[start..].chars().next().map_or(0, char::len_utf8)) as u32;
            error
        }
        _ => error,
    }
}

/// The escape in a double-quoted scalar that YAML does not know.
fn bad_escape(text: &str, mut error: RawError) -> RawError {
    let start = error.start as usize;
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        return error;
    }
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let digits = match bytes.get(at + 1) {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(
                b'0' | b'a' | b'b' | b't' | b'\t' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"'
                | b'/' | b'\\' | b'N' | b'_' | b'L' | b'P' | b'\n' | b'\r',
            ) => 0,
            _ => usize::MAX,
        };
        let good = digits != usize::MAX
            && bytes
                .get(at + 2..at + 2 + digits)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if !good {
            let length = text[at + 1..].chars().next().map_or(0, char::len_utf8);
            error.start = at as u32;
            error.end = (at + 1 + length) as u32;
            let Some(close) = line::close_quote(bytes, start) else {
                return error;
            };
            let inner = &text[start + 1..close - 1];
            if !inner.contains(['\'', '"', '\n', '\r']) {
                return error.with_fix(
                    "Use single quotes",
                    vec![(start, close, format!("'{inner}'"))],
                );
            }
            return error.with_fix("Write the backslash twice", vec![(at, at, "\\".into())]);
        }
        at += 2 + digits;
    }
    error
}
