//! A document above the limit on its size is not searched for credentials; nothing of it is shown instead.

use std::{collections::HashMap, sync::Arc, time::Instant};

use nexflow_analysis::{Context, Settings, Snapshot, diagnostics, redacted};
use nexflow_syntax::{Document, Limits};

#[test]
fn of_a_document_that_is_too_large_only_its_size_is_said() {
    let text = format!(
        "password: hunter2\n{}",
        "k: https://a/b=c\n".repeat(400_000)
    );
    let limits = Limits {
        bytes: 1_000,
        ..Limits::default()
    };
    let document = Document::parse_with(&text, limits);
    let snapshot = Snapshot::new(
        document.clone(),
        Context {
            settings: Arc::new(Settings::default()),
            variables: Arc::new(HashMap::new()),
            bases: Vec::new(),
            base_problem: None,
            processes: None,
        },
    );
    let began = Instant::now();
    let found = diagnostics(&snapshot);
    let took = began.elapsed();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.contains("1000"), "{}", found[0].message);
    // A search of seven megabytes takes several seconds where nothing is optimised.
    assert!(took.as_millis() < 2_000, "{took:?}");
    assert!(!redacted(&document).text().contains("hunter2"));
    assert!(!redacted(&document).text().contains("https"));
}
