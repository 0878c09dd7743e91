//! The names that the processes of a project use: what documents of the project are checked with.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use dashmap::DashMap;
use nexflow_analysis::processes::{ProcessFile, ProjectProcesses};

use crate::workspace::{
    Workspace, index::processes::read, project::PROJECT_FILE, roots::Roots, walk,
};

/// So many folders are searched for processes where no project file says that they are one project.
const MOST_FOLDERS: usize = 500;

/// What is known of the projects, by their roots.
#[derive(Default)]
pub(crate) struct ProcessCache {
    /// Each with the revision of the index that it was made from.
    from_index: DashMap<PathBuf, (u64, Arc<ProjectProcesses>)>,
    /// Of files that were read for it. They are read outside of the map: to read them may mean that everything is forgotten, and
    /// whoever clears a map waits for those who hold a part of it.
    from_files: DashMap<PathBuf, Arc<OnceLock<Arc<ProjectProcesses>>>>,
}

impl ProcessCache {
    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.from_index.clear();
        self.from_files.clear();
    }
}

impl Workspace {
    /// The names that the processes of a project use; `None` while the folders have not been read.
    ///
    /// The server reads the folders in the background. The command line, and the server for what lies in no workspace folder, read a
    /// project when the first of its documents is checked.
    pub(crate) fn processes(&self, root: &Path) -> Option<Arc<ProjectProcesses>> {
        let configuration = self.configuration();
        let in_background =
            !configuration.reads_at_once && self.folder_of(root, &configuration).is_some();
        if !in_background {
            let entry = self.process_cache.from_files.entry(root.to_path_buf());
            let known = entry.or_default().clone();
            // Others who want the same wait for it.
            return Some(known.get_or_init(|| self.read_processes(root)).clone());
        }
        let index = self.index().processes();
        if !index.is_read() {
            return None;
        }
        let revision = index.revision();
        if let Some(known) = self.process_cache.from_index.get(root)
            && known.0 == revision
        {
            return Some(known.1.clone());
        }
        let files = index.below(root);
        let joined = self.join(root, files, index.is_complete());
        let known = (revision, joined.clone());
        let cache = &self.process_cache.from_index;
        cache.insert(root.to_path_buf(), known);
        Some(joined)
    }

    fn read_processes(&self, root: &Path) -> Arc<ProjectProcesses> {
        let options = &self.project(Some(&root.join("any.proc"))).options;
        let most = options.max_workspace_documents();
        let limit = options.max_document_size();
        // Without a project file the folder may be anything, a home folder among it.
        let folders = match root.join(PROJECT_FILE).is_file() {
            true => usize::MAX,
            false => MOST_FOLDERS,
        };
        let roots = Roots::new([root.to_path_buf()]);
        let found = walk::walk_folders(&[root.to_path_buf()], &roots, most, folders);
        let files = found.processes.into_iter().filter_map(|path| {
            let file = read(&path, limit)?;
            Some((path, Arc::new(file)))
        });
        self.join(root, files.collect(), !found.more_processes)
    }

    /// Those of the files that belong to the project itself and to none inside of it.
    fn join(
        &self,
        root: &Path,
        files: Vec<(PathBuf, Arc<ProcessFile>)>,
        complete: bool,
    ) -> Arc<ProjectProcesses> {
        let own = |path: &Path| self.project(Some(path)).root.as_deref() == Some(root);
        let files = files.into_iter().filter(|(path, _)| own(path));
        let files = files.map(|(_, file)| file).collect();
        let declared = root.join(PROJECT_FILE).is_file();
        let joined = ProjectProcesses::new(files, complete, next_revision());
        Arc::new(joined.declared(declared))
    }
}

fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::mpsc, thread, time::Duration};

    use super::*;
    use crate::workspace::{Configuration, project::Outside};

    #[test]
    fn processes_can_be_read_while_everything_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.proc"), "emit to shipped").expect("written");
        let workspace = Workspace::new(Outside::of_process(), Configuration::default());
        let workspace = Arc::new(workspace);
        let (done, all_done) = mpsc::channel();
        let readers = (0..2).map(|_| {
            let (workspace, root) = (workspace.clone(), folder.path().to_path_buf());
            let done = done.clone();
            thread::spawn(move || {
                let uses = (0..10_000)
                    .map(|_| workspace.processes(&root).map(|known| known.files().len()));
                let right = uses.filter(|known| *known == Some(1)).count();
                let _ = done.send(right);
            })
        });
        let readers: Vec<_> = readers.collect();
        let forgetting = workspace.clone();
        thread::spawn(move || {
            while !readers.iter().all(thread::JoinHandle::is_finished) {
                forgetting.forget_files();
            }
        });
        for _ in 0..2 {
            // Nobody waits for somebody who waits for them.
            assert_eq!(all_done.recv_timeout(Duration::from_secs(60)), Ok(10_000));
        }
    }
}
