//! A pager for what is longer than the terminal.

use std::{
    io::{self, Write as _},
    process::{Command, Stdio},
};

use crate::cli::{output, terminal::Terminal};

/// Prints a text; what is longer than the terminal goes through `$PAGER`, or `less`. The exit code of the command.
pub(crate) fn print(terminal: Terminal, text: &str) -> i32 {
    if text.lines().count() < terminal.height || page(text).is_err() {
        return output::print(text);
    }
    0
}

/// Hands the text to the pager. An error says that there is none.
fn page(text: &str) -> io::Result<()> {
    let wanted = std::env::var("PAGER").unwrap_or_else(|_| "less".into());
    let mut words = wanted.split_whitespace();
    let program = words.next().ok_or(io::ErrorKind::NotFound)?;
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours are shown, and the text stays on the terminal afterwards.
        command.env("LESS", "FRX");
    }
    let mut pager = command.spawn()?;
    if let Some(mut input) = pager.stdin.take() {
        // Who leaves the pager early has read enough.
        let _ = input.write_all(text.as_bytes());
    }
    pager.wait()?;
    Ok(())
}
