//! Open documents beside the state that a git revision has of them.

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use nexflow_analysis::BaseProblem;
use nexflow_flink::{
    Effective, Inputs,
    change::{Change, Side, compare},
};

use super::{
    Workspace,
    document::DocumentSnapshot,
    git::Repository,
    project::Outside,
    revisions::{Checkout, Tree},
};
use crate::{settings::Options, text::visible};

/// What a document does to running jobs beside its state in a revision.
pub(crate) struct Changes {
    /// The revision, as the settings name it.
    pub(crate) since: String,
    /// The changes.
    pub(crate) changes: Vec<Change>,
    /// Why the states cannot be compared, where they cannot.
    pub(crate) problem: Option<String>,
}

/// What cannot be read of the documents that one extends, in words.
pub(crate) fn missing_base(document: &DocumentSnapshot) -> Option<String> {
    let problem = document.snapshot().context.base_problem.as_ref()?;
    Some(match problem {
        BaseProblem::Missing { path, .. } => {
            format!("no file `{}`, which it extends,", visible::one_line(path))
        }
        BaseProblem::Cycle { .. } => "`extends` in a circle".to_owned(),
        BaseProblem::Refused { .. } | BaseProblem::Unknown => {
            "a document that it extends cannot be read".to_owned()
        }
    })
}

/// The states that documents are compared with, by the top of the repository.
#[derive(Default)]
pub(crate) struct Comparisons(Mutex<HashMap<PathBuf, Arc<Base>>>);

/// The state of a repository at a revision. Documents are read when they are asked for.
struct Base {
    revision: String,
    commit: String,
    /// When the revision was looked up.
    asked: Instant,
    tree: Tree,
    outside: Outside,
    options: Options,
    documents: Mutex<HashMap<String, Arc<Option<Old>>>>,
}

struct Old {
    document: DocumentSnapshot,
    /// Holds its files.
    _checkout: Checkout,
}

/// A revision may mean another commit after this.
const FRESH: Duration = Duration::from_secs(2);

/// The changes of a document since the revision that the settings name. Runs `git`; nothing is asked of it in a folder that is not
/// trusted, where values of variables are hidden as well.
pub(crate) fn changes(document: &DocumentSnapshot) -> Option<Changes> {
    let workspace = document.workspace();
    let path = document.path.as_deref()?;
    let project = workspace.project(Some(path));
    let since = project.options.compare_with()?;
    let snapshot = document.snapshot();
    if snapshot.context.settings.hide_values || document.document.has_errors() {
        return None;
    }
    let repository = Repository::around(path.parent()?)?;
    let relative = path.strip_prefix(&repository.top).ok()?;
    let relative = relative.to_str()?.replace('\\', "/");
    let base = workspace.comparisons.base(workspace, &repository, since)?;
    let old = base.document(&relative);
    let old = old.as_ref().as_ref()?;
    let before = old.document.snapshot();
    if old.document.document.has_errors() {
        return None;
    }
    // Of one state more is known than of the other: what is inherited would be taken for new or gone.
    if snapshot.context.base_problem.is_none()
        && let Some(problem) = missing_base(&old.document)
    {
        return Some(Changes {
            since: since.to_owned(),
            changes: Vec::new(),
            problem: Some(problem),
        });
    }
    if before.context.base_problem.is_none() && snapshot.context.base_problem.is_some() {
        // The check says it.
        return None;
    }
    let uri = document.uri.to_string();
    let effective = |snapshot| {
        Effective::new(Inputs {
            snapshot,
            uri: &uri,
            region: None,
        })
    };
    let (was, is) = (effective(before), effective(snapshot));
    let changes = compare(
        &Side {
            effective: Some(&was),
            version: before.context.settings.flink_version,
        },
        &Side {
            effective: Some(&is),
            version: snapshot.context.settings.flink_version,
        },
    );
    Some(Changes {
        since: since.to_owned(),
        changes,
        problem: None,
    })
}

impl Comparisons {
    fn base(
        &self,
        workspace: &Workspace,
        repository: &Repository,
        revision: &str,
    ) -> Option<Arc<Base>> {
        let known = self.lock().get(&repository.top).cloned();
        let known = known.filter(|base| base.revision == revision);
        if let Some(base) = &known
            && base.asked.elapsed() < FRESH
        {
            return known;
        }
        let commit = repository.commit(revision).ok()?;
        let tree = match &known {
            Some(base) if base.commit == commit => base.tree.clone(),
            _ => {
                let listing = repository.files(&commit).ok()?;
                Tree::of_listings(repository, vec![listing]).ok()?.pop()?
            }
        };
        let documents = match &known {
            Some(base) if base.commit == commit => base
                .documents
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            _ => HashMap::new(),
        };
        let base = Arc::new(Base {
            revision: revision.to_owned(),
            commit,
            asked: Instant::now(),
            tree,
            outside: (*workspace.outside).clone(),
            options: workspace.configuration().options.clone(),
            documents: Mutex::new(documents),
        });
        self.lock().insert(repository.top.clone(), base.clone());
        Some(base)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<Base>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets all of them: settings may have changed.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }
}

impl Base {
    fn document(&self, path: &str) -> Arc<Option<Old>> {
        let lock = || {
            self.documents
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(path) {
            return known.clone();
        }
        let read = Arc::new(self.read(path));
        lock().insert(path.to_owned(), read.clone());
        read
    }

    fn read(&self, path: &str) -> Option<Old> {
        let wanted = BTreeSet::from([path.to_owned()]);
        let checkout = self
            .tree
            .checkout(&wanted, false, self.outside.clone(), self.options.clone())
            .ok()?;
        let document = checkout.open(path).ok()??;
        // Read now, while its files are there for certain.
        document.snapshot();
        Some(Old {
            document,
            _checkout: checkout,
        })
    }
}
