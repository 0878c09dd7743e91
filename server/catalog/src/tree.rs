//! Walking the schema tree.

use crate::key;
use crate::model::{Field, FieldId, SchemaNode};

impl SchemaNode {
    /// The node for a key: a literal child, then what is inherited, then a user-chosen name. Region blocks are not among
    /// them, because only the document can tell whether an entry is regional: see [`SchemaNode::region`].
    #[must_use]
    pub fn child(&'static self, key: &str) -> Option<&'static SchemaNode> {
        self.literal_child(key)
            .or_else(|| self.named_child().map(|(_, node)| node))
    }

    /// The node for a key of the table, own or inherited, but not for a user-chosen one.
    #[must_use]
    pub fn literal_child(&'static self, key: &str) -> Option<&'static SchemaNode> {
        self.literal_place(key).map(|(_, child)| child)
    }

    /// The node for a key of the table, with the number that it has among the own and inherited ones.
    #[must_use]
    pub fn literal_place(&'static self, key: &str) -> Option<(usize, &'static SchemaNode)> {
        let number = key::number(key);
        let (mut node, mut before) = (self, 0);
        loop {
            if let Some(place) = node.own_place(key, number) {
                return Some((before + place, node.children[place].1));
            }
            before += node.children.len();
            node = node.inherits?;
        }
    }

    /// Rules ask for keys by the hundred for each entry of a document, so a key is found in one step.
    fn own_place(&self, key: &str, number: u32) -> Option<usize> {
        let mask = self.table.len().checked_sub(1)?;
        let mut at = number as usize & mask;
        while self.table[at] != key::FREE {
            let place = usize::from(self.table[at]);
            if self.children[place].0 == key {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// What user-chosen keys stand for, own or inherited, with the placeholder's word.
    #[must_use]
    pub fn named_child(&'static self) -> Option<(&'static str, &'static SchemaNode)> {
        self.named
            .or_else(|| self.inherits.and_then(SchemaNode::named_child))
    }

    /// What a region block is, own or inherited, with the name of the field that declares the entry regional.
    #[must_use]
    pub fn region_child(&'static self) -> Option<(&'static str, &'static SchemaNode)> {
        match (self.region_declared_by, self.region) {
            (Some(by), Some(node)) => Some((by, node)),
            _ => self.inherits.and_then(SchemaNode::region_child),
        }
    }

    /// What the items of a list are, own or inherited.
    #[must_use]
    pub fn item_child(&'static self) -> Option<&'static SchemaNode> {
        self.item
            .or_else(|| self.inherits.and_then(SchemaNode::item_child))
    }

    /// All literal keys, own ones first, then the inherited ones that are not overridden.
    pub fn all_children(
        &'static self,
    ) -> impl Iterator<Item = (&'static str, &'static SchemaNode)> {
        let bases = std::iter::successors(self.inherits, |node| node.inherits);
        let inherited = bases.flat_map(|base| base.children.iter().copied());
        let own = |key: &str| self.own_place(key, key::number(key)).is_some();
        self.children
            .iter()
            .copied()
            .chain(inherited.filter(move |(key, _)| !own(key)))
    }

    /// The fields at this place.
    pub fn fields(&'static self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().map(|id| crate::field(*id))
    }

    /// Whether the dialect has this place: one of its fields, or a field below it.
    #[must_use]
    pub fn is_of(&'static self, dialect: Dialect) -> bool {
        let toolchain = dialect == Dialect::Toolchain;
        // The header is read in both.
        let header = |path: &str| matches!(path, "version" | "environment");
        self.fields()
            .any(|field| field.toolchain == toolchain || header(field.path))
            || self
                .children
                .iter()
                .map(|(_, child)| *child)
                .chain(self.named.map(|(_, child)| child))
                .any(|child| child.is_of(dialect))
    }

    /// Whether keys below are user data that is never reported.
    #[must_use]
    pub fn is_free_form(&'static self) -> bool {
        self.fields().any(|f| f.free_form)
    }

    /// The field at this place that holds for an entry. `dialect` says which dialect the document is written in, `value`
    /// what a field's discriminator is set to, as far as that is known.
    pub fn select<'v>(
        &'static self,
        dialect: Dialect,
        mut value: impl FnMut(&'static Field) -> Option<&'v str>,
    ) -> Selection {
        // Most places have one field, which holds for every type.
        if let [only] = self.fields
            && crate::field(*only).applies_to.is_empty()
        {
            return Selection::Field(crate::field(*only));
        }
        let mut of_dialect = Vec::with_capacity(self.fields.len());
        of_dialect.extend(
            self.fields()
                .filter(|f| f.toolchain == (dialect == Dialect::Toolchain)),
        );
        if of_dialect.is_empty() {
            of_dialect.extend(self.fields());
        }
        let mut unknown = Vec::new();
        let mut other = None;
        for field in of_dialect {
            if field.applies_to.is_empty() {
                return Selection::Field(field);
            }
            match value(field) {
                Some(text) if field.applies(text) => return Selection::Field(field),
                Some(_) => other = other.or(Some(field)),
                None => unknown.push(field.id),
            }
        }
        match (unknown.as_slice(), other) {
            ([], Some(field)) => Selection::OtherType(field),
            ([], None) => Selection::Nothing,
            _ => Selection::Unknown(unknown),
        }
    }
}

/// The two ways of writing L5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The documented one.
    Documented,
    /// The one that the toolchain's parser reads, recognised by a top-level `kafka`, `mongodb`, `persistence` or `calendar`,
    /// or by scalars directly below `resources`.
    Toolchain,
}

/// Which field of several holds at a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// This one.
    Field(&'static Field),
    /// One of these: the value that decides is absent or not known.
    Unknown(Vec<FieldId>),
    /// The key is known, but only for entries of another type.
    OtherType(&'static Field),
    /// The place has no field of its own (the root of the document).
    Nothing,
}

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.id == other.id
    }
}
