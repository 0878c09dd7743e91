//! Spans of time: `60s`.
//!
//! Flink's grammar (`TimeUtils.parseDuration`) trims, ignores case, allows spaces before the unit and knows long names;
//! Flink 2 takes ISO 8601 as well. Nexflow's schema takes only digits and one of `ms`, `s`, `m`, `h`, `d`.

use super::Grammar;

/// A span of time that at least one version of Flink understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    /// The exact length in nanoseconds.
    pub nanos: u128,
    /// The narrowest grammar that takes it as it is written.
    pub grammar: Grammar,
}

impl Duration {
    /// The length in milliseconds, a fraction included.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn millis(self) -> f64 {
        self.nanos as f64 / MS as f64
    }
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationError {
    /// What is wrong with it.
    pub reason: DurationReason,
    /// Right spellings of what was probably meant, the likeliest first.
    pub suggestions: Vec<String>,
}

/// What is wrong with a text that should be a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationReason {
    /// Nothing but blanks.
    Empty,
    /// Digits alone. Flink reads milliseconds, Nexflow's resolver seconds.
    NoUnit {
        /// The number that is written.
        number: u64,
    },
    /// A decimal fraction: `1.5h`.
    Fraction,
    /// A sign: `-5s`.
    Sign,
    /// Several parts: `1h30m`.
    Compound,
    /// A unit that nobody knows: `2w`, `5us`.
    UnknownUnit {
        /// The unit as it is written.
        unit: String,
    },
    /// Longer than Flink can hold.
    TooLarge,
    /// Nothing that begins with a number.
    NotANumber,
}

const US: u128 = 1_000;
const MS: u128 = 1_000 * US;
const S: u128 = 1_000 * MS;
const M: u128 = 60 * S;
const H: u128 = 60 * M;
const D: u128 = 24 * H;
/// Java counts whole seconds in a signed 64-bit number.
const LIMIT: u128 = i64::MAX as u128 * S;

/// The factor of a unit that Flink knows, whatever its case.
fn flink_factor(unit: &str) -> Option<u128> {
    Some(match unit.to_lowercase().as_str() {
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        "µs" | "micro" | "micros" | "microsecond" | "microseconds" => US,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => MS,
        "s" | "sec" | "secs" | "second" | "seconds" => S,
        "m" | "min" | "minute" | "minutes" => M,
        "h" | "hour" | "hours" => H,
        "d" | "day" | "days" => D,
        _ => return None,
    })
}

/// The factor that a person means by a unit. Feeds suggestions only.
fn meant_factor(unit: &str) -> Option<u128> {
    flink_factor(unit).or_else(|| {
        Some(match unit.to_lowercase().as_str() {
            "us" | "μs" | "usec" | "usecs" => US,
            "msec" | "msecs" => MS,
            "mins" => M,
            "hr" | "hrs" => H,
            "w" | "week" | "weeks" => 7 * D,
            _ => return None,
        })
    })
}

/// Whether Nexflow's schema takes the unit as it is written.
fn is_nexflow_unit(unit: &str) -> bool {
    matches!(unit, "ms" | "s" | "m" | "h" | "d")
}

/// Reads a duration.
///
/// # Errors
/// Says what is wrong with the text and what was probably meant.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let trimmed = super::java_trim(text);
    if trimmed.is_empty() {
        return Err(DurationError {
            reason: DurationReason::Empty,
            suggestions: Vec::new(),
        });
    }
    if let Some(nanos) = iso8601(trimmed) {
        return Ok(Duration {
            nanos,
            grammar: Grammar::FlinkIso,
        });
    }
    let digits = super::leading_digits(trimmed);
    let (number, rest) = trimmed.split_at(digits);
    if digits == 0 || rest.starts_with(['.', ',']) {
        return Err(not_plain_digits(trimmed));
    }
    let unit = super::java_trim(rest);
    let too_large = || DurationError {
        reason: DurationReason::TooLarge,
        suggestions: Vec::new(),
    };
    let number: u64 = number
        .parse()
        .ok()
        .filter(|n| i64::try_from(*n).is_ok())
        .ok_or_else(too_large)?;
    if unit.is_empty() {
        let suggestions = if number == 0 {
            vec!["0s".to_owned()]
        } else {
            vec![format!("{number}s"), format!("{number}ms")]
        };
        return Err(DurationError {
            reason: DurationReason::NoUnit { number },
            suggestions,
        });
    }
    let Some(factor) = flink_factor(unit) else {
        if let Some(nanos) = compound(trimmed) {
            return Err(DurationError {
                reason: DurationReason::Compound,
                suggestions: exact(nanos).into_iter().collect(),
            });
        }
        let meant = meant_factor(unit).map(|f| f * u128::from(number));
        return Err(DurationError {
            reason: DurationReason::UnknownUnit {
                unit: unit.to_owned(),
            },
            suggestions: meant.and_then(exact).into_iter().collect(),
        });
    };
    let nanos = u128::from(number) * factor;
    if nanos > LIMIT {
        return Err(too_large());
    }
    let nexflow = text.len() == digits + unit.len() && is_nexflow_unit(unit);
    Ok(Duration {
        nanos,
        grammar: if nexflow {
            Grammar::Nexflow
        } else {
            Grammar::Flink
        },
    })
}

/// The same length as Nexflow's schema takes it, with the number kept where the unit allows it: `60S` becomes `60s`.
#[must_use]
pub fn in_nexflow(text: &str) -> Option<String> {
    let found = parse(text).ok()?;
    let trimmed = super::java_trim(text);
    let (number, unit) = trimmed.split_at(super::leading_digits(trimmed));
    let short = match flink_factor(super::java_trim(unit)) {
        Some(MS) => Some("ms"),
        Some(S) => Some("s"),
        Some(M) => Some("m"),
        Some(H) => Some("h"),
        Some(D) => Some("d"),
        _ => None,
    };
    short
        .filter(|_| !number.is_empty())
        .map(|unit| format!("{number}{unit}"))
        .or_else(|| exact(found.nanos))
}

/// Text whose beginning is no plain run of digits: a sign, a fraction, or no number at all.
fn not_plain_digits(trimmed: &str) -> DurationError {
    let unsigned = trimmed.trim_start_matches(['-', '+']);
    if unsigned.len() < trimmed.len() && unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        let suggestions = match parse(unsigned) {
            Ok(duration) => exact(duration.nanos).into_iter().collect(),
            Err(error) => error.suggestions,
        };
        return DurationError {
            reason: DurationReason::Sign,
            suggestions,
        };
    }
    let Some((mantissa, scale, unit)) = super::decimal(trimmed) else {
        return DurationError {
            reason: DurationReason::NotANumber,
            suggestions: Vec::new(),
        };
    };
    let nanos = meant_factor(unit)
        .and_then(|f| f.checked_mul(mantissa))
        .filter(|n| n % scale == 0)
        .map(|n| n / scale);
    DurationError {
        reason: DurationReason::Fraction,
        suggestions: nanos.and_then(exact).into_iter().collect(),
    }
}

/// The sum of several parts with a unit each (`1h30m`, `1d 2h`), which no parser takes.
fn compound(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut sum: u128 = 0;
    while !rest.is_empty() {
        let digits = super::leading_digits(rest);
        let number: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        sum = sum.checked_add(meant_factor(&rest[..letters])?.checked_mul(number.into())?)?;
        rest = rest[letters..].trim_start();
    }
    Some(sum)
}

/// ISO 8601 as `java.time.Duration.parse` reads it (days, hours, minutes, seconds), without signs: no setting of L5 can
/// be negative.
fn iso8601(text: &str) -> Option<u128> {
    let upper = text.to_ascii_uppercase();
    let rest = upper.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let mut nanos = 0u128;
    if !date.is_empty() {
        nanos += whole(date.strip_suffix('D')?)? * D;
    }
    let mut rest = time;
    for (letter, factor) in [('H', H), ('M', M)] {
        if let Some((number, after)) = rest.split_once(letter) {
            nanos += whole(number)? * factor;
            rest = after;
        }
    }
    if !rest.is_empty() {
        let seconds = rest.strip_suffix('S')?;
        let (seconds, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
        if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let fraction: u128 = format!("{fraction:0<9}").parse().ok()?;
        nanos += whole(seconds)? * S + fraction;
    }
    (nanos <= LIMIT).then_some(nanos)
}

fn whole(digits: &str) -> Option<u128> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits
        .then(|| digits.parse::<i64>().ok())
        .flatten()
        .and_then(|n| u128::try_from(n).ok())
}

/// The spelling of a length that is a whole number of milliseconds; Nexflow has no smaller unit.
fn exact(nanos: u128) -> Option<String> {
    (nanos.is_multiple_of(MS) && nanos <= LIMIT).then(|| format(nanos))
}

/// The shortest exact spelling: the largest unit that divides the number. Only lengths that are no whole number of
/// milliseconds need a unit that Flink alone knows.
#[must_use]
pub fn format(nanos: u128) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    for (factor, unit) in [
        (D, "d"),
        (H, "h"),
        (M, "m"),
        (S, "s"),
        (MS, "ms"),
        (US, "µs"),
    ] {
        if nanos.is_multiple_of(factor) {
            return format!("{}{unit}", nanos / factor);
        }
    }
    format!("{nanos}ns")
}
