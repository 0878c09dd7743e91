//! The schema tree that the data makes.

use nexflow_catalog::{Dialect, Kind, Selection, field, fields, node, root};

#[test]
fn every_field_is_reached_by_its_path() {
    for field in fields() {
        let node = node(field.path).unwrap_or_else(|| panic!("{} is not in the tree", field.path));
        assert_eq!(node.path, field.path);
        assert!(node.fields.contains(&field.id), "{}", field.path);
    }
}

#[test]
fn children_are_sorted_and_found() {
    fn visit(node: &'static nexflow_catalog::SchemaNode) {
        assert!(
            node.children.is_sorted_by_key(|(key, _)| *key),
            "{}",
            node.path
        );
        for (key, child) in node.children {
            assert!(std::ptr::eq(node.child(key).unwrap(), *child));
            // One that only looks like it: the same length, the same beginning and end.
            for other in [format!("{key}x"), key.replace('_', "-"), key.to_uppercase()] {
                let known = node.children.iter().any(|(known, _)| **known == other);
                assert!(known || node.inherits.is_some() || node.literal_child(&other).is_none());
            }
            visit(child);
        }
        for child in [node.named.map(|(_, n)| n), node.region, node.item]
            .into_iter()
            .flatten()
        {
            visit(child);
        }
    }
    visit(root());
}

#[test]
fn a_literal_key_wins_over_a_chosen_one() {
    let resources = node("resources").unwrap();
    assert_eq!(
        resources.child("_defaults").unwrap().path,
        "resources._defaults"
    );
    assert_eq!(
        resources.child("enrichment").unwrap().path,
        "resources.<process>"
    );
}

#[test]
fn a_region_block_takes_the_fields_of_its_entry() {
    let stream = node("streams.<name>").unwrap();
    let (declared_by, region) = stream.region_child().unwrap();
    assert_eq!(declared_by, "regional");
    assert!(
        stream.child("us-east-1").is_none(),
        "a region block is none until the entry says that it is regional"
    );
    assert_eq!(
        region.child("mirror").unwrap().path,
        "streams.<name>.<region>.mirror"
    );
    assert_eq!(
        region.child("consumer").unwrap().path,
        "streams.<name>.consumer"
    );
    assert_eq!(
        region.child("topic").unwrap().path,
        "streams.<name>.<region>.topic"
    );
    let keys: Vec<_> = region.all_children().map(|(key, _)| key).collect();
    assert_eq!(
        keys.iter().filter(|k| **k == "topic").count(),
        1,
        "an overridden field is offered once"
    );
    assert!(keys.contains(&"consumer") && keys.contains(&"mirror"));
    assert_eq!(
        node("deployment").unwrap().region_child().unwrap().0,
        "multi_region"
    );
}

#[test]
fn groups_inherit_down_to_the_items_of_lists() {
    let group = node("resources._groups.<group>").unwrap();
    let metric = group
        .child("auto_scale")
        .unwrap()
        .child("metrics")
        .unwrap()
        .item_child()
        .unwrap();
    assert!(metric.child("target").is_some());
    assert!(group.region_child().is_some());
}

#[test]
fn the_type_decides_among_fields_of_one_path() {
    let topic = node("streams.<name>.topic").unwrap();
    let of = |kind: &'static str| topic.select(Dialect::Documented, |_| Some(kind));
    let Selection::Field(kafka) = of("kafka") else {
        panic!("{:?}", of("kafka"))
    };
    let Selection::Field(pulsar) = of("pulsar") else {
        panic!("{:?}", of("pulsar"))
    };
    assert_ne!(kafka.id, pulsar.id);
    assert_eq!(kafka.discriminator, Some("streams.<name>.type"));
    assert!(matches!(of("kinesis"), Selection::OtherType(_)));
    let Selection::Unknown(either) = topic.select(Dialect::Documented, |_| None) else {
        panic!()
    };
    assert_eq!(either.len(), 2);
    let Selection::Field(old) = topic.select(Dialect::Toolchain, |_| None) else {
        panic!()
    };
    assert!(old.toolchain);
}

#[test]
fn every_discriminator_has_the_values_that_it_decides_for() {
    for field in fields() {
        assert_eq!(
            field.applies_to.is_empty(),
            field.discriminator.is_none(),
            "{}",
            field.path
        );
        let Some(path) = field.discriminator else {
            continue;
        };
        let values: Vec<_> = node(path)
            .unwrap()
            .fields()
            .flat_map(|f| f.values)
            .map(|v| v.value)
            .collect();
        for value in field.applies_to {
            assert!(
                values.contains(value),
                "{}: {value} is no value of {path}",
                field.path
            );
        }
        let mut around = field.path;
        for _ in 0..field.discriminator_up {
            around = around
                .strip_suffix("[]")
                .unwrap_or_else(|| around.rsplit_once('.').unwrap().0);
        }
        assert_eq!(path.rsplit_once('.').unwrap().0, around, "{}", field.path);
    }
}

#[test]
fn nearer_discriminators_decide() {
    let by = |path: &str| {
        node(path)
            .unwrap()
            .fields()
            .next()
            .unwrap()
            .discriminator
            .unwrap()
    };
    assert_eq!(
        by("checkpoints.<name>.recovery.restart.delay"),
        "checkpoints.<name>.recovery.restart.strategy"
    );
    assert_eq!(
        by("checkpoints.<name>.auth.access_key"),
        "checkpoints.<name>.type"
    );
    assert_eq!(by("monitoring.metrics.port"), "monitoring.metrics.type");
    assert_eq!(
        by("deployment.ci_cd.application.name"),
        "deployment.ci_cd.type"
    );
    assert_eq!(
        by("secrets.<name>.auth.tenant_id"),
        "secrets.<name>.provider"
    );
}

#[test]
fn unions_have_all_their_kinds() {
    let parallelism = field(node("resources.<process>.parallelism").unwrap().fields[0]);
    assert_eq!(parallelism.kinds, [Kind::Int, Kind::Object]);
}
