//! The form of the catalog.

/// One field of L5. Several fields may share a path when their `applies_to` is disjoint.
#[derive(Debug)]
pub struct Field {
    /// Its place in [`fields`](crate::fields).
    pub id: FieldId,
    /// `state_backends.<name>.options.write_buffer_size`; `<name>` is a user-chosen key, `[]` a list item, `<region>` a
    /// region block.
    pub path: &'static str,
    /// The last segment of the path.
    pub name: &'static str,
    /// Values of the discriminator for which the field has a meaning; empty: for all.
    pub applies_to: &'static [&'static str],
    /// The field whose value decides (`type`, `provider`, `strategy` …), as a full path; `None` when `applies_to` is
    /// empty.
    pub discriminator: Option<&'static str>,
    /// How many steps of the path (keys and list items alike) lead up from this field to the block that holds the
    /// discriminator. With it the discriminator is found in a block that inherits its fields (a region block, a group)
    /// as well; when it is absent there, the block around it decides.
    pub discriminator_up: u8,
    /// All kinds of value that are right, the preferred one first. Never empty.
    pub kinds: &'static [Kind],
    /// The values of an enum, in the order in which they are offered.
    pub values: &'static [EnumValue],
    /// Values beside `values` are unknown, not wrong.
    pub open: bool,
    /// The values are compared without regard to case.
    pub ignore_case: bool,
    /// Keys below are user data or another product's and never reported.
    pub free_form: bool,
    /// When it must be there.
    pub required: Required,
    /// What it is and when to use it.
    pub doc: &'static str,
    /// What people get wrong.
    pub pitfalls: &'static [&'static str],
    /// A good value, as YAML in one line.
    pub example: Option<&'static str>,
    /// A good key, where the key is user-chosen.
    pub example_key: Option<&'static str>,
    /// Good values (of a user-chosen key: good keys) that depend on what stands around: `{type}`, `{entry}`, `{environment}`.
    pub suggest: &'static [&'static str],
    /// What holds when it is absent.
    pub defaults: &'static [Default],
    /// Literal bounds; see [`Field::range`].
    pub(crate) range: Option<&'static Range>,
    /// A regular expression for a literal value. For people and for the JSON Schema; a rule of its own reports.
    pub pattern: Option<&'static str>,
    /// What a bare number counts.
    pub unit: Option<&'static str>,
    /// The units that the toolchain's code reads, where those decide; the empty one stands for digits alone.
    pub units: &'static [&'static str],
    /// The Flink option behind it (1.20 and later), or words about it.
    pub flink_key: Option<&'static str>,
    /// The name of that option in Flink 1.17, where it differs.
    pub flink_key_old: Option<&'static str>,
    /// True when it is known that Flink has no such option.
    pub no_flink_key: bool,
    /// The option of another product (Kafka, a driver, Kubernetes).
    pub maps_to: Option<&'static str>,
    /// Path of the block whose keys the value names (`completions`): for navigation, renaming and completion of names.
    pub refers_to: Option<&'static str>,
    /// The scheme by which values anywhere name the keys of this block (`secret://`).
    pub named_by: Option<&'static str>,
    /// The kinds of statements in which processes (L1) name the user-chosen key (`source`, `sink`), the most usual first.
    pub processes: &'static [&'static str],
    /// The value (or the user-chosen key) is a part of its entry that such a reference can name behind the entry's name.
    pub defines_part: bool,
    /// What holds in its absence is worth showing in the text.
    pub important: bool,
    /// Whether the value is a credential.
    pub secret: Secret,
    /// What to use instead.
    pub deprecated: Option<&'static Deprecated>,
    /// The document that it is known from.
    pub origin: Origin,
    /// True for the dialect that the toolchain reads.
    pub toolchain: bool,
    /// Path of the field of the other dialect that says the same.
    pub counterpart: Option<&'static str>,
    /// The Flink versions that have what the field becomes.
    pub versions: Versions,
    /// What the entry's statements rest on, beside the tables of Flink's options.
    pub proofs: &'static [Proof],
}

impl Field {
    /// Literal bounds.
    #[must_use]
    pub fn range(&self) -> &'static Range {
        // Most fields have none, and an empty place needs no room and no work of the loader in the program.
        self.range.unwrap_or(&NO_RANGE)
    }

    /// The best default for a person: Nexflow's own before that of the product behind it.
    #[must_use]
    pub fn default(&self) -> Option<&'static Default> {
        self.defaults
            .iter()
            .find(|d| d.by == "nexflow")
            .or_else(|| self.defaults.first())
    }

    /// The allowed value that `text` is.
    #[must_use]
    pub fn value(&self, text: &str) -> Option<&'static EnumValue> {
        self.values
            .iter()
            .find(|v| v.value == text || (self.ignore_case && v.value.eq_ignore_ascii_case(text)))
    }

    /// Whether the field has a meaning where the discriminator has this value.
    #[must_use]
    pub fn applies(&self, value: &str) -> bool {
        self.applies_to.is_empty() || self.applies_to.contains(&value)
    }

    /// Whether values of this kind are right.
    #[must_use]
    pub fn has_kind(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// Names a field: its index in [`fields`](crate::fields).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FieldId(pub u16);

/// A kind of value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A block with known keys.
    Object,
    /// A block with user-chosen keys.
    Map,
    /// A list.
    List,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// Text.
    String,
    /// One of the field's values.
    Enum,
    /// `60s`.
    Duration,
    /// `64mb`.
    Size,
    /// An address.
    Uri,
    /// A file or directory.
    Path,
    /// Anything.
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
    /// Nothing.
    Null,
}

impl Kind {
    /// The kind as people say it, with an article.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Kind::Object => "a block of fields",
            Kind::Map => "a block of named entries",
            Kind::List => "a list",
            Kind::Bool => "a boolean",
            Kind::Int => "an integer",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Enum => "one of the allowed values",
            Kind::Duration => "a duration such as 60s",
            Kind::Size => "a size such as 64mb",
            Kind::Uri => "an address",
            Kind::Path => "a path",
            Kind::Any => "any value",
            Kind::Fraction => "a number from 0 to 1",
            Kind::Percent => "a percentage such as 50%",
            Kind::Zero => "0",
            Kind::SizeTb => "a size such as 1tb",
            Kind::SizeShort => "a size such as 4g",
            Kind::Digits => "a string of digits",
            Kind::Null => "null",
        }
    }

    /// The word that the data and the reference use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Object => "object",
            Kind::Map => "map",
            Kind::List => "list",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Enum => "enum",
            Kind::Duration => "duration",
            Kind::Size => "size",
            Kind::Uri => "uri",
            Kind::Path => "path",
            Kind::Any => "any",
            Kind::Fraction => "fraction",
            Kind::Percent => "percent",
            Kind::Zero => "zero",
            Kind::SizeTb => "size_tb",
            Kind::SizeShort => "size_short",
            Kind::Digits => "digits",
            Kind::Null => "null",
        }
    }

    /// Whether a scalar can be of this kind.
    #[must_use]
    pub fn is_scalar(self) -> bool {
        !matches!(self, Kind::Object | Kind::Map | Kind::List)
    }
}

/// A value of an enum.
#[derive(Debug, Clone, Copy)]
pub struct EnumValue {
    /// As it is written.
    pub value: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// When a field must be there. `text` is for people; the rest is what the "missing required field" check knows by itself
/// (conditions that a rule of its own reports are `Never` here, with the text kept). To be read on the merged entry:
/// a region block, a group member and an overlay get fields from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Required {
    /// In words; `None` when it is never required.
    pub text: Option<&'static str>,
    /// For the check.
    pub when: RequiredWhen,
}

/// A condition that the check for missing fields understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredWhen {
    /// Never, or a rule of its own reports it.
    Never,
    /// Whenever the object around it is there.
    Always,
    /// When a sibling (a field of the object around it) has one of these values; without values: when it is there.
    FieldIs {
        /// The sibling's name.
        field: &'static str,
        /// Its values; empty: any.
        values: &'static [&'static str],
    },
}

/// A default with who gives it (`flink`, `rocksdb`, `nexflow`, `kafka` …).
#[derive(Debug, Clone, Copy)]
pub struct Default {
    /// Who gives it.
    pub by: &'static str,
    /// The value, or words about it.
    pub value: &'static str,
    /// How that is known.
    pub source: Option<&'static str>,
}

impl Default {
    /// The value when it can stand in a document as it is: one token without blanks.
    #[must_use]
    pub fn literal(&self) -> Option<&'static str> {
        let plain =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%' | '/' | ':');
        (!self.value.is_empty() && self.value.chars().all(plain)).then_some(self.value)
    }
}

/// Literal bounds; `note` says what a person should know of them (bounds that depend on other fields stand there or in
/// rules). Lengths are for people and the JSON Schema; names have rules of their own.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// The least value.
    pub min: Option<Bound>,
    /// The greatest value.
    pub max: Option<Bound>,
    /// The least number of characters.
    pub min_length: Option<u32>,
    /// The greatest number of characters.
    pub max_length: Option<u32>,
    /// The least number of list items.
    pub min_items: Option<u32>,
    /// No list item twice.
    pub unique: bool,
    /// The value must be a multiple of this.
    pub multiple_of: Option<u64>,
    /// For people.
    pub note: Option<&'static str>,
}

/// No bounds at all.
static NO_RANGE: Range = Range {
    min: None,
    max: None,
    min_length: None,
    max_length: None,
    min_items: None,
    unique: false,
    multiple_of: None,
    note: None,
};

/// A bound in the field's own terms: a plain number, bytes for sizes, milliseconds for durations (`text` is as written).
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The bound as a number.
    pub value: f64,
    /// The bound itself is outside.
    pub exclusive: bool,
    /// As it is written.
    pub text: &'static str,
}

/// Whether a value is a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// It is none (though it may look like one).
    No,
    /// The value is a credential and must be a reference.
    Yes,
    /// Only under a condition, or only a part of it; in words.
    Partly(&'static str),
}

/// What to use instead of a field.
#[derive(Debug, Clone, Copy)]
pub struct Deprecated {
    /// In words.
    pub text: &'static str,
    /// Path of the field that takes its place, when one does.
    pub successor: Option<&'static str>,
}

/// The document that a field is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The specification of state and checkpoints.
    Seed,
    /// Only in a commented-out line of it.
    SeedComment,
    /// The L5 overview.
    Overview,
    /// The document of a section.
    Module,
    /// An example document.
    Example,
    /// The JSON Schema.
    Schema,
    /// The toolchain's own parser.
    Toolchain,
    /// Needed by something that is documented, but named nowhere: offered, never required.
    Inferred,
}

/// A place in the schema tree: what may stand at one path. Nodes are statics; walk with [`SchemaNode::child`].
#[derive(Debug)]
pub struct SchemaNode {
    /// The path of the fields here; empty for the root.
    pub path: &'static str,
    /// The fields at this path (more than one when they apply to different types).
    pub fields: &'static [FieldId],
    /// Literal keys, sorted by name.
    pub children: &'static [(&'static str, &'static SchemaNode)],
    /// Where a key stands in `children`, by the number of the key; see [`SchemaNode::literal_child`].
    pub(crate) table: &'static [u8],
    /// `<name>`: any other key is chosen by the user. The text is the placeholder's word (`name`, `process` …).
    pub named: Option<(&'static str, &'static SchemaNode)>,
    /// `<region>`: any other key is a region block when the entry is regional.
    pub region: Option<&'static SchemaNode>,
    /// The field of this block that makes it regional when it is true (`regional`, `multi_region`).
    pub region_declared_by: Option<&'static str>,
    /// `[]`: what the items of a list are.
    pub item: Option<&'static SchemaNode>,
    /// `inherits`: this block takes every field of that other node as well.
    pub inherits: Option<&'static SchemaNode>,
}

/// A rule: a check with a stable id, which is the diagnostic's `code`.
#[derive(Debug)]
pub struct Rule {
    /// Stable for ever.
    pub id: &'static str,
    /// How bad it is, unless the user says otherwise.
    pub severity: Severity,
    /// What it is called in lists: a few words.
    pub title: &'static str,
    /// The group of rules that it belongs to: the name of its data file.
    pub subject: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// How to fix it, in one imperative sentence; empty where the message says it already.
    pub help: &'static str,
    /// How it is known.
    pub sources: &'static [&'static str],
    /// Set where a claim about another product was neither run nor looked up.
    pub checked: Option<&'static str>,
    /// What the diagnostic says; `{name}` is filled by the predicate. Empty: the predicate words it itself.
    pub message: &'static str,
    /// A minimal document that it reports, and one that it does not.
    pub fail: &'static str,
    /// The minimal document that it does not report.
    pub pass: &'static str,
    /// A process (L1) of the project that both belong to; empty where processes do not matter.
    pub process: &'static str,
    /// What it must see to check.
    pub needs: Needs,
    /// How editors should draw it.
    pub tag: Option<RuleTag>,
    /// Edits that are certain to be right, as data. Alternatives, the best first.
    pub fixes: &'static [Fix],
    /// True for rules about the language itself (syntax, kinds, suppressions), which have no entry in the research.
    pub general: bool,
    /// True for rules about one value or one key alone, which a rule with more to say about the same token replaces.
    pub yields: bool,
    /// True where its messages end by saying what to do, so that its help would only repeat it below them.
    pub advises: bool,
    /// True where it finds what a block lacks that has just been begun: what is offered to begin one need not fill it.
    pub incomplete: bool,
    /// Ids that it had before.
    pub former: &'static [&'static str],
    /// The product that it makes a statement about.
    pub about: Product,
    /// The Flink versions in which it holds; elsewhere it is silent.
    pub versions: Versions,
    /// What its statement rests on.
    pub proofs: &'static [Proof],
}

/// What a rule makes a statement about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Product {
    /// YAML, or L5 itself.
    Language,
    /// Flink, with the RocksDB inside it.
    Flink,
    /// Kafka and its clients.
    Kafka,
    /// The services of a cloud.
    Cloud,
    /// The Nexflow toolchain.
    Toolchain,
    /// Another product.
    Other,
}

/// From which Flink version to which something holds; `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The first one.
    pub from: Option<crate::FlinkVersion>,
    /// The last one.
    pub to: Option<crate::FlinkVersion>,
}

impl Versions {
    /// Whether it holds in a version.
    #[must_use]
    pub fn contains(self, version: crate::FlinkVersion) -> bool {
        self.from.is_none_or(|from| from <= version) && self.to.is_none_or(|to| version <= to)
    }

    /// Whether it holds in all of them.
    #[must_use]
    pub fn is_all(self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// What a statement rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A claim that a test runs against the product.
    Run(&'static str),
    /// A public document.
    Source {
        /// Its address.
        address: &'static str,
        /// The day on which it was read.
        read: &'static str,
    },
    /// Nobody has looked it up; in words.
    Knowledge(&'static str),
}

/// How editors should draw a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleTag {
    /// Struck through.
    Deprecated,
    /// Faded out: it has no effect.
    Unnecessary,
}

/// An edit that puts a diagnostic right. Paths are relative to the block that the rule checks (the entry); `.` is the
/// reported token itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// What the edit does, as a person reads it in a menu.
    pub title: &'static str,
    /// How sure it is; what a rule itself works out for a place may be surer.
    pub applicability: Applicability,
    /// What is edited, in this order.
    pub edits: &'static [FixEdit],
}

/// How sure a fix is, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// The document means the same afterwards, or has one reading only. Nothing that a user wrote is lost.
    Safe,
    /// The likely edit, which changes what the document means or removes something.
    Unsafe,
    /// One of several, or with a value that only the author knows: applied one by one, never in bulk.
    DisplayOnly,
}

/// One step of a [`Fix`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FixEdit {
    /// Takes a field away, with its value.
    Remove {
        /// The field.
        path: &'static str,
    },
    /// Gives a field a value, replacing the one that it has.
    Set {
        /// The field.
        path: &'static str,
        /// The value as YAML.
        value: &'static str,
    },
    /// Sets a field to the value that another one has.
    Copy {
        /// The field whose value is taken.
        from: &'static str,
        /// The field that gets it.
        to: &'static str,
    },
    /// Moves a field with its value.
    Rename {
        /// Where it stands.
        from: &'static str,
        /// Where it goes.
        to: &'static str,
    },
    /// Adds the items of one list to another that lacks them, and takes the first list away.
    Merge {
        /// The list that goes.
        from: &'static str,
        /// The list that stays.
        to: &'static str,
    },
    /// Replaces the reported token by the first suggestion that came with the diagnostic.
    ReplaceValue,
}

/// What a rule must see to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Any piece of a document.
    Nothing,
    /// A whole document, not a fragment.
    File,
    /// Other files of the project.
    Project,
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The platform rejects it, or it cannot mean what it says.
    Error,
    /// It works otherwise than written, or loses data.
    Warning,
    /// Ignored, deprecated or unusual, but harmless.
    Hint,
}
