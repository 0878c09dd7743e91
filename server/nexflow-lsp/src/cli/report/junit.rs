//! JUnit XML: a suite for each document, a case for each finding.

use std::fmt::Write as _;

use crate::{
    cli::{
        input::Unusable,
        report::{Part, code, slashed, word},
    },
    text::visible,
};

/// What stands before all suites.
pub(crate) const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nexflow-lsp check\">\n";

/// The suite of one document. A document without findings is one case that passes; a finding that does not make the run fail
/// is a case that passes with its message as output.
pub(crate) fn suite(part: &Part<'_>) -> String {
    let path = escaped(&slashed(part.path));
    let failures = part
        .found
        .iter()
        .filter(|found| found.severity <= Some(part.failing));
    let (tests, failures) = (part.found.len().max(1), failures.count());
    let mut out = format!(
        "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n"
    );
    if part.found.is_empty() {
        let _ = writeln!(out, "    <testcase name=\"{path}\" classname=\"{path}\"/>");
    }
    for found in part.found {
        let (line, column) = (found.range.start.line + 1, found.range.start.character + 1);
        let code = escaped(code(found));
        let message = escaped(&found.message);
        let text = format!("{path}:{line}:{column}: {}[{code}] {message}", word(found));
        let _ = writeln!(
            out,
            "    <testcase name=\"{code} at {line}:{column}\" classname=\"{path}\">"
        );
        let _ = if found.severity <= Some(part.failing) {
            writeln!(
                out,
                "      <failure message=\"{message}\" type=\"{code}\">{text}</failure>"
            )
        } else {
            writeln!(out, "      <system-out>{text}</system-out>")
        };
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
    out
}

/// What could not be checked, and the end.
pub(crate) fn tail(unusable: &[Unusable]) -> String {
    let mut out = String::new();
    for (path, reason) in unusable {
        let (path, reason) = (escaped(&slashed(path)), escaped(reason));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
             <testcase name=\"{path}\" classname=\"{path}\">\n      \
             <error message=\"{reason}\" type=\"not-checked\"/>\n    </testcase>\n  </testsuite>"
        );
    }
    out.push_str("</testsuites>\n");
    out
}

/// As it stands in an attribute or in text. Control characters have no form in XML at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible::visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        assert_eq!(
            escaped("a<b>&\"\u{fffe}\n"),
            "a&lt;b&gt;&amp;&quot;\u{fffd}&#10;"
        );
    }
}
