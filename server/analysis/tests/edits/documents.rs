//! Random documents in the styles that people mix: block and flow, comments, blank lines, quotes, block scalars.

use std::fmt::Write;

use proptest::prelude::*;

/// A value and how it is written.
#[derive(Clone, Debug)]
pub enum Tree {
    /// Nothing behind the colon.
    Null,
    /// A scalar in one line.
    Scalar(&'static str),
    /// A block scalar: its head, its lines, and how many blank lines follow.
    Block(&'static str, Vec<&'static str>, usize),
    /// A list of scalars; in brackets or as lines.
    List(Vec<&'static str>, bool),
    /// A mapping.
    Map(Vec<Field>, Style),
}

/// How a mapping is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Style {
    Block,
    FlowLine,
    FlowLines { last_comma: bool },
}

/// One entry with what stands around it.
#[derive(Clone, Debug)]
pub struct Field {
    pub key: &'static str,
    pub value: Tree,
    pub comment_above: bool,
    pub comment: bool,
    pub comment_inside: bool,
    pub blank_below: bool,
}

const KEYS: [&str; 7] = [
    "a",
    "b",
    "long_name",
    "'quoted'",
    "\"double\"",
    "us-east-1",
    "é",
];
const SCALARS: [&str; 9] = [
    "1",
    "true",
    "64mb",
    "'it''s'",
    "\"a # b\"",
    "s3://bucket/x",
    "'${VAR}'",
    "~",
    "x y z",
];

fn scalar() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&SCALARS[..])
}

fn leaf() -> impl Strategy<Value = Tree> {
    prop_oneof![
        1 => Just(Tree::Null),
        5 => scalar().prop_map(Tree::Scalar),
        1 => (prop::sample::select(&["|", "|-", "|+", ">", ">-", ">+"][..]),
              prop::collection::vec(prop::sample::select(&["one", "two  # no comment", "  deeper"][..]), 1..3), 0..3usize)
            .prop_map(|(head, mut lines, blanks)| { lines.insert(0, "first"); Tree::Block(head, lines, blanks) }),
        1 => (prop::collection::vec(scalar(), 0..3), any::<bool>()).prop_map(|(items, flow)| {
            let flow = flow || items.is_empty();
            Tree::List(items, flow)
        }),
    ]
}

fn map_of(value: impl Strategy<Value = Tree> + Clone, least: usize) -> impl Strategy<Value = Tree> {
    let style = prop_oneof![
        3 => Just(Style::Block),
        1 => Just(Style::FlowLine),
        1 => any::<bool>().prop_map(|last_comma| Style::FlowLines { last_comma }),
    ];
    let field = (value, any::<[bool; 4]>()).prop_map(|(value, marks)| (value, marks));
    (
        prop::collection::vec(field, least..4),
        Just(KEYS.to_vec()).prop_shuffle(),
        style,
    )
        .prop_map(|(fields, keys, style)| {
            let fields: Vec<Field> = fields
                .into_iter()
                .zip(keys)
                .map(|((value, [above, comment, inside, blank]), key)| Field {
                    key,
                    value,
                    comment_above: above && comment,
                    comment,
                    comment_inside: inside && blank,
                    blank_below: blank,
                })
                .collect();
            let style = if fields.is_empty() {
                Style::FlowLine
            } else {
                style
            };
            Tree::Map(fields, style)
        })
}

/// A document's root: a block mapping, whatever is in it.
pub fn documents() -> impl Strategy<Value = (Tree, usize)> {
    let tree = leaf().prop_recursive(4, 40, 4, |inner| map_of(inner.boxed(), 0));
    (
        map_of(tree.boxed(), 1),
        prop::sample::select(&[2_usize, 4][..]),
    )
        .prop_map(|(tree, step)| match tree {
            Tree::Map(fields, _) => (Tree::Map(fields, Style::Block), step),
            other => (other, step),
        })
}

/// The text of a document. Comments are numbered, so that each is known again.
pub fn written(tree: &Tree, step: usize) -> String {
    let mut writer = Writer {
        text: String::new(),
        comments: 0,
        step,
    };
    if let Tree::Map(fields, _) = tree {
        writer.block(fields, 0);
    }
    writer.text
}

struct Writer {
    text: String,
    comments: usize,
    step: usize,
}

impl Writer {
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# note {}", self.comments)
    }

    fn block(&mut self, fields: &[Field], indent: usize) {
        for field in fields {
            if field.comment_above {
                let comment = self.comment();
                let _ = writeln!(self.text, "{:indent$}{comment}", "");
            }
            let _ = write!(self.text, "{:indent$}{}:", "", field.key);
            self.value(field, indent);
            if field.blank_below {
                self.text.push('\n');
            }
        }
    }

    fn line_end(&mut self, field: &Field) {
        if field.comment {
            let comment = self.comment();
            let _ = write!(self.text, " {comment}");
        }
        self.text.push('\n');
    }

    fn inside(&mut self, field: &Field, indent: usize) {
        if field.comment_inside {
            let comment = self.comment();
            let _ = writeln!(self.text, "{:indent$}{comment}", "");
        }
    }

    fn value(&mut self, field: &Field, indent: usize) {
        let inner = indent + self.step;
        match &field.value {
            Tree::Null => self.line_end(field),
            Tree::Scalar(text) => {
                let _ = write!(self.text, " {text}");
                self.line_end(field);
            }
            Tree::Block(head, lines, blanks) => {
                let _ = writeln!(self.text, " {head}");
                for line in lines {
                    let _ = writeln!(self.text, "{:inner$}{line}", "");
                }
                self.text.push_str(&"\n".repeat(*blanks));
            }
            Tree::List(items, true) => {
                let _ = write!(self.text, " [{}]", items.join(", "));
                self.line_end(field);
            }
            Tree::List(items, false) => {
                self.line_end(field);
                for item in items {
                    let _ = writeln!(self.text, "{:inner$}- {item}", "");
                }
            }
            Tree::Map(fields, Style::Block) if can_be_block(fields) => {
                self.line_end(field);
                self.inside(field, inner);
                self.block(fields, inner);
                self.inside(field, inner);
            }
            Tree::Map(fields, style) => {
                self.text.push(' ');
                self.flow(fields, *style, indent);
                self.line_end(field);
            }
        }
    }

    fn flow(&mut self, fields: &[Field], style: Style, indent: usize) {
        let lines = matches!(style, Style::FlowLines { .. }) && !fields.is_empty();
        let inner = indent + self.step;
        self.text.push('{');
        for (index, field) in fields.iter().enumerate() {
            if lines {
                self.text.push('\n');
                let _ = write!(self.text, "{:inner$}", "");
            } else if index > 0 {
                self.text.push(' ');
            }
            let _ = write!(self.text, "{}:", field.key);
            match &field.value {
                Tree::Null => {}
                Tree::Scalar(text) => {
                    let _ = write!(self.text, " {text}");
                }
                Tree::Block(_, lines, _) => {
                    let _ = write!(self.text, " '{}'", lines.join(" "));
                }
                Tree::List(items, _) => {
                    let _ = write!(self.text, " [{}]", items.join(", "));
                }
                Tree::Map(fields, style) => {
                    self.text.push(' ');
                    let style = if lines { *style } else { Style::FlowLine };
                    self.flow(fields, style, inner);
                }
            }
            let last = index + 1 == fields.len();
            if !last || matches!(style, Style::FlowLines { last_comma: true }) {
                self.text.push(',');
            }
            if lines && field.comment {
                let comment = self.comment();
                let _ = write!(self.text, " {comment}");
            }
        }
        if lines {
            let _ = write!(self.text, "\n{:1$}", "", indent + 1);
        }
        self.text.push('}');
    }
}

fn can_be_block(fields: &[Field]) -> bool {
    !fields.is_empty()
}
