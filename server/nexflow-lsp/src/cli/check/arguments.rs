//! The arguments of `nexflow-lsp check`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use nexflow_catalog::{FlinkVersion, Severity};

use crate::cli::{input::InputArgs, report::Format};

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
    pub(super) which: InputArgs,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    pub(super) format: Format,

    /// Least severity that makes the check fail
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Deny::Errors)]
    pub(super) deny: Deny,

    /// Additional env file (NAME=value). It overrides `.env`; the shell overrides both. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "no_env")]
    pub(super) env_file: Vec<PathBuf>,

    /// Treat all variables as defined; ignore the shell environment
    #[arg(long)]
    pub(super) no_env: bool,

    /// Flink versions to check for, such as 1.20,2.3 [default: that of the project]. Problems of some of them
    /// only say which
    #[arg(long, value_name = "VERSIONS", value_delimiter = ',', value_parser = crate::cli::render::version)]
    pub(super) flink_version: Vec<FlinkVersion>,

    /// Only documents that differ from the last commit, and all that extend them
    #[arg(long, conflicts_with = "stdin_filename")]
    pub(super) changed: bool,

    /// With --changed: documents that differ from this git revision
    #[arg(long, value_name = "REVISION", requires = "changed")]
    pub(super) since: Option<String>,

    /// With --changed: only what is staged for the next commit counts as changed
    #[arg(long, requires = "changed")]
    pub(super) staged: bool,

    /// Apply safe fixes, then report remaining problems. The text of standard input goes to standard output
    #[arg(long)]
    pub(super) fix: bool,

    /// With --fix: also apply fixes that remove something or change what a document means
    #[arg(long, requires = "fix")]
    pub(super) unsafe_fixes: bool,

    /// Suppress each problem with a comment, then report what is left
    #[arg(long)]
    pub(super) add_suppressions: bool,

    /// With --add-suppressions: only for these rules
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        requires = "add_suppressions"
    )]
    pub(super) rules: Vec<String>,

    /// With --add-suppressions: the reason, which stands in each comment
    #[arg(long, value_name = "TEXT", requires = "add_suppressions", value_parser = reason)]
    pub(super) reason: Option<String>,

    /// With --fix or --add-suppressions: write nothing, print what would change
    #[arg(long, requires = "writes")]
    pub(super) dry_run: bool,

    /// File with recorded diagnostics, which do not make the check fail [default: `baseline` of nexflow.toml]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Record all diagnostics that there are now in the baseline, and take out those that no longer occur
    #[arg(long, conflicts_with_all = ["writes", "stdin_filename"])]
    pub(super) update_baseline: bool,

    /// Check again when a file has changed, until it is stopped
    #[arg(long, conflicts_with_all = ["writes", "stdin_filename", "update_baseline"])]
    pub(super) watch: bool,

    /// Count the problems of each rule
    #[arg(long)]
    pub(super) statistics: bool,
}

/// A reason stands in a comment, which ends with its line.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.contains(char::is_control) || !crate::text::visible::is_plain(text) {
        true => Err("must be one line of text that can be printed".into()),
        false => Ok(text.to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Errors only
    Errors,
    /// Errors and warnings
    Warnings,
    /// Errors, warnings and hints
    Hints,
}

impl Deny {
    pub(super) fn least(self) -> Severity {
        match self {
            Deny::Errors => Severity::Error,
            Deny::Warnings => Severity::Warning,
            Deny::Hints => Severity::Hint,
        }
    }
}
