//! Tasks of the repository: `cargo xtask generate [--check]` writes the files that are derived from the catalog and the settings, or
//! says which of them are not what would be written; `cargo xtask new-rule` begins a rule.

mod derived;
mod frozen;
mod generate;
mod keywords;
mod new_rule;
mod truth;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["generate"] => generate::run(generate::Mode::Write),
        ["generate", "--check"] => generate::run(generate::Mode::Check),
        ["new-rule", id, data, code, pairs] => new_rule::run(id, data, code, pairs),
        _ => {
            eprintln!(
                "usage: cargo xtask generate [--check]\n       {}",
                new_rule::USAGE
            );
            ExitCode::from(2)
        }
    }
}
