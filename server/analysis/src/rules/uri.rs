//! The parts of an address, as `java.net.URI` and Flink's file systems see them.

/// An address in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri<'t> {
    /// Before the first colon, at least two letters (one letter is a drive of Windows).
    pub scheme: Option<&'t str>,
    /// Between `//` and the next slash; an empty one counts as none.
    pub authority: Option<&'t str>,
    /// What follows, with its first slash.
    pub path: &'t str,
}

impl<'t> Uri<'t> {
    /// Takes an address apart. Anything is an address; what has no scheme is a path.
    pub fn split(text: &'t str) -> Uri<'t> {
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
            _ => (None, text),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) if scheme.is_some() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            _ => ("", rest),
        };
        Uri {
            scheme,
            authority: (!authority.is_empty()).then_some(authority),
            path,
        }
    }

    /// True when the scheme is one of these, whatever its case.
    pub fn has_scheme(&self, schemes: &[&str]) -> bool {
        self.scheme.is_some_and(|scheme| {
            schemes
                .iter()
                .any(|known| known.eq_ignore_ascii_case(scheme))
        })
    }

    /// The names between the slashes of the path; empty ones and `.` do not count.
    pub fn segments(&self) -> impl Iterator<Item = &'t str> {
        segments(self.path)
    }
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

/// True for a path that every process reads as the same file, wherever it was started.
pub fn is_absolute_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = matches!(bytes, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    drive || path.starts_with('/') || path.starts_with("\\\\") || Uri::split(path).scheme.is_some()
}

fn is_scheme(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, Option<&str>, &str) {
        let uri = Uri::split(text);
        (uri.scheme, uri.authority, uri.path)
    }

    #[test]
    fn an_address_falls_into_scheme_host_and_path() {
        assert_eq!(
            parts("hdfs://nn:9000/flink/cp"),
            (Some("hdfs"), Some("nn:9000"), "/flink/cp")
        );
        assert_eq!(parts("file:///tmp/cp"), (Some("file"), None, "/tmp/cp"));
        assert_eq!(parts("file://tmp/cp"), (Some("file"), Some("tmp"), "/cp"));
        assert_eq!(parts("file:/tmp/cp"), (Some("file"), None, "/tmp/cp"));
        assert_eq!(parts("s3://bucket"), (Some("s3"), Some("bucket"), ""));
    }

    #[test]
    fn what_has_no_scheme_is_a_path() {
        assert_eq!(parts("/data/cp"), (None, None, "/data/cp"));
        assert_eq!(parts("//data/cp"), (None, None, "//data/cp"));
        assert_eq!(parts("C:\\data"), (None, None, "C:\\data"));
        assert_eq!(parts("data/a:b"), (None, None, "data/a:b"));
    }

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
