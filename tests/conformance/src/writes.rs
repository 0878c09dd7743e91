//! Every action at every name and value of valid documents: only what it says has changed afterwards, as another YAML reader
//! sees it.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_analysis::{Action, ActionKind, Change, Snapshot, actions, edit::applied};
use nexflow_syntax::{Document, Node, TextRange, TextSize};
use yaml_rust2::{Yaml, YamlLoader};

use crate::support::corpus::{Project, extended, projects};

/// What was tried.
#[derive(Default)]
pub struct Outcome {
    /// At how many places.
    pub places: usize,
    /// How many actions of each kind.
    pub actions: BTreeMap<&'static str, usize>,
    /// The actions that changed something else, as they are shown.
    pub wrong: Vec<String>,
}

/// Tries all actions at every name and value, or at one in `stride` of them.
pub fn measure(stride: usize) -> Outcome {
    let mut outcome = Outcome::default();
    for (number, project) in projects().iter().enumerate() {
        of_document(project, stride, number % stride, &mut outcome);
    }
    outcome
}

fn of_document(project: &Project, stride: usize, first: usize, outcome: &mut Outcome) {
    let snapshot = project.snapshot(&project.text);
    let Some(before) = read(&project.text) else {
        return;
    };
    let mut places = BTreeSet::new();
    for root in snapshot.document.roots() {
        collect(root, &mut places);
    }
    for at in places.into_iter().skip(first).step_by(stride) {
        outcome.places += 1;
        for action in actions(&snapshot, TextRange::empty(at)) {
            let kind = name_of(&action);
            *outcome.actions.entry(kind).or_default() += 1;
            if let Some(reason) = wrong(&snapshot, &before, at, &action) {
                let line = snapshot.document.rope().byte_to_line(at.into()) + 1;
                let title = &action.title;
                let shown = format!("{}:{line}: {kind} `{title}`: {reason}", project.name);
                outcome.wrong.push(shown);
            }
        }
    }
}

fn name_of(action: &Action) -> &'static str {
    match action.kind {
        ActionKind::QuickFix if action.title.starts_with("Ignore") => "suppression",
        ActionKind::QuickFix => "quick fix",
        ActionKind::FixAll => "all safe fixes",
        ActionKind::Rewrite => "rewrite",
        ActionKind::Extract => "extract",
        ActionKind::Profile => "profile",
    }
}

/// Where names and values of one line begin.
fn collect(node: Node<'_>, places: &mut BTreeSet<TextSize>) {
    places.insert(node.range().start());
    for entry in node.entries() {
        places.insert(entry.key().range().start());
        collect(entry.value(), places);
    }
    for item in node.items() {
        collect(item, places);
    }
}

/// Every word of a text by its path.
type Words = BTreeMap<Vec<String>, String>;

/// The words of all documents of a text; nothing where it cannot be read.
fn read(text: &str) -> Option<Words> {
    let mut words = Words::new();
    for (number, root) in roots(text)?.iter().enumerate() {
        words_of(root, &mut vec![number.to_string()], &mut words);
    }
    Some(words)
}

/// The documents of a text. The reader takes a byte order mark for a letter.
fn roots(text: &str) -> Option<Vec<Yaml>> {
    YamlLoader::load_from_str(text.trim_start_matches('\u{feff}')).ok()
}

/// The words of a document over those that it extends: mappings merge, everything else replaces, and what is empty replaces nothing.
fn merged(document: &Document, bases: &[Document]) -> Option<Words> {
    let mut all = std::iter::once(document).chain(bases).map(|one| {
        let roots = roots(&one.rope().to_string())?;
        Some(roots.into_iter().next().unwrap_or(Yaml::Null))
    });
    let own = all.next()??;
    let mut whole = all.try_fold(own, |above, below| Some(over(&above, &below?)))?;
    // What a document extends is not inherited.
    if let (Yaml::Hash(entries), Some(own)) = (&mut whole, extended(document)) {
        entries.insert(Yaml::String("extends".to_owned()), Yaml::String(own));
    }
    let mut words = Words::new();
    words_of(&whole, &mut Vec::new(), &mut words);
    Some(words)
}

fn over(above: &Yaml, below: &Yaml) -> Yaml {
    match (above, below) {
        (Yaml::Hash(above), Yaml::Hash(below)) => {
            let mut entries = below.clone();
            for (key, value) in above {
                let value = below
                    .get(key)
                    .map_or_else(|| value.clone(), |base| over(value, base));
                entries.insert(key.clone(), value);
            }
            Yaml::Hash(entries)
        }
        (Yaml::Null, below) => below.clone(),
        (above, _) => above.clone(),
    }
}

fn words_of(value: &Yaml, path: &mut Vec<String>, words: &mut Words) {
    let mut below = |key: String, value: &Yaml, words: &mut Words| {
        path.push(key);
        words_of(value, path, words);
        path.pop();
    };
    match value {
        Yaml::Hash(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                below(word(key), value, words);
            }
        }
        Yaml::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                below(format!("[{index}]"), item, words);
            }
        }
        other => {
            words.insert(path.clone(), word(other));
        }
    }
}

/// A word with what YAML takes it for.
fn word(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// What an action changes beside what it says.
fn wrong(snapshot: &Snapshot, before: &Words, at: TextSize, action: &Action) -> Option<String> {
    let document = &snapshot.document;
    let mut env: Vec<&str> = Vec::new();
    let mut after = document.clone();
    let bases: Vec<Document> = snapshot
        .context
        .bases
        .iter()
        .map(|base| base.document.clone())
        .collect();
    let mut bases_after = bases.clone();
    for change in &action.changes {
        match change {
            Change::Document(edits) => after = applied(&after, edits),
            Change::EnvLine(line) => env.push(line),
            Change::Base { uri, edits } => {
                let at = snapshot
                    .context
                    .bases
                    .iter()
                    .position(|base| base.uri == *uri);
                let Some(at) = at else {
                    return Some("it changes a document that there is not".to_owned());
                };
                bases_after[at] = applied(&bases_after[at], edits);
            }
            Change::Sibling { .. } => {
                return Some("it changes a document that there is not".to_owned());
            }
        }
    }
    if action
        .changes
        .iter()
        .any(|change| matches!(change, Change::Base { .. }))
    {
        let (old, new) = (merged(document, &bases), merged(&after, &bases_after));
        return match (old, new) {
            (Some(old), Some(new)) if old == new => None,
            (Some(old), Some(new)) => {
                let differs = old.iter().find(|(path, word)| new.get(*path) != Some(word));
                Some(format!("the merged document differs at {differs:?}"))
            }
            _ => Some("a text cannot be read".to_owned()),
        };
    }
    let text = after.rope().to_string();
    let Some(now) = read(&text) else {
        return Some("the text cannot be read afterwards".to_owned());
    };
    let removes = action.title.starts_with("Remove") || action.title.starts_with("Change");
    let comments = |document: &Document| {
        let mut found: Vec<String> = document
            .comments()
            .map(|comment| document.slice(comment.range).trim().to_owned())
            .collect();
        found.sort();
        found
    };
    if !removes && action.kind != ActionKind::QuickFix {
        let kept = comments(&after);
        if let Some(gone) = comments(document).iter().find(|one| !kept.contains(one)) {
            return Some(format!("the comment `{gone}` is gone"));
        }
    }
    let mut differs: Vec<(&Vec<String>, Option<&String>, Option<&String>)> = Vec::new();
    for path in before.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
        let (old, new) = (before.get(path), now.get(path));
        if old != new {
            differs.push((path, old, new));
        }
    }
    // What an alias takes over has changed where it is read as well.
    let only_word = || match differs.as_slice() {
        [(path, Some(old), Some(new)), others @ ..]
            if others
                .iter()
                .all(|(_, was, is)| *was == Some(old) && *is == Some(new)) =>
        {
            Ok((path.join("."), (*old).clone(), (*new).clone()))
        }
        others => Err(format!("{} words differ: {others:?}", others.len())),
    };
    match (action.kind, name_of(action)) {
        (_, "suppression") => {
            (!differs.is_empty()).then(|| format!("a comment changes {differs:?}"))
        }
        (ActionKind::FixAll, _) => {
            Some("a valid document has something that is fixed for sure".to_owned())
        }
        (ActionKind::Rewrite, _) if differs.is_empty() => None,
        (ActionKind::Rewrite, _) => match only_word() {
            // `64mb` is written in another unit.
            Ok((_, old, new)) => {
                let amount = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
                (!amount(&old) || !amount(&new)).then(|| format!("`{old}` becomes `{new}`"))
            }
            Err(reason) => Some(reason),
        },
        (ActionKind::Extract, _) => {
            let (_, old, new) = match only_word() {
                Ok(found) => found,
                Err(reason) => return Some(reason),
            };
            let [line] = env.as_slice() else {
                return Some("there is no line for the env file".to_owned());
            };
            let (name, value) = line.split_once('=')?;
            let value = value.trim_matches(['\'', '"']).replace("\\\\", "\\");
            let says = old == value || value.is_empty() || old.trim_matches('"').contains(&value);
            let is_used = document
                .rope()
                .to_string()
                .contains(&format!("${{{name}}}"));
            (new != format!("${{{name}}}") || !says || is_used)
                .then(|| format!("`{old}` becomes `{new}` with `{line}`"))
        }
        // What changes lies in the entry that the cursor is in, or is a section or a field of the document that was missing.
        (ActionKind::Profile | ActionKind::QuickFix, _) => {
            let around = entry_at(document, at);
            let outside = differs.iter().find(|(path, ..)| {
                let inside = around.iter().zip(path.iter().skip(1)).all(|(a, b)| a == b);
                let is_named = action.title.contains(&format!("`{}`", path[1..].join(".")));
                let is_new = before.keys().all(|known| known.get(1) != path.get(1));
                !(inside || is_named || is_new)
            });
            outside.map(|(path, old, new)| format!("{} was {old:?} and is {new:?}", path.join(".")))
        }
    }
}

/// The section and the entry around a place.
fn entry_at(document: &Document, at: TextSize) -> Vec<String> {
    let Some(node) = document.node_at(at) else {
        return Vec::new();
    };
    let path = node.path();
    let keys = path.iter().map_while(|segment| match segment {
        nexflow_syntax::Segment::Key(key) => Some(key.to_string()),
        nexflow_syntax::Segment::Item(_) => None,
    });
    keys.take(2).collect()
}
