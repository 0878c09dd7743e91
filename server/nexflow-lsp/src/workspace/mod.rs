//! Files, folders and environment: everything a document is judged with, and the one way to a [`Snapshot`].
//!
//! The server and the command line ask [`Workspace::snapshot`] and nothing else, so that both say the same about a document.
//! What was read stays in memory until [`Workspace::files_changed`] or [`Workspace::forget_files`] says that it may be stale.
//! All methods take `&self` and may be called from any thread; none holds a lock while it reads a file.

pub mod env_file;
pub mod extends;
pub mod family;
pub mod paths;
pub mod project;
pub mod walk;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use dashmap::DashMap;
use nexflow_analysis::{BaseDocument, Context, Snapshot};
use nexflow_syntax::{Document, Limits};

use self::project::Project;
use crate::settings::Options;

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
    /// By the folder of the document.
    projects: DashMap<PathBuf, Arc<Project>>,
    /// Text that is open in the editor, by path: it wins over the disk.
    open: DashMap<PathBuf, File>,
    /// Documents read from the disk, by real path.
    files: DashMap<PathBuf, File>,
}

impl Workspace {
    /// A workspace with the variables of the shell.
    pub fn new(shell: HashMap<String, String>, configuration: Configuration) -> Workspace {
        Workspace {
            shell: Arc::new(shell),
            configuration: RwLock::new(Arc::new(configuration)),
            projects: DashMap::new(),
            open: DashMap::new(),
            files: DashMap::new(),
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
        self.projects.clear();
        self.files.clear();
    }

    /// Forgets what depends on these files. True when any open document may be judged differently now.
    pub fn files_changed(&self, changed: &[PathBuf]) -> bool {
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        let mut relevant = false;
        for path in changed {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            // A file of this name may be a new sign of a project root.
            if name == project::PROJECT_FILE
                || name.starts_with(project::ENV_FILE)
                || self
                    .projects
                    .iter()
                    .any(|project| project.files.contains(path))
            {
                self.projects.clear();
                relevant = true;
            } else {
                self.files.remove(&real(path));
                relevant = true;
            }
        }
        relevant
    }

    /// Forgets documents that were read from the disk, for clients that do not watch files.
    pub fn forget_unwatched(&self) {
        self.forget_files();
    }

    /// Takes note of the text of an open document.
    pub fn set_open(&self, path: PathBuf, file: File) {
        self.open.insert(path, file);
    }

    /// Takes note that a document is no longer open.
    pub fn remove_open(&self, path: &Path) {
        self.open.remove(path);
        self.files.remove(path);
    }

    /// The project of a document at `path` (`None`: a document without a file).
    pub fn project(&self, path: Option<&Path>) -> Arc<Project> {
        let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
        if let Some(project) = self.projects.get(folder) {
            return project.clone();
        }
        let configuration = self.configuration();
        let owner = self.folder_of(folder, &configuration);
        let options = owner
            .and_then(|folder| folder.options.as_ref())
            .unwrap_or(&configuration.options);
        let root = path.map(|_| project::find_root(folder, &self.top(folder)));
        let project = Arc::new(Project::load(root.as_deref(), options, &self.shell));
        self.projects.insert(folder.to_path_buf(), project.clone());
        project
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
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(open) = self.open.get(&real) {
            return Ok(open.clone());
        }
        if let Some(file) = self.files.get(&real) {
            return Ok(file.clone());
        }
        let file = self.read(path, limit)?;
        self.files.insert(real, file.clone());
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

    /// The documents in the workspace folders, ignore files respected.
    pub fn find_documents(&self) -> Vec<PathBuf> {
        let configuration = self.configuration();
        let mut folders = configuration
            .folders
            .iter()
            .map(|folder| folder.path.as_path());
        let Some(first) = folders.next() else {
            return Vec::new();
        };
        let mut found = walk::documents(first, folders);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The document with everything that it is judged with.
    pub fn snapshot(&self, document: Document, path: Option<&Path>) -> Snapshot {
        let project = self.project(path);
        let (bases, base_problem) =
            extends::chain(self, &document, path, project.options.max_document_size());
        let bases = bases
            .into_iter()
            .map(|file| BaseDocument {
                uri: file.uri,
                document: file.document,
            })
            .collect();
        let context = Context {
            settings: project.settings.clone(),
            variables: project.variables.clone(),
            bases,
            base_problem,
        };
        Snapshot::new(document, context)
    }
}
