//! What scalars say once the references in them are replaced, as far as that is known.
//!
//! A value that a variable is known to have counts as if it were written. Values of credentials never do: neither those of
//! variables that sound like one nor those of secret fields.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
};

use nexflow_catalog::value::{self, Template, template::SegmentKind};
use nexflow_syntax::{Node, TextRange};

use crate::{Related, Snapshot, Variable, Variables, secret::is_secret_name};

/// The values of variables that a document is checked with.
#[derive(Clone, Copy)]
pub struct KnownValues<'a> {
    /// `None` where every variable counts as defined, whatever its value.
    variables: Option<&'a dyn Variables>,
}

impl<'a> KnownValues<'a> {
    /// The values that a snapshot is checked with.
    pub fn of(snapshot: &'a Snapshot) -> KnownValues<'a> {
        let context = &snapshot.context;
        let known = !context.settings.assume_variables;
        KnownValues {
            variables: known.then_some(&*context.variables),
        }
    }

    /// The variable of this name, when it is set and its value may be looked at.
    pub fn get(self, name: &str) -> Option<Variable> {
        self.variables?.get(name)
    }

    /// A scalar's text when it is known: references stand for the value of their variable or for their default, others and
    /// secrets make it unknown.
    pub fn text(self, node: Node<'a>, is_secret: bool) -> Option<Cow<'a, str>> {
        let text = node.value()?;
        // Texts are short: looking at each byte is faster than a search that prepares itself.
        if !text.bytes().any(|byte| byte == b'$') && !text.starts_with(value::template::SECRET) {
            return Some(text);
        }
        let template = Template::parse(&text);
        if is_secret {
            return template.with_defaults(&text).map(Cow::Owned);
        }
        self.resolved(&text, &template).map(Cow::Owned)
    }

    /// Whether a scalar is an empty text, and not only by the default of a reference.
    pub fn is_empty(self, node: Node<'a>) -> bool {
        self.text(node, false).is_some_and(|text| text.is_empty())
            && !node.value().is_some_and(|raw| raw.contains(":-"))
    }

    /// The same of a text that has been taken apart.
    pub fn resolved(self, text: &str, template: &Template) -> Option<String> {
        if template.secret.is_some() {
            return None;
        }
        let mut hidden = false;
        let resolved = template.resolve(text, |name| {
            let variable = self.get(name)?;
            hidden |= is_secret_name(name);
            Some(variable.value)
        });
        resolved.filter(|_| !hidden)
    }

    /// The lines that give the values of the variables in a scalar.
    pub fn given_by(self, node: Node<'_>) -> Vec<Related> {
        let Some(text) = node.value() else {
            return Vec::new();
        };
        if !text.bytes().any(|byte| byte == b'$') {
            return Vec::new();
        }
        self.lines(&text, &Template::parse(&text))
    }

    /// The same of a text that has been taken apart.
    pub fn lines(self, text: &str, template: &Template) -> Vec<Related> {
        let mut lines: Vec<Related> = Vec::new();
        for segment in &template.segments {
            let SegmentKind::Variable { name, .. } = &segment.kind else {
                continue;
            };
            let name = &text[name.clone()];
            let Some(variable) = self.get(name) else {
                continue;
            };
            let Some((uri, line)) = variable.origin.line() else {
                continue;
            };
            let related = Related {
                file: Some(uri.to_owned()),
                line: Some(line),
                range: TextRange::default(),
                message: format!("`{name}` is set here"),
            };
            if !lines.contains(&related) {
                lines.push(related);
            }
        }
        lines
    }

    /// Feeds the values of these variables to a hash; those that have none leave no trace.
    pub fn hash<'n>(self, names: impl Iterator<Item = &'n str>, hash: &mut impl Hasher) {
        for name in names {
            if let Some(variable) = self.get(name) {
                (name, &variable.value, variable.origin.line()).hash(hash);
            }
        }
    }
}
