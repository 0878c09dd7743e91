//! The program around the analysis: language server, command line, files and environment.
//!
//! Nothing in here knows what a field of L5 means. [`workspace`] gathers what a document is checked with and is the one way to
//! a [`nexflow_analysis::Snapshot`], so that the editor and the command line say the same. `server` speaks the Language
//! Server Protocol around a single main loop; `handlers` are thin adapters from a request to a function of the analysis.

pub mod cli;
mod handlers;
mod log;
mod lsp;
mod panics;
mod schema;
mod server;
mod session;
pub mod settings;
mod settings_page;
pub mod testing;
mod text;
mod threads;
mod transport;
pub mod workspace;

/// Version of the program, as `--version` and `initialize` report it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
