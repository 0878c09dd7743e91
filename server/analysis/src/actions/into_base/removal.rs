//! Taking fields out of a document once the base document says them.

use std::collections::HashMap;

use nexflow_syntax::{Document, Entry, NodeKind};

use super::equivalence::same_value;
use crate::edit::{self, AttachedComments, Comments};

/// Fields that leave, and the comments that have been taken along.
#[derive(Default)]
pub struct Removal<'d> {
    /// Every field by its path, as the document says it that gives it up.
    pub fields: HashMap<Vec<String>, Entry<'d>>,
    /// The comments that the base document has from now on, by the path of what they belong to.
    pub comments: HashMap<Vec<String>, Vec<String>>,
}

/// A step on the way out.
enum Step {
    /// This entry leaves.
    Whole(Vec<String>),
    /// This entry is the last one of its mapping, which stays for its own comments.
    Last(Vec<String>),
}

/// A walk through the document.
struct RemovalWalk<'d> {
    document: &'d Document,
    comments: Comments<'d>,
    steps: Vec<Step>,
    count: usize,
}

impl Removal<'_> {
    /// The document without these fields, wherever it says the same as the one that gives them up, and the number of fields that
    /// it says no more. A field with comments that the base document does not have stays, and so do the comments of a block.
    pub fn from(&self, document: &Document) -> Option<(Document, usize)> {
        let mut walk = RemovalWalk {
            document,
            comments: Comments::of(document),
            steps: Vec::new(),
            count: 0,
        };
        for section in document.root().entries() {
            let path = vec![section.key_text().into_owned()];
            // Of a section that stands twice nobody knows which one is meant.
            if self.fields.keys().any(|field| field.starts_with(&path)) {
                self.visit(section, path, &mut walk);
            }
        }
        let mut after = document.clone();
        for step in walk.steps.iter().rev() {
            after = match step {
                Step::Whole(path) => edit::remove_with_comments(&after, &words(path)),
                Step::Last(path) => edit::remove_last(&after, &words(path)),
            }?;
        }
        Some((after, walk.count))
    }

    /// Adds the steps for an entry, and says whether all of it leaves.
    fn visit(&self, entry: Entry<'_>, path: Vec<String>, walk: &mut RemovalWalk<'_>) -> bool {
        let value = entry.value();
        let is_block = value.kind() == NodeKind::Mapping && value.entries().next().is_some();
        if let Some(given) = self.fields.get(&path) {
            let leaves = same_value(given.value(), value)
                && !edit::is_shared(walk.document, entry.key())
                && self.keeps(&walk.comments.attached(entry), &path);
            if leaves {
                walk.count += 1;
                walk.steps.push(Step::Whole(path));
            }
            return leaves;
        }
        if !is_block || !self.fields.keys().any(|field| field.starts_with(&path)) {
            return false;
        }
        let before = walk.steps.len();
        let mut all = value.anchor().is_none() && value.tag().is_none();
        let mut of_fields = 0;
        for below in value.entries() {
            let path = [path.clone(), vec![below.key_text().into_owned()]].concat();
            let leaves = self.visit(below, path, walk);
            all &= leaves;
            if leaves {
                of_fields += walk.comments.attached(below).comments.len();
            }
        }
        if !all {
            return false;
        }
        let whole = walk.comments.attached(entry);
        if self.keeps(&whole, &path) || whole.comments.len() == of_fields {
            walk.steps.truncate(before);
            walk.steps.push(Step::Whole(path));
            return true;
        }
        // Steps are taken from the last one on.
        if let Some(Step::Whole(path)) = walk.steps.get(before) {
            walk.steps[before] = Step::Last(path.clone());
        }
        false
    }

    /// Whether nothing is lost when the comments of something go.
    fn keeps(&self, found: &AttachedComments, path: &[String]) -> bool {
        found.comments.is_empty() || self.comments.get(path) == Some(&found.comments)
    }
}

/// A path as most functions take it.
pub fn words(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}
