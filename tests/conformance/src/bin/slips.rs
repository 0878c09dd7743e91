//! What becomes of slips in valid documents when all safe fixes are applied: the original again, or the slip as it is.
//!
//! `cargo run --release -p nexflow-conformance --bin slips [NUMBER]` prints the table of `docs/robustness.md`; with `--left` also what was left
//! alone.
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use nexflow_conformance::slips;

fn main() {
    let number = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let outcomes = slips::measure(number.unwrap_or(20_000), 1);
    print!("{}", slips::table(&outcomes));
    let wants_all = std::env::args().any(|argument| argument == "--left");
    for outcome in &outcomes {
        for third in &outcome.thirds {
            eprintln!("another text: {}: {third}", outcome.name);
        }
        for left in outcome.left.iter().filter(|_| wants_all) {
            eprintln!("left alone: {}: {left}", outcome.name);
        }
    }
    let thirds: usize = outcomes.iter().map(|outcome| outcome.thirds.len()).sum();
    std::process::exit(i32::from(thirds > 0));
}
