//! What is not known is not checked: values from outside, what a base may give, what stands beside a syntax error.

use crate::support::Case;

/// Backends that lack something, each with the rule that says so.
const LACKING: &[(&str, &str)] = &[
    ("backend-type-missing", "{incremental: true}"),
    (
        "unmanaged-memory-unsized",
        "{type: rocksdb, memory: {managed: false}}",
    ),
    (
        "write-buffers-exceed-slot",
        "{type: rocksdb, memory: {per_slot: 100mb}}",
    ),
    (
        "rocksdb-arena-exceeds-slot",
        "{type: rocksdb, memory: {per_slot: 8mb}}",
    ),
    (
        "min-merge-not-below-max",
        "{type: rocksdb, options: {min_write_buffer_number_to_merge: 2}}",
    ),
    (
        "block-based-without-bits",
        "{type: rocksdb, options: {bloom_filter_block_based: false}}",
    ),
    (
        "directory-selection-single",
        "{type: rocksdb, storage: {directory_selection: round_robin}}",
    ),
    ("external-without-store", "{type: external}"),
    (
        "external-store-incomplete",
        "{type: external, redis: {ttl: 1h}}",
    ),
    (
        "changelog-without-base",
        "{type: changelog, changelog: {storage: 's3://l/'}}",
    ),
    (
        "changelog-without-storage",
        "{type: changelog, base_backend: rocksdb}",
    ),
    (
        "changelog-bad-base",
        "{type: changelog, base_backend: elsewhere, changelog: {storage: 's3://l/'}}",
    ),
    (
        "changelog-retention-too-short",
        "{type: changelog, base_backend: rocksdb, changelog: {storage: 's3://l/', retention: 5m}}",
    ),
];

fn says(text: &str, rule: &str) -> bool {
    Case::new(text)
        .diagnostics()
        .iter()
        .any(|diagnostic| diagnostic.code == rule)
}

#[test]
fn what_is_lacking_is_said_of_a_document_that_stands_alone() {
    for (rule, backend) in LACKING {
        let text =
            format!("version: '1.0'\nenvironment: staging\nstate_backends:\n  d: {backend}\n");
        assert!(says(&text, rule), "{rule}:\n{text}");
    }
}

#[test]
fn what_a_base_may_give_is_not_lacking() {
    for (rule, backend) in LACKING {
        let text = format!(
            "environment: staging\nextends: not-read-yet.infra\nstate_backends:\n  d: {backend}\n"
        );
        assert!(!says(&text, rule), "{rule}:\n{text}");
    }
}

#[test]
fn what_a_base_leaves_open_is_not_lacking() {
    for (rule, backend) in LACKING {
        let text = format!("environment: base\nstate_backends:\n  d: {backend}\n");
        assert!(!says(&text, rule), "{rule}:\n{text}");
    }
}

#[test]
fn what_a_base_gives_counts() {
    let gives = "\
state_backends:
  elsewhere: {type: rocksdb}
  d:
    type: rocksdb
    memory: {per_slot: 2gb}
    options: {max_write_buffer_number: 4, write_buffer_size: 16mb, bloom_filter_bits_per_key: 10}
    storage: {local_directories: [/a, /b]}
";
    let fits = |backend: &str| !backend.contains("changelog") && !backend.contains("external");
    for (rule, backend) in LACKING.iter().filter(|(_, backend)| fits(backend)) {
        let text =
            format!("environment: staging\nextends: base.infra\nstate_backends:\n  d: {backend}\n");
        let found = Case {
            bases: vec![gives],
            ..Case::new(&text)
        }
        .diagnostics();
        let own = backend.contains("per_slot");
        let said = found.iter().any(|diagnostic| diagnostic.code == *rule);
        // A small slot of one's own is too small for the buffers of the base as well.
        let too_small = own && backend.contains("8mb");
        assert!(!said || too_small, "{rule}:\n{text}\n{found:?}");
    }
}

#[test]
fn what_stands_beside_a_syntax_error_is_not_checked_for_what_it_lacks() {
    // A block that is finished itself is checked whatever stands beside it.
    let unfinished = LACKING
        .iter()
        .filter(|(rule, _)| *rule != "external-store-incomplete");
    for (rule, backend) in unfinished {
        // An unfinished line inside the backend may become just what is lacking.
        let block = backend
            .trim_start_matches('{')
            .strip_suffix('}')
            .unwrap_or_default()
            .replacen(", ", "\n    ", 1);
        let text = format!("state_backends:\n  d:\n    {block}\n    unfinished\n");
        assert!(!says(&text, rule), "{rule}:\n{text}");
    }
}

#[test]
fn a_value_from_outside_silences_what_needs_it() {
    let backends = [
        (
            "incremental-needs-rocksdb",
            "{type: '${X}', incremental: true}",
        ),
        (
            "incremental-needs-rocksdb",
            "{type: hashmap, incremental: '${X}'}",
        ),
        (
            "compaction-filter-needs-rocksdb",
            "{type: '${X}', ttl: {compaction_filter: true}}",
        ),
        (
            "ttl-disabled-with-settings",
            "{type: rocksdb, ttl: {enabled: '${X}', default_ttl: 1h}}",
        ),
        (
            "ttl-not-positive",
            "{type: rocksdb, ttl: {default_ttl: '${X}'}}",
        ),
        (
            "write-buffers-exceed-slot",
            "{type: rocksdb, memory: {per_slot: '${X}'}, options: {write_buffer_size: 9gb}}",
        ),
        (
            "rocksdb-arena-exceeds-slot",
            "{type: rocksdb, memory: {per_slot: 1mb}, options: {write_buffer_size: '${X}'}}",
        ),
        (
            "write-buffer-count-conflict",
            "{type: rocksdb, memory: {write_buffer_count: '${X}'}, options: {max_write_buffer_number: 3}}",
        ),
        (
            "bloom-bits-range",
            "{type: rocksdb, options: {bloom_filter_bits_per_key: '${X}'}}",
        ),
        (
            "local-directory-not-local",
            "{type: rocksdb, storage: {local_directories: ['${X}', '${X}/state']}}",
        ),
        (
            "local-directory-duplicate",
            "{type: rocksdb, storage: {local_directories: ['${X}', '${X}']}}",
        ),
        (
            "heap-timers",
            "{type: rocksdb, timer_service: {type: '${X}'}}",
        ),
        (
            "gc-threshold-range",
            "{type: hashmap, memory: {gc_threshold: '${X}'}}",
        ),
        (
            "redis-uri-scheme",
            "{type: external, redis: {uri: 'secret://redis/uri'}}",
        ),
        (
            "redis-cluster-database",
            "{type: external, redis: {uri: 'redis://${X}/3', cluster_mode: true}}",
        ),
        (
            "changelog-bad-base",
            "{type: changelog, base_backend: '${X}', changelog: {storage: 's3://l/'}}",
        ),
        (
            "changelog-local-storage",
            "{type: changelog, base_backend: rocksdb, changelog: {storage: '${X}'}}",
        ),
        (
            "changelog-materialize-off",
            "{type: changelog, base_backend: rocksdb, changelog: {storage: 's3://l/', periodic_materialize: {enabled: '${X}'}}}",
        ),
    ];
    for (rule, backend) in backends {
        let text =
            format!("version: '1.0'\nenvironment: production\nstate_backends:\n  d: {backend}\n");
        assert!(!says(&text, rule), "{rule}:\n{text}");
    }
}
