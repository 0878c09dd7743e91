//! What a check knows about the document around an entry.

use std::{
    borrow::Cow,
    cell::RefCell,
    hash::{Hash, Hasher},
    rc::Rc,
};

use nexflow_catalog::Dialect;
use nexflow_syntax::{Document, Fragment, Node, TextSize};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::{
    FlinkVersion, Snapshot,
    known_values::KnownValues,
    merged::{Memoized, MergedMapping, MergedValue},
    processes::ProjectProcesses,
    template_refs::template_refs,
};

/// The header field that names the base document.
pub const EXTENDS: &str = "extends";
/// The header field that names the stage which the document describes.
pub const ENVIRONMENT: &str = "environment";
/// The header field with the version of the document's form.
const VERSION: &str = "version";

/// The environment of a document, as far as it is known.
pub fn environment(snapshot: &Snapshot) -> Option<String> {
    let root = MergedMapping::root(snapshot);
    root.get(ENVIRONMENT).text().map(Cow::into_owned)
}

/// The document's header and its merged root, read once per check.
pub struct DocumentContext<'a> {
    /// What is checked.
    pub snapshot: &'a Snapshot,
    /// The merged document. Rules ask it for its sections and their fixed blocks over and over.
    pub root: Memoized<'a>,
    /// `environment`, when it is written in the document or a base.
    pub environment: MergedValue<'a>,
    /// True for a document with a `version` or an `environment` of its own, false for a fragment.
    pub whole: bool,
    /// True when nothing is missing from the picture: the document extends nothing, or every base is known.
    pub complete: bool,
    /// True for a document that other ones build upon (`environment: base`): what it leaves open is not missing.
    pub is_base: bool,
    /// True for the dialect that the toolchain reads.
    pub toolchain: bool,
    /// The entries of the sections that were asked for.
    sections: RefCell<FxHashMap<Box<str>, SectionEntries<'a>>>,
}

/// The names of a section's entries with what stands under them, merged.
pub type SectionEntries<'a> = Rc<[(Cow<'a, str>, MergedValue<'a>)]>;

impl<'a> DocumentContext<'a> {
    /// Reads the header of a snapshot.
    pub fn new(snapshot: &'a Snapshot) -> DocumentContext<'a> {
        let root = MergedMapping::root(snapshot).memoized();
        let own = snapshot.document.root();
        let environment = root.get(ENVIRONMENT);
        let header = [VERSION, ENVIRONMENT];
        let is_base = environment.is("base");
        // A base that is still being read, is missing or is refused may give anything.
        let chain_known = snapshot.context.base_problem.is_none()
            && !is_begun(own, EXTENDS)
            && (own.get(EXTENDS).is_none() || !snapshot.context.bases.is_empty());
        DocumentContext {
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
    pub fn entries(&self, section: &str) -> SectionEntries<'a> {
        if let Some(known) = self.sections.borrow().get(section) {
            return Rc::clone(known);
        }
        let entries: SectionEntries<'a> = self.root.child(section).mapping().entries().into();
        let mut sections = self.sections.borrow_mut();
        sections.insert(section.into(), Rc::clone(&entries));
        entries
    }

    /// The values of variables.
    pub fn values(&self) -> KnownValues<'a> {
        KnownValues::of(self.snapshot)
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
    pub fn checks_absence(&self) -> bool {
        self.complete && !self.is_base
    }

    /// The keys for results that depend on the header, the bases and the settings.
    pub(crate) fn cache_keys(&self) -> CacheKeys<'a> {
        let mut hash = FxHasher::default();
        self.environment.text().hash(&mut hash);
        self.environment.range().map(range_key).hash(&mut hash);
        (self.whole, self.complete, self.is_base, self.toolchain).hash(&mut hash);
        self.flink().hash(&mut hash);
        let processes = self.snapshot.context.processes.as_deref();
        processes.map(ProjectProcesses::revision).hash(&mut hash);
        for base in &self.snapshot.context.bases {
            base.uri.hash(&mut hash);
            base.document.id().hash(&mut hash);
        }
        self.snapshot.context.base_problem.hash(&mut hash);
        let bases = self.snapshot.context.bases.iter();
        let inherited = bases.flat_map(|base| base.document.fragments());
        let own = self.snapshot.document.fragments();
        for fragment in inherited.chain(own.filter(|fragment| fragment.is_top())) {
            self.values().hash(variables(fragment), &mut hash);
        }
        // Which of two sections of one name counts depends on both.
        if has_section_twice(&self.snapshot.document) {
            self.snapshot.document.id().hash(&mut hash);
        }
        CacheKeys {
            document: hash.finish(),
            section: None,
            values: self.values(),
        }
    }
}

/// Whether a key stands at the top more than once.
fn has_section_twice(document: &Document) -> bool {
    let mut keys = FxHashSet::default();
    let mut sections = document.root().entries();
    sections.any(|section| !keys.insert(section.key_text()))
}

/// The keys under which results of fragments are cached. Made once for a document and asked for its fragments in their order.
pub(crate) struct CacheKeys<'a> {
    values: KnownValues<'a>,
    /// What the results of all fragments depend on.
    document: u64,
    /// What those of the section at hand depend on.
    section: Option<u64>,
}

/// The variables that a fragment refers to.
fn variables(fragment: Fragment<'_>) -> impl Iterator<Item = &str> {
    let variables = template_refs(fragment).variables.iter();
    variables.map(|variable| &*variable.name)
}

impl CacheKeys<'_> {
    /// A number that changes whenever something changes on which the check of the fragment depends beside the fragment itself.
    pub fn of(&mut self, fragment: Fragment<'_>) -> u64 {
        let mut hash = FxHasher::default();
        self.document.hash(&mut hash);
        // Whether a section of anchors alone has an effect depends on who uses them.
        if fragment.has_aliases() || fragment.is_top() && fragment.has_anchors() {
            fragment.document().id().hash(&mut hash);
        }
        self.values.hash(variables(fragment), &mut hash);
        self.section_of(fragment).hash(&mut hash);
        hash.finish()
    }

    fn section_of(&mut self, fragment: Fragment<'_>) -> u64 {
        // The head of a section comes before its other fragments, unless the first ones are left out.
        let section = match self.section {
            Some(section) if !fragment.is_top() => section,
            _ => {
                let head = fragment.head().unwrap_or(fragment).index();
                section_fingerprint(fragment.document(), head, self.values)
            }
        };
        self.section = Some(section);
        section
    }
}

/// Entries of a section that have names of the user's choice know nothing of each other. Where the catalog has fixed keys at
/// the same level, one of them may decide what the others mean, and each of them what is missing.
fn section_fingerprint(document: &Document, head: usize, values: KnownValues<'_>) -> u64 {
    let mut fragments = document
        .fragments_from(head)
        .skip(1)
        .take_while(|fragment| !fragment.is_top())
        .peekable();
    let fixed = fragments
        .peek()
        .and_then(|fragment| nexflow_catalog::root().literal_child(fragment.path().first()?))
        .is_some_and(|schema| schema.all_children().next().is_some());
    if !fixed {
        return 0;
    }
    let mut hash = FxHasher::default();
    for fragment in fragments {
        fragment.id().hash(&mut hash);
        values.hash(variables(fragment), &mut hash);
        if fragment.has_aliases() {
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
