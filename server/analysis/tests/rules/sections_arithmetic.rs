//! Rules that calculate, against formulas written anew: other numbers, whole integers, no shared code.

use proptest::prelude::*;

use crate::support::Case;

/// Whether a document gives a rule.
fn gives(text: &str, rule: &str) -> bool {
    Case::new(text)
        .diagnostics()
        .iter()
        .any(|diagnostic| diagnostic.code == rule)
}

/// A size in one of the ways to write it, with its bytes.
fn size() -> impl Strategy<Value = (String, u128)> {
    (1u128..5_000, 0usize..4).prop_map(|(count, fragment)| {
        let (name, bytes) = [("b", 1), ("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30)][fragment];
        (format!("{count}{name}"), count * bytes)
    })
}

/// A duration in one of the ways to write it, with its milliseconds.
fn duration() -> impl Strategy<Value = (String, u128)> {
    (1u128..2_000, 0usize..5).prop_map(|(count, fragment)| {
        let (name, millis) = [
            ("ms", 1),
            ("s", 1_000),
            ("m", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ][fragment];
        (format!("{count}{name}"), count * millis)
    })
}

/// A share of the memory as a percentage or a fraction, with its thousandths.
fn share() -> impl Strategy<Value = (String, u32)> {
    (0u32..=100, any::<bool>()).prop_map(|(percent, fraction)| {
        let text = if fraction {
            format!("{}.{:02}", percent / 100, percent % 100)
        } else {
            format!("{percent}%")
        };
        (text, percent * 10)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn memory_shares_add_up_to_a_hundred_percent_at_most(
        heap in share(), managed in share(), network in share(),
    ) {
        let text = format!(
            "resources: {{p: {{memory: {{heap: {}, managed: {}, network: {}}}}}}}",
            heap.0, managed.0, network.0,
        );
        let thousandths = heap.1 + managed.1 + network.1;
        prop_assert_eq!(gives(&text, "memory-shares-over-100"), thousandths > 1000, "{}", text);
        prop_assert_eq!(gives(&text, "memory-shares-full"), thousandths == 1000, "{}", text);
    }

    #[test]
    fn the_parts_of_the_memory_fit_into_the_whole(
        total in size(), heap in size(), managed in size(), network in size(),
    ) {
        let text = format!(
            "resources: {{p: {{task_memory: {}, memory: {{heap: {}, managed: {}}}, network_memory: {}}}}}",
            total.0, heap.0, managed.0, network.0,
        );
        let parts = heap.1 + managed.1 + network.1;
        prop_assert_eq!(gives(&text, "memory-parts-exceed-total"), parts > total.1, "{}", text);
    }

    #[test]
    fn a_segment_is_a_power_of_two_of_four_kilobytes_or_more(size in size()) {
        let text = format!("resources: {{p: {{network: {{buffer_size: {}}}}}}}", size.0);
        let right = (12..63).any(|exponent| size.1 == 1 << exponent);
        prop_assert_eq!(gives(&text, "segment-size"), !right, "{}", text);
    }

    #[test]
    fn parallelism_stays_within_the_key_groups(wide in 1u32..600, groups in 1u32..600) {
        let text = format!("resources: {{p: {{parallelism: {wide}, max_parallelism: {groups}}}}}");
        prop_assert_eq!(gives(&text, "parallelism-exceeds-max"), wide > groups, "{}", text);
        let uneven = groups > wide && groups - groups / wide * wide != 0;
        prop_assert_eq!(gives(&text, "max-parallelism-uneven"), uneven, "{}", text);
    }

    #[test]
    fn parallelism_is_in_order(least in 1u32..9, initial in 1u32..9, most in 1u32..9) {
        let text = format!(
            "resources: {{p: {{parallelism: {{initial: {initial}, min: {least}, max: {most}}}}}}}"
        );
        let mut sorted = [least, initial, most];
        sorted.sort_unstable();
        prop_assert_eq!(
            gives(&text, "parallelism-order"),
            sorted != [least, initial, most],
            "{}", text
        );
    }

    #[test]
    fn there_are_slots_for_the_widest_process(
        count in 1u32..40, slots in 1u32..8, first in 1u32..200, second in 1u32..200,
    ) {
        let text = format!(
            "resources: {{_task_managers: {{count: {count}, slots_per_manager: {slots}}}, \
             a: {{parallelism: {first}}}, b: {{parallelism: {second}}}}}"
        );
        let short = first > count * slots || second > count * slots;
        prop_assert_eq!(gives(&text, "slots-below-parallelism"), short, "{}", text);
    }

    #[test]
    fn workers_are_counted_as_they_are_needed(count in 1u32..40, total in 1u32..200, slots in 1u32..9) {
        let text = format!(
            "resources: {{_task_managers: {{count: {count}, \
             auto_size: {{total_parallelism: {total}, slots_per_manager: {slots}}}}}}}"
        );
        // The right count holds all slots, and one worker less does not.
        let right = count * slots >= total && (count - 1) * slots < total;
        prop_assert_eq!(gives(&text, "count-and-auto-size"), !right, "{}", text);
    }

    #[test]
    fn confirmations_wait_longer_than_the_shortest_interval(
        first in duration(), second in duration(), timeout in duration(),
    ) {
        let text = format!(
            "checkpoints: {{a: {{checkpoint: {{interval: {}}}}}, b: {{interval: {}}}}}\n\
             completions: {{c: {{type: kafka, topic: t, brokers: 'b:1', callback: {{timeout: {}}}}}}}\n",
            first.0, second.0, timeout.0,
        );
        let short = timeout.1 <= first.1 && timeout.1 <= second.1
            || timeout.1 <= first.1.min(second.1);
        prop_assert_eq!(gives(&text, "completion-timeout-short"), short, "{}", text);
    }

    #[test]
    fn pauses_grow(first in duration(), longest in duration(), end in duration()) {
        let text = format!(
            "streams: {{a: {{type: kafka, topic: t, brokers: 'b:1', error_handling: \
             {{connectivity: {{initial_backoff: {}, max_backoff: {}, fail_after: {}}}}}}}}}",
            first.0, longest.0, end.0,
        );
        let wrong = first.1 > longest.1 || end.1 < longest.1;
        prop_assert_eq!(gives(&text, "backoff-order"), wrong, "{}", text);
    }

    #[test]
    fn a_canary_grows_to_all(weights in prop::collection::vec(0u32..=100, 1..6)) {
        let steps: Vec<String> = weights.iter().map(|weight| format!("{{weight: {weight}}}")).collect();
        let text = format!(
            "deployment: {{strategy: {{type: canary, canary: {{steps: [{}]}}}}}}",
            steps.join(", ")
        );
        let rising = weights.iter().zip(&weights[1..]).all(|(one, next)| one < next);
        let right = rising && weights.last() == Some(&100);
        prop_assert_eq!(gives(&text, "canary-weights"), !right, "{}", text);
    }

    #[test]
    fn placeholders_match_columns(columns in 1usize..6, marks in 0usize..6, quoted in 0usize..4) {
        let names: Vec<String> = (0..columns).map(|i| format!("c{i}")).collect();
        let mut sql = "SELECT 1 FROM t WHERE true".to_owned();
        for _ in 0..quoted {
            sql.push_str(" AND note <> 'why?'");
        }
        for _ in 0..marks {
            sql.push_str(" AND c = ?");
        }
        let text = format!(
            "lookups: {{a: {{type: postgresql, jdbc_url: '${{J}}', query: {{key_columns: [{}], sql: \"{sql}\"}}}}}}",
            names.join(", ")
        );
        prop_assert_eq!(gives(&text, "postgres-placeholders"), marks != columns, "{}", text);
    }

    #[test]
    fn a_topic_is_what_kafka_takes(name in "[a-zA-Z0-9._ /#-]{1,12}", times in 1usize..30) {
        let name = name.trim().repeat(times);
        prop_assume!(!name.is_empty());
        let text = format!("streams: {{a: {{type: kafka, topic: '{name}', brokers: 'b:1'}}}}");
        let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let right = legal && name.len() < 250 && name != "." && name != "..";
        prop_assert_eq!(gives(&text, "kafka-topic-name"), !right, "{}", text);
    }

    #[test]
    fn a_batch_fits_into_the_buffer(batch in 0u64..100_000_000, buffer in prop::option::of(0u64..100_000_000)) {
        let room = buffer.map(|room| format!(", buffer_memory: {room}")).unwrap_or_default();
        let text = format!(
            "streams: {{a: {{type: kafka, topic: t, brokers: 'b:1', producer: {{batch_size: {batch}{room}}}}}}}"
        );
        let wrong = batch > buffer.unwrap_or(32 * 1024 * 1024);
        prop_assert_eq!(gives(&text, "batch-exceeds-buffer"), wrong, "{}", text);
    }
}

/// Many rules in one document: each speaks at its own token, none hides another.
#[test]
fn many_rules_at_once() {
    let text = "\
version: 1.0
environment: production
streams:
  a: {type: kafka, topic: 'bad topic', brokers: 'localhost', replication: 1, producer: {acks: 0, idempotence: true}}
  b: {type: kinesis, stream: s, region: eu-west-1, kms_key_id: k, consumer: {type: enhanced_fan_out, starting_position: AT_TIMESTAMP}}
lookups:
  c: {type: redis, uri: 'http://r', lookup: {key_pattern: constant, type: string, fetch_all: true}, cache: {enabled: true}}
resources:
  _task_managers: {count: 1}
  p: {parallelism: 300, max_parallelism: 128, memory: {heap: 80%, managed: 40%}}
deployment:
  type: docker_compose
  strategy: {type: canary, rolling: {max_surge: 1}}
failover:
  f: {primary: x, secondary: x}
";
    let found = Case::new(text).diagnostics();
    let codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code).collect();
    let expected = [
        "version-not-text",
        "kafka-topic-name",
        "kafka-brokers-form",
        "local-address-in-production",
        "replication-one-in-production",
        "idempotence-needs-acks",
        "kinesis-key-without-encryption",
        "fan-out-consumer-name",
        "kinesis-timestamp-missing",
        "uri-scheme",
        "redis-pattern-constant",
        "redis-type-fields",
        "cache-without-limit",
        "cache-without-ttl",
        "slots-below-parallelism",
        "parallelism-exceeds-max",
        "memory-shares-over-100",
        "compose-in-production",
        "strategy-block-mismatch",
        "failover-same-region",
    ];
    for id in expected {
        let count = codes.iter().filter(|code| **code == id).count();
        assert_eq!(count, 1, "{id} in {codes:?}");
    }
    assert_eq!(codes.len(), expected.len(), "{codes:?}");
}
