//! The documents of the workspace folders, in a few words each: what they extend, which names stand in them, and what they say
//! where any text is right.
//!
//! No tree and no text is kept, so that ten thousand documents fit into a few megabytes. Whoever needs a text reads the few
//! files that the index leads to. A thread of its own fills the index ([`scan`]) and follows changes on disk; open documents
//! are not its business: their text in the editor wins, and [`family`](super::family) looks at both.

pub(crate) mod observed_values;
pub(crate) mod processes;
pub(crate) mod scan;
pub(crate) mod summary;

pub(crate) use self::summary::{NameId, Summary};

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use nexflow_analysis::Symbol;

use crate::workspace::{
    index::{
        observed_values::{ObservedValues, ValueId, ValueScope},
        processes::ProcessIndex,
        scan::FoundFile,
        summary::UnnumberedSummary,
    },
    roots::Roots,
};

/// How often somebody who waits for the index looks whether anybody still waits for them.
const PATIENCE: Duration = Duration::from_millis(50);

/// The index. All methods take `&self`; none holds a lock while a file is read.
#[derive(Default)]
pub(crate) struct Index {
    content: RwLock<Content>,
    processes: ProcessIndex,
    work: Mutex<Progress>,
    done: Condvar,
}

#[derive(Default)]
struct Content {
    files: HashMap<PathBuf, Arc<Summary>>,
    /// For a file the documents whose `extends` names it.
    dependents: HashMap<PathBuf, HashSet<PathBuf>>,
    names: NameTable,
    observed_values: ObservedValues,
}

/// The names that stand in any document. A number is never given to another name, for whoever asks may still hold it.
#[derive(Default)]
struct NameTable {
    numbers: HashMap<Symbol, NameId>,
    /// Each with in how many places it stands.
    all: HashMap<NameId, (Symbol, usize)>,
    next: u32,
}

impl NameTable {
    /// The number of a name that stands in one more place.
    fn add(&mut self, symbol: Symbol) -> NameId {
        let next = &mut self.next;
        let number = *self.numbers.entry(symbol.clone()).or_insert_with(|| {
            *next += 1;
            NameId(*next)
        });
        self.all.entry(number).or_insert((symbol, 0)).1 += 1;
        number
    }

    /// Forgets one place of a name, and the name with the last one: names come and go with every save.
    fn remove(&mut self, number: NameId) {
        if let Some((symbol, places)) = self.all.get_mut(&number) {
            *places -= 1;
            if *places == 0 {
                self.numbers.remove(symbol);
                self.all.remove(&number);
            }
        }
    }
}

#[derive(Default)]
struct Progress {
    /// Jobs that were announced and are not done.
    pending: usize,
    /// The folders have been walked once.
    scanned: bool,
    /// They have more documents than are known.
    left_out: bool,
}

impl Index {
    fn read(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Content> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every document with its summary, in no order.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Arc<Summary>)> {
        let content = self.read();
        let files = content.files.iter();
        files
            .map(|(path, summary)| (path.clone(), summary.clone()))
            .collect()
    }

    /// The process files.
    pub(crate) fn processes(&self) -> &ProcessIndex {
        &self.processes
    }

    /// How many documents are known.
    pub(crate) fn len(&self) -> usize {
        self.read().files.len()
    }

    /// Whether the folders have more documents than there may be known.
    pub(crate) fn has_left_out_some(&self) -> bool {
        self.work().left_out
    }

    /// What is known of a document.
    pub(crate) fn summary(&self, path: &Path) -> Option<Arc<Summary>> {
        self.read().files.get(path).cloned()
    }

    /// The documents whose `extends` names this file.
    pub(crate) fn dependents(&self, path: &Path) -> Vec<PathBuf> {
        let content = self.read();
        let dependents = content.dependents.get(path);
        dependents.into_iter().flatten().cloned().collect()
    }

    /// The number of a name that stands in any document.
    pub(crate) fn number(&self, symbol: &Symbol) -> Option<NameId> {
        self.read().names.numbers.get(symbol).copied()
    }

    /// Calls `visit` with every name and its number, in no order.
    pub(crate) fn each_name(&self, mut visit: impl FnMut(NameId, &Symbol)) {
        for (number, (symbol, _)) in &self.read().names.all {
            visit(*number, symbol);
        }
    }

    /// Gives what is said at a place, with how often; what the documents at `without` say is not counted.
    pub(crate) fn observed(
        &self,
        scope: ValueScope,
        without: &[PathBuf],
        give: &mut dyn FnMut(&str, usize),
    ) {
        let content = self.read();
        let mut left_out: HashMap<ValueId, u32> = HashMap::new();
        for path in without {
            let summary = content.files.get(path);
            for value in summary
                .into_iter()
                .flat_map(|summary| &summary.observed_values)
            {
                *left_out.entry(*value).or_default() += 1;
            }
        }
        content.observed_values.at(scope, &left_out, give);
    }

    /// A name by its number.
    pub(crate) fn name(&self, id: NameId) -> Option<Symbol> {
        let content = self.read();
        content.names.all.get(&id).map(|(symbol, _)| symbol.clone())
    }

    /// Takes over what was read of files.
    fn insert(&self, drafts: Vec<(PathBuf, UnnumberedSummary)>) {
        let mut content = self.write();
        for (path, draft) in drafts {
            content.insert(path, draft);
        }
    }

    /// Reads files anew, and forgets those that are gone.
    pub(crate) fn update(
        &self,
        paths: &[PathBuf],
        roots: &Roots,
        limit: usize,
        encoding: crate::text::Encoding,
    ) {
        for path in paths {
            // A document may have become a link since it was found.
            let draft = roots
                .admit(path)
                .then(|| UnnumberedSummary::read(path, limit, encoding));
            match draft.flatten() {
                Some(draft) => self.insert(vec![(path.clone(), draft)]),
                None => self.write().remove(path),
            }
        }
    }

    /// Forgets everything that was not found, and gives what has to be read because it is new or has changed.
    fn keep_only(&self, found: &[FoundFile]) -> Vec<PathBuf> {
        let mut content = self.write();
        let there: HashSet<&Path> = found.iter().map(|found| found.path.as_path()).collect();
        let gone: Vec<PathBuf> = content
            .files
            .keys()
            .filter(|path| !there.contains(path.as_path()))
            .cloned()
            .collect();
        for path in gone {
            content.remove(&path);
        }
        found
            .iter()
            .filter(|found| {
                let known = content.files.get(&found.path);
                !known.is_some_and(|known| found.stamp.is_some_and(|stamp| known.is_fresh(stamp)))
            })
            .map(|found| found.path.clone())
            .collect()
    }

    fn work(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Announces a job; whoever [waits](Index::wait) from now on waits for it too. To drop what is given means that it is done.
    pub(crate) fn announce(self: &Arc<Self>) -> AnnouncedWork {
        self.work().pending += 1;
        AnnouncedWork(self.clone())
    }

    /// Waits until all jobs that were announced are done. False when `alive` says that nobody waits any more, or when the
    /// folders were never walked and nobody is about to.
    pub(crate) fn wait(&self, alive: &dyn Fn() -> bool) -> bool {
        let mut work = self.work();
        while work.pending > 0 {
            if !alive() {
                return false;
            }
            work = self
                .done
                .wait_timeout(work, PATIENCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        work.scanned
    }
}

/// A job of the index that somebody may wait for.
pub(crate) struct AnnouncedWork(Arc<Index>);

impl Drop for AnnouncedWork {
    fn drop(&mut self) {
        self.0.work().pending -= 1;
        self.0.done.notify_all();
    }
}

impl Content {
    fn insert(&mut self, path: PathBuf, draft: UnnumberedSummary) {
        self.remove(&path);
        let Content {
            names,
            observed_values,
            ..
        } = self;
        let summary = draft.finish(|symbol| names.add(symbol), observed_values);
        if let Some(base) = &summary.extends {
            let dependents = self.dependents.entry(base.clone()).or_default();
            dependents.insert(path.clone());
        }
        self.files.insert(path, Arc::new(summary));
    }

    fn remove(&mut self, path: &Path) {
        let Some(summary) = self.files.remove(path) else {
            return;
        };
        self.observed_values.remove(&summary.observed_values);
        for mention in &summary.mentions {
            self.names.remove(mention.name);
        }
        if let Some(base) = &summary.extends
            && let Some(dependents) = self.dependents.get_mut(base)
        {
            dependents.remove(path);
            if dependents.is_empty() {
                self.dependents.remove(base);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::text::Encoding;

    fn scan(index: &Index, folder: &Path) {
        index.scan(&scan::Scan {
            folders: &[folder.to_path_buf()],
            limit: 1 << 20,
            most: usize::MAX,
            encoding: Encoding::Utf16,
            progress: &|_, _| true,
        });
    }

    fn backend(name: &str) -> Symbol {
        Symbol::Entry {
            block: "state_backends",
            name: name.into(),
        }
    }

    #[test]
    fn a_second_scan_reads_what_has_changed_and_forgets_what_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name);
        fs::write(file("base.infra"), "state_backends: {large: {}}\n").expect("written");
        fs::write(file("a.infra"), "extends: base.infra\n").expect("written");
        fs::write(file("b.infra"), "extends: ./base.infra\n").expect("written");
        let index = Index::default();
        scan(&index, folder.path());
        assert_eq!(index.len(), 3);
        let mut dependents = index.dependents(&file("base.infra"));
        dependents.sort_unstable();
        assert_eq!(dependents, [file("a.infra"), file("b.infra")]);
        let large = index.number(&backend("large")).expect("a name");
        let base = index.summary(&file("base.infra")).expect("a document");
        assert!(base.mentions(large));
        let names = |index: &Index| {
            let mut count = 0;
            index.each_name(|_, _| count += 1);
            count
        };
        assert_eq!(names(&index), 1);

        fs::write(file("a.infra"), "extends: other.infra\n").expect("written");
        fs::remove_file(file("base.infra")).expect("removed");
        let untouched = index.summary(&file("b.infra")).expect("a document");
        scan(&index, folder.path());
        assert_eq!(index.dependents(&file("base.infra")), [file("b.infra")]);
        assert_eq!(index.dependents(&file("other.infra")), [file("a.infra")]);
        assert!(index.summary(&file("base.infra")).is_none());
        // A name that stands nowhere any more is forgotten, and its number is not given to another one.
        assert_eq!((names(&index), index.name(large)), (0, None));
        assert_eq!(index.number(&backend("large")), None);
        fs::write(file("c.infra"), "state_backends: {small: {}}\n").expect("written");
        scan(&index, folder.path());
        let small = index.number(&backend("small")).expect("a name");
        assert_ne!(small, large);
        let again = index.summary(&file("b.infra")).expect("a document");
        assert_eq!(again.revision, untouched.revision);
    }

    #[test]
    fn whoever_waits_goes_on_when_all_that_was_announced_is_done() {
        let index = Arc::new(Index::default());
        assert!(!index.wait(&|| true), "nobody has walked the folders");
        let job = index.announce();
        assert!(!index.wait(&|| false), "nobody waits any more");
        let worker = {
            let index = index.clone();
            std::thread::spawn(move || {
                scan(&index, Path::new("/nowhere/at/all"));
                drop(job);
            })
        };
        assert!(index.wait(&|| true));
        worker.join().expect("no panic");
    }

    #[test]
    fn no_more_documents_are_known_than_there_may_be_and_always_the_same_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b/2.infra", "a/9.infra", "b/1.infra", "c/0.infra"] {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, "state_backends: {large: {}}\n").expect("written");
        }
        let index = Index::default();
        // The second folder lies in the first one, and its documents count once.
        let folders = [folder.path().to_path_buf(), folder.path().join("a")];
        let scan = |most| {
            index.scan(&scan::Scan {
                folders: &folders,
                limit: 1 << 20,
                most,
                encoding: Encoding::Utf16,
                progress: &|_, _| true,
            });
            let mut files: Vec<_> = index.files().into_iter().map(|(path, _)| path).collect();
            files.sort_unstable();
            let names = files.iter().map(|path| {
                let name = path.strip_prefix(folder.path()).expect("below the folder");
                name.to_string_lossy().replace('\\', "/")
            });
            (names.collect::<Vec<_>>(), index.has_left_out_some())
        };
        let all = ["a/9.infra", "b/1.infra", "b/2.infra", "c/0.infra"];
        assert_eq!(
            scan(3),
            (
                all[..3].iter().map(|name| (*name).to_owned()).collect(),
                true
            )
        );
        assert_eq!(
            scan(4),
            (all.iter().map(|name| (*name).to_owned()).collect(), false)
        );
        assert_eq!(scan(1), (vec![all[0].to_owned()], true));
    }

    #[test]
    fn a_scan_that_is_given_up_keeps_what_it_has() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..500 {
            let file = folder.path().join(format!("{number}.infra"));
            fs::write(file, "state_backends: {large: {}}\n").expect("written");
        }
        let index = Index::default();
        index.scan(&scan::Scan {
            folders: &[folder.path().to_path_buf()],
            limit: 1 << 20,
            most: usize::MAX,
            encoding: Encoding::Utf16,
            progress: &|done, _| done == 0,
        });
        assert!((1..500).contains(&index.len()));
    }
}
