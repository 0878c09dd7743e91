//! Whether an action helps: it is tried before it is offered.
//!
//! An action that swaps one diagnostic for another, or that leaves its own diagnostic where it is, costs trust. Trying is cheap: only
//! the entries that an action touches are read and checked again.

use std::{
    cell::{Cell, OnceCell},
    collections::BTreeMap,
    rc::Rc,
    sync::Arc,
};

use nexflow_catalog::{Severity, ids};
use nexflow_syntax::{Document, Segment, TextEdit};

use super::{Action, Change};
use crate::{
    Diagnostic, Snapshot, Variable, VariableOrigin, Variables,
    check::diagnostics,
    edit::applied,
    meaning::{self, Meaning},
};

/// So many actions are tried for one request, fewer where one reads much. Whoever selects a whole document chooses among no more, and what has not been tried is
/// not offered.
pub(super) const MOST_TRIED: usize = 128;

/// Bytes that a try may read again before it counts as two. Most tries read an entry; where thousands of lines are one piece of text,
/// each try reads them all.
const ONE_TRY: usize = 64 << 10;

/// As how many tries edits of a document count.
fn cost(document: &Document, edits: &[TextEdit]) -> usize {
    let mut bytes = 0;
    let mut last = None;
    for edit in edits {
        let fragment = document.fragment_at(edit.range.start());
        if last.replace(fragment.index()) != Some(fragment.index()) {
            bytes += usize::from(fragment.range().len());
        }
    }
    bytes.div_ceil(ONE_TRY).max(1)
}

/// How often each rule is found, hints left out, and how often at all.
struct DiagnosticCounts {
    all: BTreeMap<&'static str, usize>,
    severe: BTreeMap<&'static str, usize>,
}

impl DiagnosticCounts {
    fn of(found: &[Diagnostic]) -> DiagnosticCounts {
        let mut counts = DiagnosticCounts {
            all: BTreeMap::new(),
            severe: BTreeMap::new(),
        };
        for diagnostic in found {
            *counts.all.entry(diagnostic.code).or_default() += 1;
            if diagnostic.severity != Severity::Hint {
                *counts.severe.entry(diagnostic.code).or_default() += 1;
            }
        }
        counts
    }

    fn count(&self, code: &str) -> usize {
        self.all.get(code).copied().unwrap_or_default()
    }
}

fn all_within(
    after: &BTreeMap<&'static str, usize>,
    before: &BTreeMap<&'static str, usize>,
) -> bool {
    let most = |code: &str| before.get(code).copied().unwrap_or_default();
    after.iter().all(|(code, count)| *count <= most(code))
}

/// Words that a correction puts right.
const MISSPELT: [&str; 4] = [
    ids::SECTION_UNKNOWN,
    ids::FIELD_UNKNOWN,
    ids::ENUM_UNKNOWN_VALUE,
    ids::ENV_UNRESOLVED,
];

/// Tries changes of a document.
pub(super) struct FixValidator<'s> {
    snapshot: &'s Snapshot,
    before: OnceCell<DiagnosticCounts>,
    left: Rc<Cell<usize>>,
}

impl<'s> FixValidator<'s> {
    /// A check of changes to this document.
    pub(super) fn new(snapshot: &'s Snapshot) -> FixValidator<'s> {
        FixValidator {
            snapshot,
            before: OnceCell::new(),
            left: Rc::new(Cell::new(MOST_TRIED)),
        }
    }

    /// A check of changes to what this document becomes, for the same request.
    pub(super) fn of_next<'n>(&self, snapshot: &'n Snapshot) -> FixValidator<'n> {
        FixValidator {
            left: self.left.clone(),
            ..FixValidator::new(snapshot)
        }
    }

    /// As how many tries edits count.
    pub(super) fn cost(&self, edits: &[TextEdit]) -> usize {
        cost(&self.snapshot.document, edits)
    }

    /// Whether as many actions have been tried as one request may try.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// What is found after changes; `None` once enough have been tried.
    fn tried(&self, changes: &[Change]) -> Option<(Snapshot, DiagnosticCounts)> {
        let cost: usize = changes
            .iter()
            .map(|change| match change {
                Change::Document(edits) => cost(&self.snapshot.document, edits),
                _ => 1,
            })
            .sum();
        let Some(left) = self.left.get().checked_sub(cost) else {
            self.left.set(0);
            return None;
        };
        self.left.set(left);
        let after = changed(self.snapshot, changes);
        let counts = DiagnosticCounts::of(&diagnostics(&after));
        Some((after, counts))
    }

    /// Whether an action fixes what it says and brings up nothing above a hint.
    pub(super) fn accepts(&self, action: &Action) -> bool {
        let fixes = action.fixes.as_ref().map(|diagnostic| diagnostic.code);
        // A line for a value that somebody has yet to write.
        let is_unset =
            |change: &Change| matches!(change, Change::EnvLine(line) if line.ends_with('='));
        if !action.changes.is_empty() && action.changes.iter().all(is_unset) {
            return true;
        }
        match fixes {
            Some(code) if action.preferred && MISSPELT.contains(&code) => {
                self.corrects(code, &action.changes)
            }
            _ => self.helps(fixes, &action.changes),
        }
    }

    /// Whether a word is right after changes that leave the text as sound as it was. What the misspelt word has hidden may show then.
    fn corrects(&self, code: &str, changes: &[Change]) -> bool {
        let Some((after, counts)) = self.tried(changes) else {
            return false;
        };
        let errors = |document: &Document| document.errors().len();
        errors(&after.document) <= errors(&self.snapshot.document)
            && counts.count(code) < self.before().count(code)
    }

    /// Whether changes fix a diagnostic of this rule and bring up nothing at all.
    pub(super) fn adds_nothing(&self, fixes: &str, changes: &[Change]) -> bool {
        let before = self.before();
        self.tried(changes).is_some_and(|(_, after)| {
            after.count(fixes) < before.count(fixes) && all_within(&after.all, &before.all)
        })
    }

    /// Whether the edits of several fixes fix a diagnostic of each of these rules. Safe ones add nothing at all, others nothing above
    /// a hint.
    pub(super) fn fixes_all(
        &self,
        codes: &[&'static str],
        edits: Vec<TextEdit>,
        safe: bool,
    ) -> bool {
        let mut expected: BTreeMap<&'static str, usize> = BTreeMap::new();
        for code in codes {
            *expected.entry(code).or_default() += 1;
        }
        let before = self.before();
        let after = changed(self.snapshot, &[Change::Document(edits)]);
        let after = DiagnosticCounts::of(&diagnostics(&after));
        let gone = |code: &str, count: usize| after.count(code) + count <= before.count(code);
        expected.iter().all(|(code, count)| gone(code, *count))
            && match safe {
                true => all_within(&after.all, &before.all),
                false => all_within(&after.severe, &before.severe),
            }
    }

    fn before(&self) -> &DiagnosticCounts {
        self.before
            .get_or_init(|| DiagnosticCounts::of(&diagnostics(self.snapshot)))
    }

    /// Whether changes fix a diagnostic of this rule and bring up nothing above a hint.
    pub(super) fn helps(&self, fixes: Option<&str>, changes: &[Change]) -> bool {
        let before = self.before();
        self.tried(changes).is_some_and(|(_, after)| {
            let fixed = fixes.is_none_or(|code| after.count(code) < before.count(code));
            fixed && all_within(&after.severe, &before.severe)
        })
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
                        value: unquoted(value),
                        others: after.context.variables.clone(),
                    });
                }
            }
        }
    }
    after
}

/// The value of a line that is written for an env file.
fn unquoted(value: &str) -> String {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    match (inside('\''), inside('"')) {
        (Some(text), _) => text.to_owned(),
        (None, Some(text)) => text.replace("\\\\", "\\"),
        (None, None) => value.to_owned(),
    }
}

/// Whether changes only move a value elsewhere: the merged document says the same afterwards, variables replaced. What a variable
/// gives is text. A value that is not written down, such as a secret, is not compared.
pub(super) fn moves_value(
    snapshot: &Snapshot,
    changes: &[Change],
    path: &[Segment],
    is_written: bool,
) -> bool {
    let (mut before, mut after) = (
        meaning::merged(snapshot),
        meaning::merged(&changed(snapshot, changes)),
    );
    let (old, new) = (before.take(path), after.take(path));
    let text = |meaning: &Option<Meaning>| match meaning {
        Some(Meaning::Scalar { text, .. }) => Some(text.clone()),
        _ => None,
    };
    before == after && (!is_written || text(&old).is_some() && text(&old) == text(&new))
}

/// Whether the merged document says the same after changes, but for what stands at these paths.
pub(super) fn changes_only(
    snapshot: &Snapshot,
    changes: &[Change],
    paths: impl Iterator<Item = Vec<Segment>>,
) -> bool {
    let (mut before, mut after) = (
        meaning::merged(snapshot),
        meaning::merged(&changed(snapshot, changes)),
    );
    for path in paths {
        before.take(&path);
        after.take(&path);
    }
    // A block that is made for a value is nothing without it.
    before.without_nothing() == after.without_nothing()
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
