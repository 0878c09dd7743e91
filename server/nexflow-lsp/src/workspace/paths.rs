//! Paths and URIs, and what of the file system may be read.

use std::{
    fs, io,
    io::Read,
    path::{Component, Path, PathBuf},
};

use tower_lsp_server::ls_types::Uri;

use super::windows;

/// The scheme of documents that have not been saved.
pub(crate) const UNTITLED: &str = "untitled";

/// The path of a `file:` URI.
pub(crate) fn of_uri(uri: &Uri) -> Option<PathBuf> {
    let scheme = uri.scheme().as_str();
    // A document that is not saved yet may know already where it will be.
    if scheme.eq_ignore_ascii_case(UNTITLED) {
        let file = uri.as_str().get(scheme.len()..)?;
        return of_uri(
            &format!("file{}", file.replacen(":/", ":///", 1))
                .parse()
                .ok()?,
        )
        .filter(|_| file.starts_with(":/"));
    }
    if scheme.eq_ignore_ascii_case("file") {
        let path = if cfg!(windows) {
            PathBuf::from(windows::path_of_uri(uri.as_str())?)
        } else {
            uri.to_file_path()?.into_owned()
        };
        Some(as_on_disk(normalized(&path))).filter(|path| path.is_absolute())
    } else {
        None
    }
}

/// The `file:` URI of an absolute path.
pub(crate) fn to_uri(path: &Path) -> Option<Uri> {
    if cfg!(unix) && path.is_absolute() && path.to_str().is_none() {
        return of_bytes(path.as_os_str().as_encoded_bytes());
    }
    if cfg!(windows) {
        return windows::uri_of_path(&path.to_string_lossy())?.parse().ok();
    }
    Uri::from_file_path(path)
}

/// The URI of a path that is no text: its bytes are what they are.
fn of_bytes(path: &[u8]) -> Option<Uri> {
    let mut uri = String::from("file://");
    for byte in path {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.parse().ok()
}

/// The path without links, as people write it: never `\\?\C:\a`, by which Windows answers.
pub(crate) fn real(path: &Path) -> io::Result<PathBuf> {
    dunce::canonicalize(path)
}

/// As [`real`]; the path itself when nothing is there.
pub(crate) fn real_or_same(path: &Path) -> PathBuf {
    real(path).unwrap_or_else(|_| path.to_path_buf())
}

/// The path with the letters of the file that is there, where their case means nothing; the path as it is where it leads through links,
/// or to nothing.
pub(crate) fn as_on_disk(path: PathBuf) -> PathBuf {
    if !cfg!(any(windows, target_os = "macos")) {
        return path;
    }
    let lower = |path: &Path| path.to_string_lossy().to_lowercase();
    match real(&path) {
        Ok(real) if lower(&real) == lower(&path) => real,
        _ => path,
    }
}

/// The path without `.` and `..`, as it is written: no look at the file system.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Why a file could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It does not exist.
    Missing,
    /// It is there, but cannot be used; in words.
    Unusable(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadError::Missing => f.write_str("the file does not exist"),
            ReadError::Unusable(why) => write!(f, "the file cannot be used: {why}"),
        }
    }
}

/// Reads a text file of at most `limit` bytes. Devices, pipes and folders are refused, so that no read can hang.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| describe(&error))?;
    if !metadata.is_file() {
        return Err(ReadError::Unusable("not a regular file".into()));
    }
    read_named(path, limit)
}

/// As [`read_text`], of a file that a person has named: it may be a pipe.
pub(crate) fn read_named(path: &Path, limit: u64) -> Result<String, ReadError> {
    let mut file = fs::File::open(path).map_err(|error| describe(&error))?;
    let bytes = read_bounded(&mut file, limit)?;
    String::from_utf8(bytes).map_err(|_| ReadError::Unusable("it is not UTF-8".into()))
}

/// Reads at most `limit` bytes, and says so when there are more.
pub(crate) fn read_bounded(from: &mut impl Read, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| describe(&error))?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::Unusable(format!(
            "it is larger than {limit} bytes"
        )));
    }
    Ok(bytes)
}

/// What the standard library calls errors that it has no kind for.
const UNNAMED: &str = "uncategorized error";

fn describe(error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
        // What the standard library has no word for, as that another program of Windows holds the file, the system says itself.
        kind => match kind.to_string() {
            kind if kind == UNNAMED => ReadError::Unusable(error.to_string()),
            kind => ReadError::Unusable(kind),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized_as_written() {
        assert_eq!(normalized(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normalized(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    #[cfg(unix)]
    fn uris_with_escapes_become_paths_and_back() {
        let uri: Uri = "file:///a%20b/%C3%A9.infra".parse().expect("a URI");
        assert_eq!(of_uri(&uri), Some(PathBuf::from("/a b/é.infra")));
        assert_eq!(
            to_uri(Path::new("/a b/é.infra")).map(|uri| uri.to_string()),
            Some("file:///a%20b/%C3%A9.infra".into())
        );
        #[cfg(target_os = "linux")]
        {
            use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
            let path = Path::new(OsStr::from_bytes(b"/a b/caf\xe9.infra"));
            let uri = to_uri(path).map(|uri| uri.to_string());
            assert_eq!(uri.as_deref(), Some("file:///a%20b/caf%E9.infra"));
        }
        assert_eq!(of_uri(&"untitled:Untitled-1".parse().expect("a URI")), None);
    }

    #[test]
    fn only_regular_text_files_of_a_fair_size_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        fs::write(&file, b"abcdef").expect("written");
        assert_eq!(read_text(&file, 6).ok().as_deref(), Some("abcdef"));
        assert!(matches!(read_text(&file, 5), Err(ReadError::Unusable(_))));
        assert!(matches!(
            read_text(folder.path(), 5),
            Err(ReadError::Unusable(_))
        ));
        assert!(matches!(
            read_text(&folder.path().join("b"), 5),
            Err(ReadError::Missing)
        ));
        fs::write(&file, b"\xff").expect("written");
        assert!(matches!(read_text(&file, 5), Err(ReadError::Unusable(_))));
    }
}
