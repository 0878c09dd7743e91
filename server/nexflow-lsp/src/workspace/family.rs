//! Which documents share their names: those that extend each other, and those that share an env file.
//!
//! Open documents are seen as they stand in the editor, the others through the index; only those that are given back are read.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::{Named, is_named};

use super::{
    File, Workspace, extends,
    index::{Index, Summary},
};

/// A document with its path.
pub struct Member {
    /// Where it is.
    pub path: PathBuf,
    /// Its text and tree; the open text wins.
    pub file: File,
}

/// The documents in which `named` means the same thing as in the one at `path`, which is one of them.
///
/// A name of an entry is shared along `extends`: a document means the same thing as the nearest one beneath it that has the name.
/// Two documents that have a name, and nothing beneath both that has it, mean different things. Variables are shared by all
/// documents of a project.
///
/// `alive` is asked between files; once it says no, what was found so far is given.
pub fn sharing(
    workspace: &Workspace,
    path: &Path,
    named: &Named,
    alive: &dyn Fn() -> bool,
) -> Vec<Member> {
    let graph = Graph::new(workspace, workspace.index_around(path, alive));
    let paths = match named {
        Named::Anchor(_) => vec![path.to_path_buf()],
        Named::Variable(_) => graph.project(path, named),
        Named::Entry { .. } | Named::Part { .. } => graph.kin(path, named),
    };
    graph.members(paths, alive)
}

/// The documents that extend the one at `path`, directly or through others, nearest first.
pub fn dependents(workspace: &Workspace, path: &Path, alive: &dyn Fn() -> bool) -> Vec<Member> {
    let graph = Graph::new(workspace, workspace.index_around(path, alive));
    let paths = graph.all_dependents(path);
    graph.members(paths, alive)
}

/// The other documents that extend what the one at `path` extends. `None` when they cannot be told: one of them cannot be read, or
/// nobody waits any more. With `most`, also when they are more, and before the index is complete.
pub fn siblings(
    workspace: &Workspace,
    path: &Path,
    most: Option<usize>,
    alive: &dyn Fn() -> bool,
) -> Option<Vec<Member>> {
    let in_time = || most.is_none() && alive();
    if most.is_some() && !workspace.index().wait(&in_time) {
        return None;
    }
    let index = workspace.index_around(path, alive);
    // Among documents that are not read there may be more of them.
    if index.has_left_out_some() {
        return None;
    }
    let graph = Graph::new(workspace, index);
    let mut paths = graph.dependents(&graph.base(path)?);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let own = real(path);
    paths.retain(|other| real(other) != own);
    if most.is_some_and(|most| paths.len() > most) {
        return None;
    }
    let different: HashSet<PathBuf> = paths.iter().map(|path| real(path)).collect();
    let members = graph.members(paths, alive);
    (members.len() == different.len()).then_some(members)
}

/// As [`dependents`], as far as the index of the workspace folders knows them by now, and without reading any.
pub fn known_dependents(workspace: &Workspace, path: &Path) -> Vec<PathBuf> {
    Graph::new(workspace, workspace.index().clone()).all_dependents(path)
}

/// What extends what.
struct Graph<'w> {
    workspace: &'w Workspace,
    index: Arc<Index>,
    open: HashMap<PathBuf, File>,
    /// What the open documents extend.
    open_bases: HashMap<PathBuf, PathBuf>,
    /// For a file the open documents that extend it.
    open_dependents: HashMap<PathBuf, Vec<PathBuf>>,
}

/// What is known of a document.
enum Known {
    Tree(File),
    Summary(Arc<Summary>),
}

impl<'w> Graph<'w> {
    fn new(workspace: &'w Workspace, index: Arc<Index>) -> Graph<'w> {
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
            index,
            open,
            open_bases,
            open_dependents,
        }
    }

    fn known(&self, path: &Path) -> Option<Known> {
        if let Some(file) = self.open.get(path) {
            return Some(Known::Tree(file.clone()));
        }
        if let Some(summary) = self.index.summary(path) {
            return Some(Known::Summary(summary));
        }
        // A base may be outside of what the index holds: ignored by version control, or beside a single file.
        let limit = self.workspace.limit(path);
        let file = self.workspace.document(path, limit).ok()?;
        Some(Known::Tree(file))
    }

    fn base(&self, path: &Path) -> Option<PathBuf> {
        if self.open.contains_key(path) {
            return self.open_bases.get(path).cloned();
        }
        match self.known(path)? {
            Known::Summary(summary) => summary.extends.clone(),
            Known::Tree(file) => Some(extends::beside(path, &extends::target(&file.document)?)),
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

    fn mentions(&self, path: &Path, named: &Named) -> bool {
        match self.known(path) {
            Some(Known::Tree(file)) => is_named(&file.document, named),
            Some(Known::Summary(summary)) => self
                .index
                .number(named)
                .is_some_and(|name| summary.mentions(name)),
            None => false,
        }
    }

    /// The documents of the project of `path` in which a name stands.
    fn project(&self, path: &Path, named: &Named) -> Vec<PathBuf> {
        let root = self.workspace.project(Some(path)).root.clone();
        let mut found = vec![path.to_path_buf()];
        for other in self.open.keys() {
            if self.mentions(other, named) {
                found.push(other.clone());
            }
        }
        if let Some(name) = self.index.number(named) {
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
    fn kin(&self, path: &Path, named: &Named) -> Vec<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut open = vec![path.to_path_buf()];
        while let Some(path) = open.pop() {
            let nearest = self.beneath(&path, named);
            for kin in self.above(&path, named).into_iter().chain(nearest) {
                if seen.insert(kin.clone()) {
                    open.push(kin);
                }
            }
        }
        seen.into_iter().collect()
    }

    /// The nearest document in the chain of `extends` that has the name.
    fn beneath(&self, path: &Path, named: &Named) -> Option<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut at = self.base(path)?;
        while seen.insert(at.clone()) && seen.len() <= extends::MAX_STEPS + 1 {
            if self.mentions(&at, named) {
                return Some(at);
            }
            at = self.base(&at)?;
        }
        None
    }

    /// The documents for which this one is the nearest beneath them that has the name.
    fn above(&self, path: &Path, named: &Named) -> Vec<PathBuf> {
        let mut seen = HashSet::from([path.to_path_buf()]);
        let mut open = vec![path.to_path_buf()];
        let mut found = Vec::new();
        while let Some(path) = open.pop() {
            for dependent in self.dependents(&path) {
                if !seen.insert(dependent.clone()) {
                    continue;
                }
                if self.mentions(&dependent, named) {
                    found.push(dependent);
                } else {
                    open.push(dependent);
                }
            }
        }
        found
    }

    /// Reads documents, in the order of their paths; a file that several paths lead to is given once.
    fn members(&self, mut paths: Vec<PathBuf>, alive: &dyn Fn() -> bool) -> Vec<Member> {
        paths.sort_unstable();
        paths.dedup();
        // Open documents first: what the editor calls a file is how it wants to hear of it.
        paths.sort_by_key(|path| !self.open.contains_key(path));
        let mut seen = HashSet::new();
        let mut members: Vec<Member> = paths
            .into_iter()
            .take_while(|_| alive())
            .filter(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())))
            .filter_map(|path| {
                let file = match self.open.get(&path) {
                    Some(file) => file.clone(),
                    // Not through what is remembered: edits are made to the file as it is now.
                    None => self
                        .workspace
                        .read(&path, self.workspace.limit(&path))
                        .ok()?,
                };
                Some(Member { path, file })
            })
            .collect();
        members.sort_by(|a, b| a.path.cmp(&b.path));
        members
    }
}
