//! What a document is judged with: settings, variables, and the documents that it extends. The caller (server, command line,
//! tests) fills it; nothing here reads files or the environment.
#![allow(missing_docs)]
use std::{collections::HashMap, sync::Arc};

use nexflow_catalog::Severity;
use nexflow_syntax::Document;

/// The Flink versions whose behaviour the rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum FlinkVersion {
    V1_17,
    V1_20,
    #[default]
    V2_2,
}

/// What a user can set about the judgement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub flink_version: FlinkVersion,
    /// Severity per rule id; `None` turns the rule off.
    pub rules: HashMap<String, Option<Severity>>,
    /// Every `${VAR}` counts as resolved.
    pub assume_variables: bool,
    /// Whether hovers and hints may show values of variables at all.
    pub hide_values: bool,
}

/// Where a variable's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub value: String,
    pub origin: VariableOrigin,
}

#[derive(Clone, Debug, PartialEq)]
pub enum VariableOrigin {
    /// The process environment of the server.
    Shell,
    /// A fixed value in the settings.
    Settings,
    /// An env file: its URI and zero-based line.
    EnvFile { uri: String, line: u32 },
}

/// The known variables. Looked up by name, listed for completion.
pub trait Variables: Send + Sync {
    fn get(&self, name: &str) -> Option<Variable>;
    fn names(&self) -> Vec<String>;
}

impl Variables for HashMap<String, Variable> {
    fn get(&self, name: &str) -> Option<Variable> {
        HashMap::get(self, name).cloned()
    }
    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// A document that another one extends.
#[derive(Clone, Debug)]
pub struct BaseDocument {
    pub uri: String,
    pub document: Document,
}

/// Everything that a judgement needs beside the document.
#[derive(Clone)]
pub struct Context {
    pub settings: Arc<Settings>,
    pub variables: Arc<dyn Variables>,
    /// The chain of `extends`, nearest first.
    pub bases: Vec<BaseDocument>,
    /// Set when the chain of `extends` cannot be followed.
    pub base_problem: Option<BaseProblem>,
}

/// Why a chain of `extends` ends early.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BaseProblem {
    Missing {
        path: String,
    },
    Cycle {
        through: Vec<String>,
    },
    /// Outside the workspace folders, unreadable, too large …; in words.
    Refused {
        reason: String,
    },
    /// Not known yet (still being read): nothing is said about what may be inherited.
    Unknown,
}

/// A document with what it is judged with: what every feature takes. Cheap to clone, immutable.
#[derive(Clone)]
pub struct Snapshot {
    pub document: Document,
    pub context: Context,
}

impl Snapshot {
    pub fn new(document: Document, context: Context) -> Snapshot {
        Snapshot { document, context }
    }
}
