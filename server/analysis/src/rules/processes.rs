//! Which entries of `resources` describe processes.

use std::borrow::Cow;

use super::EntryCx;
use crate::{cx::Cx, view::View};

/// True for an entry that names a process of its own.
pub(super) fn is_process(name: &str) -> bool {
    !name.starts_with('_')
}

/// What an entry of `resources` says about processes: a process, the defaults, or each group.
pub(super) fn statements<'a>(at: &EntryCx<'_, 'a>) -> Vec<View<'a>> {
    if at.cx.toolchain {
        return Vec::new();
    }
    match at.name.as_ref() {
        "_groups" => at
            .view
            .entries()
            .into_iter()
            .map(|(_, group)| group.view())
            .collect(),
        "_defaults" => vec![at.view.clone()],
        name if is_process(name) => vec![at.view.clone()],
        _ => Vec::new(),
    }
}

/// The processes of the document, merged but without what groups and defaults give.
pub(super) fn processes<'a>(cx: &Cx<'a>) -> Vec<(Cow<'a, str>, View<'a>)> {
    if cx.toolchain {
        return Vec::new();
    }
    cx.entries("resources")
        .iter()
        .filter(|(name, _)| is_process(name))
        .map(|(name, process)| (name.clone(), process.view()))
        .filter(|(_, view)| !view.is_missing())
        .collect()
}

/// What gives a process the values that it does not have itself: its group, then the defaults.
pub(super) fn givers<'a>(cx: &Cx<'a>, process: &View<'a>) -> Vec<View<'a>> {
    let resources = cx.root.get("resources").view();
    let group = process.get("_group").text().map(|name| {
        let groups = resources.get("_groups").view();
        groups.child(&name).view()
    });
    group
        .into_iter()
        .chain([resources.get("_defaults").view()])
        .filter(|view| !view.is_missing())
        .collect()
}
