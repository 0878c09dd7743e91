//! Two states of a folder, and which documents a difference between them reaches.
//!
//! A state that a commit or the index holds is written into a temporary folder as far as it is needed, and read there like any other
//! folder: so a document means the same wherever it comes from.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::processes::ProcessFile;
use nexflow_syntax::Document;
use rayon::prelude::*;
use tempfile::TempDir;

use super::{
    Configuration, Folder, Workspace,
    document::DocumentSnapshot,
    extends,
    git::{Listing, Repository},
    paths,
    project::{Outside, PROJECT_FILE},
    roots::Roots,
    walk,
};
use crate::{settings::Options, text::Encoding};

/// Where a state is taken from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A folder of the disk.
    Folder(PathBuf),
    /// The files of a commit, or of the index.
    Listing,
}

/// A state of a folder: the texts of its documents and of the files with settings.
#[derive(Clone)]
pub(crate) struct Tree {
    origin: Origin,
    /// The texts of the files that are of interest, by path below the top.
    texts: BTreeMap<String, Arc<Vec<u8>>>,
}

/// A state whose documents can be opened.
pub(crate) struct Checkout {
    root: PathBuf,
    workspace: Arc<Workspace>,
    /// Removed when it is no longer used.
    _temporary: Option<TempDir>,
}

/// Whether a file is of interest: documents, what they are checked with, and processes that use their names.
fn is_wanted(path: &str) -> bool {
    let file = Path::new(path);
    walk::is_document(file) || walk::is_process(file) || is_setting(path)
}

/// Whether a file says what documents are checked with: settings and variables.
fn is_setting(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == PROJECT_FILE || is_env_file(name)
}

fn is_env_file(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "env")
        || name == ".env"
        || name.starts_with(".env.")
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders of a path: its own and all around it, as far as the top, which is the empty path.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder_of(path)), |folder| {
        (!folder.is_empty()).then(|| folder_of(folder))
    })
}

impl Tree {
    /// The state of a folder on the disk: the documents that a check would find, and those that are under version control.
    pub(crate) fn of_folder(top: &Path, tracked: &Listing) -> Tree {
        let roots = Roots::new([top.to_path_buf()]);
        let found = walk::walk(&[top.to_path_buf()], &roots, usize::MAX);
        let relative = |path: &Path| {
            let path = path.strip_prefix(top).ok()?;
            Some(path.to_str()?.replace('\\', "/"))
        };
        let mut paths: BTreeSet<String> = found
            .documents
            .iter()
            .chain(&found.processes)
            .filter_map(|path| relative(path))
            .collect();
        paths.extend(tracked.keys().filter(|path| is_wanted(path)).cloned());
        let mut texts: BTreeMap<String, Arc<Vec<u8>>> = paths
            .into_par_iter()
            .filter_map(|path| {
                let file = top.join(&path);
                // A link is no file of a revision either.
                let is_file = file.symlink_metadata().ok()?.is_file();
                let text = is_file.then(|| fs::read(&file).ok())??;
                Some((path, Arc::new(text)))
            })
            .collect();
        add_settings_of_disk(top, &mut texts, |_| true);
        Tree {
            origin: Origin::Folder(top.to_path_buf()),
            texts,
        }
    }

    /// The states of two listings of a repository. Contents that both have are read once.
    pub(crate) fn of_listings(
        repository: &Repository,
        listings: Vec<Listing>,
    ) -> Result<Vec<Tree>, String> {
        let mut ids: Vec<String> = listings
            .iter()
            .flatten()
            .filter(|(path, _)| is_wanted(path))
            .map(|(_, id)| id.clone())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let contents: HashMap<String, Arc<Vec<u8>>> = repository
            .contents(ids)?
            .into_iter()
            .map(|(id, content)| (id, Arc::new(content)))
            .collect();
        Ok(listings
            .into_iter()
            .map(|listing| {
                let mut texts: BTreeMap<String, Arc<Vec<u8>>> = listing
                    .iter()
                    .filter(|(path, _)| is_wanted(path))
                    .filter_map(|(path, id)| Some((path.clone(), contents.get(id)?.clone())))
                    .collect();
                // Variables that are not under version control hold for every revision.
                add_settings_of_disk(&repository.top, &mut texts, is_env_file);
                Tree {
                    origin: Origin::Listing,
                    texts,
                }
            })
            .collect())
    }

    /// The paths of the documents.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &String> {
        self.texts
            .keys()
            .filter(|path| walk::is_document(Path::new(path)))
    }

    /// The paths of the process files.
    fn processes(&self) -> impl Iterator<Item = &String> {
        self.texts
            .keys()
            .filter(|path| walk::is_process(Path::new(path)))
    }

    /// The folder of the project that a file belongs to: the nearest one around it with a project file, else the top.
    fn project_of<'p>(&self, path: &'p str) -> &'p str {
        let has_project = |folder: &&str| match *folder {
            "" => self.texts.contains_key(PROJECT_FILE),
            folder => self.texts.contains_key(&format!("{folder}/{PROJECT_FILE}")),
        };
        folders(path).find(has_project).unwrap_or_default()
    }

    /// Whether checks may come out otherwise with a process file of the other state: its names differ.
    fn names_differ(&self, other: &Tree, path: &str) -> bool {
        let read = |tree: &Tree| {
            let text = String::from_utf8_lossy(tree.texts.get(path)?);
            Some(ProcessFile::read(String::new(), &text))
        };
        match (read(self), read(other)) {
            (Some(old), Some(new)) => old.names_differ(&new),
            _ => true,
        }
    }

    fn extends(&self, path: &str) -> Option<String> {
        let text = std::str::from_utf8(self.texts.get(path)?).ok()?;
        let target = target(text)?;
        let from = Path::new("/").join(path);
        let there = extends::beside(&from, &target);
        Some(there.strip_prefix("/").ok()?.to_str()?.replace('\\', "/"))
    }

    /// The base of each document that has one.
    fn bases(&self) -> HashMap<String, String> {
        let documents: Vec<&String> = self.documents().collect();
        documents
            .par_iter()
            .filter_map(|path| Some(((*path).clone(), self.extends(path)?)))
            .collect()
    }

    /// Makes documents that can be opened of these, with all that they extend; with the processes of their projects where those are
    /// asked for.
    pub(crate) fn checkout(
        &self,
        documents: &BTreeSet<String>,
        with_processes: bool,
        outside: Outside,
        options: Options,
    ) -> Result<Checkout, String> {
        let with_processes = with_processes && self.processes().next().is_some();
        let (root, temporary) = match &self.origin {
            Origin::Folder(top) => (top.clone(), None),
            Origin::Listing => {
                let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
                let root = paths::real(folder.path()).map_err(|error| error.to_string())?;
                self.write(documents, with_processes, &root)
                    .map_err(|error| format!("the temporary folder: {error}"))?;
                (root, Some(folder))
            }
        };
        let checkout = Checkout::of_folder(&root, with_processes, outside, options);
        Ok(Checkout {
            _temporary: temporary,
            ..checkout
        })
    }

    fn write(
        &self,
        documents: &BTreeSet<String>,
        with_processes: bool,
        root: &Path,
    ) -> std::io::Result<()> {
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for document in documents {
            let mut next = Some(document.clone());
            while let Some(path) = next {
                if !self.texts.contains_key(&path) || !wanted.insert(path.clone()) {
                    break;
                }
                next = self.extends(&path);
            }
        }
        let around: BTreeSet<&str> = wanted.iter().flat_map(|path| folders(path)).collect();
        let settings = self
            .texts
            .keys()
            .filter(|path| is_setting(path) && around.contains(folder_of(path)));
        let projects: BTreeSet<&str> = match with_processes {
            true => documents.iter().map(|path| self.project_of(path)).collect(),
            false => BTreeSet::new(),
        };
        let processes = self
            .processes()
            .filter(|path| projects.contains(self.project_of(path)));
        for path in wanted.iter().chain(settings).chain(processes) {
            let file = root.join(path);
            // A listing names no file outside of its top; a hand-made one might.
            if !file.starts_with(root) || path.split('/').any(|part| part == "..") {
                continue;
            }
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, self.texts[path].as_slice())?;
        }
        Ok(())
    }
}

/// Files with settings in the folders of documents that the texts do not have yet.
fn add_settings_of_disk(
    top: &Path,
    texts: &mut BTreeMap<String, Arc<Vec<u8>>>,
    is_wanted: impl Fn(&str) -> bool,
) {
    let around: BTreeSet<String> = texts
        .keys()
        .flat_map(|path| folders(path).map(str::to_owned))
        .collect();
    for folder in around {
        for name in [PROJECT_FILE, ".env"] {
            let path = match folder.as_str() {
                "" => name.to_owned(),
                folder => format!("{folder}/{name}"),
            };
            if !is_wanted(name) || texts.contains_key(&path) {
                continue;
            }
            let file = top.join(&path);
            let is_file = file
                .symlink_metadata()
                .is_ok_and(|metadata| metadata.is_file());
            if let Some(content) = is_file.then(|| fs::read(&file).ok()).flatten() {
                texts.insert(path, Arc::new(content));
            }
        }
    }
}

/// What a text extends. Only the lines that say it are read as YAML, where they can be told.
fn target(text: &str) -> Option<String> {
    text.find("extends")?;
    let mut lines = text.lines().skip_while(|line| !line.starts_with("extends"));
    let Some(first) = lines.next() else {
        return extends::target(&Document::parse(text));
    };
    let mut head = first.to_owned();
    for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        head.push('\n');
        head.push_str(line);
    }
    extends::target(&Document::parse(&head))
}

impl Checkout {
    /// A folder of the disk as it is.
    pub(crate) fn of_folder(
        root: &Path,
        with_processes: bool,
        outside: Outside,
        options: Options,
    ) -> Checkout {
        let configuration = Configuration {
            folders: vec![Folder {
                path: root.to_path_buf(),
                options: None,
            }],
            options,
            reads_at_once: with_processes,
            ..Configuration::default()
        };
        Checkout {
            workspace: Arc::new(Workspace::new(outside, configuration)),
            root: root.to_path_buf(),
            _temporary: None,
        }
    }

    /// A document; `None` where there is none.
    pub(crate) fn open(&self, path: &str) -> Result<Option<DocumentSnapshot>, String> {
        let file = self.root.join(path);
        if file.symlink_metadata().is_err() {
            return Ok(None);
        }
        DocumentSnapshot::from_disk(&self.workspace, &file, Encoding::Utf16).map(Some)
    }
}

/// The documents that differences between two states reach: those that differ, all that extend one of them, and those that are checked
/// with settings, variables or names of processes that differ.
pub(crate) fn reach(old: &Tree, new: &Tree) -> BTreeSet<String> {
    let paths: BTreeSet<&String> = old.texts.keys().chain(new.texts.keys()).collect();
    let changed: Vec<&String> = paths
        .iter()
        .filter(
            |path| match (old.texts.get(**path), new.texts.get(**path)) {
                (Some(old), Some(new)) => !Arc::ptr_eq(old, new) && old != new,
                _ => true,
            },
        )
        .copied()
        .collect();
    if changed.is_empty() {
        return BTreeSet::new();
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = Vec::new();
    let mut projects: BTreeSet<&str> = BTreeSet::new();
    for path in changed {
        if walk::is_document(Path::new(path)) {
            next.push(path.clone());
            continue;
        }
        if walk::is_process(Path::new(path)) {
            if old.names_differ(new, path) {
                projects.extend([old.project_of(path), new.project_of(path)]);
            }
            continue;
        }
        let folder = folder_of(path);
        let below = paths.iter().filter(|document| {
            walk::is_document(Path::new(document))
                && folders(document).any(|around| around == folder)
        });
        next.extend(below.map(|document| (*document).clone()));
    }
    if !projects.is_empty() {
        let of_projects = paths.iter().filter(|path| {
            walk::is_document(Path::new(path)) && projects.contains(new.project_of(path))
        });
        next.extend(of_projects.map(|path| (*path).clone()));
    }
    let mut derived: HashMap<String, Vec<String>> = HashMap::new();
    for bases in [old.bases(), new.bases()] {
        for (document, base) in bases {
            derived.entry(base).or_default().push(document);
        }
    }
    while let Some(path) = next.pop() {
        if !reached.insert(path.clone()) {
            continue;
        }
        if let Some(derived) = derived.get(&path) {
            next.extend(derived.iter().cloned());
        }
    }
    reached
}

/// The documents on disk that differ from a revision, or that the index holds otherwise than it, and all that they reach.
pub(crate) fn changed_since(
    repository: &Repository,
    revision: &str,
    staged: bool,
) -> Result<BTreeSet<String>, String> {
    let listing = repository.files(&repository.commit(revision)?)?;
    if staged {
        let listings = vec![listing, repository.staged()?];
        let trees = Tree::of_listings(repository, listings)?;
        return Ok(reach(&trees[0], &trees[1]));
    }
    let new = Tree::of_folder(&repository.top, &listing);
    let old = Tree::of_listings(repository, vec![listing])?;
    Ok(reach(&old[0], &new))
}
