//! Checks the rules.

use std::collections::{HashMap, HashSet};

use crate::fields::Checked;
use crate::load::{EditEntry, Located, Place, Problems, RuleEntry};
use crate::names;
use crate::proof;

/// A checked rule.
pub struct Rule {
    pub entry: RuleEntry,
    pub subject: String,
    pub severity: &'static str,
    pub needs: &'static str,
    pub tag: Option<&'static str>,
    pub fixes: Vec<Fix>,
    pub about: &'static str,
    /// Rust expressions.
    pub versions: String,
    pub proofs: String,
}

pub struct Fix {
    pub title: String,
    pub applicability: &'static str,
    pub edits: Vec<Edit>,
}

pub enum Edit {
    Remove(String),
    Set(String, String),
    Copy(String, String),
    Rename(String, String),
    Merge(String, String),
    ReplaceValue,
}

pub fn check(
    entries: Vec<Located<RuleEntry>>,
    fields: &[Checked],
    problems: &mut Problems,
) -> Vec<Rule> {
    let mut seen: HashMap<String, Place> = HashMap::new();
    let known: HashSet<&str> = fields.iter().flat_map(|f| tails(f.path())).collect();
    let mut all: Vec<Rule> = Vec::with_capacity(entries.len());
    for Located {
        place,
        value: entry,
        subject,
        ..
    } in entries
    {
        let id = &entry.id.value;
        if let Some(first) = seen.insert(id.clone(), place.clone()) {
            problems.add(
                &place,
                format!("the id is taken at {}:{}", first.file, first.line),
            );
        }
        let kebab = id.split('-').all(|w| {
            !w.is_empty()
                && w.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        if !kebab {
            problems.add(&place, "an id is lower-case words joined by hyphens");
        }
        for (what, text) in [
            ("title", &entry.title),
            ("when", &entry.when),
            ("why", &entry.why),
            ("fail", &entry.fail),
            ("pass", &entry.pass),
        ] {
            if text.trim().is_empty() {
                problems.add(&place, format!("{what} is empty"));
            }
        }
        if !entry.help.is_empty() && !entry.help.ends_with('.') {
            problems.add(&place, "help is a sentence and ends with a full stop");
        }
        if entry.src.is_empty() {
            problems.add(&place, "src is empty: say how it is known");
        }
        if entry.fail == entry.pass {
            problems.add(&place, "fail and pass are the same");
        }
        let mut word = |table, text: &str, what: &str| {
            names::lookup(table, text).unwrap_or_else(|error| {
                problems.add(&place, format!("{what}: {error}"));
                ""
            })
        };
        let severity = word(names::SEVERITIES, &entry.severity, "severity");
        let needs = word(
            names::NEEDS,
            entry.needs.as_deref().unwrap_or("nothing"),
            "needs",
        );
        let about = word(
            names::PRODUCTS,
            entry.about.as_deref().unwrap_or("language"),
            "about",
        );
        let tag = entry.tag.as_deref().map(|t| word(names::TAGS, t, "tag"));
        let mut fixes = Vec::new();
        for fix in &entry.fix {
            let edits = fix
                .edits
                .iter()
                .filter_map(|e| edit(e, &known, &place, problems))
                .collect::<Vec<_>>();
            if edits.is_empty() || fix.title.is_empty() {
                problems.add(&place, "fix: give a title and at least one edit");
            }
            let applicability = names::lookup(names::APPLICABILITIES, &fix.applicability)
                .unwrap_or_else(|error| {
                    problems.add(&place, format!("applicability: {error}"));
                    ""
                });
            let removes = edits
                .iter()
                .any(|edit| matches!(edit, Edit::Remove(_) | Edit::Merge(..)));
            if applicability == "Safe" && removes {
                problems.add(&place, "fix: what removes something is never safe");
            }
            if applicability != "DisplayOnly" && entry.fix.len() > 1 {
                problems.add(
                    &place,
                    "fix: several fixes are a choice, and each of them is display_only",
                );
            }
            fixes.push(Fix {
                title: fix.title.clone(),
                applicability,
                edits,
            });
        }
        let versions = proof::versions(entry.flink.as_ref(), &place, problems);
        let proofs = proof::proofs(&entry.proof, &place, problems);
        all.push(Rule {
            about,
            versions,
            proofs,
            entry,
            subject,
            severity,
            needs,
            tag,
            fixes,
        });
    }
    all.sort_by(|a, b| a.entry.id.value.cmp(&b.entry.id.value));
    all
}

/// All ends of a path that begin at a segment: what a path relative to some block can be.
fn tails(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |rest| {
        rest.split_once('.').map(|(_, tail)| tail)
    })
}

fn edit(
    entry: &EditEntry,
    known: &HashSet<&str>,
    place: &Place,
    problems: &mut Problems,
) -> Option<Edit> {
    let mut path = |path: &String| {
        if path != "." && !known.contains(path.as_str()) {
            problems.add(place, format!("fix: no field's path ends with `{path}`"));
        }
        path.clone()
    };
    let mut all = Vec::new();
    all.extend(entry.remove.as_ref().map(|p| Edit::Remove(path(p))));
    all.extend(
        entry
            .set
            .as_ref()
            .map(|s| Edit::Set(path(&s.path), s.value.clone())),
    );
    all.extend(
        entry
            .copy
            .as_ref()
            .map(|c| Edit::Copy(path(&c.from), path(&c.to))),
    );
    all.extend(
        entry
            .rename
            .as_ref()
            .map(|r| Edit::Rename(path(&r.from), path(&r.to))),
    );
    all.extend(
        entry
            .merge
            .as_ref()
            .map(|m| Edit::Merge(path(&m.from), path(&m.to))),
    );
    all.extend(entry.replace_value.then_some(Edit::ReplaceValue));
    if all.len() != 1 {
        problems.add(
            place,
            "fix: an edit is exactly one of remove, set, copy, rename, merge, replace_value",
        );
    }
    all.pop()
}
