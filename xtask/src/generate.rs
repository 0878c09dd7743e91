//! Files that come from the catalog. They are kept in the repository, because people read them there; a check keeps
//! them fresh.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Folders that hold nothing but generated files, so that one that is no longer generated is found.
const OWNED: &[&str] = &["docs/reference", "docs/rules"];

/// Every generated file with its text, by its path in the repository.
fn files() -> BTreeMap<PathBuf, String> {
    nexflow_catalog::docs::pages()
        .into_iter()
        .map(|page| (Path::new("docs").join(page.path), page.text))
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Writes what differs and removes what is no longer generated.
pub fn write() -> Result<(), String> {
    let (changed, stale) = compare(&root(), &files());
    for (path, text) in changed {
        let path = root().join(path);
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    for path in stale {
        let path = root().join(path);
        fs::remove_file(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

/// Fails when a file is not as it would be written.
pub fn check() -> Result<(), String> {
    let (changed, stale) = compare(&root(), &files());
    let mut lines: Vec<String> = changed
        .iter()
        .map(|(path, _)| format!("{} is not fresh", path.display()))
        .collect();
    lines.extend(
        stale
            .iter()
            .map(|path| format!("{} is no longer generated", path.display())),
    );
    if lines.is_empty() {
        return Ok(());
    }
    lines.push("run `cargo run -p xtask -- generate`".to_owned());
    Err(lines.join("\n"))
}

/// The files whose text differs from the one on disk, and those on disk that are not generated.
fn compare(
    root: &Path,
    files: &BTreeMap<PathBuf, String>,
) -> (Vec<(PathBuf, String)>, Vec<PathBuf>) {
    let differs = |path: &Path, text: &str| {
        // Git may check text out with other line ends.
        fs::read_to_string(root.join(path)).map_or(true, |old| old.replace("\r\n", "\n") != text)
    };
    let changed = files
        .iter()
        .filter(|(path, text)| differs(path, text))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    let stale = OWNED
        .iter()
        .flat_map(|folder| {
            let entries = fs::read_dir(root.join(folder))
                .into_iter()
                .flatten()
                .flatten();
            entries.map(|entry| Path::new(folder).join(entry.file_name()))
        })
        .filter(|path| !files.contains_key(path))
        .collect();
    (changed, stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_fresh() {
        if let Err(message) = check() {
            panic!("{message}");
        }
    }

    #[test]
    fn what_differs_and_what_is_stale_is_found() {
        let folder = std::env::temp_dir().join(format!("xtask-generate-{}", std::process::id()));
        let rules = folder.join("docs/rules");
        fs::create_dir_all(&rules).unwrap();
        fs::write(rules.join("same.md"), "a\r\n").unwrap();
        fs::write(rules.join("old.md"), "b\n").unwrap();
        let files = BTreeMap::from([
            (PathBuf::from("docs/rules/same.md"), "a\n".to_owned()),
            (PathBuf::from("docs/rules/new.md"), "c\n".to_owned()),
        ]);
        let (changed, stale) = compare(&folder, &files);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            changed,
            [(PathBuf::from("docs/rules/new.md"), "c\n".to_owned())]
        );
        assert_eq!(stale, [PathBuf::from("docs/rules/old.md")]);
    }
}
