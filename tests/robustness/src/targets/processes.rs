//! Any text is scanned for the names that processes use.

use nexflow_process::{Form, is_sink_name, scan};

use crate::script;

const MOST_BYTES: usize = 64 << 10;

/// Scans a text, and the same text behind a comment.
///
/// # Panics
///
/// When a name is none, places overlap or lie outside of their process, or the comment changes what is found.
pub fn run(bytes: &[u8]) {
    let text = script::text(bytes, MOST_BYTES);
    let found = scan(&text);
    let mut end = 0;
    for reference in &found.references {
        let name = &text[reference.range];
        assert!(usize::from(reference.range.start()) >= end, "{reference:?}");
        end = reference.range.end().into();
        match reference.form {
            Form::Logical => assert!(is_sink_name(name), "{name:?}"),
            Form::Config => assert!(name.starts_with("${"), "{name:?}"),
            Form::Physical => assert!(!name.contains('\n'), "{name:?}"),
        }
        if let Some(process) = reference.process {
            let process = found.processes[process as usize];
            assert!(process.range.contains_range(reference.range));
        }
    }
    const COMMENT: &str = "// emit to nowhere \"\n";
    let behind = scan(&format!("{COMMENT}{text}"));
    let moved = |at: usize| at + COMMENT.len();
    let places = |scan: &nexflow_process::Scan, moved: &dyn Fn(usize) -> usize| {
        let references = scan.references.iter();
        references
            .map(|found| (found.kind, found.form, moved(found.range.start().into())))
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&behind, &|at| at), places(&found, &moved));
}
