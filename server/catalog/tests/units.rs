//! Sizes and durations against the grammars of Flink and of Nexflow's schema, formulated here a second time: the
//! schema's patterns as regular expressions, Flink's tables of units as lists.

use nexflow_catalog::value::{Grammar, duration, size};
use proptest::prelude::*;
use regex::Regex;

/// `InfraSchema.json`, definitions.ByteSize and definitions.Duration.
const SCHEMA_SIZE: &str = "^[0-9]+(b|kb|mb|gb|B|KB|MB|GB)$";
const SCHEMA_DURATION: &str = "^[0-9]+(ms|s|m|h|d)$";

const SIZE_UNITS: &[(u32, &[&str])] = &[
    (0, &["b", "bytes"]),
    (10, &["k", "kb", "kibibytes"]),
    (20, &["m", "mb", "mebibytes"]),
    (30, &["g", "gb", "gibibytes"]),
    (40, &["t", "tb", "tebibytes"]),
];

const TIME_UNITS: &[(&str, &[&str])] = &[
    ("1", &["ns", "nano", "nanos", "nanosecond", "nanoseconds"]),
    (
        "1000",
        &["µs", "micro", "micros", "microsecond", "microseconds"],
    ),
    (
        "1000000",
        &["ms", "milli", "millis", "millisecond", "milliseconds"],
    ),
    ("1000000000", &["s", "sec", "secs", "second", "seconds"]),
    ("60000000000", &["m", "min", "minute", "minutes"]),
    ("3600000000000", &["h", "hour", "hours"]),
    ("86400000000000", &["d", "day", "days"]),
];

fn any_case(word: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<bool>(), word.len()).prop_map(move |upper| {
        let mut flip = upper.into_iter();
        word.chars()
            .map(|c| {
                if c != 'µ' && flip.next() == Some(true) {
                    c.to_ascii_uppercase()
                } else {
                    c
                }
            })
            .collect()
    })
}

fn a_size() -> impl Strategy<Value = (String, u128)> {
    let units: Vec<_> = SIZE_UNITS
        .iter()
        .flat_map(|(exp, names)| names.iter().map(|n| (*exp, *n)))
        .collect();
    (
        0u64..5_000_000,
        proptest::sample::select(units),
        " {0,3}",
        "[ \t]{0,2}",
        "[ \t]{0,2}",
    )
        .prop_flat_map(|(number, (exponent, unit), gap, before, after)| {
            any_case(unit).prop_map(move |unit| {
                let bytes = u128::from(number) * 2u128.pow(exponent);
                (format!("{before}{number}{gap}{unit}{after}"), bytes)
            })
        })
}

fn a_duration() -> impl Strategy<Value = (String, u128)> {
    let units: Vec<_> = TIME_UNITS
        .iter()
        .flat_map(|(ns, names)| names.iter().map(|n| (*ns, *n)))
        .collect();
    (
        0u64..1_000_000_000,
        proptest::sample::select(units),
        " {0,3}",
        "[ \t]{0,2}",
        "[ \t]{0,2}",
    )
        .prop_flat_map(|(number, (nanos, unit), gap, before, after)| {
            any_case(unit).prop_map(move |unit| {
                let nanos = u128::from(number) * nanos.parse::<u128>().unwrap();
                (format!("{before}{number}{gap}{unit}{after}"), nanos)
            })
        })
}

proptest! {
    #[test]
    fn every_size_that_flink_knows_is_read((text, bytes) in a_size()) {
        let size = size::parse(&text).unwrap();
        prop_assert_eq!(u128::from(size.bytes), bytes);
        let nexflow = Regex::new(SCHEMA_SIZE).unwrap().is_match(&text);
        prop_assert_eq!(size.grammar == Grammar::Nexflow, nexflow, "{}", text);
    }

    #[test]
    fn every_duration_that_flink_knows_is_read((text, nanos) in a_duration()) {
        let duration = duration::parse(&text).unwrap();
        prop_assert_eq!(duration.nanos, nanos);
        let nexflow = Regex::new(SCHEMA_DURATION).unwrap().is_match(&text);
        prop_assert_eq!(duration.grammar == Grammar::Nexflow, nexflow, "{}", text);
    }

    #[test]
    fn no_other_text_is_a_size(text in "[-+ ]?[0-9.]{0,3} ?[a-zA-Zµ0-9 ]{0,5}") {
        let names: Vec<_> = SIZE_UNITS.iter().flat_map(|(_, n)| n.iter().copied()).collect();
        let flink = Regex::new(&format!(r"(?i)^\s*[0-9]+\s*({})\s*$", names.join("|"))).unwrap();
        prop_assert_eq!(size::parse(&text).is_ok(), flink.is_match(&text), "{}", text);
    }

    #[test]
    fn no_other_text_is_a_duration(text in "[-+ ]?[0-9.]{0,3} ?[a-zA-Zµ0-9 ]{0,5}") {
        let names: Vec<_> = TIME_UNITS.iter().flat_map(|(_, n)| n.iter().copied()).collect();
        let flink = Regex::new(&format!(r"(?i)^\s*[0-9]+\s*({})\s*$", names.join("|"))).unwrap();
        prop_assert_eq!(duration::parse(&text).is_ok(), flink.is_match(&text), "{}", text);
    }

    #[test]
    fn anything_at_all_is_read_without_a_panic(text in "\\PC{0,24}") {
        let _ = size::parse(&text);
        let _ = duration::parse(&text);
    }

    #[test]
    fn a_written_size_reads_back(bytes in 0..i64::MAX as u64) {
        let text = size::format(bytes);
        prop_assert!(Regex::new(SCHEMA_SIZE).unwrap().is_match(&text));
        prop_assert_eq!(size::parse(&text).unwrap().bytes, bytes);
    }

    #[test]
    fn a_written_duration_reads_back(millis in 0..i64::MAX as u64 / 2) {
        let nanos = u128::from(millis) * 1_000_000;
        let text = duration::format(nanos);
        prop_assert!(Regex::new(SCHEMA_DURATION).unwrap().is_match(&text));
        prop_assert_eq!(duration::parse(&text).unwrap().nanos, nanos);
    }

    #[test]
    fn suggested_spellings_are_right(text in "[-+]?[0-9]{1,4}([.][0-9]{1,2})? ?([a-zA-Z]{0,3}|MiB|weeks|hrs|1h30m)") {
        for suggestion in size::parse(&text).err().map(|e| e.suggestions).unwrap_or_default() {
            prop_assert_eq!(size::parse(&suggestion).unwrap().grammar, Grammar::Nexflow, "{}", suggestion);
        }
        for suggestion in duration::parse(&text).err().map(|e| e.suggestions).unwrap_or_default() {
            prop_assert_eq!(duration::parse(&suggestion).unwrap().grammar, Grammar::Nexflow, "{}", suggestion);
        }
    }
}

#[test]
fn a_size_shrinks_to_its_shortest_spelling() {
    for (bytes, text) in [
        (0, "0b"),
        (1, "1b"),
        (1536, "1536b"),
        (2048, "2kb"),
        (64 << 20, "64mb"),
        (3 << 30, "3gb"),
    ] {
        assert_eq!(size::format(bytes), text);
    }
    assert_eq!(size::format(1 << 40), "1024gb", "the schema has no tb");
}

#[test]
fn the_largest_size_is_that_of_a_signed_long() {
    assert_eq!(
        size::parse("9223372036854775807b").unwrap().bytes,
        i64::MAX as u64
    );
    for text in [
        "9223372036854775808b",
        "8388608tb",
        "99999999999999999999b",
        "8589934592gb",
    ] {
        assert_eq!(
            size::parse(text).unwrap_err().reason,
            size::SizeReason::TooLarge,
            "{text}"
        );
    }
}

#[test]
fn slips_in_sizes_are_understood() {
    let right = |text: &str| size::parse(text).unwrap_err().suggestions;
    assert_eq!(right("64MiB"), ["64mb"]);
    assert_eq!(right("1.5gb"), ["1536mb"]);
    assert_eq!(right("-1mb"), ["1mb"]);
    assert_eq!(right("1pb"), ["1048576gb"]);
    assert_eq!(right("512 megabytes"), ["512mb"]);
    assert_eq!(right("67108864")[0], "64mb");
    assert_eq!(right("64")[0], "64mb");
    assert!(right("big").is_empty());
}

#[test]
fn flink_rejects_what_the_facts_list() {
    for text in [
        "64MiB",
        "64mib",
        "1GiB",
        "5megabytes",
        "1pb",
        "1.5gb",
        "-1mb",
        "+1mb",
        "1_000b",
        "",
        "  ",
    ] {
        assert!(size::parse(text).is_err(), "{text}");
    }
    for text in [
        "5us", "2w", "1mo", "1y", "1.5h", "-5s", "1h30m", "1d 2h", "", " ",
    ] {
        assert!(duration::parse(text).is_err(), "{text}");
    }
}

#[test]
fn slips_in_durations_are_understood() {
    let right = |text: &str| duration::parse(text).unwrap_err().suggestions;
    assert_eq!(right("60"), ["60s", "60ms"]);
    assert_eq!(right("1.5h"), ["90m"]);
    assert_eq!(right("1h30m"), ["90m"]);
    assert_eq!(right("1d 2h"), ["26h"]);
    assert_eq!(right("2w"), ["14d"]);
    assert_eq!(right("-5s"), ["5s"]);
    assert!(
        right("5us").is_empty(),
        "Nexflow has no unit below a millisecond"
    );
    assert_eq!(right("5000us"), ["5ms"]);
    assert!(right("soon").is_empty());
}

#[test]
fn iso_8601_belongs_to_flink_2() {
    for (text, seconds) in [
        ("PT10M", 600),
        ("PT1H30M", 5400),
        ("P7D", 604_800),
        ("P1DT1S", 86_401),
        ("pt2s", 2),
    ] {
        let found = duration::parse(text).unwrap();
        assert_eq!(
            (found.nanos, found.grammar),
            (seconds * 1_000_000_000, Grammar::FlinkIso),
            "{text}"
        );
    }
    assert_eq!(duration::parse("PT0.5S").unwrap().nanos, 500_000_000);
    for text in ["P", "PT", "P1DT", "P1Y", "PT1M1H", "PT1.5H", "P1W", "PT-5S"] {
        assert!(duration::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_duration_shrinks_to_its_shortest_spelling() {
    for (millis, text) in [
        (0u128, "0s"),
        (1, "1ms"),
        (1500, "1500ms"),
        (60_000, "1m"),
        (5_400_000, "90m"),
        (86_400_000, "1d"),
    ] {
        assert_eq!(duration::format(millis * 1_000_000), text);
    }
    assert_eq!(duration::format(1500), "1500ns");
}

#[test]
fn a_spelling_for_nexflow_keeps_the_number() {
    for (text, right) in [
        ("60S", "60s"),
        ("10 minutes", "10m"),
        ("90 min", "90m"),
        ("PT1H30M", "90m"),
        ("2000000 ns", "2ms"),
    ] {
        assert_eq!(duration::in_nexflow(text).unwrap(), right);
    }
    assert_eq!(duration::in_nexflow("5 µs"), None);
    for (text, right) in [
        ("1024 MB", "1024mb"),
        ("64m", "64mb"),
        ("1tb", "1024gb"),
        ("1Gb", "1gb"),
    ] {
        assert_eq!(size::in_nexflow(text).unwrap(), right);
    }
}
