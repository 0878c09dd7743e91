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

/// What a document extends.
#[derive(Default)]
pub struct Chain {
    /// The documents, nearest first.
    pub bases: Vec<File>,
    /// Their files, each by the path that is written and by the one without links.
    pub files: Vec<PathBuf>,
    /// Why the chain ends early, if it does.
    pub problem: Option<BaseProblem>,
}

impl Chain {
    fn refused(mut self, reason: String) -> Chain {
        self.problem = Some(BaseProblem::Refused { reason });
        self
    }
}

/// Follows `extends` from `document` at `path`.
pub fn chain(
    workspace: &Workspace,
    document: &Document,
    path: Option<&Path>,
    limit: usize,
) -> Chain {
    let mut chain = Chain::default();
    let Some(mut next) = target(document) else {
        return chain;
    };
    let Some(path) = path else {
        return chain.refused("a document that is not saved has no files beside it".into());
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
        if chain.bases.len() == MAX_STEPS {
            return chain.refused(format!("the chain has more than {MAX_STEPS} documents"));
        }
        let wanted = match resolve(&current, &next) {
            Ok(wanted) => wanted,
            Err(reason) => return chain.refused(reason),
        };
        let there = real(&wanted);
        if !allowed.iter().any(|folder| there.starts_with(folder)) {
            return chain.refused(format!("`{next}` is outside the workspace and is not read"));
        }
        if let Some(at) = seen.iter().position(|(path, _)| *path == there) {
            let mut through: Vec<String> =
                seen[at..].iter().map(|(_, name)| name.clone()).collect();
            through.push(name_of(&wanted));
            chain.problem = Some(BaseProblem::Cycle { through });
            return chain;
        }
        chain.files.extend([wanted.clone(), there.clone()]);
        let file = match workspace.document(&wanted, limit) {
            Ok(file) => file,
            Err(ReadError::Missing) => {
                chain.problem = Some(BaseProblem::Missing { path: next });
                return chain;
            }
            Err(ReadError::Unusable(why)) => {
                return chain.refused(format!("`{next}` cannot be used: {why}"));
            }
        };
        seen.push((there, name_of(&wanted)));
        let further = target(&file.document);
        chain.bases.push(file);
        match further {
            None => return chain,
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
    Ok(beside(from, target))
}

/// The path of a file that the document at `from` names; no look at the file system.
pub fn beside(from: &Path, target: &str) -> PathBuf {
    paths::normalized(&from.parent().unwrap_or(from).join(target))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
