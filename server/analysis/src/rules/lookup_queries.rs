//! PostgreSQL, Cassandra and Elasticsearch: queries and how they are reached; the schemes of all lookups' addresses.

use nexflow_catalog::Severity;

use super::{
    Check, EntryCx,
    address::Address,
    document, entry, json,
    parts::{in_production, lacks, shown},
};
use crate::{
    Tag,
    cx::Cx,
    sink::{Place, Sink},
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

fn begins(text: Option<&str>, place: &impl Place, schemes: &[&str], sink: &mut Sink) {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return;
    };
    if schemes.iter().any(|scheme| text.starts_with(scheme)) {
        return;
    }
    let wanted = schemes
        .iter()
        .map(|scheme| format!("`{scheme}`"))
        .collect::<Vec<_>>()
        .join(" or ");
    let found = match Address::parse(text).scheme {
        Some(scheme) => format!("`{scheme}://`"),
        None => "no scheme at all".to_owned(),
    };
    sink.at("uri-scheme", place).say(format!(
        "the address must begin with {wanted}, and has {found}: no driver takes it"
    ));
}

fn uri_scheme(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let kind = at.view.get("type");
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
        let val = at.view.get(field);
        begins(val.text().as_deref(), &val, schemes, sink);
    }
    if kind.is("elasticsearch") {
        for host in at.view.get("hosts").items() {
            begins(host.text().as_deref(), &host, schemes, sink);
        }
    }
    if kind.is("redis") {
        for replica in at.view.get("replicas").items() {
            let uri = replica.view().get("uri");
            begins(uri.text().as_deref(), &uri, schemes, sink);
        }
    }
}

fn sink_uri_scheme(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if at.view.get("type").is("mongodb_sink") {
        let uri = at.view.get("uri");
        begins(uri.text().as_deref(), &uri, MONGODB, sink);
    }
}

fn toolchain_uri_scheme(cx: &Cx<'_>, sink: &mut Sink) {
    let uri = cx.root.get("mongodb.uri");
    begins(uri.text().as_deref(), &uri, MONGODB, sink);
}

fn ssl_weak(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let mode = at.view.get("ssl.mode");
    if in_production(at.cx) && mode.is_any(&["disable", "allow", "prefer"]) {
        let chosen = shown(&mode);
        sink.at("postgres-ssl-weak", &mode)
            .with(&at.cx.environment, "the environment is `production`")
            .say(format!(
                "with `{chosen}` the connection may be unencrypted and nobody notices; `verify-full` also checks whom it reaches"
            ));
    }
}

fn placeholders(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let sql = at.view.get("query.sql");
    let Some(text) = sql.text().filter(|text| !text.trim().is_empty()) else {
        return;
    };
    let found = count_placeholders(&text);
    let columns = at.view.get("query.key_columns");
    let wanted = columns.items().len();
    if found == 0 {
        sink.at("postgres-placeholders", &sql)
            .with(&columns, format!("{wanted} columns"))
            .say("the query has no `?` for the value of the event, so every event would read the same rows");
    } else if wanted > 0 && found != wanted {
        sink.at("postgres-placeholders", &sql)
            .with(&columns, format!("`key_columns` has {wanted} columns"))
            .say(format!(
                "the query has {found} `?` and `key_columns` has {wanted} columns: they must match one to one"
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

fn key_column_and_columns(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let (one, many) = (
        at.view.get("query.key_column"),
        at.view.get("query.key_columns"),
    );
    if one.is_present() && many.is_present() {
        sink.at_key("key-column-and-columns", &one)
            .tag(Tag::Unnecessary)
            .with(&many, "the other one")
            .say("`key_column` and `key_columns` say the same thing, and one of them is ignored: keep one");
    }
}

fn datacenter(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    if !at.view.get("type").is("cassandra") {
        return;
    }
    let (short, long) = (
        at.view.get("datacenter"),
        at.view.get("load_balancing.local_datacenter"),
    );
    if let (Some(one), Some(other)) = (short.text(), long.text()) {
        if one != other {
            sink.at("cassandra-datacenter", &long)
                .with(&short, format!("`datacenter` is `{one}`"))
                .say(format!(
                    "`local_datacenter` is `{other}` and `datacenter` is `{one}`: the driver needs exactly one"
                ));
        }
    } else if at.cx.whole && lacks(at, "datacenter") && lacks(at, "load_balancing.local_datacenter")
    {
        let name = &at.name;
        sink.at("cassandra-datacenter", &at.view).say(format!(
            "`{name}` says nothing about its `datacenter`, and the driver needs exactly one that is local"
        ));
    }
}

fn template(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let query = at.view.get("query").view();
    let template = query.get("template");
    if at.view.get("type").is("elasticsearch")
        && let Some(text) = template.text().filter(|text| !text.trim().is_empty())
        && let Err(problem) = json::check(&filled(&text))
    {
        sink.at("elasticsearch-template", &template).say(format!(
            "once each `{{{{field}}}}` has a value, the template is no JSON and the server refuses it: {problem}"
        ));
    }
    let kind = query.get("type");
    if at.view.get("type").is("elasticsearch")
        && kind.is_any(&["term", "match"])
        && lacks(at, "query.template")
        && lacks(at, "query.field")
    {
        let chosen = shown(&kind);
        sink.at("elasticsearch-template", &kind)
            .severity(Severity::Error)
            .say(format!(
                "a `{chosen}` query needs a `field` or a `template`"
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
