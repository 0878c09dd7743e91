//! The value of an assignment: its escapes, and its references to other variables.

use std::ops::Range;

use super::lines::Quote;

/// Default words within default words beyond which nothing is read.
const MAX_DEPTH: usize = 16;

/// A part of a value.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// Text, escapes undone.
    Text(String),
    /// The value of another variable.
    Reference(Reference),
    /// `$(`, with which a shell begins a command.
    Command,
}

/// `$NAME`, `${NAME}` or `${NAME` with an operator and a word.
#[derive(Debug, PartialEq)]
pub struct Reference {
    /// Where the name stands.
    pub name: Range<usize>,
    /// What is asked of the variable.
    operator: Operator,
    /// Whether an empty value counts as none (`:-` rather than `-`).
    empty_is_none: bool,
    /// What stands behind the operator.
    pub word: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    /// The value.
    Plain,
    /// `-`: the value, else the word.
    Default,
    /// `+`: the word where there is a value.
    Alternative,
    /// `?`: the value, which must be there.
    Required,
}

/// What a reference stands for.
pub enum Use {
    /// The value of the variable.
    Value,
    /// The word behind the operator.
    Word,
    /// Nothing, as it is meant.
    Nothing,
    /// Nothing, for no value is known.
    Unset,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    /// A reference to a variable that has no value.
    Unset,
    /// `$(`.
    Command,
    /// `${` without `}`.
    Unclosed,
    /// `${` without a name.
    NoName,
    /// Default words too deep within each other.
    TooDeep,
    /// References that bring in too much.
    TooLarge,
    /// A variable that is required and has no value.
    Required,
}

impl Flaw {
    /// In words, without anything of the value.
    pub fn message(self) -> &'static str {
        match self {
            Flaw::Unset => {
                "a reference in this value is empty: no line above, no earlier env file and no fixed variable of the settings gives \
                 it a value. The environment of the process is not asked"
            }
            Flaw::Command => {
                "`$(` is plain text here; no command runs. Write `\\$(` or use single quotes"
            }
            Flaw::Unclosed => {
                "missing `}` after `${`; the variable is ignored. Write `\\$` for a dollar sign"
            }
            Flaw::NoName => {
                "invalid variable name between `${` and `}`; the variable is ignored. Write `\\$` for a dollar sign"
            }
            Flaw::TooDeep => "defaults nested too deeply; the variable is ignored",
            Flaw::TooLarge => "the expanded value is too large; the variable is ignored",
            Flaw::Required => "a required variable (`?`) is not set; this variable is ignored",
        }
    }
}

impl Reference {
    /// What the reference stands for, given the value of its variable.
    pub fn use_of(&self, value: Option<&str>) -> Result<Use, Flaw> {
        let is_there = value.is_some_and(|value| !(self.empty_is_none && value.is_empty()));
        match (self.operator, is_there) {
            (Operator::Alternative, true) | (Operator::Default, false) => Ok(Use::Word),
            (Operator::Alternative, false) => Ok(Use::Nothing),
            (Operator::Plain, false) => Ok(Use::Unset),
            (Operator::Required, false) => Err(Flaw::Required),
            (_, true) => Ok(Use::Value),
        }
    }
}

/// Calls `visit` for the name in each reference, in the order of the text.
pub fn each_reference(pieces: &[Piece], visit: &mut dyn FnMut(Range<usize>)) {
    for piece in pieces {
        if let Piece::Reference(reference) = piece {
            visit(reference.name.clone());
            each_reference(&reference.word, visit);
        }
    }
}

/// Reads the value that stands in a range of a text.
pub fn parse(text: &str, range: Range<usize>, quote: Quote) -> Result<Vec<Piece>, Flaw> {
    let mut parser = Parser {
        text: &text[..range.end],
        at: range.start,
        quote,
    };
    if quote == Quote::Single {
        let inside = text[range].replace("\r\n", "\n").replace("\\'", "'");
        return Ok(vec![Piece::Text(inside)]);
    }
    parser.pieces(0)
}

struct Parser<'t> {
    /// The text up to the end of the value.
    text: &'t str,
    at: usize,
    quote: Quote,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Pieces up to the end, or within `${…}` up to its brace.
    fn pieces(&mut self, depth: usize) -> Result<Vec<Piece>, Flaw> {
        if depth > MAX_DEPTH {
            return Err(Flaw::TooDeep);
        }
        let mut pieces = Vec::new();
        let mut plain = String::new();
        while let Some(c) = self.rest().chars().next() {
            let found = match c {
                '}' if depth > 0 => break,
                '$' => self.dollar(depth)?,
                '\\' => {
                    plain.push_str(self.escape(depth));
                    continue;
                }
                '\r' if self.rest().starts_with("\r\n") => {
                    self.at += 1;
                    continue;
                }
                c => {
                    plain.push(c);
                    self.at += c.len_utf8();
                    continue;
                }
            };
            match found {
                Piece::Text(text) => plain.push_str(&text),
                found => {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(found);
                }
            }
        }
        pieces.push(Piece::Text(plain));
        Ok(pieces)
    }

    /// What a backslash and what follows it stand for.
    fn escape(&mut self, depth: usize) -> &'static str {
        let next = self.rest()[1..].chars().next();
        let meant = match (next, self.quote) {
            (Some('$'), _) => Some("$"),
            (Some('}'), _) if depth > 0 => Some("}"),
            (Some('n'), Quote::Double) => Some("\n"),
            (Some('r'), Quote::Double) => Some("\r"),
            (Some('t'), Quote::Double) => Some("\t"),
            (Some('"'), Quote::Double) => Some("\""),
            (Some('\\'), Quote::Double) => Some("\\"),
            _ => None,
        };
        self.at += if meant.is_some() { 2 } else { 1 };
        meant.unwrap_or("\\")
    }

    /// What begins with a dollar sign.
    fn dollar(&mut self, depth: usize) -> Result<Piece, Flaw> {
        self.at += 1;
        let plain = |name| Reference {
            name,
            operator: Operator::Plain,
            empty_is_none: false,
            word: Vec::new(),
        };
        let text = |text: &str| Ok(Piece::Text(text.into()));
        match self.rest().chars().next() {
            Some('$') => {
                self.at += 1;
                text("$")
            }
            Some('(') => {
                self.at += 1;
                Ok(Piece::Command)
            }
            Some('{') => {
                self.at += 1;
                self.braces(depth)
            }
            _ => match self.name() {
                Some(name) => Ok(Piece::Reference(plain(name))),
                None => text("$"),
            },
        }
    }

    fn braces(&mut self, depth: usize) -> Result<Piece, Flaw> {
        let Some(name) = self.name() else {
            return Err(Flaw::NoName);
        };
        let empty_is_none = self.rest().starts_with(':');
        self.at += usize::from(empty_is_none);
        let operator = match self.rest().chars().next() {
            Some('}') if !empty_is_none => Operator::Plain,
            Some('-') => Operator::Default,
            Some('+') => Operator::Alternative,
            Some('?') => Operator::Required,
            None => return Err(Flaw::Unclosed),
            Some(_) => return Err(Flaw::NoName),
        };
        let mut word = Vec::new();
        if operator != Operator::Plain {
            self.at += 1;
            word = self.pieces(depth + 1)?;
        }
        if !self.rest().starts_with('}') {
            return Err(Flaw::Unclosed);
        }
        self.at += 1;
        Ok(Piece::Reference(Reference {
            name,
            operator,
            empty_is_none,
            word,
        }))
    }

    fn name(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let is_name = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let name = self.at..self.at + length;
        is_name.then(|| {
            self.at = name.end;
            name
        })
    }
}
