//! What must not be shown.

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
