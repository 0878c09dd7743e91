//! The names that the processes of a project use: what documents of the project are checked with.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
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

/// By project root, each with the revision of the index that it was made from (0: of files that were read for it).
#[derive(Default)]
pub(crate) struct ProcessCache(DashMap<PathBuf, (u64, Arc<ProjectProcesses>)>);

impl ProcessCache {
    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.clear();
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
            // Others who want the same wait for it.
            let entry = self.process_cache.0.entry(root.to_path_buf());
            return Some(
                entry
                    .or_insert_with(|| (0, self.read_processes(root)))
                    .1
                    .clone(),
            );
        }
        let index = self.index().processes();
        if !index.is_read() {
            return None;
        }
        let revision = index.revision();
        if let Some(known) = self.process_cache.0.get(root)
            && known.0 == revision
        {
            return Some(known.1.clone());
        }
        let files = index.below(root);
        let joined = self.join(root, files, index.is_complete());
        let known = (revision, joined.clone());
        self.process_cache.0.insert(root.to_path_buf(), known);
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
