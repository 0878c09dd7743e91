//! The analysis for browsers: diagnostics, hover, completion, fixes, formatting and what Flink gets, without files, threads and clock.
//!
//! [`Session`] is a language server as a function: a message of the protocol goes in, messages come out. A worker in JavaScript
//! carries them between it and an editor. Other documents come by `nexflow/file`, for nothing in here can read one.

mod convert;
mod files;
mod position;
mod render;
mod session;

#[cfg(target_arch = "wasm32")]
mod interface;

pub use session::Session;
