//! The rules: what a Flink expert would say. Each rule of the catalog that looks at more than one value has its predicate here,
//! under its id, in the file of its subject.
//!
//! A predicate of scope [`Scope::Entry`] may look at its entry, at the header (through [`DocumentContext`]) and at the bases, at nothing
//! else: its diagnostics are kept for as long as those are unchanged. Whatever looks at other entries is of scope
//! [`Scope::Document`].

use std::{borrow::Cow, sync::LazyLock};

use rustc_hash::FxHashMap;

use crate::{document_context::DocumentContext, merged::MergedMapping, sink::DiagnosticSink};

mod absence;
mod address;
mod backends;
mod bindings;
mod bucket_names;
mod capacity;
mod changelog;
mod checkpoint_alerts;
mod checkpoint_store;
mod checkpointing;
mod completions;
mod dead_letters;
mod deployment;
mod directories;
mod duplicates;
mod durability;
mod encryption;
mod external;
mod file_paths;
mod hdfs;
mod header;
mod job_manager;
mod json;
mod kafka;
mod kafka_delivery;
mod kafka_flink;
mod locations;
mod lookup_access;
mod lookup_mongodb;
mod lookup_queries;
mod lookup_redis;
mod memory;
mod memory_budget;
mod message_systems;
mod monitoring;
mod object_stores;
mod parallelism;
mod paths;
mod pods;
mod process_memory;
mod process_names;
mod processes;
mod regional_checkpoints;
mod regions;
mod restart;
mod retention;
mod rocksdb;
mod rollout;
mod savepoints;
mod secret_literals;
mod secret_names;
mod secret_providers;
mod secret_references;
mod shared;
mod store_credentials;
mod toolchain;
mod transactions;
mod ttl;
mod worker_memory;
mod workers;

pub(crate) use toolchain::ignored_ranges;

/// One entry of a section, seen through `extends`; or one region block of it laid over the entry.
pub struct EntryContext<'c, 'a> {
    /// The document around it.
    pub cx: &'c DocumentContext<'a>,
    /// The top-level section.
    pub section: &'c str,
    /// The entry's name.
    pub name: Cow<'a, str>,
    /// What the entry says, merged.
    pub mapping: MergedMapping<'a>,
    /// For a region block: its key and the block alone. `mapping` is then the block laid over the entry.
    pub region: Option<(Cow<'a, str>, MergedMapping<'a>)>,
}

/// What a predicate looks at.
pub enum Scope {
    /// Each entry of a section, and each of its region blocks.
    Entry(&'static str, EntryRule),
    /// The whole document, once.
    Document(fn(&DocumentContext<'_>, &mut DiagnosticSink)),
}

/// A predicate under the id of its rule.
pub struct Check {
    /// The rule.
    pub id: &'static str,
    /// What it looks at, and the predicate.
    pub scope: Scope,
}

/// A predicate over each entry of a section.
const fn entry(
    section: &'static str,
    id: &'static str,
    run: fn(&EntryContext<'_, '_>, &mut DiagnosticSink),
) -> Check {
    Check {
        id,
        scope: Scope::Entry(section, run),
    }
}

/// A predicate over the whole document.
const fn document(id: &'static str, run: fn(&DocumentContext<'_>, &mut DiagnosticSink)) -> Check {
    Check {
        id,
        scope: Scope::Document(run),
    }
}

/// All predicates, by subject.
pub static CHECKS: &[&[Check]] = &[
    backends::CHECKS,
    changelog::CHECKS,
    directories::CHECKS,
    external::CHECKS,
    memory::CHECKS,
    memory_budget::CHECKS,
    rocksdb::CHECKS,
    ttl::CHECKS,
    bucket_names::CHECKS,
    capacity::CHECKS,
    checkpoint_alerts::CHECKS,
    checkpoint_store::CHECKS,
    checkpointing::CHECKS,
    encryption::CHECKS,
    file_paths::CHECKS,
    hdfs::CHECKS,
    locations::CHECKS,
    object_stores::CHECKS,
    regional_checkpoints::CHECKS,
    restart::CHECKS,
    retention::CHECKS,
    savepoints::CHECKS,
    secret_names::CHECKS,
    store_credentials::CHECKS,
    bindings::CHECKS,
    completions::CHECKS,
    dead_letters::CHECKS,
    deployment::CHECKS,
    duplicates::CHECKS,
    durability::CHECKS,
    header::CHECKS,
    job_manager::CHECKS,
    kafka::CHECKS,
    kafka_delivery::CHECKS,
    kafka_flink::CHECKS,
    lookup_access::CHECKS,
    lookup_mongodb::CHECKS,
    lookup_queries::CHECKS,
    lookup_redis::CHECKS,
    message_systems::CHECKS,
    monitoring::CHECKS,
    parallelism::CHECKS,
    pods::CHECKS,
    process_memory::CHECKS,
    process_names::CHECKS,
    regions::CHECKS,
    rollout::CHECKS,
    secret_literals::CHECKS,
    secret_providers::CHECKS,
    secret_references::CHECKS,
    toolchain::CHECKS,
    transactions::CHECKS,
    worker_memory::CHECKS,
    workers::CHECKS,
];

/// All predicates in one line.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().copied().flatten()
}

/// A predicate over an entry.
pub type EntryRule = fn(&EntryContext<'_, '_>, &mut DiagnosticSink);

/// The predicates over the entries of a section, in the order of [`CHECKS`].
pub fn of_entries(section: &str) -> &'static [EntryRule] {
    static BY_SECTION: LazyLock<FxHashMap<&str, Vec<EntryRule>>> = LazyLock::new(|| {
        let mut sections: FxHashMap<&str, Vec<EntryRule>> = FxHashMap::default();
        for check in checks() {
            if let Scope::Entry(section, run) = check.scope {
                sections.entry(section).or_default().push(run);
            }
        }
        sections
    });
    BY_SECTION.get(section).map_or(&[], Vec::as_slice)
}

/// The rules that have a predicate of their own, with the section that it looks at (`None`: the whole document). A rule about
/// two sections has one predicate for each. All other rules of the catalog are about single values and keys.
pub fn predicates() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    checks().map(|check| match check.scope {
        Scope::Entry(section, _) => (check.id, Some(section)),
        Scope::Document(_) => (check.id, None),
    })
}
