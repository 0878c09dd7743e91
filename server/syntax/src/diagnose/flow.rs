//! What is wrong inside `{ }` or `[ ]`.

use std::ops::Range;

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

/// In a longer value one error stands for all of its variables: each repeats the value.
const LONG_TOKEN: usize = 256;

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
    let found = bare_variables(text, value, stop);
    for (variables, (start, behind)) in tokens(text, value, stop, &found) {
        let token = &text[start..behind];
        let right = quoted(token);
        let is_long = token.len() > LONG_TOKEN;
        let shown = match is_long {
            true => quoted(&excerpt(token)),
            false => right.clone(),
        };
        for (at, (from, to)) in found[variables].iter().copied().enumerate() {
            if at == 0 || !is_long {
                let name = &text[from..to];
                errors.push(
                    RawError::new(
                        SyntaxCode::UnquotedVariable,
                        from,
                        to,
                        format!("Quote `{name}` inside `{{ }}` or `[ ]`: `{shown}`."),
                    )
                    .quoting(&shown)
                    .with_fix("Quote the variable", vec![(start, behind, right.clone())]),
                );
            }
        }
    }
    // The same length, and nothing that has a meaning in a flow collection.
    for byte in found
        .iter()
        .flat_map(|(start, behind)| start - base..behind - base)
    {
        let byte = &mut repaired[byte];
        if matches!(
            *byte,
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'#' | b'"' | b'\''
        ) {
            *byte = b'_';
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
                        format!("Unexpected `{shown}` after the closing bracket."),
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
    let mut line_end = start;
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
                if line_end <= at {
                    let length = text[at..end].find(['\n', '\r']);
                    line_end = length.map_or(end, |length| at + length);
                }
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

/// The values that variables are parts of: which variables, and where the value stands.
fn tokens(
    text: &str,
    value: usize,
    stop: usize,
    found: &[(usize, usize)],
) -> Vec<(Range<usize>, (usize, usize))> {
    let bytes = text.as_bytes();
    let is_end = |byte: u8| matches!(byte, b' ' | b'\t' | b',' | b']' | b'}' | b'\n' | b'\r');
    let mut tokens = Vec::new();
    let mut first = 0;
    while let Some((start, mut end)) = found.get(first).copied() {
        let mut next = first + 1;
        loop {
            match found.get(next) {
                Some((start, behind)) if *start == end => {
                    end = *behind;
                    next += 1;
                }
                _ if end < stop && !is_end(bytes[end]) => end += 1,
                _ => break,
            }
        }
        tokens.push((first..next, (token_start(text, value, start), end)));
        first = next;
    }
    tokens
}
