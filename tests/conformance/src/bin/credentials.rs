//! Writes documents that hold a credential into a folder, for `tests/secrets`: every field that holds one, in every type, in every
//! way of writing it; keys called like one; values that look like one.
//!
//! `cargo run -p nexflow-conformance --bin credentials FOLDER [STRIDE]` writes all, or one in STRIDE.
#![allow(clippy::print_stdout, reason = "the number is what the caller reads")]

use std::{fs, path::Path};

use nexflow_conformance::support::credentials;

/// So many documents are in one folder.
const EACH: usize = 400;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| ".".to_owned());
    let stride = arguments.next().and_then(|text| text.parse().ok());
    let all = [
        credentials::secret_fields(),
        credentials::partly_secret_fields(),
        credentials::secret_names(),
        credentials::secret_looks(),
    ];
    let cases = all.into_iter().flatten().step_by(stride.unwrap_or(1));
    let mut written = 0;
    for case in cases {
        let part = Path::new(&folder).join(format!("{:03}", written / EACH));
        fs::create_dir_all(&part)?;
        fs::write(part.join(format!("d{written:05}.infra")), case.text)?;
        written += 1;
    }
    println!("{written}");
    Ok(())
}
