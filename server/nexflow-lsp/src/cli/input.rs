//! What a command works on: documents named on the command line, found in folders, or read from standard input.

use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use tower_lsp_server::ls_types::Uri;

use crate::{
    lsp::convert::Encoding,
    server::documents::OpenDocument,
    settings::Options,
    workspace::{
        Configuration, File, Folder, Workspace, env_file, paths,
        project::{self, FileProblem},
        walk,
    },
};

/// The path that stands for standard input.
const STDIN: &str = "-";
/// How a document without a name is called in reports.
const UNNAMED: &str = "<stdin>";

/// Which documents a command works on.
#[derive(Args)]
pub struct Which {
    /// Documents and folders; `-` is standard input [default: the current folder]
    pub paths: Vec<PathBuf>,

    /// Read one document from standard input, as if it were this file
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
}

/// One document to work on.
pub enum Source {
    /// A file, as it was named or found.
    File(PathBuf),
    /// The text of standard input, and the file that it stands for.
    Stdin {
        /// The file, when one was named.
        name: Option<PathBuf>,
        /// Its text.
        text: String,
    },
}

impl Source {
    /// How the document is called in reports.
    pub fn path(&self) -> &Path {
        match self {
            Source::File(path) => path,
            Source::Stdin { name, .. } => name.as_deref().unwrap_or(Path::new(UNNAMED)),
        }
    }

    /// The file that it is, or stands for.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Source::File(path) => Some(path),
            Source::Stdin { name, .. } => name.as_deref(),
        }
    }
}

/// Something that could not be worked on, with the reason.
pub type Unusable = (PathBuf, String);

/// All documents of a command.
pub struct Input {
    /// The folder in which the command runs.
    pub current: PathBuf,
    /// The documents, in a stable order, each once.
    pub sources: Vec<Source>,
    /// What was named and is not there, or cannot be looked into.
    pub unusable: Vec<Unusable>,
}

impl Input {
    /// Finds the documents that the arguments mean.
    pub fn gather(which: &Which) -> Input {
        let mut input = Input {
            current: std::env::current_dir().unwrap_or_default(),
            sources: Vec::new(),
            unusable: Vec::new(),
        };
        let mut stdin = which.stdin_filename.is_some();
        if !stdin && which.paths.is_empty() {
            input.add_folder(Path::new("."));
        }
        for path in &which.paths {
            if path.as_os_str() == STDIN {
                stdin = true;
            } else {
                input.add(path);
            }
        }
        if stdin {
            input.add_stdin(which.stdin_filename.as_deref());
        }
        let mut seen = HashSet::new();
        let current = input.current.clone();
        input.sources.retain(|source| match source {
            Source::File(path) => seen.insert(paths::normalized(&current.join(path))),
            Source::Stdin { .. } => true,
        });
        input
    }

    fn add(&mut self, path: &Path) {
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => self.add_folder(path),
            Ok(_) => self.sources.push(Source::File(path.to_path_buf())),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                self.unusable
                    .push((path.to_path_buf(), "no such file or folder".into()));
            }
            Err(error) => self
                .unusable
                .push((path.to_path_buf(), error.kind().to_string())),
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        let (mut below, problems) = walk::documents_or_problems(folder, std::iter::empty());
        below.sort_unstable();
        for path in below {
            let short = path.strip_prefix(".").map(Path::to_path_buf);
            self.sources.push(Source::File(short.unwrap_or(path)));
        }
        self.unusable.extend(problems.into_iter().map(|error| {
            let (path, reason) = walk::describe(&error);
            (path.unwrap_or_else(|| folder.to_path_buf()), reason)
        }));
    }

    fn add_stdin(&mut self, name: Option<&Path>) {
        let mut bytes = Vec::new();
        let text = match io::stdin().lock().read_to_end(&mut bytes) {
            Ok(_) => String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_string()),
            Err(error) => Err(error.to_string()),
        };
        let name = name.map(Path::to_path_buf);
        match text {
            Ok(text) => self.sources.push(Source::Stdin { name, text }),
            Err(reason) => self
                .unusable
                .push((name.unwrap_or_else(|| PathBuf::from(UNNAMED)), reason)),
        }
    }

    /// What the documents are judged with. Files of a document may lie as far up as its version control, or else as the
    /// folder in which the command runs. `variables` come from outside of all projects.
    pub fn workspace(&self, options: Options, variables: HashMap<String, String>) -> Workspace {
        let mut folders: Vec<Folder> = Vec::new();
        let mut known: HashSet<PathBuf> = HashSet::new();
        for path in self.sources.iter().filter_map(Source::file) {
            let absolute = paths::normalized(&self.current.join(path));
            let folder = absolute.parent().unwrap_or(&absolute);
            if !known.insert(folder.to_path_buf()) {
                continue;
            }
            let controlled = project::top_without_workspace(folder);
            let top = if controlled == folder && folder.starts_with(&self.current) {
                self.current.clone()
            } else {
                controlled
            };
            if !folders.iter().any(|known| known.path == top) {
                folders.push(Folder {
                    path: top,
                    options: None,
                });
            }
        }
        Workspace::new(
            variables,
            Configuration {
                folders,
                options,
                ..Configuration::default()
            },
        )
    }

    /// Reads a document. It is not kept for later, so that memory does not grow with the number of documents.
    pub fn open(
        &self,
        workspace: &Arc<Workspace>,
        source: &Source,
    ) -> Result<OpenDocument, String> {
        let path = source
            .file()
            .map(|path| paths::normalized(&self.current.join(path)));
        let file = match source {
            Source::File(_) => {
                let path = path.as_deref().unwrap_or(Path::new(""));
                let limit = workspace.project(Some(path)).options.max_document_size();
                let read = workspace.read(path, limit);
                read.map_err(|error| error.to_string())?
            }
            Source::Stdin { text, .. } => File {
                uri: match &path {
                    Some(path) => paths::to_uri(path).map(|uri| uri.to_string()),
                    None => Some("untitled:stdin.infra".into()),
                }
                .unwrap_or_default(),
                document: workspace.parse(text, path.as_deref()),
            },
        };
        let uri: Uri = file.uri.parse().map_err(|_| "its path is no URI")?;
        Ok(OpenDocument::new(
            workspace,
            uri,
            path,
            file.document,
            Encoding::Utf16,
        ))
    }
}

/// The variables of the shell, and below them those of env files named on the command line, the last one first.
pub fn variables(
    env_files: &[PathBuf],
    problems: &mut Vec<FileProblem>,
) -> Result<HashMap<String, String>, Unusable> {
    let mut from_files = HashMap::new();
    for path in env_files {
        let text = paths::read_text(path, env_file::MAX_BYTES)
            .map_err(|error| (path.clone(), error.to_string()))?;
        let file = env_file::parse(&text);
        let assignments = file.assignments.into_iter();
        from_files.extend(assignments.map(|assignment| (assignment.name, assignment.value)));
        let problem = |(line, message)| FileProblem {
            path: path.clone(),
            line,
            message,
        };
        problems.extend(file.problems.into_iter().map(problem));
    }
    from_files.extend(project::shell_variables());
    Ok(from_files)
}
