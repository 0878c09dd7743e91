//! The specification's own documents, by cursor and by diagnostic.

mod support;

use std::collections::HashMap;

use nexflow_analysis::{FormatOptions, Settings, diagnostics, format, hover};
use nexflow_catalog::{Severity, ids};
use nexflow_syntax::{Document, Node, NodeKind};
use support::{resolved, snapshot, specification::blocks};

#[test]
fn with_its_variables_defined_every_block_is_clean() {
    for (name, text) in blocks() {
        let found: Vec<_> = diagnostics(&resolved(&text))
            .into_iter()
            .filter(|diagnostic| diagnostic.severity < Severity::Hint)
            .collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn without_them_there_is_one_warning_for_each_reference() {
    for (name, text) in blocks() {
        // Counted by hand-made means: every `${` outside comments.
        let expected: usize = text
            .lines()
            .map(|line| {
                line.split('#')
                    .next()
                    .unwrap_or_default()
                    .matches("${")
                    .count()
            })
            .sum();
        let found: Vec<_> = diagnostics(&snapshot(&text, Settings::default(), HashMap::new()))
            .into_iter()
            .filter(|diagnostic| diagnostic.severity < Severity::Hint)
            .collect();
        assert_eq!(found.len(), expected, "{name}: {found:#?}");
        for diagnostic in found {
            assert_eq!(
                (diagnostic.code, diagnostic.severity),
                (ids::ENV_UNRESOLVED, Severity::Warning),
                "{name}"
            );
            let source =
                &text[usize::from(diagnostic.range.start())..usize::from(diagnostic.range.end())];
            assert!(
                source.starts_with("${") && source.ends_with('}'),
                "{name}: {source}"
            );
        }
    }
}

/// All keys of a tree.
fn keys<'d>(root: Node<'d>, out: &mut Vec<Node<'d>>) {
    for entry in root.entries() {
        out.push(entry.key());
        keys(entry.value(), out);
    }
    if root.kind() == NodeKind::Sequence {
        for item in root.items() {
            keys(item, out);
        }
    }
}

#[test]
fn every_key_hovers() {
    let mut count = 0;
    for (name, text) in blocks() {
        let document = Document::parse(&text);
        let snapshot = resolved(&text);
        let mut all = Vec::new();
        keys(document.root(), &mut all);
        for key in all {
            count += 1;
            let hover = hover(&snapshot, key.range().start());
            assert!(
                hover
                    .as_ref()
                    .is_some_and(|hover| hover.markdown.len() > 20 && hover.range == key.range()),
                "{name}: {:?}: {hover:?}",
                key.value()
            );
        }
    }
    println!("{count} keys hover");
}

#[test]
fn every_block_is_formatted_already() {
    for (name, text) in blocks() {
        let edits = format(&resolved(&text), None, FormatOptions::default());
        assert!(edits.is_empty(), "{name}: {edits:#?}");
    }
}
