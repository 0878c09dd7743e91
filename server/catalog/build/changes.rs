//! Reads, checks and writes what changes of a document do to a running job.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    path::Path,
};

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{
    emit::{optional, string, strings},
    fields::Checked,
    flink::{VERSIONS, variant_of},
    load::{self, Entry, Located, Place, Problems},
};

/// An entry of `data/changes`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeEntry {
    change: Spanned<String>,
    /// Whether it is one of the changes that were tried, or follows from them.
    listed: Option<bool>,
    #[serde(default)]
    paths: Vec<String>,
    entry: Option<String>,
    #[serde(default)]
    old: Vec<String>,
    #[serde(default)]
    new: Vec<String>,
    is: Option<String>,
    #[serde(default)]
    when: Vec<ClauseEntry>,
    topic: Option<String>,
    #[serde(default)]
    once: bool,
    unseen: Option<String>,
    outside: Option<String>,
    #[serde(default)]
    fallback: bool,
    /// Conditions that it counts for beside those that it has.
    #[serde(default)]
    more: u8,
    class: Vec<ClassEntry>,
    takes_effect: Vec<String>,
    #[serde(default)]
    silent: bool,
    consequence: String,
    safe_way: String,
    src: Vec<String>,
    checked: Option<String>,
}

impl Entry for ChangeEntry {
    fn name(&self) -> &Spanned<String> {
        &self.change
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseEntry {
    at: String,
    #[serde(default)]
    old: Vec<String>,
    #[serde(default)]
    new: Vec<String>,
    #[serde(default)]
    both: Vec<String>,
    is: Option<String>,
    above: Option<String>,
    side: Option<String>,
    least: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassEntry {
    from: Option<String>,
    to: String,
    class: String,
    with_claim: Option<String>,
    #[serde(default)]
    ways: BTreeMap<String, String>,
}

const CLASSES: [(&str, &str); 7] = [
    ("safe", "Safe"),
    ("cluster-restart", "ClusterRestart"),
    ("safe-but", "SafeBut"),
    ("unknown", "Unknown"),
    ("savepoint-only", "SavepointOnly"),
    ("state-lost", "StateLost"),
    ("fails", "Fails"),
];
const EFFECTS: [(&str, &str); 5] = [
    ("job", "Job"),
    ("cluster", "Cluster"),
    ("submission", "Submission"),
    ("code", "Code"),
    ("never", "Never"),
];
const EVENTS: [(&str, &str); 3] = [
    ("added", "Added"),
    ("removed", "Removed"),
    ("renamed", "Renamed"),
];
const TRENDS: [(&str, &str); 4] = [
    ("up", "Up"),
    ("down", "Down"),
    ("changed", "Changed"),
    ("same", "Same"),
];
/// What conditions can ask beside fields, as `nexflow_flink` works it out.
const ASPECTS: [&str; 24] = [
    "@backends",
    "@direction",
    "@flink",
    "@interval",
    "@kafka",
    "@kafka_sink",
    "@location",
    "@max_parallelism",
    "@operator_parallelism",
    "@own_type",
    "@parallelism",
    "@partitions",
    "@restore_path",
    "@retention",
    "@attempts",
    "@scope",
    "@slots",
    "@slots_needed",
    "@store",
    "@touches_state",
    "@ttl",
    "@ttl_given",
    "@ttl_of",
    "@type",
];

/// Reads and checks all of it; the Rust statics.
pub fn code(data: &Path, fields: &[Checked], problems: &mut Problems) -> String {
    let entries = load::folder::<ChangeEntry>(&data.join("changes"), problems);
    let mut writer = Writer {
        fields: fields.iter().map(Checked::path).collect(),
        problems,
    };
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for Located { place, value, .. } in &entries {
        if let Some(first) = seen.insert(&value.change.value, place) {
            let message = format!("the id is taken at {}:{}", first.file, first.line);
            writer.problems.add(place, message);
        }
    }
    let mut code = String::from("use crate::changes::*;\n");
    let _ = writeln!(code, "pub static CHANGES: [Change; {}] = [", entries.len());
    for entry in &entries {
        writer.change(entry, &mut code);
    }
    code.push_str("];\n");
    code
}

struct Writer<'a> {
    fields: HashSet<&'a str>,
    problems: &'a mut Problems,
}

impl Writer<'_> {
    fn change(&mut self, located: &Located<ChangeEntry>, code: &mut String) {
        let Located {
            place,
            value: entry,
            subject,
            ..
        } = located;
        if entry.paths.is_empty() != entry.outside.is_some() {
            self.problems
                .add(place, "give the paths, or say why no document shows it");
        }
        for path in &entry.paths {
            self.path(place, path);
        }
        for (what, text) in [
            ("consequence", &entry.consequence),
            ("safe_way", &entry.safe_way),
        ] {
            if !text.ends_with('.') || !text.starts_with(|first: char| !first.is_lowercase()) {
                self.problems.add(
                    place,
                    format!("{what} is a sentence: a capital letter, a full stop"),
                );
            }
        }
        if entry.src.is_empty() || entry.class.is_empty() || entry.takes_effect.is_empty() {
            self.problems
                .add(place, "class, takes_effect and src are needed");
        }
        let own = usize::from(!entry.old.is_empty())
            + usize::from(!entry.new.is_empty())
            + usize::from(entry.is.is_some())
            + usize::from(entry.entry.is_some());
        let conditions = own + entry.when.len() + usize::from(entry.more);
        let when: Vec<_> = entry
            .when
            .iter()
            .map(|clause| self.clause(place, clause))
            .collect();
        let classes: Vec<_> = entry
            .class
            .iter()
            .map(|class| self.class(place, class))
            .collect();
        let effects: Vec<_> = entry
            .takes_effect
            .iter()
            .map(|word| format!("TakesEffect::{}", self.variant(place, word, &EFFECTS)))
            .collect();
        let _ = writeln!(
            code,
            "Change {{ id: {}, subject: {}, listed: {}, paths: {}, entry: {}, old: {}, new: {}, trend: {}, when: &[{}], \
             conditions: {conditions}, topic: {}, once: {}, unseen: {}, outside: {}, fallback: {}, classes: &[{}], \
             takes_effect: &[{}], silent: {}, consequence: {}, safe_way: {}, sources: {}, checked: {} }},",
            string(&entry.change.value),
            string(subject),
            entry.listed.unwrap_or(true),
            strings(&entry.paths),
            self.maybe(place, entry.entry.as_deref(), "EntryEvent", &EVENTS),
            strings(&entry.old),
            strings(&entry.new),
            self.maybe(place, entry.is.as_deref(), "Trend", &TRENDS),
            when.join(", "),
            string(entry.topic.as_deref().unwrap_or(&entry.change.value)),
            entry.once,
            optional(entry.unseen.as_deref()),
            optional(entry.outside.as_deref()),
            entry.fallback,
            classes.join(", "),
            effects.join(", "),
            entry.silent,
            string(&entry.consequence),
            string(&entry.safe_way),
            strings(&entry.src),
            optional(entry.checked.as_deref()),
        );
    }

    fn clause(&mut self, place: &Place, clause: &ClauseEntry) -> String {
        self.at(place, &clause.at);
        if let Some(above) = &clause.above {
            self.at(place, above);
        }
        let above_old = match clause.side.as_deref() {
            None | Some("new") => false,
            Some("old") => true,
            Some(other) => {
                self.problems
                    .add(place, format!("a side is old or new, not `{other}`"));
                false
            }
        };
        format!(
            "Clause {{ at: {}, old: {}, new: {}, both: {}, trend: {}, above: {}, above_old: {above_old}, least: {} }}",
            string(&clause.at),
            strings(&clause.old),
            strings(&clause.new),
            strings(&clause.both),
            self.maybe(place, clause.is.as_deref(), "Trend", &TRENDS),
            optional(clause.above.as_deref()),
            optional(clause.least.as_deref()),
        )
    }

    fn class(&mut self, place: &Place, class: &ClassEntry) -> String {
        let from = class.from.as_deref().map_or("None".to_owned(), |version| {
            format!("Some({})", self.version(place, version))
        });
        let ways: Vec<_> = class
            .ways
            .iter()
            .map(|(way, result)| format!("({}, {})", string(way), string(result)))
            .collect();
        format!(
            "Established {{ from: {from}, to: {}, class: Class::{}, with_claim: {}, ways: &[{}] }}",
            self.version(place, &class.to),
            self.variant(place, &class.class, &CLASSES),
            self.maybe(place, class.with_claim.as_deref(), "Class", &CLASSES),
            ways.join(", "),
        )
    }

    fn version(&mut self, place: &Place, version: &str) -> String {
        let at = VERSIONS.iter().position(|known| *known == version);
        if at.is_none() {
            self.problems
                .add(place, format!("there is no version `{version}`"));
        }
        variant_of(at.unwrap_or(0))
    }

    fn at(&mut self, place: &Place, at: &str) {
        match at {
            "." => {}
            at if at.starts_with('@') => {
                if !ASPECTS.contains(&at) {
                    self.problems
                        .add(place, format!("`{at}` is not known here"));
                }
            }
            at => self.path(place, at),
        }
    }

    fn path(&mut self, place: &Place, path: &str) {
        if path == "*" || path == "@flink" || self.fields.contains(path) {
            return;
        }
        let is_block = path
            .strip_suffix(".**")
            .is_some_and(|block| self.fields.contains(block) || block.ends_with(".<region>"));
        if !is_block {
            self.problems
                .add(place, format!("there is no field `{path}`"));
        }
    }

    fn maybe(
        &mut self,
        place: &Place,
        word: Option<&str>,
        of: &str,
        known: &[(&str, &'static str)],
    ) -> String {
        word.map_or("None".to_owned(), |word| {
            format!("Some({of}::{})", self.variant(place, word, known))
        })
    }

    fn variant(
        &mut self,
        place: &Place,
        word: &str,
        known: &[(&str, &'static str)],
    ) -> &'static str {
        match known.iter().find(|(name, _)| *name == word) {
            Some((_, variant)) => variant,
            None => {
                self.problems
                    .add(place, format!("`{word}` is not known here"));
                known[0].1
            }
        }
    }
}
