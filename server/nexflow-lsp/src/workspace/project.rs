//! A project: the folder that holds `nexflow.toml` and `.env`, with the settings and variables that they give.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use nexflow_analysis::{Settings, Variable, VariableOrigin, Variables};

use super::{
    env_file,
    paths::{self, ReadError},
};
use crate::{allocator, settings::Options};

/// Name of the project file.
pub const PROJECT_FILE: &str = "nexflow.toml";
/// Name of the env file that is read without being asked for.
pub const ENV_FILE: &str = ".env";

const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".jj", ".svn"];
const MAX_PROJECT_FILE: u64 = 1 << 20;

/// What the documents of one project folder are judged with.
pub struct Project {
    /// The folder; `None` for documents that are in none (unsaved ones).
    pub root: Option<PathBuf>,
    /// All settings, those of the project file over those of the editor.
    pub options: Options,
    /// The part of the settings that the analysis takes.
    pub settings: Arc<Settings>,
    /// The variables: fixed values, shell, env files.
    pub variables: Arc<dyn Variables>,
    /// Number of this reading of the project, never given to another one.
    pub generation: u64,
    /// Where env files set variables: name, URI and zero-based line of the value that holds among them.
    in_env_files: Vec<(String, String, u32)>,
    /// The files that were read or looked for; a change in any of them makes this project stale.
    pub files: Vec<PathBuf>,
    /// Those of them that are env files and were read.
    pub env_files: Vec<PathBuf>,
    /// What is wrong in these files.
    pub problems: Vec<FileProblem>,
}

/// Something wrong in a file that is no document.
#[derive(Clone, Debug, PartialEq)]
pub struct FileProblem {
    /// The file.
    pub path: PathBuf,
    /// Zero-based line.
    pub line: u32,
    /// What is wrong, without any value of a variable.
    pub message: String,
}

/// The variables of the shell that started the server, read once.
pub fn shell_variables() -> HashMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let variables = std::env::vars_os().filter_map(text);
    variables
        .filter(|(name, _)| !allocator::has_set(name))
        .collect()
}

impl Project {
    /// Reads the project in `root`, as far as it is there. `editor` are the settings of the editor.
    pub fn load(
        root: Option<&Path>,
        editor: &Options,
        shell: &Arc<HashMap<String, String>>,
    ) -> Project {
        let mut files = Vec::new();
        let mut read = Vec::new();
        let mut problems = Vec::new();
        let mut options = editor.clone();
        let mut from_files = HashMap::new();
        if let Some(root) = root {
            let project_file = root.join(PROJECT_FILE);
            match paths::read_text(&project_file, MAX_PROJECT_FILE) {
                Ok(text) => {
                    let (own, found) = Options::from_project_file(&text);
                    options = own.over(editor);
                    let problem = |(line, message)| FileProblem {
                        path: project_file.clone(),
                        line,
                        message,
                    };
                    problems.extend(found.into_iter().map(problem));
                }
                Err(ReadError::Missing) => {}
                Err(ReadError::Unusable(why)) => {
                    problems.push(FileProblem {
                        path: project_file.clone(),
                        line: 0,
                        message: why,
                    });
                }
            }
            files.push(project_file);
            let named = options.env_files.iter().flatten();
            let env_files =
                std::iter::once((ENV_FILE, false)).chain(named.map(|name| (name.as_str(), true)));
            for (name, required) in env_files {
                let path = paths::normalized(&root.join(name));
                match read_env_file(root, &path, required) {
                    Ok(Some(file)) => {
                        read.push(path.clone());
                        let problem = |(line, message)| FileProblem {
                            path: path.clone(),
                            line,
                            message,
                        };
                        problems.extend(file.problems.into_iter().map(problem));
                        let uri = paths::to_uri(&path)
                            .map(|uri| uri.to_string())
                            .unwrap_or_default();
                        for assignment in file.assignments {
                            let origin = VariableOrigin::EnvFile {
                                uri: uri.clone(),
                                line: assignment.line,
                            };
                            from_files.insert(
                                assignment.name,
                                Variable {
                                    value: assignment.value,
                                    origin,
                                },
                            );
                        }
                    }
                    Ok(None) => {}
                    Err(message) => problems.push(FileProblem {
                        path: path.clone(),
                        line: 0,
                        message,
                    }),
                }
                files.push(path);
            }
        }
        let fixed = options.variables.iter().map(|(name, value)| {
            (
                name.clone(),
                Variable {
                    value: value.clone(),
                    origin: VariableOrigin::Settings,
                },
            )
        });
        let in_env_files = from_files.iter().filter_map(|(name, variable)| {
            let VariableOrigin::EnvFile { uri, line } = &variable.origin else {
                return None;
            };
            Some((name.clone(), uri.clone(), *line))
        });
        Project {
            generation: next_generation(),
            in_env_files: in_env_files.collect(),
            root: root.map(Path::to_path_buf),
            settings: options.analysis(),
            variables: Arc::new(Environment {
                fixed: fixed.collect(),
                shell: shell.clone(),
                files: from_files,
            }),
            options,
            files,
            env_files: read,
            problems,
        }
    }
}

impl Project {
    /// Where env files set variables: name, URI and zero-based line of the value that holds among them.
    pub fn in_env_files(&self) -> impl Iterator<Item = (String, String, u32)> {
        self.in_env_files.iter().cloned()
    }
}

fn next_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn read_env_file(
    root: &Path,
    path: &Path,
    required: bool,
) -> Result<Option<env_file::EnvFile>, String> {
    // A link that leads out of the project could make the values of any file visible.
    match path.canonicalize() {
        Ok(real)
            if !real.starts_with(root.canonicalize().unwrap_or_else(|_| root.to_path_buf())) =>
        {
            return Err("the file is outside the project folder and is not read".into());
        }
        _ => {}
    }
    match paths::read_text(path, env_file::MAX_BYTES) {
        Ok(text) => Ok(Some(env_file::parse(&text))),
        Err(ReadError::Missing) if required => {
            Err("the env file named in the settings does not exist".into())
        }
        Err(ReadError::Missing) => Ok(None),
        Err(ReadError::Unusable(why)) => Err(format!("the env file cannot be used: {why}")),
    }
}

/// The variables in their order: fixed values of the settings, the shell, the env files.
struct Environment {
    fixed: HashMap<String, Variable>,
    shell: Arc<HashMap<String, String>>,
    files: HashMap<String, Variable>,
}

impl Variables for Environment {
    fn get(&self, name: &str) -> Option<Variable> {
        let shell = || {
            self.shell.get(name).map(|value| Variable {
                value: value.clone(),
                origin: VariableOrigin::Shell,
            })
        };
        self.fixed
            .get(name)
            .cloned()
            .or_else(shell)
            .or_else(|| self.files.get(name).cloned())
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .fixed
            .keys()
            .chain(self.shell.keys())
            .chain(self.files.keys())
            .cloned()
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The project folder for documents in `folder`: the nearest one up to `top` with a project file, else the nearest with an env
/// file, else the nearest under version control, else `top` itself.
pub fn find_root(folder: &Path, top: &Path) -> PathBuf {
    let up = || {
        folder
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(top))
    };
    let with =
        |names: &[&str]| up().find(|folder| names.iter().any(|name| folder.join(name).exists()));
    with(&[PROJECT_FILE])
        .or_else(|| with(&[ENV_FILE]))
        .or_else(|| with(VERSION_CONTROL))
        .unwrap_or(if folder.starts_with(top) { top } else { folder })
        .to_path_buf()
}

/// How far up files may belong to a document that is in no workspace folder: the folder under version control around it, else
/// its own folder.
pub fn top_without_workspace(folder: &Path) -> PathBuf {
    let controlled = |folder: &&Path| {
        VERSION_CONTROL
            .iter()
            .any(|name| folder.join(name).exists())
    };
    folder
        .ancestors()
        .find(controlled)
        .unwrap_or(folder)
        .to_path_buf()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn shell(pairs: &[(&str, &str)]) -> Arc<HashMap<String, String>> {
        Arc::new(
            pairs
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        )
    }

    #[test]
    fn the_root_is_found_by_the_strongest_sign_within_the_workspace() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path();
        let deep = top.join("a/b/c");
        fs::create_dir_all(&deep).expect("made");
        assert_eq!(find_root(&deep, top), top);
        fs::create_dir(top.join("a/.git")).expect("made");
        assert_eq!(find_root(&deep, top), top.join("a"));
        fs::write(top.join("a/b/.env"), "").expect("written");
        assert_eq!(find_root(&deep, top), top.join("a/b"));
        fs::write(top.join("nexflow.toml"), "").expect("written");
        assert_eq!(find_root(&deep, top), top);
        assert_eq!(find_root(&deep, &top.join("a/b")), top.join("a/b"));
        assert_eq!(top_without_workspace(&deep), top.join("a"));
    }

    #[test]
    fn variables_resolve_in_their_order_and_know_their_origin() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::write(root.join(".env"), "# c\nA=env\nB=env\nC=env\nD=env\n").expect("written");
        fs::write(root.join("more.env"), "B=more\n").expect("written");
        fs::write(
            root.join("nexflow.toml"),
            "[infra]\nenv_files=['more.env']\n[infra.variables]\nC='fixed'\n",
        )
        .expect("written");
        let project = Project::load(
            Some(root),
            &Options::default(),
            &shell(&[("A", "shell"), ("C", "shell")]),
        );
        assert_eq!(project.problems, []);
        let of = |name| project.variables.get(name).map(|v| (v.value, v.origin));
        let file = |name: &str, line| VariableOrigin::EnvFile {
            uri: paths::to_uri(&root.join(name)).expect("a URI").to_string(),
            line,
        };
        assert_eq!(of("A"), Some(("shell".into(), VariableOrigin::Shell)));
        assert_eq!(of("B"), Some(("more".into(), file("more.env", 0))));
        assert_eq!(of("C"), Some(("fixed".into(), VariableOrigin::Settings)));
        assert_eq!(of("D"), Some(("env".into(), file(".env", 4))));
        assert_eq!(of("E"), None);
        assert_eq!(project.variables.names(), ["A", "B", "C", "D"]);
    }

    #[test]
    fn hostile_env_files_are_problems_and_nothing_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for content in [
            vec![0xff; 10],
            vec![b'a'; (env_file::MAX_BYTES + 1) as usize],
        ] {
            fs::write(root.join(".env"), content).expect("written");
            let project = Project::load(Some(root), &Options::default(), &shell(&[]));
            assert_eq!(project.problems.len(), 1);
        }
    }

    #[test]
    #[cfg(unix)]
    fn env_files_outside_the_project_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("in");
        fs::create_dir(&root).expect("made");
        fs::write(folder.path().join("outside"), "SECRET=1").expect("written");
        std::os::unix::fs::symlink("../outside", root.join(".env")).expect("linked");
        let editor = Options {
            env_files: Some(vec!["../outside".into()]),
            ..Default::default()
        };
        let project = Project::load(Some(&root), &editor, &shell(&[]));
        assert_eq!(project.problems.len(), 2);
        assert_eq!(project.variables.get("SECRET"), None);
    }
}
