//! How text that somebody else has written can be shown.
//!
//! Documents, env files and file names are somebody else's text. Printed as it is it could command the terminal (escape sequences),
//! show what is not there (bidirectional and zero-width characters), or be read by a CI runner as a command of its own (`::error`,
//! `##[add-mask]`). Everything that is printed or logged goes through here.

use std::{borrow::Cow, fmt::Write as _, path::Path};

/// Characters that are not seen and change how others are.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' => true,
        '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// The older form of a command of a CI runner, which is looked for anywhere in a line.
const OLD_COMMAND: &str = "##[";

/// Whether a text can be printed as it is within a line.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.contains(is_hidden) && !text.contains(OLD_COMMAND)
}

/// What has to be shown otherwise in a text: byte ranges, each with what stands in its place.
pub(crate) fn escapes(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut found = Vec::new();
    let mut word_begins = true;
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let begins_command = word_begins && rest.starts_with("::");
        let in_old_command = c == '[' && text[..at].ends_with("##");
        if is_hidden(c) || begins_command || in_old_command {
            found.push((at..at + c.len_utf8(), format!("{}", c.escape_unicode())));
        }
        word_begins = c.is_whitespace();
    }
    found
}

/// A text with everything that has to be shown otherwise as `\u{…}`. Line breaks stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let escapes = escapes(text);
    if escapes.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8 * escapes.len());
    let mut from = 0;
    for (range, shown) in escapes {
        out.push_str(&text[from..range.start]);
        out.push_str(&shown);
        from = range.end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// As [`visible`], in one line.
pub(crate) fn one_line(text: &str) -> String {
    visible(&text.replace(['\n', '\r'], " ")).into_owned()
}

/// The name of a file, in one line. Bytes that are no text are shown as `\xff`.
pub(crate) fn name(path: &Path) -> String {
    let mut out = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        out.push_str(&visible(chunk.valid()).replace('\n', "\\n"));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// A text in JSON, with escapes for what [`visible`] would escape. All such characters stand within strings.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if is_hidden(c) || (c == '[' && out.ends_with("##")) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_or_a_runner_is_shown() {
        for (text, shown) in [
            ("plain über 🦀 a::b #[x]", "plain über 🦀 a::b #[x]"),
            ("\u{1b}[31m\u{7}", "\\u{1b}[31m\\u{7}"),
            ("a\rb\u{9b}2J", "a\\u{d}b\\u{9b}2J"),
            (
                "\u{202e}x\u{2066}y\u{200b}",
                "\\u{202e}x\\u{2066}y\\u{200b}",
            ),
            ("::error::x", "\\u{3a}:error::x"),
            ("a\n  ::error::x", "a\n  \\u{3a}:error::x"),
            ("a ##[error]x", "a ##\\u{5b}error]x"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
        assert_eq!(name(Path::new("a\n::b")), "a\\n\\u{3a}:b");
    }

    #[test]
    fn json_says_the_same_with_escapes() {
        let value = serde_json::json!({"a": "\u{1b}\u{9b}\u{202e}##[x] \u{e0041}ü\\##["});
        let text = value.to_string();
        let shown = json(&text);
        assert!(is_plain(&shown), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).ok(),
            Some(value)
        );
    }

    #[test]
    #[cfg(unix)]
    fn names_need_not_be_text() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        assert_eq!(
            name(Path::new(OsStr::from_bytes(b"a\xff\xfe.b"))),
            "a\\xff\\xfe.b"
        );
    }
}
