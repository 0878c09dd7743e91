//! `nexflow-lsp check`: the diagnostics of the editor in the terminal.

mod arguments;
mod fixing;
mod tally;

use std::{
    io::{self, IsTerminal},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::Arc,
};

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

pub(crate) use self::arguments::Check;
use self::tally::{Fixable, Outcome, Tally};
use crate::{
    cli::{
        baseline::{self, Recording},
        input::{self, Input, Source},
        output::{self, say},
        replace,
        report::{Format, Report, summary},
        watch,
    },
    lsp::to_proto,
    settings::Options,
    workspace::{Workspace, git::Repository, paths, project::Outside, revisions},
};

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

/// Documents that are checked before their diagnostics are printed: enough to keep all cores busy, few enough for memory.
const BATCH: usize = 512;
/// A run of fewer documents ends before a progress bar would be of use.
const LONG_RUN: usize = 500;

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
    let writes = arguments.fix || arguments.add_suppressions;
    let mut changed = 0;
    if writes {
        changed = match fixing::write(&mut input, &workspace, arguments, &mut unusable) {
            Ok(changed) => changed,
            Err(code) => return code,
        };
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
    let mut tally = Tally::default();
    for batch in input.sources.chunks(BATCH) {
        let outcomes: Vec<Result<Outcome, String>> = batch
            .par_iter()
            .map(|source| check(&input, &workspace, source, &report, arguments))
            .collect();
        for (source, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Ok(outcome) => {
                    progress.suspend(|| report.add(&outcome.text));
                    tally.add(outcome);
                }
                Err(reason) => unusable.push((source.path().to_path_buf(), reason)),
            }
        }
        progress.inc(batch.len() as u64);
    }
    progress.finish_and_clear();
    for problem in &tally.problems {
        let path = problem.path.strip_prefix(&input.current);
        report.add_problem(path.unwrap_or(&problem.path), problem);
    }
    let code = report.end(&unusable);

    tally.count_problems();
    tally.sum_up(arguments, changed, unusable.is_empty());
    read.append(&mut tally.read);
    let failed = tally.counts.keys().any(|(severity, _)| *severity <= least);
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
