//! Findings in the forms that people and pipelines read.

mod azure;
pub(crate) mod counts;
mod edits;
mod excerpt;
mod github;
mod gitlab;
mod junit;
mod sarif;
pub(super) mod summary;
pub(crate) mod text;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use clap::ValueEnum;
use nexflow_analysis::Diagnostic;
use tower_lsp_server::ls_types as lsp;

use crate::{
    cli::{
        input::Unusable,
        output::{self, say},
    },
    lsp::{client_features::ClientFeatures, diagnostics},
    text::visible,
    workspace::{document::DocumentSnapshot, paths, project::FileProblem},
};

/// The form of `--format json`. It changes when a program that reads the last one may misread this one; docs/ci.md has the policy.
const JSON_VERSION: u32 = 1;

/// Output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Each problem with the text around it
    Pretty,
    /// One line each: path:line:column: severity[code] message
    Short,
    /// One JSON object for each document, with diagnostics as in the Language Server Protocol
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML: a suite for each document
    Junit,
    /// Code Quality report of GitLab
    Gitlab,
    /// Issues of Azure Pipelines
    Azure,
    /// Diagnostic Format of reviewdog, with fixes as suggestions
    Rdjson,
    /// One JSON object for each problem with the edits that fix it, for coding agents
    Agent,
}

/// The findings of one file in the protocol's terms, and how the file is called.
pub(crate) struct Part<'a> {
    /// As it was named or found.
    pub(crate) path: &'a Path,
    /// Its address.
    pub(crate) uri: &'a str,
    /// What is wrong.
    pub(crate) found: &'a [lsp::Diagnostic],
    /// Whether there is a baseline, and which of them it has.
    pub(crate) recorded: Option<Vec<bool>>,
    /// The least severity that makes the run fail.
    pub(crate) failing: lsp::DiagnosticSeverity,
}

/// A report that is printed piece by piece, so that memory does not grow with the number of documents.
pub(crate) struct Report {
    format: Format,
    failing: lsp::DiagnosticSeverity,
    /// Where the command runs, as the start of an address.
    base: String,
    /// Whether a piece stands before the next one.
    begun: bool,
    /// The process's exit code as far as printing is concerned.
    code: i32,
    to_stderr: bool,
    /// The house rules of the documents so far, as SARIF describes them.
    house: Mutex<BTreeMap<&'static str, serde_json::Value>>,
}

impl Report {
    /// Begins a report. It goes to standard output, or to standard error where that belongs to something else.
    pub(crate) fn begin(
        format: Format,
        failing: lsp::DiagnosticSeverity,
        current: &Path,
        to_stderr: bool,
    ) -> Report {
        let base = paths::to_uri(current).map(|uri| uri.to_string());
        let mut report = Report {
            format,
            failing,
            base: base.unwrap_or_default(),
            begun: false,
            code: 0,
            to_stderr,
            house: Mutex::default(),
        };
        let head = match format {
            Format::Sarif => sarif::HEAD.into(),
            Format::Junit => junit::HEAD.into(),
            Format::Gitlab => "[".into(),
            Format::Rdjson => edits::RDJSON_HEAD.into(),
            _ => String::new(),
        };
        report.write(&head);
        report
    }

    /// Whether what a baseline has is in the report, marked as such.
    pub(crate) fn shows_recorded(&self) -> bool {
        matches!(self.format, Format::Json | Format::Sarif)
    }

    /// The text about one document. Done on the threads that check; [`Report::add`] puts the texts together.
    pub(crate) fn render(&self, path: &Path, document: &DocumentSnapshot) -> String {
        let mut out = String::new();
        let new = || -> Vec<Diagnostic> {
            let found = document.diagnostics().iter();
            found.filter(|one| !one.recorded).cloned().collect()
        };
        match self.format {
            Format::Pretty => text::pretty(path, document, &new(), &mut out),
            Format::Short => text::short(path, document, &new(), &mut out),
            Format::Agent => out = edits::agent(path, document, &new()),
            Format::Rdjson => out = edits::rdjson(path, document, &new()),
            _ => {
                let features = ClientFeatures {
                    related_information: true,
                    code_description: true,
                    ..ClientFeatures::default()
                };
                let mut found = diagnostics::all(document, &features);
                let recorded = document.diagnostics().iter().map(|one| one.recorded);
                let recorded: Vec<bool> = recorded.collect();
                if !self.shows_recorded() {
                    let mut new = recorded.iter().map(|recorded| !recorded);
                    found.retain(|_| new.next().unwrap_or(true));
                }
                if self.format == Format::Sarif {
                    let mut house = self.house.lock().unwrap_or_else(PoisonError::into_inner);
                    for rule in document.snapshot().context.settings.house.rules() {
                        let entry = house.entry(rule.id);
                        entry.or_insert_with(|| sarif::rule_of_house(rule));
                    }
                }
                let has_baseline = document.snapshot().context.settings.recorded.is_some();
                let recorded = has_baseline.then_some(recorded);
                out = self.part(path, document.uri.as_str(), &found, recorded);
            }
        }
        out
    }

    /// Adds findings that do not come from a check.
    pub(crate) fn add_found(&mut self, path: &Path, uri: &str, found: &[lsp::Diagnostic]) {
        if !found.is_empty() {
            let piece = self.part(path, uri, found, None);
            self.add(&piece);
        }
    }

    fn part(
        &self,
        path: &Path,
        uri: &str,
        found: &[lsp::Diagnostic],
        recorded: Option<Vec<bool>>,
    ) -> String {
        let part = Part {
            path,
            uri,
            found,
            recorded,
            failing: self.failing,
        };
        match self.format {
            Format::Pretty | Format::Short | Format::Agent | Format::Rdjson => String::new(),
            Format::Json => {
                let path = path.to_string_lossy();
                let mut line = serde_json::json!({
                    "version": JSON_VERSION,
                    "path": path,
                    "uri": uri,
                    "diagnostics": found,
                });
                if let Some(recorded) = &part.recorded {
                    // Which of them the baseline has, by their numbers.
                    let numbers = recorded
                        .iter()
                        .enumerate()
                        .filter(|(_, recorded)| **recorded);
                    line["recorded"] = numbers.map(|(number, _)| number).collect();
                }
                format!("{line}\n")
            }
            Format::Sarif => sarif::results(&part, &self.base),
            Format::Github => github::annotations(&part),
            Format::Azure => azure::issues(&part),
            Format::Junit => junit::suite(&part),
            Format::Gitlab => gitlab::issues(&part),
        }
    }

    /// Prints a piece.
    pub(crate) fn add(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if self.begun && matches!(self.format, Format::Sarif | Format::Gitlab | Format::Rdjson) {
            self.write(",");
        }
        self.begun = true;
        self.write(piece);
    }

    /// Something wrong in a file that is no document. Formats without a place for it have it on standard error.
    pub(crate) fn add_problem(&mut self, path: &Path, problem: &FileProblem) {
        let found = diagnostics::of_project_file(problem);
        let uri = paths::to_uri(&problem.path).map(|uri| uri.to_string());
        let piece = self.part(path, &uri.unwrap_or_default(), &[found], None);
        self.add(&piece);
        if piece.is_empty() {
            let (line, message) = (problem.line + 1, &problem.message);
            let path = visible::name(path);
            say(format_args!(
                "{path}:{line}: {}",
                visible::one_line(message)
            ));
        }
    }

    /// Ends the report; the exit code as far as printing is concerned.
    pub(crate) fn end(mut self, unusable: &[Unusable]) -> i32 {
        match self.format {
            Format::Sarif => {
                let house = self.house.get_mut().unwrap_or_else(PoisonError::into_inner);
                let house = std::mem::take(house).into_values().collect();
                self.write(&sarif::tail(unusable, house));
            }
            Format::Junit => self.write(&junit::tail(unusable)),
            Format::Gitlab => self.write("]\n"),
            Format::Github => self.write(&github::unusable(unusable)),
            Format::Azure => self.write(&azure::unusable(unusable)),
            Format::Rdjson => self.write("]}\n"),
            _ => {}
        }
        for (path, message) in unusable {
            output::say_of(path, message);
        }
        self.code
    }

    fn write(&mut self, text: &str) {
        let text = match self.format {
            Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson | Format::Agent => {
                visible::json(text)
            }
            _ => text.into(),
        };
        if self.code != 0 {
            return;
        }
        if !self.to_stderr {
            self.code = output::print(&text);
        } else if io::stderr().write_all(text.as_bytes()).is_err() {
            self.code = 2;
        }
    }
}

/// The rule that a finding comes from, or another word for its origin.
fn code(found: &lsp::Diagnostic) -> &str {
    match &found.code {
        Some(lsp::NumberOrString::String(code)) => code,
        _ => "",
    }
}

/// The protocol's word for a severity.
fn word(found: &lsp::Diagnostic) -> &'static str {
    match found.severity {
        Some(lsp::DiagnosticSeverity::ERROR) => "error",
        Some(lsp::DiagnosticSeverity::WARNING) => "warning",
        Some(lsp::DiagnosticSeverity::INFORMATION) => "information",
        _ => "hint",
    }
}

/// A path with `/` between its parts, as pipelines want it on every system.
pub(crate) fn slashed(path: &Path) -> String {
    let name = path.to_string_lossy();
    if cfg!(windows) {
        name.replace('\\', "/")
    } else {
        name.into_owned()
    }
}

/// Names for findings that stay the same when lines move: of the file, the rule, the words, and which of several alike it is.
fn fingerprints(part: &Part<'_>) -> Vec<String> {
    let mut seen: std::collections::HashMap<(&str, &str), usize> = std::collections::HashMap::new();
    let file = slashed(part.path);
    let name = |found: &lsp::Diagnostic, which: usize| {
        let text = format!("{file}\n{}\n{}\n{which}", code(found), found.message);
        format!("{:032x}", fnv1a(text.as_bytes()))
    };
    let mut names = Vec::with_capacity(part.found.len());
    for found in part.found {
        let which = seen.entry((code(found), &found.message)).or_default();
        names.push(name(found, *which));
        *which += 1;
    }
    names
}

/// FNV-1a with 128 bits: the same on every machine and in every version, which the standard library does not promise.
fn fnv1a(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(BASIS, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // Test vectors of draft-eastlake-fnv.
        assert_eq!(fnv1a(b""), 0x6c62272e07bb014262b821756295c58d);
        assert_eq!(fnv1a(b"a"), 0xd228cb696f1a8caf78912b704e4a8964);
        assert_eq!(fnv1a(b"foobar"), 0x343e1662793c64bf6f0d3597ba446f18);
    }
}
