//! How much of a document survives being broken.

use std::{collections::HashMap, fmt::Write};

use nexflow_syntax::{Document, Node, Segment};
use yaml_rust2::parser::{Event, MarkedEventReceiver, Parser};

use crate::{
    corpus::{Random, Sample},
    corrupt::{self, Corruption, KINDS, MULTI},
};

/// What was counted for one kind of corruption.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The kind.
    pub name: String,
    /// Broken documents.
    pub cases: usize,
    /// Keys on the lines that were left alone.
    pub keys: usize,
    /// Those that the broken document still has.
    pub kept: usize,
    /// Those that it has at the same path.
    pub in_place: usize,
    /// Cases that are no longer valid YAML.
    pub invalid: usize,
    /// Those for which there is an error.
    pub reported: usize,
    /// Keys where the original has none, outside of the broken lines.
    pub invented: usize,
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.cases += other.cases;
        self.keys += other.keys;
        self.kept += other.kept;
        self.in_place += other.in_place;
        self.invalid += other.invalid;
        self.reported += other.reported;
        self.invented += other.invented;
    }

    /// Part of the other keys that are kept.
    pub fn kept_part(&self) -> f64 {
        self.kept as f64 / self.keys.max(1) as f64
    }

    /// Part of the other keys that are kept at their path.
    pub fn in_place_part(&self) -> f64 {
        self.in_place as f64 / self.keys.max(1) as f64
    }

    /// Part of the invalid cases that have an error.
    pub fn reported_part(&self) -> f64 {
        self.reported as f64 / self.invalid.max(1) as f64
    }

    /// Invented keys for each case.
    pub fn invented_per_case(&self) -> f64 {
        self.invented as f64 / self.cases.max(1) as f64
    }
}

/// The sum of several rows.
pub fn total<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Row {
    let mut sum = Row {
        name: "all".into(),
        ..Row::default()
    };
    for row in rows {
        sum.add(row);
    }
    sum
}

struct Ignore;

impl MarkedEventReceiver for Ignore {
    fn on_event(&mut self, _: Event, _: yaml_rust2::scanner::Marker) {}
}

/// Whether yaml-rust2, which shares no code with this project's parser, accepts a text.
pub fn is_valid(text: &str) -> bool {
    Parser::new_from_str(text).load(&mut Ignore, true).is_ok()
}

/// The keys of a document by where they begin.
fn keys(document: &Document) -> HashMap<usize, (String, Vec<Segment>)> {
    let mut found = HashMap::new();
    let mut nodes: Vec<(Node<'_>, Vec<Segment>)> = document
        .roots()
        .into_iter()
        .map(|root| (root, Vec::new()))
        .collect();
    while let Some((node, path)) = nodes.pop() {
        for (position, item) in node.items().enumerate() {
            let mut below = path.clone();
            below.push(Segment::Item(position));
            nodes.push((item, below));
        }
        for entry in node.entries() {
            let key = entry.key_text().into_owned();
            let mut below = path.clone();
            below.push(Segment::Key(key.as_str().into()));
            found.insert(entry.key().range().start().into(), (key, below.clone()));
            nodes.push((entry.value(), below));
        }
    }
    found
}

/// Counts one broken document. The second value tells what went wrong, when anything did.
pub fn measure(text: &str, original: &Document, corruption: &Corruption) -> (Row, Option<String>) {
    let broken = corruption.apply(text);
    let document = Document::parse(&broken);
    let (before, after) = (keys(original), keys(&document));
    let mut row = Row {
        cases: 1,
        ..Row::default()
    };
    let mut story = String::new();
    let mut expected = HashMap::new();
    for (offset, (key, path)) in &before {
        let Some(mapped) = corruption.map(*offset) else {
            continue;
        };
        expected.insert(mapped, ());
        let orphan = corruption
            .orphans
            .iter()
            .any(|orphan| path.len() > orphan.len() && path.starts_with(orphan));
        row.keys += 1;
        match after.get(&mapped) {
            Some((found, at)) if found == key => {
                row.kept += 1;
                if at == path || orphan {
                    row.in_place += 1;
                } else {
                    let _ = writeln!(story, "moved: {path:?} is at {at:?}");
                }
            }
            _ => {
                let _ = writeln!(story, "lost: {path:?}");
            }
        }
    }
    for (offset, (key, _)) in &after {
        if !expected.contains_key(offset) && !corruption.is_inserted(*offset) {
            row.invented += 1;
            let _ = writeln!(story, "invented: {key:?}");
        }
    }
    if !is_valid(&broken) {
        row.invalid = 1;
        if document.errors().is_empty() {
            let _ = writeln!(story, "no error");
        } else {
            row.reported = 1;
        }
    }
    let story = (!story.is_empty()).then(|| format!("{story}{broken}"));
    (row, story)
}

/// Runs every one-line corruption on every leaf of the samples. `tell` hears of every case in which something went wrong.
pub fn one_line(samples: &[Sample], mut tell: impl FnMut(&str, &str, &str)) -> Vec<Row> {
    let mut rows: Vec<Row> = KINDS
        .iter()
        .map(|(name, _)| Row {
            name: (*name).into(),
            ..Row::default()
        })
        .collect();
    for sample in samples {
        let document = Document::parse(&sample.text);
        for leaf in corrupt::leaves(&sample.text, &document) {
            for (row, (name, kind)) in rows.iter_mut().zip(KINDS) {
                let Some(corruption) = kind(&sample.text, &leaf) else {
                    continue;
                };
                let (counted, story) = measure(&sample.text, &document, &corruption);
                row.add(&counted);
                if let Some(story) = story {
                    tell(name, &sample.name, &story);
                }
            }
        }
    }
    rows
}

/// Runs `rounds` corruptions of each kind that breaks more than one line on every sample.
pub fn several_lines(
    samples: &[Sample],
    rounds: usize,
    mut tell: impl FnMut(&str, &str, &str),
) -> Vec<Row> {
    let mut rows: Vec<Row> = MULTI
        .iter()
        .map(|name| Row {
            name: (*name).into(),
            ..Row::default()
        })
        .collect();
    let mut random = Random(7);
    for sample in samples {
        let document = Document::parse(&sample.text);
        for _ in 0..rounds {
            for (kind, row) in rows.iter_mut().enumerate() {
                let Some(corruption) = corrupt::multi(kind, &sample.text, &document, &mut random)
                else {
                    continue;
                };
                let (counted, story) = measure(&sample.text, &document, &corruption);
                row.add(&counted);
                if let Some(story) = story {
                    tell(MULTI[kind], &sample.name, &story);
                }
            }
        }
    }
    rows
}

/// The rows as a table in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| what is broken | cases | other keys | kept | at their path | no longer valid | with an error | invented per case |\n|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in rows {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.3} % | {:.3} % | {} | {} | {:.4} |",
            row.name,
            row.cases,
            row.keys,
            100.0 * row.kept_part(),
            100.0 * row.in_place_part(),
            row.invalid,
            row.reported,
            row.invented_per_case()
        );
    }
    out
}
