//! The process files (L1, `.proc`) of the workspace folders: which names they use, and nothing else of them.
//!
//! Files that are open in the editor count as they stand there.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use nexflow_analysis::processes::ProcessFile;

use crate::workspace::{
    index::{scan::FoundFile, summary::FileStamp},
    paths,
    roots::Roots,
};

/// What is known of the process files. All methods take `&self`; none holds a lock while a file is read.
#[derive(Default)]
pub(crate) struct ProcessIndex(RwLock<Content>);

#[derive(Default)]
struct Content {
    files: HashMap<PathBuf, Known>,
    open: HashMap<PathBuf, Arc<ProcessFile>>,
    /// The folders have been walked, and all that was found has been read.
    read: bool,
    /// There are more files, or larger ones, than are read.
    left_out: bool,
    /// Changes whenever what is known does.
    revision: u64,
}

struct Known {
    stamp: FileStamp,
    file: Arc<ProcessFile>,
}

/// Reads and scans a file. Also one that cannot be read is known of: names may stand in it.
pub(crate) fn read(path: &Path, limit: usize) -> Option<ProcessFile> {
    let uri = paths::to_uri(path)?.to_string();
    match paths::read_text(path, limit as u64) {
        Ok(text) => Some(ProcessFile::read(uri, &text)),
        Err(paths::ReadError::Missing) => None,
        Err(_) => Some(ProcessFile {
            complete: false,
            ..ProcessFile::read(uri, "")
        }),
    }
}

impl ProcessIndex {
    fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Content> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that differs whenever what is known differs.
    pub(crate) fn revision(&self) -> u64 {
        self.content().revision
    }

    /// Whether the folders have been read, so that what is absent is really missing.
    pub(crate) fn is_read(&self) -> bool {
        self.content().read
    }

    /// Whether all files of the folders are known.
    pub(crate) fn is_complete(&self) -> bool {
        let content = self.content();
        content.read && !content.left_out
    }

    /// Whether a file is known.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        let content = self.content();
        content.files.contains_key(path) || content.open.contains_key(path)
    }

    /// Whether there is any file.
    pub(crate) fn has_any(&self) -> bool {
        let content = self.content();
        !content.files.is_empty() || !content.open.is_empty()
    }

    /// The files below a folder, in the order of their paths.
    pub(crate) fn below(&self, folder: &Path) -> Vec<(PathBuf, Arc<ProcessFile>)> {
        let content = self.content();
        let open = content.open.iter();
        let others = content
            .files
            .iter()
            .map(|(path, known)| (path, &known.file));
        let others = others.filter(|(path, _)| !content.open.contains_key(*path));
        let mut found: Vec<_> = open
            .chain(others)
            .filter(|(path, _)| path.starts_with(folder))
            .map(|(path, file)| (path.clone(), file.clone()))
            .collect();
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        found
    }

    /// Takes over what a walk has found: reads what is new or has changed, and forgets what is gone.
    pub(super) fn scan(&self, found: &[FoundFile], more: bool, limit: usize) {
        let there: HashSet<&Path> = found.iter().map(|found| found.path.as_path()).collect();
        let wanted: Vec<PathBuf> = {
            let mut content = self.change();
            let before = content.files.len();
            content
                .files
                .retain(|path, _| there.contains(path.as_path()));
            let is_changed = content.files.len() != before || content.left_out != more;
            content.left_out = more;
            content.revision += u64::from(is_changed);
            let files = found.iter().filter(|found| {
                let known = content.files.get(&found.path);
                !known.is_some_and(|known| Some(known.stamp) == found.stamp)
            });
            files.map(|found| found.path.clone()).collect()
        };
        for path in wanted {
            self.take(path, limit);
        }
        let mut content = self.change();
        content.revision += u64::from(!content.read);
        content.read = true;
    }

    /// Reads files anew, and forgets those that are gone.
    pub(crate) fn update(&self, paths: &[PathBuf], roots: &Roots, limit: usize) {
        for path in paths {
            // A file may have become a link since it was found.
            if roots.admit(path) {
                self.take(path.clone(), limit);
            } else {
                self.forget(path);
            }
        }
    }

    fn forget(&self, path: &Path) {
        let mut content = self.change();
        let was_known = content.files.remove(path).is_some();
        content.revision += u64::from(was_known);
    }

    fn take(&self, path: PathBuf, limit: usize) {
        // The stamp is taken first: what is written after it makes the file stale, never too young.
        let stamp = path
            .metadata()
            .ok()
            .map(|metadata| FileStamp::of(&metadata));
        let file = stamp.and_then(|stamp| Some((stamp, read(&path, limit)?)));
        let Some((stamp, file)) = file else {
            return self.forget(&path);
        };
        let mut content = self.change();
        let is_same = content
            .files
            .get(&path)
            .is_some_and(|known| *known.file == file);
        content.revision += u64::from(!is_same);
        let file = Arc::new(file);
        content.files.insert(path, Known { stamp, file });
    }

    /// Takes note of the text of a file that is open in the editor.
    pub(crate) fn set_open(&self, path: PathBuf, file: ProcessFile) {
        let mut content = self.change();
        let is_same = content.open.get(&path).is_some_and(|known| **known == file);
        content.open.insert(path, Arc::new(file));
        content.revision += u64::from(!is_same);
    }

    /// Takes note that a file is no longer open.
    pub(crate) fn remove_open(&self, path: &Path) {
        let mut content = self.change();
        let was_open = content.open.remove(path).is_some();
        content.revision += u64::from(was_open);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn found(paths: &[&Path]) -> Vec<FoundFile> {
        let stamp = |path: &Path| path.metadata().ok().map(|data| FileStamp::of(&data));
        let found = paths.iter().map(|path| FoundFile {
            path: path.to_path_buf(),
            stamp: stamp(path),
        });
        found.collect()
    }

    fn names(index: &ProcessIndex, folder: &Path) -> Vec<String> {
        let files = index.below(folder);
        let uses = files.iter().flat_map(|(_, file)| &file.uses);
        uses.map(|used| used.name.to_string()).collect()
    }

    #[test]
    fn what_changes_on_disk_or_in_the_editor_is_known_and_only_then_the_revision_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a.proc", "b.proc"].map(|name| folder.path().join(name));
        fs::write(&a, "process one receive x from orders").expect("written");
        fs::write(&b, "emit to shipped").expect("written");
        let index = ProcessIndex::default();
        assert!(!index.is_read());
        index.scan(&found(&[&a, &b]), false, 1 << 20);
        assert!(index.is_complete());
        assert_eq!(names(&index, folder.path()), ["one", "orders", "shipped"]);
        let first = index.revision();
        index.scan(&found(&[&a, &b]), false, 1 << 20);
        assert_eq!(index.revision(), first);

        // A comment at the end changes nothing that anybody asks for.
        fs::write(&b, "emit to shipped // all").expect("written");
        index.scan(&found(&[&a, &b]), false, 1 << 20);
        assert_eq!(index.revision(), first);
        index.set_open(a.clone(), ProcessFile::read("a".into(), "emit to here"));
        assert_eq!(names(&index, folder.path()), ["here", "shipped"]);
        index.remove_open(&a);
        assert_eq!(names(&index, folder.path()), ["one", "orders", "shipped"]);

        fs::remove_file(&a).expect("removed");
        index.scan(&found(&[&b]), true, 1 << 20);
        assert_eq!(names(&index, folder.path()), ["shipped"]);
        assert!(!index.is_complete());
        assert!(index.revision() > first);
    }

    #[test]
    fn a_file_that_is_too_large_may_hold_any_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.proc");
        fs::write(&path, "emit to shipped").expect("written");
        let file = read(&path, 5).expect("a file");
        assert!(!file.complete && file.uses.is_empty());
        assert!(read(&folder.path().join("none.proc"), 5).is_none());
    }
}
