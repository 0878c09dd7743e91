//! What the integration tests share: snapshots, and documents built around one field of the catalog.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod corpus;
pub mod credentials;
pub mod known;
pub mod specification;

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{Context, Settings, Snapshot, Variable};
use nexflow_catalog::{Field, Kind, field, fields, node};
use nexflow_syntax::{Document, TextRange, TextSize};

/// A snapshot of a text whose variables all count as resolved.
pub fn resolved(text: &str) -> Snapshot {
    snapshot(
        text,
        Settings {
            assume_variables: true,
            ..Settings::default()
        },
        HashMap::new(),
    )
}

/// A snapshot of a text with these settings and variables.
pub fn snapshot(text: &str, settings: Settings, variables: HashMap<String, Variable>) -> Snapshot {
    Snapshot::new(
        Document::parse(text),
        Context {
            settings: Arc::new(settings),
            variables: Arc::new(variables),
            bases: Vec::new(),
            base_problem: None,
            processes: None,
        },
    )
}

/// A range from byte offsets.
pub fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(size(start), size(end))
}

/// An offset.
pub fn size(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).expect("test texts are small"))
}

/// A small tree to write documents with.
#[derive(Clone, Debug)]
pub enum Tree {
    /// A mapping, in order.
    Map(Vec<(String, Tree)>),
    /// A list.
    List(Vec<Tree>),
    /// A scalar or flow collection, written as it is.
    Raw(String),
    /// The place that the test is about.
    Hole,
}

/// A document with a hole at the place of one field.
pub struct Example {
    /// The whole document, the hole filled.
    pub text: String,
    /// Where the field's key stands; of a list item, where the item stands.
    pub key: TextRange,
    /// Where the hole's content stands.
    pub hole: TextRange,
}

/// One step of a field's path.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Item,
}

/// The steps of a path, placeholders replaced by names that no field has.
fn steps(path: &str) -> Vec<Step> {
    let mut out = Vec::new();
    for segment in path.split('.') {
        let name = segment.trim_end_matches("[]");
        let key = match name {
            "<region>" => "eu-west-1".to_owned(),
            _ if name.starts_with('<') => format!("chosen_{}", name.trim_matches(['<', '>'])),
            _ => name.to_owned(),
        };
        out.push(Step::Key(key));
        for _ in 0..(segment.len() - name.len()) / 2 {
            out.push(Step::Item);
        }
    }
    out
}

/// Builds a block-style document in which `of` stands at its place with `content`, all types being such that it applies.
pub fn example(of: &Field, content: &str) -> Example {
    let mut root = Tree::Map(Vec::new());
    put(&mut root, &steps(of.path), Tree::Hole);
    surround(&mut root, of);
    let mut writer = Writer::default();
    writer.write(&root, 0, content);
    Example {
        key: writer.key.expect("the hole has a key"),
        hole: writer.hole.expect("the hole was written"),
        text: writer.text,
    }
}

/// Adds what decides that the field applies: the types, and the flags of regional entries on the way.
fn surround(root: &mut Tree, of: &Field) {
    let mut pending = vec![of];
    let mut seen = Vec::new();
    while let Some(field_) = pending.pop() {
        if seen.contains(&field_.id) {
            continue;
        }
        seen.push(field_.id);
        if let (Some(discriminator), Some(value)) =
            (field_.discriminator, field_.applies_to.first())
        {
            if discriminator != of.path {
                put(root, &steps(discriminator), Tree::Raw((*value).to_owned()));
            }
            for id in node(discriminator)
                .expect("a discriminator is a field")
                .fields
            {
                pending.push(field(*id));
            }
        }
    }
    if of.toolchain {
        // The toolchain's dialect shows itself by a section that only it has.
        let section = fields()
            .iter()
            .find(|field| field.toolchain && !field.path.contains('.'))
            .expect("the toolchain's dialect has sections of its own");
        if !of.path.starts_with(section.path) {
            put(root, &steps(section.path), Tree::Raw("{}".to_owned()));
        }
    }
    let mut prefix = String::new();
    for segment in of.path.split('.') {
        if segment == "<region>" {
            let flag = node(&prefix)
                .and_then(|node| node.region_child())
                .map(|(flag, _)| flag)
                .expect("a region block has a flag");
            put(
                root,
                &steps(&format!("{prefix}.{flag}")),
                Tree::Raw("true".to_owned()),
            );
        }
        if !prefix.is_empty() {
            prefix.push('.');
        }
        prefix.push_str(segment);
    }
}

fn put(tree: &mut Tree, steps: &[Step], value: Tree) {
    let Some((first, rest)) = steps.split_first() else {
        if !matches!(tree, Tree::Hole) || matches!(value, Tree::Hole) {
            *tree = value;
        }
        return;
    };
    match first {
        Step::Key(key) => {
            if !matches!(tree, Tree::Map(_)) {
                *tree = Tree::Map(Vec::new());
            }
            let Tree::Map(entries) = tree else {
                unreachable!()
            };
            let at = match entries.iter().position(|(known, _)| known == key) {
                Some(at) => at,
                None => {
                    entries.push((key.clone(), Tree::Raw(String::new())));
                    entries.len() - 1
                }
            };
            put(&mut entries[at].1, rest, value);
        }
        Step::Item => {
            if !matches!(tree, Tree::List(_)) {
                *tree = Tree::List(vec![Tree::Raw(String::new())]);
            }
            let Tree::List(items) = tree else {
                unreachable!()
            };
            put(&mut items[0], rest, value);
        }
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    key: Option<TextRange>,
    hole: Option<TextRange>,
}

impl Writer {
    fn write(&mut self, tree: &Tree, indent: usize, content: &str) {
        match tree {
            Tree::Map(entries) => {
                for (i, (key, value)) in entries.iter().enumerate() {
                    if i > 0 || !self.text.ends_with("- ") {
                        self.text.push_str(&" ".repeat(indent));
                    }
                    let start = self.text.len();
                    self.text.push_str(key);
                    let end = self.text.len();
                    self.text.push(':');
                    if matches!(value, Tree::Hole) {
                        self.key = Some(range(start, end));
                    }
                    self.value(value, indent, content);
                }
            }
            Tree::List(items) => {
                for item in items {
                    self.text.push_str(&" ".repeat(indent));
                    self.text.push('-');
                    if matches!(item, Tree::Hole) {
                        let at = self.text.len() + 1;
                        self.key = Some(range(at, at + content.len()));
                    }
                    self.value(item, indent, content);
                }
            }
            Tree::Raw(_) | Tree::Hole => unreachable!("scalars are written by value"),
        }
    }

    fn value(&mut self, value: &Tree, indent: usize, content: &str) {
        match value {
            Tree::Raw(text) => {
                if !text.is_empty() {
                    self.text.push(' ');
                    self.text.push_str(text);
                }
                self.text.push('\n');
            }
            Tree::Hole => {
                self.text.push(' ');
                let start = self.text.len();
                self.text.push_str(content);
                self.hole = Some(range(start, self.text.len()));
                self.text.push('\n');
            }
            Tree::Map(_) if self.text.ends_with('-') => {
                self.text.push(' ');
                self.write(value, indent + 2, content);
            }
            Tree::Map(_) | Tree::List(_) => {
                self.text.push('\n');
                self.write(value, indent + 2, content);
            }
        }
    }
}

/// Every field that is a place of its own in a document: all but the user-chosen names.
pub fn placed_fields() -> impl Iterator<Item = &'static Field> {
    fields().iter()
}

/// True for fields below a block whose keys are user data or another product's: they are known for their help texts only.
pub fn below_free_form(of: &Field) -> bool {
    let mut prefix = String::new();
    of.path.split('.').any(|segment| {
        let free = !prefix.is_empty() && node(&prefix).is_some_and(|node| node.is_free_form());
        if !prefix.is_empty() {
            prefix.push('.');
        }
        prefix.push_str(segment);
        free || segment.ends_with("[]")
            && node(prefix.trim_end_matches("[]")).is_some_and(|node| node.is_free_form())
    })
}

/// A value that is of none of the field's kinds, or `None` for fields that take anything.
pub fn wrong_value(of: &Field) -> Option<&'static str> {
    let scalar_text =
        of.has_kind(Kind::String) || of.has_kind(Kind::Uri) || of.has_kind(Kind::Path);
    if of.has_kind(Kind::Any) {
        return None;
    }
    let takes_block = of.has_kind(Kind::Object) || of.has_kind(Kind::Map);
    if takes_block && of.has_kind(Kind::List) {
        return Some("12x");
    }
    if takes_block || of.has_kind(Kind::List) {
        return (!scalar_text).then_some("12x");
    }
    if scalar_text || of.has_kind(Kind::Enum) && of.open {
        return Some("{wrong: kind}");
    }
    Some("12 x")
}
