//! The command line.

mod baseline;
mod check;
mod diff;
mod doctor;
mod explain;
mod fmt;
mod graph;
mod graph_processes;
mod house;
mod import;
mod input;
mod markdown;
mod origins;
mod output;
mod pager;
mod pages;
mod patterns;
mod render;
mod replace;
mod report;
mod rewrite;
mod tables;
mod terminal;
mod upgrade;
mod watch;

use std::panic::{self, AssertUnwindSafe};

use clap::{Parser, Subcommand};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{log::Log, panics, server};

/// Language server and checker for Nexflow L5 infrastructure documents (*.infra)
#[derive(Parser)]
#[command(
    name = "nexflow-lsp",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Examples:
  nexflow-lsp check                 check all documents below the current folder
  nexflow-lsp fmt --check           list documents that are not formatted
  nexflow-lsp render prod.infra     show the Flink options of a document
  nexflow-lsp diff origin/main...    show what a change does to running jobs
  nexflow-lsp explain env-unresolved
  nexflow-lsp --stdio               start the language server"
)]
struct Arguments {
    /// Serve an editor over standard input and output (Language Server Protocol)
    // Some clients append the argument to one that the user has given already.
    #[arg(long, overrides_with = "stdio")]
    stdio: bool,

    /// Log level for standard error: error, warn, info, debug or trace, or a filter like RUST_LOG [env: NEXFLOW_LOG, RUST_LOG]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,

    /// Id of the process whose end ends the server as well
    #[arg(
        long,
        value_name = "PID",
        hide = true,
        overrides_with = "client_process_id"
    )]
    #[arg(alias = "clientProcessId")]
    client_process_id: Option<u32>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Fmt(fmt::Fmt),
    Render(render::Render),
    Diff(diff::Diff),
    Import(import::Import),
    Upgrade(upgrade::Upgrade),
    Graph(graph::Graph),
    Explain(explain::Explain),
    Rules(tables::Rules),
    Fields(tables::Fields),
    /// Print the JSON Schema (2020-12) of documents
    Schema {
        /// Print the schema of nexflow.toml instead
        #[arg(long)]
        settings: bool,
    },
    Doctor(doctor::Doctor),
    Completions(pages::Completions),
    Man(pages::Man),
    /// Print the settings as JSON, as the manifest of an editor extension wants them
    #[command(hide = true)]
    Settings {
        /// As a page in Markdown instead
        #[arg(long)]
        markdown: bool,
    },
}

/// Runs what the arguments ask for; the exit code of the process.
pub fn main() -> i32 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            // It quotes arguments, which may be names of files.
            output::say(format_args!("{}", error.to_string().trim_end()));
            return error.exit_code();
        }
        Err(help) => return if help.print().is_ok() { 0 } else { 2 },
    };
    let server = arguments.stdio && arguments.command.is_none();
    let log = start_log(arguments.log.as_deref(), server);
    let code = panic::catch_unwind(AssertUnwindSafe(|| run(arguments, server)));
    log.finish();
    code.unwrap_or(2)
}

fn run(arguments: Arguments, server: bool) -> i32 {
    panics::log_panics();
    match arguments.command {
        Some(Command::Check(check)) => check::run(&check),
        Some(Command::Fmt(fmt)) => fmt::run(&fmt),
        Some(Command::Render(render)) => render::run(&render),
        Some(Command::Diff(diff)) => diff::run(&diff),
        Some(Command::Import(import)) => import::run(&import),
        Some(Command::Upgrade(upgrade)) => upgrade::run(&upgrade),
        Some(Command::Graph(graph)) => graph::run(&graph),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Rules(rules)) => tables::rules(&rules),
        Some(Command::Fields(fields)) => tables::fields(&fields),
        Some(Command::Schema { settings: true }) => {
            output::print_json(&crate::settings::project_schema())
        }
        Some(Command::Schema { settings: false }) => output::print_json(&crate::schema::schema()),
        Some(Command::Doctor(doctor)) => doctor::run(&doctor),
        Some(Command::Completions(completions)) => pages::completions(&completions),
        Some(Command::Man(man)) => pages::man(&man),
        Some(Command::Settings { markdown: true }) => output::print(&crate::settings_page::page()),
        Some(Command::Settings { markdown: false }) => {
            output::print_json(&crate::settings::manifest())
        }
        None if server => {
            log_start();
            server::run_stdio()
        }
        None => {
            output::say(format_args!(
                "nexflow-lsp: nothing to do; `--stdio` serves an editor, `check` checks documents, `--help` shows what else there is"
            ));
            2
        }
    }
}

/// Logs go to standard error only: standard output belongs to the protocol, or to what was asked for.
fn start_log(filter: Option<&str>, server: bool) -> Log {
    let standard = if server {
        LevelFilter::WARN
    } else {
        LevelFilter::ERROR
    };
    let parsed = |text: &str| text.parse::<Targets>().ok();
    let variable = |name: &str| std::env::var(name).ok();
    let filter = match filter {
        Some(filter) => parsed(filter),
        None => ["NEXFLOW_LOG", "RUST_LOG"]
            .into_iter()
            .filter_map(variable)
            .find_map(|text| parsed(&text)),
    };
    // The library of the protocol logs whole messages at `trace`, which hold the documents' text and with it their secrets.
    let filter = filter
        .unwrap_or_else(|| Targets::new().with_default(standard))
        .with_target("tower_lsp_server", LevelFilter::WARN);
    let log = Log::to_stderr();
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(
            tracing_subscriber::fmt::layer()
                .with_writer(log.clone())
                .log_internal_errors(false)
                .with_ansi(false),
        )
        .try_init();
    log
}

/// Logs at most what a person who reports a bug would be asked for.
fn log_start() {
    tracing::info!(
        "nexflow-lsp {} on {} {}",
        crate::VERSION,
        std::env::consts::OS,
        std::env::consts::ARCH
    );
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// What `--help` says: imperatives that fit on a line of the list of commands, and words that the trade uses.
    #[test]
    fn help_is_short_and_speaks_the_words_of_the_trade() {
        const FORBIDDEN: [&str; 7] = [
            "finding",
            "mend",
            "count every",
            "anything to check",
            "what is wrong",
            "is no ",
            "begins so",
        ];
        let mut commands = vec![Arguments::command()];
        let mut wrong = Vec::new();
        while let Some(command) = commands.pop() {
            let about = command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            if about.ends_with('.') || about.len() > 80 || !about.starts_with(char::is_uppercase) {
                wrong.push(format!("{}: {about}", command.get_name()));
            }
            let arguments = command
                .get_arguments()
                .filter(|argument| !argument.is_hide_set());
            let helps =
                arguments.filter_map(|argument| argument.get_help().map(ToString::to_string));
            let texts = helps.chain([
                about,
                command
                    .get_long_about()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ]);
            for text in texts {
                let lower = text.to_lowercase();
                let has = FORBIDDEN.iter().find(|word| lower.contains(*word));
                if has.is_some()
                    || text.starts_with(char::is_lowercase)
                    || text.matches('`').count() % 2 == 1
                {
                    wrong.push(format!("{}: {text}", command.get_name()));
                }
            }
            let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
            commands.extend(shown.cloned());
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
