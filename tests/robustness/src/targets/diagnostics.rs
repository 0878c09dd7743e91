//! Edits of a document and of the document that it extends: everything that is said of them is what is said of their texts
//! read afresh.

use nexflow_analysis::{
    BaseDocument, HintOptions, Snapshot, diagnostics, folds, inlay_hints, outline, symbols, tokens,
};
use nexflow_syntax::{Document, TextRange};

use super::features;
use crate::script::{self, Bytes};

/// Longer texts make slow inputs and find nothing more.
const MOST_BYTES: usize = 3 << 10;

/// Most edits of one input.
const MOST_EDITS: usize = 8;

/// Reads a document, a base and edits from the bytes, and compares after each edit.
///
/// # Panics
///
/// When an edited document is checked differently from its text.
pub fn run(bytes: &[u8]) {
    let mut input = Bytes::new(bytes);
    let text = script::text(input.text().as_bytes(), MOST_BYTES);
    let base = script::text(input.text().as_bytes(), MOST_BYTES);
    let context = features::snapshot(&text).context;
    let mut document = Document::parse(&text);
    let mut base = Document::parse(&base);
    for _ in 0..MOST_EDITS {
        if input.is_empty() {
            break;
        }
        let what = input.byte();
        let edited = if what & 1 == 0 {
            &mut document
        } else {
            &mut base
        };
        let edit = input.edit(&edited.rope().to_string());
        if usize::from(edited.len()) + edit.insert.len() > 2 * MOST_BYTES {
            break;
        }
        *edited = edited.apply(&edit);
        // Several edits may come before the document is looked at again.
        if what & 2 == 0 {
            compare(&document, &base, &context);
        }
    }
    compare(&document, &base, &context);
}

fn compare(document: &Document, base: &Document, context: &nexflow_analysis::Context) {
    let text = document.rope().to_string();
    let extends = text.contains("extends");
    let snapshot = |document: Document, base: Document| {
        let mut context = context.clone();
        context.bases.clear();
        if extends {
            context.bases.push(BaseDocument {
                uri: "file:///base.infra".into(),
                document: base,
            });
        }
        Snapshot::new(document, context)
    };
    let edited = snapshot(document.clone(), base.clone());
    let fresh = snapshot(
        Document::parse(&text),
        Document::parse(&base.rope().to_string()),
    );
    let all = TextRange::up_to(document.len());
    assert_eq!(diagnostics(&edited), diagnostics(&fresh));
    assert_eq!(tokens(&edited, None), tokens(&fresh, None));
    assert_eq!(outline(&edited), outline(&fresh));
    assert_eq!(folds(&edited), folds(&fresh));
    assert_eq!(
        inlay_hints(&edited, all, HintOptions::default()),
        inlay_hints(&fresh, all, HintOptions::default())
    );
    assert!(symbols(&edited.document).eq(symbols(&fresh.document)));
}
