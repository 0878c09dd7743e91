//! Paths of Windows as text. Nothing in here asks the system, so that it can be tried on every system.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands in the path of a URI as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Names that mean a device in every folder, whatever the extension: to open such a file would wait for a keyboard or a modem.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The path of a `file:` URI: `file:///c%3A/a` and `file:///C:/a` are `C:\a`, `file://host/share` is `\\host\share`. The letter of the
/// drive is a capital, so that one file has one name. `None` for what is no absolute path.
pub(super) fn path_of_uri(uri: &str) -> Option<String> {
    let rest = uri.get(..7).filter(|it| it.eq_ignore_ascii_case("file://"));
    let rest = &uri[rest?.len()..];
    let (host, path) = rest.split_at(rest.find('/')?);
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let backslashed = |path: &str| path.replace('/', "\\");
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        let host = percent_decode_str(host).decode_utf8().ok()?;
        return Some(format!("\\\\{host}{}", backslashed(&path)));
    }
    let path = path.strip_prefix('/')?;
    let mut characters = path.chars();
    let drive = characters.next().filter(char::is_ascii_alphabetic)?;
    let rest = characters.as_str().strip_prefix(':')?;
    if !(rest.is_empty() || rest.starts_with(['/', '\\'])) {
        return None;
    }
    let rest = if rest.is_empty() { "/" } else { rest };
    Some(format!(
        "{}:{}",
        drive.to_ascii_uppercase(),
        backslashed(rest)
    ))
}

/// The `file:` URI of an absolute path, with the drive as `C%3A`. What is verbatim (`\\?\C:\a`) is written as it is without.
pub(super) fn uri_of_path(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let path = match path.strip_prefix("//?/UNC/") {
        Some(share) => format!("//{share}"),
        None => path.strip_prefix("//?/").unwrap_or(&path).to_owned(),
    };
    if let Some(share) = path.strip_prefix("//") {
        return Some(format!("file://{}", utf8_percent_encode(share, PLAIN)));
    }
    let drive = path.chars().next().filter(char::is_ascii_alphabetic)?;
    let rest = path[1..].strip_prefix(":/")?;
    Some(format!(
        "file:///{}%3A/{}",
        drive.to_ascii_uppercase(),
        utf8_percent_encode(rest, PLAIN)
    ))
}

/// Whether a name within a path means something other than a file of that name: a device, or a stream beside the text of a file.
pub(super) fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_lowercase();
    let is_port = |prefix: &str| {
        let number = stem.strip_prefix(prefix).map(str::chars);
        number.is_some_and(|mut rest| {
            matches!(rest.next(), Some('0'..='9' | '¹' | '²' | '³')) && rest.next().is_none()
        })
    };
    name.contains(':') || DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_uri_is_one_path() {
        for uri in [
            "file:///c:/a%20b/%C3%A9.infra",
            "file:///C:/a b/é.infra",
            "file:///c%3A/a%20b/é.infra",
            "file:///C%3a/a%20b%2Fé.infra",
            "FILE://localhost/c%3A/a%20b/é.infra",
        ] {
            assert_eq!(
                path_of_uri(uri).as_deref(),
                Some("C:\\a b\\é.infra"),
                "{uri}"
            );
        }
        assert_eq!(path_of_uri("file:///d:").as_deref(), Some("D:\\"));
        assert_eq!(
            path_of_uri("file://nas/share/a.infra").as_deref(),
            Some("\\\\nas\\share\\a.infra")
        );
        for other in [
            "file:///a",
            "file:///c:a",
            "file:",
            "file://c:",
            "untitled:c:/a",
            "é",
        ] {
            assert_eq!(path_of_uri(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_becomes_the_uri_that_leads_back() {
        for (path, uri) in [
            ("C:\\a b\\é#.infra", "file:///C%3A/a%20b/%C3%A9%23.infra"),
            ("c:/a", "file:///C%3A/a"),
            ("\\\\?\\C:\\a", "file:///C%3A/a"),
            ("\\\\nas\\share\\a", "file://nas/share/a"),
            ("\\\\?\\UNC\\nas\\share\\a", "file://nas/share/a"),
        ] {
            assert_eq!(uri_of_path(path).as_deref(), Some(uri), "{path}");
        }
        let there = path_of_uri("file:///C%3A/a%20b/%C3%A9%23.infra");
        assert_eq!(there.as_deref(), Some("C:\\a b\\é#.infra"));
        assert_eq!(uri_of_path("a\\b"), None);
        assert_eq!(uri_of_path("C:a"), None);
    }

    #[test]
    fn names_of_devices_are_known_with_every_extension() {
        for name in [
            "NUL",
            "con.infra",
            "Aux.base.infra",
            "com1.infra",
            "LPT9",
            "com².x",
            "nul .infra",
            "base.infra:x",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in [
            "console.infra",
            "com.infra",
            "com10.infra",
            "null",
            "a.con",
            "prod.infra",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
