//! `nexflow-lsp check`: the judgement of the editor in the terminal.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, IsTerminal},
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    sync::Arc,
};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use nexflow_catalog::Severity;
use rayon::prelude::*;

use super::{
    input::{self, Input, Source, Which},
    report::{self, Format, Report},
    rewrite::{self, Change, Rewritten},
};
use crate::{
    lsp::convert,
    server::documents::OpenDocument,
    settings::Options,
    workspace::{Workspace, project::FileProblem},
};

/// Check documents and report what is wrong with them
///
/// The same rules, settings and suppressions hold as in the editor. Exit code: 0 when nothing was found that makes the check
/// fail (errors; with --deny other findings as well), 1 when something was, 2 when something could not be checked.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp check                      all documents below the current folder
  nexflow-lsp check --deny warnings      as a pipeline wants it
  nexflow-lsp check --no-env prod.infra  without the real environment
  nexflow-lsp check --format sarif > findings.sarif
  nexflow-lsp check --fix --dry-run      what could be mended, as a patch
  git show :prod.infra | nexflow-lsp check --stdin-filename prod.infra")]
pub struct Check {
    #[command(flatten)]
    which: Which,

    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// The least severe findings that make the check fail
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Deny::Errors)]
    deny: Deny,

    /// File with more variables (NAME=value); the shell wins over it, and it over `.env`. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "no_env")]
    env_file: Vec<PathBuf>,

    /// Count every variable as resolved, and leave the shell's out
    #[arg(long)]
    no_env: bool,

    /// Mend what can be mended safely, then report what is left. The text of standard input goes to standard output
    #[arg(long)]
    fix: bool,

    /// With --fix: write nothing, print what would change
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Count the findings of each rule
    #[arg(long)]
    statistics: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Errors only
    Errors,
    /// Errors and warnings
    Warnings,
    /// All findings
    Hints,
}

impl Deny {
    fn least(self) -> Severity {
        match self {
            Deny::Errors => Severity::Error,
            Deny::Warnings => Severity::Warning,
            Deny::Hints => Severity::Hint,
        }
    }
}

/// Documents that are judged before their findings are printed: enough to keep all cores busy, few enough for memory.
const BATCH: usize = 512;
/// A run of fewer documents ends before a progress bar would be of use.
const LONG_RUN: usize = 500;

/// What became of one document.
#[derive(Default)]
struct Outcome {
    text: String,
    counts: BTreeMap<(Severity, &'static str), usize>,
    problems: Vec<FileProblem>,
}

/// Runs the command; the exit code of the process.
pub fn run(arguments: &Check) -> i32 {
    let mut problems = Vec::new();
    let variables = match arguments.no_env {
        true => Ok(std::collections::HashMap::new()),
        false => input::variables(&arguments.env_file, &mut problems),
    };
    let variables = match variables {
        Ok(variables) => variables,
        Err((path, reason)) => {
            eprintln!("{}: {reason}", path.display());
            return 2;
        }
    };
    let options = Options {
        assume_variables: arguments.no_env.then_some(true),
        ..Options::default()
    };
    let mut input = Input::gather(&arguments.which);
    let mut unusable = std::mem::take(&mut input.unusable);
    let workspace = Arc::new(input.workspace(options, variables));

    let mut changed = 0;
    if arguments.fix {
        let mut failed = Vec::new();
        changed = match fix(&mut input, &workspace, arguments.dry_run, &mut failed) {
            Ok(changed) => changed,
            Err(code) => return code,
        };
        if arguments.dry_run {
            unusable.extend(failed);
            for (path, message) in &unusable {
                eprintln!("{}: {message}", path.display());
            }
            eprintln!("{} would be mended", count(changed, "document"));
            return match (unusable.is_empty(), changed) {
                (false, _) => 2,
                (true, 0) => 0,
                _ => 1,
            };
        }
        // What could not be written is checked all the same.
        unusable.extend(failed);
        workspace.forget_files();
    }

    let least = arguments.deny.least();
    let text_is_output = arguments.fix
        && input
            .sources
            .iter()
            .any(|one| matches!(one, Source::Stdin { .. }));
    let mut report = Report::begin(
        arguments.format,
        convert::severity(least),
        &input.current,
        text_is_output,
    );
    let progress = progress(input.sources.len());
    let mut counts: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
    let mut checked = 0;
    for batch in input.sources.chunks(BATCH) {
        let outcomes: Vec<Result<Outcome, String>> = batch
            .par_iter()
            .map(|source| check(&input, &workspace, source, &report))
            .collect();
        for (source, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => {
                    checked += 1;
                    progress.suspend(|| report.add(&outcome.text));
                    for (rule, number) in outcome.counts {
                        *counts.entry(rule).or_default() += number;
                    }
                    for problem in outcome.problems {
                        if !problems.contains(&problem) {
                            problems.push(problem);
                        }
                    }
                }
                Err(reason) => unusable.push((source.path().to_path_buf(), reason)),
            }
        }
        progress.inc(batch.len() as u64);
    }
    progress.finish_and_clear();
    for problem in &problems {
        let path = problem.path.strip_prefix(&input.current);
        report.add_problem(path.unwrap_or(&problem.path), problem);
    }
    let code = report.end(&unusable);

    if !problems.is_empty() {
        *counts
            .entry((Severity::Warning, "project-file"))
            .or_default() += problems.len();
    }
    let of = |wanted: fn(Severity) -> bool| -> usize {
        let wanted = counts.iter().filter(|((severity, _), _)| wanted(*severity));
        wanted.map(|(_, number)| number).sum()
    };
    if arguments.format == Format::Pretty {
        let fixed = match changed {
            0 => String::new(),
            _ => format!(", {} mended", count(changed, "document")),
        };
        eprintln!(
            "{} checked: {}, {}{fixed}",
            count(checked, "document"),
            count(of(|severity| severity == Severity::Error), "error"),
            count(of(|severity| severity != Severity::Error), "other finding")
        );
    }
    if arguments.statistics {
        eprint!("{}", statistics(&counts));
    }
    let failed = counts.keys().any(|(severity, _)| *severity <= least);
    match (code, unusable.is_empty(), failed) {
        (0, true, false) => 0,
        (0, true, true) => 1,
        _ => 2,
    }
}

/// One document with its text in the report. A bug that one document brings to light must not hide what is in the others.
fn check(
    input: &Input,
    workspace: &Arc<Workspace>,
    source: &Source,
    report: &Report,
) -> Result<Outcome, String> {
    guarded(|| {
        let document = input.open(workspace, source)?;
        let mut outcome = Outcome {
            text: report.render(source.path(), &document),
            ..Outcome::default()
        };
        for found in document.diagnostics() {
            *outcome
                .counts
                .entry((found.severity, found.code))
                .or_default() += 1;
        }
        let project = workspace.project(document.path.as_deref());
        outcome.problems.clone_from(&project.problems);
        Ok(outcome)
    })
}

fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err("nexflow-lsp failed on it, which is a bug; please report it".into())
    })
}

/// Mends all documents; how many changed. The text of standard input is printed and goes on mended.
fn fix(
    input: &mut Input,
    workspace: &Arc<Workspace>,
    dry_run: bool,
    failed: &mut Vec<input::Unusable>,
) -> Result<usize, i32> {
    let work = |source: &Source| Rewritten {
        path: source.path().to_path_buf(),
        outcome: guarded(|| {
            let document = match input.open(workspace, source) {
                Ok(document) => document,
                // The check says why.
                Err(_) if !dry_run => return Ok(None),
                Err(reason) => return Err(reason),
            };
            let change = mended(&document, source);
            match (&change, source) {
                (Some(change), Source::File(path)) if !dry_run => {
                    let before = document.document.rope().to_string();
                    rewrite::replace(path, &before, &change.text)?;
                }
                _ => {}
            }
            Ok(change)
        }),
    };
    let done: Vec<Rewritten> = input.sources.par_iter().map(work).collect();
    let mut changed = 0;
    for (source, done) in input.sources.iter_mut().zip(done) {
        let change = match done.outcome {
            Ok(change) => change,
            Err(reason) => {
                failed.push((done.path, reason));
                continue;
            }
        };
        changed += usize::from(change.is_some());
        let code = match (source, change) {
            (_, Some(change)) if dry_run => report::print(&change.diff),
            (Source::Stdin { text, .. }, change) if !dry_run => {
                if let Some(change) = change {
                    *text = change.text;
                }
                report::print(text)
            }
            _ => 0,
        };
        if code != 0 {
            return Err(code);
        }
    }
    Ok(changed)
}

/// What becomes of a document when everything safe is mended.
fn mended(document: &OpenDocument, source: &Source) -> Option<Change> {
    let snapshot = document.snapshot();
    let edits = nexflow_analysis::fix_all(snapshot);
    let before = document.document.rope().to_string();
    let text = rewrite::edited(&document.document, &edits);
    let diff = rewrite::unified_diff(source.path(), &before, &text);
    (before != text).then_some(Change { text, diff })
}

fn progress(documents: usize) -> ProgressBar {
    if documents < LONG_RUN || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(documents as u64);
    match ProgressStyle::with_template("{pos}/{len} documents [{wide_bar}] {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// The findings of each rule, the most frequent first.
fn statistics(counts: &BTreeMap<(Severity, &'static str), usize>) -> String {
    let mut lines: Vec<_> = counts.iter().collect();
    lines.sort_by_key(|((severity, rule), number)| (std::cmp::Reverse(**number), *severity, *rule));
    let mut out = String::new();
    for ((severity, rule), number) in lines {
        let severity = nexflow_catalog::docs::severity(*severity);
        let _ = writeln!(out, "{number:>7}  {severity:<8} {rule}");
    }
    out
}
