//! Paths as the rules compare them: by the names between their slashes.

use nexflow_catalog::value::uri::Uri;

/// What stands between `//` and the path; nothing where that is empty, as in `file:///`.
pub fn authority<'t>(uri: &Uri<'t>) -> Option<&'t str> {
    uri.authority().filter(|name| !name.is_empty())
}

/// The names between the slashes of a path; empty ones and `.` do not count.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter(|name| !name.is_empty() && *name != ".")
}

/// True when `inner` is `outer` or lies below it.
pub fn is_below(inner: &str, outer: &str) -> bool {
    let mut inner = segments(inner);
    segments(outer).all(|name| inner.next() == Some(name))
}

/// True for a directory that is a machine's own and does not outlive it.
pub fn is_temporary(path: &str) -> bool {
    ["/tmp", "/var/tmp", "/dev/shm", "/run"]
        .iter()
        .any(|directory| is_below(path, directory))
}

/// True for a path that every process reads as the same file, wherever it was started.
pub fn is_absolute_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    drive
        || path.starts_with('/')
        || path.starts_with("\\\\")
        || Uri::parse(path).scheme().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_goes_by_whole_names() {
        assert!(is_below("/cp/sp/", "cp"));
        assert!(is_below("cp/", "/cp"));
        assert!(is_below("anything", ""));
        assert!(!is_below("/cp2", "/cp"));
        assert!(!is_below("/", "/cp"));
    }

    #[test]
    fn a_path_is_absolute_on_unix_and_on_windows() {
        for path in [
            "/k/f.keytab",
            "C:\\k\\f.keytab",
            "d:/k",
            "\\\\host\\share",
            "file:///k",
        ] {
            assert!(is_absolute_path(path), "{path}");
        }
        for path in ["f.keytab", "./f", "../f", "~/f", "C:f"] {
            assert!(!is_absolute_path(path), "{path}");
        }
    }
}
