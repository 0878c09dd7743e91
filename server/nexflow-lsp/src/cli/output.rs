//! What the command line prints.

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use anstyle::{AnsiColor, Style};

use crate::{
    cli::{report::counts, terminal::Terminal},
    text::visible::{json, name, one_line, visible},
};

/// Prints to standard output; 2 when that is not possible. A closed pipe (as of `head`) is fine.
pub(crate) fn print(text: &str) -> i32 {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if !is_closed_pipe(&error) => {
            say(format_args!(
                "nexflow-lsp: the output cannot be written: {error}"
            ));
            2
        }
        _ => 0,
    }
}

/// Whether nobody reads any more. Windows says in three ways that a pipe is closed, and one of them has no kind.
fn is_closed_pipe(error: &io::Error) -> bool {
    const PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == io::ErrorKind::BrokenPipe
        || cfg!(windows) && error.raw_os_error() == Some(PIPE_NOT_CONNECTED)
}

/// Prints JSON to standard output, as [`print`] does.
pub(crate) fn print_json(value: &serde_json::Value) -> i32 {
    print(&json(&format!("{value:#}\n")))
}

/// Prints a line to standard error. That nobody can read it changes nothing.
pub(crate) fn say(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{}", visible(&line.to_string()));
}

/// Says on standard error how many errors, warnings and hints were found, in the colour of the most severe one; `rest` goes on from
/// there.
pub(crate) fn say_summary(numbers: [usize; 3], rest: &str) {
    let found = match counts::in_words(numbers) {
        none if none.is_empty() => "No problems found".to_owned(),
        found => format!("Found {found}"),
    };
    let colour = match numbers {
        [0, 0, 0] => AnsiColor::Green,
        [0, 0, _] => AnsiColor::Cyan,
        [0, _, _] => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    let style = match io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        true => colour.on_default().bold(),
        false => Style::new(),
    };
    let line = format!("{style}{found}{style:#}{}", visible(rest));
    let line = match Terminal::width_of_stderr() {
        Some(width) => textwrap::fill(&line, width),
        None => line,
    };
    let _ = writeln!(io::stderr(), "{line}");
}

/// Says something of a file on standard error.
pub(crate) fn say_of(path: &Path, message: &str) {
    say(format_args!("{}: {}", name(path), one_line(message)));
}
