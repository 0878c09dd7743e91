//! The names that processes (L1) use: which of them a change of documents unbinds or binds, and which entries a change of the
//! processes themselves reaches.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_analysis::processes::{
    Form, Kind, ProjectProcesses, UseIn, blocks_of, kinds_of, named_blocks,
};
use nexflow_catalog::changes::{self as catalog, EntryEvent};

use super::{
    Change,
    classify::token_around,
    state::{Shown, State},
};

/// Kinds of change that no document shows by itself.
const UNBOUND: &str = "process-binding-removed";
const BOUND: &str = "process-binding-added";
const USED: &str = "process-uses-changed";
const GONE: &str = "process-gone";

/// Adds what changes mean to the processes of the project, where those are known.
pub(super) fn add(old: &State<'_>, new: &State<'_>, changes: &mut Vec<Change>) {
    let Some(now) = processes(new).filter(|known| known.has_processes()) else {
        return;
    };
    // Where the old processes are not known they are taken for the same.
    let before = processes(old);
    for change in changes.iter_mut() {
        beside(change, old, new, before.unwrap_or(now), now);
    }
    if let Some(before) = before {
        uses(old, new, before, now, changes);
    }
}

fn processes<'s>(state: &'s State<'_>) -> Option<&'s ProjectProcesses> {
    let snapshot = state.effective()?.inputs.snapshot;
    snapshot.context.processes.as_deref()
}

/// Says of an entry that is new, gone or has another name which processes use it, and what that means.
fn beside(
    change: &mut Change,
    old: &State<'_>,
    new: &State<'_>,
    before: &ProjectProcesses,
    now: &ProjectProcesses,
) {
    let Some(event) = change.entry else {
        return;
    };
    let Some((section, name)) = change.path.split_once('.') else {
        return;
    };
    let is_entry = |name: &str| !name.is_empty() && !name.contains('.');
    let old_name = match (event, &change.old) {
        (EntryEvent::Renamed, Some(old)) => Some(old.text.clone()),
        (EntryEvent::Removed, _) => Some(name.to_owned()),
        _ => None,
    };
    let new_name = (event != EntryEvent::Removed).then(|| name.to_owned());
    let section = section.to_owned();
    let mut used_by = BTreeSet::new();
    // The settings of a process are found by its name, and nothing stands in for them.
    let is_binding = |kind| kind != Kind::Process;
    if let Some(name) = old_name.filter(|name| is_entry(name)) {
        let is_left = |kind| is_binding(kind) && !is_bound(new, kind, &name);
        let left = users(now, &section, &name, is_left);
        told(change, UNBOUND, &left, old, new);
        used_by.extend(left);
    }
    if let Some(name) = new_name.filter(|name| is_entry(name)) {
        let is_won = |kind| is_binding(kind) && !is_bound(old, kind, &name);
        let used = users(before, &section, &name, is_won);
        let won = users(now, &section, &name, is_won);
        let won = won.intersection(&used).cloned().collect();
        told(change, BOUND, &won, old, new);
        used_by.extend(users(now, &section, &name, |_| true));
    }
    change.used_by = used_by.into_iter().collect();
}

fn told(change: &mut Change, id: &str, by: &BTreeSet<String>, old: &State<'_>, new: &State<'_>) {
    let Some(rule) = catalog::change(id).filter(|_| !by.is_empty()) else {
        return;
    };
    let established = rule.established(old.version, new.version);
    if established.class > change.class() {
        let own = std::mem::replace(&mut change.rule, rule);
        let known = std::mem::replace(&mut change.established, established);
        change.also.insert(0, (own, known));
    } else {
        change.also.insert(0, (rule, established));
    }
}

/// Whether a document has an entry that statements of such a kind may mean by a name.
fn is_bound(state: &State<'_>, kind: Kind, name: &str) -> bool {
    blocks_of(kind).any(|block| state.entries.contains_key(&format!("{block}.{name}")))
}

/// The processes that name an entry of a section in statements of such kinds.
fn users(
    processes: &ProjectProcesses,
    section: &str,
    name: &str,
    is_wanted: impl Fn(Kind) -> bool,
) -> BTreeSet<String> {
    let uses = processes.uses_of(section, name);
    let wanted = uses.filter(|found| is_wanted(found.used.kind));
    wanted.filter_map(process).collect()
}

fn process(found: UseIn<'_>) -> Option<String> {
    found.process().map(str::to_owned)
}

/// The processes of a project with all that each names, as far as a document can bind it.
fn by_process(processes: &ProjectProcesses) -> BTreeMap<String, BTreeSet<(Kind, String)>> {
    let mut all: BTreeMap<String, BTreeSet<(Kind, String)>> = BTreeMap::new();
    for file in processes.files() {
        for name in &file.processes {
            all.entry(name.to_string()).or_default();
        }
        for used in &file.uses {
            let process = used.process.and_then(|at| usize::try_from(at).ok());
            let process = process.and_then(|at| file.processes.get(at));
            if let Some(process) = process
                && used.form == Form::Logical
                && used.kind != Kind::Process
            {
                let names = all.entry(process.to_string()).or_default();
                names.insert((used.kind, used.name.to_string()));
            }
        }
    }
    all
}

/// New names of processes with the old ones: of one that is gone and one that is new, and that name the same.
fn renamed(before: &ProjectProcesses, now: &ProjectProcesses) -> BTreeMap<String, String> {
    let (before, now) = (by_process(before), by_process(now));
    let gone: Vec<_> = before
        .iter()
        .filter(|(name, _)| !now.contains_key(*name))
        .collect();
    let mut found = BTreeMap::new();
    for (name, uses) in now.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let mut same = gone.iter().filter(|(_, known)| *known == uses);
        if let (Some((old, _)), None) = (same.next(), same.next()) {
            found.insert((*old).clone(), name.clone());
        }
    }
    found
}

/// Entries that other processes use than before, settings of processes that are gone, and names that processes use now and nothing
/// binds.
fn uses(
    old: &State<'_>,
    new: &State<'_>,
    before: &ProjectProcesses,
    now: &ProjectProcesses,
    changes: &mut Vec<Change>,
) {
    let renamed = renamed(before, now);
    let current = |name: String| renamed.get(&name).cloned().unwrap_or(name);
    let old_name: BTreeMap<String, String> = changes
        .iter()
        .filter(|change| change.entry == Some(EntryEvent::Renamed))
        .filter_map(|change| {
            let (section, _) = change.path.split_once('.')?;
            let old = format!("{section}.{}", change.old.as_ref()?.text);
            Some((change.path.clone(), old))
        })
        .collect();
    let mut found: BTreeMap<String, (&'static str, Vec<String>, Vec<String>)> = BTreeMap::new();
    for path in new.entries.keys() {
        let was = old_name.get(path).unwrap_or(path);
        let (Some((section, name)), Some((_, old_name))) =
            (path.split_once('.'), was.split_once('.'))
        else {
            continue;
        };
        if !old.entries.contains_key(was) {
            continue;
        }
        let all = |_| true;
        if kinds_of(section).contains(&Kind::Process) {
            let used = users(before, section, old_name, all);
            if was == path && !used.is_empty() && users(now, section, name, all).is_empty() {
                let used = used.into_iter().collect();
                found.insert(path.clone(), (GONE, used, Vec::new()));
            }
            continue;
        }
        let used: BTreeSet<String> = users(before, section, old_name, all)
            .into_iter()
            .map(current)
            .collect();
        let uses = users(now, section, name, all);
        // What follows from a rename of the entry alone is told there.
        let follows = was != path && uses.is_empty();
        if used != uses && !follows {
            let sides = (used.into_iter().collect(), uses.into_iter().collect());
            found.insert(path.clone(), (USED, sides.0, sides.1));
        }
    }
    for (path, by) in newly_unbound(old, new, before, now, &renamed) {
        found.insert(path, (UNBOUND, Vec::new(), by.into_iter().collect()));
    }
    for (path, (id, used, uses)) in found {
        let Some(rule) = catalog::change(id) else {
            continue;
        };
        changes.push(Change {
            old: list(&used),
            new: list(&uses),
            entry: Some(EntryEvent::Used),
            default: None,
            rule,
            established: rule.established(old.version, new.version),
            also: Vec::new(),
            options: Vec::new(),
            used_by: uses,
            at: token_around(new, &path),
            path,
        });
    }
}

/// Names that a process uses which has others bound here, that nothing binds, and that it did not use before.
fn newly_unbound(
    old: &State<'_>,
    new: &State<'_>,
    before: &ProjectProcesses,
    now: &ProjectProcesses,
    renamed: &BTreeMap<String, String>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let known = by_process(before);
    let old_name = |name: &str| {
        let old = renamed.iter().find(|(_, new)| *new == name);
        old.map_or_else(|| name.to_owned(), |(old, _)| old.clone())
    };
    for (process, uses) in by_process(now) {
        if !uses.iter().any(|(kind, name)| is_bound(new, *kind, name)) {
            continue;
        }
        let used = known.get(&old_name(&process));
        for (kind, name) in &uses {
            let section = named_blocks().find(|block| {
                kinds_of(block).contains(kind)
                    && !block.contains('.')
                    && blocks_of(*kind).next() == Some(*block)
            });
            let is_new = !used.is_some_and(|used| used.contains(&(*kind, name.clone())));
            if let Some(section) = section
                && is_new
                && !is_bound(new, *kind, name)
                && !is_bound(old, *kind, name)
            {
                let path = format!("{section}.{name}");
                found.entry(path).or_default().insert(process.clone());
            }
        }
    }
    found
}

fn list(names: &[String]) -> Option<Shown> {
    (!names.is_empty()).then(|| Shown {
        text: names.join(", "),
        json: names.into(),
        is_secret: false,
    })
}
