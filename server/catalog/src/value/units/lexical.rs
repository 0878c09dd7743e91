//! What sizes and durations share. The build of the catalog uses this file as well, for the bounds of ranges.

/// Who takes a size or a duration as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grammar {
    /// Nexflow's schema, and Flink too.
    Nexflow,
    /// Flink in every version, but not Nexflow's schema.
    Flink,
    /// Flink 2 and later only (ISO 8601 durations).
    FlinkIso,
}

/// Trims as Java's `String.trim` does: blanks and control characters.
pub(crate) fn java_trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

/// The length of the run of ASCII digits at the beginning.
pub(crate) fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Splits `1.5gb` into 15, 10 and `gb`: the digits without the point, the power of ten that it stands for, and the rest.
pub(crate) fn decimal(text: &str) -> Option<(u128, u128, &str)> {
    let whole = leading_digits(text);
    let after = text[whole..].strip_prefix(['.', ','])?;
    let fraction = leading_digits(after);
    if fraction == 0 || whole + fraction > 18 {
        return None;
    }
    let mantissa = format!("{}{}", &text[..whole], &after[..fraction])
        .parse()
        .ok()?;
    Some((
        mantissa,
        10u128.pow(u32::try_from(fraction).ok()?),
        java_trim(&after[fraction..]),
    ))
}
