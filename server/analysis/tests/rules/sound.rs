//! Sound configurations, each of them taken for a mistake once: nothing is said about them above a hint.

use nexflow_catalog::Severity;
use serde::Deserialize;

use crate::support::{Case, complain, show};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    about: String,
    hint: Option<String>,
    document: String,
}

#[test]
fn sound_configurations_are_not_reported_above_a_hint() {
    let rows: Vec<Row> = serde_saphyr::from_str(include_str!("sound.yaml")).unwrap();
    let mut failures = Vec::new();
    for row in &rows {
        let found = Case::new(&row.document).diagnostics();
        let severe = found
            .iter()
            .any(|diagnostic| diagnostic.severity < Severity::Hint);
        let said = row
            .hint
            .as_deref()
            .is_none_or(|id| found.iter().any(|diagnostic| diagnostic.code == id));
        if severe || !said {
            failures.push(format!("{}\n{}", row.about, show(&row.document, &found)));
        }
    }
    complain("sound configurations", &failures);
}
