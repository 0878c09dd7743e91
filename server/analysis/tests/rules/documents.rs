//! Whole documents: many rules at once, region blocks, chains of bases, broken text. What is marked is all that is found, each
//! by the rule at the same position.

use nexflow_analysis::BaseProblem;

use crate::support::{Case, show, unmark};

#[track_caller]
fn check(case: &Case<'_>, marked: &str, codes: &[&str]) {
    let (text, ranges) = unmark(marked);
    assert_eq!(ranges.len(), codes.len(), "as many marks as rules");
    let case = Case {
        text: &text,
        ..case.clone()
    };
    let diagnostics = case.diagnostics();
    let mut found: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            (
                diagnostic.range.start(),
                diagnostic.range.end(),
                diagnostic.code,
            )
        })
        .collect();
    let mut expected: Vec<_> = ranges
        .iter()
        .zip(codes)
        .map(|(range, code)| (range.start(), range.end(), *code))
        .collect();
    // Several rules may speak about one token; their order does not matter.
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "in\n{text}\n{}", show(&text, &diagnostics));
}

#[track_caller]
fn alone(marked: &str, codes: &[&str]) {
    check(&Case::default(), marked, codes);
}

#[test]
fn everything_that_can_go_wrong_with_one_entry() {
    alone(
        "version: '1.0'
environment: production
checkpoints:
  orders:
    type: s3
    bucket: «Team.State»
    prefix: «/orders»
    region: «eu_west_1»
    checkpoint:
      interval: «500ms»
      min_pause: «5s»
      max_concurrent: ««3»»
      mode: exactly_once
      alignment:
        type: unaligned
        timeout: «15m»
    savepoint:
      directory: «file:///savepoints»
    retention:
      max_checkpoints: «0»
      cleanup_on_cancel: retain
      externalized: «delete»
    auth:
      type: instance_profile
      access_key: «${KEY}»
      role_arn: ««arn:aws:iam::1234:role/flink»»
    encryption:
      type: sse_s3
      kms_key_id: ««my key»»
    recovery:
      «restart»:
        max_attempts: 3
      state:
        skip_corrupted: «true»
        allow_non_restored: «true»
",
        &[
            "s3-bucket-name",
            "prefix-leading-slash",
            "region-name",
            "checkpoint-interval-very-short",
            "min-pause-exceeds-interval",
            "max-concurrent-with-min-pause",
            "unaligned-max-concurrent",
            "alignment-timeout-not-below-timeout",
            "savepoint-local-with-remote-checkpoints",
            "retention-minimum",
            "retention-lost-on-cancel",
            "s3-keys-ignored",
            "role-arn-ignored",
            "role-arn-account-length",
            "kms-key-ignored",
            "kms-key-form",
            "restart-strategy-missing",
            "skip-corrupted",
            "allow-non-restored-on",
        ],
    );
}

#[test]
fn nothing_is_said_about_what_is_unknown() {
    alone(
        "version: '1.0'
environment: production
checkpoints:
  a:
    type: ${TYPE}
    bucket: ${BUCKET}
    path: ${PATH_OF_STATE}
    container: ${CONTAINER}
    checkpoint:
      interval: ${INTERVAL}
      min_pause: ${PAUSE}
      timeout: ${TIMEOUT}
      max_concurrent: ${CONCURRENT}
      mode: ${MODE}
      alignment: {type: '${ALIGNMENT}', timeout: '${SWITCH}'}
    retention: {cleanup_on_cancel: '${CLEANUP}', externalized: '${KEEP}'}
    auth: {type: '${AUTH}', role_arn: '${ROLE}', access_key: '${KEY}'}
    encryption: {type: '${ENCRYPTION}', kms_key_id: 'secret://kms'}
    recovery:
      restart: {strategy: '${STRATEGY}', max_attempts: 0, max_delay: 1s, initial_delay: 1h}
  b:
    type: s3
    bucket: ${B}-state
    prefix: ${P}
    savepoint: {directory: 's3://${B}-state/savepoints'}
    s3: {endpoint: '${ENDPOINT}', multipart_upload_part_size: '${PART}'}
    retention: {externalized: '${RETENTION}'}
    auth: {type: '${AUTH}'}
    recovery: {restart: {strategy: '${RECOVERY}'}}
",
        &[],
    );
}

#[test]
fn a_default_counts_as_the_value() {
    alone(
        "checkpoints:
  a:
    type: s3
    bucket: team-state
    checkpoint:
      interval: ${INTERVAL:-10s}
      min_pause: «${PAUSE:-30s}»
",
        &["min-pause-exceeds-interval"],
    );
}

#[test]
fn the_gaps_of_a_broken_block_are_not_checked() {
    for text in [
        "checkpoints:\n  a:\n    type: s3\n    bucket my-bucket\n    prefix: orders/\n",
        "checkpoints:\n  a:\n    type: azure_blob\n    container: state\n    azure: {account_name: x1\n",
        "checkpoints:\n  a:\n    type: hdfs\n    path: \"hdfs:///state\n    kerberos: {enabled: true}\n",
    ] {
        let found = Case::new(text).diagnostics();
        assert!(!found.is_empty(), "the text is broken: {text}");
        for diagnostic in found {
            assert!(
                !diagnostic.code.ends_with("-missing") && !diagnostic.code.ends_with("-incomplete"),
                "{diagnostic:?} in\n{text}"
            );
        }
    }
}

#[test]
fn an_error_in_one_entry_leaves_the_others_checked() {
    alone(
        "checkpoints:
  a:
    type: s3
    bucket: fine
  b:
    type: s3
    bucket: «My_Bucket»
",
        &["s3-bucket-name"],
    );
    let text = "checkpoints:\n  a:\n    type s3\n    bucket: fine\n  b:\n    type: s3\n    bucket: My_Bucket\n";
    let found = Case::new(text).diagnostics();
    assert!(
        found
            .iter()
            .any(|diagnostic| diagnostic.code == "s3-bucket-name"),
        "{}",
        show(text, &found)
    );
}

#[test]
fn region_blocks_are_checked_together_with_their_entry() {
    alone(
        "checkpoints:
  a:
    type: s3
    regional: true
    bucket: common-state
    s3: {endpoint: '${ENDPOINT}'}
    savepoint: {directory: 's3://state-south/orders/savepoints'}
    eu-west-1:
      bucket: Any_Name
    ap-south-1:
      bucket: state-south
      prefix: «//orders»
      region: «ap-east-1»
      replication:
        enabled: true
        destination_bucket: «state-south»
        destination_region: eu-west-1
    us_east_1:
      replication: {enabled: true, destination_bucket: «common-state», destination_region: eu-west-1}
",
        &[
            "prefix-leading-slash",
            "region-block-mismatch",
            "replication-to-itself",
            "replication-to-itself",
        ],
    );
}

#[test]
fn what_is_wrong_with_the_entry_is_said_once_however_many_regions_it_has() {
    alone(
        "checkpoints:
  a:
    type: s3
    regional: true
    checkpoint: {interval: 10s, min_pause: «30s»}
    «auth»: {type: assume_role}
    eu-west-1: {bucket: state-west}
    ap-south-1: {bucket: state-south}
",
        &["min-pause-exceeds-interval", "assume-role-without-arn"],
    );
}

const BASE: &str = "version: '1.0'
environment: base
checkpoints:
  orders:
    type: s3
    checkpoint: {interval: 60s, min_pause: 30s, timeout: 20m}
    monitoring: {alerts: {checkpoint_duration_warning: 12m, checkpoint_duration_critical: 15m}}
    recovery: {restart: {strategy: exponential_delay, max_delay: 2m}}
  refunds:
    type: filesystem
    path: file:///tmp/refunds
";

#[test]
fn a_base_may_leave_open_what_its_users_give() {
    alone(BASE, &[]);
}

#[test]
fn what_a_base_gives_is_not_missing() {
    let case = Case {
        bases: vec![BASE],
        ..Case::default()
    };
    check(
        &case,
        "version: '1.0'
environment: development
extends: base.infra
checkpoints:
  orders:
    bucket: orders-state
",
        &[],
    );
}

#[test]
fn what_the_document_changes_is_reported_where_it_says_so() {
    let case = Case {
        bases: vec![BASE],
        ..Case::default()
    };
    check(
        &case,
        "version: '1.0'
environment: ««production»»
extends: base.infra
checkpoints:
  orders:
    bucket: orders-state
    checkpoint:
      interval: «20s»
      timeout: «10m»
    monitoring: {alerts: {checkpoint_duration_critical: ««11m»»}}
    recovery: {restart: {initial_delay: «3m»}}
    retention: {externalized: retain}
",
        &[
            "tmp-path-in-production",
            "production-checkpoint-not-retained",
            "min-pause-exceeds-interval",
            "alert-above-timeout",
            "alert-above-timeout",
            "alert-order",
            "restart-max-below-initial",
        ],
    );
}

#[test]
fn while_a_base_is_not_known_nothing_is_missing() {
    let case = Case {
        base_problem: Some(BaseProblem::Unknown),
        ..Case::default()
    };
    check(
        &case,
        "version: '1.0'
environment: development
extends: base.infra
checkpoints:
  orders: {type: s3}
  refunds: {bucket: refunds-state, region: nowhere}
  returns: {type: azure_blob, container: «No», azure: {}}
  repairs: {recovery: {restart: {max_attempts: 3}}}
",
        &["azure-container-name"],
    );
}

#[test]
fn the_faults_of_a_base_are_its_own_to_report() {
    let case = Case {
        bases: vec!["checkpoints: {a: {type: s3, bucket: My_Bucket, auth: {type: assume_role}}}"],
        ..Case::default()
    };
    check(
        &case,
        "version: '1.0'
environment: development
extends: base.infra
checkpoints: {a: {auth: {role_arn: '${ROLE}'}}}
",
        &[],
    );
}

#[test]
fn a_scalar_of_the_document_replaces_the_block_of_its_base() {
    let case = Case {
        bases: vec!["checkpoints: {a: {checkpoint: {interval: 10s}}}"],
        ..Case::default()
    };
    check(
        &case,
        "version: '1.0'
environment: development
extends: base.infra
checkpoints: {a: {«min_pause»: 1m, checkpoint: «'${CHECKPOINT}'»}}
",
        &["field-deprecated", "wrong-kind"],
    );
}

#[test]
fn anchors_and_merge_keys_are_followed() {
    alone(
        "checkpoints:
  a: &a
    type: s3
    bucket: state-a
    checkpoint: &schedule
      interval: 10s
  b:
    <<: *a
    bucket: state-b
    checkpoint:
      <<: *schedule
      min_pause: «1m»
",
        &["min-pause-exceeds-interval"],
    );
}
