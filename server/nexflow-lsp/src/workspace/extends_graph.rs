//! Which documents share their names: those that extend each other, and those that share an env file.
//!
//! Open documents are seen as they stand in the editor, the others through the index; only those that are given back are read.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::{Symbol, references_symbol};

use crate::workspace::{
    File, Workspace, extends,
    index::{Index, Summary},
    paths,
    roots::Roots,
    walk,
};

/// A document with its path.
pub(crate) struct RelatedFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its text and tree; the open text wins.
    pub(crate) file: File,
}

/// The documents in which `symbol` means the same thing as in the one at `path`, which is one of them.
///
/// A name of an entry is shared along `extends`: a document means the same thing as its nearest base that has the name.
/// Two documents that have a name, and no common base that has it, mean different things. Variables are shared by all
/// documents of a project.
///
/// `alive` is asked between files; once it says no, what was found so far is given.
pub(crate) fn sharing(
    workspace: &Workspace,
    path: &Path,
    symbol: &Symbol,
    alive: &dyn Fn() -> bool,
) -> Vec<RelatedFile> {
    let graph = Graph::new(workspace, path, workspace.index_around(path, alive));
    let paths = match symbol {
        Symbol::Anchor(_) => vec![path.to_path_buf()],
        Symbol::Variable(_) => graph.project(path, symbol),
        Symbol::Entry { .. } | Symbol::SecretKey { .. } => graph.related(path, symbol),
    };
    graph.files(paths, alive)
}

/// The documents of the project of `path` in which a name stands, whether they share it along `extends` or not: what processes use is
/// one thing for all of them.
pub(crate) fn in_project(
    workspace: &Workspace,
    path: &Path,
    symbol: &Symbol,
    alive: &dyn Fn() -> bool,
) -> Vec<RelatedFile> {
    let graph = Graph::new(workspace, path, workspace.index_around(path, alive));
    let mut paths = graph.project(path, symbol);
    paths.retain(|path| graph.mentions(path, symbol));
    graph.files(paths, alive)
}

/// Whether another document of the project of `path` has a name. No file is read for it.
pub(crate) fn is_named_beside(
    workspace: &Workspace,
    path: &Path,
    symbol: &Symbol,
    alive: &dyn Fn() -> bool,
) -> bool {
    let graph = Graph::new(workspace, path, workspace.index_around(path, alive));
    let paths = graph.project(path, symbol);
    paths
        .iter()
        .any(|other| other != path && graph.mentions(other, symbol))
}

/// The documents that extend the one at `path`, directly or through others, nearest first.
pub(crate) fn dependents(
    workspace: &Workspace,
    path: &Path,
    alive: &dyn Fn() -> bool,
) -> Vec<RelatedFile> {
    let graph = Graph::new(workspace, path, workspace.index_around(path, alive));
    let paths = graph.all_dependents(path);
    graph.files(paths, alive)
}

/// The other documents that extend what the one at `path` extends. `None` when they cannot be told: one of them cannot be read, or
/// nobody waits any more. With `most`, also when they are more, and before the index is complete.
pub(crate) fn siblings(
    workspace: &Workspace,
    path: &Path,
    most: Option<usize>,
    alive: &dyn Fn() -> bool,
) -> Option<Vec<RelatedFile>> {
    let in_time = || most.is_none() && alive();
    if most.is_some() && !workspace.index().wait(&in_time) {
        return None;
    }
    let index = workspace.index_around(path, alive);
    // Among documents that are not read there may be more of them.
    if index.has_left_out_some() {
        return None;
    }
    let graph = Graph::new(workspace, path, index);
    let mut paths = graph.dependents(&graph.base(path)?);
    let real = paths::real_or_same;
    let own = real(path);
    paths.retain(|other| real(other) != own);
    if most.is_some_and(|most| paths.len() > most) {
        return None;
    }
    let different: HashSet<PathBuf> = paths.iter().map(|path| real(path)).collect();
    let files = graph.files(paths, alive);
    (files.len() == different.len()).then_some(files)
}

/// As [`dependents`], as far as the index of the workspace folders knows them by now, and without reading any.
pub(crate) fn known_dependents(workspace: &Workspace, path: &Path) -> Vec<PathBuf> {
    Graph::new(workspace, path, workspace.index().clone()).all_dependents(path)
}

/// What extends what.
struct Graph<'w> {
    workspace: &'w Workspace,
    /// Nothing outside of them is read, and so nothing there is edited.
    roots: Roots,
    index: Arc<Index>,
    open: HashMap<PathBuf, File>,
    /// What the open documents extend.
    open_bases: HashMap<PathBuf, PathBuf>,
    /// For a file the open documents that extend it.
    open_dependents: HashMap<PathBuf, Vec<PathBuf>>,
}

/// What is known of a document.
enum Node {
    Document(File),
    Summary(Arc<Summary>),
}

impl<'w> Graph<'w> {
    /// What extends what around the document at a path.
    fn new(workspace: &'w Workspace, path: &Path, index: Arc<Index>) -> Graph<'w> {
        let open = workspace.open_files();
        let mut open_bases = HashMap::new();
        let mut open_dependents: HashMap<PathBuf, Vec<PathBuf>> = HashMap::new();
        for (path, file) in &open {
            if let Some(target) = extends::target(&file.document) {
                let base = extends::beside(path, &target);
                let dependents = open_dependents.entry(base.clone()).or_default();
                dependents.push(path.clone());
                open_bases.insert(path.clone(), base);
            }
        }
        Graph {
            workspace,
            roots: workspace.roots(path.parent().unwrap_or(path)),
            index,
            open,
            open_bases,
            open_dependents,
        }
    }

    fn node(&self, path: &Path) -> Option<Node> {
        if let Some(file) = self.open.get(path) {
            return Some(Node::Document(file.clone()));
        }
        if let Some(summary) = self.index.summary(path) {
            return Some(Node::Summary(summary));
        }
        // A base may be outside of what the index holds: ignored by version control, or beside a single file.
        self.roots.resolve(path).ok()?;
        if walk::is_process(path) {
            return None;
        }
        let limit = self.workspace.limit(path);
        let file = self.workspace.document(path, limit).ok()?;
        Some(Node::Document(file))
    }

    fn base(&self, path: &Path) -> Option<PathBuf> {
        if self.open.contains_key(path) {
            return self.open_bases.get(path).cloned();
        }
        match self.node(path)? {
            Node::Summary(summary) => summary.extends.clone(),
            Node::Document(file) => Some(extends::beside(path, &extends::target(&file.document)?)),
        }
    }

    /// The documents that extend this one directly.
    fn dependents(&self, path: &Path) -> Vec<PathBuf> {
        let mut found = self.index.dependents(path);
        // What an open document extends is what its text in the editor says.
        found.retain(|dependent| !self.open.contains_key(dependent));
        found.extend(
            self.open_dependents
                .get(path)
                .into_iter()
                .flatten()
                .cloned(),
        );
        found.sort_unstable();
        found
    }

    /// The documents that extend this one, directly or through others, nearest first.
    fn all_dependents(&self, path: &Path) -> Vec<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut found = Vec::new();
        let mut open = VecDeque::from([path.to_path_buf()]);
        while let Some(path) = open.pop_front() {
            for dependent in self.dependents(&path) {
                if seen.insert(dependent.clone()) {
                    found.push(dependent.clone());
                    open.push_back(dependent);
                }
            }
        }
        found
    }

    fn mentions(&self, path: &Path, symbol: &Symbol) -> bool {
        match self.node(path) {
            Some(Node::Document(file)) => references_symbol(&file.document, symbol),
            Some(Node::Summary(summary)) => self
                .index
                .number(symbol)
                .is_some_and(|name| summary.mentions(name)),
            None => false,
        }
    }

    /// The documents of the project of `path` in which a name stands.
    fn project(&self, path: &Path, symbol: &Symbol) -> Vec<PathBuf> {
        let root = self.workspace.project(Some(path)).root.clone();
        let mut found = vec![path.to_path_buf()];
        for other in self.open.keys() {
            if self.mentions(other, symbol) {
                found.push(other.clone());
            }
        }
        if let Some(name) = self.index.number(symbol) {
            let files = self.index.files().into_iter();
            found.extend(
                files
                    .filter(|(path, _)| !self.open.contains_key(path))
                    .filter(|(_, summary)| summary.mentions(name))
                    .map(|(path, _)| path),
            );
        }
        found.retain(|other| other == path || self.workspace.project(Some(other)).root == root);
        found
    }

    /// See [`sharing`].
    fn related(&self, path: &Path, symbol: &Symbol) -> Vec<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut open = vec![path.to_path_buf()];
        while let Some(path) = open.pop() {
            let nearest = self.nearest_base(&path, symbol);
            for related in self.derived(&path, symbol).into_iter().chain(nearest) {
                if seen.insert(related.clone()) {
                    open.push(related);
                }
            }
        }
        seen.into_iter().collect()
    }

    /// The nearest document in the chain of `extends` that has the name.
    fn nearest_base(&self, path: &Path, symbol: &Symbol) -> Option<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut at = self.base(path)?;
        while seen.insert(at.clone()) && seen.len() <= extends::MAX_STEPS + 1 {
            if self.mentions(&at, symbol) {
                return Some(at);
            }
            at = self.base(&at)?;
        }
        None
    }

    /// The documents for which this one is the nearest base that has the name.
    fn derived(&self, path: &Path, symbol: &Symbol) -> Vec<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut open = vec![path.to_path_buf()];
        let mut found = Vec::new();
        while let Some(path) = open.pop() {
            for dependent in self.dependents(&path) {
                if !seen.insert(dependent.clone()) {
                    continue;
                }
                if self.mentions(&dependent, symbol) {
                    found.push(dependent);
                } else {
                    open.push(dependent);
                }
            }
        }
        found
    }

    /// Reads documents, in the order of their paths; a file that several paths lead to is given once.
    fn files(&self, mut paths: Vec<PathBuf>, alive: &dyn Fn() -> bool) -> Vec<RelatedFile> {
        paths.sort_unstable();
        paths.dedup();
        // Open documents first: what the editor calls a file is how it wants to hear of it.
        paths.sort_by_key(|path| !self.open.contains_key(path));
        let mut seen = HashSet::new();
        let mut files: Vec<RelatedFile> = paths
            .into_iter()
            .take_while(|_| alive())
            .filter(|path| seen.insert(paths::real_or_same(path)))
            .filter_map(|path| {
                let file = match self.open.get(&path) {
                    Some(file) => file.clone(),
                    // Not through what is remembered: edits are made to the file as it is now.
                    None => self
                        .workspace
                        .read(&path, self.workspace.limit(&path))
                        .ok()?,
                };
                Some(RelatedFile { path, file })
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}
