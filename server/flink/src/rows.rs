//! What a document becomes: options with their values, and the fields that become none.

use std::borrow::Cow;

use nexflow_catalog::{
    FlinkVersion,
    flink_options::{RealisedBy, Scope},
};

use crate::{effective::Origin, pairing::Pairing};

/// What a document becomes in one version of Flink.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// The version.
    pub version: FlinkVersion,
    /// One for what was asked for, or one for each pairing of the document and one for what all of them share.
    pub groups: Vec<Group>,
    /// Options that all jobs of a cluster share and of which two entries want different values.
    pub disagreements: Vec<Disagreement>,
}

/// What becomes of a pairing.
#[derive(Clone, Debug)]
pub struct Group {
    /// The pairing.
    pub pairing: Pairing,
    /// The options, sorted.
    pub rows: Vec<Row>,
    /// The fields that become no option, in the order of the document.
    pub without: Vec<Without>,
}

/// An option with its value.
#[derive(Clone, Debug)]
pub struct Row {
    /// The option.
    pub option: Cow<'static, str>,
    /// Its value in Flink's spelling. References to secrets and variables without a value stay.
    pub value: String,
    /// Whose configuration must hold it.
    pub scope: Scope,
    /// What reads it.
    pub by: RealisedBy,
    /// The paths of the fields that it comes from.
    pub fields: Vec<String>,
    /// Where they are written.
    pub origins: Vec<Origin>,
    /// Fields that want another value and do not get it.
    pub overruled: Vec<Overruled>,
    /// References in the value, or in what decides about the option, that nothing gives a value.
    pub unresolved: Vec<String>,
    /// The value is a credential.
    pub is_secret: bool,
    /// Flink ignores the option because of another one.
    pub is_ignored: bool,
    /// The rule about that, or about what is overruled.
    pub rule: Option<&'static str>,
    /// What else is to be known.
    pub notes: &'static [&'static str],
    /// For a property of a client: which one.
    pub client: Option<String>,
}

/// A field that does not get its will.
#[derive(Clone, Debug)]
pub struct Overruled {
    /// Its path.
    pub field: String,
    /// The value that it would have given.
    pub value: String,
    /// The rule that reports the two.
    pub rule: Option<&'static str>,
    /// Where it is written.
    pub origins: Vec<Origin>,
}

/// A field without an option.
#[derive(Clone, Debug)]
pub struct Without {
    /// Its path.
    pub field: String,
    /// What realises it.
    pub realised_by: RealisedBy,
    /// Why it becomes no option.
    pub why: String,
    /// Where it is written.
    pub origin: Origin,
}

/// Two values for an option of which a cluster has one.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The option.
    pub option: String,
    /// The values, each with a field that wants it and where that is written.
    pub values: Vec<(String, String, Option<Origin>)>,
}

impl Row {
    pub(crate) fn new(option: &'static str) -> Row {
        Row {
            option: Cow::Borrowed(option),
            value: String::new(),
            scope: Scope::Job,
            by: RealisedBy::Option,
            fields: Vec::new(),
            origins: Vec::new(),
            overruled: Vec::new(),
            unresolved: Vec::new(),
            is_secret: false,
            is_ignored: false,
            rule: None,
            notes: &[],
            client: None,
        }
    }
}

impl Rendering {
    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }
}
