//! Rules that compare numbers, against formulas of their own: values are drawn as whole numbers and written with a random
//! fragment, and whether the rule must speak is worked out from the numbers, never from the text.

use nexflow_analysis::FlinkVersion;
use proptest::prelude::*;

use crate::support::Case;

/// A span of time: its length in milliseconds, and one way of writing it.
fn duration(longest: u64) -> impl Strategy<Value = (u64, String)> {
    (0..=longest, 0..5usize).prop_map(|(millis, fragment)| {
        let fragments = [
            ("ms", 1),
            ("s", 1_000),
            ("m", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ];
        // The wanted fragment where the number is whole in it, else the next smaller one.
        let (name, factor) = fragments[..=fragment]
            .iter()
            .rev()
            .find(|(_, factor)| millis % factor == 0)
            .expect("everything is whole in milliseconds");
        (millis, format!("{}{name}", millis / factor))
    })
}

/// Round numbers near a border are what finds mistakes: multiples of a second up to a few minutes.
fn near() -> impl Strategy<Value = (u64, String)> {
    prop_oneof![
        duration(30),
        (0..240u64).prop_map(|seconds| (seconds * 1_000, format!("{seconds}s"))),
        (0..20u64).prop_map(|minutes| (minutes * 60_000, format!("{minutes}m"))),
        duration(900_000),
    ]
}

/// A size: its bytes, and one way of writing it.
fn size() -> impl Strategy<Value = (u64, String)> {
    (1..=12_000u64, 0..4u32, -1..=1i64).prop_map(|(number, fragment, off)| {
        let bytes = number * 1024u64.pow(fragment);
        if off == 0 {
            let name = ["b", "kb", "mb", "gb"][fragment as usize];
            (bytes, format!("{number}{name}"))
        } else {
            let bytes = bytes.saturating_add_signed(off).max(1);
            (bytes, format!("{bytes}b"))
        }
    })
}

/// Whether the rule speaks about the document.
fn speaks(id: &str, text: &str) -> bool {
    speaks_in(id, text, FlinkVersion::default())
}

fn speaks_in(id: &str, text: &str, flink: FlinkVersion) -> bool {
    let case = Case {
        flink,
        ..Case::new(text)
    };
    case.diagnostics()
        .iter()
        .any(|diagnostic| diagnostic.code == id)
}

fn optional(name: &str, value: Option<&str>) -> String {
    value
        .map(|value| format!(", {name}: {value}"))
        .unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_pause_is_longer_than_the_interval((every, interval) in near(), (wait, pause) in near()) {
        let text = format!("checkpoints: {{a: {{checkpoint: {{interval: {interval}, min_pause: {pause}}}}}}}");
        prop_assert_eq!(speaks("min-pause-exceeds-interval", &text), wait > every);
        prop_assert_eq!(speaks("checkpoint-interval-minimum", &text), every < 10);
    }

    #[test]
    fn a_switch_to_unaligned_comes_before_the_timeout((after, switch) in near(), timeout in proptest::option::of(near())) {
        let written = optional("timeout", timeout.as_ref().map(|(_, text)| text.as_str()));
        let text = format!("checkpoints: {{a: {{checkpoint: {{alignment: {{type: unaligned, timeout: {switch}}}{written}}}}}}}");
        let limit = timeout.map_or(600_000, |(millis, _)| millis);
        prop_assert_eq!(speaks("alignment-timeout-not-below-timeout", &text), after >= limit);
    }

    #[test]
    fn alerts_come_in_order_and_before_the_timeout(
        (first, warning) in near(),
        (second, critical) in near(),
        timeout in proptest::option::of(near()),
    ) {
        let checkpoint = timeout
            .as_ref()
            .map(|(_, text)| format!("checkpoint: {{timeout: {text}}}, "))
            .unwrap_or_default();
        let text = format!(
            "checkpoints: {{a: {{{checkpoint}monitoring: {{alerts: {{checkpoint_duration_warning: {warning}, checkpoint_duration_critical: {critical}}}}}}}}}"
        );
        let limit = timeout.map_or(600_000, |(millis, _)| millis);
        prop_assert_eq!(speaks("alert-order", &text), first >= second);
        prop_assert_eq!(speaks("alert-above-timeout", &text), first.max(second) > limit);
    }

    #[test]
    fn the_longest_wait_is_not_below_the_first(
        initial in proptest::option::of(near()),
        max in proptest::option::of(near()),
        version in 0..5usize,
    ) {
        let (flink, default_max) = [
            (FlinkVersion::V1_17, 300_000),
            (FlinkVersion::V1_20, 60_000),
            (FlinkVersion::V1_18, 300_000),
            (FlinkVersion::V1_19, 60_000),
            (FlinkVersion::V2_3, 60_000),
        ][version];
        let text = format!(
            "checkpoints: {{a: {{recovery: {{restart: {{strategy: exponential_delay{}{}}}}}}}}}",
            optional("initial_delay", initial.as_ref().map(|(_, text)| text.as_str())),
            optional("max_delay", max.as_ref().map(|(_, text)| text.as_str())),
        );
        let first = initial.map_or(1_000, |(millis, _)| millis);
        let last = max.map_or(default_max, |(millis, _)| millis);
        prop_assert_eq!(speaks_in("restart-max-below-initial", &text, flink), last < first);
    }

    /// Flink stops at the failure after the allowed number when all of them lie within the interval. Failures come at
    /// least the delay apart: played through with a clock.
    #[test]
    fn a_failure_rate_is_reached_or_never(
        failures in proptest::option::of(1..80u64),
        interval in proptest::option::of(near()),
        delay in proptest::option::of(near()),
    ) {
        let number = failures.map(|number| number.to_string());
        let text = format!(
            "checkpoints: {{a: {{recovery: {{restart: {{strategy: failure_rate{}{}{}}}}}}}}}",
            optional("max_failures_per_interval", number.as_deref()),
            optional("failure_rate_interval", interval.as_ref().map(|(_, text)| text.as_str())),
            optional("delay", delay.as_ref().map(|(_, text)| text.as_str())),
        );
        let allowed = failures.unwrap_or(1);
        let within = interval.map_or(60_000, |(millis, _)| millis);
        let apart = delay.map_or(1_000, |(millis, _)| millis);
        prop_assume!(within > 0);
        let mut clock = 0;
        let mut seen: Vec<u64> = Vec::new();
        let mut stopped = false;
        for _ in 0..allowed * 2 + 2 {
            seen.retain(|at| clock - at <= within);
            if seen.len() as u64 >= allowed {
                stopped = true;
                break;
            }
            seen.push(clock);
            clock += apart;
        }
        prop_assert_eq!(speaks("restart-failure-rate-never-reached", &text), !stopped, "{}", text);
    }

    #[test]
    fn parts_of_an_upload_have_their_bounds((part, part_text) in size(), (threshold, threshold_text) in size()) {
        let text = format!(
            "checkpoints: {{a: {{type: s3, bucket: my-bucket, s3: {{multipart_upload_part_size: {part_text}, multipart_upload_threshold: {threshold_text}}}}}}}"
        );
        let outside = |bytes: u64| !(5 * 1024 * 1024..=5 * 1024 * 1024 * 1024).contains(&bytes);
        prop_assert_eq!(speaks("multipart-part-size", &text), outside(part));
        prop_assert_eq!(speaks("multipart-threshold", &text), outside(threshold));
        prop_assert_eq!(
            speaks("multipart-threshold-below-part", &text),
            threshold < part && !outside(threshold)
        );
    }

    #[test]
    fn a_block_of_hdfs_is_whole_and_large_enough((bytes, text) in size()) {
        let document = format!("checkpoints: {{a: {{type: hdfs, path: 'hdfs:///cp', hdfs: {{block_size: {text}}}}}}}");
        let sound = bytes >= 1024 * 1024 && bytes & 511 == 0;
        prop_assert_eq!(speaks("hdfs-block-size", &document), !sound);
    }

    /// The grammar of AWS for bucket names, as a regular expression would have it.
    #[test]
    fn names_of_buckets_follow_the_grammar_of_aws(name in "[a-z0-9.-]{2,8}|[a-zA-Z_0-9.-]{3,6}|[a-z]{62,64}|[0-9]{1,3}(\\.[0-9]{1,3}){2,4}") {
        let text = format!("checkpoints: {{a: {{type: s3, bucket: '{name}'}}}}");
        let bytes = name.as_bytes();
        let edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let labels: Vec<_> = name.split('.').collect();
        let address = labels.len() == 4 && labels.iter().all(|label| !label.is_empty() && label.parse::<u16>().is_ok());
        let sound = bytes.len() >= 3
            && bytes.len() <= 63
            && bytes.iter().all(|&b| edge(b) || b == b'-' || b == b'.')
            && edge(bytes[0])
            && edge(bytes[bytes.len() - 1])
            && labels.iter().all(|label| !label.is_empty())
            && !address;
        prop_assert_eq!(speaks("s3-bucket-name", &text), !sound, "{}", name);
    }
}
