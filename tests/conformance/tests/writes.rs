//! Actions change what they say and nothing else. Every place is tried by the program `writes` (`docs/robustness.md`); here are some
//! of them.

use nexflow_conformance::writes;

#[test]
fn an_action_changes_what_it_says_and_nothing_else() {
    let outcome = writes::measure(23);
    assert!(outcome.wrong.is_empty(), "{:#?}", outcome.wrong);
    let tried: usize = outcome.actions.values().sum();
    assert!(
        outcome.places > 100 && tried > outcome.places,
        "{tried} actions at {} places",
        outcome.places
    );
}
