//! Regions: their names, the blocks of a regional entry, and replication between them.

use nexflow_catalog::value::suggest;

use super::{Check, EntryContext, absence::nothing_at, entry};
use crate::sink::DiagnosticSink;

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

fn region_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let region = at.mapping.get("region");
    let Some(name) = region.text() else { return };
    // Other vendors name their regions as they like.
    if !at.mapping.get("type").is("s3") || at.absent("s3.endpoint").is_none() {
        return;
    }
    let tidy = if is_region(&name) {
        let Some(corrected) = with_known_words(&name) else {
            return;
        };
        corrected
    } else {
        name.to_lowercase().replace(['_', ' '], "-")
    };
    let report = sink.report("region-name", &region);
    if is_region(&tidy) && region.raw().as_deref() == Some(&*name) {
        report
            .replace(format!("Change to `{tidy}`"), tidy.clone())
            .advises(true)
            .emit(format!(
                "Unknown AWS region `{name}`. Did you mean `{tidy}`?"
            ));
    } else {
        report.emit(format!("Unknown AWS region `{name}`."));
    }
}

/// The region with its misspelt words put right; `None` where nothing is a slip of a word that AWS uses. Numbers, areas and other words
/// may be new.
fn with_known_words(region: &str) -> Option<String> {
    let known = || nexflow_catalog::aws_regions().flat_map(words);
    let right = |word| {
        let is_known = known().any(|other| other == word);
        (!is_known).then(|| suggest::only_slip(word, known()))?
    };
    let parts: Vec<_> = region.split('-').collect();
    let corrected: Vec<_> = parts
        .iter()
        .map(|part| right(part).unwrap_or(part))
        .collect();
    (corrected != parts).then(|| corrected.join("-"))
}

/// What stands between area and number.
fn words(region: &str) -> impl Iterator<Item = &str> {
    region.split('-').filter(|part| part.len() > 2)
}

/// Two to four letters, one or more words, a number: `us-gov-west-1`, `eusc-de-east-1`.
fn is_region(name: &str) -> bool {
    let parts: Vec<_> = name.split('-').collect();
    let [area, words @ .., number] = parts.as_slice() else {
        return false;
    };
    let letters =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    (2..=4).contains(&area.len())
        && letters(area)
        && !words.is_empty()
        && words.iter().all(|word| letters(word))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_blocks(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let regional = at.mapping.get("regional");
    if at.region.is_some()
        || !regional.is_true()
        || !at.cx.checks_absence()
        || at.mapping.has_errors()
    {
        return;
    }
    if at.mapping.region_blocks().is_empty() {
        let name = &at.name;
        sink.report("regional-without-blocks", &regional)
            .emit(format!("Missing region blocks in regional entry `{name}`."));
    }
}

fn block_mismatch(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((key, block)) = &at.region else {
        return;
    };
    let region = block.child("region");
    if let Some(name) = region.text().filter(|name| name != key) {
        sink.report("region-block-mismatch", &region)
            .related(block, format!("the block is for `{key}`"))
            .emit(format!(
                "Block `{key}` writes its checkpoints to another region, `{name}`."
            ));
    }
}

fn replication_to_itself(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.region.is_none() || at.mapping.get("replication.enabled").is_false() {
        return;
    }
    let bucket = at.mapping.get("bucket");
    let destination = at.mapping.get("replication.destination_bucket");
    if let (Some(from), Some(to)) = (bucket.text(), destination.text())
        && from == to
    {
        sink.report("replication-to-itself", &destination)
            .related(&bucket, "the bucket that is replicated")
            .emit(format!(
                "`{to}` is the bucket itself; S3 cannot replicate a bucket into itself."
            ));
    }
}

fn replication_incomplete(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((_, block)) = &at.region else { return };
    let enabled = block.get("replication.enabled");
    if !enabled.is_true() || !at.cx.checks_absence() {
        return;
    }
    if let Some(place) = nothing_at(block, "replication.destination_bucket") {
        sink.report_missing("replication-incomplete", &place)
            .related(&enabled, "replication is on")
            .emit("Missing `destination_bucket`: replication is enabled.");
    }
}
