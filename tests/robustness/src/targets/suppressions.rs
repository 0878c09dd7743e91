//! Comments that suppress findings take findings away and do nothing else.

use nexflow_analysis::{
    Diagnostic, Snapshot, completion, diagnostics, diagnostics_with_fixes, edit::applied,
};
use nexflow_catalog::ids;
use nexflow_syntax::{Document, TextRange};

use super::features;
use crate::script::{self, Bytes, size};

const MOST_BYTES: usize = 4 << 10;

/// Documents with findings that can be suppressed; what the input says comes behind.
const DOCUMENTS: &[&str] = &[
    "",
    "version: \"1.0\"\nenvironment: prod\nstate_backends:\n  default:\n    type: rocksdb\n    compression: NOPE\n",
    "checkpoints:\n  a:\n    type: s3\n    bucket: Upper_Case\n    interval: 1\n  b:\n    type: s3\n    bucket: ${MISSING}\n",
    "streams:\n  - name: x\n    type: kafka\n  - name: x\n    type: nothing\n",
];

/// Puts comments into a document and compares with the document whose comments suppress nothing.
///
/// # Panics
///
/// When a comment does anything but take findings away, or a finding about it cannot be fixed as offered.
pub fn run(bytes: &[u8]) {
    let mut input = Bytes::new(bytes);
    let mut text = DOCUMENTS[input.below(DOCUMENTS.len())].to_owned();
    text.push_str(&script::text(input.text().as_bytes(), MOST_BYTES));
    for _ in 0..8 {
        if input.is_empty() {
            break;
        }
        let at = input.offset(&text);
        let comment = comment(&mut input);
        text.insert_str(at, &comment);
    }
    let snapshot = features::snapshot(&text);
    // As long as the word, so that everything stands where it stood.
    let plain_text = text.replace("nexflow:", "nexflox:");
    let plain = Snapshot::new(Document::parse(&plain_text), snapshot.context.clone());
    let (found, all) = (diagnostics(&snapshot), diagnostics(&plain));
    for finding in found.iter().filter(|finding| !is_about_comments(finding)) {
        assert!(
            all.iter().any(|other| same(finding, other)),
            "a comment adds {finding:?}"
        );
    }
    for finding in &all {
        let is_left = found.iter().any(|other| same(finding, other));
        let error = nexflow_catalog::rule(finding.code).is_none();
        assert!(
            is_left || !error,
            "a comment hides the syntax error {finding:?}"
        );
        assert!(
            is_left || text.contains(finding.code),
            "no comment names the hidden {finding:?}"
        );
    }
    let errors = snapshot.document.errors().len();
    for finding in diagnostics_with_fixes(&snapshot, TextRange::up_to(snapshot.document.len())) {
        if !is_about_comments(&finding) {
            continue;
        }
        for fix in &finding.fixes {
            let after = applied(&snapshot.document, &fix.edits);
            assert!(after.errors().len() <= errors, "{fix:?} breaks the text");
        }
    }
    for (at, _) in text.match_indices("nexflow:").take(4) {
        for offset in [at, at + 8, at + 16, at + 20] {
            if text.is_char_boundary(offset) && offset <= text.len() {
                completion(&snapshot, size(offset));
            }
        }
    }
}

fn comment(input: &mut Bytes<'_>) -> String {
    let rules = nexflow_catalog::rules();
    let mut out = String::new();
    out.push_str(["\n", " ", "\n  ", "\n    ", ""][input.below(5)]);
    out.push_str(["# nexflow: ", "#nexflow:", "## nexflow:\t", "# nexflow:  "][input.below(4)]);
    out.push_str(["ignore", "ignore-file", "ignored", "ignore "][input.below(4)]);
    out.push_str(["[", " [", "", "[["][input.below(4)]);
    for _ in 0..input.below(4) {
        match input.below(4) {
            0 => out.push_str(&input.text()),
            1 => out.push_str("enum-unknown-value"),
            _ => out.push_str(rules[input.below(rules.len().min(256))].id),
        }
        out.push_str([",", ", ", " ", ",,"][input.below(4)]);
    }
    out.push_str(["]\n", "] why\n", "\n", "]]\n"][input.below(4)]);
    out
}

fn is_about_comments(finding: &Diagnostic) -> bool {
    [ids::SUPPRESSION_UNUSED, ids::SUPPRESSION_UNKNOWN_RULE].contains(&finding.code)
}

/// The same finding; a message may quote a comment's word.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.range == b.range && a.severity == b.severity
}
