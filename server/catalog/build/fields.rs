//! Checks the fields and completes what is left to the build: discriminators and bounds as numbers.

use std::collections::{HashMap, HashSet};

use crate::load::{
    FieldEntry, Located, OneOrMany, Place, Problems, RequiredEntry, SecretEntry, Text,
};
use crate::names;
use crate::proof;
use crate::units::{duration, size};

/// A checked field.
pub struct Checked {
    pub place: Place,
    pub entry: FieldEntry,
    pub kinds: Vec<&'static str>,
    pub origin: &'static str,
    pub discriminator: Option<(String, u8)>,
    pub required: Required,
    pub min: Option<(f64, String)>,
    pub max: Option<(f64, String)>,
    pub example: Option<String>,
    /// Rust expressions.
    pub versions: String,
    pub proofs: String,
}

pub enum Required {
    Never,
    Always,
    FieldIs(String, Vec<String>),
}

impl Checked {
    pub fn path(&self) -> &str {
        &self.entry.path.value
    }
}

/// The names of fields whose value can decide which other fields have a meaning, the usual ones.
const DISCRIMINATORS: &[&str] = &["type", "provider", "strategy", "method"];

pub fn check(entries: Vec<Located<FieldEntry>>, problems: &mut Problems) -> Vec<Checked> {
    let enums: HashMap<String, HashSet<String>> =
        entries.iter().fold(HashMap::new(), |mut map, e| {
            if !e.value.values.0.is_empty() {
                let values = e.value.values.0.iter().map(|(v, _)| v.clone());
                map.entry(e.value.path.value.clone())
                    .or_insert_with(HashSet::new)
                    .extend(values);
            }
            map
        });
    let paths: HashSet<String> = entries.iter().map(|e| e.value.path.value.clone()).collect();
    let mut seen: HashMap<String, Vec<HashSet<String>>> = HashMap::new();
    let mut all = Vec::with_capacity(entries.len());
    for located in entries {
        let place = located.place.clone();
        let path = located.value.path.value.clone();
        let own: HashSet<String> = if located.value.toolchain {
            HashSet::from(["(the toolchain's dialect)".to_owned()])
        } else if located.value.applies_to.is_empty() {
            HashSet::from(["(all)".to_owned()])
        } else {
            located.value.applies_to.iter().cloned().collect()
        };
        let others = seen.entry(path.clone()).or_default();
        let for_all = "(all)".to_owned();
        for other in others.iter() {
            let clash = other.intersection(&own).next().or_else(|| {
                let all_and_some = other.contains(&for_all) != own.contains(&for_all);
                (all_and_some
                    && !own.contains("(the toolchain's dialect)")
                    && !other.contains("(the toolchain's dialect)"))
                .then_some(&for_all)
            });
            if let Some(value) = clash {
                problems.add(
                    &place,
                    format!("the path occurs twice for {value}; applies_to must be disjoint"),
                );
            }
        }
        others.push(own);
        if let Some(parent) = parent(&path)
            && !paths.contains(parent)
        {
            problems.add(
                &place,
                format!("the block around it, `{parent}`, is no entry"),
            );
        }
        all.push(complete(located, &enums, &paths, problems));
    }
    all
}

/// The path of the block or list around a path.
pub fn parent(path: &str) -> Option<&str> {
    path.strip_suffix("[]")
        .or_else(|| path.rsplit_once('.').map(|(parent, _)| parent))
}

fn complete(
    located: Located<FieldEntry>,
    enums: &HashMap<String, HashSet<String>>,
    paths: &HashSet<String>,
    problems: &mut Problems,
) -> Checked {
    let Located {
        place,
        value: entry,
        lines,
        ..
    } = located;
    let words = match &entry.kind {
        OneOrMany::One(word) => vec![word.clone()],
        OneOrMany::Many(words) => words.clone(),
    };
    let mut kinds = Vec::new();
    for word in &words {
        match names::lookup(names::KINDS, word) {
            Ok(kind) => kinds.push(kind),
            Err(error) => problems.add(&place, format!("kind: {error}")),
        }
    }
    if words.is_empty() {
        problems.add(&place, "kind: at least one kind is needed");
    }
    let is_enum = kinds.contains(&"Enum");
    if is_enum && entry.values.0.is_empty() {
        problems.add(&place, "kind enum needs `enum` with its values");
    }
    if !is_enum && !entry.values.0.is_empty() {
        problems.add(&place, "`enum` is given, but the kind is not enum");
    }
    duplicates(
        entry.values.0.iter().map(|(v, _)| v),
        "enum",
        &place,
        problems,
    );
    let origin = names::lookup(names::ORIGINS, &entry.origin).unwrap_or_else(|error| {
        problems.add(&place, format!("origin: {error}"));
        "Inferred"
    });
    if entry.doc.trim().is_empty() {
        problems.add(&place, "doc is empty");
    }
    for (what, path) in [
        ("inherits", &entry.inherits),
        ("refers_to", &entry.refers_to),
        ("discriminator", &entry.discriminator),
        (
            "successor",
            &entry.deprecated.as_ref().and_then(|d| d.successor.clone()),
        ),
        ("counterpart", &entry.counterpart),
    ] {
        if let Some(path) = path
            && !paths.contains(path)
        {
            problems.add(&place, format!("{what}: there is no field `{path}`"));
        }
    }
    if let Some(name) = &entry.declared_by {
        let declared = format!("{}.{name}", parent(&entry.path.value).unwrap_or_default());
        if !paths.contains(&declared) {
            problems.add(
                &place,
                format!("declared_by: there is no field `{declared}`"),
            );
        }
    } else if entry.path.value.ends_with(".<region>") {
        problems.add(
            &place,
            "a region block needs `declared_by`, the field that says that the entry is regional",
        );
    }
    for text in &entry.suggest {
        let bare = ["{type}", "{entry}", "{environment}"]
            .iter()
            .fold(text.clone(), |text, name| text.replace(name, ""));
        if bare.contains(['{', '}']) {
            problems.add(
                &place,
                format!("suggest: `{text}` may hold {{type}}, {{entry}} and {{environment}}"),
            );
        }
    }
    let required = required(&entry, &place, paths, problems);
    let range = entry.range.as_ref();
    let min = range.and_then(|r| bound(r.min.as_ref(), &kinds, "min", &place, problems));
    let max = range.and_then(|r| bound(r.max.as_ref(), &kinds, "max", &place, problems));
    if let (Some((low, _)), Some((high, _))) = (&min, &max)
        && low > high
    {
        problems.add(&place, "range: min is above max");
    }
    if range.is_some_and(|r| {
        (r.exclusive_min && r.min.is_none()) || (r.exclusive_max && r.max.is_none())
    }) {
        problems.add(&place, "range: an exclusive bound needs the bound");
    }
    if let Some(SecretEntry::Partly(text)) = &entry.secret
        && text.trim().is_empty()
    {
        problems.add(&place, "secret: say which part, or write true or false");
    }
    let example = entry
        .example
        .as_ref()
        .and_then(|e| written(&lines, e.referenced.line(), &place, problems));
    if let Some(text) = &example {
        check_example(text, &entry, &kinds, &place, problems);
    }
    let discriminator = discriminator(&entry, enums, &place, problems);
    let mut entry = entry;
    if discriminator.is_none() {
        entry.applies_to.clear();
    }
    let versions = proof::versions(entry.flink.as_ref(), &place, problems);
    let proofs = proof::proofs(&entry.proof, &place, problems);
    Checked {
        versions,
        proofs,
        place,
        kinds,
        origin,
        discriminator,
        required,
        min,
        max,
        example,
        entry,
    }
}

fn duplicates<'a>(
    values: impl Iterator<Item = &'a String>,
    what: &str,
    place: &Place,
    problems: &mut Problems,
) {
    let mut seen = HashSet::new();
    for value in values.filter(|v| !seen.insert(*v)) {
        problems.add(place, format!("{what}: `{value}` occurs twice"));
    }
}

fn required(
    entry: &FieldEntry,
    place: &Place,
    paths: &HashSet<String>,
    problems: &mut Problems,
) -> Required {
    match &entry.required {
        None => Required::Never,
        Some(RequiredEntry::Word(word)) if word == "never" => Required::Never,
        Some(RequiredEntry::Word(word)) if word == "always" => Required::Always,
        Some(RequiredEntry::Word(word)) => {
            problems.add(
                place,
                format!("required: `{word}` is none of always, never, {{field: ..., is: [...]}}"),
            );
            Required::Never
        }
        Some(RequiredEntry::Condition { field, is }) => {
            let sibling = format!("{}.{field}", parent(&entry.path.value).unwrap_or_default());
            if !paths.contains(&sibling) {
                problems.add(place, format!("required: there is no field `{sibling}`"));
            }
            Required::FieldIs(field.clone(), is.clone())
        }
    }
}

/// A bound as a number: as it is, in bytes for sizes, in milliseconds for durations.
fn bound(
    text: Option<&Text>,
    kinds: &[&str],
    what: &str,
    place: &Place,
    problems: &mut Problems,
) -> Option<(f64, String)> {
    let text = &text?.0;
    if let Ok(number) = text.parse::<f64>() {
        return Some((number, text.clone()));
    }
    #[allow(clippy::cast_precision_loss)]
    let value = if kinds.contains(&"Size") {
        size::parse(text).ok().map(|s| s.bytes as f64)
    } else if kinds.contains(&"Duration") {
        duration::parse(text).ok().map(duration::Duration::millis)
    } else {
        None
    };
    if value.is_none() {
        problems.add(
            place,
            format!(
                "range: {what} `{text}` is no literal of the field's kind; put words in `note`"
            ),
        );
    }
    value.map(|v| (v, text.clone()))
}

/// The text of `example:` as it is written, which must fit on its line.
fn written(lines: &[String], line: u64, place: &Place, problems: &mut Problems) -> Option<String> {
    let text = usize::try_from(line)
        .ok()
        .and_then(|n| lines.get(n.checked_sub(1)?));
    let value = text
        .and_then(|l| l.trim_start().strip_prefix("example: "))
        .map(str::trim);
    if value.is_none_or(|v| v.is_empty() || v.starts_with(['|', '>'])) {
        problems.add(place, "example: write the value on the line of its key");
        return None;
    }
    value.map(str::to_owned)
}

/// Coarse: the text must parse and be of the shape of one of the kinds. The tests check it with the server's own checks.
fn check_example(
    text: &str,
    entry: &FieldEntry,
    kinds: &[&str],
    place: &Place,
    problems: &mut Problems,
) {
    let has = |wanted: &[&str]| kinds.iter().any(|k| wanted.contains(k));
    let unquoted = text.trim_matches(['"', '\'']);
    if unquoted.starts_with("${") || unquoted.starts_with("secret://") || has(&["Any"]) {
        return;
    }
    let block = text.starts_with('{');
    let list = text.starts_with('[');
    let fits = (block && has(&["Object", "Map"]))
        || (list && has(&["List"]))
        || (!block
            && !list
            && kinds
                .iter()
                .any(|kind| scalar_fits(kind, text, unquoted, entry)));
    if !fits {
        problems.add(
            place,
            format!("example: `{text}` is of none of the kinds {kinds:?}"),
        );
    }
}

fn scalar_fits(kind: &str, text: &str, unquoted: &str, entry: &FieldEntry) -> bool {
    match kind {
        "Bool" => matches!(text, "true" | "false"),
        "Int" => text.parse::<i64>().is_ok(),
        "Number" | "Fraction" => text.parse::<f64>().is_ok(),
        "Enum" => {
            let same =
                |v: &str| v == unquoted || (entry.ignore_case && v.eq_ignore_ascii_case(unquoted));
            entry.open || entry.values.0.iter().any(|(v, _)| same(v))
        }
        "Duration" => duration::parse(text).is_ok(),
        "Size" | "SizeTb" => size::parse(text).is_ok(),
        "Percent" => text.ends_with('%'),
        "Zero" => text == "0",
        "SizeShort" => text.starts_with(|c: char| c.is_ascii_digit()),
        "Digits" => unquoted.bytes().all(|b| b.is_ascii_digit()),
        "Null" => matches!(text, "null" | "~"),
        "String" | "Uri" | "Path" => true,
        _ => false,
    }
}

/// The field that decides whether this one has a meaning: the nearest block outwards with a `type`, `provider` … that
/// has all the values of applies_to.
fn discriminator(
    entry: &FieldEntry,
    enums: &HashMap<String, HashSet<String>>,
    place: &Place,
    problems: &mut Problems,
) -> Option<(String, u8)> {
    if entry.applies_to.is_empty() {
        return None;
    }
    let has_all = |path: &str| {
        enums
            .get(path)
            .is_some_and(|v| entry.applies_to.iter().all(|a| v.contains(a)))
    };
    let mut up = 0;
    let mut around = Some(entry.path.value.as_str());
    while let Some(block) = around {
        // The field itself may be the block that holds the discriminator: `streams.<name>` and `streams.<name>.type`.
        for name in DISCRIMINATORS {
            let candidate = format!("{block}.{name}");
            let wanted = entry.discriminator.as_ref().is_none_or(|d| *d == candidate);
            if wanted && has_all(&candidate) {
                // A field for all types of an entry needs no decision: the data lists them for the reader only.
                let for_all = enums[&candidate].len() == entry.applies_to.len();
                return (!for_all).then_some((candidate, up));
            }
        }
        around = parent(block);
        up += 1;
    }
    problems.add(
        place,
        format!(
            "applies_to: no discriminator around the field has the values {}",
            entry.applies_to.join(", ")
        ),
    );
    None
}
