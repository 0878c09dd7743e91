//! Files, folders and environment: everything a document is judged with, and the one way to a [`Snapshot`].
//!
//! The server and the command line ask [`Workspace::snapshot`] and nothing else, so that both say the same about a document.
//! What was read stays in memory until [`Workspace::files_changed`] or [`Workspace::forget_files`] says that it may be stale.
//! All methods take `&self` and may be called from any thread; none holds a lock while it reads a file.

pub mod env_file;
pub mod extends;
pub mod family;
mod file_cache;
pub mod index;
pub mod paths;
pub mod project;
pub mod walk;

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

use self::{file_cache::FileCache, index::Index, project::Project};
use crate::{lsp::convert::Encoding, settings::Options};

/// A folder that the editor has opened, with the editor's settings for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    /// Its path.
    pub path: PathBuf,
    /// The settings for it; `None` means the same as everywhere.
    pub options: Option<Options>,
}

/// What the editor says of the workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// The open folders.
    pub folders: Vec<Folder>,
    /// The settings outside of folders with their own.
    pub options: Options,
    /// What its columns count.
    pub encoding: Encoding,
}

/// A document as it stands on disk, or as it is open in the editor.
#[derive(Clone)]
pub struct File {
    /// Its URI, in the spelling of the client when it is open.
    pub uri: String,
    /// Its text and tree.
    pub document: Document,
}

/// Files, folders and environment of one editor or of one run of the command line.
pub struct Workspace {
    shell: Arc<HashMap<String, String>>,
    configuration: RwLock<Arc<Configuration>>,
    /// By their root and the workspace folder whose settings they have.
    projects: DashMap<(Option<PathBuf>, Option<PathBuf>), Arc<Project>>,
    /// The project of the documents of a folder.
    of_folders: DashMap<PathBuf, Arc<Project>>,
    /// Text that is open in the editor, by path: it wins over the disk.
    open: DashMap<PathBuf, File>,
    /// Documents read from the disk.
    files: FileCache,
    /// What the documents of the workspace folders extend and name.
    index: Arc<Index>,
    /// How often projects have been forgotten: one that was read before that is not remembered after it.
    forgotten: AtomicU64,
}

/// What a change on disk means for open documents.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// Each may be judged differently now.
    Everything,
    /// Only documents were changed: those that extend one of these may be judged differently.
    Documents(Vec<PathBuf>),
}

impl Workspace {
    /// A workspace with the variables of the shell.
    pub fn new(shell: HashMap<String, String>, configuration: Configuration) -> Workspace {
        Workspace {
            shell: Arc::new(shell),
            configuration: RwLock::new(Arc::new(configuration)),
            projects: DashMap::new(),
            of_folders: DashMap::new(),
            open: DashMap::new(),
            files: FileCache::default(),
            index: Arc::default(),
            forgotten: AtomicU64::new(0),
        }
    }

    /// What the editor says of the workspace.
    pub fn configuration(&self) -> Arc<Configuration> {
        self.configuration
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes over folders and settings; everything that was read is read again when it is needed.
    pub fn configure(&self, configuration: Configuration) {
        *self
            .configuration
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(configuration);
        self.forget_files();
    }

    /// Forgets everything that was read from the disk.
    pub fn forget_files(&self) {
        self.forget_projects();
        self.files.clear();
    }

    fn epoch(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    fn forget_projects(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.projects.clear();
        self.of_folders.clear();
    }

    /// Forgets what depends on these files, and says what open documents may be judged differently now.
    pub fn files_changed(&self, changed: &[PathBuf]) -> Changed {
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
        if in_projects.is_empty() {
            return Changed::Documents(documents);
        }
        self.forget_projects();
        Changed::Everything
    }

    /// Takes note of the text of an open document.
    pub fn set_open(&self, path: PathBuf, file: File) {
        self.open.insert(path, file);
    }

    /// Takes note that a document is no longer open.
    pub fn remove_open(&self, path: &Path) {
        self.open.remove(path);
        self.files.forget(&[path.to_path_buf()]);
    }

    /// A document that is open in the editor.
    pub fn open_document(&self, path: &Path) -> Option<File> {
        self.open.get(path).map(|file| file.clone())
    }

    /// The open documents that have a file.
    pub fn open_files(&self) -> HashMap<PathBuf, File> {
        let open = self.open.iter();
        open.map(|file| (file.key().clone(), file.value().clone()))
            .collect()
    }

    /// The project of a document at `path` (`None`: a document without a file).
    pub fn project(&self, path: Option<&Path>) -> Arc<Project> {
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        if let Some(project) = self.of_folders.get(folder) {
            return project.clone();
        }
        let configuration = self.configuration();
        let owner = self.folder_of(folder, &configuration);
        let options = owner
            .and_then(|folder| folder.options.as_ref())
            .unwrap_or(&configuration.options);
        let root = path.map(|_| project::find_root(folder, &self.top(folder)));
        let key = (root, owner.map(|owner| owner.path.clone()));
        let epoch = self.epoch();
        let known = self.projects.get(&key).map(|project| project.clone());
        let project = known.unwrap_or_else(|| {
            let project = Project::load(key.0.as_deref(), options, &self.shell);
            let project = Arc::new(project);
            self.projects.insert(key, project.clone());
            project
        });
        self.of_folders
            .insert(folder.to_path_buf(), project.clone());
        if self.epoch() != epoch {
            // It may have been read before the change.
            self.forget_projects();
        }
        project
    }

    /// Every project of which a document was asked for.
    pub fn projects(&self) -> Vec<Arc<Project>> {
        self.projects
            .iter()
            .map(|project| project.clone())
            .collect()
    }

    /// Largest document that is read at `path`.
    pub fn limit(&self, path: &Path) -> usize {
        self.project(Some(path)).options.max_document_size()
    }

    /// What the documents of the workspace folders extend and name, as far as it is known yet.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// The index of the folders around a document, complete: of its workspace folder, else of the folder that it lies in. Waits
    /// for it while `alive` says that somebody waits for the answer.
    pub fn index_around(&self, path: &Path, alive: &dyn Fn() -> bool) -> Arc<Index> {
        let folder = path.parent().unwrap_or(path);
        if self.folder_of(folder, &self.configuration()).is_some() {
            if !self.index.wait(alive) && alive() {
                self.scan(&|_, _| true);
            }
            return self.index.clone();
        }
        let mut beside: Vec<PathBuf> = walk::beside(folder);
        beside.sort_unstable();
        let configuration = self.configuration();
        beside.truncate(configuration.options.max_workspace_documents());
        let index = Index::default();
        index.update(&beside, self.limit(path), configuration.encoding);
        Arc::new(index)
    }

    /// Brings the index up to date with the workspace folders. See [`index::scan::Scan`].
    pub fn scan(&self, progress: &(dyn Fn(usize, usize) -> bool + Sync)) {
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
    pub fn update_index(&self, changed: &[PathBuf]) {
        let configuration = self.configuration();
        let limit = configuration.options.max_document_size();
        self.index.update(changed, limit, configuration.encoding);
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
    pub fn top(&self, folder: &Path) -> PathBuf {
        match self.folder_of(folder, &self.configuration()) {
            Some(owner) => owner.path.clone(),
            None => project::top_without_workspace(folder),
        }
    }

    /// The folders that documents may be read from for a document in `folder`: the workspace folders, else what is around it.
    pub fn readable_folders(&self, folder: &Path) -> Vec<PathBuf> {
        let configuration = self.configuration();
        let mut folders: Vec<PathBuf> = configuration
            .folders
            .iter()
            .map(|folder| folder.path.clone())
            .collect();
        if self.folder_of(folder, &configuration).is_none() {
            folders.push(project::top_without_workspace(folder));
        }
        folders
    }

    /// Parses a text within the limits of the project.
    pub fn parse(&self, text: &str, path: Option<&Path>) -> Document {
        let limits = Limits {
            bytes: self.project(path).options.max_document_size(),
            ..Limits::default()
        };
        Document::parse_with(text, limits)
    }

    /// The document at a path: the open text, else what is on the disk.
    pub fn document(&self, path: &Path, limit: usize) -> Result<File, paths::ReadError> {
        if let Some(open) = self.open.get(path) {
            return Ok(open.clone());
        }
        if let Some(file) = self.files.get(path) {
            return Ok(file);
        }
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(open) = self.open.get(&real) {
            return Ok(open.clone());
        }
        let moment = self.files.moment();
        let file = self.read(path, limit)?;
        self.files.insert(moment, path, real, file.clone());
        Ok(file)
    }

    /// The document at a path as it stands on disk. Nothing is remembered.
    pub fn read(&self, path: &Path, limit: usize) -> Result<File, paths::ReadError> {
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

    /// The document with everything that it is judged with.
    pub fn snapshot(&self, document: Document, path: Option<&Path>) -> Snapshot {
        self.gather(document, path).snapshot
    }

    /// As [`Workspace::snapshot`], with the files that the document extends.
    pub fn gather(&self, document: Document, path: Option<&Path>) -> Gathered {
        let project = self.project(path);
        let chain = extends::chain(self, &document, path, project.options.max_document_size());
        let bases = chain.bases.into_iter().map(|file| BaseDocument {
            uri: file.uri,
            document: file.document,
        });
        let context = Context {
            settings: project.settings.clone(),
            variables: project.variables.clone(),
            bases: bases.collect(),
            base_problem: chain.problem,
        };
        Gathered {
            snapshot: Snapshot::new(document, context),
            files: chain.files,
        }
    }
}

/// A document with what it is judged with, and where that comes from.
pub struct Gathered {
    /// What features take.
    pub snapshot: Snapshot,
    /// The documents that it extends, each by the path that is written and by the one without links.
    pub files: Vec<PathBuf>,
}
