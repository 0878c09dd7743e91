//! All safe fixes, on a slip in a valid document and on any text: right, or nothing.

use std::sync::OnceLock;

use nexflow_analysis::{
    Snapshot, diagnostics,
    edit::{applied, line_ending},
    fix_all,
};
use nexflow_catalog::{Applicability, Severity};
use nexflow_conformance::{
    corpus::Random,
    slips::{self, KINDS},
};
use nexflow_syntax::Document;

use super::features;
use crate::script::{self, Bytes};

const MOST_BYTES: usize = 4 << 10;

/// The documents in which slips are made, as long as a fuzzer can work with.
fn documents() -> &'static [String] {
    static DOCUMENTS: OnceLock<Vec<String>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let texts = slips::documents().into_iter().map(|sample| sample.text);
        texts.filter(|text| text.len() < MOST_BYTES).collect()
    })
}

/// Makes a slip of a document, or takes the bytes behind the first one as a text.
///
/// # Panics
///
/// When the fixes make a third text of a slip, lose a comment, add a finding, or have something left to do.
pub fn run(bytes: &[u8]) {
    let mut input = Bytes::new(bytes);
    if input.below(4) == 0 {
        any_text(&script::text(input.text().as_bytes(), MOST_BYTES));
    } else {
        slip(&mut input);
    }
}

fn slip(input: &mut Bytes<'_>) {
    let documents = documents();
    let text = &documents[input.below(documents.len())];
    let lines: Vec<&str> = text.split('\n').collect();
    let at = input.below(lines.len());
    let line = lines[at].strip_suffix('\r').unwrap_or(lines[at]);
    let kind = &KINDS[input.below(KINDS.len())];
    let seed = u64::from(input.byte()) << 8 | u64::from(input.byte());
    let Some(changed) = (kind.make)(line, &mut Random(seed)) else {
        return;
    };
    let changed = changed.replace('\n', line_ending(&Document::parse(text)));
    let mut slip: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    slip[at] = lines[at].replacen(line, &changed, 1);
    let slip = slip.join("\n");
    let after = slips::fixed(&slip);
    assert!(
        after == *text || after == slip,
        "{}: `{line}` -> `{changed}` becomes a third text:\n{after}",
        kind.name
    );
}

fn any_text(text: &str) {
    let snapshot = features::snapshot(text);
    let edits = fix_all(&snapshot, Applicability::Safe);
    let after = Snapshot::new(
        applied(&snapshot.document, &edits),
        snapshot.context.clone(),
    );
    let comments = |snapshot: &Snapshot| {
        let document = &snapshot.document;
        let comments = document.comments();
        let mut found: Vec<String> = comments
            .map(|comment| document.slice(comment.range).trim_end().to_owned())
            .collect();
        found.sort();
        found
    };
    let kept = comments(&after);
    for comment in comments(&snapshot) {
        assert!(kept.contains(&comment), "`{comment}` is gone");
    }
    let severe = |snapshot: &Snapshot| {
        let found = diagnostics(snapshot).into_iter();
        found.filter(|one| one.severity == Severity::Error).count()
    };
    if edits.is_empty() {
        return;
    }
    assert!(
        severe(&after) <= severe(&snapshot),
        "the fixes add an error"
    );
    let again = fix_all(&after, Applicability::Safe);
    assert!(again.is_empty(), "there is something left to do: {again:?}");
}
