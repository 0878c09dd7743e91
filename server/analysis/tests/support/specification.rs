//! The documents of the specification.

use std::{fs, path::PathBuf};

/// Where they stand, with the list of their hints beside them.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/specification")
}

/// The YAML blocks of the specification with their file names without ending, in the names' order.
pub fn blocks() -> Vec<(String, String)> {
    let mut blocks: Vec<_> = fs::read_dir(folder())
        .expect("the blocks of the specification are in the corpus")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "infra"))
        .map(|path| {
            let name = path.file_stem().expect("a file").to_string_lossy();
            let text = fs::read_to_string(&path).expect("a readable block");
            (name.into_owned(), text)
        })
        .collect();
    blocks.sort();
    assert_eq!(blocks.len(), 19, "the specification has 19 blocks");
    blocks
}
