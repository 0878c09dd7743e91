//! The plan: changes as text, Markdown and JSON.

use std::fmt::Write as _;

use nexflow_analysis::markdown_code;
use nexflow_catalog::changes::{Class, EntryEvent};
use serde_json::{Map, Value as Json, json};

use super::Change;

/// The changes of a document.
#[derive(Clone, Debug)]
pub struct DocumentChanges {
    /// How the document is called.
    pub name: String,
    /// Its address.
    pub uri: String,
    /// What changes.
    pub changes: Vec<Change>,
}

/// Longer values are cut in texts and tables; JSON has all of them.
const LONGEST: usize = 80;

fn cut(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

impl Change {
    /// The value before, as it is shown; what holds without one in brackets.
    #[must_use]
    pub fn old_text(&self) -> String {
        self.side(self.old.as_ref())
    }

    /// The value after, as it is shown; what holds without one in brackets.
    #[must_use]
    pub fn new_text(&self) -> String {
        self.side(self.new.as_ref())
    }

    fn side(&self, shown: Option<&super::Shown>) -> String {
        match (shown, self.default) {
            (Some(shown), _) => cut(&shown.text),
            (None, Some(default)) => format!("unset (default {default})"),
            (None, None) if self.entry == Some(EntryEvent::Used) => "no process".to_owned(),
            (None, None) => "unset".to_owned(),
        }
    }

    /// The change in one sentence: `Changing max_parallelism from 128 to 256`. `mark` writes what documents say.
    #[must_use]
    pub fn title(&self, mark: impl Fn(&str) -> String) -> String {
        let key = mark(self.path.rsplit('.').next().unwrap_or(&self.path));
        let (old, new) = (mark(&self.old_text()), mark(&self.new_text()));
        match (self.entry, &self.old, &self.new) {
            (Some(EntryEvent::Added), ..) if self.path.is_empty() => "New document".to_owned(),
            (Some(_), ..) if self.path.is_empty() => "Removed document".to_owned(),
            (Some(EntryEvent::Added), ..) => format!("Adding {}", mark(&self.path)),
            (Some(EntryEvent::Removed), ..) => format!("Removing {}", mark(&self.path)),
            (Some(EntryEvent::Renamed), ..) => format!("Renaming {old} to {new}"),
            (Some(EntryEvent::Used), None, _) => {
                format!("Using {} in {new}", mark(&self.path))
            }
            (Some(EntryEvent::Used), _, None) => {
                format!("No longer using {} in {old}", mark(&self.path))
            }
            (Some(EntryEvent::Used), ..) => {
                format!("Using {} in {new}, before in {old}", mark(&self.path))
            }
            (None, None, Some(_)) => format!("Setting {key} to {new}"),
            (None, Some(_), None) => format!("Removing {key} ({old})"),
            _ => format!("Changing {key} from {old} to {new}"),
        }
    }

    /// The processes that use the entry, as a sentence, where its title does not name them.
    fn users(&self, mark: impl Fn(&str) -> String) -> Option<String> {
        let is_named = self.used_by.is_empty() || self.entry == Some(EntryEvent::Used);
        let names: Vec<String> = self.used_by.iter().map(|name| mark(name)).collect();
        let what = if names.len() == 1 {
            "process"
        } else {
            "processes"
        };
        (!is_named).then(|| format!("Used by {what} {}.", names.join(", ")))
    }

    /// The whole message: what changes, what happens, and the safe way where there is more to do than to restart.
    #[must_use]
    pub fn message(&self, mark: impl Fn(&str) -> String) -> String {
        let mut text = format!("{}: {}", self.title(&mark), self.rule.consequence);
        if let Some(by) = self.users(&mark) {
            let _ = write!(text, " {by}");
        }
        if self.class() > Class::Safe {
            let _ = write!(text, " Safe way: {}", self.rule.safe_way);
        }
        for (rule, known) in self
            .also
            .iter()
            .filter(|(_, known)| known.class > Class::Safe)
        {
            let _ = match rule.unseen {
                Some(unseen) => write!(
                    text,
                    " If {unseen} ({}): {}",
                    known.class.word(),
                    rule.consequence
                ),
                None => write!(text, " Also ({}): {}", known.class.word(), rule.consequence),
            };
        }
        text
    }
}

/// The changes of a document, the most severe first.
fn by_severity(changes: &[Change]) -> Vec<&Change> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| std::cmp::Reverse(change.class()));
    sorted
}

/// From this class on a change is worth stopping at.
const DANGEROUS: Class = Class::Unknown;

/// How many changes there are of each class, the most severe first: `1 state-lost, 3 safe`.
#[must_use]
pub fn counts<'c>(changes: impl Iterator<Item = &'c Change> + Clone) -> String {
    let all: Vec<_> = Class::ALL
        .iter()
        .rev()
        .filter_map(|class| {
            let count = changes
                .clone()
                .filter(|change| change.class() == *class)
                .count();
            (count > 0).then(|| format!("{count} {}", class.word()))
        })
        .collect();
    all.join(", ")
}

/// As text for a terminal.
#[must_use]
pub fn text(documents: &[DocumentChanges]) -> String {
    let mut out = String::new();
    for document in documents {
        let _ = writeln!(out, "{}", document.name);
        for change in by_severity(&document.changes) {
            let (old, new) = (change.old_text(), change.new_text());
            let what = match change.entry {
                Some(_) if change.path.is_empty() => change.title(str::to_owned),
                Some(EntryEvent::Added) => format!("{} added", change.path),
                Some(EntryEvent::Removed) => format!("{} removed", change.path),
                Some(EntryEvent::Renamed) => format!("{} renamed from {old}", change.path),
                Some(EntryEvent::Used) => format!("{} used by: {old} -> {new}", change.path),
                None => format!("{}: {old} -> {new}", change.path),
            };
            let _ = writeln!(
                out,
                "  {:<15} {what}  [{}]",
                change.class().word(),
                change.rule.id
            );
            for (option, was, is) in &change.options {
                let side =
                    |value: &Option<String>| value.as_deref().map_or("unset".to_owned(), cut);
                let _ = writeln!(out, "{:18}{option}: {} -> {}", "", side(was), side(is));
            }
            if change.class() == Class::Safe {
                continue;
            }
            let _ = writeln!(out, "{:18}{}", "", change.rule.consequence);
            if let Some(by) = change.users(str::to_owned) {
                let _ = writeln!(out, "{:18}{by}", "");
            }
            let _ = writeln!(out, "{:18}Safe way: {}", "", change.rule.safe_way);
            if let Some(claim) = change.established.with_claim {
                let _ = writeln!(out, "{:18}With claim mode CLAIM: {}", "", claim.word());
            }
            for (rule, known) in change
                .also
                .iter()
                .filter(|(_, known)| known.class > Class::Safe)
            {
                let when = rule
                    .unseen
                    .map_or("Also".to_owned(), |unseen| format!("If {unseen}"));
                let _ = writeln!(
                    out,
                    "{:18}{when} ({}): {} [{}]",
                    "",
                    known.class.word(),
                    rule.consequence,
                    rule.id
                );
            }
        }
    }
    out
}

/// As Markdown for a pull request: a table for each document, the dangerous changes first, the others folded.
#[must_use]
pub fn markdown(documents: &[DocumentChanges]) -> String {
    let mut out = String::from("## What this does to running jobs\n\n");
    let all = documents.iter().flat_map(|document| &document.changes);
    let count = all.clone().count();
    if count == 0 {
        out.push_str("Nothing: the documents mean what they meant before.\n");
        return out;
    }
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let _ = writeln!(
        out,
        "{count} change{} in {} document{}: {}.",
        plural(count),
        documents.len(),
        plural(documents.len()),
        counts(all)
    );
    for document in documents {
        let _ = write!(out, "\n### {}\n", markdown_code(&document.name));
        let sorted = by_severity(&document.changes);
        let (dangerous, others): (Vec<&Change>, Vec<&Change>) = sorted
            .into_iter()
            .partition(|change| change.class() >= DANGEROUS);
        table(&dangerous, &mut out);
        if !others.is_empty() {
            let _ = write!(
                out,
                "\n<details>\n<summary>{} more: {}</summary>\n",
                others.len(),
                counts(others.iter().copied())
            );
            table(&others, &mut out);
            out.push_str("\n</details>\n");
        }
    }
    out
}

fn table(changes: &[&Change], out: &mut String) {
    if changes.is_empty() {
        return;
    }
    out.push_str("\n| | Change | What happens | Safe way |\n|---|---|---|---|\n");
    for change in changes {
        let class = change.class();
        let mark = if class >= Class::SavepointOnly {
            "**"
        } else {
            ""
        };
        let title = match change.entry {
            None => format!(
                "{}<br>{} → {}",
                cell(&change.path),
                cell(&change.old_text()),
                cell(&change.new_text())
            ),
            Some(_) if change.path.is_empty() => change.title(str::to_owned),
            Some(EntryEvent::Added) => format!("{} added", cell(&change.path)),
            Some(EntryEvent::Removed) => format!("{} removed", cell(&change.path)),
            Some(EntryEvent::Renamed) => format!(
                "{} renamed<br>{} → {}",
                cell(&change.path),
                cell(&change.old_text()),
                cell(&change.new_text())
            ),
            Some(EntryEvent::Used) => format!(
                "{} used by<br>{} → {}",
                cell(&change.path),
                cell(&change.old_text()),
                cell(&change.new_text())
            ),
        };
        let mut what = escape(change.rule.consequence);
        if let Some(by) = change.users(cell) {
            let _ = write!(what, " {by}");
        }
        if let Some(claim) = change.established.with_claim {
            let _ = write!(what, " With claim mode CLAIM: {}.", claim.word());
        }
        for (rule, known) in change
            .also
            .iter()
            .filter(|(_, known)| known.class > Class::Safe)
        {
            let when = rule
                .unseen
                .map_or("Also".to_owned(), |unseen| format!("If {}", escape(unseen)));
            let _ = write!(
                what,
                "<br>{when} (**{}**): {}",
                known.class.word(),
                escape(rule.consequence)
            );
        }
        let _ = writeln!(
            out,
            "| {mark}{}{mark} | {title} | {what} | {} |",
            class.word(),
            escape(change.rule.safe_way)
        );
    }
}

/// What documents say, as code in a cell of a table.
fn cell(text: &str) -> String {
    markdown_code(text).replace('|', "\\|")
}

/// Words of the catalog in a cell.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '|' | '<' | '>' | '*' | '_' | '`' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// As JSON.
#[must_use]
pub fn json(documents: &[DocumentChanges]) -> Json {
    let documents: Vec<Json> = documents
        .iter()
        .map(|document| {
            let changes: Vec<Json> = document.changes.iter().map(change).collect();
            json!({"uri": document.uri, "changes": changes})
        })
        .collect();
    json!({ "documents": documents })
}

fn change(change: &Change) -> Json {
    let side = |shown: &Option<super::Shown>| {
        shown
            .as_ref()
            .map_or(Json::Null, |shown| shown.json.clone())
    };
    let ways = |ways: &[(&str, &str)]| {
        ways.iter()
            .map(|(way, result)| {
                // `partly (without timers)`
                let word = result.split(" (").next().unwrap_or(result);
                ((*way).to_owned(), Json::from(word))
            })
            .collect::<Map<_, _>>()
    };
    let effects: Vec<&str> = change
        .rule
        .takes_effect
        .iter()
        .map(|effect| effect.word())
        .collect();
    let mut object = json!({
        "path": change.path,
        "old": side(&change.old),
        "new": side(&change.new),
        "rule": change.rule.listed.then_some(change.rule.id),
        "class": change.class().word(),
        "ways": ways(change.established.ways),
        "consequence": change.rule.consequence,
        "safeWay": change.rule.safe_way,
        "takesEffect": effects,
    });
    if let Some(claim) = change.established.with_claim {
        object["withClaim"] = claim.word().into();
    }
    if !change.used_by.is_empty() {
        object["usedBy"] = change.used_by.clone().into();
    }
    if !change.options.is_empty() {
        let options: Vec<Json> = change
            .options
            .iter()
            .map(|(option, old, new)| json!({"option": option, "old": old, "new": new}))
            .collect();
        object["flink"] = options.into();
    }
    if !change.also.is_empty() {
        let also: Vec<Json> = change
            .also
            .iter()
            .map(|(rule, known)| {
                json!({
                    "rule": rule.listed.then_some(rule.id),
                    "class": known.class.word(),
                    "if": rule.unseen,
                    "ways": ways(known.ways),
                    "consequence": rule.consequence,
                    "safeWay": rule.safe_way,
                })
            })
            .collect();
        object["also"] = also.into();
    }
    object
}
