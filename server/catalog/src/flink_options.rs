//! What Flink is, as data: the options of each version, and which option a field of L5 becomes.

use crate::FlinkVersion;

impl FlinkVersion {
    /// Whether the version reads `conf/config.yaml`. Versions before 1.19 know only `conf/flink-conf.yaml`.
    #[must_use]
    pub fn reads_yaml(self) -> bool {
        self >= FlinkVersion::V1_19
    }
}

/// An option over a range of versions in which it is the same. One key may have several, for ranges that do not overlap.
#[derive(Debug)]
pub struct FlinkOption {
    /// Its name.
    pub key: &'static str,
    /// The type that Flink parses its value as.
    pub kind: OptionKind,
    /// The first version that has it so.
    pub from: FlinkVersion,
    /// The last version that has it so.
    pub to: FlinkVersion,
    /// Its default, in Flink's spelling.
    pub default: Option<&'static str>,
    /// Names that the versions read as well.
    pub older: &'static [&'static str],
    /// Whether the versions discourage it.
    pub deprecated: bool,
}

/// The types of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum OptionKind {
    Text,
    Bool,
    Int,
    Long,
    Number,
    Duration,
    Size,
    Enum,
    Map,
    List,
}

/// How the value of a field is spelled as the value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Text,
    /// `true` or `false`.
    Bool,
    /// Decimal digits.
    Int,
    /// A decimal number.
    Number,
    /// `10 min`.
    Duration,
    /// A duration as a number of milliseconds.
    Millis,
    /// `64mb`.
    Size,
    /// A size as a number of bytes.
    Bytes,
    /// Upper case.
    Upper,
    /// Hyphens for underscores.
    Hyphen,
    /// Entries joined by a comma, `file:` URIs as plain paths.
    CommaList,
    /// Entries joined by a space.
    SpaceList,
    /// Entries joined by a semicolon, as Flink reads lists.
    SemicolonList,
    /// A size for one slot: the process needs that times its slots.
    SizePerSlot,
    /// A number for one slot: the process needs that times its slots.
    NumberPerSlot,
    /// A fraction between 0 and 1, from a fraction or a percentage.
    Fraction,
    /// What a table says; other values are not written.
    Table(&'static [(&'static str, &'static str)]),
}

/// Whose configuration must hold an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Read while the job graph is built.
    Job,
    /// Either works; the job's value wins.
    JobOrCluster,
    /// Read by JobManager or TaskManager from their own configuration only.
    Cluster,
    /// Read by the client or dispatcher when the job is started.
    Submission,
    /// Read by every process at its start; one value for all jobs of a cluster.
    Process,
    /// No option of Flink but a property of a client library, such as Kafka's.
    Client,
}

impl Scope {
    /// As the data writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Scope::Job => "job",
            Scope::JobOrCluster => "job-or-cluster",
            Scope::Cluster => "cluster",
            Scope::Submission => "submission",
            Scope::Process => "process",
            Scope::Client => "client",
        }
    }

    /// Whether all jobs of a cluster share one value.
    #[must_use]
    pub fn is_shared(self) -> bool {
        matches!(self, Scope::Cluster | Scope::Process)
    }
}

/// What realises a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RealisedBy {
    /// An option of Flink.
    Option,
    /// A part of the value of another option.
    Uri,
    /// A key that a file system plug-in or the Hadoop client reads.
    Plugin,
    /// Generated code of the job.
    Code,
    /// Volumes, JVM flags, environment variables: outside of the job's configuration.
    Deployment,
    /// Nexflow itself.
    Nexflow,
    /// A client library.
    Client,
    /// Nothing: Flink always behaves one way.
    Nothing,
}

impl RealisedBy {
    /// As the data writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            RealisedBy::Option => "option",
            RealisedBy::Uri => "uri",
            RealisedBy::Plugin => "plugin",
            RealisedBy::Code => "code",
            RealisedBy::Deployment => "deployment",
            RealisedBy::Nexflow => "nexflow",
            RealisedBy::Client => "client",
            RealisedBy::Nothing => "nothing",
        }
    }
}

/// A value per version of Flink.
pub type PerVersion<T> = [T; FlinkVersion::ALL.len()];

/// Conditions on other fields of the same entry; all of them must hold.
pub type Conditions = &'static [Condition];

/// A condition on another field of the same entry.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    /// The path below the entry; `@backend` is the store behind a state backend, whatever wraps it.
    pub field: &'static str,
    /// The values with which it holds; `absent` stands for a field that is not there.
    pub values: &'static [&'static str],
}

/// The value with which a [`Condition`] holds where the field is not there.
pub const ABSENT: &str = "absent";
/// The value with which a [`Condition`] holds wherever the field is there.
pub const PRESENT: &str = "present";
/// The part of an option's name that is the last key of the field's own path.
pub const KEY: &str = "@key";
/// The field of a [`Condition`] that stands for the store behind a state backend.
pub const BACKEND: &str = "@backend";

/// An option with a value that does not depend on the field's.
#[derive(Debug, Clone, Copy)]
pub struct Implied {
    /// The option, per version.
    pub option: PerVersion<Option<&'static str>>,
    /// Its value; `{value}` is that of the option that needs it.
    pub value: &'static str,
    /// Whose configuration must hold it.
    pub scope: Scope,
}

/// What a field of L5 becomes. A field may have several, with conditions or forms of values that exclude each other.
#[derive(Debug)]
pub struct Translation {
    /// The path of the field in the catalog.
    pub field: &'static str,
    /// The option, per version; `{path}` is the value of another field of the entry.
    pub option: PerVersion<Option<&'static str>>,
    /// How the value is spelled.
    pub form: Form,
    /// Whose configuration must hold it.
    pub scope: PerVersion<Scope>,
    /// What realises the field.
    pub by: PerVersion<RealisedBy>,
    /// Alternatives of which one must hold; empty: always.
    pub when: &'static [Conditions],
    /// Alternatives of which one makes Flink ignore the option although it is set.
    pub ignored_when: &'static [Conditions],
    /// Fields that say the same and win.
    pub yields_to: &'static [&'static str],
    /// The rule that reports the two together.
    pub rule: Option<&'static str>,
    /// Options that have to be written with it.
    pub implies: &'static [Implied],
    /// For an enum that becomes several options: those of each value.
    pub by_value: &'static [(&'static str, &'static [Implied])],
    /// Whether an import prefers another field for the option.
    pub import: bool,
    /// The kind of client whose property it is.
    pub client: Option<&'static str>,
    /// What else is to be known.
    pub notes: &'static [&'static str],
}

/// An option that several fields make up together.
#[derive(Debug)]
pub struct Composition {
    /// The field whose value chooses the template.
    pub field: &'static str,
    /// The option, per version.
    pub option: PerVersion<Option<&'static str>>,
    /// Whose configuration must hold it.
    pub scope: Scope,
    /// The template for each value of the field.
    pub templates: &'static [(&'static str, &'static str)],
    /// For templates that are whole addresses: the schemes of each value of the field, with blanks between; none for plain paths.
    pub schemes: &'static [(&'static str, &'static str)],
    /// Whether nothing is missing where it does not come about.
    pub optional: bool,
    /// What stands for a part that is absent or empty.
    pub empty: &'static [(&'static str, &'static str)],
    /// What else is to be known.
    pub notes: &'static [&'static str],
}

/// What the fields of L5 become, in the order of the data.
#[must_use]
pub fn translations() -> &'static [Translation] {
    &crate::generated::TRANSLATIONS
}

/// The options that several fields make up.
#[must_use]
pub fn compositions() -> &'static [Composition] {
    &crate::generated::COMPOSITIONS
}

/// All options, sorted by key.
#[must_use]
pub fn options() -> &'static [FlinkOption] {
    &crate::generated::FLINK_OPTIONS
}

/// The option that a version knows by this key.
#[must_use]
pub fn option(key: &str, version: FlinkVersion) -> Option<&'static FlinkOption> {
    let all = options();
    let first = all.partition_point(|option| option.key < key);
    all[first..]
        .iter()
        .take_while(|option| option.key == key)
        .find(|option| (option.from..=option.to).contains(&version))
}

/// Whether Flink passes a key on without knowing it.
#[must_use]
pub fn is_passed_on(key: &str) -> bool {
    crate::passed_on::PASSED_ON
        .iter()
        .any(|prefix| key.starts_with(prefix))
}
