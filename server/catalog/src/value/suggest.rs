//! What was probably meant: the nearest of the right words.

/// Takes case and the difference of `-`, `_`, `.` and blanks away.
#[must_use]
pub fn normalize(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Longer texts are compared with nothing.
const LONGEST: usize = 100;

/// The candidates that `text` is probably meant to be, the nearest first: those that differ in case and separators only,
/// else those that it begins with or ends with as another product spells them (`SNAPPY_COMPRESSION`), else those within
/// a small editing distance.
#[must_use]
pub fn nearest<'c>(text: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    let wanted = normalize(text);
    // Nobody mistypes a word of such a length, and the comparison takes time that grows with the square of it.
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let allowed = match wanted.chars().count() {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let length = wanted.chars().count();
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = normalize(candidate);
            if other == wanted {
                return Some((0, candidate));
            }
            let decorated =
                other.len() >= 3 && (wanted.starts_with(&other) || wanted.ends_with(&other));
            let abbreviated = wanted.len() >= 3 && other.starts_with(&wanted);
            // The distance is at least the difference of the lengths, which costs nothing to see.
            if other.chars().count().abs_diff(length) <= allowed {
                let distance = strsim::damerau_levenshtein(&wanted, &other);
                if distance <= allowed {
                    return Some((distance, candidate));
                }
            }
            (decorated || abbreviated).then_some((allowed + 1, candidate))
        })
        .collect();
    // Of two that are as near, the one that is as long: letters change places more often than they are left out.
    found.sort_by_key(|(distance, candidate)| {
        let other = normalize(candidate).chars().count();
        (*distance, length.abs_diff(other))
    });
    let best = found.first().map_or(0, |(distance, _)| *distance);
    found
        .into_iter()
        .filter(|(distance, _)| *distance <= best + 1)
        .take(3)
        .map(|(_, c)| c)
        .collect()
}

/// The one candidate that a single slip (a letter more, less, another one, or two swapped) makes `text` of; `None` where a second
/// one is nearly as near.
#[must_use]
pub fn only_slip<'c>(text: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = text.chars().count();
    if !(4..=LONGEST).contains(&length) {
        return None;
    }
    let mut near: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(text, candidate);
        if distance > 2 || near.is_some_and(|(_, other)| other == candidate) {
            continue;
        }
        if near.replace((distance, candidate)).is_some() {
            return None;
        }
    }
    near.and_then(|(distance, candidate)| (distance == 1).then_some(candidate))
}
