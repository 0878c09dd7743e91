//! Patterns for names of files that no shell has expanded: those of Windows leave that to the program.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;

/// The files of a folder that a pattern such as `infra\*.infra` means, in the order of their names. `None` for what is no pattern: a
/// name without `*`, `?` and `[`, or one that is there as it is written.
///
/// Only the last name may hold a pattern; for more there are folders, which are searched. Names with a dot in front are meant by
/// patterns that begin so, as in shells.
pub(crate) fn expand(path: &Path) -> Option<Vec<PathBuf>> {
    let name = path.file_name()?.to_str()?;
    if !name.contains(['*', '?', '[']) || path.symlink_metadata().is_ok() {
        return None;
    }
    let pattern = GlobBuilder::new(name)
        .case_insensitive(cfg!(windows))
        .build()
        .ok()?
        .compile_matcher();
    let folder = path.parent().unwrap_or(Path::new(""));
    let place = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut found: Vec<PathBuf> = std::fs::read_dir(place)
        .ok()?
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let hidden = name.as_encoded_bytes().starts_with(b".");
            let wanted = pattern.is_match(&name) && (!hidden || name_begins_with_dot(path));
            wanted.then(|| folder.join(name))
        })
        .collect();
    found.sort_unstable();
    Some(found)
}

fn name_begins_with_dot(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_the_files_that_a_shell_would_give() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["b.infra", "a.infra", ".c.infra", "d.txt", "[e].infra"] {
            std::fs::write(at(name), "").expect("written");
        }
        let found = |pattern: &str| {
            let names = expand(&at(pattern))?;
            let name = |path: &PathBuf| path.file_name()?.to_str().map(str::to_owned);
            names.iter().map(name).collect::<Option<Vec<_>>>()
        };
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(
            found("*.infra"),
            names(&["[e].infra", "a.infra", "b.infra"])
        );
        assert_eq!(found("?.infra"), names(&["a.infra", "b.infra"]));
        assert_eq!(found("[ab].infra"), names(&["a.infra", "b.infra"]));
        assert_eq!(found(".*.infra"), names(&[".c.infra"]));
        assert_eq!(found("*.yaml"), names(&[]));
        // A file of that name is what is meant.
        assert_eq!(found("[e].infra"), None);
        assert_eq!(found("a.infra"), None);
        assert_eq!(found("missing.infra"), None);
    }
}
