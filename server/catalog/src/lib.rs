//! What L5 is, as data: every field and every rule with its words, and the kinds of values.
//!
//! The data stands in `data/**/*.yaml`, which a platform engineer can edit without knowing Rust; `build/` checks it and
//! turns it into statics, so a broken entry breaks the build with its name and line, and start-up costs nothing.

pub mod changes;
pub mod docs;
mod flink;
pub mod flink_options;
pub mod ids;
mod key;
mod model;
mod passed_on;
pub mod secret_names;
pub mod snippet;
mod tree;
pub mod value;

use std::sync::LazyLock;

pub use flink::{FlinkVersion, UnknownVersion};
pub use model::*;
pub use snippet::{Profile, Snippet};
pub use tree::{Dialect, Selection};

#[allow(clippy::unreadable_literal)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
}

/// The document itself: its children are the header fields and the sections.
#[must_use]
pub fn root() -> &'static SchemaNode {
    &generated::ROOT
}

/// All fields, in the order of the data.
#[must_use]
pub fn fields() -> &'static [Field] {
    &generated::FIELDS
}

/// A field by its id.
///
/// # Panics
/// Only for an id that the catalog did not give.
#[must_use]
pub fn field(id: FieldId) -> &'static Field {
    &generated::FIELDS[usize::from(id.0)]
}

/// The place that a path of the catalog names, such as `state_backends.<name>.options`. The empty path is the document.
#[must_use]
pub fn node(path: &str) -> Option<&'static SchemaNode> {
    if path.is_empty() {
        return Some(root());
    }
    path.split('.').try_fold(root(), |node, segment| {
        let name = segment.trim_end_matches("[]");
        let next = match name {
            "<region>" => node.region,
            _ if name.starts_with('<') => node.named.map(|(_, n)| n),
            _ => node.literal_child(name),
        }?;
        (0..(segment.len() - name.len()) / 2).try_fold(next, |n, _| n.item)
    })
}

/// All rules, sorted by id.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &generated::RULES
}

/// A rule by its id, or by one that it had before.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    // House rules are no rules of the catalog, and are asked for as often.
    static FORMER: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
        let rules = generated::RULES.iter();
        rules.filter(|rule| !rule.former.is_empty()).collect()
    });
    match generated::RULES.binary_search_by(|rule| rule.id.cmp(id)) {
        Ok(i) => Some(&generated::RULES[i]),
        Err(_) => FORMER
            .iter()
            .copied()
            .find(|rule| rule.former.contains(&id)),
    }
}

/// All snippets, in the order of the data.
#[must_use]
pub fn snippets() -> &'static [Snippet] {
    &generated::SNIPPETS
}

/// The snippets for a block: a path of the catalog, or the empty path for the document.
pub fn snippets_for(place: &str) -> impl Iterator<Item = &'static Snippet> {
    generated::SNIPPETS.iter().filter(move |s| s.place == place)
}

/// All tuning profiles.
#[must_use]
pub fn profiles() -> &'static [Profile] {
    &generated::PROFILES
}

/// The tags with which sources in the data begin, each with what it means to a reader.
pub fn source_tags() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../data/sources.txt")
        .lines()
        .filter_map(|line| line.split_once(" = "))
}

/// What the products are called whose defaults the fields have: the word of the data, and the name.
pub fn product_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../data/products.txt")
        .lines()
        .filter_map(|line| line.split_once(" = "))
}

/// The names of the regions of AWS, the most used part of the world first. A field whose example is one of them takes any.
pub fn aws_regions() -> impl Iterator<Item = &'static str> + Clone {
    include_str!("../data/aws_regions.txt").lines()
}

/// What a kind of credential looks like.
#[derive(Clone, Copy, Debug)]
pub struct SecretLook {
    /// The name of the kind.
    pub name: &'static str,
    /// One of these, in small or capital letters, stands in everything that the pattern matches; with blanks between them.
    pub signs: &'static str,
    /// A regular expression whose group `s` is the credential.
    pub pattern: &'static str,
}

/// What credentials look like.
pub fn secret_looks() -> impl Iterator<Item = SecretLook> {
    let lines = include_str!("../data/secret_looks.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, rest) = line.split_once('\t')?;
            let (signs, pattern) = rest.split_once('\t')?;
            Some(SecretLook {
                name,
                signs,
                pattern,
            })
        })
}
