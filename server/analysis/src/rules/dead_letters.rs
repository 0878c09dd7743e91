//! Where bad records go: the topics of streams' errors against the entries of `dead_letters`.

use rustc_hash::FxHashMap;

use super::{
    Check, document,
    shared::{same, shown, with_regions},
};
use crate::{document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    document("dlq-topic-is-entry-name", is_entry_name),
    document("dlq-topic-on-other-brokers", on_other_brokers),
];

/// The fields of a stream that name a topic for bad records.
const DEAD_LETTER_TOPICS: [&str; 2] = [
    "error_handling.deserialization.dlq_topic",
    "consumer.dead_letter_policy.dead_letter_topic",
];

/// A stream's topic for bad records, with the address of the stream that it is on.
fn each_topic<'a>(
    cx: &DocumentContext<'a>,
    visit: &mut dyn FnMut(&MergedValue<'a>, &MergedValue<'a>),
) {
    let mut seen = Vec::new();
    for (_, stream) in cx.entries("streams").iter() {
        for (_, mapping) in with_regions(&stream.mapping()) {
            for path in DEAD_LETTER_TOPICS {
                let topic = mapping.get(path);
                if topic.is_present() && !seen.contains(&topic.range()) {
                    seen.push(topic.range());
                    visit(&topic, &mapping.get("brokers"));
                }
            }
        }
    }
}

/// A topic is wanted, and the name of a dead letter is none, unless some topic is really called so.
fn is_entry_name(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let letters = cx.entries("dead_letters");
    if letters.is_empty() || !cx.complete {
        return;
    }
    let mut topics: Vec<String> = Vec::new();
    for section in ["streams", "dead_letters", "completions"] {
        for (_, entry) in cx.entries(section).iter() {
            for (_, mapping) in with_regions(&entry.mapping()) {
                topics.extend(mapping.get("topic").text().map(String::from));
            }
        }
    }
    each_topic(cx, &mut |topic, _| {
        let Some(name) = topic.text() else { return };
        let Some((_, letter)) = letters.iter().find(|(entry, _)| *entry == name) else {
            return;
        };
        let meant = letter.mapping().get("topic");
        let (Some(right), Some(raw)) = (meant.text(), meant.raw()) else {
            return;
        };
        if right == name || topics.iter().any(|known| *known == name) {
            return;
        }
        let report = sink
            .report("dlq-topic-is-entry-name", topic)
            .related(&meant, format!("the topic of `{name}`"))
            .replace(format!("Change to `{raw}`"), raw.into_owned());
        report.emit(format!(
            "`{name}` is a dead-letter entry, not a topic; its topic is `{right}`."
        ));
    });
}

/// The stream writes its bad records into its own cluster, whatever the dead letter of that topic says.
fn on_other_brokers(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let letters = cx.entries("dead_letters");
    let mut by_topic: FxHashMap<String, Vec<(String, MergedValue<'_>)>> = FxHashMap::default();
    for (name, letter) in letters.iter() {
        let mapping = letter.mapping();
        let (topic, brokers) = (mapping.get("topic"), mapping.get("brokers"));
        if let Some(topic) = topic.text()
            && brokers.is_present()
        {
            by_topic
                .entry(topic.into_owned())
                .or_default()
                .push((name.to_string(), brokers));
        }
    }
    if by_topic.is_empty() {
        return;
    }
    each_topic(cx, &mut |topic, brokers| {
        let Some(entries) = topic.text().and_then(|text| by_topic.get(text.as_ref())) else {
            return;
        };
        let elsewhere = entries
            .iter()
            .all(|(_, other)| same(brokers, other) == Some(false) && differ(brokers, other));
        let Some((name, other)) = entries.first().filter(|_| elsewhere) else {
            return;
        };
        let (own, others) = (shown(brokers), shown(other));
        sink.report("dlq-topic-on-other-brokers", topic)
            .related(other, format!("the dead letter `{name}`"))
            .related(brokers, "the stream's brokers")
            .emit(format!(
                "Bad records go to the stream's brokers ({own}), but dead letter `{name}` is on others ({others})."
            ));
    });
}

/// Lists of brokers name a cluster by any of its members: only without a common one are they certain to be two.
fn differ(one: &MergedValue<'_>, other: &MergedValue<'_>) -> bool {
    let (Some(one), Some(other)) = (one.text(), other.text()) else {
        return false;
    };
    !one.split(',')
        .any(|broker| other.split(',').any(|known| known.trim() == broker.trim()))
}
