//! How wide processes run: parallelism, key groups, slots, scaling.

use super::{
    Check, EntryContext, document, entry,
    processes::{givers, processes, statements},
    shared::{lacks_in, with_regions},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
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
fn widths<'a>(process: &MergedMapping<'a>) -> Vec<(String, MergedValue<'a>)> {
    let mut found: Vec<(String, MergedValue<'a>)> =
        ["parallelism", "parallelism.initial", "parallelism.max"]
            .into_iter()
            .map(|path| (path.to_owned(), process.get(path)))
            .collect();
    for (operator, settings) in process.get("operators").mapping().entries() {
        let parallelism = settings.mapping().get("parallelism");
        found.push((format!("Parallelism of `{operator}`"), parallelism));
    }
    found
}

fn exceeds(process: &MergedMapping<'_>, most: &MergedValue<'_>, sink: &mut DiagnosticSink) {
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
            sink.report("parallelism-exceeds-max", &width)
                .missing(["max_parallelism"])
                .related(most, format!("`max_parallelism` is {groups}"))
                .emit(format!(
                    "{what} is {wide}, above `max_parallelism` ({groups}); the job will not start."
                ));
        }
    }
}

fn exceeds_own_max(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        exceeds(&process, &process.get("max_parallelism"), sink);
    }
}

/// A process takes the bound of its group or of the defaults when it has none.
fn exceeds_given_max(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for (_, process) in processes(cx) {
        if process.get("max_parallelism").is_present() {
            continue;
        }
        let bound = givers(cx, &process)
            .into_iter()
            .map(|giver| giver.get("max_parallelism"))
            .find(MergedValue::is_present);
        if let Some(bound) = bound {
            for (_, mapping) in with_regions(&process) {
                if mapping.get("max_parallelism").is_missing() {
                    exceeds(&mapping, &bound, sink);
                }
            }
        }
    }
}

fn order(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
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
            sink.report("parallelism-order", place)
                .related(other, wrong.clone())
                .emit(format!(
                    "{wrong}; the order must be `min` ≤ `initial` ≤ `max`."
                ));
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

fn limit(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let most = process.get("max_parallelism");
        if let Some(groups) = most.int().filter(|groups| *groups > MOST_KEY_GROUPS) {
            sink.report("max-parallelism-limit", &most).emit(format!(
                "`max_parallelism` must be at most {MOST_KEY_GROUPS}, not {groups}."
            ));
        }
    }
}

fn uneven(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let (width, most) = (process.get("parallelism"), process.get("max_parallelism"));
        if let (Some(wide), Some(groups)) = (width.int(), most.int())
            && wide > 0
            && groups > wide
            && groups <= MOST_KEY_GROUPS
            && groups % wide != 0
        {
            let (few, more) = (groups / wide, groups / wide + 1);
            let place = super::shared::reported_at(at, &[&most, &width]);
            let other = if std::ptr::eq(place, &most) {
                &width
            } else {
                &most
            };
            sink.report("max-parallelism-uneven", place)
                .related(other, "the other number")
                .emit(format!(
                    "{groups} key groups do not divide evenly by {wide}: some instances get {more}, others {few}."
                ));
        }
    }
}

fn slots_below_parallelism(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let managers = cx.root.get("resources._task_managers").mapping();
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
        sink.report("slots-below-parallelism", &count)
            .related(&width, format!("`{name}` has parallelism {wide}"))
            .related(&slots, format!("each worker has {each} slots"))
            .emit(format!(
                "{count_of} workers with {each} slots make {total} slots, but `{name}` needs {wide}; the job fails when `slot.request.timeout` (5m) is over."
            ));
    }
}

fn count_and_auto_size(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let managers = cx.root.get("resources._task_managers").mapping();
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
            sink.report("count-and-auto-size", &count)
                .related(&total, format!("`auto_size` works out {needed}"))
                .emit(format!(
                    "`count` is {given}, but `auto_size` needs {needed} workers ({wide} slots, {each} each)."
                ));
        }
    }
}

fn has_bounds(mapping: &MergedMapping<'_>) -> bool {
    ["parallelism.min", "parallelism.max"]
        .iter()
        .any(|path| mapping.get(path).is_present())
}

fn auto_scale_without_bounds(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for (_, process) in processes(cx) {
        let enabled = process.get("auto_scale.enabled");
        if !enabled.is_true() {
            continue;
        }
        let width = process.get("parallelism");
        if let Some(fixed) = width.int() {
            sink.report("auto-scale-without-bounds", &width)
                .related(&enabled, "scaling is switched on")
                .emit(format!(
                    "`parallelism: {fixed}` has no bounds to scale within; give `initial`, `min` and `max`."
                ));
        } else if process.get("_group").is_missing()
            && lacks_in(cx, &process, "parallelism")
            && !givers(cx, &process).iter().any(has_bounds)
            && !process
                .region_blocks()
                .iter()
                .any(|(_, block)| has_bounds(block))
        {
            sink.report("auto-scale-without-bounds", &enabled).emit(
                "Missing `parallelism` with `initial`, `min` and `max`: scaling needs bounds.",
            );
        }
    }
}

fn co_location(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    for process in statements(at) {
        let operators = process.get("operators").mapping();
        for set in process.get("co_location").items() {
            let mut first: Option<(String, i64, MergedValue<'_>)> = None;
            for name in set.node.items().filter_map(|name| name.value()) {
                let width = operators.child(&name).mapping().get("parallelism");
                let Some(wide) = width.int() else { continue };
                match &first {
                    None => first = Some((name.into_owned(), wide, width)),
                    Some((other, narrow, place)) if *narrow != wide => {
                        sink.report("co-location-parallelism", &width)
                            .related(place, format!("`{other}` has parallelism {narrow}"))
                            .emit(format!(
                                "Co-located operators differ in parallelism (`{name}`: {wide}, `{other}`: {narrow})."
                            ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}
