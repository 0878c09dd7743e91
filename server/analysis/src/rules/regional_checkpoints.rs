//! Regions: their names, the blocks of a regional entry, and replication between them.

use super::{Check, EntryCx, absence::nothing_at, entry};
use crate::sink::Sink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "region-name", region_name),
    entry("checkpoints", "regional-without-blocks", without_blocks),
    entry("checkpoints", "region-block-mismatch", block_mismatch),
    entry(
        "checkpoints",
        "replication-to-itself",
        replication_to_itself,
    ),
    entry(
        "checkpoints",
        "replication-incomplete",
        replication_incomplete,
    ),
];

fn region_name(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let region = at.view.get("region");
    let Some(name) = region.text() else { return };
    // Other vendors name their regions as they like.
    if !at.view.get("type").is("s3") || is_region(&name) || at.absent("s3.endpoint").is_none() {
        return;
    }
    let tidy = name.to_lowercase().replace(['_', ' '], "-");
    let report = sink.at("region-name", &region);
    if is_region(&tidy) && region.raw().as_deref() == Some(&*name) {
        report
            .replace(format!("Change to `{tidy}`"), tidy.clone())
            .say(format!(
                "`{name}` is no region of AWS; `{tidy}` is probably meant"
            ));
    } else {
        report.say(format!(
            "`{name}` does not look like a region of AWS, such as `us-east-1`; a wrong region costs a redirect or fails with a signature error"
        ));
    }
}

/// Two letters, one or more words, a number: `us-gov-west-1`.
fn is_region(name: &str) -> bool {
    let parts: Vec<_> = name.split('-').collect();
    let [area, words @ .., number] = parts.as_slice() else {
        return false;
    };
    let letters =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    area.len() == 2
        && letters(area)
        && !words.is_empty()
        && words.iter().all(|word| letters(word))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_blocks(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let regional = at.view.get("regional");
    if at.region.is_some() || !regional.is_true() || !at.cx.judges_absence() || at.view.has_errors()
    {
        return;
    }
    if at.view.region_blocks().is_empty() {
        let name = &at.name;
        sink.at("regional-without-blocks", &regional).say(format!(
            "`{name}` is regional but has no region block, such as `us-east-1:`, so there is nothing to choose from"
        ));
    }
}

fn block_mismatch(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some((key, block)) = &at.region else {
        return;
    };
    let region = block.child("region");
    if let Some(name) = region.text().filter(|name| name != key) {
        sink.at("region-block-mismatch", &region)
            .with(block, format!("the block is for `{key}`"))
            .say(format!(
                "the block `{key}` sends its checkpoints to `{name}`: the job in one region would write to another, with the cost, the latency and the breach of residency that go with it"
            ));
    }
}

fn replication_to_itself(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.region.is_none() || at.view.get("replication.enabled").is_false() {
        return;
    }
    let bucket = at.view.get("bucket");
    let destination = at.view.get("replication.destination_bucket");
    if let (Some(from), Some(to)) = (bucket.text(), destination.text())
        && from == to
    {
        sink.at("replication-to-itself", &destination)
            .with(&bucket, "the bucket that is replicated")
            .say(format!(
                "`{to}` is the bucket itself, and S3 does not replicate a bucket into itself"
            ));
    }
}

fn replication_incomplete(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let Some((_, block)) = &at.region else { return };
    let enabled = block.get("replication.enabled");
    if !enabled.is_true() || !at.cx.judges_absence() {
        return;
    }
    if let Some(place) = nothing_at(block, "replication.destination_bucket") {
        sink.missing("replication-incomplete", &place)
            .with(&enabled, "replication is on")
            .say("replication is on, but no `destination_bucket` says where to copy to");
    }
}
