//! The data as a whole: nothing is lost, names are stable, and every example is right by the catalog's own check.

use std::collections::{BTreeSet, HashSet};

use nexflow_catalog::value::{Template, check_value};
use nexflow_catalog::{
    Field, FixEdit, Kind, RequiredWhen, SchemaNode, Secret, fields, ids, node, profiles, root,
    rule, rules, snippets,
};
use serde_json::Value;

/// Documents use these paths, so none may go. `cargo xtask generate` adds new ones to the list, and never removes one.
#[test]
fn no_path_of_a_field_goes() {
    let frozen: Vec<_> = include_str!("frozen/fields.txt").lines().collect();
    let mut paths: Vec<_> = fields().iter().map(|f| f.path).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in &frozen {
        assert!(paths.contains(path), "{path} is gone; documents use it");
    }
    assert_eq!(paths, frozen, "run cargo xtask generate");
}

/// Settings and suppressions name these ids, so none may go; one that was merged with another or renamed stays as a former id.
#[test]
fn no_id_of_a_rule_goes() {
    let frozen: Vec<_> = include_str!("frozen/rules.txt").lines().collect();
    for id in &frozen {
        assert!(
            rule(id).is_some(),
            "{id} is gone; settings and suppressions name it"
        );
    }
    let ids: BTreeSet<_> = rules()
        .iter()
        .flat_map(|rule| rule.former.iter().copied().chain([rule.id]))
        .collect();
    let ids: Vec<_> = ids.into_iter().collect();
    assert_eq!(ids, frozen, "run cargo xtask generate");
}

#[test]
fn rules_are_found_by_their_id() {
    for expected in rules() {
        assert!(std::ptr::eq(rule(expected.id).unwrap(), expected));
    }
    assert!(rule("no-such-rule").is_none());
}

#[test]
fn the_ids_that_code_names_are_rules() {
    for id in [
        ids::SYNTAX_ERROR,
        ids::WRONG_KIND,
        ids::REQUIRED_FIELD_MISSING,
        ids::DUPLICATE_KEY,
        ids::FIELD_UNKNOWN,
        ids::SECTION_UNKNOWN,
        ids::FIELD_NOT_FOR_TYPE,
        ids::ENUM_UNKNOWN_VALUE,
        ids::YAML11_BOOLEAN,
        ids::VALUE_OUT_OF_RANGE,
        ids::DURATION_UNIT_MISSING,
        ids::DURATION_MALFORMED,
        ids::DURATION_FLINK_ONLY,
        ids::SIZE_MALFORMED,
        ids::SIZE_FLINK_ONLY,
        ids::SIZE_ZERO,
        ids::ENV_REF_SINGLE_COLON,
        ids::ENV_REF_MALFORMED,
        ids::ENV_REF_NAME,
        ids::ENV_DEFAULT_WRONG_KIND,
        ids::ENV_UNRESOLVED,
        ids::SECRET_REF_MALFORMED,
        ids::FIELD_DEPRECATED,
        ids::TOOLCHAIN_HEAP_UNIT,
        ids::TOOLCHAIN_DURATION_UNIT,
        ids::SUPPRESSION_UNUSED,
        ids::SUPPRESSION_UNKNOWN_RULE,
    ] {
        assert!(rule(id).is_some(), "{id}");
    }
}

/// The example of a field as YAML reads it. Checking needs the style as well: a scalar is plain unless it is quoted.
fn example(field: &Field) -> Option<(Value, bool)> {
    let text = field.example?;
    let plain = !text.starts_with(['"', '\'']);
    let value =
        serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{}: {text}: {e}", field.path));
    Some((value, plain))
}

/// A scalar's text, as a plain scalar has it.
fn scalar_text(value: &Value, written: &str) -> String {
    match value {
        Value::String(text) => text.clone(),
        _ => written.to_owned(),
    }
}

#[test]
fn every_example_is_right_for_its_field() {
    for field in fields() {
        let Some((value, plain)) = example(field) else {
            continue;
        };
        match &value {
            Value::Object(_) => assert!(
                field.has_kind(Kind::Object) || field.has_kind(Kind::Map),
                "{}",
                field.path
            ),
            Value::Array(_) => assert!(field.has_kind(Kind::List), "{}", field.path),
            scalar => {
                let text = scalar_text(scalar, field.example.unwrap());
                let template = Template::parse(&text);
                if template.is_literal() {
                    check_value(field, &text, plain)
                        .unwrap_or_else(|e| panic!("{}: {}", field.path, e.message));
                }
                assert!(
                    template.secret.is_none_or(|s| s.problem.is_none()),
                    "{}",
                    field.path
                );
            }
        }
    }
}

#[test]
fn every_enum_value_and_literal_bound_is_right_for_its_field() {
    for field in fields() {
        for value in field.values {
            let quoted_is_right = check_value(field, value.value, false).is_ok();
            assert!(quoted_is_right, "{}: {}", field.path, value.value);
            assert!(!value.meaning.is_empty(), "{}: {}", field.path, value.value);
        }
        for bound in [field.range().min, field.range().max].into_iter().flatten() {
            let has_unit = bound.text.ends_with(|c: char| c.is_ascii_alphabetic());
            let scalar = matches!(field.kinds[0], Kind::Int | Kind::Number) || has_unit;
            if scalar && check_value(field, bound.text, true).is_ok() == bound.exclusive {
                panic!(
                    "{}: the bound {} counts as {}",
                    field.path, bound.text, !bound.exclusive
                );
            }
        }
    }
}

#[test]
fn successors_are_no_dead_ends() {
    for field in fields() {
        let Some(successor) = field.deprecated.and_then(|d| d.successor) else {
            continue;
        };
        let new: Vec<_> = node(successor).unwrap().fields().collect();
        assert!(new.iter().any(|f| f.deprecated.is_none()), "{}", field.path);
        assert_ne!(successor, field.path);
    }
}

#[test]
fn inferred_fields_are_never_required() {
    for field in fields()
        .iter()
        .filter(|f| f.origin == nexflow_catalog::Origin::Inferred)
    {
        assert_eq!(field.required.when, RequiredWhen::Never, "{}", field.path);
    }
}

#[test]
fn credentials_are_scalars() {
    for field in fields().iter().filter(|f| f.secret == Secret::Yes) {
        assert!(field.kinds.iter().all(|k| k.is_scalar()), "{}", field.path);
    }
}

#[test]
fn rule_examples_are_yaml_except_where_that_is_the_point() {
    for rule in rules() {
        for text in [rule.fail, rule.pass] {
            let several = rule.id.ends_with("several-documents");
            if rule.subject == "syntax" || rule.id == ids::DUPLICATE_KEY || several {
                continue;
            }
            let value: Result<Value, _> = serde_saphyr::from_str(text);
            assert!(value.is_ok_and(|v| v.is_object()), "{}: {text}", rule.id);
        }
    }
}

#[test]
fn fixes_have_a_title_and_an_effect() {
    for rule in rules() {
        let mut titles = HashSet::new();
        for fix in rule.fixes {
            assert!(titles.insert(fix.title), "{}", rule.id);
            let replaces = fix.edits.contains(&FixEdit::ReplaceValue);
            assert!(!replaces || fix.edits.len() == 1, "{}", rule.id);
        }
    }
}

/// Walks a value along the tree: all keys must be known, all literal scalars right, and nothing required missing.
fn check(place: &str, value: &Value, at: &'static SchemaNode, entry_type: &[&str]) {
    if at.is_free_form() {
        return;
    }
    match value {
        Value::Object(map) => {
            let mut types = entry_type.to_vec();
            for key in ["type", "provider", "strategy", "method"] {
                types.extend(map.get(key).and_then(Value::as_str));
            }
            let regional = at
                .region_child()
                .filter(|(by, _)| map.get(*by) == Some(&Value::Bool(true)));
            for (key, value) in map {
                let child = at
                    .literal_child(key)
                    .or_else(|| regional.map(|(_, region)| region))
                    .or_else(|| at.child(key))
                    .unwrap_or_else(|| panic!("{place}: {key} is not known below {}", at.path));
                let applies =
                    |f: &Field| f.applies_to.is_empty() || types.iter().any(|t| f.applies(t));
                assert!(
                    child.fields().any(applies),
                    "{place}: {key} is not for {types:?}"
                );
                check(place, value, child, &types);
            }
            for (key, child) in at.children {
                let required = child.fields().any(|f| {
                    !f.toolchain
                        && (f.applies_to.is_empty() || types.iter().any(|t| f.applies(t)))
                        && match f.required.when {
                            RequiredWhen::Never => false,
                            RequiredWhen::Always => true,
                            RequiredWhen::FieldIs { field, values } => {
                                map.get(field).is_some_and(|v| {
                                    let text =
                                        v.as_str().map_or_else(|| v.to_string(), str::to_owned);
                                    values.is_empty() || values.contains(&text.as_str())
                                })
                            }
                        }
                });
                assert!(
                    !required || map.contains_key(*key),
                    "{place}: {key} is missing below {}",
                    at.path
                );
            }
        }
        Value::Array(items) => {
            for item in items {
                check(
                    place,
                    item,
                    at.item_child()
                        .unwrap_or_else(|| panic!("{place}: {}", at.path)),
                    entry_type,
                );
            }
        }
        scalar => {
            let text = scalar
                .as_str()
                .map_or_else(|| scalar.to_string(), str::to_owned);
            let template = Template::parse(&text);
            if template.is_literal() {
                let right = at
                    .fields()
                    .any(|f| check_value(f, &text, !scalar.is_string()).is_ok());
                assert!(right, "{place}: {text} is not right for {}", at.path);
            }
        }
    }
}

/// The body with the choice of this number, or the last one, at every choice.
fn with_choice(body: &str, number: usize) -> String {
    let choices = regex::Regex::new(r"\$\{\d+\|([^|]*)\|\}").unwrap();
    let chosen = choices.replace_all(body, |found: &regex::Captures<'_>| {
        let all: Vec<_> = found[1].split(',').collect();
        all[number.min(all.len() - 1)].to_owned()
    });
    nexflow_catalog::snippet::plain(&chosen)
}

#[test]
fn every_snippet_is_a_good_entry_whatever_is_chosen() {
    for (snippet, number) in snippets().iter().flat_map(|s| (0..5).map(move |n| (s, n))) {
        let plain = with_choice(snippet.body, number);
        if number == 0 {
            assert_eq!(plain, snippet.plain());
        }
        let mut text = String::new();
        let mut indent = String::new();
        for segment in snippet.place.split('.').filter(|s| !s.is_empty()) {
            let key = if segment.starts_with('<') {
                "x"
            } else {
                segment
            };
            text.push_str(&format!("{indent}{key}:\n"));
            indent.push_str("  ");
        }
        let body: String = plain
            .lines()
            .map(|line| format!("{indent}{line}\n"))
            .collect();
        text.push_str(&body);
        let value: Value = serde_saphyr::from_str(&text)
            .unwrap_or_else(|e| panic!("{}:\n{text}\n{e}", snippet.label));
        // A snippet for the inside of an entry is checked from its place on; what is around it is not there.
        let mut inner = &value;
        let mut at = root();
        let mut inside = 0;
        for segment in snippet.place.split('.').filter(|s| !s.is_empty()) {
            let key = if segment.starts_with('<') {
                "x"
            } else {
                segment
            };
            inner = &inner[key];
            at = at.child(key).unwrap();
            inside += 1;
        }
        assert_eq!(at.path, snippet.place);
        if inside <= 1 {
            check(snippet.label, inner, at, &[]);
        } else {
            for (key, value) in inner.as_object().unwrap() {
                check(snippet.label, value, at.child(key).unwrap(), &[]);
            }
        }
        if let (Some(wanted), true) = (snippet.entry_type, inside == 1) {
            assert!(body.contains(&format!(": {wanted}")), "{}", snippet.label);
        }
    }
}

#[test]
fn every_type_of_entry_has_a_snippet() {
    for (place, decides) in [
        ("state_backends", "state_backends.<name>.type"),
        ("checkpoints", "checkpoints.<name>.type"),
        ("streams", "streams.<name>.type"),
        ("lookups", "lookups.<name>.type"),
        ("completions", "completions.<name>.type"),
        ("secrets", "secrets.<name>.provider"),
        ("deployment", "deployment.type"),
    ] {
        for value in node(decides).unwrap().fields().flat_map(|f| f.values) {
            let found = snippets()
                .iter()
                .any(|s| s.place == place && s.entry_type == Some(value.value));
            assert!(found, "no snippet for {place} of type {}", value.value);
        }
    }
}

#[test]
fn profiles_hold_the_values_of_the_specification() {
    let value = |name: &str, path: &str| {
        let profile = profiles().iter().find(|p| p.name == name).unwrap();
        profile.values.iter().find(|(p, _)| *p == path).unwrap().1
    };
    assert_eq!(
        value("high_throughput", "options.write_buffer_size"),
        "128mb"
    );
    assert_eq!(
        value("high_throughput", "options.max_write_buffer_number"),
        "6"
    );
    assert_eq!(value("low_latency", "options.compression"), "NONE");
    assert_eq!(
        value("memory_constrained", "options.block_cache_size"),
        "64mb"
    );
    for profile in profiles() {
        for (path, text) in profile.values {
            let field = node(&format!("{}.{path}", profile.place))
                .unwrap()
                .fields()
                .next()
                .unwrap();
            assert!(field.applies(profile.entry_type));
            assert!(
                check_value(field, text, true).is_ok(),
                "{}: {path}",
                profile.name
            );
        }
    }
}
