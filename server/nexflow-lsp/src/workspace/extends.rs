//! Follows `extends` from a document to its bases.

use std::path::{Path, PathBuf};

use nexflow_analysis::{BaseProblem, EXTENDS};
use nexflow_catalog::value::suggest;
use nexflow_syntax::Document;

use super::{
    File, Workspace,
    paths::{self, ReadError},
    roots::{self, Refused},
    walk,
};

/// Longest chain that is followed.
pub(crate) const MAX_STEPS: usize = 20;

/// What a document extends, as written; `None` when it extends nothing (or nothing that can be known, as with a variable).
pub(crate) fn target(document: &Document) -> Option<String> {
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
pub(crate) struct Chain {
    /// The documents, nearest first.
    pub(crate) bases: Vec<File>,
    /// Their files, each by the path that is written and by the one without links.
    pub(crate) files: Vec<PathBuf>,
    /// Why the chain ends early, if it does.
    pub(crate) problem: Option<BaseProblem>,
}

impl Chain {
    fn refused(mut self, reason: String) -> Chain {
        self.problem = Some(BaseProblem::Refused { reason });
        self
    }
}

/// Follows `extends` from `document` at `path`.
pub(crate) fn chain(
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
    let roots = workspace.roots(path.parent().unwrap_or(path));
    let own = roots.resolve(path).unwrap_or_else(|_| path.to_path_buf());
    let mut seen = vec![(own, name_of(path))];
    let mut current = path.to_path_buf();
    loop {
        if chain.bases.len() == MAX_STEPS {
            return chain.refused(format!("the chain has more than {MAX_STEPS} documents"));
        }
        let wanted = match resolve(&current, &next) {
            Ok(wanted) => wanted,
            Err(reason) => return chain.refused(reason),
        };
        let there = match roots.resolve(&wanted) {
            Ok(there) => there,
            Err(Refused::Outside) => {
                return chain.refused(format!("`{next}` is outside the workspace and is not read"));
            }
            Err(refused) => return chain.refused(format!("`{next}` cannot be used: {refused}")),
        };
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
                let near = near_name(workspace, &wanted);
                chain.problem = Some(BaseProblem::Missing { path: next, near });
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
        return Err(format!("`{target}` is not a path relative to the document"));
    }
    if target.contains('\0') {
        return Err("the file name contains a NUL character".into());
    }
    let folder = from.parent().unwrap_or(from);
    roots::beside(folder, target)
        .ok_or_else(|| format!("`{target}` is outside the workspace and is not read"))
}

/// The path of a file that the document at `from` names. Nobody looks whether it is there, but where the case of letters means nothing:
/// one file has one name in the index.
pub(crate) fn beside(from: &Path, target: &str) -> PathBuf {
    paths::as_on_disk(paths::normalized(
        &from.parent().unwrap_or(from).join(target),
    ))
}

/// A document in the folder of a file that is not there which has nearly its name.
fn near_name(workspace: &Workspace, missing: &Path) -> Option<String> {
    let folder = missing.parent()?;
    let names: Vec<String> = walk::beside(folder, &workspace.roots(folder))
        .iter()
        .map(|path| name_of(path))
        .collect();
    let near = suggest::nearest(&name_of(missing), names.iter().map(String::as_str));
    near.first().map(|near| (*near).to_owned())
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
