//! How the catalog speaks, as far as a program can check it: texts of rules and fields are for the people who write
//! documents, not for whoever maintains the rules.

use nexflow_catalog::{Field, Rule, docs, fields, rules};

/// Words that belong to the making of the catalog, or that are not how the trade puts it.
const FORBIDDEN: &[&str] = &[
    "mend",
    "mends",
    "somebody",
    "nobody can tell",
    "seed",
    "the seed's",
    "InfraSchema",
    "observed",
    "inferred",
    "presumably",
    "the overview",
    "overview 4",
    "field table",
    "l5-fields",
    "a hint because",
    "do not report",
    "accept all",
    "accept both",
    "treat others",
    "propose",
    "without a word",
    "typing error",
    "not said",
    "is no",
    "are no",
    "takes no",
    "for ever",
    "whole number",
    "true or false",
    "infra.md",
    "shows a",
    "occurs in",
    "in the examples",
    "the schema only",
];

/// Longest title: it is a line of a list.
const TITLE: usize = 60;

#[test]
fn no_text_speaks_of_the_making_of_the_catalog() {
    let mut wrong = Vec::new();
    for (place, text) in texts() {
        // "There is no" and "is no longer" are what a native speaker says.
        let lower = text
            .to_lowercase()
            .replace("there is no", "")
            .replace("there are no", "");
        let lower = lower.replace("no longer", "");
        for word in FORBIDDEN {
            if contains_word(&lower, &word.to_lowercase()) {
                wrong.push(format!("{place}: `{word}` in: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn titles_name_the_problem() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let title = rule.title;
        let begins =
            title.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '`');
        let problem = if !begins {
            "begins with a capital letter"
        } else if title.chars().count() > TITLE {
            "is too long for a list"
        } else if title.ends_with('.') {
            "has no full stop"
        } else if contains_word(&title.to_lowercase(), "of nothing") || title.starts_with("Not ") {
            "names the problem"
        } else {
            continue;
        };
        wrong.push(format!("{}: a title {problem}: {title}", rule.id));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reasons_and_help_are_sentences() {
    let mut wrong = Vec::new();
    for rule in rules() {
        for text in [rule.why, rule.help] {
            let begins =
                text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '`');
            if !text.is_empty() && (!begins || !text.ends_with('.')) {
                wrong.push(format!("{}: not a sentence: {text}", rule.id));
            }
        }
        if !rule.help.is_empty() && (rule.help == rule.why || rule.help == rule.message) {
            wrong.push(format!("{}: help repeats another text", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Prose of fields, and what rules find: sentences, the latter without their capital letter and full stop, which the pages add.
#[test]
fn descriptions_are_sentences() {
    let is_sentence = |text: &str| {
        let begins = text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '`');
        begins && text.ends_with(['.', '?'])
    };
    let mut wrong = Vec::new();
    for field in fields() {
        for text in [field.doc]
            .into_iter()
            .chain(field.pitfalls.iter().copied())
        {
            if !is_sentence(text) {
                wrong.push(format!("{}: {text}", field.path));
            }
        }
        for value in field.values {
            if value.meaning.ends_with('.') {
                wrong.push(format!("{}: a full stop: {}", field.path, value.meaning));
            }
        }
    }
    for rule in rules() {
        if rule.summary.ends_with('.') || rule.summary.starts_with(|c: char| c.is_uppercase()) {
            wrong.push(format!("{}: {}", rule.id, rule.summary));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What may be typed has code marks: a placeholder outside of them is HTML to a Markdown reader, and a name with an underscore may be
/// read as emphasis.
#[test]
fn code_has_code_marks() {
    let mut wrong = Vec::new();
    for (place, text) in texts() {
        let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        for word in outside.split([' ', ',', ';', '(', ')']) {
            let word = word.trim_matches(['.', ':', '"', '\'', '?']);
            let is_placeholder = word.contains('<') && word.contains('>');
            let is_reference = word.starts_with("${") || word.contains("://");
            let is_name = word.trim_matches('_').contains('_');
            if is_placeholder || is_reference || is_name {
                wrong.push(format!("{place}: {word} in: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What an action does: an imperative without a full stop, which names what it changes in code marks.
#[test]
fn titles_of_fixes_are_imperatives() {
    const VERBS: &[&str] = &["Add", "Merge", "Remove", "Set", "Write"];
    let mut wrong = Vec::new();
    for rule in rules() {
        for fix in rule.fixes {
            let verb = fix.title.split(' ').next().unwrap_or_default();
            if !VERBS.contains(&verb)
                || fix.title.ends_with('.')
                || fix.title.chars().count() > TITLE
            {
                wrong.push(format!("{}: {}", rule.id, fix.title));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn code_marks_are_balanced() {
    let odd = |text: &str| text.matches('`').count() % 2 == 1;
    let wrong: Vec<_> = texts()
        .filter(|(_, text)| odd(text))
        .map(|(place, text)| format!("{place}: {text}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every text that a user reads, with the entry it belongs to.
fn texts() -> impl Iterator<Item = (String, &'static str)> {
    let of_rule = |rule: &'static Rule| {
        let fixes = rule.fixes.iter().map(|fix| fix.title);
        [rule.title, rule.summary, rule.why, rule.help]
            .into_iter()
            .chain(fixes)
            .map(|text| (rule.id.to_owned(), text))
            .collect::<Vec<_>>()
    };
    let of_field = |field: &'static Field| {
        let meanings = field.values.iter().map(|value| value.meaning);
        let about = docs::describe(field);
        let facts = about.facts.iter().map(|(_, fact)| &*fact.clone().leak());
        [field.doc]
            .into_iter()
            .chain(field.pitfalls.iter().copied())
            .chain(field.deprecated.map(|deprecated| deprecated.text))
            .chain(meanings)
            .chain(facts.collect::<Vec<_>>())
            .map(|text| (field.path.to_owned(), text))
            .collect::<Vec<_>>()
    };
    let rules = rules().iter().flat_map(of_rule);
    rules.chain(fields().iter().flat_map(of_field))
}

fn contains_word(text: &str, word: &str) -> bool {
    let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        outside(text[..at].chars().next_back()) && outside(text[at + word.len()..].chars().next())
    })
}
