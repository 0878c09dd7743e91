//! Which entries of `resources` describe processes.

use std::borrow::Cow;

use super::{EntryContext, shared::with_regions};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
};

/// True for an entry that names a process of its own.
pub(super) fn is_process(name: &str) -> bool {
    !name.starts_with('_')
}

/// What an entry of `resources` says about processes: a process, the defaults, or each group.
pub(super) fn statements<'a>(at: &EntryContext<'_, 'a>) -> Vec<MergedMapping<'a>> {
    if at.cx.toolchain {
        return Vec::new();
    }
    match at.name.as_ref() {
        "_groups" => at
            .mapping
            .entries()
            .into_iter()
            .map(|(_, group)| group.mapping())
            .collect(),
        "_defaults" => vec![at.mapping.clone()],
        name if is_process(name) => vec![at.mapping.clone()],
        _ => Vec::new(),
    }
}

/// The processes of the document, merged but without what groups and defaults give.
pub(super) fn processes<'a>(cx: &DocumentContext<'a>) -> Vec<(Cow<'a, str>, MergedMapping<'a>)> {
    if cx.toolchain {
        return Vec::new();
    }
    cx.entries("resources")
        .iter()
        .filter(|(name, _)| is_process(name))
        .map(|(name, process)| (name.clone(), process.mapping()))
        .filter(|(_, mapping)| !mapping.is_missing())
        .collect()
}

/// What gives a process the values that it does not have itself: its group, then the defaults.
pub(super) fn givers<'a>(
    cx: &DocumentContext<'a>,
    process: &MergedMapping<'a>,
) -> Vec<MergedMapping<'a>> {
    let resources = cx.root.get("resources").mapping();
    let group = process.get("_group").text().map(|name| {
        let groups = resources.get("_groups").mapping();
        groups.child(&name).mapping()
    });
    group
        .into_iter()
        .chain([resources.get("_defaults").mapping()])
        .filter(|mapping| !mapping.is_missing())
        .collect()
}

/// The value that counts for a process at a path: its own, else that of its group or of the defaults. A missing value when none
/// of them gives one.
pub(super) fn given<'a>(
    cx: &DocumentContext<'a>,
    process: &MergedMapping<'a>,
    path: &str,
) -> MergedValue<'a> {
    let own = process.get(path);
    if own.is_present() {
        return own;
    }
    givers(cx, process)
        .into_iter()
        .map(|giver| giver.get(path))
        .find(MergedValue::is_present)
        .unwrap_or(own)
}

/// A process as it runs in one place.
pub(super) struct RunningProcess<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// The region; `None` for a process that has no blocks for regions.
    pub region: Option<Cow<'a, str>>,
    /// What it says there.
    pub mapping: MergedMapping<'a>,
}

impl RunningProcess<'_> {
    /// True when the process runs where a deployment does: both in one region, or one of them wherever the other is.
    pub fn runs_in(&self, region: Option<&str>) -> bool {
        match (self.region.as_deref(), region) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }
}

/// Every process in every place where it runs. `None` unless all of them are known: no base is missing, no other document adds
/// some, none is hidden by a syntax error or takes its values from a group that is not known.
pub(super) fn all_placed<'a>(cx: &DocumentContext<'a>) -> Option<Vec<RunningProcess<'a>>> {
    if !cx.checks_absence() || cx.root.get("resources").mapping().has_errors() {
        return None;
    }
    let mut placed = Vec::new();
    for (name, process) in processes(cx) {
        if process.get("_group").is_unknown() {
            return None;
        }
        let mut mappings = with_regions(&process);
        if mappings.len() > 1 {
            // What stands beside the blocks counts through them only.
            mappings.remove(0);
        }
        placed.extend(
            mappings
                .into_iter()
                .map(|(region, mapping)| RunningProcess {
                    name: name.clone(),
                    region,
                    mapping,
                }),
        );
    }
    (!placed.is_empty()).then_some(placed)
}

/// How many slots a worker has, where it is written, with the field that says so. Flink's default of one is no answer: documents
/// leave the number to the cluster's own configuration.
pub(super) fn slots_per_worker<'a>(cx: &DocumentContext<'a>) -> Option<(i64, MergedValue<'a>)> {
    let managers = cx.root.get("resources._task_managers").mapping();
    let slots = managers.get("slots_per_manager");
    let slots = if slots.is_missing() {
        managers.get("auto_size.slots_per_manager")
    } else {
        slots
    };
    Some((slots.int().filter(|each| *each > 0)?, slots))
}
