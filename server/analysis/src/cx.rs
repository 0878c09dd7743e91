//! What a judgement knows about the document around an entry.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use nexflow_catalog::Dialect;
use nexflow_syntax::TextSize;

use crate::{
    BaseProblem, FlinkVersion, Snapshot,
    view::{Val, View},
};

/// The header field that names the base document.
pub const EXTENDS: &str = "extends";

/// The document's header and its merged root, read once per judgement.
pub struct Cx<'a> {
    /// What is judged.
    pub snapshot: &'a Snapshot,
    /// The merged document.
    pub root: View<'a>,
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
        let root = View::root(snapshot);
        let own = snapshot.document.root();
        let environment = root.get("environment");
        let header = ["version", "environment"];
        let is_base = environment.is("base");
        // A base that is still being read, is missing or is refused may give anything.
        let chain_known = snapshot.context.base_problem.is_none()
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

    /// A number that changes whenever something changes on which the judgement of an entry depends beside the entry itself.
    pub(crate) fn fingerprint(&self) -> u64 {
        use std::hash::{Hash, Hasher};
        let mut hash = rustc_hash::FxHasher::default();
        self.environment.text().hash(&mut hash);
        self.environment.range().map(range_key).hash(&mut hash);
        (self.whole, self.complete, self.is_base, self.toolchain).hash(&mut hash);
        self.flink().hash(&mut hash);
        for base in &self.snapshot.context.bases {
            base.uri.hash(&mut hash);
            for unit in base.document.units() {
                unit.id().hash(&mut hash);
                unit.range().start().hash(&mut hash);
            }
        }
        matches!(
            self.snapshot.context.base_problem,
            Some(BaseProblem::Unknown)
        )
        .hash(&mut hash);
        hash.finish()
    }
}

fn range_key(range: nexflow_syntax::TextRange) -> (TextSize, TextSize) {
    (range.start(), range.end())
}
