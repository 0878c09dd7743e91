//! The one way out: what this crate returns for people to read has been through here, and holds no credential.
//!
//! Edits are not among it: they have to say what they write.

use std::{cell::OnceCell, collections::BTreeSet};

use nexflow_syntax::{Document, TextRange, TextSize};

use crate::{
    About, Action, ActionKind, CompletionItem, Context, Diagnostic, FileLink, HintOptions, Hover,
    InlayHint, Siblings, Snapshot, Status, ValueStats,
    actions::{actions_among as found_actions, quick_fixes_of},
    baseline, check,
    completion::completion_among as found_completions,
    fixes, hints, hover as hovers, links, secret,
    secret::{Redacted, Redactor},
    status as statuses,
    template_refs::template_refs,
};

/// All diagnostics of a document, in the order of the text.
pub fn diagnostics(snapshot: &Snapshot) -> Vec<Diagnostic> {
    marked_diagnostics(snapshot, |_| {})
}

/// The diagnostics of a document that are not recorded, in the order of the text, and how many are.
pub fn new_diagnostics(snapshot: &Snapshot) -> (Vec<Diagnostic>, usize) {
    let mut recorded = 0;
    let new = marked_diagnostics(snapshot, |found| {
        let all = found.len();
        found.retain(|diagnostic| !diagnostic.recorded);
        recorded = all - found.len();
    });
    (new, recorded)
}

/// All diagnostics, from which `choose` takes away those that nobody is shown.
fn marked_diagnostics(
    snapshot: &Snapshot,
    choose: impl FnOnce(&mut Vec<Diagnostic>),
) -> Vec<Diagnostic> {
    let mut found = check::diagnostics(snapshot);
    let redactor = OnceCell::new();
    let redactor = || redactor.get_or_init(|| Redactor::new(snapshot));
    let recorded = snapshot.context.settings.recorded.as_ref();
    if let Some(recorded) = recorded.filter(|recorded| !recorded.is_empty()) {
        baseline::mark_with(snapshot, recorded, &redactor, &mut found);
    }
    choose(&mut found);
    if found.is_empty() {
        return found;
    }
    shown_with(snapshot, redactor(), found)
}

/// The diagnostics that touch `range`, with their fixes worked out.
pub fn diagnostics_with_fixes(snapshot: &Snapshot, range: TextRange) -> Vec<Diagnostic> {
    shown(snapshot, fixes::diagnostics_with_fixes(snapshot, range))
}

/// All diagnostics of a document with their fixes, as a report may hold them: without edits that replace or write a credential.
pub fn diagnostics_with_shown_fixes(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let whole = TextRange::up_to(snapshot.document.len());
    let mut found = diagnostics_with_fixes(snapshot, whole);
    let redactor = Redactor::new(snapshot);
    for diagnostic in &mut found {
        diagnostic.fixes.retain(|fix| {
            let mut edits = fix.edits.iter();
            edits.all(|edit| !redactor.touches(edit.range) && !redactor.leaks(&edit.insert))
        });
    }
    found
}

fn shown(snapshot: &Snapshot, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if found.is_empty() {
        return found;
    }
    let redactor = Redactor::new(snapshot);
    shown_with(snapshot, &redactor, found)
}

fn shown_with(
    snapshot: &Snapshot,
    redactor: &Redactor<'_>,
    mut found: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let variables = known_variables(snapshot);
    for diagnostic in &mut found {
        redact(redactor, diagnostic);
        name_variables(snapshot, &variables, diagnostic);
    }
    found
}

/// A variable that the document or one of its bases refers to.
struct KnownVariable {
    value: String,
    /// What stands in the place of the value.
    reference: String,
    /// How every reference to it begins, whatever its default.
    begin: String,
    /// The value may be a word of L5.
    is_word: bool,
}

/// The variables that the document and its bases refer to, by their names.
fn known_variables(snapshot: &Snapshot) -> Vec<KnownVariable> {
    let bases = snapshot.context.bases.iter().map(|base| &base.document);
    let documents = std::iter::once(&snapshot.document).chain(bases);
    let names: BTreeSet<&str> = documents
        .flat_map(Document::fragments)
        .flat_map(|fragment| &template_refs(fragment).variables)
        .map(|variable| &*variable.name)
        .collect();
    let variables = names.into_iter().filter_map(|name| {
        let value = snapshot.context.variables.get(name)?.value;
        (value.len() > 1).then(|| KnownVariable {
            reference: format!("${{{name}}}"),
            begin: format!("${{{name}"),
            is_word: value
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            value,
        })
    });
    variables.collect()
}

/// Puts the name of a variable in the place of its value: what a variable holds on this machine is not for reports. Words of L5
/// stay where nothing refers to the variable.
fn name_variables(snapshot: &Snapshot, variables: &[KnownVariable], diagnostic: &mut Diagnostic) {
    let (range, source) = (diagnostic.range, OnceCell::new());
    let source = || source.get_or_init(|| snapshot.document.slice(range));
    let fixes = diagnostic.fixes.iter_mut().map(|fix| &mut fix.title);
    let related = diagnostic.related.iter_mut().map(|one| &mut one.message);
    let mut texts: Vec<_> = fixes
        .chain(related)
        .chain([&mut diagnostic.message])
        .collect();
    for variable in variables {
        let value = variable.value.as_str();
        for text in &mut texts {
            // Hardly any text has the value, so that is asked first.
            if text.contains(value) && (!variable.is_word || source().contains(&variable.begin)) {
                **text = text.replace(value, &variable.reference);
            }
        }
    }
}

fn redact(redactor: &Redactor<'_>, diagnostic: &mut Diagnostic) {
    replace(redactor, &mut diagnostic.message);
    for related in &mut diagnostic.related {
        replace(redactor, &mut related.message);
    }
    for fix in &mut diagnostic.fixes {
        replace(redactor, &mut fix.title);
    }
}

fn replace(redactor: &Redactor<'_>, text: &mut String) {
    if let std::borrow::Cow::Owned(redacted) = redactor.message(text) {
        *text = redacted;
    }
}

/// What the thing at `offset` is.
pub fn hover(snapshot: &Snapshot, offset: TextSize) -> Option<Hover> {
    let mut hover = hovers::hover(snapshot, offset)?;
    replace(&Redactor::new(snapshot), &mut hover.markdown);
    Some(hover)
}

/// The hints on a part of the text, in order.
pub fn inlay_hints(snapshot: &Snapshot, range: TextRange, options: HintOptions) -> Vec<InlayHint> {
    let mut found = hints::inlay_hints(snapshot, range, options);
    let redactor = Redactor::new(snapshot);
    for hint in &mut found {
        hint.label = redactor.piece(&hint.label).into_owned();
        replace(&redactor, &mut hint.tooltip);
    }
    found
}

/// What can be typed at `offset`.
pub fn completion(snapshot: &Snapshot, offset: TextSize) -> Vec<CompletionItem> {
    completion_among(snapshot, offset, &Vec::<Document>::new())
}

/// What can be typed at `offset`; what other documents of the workspace say at the same place is offered as well.
pub fn completion_among(
    snapshot: &Snapshot,
    offset: TextSize,
    others: &dyn ValueStats,
) -> Vec<CompletionItem> {
    let mut items = found_completions(snapshot, offset, others);
    let redactor = Redactor::new(snapshot);
    // Half a credential is of no use to anybody.
    items.retain(|item| !redactor.leaks(&item.label) && !redactor.leaks(&item.insert));
    for item in &mut items {
        replace(&redactor, &mut item.detail);
        if let About::Text(text) = &mut item.about {
            replace(&redactor, text);
        }
    }
    items
}

/// What can be done about the text at `range` of a document that nobody else shares its base with.
pub fn actions(snapshot: &Snapshot, range: TextRange) -> Vec<Action> {
    actions_among(snapshot, range, &|_| true, &|| Some(Vec::new()))
}

/// What can be done about the text at `range`, as far as its kind is `wanted`, which is asked before each diagnostic and each try:
/// whoever no longer waits for the answer wants nothing. `siblings` gives the other documents that extend the same base.
pub fn actions_among(
    snapshot: &Snapshot,
    range: TextRange,
    wanted: &dyn Fn(ActionKind) -> bool,
    siblings: Siblings<'_>,
) -> Vec<Action> {
    shown_actions(snapshot, found_actions(snapshot, range, wanted, siblings))
}

/// The quick fixes of one diagnostic, which [`diagnostics_with_fixes`] has given.
pub fn quick_fixes(snapshot: &Snapshot, diagnostic: Diagnostic) -> Vec<Action> {
    shown_actions(snapshot, quick_fixes_of(snapshot, diagnostic))
}

fn shown_actions(snapshot: &Snapshot, mut found: Vec<Action>) -> Vec<Action> {
    if found.is_empty() {
        return found;
    }
    let redactor = Redactor::new(snapshot);
    let variables = known_variables(snapshot);
    for action in &mut found {
        replace(&redactor, &mut action.title);
        if let Some(diagnostic) = &mut action.fixes {
            redact(&redactor, diagnostic);
            name_variables(snapshot, &variables, diagnostic);
        }
    }
    found
}

/// The paths of local files that a document names.
pub fn file_links(snapshot: &Snapshot) -> Vec<FileLink> {
    let mut found = links::file_links(snapshot);
    if !found.is_empty() {
        let redactor = Redactor::new(snapshot);
        found.retain(|link| !redactor.touches(link.range));
    }
    found
}

/// The document's environment, base and variables without a value.
pub fn status(snapshot: &Snapshot) -> Status {
    let mut status = statuses::status(snapshot);
    let redactor = Redactor::new(snapshot);
    for text in [&mut status.environment, &mut status.base]
        .into_iter()
        .flatten()
    {
        *text = redactor.piece(text).into_owned();
    }
    status
}

/// The text of a document as a terminal, a report or a difference may show it.
pub fn redacted(document: &Document) -> Redacted {
    let snapshot = Snapshot::new(document.clone(), nothing_around());
    Redactor::new(&snapshot).text_of(document)
}

/// A message about a document without the credentials of it.
#[must_use]
pub fn redacted_message(document: &Document, message: &str) -> String {
    let snapshot = Snapshot::new(document.clone(), nothing_around());
    Redactor::new(&snapshot).message(message).into_owned()
}

fn nothing_around() -> Context {
    Context {
        settings: std::sync::Arc::default(),
        variables: std::sync::Arc::new(std::collections::HashMap::new()),
        bases: Vec::new(),
        base_problem: None,
        processes: None,
    }
}

/// A text that is about no document, such as the message of a file that cannot be read: without what looks like a credential.
#[must_use]
pub fn redacted_text(text: &str) -> String {
    secret::masked(text).into_owned()
}
