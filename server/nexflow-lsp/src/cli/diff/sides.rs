//! The two states that are compared, and the documents that differ.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use nexflow_flink::{
    Effective, Inputs,
    change::{DocumentChanges, Side, compare},
};
use rayon::prelude::*;

use super::{Compared, Diff, changes};
use crate::{
    cli::input::Unusable,
    settings::Options,
    text::visible,
    workspace::{
        compare::missing_base,
        document::DocumentSnapshot,
        git::{Listing, Repository},
        paths,
        project::Outside,
        revisions::{self, Checkout, Tree},
    },
};

/// Two states, and the documents to compare: how each is called, and its paths in both.
pub(super) struct Sides<'a> {
    arguments: &'a Diff,
    old: Checkout,
    new: Checkout,
    documents: Vec<Document>,
}

struct Document {
    name: String,
    old: String,
    new: String,
    /// Where it is, or was.
    file: PathBuf,
}

impl<'a> Sides<'a> {
    /// Finds out what the arguments mean.
    pub(super) fn of(arguments: &'a Diff, outside: &Outside) -> Result<Sides<'a>, String> {
        let current = std::env::current_dir().map_err(|error| error.to_string())?;
        if let (Some(old), Some(new)) = (&arguments.old, &arguments.new) {
            let (before, after) = (current.join(old), current.join(new));
            if before.is_file() && after.is_file() {
                return Sides::of_files(arguments, outside, (old, new), (&before, &after));
            }
            if before.is_dir() && after.is_dir() {
                return Sides::of_folders(arguments, outside, new, (&before, &after));
            }
        }
        Sides::of_revisions(arguments, outside, &current)
    }

    fn of_files(
        arguments: &'a Diff,
        outside: &Outside,
        (_, name): (&str, &str),
        (before, after): (&Path, &Path),
    ) -> Result<Sides<'a>, String> {
        let open = |path: &Path| -> Result<(Checkout, String), String> {
            let path = paths::normalized(path);
            let folder = path.parent().unwrap_or(&path);
            // What it extends may lie as far up as its repository.
            let top =
                Repository::around(folder).map_or_else(|| folder.to_path_buf(), |found| found.top);
            let relative = relative(&top, &path).ok_or("its name is not UTF-8")?;
            let checkout = Checkout::of_folder(&top, true, outside.clone(), Options::default());
            Ok((checkout, relative))
        };
        let (old, from) = open(before)?;
        let (new, to) = open(after)?;
        let document = Document {
            name: name.to_owned(),
            old: from,
            new: to,
            file: after.to_path_buf(),
        };
        Ok(Sides {
            arguments,
            old,
            new,
            documents: vec![document],
        })
    }

    fn of_folders(
        arguments: &'a Diff,
        outside: &Outside,
        name: &str,
        (before, after): (&Path, &Path),
    ) -> Result<Sides<'a>, String> {
        let (old, new) = (
            Tree::of_folder(&paths::normalized(before), &Listing::new()),
            Tree::of_folder(&paths::normalized(after), &Listing::new()),
        );
        let all = revisions::reach(&old, &new);
        let chosen = chosen(arguments, &all, |path| {
            let named = Path::new(name).join(path);
            arguments
                .paths
                .iter()
                .any(|wanted| named.starts_with(wanted) || Path::new(path).starts_with(wanted))
        });
        let documents = chosen
            .iter()
            .map(|path| Document {
                name: Path::new(name).join(path).to_string_lossy().into_owned(),
                old: path.clone(),
                new: path.clone(),
                file: after.join(path),
            })
            .collect();
        Ok(Sides {
            arguments,
            old: old.checkout(&chosen, true, outside.clone(), Options::default())?,
            new: new.checkout(&chosen, true, outside.clone(), Options::default())?,
            documents,
        })
    }

    fn of_revisions(
        arguments: &'a Diff,
        outside: &Outside,
        current: &Path,
    ) -> Result<Sides<'a>, String> {
        let repository = Repository::around(current).ok_or(
            "OLD and NEW are two files, two folders, or revisions of a git repository, and there is no repository here",
        )?;
        let named = arguments.old.as_deref().unwrap_or("HEAD");
        let trees = trees(&repository, named, arguments)?;
        let [old, new] = <[Tree; 2]>::try_from(trees).map_err(|_| "git gave no answer")?;
        let all = revisions::reach(&old, &new);
        let chosen = chosen(arguments, &all, |path| {
            let file = repository.top.join(path);
            arguments
                .paths
                .iter()
                .any(|wanted| file.starts_with(paths::normalized(&current.join(wanted))))
        });
        let documents = chosen
            .iter()
            .map(|path| {
                let file = repository.top.join(path);
                let below = file.strip_prefix(current).map(Path::to_path_buf);
                Document {
                    name: below
                        .map_or_else(|_| path.clone(), |path| path.to_string_lossy().into_owned()),
                    old: path.clone(),
                    new: path.clone(),
                    file,
                }
            })
            .collect();
        Ok(Sides {
            arguments,
            old: old.checkout(&chosen, true, outside.clone(), Options::default())?,
            new: new.checkout(&chosen, true, outside.clone(), Options::default())?,
            documents,
        })
    }

    /// The changes of each document that has some, and what could not be compared.
    pub(super) fn compare(&self) -> (Vec<Compared>, Vec<Unusable>) {
        let all: Vec<Result<Option<Compared>, Unusable>> = self
            .documents
            .par_iter()
            .map(|document| {
                self.document(document)
                    .map_err(|reason| (PathBuf::from(&document.name), reason))
            })
            .collect();
        let mut compared = Vec::new();
        let mut unusable = Vec::new();
        for one in all {
            match one {
                Ok(Some(one)) => compared.push(one),
                Ok(None) => {}
                Err(one) => unusable.push(one),
            }
        }
        (compared, unusable)
    }

    fn document(&self, document: &Document) -> Result<Option<Compared>, String> {
        let old = self.old.open(&document.old)?;
        let new = self.new.open(&document.new)?;
        for (side, snapshot) in [("before", &old), ("after", &new)] {
            if let Some(snapshot) = snapshot {
                is_usable(snapshot).map_err(|reason| format!("{reason} {side} the change"))?;
            }
        }
        let note = match (&old, &new) {
            (Some(old), Some(new)) => match (missing_base(old), missing_base(new)) {
                // What is inherited would be taken for new or gone.
                (Some(problem), None) => return Err(format!("{problem} before the change")),
                (None, Some(problem)) => return Err(format!("{problem} after the change")),
                (Some(_), Some(problem)) => Some(problem),
                (None, None) => None,
            },
            _ => None,
        };
        let uri = paths::to_uri(&document.file).map(|uri| uri.to_string());
        let uri = uri.unwrap_or_default();
        let configured = |snapshot: &Option<DocumentSnapshot>| {
            let snapshot = snapshot.as_ref()?.snapshot();
            Some(snapshot.context.settings.flink_version)
        };
        let before = self.arguments.from_flink_version;
        let before = before.or(self.arguments.flink_version);
        let old_version = before.or_else(|| configured(&old));
        let new_version = self.arguments.flink_version.or_else(|| configured(&new));
        let version = new_version.or(old_version).unwrap_or_default();
        let old_effective = old.as_ref().map(|snapshot| of(snapshot, &uri));
        let new_effective = new.as_ref().map(|snapshot| of(snapshot, &uri));
        let mut changes = compare(
            &Side {
                effective: old_effective.as_ref(),
                version: old_version.unwrap_or(version),
            },
            &Side {
                effective: new_effective.as_ref(),
                version: new_version.unwrap_or(version),
            },
        );
        // What the settings of the project turn off is not said, as with any other rule.
        let settings = new
            .as_ref()
            .or(old.as_ref())
            .map(|snapshot| snapshot.snapshot().context.settings.clone());
        if let Some(settings) = settings {
            changes.retain(|change| settings.rules.get(change.rule.id) != Some(&None));
        }
        if changes.is_empty() && note.is_none() {
            return Ok(None);
        }
        let found = new
            .as_ref()
            .map(|snapshot| changes::diagnostics(snapshot, &changes, None, None))
            .unwrap_or_default();
        Ok(Some(Compared {
            plan: DocumentChanges {
                name: visible::one_line(&document.name),
                uri,
                changes,
            },
            found,
            note,
        }))
    }
}

fn of<'s>(snapshot: &'s DocumentSnapshot, uri: &'s str) -> Effective<'s> {
    Effective::new(Inputs {
        snapshot: snapshot.snapshot(),
        uri,
        region: None,
    })
}

fn is_usable(document: &DocumentSnapshot) -> Result<(), String> {
    let bases = &document.snapshot().context.bases;
    if document.document.has_errors() || bases.iter().any(|base| base.document.has_errors()) {
        return Err("syntax error".to_owned());
    }
    Ok(())
}

fn chosen(
    arguments: &Diff,
    all: &BTreeSet<String>,
    is_wanted: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let is_wanted = |path: &&String| arguments.paths.is_empty() || is_wanted(path);
    all.iter().filter(is_wanted).cloned().collect()
}

fn relative(top: &Path, path: &Path) -> Option<String> {
    Some(path.strip_prefix(top).ok()?.to_str()?.replace('\\', "/"))
}

/// The two states that revisions mean.
fn trees(repository: &Repository, named: &str, arguments: &Diff) -> Result<Vec<Tree>, String> {
    let listing = |revision: &str| repository.files(&repository.commit(revision)?);
    let or_head = |name: &'_ str| if name.is_empty() { "HEAD" } else { name }.to_owned();
    if arguments.staged {
        let listings = vec![listing(named)?, repository.staged()?];
        return Tree::of_listings(repository, listings);
    }
    let pair = match (&arguments.new, named.split_once("...")) {
        (Some(new), _) => Some((named.to_owned(), new.clone())),
        (None, Some((one, other))) => {
            let (one, other) = (or_head(one), or_head(other));
            let base =
                repository.merge_base(&repository.commit(&one)?, &repository.commit(&other)?)?;
            Some((base, other))
        }
        (None, None) => named
            .split_once("..")
            .map(|(one, other)| (or_head(one), or_head(other))),
    };
    match pair {
        Some((old, new)) => {
            let listings = vec![listing(&old)?, listing(&new)?];
            Tree::of_listings(repository, listings)
        }
        None => {
            let listing = listing(named)?;
            let on_disk = Tree::of_folder(&repository.top, &listing);
            let mut trees = Tree::of_listings(repository, vec![listing])?;
            trees.push(on_disk);
            Ok(trees)
        }
    }
}
