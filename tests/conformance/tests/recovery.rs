//! What a broken line may cost: the thresholds behind `docs/recovery.md`.

use nexflow_conformance::{corpus, measure};

/// The whole corpus takes a minute; the test takes every fourth document, and `.ci` checks the table over all of them.
fn samples() -> Vec<corpus::Sample> {
    let all = corpus::samples();
    assert!(all.len() >= 200, "the corpus has {} documents", all.len());
    all.into_iter().step_by(4).collect()
}

#[test]
fn one_broken_line_costs_next_to_nothing() {
    let rows = measure::one_line(&samples(), |_, _, _| {});
    assert_eq!(rows.len(), 12);
    for row in &rows {
        assert!(row.cases > 500, "{}: only {} cases", row.name, row.cases);
        assert_eq!(
            row.reported, row.invalid,
            "{}: an invalid text without an error",
            row.name
        );
        assert!(
            row.kept_part() >= 0.999,
            "{}: {}",
            row.name,
            row.kept_part()
        );
        assert!(
            row.in_place_part() >= 0.997,
            "{}: {}",
            row.name,
            row.in_place_part()
        );
        assert!(
            row.invented_per_case() <= 0.01,
            "{}: {}",
            row.name,
            row.invented_per_case()
        );
    }
    let all = measure::total(&rows);
    eprintln!(
        "{} cases, {:.3} % kept, {:.3} % in place",
        all.cases,
        100.0 * all.kept_part(),
        100.0 * all.in_place_part()
    );
    assert!(all.kept_part() >= 0.9999 && all.in_place_part() >= 0.999);
}

#[test]
fn more_than_one_broken_line() {
    let rows = measure::several_lines(&samples(), 10, |_, _, _| {});
    for row in &rows {
        assert!(row.cases > 300, "{}: only {} cases", row.name, row.cases);
        assert_eq!(
            row.reported, row.invalid,
            "{}: an invalid text without an error",
            row.name
        );
        assert!(row.kept_part() >= 0.99, "{}: {}", row.name, row.kept_part());
        assert!(
            // A block pasted above other lines often takes these with it, as YAML says.
            row.in_place_part() >= 0.88,
            "{}: {}",
            row.name,
            row.in_place_part()
        );
    }
}
