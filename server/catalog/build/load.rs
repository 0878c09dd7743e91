//! The form of the data files, and reading them with the line of every entry.

use std::{fmt, fs, path::Path};

use serde::{Deserialize, Deserializer, de};
use serde_saphyr::Spanned;

/// What is wrong with the data. All of it is collected, so that one build shows every mistake.
#[derive(Default)]
pub struct Problems(Vec<String>);

impl Problems {
    pub fn add(&mut self, place: &Place, message: impl fmt::Display) {
        self.0.push(format!("{place}: {message}"));
    }

    /// One line each.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|problem| problem.replace('\n', " "))
    }
}

/// Where an entry stands.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub file: String,
    pub line: u64,
    pub entry: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`", self.file, self.line, self.entry)
    }
}

/// An entry of a data file.
pub trait Entry: de::DeserializeOwned {
    fn name(&self) -> &Spanned<String>;
}

/// An entry with its place and, for values that are taken as they are written, the lines of its file.
pub struct Located<T> {
    pub place: Place,
    pub value: T,
    pub lines: std::rc::Rc<Vec<String>>,
    /// The file's name without folder and ending.
    pub subject: String,
}

/// Reads all entries of all files of a folder, in the order of the file names.
pub fn folder<T: Entry>(folder: &Path, problems: &mut Problems) -> Vec<Located<T>> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|file| file.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| file(path, problems)).collect()
}

/// Reads all entries of one file.
pub fn file<T: Entry>(path: &Path, problems: &mut Problems) -> Vec<Located<T>> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let subject = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = path
        .parent()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy();
    let name = if folder == "data" {
        format!("data/{subject}.yaml")
    } else {
        format!("data/{folder}/{subject}.yaml")
    };
    // Booleans as in YAML 1.2: `y` and `on` are words.
    let options = serde_saphyr::options! { strict_booleans: true };
    let entries: Vec<T> = match serde_saphyr::from_str_with_options(&text, options) {
        Ok(entries) => entries,
        Err(error) => {
            let line = error.location().map_or(0, |l| l.line());
            let entry = entry_before(&text, line);
            problems.add(
                &Place {
                    file: name,
                    line,
                    entry,
                },
                error.without_snippet(),
            );
            return Vec::new();
        }
    };
    let lines = std::rc::Rc::new(text.lines().map(str::to_owned).collect::<Vec<_>>());
    entries
        .into_iter()
        .map(|value| {
            let entry = value.name();
            let place = Place {
                file: name.clone(),
                line: entry.referenced.line(),
                entry: entry.value.clone(),
            };
            Located {
                place,
                value,
                lines: lines.clone(),
                subject: subject.clone(),
            }
        })
        .collect()
}

/// The head of the entry that a line belongs to.
fn entry_before(text: &str, line: u64) -> String {
    let head = text
        .lines()
        .take(usize::try_from(line).unwrap_or(usize::MAX))
        .filter(|l| l.starts_with("- "))
        .last();
    head.and_then(|l| l.split_once(": "))
        .map_or_else(|| "?".to_owned(), |(_, name)| name.trim().to_owned())
}

/// A field as it stands in `data/fields`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldEntry {
    pub path: Spanned<String>,
    #[serde(default)]
    pub applies_to: Vec<String>,
    pub discriminator: Option<String>,
    #[serde(default)]
    pub toolchain: bool,
    pub kind: OneOrMany,
    #[serde(default, rename = "enum")]
    pub values: Pairs,
    #[serde(default)]
    pub open: bool,
    #[serde(default)]
    pub ignore_case: bool,
    #[serde(default)]
    pub free_form: bool,
    pub inherits: Option<String>,
    pub declared_by: Option<String>,
    pub required: Option<RequiredEntry>,
    pub required_when: Option<String>,
    #[serde(default)]
    pub default: Pairs,
    pub range: Option<RangeEntry>,
    pub pattern: Option<String>,
    pub unit: Option<String>,
    /// The units that the toolchain's code reads; the empty one stands for digits alone.
    #[serde(default)]
    pub units: Vec<String>,
    pub flink_key: Option<String>,
    pub flink_key_old: Option<String>,
    pub maps_to: Option<String>,
    /// Path of the block whose keys the value names.
    pub refers_to: Option<String>,
    /// The scheme by which values anywhere name the keys of this block.
    pub named_by: Option<String>,
    /// The kinds of statements in which processes (L1) name the user-chosen key.
    #[serde(default)]
    pub processes: Vec<String>,
    /// The value (or the user-chosen key) is a part of its entry that such a reference can name.
    #[serde(default)]
    pub defines_part: bool,
    /// What holds in its absence is worth showing in the text.
    #[serde(default)]
    pub important: bool,
    pub secret: Option<SecretEntry>,
    pub deprecated: Option<DeprecatedEntry>,
    /// Path of the field of the other dialect that says the same.
    pub counterpart: Option<String>,
    /// The Flink versions that have what the field becomes.
    pub flink: Option<VersionsEntry>,
    /// What the entry's statements rest on.
    #[serde(default)]
    pub proof: Vec<ProofEntry>,
    pub doc: String,
    /// For whoever edits the data; never printed.
    #[serde(default, rename = "note")]
    _note: Option<String>,
    #[serde(default)]
    pub pitfalls: Vec<String>,
    pub example_key: Option<String>,
    #[serde(default)]
    pub suggest: Vec<String>,
    pub example: Option<Spanned<de::IgnoredAny>>,
    pub origin: String,
}

impl Entry for FieldEntry {
    fn name(&self) -> &Spanned<String> {
        &self.path
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum RequiredEntry {
    Word(String),
    Condition {
        field: String,
        #[serde(default)]
        is: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeEntry {
    pub min: Option<Text>,
    pub max: Option<Text>,
    #[serde(default)]
    pub exclusive_min: bool,
    #[serde(default)]
    pub exclusive_max: bool,
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    pub min_items: Option<u32>,
    #[serde(default)]
    pub unique: bool,
    pub multiple_of: Option<u64>,
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum SecretEntry {
    Plain(bool),
    Partly(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeprecatedEntry {
    pub text: String,
    pub successor: Option<String>,
}

/// A scalar as text, however it is typed.
#[derive(Clone)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a scalar")
            }
            fn visit_bool<E>(self, v: bool) -> Result<Text, E> {
                Ok(Text(v.to_string()))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Text, E> {
                Ok(Text(v.to_string()))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Text, E> {
                Ok(Text(v.to_string()))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Text, E> {
                Ok(Text(v.to_string()))
            }
            fn visit_str<E>(self, v: &str) -> Result<Text, E> {
                Ok(Text(v.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A mapping in the order in which it is written.
#[derive(Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of names to texts")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut all = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Text>()? {
                    all.push((key, value.0));
                }
                Ok(Pairs(all))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// A rule as it stands in `data/rules`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    pub id: Spanned<String>,
    pub severity: String,
    #[serde(default)]
    pub general: bool,
    pub title: String,
    pub when: String,
    pub why: String,
    #[serde(default)]
    pub help: String,
    /// For whoever edits the data; never printed.
    #[serde(default, rename = "note")]
    _note: Option<String>,
    pub src: Vec<String>,
    pub checked: Option<String>,
    pub message: Option<String>,
    pub needs: Option<String>,
    pub tag: Option<String>,
    /// What it finds is what a block lacks that has just been begun.
    #[serde(default)]
    pub incomplete: bool,
    #[serde(default)]
    pub yields: bool,
    /// Its messages say what to do.
    #[serde(default)]
    pub advises: bool,
    /// A process (L1) of the project of both examples.
    #[serde(default)]
    pub process: String,
    /// Ids that it had before; settings and suppressions may still name them.
    #[serde(default)]
    pub former: Vec<String>,
    /// The product that the rule makes a statement about.
    pub about: Option<String>,
    /// The Flink versions in which it holds.
    pub flink: Option<VersionsEntry>,
    /// What the statement rests on.
    #[serde(default)]
    pub proof: Vec<ProofEntry>,
    pub fail: String,
    pub pass: String,
    #[serde(default)]
    pub fix: Vec<FixEntry>,
}

impl Entry for RuleEntry {
    fn name(&self) -> &Spanned<String> {
        &self.id
    }
}

/// From which Flink version to which; either may be open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionsEntry {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// One thing that a statement rests on; exactly one of `run`, `source` and `knowledge` is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofEntry {
    pub run: Option<String>,
    pub source: Option<String>,
    /// The day on which the source was read.
    pub read: Option<String>,
    pub knowledge: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixEntry {
    pub title: String,
    pub applicability: String,
    pub edits: Vec<EditEntry>,
}

/// One step of a fix; exactly one attribute is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditEntry {
    pub remove: Option<String>,
    pub set: Option<SetEntry>,
    pub copy: Option<FromTo>,
    pub rename: Option<FromTo>,
    pub merge: Option<FromTo>,
    #[serde(default)]
    pub replace_value: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetEntry {
    pub path: String,
    pub value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromTo {
    pub from: String,
    pub to: String,
}

/// A snippet as it stands in `data/snippets.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnippetEntry {
    pub label: Spanned<String>,
    pub place: String,
    #[serde(rename = "type")]
    pub entry_type: Option<String>,
    pub description: String,
    pub body: String,
}

impl Entry for SnippetEntry {
    fn name(&self) -> &Spanned<String> {
        &self.label
    }
}

/// A profile as it stands in `data/profiles.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileEntry {
    pub name: Spanned<String>,
    pub place: String,
    #[serde(rename = "type")]
    pub entry_type: String,
    pub description: String,
    pub values: Pairs,
}

impl Entry for ProfileEntry {
    fn name(&self) -> &Spanned<String> {
        &self.name
    }
}
