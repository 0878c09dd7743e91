//! Why a piece is wrong, in words for people, and what would fix it.

mod failure;
mod flow;
mod leaf;
mod salvage;

pub(crate) use failure::failure;
pub(crate) use leaf::leaf;
pub(crate) use salvage::{Repaired, Salvage};

use crate::{
    error::{RawError, SyntaxCode},
    line::BracketScan,
    skeleton::{Misplaced, Part, Role},
};

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
        format!("Nested more than {limit} levels deep; deeper levels are ignored."),
    )
}

pub(crate) fn misplaced(text: &str, part: &Part, misplaced: Misplaced) -> RawError {
    let spaces = " ".repeat(part.counts.max(0) as usize);
    let indentation = (part.line, part.start);
    let named = match part.role {
        Role::Entry => part.head.key_end,
        _ => part.own_end,
    };
    let named = text[part.start..named].lines().next().unwrap_or_default();
    let end = part.start + named.trim_end().len();
    let name = excerpt(named);
    let fix = |error: RawError, title: String| {
        error.with_fix(title, vec![(indentation.0, indentation.1, spaces.clone())])
    };
    match misplaced {
        Misplaced::Tab => fix(
            RawError::new(
                SyntaxCode::TabIndentation,
                indentation.0,
                indentation.1,
                "Tab used for indentation. Use spaces.",
            ),
            format!("Indent with {} spaces", part.counts.max(0)),
        ),
        Misplaced::TooDeep => fix(
            RawError::new(
                SyntaxCode::BadIndentation,
                part.start,
                end,
                format!(
                    "`{name}` is indented too far: expected {} spaces, found {}.",
                    part.counts, part.column
                ),
            )
            .quoting(&name),
            format!("Indent with {} spaces", part.counts),
        ),
        Misplaced::NotDeepEnough => fix(
            RawError::new(
                SyntaxCode::BadIndentation,
                part.start,
                end,
                format!(
                    "`{name}` is not indented far enough: expected {} spaces, found {}.",
                    part.counts, part.column
                ),
            )
            .quoting(&name),
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
                format!("Missing key before `{short}`."),
            )
            .quoting(&short)
        }),
        Some(b']' | b'}' | b',') => RawError::new(
            SyntaxCode::UnexpectedBracket,
            part.start,
            end,
            format!("Unmatched `{short}`."),
        )
        .quoting(&short),
        Some(b'@' | b'`') => wrong_start(SyntaxCode::ReservedCharacter, text, part.start, end),
        Some(b'%') if part.column == 0 => RawError::new(
            SyntaxCode::BadDirective,
            part.start,
            end,
            "Missing `---` after this `%` directive.",
        ),
        _ if part.misplaced == Some(Misplaced::TooDeep) => RawError::new(
            SyntaxCode::UnexpectedText,
            part.start,
            end,
            format!("Unexpected `{short}`: the value above it is complete."),
        )
        .quoting(&short),
        Some(b'\t') => RawError::new(
            SyntaxCode::TabIndentation,
            part.start,
            end,
            "Tab used for indentation. Use spaces.",
        ),
        _ => {
            let title = match word.contains([' ', '\t', '`']) {
                // What is the key and what the value is anybody's guess.
                true => "Insert `: `".to_owned(),
                false => format!("Insert `: ` after `{short}`"),
            };
            RawError::new(
                SyntaxCode::MissingColon,
                part.start,
                end,
                format!("Missing `:` after `{short}`."),
            )
            .quoting(&short)
            .with_fix(title, vec![(end, end, ": ".into())])
        }
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
        "Unclosed quote.",
    )
    .with_fix(
        format!("Close the quote with `{quote}`"),
        vec![(line_end, line_end, quote.into())],
    )
}

/// The error of a value that begins with a character which cannot begin a value, or which means something else there.
fn wrong_start(code: SyntaxCode, text: &str, start: usize, end: usize) -> RawError {
    let value = &text[start..end];
    let first = value.chars().next().unwrap_or('@');
    let shown = quoted(&excerpt(value));
    RawError::new(
        code,
        start,
        end,
        format!("A value cannot begin with `{first}`. Quote it: `{shown}`."),
    )
    .quoting(&shown)
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
            format!("Unclosed `{}`.", &text[at..at + 1]),
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

const BLOCK_HEADER: &str = "Only an indentation (1-9) and `+` or `-` may follow `|` or `>`. The text begins on the next line.";

fn comment_space(at: usize) -> RawError {
    RawError::new(
        SyntaxCode::CommentNeedsSpace,
        at,
        at + 1,
        "Missing space before `#`.",
    )
    .with_fix("Insert a space", vec![(at, at, " ".into())])
}
