//! `check --baseline` and `--update-baseline`: what of the diagnostics is recorded, and how that is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use nexflow_analysis::Recorded;

use crate::{
    cli::{input::Unusable, output::say_of, replace, report::counts::count},
    workspace::{
        baseline::{Baseline, MAX_BYTES},
        document::DocumentSnapshot,
        paths::{self, ReadError},
        project::{Project, UseBaseline},
        roots::{self, Roots},
    },
};

/// Which baseline holds, by the arguments of a run.
pub(super) fn chosen(named: Option<&Path>, update: bool) -> Result<UseBaseline, Unusable> {
    let Some(named) = named.filter(|_| !update) else {
        return Ok(match update {
            true => UseBaseline::None,
            false => UseBaseline::OfProject,
        });
    };
    let unusable = |reason: String| (named.to_path_buf(), reason);
    let text = paths::read_named(named, MAX_BYTES).map_err(|error| unusable(error.to_string()))?;
    let path = absolute(named);
    Baseline::read(&path, &text).map_err(unusable)?;
    Ok(UseBaseline::Named(path, text))
}

fn absolute(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    paths::normalized(&current.join(path))
}

/// What a run records: of each document, the file that it is written to and what is found in it.
#[derive(Default)]
pub(super) struct Recording {
    files: BTreeMap<PathBuf, BTreeMap<PathBuf, Recorded>>,
    nowhere: BTreeSet<PathBuf>,
}

impl Recording {
    /// Takes in what is found in one document.
    pub(super) fn add(
        &mut self,
        named: Option<&Path>,
        project: &Project,
        document: &DocumentSnapshot,
    ) {
        let Some(path) = &document.path else { return };
        let of_project = || {
            let root = project.root.as_ref()?;
            let path = roots::beside(root, project.options.baseline.as_ref()?)?;
            // Who wrote the project file does not choose which files are written elsewhere.
            let inside = Roots::new([root.clone()]).resolve(&path).is_ok();
            inside.then_some(path)
        };
        match named.map(absolute).or_else(of_project) {
            Some(file) => {
                let recorded =
                    nexflow_analysis::record(document.snapshot(), document.diagnostics());
                self.files
                    .entry(file)
                    .or_default()
                    .insert(path.clone(), recorded);
            }
            None => drop(self.nowhere.insert(path.clone())),
        }
    }

    /// Writes the baselines: what is recorded of documents that this run did not check stays, as long as they are there.
    pub(super) fn write(self) -> i32 {
        let mut code = 0;
        for path in &self.nowhere {
            say_of(
                path,
                "No baseline is named. Use `--baseline FILE`, or set `baseline` in nexflow.toml.",
            );
            code = 2;
        }
        for (file, documents) in self.files {
            match write(&file, documents) {
                Ok(said) => say_of(&file, &said),
                Err(reason) => {
                    say_of(&file, &reason);
                    code = 2;
                }
            }
        }
        code
    }
}

fn write(file: &Path, documents: BTreeMap<PathBuf, Recorded>) -> Result<String, String> {
    let before = match paths::read_text(file, MAX_BYTES) {
        Ok(text) => Some(text),
        Err(ReadError::Missing) => None,
        Err(error) => return Err(error.to_string()),
    };
    let mut baseline = match &before {
        Some(text) => Baseline::read(file, text)?,
        None => Baseline::new(file.to_path_buf()),
    };
    let had = baseline.count();
    let gone: Vec<PathBuf> = baseline
        .documents()
        .into_iter()
        .map(|(path, _)| path.clone())
        .filter(|path| !path.exists())
        .collect();
    for path in gone {
        baseline.set(path, Recorded::default());
    }
    for (path, recorded) in documents {
        baseline.set(path, recorded);
    }
    let text = baseline.text();
    match &before {
        Some(before) if *before == text => {}
        Some(before) => replace::replace(file, before, &text)?,
        None => replace::create(file, &text)?,
    }
    Ok(format!(
        "{} recorded (before: {had}).",
        count(baseline.count(), "diagnostic")
    ))
}
