//! Files, folders and environment: everything a document is checked with, and the one way to a [`Snapshot`].
//!
//! The server and the command line ask [`Workspace::resolve_context`] and nothing else, so that both say the same about a document.
//! What was read stays in memory until [`Workspace::files_changed`] or [`Workspace::forget_files`] says that it may be stale.
//! All methods take `&self` and may be called from any thread; none holds a lock while it reads a file.

pub(crate) mod baseline;
pub(crate) mod by_place;
pub(crate) mod compare;
pub(crate) mod document;
pub mod env_file;
pub(crate) mod extends;
pub(crate) mod extends_graph;
mod file_cache;
pub(crate) mod git;
mod ignore_files;
pub(crate) mod index;
pub(crate) mod open_process;
pub(crate) mod paths;
pub(crate) mod processes;
pub(crate) mod project;
pub(crate) mod revisions;
pub(crate) mod roots;
mod versions;
pub(crate) mod walk;
mod windows;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use dashmap::DashMap;
use nexflow_analysis::{BaseDocument, Context, Snapshot};
use nexflow_syntax::{Document, Limits};

use crate::{
    settings::Options,
    text::Encoding,
    workspace::{
        file_cache::FileCache,
        index::Index,
        open_process::ProcessText,
        processes::ProcessCache,
        project::{Outside, Project},
        roots::Roots,
    },
};

/// A folder that the editor has opened, with the editor's settings for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Folder {
    /// Its path.
    pub(crate) path: PathBuf,
    /// The settings for it; `None` means the same as everywhere.
    pub(crate) options: Option<Options>,
}

/// What the editor says of the workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Configuration {
    /// The open folders.
    pub(crate) folders: Vec<Folder>,
    /// The settings outside of folders with their own.
    pub(crate) options: Options,
    /// What its columns count.
    pub(crate) encoding: Encoding,
    /// Nothing is read in the background: what a document is checked with is read when it is.
    pub(crate) reads_at_once: bool,
}

/// A document as it stands on disk, or as it is open in the editor.
#[derive(Clone)]
pub(crate) struct File {
    /// Its URI, in the spelling of the client when it is open.
    pub(crate) uri: String,
    /// Its text and tree.
    pub(crate) document: Document,
}

/// Files, folders and environment of one editor or of one run of the command line.
pub(crate) struct Workspace {
    outside: Arc<Outside>,
    configuration: RwLock<Arc<Configuration>>,
    /// By their root and the workspace folder whose settings they have.
    projects: DashMap<(Option<PathBuf>, Option<PathBuf>), Arc<Project>>,
    /// The project of the documents of a folder.
    projects_by_folder: DashMap<PathBuf, Arc<Project>>,
    /// Text that is open in the editor, by path: it wins over the disk.
    open: DashMap<PathBuf, File>,
    /// Process files that are open in the editor, by path.
    open_processes: DashMap<PathBuf, Arc<ProcessText>>,
    /// Documents read from the disk.
    files: FileCache,
    /// What the documents of the workspace folders extend and name.
    index: Arc<Index>,
    /// What the processes of each project name.
    process_cache: ProcessCache,
    /// What open documents are compared with.
    comparisons: compare::Comparisons,
    /// How often projects have been forgotten: one that was read before that is not remembered after it.
    projects_revision: AtomicU64,
}

/// What a change on disk means for open documents.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AffectedDocuments {
    /// Each may be checked differently now.
    All,
    /// Only documents were changed: those that extend one of these may be checked differently.
    Extending(Vec<PathBuf>),
}

impl Workspace {
    /// A workspace with what comes from outside of all projects.
    pub(crate) fn new(outside: Outside, configuration: Configuration) -> Workspace {
        Workspace {
            outside: Arc::new(outside),
            configuration: RwLock::new(Arc::new(configuration)),
            projects: DashMap::new(),
            projects_by_folder: DashMap::new(),
            open: DashMap::new(),
            open_processes: DashMap::new(),
            files: FileCache::default(),
            index: Arc::default(),
            process_cache: ProcessCache::default(),
            comparisons: compare::Comparisons::default(),
            projects_revision: AtomicU64::new(0),
        }
    }

    /// What the editor says of the workspace.
    pub(crate) fn configuration(&self) -> Arc<Configuration> {
        self.configuration
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes over folders and settings; everything that was read is read again when it is needed.
    pub(crate) fn configure(&self, configuration: Configuration) {
        *self
            .configuration
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(configuration);
        self.forget_files();
    }

    /// Forgets everything that was read from the disk.
    pub(crate) fn forget_files(&self) {
        self.forget_projects();
        self.files.clear();
        self.comparisons.clear();
    }

    fn revision(&self) -> u64 {
        self.projects_revision.load(Ordering::SeqCst)
    }

    fn forget_projects(&self) {
        self.projects_revision.fetch_add(1, Ordering::SeqCst);
        self.process_cache.clear();
        self.projects.clear();
        self.projects_by_folder.clear();
    }

    /// Forgets what depends on these files, and says what open documents may be checked differently now.
    pub(crate) fn files_changed(&self, changed: &[PathBuf]) -> AffectedDocuments {
        let in_project = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.unwrap_or_default();
            // A file of this name may be a new sign of a project root.
            name == project::PROJECT_FILE
                || name.starts_with(project::ENV_FILE)
                || self
                    .projects
                    .iter()
                    .any(|project| project.files.contains(path))
        };
        let (in_projects, documents): (Vec<PathBuf>, Vec<PathBuf>) =
            changed.iter().cloned().partition(in_project);
        self.files.forget(&documents);
        if documents.iter().any(|path| walk::is_process(path)) {
            self.process_cache.clear();
        }
        if in_projects.is_empty() {
            return AffectedDocuments::Extending(documents);
        }
        self.forget_projects();
        AffectedDocuments::All
    }

    /// Takes note of the text of an open document.
    pub(crate) fn set_open(&self, path: PathBuf, file: File) {
        self.open.insert(path, file);
    }

    /// Takes note that a document is no longer open.
    pub(crate) fn remove_open(&self, path: &Path) {
        self.open.remove(path);
        self.files.forget(&[path.to_path_buf()]);
    }

    /// Takes note of the text of a process file that is open in the editor.
    pub(crate) fn set_open_process(&self, process: Arc<ProcessText>) {
        let path = process.path.clone();
        let index = self.index.processes();
        index.set_open(path.clone(), process.summary());
        self.open_processes.insert(path, process);
    }

    /// Takes note that a process file is no longer open.
    pub(crate) fn remove_open_process(&self, path: &Path) {
        self.open_processes.remove(path);
        self.index.processes().remove_open(path);
    }

    /// A process file that is open in the editor.
    pub(crate) fn open_process(&self, path: &Path) -> Option<Arc<ProcessText>> {
        self.open_processes.get(path).map(|open| open.clone())
    }

    /// A document that is open in the editor.
    pub(crate) fn open_document(&self, path: &Path) -> Option<File> {
        self.open.get(path).map(|file| file.clone())
    }

    /// The open documents that have a file.
    pub(crate) fn open_files(&self) -> HashMap<PathBuf, File> {
        let open = self.open.iter();
        open.map(|file| (file.key().clone(), file.value().clone()))
            .collect()
    }

    /// The project of a document at `path` (`None`: a document without a file).
    pub(crate) fn project(&self, path: Option<&Path>) -> Arc<Project> {
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        if let Some(project) = self.projects_by_folder.get(folder) {
            return project.clone();
        }
        let configuration = self.configuration();
        // A document without a file belongs to the one folder that is open.
        let only = match configuration.folders.as_slice() {
            [only] if path.is_none() => Some(only),
            _ => None,
        };
        let owner = only.or_else(|| self.folder_of(folder, &configuration));
        let options = owner
            .and_then(|folder| folder.options.as_ref())
            .unwrap_or(&configuration.options);
        let root = match only {
            Some(only) => Some(project::find_root(&only.path, &only.path)),
            None => path.map(|_| project::find_root(folder, &self.top(folder))),
        };
        let key = (root, owner.map(|owner| owner.path.clone()));
        let revision = self.revision();
        let known = self.projects.get(&key).map(|project| project.clone());
        let project = known.unwrap_or_else(|| {
            let project = Project::load(
                key.0.as_deref(),
                &self.roots(folder),
                options,
                &self.outside,
            );
            let project = Arc::new(project);
            self.projects.insert(key, project.clone());
            project
        });
        self.projects_by_folder
            .insert(folder.to_path_buf(), project.clone());
        if self.revision() != revision {
            // It may have been read before the change.
            self.forget_projects();
        }
        project
    }

    /// Every project of which a document was asked for.
    pub(crate) fn projects(&self) -> Vec<Arc<Project>> {
        self.projects
            .iter()
            .map(|project| project.clone())
            .collect()
    }

    /// Largest document that is read at `path`.
    pub(crate) fn limit(&self, path: &Path) -> usize {
        self.project(Some(path)).options.max_document_size()
    }

    /// What the documents of the workspace folders extend and name, as far as it is known yet.
    pub(crate) fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// The index of the folders around a document, complete: of its workspace folder, else of the folder that it lies in. Waits
    /// for it while `alive` says that somebody waits for the answer.
    pub(crate) fn index_around(&self, path: &Path, alive: &dyn Fn() -> bool) -> Arc<Index> {
        let folder = path.parent().unwrap_or(path);
        if self.folder_of(folder, &self.configuration()).is_some() {
            if !self.index.wait(alive) && alive() {
                self.scan(&|_, _| true);
            }
            return self.index.clone();
        }
        let roots = self.roots(folder);
        let mut beside: Vec<PathBuf> = walk::beside(folder, &roots);
        let configuration = self.configuration();
        beside.truncate(configuration.options.max_workspace_documents());
        let index = Index::default();
        index.update(&beside, &roots, self.limit(path), configuration.encoding);
        Arc::new(index)
    }

    /// Brings the index up to date with the workspace folders. See [`index::scan::Scan`].
    pub(crate) fn scan(&self, progress: &(dyn Fn(usize, usize) -> bool + Sync)) {
        let configuration = self.configuration();
        let folders: Vec<PathBuf> = configuration
            .folders
            .iter()
            .map(|folder| folder.path.clone())
            .collect();
        self.index.scan(&index::scan::Scan {
            folders: &folders,
            limit: configuration.options.max_document_size(),
            most: configuration.options.max_workspace_documents(),
            encoding: configuration.encoding,
            progress,
        });
    }

    /// Takes over into the index how files are now.
    pub(crate) fn update_index(&self, changed: &[PathBuf]) {
        let configuration = self.configuration();
        let limit = configuration.options.max_document_size();
        let folders = configuration.folders.iter();
        let roots = Roots::new(folders.map(|folder| folder.path.clone()));
        let (processes, documents): (Vec<_>, Vec<_>) = changed
            .iter()
            .cloned()
            .partition(|path| walk::is_process(path));
        self.index.processes().update(&processes, &roots, limit);
        self.index
            .update(&documents, &roots, limit, configuration.encoding);
    }

    /// The workspace folder that a folder lies in; the innermost one when they are nested.
    fn folder_of<'c>(&self, folder: &Path, configuration: &'c Configuration) -> Option<&'c Folder> {
        let around = configuration
            .folders
            .iter()
            .filter(|candidate| folder.starts_with(&candidate.path));
        around.max_by_key(|candidate| candidate.path.components().count())
    }

    /// How far up the files of a document may lie.
    pub(crate) fn top(&self, folder: &Path) -> PathBuf {
        match self.folder_of(folder, &self.configuration()) {
            Some(owner) => owner.path.clone(),
            None => project::top_without_workspace(folder),
        }
    }

    /// What may be read for a document in `folder`: the workspace folders, and what is around it when it lies in none of them.
    pub(crate) fn roots(&self, folder: &Path) -> Roots {
        let configuration = self.configuration();
        let folders = configuration.folders.iter();
        let mut roots = Roots::new(folders.map(|folder| folder.path.clone()));
        if self.folder_of(folder, &configuration).is_none() {
            roots.add(project::top_without_workspace(folder));
        }
        roots
    }

    /// Parses a text within the limits of the project.
    pub(crate) fn parse(&self, text: &str, path: Option<&Path>) -> Document {
        let limits = Limits {
            bytes: self.project(path).options.max_document_size(),
            ..Limits::default()
        };
        Document::parse_with(text, limits)
    }

    /// The document at a path: the open text, else what is on the disk.
    pub(crate) fn document(&self, path: &Path, limit: usize) -> Result<File, paths::ReadError> {
        if let Some(open) = self.open.get(path) {
            return Ok(open.clone());
        }
        if let Some(file) = self.files.get(path) {
            return Ok(file);
        }
        let real = paths::real_or_same(path);
        if let Some(open) = self.open.get(&real) {
            return Ok(open.clone());
        }
        let revision = self.files.revision();
        let file = self.read(path, limit)?;
        self.files.insert(revision, path, real, file.clone());
        Ok(file)
    }

    /// The document at a path as it stands on disk. Nothing is remembered.
    pub(crate) fn read(&self, path: &Path, limit: usize) -> Result<File, paths::ReadError> {
        let text = paths::read_text(path, limit as u64)?;
        let uri = paths::to_uri(path)
            .map(|uri| uri.to_string())
            .unwrap_or_default();
        let limits = Limits {
            bytes: limit,
            ..Limits::default()
        };
        let document = Document::parse_with(&text, limits);
        Ok(File { uri, document })
    }

    /// The document with everything that it is checked with, and the files that it extends.
    pub(crate) fn resolve_context(
        &self,
        document: Document,
        path: Option<&Path>,
    ) -> ResolvedDocument {
        let project = self.project(path);
        let chain = extends::chain(self, &document, path, project.options.max_document_size());
        let bases = chain.bases.into_iter().map(|file| BaseDocument {
            uri: file.uri,
            document: file.document,
        });
        let root = project.root.as_deref();
        let context = Context {
            settings: project.settings.clone(),
            variables: project.variables.clone(),
            bases: bases.collect(),
            base_problem: chain.problem,
            processes: root.and_then(|root| self.processes(root)),
        };
        let mut snapshot = Snapshot::new(document, context);
        let environment = || nexflow_analysis::environment(&snapshot);
        let settings = project.settings_of(path, &environment);
        snapshot.context.settings = settings;
        ResolvedDocument {
            snapshot,
            files: chain.files,
        }
    }
}

/// A document with what it is checked with, and where that comes from.
pub(crate) struct ResolvedDocument {
    /// What features take.
    pub(crate) snapshot: Snapshot,
    /// The documents that it extends, each by the path that is written and by the one without links.
    pub(crate) files: Vec<PathBuf>,
}
