//! Whole entries and tuning profiles, and reading their tab stops.

use std::ops::Range;

/// A whole entry that completion offers.
#[derive(Debug)]
pub struct Snippet {
    /// What the list shows; unique.
    pub label: &'static str,
    /// The path of the block in which the body is put; empty: the document itself.
    pub place: &'static str,
    /// The type of the entry, where it has one.
    pub entry_type: Option<&'static str>,
    /// What it is for.
    pub description: &'static str,
    /// Lines of YAML without indentation of their own, with tab stops in the form of the Language Server Protocol. No
    /// newline at the end.
    pub body: &'static str,
}

/// A set of values for an entry.
#[derive(Debug)]
pub struct Profile {
    /// As the specification calls it.
    pub name: &'static str,
    /// The path of the entry.
    pub place: &'static str,
    /// The type of the entries that it is for.
    pub entry_type: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Paths relative to the entry, with their values.
    pub values: &'static [(&'static str, &'static str)],
}

/// A piece of a snippet's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text, with its escapes resolved.
    Text(String),
    /// A tab stop: its number and the text that it shows at first.
    Stop {
        /// Its number.
        number: u32,
        /// The text, or the first of several choices.
        text: String,
    },
}

impl Snippet {
    /// The body for clients without snippets: every tab stop as its text.
    #[must_use]
    pub fn plain(&self) -> String {
        plain(self.body)
    }

    /// The body with every line after the first indented by `indent`, for insertion at a column.
    #[must_use]
    pub fn indented(&self, indent: &str) -> String {
        indented(self.body, indent)
    }

    /// The plain body, indented in the same way.
    #[must_use]
    pub fn plain_indented(&self, indent: &str) -> String {
        indented(&self.plain(), indent)
    }
}

fn indented(body: &str, indent: &str) -> String {
    let mut lines = body.lines();
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text.push('\n');
        if !line.is_empty() {
            text.push_str(indent);
        }
        text.push_str(line);
    }
    text
}

/// A snippet's body with every tab stop as its text.
#[must_use]
pub fn plain(body: &str) -> String {
    pieces(body)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) | Piece::Stop { text, .. } => text,
        })
        .collect()
}

/// Takes a snippet's body apart. Text that is no tab stop stays text.
#[must_use]
pub fn pieces(body: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while let Some(c) = body[at..].chars().next() {
        if c == '\\'
            && let Some(escaped @ ('$' | '}' | '\\')) = body[at + 1..].chars().next()
        {
            text.push(escaped);
            at += 2;
        } else if c == '$'
            && let Some((stop, range)) = stop(body, at)
        {
            if !text.is_empty() {
                all.push(Piece::Text(std::mem::take(&mut text)));
            }
            all.push(stop);
            at = range.end;
        } else {
            text.push(c);
            at += c.len_utf8();
        }
    }
    if !text.is_empty() {
        all.push(Piece::Text(text));
    }
    all
}

/// `$1`, `${1}`, `${1:text}` or `${1|one,two|}` at a place.
fn stop(body: &str, start: usize) -> Option<(Piece, Range<usize>)> {
    let rest = &body[start + 1..];
    let braces = rest.starts_with('{');
    let digits_at = start + 1 + usize::from(braces);
    let digits = body[digits_at..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let number = body[digits_at..digits_at + digits].parse().ok()?;
    let mut at = digits_at + digits;
    if !braces {
        return Some((
            Piece::Stop {
                number,
                text: String::new(),
            },
            start..at,
        ));
    }
    let mut text = String::new();
    match body[at..].chars().next()? {
        '}' => {}
        ':' => {
            at += 1;
            loop {
                match body[at..].chars().next()? {
                    '}' => break,
                    '\\' => {
                        let escaped = body[at + 1..].chars().next()?;
                        text.push(escaped);
                        at += 1 + escaped.len_utf8();
                    }
                    c => {
                        text.push(c);
                        at += c.len_utf8();
                    }
                }
            }
        }
        '|' => {
            let end = at + 1 + body[at + 1..].find("|}")?;
            text.push_str(body[at + 1..end].split(',').next()?);
            at = end + 1;
        }
        _ => return None,
    }
    Some((Piece::Stop { number, text }, start..at + 1))
}
