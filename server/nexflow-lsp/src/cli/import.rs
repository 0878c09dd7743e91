//! `nexflow-lsp import`: a configuration of Flink becomes a document.

use std::{
    collections::HashMap,
    io::{self, Read},
    path::PathBuf,
    sync::Arc,
};

use clap::{Args, ValueEnum};
use nexflow_analysis::{Context, Settings, Snapshot};
use nexflow_catalog::{FlinkVersion, Severity};
use nexflow_flink::import::{Format, Names, import, read};
use nexflow_syntax::Document;

use super::{output, render::version};
use crate::workspace::paths;

/// Convert a Flink configuration into a document
///
/// Reads flink-conf.yaml, config.yaml and the FlinkDeployment of the Kubernetes operator, with older names of options too. What
/// has no field of L5 stands as comments at the end and is listed on standard error. Credentials become references; their
/// values are never printed. Exit code: 0 when all is well, 1 when lines could not be read, 2 when the file could not.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp import conf/flink-conf.yaml --flink-version 1.17 > production.infra
  nexflow-lsp import conf/config.yaml --name orders
  kubectl get flinkdeployment orders -o yaml | nexflow-lsp import -")]
pub(crate) struct Import {
    /// Configuration; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Flink version that the configuration is for [default: that of the resource, else the newest]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    flink_version: Option<FlinkVersion>,

    /// How the file is read [default: by its name and text]
    #[arg(long, value_enum)]
    input: Option<InputFormat>,

    /// Name of the state backend and the checkpoint
    #[arg(long, value_name = "NAME", default_value = "default")]
    name: String,

    /// Name of the process [default: that of the resource, else `main`]
    #[arg(long, value_name = "NAME")]
    process: Option<String>,

    /// Environment of the document
    #[arg(long, value_name = "NAME", default_value = "production")]
    environment: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InputFormat {
    /// flink-conf.yaml: lines without quotes
    FlinkConf,
    /// config.yaml or a FlinkDeployment
    Yaml,
}

/// No configuration is larger.
const MAX_BYTES: u64 = 4 << 20;

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Import) -> i32 {
    let text = if arguments.file.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin()
            .lock()
            .take(MAX_BYTES)
            .read_to_string(&mut text)
            .map(|_| text)
            .map_err(|error| error.to_string())
    } else {
        paths::read_named(&arguments.file, MAX_BYTES).map_err(|error| error.to_string())
    };
    let text = match text {
        Ok(text) => text,
        Err(reason) => {
            output::say(format_args!("{}: {reason}", arguments.file.display()));
            return 2;
        }
    };
    let format = match arguments.input {
        Some(InputFormat::FlinkConf) => Format::Lines,
        Some(InputFormat::Yaml) => Format::Yaml,
        None => Format::of(&arguments.file.to_string_lossy(), &text),
    };
    let configuration = read(&text, format);
    for (line, problem) in &configuration.problems {
        output::say(format_args!(
            "{}:{line}: {problem}",
            arguments.file.display()
        ));
    }
    let version = arguments
        .flink_version
        .or_else(|| configuration.version())
        .unwrap_or_default();
    let names = Names {
        entry: arguments.name.clone(),
        process: arguments
            .process
            .clone()
            .or_else(|| configuration.name())
            .unwrap_or_else(|| Names::default().process),
        environment: arguments.environment.clone(),
    };
    let imported = import(&configuration, version, &names);
    let code = output::print(&imported.text);
    if !imported.without_field.is_empty() {
        output::say(format_args!(
            "Options of Flink {version} without a field of L5:"
        ));
        for (setting, reason) in &imported.without_field {
            output::say(format_args!(
                "  {} (line {}): {reason}",
                setting.key, setting.line
            ));
        }
    }
    if !imported.secrets.is_empty() {
        output::say(format_args!(
            "Credentials are expected in: {}",
            imported.secrets.join(", ")
        ));
    }
    say_what_check_finds(&imported.text, version);
    match code {
        0 => i32::from(!configuration.problems.is_empty()),
        code => code,
    }
}

/// What the check finds in the new document.
fn say_what_check_finds(text: &str, version: FlinkVersion) {
    let snapshot = Snapshot::new(
        Document::parse(text),
        Context {
            settings: Arc::new(Settings {
                flink_version: version,
                assume_variables: true,
                ..Settings::default()
            }),
            variables: Arc::new(HashMap::new()),
            bases: Vec::new(),
            base_problem: None,
            processes: None,
        },
    );
    for diagnostic in nexflow_analysis::diagnostics(&snapshot) {
        if diagnostic.severity == Severity::Hint {
            continue;
        }
        let line = snapshot
            .document
            .rope()
            .byte_to_line(diagnostic.range.start().into())
            + 1;
        output::say(format_args!(
            "line {line}: {} ({})",
            diagnostic.message, diagnostic.code
        ));
    }
}
