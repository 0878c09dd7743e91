//! One slip in a valid document, and all safe fixes applied: the text is the original or the slip, never a third.

mod kinds;

use std::{fmt::Write as _, sync::Arc};

use nexflow_analysis::{Context, Settings, Snapshot, edit::applied, fix_all};
use nexflow_catalog::Applicability;
use nexflow_syntax::Document;

use crate::corpus::{self, Random, Sample};
pub use kinds::{KINDS, Kind};

/// What became of the slips of one kind.
pub struct Outcome {
    /// The kind.
    pub name: &'static str,
    /// How many slips.
    pub tried: usize,
    /// How many of them were put right.
    pub restored: usize,
    /// The ones that nothing was done about, as they are shown.
    pub left: Vec<String>,
    /// The ones that became another text than the original, as they are shown.
    pub thirds: Vec<String>,
}

/// A text after all safe fixes.
pub fn fixed(text: &str) -> String {
    let settings = Settings {
        assume_variables: true,
        ..Settings::default()
    };
    let context = Context {
        settings: Arc::new(settings),
        variables: Arc::new(std::collections::HashMap::new()),
        bases: Vec::new(),
        base_problem: None,
        processes: None,
    };
    let snapshot = Snapshot::new(Document::parse(text), context);
    let edits = fix_all(&snapshot, Applicability::Safe);
    applied(&snapshot.document, &edits).rope().to_string()
}

/// The documents in which slips are made.
pub fn documents() -> Vec<Sample> {
    corpus::all_files()
}

/// Makes at least `number` slips, as many of each kind, at places that `seed` chooses.
pub fn measure(number: usize, seed: u64) -> Vec<Outcome> {
    let documents = documents();
    let mut random = Random(seed);
    let each = number.div_ceil(KINDS.len());
    KINDS
        .iter()
        .map(|kind| of_kind(kind, &documents, each, &mut random))
        .collect()
}

fn of_kind(kind: &Kind, documents: &[Sample], each: usize, random: &mut Random) -> Outcome {
    let mut outcome = Outcome {
        name: kind.name,
        tried: 0,
        restored: 0,
        left: Vec::new(),
        thirds: Vec::new(),
    };
    // A kind for which no document has a place ends as well.
    for _ in 0..each * 200 {
        if outcome.tried == each {
            break;
        }
        let sample = &documents[random.below(documents.len())];
        let lines: Vec<&str> = sample.text.split('\n').collect();
        let at = random.below(lines.len());
        let (line, end) = match lines[at].strip_suffix('\r') {
            Some(line) => (line, "\r"),
            None => (lines[at], ""),
        };
        let Some(changed) = (kind.make)(line, random).filter(|changed| changed != line) else {
            continue;
        };
        let place = format!("{}:{}: `{line}` -> `{changed}`", sample.name, at + 1);
        let changed = changed.replace('\n', &format!("{end}\n"));
        let mut slip = lines.clone();
        let changed = format!("{changed}{end}");
        slip[at] = &changed;
        let slip = slip.join("\n");
        outcome.tried += 1;
        let after = fixed(&slip);
        if after == sample.text {
            outcome.restored += 1;
        } else if after == slip {
            outcome.left.push(place);
        } else {
            let (before, after): (Vec<&str>, Vec<&str>) =
                (slip.split('\n').collect(), after.split('\n').collect());
            let differs = before.iter().zip(&after).position(|(one, two)| one != two);
            let now = differs.and_then(|at| after.get(at).copied());
            let now = now.unwrap_or_default();
            outcome
                .thirds
                .push(format!("{place} -> {differs:?} `{now}`"));
        }
    }
    outcome
}

/// The outcomes as a table in Markdown.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut out = String::from(
        "| slip | made | put right | left alone | another text |\n|---|--:|--:|--:|--:|\n",
    );
    let mut row = |name: &str, tried: usize, restored: usize, thirds: usize| {
        let left = tried - restored - thirds;
        let _ = writeln!(out, "| {name} | {tried} | {restored} | {left} | {thirds} |");
    };
    let (mut tried, mut restored, mut thirds) = (0, 0, 0);
    for outcome in outcomes {
        row(
            outcome.name,
            outcome.tried,
            outcome.restored,
            outcome.thirds.len(),
        );
        tried += outcome.tried;
        restored += outcome.restored;
        thirds += outcome.thirds.len();
    }
    row("all", tried, restored, thirds);
    out
}
