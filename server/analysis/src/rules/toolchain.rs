//! The older dialect of the toolchain: what its parser takes.

use nexflow_catalog::value::duration;

use super::{
    Check, document,
    parts::{is_literal, is_plain_number},
};
use crate::{cx::Cx, sink::Sink, view::Val};

pub const CHECKS: &[Check] = &[
    document("toolchain-heap-unit", heap_unit),
    document("toolchain-duration-unit", duration_unit),
    document("toolchain-cluster-missing", cluster_missing),
];

fn heap_unit(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.toolchain {
        return;
    }
    let heap = cx.root.get("resources.heap_memory");
    let Some(text) = heap.text() else { return };
    let lower = text.to_ascii_lowercase();
    let digits = lower.strip_suffix(['g', 'm']).unwrap_or(&lower);
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits(digits) {
        return;
    }
    // `4gb` means what `4g` says.
    let right = lower
        .strip_suffix('b')
        .filter(|short| short.strip_suffix(['g', 'm']).is_some_and(all_digits));
    let report = sink.at("toolchain-heap-unit", &heap);
    match right {
        Some(right) if is_literal(&heap) => report
            .rewrite(format!("Change to `{right}`"), right)
            .say(format!("the toolchain reads digits with one letter `g` or `m` here and stops with an exception at `{text}`: write `{right}`")),
        _ => report.say(format!(
            "the toolchain reads digits with at most one letter `g` or `m` here, such as `4g`, and stops with an exception at `{text}`"
        )),
    }
}

fn duration_unit(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.toolchain {
        return;
    }
    unit(&cx.root.get("resources.checkpoint_interval"), sink);
    for (_, target) in cx.entries("persistence").iter() {
        unit(&target.view().get("flush_interval"), sink);
    }
}

fn unit(val: &Val<'_>, sink: &mut Sink) {
    let (Some(node), Some(text)) = (val.node(), val.text()) else {
        return;
    };
    if is_plain_number(node) {
        let right = format!("{text}s");
        sink.at("toolchain-duration-unit", val)
            .replace(format!("Change to `{right}`"), right.clone())
            .say(format!(
                "the toolchain wants text here and stops with an exception at the bare number {text}: write `{right}`"
            ));
        return;
    }
    let Some((minutes_each, count)) = [('h', 60), ('d', 1440)]
        .into_iter()
        .find_map(|(letter, minutes)| Some((minutes, text.strip_suffix(letter)?)))
    else {
        return;
    };
    if duration::parse(&text).is_err() {
        return;
    }
    let right = count
        .trim()
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(minutes_each))
        .map(|minutes| format!("{minutes}m"));
    let report = sink.at("toolchain-duration-unit", val);
    match right {
        Some(right) => {
            let words = format!(
                "the toolchain knows the units `ms`, `s` and `m` only and stops with an exception at `{text}`: write `{right}`"
            );
            let report = if is_literal(val) {
                report.rewrite(format!("Change to `{right}`"), right)
            } else {
                report
            };
            report.say(words);
        }
        None => report.say(format!(
            "the toolchain knows the units `ms`, `s` and `m` only and stops with an exception at `{text}`"
        )),
    }
}

fn cluster_missing(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.toolchain || !cx.complete {
        return;
    }
    for (user, cluster) in [("streams", "kafka"), ("persistence", "mongodb")] {
        let section = cx.root.get(user);
        if section.is_present() && !section.view().is_missing() && cx.root.get(cluster).is_missing()
        {
            sink.at_key("toolchain-cluster-missing", &section).say(format!(
                "in this dialect `{user}` needs a top-level `{cluster}:`, and the toolchain refuses the document without it"
            ));
        }
    }
}
