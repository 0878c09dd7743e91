//! Local directories of a RocksDB backend.

use nexflow_catalog::value::uri::Uri;
use rustc_hash::FxHashMap;

use super::{
    Check, EntryContext,
    backends::{BACKENDS, is_given, may_be},
    entry,
};
use crate::{
    Tag,
    merged::{MergedItem, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    entry(
        BACKENDS,
        "local-directory-not-local",
        local_directory_not_local,
    ),
    entry(
        BACKENDS,
        "local-directory-duplicate",
        local_directory_duplicate,
    ),
    entry(BACKENDS, "local-directories-twice", local_directories_twice),
    entry(
        BACKENDS,
        "directory-selection-single",
        directory_selection_single,
    ),
];

const ROCKSDB: &[&str] = &["rocksdb"];

/// The two places for the list, the present one first.
fn lists<'a>(at: &EntryContext<'_, 'a>) -> [MergedValue<'a>; 2] {
    [
        at.mapping.get("storage.local_directories"),
        at.mapping.get("local_directories"),
    ]
}

/// Why an entry is no directory of the worker itself.
enum NotLocal {
    Relative,
    Scheme(String),
}

/// The path of a directory without `file:`, or why it is not local.
fn local_path(text: &str) -> Result<&str, NotLocal> {
    let uri = Uri::parse(text);
    let path = match uri.scheme() {
        Some(scheme) if scheme.eq_ignore_ascii_case("file") => uri.path(),
        Some(scheme) => return Err(NotLocal::Scheme(scheme.to_owned())),
        None => text,
    };
    let drive = path
        .get(1..3)
        .is_some_and(|rest| matches!(rest, ":\\" | ":/"));
    if path.starts_with('/') || drive {
        Ok(path)
    } else {
        Err(NotLocal::Relative)
    }
}

fn local_directory_not_local(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for item in lists(at).iter().flat_map(MergedValue::items) {
        let Some(text) = item.text() else { continue };
        let Err(why) = local_path(&text) else {
            continue;
        };
        let report = sink.report("local-directory-not-local", &item);
        match why {
            NotLocal::Relative => report.emit(format!(
                "`{text}` is not an absolute path; Flink will not start with a relative directory."
            )),
            NotLocal::Scheme(scheme) => report.emit(format!(
                "`{text}` is on a `{scheme}` store; RocksDB needs an absolute path on a local disk."
            )),
        }
    }
}

/// The names on the way to a directory; empty and `.` count for nothing.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '\\'])
        .filter(|step| !step.is_empty() && *step != ".")
}

/// Directories as a tree, in which each one finds those that it has to do with on its own way.
#[derive(Default)]
struct Directories {
    /// The directory of a name within another one.
    inner: FxHashMap<(usize, Box<str>), usize>,
    /// What is known of the root and of each directory in it.
    known: Vec<Nearest>,
}

/// The first that was added of the directory itself, and of those inside it.
#[derive(Clone, Copy, Default)]
struct Nearest {
    same: Option<usize>,
    inside: Option<usize>,
}

impl Directories {
    /// Adds a directory under a number, and gives the first one that has to do with it, with the words for how.
    fn add(&mut self, path: &str, number: usize) -> Option<(usize, &'static str)> {
        if self.known.is_empty() {
            self.known.push(Nearest::default());
        }
        let mut clashes = Vec::new();
        let mut at = 0;
        for step in steps(path) {
            clashes.extend(self.known[at].same.map(|other| (other, "lies inside")));
            self.known[at].inside.get_or_insert(number);
            let next = self.known.len();
            at = *self.inner.entry((at, step.into())).or_insert(next);
            if at == next {
                self.known.push(Nearest::default());
            }
        }
        let known = &mut self.known[at];
        clashes.extend(known.same.map(|other| (other, "is the same directory as")));
        clashes.extend(known.inside.map(|other| (other, "contains")));
        known.same.get_or_insert(number);
        clashes.into_iter().min_by_key(|(other, _)| *other)
    }
}

fn local_directory_duplicate(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for list in lists(at) {
        let items = list.items();
        let mut seen: Vec<(&MergedItem<'_>, String)> = Vec::new();
        let mut directories = Directories::default();
        for item in &items {
            let Some(text) = item.text() else { continue };
            let Ok(path) = local_path(&text) else {
                continue;
            };
            if let Some((number, how)) = directories.add(path, seen.len()) {
                let (earlier, other) = &seen[number];
                sink.report("local-directory-duplicate", item)
                    .related(*earlier, format!("`{other}`"))
                    .emit(format!(
                        "`{text}` {how} `{other}`, so the load is not spread."
                    ));
            }
            seen.push((item, text.into_owned()));
        }
    }
}

fn local_directories_twice(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let [stored, direct] = lists(at);
    if is_given(&stored) && is_given(&direct) && may_be(at, ROCKSDB) {
        sink.report_key("local-directories-twice", &direct)
            .related(&stored, "the list under `storage`")
            .emit(
                "`local_directories` is set here and under `storage`; keep the one under `storage`.",
            );
    }
}

fn directory_selection_single(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let selection = at.mapping.get("storage.directory_selection");
    if !is_given(&selection) || !may_be(at, ROCKSDB) || at.mapping.has_errors() {
        return;
    }
    let lists = lists(at);
    let given: Vec<&MergedValue<'_>> = lists.iter().filter(|list| is_given(list)).collect();
    // One reference may stand for several directories.
    let unknown = given
        .iter()
        .any(|list| list.is_unknown() || list.items().iter().any(|item| item.text().is_none()));
    let count = given
        .iter()
        .map(|list| list.items().len())
        .max()
        .unwrap_or(0);
    if unknown || count >= 2 || given.is_empty() && !at.cx.checks_absence() {
        return;
    }
    let mut report = sink
        .report_key("directory-selection-single", &selection)
        .tag(Tag::Unnecessary);
    for list in given {
        report = report.related(list, "the directories");
    }
    let only = if count == 0 {
        "no directory"
    } else {
        "only one directory"
    };
    report.emit(format!(
        "`directory_selection` is ignored: `local_directories` lists {only}."
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of the earlier paths that has to do with `own`, each compared with it.
    fn one_by_one(earlier: &[&str], own: &str) -> Option<(usize, &'static str)> {
        let own: Vec<&str> = steps(own).collect();
        earlier.iter().enumerate().find_map(|(number, other)| {
            let other: Vec<&str> = steps(other).collect();
            if own == other {
                Some((number, "is the same directory as"))
            } else if own.starts_with(&other) {
                Some((number, "lies inside"))
            } else if other.starts_with(&own) {
                Some((number, "contains"))
            } else {
                None
            }
        })
    }

    #[test]
    fn directories_are_found_as_if_each_was_compared_with_all_before() {
        let names = [
            "/", "/a", "/a/", "/./a", "/a/b", "/a/b/c", "/ab", "/b//c", "/b/c/", "\\b",
        ];
        let count = names.len();
        for choice in 0..count.pow(4) {
            let paths: Vec<&str> = (0..4)
                .map(|at| names[choice / count.pow(at) % count])
                .collect();
            let mut directories = Directories::default();
            for (number, path) in paths.iter().enumerate() {
                assert_eq!(
                    directories.add(path, number),
                    one_by_one(&paths[..number], path),
                    "{paths:?}"
                );
            }
        }
    }
}
