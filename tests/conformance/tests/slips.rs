//! All safe fixes change no valid document, and make of a slip in one the original or nothing. The full table is the program
//! `slips` (`docs/robustness.md`); here is a part of it that is another one for each kind.

use nexflow_conformance::slips;

#[test]
fn valid_documents_stay_as_they_are() {
    for sample in slips::documents() {
        assert!(slips::fixed(&sample.text) == sample.text, "{}", sample.name);
    }
}

#[test]
fn a_slip_becomes_the_original_or_stays() {
    let outcomes = slips::measure(200, 7);
    let thirds: Vec<&String> = outcomes.iter().flat_map(|one| &one.thirds).collect();
    assert!(thirds.is_empty(), "{thirds:#?}");
    let restored: usize = outcomes.iter().map(|one| one.restored).sum();
    let tried: usize = outcomes.iter().map(|one| one.tried).sum();
    assert!(
        tried >= 200 && restored * 3 > tried,
        "{restored} of {tried}"
    );
}
