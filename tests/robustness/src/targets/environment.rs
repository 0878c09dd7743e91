//! Env files and project files: variables are read as dotenvy reads them, each with its line, and no value gets into a message.

use nexflow_lsp::{settings::Options, workspace::env_file};

use crate::script;

/// Reads the bytes as an env file and as a project file.
///
/// # Panics
///
/// When a line or place is wrong, or the variables are not those that the file gives.
pub fn run(bytes: &[u8]) {
    let text = script::text(bytes, 16 << 10);
    let lines: Vec<&str> = text
        .strip_prefix('\u{feff}')
        .unwrap_or(&text)
        .split('\n')
        .collect();
    let file = env_file::parse(&text);
    let mut last = 0;
    for assignment in &file.assignments {
        assert!(!assignment.name.is_empty(), "{assignment:?}");
        let line = lines.get(assignment.line as usize);
        assert!(
            line.is_some_and(|line| line.contains(&assignment.name)),
            "{assignment:?} is not on its line {line:?}"
        );
        assert!(
            assignment.line >= last,
            "{assignment:?} comes before line {last}"
        );
        last = assignment.line;
    }
    for (line, message) in &file.problems {
        assert!(
            (*line as usize) < lines.len().max(1),
            "line {line} of {}",
            lines.len()
        );
        assert!(message.is_ascii(), "{message:?} quotes the file");
    }
    as_dotenvy(&text, &file);
    for assignment in &file.assignments {
        places(&text, &assignment.name);
    }
    let (options, problems) = Options::from_project_file(&text);
    for (line, message) in problems {
        assert!(
            (line as usize) <= text.matches('\n').count(),
            "line {line}: {message}"
        );
    }
    // What a file says over nothing is what it says.
    assert_eq!(options.clone().over(&Options::default()), options);
}

/// The same assignments and as many problems as the library that is asked finds in the whole text at once.
fn as_dotenvy(text: &str, file: &env_file::EnvFile) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut expected = Vec::new();
    let mut problems = 0;
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok(pair) => expected.push(pair),
            Err(_) => problems += 1,
        }
    }
    let found: Vec<_> = file
        .assignments
        .iter()
        .map(|assignment| (assignment.name.clone(), assignment.value.clone()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(file.problems.len(), problems);
}

fn places(text: &str, name: &str) {
    let mut end = 0;
    for place in env_file::places(text, name) {
        assert_eq!(text.get(place.clone()), Some(name), "{place:?}");
        assert!(place.start >= end, "{place:?} overlaps the place before");
        end = place.end;
    }
}
