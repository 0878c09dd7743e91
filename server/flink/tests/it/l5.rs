//! The merged document as a document.

use std::collections::HashMap;

use nexflow_analysis::{FormatOptions, format};
use nexflow_flink::{Effective, Inputs, output};

use crate::support;

#[test]
fn merged_documents_are_formatted_and_stay_what_they_are() {
    for path in support::documents() {
        let snapshot = support::file(&path, HashMap::new());
        if snapshot.document.has_errors() {
            continue;
        }
        let name = path.display();
        let render = |snapshot: &nexflow_analysis::Snapshot, explain: bool| {
            let effective = Effective::new(Inputs {
                snapshot,
                uri: "file:///a.infra",
                region: None,
            });
            output::l5(&effective, explain).into_string()
        };
        let text = render(&snapshot, false);
        let again = support::snapshot(&text, &[], HashMap::new());
        assert!(!again.document.has_errors(), "{name}:\n{text}");
        let edits = format(&again, None, FormatOptions::default());
        assert!(edits.is_empty(), "{name}: {edits:?}\n{text}");
        assert_eq!(render(&again, false), text, "{name}");
        // Comments change nothing.
        let explained = support::snapshot(&render(&snapshot, true), &[], HashMap::new());
        assert!(!explained.document.has_errors(), "{name}");
        assert_eq!(render(&explained, false), text, "{name}");
    }
}

#[test]
fn a_region_takes_the_place_of_all_blocks() {
    let text = "checkpoints:\n  a:\n    type: s3\n    regional: true\n    checkpoint:\n      interval: 60s\n      timeout: 10m\n    eu:\n      bucket: europe\n      checkpoint:\n        interval: 30s\n    us:\n      bucket: america\n";
    let snapshot = support::snapshot(text, &[], HashMap::new());
    let effective = Effective::new(Inputs {
        snapshot: &snapshot,
        uri: "file:///a.infra",
        region: Some("eu"),
    });
    assert_eq!(
        output::l5(&effective, false).into_string(),
        "checkpoints:\n  a:\n    bucket: europe\n    checkpoint:\n      interval: 30s\n      timeout: 10m\n    type: s3\n"
    );
}
