//! Derived files: what each is derived by, and whether it is written or compared.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::{derived::Derived, frozen, keywords, truth};

/// Whether derived files are written or only compared with what would be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs.
    Write,
    /// Report what differs.
    Check,
}

/// Folders that hold nothing but derived files, so that one that is no longer derived is found.
const OWNED: &[&str] = &["docs/changes", "docs/reference", "docs/rules"];

/// All derived files.
fn derived(root: &Path) -> io::Result<Vec<Derived>> {
    let pages = nexflow_catalog::docs::pages().into_iter();
    let pages = pages.map(|page| Derived {
        path: Path::new("docs").join(page.path),
        text: page.text,
    });
    let others = [keywords::derive(), truth::derive(root)?];
    let frozen = frozen::derive(root)?;
    Ok(pages.chain(others).chain(frozen).collect())
}

/// Writes or compares all derived files.
pub fn run(mode: Mode) -> ExitCode {
    let root = repository();
    let done = derived(&root).and_then(|files| bring_up_to_date(&root, files, OWNED, mode));
    let lines = match done {
        Ok(lines) => lines,
        Err(error) => vec![error.to_string()],
    };
    for line in &lines {
        eprintln!("{line}");
    }
    let is_done = lines.is_empty() && (mode == Mode::Check || with_npm(&root));
    if is_done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs the generators of the grammars and of the VS Code extension, which are written in JavaScript. Their own `check` compares.
fn with_npm(root: &Path) -> bool {
    if !root.join("node_modules").exists() {
        eprintln!(
            "npm ci was not run here: the grammars and the settings of VS Code are as they were"
        );
        return true;
    }
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let npm = Command::new(program)
        .args(["run", "--silent", "generate"])
        .current_dir(root)
        .status();
    match npm {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{program}: {error}");
            false
        }
    }
}

/// Writes what differs and removes what is no longer derived, or says so, a line per file.
fn bring_up_to_date(
    root: &Path,
    files: Vec<Derived>,
    owned: &[&str],
    mode: Mode,
) -> io::Result<Vec<String>> {
    let files: BTreeMap<PathBuf, String> = files
        .into_iter()
        .map(|file| (file.path, file.text))
        .collect();
    let mut lines = Vec::new();
    for (path, text) in &files {
        let file = root.join(path);
        if is_fresh(&file, text)? {
            continue;
        }
        if mode == Mode::Check {
            lines.push(format!(
                "{} is not up to date; run cargo xtask generate",
                path.display()
            ));
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
    }
    for folder in owned {
        for entry in fs::read_dir(root.join(folder))? {
            let path = Path::new(folder).join(entry?.file_name());
            if files.contains_key(&path) {
                continue;
            }
            if mode == Mode::Check {
                let path = path.display();
                lines.push(format!(
                    "{path} is no longer derived; run cargo xtask generate"
                ));
            } else {
                fs::remove_file(root.join(path))?;
            }
        }
    }
    Ok(lines)
}

/// Whether a file has this text, whatever line ends it was checked out with.
fn is_fresh(file: &Path, text: &str) -> io::Result<bool> {
    match fs::read_to_string(file) {
        Ok(present) => Ok(present.replace("\r\n", "\n") == text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_files_are_up_to_date() {
        let lines = {
            let root = repository();
            bring_up_to_date(&root, derived(&root).unwrap(), OWNED, Mode::Check).unwrap()
        };
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }

    #[test]
    fn what_differs_is_written_and_what_is_stale_removed() {
        let root = std::env::temp_dir().join(format!("xtask-generate-{}", std::process::id()));
        let folder = root.join("docs/rules");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("same.md"), "a\r\n").unwrap();
        fs::write(folder.join("old.md"), "b\n").unwrap();
        let files = || {
            let file = |name: &str, text: &str| Derived {
                path: Path::new("docs/rules").join(name),
                text: text.to_owned(),
            };
            vec![file("same.md", "a\n"), file("new.md", "c\n")]
        };
        let bring = |mode| bring_up_to_date(&root, files(), &["docs/rules"], mode).unwrap();
        let found = bring(Mode::Check);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("new.md") && found[1].contains("old.md"),
            "{found:?}"
        );
        assert!(bring(Mode::Write).is_empty());
        assert!(bring(Mode::Check).is_empty());
        assert!(!folder.join("old.md").exists());
        fs::remove_dir_all(&root).unwrap();
    }
}
