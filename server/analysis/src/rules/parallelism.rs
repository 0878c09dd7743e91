//! How wide processes run: parallelism, key groups, slots, scaling.

use super::{
    Check, EntryCx, document, entry,
    parts::{lacks_in, with_regions},
    processes::{givers, processes, statements},
};
use crate::{
    cx::Cx,
    sink::Sink,
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    entry("resources", "parallelism-exceeds-max", exceeds_own_max),
    document("parallelism-exceeds-max", exceeds_given_max),
    entry("resources", "parallelism-order", order),
    entry("resources", "max-parallelism-limit", limit),
    entry("resources", "max-parallelism-uneven", uneven),
    document("slots-below-parallelism", slots_below_parallelism),
    document("count-and-auto-size", count_and_auto_size),
    document("auto-scale-without-bounds", auto_scale_without_bounds),
    entry("resources", "co-location-parallelism", co_location),
];

/// The places where a process says how wide it runs, with a name for messages.
fn widths<'a>(process: &View<'a>) -> Vec<(String, Val<'a>)> {
    let mut found: Vec<(String, Val<'a>)> =
        ["parallelism", "parallelism.initial", "parallelism.max"]
            .into_iter()
            .map(|path| (path.to_owned(), process.get(path)))
            .collect();
    for (operator, settings) in process.get("operators").view().entries() {
        let parallelism = settings.view().get("parallelism");
        found.push((format!("the parallelism of `{operator}`"), parallelism));
    }
    found
}

fn exceeds(process: &View<'_>, most: &Val<'_>, sink: &mut Sink) {
    let Some(groups) = most.int() else { return };
    for (what, width) in widths(process) {
        if let Some(wide) = width.int()
            && wide > groups
        {
            let what = if what.contains('`') {
                what
            } else {
                format!("`{what}`")
            };
            sink.at("parallelism-exceeds-max", &width)
                .with(most, format!("`max_parallelism` is {groups}"))
                .say(format!(
                    "{what} is {wide}, and `max_parallelism` of {groups} gives only so many key groups: Flink refuses the job"
                ));
        }
    }
}

fn exceeds_own_max(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for process in statements(at) {
        exceeds(&process, &process.get("max_parallelism"), sink);
    }
}

/// A process takes the bound of its group or of the defaults when it has none.
fn exceeds_given_max(cx: &Cx<'_>, sink: &mut Sink) {
    for (_, process) in processes(cx) {
        if process.get("max_parallelism").is_present() {
            continue;
        }
        let bound = givers(cx, &process)
            .into_iter()
            .map(|giver| giver.get("max_parallelism"))
            .find(Val::is_present);
        if let Some(bound) = bound {
            for (_, view) in with_regions(&process) {
                if view.get("max_parallelism").is_missing() {
                    exceeds(&view, &bound, sink);
                }
            }
        }
    }
}

fn order(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for process in statements(at) {
        let get = |key: &str| process.get(&format!("parallelism.{key}"));
        let mut complaint = |low: &str, high: &str| {
            let (least, most) = (get(low), get(high));
            let (Some(from), Some(to)) = (least.int(), most.int()) else {
                return false;
            };
            if from <= to {
                return false;
            }
            // The start value is the one that is wrong; between the bounds the lower one is reported.
            let (place, other) = if high == "initial" {
                (&most, &least)
            } else {
                (&least, &most)
            };
            let wrong = format!("`{low}` is {from} and `{high}` is {to}");
            sink.at("parallelism-order", place)
                .with(other, wrong.clone())
                .say(format!("{wrong}: it must be `min` <= `initial` <= `max`"));
            true
        };
        if !complaint("min", "max") {
            complaint("min", "initial");
            complaint("initial", "max");
        }
    }
}

/// Flink's upper bound of key groups.
const MOST_KEY_GROUPS: i64 = 32_768;

fn limit(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for process in statements(at) {
        let most = process.get("max_parallelism");
        if let Some(groups) = most.int().filter(|groups| *groups > MOST_KEY_GROUPS) {
            sink.at("max-parallelism-limit", &most).say(format!(
                "`max_parallelism` is {groups}, and Flink knows {MOST_KEY_GROUPS} key groups at most"
            ));
        }
    }
}

fn uneven(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for process in statements(at) {
        let (width, most) = (process.get("parallelism"), process.get("max_parallelism"));
        if let (Some(wide), Some(groups)) = (width.int(), most.int())
            && wide > 0
            && groups > wide
            && groups % wide != 0
        {
            let (few, more) = (groups / wide, groups / wide + 1);
            let place = super::parts::reported_at(at, &[&most, &width]);
            let other = if std::ptr::eq(place, &most) {
                &width
            } else {
                &most
            };
            sink.at("max-parallelism-uneven", place)
                .with(other, "the other number")
                .say(format!(
                    "{groups} key groups do not divide evenly by {wide}, so some instances get {more} of them and others {few}"
                ));
        }
    }
}

fn slots_below_parallelism(cx: &Cx<'_>, sink: &mut Sink) {
    let managers = cx.root.get("resources._task_managers").view();
    let (count, slots) = (managers.get("count"), managers.get("slots_per_manager"));
    if managers.get("auto_size").is_present() || managers.is_missing() {
        return;
    }
    // A worker has one slot unless something says more.
    let each = if slots.is_missing() {
        cx.complete.then_some(1)
    } else {
        slots.int()
    };
    let (Some(count_of), Some(each)) = (count.int(), each) else {
        return;
    };
    let total = count_of.saturating_mul(each);
    let widest = processes(cx)
        .into_iter()
        .flat_map(|(name, process)| {
            ["parallelism", "parallelism.initial"]
                .into_iter()
                .filter_map(|path| {
                    let width = process.get(path);
                    Some((width.int()?, width, name.clone()))
                })
                .collect::<Vec<_>>()
        })
        .max_by_key(|(wide, _, _)| *wide);
    if let Some((wide, width, name)) = widest
        && total < wide
    {
        sink.at("slots-below-parallelism", &count)
            .with(&width, format!("`{name}` runs {wide} wide"))
            .with(&slots, format!("each worker has {each} slots"))
            .say(format!(
                "{count_of} workers with {each} slots each make {total} slots, and `{name}` needs {wide}: the job waits for slots for ever"
            ));
    }
}

fn count_and_auto_size(cx: &Cx<'_>, sink: &mut Sink) {
    let managers = cx.root.get("resources._task_managers").view();
    let count = managers.get("count");
    let total = managers.get("auto_size.total_parallelism");
    let own = managers.get("auto_size.slots_per_manager");
    let slots = if own.is_present() {
        own
    } else {
        managers.get("slots_per_manager")
    };
    if let (Some(given), Some(wide), Some(each)) = (count.int(), total.int(), slots.int())
        && each > 0
    {
        let needed = wide.div_euclid(each) + i64::from(wide.rem_euclid(each) > 0);
        if needed != given {
            sink.at("count-and-auto-size", &count)
                .with(&total, format!("`auto_size` works out {needed}"))
                .say(format!(
                    "`count` says {given} workers, and `auto_size` needs {needed} ({wide} slots, {each} in each worker): keep one of the two"
                ));
        }
    }
}

fn has_bounds(view: &View<'_>) -> bool {
    ["parallelism.min", "parallelism.max"]
        .iter()
        .any(|path| view.get(path).is_present())
}

fn auto_scale_without_bounds(cx: &Cx<'_>, sink: &mut Sink) {
    for (_, process) in processes(cx) {
        let enabled = process.get("auto_scale.enabled");
        if !enabled.is_true() {
            continue;
        }
        let width = process.get("parallelism");
        if let Some(fixed) = width.int() {
            sink.at("auto-scale-without-bounds", &width)
                .with(&enabled, "scaling is switched on")
                .say(format!(
                    "`parallelism: {fixed}` gives no bounds to scale within: write `initial`, `min` and `max`"
                ));
        } else if process.get("_group").is_missing()
            && lacks_in(cx, &process, "parallelism")
            && !givers(cx, &process).iter().any(has_bounds)
            && !process
                .region_blocks()
                .iter()
                .any(|(_, block)| has_bounds(block))
        {
            sink.at("auto-scale-without-bounds", &enabled).say(
                "there are no bounds to scale within: give `parallelism` with `initial`, `min` and `max`",
            );
        }
    }
}

fn co_location(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    for process in statements(at) {
        let operators = process.get("operators").view();
        for set in process.get("co_location").items() {
            let mut first: Option<(String, i64, Val<'_>)> = None;
            for name in set.node.items().filter_map(|name| name.value()) {
                let width = operators.child(&name).view().get("parallelism");
                let Some(wide) = width.int() else { continue };
                match &first {
                    None => first = Some((name.into_owned(), wide, width)),
                    Some((other, narrow, place)) if *narrow != wide => {
                        sink.at("co-location-parallelism", &width)
                            .with(place, format!("`{other}` runs {narrow} wide"))
                            .say(format!(
                                "`{name}` runs {wide} wide and `{other}`, which shares its place, {narrow}: instances of equal number cannot be paired"
                            ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}
