//! What is wrong with an entry or item that has nothing below it.

use granit_parser::ErrorKind;

use super::{
    BLOCK_HEADER, Repaired, Salvage, comment_space, content_end, excerpt, failure, flow::flow,
    quoted, unclosed_quote, wrong_start,
};
use crate::{
    error::{RawError, SyntaxCode},
    line::{self, HeadKind, ValueKind},
    parse::Failure,
    skeleton::{Part, Role},
};

/// Most bytes of a key on one line.
const LONGEST_KEY: usize = 1024;

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
    let salvage = |errors: Vec<RawError>, repaired: Option<Repaired>| Salvage {
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
            format!("Missing space after `{key}:`."),
        )
        .with_fix("Insert a space", vec![(head.after, head.after, " ".into())]);
        return salvage(vec![error], None);
    }
    if head.kind == HeadKind::Key && head.key_end - part.start > LONGEST_KEY {
        let error = RawError::new(
            SyntaxCode::KeyTooLong,
            part.start,
            head.key_end,
            "A key can have at most 1024 characters. Write `? ` before a longer one.",
        );
        return salvage(vec![error], None);
    }
    if matches!(failure.kind, Some(ErrorKind::RecursionLimitExceeded)) {
        return salvage(vec![failure::failure(text, failure, part.start, end)], None);
    }
    let bytes = text.as_bytes();
    if value >= end {
        return salvage(vec![failure::failure(text, failure, part.start, end)], None);
    }
    match bytes[value] {
        quote @ (b'"' | b'\'') => match line::close_quote(&bytes[..end], value) {
            None => {
                let error = unclosed_quote(text, value, end);
                let stop = error.end as usize;
                let missing = char::from(quote).to_string();
                Salvage {
                    errors: vec![error],
                    repaired: Some(Repaired::up_to(piece, stop - base, &missing)),
                    value: Some((value, stop)),
                }
            }
            Some(closed) => {
                let rest = text[closed..end].trim_start_matches([' ', '\t']);
                if rest.is_empty() || rest.starts_with('#') {
                    return salvage(vec![failure::failure(text, failure, value, end)], None);
                }
                let from = end - rest.len();
                if matches!(failure.kind, Some(ErrorKind::CommentNotSeparated)) && from == closed {
                    return Salvage {
                        errors: vec![comment_space(closed)],
                        repaired: Some(Repaired::up_to(piece, closed - base, "")),
                        value: Some((value, closed)),
                    };
                }
                let error = if from == closed && rest.starts_with('#') {
                    comment_space(closed)
                } else {
                    let stop = content_end(text, from, end);
                    let shown = excerpt(&text[from..stop]);
                    let error = RawError::new(
                        SyntaxCode::UnexpectedText,
                        from,
                        stop,
                        format!("Unexpected `{shown}` after the closing quote."),
                    )
                    .quoting(&shown);
                    // `'it's'`: the quotes at both ends are meant, the one between them is part of the text.
                    match text[value..stop]
                        .strip_prefix(char::from(quote))
                        .and_then(|rest| rest.strip_suffix(char::from(quote)))
                    {
                        Some(inner) if !inner.contains('\\') => error.with_fix(
                            "Escape the quotes inside",
                            vec![(value, stop, quoted(inner))],
                        ),
                        _ => error,
                    }
                };
                Salvage {
                    errors: vec![error],
                    repaired: Some(Repaired::up_to(piece, closed - base, "")),
                    value: Some((value, closed)),
                }
            }
        },
        b'[' | b'{' => flow(text, part, piece, base, value, failure),
        b'@' | b'`' => salvage(
            vec![wrong_start(
                SyntaxCode::ReservedCharacter,
                text,
                value,
                stop,
            )],
            None,
        ),
        b'-' if matches!(
            bytes.get(value + 1),
            None | Some(b' ' | b'\t' | b'\n' | b'\r')
        ) && part.role == Role::Entry =>
        {
            let error = RawError::new(
                SyntaxCode::ListOnKeyLine,
                value,
                value + 1,
                "A list cannot start on the line of its key. Start it on the next line, or write `[ ]`.",
            );
            let indent = " ".repeat(part.counts.max(0) as usize + 2);
            let error = error.with_fix(
                "Start the list on the next line",
                vec![(head.after, value, format!("\n{indent}"))],
            );
            salvage(vec![error], None)
        }
        b'|' | b'>' => {
            let error = match failure.kind {
                Some(ErrorKind::InvalidBlockScalarIndent | ErrorKind::TabAtBlockScalarStart) => {
                    failure::failure(text, failure, value, end)
                }
                _ if head.value_kind == ValueKind::BlockScalar => {
                    failure::failure(text, failure, value, end)
                }
                _ => {
                    let error =
                        RawError::new(SyntaxCode::BadBlockScalar, value, stop, BLOCK_HEADER);
                    // With more lines below, it is not known which of them were meant as text.
                    if text[stop..end].contains('\n') {
                        error
                    } else {
                        error.with_fix(
                            "Quote the value",
                            vec![(value, stop, quoted(&text[value..stop]))],
                        )
                    }
                }
            };
            salvage(vec![error], None)
        }
        b'%' | b',' | b']' | b'}' => salvage(
            vec![wrong_start(
                SyntaxCode::UnexpectedCharacter,
                text,
                value,
                stop,
            )],
            None,
        ),
        b'?' | b':'
            if matches!(
                bytes.get(value + 1),
                None | Some(b' ' | b'\t' | b'\n' | b'\r')
            ) =>
        {
            salvage(
                vec![wrong_start(
                    SyntaxCode::UnexpectedCharacter,
                    text,
                    value,
                    stop,
                )],
                None,
            )
        }
        _ => {
            let nested = (value..stop).find(|at| {
                bytes[*at] == b':'
                    && matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
            });
            if let Some(colon) = nested {
                let shown = quoted(&excerpt(&text[value..stop]));
                let error = RawError::new(
                    SyntaxCode::NestedColon,
                    colon,
                    colon + 1,
                    format!(
                        "Unexpected second `: ` on one line. Quote the value if it is one text: `{shown}`."
                    ),
                )
                .quoting(&shown)
                .with_fix(
                    "Quote the value",
                    vec![(value, stop, quoted(&text[value..stop]))],
                );
                return salvage(vec![error], None);
            }
            salvage(vec![failure::failure(text, failure, part.start, end)], None)
        }
    }
}
