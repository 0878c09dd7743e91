//! Rows with their origins, what is overruled, and what disagrees.

use std::collections::HashMap;

use nexflow_flink::{Effective, FlinkVersion, Inputs, Rendering, Row, Selection, Via, translate};

use crate::support::{options, snapshot, variables};

fn row<'r>(rendering: &'r Rendering, option: &str) -> &'r Row {
    rendering
        .rows()
        .find(|row| row.option == option)
        .unwrap_or_else(|| panic!("no row {option}"))
}

fn render(text: &str) -> Rendering {
    options(&snapshot(text, &[], HashMap::new()), FlinkVersion::V2_2)
}

#[test]
fn values_say_where_they_come_from() {
    let own = "extends: base.infra\ncheckpoints:\n  a:\n    bucket: ${BUCKET}\n    prefix: ${PREFIX:-p}\n    checkpoint:\n      timeout: 5m\n";
    let base = "checkpoints:\n  a:\n    type: s3\n    checkpoint:\n      interval: 60s\n";
    let rendering = options(
        &snapshot(
            own,
            &[("file:///project/base.infra", base)],
            variables(&[("BUCKET", "b")]),
        ),
        FlinkVersion::V2_2,
    );
    let interval = row(&rendering, "execution.checkpointing.interval");
    assert_eq!(interval.origins.len(), 1);
    assert_eq!(
        interval.origins[0].uri.as_deref(),
        Some("file:///project/base.infra")
    );
    assert_eq!(interval.origins[0].line, Some(5));
    assert_eq!(interval.origins[0].via, Via::Inherited);
    let timeout = row(&rendering, "execution.checkpointing.timeout");
    assert_eq!(
        (timeout.origins[0].line, timeout.origins[0].via),
        (Some(7), Via::Document)
    );
    let dir = row(&rendering, "execution.checkpointing.dir");
    assert_eq!(dir.value, "s3://b/p");
    assert_eq!(
        dir.fields,
        [
            "checkpoints.a.type",
            "checkpoints.a.bucket",
            "checkpoints.a.prefix"
        ]
    );
    let via: Vec<_> = dir.origins.iter().map(|origin| origin.via).collect();
    assert_eq!(
        via,
        [
            Via::Composed,
            Via::Composed,
            Via::Variable,
            Via::Composed,
            Via::Default
        ]
    );
}

#[test]
fn what_is_overruled_is_said_with_its_rule() {
    let rendering = render(
        "checkpoints: {a: {interval: 10s, checkpoint: {interval: 60s, incremental: true}}}\nstate_backends: {a: {type: rocksdb, incremental: false, memory: {managed: true, per_slot: 64mb}}}\n",
    );
    let interval = row(&rendering, "execution.checkpointing.interval");
    assert_eq!(interval.value, "60 s");
    assert_eq!(interval.overruled[0].field, "checkpoints.a.interval");
    assert_eq!(interval.overruled[0].value, "10 s");
    assert_eq!(interval.overruled[0].rule, Some("interval-given-twice"));
    let incremental = row(&rendering, "execution.checkpointing.incremental");
    assert_eq!(incremental.value, "true");
    assert_eq!(
        incremental.overruled[0].field,
        "state_backends.a.incremental"
    );
    assert!(row(&rendering, "state.backend.rocksdb.memory.managed").is_ignored);
}

#[test]
fn entries_that_disagree_about_a_cluster_are_reported() {
    let rendering = render(
        "checkpoints:\n  a: {type: filesystem, path: 'file:///a', retention: {max_checkpoints: 3}, checkpoint: {interval: 1m}}\n  b: {type: filesystem, path: 'file:///b', retention: {max_checkpoints: 5}, checkpoint: {interval: 2m}}\n",
    );
    let disagreements: Vec<_> = rendering
        .disagreements
        .iter()
        .map(|disagreement| disagreement.option.as_str())
        .collect();
    // The interval is each job's own.
    assert_eq!(disagreements, ["execution.checkpointing.num-retained"]);
    assert_eq!(rendering.disagreements[0].values.len(), 2);
}

#[test]
fn a_region_is_laid_over_its_entry() {
    let text = "checkpoints:\n  a:\n    type: s3\n    bucket: world\n    prefix: p\n    regional: true\n    eu:\n      bucket: europe\n      replication: {enabled: true, destination_bucket: other}\n    us:\n      bucket: america\n";
    let snapshot = snapshot(text, &[], HashMap::new());
    for (region, value) in [
        (Some("eu"), "s3://europe/p"),
        (Some("us"), "s3://america/p"),
        (None, "s3://world/p"),
    ] {
        let effective = Effective::new(Inputs {
            snapshot: &snapshot,
            uri: "file:///a.infra",
            region,
        });
        let rendering = translate(
            &effective,
            &Selection::default(),
            FlinkVersion::V1_20,
            false,
        )
        .expect("nothing is selected");
        assert_eq!(row(&rendering, "execution.checkpointing.dir").value, value);
        if region == Some("eu") {
            let listed: Vec<_> = rendering.groups[0]
                .without
                .iter()
                .map(|without| (without.field.as_str(), without.realised_by.word()))
                .collect();
            assert!(
                listed.contains(&("checkpoints.a.replication.enabled", "deployment")),
                "{listed:?}"
            );
        }
    }
}

#[test]
fn unset_variables_stay_and_mark_the_row() {
    let rendering = render(
        "checkpoints: {a: {type: s3, bucket: '${BUCKET}', prefix: p, checkpoint: {interval: '${EVERY}'}}}\nstate_backends: {a: {type: '${STORE}', options: {write_buffer_size: 64mb}}}\n",
    );
    let dir = row(&rendering, "execution.checkpointing.dir");
    assert_eq!(dir.value, "s3://${BUCKET}/p");
    assert_eq!(dir.unresolved, ["BUCKET"]);
    assert_eq!(
        row(&rendering, "execution.checkpointing.interval").value,
        "${EVERY}"
    );
    // Whether it counts depends on the store.
    assert_eq!(
        row(&rendering, "state.backend.rocksdb.writebuffer.size").unresolved,
        ["STORE"]
    );
}

#[test]
fn what_flink_would_refuse_is_not_written() {
    let rendering = render(
        "checkpoints: {a: {checkpoint: {interval: 60, timeout: 1.5h, max_concurrent: many}}}\nstate_backends: {a: {type: rocksdb, options: {compression: LZO}}}\n",
    );
    assert_eq!(
        rendering.rows().map(|row| &*row.option).collect::<Vec<_>>(),
        ["state.backend.type"]
    );
    assert_eq!(rendering.groups[0].without.len(), 4);
}

#[test]
fn amounts_for_a_slot_are_multiplied() {
    let rendering = render(
        "resources:\n  _defaults: {task_memory: 2gb, managed_memory: 512mb}\n  _task_managers: {slots_per_manager: 4}\n  pay: {parallelism: 8, task_cpu: 0.5, memory: {network: 20%}}\n",
    );
    for (option, value) in [
        ("taskmanager.memory.process.size", "8gb"),
        ("taskmanager.memory.managed.size", "2gb"),
        ("taskmanager.cpu.cores", "2"),
        ("taskmanager.memory.network.fraction", "0.2"),
        ("parallelism.default", "8"),
        ("taskmanager.numberOfTaskSlots", "4"),
    ] {
        assert_eq!(row(&rendering, option).value, value, "{option}");
    }
}

#[test]
fn streams_become_properties_of_their_clients() {
    let rendering = render(
        "streams:\n  orders:\n    type: kafka\n    topic: t\n    brokers: k:9092\n    consumer: {group_id: g, fetch_max_wait: 250ms}\n    properties: {security.protocol: SASL_SSL, ssl.keystore.password: hunter2}\n",
    );
    let found: Vec<_> = rendering
        .rows()
        .map(|row| (row.client.as_deref(), &*row.option, row.value.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Some("kafka orders"), "bootstrap.servers", "k:9092"),
            (Some("kafka orders"), "fetch.max.wait.ms", "250"),
            (Some("kafka orders"), "group.id", "g"),
            (Some("kafka orders"), "security.protocol", "SASL_SSL"),
            (Some("kafka orders"), "ssl.keystore.password", "•••"),
        ]
    );
}

#[test]
fn defaults_are_those_of_the_version() {
    let snapshot = snapshot(
        "checkpoints: {a: {checkpoint: {interval: 1m}}}\n",
        &[],
        HashMap::new(),
    );
    let effective = Effective::new(Inputs {
        snapshot: &snapshot,
        uri: "",
        region: None,
    });
    for (version, value) in [
        (FlinkVersion::V1_17, "5 min"),
        (FlinkVersion::V1_20, "1 min"),
    ] {
        let rendering = translate(&effective, &Selection::default(), version, true).expect("rows");
        let row = row(&rendering, "restart-strategy.exponential-delay.max-backoff");
        assert_eq!(
            (row.value.as_str(), row.origins[0].via),
            (value, Via::Default)
        );
    }
}
