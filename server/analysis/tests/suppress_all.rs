//! Comments for everything that is found: then the document is clean, means the same, and nothing more is to be written.

#[path = "../../../tests/corpus/files.rs"]
mod files;
mod support;

use nexflow_analysis::{
    FormatOptions, Settings, Snapshot, diagnostics, format, same_meaning, suppress_all,
};
use nexflow_syntax::SyntaxCode;

fn checked(text: &str) -> Snapshot {
    support::snapshot(text, Settings::default(), std::collections::HashMap::new())
}

/// Slips that practice has: another value, another key, a key without a value, a line twice.
fn broken(text: &str, every: usize) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = Vec::new();
    for at in (0..lines.len()).step_by(every) {
        let line = lines[at];
        let Some((key, rest)) = line.split_once(':') else {
            continue;
        };
        let eol = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
        for new in [
            format!("{key}: zzz{eol}"),
            format!("{key}_x:{rest}"),
            format!("{key}:{eol}"),
            format!("{line}{line}"),
        ] {
            let mut all: Vec<&str> = lines.clone();
            all[at] = &new;
            out.push(all.concat());
        }
    }
    out
}

#[test]
fn what_is_suppressed_is_clean_and_means_the_same() {
    let (mut written, mut left, mut texts) = (0, 0, 0);
    for (name, text) in files::documents() {
        for text in std::iter::once(text.clone()).chain(broken(&text, 29)) {
            let before = checked(&text);
            let found = diagnostics(&before);
            if found
                .iter()
                .any(|one| SyntaxCode::ALL.iter().any(|code| code.as_str() == one.code))
            {
                continue;
            }
            texts += 1;
            let new = suppress_all(&before, &|_| true, Some("known"));
            let mut after = before.document.clone();
            for edit in new.edits.iter().rev() {
                after = after.apply(edit);
            }
            let after_text = after.rope().to_string();
            let again = checked(&after_text);
            assert!(
                same_meaning(&before.document, &after),
                "{name}:\n{after_text}"
            );
            let is_formatted =
                |snapshot: &Snapshot| format(snapshot, None, FormatOptions::default()).is_empty();
            assert!(
                !is_formatted(&before) || is_formatted(&again),
                "{name}:\n{after_text}"
            );
            let about_comments = |code: &str| code.starts_with("suppression-");
            let stay = diagnostics(&again);
            let stay: Vec<_> = stay
                .iter()
                .filter(|one| !about_comments(one.code))
                .collect();
            assert_eq!(stay.len(), new.left, "{name}: {stay:?}\n{after_text}");
            assert_eq!(
                diagnostics(&again)
                    .iter()
                    .filter(|one| about_comments(one.code))
                    .count(),
                found.iter().filter(|one| about_comments(one.code)).count(),
                "{name}\n{after_text}"
            );
            let second = suppress_all(&again, &|_| true, Some("known"));
            assert_eq!(
                second.edits,
                [],
                "{name}: a second run writes\n{after_text}"
            );
            written += found.len() - new.left;
            left += new.left;
        }
    }
    println!("{texts} texts: {written} suppressed, {left} left");
    assert!(
        written > 500 && left * 50 < written,
        "{written} suppressed, {left} left"
    );
}

#[test]
fn rules_and_reasons_are_those_that_were_asked_for() {
    let text = "version: '1.0'\nenvironment: production\nstate_backends:\n  a:\n    type: zzz # old\n    typ: x\n";
    let snapshot = checked(text);
    let one = suppress_all(
        &snapshot,
        &|code| code == "enum-unknown-value",
        Some("because"),
    );
    let [edit] = one.edits.as_slice() else {
        panic!("{one:?}")
    };
    assert!(
        edit.insert.contains("ignore[enum-unknown-value] because"),
        "{edit:?}"
    );
}
