//! Follows `extends` from a document to the documents beneath it.

use std::path::{Path, PathBuf};

use nexflow_analysis::{BaseProblem, EXTENDS};
use nexflow_syntax::Document;

use super::{
    File, Workspace,
    paths::{self, ReadError},
};

/// Longest chain that is followed.
pub const MAX_STEPS: usize = 20;

/// What a document extends, as written; `None` when it extends nothing (or nothing that can be known, as with a variable).
pub fn target(document: &Document) -> Option<String> {
    let value = document
        .root()
        .get(EXTENDS)?
        .value()
        .value()?
        .trim()
        .to_string();
    (!value.is_empty() && !value.contains('$')).then_some(value)
}

/// The documents that `document` at `path` extends, nearest first, and why the chain ends early if it does.
pub fn chain(
    workspace: &Workspace,
    document: &Document,
    path: Option<&Path>,
    limit: usize,
) -> (Vec<File>, Option<BaseProblem>) {
    let mut bases: Vec<File> = Vec::new();
    let Some(mut next) = target(document) else {
        return (bases, None);
    };
    let Some(path) = path else {
        let reason = "a document that is not saved has no files beside it".to_string();
        return (bases, Some(BaseProblem::Refused { reason }));
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let allowed: Vec<PathBuf> = workspace
        .readable_folders(path.parent().unwrap_or(path))
        .iter()
        .map(|folder| real(folder))
        .collect();
    let mut seen = vec![(real(path), name_of(path))];
    let mut current = path.to_path_buf();
    loop {
        if bases.len() == MAX_STEPS {
            let reason = format!("the chain has more than {MAX_STEPS} documents");
            return (bases, Some(BaseProblem::Refused { reason }));
        }
        let problem = |problem| Some(problem);
        let wanted = match resolve(&current, &next) {
            Ok(wanted) => wanted,
            Err(reason) => return (bases, problem(BaseProblem::Refused { reason })),
        };
        let there = real(&wanted);
        if !allowed.iter().any(|folder| there.starts_with(folder)) {
            let reason = format!("`{next}` is outside the workspace and is not read");
            return (bases, problem(BaseProblem::Refused { reason }));
        }
        if let Some(at) = seen.iter().position(|(path, _)| *path == there) {
            let mut through: Vec<String> =
                seen[at..].iter().map(|(_, name)| name.clone()).collect();
            through.push(name_of(&wanted));
            return (bases, problem(BaseProblem::Cycle { through }));
        }
        let file = match workspace.document(&wanted, limit) {
            Ok(file) => file,
            Err(ReadError::Missing) => {
                return (bases, problem(BaseProblem::Missing { path: next }));
            }
            Err(ReadError::Unusable(why)) => {
                let reason = format!("`{next}` cannot be used: {why}");
                return (bases, problem(BaseProblem::Refused { reason }));
            }
        };
        seen.push((there, name_of(&wanted)));
        let further = target(&file.document);
        bases.push(file);
        match further {
            None => return (bases, None),
            Some(further) => next = further,
        }
        current = wanted;
    }
}

/// The path that `target` means in the document at `from`.
fn resolve(from: &Path, target: &str) -> Result<PathBuf, String> {
    if target.contains("://") {
        return Err(format!("`{target}` is no file beside the document"));
    }
    if target.contains('\0') {
        return Err("the file name contains a NUL character".into());
    }
    Ok(paths::normalized(
        &from.parent().unwrap_or(from).join(target),
    ))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
