//! What a command works on: documents named on the command line, found in folders, or read from standard input.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use nexflow_catalog::FlinkVersion;
use tower_lsp_server::ls_types::Uri;

use crate::{
    cli::{output, patterns},
    settings::{self, Options},
    text::Encoding,
    workspace::{
        Configuration, File, Folder, Workspace,
        document::DocumentSnapshot,
        env_file, paths,
        project::{self, Outside},
        roots::Roots,
        walk,
    },
};

/// The path that stands for standard input.
const STDIN: &str = "-";
/// How a document without a name is called in reports.
const UNNAMED: &str = "<stdin>";

/// Which documents a command works on.
#[derive(Args)]
pub(crate) struct InputArgs {
    /// Documents and folders; `-` is standard input [default: the current folder]
    pub(crate) paths: Vec<PathBuf>,

    /// Succeed if no documents are found, or standard input is empty, which is an error otherwise
    #[arg(long)]
    allow_empty: bool,

    /// Read one document from standard input, as if it were this file
    #[arg(long, value_name = "PATH")]
    pub(crate) stdin_filename: Option<PathBuf>,
}

impl InputArgs {
    /// One document; `-` is standard input.
    pub(crate) fn one(path: &Path, stdin_filename: Option<&Path>) -> InputArgs {
        InputArgs {
            paths: match stdin_filename {
                Some(_) => Vec::new(),
                None => vec![path.to_path_buf()],
            },
            allow_empty: false,
            stdin_filename: stdin_filename.map(Path::to_path_buf),
        }
    }
}

/// One document to work on.
pub(crate) enum Source {
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
    pub(crate) fn path(&self) -> &Path {
        match self {
            Source::File(path) => path,
            Source::Stdin { name, .. } => name.as_deref().unwrap_or(Path::new(UNNAMED)),
        }
    }

    /// The file that it is, or stands for.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Source::File(path) => Some(path),
            Source::Stdin { name, .. } => name.as_deref(),
        }
    }
}

/// Something that could not be worked on, with the reason.
pub(crate) type Unusable = (PathBuf, String);

/// All documents of a command.
pub(crate) struct Input {
    /// The folder in which the command runs.
    pub(crate) current: PathBuf,
    /// The documents, in a stable order, each once.
    pub(crate) sources: Vec<Source>,
    /// What was named and is not there, or cannot be looked into.
    pub(crate) unusable: Vec<Unusable>,
    /// What may be read and written: the folders that were named, those of the files that were, and what is around them.
    roots: Roots,
    /// The versions of Flink that were asked for.
    versions: Vec<FlinkVersion>,
}

impl Input {
    /// Finds the documents that the arguments mean.
    pub(crate) fn collect(which: &InputArgs) -> Input {
        let (input, unused) = Input::find(which);
        for (path, why) in unused {
            output::say_of(&path, &why);
        }
        input
    }

    /// As [`Input::collect`], with the ignore files that are not used, of which nothing is said yet.
    pub(crate) fn find(which: &InputArgs) -> (Input, Vec<Unusable>) {
        let mut unused = Vec::new();
        let mut input = Input {
            current: std::env::current_dir().unwrap_or_default(),
            sources: Vec::new(),
            unusable: Vec::new(),
            roots: Roots::default(),
            versions: Vec::new(),
        };
        let mut stdin = which.stdin_filename.is_some();
        if !stdin && which.paths.is_empty() {
            input.add_folder(Path::new("."), &mut unused);
        }
        for path in &which.paths {
            // What is shown later is what people write, whatever was handed over.
            let path = dunce::simplified(path);
            if path.as_os_str() == STDIN {
                stdin = true;
            } else {
                match patterns::expand(path) {
                    Some(found) if found.is_empty() => {
                        let named = path.to_path_buf();
                        input
                            .unusable
                            .push((named, "no file matches this pattern".into()));
                    }
                    Some(found) => found.iter().for_each(|path| input.add(path, &mut unused)),
                    None => input.add(path, &mut unused),
                }
            }
        }
        if stdin {
            input.add_stdin(which.stdin_filename.as_deref(), which.allow_empty);
        }
        if input.sources.is_empty() && input.unusable.is_empty() && !which.allow_empty {
            let reason = "no documents found (*.infra, *.infra.yaml, *.infra.yml), or ignore files exclude all of them; pass --allow-empty to accept this";
            let named = which.paths.first().cloned();
            let named = named.unwrap_or_else(|| PathBuf::from("."));
            input.unusable.push((named, reason.into()));
        }
        let mut seen = HashSet::new();
        let current = input.current.clone();
        input.sources.retain(|source| match source {
            Source::File(path) => seen.insert(paths::normalized(&current.join(path))),
            Source::Stdin { .. } => true,
        });
        (input, unused)
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        paths::normalized(&self.current.join(path))
    }

    /// How far up the files of documents in a folder may lie: as far as its version control, or else as the folder in which the
    /// command runs.
    fn top(&self, folder: &Path) -> PathBuf {
        let controlled = project::top_without_workspace(folder);
        if controlled == folder && folder.starts_with(&self.current) {
            self.current.clone()
        } else {
            controlled
        }
    }

    /// Counts a folder that a person has named among what may be read and written. Within a checkout that is the checkout: a link in
    /// it, which is somebody else's, leads nowhere else, whoever passes its name on.
    fn give(&mut self, folder: &Path) {
        if let Some(checkout) = project::version_control(folder) {
            return self.roots.add(checkout);
        }
        self.roots.add(folder.to_path_buf());
        self.roots.add(self.top(folder));
    }

    fn add(&mut self, path: &Path, unused: &mut Vec<Unusable>) {
        // A folder may be named by a link to it. A file that is a link has to stay inside, whoever names it.
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() || metadata.is_symlink() && path.is_dir() => {
                self.add_folder(path, unused);
            }
            Ok(_) => {
                let absolute = self.absolute(path);
                self.give(absolute.parent().unwrap_or(&absolute));
                self.sources.push(Source::File(path.to_path_buf()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.unusable
                    .push((path.to_path_buf(), "no such file or folder".into()));
            }
            Err(error) => self
                .unusable
                .push((path.to_path_buf(), error.kind().to_string())),
        }
    }

    fn add_folder(&mut self, folder: &Path, unused: &mut Vec<Unusable>) {
        let absolute = self.absolute(folder);
        self.give(&absolute);
        if let Err(refused) = self.roots.resolve(&absolute) {
            let named = folder.to_path_buf();
            return self.unusable.push((named, refused.to_string()));
        }
        let found = walk::walk(std::slice::from_ref(&absolute), &self.roots, usize::MAX);
        let as_named = |path: PathBuf| {
            let below = path.strip_prefix(&absolute).unwrap_or(&path);
            let named = folder.join(below);
            named.strip_prefix(".").map(PathBuf::from).unwrap_or(named)
        };
        let mut documents: Vec<PathBuf> = found.documents.into_iter().map(as_named).collect();
        documents.sort_unstable();
        self.sources.extend(documents.into_iter().map(Source::File));
        let ignored = found.unused.into_iter();
        unused.extend(ignored.map(|(path, why)| (as_named(path), why)));
        let problems = found.problems.into_iter();
        self.unusable
            .extend(problems.map(|(path, why)| (as_named(path), why)));
    }

    fn add_stdin(&mut self, name: Option<&Path>, may_be_empty: bool) {
        let bytes =
            paths::read_bounded(&mut io::stdin().lock(), settings::DOCUMENT_SIZE.most as u64);
        let text = bytes
            .map_err(|error| error.to_string())
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_string()));
        let name = name.map(Path::to_path_buf);
        // Where the command before a pipe has failed, or the descriptor is closed, there is nothing. What an editor passes on has a
        // name, and may be a document that was just begun.
        let text = text.and_then(
            |text| match text.is_empty() && name.is_none() && !may_be_empty {
                true => {
                    Err("no document: it is empty; pass --allow-empty to accept this".to_string())
                }
                false => Ok(text),
            },
        );
        match text {
            Ok(text) => self.sources.push(Source::Stdin { name, text }),
            Err(reason) => self
                .unusable
                .push((name.unwrap_or_else(|| PathBuf::from(UNNAMED)), reason)),
        }
    }

    /// Leaves one name of each file: a document and a link to it are one to write. The name that is no link stays.
    pub(crate) fn name_each_once(&mut self) {
        let mut chosen: HashMap<PathBuf, PathBuf> = HashMap::new();
        let mut others = HashSet::new();
        for path in self.sources.iter().filter_map(Source::file) {
            let absolute = self.absolute(path);
            let Ok(real) = self.roots.resolve(&absolute) else {
                continue;
            };
            match chosen.entry(real) {
                Entry::Vacant(entry) => {
                    entry.insert(path.to_path_buf());
                }
                Entry::Occupied(mut entry) => {
                    let known_is_link = self.absolute(entry.get()).is_symlink();
                    others.insert(if known_is_link && !absolute.is_symlink() {
                        entry.insert(path.to_path_buf())
                    } else {
                        path.to_path_buf()
                    });
                }
            }
        }
        self.sources
            .retain(|source| !matches!(source, Source::File(path) if others.contains(path)));
    }

    /// Has the documents checked for these versions of Flink, in their order; with none, for the one that each project names.
    pub(crate) fn for_versions(&mut self, versions: &[FlinkVersion]) {
        self.versions = versions.to_vec();
        self.versions.sort_unstable();
        self.versions.dedup();
    }

    /// What the documents are checked with.
    pub(crate) fn workspace(&self, options: Options, outside: Outside) -> Workspace {
        let mut folders: Vec<Folder> = Vec::new();
        let mut known: HashSet<PathBuf> = HashSet::new();
        for path in self.sources.iter().filter_map(Source::file) {
            let absolute = paths::normalized(&self.current.join(path));
            let folder = absolute.parent().unwrap_or(&absolute);
            if !known.insert(folder.to_path_buf()) {
                continue;
            }
            let top = self.top(folder);
            if !folders.iter().any(|known| known.path == top) {
                folders.push(Folder {
                    path: top,
                    options: None,
                });
            }
        }
        Workspace::new(
            outside,
            Configuration {
                folders,
                options,
                reads_at_once: true,
                ..Configuration::default()
            },
        )
    }

    /// Reads a document. It is not kept for later, so that memory does not grow with the number of documents.
    pub(crate) fn open(
        &self,
        workspace: &Arc<Workspace>,
        source: &Source,
    ) -> Result<DocumentSnapshot, String> {
        let path = source
            .file()
            .map(|path| paths::normalized(&self.current.join(path)));
        let file = match source {
            Source::File(_) => {
                let path = path.as_deref().unwrap_or(Path::new(""));
                let inside = self.roots.resolve(path);
                inside.map_err(|refused| refused.to_string())?;
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
        let uri: Uri = file
            .uri
            .parse()
            .map_err(|_| "its path is not a valid URI")?;
        let document = DocumentSnapshot::new(workspace, uri, path, file.document, Encoding::Utf16);
        Ok(document.for_versions(&self.versions))
    }
}

/// The variables of the shell, and the env files named on the command line. Those may lie anywhere, and be pipes. With `no_env` there
/// are none.
pub(crate) fn outside(no_env: bool, env_files: &[PathBuf]) -> Result<Outside, Unusable> {
    if no_env {
        return Ok(Outside::default());
    }
    let mut outside = Outside::of_process();
    for path in env_files {
        let text = paths::read_named(path, env_file::MAX_BYTES)
            .map_err(|error| (path.clone(), error.to_string()))?;
        outside.env_files.push((path.clone(), text));
    }
    Ok(outside)
}
