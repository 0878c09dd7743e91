//! What a document is checked with: settings, variables, and the documents that it extends. The caller (server, command line,
//! tests) fills it; nothing here reads files or the environment.
#![allow(missing_docs)]
use std::{borrow::Cow, collections::HashMap, sync::Arc};

pub use nexflow_catalog::FlinkVersion;
use nexflow_catalog::{Dialect, Severity};
use nexflow_syntax::{Document, Part, TextSize};

use crate::{House, Recorded, document_context::EXTENDS, processes::ProjectProcesses};

/// What a user can set about the check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub flink_version: FlinkVersion,
    /// The dialect of all documents; `None`: each document's sections show it.
    pub dialect: Option<Dialect>,
    /// Severity per rule id; `None` turns the rule off.
    pub rules: HashMap<String, Option<Severity>>,
    /// Every `${VAR}` counts as resolved.
    pub assume_variables: bool,
    /// Whether hovers and hints may show values of variables at all.
    pub hide_values: bool,
    /// What the baseline has of the document; `None` without one.
    pub recorded: Option<Arc<Recorded>>,
    /// The rules of the project's own.
    pub house: Arc<House>,
}

/// The dialect that a document shows. Whatever is looked up in a document asks for it.
struct Shown(Dialect);

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
    /// A fixed value in the project file: its URI and zero-based line.
    ProjectFile { uri: String, line: u32 },
    /// An env file: its URI and zero-based line.
    EnvFile { uri: String, line: u32 },
}

/// The known variables. Looked up by name, listed for completion.
pub trait Variables: Send + Sync {
    fn get(&self, name: &str) -> Option<Variable>;
    fn names(&self) -> Vec<String>;
    /// Whether a new variable of this name would be one that somebody has or refers to.
    fn is_taken(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl VariableOrigin {
    /// The file that gives the value, with the zero-based line.
    pub fn line(&self) -> Option<(&str, u32)> {
        match self {
            VariableOrigin::Shell | VariableOrigin::Settings => None,
            VariableOrigin::ProjectFile { uri, line } | VariableOrigin::EnvFile { uri, line } => {
                Some((uri, *line))
            }
        }
    }
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

/// Everything that a check needs beside the document.
#[derive(Clone)]
pub struct Context {
    pub settings: Arc<Settings>,
    pub variables: Arc<dyn Variables>,
    /// The chain of `extends`, nearest first.
    pub bases: Vec<BaseDocument>,
    /// Set when the chain of `extends` cannot be followed.
    pub base_problem: Option<BaseProblem>,
    /// The names that the project's processes use; `None` when they are not known, or not yet.
    pub processes: Option<Arc<ProjectProcesses>>,
}

/// Why a chain of `extends` ends early.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BaseProblem {
    Missing {
        path: String,
        /// A document beside it that has nearly this name.
        near: Option<String>,
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

/// A document with what it is checked with: what every feature takes. Cheap to clone, immutable.
#[derive(Clone)]
pub struct Snapshot {
    pub document: Document,
    pub context: Context,
}

impl Snapshot {
    pub fn new(document: Document, context: Context) -> Snapshot {
        Snapshot { document, context }
    }

    /// The dialect in which the document is written: as set, else as its sections and those of its bases show it.
    pub fn dialect(&self) -> Dialect {
        self.context.settings.dialect.unwrap_or_else(|| {
            let bases = self.context.bases.iter().map(|base| &base.document);
            std::iter::once(&self.document)
                .chain(bases)
                .map(|document| {
                    document
                        .memo(|| Shown(crate::dialect::dialect(document.root())))
                        .0
                })
                .find(|dialect| *dialect == Dialect::Toolchain)
                .unwrap_or(Dialect::Documented)
        })
    }

    /// The YAML documents of a text that has several, each by itself; none for a text that has one.
    pub(crate) fn parts(&self) -> Vec<Snapshot> {
        let parts = self.document.parts().iter();
        parts.map(|part| self.part(part)).collect()
    }

    /// The one of several YAML documents in which an offset lies.
    pub(crate) fn part_at(&self, offset: TextSize) -> Option<Snapshot> {
        let mut parts = self.document.parts().iter();
        let part = parts.rfind(|part| part.range.start() <= offset)?;
        Some(self.part(part))
    }

    fn part(&self, part: &Part) -> Snapshot {
        let extends = |document: &Document| {
            let entry = document.root().get(EXTENDS)?;
            entry.value().value().map(Cow::into_owned)
        };
        let mut context = self.context.clone();
        // What was read is what the first of them extends.
        match extends(&part.document) {
            None => {
                context.bases.clear();
                context.base_problem = None;
            }
            own if own == extends(&self.document) => {}
            Some(_) => {
                context.bases.clear();
                context.base_problem = Some(BaseProblem::Unknown);
            }
        }
        Snapshot::new(part.document.clone(), context)
    }
}
