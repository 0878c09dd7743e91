//! The form of a text: how long it may be, and the pattern that it follows.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use super::{
    types::{TypedValue, ValueError},
    wording::{name, shorten},
};
use crate::{fields, ids, model::Field};

/// The patterns of all fields, each compiled once. The tests of the data compile them as well.
static PATTERNS: LazyLock<HashMap<&'static str, Regex>> = LazyLock::new(|| {
    let written = fields().iter().filter_map(|field| field.pattern);
    written
        .filter_map(|pattern| Some((pattern, Regex::new(pattern).ok()?)))
        .collect()
});

/// What was likely meant: the text with the port of the example, or in the letters that names have.
fn meant(field: &Field, text: &str) -> Vec<String> {
    let port = field.example.and_then(|example| example.rsplit_once(':'));
    let with_port = port.map(|(_, port)| format!("{text}:{port}"));
    let lower = text.to_ascii_lowercase();
    let names = [
        lower.replace('_', "-"),
        lower.clone(),
        lower.replace('-', "_"),
    ];
    let mut found: Vec<String> = Vec::new();
    for text in with_port.into_iter().chain(names) {
        if !found.contains(&text) && check_form(field, &text) == Form::Right {
            found.push(text);
        }
    }
    found
}

/// An example that says something about the form.
fn shown_example(field: &Field) -> Option<&'static str> {
    field.example.filter(|example| !example.contains('$'))
}

#[derive(PartialEq)]
enum Form {
    Right,
    Short,
    Long,
    Other,
}

fn check_form(field: &Field, text: &str) -> Form {
    let range = field.range();
    let length = text.chars().count() as u64;
    // What an empty text lacks is said of any field.
    if text.is_empty() {
        return Form::Right;
    }
    if range
        .min_length
        .is_some_and(|least| length < u64::from(least))
    {
        return Form::Short;
    }
    if range
        .max_length
        .is_some_and(|most| length > u64::from(most))
    {
        return Form::Long;
    }
    let pattern = field.pattern.and_then(|pattern| PATTERNS.get(pattern));
    match pattern.is_none_or(|pattern| pattern.is_match(text)) {
        true => Form::Right,
        false => Form::Other,
    }
}

/// Checks a text against the length and the pattern of its field.
pub(super) fn check(field: &Field, text: &str) -> Result<TypedValue, ValueError> {
    let form = check_form(field, text);
    if form == Form::Right {
        return Ok(TypedValue::Text);
    }
    let range = field.range();
    let shown = shorten(text);
    let advice = match (form, range.min_length, range.max_length) {
        (Form::Short | Form::Long, Some(least), Some(most)) => {
            format!(" Use {least} to {most} characters.")
        }
        (Form::Short, Some(least), None) => format!(" Use at least {least} characters."),
        (Form::Long, None, Some(most)) => format!(" Use at most {most} characters."),
        _ => shown_example(field).map_or(String::new(), |example| {
            let example = example.trim_matches(['"', '\'']);
            format!(" Use a value such as `{example}`.")
        }),
    };
    Err(ValueError {
        rule: ids::VALUE_FORM,
        message: format!("Invalid value `{shown}` for {}.{advice}", name(field)),
        suggestions: meant(field, text),
        value: Some(TypedValue::Text),
    })
}
