//! Every target on what the fuzzer has found before, and on documents that hold what they are about.

use std::{fs, path::PathBuf};

use nexflow_robustness::{server, target};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// What the fuzzer has found, kept in `tests/fuzz/findings` below the name of its target; those of `edits` lie in the folder itself
/// and are replayed by `nexflow-conformance`.
#[test]
fn findings_stay_fixed() {
    let mut count = 0;
    for entry in fs::read_dir(folder("fuzz/findings")).expect("the findings are there") {
        let path = entry.expect("the findings can be read").path();
        if !path.is_dir() {
            continue;
        }
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let run = target(&name).unwrap_or_else(|| panic!("`{name}` is no target"));
        for finding in fs::read_dir(&path).expect("the findings can be read") {
            let finding = finding.expect("the findings can be read").path();
            eprintln!("{}", finding.display());
            let panics = server::panics();
            run(&fs::read(&finding).expect("the finding can be read"));
            assert_eq!(server::panics(), panics, "{} panics", finding.display());
            count += 1;
        }
    }
    assert!(count > 0, "there are findings");
}

/// The documents of the corpora, as the targets that take a whole text read them.
#[test]
fn documents_of_the_corpora_hold() {
    for sample in nexflow_conformance::corpus::files() {
        for name in [
            "tree",
            "environment",
            "suppressions",
            "diagnostics",
            "repairs",
        ] {
            let run = target(name).expect("a target");
            run(sample.text.as_bytes());
        }
    }
}

/// The processes of the scanner's corpus, and every beginning of each.
#[test]
fn processes_of_the_corpus_hold() {
    let run = target("processes").expect("a target");
    let files = fs::read_dir(folder("../server/process/tests/corpus")).expect("the corpus");
    for file in files.flatten() {
        let bytes = fs::read(file.path()).expect("a text");
        for end in 0..=bytes.len() {
            run(&bytes[..end]);
        }
    }
}

/// A session with edits, questions and mistakes, on the documents that come with the target.
#[test]
fn sessions_say_what_fresh_servers_say() {
    let run = target("session").expect("a target");
    for number in 0..24_u8 {
        let mut session = vec![number];
        for step in 0..20_u8 {
            session.extend([number % 4, 0, step % 4]);
            session.extend([
                number % 4,
                3 + step % 6,
                1,
                2,
                step.wrapping_mul(37),
                number.wrapping_mul(11),
                step,
            ]);
            session.extend([
                number % 4,
                13,
                step,
                number,
                step,
                9,
                2,
                step.wrapping_mul(7),
            ]);
        }
        run(&session);
    }
}
