//! Local directories of a RocksDB backend.

use nexflow_catalog::value::uri::Uri;

use super::{
    Check, EntryCx,
    backends::{BACKENDS, is_given, may_be},
    entry,
};
use crate::{
    Tag,
    sink::Sink,
    view::{Item, Val},
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
fn lists<'a>(at: &EntryCx<'_, 'a>) -> [Val<'a>; 2] {
    [
        at.view.get("storage.local_directories"),
        at.view.get("local_directories"),
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

fn local_directory_not_local(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for item in lists(at).iter().flat_map(Val::items) {
        let Some(text) = item.text() else { continue };
        let Err(why) = local_path(&text) else {
            continue;
        };
        let report = sink.at("local-directory-not-local", &item);
        match why {
            NotLocal::Relative => report.say(format!(
                "`{text}` is no absolute path: Flink refuses to start with a relative local directory; write it from the root, such as `/mnt/ssd1/state`"
            )),
            NotLocal::Scheme(scheme) => report.say(format!(
                "`{text}` is on a `{scheme}` store: RocksDB works on the worker's own disk, and Flink refuses to start with anything but an \
                 absolute local path"
            )),
        }
    }
}

/// The names on the way to a directory; empty and `.` count for nothing.
fn steps(path: &str) -> Vec<&str> {
    path.split(['/', '\\'])
        .filter(|step| !step.is_empty() && *step != ".")
        .collect()
}

fn local_directory_duplicate(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !may_be(at, ROCKSDB) {
        return;
    }
    for list in lists(at) {
        let items = list.items();
        let mut seen: Vec<(&Item<'_>, String)> = Vec::new();
        for item in &items {
            let Some(text) = item.text() else { continue };
            let Ok(path) = local_path(&text) else {
                continue;
            };
            let own = steps(path);
            let clash = seen.iter().find_map(|(earlier, other)| {
                let other_steps = local_path(other).map(steps).unwrap_or_default();
                let how = if own == other_steps {
                    "is the same directory as"
                } else if own.starts_with(&other_steps) {
                    "lies inside"
                } else if other_steps.starts_with(&own) {
                    "contains"
                } else {
                    return None;
                };
                Some((*earlier, other.clone(), how))
            });
            if let Some((earlier, other, how)) = clash {
                sink.at("local-directory-duplicate", item)
                    .with(earlier, format!("`{other}`"))
                    .say(format!(
                        "`{text}` {how} `{other}`, so it brings no second disk and the load is not spread"
                    ));
            }
            seen.push((item, text.into_owned()));
        }
    }
}

fn local_directories_twice(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let [stored, direct] = lists(at);
    if is_given(&stored) && is_given(&direct) && may_be(at, ROCKSDB) {
        sink.at_key("local-directories-twice", &direct)
            .with(&stored, "the list under `storage`")
            .say(
                "`local_directories` stands directly under the backend and under `storage` as well, and nothing says which of the two \
                 lists counts; keep the one under `storage`",
            );
    }
}

fn directory_selection_single(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let selection = at.view.get("storage.directory_selection");
    if !is_given(&selection) || !may_be(at, ROCKSDB) || at.view.has_errors() {
        return;
    }
    let lists = lists(at);
    let given: Vec<&Val<'_>> = lists.iter().filter(|list| is_given(list)).collect();
    // One reference may stand for several directories.
    let unknown = given
        .iter()
        .any(|list| list.is_unknown() || list.items().iter().any(|item| item.text().is_none()));
    let count = given
        .iter()
        .map(|list| list.items().len())
        .max()
        .unwrap_or(0);
    if unknown || count >= 2 || given.is_empty() && !at.cx.judges_absence() {
        return;
    }
    let mut report = sink
        .at_key("directory-selection-single", &selection)
        .tag(Tag::Unnecessary);
    for list in given {
        report = report.with(list, "the directories");
    }
    let only = if count == 0 {
        "no directory"
    } else {
        "only one directory"
    };
    report.say(format!(
        "`directory_selection` has no effect: `local_directories` lists {only}, so there is nothing to choose from"
    ));
}
