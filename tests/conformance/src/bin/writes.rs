//! What the actions at all names and values of the corpora change, as another YAML reader sees it.
//!
//! `cargo run --release -p nexflow-conformance --bin writes [STRIDE]` tries every place, or one in STRIDE.
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use nexflow_conformance::writes;

fn main() {
    let stride = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let outcome = writes::measure(stride.unwrap_or(1));
    println!("{} places\n\n| action | tried |\n|---|--:|", outcome.places);
    for (kind, number) in &outcome.actions {
        println!("| {kind} | {number} |");
    }
    println!("\n{} changed something else", outcome.wrong.len());
    for wrong in &outcome.wrong {
        eprintln!("{wrong}");
    }
    std::process::exit(i32::from(!outcome.wrong.is_empty()));
}
