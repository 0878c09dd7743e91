//! Which documents share their names: those that extend each other, and those that share an env file.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use super::{File, Workspace, extends, paths};

/// A document with its path.
pub struct Member {
    /// Where it is.
    pub path: PathBuf,
    /// Its text and tree; the open text wins.
    pub file: File,
}

/// The documents around `path` that extend each other, directly or through others, `path` itself included.
///
/// `alive` is asked between files; once it says no, what was found so far is given.
pub fn relatives(workspace: &Workspace, path: &Path, alive: &dyn Fn() -> bool) -> Vec<Member> {
    let members = all(workspace, path, alive);
    let index: HashMap<&Path, usize> = members
        .iter()
        .enumerate()
        .map(|(at, member)| (member.path.as_path(), at))
        .collect();
    let mut links: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    for (at, member) in members.iter().enumerate() {
        let Some(target) = extends::target(&member.file.document) else {
            continue;
        };
        let base = paths::normalized(&member.path.parent().unwrap_or(&member.path).join(target));
        if let Some(&base) = index.get(base.as_path()) {
            links[at].push(base);
            links[base].push(at);
        }
    }
    let mut seen = HashSet::new();
    let mut open: Vec<usize> = index.get(path).copied().into_iter().collect();
    while let Some(at) = open.pop() {
        if seen.insert(at) {
            open.extend(&links[at]);
        }
    }
    let mut members: Vec<_> = members.into_iter().enumerate().collect();
    members.retain(|(at, _)| seen.contains(at));
    members.into_iter().map(|(_, member)| member).collect()
}

/// The documents that are judged with the same variables as `path`: those of its project.
pub fn neighbours(workspace: &Workspace, path: &Path, alive: &dyn Fn() -> bool) -> Vec<Member> {
    let root = workspace.project(Some(path)).root.clone();
    let mut members = all(workspace, path, alive);
    members
        .retain(|member| member.path == path || workspace.project(Some(&member.path)).root == root);
    members
}

/// All documents of the workspace folders and of the folder around `path`, in the order of their paths.
fn all(workspace: &Workspace, path: &Path, alive: &dyn Fn() -> bool) -> Vec<Member> {
    let mut found = workspace.find_documents();
    if let Some(folder) = path.parent()
        && found.is_empty()
    {
        found = super::walk::documents(folder, std::iter::empty());
    }
    found.push(path.to_path_buf());
    found.sort_unstable();
    found.dedup();
    let limit = workspace.project(Some(path)).options.max_document_size();
    found
        .into_iter()
        .take_while(|_| alive())
        .filter_map(|path| {
            let file = workspace.document(&path, limit).ok()?;
            Some(Member { path, file })
        })
        .collect()
}
