//! What a document, an env file, a file's name or a setting says, as a part of Markdown: it can be read there, and does nothing.

/// Longer texts are cut: a hover is for a glance.
const LONGEST: usize = 400;

/// As code, in one line. The fence is longer than any that the text holds.
pub fn code(text: &str) -> String {
    let text = one_line(text, true);
    if text.is_empty() {
        // A code span cannot be empty.
        return "*empty*".to_owned();
    }
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A mark beside the fence would be a part of it, and a blank on both sides is taken away.
    let is_padded = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if is_padded { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// As words, every sign of which stands for itself.
pub fn text(text: &str) -> String {
    let text = one_line(text, false);
    // Editors make links of host names and addresses of mail.
    let has_host = text.contains('@') || text.to_ascii_lowercase().contains("www.");
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_plain =
            matches!(c, ',' | ';' | '%' | '=') || !has_host && (c == '.' || c == '-' && at > 0);
        if c.is_ascii_punctuation() && !is_plain {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Prose of the catalog, in which `<placeholder>` is no HTML.
pub(crate) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        code ^= c == '`';
        if c == '<' && !code {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A link to a file.
pub(crate) fn link(label: &str, uri: &str) -> String {
    let mut to = String::with_capacity(uri.len());
    for c in uri.chars() {
        match c {
            '<' | '>' | '(' | ')' | '[' | ']' | '\\' | '`' | '"' | '\'' | '!' | '*' | '_' | '|' => {
                to.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c if c.is_control() || c.is_whitespace() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    to.push_str(&format!("%{byte:02X}"));
                }
            }
            c => to.push(c),
        }
    }
    format!("[{}]({to})", text(label))
}

/// The text without line breaks and other characters that are not seen. A tab in code is shown as one.
fn one_line(text: &str, is_code: bool) -> String {
    let is_unseen = |c: char| {
        c.is_control() && !(is_code && c == '\t')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut out = String::new();
    for c in text.chars().take(LONGEST) {
        out.push(if is_unseen(c) { ' ' } else { c });
    }
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_ends_where_it_ends() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a```"), "```` `a``` ````");
        assert_eq!(code("a\n\n![x](y)"), "`a  ![x](y)`");
        assert_eq!(code("a\n"), "` a  `");
        assert_eq!(code("a\tb"), "`a\tb`");
        assert_eq!(code(""), "*empty*");
    }

    #[test]
    fn words_stand_for_themselves() {
        assert_eq!(prose("<a> `<b>` <c>"), "\\<a> `<b>` \\<c>");
        assert_eq!(text("![n](u)"), "\\!\\[n\\]\\(u\\)");
        assert_eq!(text(".env, line 2"), ".env, line 2");
        assert_eq!(text("- www.a"), "\\- www\\.a");
        assert_eq!(text("<img> https://a"), "\\<img\\> https\\:\\/\\/a");
        assert_eq!(
            link("a [1]", "file:///a (1)_>.infra"),
            "[a \\[1\\]](file:///a%20%281%29%5F%3E.infra)"
        );
    }
}
