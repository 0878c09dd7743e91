//! Env files (`.env` and others): `NAME=value` lines as docker compose and the dotenv libraries read them.
//!
//! A value is put together from what the files themselves say and from fixed variables of the settings, never from the environment
//! of the process: a folder that somebody has cloned must not get at the secrets of the shell by naming them.

mod lines;
mod value;

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use self::{
    lines::{Line, Lines},
    value::{Flaw, Piece},
};

/// Largest env file that is read.
pub const MAX_BYTES: u64 = 1 << 20;
/// Most env files of a project.
pub const MAX_FILES: usize = 32;
/// Bytes that references may bring into the values of all env files of a project together. Without a bound, ten lines that each
/// name the one above ten times are ten gigabytes.
pub const MAX_REFERENCED: usize = 1 << 20;
/// Problems of one file that are said one by one.
const MAX_PROBLEMS: usize = 100;

/// One assignment.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value, quotes and escapes undone, references to other variables replaced.
    pub value: String,
    /// Zero-based line on which the assignment begins.
    pub line: u32,
}

/// An env file as it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvFile {
    /// The assignments in the order of the file; a later one of the same name holds.
    pub assignments: Vec<Assignment>,
    /// What is wrong, by line. Nothing of the file is quoted, for it may be a part of a secret.
    pub problems: Vec<(u32, String)>,
}

/// Reads env files in their order. A reference means the fixed variable of its name, else what a line above or an earlier file sets.
pub struct Reader<'f> {
    fixed: &'f BTreeMap<String, String>,
    values: HashMap<String, String>,
    /// Bytes that references may still bring in.
    budget: usize,
}

impl<'f> Reader<'f> {
    /// A reader that has read nothing yet.
    pub fn new(fixed: &'f BTreeMap<String, String>) -> Reader<'f> {
        Reader {
            fixed,
            values: HashMap::new(),
            budget: MAX_REFERENCED,
        }
    }

    /// Reads the text of the next file.
    pub fn read(&mut self, text: &str) -> EnvFile {
        let mut file = EnvFile::default();
        let mut left_out = 0;
        for (number, line) in Lines::new(text) {
            let problem = match line {
                Line::Bare(name) if self.is_set(&text[name.clone()]) => None,
                Line::Bare(_) => Some("expected `NAME=value`"),
                Line::Bad(why) => Some(why),
                Line::Assignment(found) => {
                    let name = &text[found.name];
                    let mut flaw = None;
                    let value = value::parse(text, found.value, found.quote)
                        .and_then(|pieces| self.evaluate(text, &pieces, &mut flaw));
                    match value {
                        Ok(value) => {
                            self.values.insert(name.to_owned(), value.clone());
                            file.assignments.push(Assignment {
                                name: name.to_owned(),
                                value,
                                line: number,
                            });
                        }
                        Err(found) => flaw = Some(found),
                    }
                    flaw.map(Flaw::message)
                }
            };
            match problem {
                Some(_) if file.problems.len() == MAX_PROBLEMS => left_out += 1,
                Some(why) => file.problems.push((number, why.to_owned())),
                None => {}
            }
        }
        if let (1.., Some(last)) = (left_out, file.problems.last_mut()) {
            last.1 = format!("{}; {left_out} more lines have problems", last.1);
        }
        file
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.fixed.get(name).or_else(|| self.values.get(name));
        found.map(String::as_str)
    }

    fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text of a value. A flaw that leaves one is noted; one that does not is the error.
    fn evaluate(
        &mut self,
        text: &str,
        pieces: &[Piece],
        noted: &mut Option<Flaw>,
    ) -> Result<String, Flaw> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Command => {
                    out.push_str("$(");
                    noted.get_or_insert(Flaw::Command);
                }
                Piece::Reference(reference) => {
                    let value = self.get(&text[reference.name.clone()]);
                    let given = match reference.use_of(value)? {
                        value::Use::Value => value.map(str::to_owned),
                        value::Use::Word => Some(self.evaluate(text, &reference.word, noted)?),
                        value::Use::Nothing => None,
                        value::Use::Unset => {
                            noted.get_or_insert(Flaw::Unset);
                            None
                        }
                    };
                    let given = given.unwrap_or_default();
                    let left = self.budget.checked_sub(given.len());
                    self.budget = left.ok_or(Flaw::TooLarge)?;
                    out.push_str(&given);
                }
            }
        }
        Ok(out)
    }
}

/// Reads the text of a file that stands for itself.
pub fn parse(text: &str) -> EnvFile {
    Reader::new(&BTreeMap::new()).read(text)
}

/// The byte ranges in which an env file names a variable, with whether it is set there: where it is set, and where other values
/// refer to it. Text in single quotes, behind a backslash and in comments refers to nothing.
pub fn places(text: &str, name: &str) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    for (_, line) in Lines::new(text) {
        let Line::Assignment(assignment) = line else {
            continue;
        };
        if &text[assignment.name.clone()] == name {
            found.push((assignment.name, true));
        }
        if let Ok(pieces) = value::parse(text, assignment.value, assignment.quote) {
            value::each_reference(&pieces, &mut |reference| {
                if &text[reference.clone()] == name {
                    found.push((reference, false));
                }
            });
        }
    }
    found
}

#[cfg(test)]
mod tests;
