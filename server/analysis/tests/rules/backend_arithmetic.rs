//! Sizes, counts and lifetimes of backends against formulas of their own.

use nexflow_catalog::Severity;
use proptest::prelude::*;

use crate::support::Case;

/// The rules above a hint that a document breaks.
fn broken(text: &str) -> Vec<&'static str> {
    let mut ids: Vec<_> = Case::new(text)
        .diagnostics()
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Hint)
        .map(|diagnostic| diagnostic.code)
        .collect();
    ids.sort_unstable();
    ids
}

/// A size in mebibytes, in one of the fragments that say the same.
fn size(megabytes: u64, fragment: usize) -> String {
    match fragment % 3 {
        0 => format!("{megabytes}mb"),
        1 => format!("{}kb", megabytes * 1024),
        _ => format!("{}b", megabytes * 1024 * 1024),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn write_buffers_against_the_slot(
        slot in 1_u64..2000, buffer in prop::option::of(1_u64..2000), count in prop::option::of(2_u64..20),
        fragments in any::<[prop::sample::Index; 2]>(), elsewhere in any::<bool>(),
    ) {
        let mut options = Vec::new();
        let mut memory = vec![format!("per_slot: {}", size(slot, fragments[0].index(3)))];
        if let Some(buffer) = buffer {
            options.push(format!("write_buffer_size: {}", size(buffer, fragments[1].index(3))));
        }
        if let Some(count) = count {
            if elsewhere {
                memory.push(format!("write_buffer_count: {count}"));
            } else {
                options.push(format!("max_write_buffer_number: {count}"));
            }
        }
        let text = format!(
            "state_backends: {{d: {{type: rocksdb, memory: {{{}}}, options: {{{}}}}}}}",
            memory.join(", "), options.join(", ")
        );
        // An eighth of a buffer against seven eighths of a third of the slot, in 24ths of a mebibyte.
        let buffer = buffer.unwrap_or(64);
        let arena = 3 * buffer > 7 * slot;
        let all = !arena && buffer * count.unwrap_or(2) > slot;
        let mut expected = Vec::new();
        if arena {
            expected.push("rocksdb-arena-exceeds-slot");
        }
        if all {
            expected.push("write-buffers-exceed-slot");
        }
        prop_assert_eq!(broken(&text), expected, "{}", text);
    }

    #[test]
    fn merging_against_the_number_of_buffers(merge in 1_i64..12, count in prop::option::of(2_i64..12)) {
        let number = count.map_or(String::new(), |count| format!(", max_write_buffer_number: {count}"));
        let text = format!("state_backends: {{d: {{type: rocksdb, options: {{min_write_buffer_number_to_merge: {merge}{number}}}}}}}");
        let expected = if merge < count.unwrap_or(2) { vec![] } else { vec!["min-merge-not-below-max"] };
        prop_assert_eq!(broken(&text), expected, "{}", text);
    }

    #[test]
    fn lifetimes_against_the_cleanup(
        ttl in 0_u64..5000, every in 1_u64..5000, ttl_unit in 0..3_usize, every_unit in 0..3_usize,
    ) {
        const UNITS: [(&str, u64); 3] = [("ms", 1), ("s", 1000), ("m", 60_000)];
        let (ttl_name, ttl_factor) = UNITS[ttl_unit];
        let (every_name, every_factor) = UNITS[every_unit];
        let text = format!(
            "state_backends: {{d: {{type: rocksdb, ttl: {{default_ttl: {ttl}{ttl_name}, cleanup: {{run_interval: {every}{every_name}}}}}}}}}"
        );
        let expected = if ttl == 0 {
            vec!["ttl-not-positive"]
        } else if ttl * ttl_factor < every * every_factor {
            return Ok(());
        } else {
            vec![]
        };
        prop_assert_eq!(broken(&text), expected, "{}", text);
    }

    #[test]
    fn the_log_against_its_materialisation(kept in 1_u64..5000, every in prop::option::of(1_u64..5000), minutes in any::<bool>()) {
        let interval = every.map_or(String::new(), |every| format!(", periodic_materialize: {{interval: {every}s}}"));
        let (fragment, factor) = if minutes { ("m", 60) } else { ("s", 1) };
        let text = format!(
            "state_backends: {{c: {{type: changelog, base_backend: rocksdb, changelog: {{storage: 's3://l/c/', retention: {kept}{fragment}{interval}}}}}}}"
        );
        let expected = if kept * factor > every.unwrap_or(600) { vec![] } else { vec!["changelog-retention-too-short"] };
        prop_assert_eq!(broken(&text), expected, "{}", text);
    }
}

#[test]
fn a_document_with_many_slips_has_one_report_for_each() {
    let text = "\
version: '1.0'
environment: production
state_backends:
  large:
    type: rocksdb
    incremental: true
    storage:
      local_directories: [/mnt/a, state, /mnt/a/b]
    memory: {per_slot: 128mb, write_buffer_count: 3}
    options:
      max_write_buffer_number: 4
      min_write_buffer_number_to_merge: 4
      bloom_filter_bits_per_key: 64
    timer_service: {type: heap, async: true}
    ttl:
      enabled: false
      default_ttl: 5m
      cleanup: {strategy: full, run_interval: 1h, delete_batch_size: 0}
  shared:
    type: external
    incremental: true
    redis: {uri: 'http://:pw@redis:6379/1', cluster_mode: true, ttl: 0s}
  log:
    type: changelog
    base_backend: shared
    changelog: {storage: 'file:///tmp/log', retention: 1m, periodic_materialize: {enabled: false, interval: 1m}}
";
    let expected = [
        "bloom-bits-range",
        "changelog-bad-base",
        "changelog-local-storage",
        "changelog-materialize-off",
        "changelog-retention-too-short",
        "cleanup-batch-size",
        "heap-timers-async",
        "incremental-needs-rocksdb",
        "local-directory-duplicate",
        "local-directory-not-local",
        "min-merge-not-below-max",
        "redis-literal-password",
        "redis-uri-scheme",
        "ttl-disabled-with-settings",
        "ttl-not-positive",
        "write-buffer-count-conflict",
        "write-buffers-exceed-slot",
    ];
    assert_eq!(broken(text), expected);
}
