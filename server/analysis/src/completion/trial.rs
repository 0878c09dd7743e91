//! Tries offers before they are made: one that would bring an error or a warning is left out.

use std::collections::BTreeMap;

use nexflow_catalog::{Severity, ids};
use nexflow_syntax::{Document, Node, NodeKind, Parent, TextEdit, TextRange, TextSize};

use super::{anchors::line_before, key_forms::is_discriminator};
use crate::{
    About, CompletionItem, CompletionKind, Diagnostic, Snapshot,
    actions::good_values,
    check::diagnostics,
    edit::{self, Value, applied},
};

/// Longer documents are not read again for each offer.
const MOST_BYTES: usize = 64 * 1024;

/// Bytes that the trials of one request may read again. A trial reads an entry, so that these are hundreds of trials; where thousands of
/// references stand in one value, each trial reads them all. What has not been tried is not offered.
const MOST_READ: usize = 2 << 20;

/// A key with nothing behind it is tried with a few values that it may get.
const FILLERS: usize = 2;

/// Leaves out what would not be right. Offers that do not go with what is typed are left out as well.
pub(super) fn retain_right(snapshot: &Snapshot, offset: TextSize, items: &mut Vec<CompletionItem>) {
    if usize::from(snapshot.document.len()) > MOST_BYTES {
        return;
    }
    let mut trials: Vec<(TextRange, Trial<'_>)> = Vec::new();
    let mut left = MOST_READ;
    items.retain(|item| {
        if item.kind == CompletionKind::Rule {
            return true;
        }
        if !is_listed(snapshot, offset, item) {
            return false;
        }
        // Which of its fields a merged block may bring in is looked at when it is there.
        if is_merged(snapshot, item.replace.start()) {
            return true;
        }
        let fragment = snapshot.document.fragment_at(item.replace.start());
        let Some(rest) = left.checked_sub(usize::from(fragment.range().len())) else {
            return false;
        };
        left = rest;
        let at = trials.iter().position(|(range, _)| *range == item.replace);
        let at = at.unwrap_or_else(|| {
            trials.push((item.replace, Trial::new(snapshot, item.replace)));
            trials.len() - 1
        });
        trials[at].1.accepts(item)
    });
}

/// Whether an alias behind a merge key begins here.
fn is_merged(snapshot: &Snapshot, start: TextSize) -> bool {
    let before = line_before(&snapshot.document, start);
    let line = before.trim_start().trim_start_matches("- ");
    line.starts_with("<<") && line.ends_with('*')
}

/// Whether an editor lists an offer for what is typed: its letters stand in the offer in their order. The others need no trial; the
/// editor asks again when what is typed changes.
fn is_listed(snapshot: &Snapshot, offset: TextSize, item: &CompletionItem) -> bool {
    let start = item.replace.start().min(offset);
    let typed = snapshot.document.slice(TextRange::new(start, offset));
    let typed = typed.trim_start().to_lowercase();
    let filter = item.filter.to_lowercase();
    let mut rest = filter.chars();
    typed.chars().all(|c| rest.any(|other| other == c))
}

/// The document without what is being typed, and what is wrong with it.
struct Trial<'s> {
    snapshot: &'s Snapshot,
    /// How often each rule finds something above a hint.
    before: BTreeMap<&'static str, usize>,
    errors: usize,
}

impl<'s> Trial<'s> {
    fn new(snapshot: &'s Snapshot, replaced: TextRange) -> Trial<'s> {
        let typed = snapshot.document.errors().len();
        let emptied = edited(snapshot, replaced, "");
        let errors = emptied.document.errors().len();
        // Taking a key away leaves its colon behind.
        let from = if errors > typed { snapshot } else { &emptied };
        Trial {
            snapshot,
            before: counts(&diagnostics(from)),
            errors: errors.min(typed),
        }
    }

    fn accepts(&self, item: &CompletionItem) -> bool {
        let is_key = matches!(item.kind, CompletionKind::Field | CompletionKind::Section)
            || item.kind == CompletionKind::Name && item.plain.trim_end().ends_with(':');
        if !is_key {
            // The variables of a snippet are for the author to set.
            let is_snippet = item.kind == CompletionKind::Snippet;
            return self.takes(item.replace, &item.plain, |found| {
                !is_snippet || found.code != ids::ENV_UNRESOLVED
            });
        }
        let start = item.replace.start();
        let field = match &item.about {
            About::Field(id) | About::Brief(id) => nexflow_catalog::fields().get(usize::from(*id)),
            _ => None,
        };
        // A key that is written in the place of another one takes over its value.
        if !item.plain.contains(':') && self.has_value(item.replace) {
            return self.takes(item.replace, &item.plain, |_| true);
        }
        // Behind a key that has its colon already nothing changes; one that begins a block is complete.
        let open = item.plain.ends_with(": ");
        let (Some(field), true) = (field, open) else {
            return self.takes(item.replace, &item.plain, |_| true);
        };
        let mut tried = 0;
        // By the type it is decided which fields there may be beside it.
        let most = match is_discriminator(field) {
            true => usize::MAX,
            false => FILLERS,
        };
        let mut values = good_values(field).into_iter().take(most);
        values.any(|value| {
            let Value::Yaml(text) = value else {
                return false;
            };
            tried += 1;
            // A brace would end the braces around.
            let text = match text.starts_with('$') {
                true => edit::quoted(&text, true, None),
                false => text,
            };
            let filled = format!("{}{text}", item.plain);
            let written = TextRange::at(start, TextSize::of(&*filled));
            self.takes(item.replace, &filled, |found| {
                let has_no_effect = found.tag.is_some() && written.contains_range(found.range);
                is_about_key(found, start) || has_no_effect
            })
        }) || tried == 0
    }

    /// Whether a key has something behind its colon.
    fn has_value(&self, key: TextRange) -> bool {
        let node = self.snapshot.document.node_at(key.start());
        match node.and_then(Node::parent) {
            Some(Parent::Key(entry)) => entry.value().kind() != NodeKind::Null,
            _ => false,
        }
    }

    /// Whether a text in this place brings up nothing that counts.
    fn takes(
        &self,
        replaced: TextRange,
        text: &str,
        counts_here: impl Fn(&Diagnostic) -> bool,
    ) -> bool {
        let after = edited(self.snapshot, replaced, text);
        if after.document.errors().len() > self.errors {
            return false;
        }
        let mut found = diagnostics(&after);
        found.retain(counts_here);
        counts(&found)
            .iter()
            .all(|(code, count)| *count <= self.before.get(code).copied().unwrap_or_default())
    }
}

/// The document is written anew at each try, so that two documents never share what was found in one of them.
fn edited(snapshot: &Snapshot, replaced: TextRange, text: &str) -> Snapshot {
    let edit = TextEdit {
        range: replaced,
        insert: text.to_owned(),
    };
    let document: Document = applied(&snapshot.document, &[edit]);
    Snapshot::new(document, snapshot.context.clone())
}

/// A diagnostic that says of a key that it must not stand there.
fn is_about_key(found: &Diagnostic, start: TextSize) -> bool {
    const MISPLACED: [&str; 4] = [
        ids::FIELD_UNKNOWN,
        ids::SECTION_UNKNOWN,
        ids::FIELD_NOT_FOR_TYPE,
        ids::DUPLICATE_KEY,
    ];
    MISPLACED.contains(&found.code) || found.range.start() == start && found.tag.is_some()
}

fn counts(found: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for one in found {
        // What a block that has just been begun still lacks is no fault of the offer.
        let is_lacking = nexflow_catalog::rule(one.code).is_some_and(|rule| rule.incomplete);
        if one.severity != Severity::Hint && !is_lacking {
            *counts.entry(one.code).or_default() += 1;
        }
    }
    counts
}
