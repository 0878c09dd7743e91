//! What the tests of rules share: documents with marked tokens, and what is found in them.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use nexflow_analysis::{
    BaseDocument, BaseProblem, Context, Diagnostic, FlinkVersion, Settings, Snapshot, Variable,
    VariableOrigin, diagnostics,
    processes::{ProcessFile, ProjectProcesses},
};
use nexflow_syntax::{Document, TextRange, TextSize};

/// A document together with what it is checked with.
#[derive(Clone, Debug, Default)]
pub struct Case<'t> {
    /// The document.
    pub text: &'t str,
    /// The documents that it extends, the nearest first.
    pub bases: Vec<&'t str>,
    /// The version of Flink that counts.
    pub flink: FlinkVersion,
    /// Why the chain of bases ends early.
    pub base_problem: Option<BaseProblem>,
    /// A process of the project; empty: it has none.
    pub process: &'t str,
    /// Variables with a value; `None`: every variable counts as known.
    pub variables: Option<Vec<&'t str>>,
}

impl<'t> Case<'t> {
    /// A document alone, all of its variables known.
    pub fn new(text: &'t str) -> Case<'t> {
        Case {
            text,
            ..Case::default()
        }
    }

    /// The snapshot to check.
    pub fn snapshot(&self) -> Snapshot {
        let variables: HashMap<String, Variable> = self
            .variables
            .iter()
            .flatten()
            .map(|name| {
                let value = Variable {
                    value: "some-value".to_owned(),
                    origin: VariableOrigin::Settings,
                };
                ((*name).to_owned(), value)
            })
            .collect();
        let bases = self
            .bases
            .iter()
            .enumerate()
            .map(|(i, text)| BaseDocument {
                uri: format!("file:///project/base{i}.infra"),
                document: Document::parse(text),
            })
            .collect();
        Snapshot::new(
            Document::parse(self.text),
            Context {
                settings: Arc::new(Settings {
                    flink_version: self.flink,
                    assume_variables: self.variables.is_none(),
                    ..Settings::default()
                }),
                variables: Arc::new(variables),
                bases,
                base_problem: self.base_problem.clone(),
                processes: (!self.process.is_empty()).then(|| {
                    let uri = "file:///project/a.proc".to_owned();
                    let file = ProcessFile::read(uri, self.process);
                    Arc::new(ProjectProcesses::new(vec![Arc::new(file)], true, 1))
                }),
            },
        )
    }

    /// What is found in it. Every diagnostic lies inside the document and says something.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let found = diagnostics(&self.snapshot());
        let whole = TextRange::up_to(TextSize::of(self.text));
        for diagnostic in &found {
            assert!(
                whole.contains_range(diagnostic.range) && !diagnostic.message.is_empty(),
                "{diagnostic:?} in\n{}",
                self.text
            );
            let mut places = vec![diagnostic.range];
            places.extend(
                diagnostic
                    .related
                    .iter()
                    .filter(|place| place.file.is_none())
                    .map(|place| place.range),
            );
            for place in places {
                assert!(
                    whole.contains_range(place) && self.text.is_char_boundary(place.start().into()),
                    "{diagnostic:?} in\n{}",
                    self.text
                );
            }
        }
        found
    }
}

/// Takes the marks `«` and `»` out of a text and says what they enclosed.
pub fn unmark(marked: &str) -> (String, Vec<TextRange>) {
    let mut text = String::with_capacity(marked.len());
    let (mut open, mut ranges) = (Vec::new(), Vec::new());
    for c in marked.chars() {
        match c {
            '«' => open.push(TextSize::of(&text)),
            '»' => {
                let start = open.pop().expect("a mark is opened before it is closed");
                ranges.push(TextRange::new(start, TextSize::of(&text)));
            }
            _ => text.push(c),
        }
    }
    assert!(open.is_empty(), "a mark is not closed: {marked}");
    ranges.sort_by_key(|range| (range.start(), range.end()));
    (text, ranges)
}

/// Diagnostics as a failing test shows them.
pub fn show(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(
            out,
            "    {:?} {} at `{}`: {}",
            diagnostic.severity, diagnostic.code, &text[diagnostic.range], diagnostic.message
        );
    }
    out
}

/// Fails with everything that went wrong.
pub fn complain(what: &str, failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{what}: {} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}
