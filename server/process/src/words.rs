//! The words of L1.

use std::{collections::HashSet, sync::LazyLock};

static KEYWORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../data/keywords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// Keywords that may also stand where a sink or a field is named (`keywordOrIdentifier` of the grammar).
const ALSO_NAMES: [&str; 13] = [
    "count", "data", "error", "input", "key", "level", "output", "payload", "priority", "reason",
    "state", "time", "type",
];

/// Systems that a process can name itself, with a topic, table or path.
const CONNECTORS: [&str; 7] = [
    "csv",
    "kafka",
    "mongodb",
    "parquet",
    "redis",
    "scheduler",
    "state_store",
];

/// Words that begin a statement, so that a clause before them ends.
const STATEMENTS: [&str; 50] = [
    "aggregate",
    "await",
    "backpressure",
    "branch",
    "buffer",
    "business_date",
    "call",
    "checkpoint",
    "dead_letter",
    "deduplicate",
    "else",
    "elseif",
    "emit",
    "emit_audit_event",
    "end",
    "endif",
    "enrich",
    "evaluate",
    "hold",
    "if",
    "import",
    "join",
    "late",
    "let",
    "local",
    "lookup",
    "markers",
    "merge",
    "metrics",
    "on",
    "on_error",
    "on_failure",
    "on_invalid",
    "on_success",
    "otherwise",
    "parallel",
    "phase",
    "process",
    "receive",
    "route",
    "schedule",
    "send",
    "set",
    "signal",
    "sql",
    "state_machine",
    "transform",
    "transition",
    "validate_input",
    "window",
];

/// Whether L1 reserves a word.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(word)
}

/// Whether a process can refer to something of this name.
pub fn is_name(text: &str) -> bool {
    is_word(text) && !is_keyword(text)
}

/// Whether a process can refer to a sink of this name: some keywords are allowed there.
pub fn is_sink_name(text: &str) -> bool {
    is_name(text) || ALSO_NAMES.contains(&text)
}

pub(crate) fn is_connector(word: &str) -> bool {
    CONNECTORS.binary_search(&word).is_ok()
}

pub(crate) fn begins_statement(word: &str) -> bool {
    STATEMENTS.binary_search(&word).is_ok()
}

fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(CONNECTORS.is_sorted() && STATEMENTS.is_sorted() && ALSO_NAMES.is_sorted());
    }

    #[test]
    fn names_are_words_that_are_not_reserved() {
        for name in ["orders", "_x", "auth_events_v2", "Events"] {
            assert!(is_name(name) && is_sink_name(name), "{name}");
        }
        for other in [
            "",
            "2nd",
            "auth-events",
            "auth.events",
            "events",
            "größe",
            "a b",
        ] {
            assert!(!is_name(other) && !is_sink_name(other), "{other}");
        }
        assert!(is_sink_name("output") && !is_name("output"));
    }
}
