//! Documents that were read from the disk and may be needed again: what others extend.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::File;

/// Text of all documents together above which the ones that were not asked for lately go. Trees are some times as large.
const MAX_BYTES: usize = 4 << 20;

/// What was read, by the path that was asked for.
#[derive(Default)]
pub(crate) struct FileCache(Mutex<Cache>);

#[derive(Default)]
struct Cache {
    files: HashMap<PathBuf, Cached>,
    bytes: usize,
    /// How often something was forgotten: what was read before that is not remembered after it.
    revision: u64,
    /// Counts what is asked, so that it can be told what was asked for last.
    clock: u64,
}

struct Cached {
    file: File,
    /// The path without links.
    real: PathBuf,
    bytes: usize,
    used: u64,
}

impl FileCache {
    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read at a path.
    pub(crate) fn get(&self, path: &Path) -> Option<File> {
        let cache = &mut *self.lock();
        let cached = cache.files.get_mut(path)?;
        cache.clock += 1;
        cached.used = cache.clock;
        Some(cached.file.clone())
    }

    /// To be asked before a file is read that shall be remembered.
    pub(crate) fn revision(&self) -> u64 {
        self.lock().revision
    }

    /// Remembers what was read at a path since `moment`, unless it may be stale by now; `real` is the path without links.
    pub(crate) fn insert(&self, revision: u64, path: &Path, real: PathBuf, file: File) {
        let bytes = usize::from(file.document.len());
        let cache = &mut *self.lock();
        if cache.revision != revision {
            return;
        }
        cache.clock += 1;
        let cached = Cached {
            file,
            real,
            bytes,
            used: cache.clock,
        };
        if let Some(old) = cache.files.insert(path.to_path_buf(), cached) {
            cache.bytes -= old.bytes;
        }
        cache.bytes += bytes;
        if cache.bytes > MAX_BYTES {
            cache.shrink();
        }
    }

    /// Forgets files that have changed, whichever path they were read by.
    pub(crate) fn forget(&self, changed: &[PathBuf]) {
        let changed: HashSet<&Path> = changed.iter().map(PathBuf::as_path).collect();
        let cache = &mut *self.lock();
        cache.revision += 1;
        cache.retain(|path, cached| {
            !changed.contains(path) && !changed.contains(cached.real.as_path())
        });
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        let cache = &mut *self.lock();
        *cache = Cache {
            revision: cache.revision + 1,
            ..Cache::default()
        };
    }
}

impl Cache {
    fn retain(&mut self, keep: impl Fn(&Path, &Cached) -> bool) {
        let mut bytes = 0;
        self.files.retain(|path, cached| {
            let kept = keep(path, cached);
            bytes += if kept { cached.bytes } else { 0 };
            kept
        });
        self.bytes = bytes;
    }

    /// Forgets the half that was not asked for lately.
    fn shrink(&mut self) {
        let mut used: Vec<u64> = self.files.values().map(|cached| cached.used).collect();
        used.sort_unstable();
        let middle = used[used.len() / 2];
        self.retain(|_, cached| cached.used >= middle);
    }
}

#[cfg(test)]
mod tests {
    use nexflow_syntax::Document;

    use super::*;

    fn file(text: &str) -> File {
        File {
            uri: String::new(),
            document: Document::parse(text),
        }
    }

    #[test]
    fn a_file_is_forgotten_by_either_of_its_paths() {
        let cache = FileCache::default();
        for changed in ["/link", "/real"] {
            cache.insert(
                cache.revision(),
                Path::new("/link"),
                "/real".into(),
                file("a: 1"),
            );
            cache.insert(
                cache.revision(),
                Path::new("/other"),
                "/other".into(),
                file("b: 1"),
            );
            cache.forget(&[changed.into()]);
            assert!(cache.get(Path::new("/link")).is_none());
            assert!(cache.get(Path::new("/other")).is_some());
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_remembered_after_it() {
        let cache = FileCache::default();
        let revision = cache.revision();
        cache.forget(&["/a".into()]);
        cache.insert(revision, Path::new("/a"), "/a".into(), file("a: 1"));
        assert!(cache.get(Path::new("/a")).is_none());
        let revision = cache.revision();
        cache.clear();
        cache.insert(revision, Path::new("/a"), "/a".into(), file("a: 1"));
        assert!(cache.get(Path::new("/a")).is_none());
    }

    #[test]
    fn what_was_asked_for_lately_stays_when_there_is_too_much() {
        let cache = FileCache::default();
        let large = format!("a: {}", "x".repeat(MAX_BYTES / 4));
        let path = |number: usize| PathBuf::from(format!("/{number}"));
        for number in 0..40 {
            cache.insert(cache.revision(), &path(number), path(number), file(&large));
            assert!(cache.get(&path(0)).is_some(), "{number}");
            assert!(cache.lock().bytes <= MAX_BYTES + MAX_BYTES / 2);
        }
        assert!(cache.get(&path(1)).is_none());
    }
}
