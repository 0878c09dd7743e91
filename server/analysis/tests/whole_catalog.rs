//! Every field of the catalog, not samples: it hovers, it is offered where it belongs, its values are offered, and a wrong
//! value is reported at exactly that value.

mod support;

use nexflow_analysis::{completion, diagnostics, hover};
use nexflow_catalog::{Field, Kind, Secret, Severity, ids, rule};
use support::{example, placed_fields, resolved, size, wrong_value};

/// What the tests fill a field with when only its key matters.
fn filler(of: &Field) -> &'static str {
    if of.has_kind(Kind::Object) || of.has_kind(Kind::Map) {
        "{}"
    } else if of.has_kind(Kind::List) {
        "[]"
    } else {
        "${X}"
    }
}

fn is_key(of: &Field) -> bool {
    !of.name.ends_with("[]")
}

fn complain(what: &str, failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{what}: {} of {} fields fail:\n{}",
        failures.len(),
        placed_fields().count(),
        failures.join("\n")
    );
}

#[test]
fn every_field_hovers_with_its_explanation() {
    let mut failures = Vec::new();
    for of in placed_fields().filter(|of| is_key(of)) {
        let example = example(of, filler(of));
        let snapshot = resolved(&example.text);
        match hover(&snapshot, example.key.start()) {
            // A placeholder is escaped, so that it is no HTML.
            Some(hover)
                if hover.markdown.replace("\\<", "<").contains(of.doc)
                    && hover.range == example.key => {}
            other => failures.push(format!("{}: {other:?}\n{}", of.path, example.text)),
        }
    }
    complain("hover", &failures);
}

/// Whether the check says more than a hint of a field with this value, so that it is not offered.
fn is_refused(of: &Field, value: &str) -> bool {
    let example = example(of, value);
    diagnostics(&resolved(&example.text)).iter().any(|found| {
        found.severity != Severity::Hint
            && (found.range == example.key || found.range.intersect(example.hole).is_some())
    })
}

#[test]
fn every_field_is_offered_where_it_belongs() {
    let mut failures = Vec::new();
    for of in placed_fields().filter(|of| is_key(of) && !of.name.starts_with('<')) {
        let example = example(of, filler(of));
        // The line of the field is replaced by its first letter, as it is when someone begins to type it.
        let end = example.text[usize::from(example.key.start())..]
            .find('\n')
            .map_or(example.text.len(), |at| {
                usize::from(example.key.start()) + at
            });
        let mut text = example.text.clone();
        let start = usize::from(example.key.start());
        text.replace_range(start..end, &of.name[..1]);
        let snapshot = resolved(&text);
        let items = completion(&snapshot, size(start + 1));
        let is_offered = items.iter().any(|item| item.label == of.name);
        // A section that only the older dialect has belongs to documents that show it by another one.
        let is_older = of.toolchain && !of.path.contains('.');
        if !is_offered && !is_older && !is_refused(of, of.example.unwrap_or("x")) {
            failures.push(format!(
                "{}: offered are {:?} in\n{text}",
                of.path,
                items
                    .iter()
                    .map(|item| &item.label)
                    .take(40)
                    .collect::<Vec<_>>()
            ));
        }
    }
    complain("completion of keys", &failures);
}

#[test]
fn every_enum_value_is_offered_at_its_place() {
    let mut failures = Vec::new();
    for of in placed_fields().filter(|of| !of.values.is_empty()) {
        let example = example(of, "");
        let snapshot = resolved(&example.text);
        let items = completion(&snapshot, example.hole.start());
        for value in of.values {
            match items.iter().find(|item| item.label == value.value) {
                Some(item) if item.about.markdown().contains(value.meaning) => {}
                None if is_refused(of, value.value) => {}
                other => failures.push(format!(
                    "{}: {}: {other:?} in\n{}",
                    of.path, value.value, example.text
                )),
            }
        }
    }
    complain("completion of values", &failures);
}

#[test]
fn a_value_of_the_wrong_kind_is_reported_at_exactly_that_value() {
    let mut failures = Vec::new();
    for of in placed_fields() {
        let Some(wrong) = wrong_value(of) else {
            continue;
        };
        let example = example(of, wrong);
        let snapshot = resolved(&example.text);
        let found = diagnostics(&snapshot);
        let hit = found.iter().any(|diagnostic| {
            diagnostic.range == example.hole && diagnostic.severity == Severity::Error
        });
        if !hit {
            failures.push(format!(
                "{} with {wrong}: {found:?} in\n{}",
                of.path, example.text
            ));
        }
    }
    complain("wrong kind", &failures);
}

#[test]
fn the_example_of_every_field_is_right() {
    let mut failures = Vec::new();
    for of in placed_fields().filter(|of| of.deprecated.is_none()) {
        let Some(value) = of.example else { continue };
        if of.name.starts_with('<') || value.contains('\n') {
            continue;
        }
        let example = example(of, value);
        let snapshot = resolved(&example.text);
        let bad: Vec<_> = diagnostics(&snapshot)
            .into_iter()
            .filter(|diagnostic| {
                example.hole.contains_range(diagnostic.range)
                    && diagnostic.severity == Severity::Error
            })
            // Examples show one field: what it needs around it is not there.
            .filter(|diagnostic| {
                diagnostic.code != ids::REQUIRED_FIELD_MISSING
                    && rule(diagnostic.code)
                        .is_none_or(|rule| matches!(rule.subject, "values" | "general"))
            })
            .collect();
        if !bad.is_empty() {
            failures.push(format!("{}: {bad:?} in\n{}", of.path, example.text));
        }
    }
    complain("examples", &failures);
}

/// Where the text is broken it is not known for sure which field a value belongs to; no message repeats it all the same.
#[test]
fn no_broken_secret_is_repeated() {
    let broken = [
        "\"a\" hunter2",
        "'a'hunter2",
        "@hunter2",
        "`hunter2",
        "%hunter2",
        "a: hunter2",
        "- hunter2",
        "{a} hunter2",
        "[a] hunter2",
        "[a: hunter2: b]",
        "{a: hunter2${A}}",
        "'hunter2",
        "\n\thunter2",
        "\n hunter2",
        "|\n hunter2\nhunter2",
        "*hunter2",
        "!<hunter2 a",
    ];
    let mut failures = Vec::new();
    for of in placed_fields().filter(|of| of.secret == Secret::Yes) {
        for value in broken {
            let example = example(of, value);
            for found in diagnostics(&resolved(&example.text)) {
                let related = found.related.iter().map(|related| &related.message);
                let titles = found.fixes.iter().map(|fix| &fix.title);
                let mut said = related.chain(titles).chain([&found.message]);
                if let Some(said) = said.find(|said| said.contains("hunter2")) {
                    failures.push(format!("{}: {said}\n{}", of.path, example.text));
                }
            }
        }
    }
    complain("secrets", &failures);
}
