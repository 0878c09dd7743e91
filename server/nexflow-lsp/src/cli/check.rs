//! `nexflow-lsp check`: the diagnostics of the editor in the terminal.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, IsTerminal},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{ArgGroup, Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use nexflow_catalog::{Applicability, FlinkVersion, Severity};
use rayon::prelude::*;

use super::report::counts::count;
use crate::{
    cli::{
        baseline::{self, Recording},
        input::{self, Input, Source, Which},
        output::{self, say},
        replace,
        report::{Format, Report, summary},
        rewrite::{self, Change, Rewritten},
        watch,
    },
    lsp::to_proto,
    settings::Options,
    workspace::{
        Workspace,
        document::DocumentSnapshot,
        git::Repository,
        paths,
        project::{FileProblem, Outside},
        revisions,
    },
};

/// Check documents and report problems
///
/// Rules, settings and suppressions are the same as in the editor. Exit code: 0 without errors (or whatever
/// --deny names), 1 with errors, 2 if something could not be checked.
#[derive(Args)]
#[command(group(ArgGroup::new("writes").args(["fix", "add_suppressions"])))]
#[command(after_help = "Examples:
  nexflow-lsp check                      all documents below the current folder
  nexflow-lsp check --deny warnings      for a pipeline
  nexflow-lsp check --no-env prod.infra  without the real environment
  nexflow-lsp check --changed --since origin/main
  nexflow-lsp check --format sarif > findings.sarif
  nexflow-lsp check --flink-version 1.20,2.3
  nexflow-lsp check --fix --dry-run      safe fixes, as a patch
  nexflow-lsp check --baseline known.json --update-baseline
  nexflow-lsp check --add-suppressions --reason 'before the policy'
  git show :prod.infra | nexflow-lsp check --stdin-filename prod.infra")]
pub(crate) struct Check {
    #[command(flatten)]
    which: Which,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,

    /// Least severity that makes the check fail
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Deny::Errors)]
    deny: Deny,

    /// Additional env file (NAME=value). It overrides `.env`; the shell overrides both. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "no_env")]
    env_file: Vec<PathBuf>,

    /// Treat all variables as defined; ignore the shell environment
    #[arg(long)]
    no_env: bool,

    /// Flink versions to check for, such as 1.20,2.3 [default: that of the project]. Problems of some of them
    /// only say which
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',', value_parser = super::render::version)]
    flink_version: Vec<FlinkVersion>,

    /// Only documents that differ from the last commit, and all that extend them
    #[arg(long, conflicts_with = "stdin_filename")]
    changed: bool,

    /// With --changed: documents that differ from this git revision
    #[arg(long, value_name = "REVISION", requires = "changed")]
    since: Option<String>,

    /// With --changed: only what is staged for the next commit counts as changed
    #[arg(long, requires = "changed")]
    staged: bool,

    /// Apply safe fixes, then report remaining problems. The text of standard input goes to standard output
    #[arg(long)]
    fix: bool,

    /// With --fix: also apply fixes that remove something or change what a document means
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,

    /// Suppress each problem with a comment, then report what is left
    #[arg(long)]
    add_suppressions: bool,

    /// With --add-suppressions: only for these rules
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        requires = "add_suppressions"
    )]
    rules: Vec<String>,

    /// With --add-suppressions: the reason, which stands in each comment
    #[arg(long, value_name = "TEXT", requires = "add_suppressions", value_parser = reason)]
    reason: Option<String>,

    /// With --fix or --add-suppressions: write nothing, print what would change
    #[arg(long, requires = "writes")]
    dry_run: bool,

    /// File with recorded diagnostics, which do not make the check fail [default: `baseline` of nexflow.toml]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Record all diagnostics that there are now in the baseline, and take out those that no longer occur
    #[arg(long, conflicts_with_all = ["writes", "stdin_filename"])]
    update_baseline: bool,

    /// Check again when a file has changed, until it is stopped
    #[arg(long, conflicts_with_all = ["writes", "stdin_filename", "update_baseline"])]
    watch: bool,

    /// Count the problems of each rule
    #[arg(long)]
    statistics: bool,
}

/// A reason stands in a comment, which ends with its line.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.contains(char::is_control) || !crate::text::visible::is_plain(text) {
        true => Err("must be one line of text that can be printed".into()),
        false => Ok(text.to_owned()),
    }
}

/// Leaves the documents that differ from a revision, and all that they reach.
fn only_changed(input: &mut Input, arguments: &Check) -> Result<(), String> {
    let repository = Repository::around(&input.current)
        .ok_or("`--changed` needs a git repository, and there is none here")?;
    let revision = arguments.since.as_deref().unwrap_or("HEAD");
    let reached = revisions::changed_since(&repository, revision, arguments.staged)?;
    let current = input.current.clone();
    input.sources.retain(|source| {
        let Some(path) = source.file() else {
            return true;
        };
        let path = paths::normalized(&current.join(path));
        let below = path
            .strip_prefix(&repository.top)
            .ok()
            .and_then(Path::to_str);
        below.is_some_and(|below| reached.contains(&below.replace('\\', "/")))
    });
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Errors only
    Errors,
    /// Errors and warnings
    Warnings,
    /// Errors, warnings and hints
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

/// Documents that are checked before their diagnostics are printed: enough to keep all cores busy, few enough for memory.
const BATCH: usize = 512;
/// A run of fewer documents ends before a progress bar would be of use.
const LONG_RUN: usize = 500;

/// What became of one document.
#[derive(Default)]
struct Outcome {
    text: String,
    counts: BTreeMap<(Severity, &'static str), usize>,
    fixable: Fixable,
    problems: Vec<FileProblem>,
    /// How many findings the baseline has, and how many of what it has is not found any more.
    recorded: (usize, usize),
    /// What stands in the summary of a job.
    rows: summary::Rows,
    /// The files that were read beside it.
    read: Vec<PathBuf>,
}

/// How many findings have a fix that is applied in bulk.
#[derive(Clone, Copy, Default)]
struct Fixable {
    safe: usize,
    others: usize,
}

impl Fixable {
    /// As it stands behind the counts; nothing when there is nothing to fix.
    fn shown(self) -> String {
        match (self.safe, self.others) {
            (0, 0) => String::new(),
            (safe, 0) => format!(" ({safe} fixable with `--fix`)"),
            (0, others) => format!(" ({others} fixable with `--fix --unsafe-fixes`)"),
            (safe, others) => {
                format!(" ({safe} fixable with `--fix`, {others} more with `--unsafe-fixes`)")
            }
        }
    }
}

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Check) -> i32 {
    let mut read = Vec::new();
    if !arguments.watch {
        return once(arguments, &mut read);
    }
    watch::watch(&arguments.which, || {
        let mut read = Vec::new();
        let code = once(arguments, &mut read);
        (code, read)
    })
}

/// Checks once; takes note of the files that were read beside the documents.
fn once(arguments: &Check, read: &mut Vec<PathBuf>) -> i32 {
    let outside = input::outside(arguments.no_env, &arguments.env_file);
    let baseline = baseline::chosen(arguments.baseline.as_deref(), arguments.update_baseline);
    let outside = outside.and_then(|outside| {
        Ok(Outside {
            baseline: baseline?,
            ..outside
        })
    });
    let outside = match outside {
        Ok(outside) => outside,
        Err((path, reason)) => {
            output::say_of(&path, &reason);
            return 2;
        }
    };
    let mut problems = Vec::new();
    let options = Options {
        assume_variables: arguments.no_env.then_some(true),
        ..Options::default()
    };
    if arguments.fix && arguments.flink_version.len() > 1 {
        say(format_args!(
            "nexflow-lsp: `--fix` is for one Flink version at a time"
        ));
        return 2;
    }
    let mut input = Input::collect(&arguments.which);
    if arguments.changed
        && let Err(reason) = only_changed(&mut input, arguments)
    {
        say(format_args!("nexflow-lsp check: {reason}"));
        return 2;
    }
    input.for_versions(&arguments.flink_version);
    let mut unusable = std::mem::take(&mut input.unusable);
    let workspace = Arc::new(input.workspace(options, outside));

    if arguments.update_baseline {
        return record(&input, &workspace, arguments.baseline.as_deref(), unusable);
    }
    let mut changed = 0;
    let writes = arguments.fix || arguments.add_suppressions;
    if writes {
        let is_of_house = |rule: &str| {
            let files = input.sources.iter().filter_map(Source::file);
            files.into_iter().any(|file| {
                let path = paths::normalized(&input.current.join(file));
                workspace
                    .project(Some(&path))
                    .options
                    .house
                    .rule(rule)
                    .is_some()
            })
        };
        let unknown = arguments
            .rules
            .iter()
            .find(|rule| nexflow_catalog::rule(rule).is_none() && !is_of_house(rule));
        if let Some(unknown) = unknown {
            say(format_args!(
                "Unknown rule `{unknown}`. `nexflow-lsp rules` lists all."
            ));
            return 2;
        }
        replace::clean_up_on_signals();
        input.name_each_once();
        let mut failed = Vec::new();
        changed = match fix(&mut input, &workspace, arguments, &mut failed) {
            Ok(changed) => changed,
            Err(code) => return code,
        };
        if arguments.dry_run {
            unusable.extend(failed);
            for (path, message) in &unusable {
                output::say_of(path, message);
            }
            say(format_args!(
                "{} would be {}",
                count(changed, "document"),
                if arguments.fix { "fixed" } else { "changed" }
            ));
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
    let text_is_output = writes
        && input
            .sources
            .iter()
            .any(|one| matches!(one, Source::Stdin { .. }));
    let mut report = Report::begin(
        arguments.format,
        to_proto::severity(least),
        &input.current,
        text_is_output,
    );
    let progress = progress(input.sources.len());
    let mut counts: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
    let mut fixable = Fixable::default();
    let mut checked = 0;
    let (mut recorded, mut gone) = (0, 0);
    let mut rows = summary::Rows::new();
    for batch in input.sources.chunks(BATCH) {
        let outcomes: Vec<Result<Outcome, String>> = batch
            .par_iter()
            .map(|source| check(&input, &workspace, source, &report, arguments))
            .collect();
        for (source, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => {
                    checked += 1;
                    read.extend(outcome.read);
                    rows.extend(outcome.rows);
                    recorded += outcome.recorded.0;
                    gone += outcome.recorded.1;
                    fixable.safe += outcome.fixable.safe;
                    fixable.others += outcome.fixable.others;
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
    if arguments.format == Format::Github
        && let Some(file) = summary::wanted()
    {
        let heading = format!(
            "{}: {}, {}",
            count(checked, "document"),
            count(of(|severity| severity == Severity::Error), "error"),
            count(of(|severity| severity != Severity::Error), "other finding"),
        );
        summary::write(&file, &heading, rows);
    }
    // Of nothing that was read nothing can be said.
    if arguments.format == Format::Pretty && (checked > 0 || unusable.is_empty()) {
        let fixed = match changed {
            0 => String::new(),
            _ if arguments.fix => format!(", {} fixed", count(changed, "document")),
            _ => format!(", suppressions added to {}", count(changed, "document")),
        };
        let in_baseline = match recorded {
            0 => String::new(),
            _ => format!(", {recorded} in the baseline"),
        };
        let numbers = [
            of(|severity| severity == Severity::Error),
            of(|severity| severity == Severity::Warning),
            of(|severity| severity == Severity::Hint),
        ];
        output::say_summary(
            numbers,
            &format!(
                " in {}{}{in_baseline}{fixed}.",
                count(checked, "document"),
                fixable.shown()
            ),
        );
    }
    if gone > 0 {
        say(format_args!(
            "{} of the baseline no longer {}; `nexflow-lsp check --update-baseline` removes them.",
            count(gone, "entry").replace("entrys", "entries"),
            if gone == 1 { "occurs" } else { "occur" }
        ));
    }
    if arguments.statistics {
        say(format_args!(
            "{}",
            statistics(&counts).trim_end_matches('\n')
        ));
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
    arguments: &Check,
) -> Result<Outcome, String> {
    let (format, watch) = (arguments.format, arguments.watch);
    guarded(|| {
        let document = input.open(workspace, source)?;
        let document = document.only_new(!report.shows_recorded());
        let mut outcome = Outcome {
            text: report.render(source.path(), &document),
            ..Outcome::default()
        };
        outcome.recorded.0 = document.left_out();
        for found in document.diagnostics() {
            if found.recorded {
                outcome.recorded.0 += 1;
                continue;
            }
            *outcome
                .counts
                .entry((found.severity, found.code))
                .or_default() += 1;
        }
        let settings = &document.snapshot().context.settings;
        if let Some(all) = &settings.recorded {
            outcome.recorded.1 = all.count() - outcome.recorded.0;
        }
        // Only the summary for people says it.
        if format == Format::Pretty && !outcome.counts.is_empty() {
            let (safe, others) = nexflow_analysis::fixable(document.snapshot());
            outcome.fixable = Fixable { safe, others };
        }
        let project = workspace.project(document.path.as_deref());
        outcome.problems.clone_from(&project.problems);
        if format == Format::Github {
            outcome.rows = summary::rows(source.path(), &document, document.diagnostics());
        }
        if watch {
            outcome.read = [project.files.as_slice(), document.files()].concat();
        }
        Ok(outcome)
    })
}

/// Records what is found in all documents.
fn record(
    input: &Input,
    workspace: &Arc<Workspace>,
    named: Option<&Path>,
    mut unusable: Vec<input::Unusable>,
) -> i32 {
    replace::clean_up_on_signals();
    let mut recording = Recording::default();
    for batch in input.sources.chunks(BATCH) {
        let opened: Vec<_> = batch
            .par_iter()
            .map(|source| {
                guarded(|| {
                    let document = input.open(workspace, source)?;
                    document.diagnostics();
                    Ok(document)
                })
            })
            .collect();
        for (source, document) in batch.iter().zip(opened) {
            match document {
                Ok(document) => {
                    let project = workspace.project(document.path.as_deref());
                    recording.add(named, &project, &document);
                }
                Err(reason) => unusable.push((source.path().to_path_buf(), reason)),
            }
        }
    }
    for (path, reason) in &unusable {
        output::say_of(path, reason);
    }
    let code = recording.write();
    if unusable.is_empty() { code } else { 2 }
}

fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err("nexflow-lsp failed on it, which is a bug; please report it".into())
    })
}

/// Fixes all documents; how many changed. The text of standard input is printed and goes on fixed.
fn fix(
    input: &mut Input,
    workspace: &Arc<Workspace>,
    arguments: &Check,
    failed: &mut Vec<input::Unusable>,
) -> Result<usize, i32> {
    let dry_run = arguments.dry_run;
    let work = |source: &Source| Rewritten {
        path: source.path().to_path_buf(),
        outcome: guarded(|| {
            let document = match input.open(workspace, source) {
                Ok(document) => document,
                // The check says why.
                Err(_) if !dry_run => return Ok(None),
                Err(reason) => return Err(reason),
            };
            let change = rewritten(&document, source, arguments);
            match (&change, source) {
                (Some(change), Source::File(path)) if !dry_run => {
                    let before = document.document.rope().to_string();
                    replace::replace(path, &before, &change.text)?;
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
            (_, Some(change)) if dry_run => rewrite::print_patch(&done.path, &change),
            (Source::Stdin { text, .. }, change) if !dry_run => {
                if let Some(change) = change {
                    *text = change.text;
                }
                output::print(text)
            }
            _ => 0,
        };
        if code != 0 {
            return Err(code);
        }
    }
    Ok(changed)
}

/// What becomes of a document when all fixes that are wanted are applied, or all suppressions written.
fn rewritten(document: &DocumentSnapshot, source: &Source, arguments: &Check) -> Option<Change> {
    let snapshot = document.snapshot();
    let least = match arguments.unsafe_fixes {
        true => Applicability::Unsafe,
        false => Applicability::Safe,
    };
    let edits = if arguments.fix {
        nexflow_analysis::fix_all(snapshot, least)
    } else {
        let ids = arguments.rules.iter();
        let ids: Vec<&str> = ids
            .map(|id| nexflow_catalog::rule(id).map_or(id.as_str(), |rule| rule.id))
            .collect();
        let wanted = |code: &str| ids.is_empty() || ids.contains(&code);
        nexflow_analysis::suppress_all(snapshot, &wanted, arguments.reason.as_deref()).edits
    };
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
