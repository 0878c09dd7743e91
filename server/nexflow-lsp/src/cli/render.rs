//! `nexflow-lsp render`: what a document becomes.

use std::{path::PathBuf, sync::Arc};

use clap::{Args, ValueEnum};
use nexflow_catalog::FlinkVersion;
use nexflow_flink::{
    Disagreement, Effective, Inputs, Rendering, Selection, SelectionError,
    output::{self, Text},
    translate,
};

use super::{
    input::{self, Input, InputArgs},
    output as stdout,
    tables::TableFormat,
};
use crate::settings::Options;

/// Show the Flink options or the merged document that a document becomes
///
/// What it extends is merged in, the region is laid over it, variables are replaced. Credentials are never printed; a
/// reference stays a reference. Exit code: 0 when all is well, 1 when the document has syntax errors or something could not
/// be written, 2 when it cannot be read or has no such entry.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp render production.infra                       the options of Flink, each with its origin
  nexflow-lsp render production.infra --as l5 --explain     the merged document, with origins as comments
  nexflow-lsp render production.infra --process payments --as conf > config.yaml
  nexflow-lsp render production.infra --as args --flink-version 1.20
  nexflow-lsp render production.infra --as flinkdeployment | kubectl apply --dry-run=server -f -")]
pub(crate) struct Render {
    /// Document; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Read the document from standard input, as if it were this file
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,

    /// Process whose configuration is wanted: its entry of `resources`, and the state backend and checkpoint of its name or `default`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["backend", "checkpoint"])]
    process: Option<String>,

    /// Entry of `state_backends`
    #[arg(long, value_name = "NAME")]
    backend: Option<String>,

    /// Entry of `checkpoints`
    #[arg(long, value_name = "NAME")]
    checkpoint: Option<String>,

    /// Region whose blocks are laid over their entries
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// What is printed
    #[arg(long = "as", value_enum, default_value_t = Form::Flink, value_name = "FORM")]
    form: Form,

    /// Flink version, such as 1.20 [default: that of the project]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    flink_version: Option<FlinkVersion>,

    /// Show where each value comes from
    #[arg(long)]
    explain: bool,

    /// Include Flink's defaults
    #[arg(long)]
    all: bool,

    /// Output format
    #[arg(long, value_enum, default_value_t = TableFormat::Text)]
    format: TableFormat,

    /// Additional env file (NAME=value). It overrides `.env`; the shell overrides both. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "no_env")]
    env_file: Vec<PathBuf>,

    /// Ignore the shell environment
    #[arg(long)]
    no_env: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The merged document
    L5,
    /// A table of Flink's options
    Flink,
    /// A config.yaml (flink-conf.yaml up to 1.18)
    Conf,
    /// -D arguments
    Args,
    /// A resource of the Flink Kubernetes Operator
    #[value(name = "flinkdeployment")]
    FlinkDeployment,
}

pub(super) fn version(text: &str) -> Result<FlinkVersion, String> {
    text.parse()
        .map_err(|_| format!("known versions are {}", FlinkVersion::names()))
}

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Render) -> i32 {
    if arguments.format == TableFormat::Json && arguments.form != Form::Flink {
        stdout::say(format_args!(
            "nexflow-lsp: `--format json` is for `--as flink` only"
        ));
        return 2;
    }
    let outside = match input::outside(arguments.no_env, &arguments.env_file) {
        Ok(outside) => outside,
        Err((path, reason)) => {
            stdout::say(format_args!("{}: {reason}", path.display()));
            return 2;
        }
    };
    let which = InputArgs::one(&arguments.file, arguments.stdin_filename.as_deref());
    let input = Input::collect(&which);
    if arguments.file.is_dir() {
        stdout::say(format_args!("{}: it is a folder", arguments.file.display()));
        return 2;
    }
    if let Some((path, reason)) = input.unusable.first() {
        stdout::say(format_args!("{}: {reason}", path.display()));
        return 2;
    }
    let [source] = input.sources.as_slice() else {
        stdout::say(format_args!(
            "{}: no such document",
            arguments.file.display()
        ));
        return 2;
    };
    let workspace = Arc::new(input.workspace(Options::default(), outside));
    let document = match input.open(&workspace, source) {
        Ok(document) => document,
        Err(reason) => {
            stdout::say(format_args!("{}: {reason}", source.path().display()));
            return 2;
        }
    };
    let snapshot = document.snapshot();
    let name = source.path().display();
    if let Some(error) = document.document.errors().first() {
        let line = document
            .document
            .rope()
            .byte_to_line(error.range.start().into())
            + 1;
        stdout::say(format_args!(
            "{name}:{line}: syntax error; `nexflow-lsp check` shows it"
        ));
        return 1;
    }
    for base in &snapshot.context.bases {
        if base.document.has_errors() {
            stdout::say(format_args!(
                "{}: syntax error; `nexflow-lsp check` shows it",
                base.uri
            ));
            return 1;
        }
    }
    if snapshot.context.base_problem.is_some() {
        stdout::say(format_args!(
            "{name}: what it extends cannot be read; `nexflow-lsp check` shows why"
        ));
        return 1;
    }
    let uri = document.uri.to_string();
    let effective = Effective::new(Inputs {
        snapshot,
        uri: &uri,
        region: arguments.region.as_deref(),
    });
    if arguments.form == Form::L5 {
        return finish(&output::l5(&effective, arguments.explain));
    }
    let selection = Selection {
        process: arguments.process.clone(),
        backend: arguments.backend.clone(),
        checkpoint: arguments.checkpoint.clone(),
    };
    let version = arguments
        .flink_version
        .unwrap_or(snapshot.context.settings.flink_version);
    let is_json = arguments.format == TableFormat::Json;
    if arguments.form == Form::Flink && !is_json {
        let (all, explain) = (arguments.all, arguments.explain);
        return match output::table(&effective, &selection, version, all, explain) {
            Ok((text, disagreements)) => {
                warn(&disagreements);
                finish(&text)
            }
            Err(error) => unknown(&error),
        };
    }
    let rendering = match translate(&effective, &selection, version, arguments.all) {
        Ok(rendering) => rendering,
        Err(error) => return unknown(&error),
    };
    warn(&rendering.disagreements);
    match arguments.form {
        Form::Flink => stdout::print_json(&output::json(&rendering)),
        _ if rendering.groups.len() > 1 => choose(&rendering),
        Form::Conf => finish(&output::conf(&rendering, arguments.explain)),
        Form::Args => finish(&output::args(&rendering, arguments.explain)),
        Form::FlinkDeployment | Form::L5 => finish(&output::flink_deployment(
            &effective,
            &rendering,
            arguments.explain,
        )),
    }
}

/// Says which options entries disagree about.
fn warn(disagreements: &[Disagreement]) {
    for disagreement in disagreements {
        let values: Vec<_> = disagreement
            .values
            .iter()
            .map(|(value, field, _)| format!("`{value}` ({field})"))
            .collect();
        stdout::say(format_args!(
            "warning: `{}` has one value for all jobs of a cluster, and entries disagree: {}",
            disagreement.option,
            values.join(", ")
        ));
    }
}

/// Prints a text, and what could not be written.
fn finish(text: &Text) -> i32 {
    let code = stdout::print(text.as_str());
    for problem in &text.problems {
        stdout::say(format_args!("warning: {problem}"));
    }
    match code {
        0 => i32::from(!text.problems.is_empty()),
        code => code,
    }
}

fn unknown(error: &SelectionError) -> i32 {
    stdout::say(format_args!("No {} named `{}`.", error.what, error.name));
    if !error.known.is_empty() {
        stdout::say(format_args!("There are: {}", error.known.join(", ")));
    }
    2
}

/// A configuration is for one job.
fn choose(rendering: &Rendering) -> i32 {
    stdout::say(format_args!(
        "The document is about several jobs. Choose one:"
    ));
    for group in &rendering.groups {
        let pairing = &group.pairing;
        let options = [
            ("--process", &pairing.process),
            ("--backend", &pairing.backend),
            ("--checkpoint", &pairing.checkpoint),
        ];
        let words: Vec<_> = options
            .iter()
            .filter_map(|(option, name)| Some(format!("{option} {}", name.as_ref()?)))
            .collect();
        if !words.is_empty() {
            stdout::say(format_args!("  {}", words.join(" ")));
        }
    }
    2
}
