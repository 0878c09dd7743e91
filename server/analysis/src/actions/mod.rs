//! Code actions: what fixes a diagnostic, what fixes all of them, and what rewrites without being asked to by a diagnostic.

mod add_missing_field;
mod fix_all;
mod generic;
mod into_base;
mod refactor;
mod suppress;
mod suppress_all;
mod validator;

use nexflow_catalog::Applicability;
use nexflow_syntax::{TextEdit, TextRange};

use crate::{Diagnostic, Snapshot, fixes};

pub use fix_all::{fix_all, fixable};
pub(crate) use generic::good_values;
pub use into_base::{Sibling, Siblings};
pub use suppress_all::{Suppressions, suppress_all};
use validator::FixValidator;

/// Something that an editor offers to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What it does, imperative.
    pub title: String,
    /// Which kind of action it is.
    pub kind: ActionKind,
    /// What changes.
    pub changes: Vec<Change>,
    /// The diagnostic that it fixes.
    pub fixes: Option<Diagnostic>,
    /// The one that a user most likely wants.
    pub preferred: bool,
}

/// Kinds of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Fixes a diagnostic.
    QuickFix,
    /// Applies all safe fixes.
    FixAll,
    /// Says the same in another way.
    Rewrite,
    /// Takes a part out to another place.
    Extract,
    /// Applies a tuning profile.
    Profile,
}

/// A change of one file.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Of the document itself.
    Document(Vec<TextEdit>),
    /// Of a document that it extends.
    Base {
        /// Which one.
        uri: String,
        /// The edits, in terms of its text.
        edits: Vec<TextEdit>,
    },
    /// Of another document that extends the same one.
    Sibling {
        /// Which one.
        uri: String,
        /// The edits, in terms of its text.
        edits: Vec<TextEdit>,
    },
    /// A line that is added to the project's env file (which is made when there is none).
    EnvLine(String),
}

/// What can be done about the text at `range`, as far as its kind is `wanted`, which is asked before each diagnostic and each try:
/// whoever no longer waits for the answer wants nothing. `siblings` gives the other documents that extend the same base.
pub fn actions_among(
    snapshot: &Snapshot,
    range: TextRange,
    wanted: &dyn Fn(ActionKind) -> bool,
    siblings: Siblings<'_>,
) -> Vec<Action> {
    let part = snapshot.part_at(range.start());
    let (file, snapshot) = (snapshot, part.as_ref().unwrap_or(snapshot));
    let validator = FixValidator::new(snapshot);
    let mut actions = Vec::new();
    if wanted(ActionKind::QuickFix) {
        let found = fixes::diagnostics_with_fixes(file, range).into_iter();
        for diagnostic in found.take(validator::MOST_TRIED) {
            if validator.is_exhausted() || !wanted(ActionKind::QuickFix) {
                break;
            }
            quick_fixes(snapshot, diagnostic, &validator, &mut actions);
        }
    }
    let all = match wanted(ActionKind::FixAll) {
        true => fix_all(file, Applicability::Safe),
        false => Vec::new(),
    };
    if !all.is_empty() {
        actions.push(Action {
            title: "Apply all safe fixes".to_owned(),
            kind: ActionKind::FixAll,
            changes: vec![Change::Document(all)],
            fixes: None,
            preferred: false,
        });
    }
    let validator = FixValidator::new(snapshot);
    let kinds = [
        ActionKind::Rewrite,
        ActionKind::Extract,
        ActionKind::Profile,
    ];
    let refactorings = match kinds.into_iter().any(wanted) {
        true => refactor::refactorings(snapshot, range),
        false => Vec::new(),
    };
    let mut refactorings: Vec<Action> = refactorings
        .into_iter()
        .filter(|action| wanted(action.kind) && validator.accepts(action))
        .collect();
    actions.append(&mut refactorings);
    if wanted(ActionKind::Extract) {
        // These have been tried: every document means what it meant.
        actions.extend(into_base::actions(snapshot, range, siblings));
    }
    actions
}

/// The quick fixes of one diagnostic, as [`actions_among`] offers them.
pub fn quick_fixes_of(snapshot: &Snapshot, diagnostic: Diagnostic) -> Vec<Action> {
    let validator = FixValidator::new(snapshot);
    let mut actions = Vec::new();
    quick_fixes(snapshot, diagnostic, &validator, &mut actions);
    actions
}

/// What fixes a diagnostic, the most likely one first; only what helps.
fn quick_fixes(
    snapshot: &Snapshot,
    mut diagnostic: Diagnostic,
    validator: &FixValidator<'_>,
    out: &mut Vec<Action>,
) {
    let fixes = std::mem::take(&mut diagnostic.fixes);
    let mut offered: Vec<Action> = fixes
        .into_iter()
        .map(|fix| Action {
            title: fix.title,
            kind: ActionKind::QuickFix,
            changes: vec![Change::Document(fix.edits)],
            preferred: fix.preferred,
            fixes: Some(diagnostic.clone()),
        })
        .collect();
    offered.extend(generic::quick_fixes(snapshot, &diagnostic, validator));
    offered.retain(|action| validator.accepts(action));
    if offered.is_empty() {
        offered = add_missing_field::quick_fixes(snapshot, &diagnostic, validator);
    }
    // One and the same edit may be offered by a rule and by its kind.
    let mut known: Vec<Vec<Change>> = Vec::new();
    offered.retain(|action| {
        let is_new = !known.contains(&action.changes);
        known.push(action.changes.clone());
        is_new
    });
    let mut preferred = false;
    for action in &mut offered {
        action.preferred = action.preferred && !std::mem::replace(&mut preferred, true);
    }
    let mut silencing = suppress::quick_fixes(snapshot, &diagnostic);
    // In a text that cannot be read whole a comment may lie where nobody looks for it.
    if snapshot.document.has_errors() {
        silencing.retain(|action| validator.accepts(action));
    }
    out.extend(offered);
    out.extend(silencing);
}
