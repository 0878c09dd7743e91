//! The words that the data may use, with their Rust counterparts.

pub const KINDS: &[(&str, &str)] = &[
    ("object", "Object"),
    ("map", "Map"),
    ("list", "List"),
    ("bool", "Bool"),
    ("int", "Int"),
    ("number", "Number"),
    ("string", "String"),
    ("enum", "Enum"),
    ("duration", "Duration"),
    ("size", "Size"),
    ("uri", "Uri"),
    ("path", "Path"),
    ("any", "Any"),
    ("fraction", "Fraction"),
    ("percent", "Percent"),
    ("zero", "Zero"),
    ("size_tb", "SizeTb"),
    ("size_short", "SizeShort"),
    ("digits", "Digits"),
    ("null", "Null"),
];

pub const ORIGINS: &[(&str, &str)] = &[
    ("seed", "Seed"),
    ("seed-comment", "SeedComment"),
    ("overview", "Overview"),
    ("module", "Module"),
    ("example", "Example"),
    ("schema", "Schema"),
    ("toolchain", "Toolchain"),
    ("inferred", "Inferred"),
];

/// The Rust name of a word, or the list of right words for the message.
pub fn lookup(table: &[(&'static str, &'static str)], word: &str) -> Result<&'static str, String> {
    table
        .iter()
        .find(|(w, _)| *w == word)
        .map(|(_, rust)| *rust)
        .ok_or_else(|| {
            let all: Vec<_> = table.iter().map(|(w, _)| *w).collect();
            format!("`{word}` is none of {}", all.join(", "))
        })
}

pub const SEVERITIES: &[(&str, &str)] =
    &[("error", "Error"), ("warning", "Warning"), ("hint", "Hint")];

pub const NEEDS: &[(&str, &str)] = &[
    ("nothing", "Nothing"),
    ("file", "File"),
    ("project", "Project"),
];

pub const APPLICABILITIES: &[(&str, &str)] = &[
    ("safe", "Safe"),
    ("unsafe", "Unsafe"),
    ("display_only", "DisplayOnly"),
];

pub const PRODUCTS: &[(&str, &str)] = &[
    ("language", "Language"),
    ("flink", "Flink"),
    ("kafka", "Kafka"),
    ("cloud", "Cloud"),
    ("toolchain", "Toolchain"),
    ("other", "Other"),
];

/// The versions of Flink that the data may name.
pub const VERSIONS: &[(&str, &str)] = &[
    ("1.17", "V1_17"),
    ("1.18", "V1_18"),
    ("1.19", "V1_19"),
    ("1.20", "V1_20"),
    ("2.0", "V2_0"),
    ("2.1", "V2_1"),
    ("2.2", "V2_2"),
    ("2.3", "V2_3"),
];

pub const TAGS: &[(&str, &str)] = &[("deprecated", "Deprecated"), ("unnecessary", "Unnecessary")];
