//! Paths and URIs, and what of the file system may be read.

use std::{
    fs, io,
    io::Read,
    path::{Component, Path, PathBuf},
};

use tower_lsp_server::ls_types::Uri;

/// The path of a `file:` URI.
pub fn of_uri(uri: &Uri) -> Option<PathBuf> {
    if uri.scheme().as_str().eq_ignore_ascii_case("file") {
        uri.to_file_path()
            .map(|path| normalized(&path))
            .filter(|path| path.is_absolute())
    } else {
        None
    }
}

/// The `file:` URI of an absolute path.
pub fn to_uri(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}

/// The path without `.` and `..`, as it is written: no look at the file system.
pub fn normalized(path: &Path) -> PathBuf {
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
pub enum ReadError {
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
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    let describe = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
        kind => ReadError::Unusable(kind.to_string()),
    };
    let metadata = fs::metadata(path).map_err(describe)?;
    if !metadata.is_file() {
        return Err(ReadError::Unusable("it is no regular file".into()));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .map_err(describe)?
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(describe)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::Unusable(format!(
            "it is larger than {limit} bytes"
        )));
    }
    String::from_utf8(bytes).map_err(|_| ReadError::Unusable("it is not UTF-8".into()))
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
