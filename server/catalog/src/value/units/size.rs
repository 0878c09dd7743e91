//! Sizes of memory and storage: `64mb`.
//!
//! Two grammars meet here. Flink's (`MemorySize.parse`) trims, ignores case, allows spaces before the unit and knows long
//! names; Nexflow's schema takes only digits and one of `b`, `kb`, `mb`, `gb`, all-lower or all-upper. The factor is 1024
//! for every unit in both.

use super::Grammar;

/// A size that at least Flink understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The exact number of bytes.
    pub bytes: u64,
    /// The narrowest grammar that takes it as it is written.
    pub grammar: Grammar,
}

/// Why a text is no size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeError {
    /// What is wrong with it.
    pub reason: SizeReason,
    /// Right spellings of what was probably meant, the likeliest first.
    pub suggestions: Vec<String>,
}

/// What is wrong with a text that should be a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SizeReason {
    /// Nothing but blanks.
    Empty,
    /// Digits alone. Flink would read them as bytes.
    NoUnit {
        /// The number that is written.
        number: u64,
    },
    /// A decimal fraction: `1.5gb`.
    Fraction,
    /// A sign: `-1mb`.
    Sign,
    /// A unit that nobody knows: `64MiB`, `1pb`.
    UnknownUnit {
        /// The unit as it is written.
        unit: String,
    },
    /// More than the 2^63-1 bytes that Flink can hold.
    TooLarge,
    /// Nothing that begins with a number.
    NotANumber,
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;
/// Flink keeps sizes in a signed 64-bit number.
const LIMIT: u64 = i64::MAX as u64;

/// The factor of a unit that Flink knows, whatever its case.
fn flink_factor(unit: &str) -> Option<u64> {
    Some(match unit.to_lowercase().as_str() {
        "b" | "bytes" => 1,
        "k" | "kb" | "kibibytes" => KIB,
        "m" | "mb" | "mebibytes" => MIB,
        "g" | "gb" | "gibibytes" => GIB,
        "t" | "tb" | "tebibytes" => TIB,
        _ => return None,
    })
}

/// The factor that a person means by a unit that Flink does not know. Feeds suggestions only.
fn meant_factor(unit: &str) -> Option<u128> {
    let unit = unit.to_lowercase();
    let stem = unit
        .trim_end_matches('s')
        .trim_end_matches("byte")
        .trim_end_matches("ib");
    let stem = stem
        .strip_suffix('b')
        .filter(|s| !s.is_empty())
        .unwrap_or(stem);
    Some(match stem {
        "" | "b" => 1,
        "k" | "kilo" | "kibi" | "ki" => KIB.into(),
        "m" | "mega" | "mebi" | "mi" => MIB.into(),
        "g" | "giga" | "gibi" | "gi" => GIB.into(),
        "t" | "tera" | "tebi" | "ti" => TIB.into(),
        "p" | "peta" | "pebi" | "pi" => 1 << 50,
        "e" | "exa" | "exbi" | "ei" => 1 << 60,
        _ => return None,
    })
}

/// Whether Nexflow's schema takes the unit as it is written.
fn is_nexflow_unit(unit: &str) -> bool {
    matches!(unit, "b" | "kb" | "mb" | "gb" | "B" | "KB" | "MB" | "GB")
}

/// Reads a size.
///
/// # Errors
/// Says what is wrong with the text and what was probably meant.
pub fn parse(text: &str) -> Result<Size, SizeError> {
    let trimmed = super::java_trim(text);
    if trimmed.is_empty() {
        return Err(SizeError {
            reason: SizeReason::Empty,
            suggestions: Vec::new(),
        });
    }
    let digits = super::leading_digits(trimmed);
    let (number, rest) = trimmed.split_at(digits);
    if digits == 0 || rest.starts_with(['.', ',']) {
        return Err(not_plain_digits(trimmed));
    }
    let unit = super::java_trim(rest);
    let too_large = || SizeError {
        reason: SizeReason::TooLarge,
        suggestions: Vec::new(),
    };
    let number: u64 = number
        .parse()
        .ok()
        .filter(|n| *n <= LIMIT)
        .ok_or_else(too_large)?;
    if unit.is_empty() {
        return Err(SizeError {
            reason: SizeReason::NoUnit { number },
            suggestions: with_units(number),
        });
    }
    let Some(factor) = flink_factor(unit) else {
        let meant = meant_factor(unit).and_then(|f| f.checked_mul(number.into()));
        return Err(SizeError {
            reason: SizeReason::UnknownUnit {
                unit: unit.to_owned(),
            },
            suggestions: meant.into_iter().filter_map(exact).collect(),
        });
    };
    let bytes = number
        .checked_mul(factor)
        .filter(|b| *b <= LIMIT)
        .ok_or_else(too_large)?;
    let nexflow = text.len() == digits + unit.len() && is_nexflow_unit(unit);
    Ok(Size {
        bytes,
        grammar: if nexflow {
            Grammar::Nexflow
        } else {
            Grammar::Flink
        },
    })
}

/// The same size as Nexflow's schema takes it, with the number kept where the unit allows it: `1024 MB` becomes `1024mb`.
#[must_use]
pub fn in_nexflow(text: &str) -> Option<String> {
    let found = parse(text).ok()?;
    let trimmed = super::java_trim(text);
    let (number, unit) = trimmed.split_at(super::leading_digits(trimmed));
    let short = match flink_factor(super::java_trim(unit)) {
        Some(1) => Some("b"),
        Some(KIB) => Some("kb"),
        Some(MIB) => Some("mb"),
        Some(GIB) => Some("gb"),
        _ => None,
    };
    Some(short.map_or_else(|| format(found.bytes), |unit| format!("{number}{unit}")))
}

/// A number without a unit may be bytes (Flink) or have lost its unit.
fn with_units(number: u64) -> Vec<String> {
    let mut all = Vec::new();
    if number >= KIB {
        all.push(format(number));
    }
    if number > 0 && number <= 1 << 20 {
        all.extend(
            ["mb", "kb", "gb"]
                .iter()
                .map(|unit| format!("{number}{unit}")),
        );
    }
    all.dedup();
    all
}

/// Text whose beginning is no plain run of digits: a sign, a fraction, or no number at all.
fn not_plain_digits(trimmed: &str) -> SizeError {
    let unsigned = trimmed.trim_start_matches(['-', '+']);
    if unsigned.len() < trimmed.len() && unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        let suggestions = match parse(unsigned) {
            Ok(size) => vec![format(size.bytes)],
            Err(error) => error.suggestions,
        };
        return SizeError {
            reason: SizeReason::Sign,
            suggestions,
        };
    }
    let Some((mantissa, scale, unit)) = super::decimal(trimmed) else {
        return SizeError {
            reason: SizeReason::NotANumber,
            suggestions: Vec::new(),
        };
    };
    let bytes = meant_factor(unit)
        .and_then(|f| f.checked_mul(mantissa))
        .filter(|n| n % scale == 0)
        .map(|n| n / scale);
    SizeError {
        reason: SizeReason::Fraction,
        suggestions: bytes.into_iter().filter_map(exact).collect(),
    }
}

fn exact(bytes: u128) -> Option<String> {
    u64::try_from(bytes)
        .ok()
        .filter(|b| *b > 0 && *b <= LIMIT)
        .map(format)
}

/// The shortest exact spelling that Nexflow takes: the largest unit that divides the number.
#[must_use]
pub fn format(bytes: u64) -> String {
    if bytes == 0 {
        return "0b".to_owned();
    }
    for (factor, unit) in [(GIB, "gb"), (MIB, "mb"), (KIB, "kb")] {
        if bytes.is_multiple_of(factor) {
            return format!("{}{unit}", bytes / factor);
        }
    }
    format!("{bytes}b")
}
