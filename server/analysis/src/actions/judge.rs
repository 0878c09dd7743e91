//! Whether an action helps: it is tried before it is offered.
//!
//! An action that swaps one finding for another, or that leaves its own finding where it is, costs trust. Trying is cheap: only
//! the entries that an action touches are read and judged again.

use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

use nexflow_catalog::Severity;

use super::{Action, Change};
use crate::{
    Diagnostic, Snapshot, Variable, VariableOrigin, Variables, diagnostics, edit::applied,
};

/// With more actions than this at once nobody chooses among them, and they are offered without being tried.
pub(super) const MOST_TRIED: usize = 96;

/// How often each rule is found, hints left out, and how often at all.
struct Findings {
    all: BTreeMap<&'static str, usize>,
    grave: BTreeMap<&'static str, usize>,
}

impl Findings {
    fn of(found: &[Diagnostic]) -> Findings {
        let mut counts = Findings {
            all: BTreeMap::new(),
            grave: BTreeMap::new(),
        };
        for finding in found {
            *counts.all.entry(finding.code).or_default() += 1;
            if finding.severity != Severity::Hint {
                *counts.grave.entry(finding.code).or_default() += 1;
            }
        }
        counts
    }

    fn count(&self, code: &str) -> usize {
        self.all.get(code).copied().unwrap_or_default()
    }
}

/// Tries changes of a document.
pub(super) struct Judge<'s> {
    snapshot: &'s Snapshot,
    before: OnceCell<Findings>,
}

impl<'s> Judge<'s> {
    /// A judge of changes to this document.
    pub(super) fn new(snapshot: &'s Snapshot) -> Judge<'s> {
        Judge {
            snapshot,
            before: OnceCell::new(),
        }
    }

    /// Whether an action mends what it says and brings up nothing above a hint.
    pub(super) fn accepts(&self, action: &Action) -> bool {
        let mends = action.mends.as_ref().map(|finding| finding.code);
        self.helps(mends, &action.changes)
    }

    /// Whether changes mend a finding of this rule and bring up nothing at all.
    pub(super) fn adds_nothing(&self, mends: &str, changes: &[Change]) -> bool {
        let before = self.before();
        let after = Findings::of(&diagnostics(&changed(self.snapshot, changes)));
        after.count(mends) < before.count(mends)
            && after
                .all
                .iter()
                .all(|(code, count)| *count <= before.count(code))
    }

    fn before(&self) -> &Findings {
        self.before
            .get_or_init(|| Findings::of(&diagnostics(self.snapshot)))
    }

    /// Whether changes mend a finding of this rule and bring up nothing above a hint.
    pub(super) fn helps(&self, mends: Option<&str>, changes: &[Change]) -> bool {
        let before = self.before();
        let after = Findings::of(&diagnostics(&changed(self.snapshot, changes)));
        let mended = mends.is_none_or(|code| after.count(code) < before.count(code));
        mended
            && after
                .grave
                .iter()
                .all(|(code, count)| *count <= before.grave.get(code).copied().unwrap_or_default())
    }
}

/// The document with its bases and variables after changes.
fn changed(snapshot: &Snapshot, changes: &[Change]) -> Snapshot {
    let mut after = snapshot.clone();
    for change in changes {
        match change {
            Change::Document(edits) => after.document = applied(&after.document, edits),
            Change::Base { uri, edits } => {
                for base in &mut after.context.bases {
                    if base.uri == *uri {
                        base.document = applied(&base.document, edits);
                    }
                }
            }
            // It has to mean what it meant, which is looked at where the edits are made.
            Change::Sibling { .. } => {}
            Change::EnvLine(line) => {
                if let Some((name, value)) = line.split_once('=') {
                    after.context.variables = Arc::new(WithOne {
                        name: name.to_owned(),
                        value: value.trim_matches(['\'', '"']).to_owned(),
                        others: after.context.variables.clone(),
                    });
                }
            }
        }
    }
    after
}

/// Variables with one more.
struct WithOne {
    name: String,
    value: String,
    others: Arc<dyn Variables>,
}

impl Variables for WithOne {
    fn get(&self, name: &str) -> Option<Variable> {
        if name == self.name {
            return Some(Variable {
                value: self.value.clone(),
                origin: VariableOrigin::Settings,
            });
        }
        self.others.get(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.others.names();
        names.push(self.name.clone());
        names
    }
}
