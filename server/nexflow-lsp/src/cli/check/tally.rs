//! What `nexflow-lsp check` has found in all documents, and how it is summed up.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use nexflow_catalog::Severity;

use super::arguments::Check;
use crate::{
    cli::{
        output::{self, say},
        report::{Format, counts::count, summary},
    },
    workspace::project::FileProblem,
};

/// How often each rule has reported something.
type Counts = BTreeMap<(Severity, &'static str), usize>;

/// What became of one document.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) text: String,
    pub(super) counts: Counts,
    pub(super) fixable: Fixable,
    pub(super) problems: Vec<FileProblem>,
    /// How many findings the baseline has, and how many of what it has is not found any more.
    pub(super) recorded: (usize, usize),
    /// What stands in the summary of a job.
    pub(super) rows: summary::Rows,
    /// The files that were read beside it.
    pub(super) read: Vec<PathBuf>,
}

/// How many findings have a fix that is applied in bulk.
#[derive(Clone, Copy, Default)]
pub(super) struct Fixable {
    pub(super) safe: usize,
    pub(super) others: usize,
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

/// What became of all documents.
#[derive(Default)]
pub(super) struct Tally {
    checked: usize,
    pub(super) counts: Counts,
    fixable: Fixable,
    /// What is wrong in the files of their projects, each once.
    pub(super) problems: Vec<FileProblem>,
    recorded: usize,
    no_longer_found: usize,
    rows: summary::Rows,
    pub(super) read: Vec<PathBuf>,
}

impl Tally {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.checked += 1;
        self.read.extend(outcome.read);
        self.rows.extend(outcome.rows);
        self.recorded += outcome.recorded.0;
        self.no_longer_found += outcome.recorded.1;
        self.fixable.safe += outcome.fixable.safe;
        self.fixable.others += outcome.fixable.others;
        for (rule, number) in outcome.counts {
            *self.counts.entry(rule).or_default() += number;
        }
        for problem in outcome.problems {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }

    /// Counts the problems of files as well, once all of them are known.
    pub(super) fn count_problems(&mut self) {
        if !self.problems.is_empty() {
            let rule = (Severity::Warning, "project-file");
            *self.counts.entry(rule).or_default() += self.problems.len();
        }
    }

    fn number(&self, severity: Severity) -> usize {
        let of = self.counts.iter().filter(|((of, _), _)| *of == severity);
        of.map(|(_, number)| number).sum()
    }

    /// The last words of the command, after `changed` documents were written. Of nothing that was read nothing can be said.
    pub(super) fn sum_up(&mut self, arguments: &Check, changed: usize, all_readable: bool) {
        let [errors, warnings, hints] = [Severity::Error, Severity::Warning, Severity::Hint]
            .map(|severity| self.number(severity));
        let documents = count(self.checked, "document");
        if arguments.format == Format::Github
            && let Some(file) = summary::wanted()
        {
            let heading = format!(
                "{documents}: {}, {}",
                count(errors, "error"),
                count(warnings + hints, "other finding"),
            );
            summary::write(&file, &heading, std::mem::take(&mut self.rows));
        }
        if arguments.format == Format::Pretty && (self.checked > 0 || all_readable) {
            let fixed = match changed {
                0 => String::new(),
                _ if arguments.fix => format!(", {} fixed", count(changed, "document")),
                _ => format!(", suppressions added to {}", count(changed, "document")),
            };
            let in_baseline = match self.recorded {
                0 => String::new(),
                recorded => format!(", {recorded} in the baseline"),
            };
            let fixable = self.fixable.shown();
            output::say_summary(
                [errors, warnings, hints],
                &format!(" in {documents}{fixable}{in_baseline}{fixed}."),
            );
        }
        let gone = self.no_longer_found;
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
                statistics(&self.counts).trim_end_matches('\n')
            ));
        }
    }
}

/// The findings of each rule, the most frequent first.
fn statistics(counts: &Counts) -> String {
    let mut lines: Vec<_> = counts.iter().collect();
    lines.sort_by_key(|((severity, rule), number)| (std::cmp::Reverse(**number), *severity, *rule));
    let mut out = String::new();
    for ((severity, rule), number) in lines {
        let severity = nexflow_catalog::docs::severity(*severity);
        let _ = writeln!(out, "{number:>7}  {severity:<8} {rule}");
    }
    out
}
