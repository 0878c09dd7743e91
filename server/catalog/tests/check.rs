//! Which literal scalars are right for which kinds, and what is said of the others. The expectations follow the
//! grammars and forms of the specification.

use nexflow_catalog::value::{TypedValue, ValueError, check_value, number, suggest};
use nexflow_catalog::{Field, Kind, fields, ids, node};
use proptest::prelude::*;

fn field(path: &str) -> &'static Field {
    node(path)
        .and_then(|n| n.fields().next())
        .unwrap_or_else(|| panic!("{path}"))
}

fn wrong(path: &str, text: &str) -> ValueError {
    check_value(field(path), text, true).expect_err(text)
}

fn right(path: &str, text: &str) -> TypedValue {
    check_value(field(path), text, true).unwrap_or_else(|e| panic!("{text}: {}", e.message))
}

const INTERVAL: &str = "checkpoints.<name>.checkpoint.interval";
const BUFFER: &str = "state_backends.<name>.options.write_buffer_size";
const BUFFERS: &str = "state_backends.<name>.options.max_write_buffer_number";
const MODE: &str = "checkpoints.<name>.checkpoint.mode";
const INCREMENTAL: &str = "state_backends.<name>.incremental";
const COMPRESSION: &str = "state_backends.<name>.options.compression";

#[test]
fn each_slip_has_its_rule() {
    for (path, text, rule, suggestion) in [
        (INTERVAL, "60", ids::DURATION_UNIT_MISSING, "60s"),
        (INTERVAL, "1.5h", ids::DURATION_MALFORMED, "90m"),
        (INTERVAL, "10 minutes", ids::DURATION_FLINK_ONLY, "10m"),
        (INTERVAL, "60S", ids::DURATION_FLINK_ONLY, "60s"),
        (INTERVAL, "PT10M", ids::DURATION_FLINK_ONLY, "10m"),
        (BUFFER, "64MiB", ids::SIZE_MALFORMED, "64mb"),
        (BUFFER, "67108864", ids::SIZE_MALFORMED, "64mb"),
        (BUFFER, "64m", ids::SIZE_FLINK_ONLY, "64mb"),
        (BUFFER, "1Gb", ids::SIZE_FLINK_ONLY, "1gb"),
        (
            MODE,
            "EXACTLY_ONCE",
            ids::ENUM_UNKNOWN_VALUE,
            "exactly_once",
        ),
        (
            MODE,
            "exactly-once",
            ids::ENUM_UNKNOWN_VALUE,
            "exactly_once",
        ),
        (MODE, "exacty_once", ids::ENUM_UNKNOWN_VALUE, "exactly_once"),
        (
            COMPRESSION,
            "SNAPPY_COMPRESSION",
            ids::ENUM_UNKNOWN_VALUE,
            "SNAPPY",
        ),
        (COMPRESSION, "lz4", ids::ENUM_UNKNOWN_VALUE, "LZ4"),
        (INCREMENTAL, "yes", ids::YAML11_BOOLEAN, "true"),
        (INCREMENTAL, "Off", ids::YAML11_BOOLEAN, "false"),
        (INCREMENTAL, "tru", ids::WRONG_KIND, "true"),
        (BUFFERS, "4.0", ids::WRONG_KIND, "4"),
        ("version", "1.0", ids::WRONG_KIND, "'1.0'"),
    ] {
        let error = wrong(path, text);
        assert_eq!(error.rule, rule, "{text}: {}", error.message);
        assert_eq!(
            error.suggestions.first().map(String::as_str),
            Some(suggestion),
            "{text}"
        );
    }
    for (path, text, rule) in [
        (BUFFER, "0mb", ids::SIZE_ZERO),
        (BUFFER, "0", ids::SIZE_ZERO),
        (BUFFER, "true", ids::WRONG_KIND),
        (INTERVAL, "", ids::WRONG_KIND),
        (INTERVAL, "5ms", ids::VALUE_OUT_OF_RANGE),
        (BUFFERS, "many", ids::WRONG_KIND),
        (BUFFERS, "1", ids::VALUE_OUT_OF_RANGE),
        (COMPRESSION, "off", ids::YAML11_BOOLEAN),
        (
            "state_backends.<name>.memory.gc_threshold",
            "80",
            ids::VALUE_OUT_OF_RANGE,
        ),
        (
            "state_backends.<name>.memory.gc_threshold",
            "0",
            ids::VALUE_OUT_OF_RANGE,
        ),
        ("checkpoints.<name>", "s3", ids::WRONG_KIND),
    ] {
        assert_eq!(
            wrong(path, text).rule,
            rule,
            "{text}: {}",
            wrong(path, text).message
        );
    }
}

#[test]
fn quotes_keep_text_text() {
    assert!(check_value(field("version"), "1.0", false).is_ok());
    let error = check_value(field(BUFFERS), "4", false).unwrap_err();
    assert_eq!(
        (error.rule, error.suggestions[0].as_str()),
        (ids::WRONG_KIND, "4")
    );
    let error = check_value(field(INCREMENTAL), "true", false).unwrap_err();
    assert_eq!(
        (error.rule, error.suggestions[0].as_str()),
        (ids::WRONG_KIND, "true")
    );
    assert!(check_value(field(INTERVAL), "60s", false).is_ok());
}

#[test]
fn any_kind_of_a_union_suffices() {
    let memory = "resources.<process>.memory.heap";
    assert_eq!(
        field(memory).kinds,
        [Kind::Size, Kind::Fraction, Kind::Percent]
    );
    for text in ["2gb", "0.4", "40%"] {
        right(memory, text);
    }
    assert_eq!(wrong(memory, "2GiB").rule, ids::SIZE_MALFORMED);
    right("resources.<process>.memory.task_off_heap", "0");
    right("resources._quotas.<team>.max_total_memory", "1tb");
    assert_eq!(
        wrong("resources.<process>.task_memory", "1tb").rule,
        ids::SIZE_FLINK_ONLY
    );
    for text in ["4g", "512M"] {
        right("resources.heap_memory", text);
    }
    right("failover.<plan>.secondary", "null");
    assert_eq!(
        wrong("failover.<plan>.primary", "null").rule,
        ids::WRONG_KIND
    );
    right("lookups.<name>.lookup.max_score", "100");
    right("lookups.<name>.lookup.max_score", "+inf");
}

#[test]
fn an_enum_compares_the_text_of_the_value() {
    let acks = "streams.<name>.producer.acks";
    for text in ["0", "1", "all"] {
        assert!(matches!(right(acks, text), TypedValue::Enum(_)), "{text}");
        assert!(
            matches!(
                check_value(field(acks), text, false),
                Ok(TypedValue::Enum(_))
            ),
            "{text}"
        );
    }
    assert_eq!(wrong(acks, "-1").rule, ids::ENUM_UNKNOWN_VALUE);
    // Open: MongoDB takes the number of any members.
    right("lookups.<name>.write.concern", "3");
    right("environment", "canary");
    // Where case does not matter.
    right("kafka.security_protocol", "sasl_ssl");
}

#[test]
fn digits_are_seconds_only_where_the_toolchain_reads_them() {
    let ttl = field("calendar.cache.ttl");
    assert!(check_value(ttl, "300", false).is_ok());
    assert_eq!(
        check_value(ttl, "300", true).unwrap_err().rule,
        ids::TOOLCHAIN_DURATION_UNIT
    );
}

#[test]
fn what_flink_understands_has_a_value_all_the_same() {
    let error = wrong(BUFFER, "64 MB");
    assert_eq!(error.value.and_then(|v| v.number()), Some(67_108_864.0));
    let error = wrong(INTERVAL, "2 hours");
    assert_eq!(error.value.and_then(|v| v.number()), Some(7_200_000.0));
    assert!(wrong(BUFFER, "64MiB").value.is_none());
}

#[test]
fn messages_say_what_is_wrong_and_what_would_be_right() {
    for (path, text, message) in [
        (
            INTERVAL,
            "60",
            "`60` has no unit: Flink reads 60 ms, Nexflow's resolver 60 s. Write `60s` or `60ms`.",
        ),
        (
            BUFFER,
            "64MiB",
            "Unknown unit `MiB`. Use `b`, `kb`, `mb` or `gb`. Write `64mb`.",
        ),
        (
            BUFFERS,
            "many",
            "`max_write_buffer_number` must be an integer, not the string `many`.",
        ),
        (
            MODE,
            "EXACTLY_ONCE",
            "Unknown value `EXACTLY_ONCE` for `mode`. Did you mean `exactly_once`?",
        ),
        (
            MODE,
            "fast",
            "Unknown value `fast` for `mode`. Use `exactly_once` or `at_least_once`.",
        ),
        (
            INTERVAL,
            "5ms",
            "`interval` must be at least 10ms, not 5ms.",
        ),
    ] {
        assert_eq!(wrong(path, text).message, message);
    }
}

#[test]
fn every_field_that_takes_scalars_of_one_kind_refuses_another() {
    for field in fields() {
        let tolerant = |k: &Kind| matches!(k, Kind::Any | Kind::String | Kind::Uri | Kind::Path);
        if field.kinds.iter().any(tolerant) || field.open {
            continue;
        }
        let error = check_value(field, "no such value", false).expect_err(field.path);
        assert!(error.message.ends_with(['.', '?']), "{}", error.message);
        assert!(nexflow_catalog::rule(error.rule).is_some());
    }
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    use number::Plain;
    for (text, expected) in [
        ("null", Plain::Null),
        ("~", Plain::Null),
        ("", Plain::Null),
        ("True", Plain::Bool(true)),
        ("tRue", Plain::Text),
        ("0o14", Plain::Int(Some(12))),
        ("0xFf", Plain::Int(Some(255))),
        ("010", Plain::Int(Some(10))),
        ("+12", Plain::Int(Some(12))),
        ("-12", Plain::Int(Some(-12))),
        ("99999999999999999999", Plain::Int(None)),
        ("1_000", Plain::Text),
        ("1.", Plain::Float(1.0)),
        (".5", Plain::Float(0.5)),
        ("1e3", Plain::Float(1000.0)),
        ("-1.5E-1", Plain::Float(-0.15)),
        ("-.inf", Plain::Float(f64::NEG_INFINITY)),
        (".", Plain::Text),
        ("1e", Plain::Text),
        ("-", Plain::Text),
        ("inf", Plain::Text),
        ("yes", Plain::Text),
        ("1.17.1", Plain::Text),
    ] {
        assert_eq!(number::plain(text), expected, "{text}");
    }
    for text in ["yes", "Yes", "YES", "on", "y", "N", "OFF"] {
        assert!(number::yaml11_bool(text).is_some(), "{text}");
    }
    for text in ["yEs", "true", "1", "none", ""] {
        assert!(number::yaml11_bool(text).is_none(), "{text}");
    }
}

#[test]
fn the_nearest_words_are_found() {
    let words = ["exactly_once", "at_least_once", "rocksdb", "hashmap"];
    assert_eq!(suggest::nearest("rockdb", words), ["rocksdb"]);
    assert_eq!(suggest::nearest("RocksDB", words), ["rocksdb"]);
    assert_eq!(suggest::nearest("atleastonce", words), ["at_least_once"]);
    assert!(suggest::nearest("forst", words).is_empty());
    assert!(suggest::nearest("", words).is_empty());
    assert_eq!(
        suggest::nearest("prod", ["production", "development"]),
        ["production"]
    );
}

proptest! {
    #[test]
    fn any_scalar_is_checked_without_a_panic(text in "\\PC{0,16}", plain: bool, at in 0..1163usize) {
        let _ = check_value(&fields()[at], &text, plain);
    }

    #[test]
    fn a_suggested_value_is_right(text in "[-+]?[0-9]{1,3}([.][0-9])?( ?[a-zA-Z]{0,3})|yes|no|true", at in 0..1163usize) {
        let field = &fields()[at];
        if let Err(error) = check_value(field, &text, true) {
            for suggestion in error.suggestions {
                let plain = !suggestion.starts_with('\'');
                let again = check_value(field, suggestion.trim_matches('\''), plain);
                // A spelling that is right may still be out of range; then that is what is said next.
                let settled = again.as_ref().err().is_none_or(|e| e.rule == ids::VALUE_OUT_OF_RANGE);
                prop_assert!(settled, "{}: {} -> {}: {:?}", field.path, text, suggestion, again);
            }
        }
    }
}
