//! A broken entry breaks the build with its file, its line and its name.

#[allow(dead_code)]
#[path = "../build/fields.rs"]
mod fields;
#[allow(dead_code)]
#[path = "../build/load.rs"]
mod load;
#[allow(dead_code)]
#[path = "../build/names.rs"]
mod names;
#[allow(dead_code)]
#[path = "../build/proof.rs"]
mod proof;
#[allow(dead_code)]
#[path = "../build/rules.rs"]
mod rules;
#[allow(dead_code)]
#[path = "../src/value/units/mod.rs"]
mod units;

use std::fs;

/// What the build says about a field, which stands in line 5 of its file below a good parent.
fn field(entry: &str) -> Vec<String> {
    let parent = "- path: parent\n  kind: object\n  doc: \"A block.\"\n  origin: seed\n";
    problems("fields", &format!("{parent}{entry}"), |path, problems| {
        let entries = load::file(path, problems);
        fields::check(entries, problems);
    })
}

fn rule(entry: &str) -> Vec<String> {
    problems("rules", entry, |path, problems| {
        let entries = load::file(path, problems);
        rules::check(entries, &[], problems);
    })
}

fn problems(
    folder: &str,
    text: &str,
    check: impl Fn(&std::path::Path, &mut load::Problems),
) -> Vec<String> {
    let unique =
        format!("{:?}", std::thread::current().id()).replace(|c: char| !c.is_alphanumeric(), "");
    let folder = std::env::temp_dir()
        .join(format!("nexflow-catalog-{}-{unique}", std::process::id()))
        .join(folder);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("broken.yaml");
    fs::write(&path, text).unwrap();
    let mut problems = load::Problems::default();
    check(&path, &mut problems);
    fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    problems.lines().collect()
}

#[track_caller]
fn says(lines: &[String], what: &[&str]) {
    assert_eq!(lines.len(), 1, "{lines:#?}");
    for part in what {
        assert!(lines[0].contains(part), "{} does not say {part}", lines[0]);
    }
}

const REST: &str = "  doc: \"A field.\"\n  origin: seed\n";

#[test]
fn a_good_field_passes() {
    assert_eq!(
        field(&format!(
            "- path: parent.x\n  kind: size\n  range: {{min: 64kb}}\n  example: 64mb\n{REST}"
        )),
        [""; 0]
    );
}

#[test]
fn broken_fields_are_named() {
    let place = "data/fields/broken.yaml:5: `parent.x`";
    let with = |attributes: &str| field(&format!("- path: parent.x\n{attributes}{REST}"));
    says(
        &with("  kind: sise\n"),
        &[place, "`sise` is none of object, map"],
    );
    says(&with("  kind: enum\n"), &[place, "needs `enum`"]);
    says(
        &with("  kind: int\n  enum: {a: \"b\"}\n"),
        &[place, "the kind is not enum"],
    );
    says(
        &with("  kind: int\n  example: many\n"),
        &[place, "`many` is of none of the kinds"],
    );
    says(
        &with("  kind: duration\n  example: 1h30m\n"),
        &[place, "example"],
    );
    says(
        &with("  kind: size\n  range: {min: other_field}\n"),
        &[place, "put words in `note`"],
    );
    says(
        &with("  kind: int\n  range: {min: 4, max: 2}\n"),
        &[place, "min is above max"],
    );
    says(
        &with("  kind: int\n  required: sometimes\n"),
        &[place, "`sometimes` is none of always, never"],
    );
    says(
        &with("  kind: int\n  required: {field: y, is: [a]}\n"),
        &[place, "there is no field `parent.y`"],
    );
    says(
        &with("  kind: int\n  applies_to: [kafka]\n"),
        &[place, "no discriminator"],
    );
    says(
        &with("  kind: object\n  inherits: other\n"),
        &[place, "there is no field `other`"],
    );
    says(
        &with("  kind: int\n  deprecated: {text: \"x\", successor: y}\n"),
        &[place, "there is no field `y`"],
    );
}

#[test]
fn an_unknown_attribute_names_its_line_and_entry() {
    let lines = field(&format!(
        "- path: parent.x\n  kind: int\n  colour: red\n{REST}"
    ));
    says(&lines, &["data/fields/broken.yaml:7", "parent.x", "colour"]);
}

#[test]
fn paths_hang_together_and_are_unique() {
    let orphan = field(&format!("- path: nowhere.x\n  kind: int\n{REST}"));
    says(
        &orphan,
        &["broken.yaml:5: `nowhere.x`", "`nowhere`, is no entry"],
    );
    let twice = field(&format!(
        "- path: parent.x\n  kind: int\n{REST}- path: parent.x\n  kind: int\n{REST}"
    ));
    says(&twice, &["broken.yaml:9: `parent.x`", "occurs twice"]);
    let region = field(&format!("- path: parent.<region>\n  kind: object\n{REST}"));
    says(&region, &["declared_by"]);
}

fn rule_text(without: &str, with: &str) -> String {
    let all = [
        "- id: some-rule",
        "  severity: error",
        "  title: \"T\"",
        "  when: \"x\"",
        "  why: \"y\"",
        "  help: \"Do it.\"",
        "  src: [\"spec\"]",
        "  fail: \"{a: 1}\"",
        "  pass: \"{a: 2}\"",
    ];
    let kept: Vec<_> = all
        .iter()
        .filter(|l| without.is_empty() || !l.trim_start().starts_with(without))
        .copied()
        .collect();
    format!("{}\n{with}", kept.join("\n"))
}

#[test]
fn broken_rules_are_named() {
    let place = "data/rules/broken.yaml:1: `some-rule`";
    assert_eq!(rule(&rule_text("", "")), [""; 0]);
    says(&rule(&rule_text("pass", "")), &["some-rule", "pass"]);
    says(&rule(&rule_text("fail", "")), &["some-rule", "fail"]);
    says(
        &rule(&rule_text("pass", "  pass: \"{a: 1}\"")),
        &[place, "the same"],
    );
    says(
        &rule(&rule_text("severity", "  severity: fatal")),
        &[place, "`fatal` is none of error, warning, hint"],
    );
    says(
        &rule(&rule_text("help", "  help: \"Do it\"")),
        &[place, "full stop"],
    );
    says(
        &rule(&rule_text("src", "  src: []")),
        &[place, "src is empty"],
    );
    let fix = |edit: &str| {
        rule(&rule_text(
            "",
            &format!("  fix: [{{title: \"F\", applicability: unsafe, edits: [{{{edit}}}]}}]"),
        ))
    };
    says(
        &fix("remove: no.such.field"),
        &[place, "no field's path ends with `no.such.field`"],
    );
    says(
        &fix("remove: \".\", replace_value: true"),
        &[place, "exactly one of"],
    );
    let sure = |edits: &str| rule(&rule_text("", &format!("  fix: [{edits}]")));
    says(
        &sure("{title: \"F\", applicability: sure, edits: [{replace_value: true}]}"),
        &[place, "applicability"],
    );
    says(
        &sure("{title: \"F\", applicability: safe, edits: [{remove: \".\"}]}"),
        &[place, "what removes something is never safe"],
    );
    let two = "{title: \"F\", applicability: unsafe, edits: [{replace_value: true}]}, \
               {title: \"G\", applicability: display_only, edits: [{remove: \".\"}]}";
    says(&sure(two), &[place, "several fixes are a choice"]);
    let twice = format!("{}\n{}", rule_text("", ""), rule_text("", ""));
    says(
        &rule(&twice),
        &[
            "broken.yaml:11: `some-rule`",
            "taken at data/rules/broken.yaml:1",
        ],
    );
}
