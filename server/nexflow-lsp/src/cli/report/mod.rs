//! Findings in the forms that people and pipelines read.

mod excerpt;
mod github;
mod gitlab;
mod junit;
mod sarif;
mod text;

use std::{
    io::{self, Write},
    path::Path,
};

use clap::ValueEnum;
use tower_lsp_server::ls_types as lsp;

use super::input::Unusable;
use crate::{
    lsp::client_features::ClientFeatures,
    server::{documents::OpenDocument, publish},
    workspace::{paths, project::FileProblem},
};

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the text around each finding
    Pretty,
    /// One line each: path:line:column: severity[code] message
    Short,
    /// One JSON object for each document, with findings as in the Language Server Protocol
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML: a suite for each document
    Junit,
    /// Code Quality report of GitLab
    Gitlab,
}

/// The findings of one file in the protocol's terms, and how the file is called.
pub struct Part<'a> {
    /// As it was named or found.
    pub path: &'a Path,
    /// Its address.
    pub uri: &'a str,
    /// What is wrong.
    pub found: &'a [lsp::Diagnostic],
    /// The least grave severity that makes the run fail.
    pub failing: lsp::DiagnosticSeverity,
}

/// A report that is printed piece by piece, so that memory does not grow with the number of documents.
pub struct Report {
    format: Format,
    failing: lsp::DiagnosticSeverity,
    /// Where the command runs, as the start of an address.
    base: String,
    /// Whether a piece stands before the next one.
    begun: bool,
    /// The process's exit code as far as printing is concerned.
    code: i32,
    to_stderr: bool,
}

impl Report {
    /// Begins a report. It goes to standard output, or to standard error where that belongs to something else.
    pub fn begin(
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
        };
        let head = match format {
            Format::Sarif => sarif::head(),
            Format::Junit => junit::HEAD.into(),
            Format::Gitlab => "[".into(),
            _ => String::new(),
        };
        report.write(&head);
        report
    }

    /// The text about one document. Done on the threads that judge; [`Report::add`] puts the texts together.
    pub fn render(&self, path: &Path, document: &OpenDocument) -> String {
        let mut out = String::new();
        match self.format {
            Format::Pretty => text::pretty(path, document, document.diagnostics(), &mut out),
            Format::Short => text::short(path, document, document.diagnostics(), &mut out),
            _ => {
                let features = ClientFeatures {
                    related_information: true,
                    code_description: true,
                    ..ClientFeatures::default()
                };
                let found = publish::diagnostics(document, &features);
                out = self.part(path, document.uri.as_str(), &found);
            }
        }
        out
    }

    fn part(&self, path: &Path, uri: &str, found: &[lsp::Diagnostic]) -> String {
        let part = Part {
            path,
            uri,
            found,
            failing: self.failing,
        };
        match self.format {
            Format::Pretty | Format::Short => String::new(),
            Format::Json => {
                let line = serde_json::json!({"path": path, "uri": uri, "diagnostics": found});
                format!("{line}\n")
            }
            Format::Sarif => sarif::results(&part, &self.base),
            Format::Github => github::annotations(&part),
            Format::Junit => junit::suite(&part),
            Format::Gitlab => gitlab::issues(&part),
        }
    }

    /// Prints a piece.
    pub fn add(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if self.begun && matches!(self.format, Format::Sarif | Format::Gitlab) {
            self.write(",");
        }
        self.begun = true;
        self.write(piece);
    }

    /// Something wrong in a file that is no document. Formats without a place for it have it on standard error.
    pub fn add_problem(&mut self, path: &Path, problem: &FileProblem) {
        let found = publish::project_problem(problem);
        let uri = paths::to_uri(&problem.path).map(|uri| uri.to_string());
        let piece = self.part(path, &uri.unwrap_or_default(), &[found]);
        self.add(&piece);
        if piece.is_empty() {
            let (line, message) = (problem.line + 1, &problem.message);
            eprintln!("{}:{line}: {message}", path.display());
        }
    }

    /// Ends the report; the exit code as far as printing is concerned.
    pub fn end(mut self, unusable: &[Unusable]) -> i32 {
        match self.format {
            Format::Sarif => self.write(&sarif::tail(unusable)),
            Format::Junit => self.write(&junit::tail(unusable)),
            Format::Gitlab => self.write("]\n"),
            Format::Github => self.write(&github::unusable(unusable)),
            _ => {}
        }
        for (path, message) in unusable {
            eprintln!("{}: {message}", path.display());
        }
        self.code
    }

    fn write(&mut self, text: &str) {
        if self.to_stderr {
            eprint!("{text}");
        } else if self.code == 0 {
            self.code = print(text);
        }
    }
}

/// Prints to standard output; 2 when that is not possible. A closed pipe (as of `head`) is fine.
pub fn print(text: &str) -> i32 {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("nexflow-lsp: the output cannot be written: {error}");
            2
        }
        _ => 0,
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
fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
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
