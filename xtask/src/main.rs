//! Chores of the project: `cargo run -p xtask -- generate [--check]`.

mod generate;

use std::process::ExitCode;

const USAGE: &str = "usage: xtask generate [--check]

generate          writes the files that come from the catalog (docs/reference, docs/rules)
generate --check  fails when one of them is not as it would be written";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
