//! Which files may be read and written: those inside of the folders that were given, wherever links lead.
//!
//! A path is refused by its text before the file system is asked anything about it: merely to look at `//host/share` or
//! `/net/host` opens a connection. Links are followed one by one for the same reason, and each is refused by where it points to.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fmt, fs, io,
    path::{Component, Path, PathBuf},
};

use super::{paths, windows};

/// Links that are followed on the way to one file.
const MAX_LINKS: usize = 40;

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is, or leads, outside of the folders.
    Outside,
    /// Its links lead to each other.
    Loop,
    /// It has a name that means a device.
    Device,
    /// What is on its way cannot be looked at.
    Unreadable(io::ErrorKind),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Outside => f.write_str(
                "it leads outside of the folders that were given, and is neither read nor written",
            ),
            Refused::Loop => f.write_str("its links lead to each other"),
            Refused::Device => f.write_str("its name is that of a device"),
            Refused::Unreadable(kind) => write!(f, "{kind}"),
        }
    }
}

/// The folders that were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roots(Vec<Root>);

#[derive(Clone, Debug, PartialEq)]
struct Root {
    /// As it was given.
    written: PathBuf,
    /// Without links.
    real: PathBuf,
}

impl Roots {
    /// These folders, by absolute paths. They are a person's choice, and so are the links that they may be.
    pub(crate) fn new(folders: impl IntoIterator<Item = PathBuf>) -> Roots {
        let mut roots = Roots::default();
        for folder in folders {
            roots.add(folder);
        }
        roots
    }

    /// One folder more.
    pub(crate) fn add(&mut self, folder: PathBuf) {
        let written = paths::normalized(&folder);
        if self.0.iter().any(|root| root.written == written) {
            return;
        }
        let real = paths::real_or_same(&written);
        self.0.push(Root { written, real });
    }

    /// Where a path begins inside of the folders, and what remains of it. The innermost folder counts, for it may be a link.
    fn split<'p>(&self, path: &'p Path) -> Option<(&Root, &'p Path)> {
        let written = |root: &&Root| path.starts_with(&root.written);
        let real = |root: &&Root| path.starts_with(&root.real);
        let depth = |root: &&Root| root.written.components().count();
        if let Some(root) = self.0.iter().filter(written).max_by_key(depth) {
            return Some((root, path.strip_prefix(&root.written).ok()?));
        }
        let root = self.0.iter().find(real)?;
        Some((root, path.strip_prefix(&root.real).ok()?))
    }

    /// The path without links of a file inside of the folders; the rest of it may not exist.
    pub(crate) fn resolve(&self, path: &Path) -> Result<PathBuf, Refused> {
        let path = paths::normalized(path);
        let (root, rest) = self.split(&path).ok_or(Refused::Outside)?;
        let mut real = root.real.clone();
        let mut rest: VecDeque<OsString> = rest.iter().map(OsString::from).collect();
        let mut links = 0;
        while let Some(name) = rest.pop_front() {
            if cfg!(windows) && windows::is_reserved(&name.to_string_lossy()) {
                return Err(Refused::Device);
            }
            let next = real.join(&name);
            let metadata = match fs::symlink_metadata(&next) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(rest.into_iter().fold(next, |path, name| path.join(name)));
                }
                Err(error) => return Err(Refused::Unreadable(error.kind())),
            };
            if !metadata.is_symlink() {
                real = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(Refused::Loop);
            }
            let target = fs::read_link(&next).map_err(|error| Refused::Unreadable(error.kind()))?;
            if names_a_host(&target.to_string_lossy()) {
                return Err(Refused::Outside);
            }
            let target = paths::normalized(&real.join(target));
            let (root, behind) = self.split(&target).ok_or(Refused::Outside)?;
            real = root.real.clone();
            for name in behind.iter().rev() {
                rest.push_front(name.to_owned());
            }
        }
        // Where names differ in more than their letters' case only, a file has one name.
        Ok(if cfg!(any(windows, target_os = "macos")) {
            paths::real_or_same(&real)
        } else {
            real
        })
    }

    /// Whether a file that a walk has found may be read: no link, or one that stays inside.
    pub(crate) fn admit(&self, path: &Path) -> bool {
        !path.is_symlink() || self.resolve(path).is_ok()
    }
}

/// Whether a path that somebody else has written is one of a network share, on whichever system: two slashes or backslashes in
/// front, as in `//host/share` and `\\?\UNC\host`.
pub(crate) fn names_a_host(target: &str) -> bool {
    let mut characters = target.chars();
    let is_slash = |c: Option<char>| matches!(c, Some('/' | '\\'));
    is_slash(characters.next()) && is_slash(characters.next())
}

/// The path that `target`, written by somebody else in a file of `folder`, means. `None` when it is none inside of any folder by its
/// text alone; no look at the file system.
pub(crate) fn beside(folder: &Path, target: &str) -> Option<PathBuf> {
    let has_prefix = matches!(
        Path::new(target).components().next(),
        Some(Component::Prefix(_))
    );
    if names_a_host(target) || has_prefix || target.contains('\0') {
        return None;
    }
    Some(paths::normalized(&folder.join(target)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_as_long_as_they_stay_inside() {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("it is there");
        let (root, other) = (top.join("root"), top.join("other"));
        fs::create_dir_all(root.join("sub")).expect("made");
        fs::create_dir_all(&other).expect("made");
        fs::write(root.join("a"), "").expect("written");
        fs::write(other.join("b"), "").expect("written");
        for (link, target) in [
            ("sub/up", "../a"),
            ("out", "../other/b"),
            ("absolute", "/etc/passwd"),
            ("folder", "../other"),
            ("round", "../root/a"),
            ("loop", "loop"),
            ("chain", "sub/up"),
            ("share", "//host/share"),
            ("nowhere", "missing"),
        ] {
            symlink(target, root.join(link)).expect("linked");
        }
        let roots = Roots::new([root.clone()]);
        let found = |path: &str| roots.resolve(&root.join(path));
        assert_eq!(found("a"), Ok(root.join("a")));
        assert_eq!(found("sub/../a"), Ok(root.join("a")));
        assert_eq!(found("sub/up"), Ok(root.join("a")));
        assert_eq!(found("chain"), Ok(root.join("a")));
        assert_eq!(found("round"), Ok(root.join("a")));
        assert_eq!(found("nowhere"), Ok(root.join("missing")));
        assert_eq!(found("x/y"), Ok(root.join("x/y")));
        for outside in [
            "out",
            "absolute",
            "folder/b",
            "share",
            "../other/b",
            "/etc/passwd",
        ] {
            assert_eq!(found(outside), Err(Refused::Outside), "{outside}");
        }
        assert_eq!(found("loop"), Err(Refused::Loop));
        // A folder that was given as well is inside, also when it was given as a link.
        let both = Roots::new([root.clone(), other.clone()]);
        assert_eq!(both.resolve(&root.join("out")), Ok(other.join("b")));
        let linked = Roots::new([root.join("folder")]);
        assert_eq!(linked.resolve(&root.join("folder/b")), Ok(other.join("b")));
    }

    #[test]
    fn paths_of_hosts_are_told_by_their_text() {
        for target in ["//h/s", "\\\\h\\s", "\\\\?\\UNC\\h\\s", "/\\h", "////h"] {
            assert!(beside(Path::new("/a"), target).is_none(), "{target}");
        }
        assert_eq!(beside(Path::new("/a"), "../b"), Some("/b".into()));
        assert_eq!(beside(Path::new("/a"), "/c/./d"), Some("/c/d".into()));
    }
}
