//! What a judgement knows about the document around an entry.

use std::{
    borrow::Cow,
    cell::RefCell,
    hash::{Hash, Hasher},
    rc::Rc,
};

use nexflow_catalog::Dialect;
use nexflow_syntax::{Document, Node, Run, TextSize, Unit};
use rustc_hash::{FxHashSet, FxHasher};

use crate::{
    FlinkVersion, Snapshot,
    view::{Remembered, Val, View},
};

/// The header field that names the base document.
pub const EXTENDS: &str = "extends";
/// The header field that names the stage which the document describes.
pub const ENVIRONMENT: &str = "environment";
/// The header field with the version of the document's form.
const VERSION: &str = "version";

/// The document's header and its merged root, read once per judgement.
pub struct Cx<'a> {
    /// What is judged.
    pub snapshot: &'a Snapshot,
    /// The merged document. Rules ask it for its sections and their fixed blocks over and over.
    pub root: Remembered<'a>,
    /// `environment`, when it is written in the document or a base.
    pub environment: Val<'a>,
    /// True for a document with a `version` or an `environment` of its own, false for a fragment.
    pub whole: bool,
    /// True when nothing is missing from the picture: the document extends nothing, or every base is known.
    pub complete: bool,
    /// True for a document that other ones build upon (`environment: base`): what it leaves open is not missing.
    pub is_base: bool,
    /// True for the older dialect of the toolchain.
    pub toolchain: bool,
    /// The entries of the sections that were asked for.
    sections: RefCell<Vec<(Box<str>, Entries<'a>)>>,
}

/// The names of a section's entries with what stands under them, merged.
pub type Entries<'a> = Rc<[(Cow<'a, str>, Val<'a>)]>;

impl<'a> Cx<'a> {
    /// Reads the header of a snapshot.
    pub fn new(snapshot: &'a Snapshot) -> Cx<'a> {
        let root = View::root(snapshot).remembered();
        let own = snapshot.document.root();
        let environment = root.get(ENVIRONMENT);
        let header = [VERSION, ENVIRONMENT];
        let is_base = environment.is("base");
        // A base that is still being read, is missing or is refused may give anything.
        let chain_known = snapshot.context.base_problem.is_none()
            && !is_begun(own, EXTENDS)
            && (own.get(EXTENDS).is_none() || !snapshot.context.bases.is_empty());
        Cx {
            whole: header.iter().any(|key| own.get(key).is_some()),
            complete: chain_known,
            is_base,
            toolchain: root.dialect == Dialect::Toolchain,
            environment,
            root,
            snapshot,
            sections: RefCell::default(),
        }
    }

    /// The entries of a section, merged; worked out once for all rules that look at them.
    pub fn entries(&self, section: &str) -> Entries<'a> {
        let known = self
            .sections
            .borrow()
            .iter()
            .find(|(name, _)| **name == *section)
            .map(|(_, entries)| Rc::clone(entries));
        known.unwrap_or_else(|| {
            let entries: Entries<'a> = self.root.child(section).view().entries().into();
            self.sections
                .borrow_mut()
                .push((section.into(), Rc::clone(&entries)));
            entries
        })
    }

    /// The Flink version whose behaviour counts.
    pub fn flink(&self) -> FlinkVersion {
        self.snapshot.context.settings.flink_version
    }

    /// True when the document is known to be of one of these environments.
    pub fn in_environment(&self, names: &[&str]) -> bool {
        self.environment.is_any(names)
    }

    /// True when what is absent here is really missing: the merged document is known and meant to be deployed.
    pub fn judges_absence(&self) -> bool {
        self.complete && !self.is_base
    }

    /// A number that changes whenever something changes on which the judgement of any entry depends beside its own section.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut hash = FxHasher::default();
        self.environment.text().hash(&mut hash);
        self.environment.range().map(range_key).hash(&mut hash);
        (self.whole, self.complete, self.is_base, self.toolchain).hash(&mut hash);
        self.flink().hash(&mut hash);
        for base in &self.snapshot.context.bases {
            base.uri.hash(&mut hash);
            base.document.id().hash(&mut hash);
        }
        self.snapshot.context.base_problem.hash(&mut hash);
        // Which of two sections of one name counts depends on both.
        if has_section_twice(&self.snapshot.document) {
            self.snapshot.document.id().hash(&mut hash);
        }
        Fingerprint {
            around: hash.finish(),
            section: None,
        }
    }
}

/// Whether a key stands at the top more than once.
fn has_section_twice(document: &Document) -> bool {
    let mut keys = FxHashSet::default();
    document
        .runs()
        .filter(|run| run.has_top())
        .flat_map(Run::units)
        .filter(|unit| unit.is_top())
        .flat_map(|unit| unit.root().entries())
        .any(|entry| !keys.insert(entry.key_text()))
}

/// Tells whether what is kept of a unit still holds. Made once for a document and asked for its units in their order.
pub(crate) struct Fingerprint {
    /// What holds for all units.
    around: u64,
    /// What the units of the section at hand depend on.
    section: Option<u64>,
}

impl Fingerprint {
    /// What holds for all units.
    pub fn around(&self) -> u64 {
        self.around
    }

    /// The same for something that depends on `number` as well.
    pub fn and(mut self, number: u64) -> Fingerprint {
        let mut hash = FxHasher::default();
        (self.around, number).hash(&mut hash);
        self.around = hash.finish();
        self
    }

    /// A number that changes whenever something changes on which the judgement of the unit depends beside the unit itself.
    pub fn of(&mut self, unit: Unit<'_>) -> u64 {
        let mut hash = FxHasher::default();
        self.around.hash(&mut hash);
        if unit.has_aliases() {
            unit.document().id().hash(&mut hash);
        }
        self.section_of(unit).hash(&mut hash);
        hash.finish()
    }

    /// The same for all units of a run; `None` where they do not all depend on the same.
    pub fn of_run(&mut self, run: Run<'_>) -> Option<u64> {
        if run.has_top() {
            return None;
        }
        let mut hash = FxHasher::default();
        self.around.hash(&mut hash);
        if run.has_aliases() {
            run.document().id().hash(&mut hash);
        }
        self.section_of(run.unit(0)).hash(&mut hash);
        Some(hash.finish())
    }

    fn section_of(&mut self, unit: Unit<'_>) -> u64 {
        // The head of a section comes before its other units, unless the first ones are left out.
        let section = match self.section {
            Some(section) if !unit.is_top() => section,
            _ => section_fingerprint(unit.document(), unit.head().unwrap_or(unit).index()),
        };
        self.section = Some(section);
        section
    }
}

/// Entries of a section that have names of the user's choice know nothing of each other. Where the catalog has fixed keys at
/// the same level, one of them may decide what the others mean, and each of them what is missing.
fn section_fingerprint(document: &Document, head: usize) -> u64 {
    let mut units = document
        .units_from(head)
        .skip(1)
        .take_while(|unit| !unit.is_top())
        .peekable();
    let fixed = units
        .peek()
        .and_then(|unit| nexflow_catalog::root().literal_child(unit.path().first()?))
        .is_some_and(|schema| schema.all_children().next().is_some());
    if !fixed {
        return 0;
    }
    let mut hash = FxHasher::default();
    for unit in units {
        unit.id().hash(&mut hash);
        if unit.has_aliases() {
            document.id().hash(&mut hash);
        }
    }
    hash.finish()
}

/// True while someone types this key: the mapping has a line that begins as the key does, and has no colon yet.
pub(crate) fn is_begun(mapping: Node<'_>, key: &str) -> bool {
    mapping.entries().any(|entry| {
        let text = entry.key_text();
        !entry.has_colon() && !text.is_empty() && key.starts_with(&*text)
    })
}

fn range_key(range: nexflow_syntax::TextRange) -> (TextSize, TextSize) {
    (range.start(), range.end())
}
