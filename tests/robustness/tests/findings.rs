//! Every target on what the fuzzer has found before, and on the documents and examples that it begins with.

use std::{fs, path::PathBuf};

use nexflow_robustness::{server, target};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// What the fuzzer has found, kept in `tests/fuzz/findings` below the name of its target.
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
