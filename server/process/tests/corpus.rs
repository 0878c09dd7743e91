//! The scanner finds what stands in the corpus, as it was written down before there was a scanner, and nothing else.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use nexflow_process::{Form, Kind, scan};

fn corpus() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files = fs::read_dir(folder).expect("the corpus").flatten();
    let processes = files.filter(|file| file.path().extension().is_some_and(|end| end == "proc"));
    processes
        .map(|file| {
            let text = fs::read_to_string(file.path()).expect("a text");
            (file.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

fn expected() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("corpus/expected.txt");
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut file = String::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line.strip_prefix("== ") {
            Some(name) => {
                name.clone_into(&mut file);
                expected.entry(file.clone()).or_default();
            }
            None => expected
                .entry(file.clone())
                .or_default()
                .push(line.to_owned()),
        }
    }
    expected
}

/// As the expectations are written.
fn found(text: &str) -> Vec<String> {
    let scan = scan(text);
    assert!(scan.complete);
    let lines = scan.references.iter().map(|found| {
        let mut line = format!("{} {}", found.kind.name(), &text[found.range]);
        let number = text[..found.range.start().into()].matches('\n').count() + 1;
        let _ = write!(line, " {number}");
        line.push_str(match found.form {
            Form::Logical => "",
            Form::Physical => " physical",
            Form::Config => " config",
        });
        line
    });
    lines.collect()
}

#[test]
fn all_that_stands_in_the_corpus_is_found_and_nothing_else() {
    let (corpus, expected) = (corpus(), expected());
    assert!(corpus.len() >= 40);
    assert_eq!(
        corpus.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    let mut wrong = String::new();
    for (name, text) in &corpus {
        let found = found(text);
        if found != expected[name] {
            let _ = writeln!(wrong, "{name}: {found:#?}, expected {:#?}", expected[name]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_kind_and_form_stands_in_the_corpus() {
    let all: Vec<String> = expected().into_values().flatten().collect();
    for kind in Kind::ALL {
        assert!(
            all.iter()
                .any(|line| line.split(' ').next() == Some(kind.name())),
            "{kind:?}"
        );
    }
    for form in [" physical", " config"] {
        assert!(all.iter().any(|line| line.ends_with(form)));
    }
}

/// Each process of the corpus refers to what it would refer to alone: nothing of one text spills into the next.
#[test]
fn texts_behind_each_other_are_found_as_each_alone() {
    let corpus = corpus();
    let complete = |name: &str| !name.contains("unclosed") && !name.contains("broken");
    let mut joined = String::new();
    let mut alone = Vec::new();
    for (_, text) in corpus.iter().filter(|(name, _)| complete(name)) {
        let shift = joined.len();
        for found in scan(text).references {
            alone.push((
                found.kind,
                found.form,
                usize::from(found.range.start()) + shift,
            ));
        }
        joined.push_str(text);
        joined.push('\n');
    }
    let together: Vec<_> = scan(&joined)
        .references
        .iter()
        .map(|found| (found.kind, found.form, usize::from(found.range.start())))
        .collect();
    assert_eq!(together, alone);
}
