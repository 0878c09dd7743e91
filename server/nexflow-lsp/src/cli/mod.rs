//! The command line.

mod check;
mod doctor;
mod explain;
mod fmt;
mod input;
mod pages;
mod report;
mod rewrite;
mod tables;

use clap::{Parser, Subcommand};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{allocator, server};

/// Language server and checker for Nexflow L5 infrastructure documents (*.infra)
#[derive(Parser)]
#[command(
    name = "nexflow-lsp",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Examples:
  nexflow-lsp check                 what is wrong in the documents below the current folder
  nexflow-lsp fmt --check           which documents are not formatted
  nexflow-lsp explain env-unresolved
  nexflow-lsp --stdio               what an editor runs"
)]
struct Arguments {
    /// Serve an editor over standard input and output (Language Server Protocol)
    // Some clients append the argument to one that the user has given already.
    #[arg(long, overrides_with = "stdio")]
    stdio: bool,

    /// What is logged to standard error: error, warn, info, debug or trace, or a filter as RUST_LOG takes it [env: NEXFLOW_LOG, RUST_LOG]
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
    Explain(explain::Explain),
    Rules(tables::Rules),
    Fields(tables::Fields),
    /// Print the JSON Schema (2020-12) of L5 documents, for editors and checkers without this server
    Schema,
    Doctor(doctor::Doctor),
    Completions(pages::Completions),
    Man(pages::Man),
    /// Print the settings as JSON, as the manifest of an editor extension wants them
    #[command(hide = true)]
    Settings,
}

/// Runs what the arguments ask for; the exit code of the process.
pub fn main() -> i32 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return error.exit_code();
        }
    };
    let server = arguments.stdio && arguments.command.is_none();
    start_log(arguments.log.as_deref(), server);
    if server {
        allocator::begin_within_bounds();
    }
    match arguments.command {
        Some(Command::Check(check)) => check::run(&check),
        Some(Command::Fmt(fmt)) => fmt::run(&fmt),
        Some(Command::Explain(explain)) => explain::run(&explain),
        Some(Command::Rules(rules)) => tables::rules(&rules),
        Some(Command::Fields(fields)) => tables::fields(&fields),
        Some(Command::Schema) => report::print(&format!("{:#}\n", crate::schema::schema())),
        Some(Command::Doctor(doctor)) => doctor::run(&doctor),
        Some(Command::Completions(completions)) => pages::completions(&completions),
        Some(Command::Man(man)) => pages::man(&man),
        Some(Command::Settings) => report::print(&format!("{:#}\n", crate::settings::manifest())),
        None if server => {
            server::main_loop::log_panics();
            server::lifecycle::log_start();
            server::run_stdio()
        }
        None => {
            eprintln!(
                "nexflow-lsp: nothing to do; `--stdio` serves an editor, `check` checks documents, `--help` shows what else there is"
            );
            2
        }
    }
}

/// Logs go to standard error only: standard output belongs to the protocol, or to what was asked for.
fn start_log(filter: Option<&str>, server: bool) {
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
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(
            tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(false),
        )
        .try_init();
}
