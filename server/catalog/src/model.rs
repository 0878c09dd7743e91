//! The form of the catalog.
#![allow(missing_docs)]

/// One field of L5. Several fields may share a path when their `applies_to` is disjoint.
#[derive(Debug)]
pub struct Field {
    pub id: FieldId,
    /// `state_backends.<name>.options.write_buffer_size`; `<name>` is a user-chosen key, `[]` a list item, `<region>` a region block.
    pub path: &'static str,
    /// The last segment of the path.
    pub name: &'static str,
    /// Values of the discriminator for which the field has a meaning; empty: for all.
    pub applies_to: &'static [&'static str],
    /// The field whose value decides (`type`, `provider`, `strategy` …), as a full path; `None` when `applies_to` is empty.
    pub discriminator: Option<&'static str>,
    /// All kinds of value that are right, the preferred one first. Never empty.
    pub kinds: &'static [Kind],
    pub values: &'static [EnumValue],
    /// Values beside `values` are unknown, not wrong.
    pub open: bool,
    /// Keys below are user data or another product's and never reported.
    pub free_form: bool,
    pub required: Required,
    pub doc: &'static str,
    pub pitfalls: &'static [&'static str],
    /// A good value, as YAML in one line.
    pub example: Option<&'static str>,
    pub defaults: &'static [Default],
    pub range: Range,
    pub pattern: Option<&'static str>,
    pub unit: Option<&'static str>,
    pub flink_key: Option<&'static str>,
    pub flink_key_old: Option<&'static str>,
    pub maps_to: Option<&'static str>,
    pub secret: Secret,
    pub deprecated: Option<Deprecated>,
    pub origin: Origin,
    /// True for the older dialect of the toolchain.
    pub toolchain: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FieldId(pub u16);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    Object,
    /// User-chosen keys.
    Map,
    List,
    Bool,
    Int,
    Number,
    String,
    Enum,
    Duration,
    Size,
    Uri,
    Path,
    Any,
    /// Number from 0 to 1.
    Fraction,
    /// `50%`, `99.9%`.
    Percent,
    /// The number 0 without a unit.
    Zero,
    /// `1tb`.
    SizeTb,
    /// `4g`, `512m`.
    SizeShort,
    /// Text of digits.
    Digits,
    Null,
}

#[derive(Debug, Clone, Copy)]
pub struct EnumValue {
    pub value: &'static str,
    pub meaning: &'static str,
}

/// When a field must be there. `text` is for people; the rest is what the "missing required field" check knows by itself
/// (conditions that a rule of its own reports are `Never` here, with the text kept).
#[derive(Debug, Clone, Copy)]
pub struct Required {
    pub text: Option<&'static str>,
    pub when: RequiredWhen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredWhen {
    Never,
    /// Whenever the object around it is there.
    Always,
    /// When a sibling (or a field at a path relative to the object around it) has one of these values.
    FieldIs { field: &'static str, values: &'static [&'static str] },
}

/// A default with who gives it (`flink`, `rocksdb`, `nexflow`, `kafka` …).
#[derive(Debug, Clone, Copy)]
pub struct Default {
    pub by: &'static str,
    pub value: &'static str,
    pub source: Option<&'static str>,
}

/// Literal bounds; `note` says what a person should know of them (bounds that depend on other fields stand there or in rules).
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub min: Option<Bound>,
    pub max: Option<Bound>,
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    pub min_items: Option<u32>,
    pub unique: bool,
    pub multiple_of: Option<u64>,
    pub note: Option<&'static str>,
}

/// A bound in the field's own terms: a plain number, bytes for sizes, milliseconds for durations (`text` is as written).
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    pub value: f64,
    pub exclusive: bool,
    pub text: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    No,
    /// The value is a credential and must be a reference.
    Yes,
    /// Only under a condition, or only a part of it; in words.
    Partly(&'static str),
}

#[derive(Debug, Clone, Copy)]
pub struct Deprecated {
    pub text: &'static str,
    /// Path of the field that takes its place, when one does.
    pub successor: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Seed,
    SeedComment,
    Overview,
    Module,
    Example,
    Schema,
    Toolchain,
    Inferred,
}

/// A place in the schema tree: what may stand at one path. Nodes are statics; walk with [`SchemaNode::child`].
#[derive(Debug)]
pub struct SchemaNode {
    /// The fields at this path (more than one when they apply to different types).
    pub fields: &'static [FieldId],
    /// Literal keys, sorted by name for binary search.
    pub children: &'static [(&'static str, &'static SchemaNode)],
    /// `<name>`: any other key is chosen by the user. The text is the placeholder's word (`name`, `process` …).
    pub named: Option<(&'static str, &'static SchemaNode)>,
    /// `<region>`: any other key is a region block when the entry is regional.
    pub region: Option<&'static SchemaNode>,
    /// `[]`: what the items of a list are.
    pub item: Option<&'static SchemaNode>,
    /// `inherits`: this block takes every field of that other node as well.
    pub inherits: Option<&'static SchemaNode>,
}

impl SchemaNode {
    /// The node for a key: a literal child, then what is inherited, then a region block or a user-chosen name.
    pub fn child(&'static self, key: &str) -> Option<&'static SchemaNode> {
        if let Ok(i) = self.children.binary_search_by(|(k, _)| (*k).cmp(key)) {
            return Some(self.children[i].1);
        }
        if let Some(found) = self.inherits.and_then(|base| base.child(key)) {
            return Some(found);
        }
        self.named.map(|(_, node)| node)
    }
}

/// A rule: a judgement with a stable id, which is the diagnostic's `code`.
#[derive(Debug)]
pub struct Rule {
    pub id: &'static str,
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
    pub why: &'static str,
    pub sources: &'static [&'static str],
    /// What the diagnostic says; `{name}` is filled by the predicate. Empty: the predicate words it itself.
    pub message: &'static str,
    /// A minimal document that it reports, and one that it does not.
    pub fail: &'static str,
    pub pass: &'static str,
    pub needs: Needs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A whole document, not a fragment.
    File,
    /// Other files of the project.
    Project,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Hint,
}
