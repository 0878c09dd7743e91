//! What is said about a document in which one line is broken: the syntax error, and nothing that was not said before. What is
//! wrong elsewhere is still said.
#![allow(clippy::print_stdout, reason = "tests print their figures")]

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{Context, Diagnostic, Settings, Snapshot, diagnostics};
use nexflow_conformance::{
    corpus::{Sample, files},
    corrupt::{KINDS, leaves},
};
use nexflow_syntax::{Document, SyntaxCode};

/// The findings of a text, syntax errors left out, and whether it has syntax errors.
fn found(text: &str) -> (Vec<Diagnostic>, bool) {
    let context = Context {
        settings: Arc::new(Settings {
            assume_variables: true,
            ..Settings::default()
        }),
        variables: Arc::new(HashMap::new()),
        bases: Vec::new(),
        base_problem: None,
        processes: None,
    };
    let snapshot = Snapshot::new(Document::parse(text), context);
    let mut found = diagnostics(&snapshot);
    found.retain(|finding| !is_syntax(finding));
    (found, snapshot.document.has_errors())
}

fn is_syntax(finding: &Diagnostic) -> bool {
    SyntaxCode::ALL
        .iter()
        .any(|code| code.as_str() == finding.code)
}

/// The line in which a finding begins, counted from one.
fn line(text: &str, finding: &Diagnostic) -> usize {
    let before = &text[..usize::from(finding.range.start())];
    before.matches('\n').count() + 1
}

#[test]
fn a_broken_line_brings_up_nothing_but_its_error() {
    let (mut tried, mut failures) = (0, Vec::new());
    for Sample { name, text } in files() {
        let document = Document::parse(&text);
        let (before, is_broken) = found(&text);
        if is_broken {
            continue;
        }
        // The same finding may stand at the key while the value cannot be read.
        let known: Vec<_> = before
            .iter()
            .map(|finding| (finding.code, &text[finding.range], line(&text, finding)))
            .collect();
        for leaf in leaves(&text, &document) {
            for (kind, corrupt) in KINDS {
                let Some(corruption) = corrupt(&text, &leaf) else {
                    continue;
                };
                let broken = corruption.apply(&text);
                let (after, is_broken) = found(&broken);
                // Another valid text may well say something wrong.
                if !is_broken {
                    continue;
                }
                tried += 1;
                let is_new = |finding: &&Diagnostic| {
                    let (token, at) = (&broken[finding.range], line(&broken, finding));
                    !known.iter().any(|(code, text, line)| {
                        *code == finding.code && (*text == token || *line == at)
                    })
                };
                failures.extend(after.iter().filter(is_new).map(|finding| {
                    format!(
                        "{name}: {kind}: line {}: {}: {}",
                        line(&broken, finding),
                        finding.code,
                        finding.message
                    )
                }));
            }
        }
    }
    println!(
        "{tried} broken documents, {} findings too many",
        failures.len()
    );
    assert!(tried > 4_000, "{tried}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_wrong_elsewhere_is_still_said() {
    let text = "\
state_backends:
  a:
    type: rocksdb
    incremental: perhaps
    options: {compression: [LZ4
  b:
    type: rockdb
";
    let (after, is_broken) = found(text);
    assert!(is_broken);
    let codes: Vec<_> = after
        .iter()
        .map(|finding| (finding.code, &text[finding.range]))
        .collect();
    assert_eq!(
        codes,
        [("wrong-kind", "perhaps"), ("enum-unknown-value", "rockdb")]
    );
}
