//! Which places of a document hold credentials, by what the catalog says about them and by names.

use std::sync::LazyLock;

use nexflow_catalog::{Field, Kind, SchemaNode, Secret, secret_names};
use nexflow_syntax::NodeKind;
use rustc_hash::FxHashSet;

/// What the catalog says about a place: the mapping or list that stands there, or would.
#[derive(Clone, Copy, Debug)]
pub enum SecretPlace {
    /// This.
    Known(&'static SchemaNode),
    /// Nothing, so that names decide.
    Unknown,
    /// All that stands here is a credential.
    Secret,
}

/// How much of a scalar is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// It is shown, but for what looks like a credential.
    Shown,
    /// It is a credential, unless it refers to one.
    Hidden,
    /// Only what looks like a credential, as long as it is an address.
    Address,
    /// `NAME=value`, where the name decides.
    Assignment,
}

impl SecretPlace {
    /// The whole document.
    #[must_use]
    pub fn root() -> SecretPlace {
        SecretPlace::Known(nexflow_catalog::root())
    }

    /// The place of the items of a list, and what becomes of an item of this kind. `scalar` is what would become of a scalar in
    /// the place of the list.
    #[must_use]
    pub fn item(self, scalar: Disclosure, kind: NodeKind) -> (SecretPlace, Disclosure) {
        let is_block = matches!(kind, NodeKind::Mapping | NodeKind::Sequence);
        match (scalar, self) {
            (_, SecretPlace::Secret) => (SecretPlace::Secret, Disclosure::Hidden),
            (Disclosure::Assignment, _) if !is_block => (self, Disclosure::Assignment),
            (Disclosure::Assignment, _) if kind == NodeKind::Mapping => {
                (SecretPlace::Unknown, Disclosure::Shown)
            }
            (Disclosure::Hidden, SecretPlace::Known(_)) if is_block => (self, Disclosure::Shown),
            (Disclosure::Hidden, SecretPlace::Known(_)) => (self, Disclosure::Hidden),
            _ => {
                let place = self.of_items();
                // Words where a block belongs. A block that the author has named may be anything.
                let scalar = match (self, place) {
                    (SecretPlace::Known(list), SecretPlace::Known(schema))
                        if list.item_child().is_some() && holds_secrets(schema) =>
                    {
                        Disclosure::Hidden
                    }
                    _ => Disclosure::Shown,
                };
                (place, scalar)
            }
        }
    }

    /// The place of what is in the items of a list.
    pub(super) fn of_items(self) -> SecretPlace {
        let SecretPlace::Known(schema) = self else {
            return self;
        };
        let item = schema.item_child();
        let item = item.filter(|item| !item.fields.is_empty() || !item.children.is_empty());
        SecretPlace::Known(item.unwrap_or(schema))
    }

    /// The place of a key, and what becomes of a scalar there. Names of entries are the author's choice and decide nothing about
    /// the block below.
    #[must_use]
    pub fn below(self, key: &str, is_block: bool) -> (SecretPlace, Disclosure) {
        let by_name = |name_decides: bool| match name_decides && is_secret_key(key) {
            true if is_block && secret_names::is_block(key) => {
                (SecretPlace::Unknown, Disclosure::Hidden)
            }
            true => (SecretPlace::Secret, Disclosure::Hidden),
            false => (SecretPlace::Unknown, Disclosure::Shown),
        };
        let schema = match self {
            SecretPlace::Secret => return (SecretPlace::Secret, Disclosure::Hidden),
            SecretPlace::Unknown => return by_name(true),
            SecretPlace::Known(schema) => schema,
        };
        // A dash before a key is a slip.
        let literal = schema.literal_child(key.trim_start_matches('-'));
        let region = || schema.region_child().map(|(_, below)| below);
        let chosen = || {
            let named = schema.named_child().map(|(_, below)| below);
            // A region is not called after a credential, a field that the catalog does not know may be.
            named.or_else(|| region().filter(|_| !is_secret_key(key)))
        };
        let Some(below) = literal.or_else(chosen) else {
            return by_name(true);
        };
        let of_items = below.item_child().into_iter().flat_map(SchemaNode::fields);
        let mut secret = below
            .fields()
            .chain(of_items)
            .filter(|field| field.secret != Secret::No);
        let Some(field) = secret.next() else {
            let holds = literal.is_some() && holds_secrets(below);
            let scalar = match holds || literal.is_none() && is_secret_key(key) {
                true => Disclosure::Hidden,
                false => Disclosure::Shown,
            };
            return (SecretPlace::Known(below), scalar);
        };
        if std::iter::once(field)
            .chain(secret)
            .any(|field| field.secret == Secret::Yes)
        {
            return (SecretPlace::Secret, Disclosure::Hidden);
        }
        let scalar = match literal {
            // Of a map of the author's keys, each is what its name says.
            None if is_secret_key(key) => return (SecretPlace::Secret, Disclosure::Hidden),
            None => Disclosure::Shown,
            Some(_) if is_list_item(field) => Disclosure::Assignment,
            Some(_) if field.has_kind(Kind::Uri) || field.path.ends_with("url") => {
                Disclosure::Address
            }
            Some(_) => Disclosure::Hidden,
        };
        // A block where one scalar belongs.
        let takes_blocks = below.all_children().next().is_some()
            || below.named_child().is_some()
            || scalar == Disclosure::Assignment
            || scalar == Disclosure::Shown;
        match takes_blocks {
            true => (SecretPlace::Known(below), scalar),
            false => (SecretPlace::Secret, scalar),
        }
    }
}

fn is_list_item(field: &Field) -> bool {
    field.path.ends_with("[]") || field.has_kind(Kind::List)
}

/// Whether a text that is typed where a block belongs may be a credential of the block.
pub(super) fn holds_secrets(schema: &'static SchemaNode) -> bool {
    schema
        .all_children()
        .any(|(_, below)| below.fields().any(|field| field.secret != Secret::No))
}

/// Keys that are the name of a field which holds a credential, wherever they stand, or sound as if they were.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    secret_names::is_secret(key) || FIELDS.contains(key) && !secret_names::is_common(key)
}

/// The last words of the fields that are credentials.
static FIELDS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let secret = nexflow_catalog::fields()
        .iter()
        .filter(|field| field.secret == Secret::Yes);
    secret
        .filter_map(|field| {
            let is_literal = |segment: &&str| !segment.starts_with(['<', '[']);
            field.path.split('.').rfind(is_literal)
        })
        .collect()
});
