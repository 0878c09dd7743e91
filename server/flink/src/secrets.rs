//! What must not be printed.

use std::borrow::Cow;

use nexflow_analysis::redacted_text;
use nexflow_catalog::{Field, Secret, secret_names};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "•••";

/// Whether the whole value of a field is a credential. `key` is the key that the document has.
pub fn is_secret_field(field: Option<&Field>, key: &str) -> bool {
    match field {
        Some(field) if field.secret == Secret::Yes => true,
        // The catalog knows its own fields: `partition_key` is none.
        Some(field) if field.secret == Secret::No && !field.name.starts_with('<') => false,
        _ => secret_names::is_secret(key),
    }
}

/// The text without the credentials that are a part of it; as it is where there are none.
pub fn without_credentials(text: &str) -> Cow<'_, str> {
    // Whatever holds a credential has one of these, or is long.
    let may_hold = text.len() >= 16
        || text
            .bytes()
            .any(|byte| matches!(byte, b'@' | b'=' | b':' | b'/' | b'"'));
    if !may_hold {
        return Cow::Borrowed(text);
    }
    let shown = match guarded(text) {
        Some(guarded) => redacted_text(&guarded).replace(AT, "@"),
        None => redacted_text(text),
    };
    if shown == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(shown)
    }
}

/// Stands for an `@` behind which no credential can be.
const AT: char = '\u{e000}';

/// The text with names before hosts that are no credentials marked: the container of `abfss://container@account`, a user without
/// a password. In addresses of the web such a name may be a token.
fn guarded(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let start = from + found + 3;
        let scheme = text[..start - 3]
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .next()
            .unwrap_or_default();
        let end = text[start..]
            .find(['/', '?', '#', ' ', '"', '\''])
            .map_or(text.len(), |end| start + end);
        let name = text[start..end].split_once('@').map(|(name, _)| name);
        match name {
            Some(name) if !name.contains(':') && !scheme.starts_with("http") => {
                out.push_str(&text[from..start]);
                out.push_str(name);
                out.push(AT);
                from = start + name.len() + 1;
            }
            _ => {
                out.push_str(&text[from..start]);
                from = start;
            }
        }
    }
    out.push_str(&text[from..]);
    out.contains(AT).then_some(out)
}

/// Whether the text is a reference from its beginning to its end.
pub fn is_reference(text: &str) -> bool {
    text.starts_with("secret://")
        || text.starts_with("${") && text.ends_with('}') && !text[2..].contains(['$', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_inside_texts() {
        for text in [
            "redis://:c4n4ry@host:6379/0",
            "mongodb://u:c4n4ry@a:1,b:2/db",
            "-Djavax.net.ssl.trustStorePassword=c4n4ry",
            "jdbc:postgresql://h/db?user=u&password=c4n4ry&ssl=true",
            "x.Plain required username=\"u\" password=\"c4n4ry\";",
            "DB_PASSWORD=c4n4ry",
        ] {
            let shown = without_credentials(text);
            assert!(
                !shown.contains("c4n4ry") && shown.contains(HIDDEN),
                "{shown}"
            );
        }
        for text in [
            "mongodb://u:${PASSWORD}@a/db",
            "mongodb://u@a/db",
            "abfss://state@account.dfs.core.windows.net/savepoints",
            "s3://bucket/a@b",
            "hdfs://namenode:9000/flink",
            "kafka-0:9092,kafka-1:9092",
            "token:{id}",
            "plain text",
        ] {
            assert_eq!(without_credentials(text), text);
        }
    }
}
