//! Numbers of findings in words.

use nexflow_catalog::Severity;

/// How many findings of each severity there are, in words: `2 errors, 1 warning and 3 hints`.
pub(crate) fn counts(severities: impl Iterator<Item = Severity>) -> String {
    let mut numbers = [0; 3];
    for severity in severities {
        numbers[match severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Hint => 2,
        }] += 1;
    }
    in_words(numbers)
}

/// The numbers of errors, warnings and hints in words, without those that are none.
pub(crate) fn in_words(numbers: [usize; 3]) -> String {
    let words = numbers.into_iter().zip(["error", "warning", "hint"]);
    let words: Vec<String> = words
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        words => words.concat(),
    }
}

/// `1 error`, `2 errors`
pub(crate) fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
