//! Whether a text can be known before it is written: what the catalog, the document around it and the documents beside it have of it.

use std::collections::HashSet;

use nexflow_catalog::{Field, Kind};
use nexflow_syntax::Document;

/// Where a text stands that is still to be written, the nearest place first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// The catalog has it for this place: a key, a value, a default, an example.
    Catalog,
    /// An amount whose digits are typed, or that goes on from them in round numbers.
    Amount,
    /// The rest of the document has it.
    Document,
    /// A document beside it has it, or is called so, or the env file has the variable.
    Folder,
    /// It stands nowhere, but each of its words does.
    Words,
    /// It has a word that stands nowhere.
    Nowhere,
}

impl Known {
    /// Whether all of the text stands somewhere.
    pub fn is_whole(self) -> bool {
        self < Known::Words
    }
}

/// The texts around a place.
pub struct Around<'t> {
    /// The document, without what is to be written.
    pub document: &'t str,
    /// What stands beside it.
    pub folder: &'t Folder,
}

/// The documents of a folder, their names, and the variables of its env file.
pub struct Folder {
    text: String,
    words: HashSet<String>,
}

impl Folder {
    /// Of what stands in it.
    pub fn new(texts: impl Iterator<Item = String>) -> Folder {
        let text: Vec<String> = texts.collect();
        let text = text.join("\n");
        Folder {
            words: words(&text).collect(),
            text,
        }
    }
}

/// Where `text` can be known from, of which `typed` is typed, for a place that the catalog has these fields for.
pub fn known(text: &str, typed: &str, fields: &[&'static Field], around: &Around<'_>) -> Known {
    if fields.iter().any(|field| in_catalog(field, text)) {
        return Known::Catalog;
    }
    if is_round(text, typed) {
        return Known::Amount;
    }
    if stands_in(around.document, text) {
        return Known::Document;
    }
    if stands_in(&around.folder.text, text) {
        return Known::Folder;
    }
    let own: HashSet<String> = words(around.document).collect();
    let is_known = |word: &String| own.contains(word) || around.folder.words.contains(word);
    match words(text).all(|word| is_known(&word)) {
        true => Known::Words,
        false => Known::Nowhere,
    }
}

fn in_catalog(field: &Field, text: &str) -> bool {
    let is_bool = field.has_kind(Kind::Bool) && matches!(text, "true" | "false");
    let of_example = field.example.map(Document::parse).is_some_and(|example| {
        let root = example.root();
        let mut texts = root.items().chain([root]).filter_map(|node| node.value());
        texts.any(|known| known == text)
    });
    let mut regions = nexflow_catalog::aws_regions();
    is_bool
        || of_example
        || field.example_key == Some(text)
        || field.suggest.contains(&text)
        || field.values.iter().any(|value| value.value == text)
        || field.defaults.iter().any(|default| default.value == text)
        || field
            .example
            .is_some_and(|example| nexflow_catalog::aws_regions().any(|region| region == example))
            && regions.any(|region| region == text)
}

/// Whether a text is a number that is typed already, with a unit, or one that ends in zeros, or a power of two.
fn is_round(text: &str, typed: &str) -> bool {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    let count = digits(text);
    let (number, unit) = text.split_at(count);
    let is_amount = count > 0 && unit.len() < 3 && unit.chars().all(|c| c.is_ascii_alphabetic());
    let typed = digits(typed).min(count);
    let is_power = |number: &str| number.parse::<u64>().is_ok_and(u64::is_power_of_two);
    is_amount
        && typed > 0
        && (number[typed..].chars().all(|c| c == '0') || count < 7 && is_power(number))
}

/// Whether a text stands in another one and is no part of a longer word there.
fn stands_in(all: &str, text: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    all.match_indices(text).any(|(at, _)| {
        let before = all[..at].chars().next_back();
        let behind = all[at + text.len()..].chars().next();
        !before.is_some_and(of_word) && !behind.is_some_and(of_word)
    })
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}
