//! Finds documents in folders.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{
    ignore_files::{self, Rules, Verdict},
    roots::Roots,
};

/// The endings of a document's file name. Those with `.yaml` are for tools that insist on it.
pub(crate) const ENDINGS: [&str; 3] = [".infra", ".infra.yaml", ".infra.yml"];

/// Whether a file is a document by its name.
pub(crate) fn is_document(path: &Path) -> bool {
    let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
    let ends = |name: &[u8]| {
        let mut endings = ENDINGS.iter().map(|ending| ending.as_bytes());
        endings.any(|ending| name.len() > ending.len() && name.ends_with(ending))
    };
    name.is_some_and(ends)
}

/// The ending of a process file (L1).
pub(crate) const PROCESS_ENDING: &str = ".proc";

/// Whether a file holds processes by its name.
pub(crate) fn is_process(path: &Path) -> bool {
    let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
    name.is_some_and(|name| {
        name.len() > PROCESS_ENDING.len() && name.ends_with(PROCESS_ENDING.as_bytes())
    })
}

/// What a walk has found.
#[derive(Default)]
pub(crate) struct Found {
    /// The documents, each once.
    pub(crate) documents: Vec<PathBuf>,
    /// The files of processes, each once.
    pub(crate) processes: Vec<PathBuf>,
    /// Whether there are more files of processes than were wanted.
    pub(crate) more_processes: bool,
    /// What could not be looked into, or leads out of the folders.
    pub(crate) problems: Vec<(PathBuf, String)>,
    /// Ignore files that are not used.
    pub(crate) unused: Vec<(PathBuf, String)>,
    /// Whether there are more documents than were wanted.
    pub(crate) more: bool,
}

/// The documents and process files in these folders, as deep as they lie: at most so many of each, those of the names that come first. Ignore files and hidden
/// folders are respected. Links to folders are not followed, so that no loop can be walked; links to documents count as long as they
/// stay inside of `roots`.
pub(crate) fn walk(folders: &[PathBuf], roots: &Roots, most: usize) -> Found {
    walk_folders(folders, roots, most, usize::MAX)
}

/// As [`walk`], and no more folders than so many are looked into: for what nobody has named as a project.
pub(crate) fn walk_folders(
    folders: &[PathBuf],
    roots: &Roots,
    most: usize,
    mut left: usize,
) -> Found {
    let mut found = Found::default();
    let mut seen = HashSet::new();
    let mut reader = ignore_files::Reader::default();
    for folder in folders {
        let mut open = vec![Step::Folder(folder.clone(), None)];
        while let Some(step) = open.pop() {
            let (folder, above) = match step {
                Step::Document(path) => {
                    if !seen.insert(path.clone()) {
                        continue;
                    }
                    if is_process(&path) {
                        if found.processes.len() == most {
                            found.more_processes = true;
                        } else {
                            found.processes.push(path);
                        }
                        continue;
                    }
                    if found.documents.len() == most {
                        found.more = true;
                        break;
                    }
                    found.documents.push(path);
                    continue;
                }
                Step::Folder(folder, above) => (folder, above),
            };
            if left == 0 {
                (found.more, found.more_processes) = (true, true);
                break;
            }
            left -= 1;
            let rules = match above {
                None => reader.begin(&folder),
                Some(above) => reader.enter(Some(above), &folder),
            };
            let first = open.len();
            entries(&folder, &rules, roots, &mut open, &mut found.problems);
            // What comes first by its name is taken first, so that it is always the same documents that are left out.
            open[first..].sort_by(|a, b| b.path().cmp(a.path()));
        }
    }
    found.unused = reader.refused;
    found
}

enum Step {
    Folder(PathBuf, Option<Rc<Rules>>),
    Document(PathBuf),
}

impl Step {
    fn path(&self) -> &Path {
        match self {
            Step::Folder(path, _) | Step::Document(path) => path,
        }
    }
}

/// What of a folder is to be walked and read.
fn entries(
    folder: &Path,
    rules: &Rc<Rules>,
    roots: &Roots,
    steps: &mut Vec<Step>,
    problems: &mut Vec<(PathBuf, String)>,
) {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) => return problems.push((folder.to_path_buf(), error.kind().to_string())),
    };
    for entry in listing {
        let (path, kind) = match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
            Ok(found) => found,
            Err(error) => {
                problems.push((folder.to_path_buf(), error.kind().to_string()));
                continue;
            }
        };
        if !kind.is_dir() && !is_document(&path) && !is_process(&path) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        match rules.verdict(&path, kind.is_dir()) {
            Verdict::Ignored => continue,
            Verdict::None if name.starts_with(b".") => continue,
            _ => {}
        }
        if kind.is_dir() {
            steps.push(Step::Folder(path, Some(rules.clone())));
        } else if kind.is_file() {
            steps.push(Step::Document(path));
        } else if kind.is_symlink() {
            match roots.resolve(&path) {
                // Whatever its name, a link to a folder is no document.
                Ok(real) if real.is_dir() => {}
                Ok(_) => steps.push(Step::Document(path)),
                Err(_) if is_process(&path) => {}
                Err(refused) => problems.push((path, refused.to_string())),
            }
        }
    }
}

/// The documents that lie in a folder itself.
pub(crate) fn beside(folder: &Path, roots: &Roots) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| is_document(path) && roots.admit(path))
        .collect();
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_by_their_names() {
        for name in ["a.infra", "a.infra.yaml", "a.b.infra.yml", "é.infra"] {
            assert!(is_document(Path::new(name)), "{name}");
        }
        for name in [
            ".infra",
            "infra",
            "a.yaml",
            "a.infra.yaml.bak",
            "a.infra~",
            ".infra.yml",
        ] {
            assert!(!is_document(Path::new(name)), "{name}");
        }
    }

    fn walked(root: &Path) -> Vec<String> {
        let roots = Roots::new([root.to_path_buf()]);
        let found = walk(&[root.to_path_buf()], &roots, usize::MAX);
        let name = |path: &PathBuf| {
            path.strip_prefix(root)
                .map(|path| path.display().to_string())
        };
        found.documents.iter().flat_map(name).collect()
    }

    #[test]
    fn ignore_files_hold_below_their_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        for name in [
            "a.infra",
            "out/b.infra",
            "sub/c.infra",
            "sub/d.infra",
            "sub/deep/e.infra",
            ".hidden/f.infra",
            ".wanted/g.infra",
            "other/a.infra",
            "nested/out/h.infra",
        ] {
            write(name, "");
        }
        assert_eq!(
            walked(&root),
            [
                "a.infra",
                "nested/out/h.infra",
                "other/a.infra",
                "out/b.infra",
                "sub/c.infra",
                "sub/d.infra",
                "sub/deep/e.infra"
            ]
        );
        write(".gitignore", "out/\nd.infra\n/a.infra\n!.wanted\n");
        write("sub/.ignore", "!d.infra\ndeep\n");
        write(".git/info/exclude", "c.infra\n");
        write("nested/.git/HEAD", "");
        assert_eq!(
            walked(&root),
            [
                ".wanted/g.infra",
                "nested/out/h.infra",
                "other/a.infra",
                "sub/d.infra"
            ]
        );
        // A walk that begins further down knows what is above, up to the top of the repository.
        assert_eq!(walked(&root.join("sub")), ["d.infra"]);
        let roots = Roots::new([root.clone()]);
        let found = walk(std::slice::from_ref(&root), &roots, 2);
        assert_eq!((found.documents.len(), found.more), (2, true));
        assert!(!walk(&[root.clone(), root.join("sub")], &roots, 4).more);
    }

    #[test]
    fn ignore_files_that_could_do_harm_are_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        fs::write(root.join("a.infra"), "").expect("written");
        let patterns = "**/a%d*[b-z]/**\n".repeat(200_000);
        for text in [patterns.as_str(), "a.infra\n".repeat(20_000).as_str()] {
            fs::write(root.join(".ignore"), text).expect("written");
            assert_eq!(walked(&root), ["a.infra"]);
        }
        fs::remove_file(root.join(".ignore")).expect("removed");
        fs::create_dir(root.join(".gitignore")).expect("made");
        assert_eq!(walked(&root), ["a.infra"]);
    }
}
