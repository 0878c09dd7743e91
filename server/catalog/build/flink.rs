//! Reads, checks and writes what Flink is: its options, and what the fields of L5 become.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
    path::Path,
};

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{
    emit::{optional, string, strings},
    fields::Checked,
    load::{self, Entry, Located, Pairs, Place, Problems},
    passed_on::PASSED_ON,
    rules::Rule,
};

/// The versions, as the data writes them.
pub const VERSIONS: [&str; 8] = ["1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3"];
/// The sections of which each field is either translated or listed with what realises it.
const COMPLETE: [&str; 2] = ["state_backends", "checkpoints"];

/// One text for all versions, or one from each of some versions on.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Since {
    Always(String),
    From(BTreeMap<String, Option<String>>),
}

impl Since {
    /// The text of each version.
    fn resolved(&self, place: &Place, problems: &mut Problems) -> [Option<String>; VERSIONS.len()] {
        let from = match self {
            Since::Always(text) => return std::array::from_fn(|_| Some(text.clone())),
            Since::From(from) => from,
        };
        let mut all: [Option<String>; VERSIONS.len()] = Default::default();
        for version in from.keys() {
            if !VERSIONS.contains(&version.as_str()) {
                problems.add(place, format!("there is no version `{version}`"));
            }
        }
        let mut last = None;
        for (at, version) in VERSIONS.iter().enumerate() {
            if let Some(text) = from.get(*version) {
                last.clone_from(text);
            }
            all[at].clone_from(&last);
        }
        all
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionEntry {
    key: Spanned<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "in")]
    versions: String,
    default: Option<String>,
    #[serde(default)]
    older: Vec<String>,
    #[serde(default)]
    deprecated: bool,
}

impl Entry for OptionEntry {
    fn name(&self) -> &Spanned<String> {
        &self.key
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormEntry {
    form: Spanned<String>,
    map: Pairs,
}

impl Entry for FormEntry {
    fn name(&self) -> &Spanned<String> {
        &self.form
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImpliedEntry {
    option: Since,
    value: String,
    scope: Option<String>,
}

type Alternatives = Vec<BTreeMap<String, Vec<String>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TranslationEntry {
    field: Spanned<String>,
    option: Option<Since>,
    value: Option<String>,
    scope: Option<Since>,
    by: Option<Since>,
    #[serde(default)]
    when: Alternatives,
    #[serde(default)]
    ignored_when: Alternatives,
    #[serde(default)]
    yields_to: Vec<String>,
    rule: Option<String>,
    #[serde(default)]
    implies: Vec<ImpliedEntry>,
    #[serde(default)]
    by_value: BTreeMap<String, Vec<ImpliedEntry>>,
    import: Option<bool>,
    client: Option<String>,
    /// Versions in which the cluster's value wins over the job's.
    #[serde(default)]
    #[allow(dead_code)]
    cluster_wins: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    /// Set where a claim was not run.
    #[allow(dead_code)]
    checked: Option<String>,
}

impl Entry for TranslationEntry {
    fn name(&self) -> &Spanned<String> {
        &self.field
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompositionEntry {
    composition: Spanned<String>,
    option: Since,
    scope: String,
    templates: Pairs,
    #[serde(default)]
    schemes: Pairs,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    empty: Pairs,
    #[serde(default)]
    notes: Vec<String>,
}

impl Entry for CompositionEntry {
    fn name(&self) -> &Spanned<String> {
        &self.composition
    }
}

/// The data files with translations, beside the options, forms and compositions.
const OTHERS: [&str; 3] = ["options", "forms", "compositions"];

/// Reads and checks all of it; the Rust statics.
pub fn code(data: &Path, fields: &[Checked], rules: &[Rule], problems: &mut Problems) -> String {
    let folder = data.join("flink");
    let options = load::file::<OptionEntry>(&folder.join("options.yaml"), problems);
    let forms = load::file::<FormEntry>(&folder.join("forms.yaml"), problems);
    let compositions = load::file::<CompositionEntry>(&folder.join("compositions.yaml"), problems);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|file| file.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .filter(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            !OTHERS.contains(&&*stem)
        })
        .collect();
    files.sort();
    let translations: Vec<_> = files
        .iter()
        .flat_map(|file| load::file::<TranslationEntry>(file, problems))
        .collect();
    let mut writer = Writer {
        fields: fields.iter().map(Checked::path).collect(),
        rules: rules
            .iter()
            .map(|rule| rule.entry.id.value.as_str())
            .collect(),
        known: known_keys(&options, problems),
        forms: &forms,
        problems,
    };
    let mut code = String::from("use crate::{FlinkVersion, flink_options::*};\n");
    writer.options(&options, &mut code);
    writer.translations(&translations, &mut code);
    writer.compositions(&compositions, &mut code);
    let listed: HashSet<&str> = translations
        .iter()
        .map(|entry| entry.value.field.value.as_str())
        .chain(
            compositions
                .iter()
                .map(|entry| entry.value.composition.value.as_str()),
        )
        .collect();
    for field in fields {
        let section = field.path().split('.').next().unwrap_or_default();
        let is_leaf = !field
            .kinds
            .iter()
            .all(|kind| matches!(*kind, "Object" | "Map"));
        // The items of a list are translated with the list, and region blocks are laid over their entry before.
        let is_covered = listed.contains(field.path())
            || listed.contains(format!("{}[]", field.path()).as_str())
            || field.path().ends_with("[]")
            || field.path().contains("<region>");
        if COMPLETE.contains(&section) && is_leaf && !field.entry.toolchain && !is_covered {
            let place = Place {
                file: format!("data/flink/{section}.yaml"),
                line: 0,
                entry: field.path().to_owned(),
            };
            problems.add(&place, "the field is not translated; say what realises it");
        }
    }
    code
}

/// The keys of each version.
fn known_keys<'e>(
    options: &'e [Located<OptionEntry>],
    problems: &mut Problems,
) -> Vec<HashSet<&'e str>> {
    let mut known = vec![HashSet::new(); VERSIONS.len()];
    for Located { place, value, .. } in options {
        let Some((from, to)) = range(&value.versions) else {
            problems.add(place, "`in` is two versions with a hyphen between");
            continue;
        };
        for keys in &mut known[from..=to] {
            if !keys.insert(value.key.value.as_str()) {
                problems.add(place, "two entries for one version");
            }
        }
    }
    known
}

fn range(text: &str) -> Option<(usize, usize)> {
    let (from, to) = text.split_once('-')?;
    let at = |version| VERSIONS.iter().position(|known| *known == version);
    let (from, to) = (at(from)?, at(to)?);
    (from <= to).then_some((from, to))
}

struct Writer<'a> {
    fields: HashSet<&'a str>,
    rules: HashSet<&'a str>,
    known: Vec<HashSet<&'a str>>,
    forms: &'a [Located<FormEntry>],
    problems: &'a mut Problems,
}

impl Writer<'_> {
    fn options(&mut self, options: &[Located<OptionEntry>], code: &mut String) {
        let mut sorted: Vec<_> = options.iter().collect();
        sorted.sort_by(|a, b| a.value.key.value.cmp(&b.value.key.value));
        let _ = writeln!(
            code,
            "pub static FLINK_OPTIONS: [FlinkOption; {}] = [",
            sorted.len()
        );
        for Located { value, .. } in sorted {
            let Some((from, to)) = range(&value.versions) else {
                continue;
            };
            let kind = match value.kind.as_str() {
                "Boolean" => "Bool",
                "Integer" => "Int",
                "Long" => "Long",
                "Double" | "Float" => "Number",
                "Duration" => "Duration",
                "MemorySize" => "Size",
                "Enum" => "Enum",
                "Map" => "Map",
                list if list.starts_with("List<") => "List",
                _ => "Text",
            };
            let _ = writeln!(
                code,
                "FlinkOption {{ key: {}, kind: OptionKind::{kind}, from: {}, to: {}, default: {}, older: {}, deprecated: {} }},",
                string(&value.key.value),
                variant_of(from),
                variant_of(to),
                optional(value.default.as_deref()),
                strings(&value.older),
                value.deprecated,
            );
        }
        code.push_str("];\n");
    }

    fn translations(&mut self, entries: &[Located<TranslationEntry>], code: &mut String) {
        let _ = writeln!(
            code,
            "pub static TRANSLATIONS: [Translation; {}] = [",
            entries.len()
        );
        for Located { place, value, .. } in entries {
            self.translation(place, value, code);
        }
        code.push_str("];\n");
    }

    fn translation(&mut self, place: &Place, entry: &TranslationEntry, code: &mut String) {
        let path = entry.field.value.as_str();
        self.field(place, path);
        for other in &entry.yields_to {
            self.field(place, other);
        }
        if let Some(rule) = &entry.rule
            && !self.rules.contains(rule.as_str())
        {
            self.problems
                .add(place, format!("there is no rule `{rule}`"));
        }
        let scopes: [Option<String>; VERSIONS.len()] = match &entry.scope {
            Some(scope) => scope.resolved(place, self.problems),
            None => Default::default(),
        };
        let by = match &entry.by {
            Some(by) => by.resolved(place, self.problems),
            None => Default::default(),
        };
        let option = match &entry.option {
            Some(option) => option.resolved(place, self.problems),
            None => Default::default(),
        };
        let is_option = entry.option.is_some() || !entry.by_value.is_empty();
        if is_option && entry.scope.is_none() {
            self.problems.add(place, "an option has a scope");
        }
        if entry.option.is_some() && entry.value.is_none() {
            self.problems.add(place, "an option has a value");
        }
        if !is_option && entry.by.is_none() {
            self.problems.add(place, "say what realises the field");
        }
        let is_client = entry.client.is_some();
        if !is_client {
            self.keys(
                place,
                &option,
                by.iter().any(|by| by.as_deref() == Some("plugin")),
            );
        }
        let realised: Vec<String> = (0..VERSIONS.len())
            .map(|at| {
                let word = match (&by[at], &option[at]) {
                    (_, Some(_)) if is_client => "client",
                    (Some(word), None) => word.as_str(),
                    (Some(word), Some(_)) if word == "plugin" => word,
                    (_, Some(_)) => "option",
                    (None, None) if is_option && entry.option.is_none() => "option",
                    (None, None) => "nothing",
                };
                format!("RealisedBy::{}", self.variant(place, word, &BY))
            })
            .collect();
        let scope: Vec<String> = scopes
            .iter()
            .map(|scope| {
                let word = scope.as_deref().unwrap_or("process");
                format!("Scope::{}", self.variant(place, word, &SCOPES))
            })
            .collect();
        let main_scope = scopes[VERSIONS.len() - 1].clone();
        let form = self.form(place, entry.value.as_deref().unwrap_or("text"));
        let when = self.conditions(place, path, &entry.when);
        let ignored = self.conditions(place, path, &entry.ignored_when);
        let implies = self.implied(place, &entry.implies, main_scope.as_deref());
        let by_value: Vec<_> = entry
            .by_value
            .iter()
            .map(|(value, implied)| {
                let implied = self.implied(place, implied, main_scope.as_deref());
                format!("({}, {implied})", string(value))
            })
            .collect();
        let _ = writeln!(
            code,
            "Translation {{ field: {}, option: {}, form: {form}, scope: [{}], by: [{}], when: {when}, ignored_when: {ignored}, \
             yields_to: {}, rule: {}, implies: {implies}, by_value: &[{}], import: {}, client: {}, notes: {} }},",
            string(path),
            per_version(&option),
            scope.join(", "),
            realised.join(", "),
            strings(&entry.yields_to),
            optional(entry.rule.as_deref()),
            by_value.join(", "),
            entry.import.unwrap_or(entry.yields_to.is_empty()),
            optional(entry.client.as_deref()),
            strings(&entry.notes),
        );
    }

    fn compositions(&mut self, entries: &[Located<CompositionEntry>], code: &mut String) {
        let _ = writeln!(
            code,
            "pub static COMPOSITIONS: [Composition; {}] = [",
            entries.len()
        );
        for Located { place, value, .. } in entries {
            self.field(place, &value.composition.value);
            let option = value.option.resolved(place, self.problems);
            self.keys(place, &option, false);
            let _ = writeln!(
                code,
                "Composition {{ field: {}, option: {}, scope: Scope::{}, templates: {}, schemes: {}, optional: {}, empty: {}, notes: {} }},",
                string(&value.composition.value),
                per_version(&option),
                self.variant(place, &value.scope, &SCOPES),
                pairs(&value.templates),
                pairs(&value.schemes),
                value.optional,
                pairs(&value.empty),
                strings(&value.notes),
            );
        }
        code.push_str("];\n");
    }

    fn field(&mut self, place: &Place, path: &str) {
        if !self.fields.contains(path) {
            self.problems
                .add(place, format!("there is no field `{path}`"));
        }
    }

    /// Every key is one that its version knows, and no version lacks one that a later name stands for.
    fn keys(&mut self, place: &Place, option: &[Option<String>], is_plugin: bool) {
        for (at, key) in option.iter().enumerate() {
            match key {
                Some(key) => {
                    let passed_on = PASSED_ON.iter().any(|prefix| key.starts_with(prefix));
                    let is_known = self.known[at].contains(key.as_str()) || passed_on && is_plugin;
                    if !is_known {
                        self.problems.add(
                            place,
                            format!("Flink {} has no option `{key}`", VERSIONS[at]),
                        );
                    }
                }
                None => {
                    let later = option[at..].iter().flatten().next();
                    if let Some(key) = later
                        && self.known[at].contains(key.as_str())
                    {
                        self.problems.add(
                            place,
                            format!("Flink {} has the option `{key}` already", VERSIONS[at]),
                        );
                    }
                }
            }
        }
    }

    fn implied(&mut self, place: &Place, all: &[ImpliedEntry], scope: Option<&str>) -> String {
        let all: Vec<_> = all
            .iter()
            .map(|implied| {
                let option = implied.option.resolved(place, self.problems);
                self.keys(place, &option, true);
                let scope = implied.scope.as_deref().or(scope).unwrap_or("process");
                format!(
                    "Implied {{ option: {}, value: {}, scope: Scope::{} }}",
                    per_version(&option),
                    string(&implied.value),
                    self.variant(place, scope, &SCOPES),
                )
            })
            .collect();
        format!("&[{}]", all.join(", "))
    }

    fn conditions(&mut self, place: &Place, path: &str, all: &Alternatives) -> String {
        let entry = entry_of(path);
        let alternatives: Vec<_> = all
            .iter()
            .map(|conditions| {
                let conditions: Vec<_> = conditions
                    .iter()
                    .map(|(field, values)| {
                        if field != "@backend" {
                            self.field(place, &format!("{entry}.{field}"));
                        }
                        format!(
                            "Condition {{ field: {}, values: {} }}",
                            string(field),
                            strings(values)
                        )
                    })
                    .collect();
                format!("&[{}]", conditions.join(", "))
            })
            .collect();
        format!("&[{}]", alternatives.join(", "))
    }

    fn form(&mut self, place: &Place, word: &str) -> String {
        if let Some(form) = self.forms.iter().find(|form| form.value.form.value == word) {
            return format!("Form::Table({})", pairs(&form.value.map));
        }
        format!("Form::{}", self.variant(place, word, &FORMS))
    }

    fn variant<'v>(&mut self, place: &Place, word: &str, of: &[(&str, &'v str)]) -> &'v str {
        match of.iter().find(|(known, _)| *known == word) {
            Some((_, variant)) => variant,
            None => {
                self.problems
                    .add(place, format!("`{word}` is not known here"));
                of[0].1
            }
        }
    }
}

/// The block that a field's conditions are about: its entry, or its section where entries have no names.
pub fn entry_of(path: &str) -> &str {
    let mut end = 0;
    for segment in path.split('.') {
        end += segment.len() + usize::from(end > 0);
        if segment.starts_with('<') {
            return &path[..end];
        }
    }
    path.split('.').next().unwrap_or(path)
}

const SCOPES: [(&str, &str); 6] = [
    ("job", "Job"),
    ("job-or-cluster", "JobOrCluster"),
    ("cluster", "Cluster"),
    ("submission", "Submission"),
    ("process", "Process"),
    ("client", "Client"),
];
const BY: [(&str, &str); 8] = [
    ("option", "Option"),
    ("uri", "Uri"),
    ("plugin", "Plugin"),
    ("code", "Code"),
    ("deployment", "Deployment"),
    ("nexflow", "Nexflow"),
    ("client", "Client"),
    ("nothing", "Nothing"),
];
const FORMS: [(&str, &str); 16] = [
    ("text", "Text"),
    ("bool", "Bool"),
    ("int", "Int"),
    ("number", "Number"),
    ("duration", "Duration"),
    ("millis", "Millis"),
    ("size", "Size"),
    ("bytes", "Bytes"),
    ("upper", "Upper"),
    ("hyphen", "Hyphen"),
    ("comma-list", "CommaList"),
    ("space-list", "SpaceList"),
    ("semicolon-list", "SemicolonList"),
    ("size-per-slot", "SizePerSlot"),
    ("number-per-slot", "NumberPerSlot"),
    ("fraction", "Fraction"),
];

pub fn variant_of(at: usize) -> String {
    format!("FlinkVersion::V{}", VERSIONS[at].replace('.', "_"))
}

fn per_version(all: &[Option<String>]) -> String {
    let all: Vec<_> = all.iter().map(|text| optional(text.as_deref())).collect();
    format!("[{}]", all.join(", "))
}

fn pairs(pairs: &Pairs) -> String {
    let all: Vec<_> = pairs
        .0
        .iter()
        .map(|(a, b)| format!("({}, {})", string(a), string(b)))
        .collect();
    format!("&[{}]", all.join(", "))
}
