//! Which entries of a document make up the configuration of a job.

use std::borrow::Cow;

use crate::{
    effective::{Effective, Value, find},
    leaves::Source,
    pairing::Pairing,
    selection::{BACKENDS, CHECKPOINTS, RESOURCES},
};

/// The field that names the store behind a wrapper, or the entry that says it.
const BASE: &str = "base_backend";
/// The wrapper.
const WRAPPER: &str = "changelog";
/// The stores that Flink has.
const STORES: [&str; 2] = ["rocksdb", "hashmap"];

/// The entries of a pairing.
pub fn of_pairing<'e, 'a>(effective: &'e Effective<'a>, pairing: &Pairing) -> Vec<Source<'e, 'a>> {
    let mut sources = Vec::new();
    if let Some(name) = &pairing.backend {
        sources.push(backend(effective, name));
    }
    if let Some(name) = &pairing.checkpoint {
        let mut source = Source::new(CHECKPOINTS);
        add_entry(&mut source, effective, name);
        sources.push(source);
    }
    if let Some(name) = &pairing.process {
        sources.push(process(effective, name));
    }
    sources
}

/// What all jobs of a cluster share, and the clients of all streams.
pub fn shared<'e, 'a>(effective: &'e Effective<'a>) -> Vec<Source<'e, 'a>> {
    let mut sources = Vec::new();
    let mut workers = Source::new(RESOURCES);
    for member in effective.entries(RESOURCES) {
        if matches!(&*member.key, "_task_managers" | "_job_manager") {
            workers.add(RESOURCES, std::slice::from_ref(member));
        }
    }
    sources.push(workers);
    for section in ["deployment", "monitoring"] {
        let mut source = Source::new(section);
        if let Some(members) = effective.section(section).and_then(Value::members) {
            source.add(section, members);
        }
        sources.push(source);
    }
    for member in effective.entries("streams") {
        if let Some(members) = member.value.members() {
            let mut source = Source::new("streams");
            source.add(&format!("streams.{}", member.key), members);
            sources.push(source);
        }
    }
    sources
}

fn add_entry<'e, 'a>(source: &mut Source<'e, 'a>, effective: &'e Effective<'a>, name: &str) {
    if let Some(member) = effective.entry(source.section, name)
        && let Value::Mapping(members) = &member.value
    {
        source.add(&format!("{}.{name}", source.section), members);
    }
}

/// A process, with what its group and the defaults of all processes add.
fn process<'e, 'a>(effective: &'e Effective<'a>, name: &str) -> Source<'e, 'a> {
    let mut source = Source::new(RESOURCES);
    add_entry(&mut source, effective, name);
    let group = source.scalar("_group").map(|scalar| scalar.text.clone());
    let groups = effective
        .entry(RESOURCES, "_groups")
        .and_then(|member| member.value.members());
    if let (Some(group), Some(groups)) = (group, groups)
        && let Some(members) = find(groups, &group).and_then(Value::members)
    {
        source.add(&format!("{RESOURCES}._groups.{group}"), members);
    }
    add_entry(&mut source, effective, "_defaults");
    source.slots = slots(effective).unwrap_or(1);
    source
}

/// The task slots of a TaskManager.
fn slots(effective: &Effective<'_>) -> Option<u64> {
    let managers = effective
        .entry(RESOURCES, "_task_managers")?
        .value
        .members()?;
    let number = |members| {
        find(members, "slots_per_manager")
            .and_then(Value::scalar)
            .and_then(|scalar| scalar.text.parse().ok())
    };
    number(managers).or_else(|| number(find(managers, "auto_size")?.members()?))
}

/// A state backend, with what it takes over from the entry that it wraps.
fn backend<'e, 'a>(effective: &'e Effective<'a>, name: &str) -> Source<'e, 'a> {
    let mut source = Source::new(BACKENDS);
    add_entry(&mut source, effective, name);
    let kind = source
        .scalar("type")
        .map(|scalar| Cow::Borrowed(&*scalar.text));
    let base = source
        .scalar(BASE)
        .map(|scalar| Cow::Borrowed(&*scalar.text));
    source.backend = match (kind.as_deref(), base) {
        (Some(WRAPPER), Some(base)) => {
            let wrapped = effective
                .entry(BACKENDS, &base)
                .filter(|_| base != name && !STORES.contains(&&*base));
            match wrapped {
                Some(wrapped) => {
                    add_entry(&mut source, effective, &base);
                    wrapped
                        .value
                        .members()
                        .and_then(|members| find(members, "type"))
                        .and_then(Value::scalar)
                        .map(|scalar| Cow::Borrowed(&*scalar.text))
                }
                None => Some(base),
            }
        }
        _ => kind,
    };
    source
}
