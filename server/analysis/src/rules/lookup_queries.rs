//! PostgreSQL, Cassandra and Elasticsearch: queries and how they are reached; the schemes of all lookups' addresses.

use nexflow_catalog::{Severity, value::list};

use super::{
    Check, EntryContext,
    address::Address,
    document, entry, json,
    shared::{in_production, lacks, shown},
};
use crate::{
    Tag,
    document_context::DocumentContext,
    sink::{DiagnosticSink, Reportable},
};

pub const CHECKS: &[Check] = &[
    entry("lookups", "uri-scheme", uri_scheme),
    entry("streams", "uri-scheme", sink_uri_scheme),
    document("uri-scheme", toolchain_uri_scheme),
    entry("lookups", "postgres-ssl-weak", ssl_weak),
    entry("lookups", "postgres-placeholders", placeholders),
    entry("lookups", "key-column-and-columns", key_column_and_columns),
    entry("lookups", "cassandra-datacenter", datacenter),
    entry("lookups", "elasticsearch-template", template),
];

const MONGODB: &[&str] = &["mongodb://", "mongodb+srv://"];
const REDIS: &[&str] = &["redis://", "rediss://", "unix://"];
const POSTGRESQL: &[&str] = &["jdbc:postgresql:"];
const ELASTICSEARCH: &[&str] = &["http://", "https://"];

fn begins(
    text: Option<&str>,
    place: &impl Reportable,
    schemes: &[&str],
    sink: &mut DiagnosticSink,
) {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return;
    };
    if schemes.iter().any(|scheme| text.starts_with(scheme)) {
        return;
    }
    let wanted = list(schemes);
    sink.report("uri-scheme", place)
        .emit(match Address::parse(text).scheme {
            Some(scheme) => format!("Invalid URI scheme `{scheme}://`. Use {wanted}."),
            None => format!("Missing URI scheme. Use {wanted}."),
        });
}

fn uri_scheme(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let kind = at.mapping.get("type");
    let (fields, schemes): (&[&str], _) = if kind.is("mongodb") {
        (&["uri", "global.uri"], MONGODB)
    } else if kind.is("redis") {
        (&["uri", "primary.uri"], REDIS)
    } else if kind.is("postgresql") {
        (&["jdbc_url"], POSTGRESQL)
    } else if kind.is("elasticsearch") {
        (&[], ELASTICSEARCH)
    } else {
        return;
    };
    for field in fields {
        let val = at.mapping.get(field);
        begins(val.text().as_deref(), &val, schemes, sink);
    }
    if kind.is("elasticsearch") {
        for host in at.mapping.get("hosts").items() {
            begins(host.text().as_deref(), &host, schemes, sink);
        }
    }
    if kind.is("redis") {
        for replica in at.mapping.get("replicas").items() {
            let uri = replica.mapping().get("uri");
            begins(uri.text().as_deref(), &uri, schemes, sink);
        }
    }
}

fn sink_uri_scheme(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if at.mapping.get("type").is("mongodb_sink") {
        let uri = at.mapping.get("uri");
        begins(uri.text().as_deref(), &uri, MONGODB, sink);
    }
}

fn toolchain_uri_scheme(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let uri = cx.root.get("mongodb.uri");
    begins(uri.text().as_deref(), &uri, MONGODB, sink);
}

fn ssl_weak(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let mode = at.mapping.get("ssl.mode");
    if in_production(at.cx) && mode.is_any(&["disable", "allow", "prefer"]) {
        let chosen = shown(&mode);
        sink.report("postgres-ssl-weak", &mode)
            .related(&at.cx.environment, "the environment is `production`")
            .emit(format!(
                "With `{chosen}`, the connection may silently be unencrypted."
            ));
    }
}

fn placeholders(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let sql = at.mapping.get("query.sql");
    let Some(text) = sql.text().filter(|text| !text.trim().is_empty()) else {
        return;
    };
    let found = count_placeholders(&text);
    let columns = at.mapping.get("query.key_columns");
    let wanted = columns.items().len();
    if found == 0 {
        sink.report("postgres-placeholders", &sql)
            .related(&columns, format!("{wanted} columns"))
            .emit("The query has no `?`, so every event reads the same rows.");
    } else if wanted > 0 && found != wanted {
        sink.report("postgres-placeholders", &sql)
            .related(&columns, format!("`key_columns` has {wanted} columns"))
            .emit(format!(
                "The query has {found} `?` but `key_columns` has {wanted} columns."
            ));
    }
}

/// Placeholders of a prepared statement: `?` outside quotes and comments; `??` is the driver's way to write an operator.
fn count_placeholders(sql: &str) -> usize {
    let mut count = 0;
    let mut rest = sql;
    while let Some(at) = rest.find(['?', '\'', '"', '-', '/']) {
        let tail = &rest[at..];
        let skip = |end: Option<usize>, length: usize| end.map_or(tail.len(), |end| end + length);
        let step = if tail.starts_with("??") {
            2
        } else if tail.starts_with('?') {
            count += 1;
            1
        } else if tail.starts_with('\'') || tail.starts_with('"') {
            let quote = &tail[..1];
            skip(tail[1..].find(quote).map(|end| end + 1), 1)
        } else if tail.starts_with("--") {
            skip(tail.find('\n'), 1)
        } else if tail.starts_with("/*") {
            skip(tail.find("*/"), 2)
        } else {
            1
        };
        rest = &tail[step..];
    }
    count
}

fn key_column_and_columns(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let (one, many) = (
        at.mapping.get("query.key_column"),
        at.mapping.get("query.key_columns"),
    );
    if one.is_present() && many.is_present() {
        sink.report_key("key-column-and-columns", &one)
            .tag(Tag::Unnecessary)
            .related(&many, "the other one")
            .emit("`key_column` and `key_columns` set the same thing; keep `key_columns`.");
    }
}

fn datacenter(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !at.mapping.get("type").is("cassandra") {
        return;
    }
    let (short, long) = (
        at.mapping.get("datacenter"),
        at.mapping.get("load_balancing.local_datacenter"),
    );
    if let (Some(one), Some(other)) = (short.text(), long.text()) {
        if one != other {
            sink.report("cassandra-datacenter", &long)
                .related(&short, format!("`datacenter` is `{one}`"))
                .emit(format!(
                    "`local_datacenter` (`{other}`) and `datacenter` (`{one}`) differ."
                ));
        }
    } else if at.cx.whole && lacks(at, "datacenter") && lacks(at, "load_balancing.local_datacenter")
    {
        let name = &at.name;
        sink.report("cassandra-datacenter", &at.mapping)
            .missing(["datacenter"])
            .emit(format!("Missing `datacenter` in `{name}`."));
    }
}

fn template(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let query = at.mapping.get("query").mapping();
    let template = query.get("template");
    if at.mapping.get("type").is("elasticsearch")
        && let Some(text) = template.text().filter(|text| !text.trim().is_empty())
        && let Err(problem) = json::check(&filled(&text))
    {
        sink.report("elasticsearch-template", &template)
            .emit(format!(
                "The template is not valid JSON once each `{{{{field}}}}` has a value: {problem}."
            ));
    }
    let kind = query.get("type");
    if at.mapping.get("type").is("elasticsearch")
        && kind.is_any(&["term", "match"])
        && lacks(at, "query.template")
        && lacks(at, "query.field")
    {
        let chosen = shown(&kind);
        sink.report("elasticsearch-template", &kind)
            .missing(["field", "template"])
            .severity(Severity::Error)
            .emit(format!(
                "Missing `field` or `template` in a `{chosen}` query."
            ));
    }
}

/// The template with a value for each field: a digit, which is right inside quotes and outside them.
fn filled(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        let name = rest[at + 2..]
            .find("}}")
            .map(|end| &rest[at + 2..at + 2 + end]);
        let Some(name) = name.filter(|name| is_field(name)) else {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        out.push_str(&rest[..at]);
        out.push('1');
        rest = &rest[at + name.len() + 4..];
    }
    out.push_str(rest);
    out
}

fn is_field(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@'))
}

#[cfg(test)]
mod tests {
    use super::{count_placeholders, filled};

    #[test]
    fn question_marks_in_quotes_and_comments_do_not_count() {
        assert_eq!(
            count_placeholders("SELECT '?' FROM t WHERE a = ? AND b = ?"),
            2
        );
        assert_eq!(
            count_placeholders("SELECT \"a?\" FROM t -- really?\nWHERE a = ?"),
            1
        );
        assert_eq!(
            count_placeholders("SELECT /* ? */ 1 WHERE j ?? 'k' AND a = ?"),
            1
        );
        assert_eq!(
            count_placeholders("SELECT 'it''s ?' WHERE a - b / c = ?"),
            1
        );
        assert_eq!(count_placeholders("SELECT 'unclosed ?"), 0);
    }

    #[test]
    fn every_field_of_a_template_gets_a_value() {
        assert_eq!(
            filled(r#"{"id": "{{card.id}}", "n": {{n}}}"#),
            r#"{"id": "1", "n": 1}"#
        );
        assert_eq!(filled(r#"{"a": {"b": {{id}"#), r#"{"a": {"b": {{id}"#);
        assert_eq!(
            filled(r#"{"a": {"b": {"c": 1}}}"#),
            r#"{"a": {"b": {"c": 1}}}"#
        );
    }
}
