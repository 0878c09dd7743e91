//! Code actions: what mends a finding, what mends all of them, and what rewrites without being asked to by a finding.

mod absent;
mod fix_all;
mod generic;
mod into_base;
mod judge;
mod refactor;
mod suppress;

use nexflow_syntax::{TextEdit, TextRange};

use crate::{Diagnostic, Snapshot, check};

pub use fix_all::fix_all;
pub use into_base::{Sibling, Siblings};
use judge::Judge;

/// Something that an editor offers to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What it does, imperative.
    pub title: String,
    /// Which kind of action it is.
    pub kind: ActionKind,
    /// What changes.
    pub changes: Vec<Change>,
    /// The finding that it mends.
    pub mends: Option<Diagnostic>,
    /// The one that a user most likely wants.
    pub preferred: bool,
}

/// Kinds of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Mends a finding.
    QuickFix,
    /// Mends all findings whose mending is certain.
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

/// What can be done about the text at `range` of a document that nobody else shares its base with.
pub fn actions(snapshot: &Snapshot, range: TextRange) -> Vec<Action> {
    actions_among(snapshot, range, &|_| true, &|| Some(Vec::new()))
}

/// What can be done about the text at `range`, as far as its kind is `wanted`, which is asked before each finding and each try:
/// whoever no longer waits for the answer wants nothing. `siblings` gives the other documents that extend the same base.
pub fn actions_among(
    snapshot: &Snapshot,
    range: TextRange,
    wanted: &dyn Fn(ActionKind) -> bool,
    siblings: Siblings<'_>,
) -> Vec<Action> {
    let judge = Judge::new(snapshot);
    let mut actions = Vec::new();
    if wanted(ActionKind::QuickFix) {
        for finding in check::diagnostics_with_fixes(snapshot, range) {
            if !wanted(ActionKind::QuickFix) {
                break;
            }
            let tried = actions.len() <= judge::MOST_TRIED;
            quick_fixes(snapshot, finding, tried.then_some(&judge), &mut actions);
        }
    }
    let all = match wanted(ActionKind::FixAll) {
        true => fix_all(snapshot),
        false => Vec::new(),
    };
    if !all.is_empty() {
        actions.push(Action {
            title: "Mend everything whose mending is certain".to_owned(),
            kind: ActionKind::FixAll,
            changes: vec![Change::Document(all)],
            mends: None,
            preferred: false,
        });
    }
    let refactorings = refactor::refactorings(snapshot, range).into_iter();
    let mut refactorings: Vec<Action> = refactorings
        .filter(|action| wanted(action.kind) && judge.accepts(action))
        .collect();
    actions.append(&mut refactorings);
    if wanted(ActionKind::Extract) {
        // These have been tried: every document means what it meant.
        actions.extend(into_base::actions(snapshot, range, siblings));
    }
    actions
}

/// What mends a finding, the most likely one first; only what helps when there is a judge.
fn quick_fixes(
    snapshot: &Snapshot,
    mut finding: Diagnostic,
    judge: Option<&Judge<'_>>,
    out: &mut Vec<Action>,
) {
    let fixes = std::mem::take(&mut finding.fixes);
    let mut offered: Vec<Action> = fixes
        .into_iter()
        .map(|fix| Action {
            title: fix.title,
            kind: ActionKind::QuickFix,
            changes: vec![Change::Document(fix.edits)],
            preferred: fix.preferred,
            mends: Some(finding.clone()),
        })
        .collect();
    offered.extend(generic::quick_fixes(snapshot, &finding, judge));
    offered.retain(|action| judge.is_none_or(|judge| judge.accepts(action)));
    if offered.is_empty() {
        offered = absent::quick_fixes(snapshot, &finding, judge);
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
    let mut silencing = suppress::quick_fixes(snapshot, &finding);
    // In a text that cannot be read whole a comment may lie where nobody looks for it.
    if snapshot.document.has_errors() {
        silencing.retain(|action| judge.is_some_and(|judge| judge.accepts(action)));
    }
    out.extend(offered);
    out.extend(silencing);
}
