//! Env files and project files: variables with their lines, within the bounds, however broken the rest of a file is, and no value gets
//! into a message.

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
    bounded(&text, &file);
    line_behind(&text, &file);
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

/// Values are no longer than the file and what references may bring in.
fn bounded(text: &str, file: &env_file::EnvFile) {
    let bytes: usize = file.assignments.iter().map(|one| one.value.len()).sum();
    assert!(
        bytes <= text.len() + env_file::MAX_REFERENCED,
        "{bytes} bytes of {}",
        text.len()
    );
    assert!(file.problems.len() <= 100);
}

/// Whatever a file holds, the line behind it is read, and changes nothing of what stands before it.
fn line_behind(text: &str, file: &env_file::EnvFile) {
    let more = env_file::parse(&format!("{text}\nLINE_BEHIND=read\n"));
    let (last, others) = more.assignments.split_last().expect("the line is read");
    assert_eq!((&*last.name, &*last.value), ("LINE_BEHIND", "read"));
    assert_eq!(others, file.assignments);
    assert_eq!(more.problems, file.problems);
}

fn places(text: &str, name: &str) {
    let mut end = 0;
    for (place, _) in env_file::places(text, name) {
        assert_eq!(text.get(place.clone()), Some(name), "{place:?}");
        assert!(place.start >= end, "{place:?} overlaps the place before");
        end = place.end;
    }
}
