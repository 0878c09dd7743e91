//! The effective document as a document: valid, formatted, with the origin of each value as a comment where that is wanted.

use super::{Line, Text, origin_text, pad, yaml};
use crate::{
    effective::{Effective, Member, Place, Scalar, Value},
    parallel,
};

/// The effective document. With `explain` each line says where its value comes from.
#[must_use]
pub fn l5(effective: &Effective<'_>, explain: bool) -> Text {
    let mut writer = Writer {
        effective,
        explain,
        text: Text::default(),
    };
    let mut was_block = false;
    for (index, member) in effective.members.iter().enumerate() {
        let is_block = matches!(&member.value, Value::Mapping(members) if !members.is_empty())
            || matches!(&member.value, Value::List(items) if !items.is_empty());
        if index > 0 && (is_block || was_block) {
            writer.text.push(String::new(), None);
        }
        was_block = is_block;
        writer.member(member, 0, false);
    }
    writer.text
}

struct Writer<'e, 'a> {
    effective: &'e Effective<'a>,
    explain: bool,
    text: Text,
}

impl Writer<'_, '_> {
    /// A member, or the first one of an item, which stands behind a hyphen.
    fn member(&mut self, member: &Member<'_>, indent: usize, is_behind_hyphen: bool) {
        let key = yaml::key(&member.key);
        // The line is written into one piece of memory.
        let value = member.value.scalar().map_or(0, |value| value.text.len());
        let mut head = String::with_capacity(indent + key.len() + value + 4);
        if is_behind_hyphen {
            pad(indent - 2, &mut head);
            head.push_str("- ");
        } else {
            pad(indent, &mut head);
        }
        head.push_str(&key);
        head.push(':');
        self.value(head, &member.value, member.at, indent);
    }

    fn value(&mut self, mut head: String, value: &Value<'_>, at: Place, indent: usize) {
        match value {
            Value::Null => self.push(head, at, None),
            Value::Scalar(scalar) => {
                write(scalar, &mut head);
                self.push(head, scalar.at, Some(scalar));
            }
            Value::Mapping(members) if members.is_empty() => {
                head.push_str(" {}");
                self.push(head, at, None);
            }
            Value::List(items) if items.is_empty() => {
                head.push_str(" []");
                self.push(head, at, None);
            }
            Value::Mapping(members) => {
                self.push(head, at, None);
                self.members(members, indent + 2);
            }
            Value::List(items) => {
                self.push(head, at, None);
                self.items(items, indent + 2);
            }
        }
    }

    fn members(&mut self, members: &[Member<'_>], indent: usize) {
        if !parallel::are_many(members.len()) {
            for member in members {
                self.member(member, indent, false);
            }
            return;
        }
        let (effective, explain) = (self.effective, self.explain);
        let lines = parallel::pieces(members.len(), |piece| {
            let mut writer = Writer {
                effective,
                explain,
                text: Text::default(),
            };
            for member in &members[piece] {
                writer.member(member, indent, false);
            }
            writer.text.lines
        });
        self.text.lines.extend(lines);
    }

    fn items(&mut self, items: &[(Place, Value<'_>)], indent: usize) {
        for (at, item) in items {
            match item {
                Value::Mapping(members) if !members.is_empty() => {
                    for (number, member) in members.iter().enumerate() {
                        self.member(member, indent + 2, number == 0);
                    }
                }
                Value::List(inner) if !inner.is_empty() => {
                    let first = self.text.lines.len();
                    self.items(inner, indent + 2);
                    // The first item stands behind the hyphen of the list around it.
                    if let Some(line) = self.text.lines.get_mut(first) {
                        line.text.replace_range(indent..=indent, "-");
                    }
                }
                item => {
                    let mut head = String::with_capacity(indent + 32);
                    pad(indent, &mut head);
                    head.push('-');
                    self.value(head, item, *at, indent);
                }
            }
        }
    }

    fn push(&mut self, mut text: String, at: Place, scalar: Option<&Scalar<'_>>) {
        let origin = self.effective.origin(at);
        if self.explain
            && let Some(scalar) = scalar
        {
            let origins = self.effective.origins(scalar);
            let mut words: Vec<String> = origins.iter().map(origin_text).collect();
            words.extend(
                scalar
                    .unresolved
                    .iter()
                    .map(|name| format!("{name} is not set")),
            );
            if scalar.text == crate::secrets::HIDDEN {
                words.push("not shown".to_owned());
            }
            text.push_str(" # ");
            text.push_str(&words.join("; ").replace(['\n', '\r'], " "));
        }
        self.text.lines.push(Line {
            text,
            origin: Some(origin),
            is_heading: false,
        });
    }
}

/// Adds a scalar to the line in which its key or hyphen stands.
fn write(scalar: &Scalar<'_>, line: &mut String) {
    line.push(' ');
    if let Some(tag) = scalar.tag {
        line.push_str(tag);
        line.push(' ');
    }
    line.push_str(&if scalar.is_string {
        yaml::string(&scalar.text)
    } else {
        yaml::scalar(&scalar.text)
    });
}
