//! The names that processes (L1) use, and those that the document binds.
//!
//! All of this is silent in a project without processes, and where a process may mean any name: behind `${…}`, or where it names
//! a topic or table itself.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_syntax::{Entry, NodeKind, TextRange};
use rustc_hash::FxHashSet;

use super::{
    Check, EntryContext, document, entry,
    processes::is_process,
    shared::{did_you_mean, near_name, offer_name},
};
use crate::{
    Related,
    document_context::{DocumentContext, EXTENDS},
    processes::{
        Direction, Form, Kind, ProjectProcesses, UseIn, blocks_of, is_of_toolchain, is_writable,
        kinds_of,
    },
    sink::{DiagnosticBuilder, DiagnosticSink},
};

pub const CHECKS: &[Check] = &[
    document("process-name-unbound", unbound),
    document("process-binding-unused", unused),
    document("process-unknown", unknown_process),
    document("process-state-unknown", unknown_state),
    entry("streams", "process-direction", direction),
    document("process-name-unwritable", unwritable),
];

/// The sections whose entries processes name, with what one entry is called.
const SECTIONS: [(&str, &str); 6] = [
    ("streams", "stream"),
    ("lookups", "lookup"),
    ("checkpoints", "checkpoint"),
    ("dead_letters", "dead letter"),
    ("completions", "completion"),
    ("persistence", "persistence target"),
];

/// Of one diagnostic.
const MOST_PLACES: usize = 5;

/// The block whose keys are named after states.
const STATES: &str = "state_backends.<name>.state_ttls";

/// The processes of the project, where there is at least one. Where no project file says what belongs together, the document must
/// have a name that they use: a repository may hold all kinds of things.
fn processes<'c>(cx: &'c DocumentContext<'_>) -> Option<&'c ProjectProcesses> {
    let processes = cx.snapshot.context.processes.as_deref()?;
    let is_related = || {
        let sections = SECTIONS.iter().map(|(section, _)| *section);
        sections.chain([RESOURCES]).any(|section| {
            let entries = cx.entries(section);
            let mut names = entries.iter().map(|(name, _)| name);
            names.any(|name| processes.uses_of(section, name).next().is_some())
        })
    };
    (processes.has_processes() && (processes.is_declared() || is_related())).then_some(processes)
}

/// The section whose entries are named after processes.
const RESOURCES: &str = "resources";

/// Whether the dialect of the document has a section.
fn has_section(cx: &DocumentContext<'_>, section: &str) -> bool {
    match cx.toolchain {
        // The toolchain reads these two and nothing else that processes name.
        true => matches!(section, "streams" | "persistence"),
        false => !is_of_toolchain(section),
    }
}

/// Adds the places of uses, each once per line.
fn at_uses<'s, 'p>(
    mut report: DiagnosticBuilder<'s>,
    uses: impl IntoIterator<Item = UseIn<'p>>,
    message: impl Fn(&UseIn<'p>) -> String,
) -> DiagnosticBuilder<'s> {
    for found in uses.into_iter().take(MOST_PLACES) {
        report = report.with_line(Related {
            file: Some(found.file.uri.clone()),
            line: Some(found.used.line),
            range: TextRange::default(),
            message: message(&found),
        });
    }
    report
}

fn does(found: &UseIn<'_>) -> String {
    let process = found.process().map_or_else(
        || "a process".to_owned(),
        |name| format!("process `{name}`"),
    );
    let verb = match found.used.kind {
        Kind::Source => "receives from",
        Kind::Sink | Kind::LateData => "emits to",
        _ => "uses",
    };
    format!("{process} {verb} it")
}

/// What the document binds: section and name.
type Bound = FxHashSet<(&'static str, String)>;

fn bound(cx: &DocumentContext<'_>) -> Bound {
    let mut bound = Bound::default();
    for (section, _) in SECTIONS
        .iter()
        .filter(|(section, _)| has_section(cx, section))
    {
        let entries = cx.entries(section);
        bound.extend(entries.iter().map(|(name, _)| (*section, name.to_string())));
    }
    bound
}

/// The names that the processes use of which the document binds something, and that it does not bind: by section.
fn unbound_names<'p>(
    cx: &DocumentContext<'_>,
    processes: &'p ProjectProcesses,
) -> BTreeMap<(&'static str, &'p str), Vec<UseIn<'p>>> {
    let bound = bound(cx);
    let mut touched = BTreeSet::new();
    for (section, name) in &bound {
        touched.extend(processes.uses_of(section, name).map(|found| found.id()));
    }
    let mut unbound: BTreeMap<(&'static str, &str), Vec<UseIn<'_>>> = BTreeMap::new();
    for id in touched {
        for found in processes.uses_beside(id) {
            if found.used.form != Form::Logical {
                continue;
            }
            let mut sections = blocks_of(found.used.kind)
                .filter_map(|block| SECTIONS.iter().find(|(section, _)| *section == block))
                .map(|(section, _)| *section)
                .filter(|section| has_section(cx, section))
                .peekable();
            let Some(section) = sections.peek().copied() else {
                continue;
            };
            let name = &*found.used.name;
            if !sections.any(|section| bound.contains(&(section, name.to_owned()))) {
                unbound.entry((section, name)).or_default().push(found);
            }
        }
    }
    unbound
}

/// Names of a section that no process uses although processes use others.
fn is_unused(processes: &ProjectProcesses, section: &str, name: &str) -> bool {
    let kinds = kinds_of(section);
    processes.is_complete()
        && processes.has_kind(kinds)
        && !processes.may_be_any(kinds)
        && !processes.may_be_any(&[Kind::Route])
        && is_writable(name, kinds)
        && !processes.is_physical(name)
        && processes.uses_of(section, name).next().is_none()
        // A route leads to a branch or to a sink.
        && !processes.named(name).any(|found| found.used.kind == Kind::Route)
}

/// The names of a section of the merged document that no process uses.
fn unused_names(
    cx: &DocumentContext<'_>,
    processes: &ProjectProcesses,
    section: &str,
) -> Vec<String> {
    let entries = cx.entries(section);
    let names = entries.iter().map(|(name, _)| name.to_string());
    names
        .filter(|name| is_unused(processes, section, name))
        .collect()
}

fn unbound(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(processes) = processes(cx).filter(|_| cx.checks_absence() && cx.whole) else {
        return;
    };
    for ((section, name), uses) in unbound_names(cx, processes) {
        let values = cx.root.child(section);
        if values.mapping().has_errors()
            || values.is_present() && values.kind() != NodeKind::Mapping
        {
            continue;
        }
        let Some(place) = place_of(cx, section) else {
            continue;
        };
        let what = SECTIONS.iter().find(|(known, _)| *known == section);
        let what = what.map_or(section, |(_, what)| what);
        let known = unused_names(cx, processes, section);
        let near = near_name(name, &known);
        let by = match uses[0].process() {
            Some(process) => format!("used by process `{process}`"),
            None => "used by a process".to_owned(),
        };
        at_uses(sink.report("process-name-unbound", &place), uses, does).emit(format!(
            "No binding for {what} `{name}`, {by}.{}",
            did_you_mean(near)
        ));
    }
}

/// The key of a section, or the place in the header that stands for all that a document takes over.
fn place_of(cx: &DocumentContext<'_>, section: &str) -> Option<TextRange> {
    let own = cx.snapshot.document.root();
    if let Some(section) = own.get(section) {
        return Some(section.key().range());
    }
    let header = own.get(EXTENDS).map(|extends| extends.value().range());
    header
        .or_else(|| cx.environment.range())
        .or_else(|| own.entries().next().map(|first| first.key().range()))
}

fn unused(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(processes) = processes(cx) else {
        return;
    };
    let mut near_unbound: Option<FxHashSet<String>> = None;
    for (section, what) in SECTIONS {
        // Names that documents themselves refer to have a use.
        let is_named = |name: &str| is_referred_to(cx, section, name);
        for entry in own_entries(cx, section) {
            let name = entry.key_text();
            if is_default(&name)
                || !is_unused(processes, section, &name)
                || is_named(&name)
                || is_inherited(cx, section, &name)
            {
                continue;
            }
            // What a process uses under nearly this name is reported where that is missing.
            let near = near_unbound.get_or_insert_with(|| near_names(cx, processes));
            if near.contains(&*name) {
                continue;
            }
            sink.report("process-binding-unused", &entry.key().range())
                .emit(format!(
                    "Unused {what} `{name}`: no process of the project uses it."
                ));
        }
    }
}

/// The names of bindings that the report of an unbound name offers.
fn near_names(cx: &DocumentContext<'_>, processes: &ProjectProcesses) -> FxHashSet<String> {
    let mut near = FxHashSet::default();
    if !cx.checks_absence() || !cx.whole {
        return near;
    }
    for (section, name) in unbound_names(cx, processes).into_keys() {
        let known = unused_names(cx, processes, section);
        near.extend(near_name(name, &known).map(str::to_owned));
    }
    near
}

/// What holds for everything that has no name of its own.
fn is_default(name: &str) -> bool {
    name == "default" || name.starts_with('_')
}

fn is_inherited(cx: &DocumentContext<'_>, section: &str, name: &str) -> bool {
    let bases = &cx.snapshot.context.bases;
    bases.iter().any(|base| {
        let section = base.document.root().get(section);
        section.is_some_and(|section| section.value().get(name).is_some())
    })
}

fn is_referred_to(cx: &DocumentContext<'_>, block: &'static str, name: &str) -> bool {
    let can_be = nexflow_catalog::fields()
        .iter()
        .any(|field| field.refers_to == Some(block));
    let symbol = crate::Symbol::Entry {
        block,
        name: name.to_owned(),
    };
    let bases = cx.snapshot.context.bases.iter().map(|base| &base.document);
    can_be
        && std::iter::once(&cx.snapshot.document)
            .chain(bases)
            .any(|document| {
                let mut places = crate::references_to(document, &symbol).into_iter();
                places.any(|place| !place.is_definition)
            })
}

fn unknown_process(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(processes) = processes(cx).filter(|processes| processes.is_complete()) else {
        return;
    };
    let section = RESOURCES;
    let kinds = kinds_of(section);
    for entry in own_entries(cx, section) {
        let name = entry.key_text();
        if !is_process(&name)
            || !is_writable(&name, kinds)
            || is_inherited(cx, section, &name)
            || processes.uses_of(section, &name).next().is_some()
        {
            continue;
        }
        let has_entry = |name: &str| cx.root.child(section).mapping().child(name).is_present();
        let near = near_use(&name, processes, kinds, has_entry);
        let uses = near
            .iter()
            .flat_map(|near| processes.uses_of(section, near));
        let place = entry.key().range();
        let report = sink.report("process-unknown", &place);
        let report = offer_name(report, Some(place), near.as_deref());
        at_uses(report, uses, |_| "the process".to_owned()).emit(format!(
            "Unknown process `{name}`: the project has no process of this name.{}",
            did_you_mean(near.as_deref())
        ));
    }
}

/// The name in processes that is nearest to one, apart from those that have an entry.
fn near_use(
    name: &str,
    processes: &ProjectProcesses,
    kinds: &[Kind],
    has_entry: impl Fn(&str) -> bool,
) -> Option<String> {
    let names = processes.names_of(kinds).into_iter();
    let names: Vec<String> = names
        .filter(|name| !has_entry(name))
        .map(str::to_owned)
        .collect();
    near_name(name, &names).map(str::to_owned)
}

/// The entries of a section that the document itself has, in the dialect that has the section.
fn own_entries<'a>(
    cx: &DocumentContext<'a>,
    section: &str,
) -> impl Iterator<Item = Entry<'a>> + use<'a> {
    let in_dialect = match section {
        RESOURCES => !cx.toolchain,
        _ => has_section(cx, section),
    };
    let own = cx.snapshot.document.root().get(section);
    let own = own.filter(|own| in_dialect && own.value().kind() == NodeKind::Mapping);
    let entries = own.into_iter().flat_map(|own| own.value().entries());
    entries.filter(|entry| entry.has_colon())
}

fn unknown_state(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(processes) = processes(cx).filter(|processes| processes.is_complete()) else {
        return;
    };
    let states = kinds_of(STATES);
    if cx.toolchain || processes.may_be_any(states) {
        return;
    }
    for (_, backend) in cx.entries("state_backends").iter() {
        let ttls = backend.mapping().get("state_ttls").mapping();
        for (name, ttl) in ttls.entries() {
            if !ttl.is_own()
                || !is_writable(&name, states)
                || processes.uses_of(STATES, &name).next().is_some()
            {
                continue;
            }
            let has_entry = |name: &str| ttls.child(name).is_present();
            let near = near_use(&name, processes, states, has_entry);
            let uses = near.iter().flat_map(|near| processes.uses_of(STATES, near));
            let report = sink.report_key("process-state-unknown", &ttl);
            let report = offer_name(report, ttl.key_range(), near.as_deref());
            at_uses(report, uses, |_| "the state".to_owned()).emit(format!(
                "Unknown state `{name}`: no process of the project has a state of this name.{}",
                did_you_mean(near.as_deref())
            ));
        }
    }
}

fn direction(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some(processes) = processes(at.cx).filter(|processes| processes.is_complete()) else {
        return;
    };
    let said = at.mapping.get("direction");
    let expected = match said.text().as_deref() {
        Some("source") => Direction::Received,
        Some("sink") => Direction::Emitted,
        _ => return,
    };
    let kinds = kinds_of(at.section);
    if processes.may_be_any(kinds) || processes.is_physical(&at.name) {
        return;
    }
    let uses: Vec<UseIn<'_>> = processes.uses_of(at.section, &at.name).collect();
    let agrees = |found: &UseIn<'_>| {
        let direction = found.used.kind.direction();
        direction.is_none_or(|direction| direction == expected)
    };
    if uses.is_empty() || uses.iter().any(agrees) {
        return;
    }
    let only = match expected {
        Direction::Received => "emit to",
        Direction::Emitted => "receive from",
    };
    at_uses(sink.report("process-direction", &said), uses, does).emit(format!(
        "`direction` is `{}`, but processes only {only} `{}`.",
        said.text().unwrap_or_default(),
        at.name
    ));
}

fn unwritable(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if processes(cx).is_none() {
        return;
    }
    let sections = SECTIONS.iter().map(|(section, what)| (*section, *what));
    for (section, what) in sections.chain([(RESOURCES, "process")]) {
        for entry in own_entries(cx, section) {
            let name = entry.key_text();
            let literal = section == RESOURCES && !is_process(&name);
            if literal
                || name.is_empty()
                || is_writable(&name, kinds_of(section))
                || is_referred_to(cx, section, &name)
                || is_inherited(cx, section, &name)
            {
                continue;
            }
            let why = match nexflow_process::is_keyword(&name) {
                true => "it is a keyword of L1",
                false => "L1 names are letters, digits and underscores",
            };
            sink.report("process-name-unwritable", &entry.key().range())
                .emit(format!(
                    "No process can use the {what} name `{name}`: {why}."
                ));
        }
    }
}
