//! Settings that are other ones for some of the documents of a project.

use std::path::{Path, PathBuf};

use dashmap::DashMap;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use nexflow_analysis::Settings;
use std::sync::Arc;

use crate::settings::{Options, Override};

/// The overrides of a project, ready to be asked.
#[derive(Default)]
pub(crate) struct ByPlace {
    root: PathBuf,
    overrides: Vec<Compiled>,
    /// The settings by the numbers of the overrides that hold.
    settings: DashMap<Vec<usize>, Arc<Settings>>,
}

struct Compiled {
    /// `None`: documents anywhere.
    paths: Option<Gitignore>,
    environments: Vec<String>,
}

impl ByPlace {
    pub(crate) fn new(root: Option<&Path>, options: &Options) -> ByPlace {
        let root = root.unwrap_or(Path::new(""));
        ByPlace {
            root: root.to_path_buf(),
            overrides: options.overrides.iter().map(compiled).collect(),
            settings: DashMap::new(),
        }
    }

    /// The numbers of the overrides that hold for a document. Its environment is asked for only where that matters.
    pub(crate) fn matching(
        &self,
        path: Option<&Path>,
        environment: &dyn Fn() -> Option<String>,
    ) -> Vec<usize> {
        let below = path.and_then(|path| path.strip_prefix(&self.root).ok());
        let mut known = None;
        let mut holds = |one: &Compiled| {
            let of_path = one.paths.as_ref().is_none_or(|paths| {
                below.is_some_and(|path| paths.matched_path_or_any_parents(path, false).is_ignore())
            });
            of_path
                && (one.environments.is_empty() || {
                    let environment = known.get_or_insert_with(environment);
                    environment
                        .as_ref()
                        .is_some_and(|name| one.environments.contains(name))
                })
        };
        let all = self.overrides.iter().enumerate();
        all.filter(|(_, one)| holds(one))
            .map(|(at, _)| at)
            .collect()
    }

    /// The settings for a document, where they are not those of the project.
    pub(crate) fn settings(
        &self,
        options: &Options,
        path: Option<&Path>,
        environment: &dyn Fn() -> Option<String>,
    ) -> Option<Arc<Settings>> {
        if self.overrides.is_empty() {
            return None;
        }
        let matching = self.matching(path, environment);
        if matching.is_empty() {
            return None;
        }
        if let Some(known) = self.settings.get(&matching) {
            return Some(known.clone());
        }
        let mut whole = options.clone();
        for at in &matching {
            whole = options.overrides[*at].options.clone().over(&whole);
        }
        let settings = whole.analysis();
        self.settings.insert(matching, settings.clone());
        Some(settings)
    }
}

fn compiled(one: &Override) -> Compiled {
    let build = || {
        let mut builder = GitignoreBuilder::new("");
        for path in &one.paths {
            // A pattern that is none matches nothing.
            let _ = builder.add_line(None, path);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    };
    Compiled {
        paths: (!one.paths.is_empty()).then(build),
        environments: one.environments.clone(),
    }
}
