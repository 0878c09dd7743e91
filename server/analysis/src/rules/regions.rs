//! Regions: which exist, what each of them has, where data goes between them.

use std::borrow::Cow;

use nexflow_syntax::NodeKind;

use super::{
    Check, EntryCx, document, entry,
    parts::{did_you_mean, is_null, near_name, offer_name, same, shown},
};
use crate::{
    cx::Cx,
    sink::{Place, Sink},
    view::{Val, View},
};

pub const CHECKS: &[Check] = &[
    document("region-block-undeclared", block_undeclared),
    document("regional-blocks-missing", blocks_missing),
    entry("streams", "mirror-source", mirror_source),
    entry("failover", "failover-same-region", same_region),
    entry("failover", "failover-without-target", without_target),
    document("residency-left", residency_left),
    document("failover-settings-differ", settings_differ),
];

/// The regions that the document declares, by the name that blocks and references use; `None` when they are not all known.
fn declared<'a>(cx: &Cx<'a>) -> Option<Vec<(Cow<'a, str>, View<'a>)>> {
    let regions = cx.entries("regions");
    if regions.is_empty() || !cx.complete {
        return None;
    }
    regions
        .iter()
        .map(|(_, region)| {
            let view = region.view();
            Some((view.get("name").text()?, view))
        })
        .collect()
}

/// Every mapping that may have region blocks: sections and entries themselves, and their groups.
fn each_regional<'a>(cx: &Cx<'a>, visit: &mut dyn FnMut(&str, &Cow<'a, str>, &View<'a>)) {
    for (section, val) in cx.root.entries() {
        if val.kind() != NodeKind::Mapping {
            continue;
        }
        visit("", &section, &val.view());
        for (name, entry) in cx.entries(&section).iter() {
            if entry.kind() == NodeKind::Mapping {
                visit(&section, name, &entry.view());
            }
        }
    }
}

fn block_undeclared(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(regions) = declared(cx) else { return };
    let known: Vec<String> = regions.iter().map(|(name, _)| name.to_string()).collect();
    let is_known = |name: &str| known.iter().any(|known| known == name);
    each_regional(cx, &mut |_, name, view| {
        for (region, block) in view.region_blocks() {
            if !is_known(&region) {
                let near = near_name(&region, &known);
                sink.at("region-block-undeclared", &block).say(format!(
                    "`regions` has no region of the name `{region}`, so this block of `{name}` is never used{}",
                    did_you_mean(near)
                ));
            }
            refer(&block.get("mirror.source"), &known, sink);
        }
    });
    for (_, plan) in cx.entries("failover").iter() {
        let view = plan.view();
        refer(&view.get("primary"), &known, sink);
        refer(&view.get("secondary"), &known, sink);
    }
    for item in cx
        .root
        .get("deployment.strategy.regional_rollout.order")
        .items()
    {
        if let Some(name) = item.text() {
            refer_text(&name, &item, &known, sink);
        }
    }
    for (_, secret) in cx.entries("secrets").iter() {
        for item in secret.view().get("regions").items() {
            if let Some(name) = item.text() {
                refer_text(&name, &item, &known, sink);
            }
        }
    }
}

fn refer(val: &Val<'_>, known: &[String], sink: &mut Sink) {
    if let Some(name) = val.text().filter(|_| !is_null(val)) {
        refer_text(&name, val, known, sink);
    }
}

fn refer_text(name: &str, place: &impl Place, known: &[String], sink: &mut Sink) {
    if name.is_empty() || known.iter().any(|known| known == name) {
        return;
    }
    let near = near_name(name, known);
    let report = sink.at("region-block-undeclared", place);
    offer_name(report, place.place(), near).say(format!(
        "`regions` has no region of the name `{name}`{}",
        did_you_mean(near)
    ));
}

/// State and checkpoints have a rule of their own for this, and secrets choose by a template.
const APART: [&str; 3] = ["state_backends", "checkpoints", "secrets"];

fn blocks_missing(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.judges_absence() {
        return;
    }
    each_regional(cx, &mut |section, name, view| {
        if APART.contains(&section) || APART.contains(&name.as_ref()) || view.has_errors() {
            return;
        }
        let Some((flag, _)) = view.schema.and_then(|schema| schema.region_child()) else {
            return;
        };
        let switch = view.get(flag);
        let elsewhere = ["global", "primary", "replicas"]
            .iter()
            .any(|other| matches!(section, "lookups" | "streams") && view.get(other).is_present());
        if switch.is_true() && view.region_blocks().is_empty() && !elsewhere {
            sink.at("regional-blocks-missing", &switch).say(format!(
                "`{flag}` is true, and `{name}` has no block for any region, so there is nothing to choose from"
            ));
        }
    });
}

fn mirror_source(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.region.is_some() {
        return;
    }
    let blocks = at.view.region_blocks();
    for (region, block) in &blocks {
        let source = block.get("mirror.source");
        let Some(name) = source.text().filter(|name| !name.is_empty()) else {
            continue;
        };
        if name == *region {
            sink.at("mirror-source", &source).say(format!(
                "the topic in `{region}` cannot be a copy of itself: name the region that it is copied from"
            ));
        } else if at.cx.complete && !blocks.iter().any(|(other, _)| *other == name) {
            let stream = &at.name;
            sink.at("mirror-source", &source).say(format!(
                "`{stream}` has no block for the region `{name}`, so there is no topic to copy from"
            ));
        }
    }
}

fn same_region(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (first, second) = (at.view.get("primary"), at.view.get("secondary"));
    if same(&first, &second) == Some(true) && !is_null(&first) {
        let name = shown(&second);
        sink.at("failover-same-region", &second)
            .with(&first, "the primary")
            .say(format!(
                "`{name}` cannot stand in for itself: there is no failover"
            ));
    }
}

fn without_target(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let target = at.view.get("secondary");
    if !is_null(&target) {
        return;
    }
    let promote = at.view.get("promotion.auto_promote");
    let traffic = at.view.get("traffic");
    let (cause, what) = if promote.is_true() {
        (&promote, "`auto_promote` has nothing to promote")
    } else if traffic.is_present() {
        (&traffic, "`traffic` has nowhere to go")
    } else {
        return;
    };
    sink.at("failover-without-target", &target)
        .with(cause, "what needs a target")
        .say(format!("without a `secondary` {what}"));
}

fn residency_left(cx: &Cx<'_>, sink: &mut Sink) {
    let Some(regions) = declared(cx) else { return };
    let area = |name: &str| {
        regions
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, view)| view.get("data_residency"))
    };
    // Both regions are declared, the one is bound to an area and the other not to the same.
    let leaves = |bound: &str, other: &str| -> Option<(String, Val<'_>)> {
        let (bound, other) = (area(bound)?, area(other)?);
        let wanted = bound.text().filter(|text| !text.is_empty())?;
        let differs = other.is_missing() || other.text().is_some_and(|text| text != wanted);
        differs.then(|| (wanted.into_owned(), bound))
    };
    let mut report = |bound: &str, other: &str, place: &Val<'_>, how: &str| {
        if let Some((wanted, residency)) = leaves(bound, other) {
            sink.at("residency-left", place)
                .with(&residency, format!("`{bound}` keeps its data in {wanted}"))
                .say(format!(
                    "`{bound}` must keep its data in `{wanted}`, and {how} `{other}`, which is not bound to `{wanted}`"
                ));
            return true;
        }
        false
    };
    each_regional(cx, &mut |_, _, view| {
        for (region, block) in view.region_blocks() {
            let source = block.get("mirror.source");
            if let Some(from) = source.text()
                && from != region
            {
                let _ = report(&from, &region, &source, "is mirrored to")
                    || report(&region, &from, &source, "is mirrored from");
            }
            let target = block.get("replication.destination_region");
            if let Some(to) = target.text()
                && to != region
                && !block.get("replication.enabled").is_false()
            {
                report(&region, &to, &target, "is replicated to");
            }
        }
    });
    for (_, plan) in cx.entries("failover").iter() {
        let view = plan.view();
        let (first, second) = (view.get("primary"), view.get("secondary"));
        if let (Some(from), Some(to)) = (first.text(), second.text())
            && from != to
        {
            report(&from, &to, &second, "fails over to");
        }
    }
}

fn settings_differ(cx: &Cx<'_>, sink: &mut Sink) {
    for (_, region) in cx.entries("regions").iter() {
        let region = region.view();
        let Some(name) = region.get("name").text() else {
            continue;
        };
        for (plan_name, plan) in cx.entries("failover").iter() {
            let plan = plan.view();
            if !plan.get("secondary").is(&name) {
                continue;
            }
            for (field, path) in [
                ("auto_promote", "promotion.auto_promote"),
                ("promotion_delay", "promotion.promotion_delay"),
                ("health_check_interval", "detection.health_check_interval"),
            ] {
                let (here, there) = (region.get(&format!("failover.{field}")), plan.get(path));
                let differ = match (here.millis(), there.millis()) {
                    (Some(one), Some(other)) => (one - other).abs() > f64::EPSILON,
                    _ => same(&here, &there) == Some(false),
                };
                if differ {
                    let (one, other) = (shown(&here), shown(&there));
                    sink.at("failover-settings-differ", &here)
                        .with(&there, format!("the plan says {other}"))
                        .say(format!(
                            "`{field}` is {one} here and {other} in the plan `{plan_name}`, which says the same thing: keep it in one place"
                        ));
                }
            }
        }
    }
}
