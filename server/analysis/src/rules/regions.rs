//! Regions: which exist, what each of them has, where data goes between them.

use std::borrow::Cow;

use nexflow_syntax::NodeKind;

use super::{
    Check, EntryContext, document, entry,
    shared::{did_you_mean, is_null, near_name, offer_name, same, shown},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::{DiagnosticSink, Reportable},
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
fn declared<'a>(cx: &DocumentContext<'a>) -> Option<Vec<(Cow<'a, str>, MergedMapping<'a>)>> {
    let regions = cx.entries("regions");
    if regions.is_empty() || !cx.complete {
        return None;
    }
    regions
        .iter()
        .map(|(_, region)| {
            let mapping = region.mapping();
            Some((mapping.get("name").text()?, mapping))
        })
        .collect()
}

/// Every mapping that may have region blocks: sections and entries themselves, and their groups.
fn each_regional<'a>(
    cx: &DocumentContext<'a>,
    visit: &mut dyn FnMut(&str, &Cow<'a, str>, &MergedMapping<'a>),
) {
    for (section, val) in cx.root.entries() {
        if val.kind() != NodeKind::Mapping {
            continue;
        }
        let mapping = val.mapping();
        visit("", &section, &mapping);
        for (name, entry) in cx.entries(&section).iter() {
            if entry.kind() == NodeKind::Mapping {
                visit(&section, name, &entry.mapping());
            }
        }
    }
}

fn block_undeclared(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(regions) = declared(cx) else { return };
    let known: Vec<String> = regions.iter().map(|(name, _)| name.to_string()).collect();
    let is_known = |name: &str| known.iter().any(|known| known == name);
    each_regional(cx, &mut |_, name, mapping| {
        for (region, block) in mapping.region_blocks() {
            if !is_known(&region) {
                let near = near_name(&region, &known);
                let report = sink.report("region-block-undeclared", &block);
                report.advises(near.is_some()).emit(format!(
                    "Unknown region `{region}`: this block of `{name}` is never used.{}",
                    did_you_mean(near)
                ));
            }
            refer(&block.get("mirror.source"), &known, sink);
        }
    });
    for (_, plan) in cx.entries("failover").iter() {
        let mapping = plan.mapping();
        refer(&mapping.get("primary"), &known, sink);
        refer(&mapping.get("secondary"), &known, sink);
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
        for item in secret.mapping().get("regions").items() {
            if let Some(name) = item.text() {
                refer_text(&name, &item, &known, sink);
            }
        }
    }
}

fn refer(val: &MergedValue<'_>, known: &[String], sink: &mut DiagnosticSink) {
    if let Some(name) = val.text().filter(|_| !is_null(val)) {
        refer_text(&name, val, known, sink);
    }
}

fn refer_text(name: &str, place: &impl Reportable, known: &[String], sink: &mut DiagnosticSink) {
    if name.is_empty() || known.iter().any(|known| known == name) {
        return;
    }
    let near = near_name(name, known);
    let report = sink.report("region-block-undeclared", place);
    offer_name(report, place.report_range(), near)
        .emit(format!("Unknown region `{name}`.{}", did_you_mean(near)));
}

/// State and checkpoints have a rule of their own for this, and secrets choose by a template.
const APART: [&str; 3] = ["state_backends", "checkpoints", "secrets"];

fn blocks_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    each_regional(cx, &mut |section, name, mapping| {
        if APART.contains(&section) || APART.contains(&name.as_ref()) || mapping.has_errors() {
            return;
        }
        let Some((flag, _)) = mapping.schema.and_then(|schema| schema.region_child()) else {
            return;
        };
        let switch = mapping.get(flag);
        let elsewhere = ["global", "primary", "replicas"].iter().any(|other| {
            matches!(section, "lookups" | "streams") && mapping.get(other).is_present()
        });
        if switch.is_true() && mapping.region_blocks().is_empty() && !elsewhere {
            sink.report("regional-blocks-missing", &switch)
                .emit(format!(
                    "Missing region blocks in `{name}`: `{flag}` is true."
                ));
        }
    });
}

fn mirror_source(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.region.is_some() {
        return;
    }
    let blocks = at.mapping.region_blocks();
    for (region, block) in &blocks {
        let source = block.get("mirror.source");
        let Some(name) = source.text().filter(|name| !name.is_empty()) else {
            continue;
        };
        if name == *region {
            sink.report("mirror-source", &source)
                .emit(format!("The topic in `{region}` cannot mirror itself."));
        } else if at.cx.complete && !blocks.iter().any(|(other, _)| *other == name) {
            let stream = &at.name;
            sink.report("mirror-source", &source).emit(format!(
                "Unknown mirror source `{name}`: `{stream}` has no block for it."
            ));
        }
    }
}

fn same_region(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (first, second) = (at.mapping.get("primary"), at.mapping.get("secondary"));
    if same(&first, &second) == Some(true) && !is_null(&first) {
        let name = shown(&second);
        sink.report("failover-same-region", &second)
            .related(&first, "the primary")
            .emit(format!(
                "`secondary` must differ from `primary` (`{name}`)."
            ));
    }
}

fn without_target(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let target = at.mapping.get("secondary");
    if !is_null(&target) {
        return;
    }
    let promote = at.mapping.get("promotion.auto_promote");
    let traffic = at.mapping.get("traffic");
    let (cause, what) = if promote.is_true() {
        (&promote, "`auto_promote` has nothing to promote")
    } else if traffic.is_present() {
        (&traffic, "`traffic` has nowhere to go")
    } else {
        return;
    };
    sink.report("failover-without-target", &target)
        .related(cause, "what needs a target")
        .emit(format!("Missing `secondary`: {what}."));
}

fn residency_left(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(regions) = declared(cx) else { return };
    let area = |name: &str| {
        regions
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, mapping)| mapping.get("data_residency"))
    };
    // Both regions are declared, the one is bound to an area and the other not to the same.
    let leaves = |bound: &str, other: &str| -> Option<(String, MergedValue<'_>)> {
        let (bound, other) = (area(bound)?, area(other)?);
        let wanted = bound.text().filter(|text| !text.is_empty())?;
        let differs = other.is_missing() || other.text().is_some_and(|text| text != wanted);
        differs.then(|| (wanted.into_owned(), bound))
    };
    let mut report = |bound: &str, other: &str, place: &MergedValue<'_>, how: &str| {
        if let Some((wanted, residency)) = leaves(bound, other) {
            sink.report("residency-left", place)
                .related(&residency, format!("`{bound}` keeps its data in {wanted}"))
                .emit(format!(
                    "`{bound}` must keep its data in `{wanted}`, but {how} `{other}`, which does not."
                ));
            return true;
        }
        false
    };
    each_regional(cx, &mut |_, _, mapping| {
        for (region, block) in mapping.region_blocks() {
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
        let mapping = plan.mapping();
        let (first, second) = (mapping.get("primary"), mapping.get("secondary"));
        if let (Some(from), Some(to)) = (first.text(), second.text())
            && from != to
        {
            report(&from, &to, &second, "fails over to");
        }
    }
}

fn settings_differ(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    for (_, region) in cx.entries("regions").iter() {
        let region = region.mapping();
        let Some(name) = region.get("name").text() else {
            continue;
        };
        for (plan_name, plan) in cx.entries("failover").iter() {
            let plan = plan.mapping();
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
                    sink.report("failover-settings-differ", &here)
                        .related(&there, format!("the plan says {other}"))
                        .emit(format!(
                            "`{field}` is {one} here but {other} in plan `{plan_name}`."
                        ));
                }
            }
        }
    }
}
