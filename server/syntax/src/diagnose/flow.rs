//! What is wrong inside `{ }` or `[ ]`.

use super::{
    Repaired, Salvage, closers, content_end, content_end_of_lines, excerpt, failure, quoted,
    unclosed_bracket,
};
use crate::{
    error::{RawError, SyntaxCode},
    line::{self, BracketScan},
    parse::Failure,
    skeleton::Part,
};

/// What is wrong inside `{ }` or `[ ]`.
pub(super) fn flow(
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
            .quoting(&quoted(token_text))
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
    let copy = String::from_utf8(repaired).unwrap_or_else(|_| piece.to_string());
    let (mut same, mut missing) = (copy.len(), String::new());
    let mut scan = BracketScan::default();
    let closed = scan.run(copy.as_bytes(), value - base);
    match closed {
        None => {
            let shown = format!("{}{copy}", " ".repeat(base));
            if let Some(error) = unclosed_bracket(&shown, value, stop) {
                errors.push(error);
            }
            same = content_end_of_lines(&copy, 0, stop - base);
            // What is typed next goes into the collection.
            same += blanks(&copy[same..]);
            missing = closers(&scan);
        }
        Some(behind) => {
            let behind = base + behind;
            let rest = text[behind..end].trim_start_matches([' ', '\t', '\n', '\r']);
            if !rest.is_empty() && !rest.starts_with('#') {
                let from = end - rest.len();
                let to = content_end(text, from, end);
                let shown = excerpt(&text[from..to]);
                errors.push(
                    RawError::new(
                        SyntaxCode::UnexpectedText,
                        from,
                        to,
                        format!("`{shown}` stands behind the closing bracket; nothing can follow it on this line"),
                    )
                    .quoting(&shown),
                );
                same = behind - base;
            }
        }
    }
    if errors.is_empty() {
        errors.push(failure::failure(text, failure, value, end));
    }
    Salvage {
        errors,
        repaired: Some(Repaired::up_to(&copy, same, &missing)),
        value: Some((value, stop)),
    }
}

/// How many bytes of blanks a text begins with.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
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
