//! Code actions: what mends a finding, what mends all of them, and what rewrites without being asked to by a finding.

mod fix_all;
mod generic;
mod refactor;
mod suppress;

use nexflow_syntax::{TextEdit, TextRange};

use crate::{Diagnostic, Snapshot, check};

pub use fix_all::fix_all;

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
    /// A line that is added to the project's env file (which is made when there is none).
    EnvLine(String),
}

/// What can be done about the text at `range`.
pub fn actions(snapshot: &Snapshot, range: TextRange) -> Vec<Action> {
    let mut actions = Vec::new();
    for finding in check::diagnostics_with_fixes(snapshot, range) {
        quick_fixes(snapshot, finding, &mut actions);
    }
    if !fix_all(snapshot).is_empty() {
        actions.push(Action {
            title: "Mend everything whose mending is certain".to_owned(),
            kind: ActionKind::FixAll,
            changes: vec![Change::Document(fix_all(snapshot))],
            mends: None,
            preferred: false,
        });
    }
    actions.extend(refactor::refactorings(snapshot, range));
    actions
}

fn quick_fixes(snapshot: &Snapshot, mut finding: Diagnostic, out: &mut Vec<Action>) {
    let fixes = std::mem::take(&mut finding.fixes);
    let mut preferred = false;
    for fix in fixes {
        out.push(Action {
            title: fix.title,
            kind: ActionKind::QuickFix,
            changes: vec![Change::Document(fix.edits)],
            preferred: fix.preferred && !std::mem::replace(&mut preferred, true),
            mends: Some(finding.clone()),
        });
    }
    out.extend(generic::quick_fixes(snapshot, &finding));
    out.extend(suppress::quick_fixes(snapshot, &finding));
}
