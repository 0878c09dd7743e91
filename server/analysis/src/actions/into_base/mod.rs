//! Has the base document say what documents that extend it say: one field, an entry, or what all of them have in common.
//!
//! Every document that extends the base means the same before and after. A field moves only where each of the other documents says
//! it as well: the ones that say the same give it up, the others override it as before. Where one is silent it would inherit the
//! field, so the field stays. Comments go along; a field with other comments in another document stays there. In the end all
//! documents are merged and compared, and what would mean anything else is not offered.

mod equivalence;
mod move_plan;
mod removal;

use std::collections::HashMap;

use nexflow_syntax::{Document, Entry, Node, NodeKind, Parent, TextRange};

use self::{
    move_plan::{EntryPlan, FieldPlan, PlannedEntry, Planner},
    removal::{Removal, words},
};
use super::{Action, ActionKind, Change, fix_all::difference, validator::FixValidator};
use crate::{BaseDocument, EXTENDS, Snapshot, edit, selection::touching};

/// A document that extends the same one as the document at hand.
#[derive(Clone, Debug)]
pub struct Sibling {
    /// Where it is.
    pub uri: String,
    /// Its text and tree.
    pub document: Document,
}

/// The other documents that extend the same one directly; `None` when nobody knows them all. Asked only where it matters.
pub type Siblings<'s> = &'s dyn Fn() -> Option<Vec<Sibling>>;

/// With more fields at once nobody sees what happens, and each takes a while.
const MOST_FIELDS: usize = 400;

/// More documents than this are counted in titles, not named.
const NAMED: usize = 3;

/// What can move into the base document from the place at `range`.
pub(super) fn actions(
    snapshot: &Snapshot,
    range: TextRange,
    siblings: Siblings<'_>,
) -> Vec<Action> {
    let Some(base) = snapshot.context.bases.first() else {
        return Vec::new();
    };
    let known = snapshot.context.base_problem.is_none()
        && !snapshot.document.has_errors()
        && !base.document.has_errors();
    let scopes = scopes(snapshot, range);
    if !known || scopes.is_empty() {
        return Vec::new();
    }
    let Some(siblings) = siblings() else {
        return Vec::new();
    };
    // What cannot be read whole may say anything.
    if siblings.iter().any(|sibling| sibling.document.has_errors()) {
        return Vec::new();
    }
    let comments = edit::Comments::of(&snapshot.document);
    let mut found: Vec<Action> = Vec::new();
    for scope in scopes {
        let mut wanted = vec![false];
        if scope.is_wide && !siblings.is_empty() {
            wanted.push(true);
        }
        for common in wanted {
            let moving = Move {
                snapshot,
                base,
                siblings: &siblings,
                comments: &comments,
                common,
            };
            let action = moving.action(&scope);
            found.extend(action.filter(|action| {
                let known = |other: &Action| other.changes == action.changes;
                !found.iter().any(known)
            }));
        }
    }
    found
}

/// A part of the document that may be moved as one.
struct Scope<'d> {
    /// How it is called; nothing for the whole document.
    name: Option<String>,
    entries: Vec<Entry<'d>>,
    /// It is more than a part of an entry.
    is_wide: bool,
}

/// The field, block and entry around a place; the section at its own key, and the document at the line that names its base.
fn scopes(snapshot: &Snapshot, range: TextRange) -> Vec<Scope<'_>> {
    let mut scopes = Vec::new();
    let mut at = touching(snapshot, range.start());
    let mut is_touched = true;
    while let Some(node) = at {
        let entry = match node.parent() {
            Some(Parent::Key(entry) | Parent::Value(entry)) => entry,
            Some(Parent::Item(list, _)) => {
                at = Some(list);
                is_touched = false;
                continue;
            }
            None => break,
        };
        let Some(path) = move_plan::keys(entry) else {
            at = Some(entry.mapping());
            continue;
        };
        match path.len() {
            1 if path[0] == EXTENDS => scopes.push(Scope {
                name: None,
                entries: sections(snapshot.document.root()),
                is_wide: true,
            }),
            1 if is_touched && is_section(entry) => scopes.push(scope(entry, true)),
            2 if is_section_name(&path[0]) => scopes.push(scope(entry, true)),
            3.. if is_section_name(&path[0]) => scopes.push(scope(entry, false)),
            _ => {}
        }
        at = Some(entry.mapping());
        is_touched = false;
    }
    scopes
}

fn scope(entry: Entry<'_>, is_wide: bool) -> Scope<'_> {
    Scope {
        name: Some(entry.key_text().into_owned()),
        entries: vec![entry],
        is_wide,
    }
}

fn sections(root: Node<'_>) -> Vec<Entry<'_>> {
    root.entries().filter(|entry| is_section(*entry)).collect()
}

fn is_section(entry: Entry<'_>) -> bool {
    entry.value().kind() == NodeKind::Mapping && is_section_name(&entry.key_text())
}

fn is_section_name(name: &str) -> bool {
    nexflow_catalog::node(name).is_some()
}

/// One way of moving one part.
struct Move<'a> {
    snapshot: &'a Snapshot,
    base: &'a BaseDocument,
    siblings: &'a [Sibling],
    comments: &'a edit::Comments<'a>,
    common: bool,
}

/// What a move makes of the documents.
struct Outcome {
    own: Document,
    base: Document,
    siblings: Vec<(usize, Document)>,
    /// How many fields the base document has taken, and how many went because it had them.
    moved: usize,
    gone: usize,
}

impl Move<'_> {
    fn action(&self, scope: &Scope<'_>) -> Option<Action> {
        let siblings: Vec<&Document> = self.siblings.iter().map(|one| &one.document).collect();
        let check = Planner {
            snapshot: self.snapshot,
            base: &self.base.document,
            siblings: &siblings,
            common: self.common,
        };
        let parts: Vec<PlannedEntry<'_>> = scope
            .entries
            .iter()
            .map(|entry| check.part(*entry))
            .collect::<Option<_>>()?;
        let mut fields = 0;
        for part in &parts {
            part.fields(&mut |_, _| fields += 1);
        }
        if fields > MOST_FIELDS {
            return None;
        }
        let outcome = self.outcome(&parts)?;
        self.is_right(&outcome).then_some(())?;
        let mut changes = Vec::new();
        if outcome.moved > 0 {
            changes.push(Change::Base {
                uri: self.base.uri.clone(),
                edits: difference(&self.base.document, &outcome.base),
            });
        }
        changes.push(Change::Document(difference(
            &self.snapshot.document,
            &outcome.own,
        )));
        changes.extend(outcome.siblings.iter().map(|(index, after)| {
            let sibling = &self.siblings[*index];
            Change::Sibling {
                uri: sibling.uri.clone(),
                edits: difference(&sibling.document, after),
            }
        }));
        Some(Action {
            title: self.title(scope, fields, &outcome),
            kind: ActionKind::Extract,
            changes,
            fixes: None,
            preferred: false,
        })
    }

    /// The documents after the move; `None` when nothing moves.
    fn outcome(&self, parts: &[PlannedEntry<'_>]) -> Option<Outcome> {
        let mut base = self.base.document.clone();
        let mut removal = Removal::default();
        for part in parts {
            self.copy(part, &mut base, &mut removal);
        }
        let moved = removal.fields.len();
        let after_base = with_line_ends_of(&self.snapshot.document, &self.base.document, base);
        let mut siblings = Vec::new();
        if moved > 0 {
            for (index, sibling) in self.siblings.iter().enumerate() {
                let (after, count) = removal.from(&sibling.document)?;
                if count > 0 {
                    siblings.push((index, after));
                }
            }
        }
        let mut own = removal;
        for part in parts {
            let is_field = matches!(part.what, EntryPlan::Field(_)) && parts.len() == 1;
            self.give_up(part, is_field, &mut own);
        }
        let (after, count) = own.from(&self.snapshot.document)?;
        (count > 0).then_some(Outcome {
            own: after,
            base: after_base,
            siblings,
            moved,
            gone: count.saturating_sub(moved),
        })
    }

    /// Puts into the base what moves, in the largest blocks that it has nothing of.
    fn copy<'d>(&self, part: &PlannedEntry<'d>, base: &mut Document, removal: &mut Removal<'d>) {
        let path = words(&part.path);
        let is_free = edit::entry_at(base.root(), &path).is_none();
        if part.moves()
            && is_free
            && let Some(edits) = edit::copy_entry(&self.snapshot.document, part.entry, base, &path)
        {
            *base = edit::applied(base, &edits);
            self.take(part, removal);
            return;
        }
        if let EntryPlan::Block(parts) = &part.what {
            for part in parts {
                self.copy(part, base, removal);
            }
        }
    }

    /// Takes note of what the base document says from now on, with the comments.
    fn take<'d>(&self, part: &PlannedEntry<'d>, removal: &mut Removal<'d>) {
        let comments = self.comments.attached(part.entry).comments;
        removal.comments.insert(part.path.clone(), comments);
        match &part.what {
            EntryPlan::Field(_) => {
                removal.fields.insert(part.path.clone(), part.entry);
            }
            EntryPlan::Block(parts) => parts.iter().for_each(|part| self.take(part, removal)),
        }
    }

    /// Takes note of what the document need not say. A field that somebody points at goes with its comments.
    fn give_up<'d>(&self, part: &PlannedEntry<'d>, is_meant: bool, removal: &mut Removal<'d>) {
        match &part.what {
            EntryPlan::Field(FieldPlan::Goes) => {
                removal.fields.insert(part.path.clone(), part.entry);
                if is_meant {
                    let comments = self.comments.attached(part.entry).comments;
                    removal.comments.insert(part.path.clone(), comments);
                }
            }
            EntryPlan::Field(_) => {}
            EntryPlan::Block(parts) => {
                for part in parts {
                    self.give_up(part, false, removal);
                }
            }
        }
    }

    /// Whether every document means what it meant, and the base document has no new faults.
    fn is_right(&self, outcome: &Outcome) -> bool {
        let with = |document: &Document, base: &Document| {
            let mut after = self.snapshot.clone();
            after.document = document.clone();
            if let Some(first) = after.context.bases.first_mut() {
                first.document = base.clone();
            }
            after
        };
        let before = &self.base.document;
        let means_the_same = |old: &Document, new: &Document| {
            equivalence::same_document(&with(old, before), &with(new, &outcome.base))
        };
        let changed: HashMap<usize, &Document> = outcome
            .siblings
            .iter()
            .map(|(index, after)| (*index, after))
            .collect();
        let all = means_the_same(&self.snapshot.document, &outcome.own)
            && self.siblings.iter().enumerate().all(|(index, sibling)| {
                let after = changed.get(&index).copied().unwrap_or(&sibling.document);
                means_the_same(&sibling.document, after)
            });
        if !all || outcome.moved == 0 {
            return all;
        }
        let mut of_base = self.snapshot.clone();
        of_base.document = before.clone();
        of_base.context.bases.remove(0);
        let edits = difference(before, &outcome.base);
        FixValidator::new(&of_base).helps(None, &[Change::Document(edits)])
    }

    fn title(&self, scope: &Scope<'_>, fields: usize, outcome: &Outcome) -> String {
        let (moved, gone) = (outcome.moved, outcome.gone);
        let name = scope.name.as_deref();
        if moved == 0 {
            return match name {
                Some(name) if gone == fields => {
                    format!("Remove `{name}`, which the base document says as well")
                }
                Some(name) => format!("Remove what the base document says as well from `{name}`"),
                None => "Remove what the base document says as well".to_owned(),
            };
        }
        if self.common {
            let documents = self.siblings.len() + 1;
            let documents = match documents {
                2 => "both documents say".to_owned(),
                more => format!("all {more} documents say"),
            };
            return match name {
                Some(name) => format!("Move what {documents} in `{name}` into the base document"),
                None => format!("Move what {documents} into the base document"),
            };
        }
        let what = match name {
            Some(name) if moved + gone == fields => format!("`{name}`"),
            Some(name) => format!("{moved} of the {fields} fields of `{name}`"),
            None if moved + gone == fields => "everything".to_owned(),
            None => format!("{moved} of the {fields} fields"),
        };
        let mut others: Vec<&str> = outcome
            .siblings
            .iter()
            .map(|(index, _)| file_name(&self.siblings[*index].uri))
            .collect();
        others.sort_unstable();
        let more = others.len().saturating_sub(NAMED);
        others.truncate(NAMED);
        let mut title = format!("Move {what} into the base document");
        if !others.is_empty() {
            title.push_str(", out of ");
            title.push_str(&others.join(", "));
            title.push_str(&match more {
                0 => " too".to_owned(),
                more => format!(" and {more} more too"),
            });
        }
        title
    }
}

fn file_name(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or(uri)
}

/// A base document that had no line ends gets those of the document from which it has its text.
fn with_line_ends_of(own: &Document, before: &Document, after: Document) -> Document {
    let is_crlf = |document: &Document| {
        let text = document.text();
        text.find('\n').map(|end| text[..end].ends_with('\r'))
    };
    if is_crlf(before).is_some() || is_crlf(own) != Some(true) {
        return after;
    }
    let text = after.text().replace("\r\n", "\n").replace('\n', "\r\n");
    Document::parse_with(&text, after.limits())
}
