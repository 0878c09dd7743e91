//! The nearest known word to a misspelt one.

/// The known word that a person most likely meant, or `None` when nothing is near.
///
/// Case and the choice between `-` and `_` do not count; a prefix of at least three letters counts as near.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let wanted = plain(word);
    let allowed = (wanted.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter_map(|candidate| {
            let text = plain(candidate);
            let distance = strsim::osa_distance(&wanted, &text);
            let prefix = wanted.len() >= 3 && (text.starts_with(&wanted) || wanted.starts_with(&text) && text.len() >= 3);
            (distance <= allowed || prefix).then_some((distance.min(if prefix { allowed } else { usize::MAX }), candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        let known = ["compression", "block_cache_size", "write_buffer_size"];
        assert_eq!(nearest("compresion", known), Some("compression"));
        assert_eq!(nearest("Block-Cache-Size", known), Some("block_cache_size"));
        assert_eq!(nearest("write_buf", known), Some("write_buffer_size"));
        assert_eq!(nearest("zebra", known), None);
    }
}
