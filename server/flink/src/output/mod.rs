//! What a document becomes, as text.

mod conf;
mod deployment;
mod folds;
mod json;
mod l5;
mod table;
pub(crate) mod yaml;

pub use conf::{args, conf};
pub use deployment::flink_deployment;
pub use json::json;
pub use l5::l5;
pub use table::table;

use std::fmt::Write;

use crate::{
    effective::{Origin, Via},
    secrets::HIDDEN,
};

/// A text, line by line, with where each line comes from.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The lines.
    pub lines: Vec<Line>,
    /// What could not be written, in words.
    pub problems: Vec<String>,
}

/// A line of an output.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its text, without the end of the line.
    pub text: String,
    /// Where what it says is written.
    pub origin: Option<Origin>,
    /// It says what follows is about.
    pub is_heading: bool,
}

impl Text {
    /// All lines as one text.
    #[must_use]
    pub fn joined(&self) -> String {
        let length = self.lines.iter().map(|line| line.text.len() + 1).sum();
        let mut out = String::with_capacity(length);
        for line in &self.lines {
            out.push_str(&line.text);
            out.push('\n');
        }
        out
    }

    fn push(&mut self, text: String, origin: Option<&Origin>) {
        self.lines.push(Line {
            text,
            origin: origin.cloned(),
            is_heading: false,
        });
    }

    fn heading(&mut self, text: String) {
        self.lines.push(Line {
            text,
            origin: None,
            is_heading: true,
        });
    }
}

/// Whether a value holds a credential that is not shown.
#[must_use]
pub fn is_hidden(value: &str) -> bool {
    value.contains(HIDDEN)
}

/// An origin for people: `base.infra:12, inherited`.
#[must_use]
pub fn origin_text(origin: &Origin) -> String {
    let mut text = String::new();
    if let Some(uri) = origin.uri.as_deref() {
        text.push_str(uri.rsplit('/').next().unwrap_or(uri));
        if let Some(line) = origin.line {
            let _ = write!(text, ":{line}");
        }
        if origin.via == Via::Document && origin.variable.is_none() {
            return text;
        }
        text.push_str(", ");
    }
    text.push_str(origin.via.word());
    if let Some(variable) = &origin.variable {
        let _ = write!(text, " {variable}");
    }
    text
}
