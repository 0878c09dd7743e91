//! Every document that the repository has as an example or a test, for tests of crates in `server`.

use std::{fs, path::PathBuf};

/// The paths and the texts of all documents in `examples` and `tests/corpus`, in a fixed order.
pub fn documents() -> Vec<(String, String)> {
    let top = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut found = Vec::new();
    let mut folders = vec![top.join("tests/corpus"), top.join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "infra") {
                let text = fs::read_to_string(&path).expect("a text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}
