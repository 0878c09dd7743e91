//! A project: the folder that holds `nexflow.toml` and `.env`, with the settings and variables that they give.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use nexflow_analysis::{House, Settings, Variable, VariableOrigin, Variables};

use super::{
    baseline::{self, Baseline},
    by_place::ByPlace,
    env_file,
    paths::{self, ReadError},
    roots::{self, Refused, Roots},
};
use crate::settings::{self, Options, ProjectFile};

/// Name of the project file.
pub(crate) const PROJECT_FILE: &str = "nexflow.toml";
/// Name of the env file that is read without being asked for.
pub(crate) const ENV_FILE: &str = ".env";

const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".jj", ".svn"];
const MAX_PROJECT_FILE: u64 = 1 << 20;
/// Most files that extend each other, the project file among them.
const MAX_PRESETS: usize = 8;

/// What the documents of one project folder are checked with.
pub(crate) struct Project {
    /// The folder; `None` for documents that are in none (unsaved ones).
    pub(crate) root: Option<PathBuf>,
    /// All settings, those of the project file over those of the editor.
    pub(crate) options: Options,
    /// The part of the settings that the analysis takes.
    pub(crate) settings: Arc<Settings>,
    /// The variables: fixed values, shell, env files.
    pub(crate) variables: Arc<dyn Variables>,
    /// Number of this reading of the project, never given to another one.
    pub(crate) revision: u64,
    /// Where env files set variables: name, URI and zero-based line of the value that holds among them.
    in_env_files: Vec<(String, String, u32)>,
    /// The files that were read or looked for; a change in any of them makes this project stale.
    pub(crate) files: Vec<PathBuf>,
    /// Those of them that are env files and were read.
    pub(crate) env_files: Vec<PathBuf>,
    /// The files that give settings, the one that gives way first.
    pub(crate) sources: Vec<SettingsSource>,
    /// The settings that are other ones for some of the documents.
    pub(crate) by_place: ByPlace,
    /// What of the documents is recorded.
    pub(crate) baseline: Option<Baseline>,
    /// What is wrong in these files.
    pub(crate) problems: Vec<FileProblem>,
}

/// Something wrong in a file that is no document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FileProblem {
    /// The file.
    pub(crate) path: PathBuf,
    /// Zero-based line.
    pub(crate) line: u32,
    /// The columns that it is about, in units of UTF-16, where they are known.
    pub(crate) columns: Option<(u32, u32)>,
    /// What is wrong, without any value of a variable.
    pub(crate) message: String,
}

/// One file that gives settings.
pub(crate) struct SettingsSource {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Its table `[infra]` as it is written.
    pub(crate) infra: serde_json::Value,
    /// The zero-based lines of its keys, `rules.<id>` among them.
    pub(crate) lines: HashMap<String, u32>,
}

/// What comes from outside of all projects.
#[derive(Clone, Default)]
pub(crate) struct Outside {
    /// The variables of the shell.
    pub(crate) shell: HashMap<String, String>,
    /// Env files named on the command line, with their texts. They win over those of a project, and the shell over them.
    pub(crate) env_files: Vec<(PathBuf, String)>,
    /// What is to hold of baselines.
    pub(crate) baseline: UseBaseline,
}

/// Which baseline holds.
#[derive(Clone, Debug, Default)]
pub(crate) enum UseBaseline {
    /// The one that the project file names.
    #[default]
    OfProject,
    /// The one at this path, with this text.
    Named(PathBuf, String),
    /// None: a new one is made.
    None,
}

impl Outside {
    /// The variables of the shell that started the process.
    pub(crate) fn of_process() -> Outside {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Outside {
            shell: std::env::vars_os().filter_map(text).collect(),
            env_files: Vec::new(),
            baseline: UseBaseline::OfProject,
        }
    }
}

/// What is read of a project, until it is complete.
#[derive(Default)]
struct Reading {
    files: Vec<PathBuf>,
    env_files: Vec<PathBuf>,
    problems: Vec<FileProblem>,
    variables: HashMap<String, Variable>,
    /// Where the project file fixes variables.
    fixed: HashMap<String, VariableOrigin>,
    sources: Vec<SettingsSource>,
}

impl Reading {
    fn problem(&mut self, path: &Path, line: u32, message: String) {
        let path = path.to_path_buf();
        self.problems.push(FileProblem {
            path,
            line,
            columns: None,
            message,
        });
    }

    /// The settings of the project file, over those of the files that it extends, over those of the editor.
    fn project_file(
        &mut self,
        root: &Path,
        roots: &Roots,
        workspace: &Roots,
        editor: &Options,
    ) -> Options {
        let mut files = Vec::new();
        let mut next = Some(root.join(PROJECT_FILE));
        while let Some(path) = next.take() {
            let is_preset = !files.is_empty();
            let read = read_inside(
                if is_preset { workspace } else { roots },
                &path,
                MAX_PROJECT_FILE,
            );
            self.files.push(path.clone());
            let text = match read {
                Ok(Some(text)) => text,
                Ok(None) if is_preset => {
                    self.problem(
                        &path,
                        0,
                        "The file that `extends` names does not exist.".into(),
                    );
                    break;
                }
                Ok(None) => break,
                Err(why) => {
                    self.problem(&path, 0, why);
                    break;
                }
            };
            let uri = paths::to_uri(&path)
                .map(|uri| uri.to_string())
                .unwrap_or_default();
            let mut file = ProjectFile::read(&text, &uri);
            if is_preset {
                file.options.env_files = None;
                file.options.baseline = None;
            }
            if let Some(extends) = file.options.extends.take() {
                let line = file.line(&text, &["extends"]);
                next = self.preset(&path, line, &extends, files.len());
            }
            files.push((path, uri, text, file));
        }
        let mut house = House::default();
        for (_, _, _, file) in files.iter().rev() {
            for rule in file.options.house.rules() {
                house.add(rule.clone());
            }
        }
        let mut options = editor.clone();
        for (path, uri, text, file) in files.into_iter().rev() {
            let lines = file.lines(&text);
            for name in file.options.variables.keys() {
                let line = lines
                    .get(&format!("variables.{name}"))
                    .copied()
                    .unwrap_or(0);
                let uri = uri.clone();
                self.fixed
                    .insert(name.clone(), VariableOrigin::ProjectFile { uri, line });
            }
            let unknown = file.unknown_rules(&house);
            for problem in file.problems.iter().chain(&unknown) {
                self.problem_at(&path, &text, problem);
            }
            options = file.options.over(&options);
            self.sources.push(SettingsSource {
                path,
                infra: file.infra,
                lines,
            });
        }
        options
    }

    /// The file that a project file extends, unless that leads in a circle or too far.
    fn preset(&mut self, from: &Path, line: u32, extends: &str, depth: usize) -> Option<PathBuf> {
        let folder = from.parent().unwrap_or(from);
        let found = roots::beside(folder, extends);
        let wrong = match &found {
            None => Some("`extends` names a file outside the workspace, which is not read."),
            Some(path) if self.files.contains(path) => Some("`extends` leads back to this file."),
            Some(_) if depth + 1 >= MAX_PRESETS => Some("`extends` names too many files in a row."),
            Some(_) => None,
        };
        if let Some(wrong) = wrong {
            self.problem(from, line, wrong.to_owned());
            return None;
        }
        found
    }

    fn problem_at(&mut self, path: &Path, text: &str, problem: &settings::Problem) {
        let line = settings::line_of(text, problem.range.start);
        let start = text[..problem.range.start]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
        let first = units(&text[start..problem.range.start]);
        let on_line = text[problem.range.clone()]
            .lines()
            .next()
            .unwrap_or_default();
        self.problems.push(FileProblem {
            path: path.to_path_buf(),
            line,
            columns: Some((first, first + units(on_line))),
            message: problem.message.clone(),
        });
    }

    /// The env files of a project: `.env`, and those that the settings name, each once.
    fn env_files(
        &mut self,
        root: &Path,
        roots: &Roots,
        options: &Options,
        reader: &mut env_file::Reader<'_>,
    ) {
        let named = options.env_files.iter().flatten();
        let names =
            std::iter::once((ENV_FILE, false)).chain(named.map(|name| (name.as_str(), true)));
        for (name, required) in names {
            let Some(path) = roots::beside(root, name) else {
                let message =
                    "an env file of the settings is outside the project folder and is not read";
                self.problem(&root.join(PROJECT_FILE), 0, message.into());
                continue;
            };
            if self.files.contains(&path) {
                continue;
            }
            if self.files.len() > env_file::MAX_FILES {
                let message = format!(
                    "at most {} env files are read; the others are left out",
                    env_file::MAX_FILES
                );
                return self.problem(&root.join(PROJECT_FILE), 0, message);
            }
            match read_inside(roots, &path, env_file::MAX_BYTES) {
                Ok(Some(text)) => {
                    self.env_files.push(path.clone());
                    self.assign(&path, reader.read(&text));
                }
                Ok(None) if required => {
                    let message = "the env file named in the settings does not exist";
                    self.problem(&path, 0, message.into());
                }
                Ok(None) => {}
                Err(message) => self.problem(&path, 0, message),
            }
            self.files.push(path);
        }
    }

    /// The baseline that holds for the documents of a project.
    fn baseline(
        &mut self,
        root: Option<&Path>,
        roots: &Roots,
        options: &Options,
        outside: &Outside,
    ) -> Option<Baseline> {
        let (path, text) = match (&outside.baseline, root, &options.baseline) {
            (UseBaseline::Named(path, text), ..) => (path.clone(), Ok(Some(text.clone()))),
            (UseBaseline::OfProject, Some(root), Some(name)) => {
                let Some(path) = roots::beside(root, name) else {
                    let message = "The baseline is outside the project folder and is not read.";
                    self.problem(&root.join(PROJECT_FILE), 0, message.into());
                    return None;
                };
                let text = read_inside(roots, &path, baseline::MAX_BYTES);
                self.files.push(path.clone());
                (path, text)
            }
            _ => return None,
        };
        let read = text.and_then(|text| match text {
            Some(text) => Baseline::read(&path, &text),
            // It is written by the first `--update-baseline`.
            None => Ok(Baseline::new(path.clone())),
        });
        read.map_err(|message| self.problem(&path, 0, message)).ok()
    }

    fn assign(&mut self, path: &Path, file: env_file::EnvFile) {
        for (line, message) in file.problems {
            self.problem(path, line, message);
        }
        let uri = paths::to_uri(path).map(|uri| uri.to_string());
        let uri = uri.unwrap_or_default();
        for assignment in file.assignments {
            let origin = VariableOrigin::EnvFile {
                uri: uri.clone(),
                line: assignment.line,
            };
            let value = assignment.value;
            self.variables
                .insert(assignment.name, Variable { value, origin });
        }
    }
}

impl Project {
    /// Reads the project in `root`, as far as it is there. `editor` are the settings of the editor; presets may lie anywhere in
    /// the folders of a `workspace`.
    pub(crate) fn load(
        root: Option<&Path>,
        workspace: &Roots,
        editor: &Options,
        outside: &Arc<Outside>,
    ) -> Project {
        let mut reading = Reading::default();
        let roots = Roots::new(root.map(Path::to_path_buf));
        let options = match root {
            Some(root) => reading.project_file(root, &roots, workspace, editor),
            None => editor.clone(),
        };
        let mut reader = env_file::Reader::new(&options.variables);
        if let Some(root) = root {
            reading.env_files(root, &roots, &options, &mut reader);
        }
        let baseline = reading.baseline(root, &roots, &options, outside);
        let of_project = reading.variables.iter().filter_map(|(name, variable)| {
            let VariableOrigin::EnvFile { uri, line } = &variable.origin else {
                return None;
            };
            Some((name.clone(), uri.clone(), *line))
        });
        let in_env_files = of_project.collect();
        for (path, text) in &outside.env_files {
            reading.assign(path, reader.read(text));
        }
        let fixed = options.variables.iter().map(|(name, value)| {
            let origin = reading.fixed.remove(name);
            let (value, origin) = (value.clone(), origin.unwrap_or(VariableOrigin::Settings));
            (name.clone(), Variable { value, origin })
        });
        let fixed: HashMap<String, Variable> = fixed.collect();
        Project {
            revision: next_revision(),
            in_env_files,
            root: root.map(Path::to_path_buf),
            settings: options.analysis(),
            by_place: ByPlace::new(root, &options),
            sources: reading.sources,
            variables: Arc::new(Environment {
                fixed,
                outside: outside.clone(),
                files: reading.variables,
            }),
            options,
            files: reading.files,
            env_files: reading.env_files,
            baseline,
            problems: reading.problems,
        }
    }
}

impl Project {
    /// The part of the settings that the analysis takes, for the document at `path`.
    pub(crate) fn settings_of(
        &self,
        path: Option<&Path>,
        environment: &dyn Fn() -> Option<String>,
    ) -> Arc<Settings> {
        let of_place = self.by_place.settings(&self.options, path, environment);
        let settings = of_place.unwrap_or_else(|| self.settings.clone());
        let (Some(baseline), Some(path)) = (&self.baseline, path) else {
            return settings;
        };
        Arc::new(Settings {
            recorded: Some(baseline.of(path)),
            ..(*settings).clone()
        })
    }

    /// Where env files set variables: name, URI and zero-based line of the value that holds among them.
    pub(crate) fn in_env_files(&self) -> impl Iterator<Item = (String, String, u32)> {
        self.in_env_files.iter().cloned()
    }
}

fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Reads a file of a project. A link that leads out of it could make the text of any file visible.
fn read_inside(roots: &Roots, path: &Path, limit: u64) -> Result<Option<String>, String> {
    match roots.resolve(path) {
        Ok(_) => {}
        Err(Refused::Outside) => {
            return Err("the file is outside the project folder and is not read".into());
        }
        Err(refused) => return Err(format!("the file cannot be used: {refused}")),
    }
    match paths::read_text(path, limit) {
        Ok(text) => Ok(Some(text)),
        Err(ReadError::Missing) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The variables in their order: fixed values of the settings, the shell, the env files.
struct Environment {
    fixed: HashMap<String, Variable>,
    outside: Arc<Outside>,
    files: HashMap<String, Variable>,
}

impl Variables for Environment {
    fn get(&self, name: &str) -> Option<Variable> {
        let shell = || {
            self.outside.shell.get(name).map(|value| Variable {
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
            .chain(self.outside.shell.keys())
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
pub(crate) fn find_root(folder: &Path, top: &Path) -> PathBuf {
    let up = || {
        folder
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(top))
    };
    let with =
        |names: &[&str]| up().find(|folder| names.iter().any(|name| is_there(&folder.join(name))));
    with(&[PROJECT_FILE])
        .or_else(|| with(&[ENV_FILE]))
        .or_else(|| with(VERSION_CONTROL))
        .unwrap_or(if folder.starts_with(top) { top } else { folder })
        .to_path_buf()
}

/// Whether there is something by this name. Where a link leads is not asked.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// How far up files may belong to a document that is in no workspace folder: the folder under version control around it, else the
/// one with a project file, else its own folder.
pub(crate) fn top_without_workspace(folder: &Path) -> PathBuf {
    let has_project = |folder: &&Path| folder.join(PROJECT_FILE).is_file();
    let of_project = || folder.ancestors().find(has_project).map(Path::to_path_buf);
    version_control(folder)
        .or_else(of_project)
        .unwrap_or_else(|| folder.to_path_buf())
}

/// The folder under version control around a folder.
pub(crate) fn version_control(folder: &Path) -> Option<PathBuf> {
    let controlled = |folder: &&Path| {
        VERSION_CONTROL
            .iter()
            .any(|name| is_there(&folder.join(name)))
    };
    folder.ancestors().find(controlled).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn shell(pairs: &[(&str, &str)]) -> Arc<Outside> {
        let pairs = pairs.iter();
        let shell = pairs.map(|(name, value)| (name.to_string(), value.to_string()));
        Arc::new(Outside {
            shell: shell.collect(),
            ..Outside::default()
        })
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
            &Roots::new([root.to_path_buf()]),
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
        let VariableOrigin::EnvFile { uri, .. } = file("nexflow.toml", 0) else {
            unreachable!("that is what it makes")
        };
        let in_project_file = VariableOrigin::ProjectFile { uri, line: 3 };
        assert_eq!(of("C"), Some(("fixed".into(), in_project_file)));
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
            let project = Project::load(
                Some(root),
                &Roots::new([root.to_path_buf()]),
                &Options::default(),
                &shell(&[]),
            );
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
        let project = Project::load(
            Some(&root),
            &Roots::new([root.clone()]),
            &editor,
            &shell(&[]),
        );
        assert_eq!(project.problems.len(), 2);
        assert_eq!(project.variables.get("SECRET"), None);
    }
}
