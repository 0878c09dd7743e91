//! The effective document as a document: valid, formatted, with the origin of each value as a comment where that is wanted.

use super::{Text, origin_text, pad, yaml};
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
            writer.text.push("", None);
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
        let line = self.text.unfinished();
        if is_behind_hyphen {
            pad(indent - 2, line);
            line.push_str("- ");
        } else {
            pad(indent, line);
        }
        line.push_str(&yaml::key(&member.key));
        line.push(':');
        self.value(&member.value, member.at, indent);
    }

    /// A value behind what its line begins with.
    fn value(&mut self, value: &Value<'_>, at: Place, indent: usize) {
        match value {
            Value::Null => self.end_line(at, None),
            Value::Scalar(scalar) => {
                write(scalar, self.text.unfinished());
                self.end_line(scalar.at, Some(scalar));
            }
            Value::Mapping(members) if members.is_empty() => {
                self.text.unfinished().push_str(" {}");
                self.end_line(at, None);
            }
            Value::List(items) if items.is_empty() => {
                self.text.unfinished().push_str(" []");
                self.end_line(at, None);
            }
            Value::Mapping(members) => {
                self.end_line(at, None);
                self.members(members, indent + 2);
            }
            Value::List(items) => {
                self.end_line(at, None);
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
        let texts = parallel::pieces(members.len(), |piece| {
            let mut writer = Writer {
                effective,
                explain,
                text: Text::default(),
            };
            for member in &members[piece] {
                writer.member(member, indent, false);
            }
            vec![writer.text]
        });
        for text in texts {
            self.text.append(text);
        }
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
                    let at = self.text.start(self.text.line_count()) + indent;
                    self.items(inner, indent + 2);
                    // The first item stands behind the hyphen of the list around it.
                    self.text.unfinished().replace_range(at..=at, "-");
                }
                item => {
                    let line = self.text.unfinished();
                    pad(indent, line);
                    line.push('-');
                    self.value(item, *at, indent);
                }
            }
        }
    }

    fn end_line(&mut self, at: Place, scalar: Option<&Scalar<'_>>) {
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
            let line = self.text.unfinished();
            line.push_str(" # ");
            line.push_str(&words.join("; ").replace(['\n', '\r'], " "));
        }
        self.text.end_line(Some(self.effective.origin(at)));
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
