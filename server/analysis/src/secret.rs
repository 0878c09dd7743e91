//! What must not be shown.

use std::sync::LazyLock;

use nexflow_catalog::Secret;
use rustc_hash::FxHashSet;

/// Words in a variable's name that say that its value is a credential.
const WORDS: [&str; 8] = [
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "TOKEN",
    "PRIVATE",
    "CREDENTIAL",
    "ACCESS_KEY",
    "ACCOUNT_KEY",
];

/// True for names of variables whose values are hidden wherever they are shown, whatever field they stand in.
pub fn name_sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    WORDS.iter().any(|word| name.contains(word))
        || name.ends_with("_KEY") && !name.ends_with("KMS_KEY")
}

/// True for words that are the name of a field which can hold a secret, or sound as if they were.
pub fn names_secret(word: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
        let secret = nexflow_catalog::fields()
            .iter()
            .filter(|field| field.secret != Secret::No);
        // Where the key is the user's choice, its block names it.
        let is_literal = |segment: &&str| !segment.starts_with(['<', '[']);
        secret
            .filter_map(|field| field.path.split('.').rfind(is_literal))
            .collect()
    });
    name_sounds_secret(word) || NAMES.contains(word)
}
