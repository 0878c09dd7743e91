//! What statements rest on, and for which Flink versions they hold.

use crate::load::{Place, Problems, ProofEntry, VersionsEntry};
use crate::names;

/// The versions as a Rust expression.
pub fn versions(entry: Option<&VersionsEntry>, place: &Place, problems: &mut Problems) -> String {
    let mut word = |name: Option<&String>| match name {
        None => "None".to_owned(),
        Some(name) => match names::lookup(names::VERSIONS, name) {
            Ok(version) => format!("Some(FlinkVersion::{version})"),
            Err(error) => {
                problems.add(place, format!("flink: {error}"));
                "None".to_owned()
            }
        },
    };
    let (from, to) = match entry {
        None => (word(None), word(None)),
        Some(entry) => (word(entry.from.as_ref()), word(entry.to.as_ref())),
    };
    format!("Versions {{ from: {from}, to: {to} }}")
}

/// The proofs as a Rust expression.
pub fn proofs(entries: &[ProofEntry], place: &Place, problems: &mut Problems) -> String {
    let mut all = Vec::new();
    for entry in entries {
        match (&entry.run, &entry.source, &entry.knowledge) {
            (Some(claim), None, None) => all.push(format!("Proof::Run({})", string(claim))),
            (None, Some(address), None) => {
                let read = entry.read.as_deref().unwrap_or_default();
                if !address.starts_with("https://") {
                    problems.add(place, format!("proof: `{address}` is not an https address"));
                }
                if !is_day(read) {
                    problems.add(
                        place,
                        "proof: a source needs `read`, a day such as 2026-11-30",
                    );
                }
                all.push(format!(
                    "Proof::Source {{ address: {}, read: {} }}",
                    string(address),
                    string(read)
                ));
            }
            (None, None, Some(words)) => all.push(format!("Proof::Knowledge({})", string(words))),
            _ => problems.add(
                place,
                "proof: each item is exactly one of run, source and knowledge",
            ),
        }
    }
    format!("&[{}]", all.join(", "))
}

/// A Rust string literal.
fn string(text: &str) -> String {
    format!("{text:?}")
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
