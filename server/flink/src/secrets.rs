//! What must not be printed.

use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
};

use nexflow_analysis::{
    redacted_text,
    secret::{self, Disclosure},
};
use nexflow_catalog::value::{
    Template,
    template::{SegmentKind, is_identifier, is_variable_name},
};
use nexflow_syntax::{Node, NodeKind};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "•••";

/// A value that may be a credential by its place.
pub struct Concealed {
    /// As it may be printed: a reference to what holds the credential, or something else in its place.
    pub text: String,
    /// What the text hides, if anything.
    pub hidden: Option<u64>,
}

/// What is printed of a text that is to be a credential: references stay, without their defaults; of anything else nothing, for
/// nobody can tell which part of it is the credential. `is_declared` says which secrets the document has.
pub fn concealed(text: &str, is_declared: &dyn Fn(&str) -> bool) -> Concealed {
    match reference(text, is_declared) {
        Some(text) => Concealed { text, hidden: None },
        None => Concealed {
            text: HIDDEN.to_owned(),
            hidden: Some(hash(text)),
        },
    }
}

/// The references of a text that consists of nothing else.
fn reference(text: &str, is_declared: &dyn Fn(&str) -> bool) -> Option<String> {
    let template = Template::parse(text);
    if let Some(secret) = &template.secret {
        // Without a key the name may be the credential itself.
        let is_named = secret.key.is_some() || is_declared(&text[secret.name.clone()]);
        if secret.problem.is_some() || !is_named {
            return None;
        }
        return Some(without_default(text, secret.default.as_ref()));
    }
    let mut out = String::new();
    for segment in &template.segments {
        match &segment.kind {
            // Names of variables are written in capital letters; what is not may be the credential itself.
            SegmentKind::Variable {
                name,
                right_name: true,
                ..
            } => out.push_str(&format!("${{{}}}", &text[name.clone()])),
            _ => return None,
        }
    }
    Some(out)
}

/// A reference to a secret without its default, which is a secret in clear.
pub fn without_default(text: &str, default: Option<&std::ops::Range<usize>>) -> String {
    match default {
        Some(default) => text[..default.start]
            .trim_end_matches("default=")
            .trim_end_matches(['?', '&'])
            .to_owned(),
        None => text.to_owned(),
    }
}

/// What becomes of the text of a scalar by its place, where it is not simply shown. `resolved` is the text with the values of
/// variables in it.
pub fn by_place(
    written: &str,
    resolved: &str,
    disclosure: Disclosure,
    is_declared: &dyn Fn(&str) -> bool,
) -> Option<Concealed> {
    match disclosure {
        Disclosure::Hidden => Some(concealed(written, is_declared)),
        // What looks like a credential in an address is hidden as everywhere.
        Disclosure::Address if resolved.contains("://") || resolved.starts_with("jdbc:") => None,
        Disclosure::Address => Some(concealed(written, is_declared)),
        Disclosure::Assignment => match written.split_once('=') {
            Some((name, value)) if secret::is_secret_key(name) => {
                let mut value = concealed(value, is_declared);
                value.text.insert_str(0, &format!("{name}="));
                Some(value)
            }
            Some((name, _)) if is_identifier(name) => None,
            // A variable of the machine that is handed on.
            None if is_variable_name(written) => None,
            _ => Some(concealed(written, is_declared)),
        },
        Disclosure::Shown => {
            let from = secret::behind_name(resolved)?;
            Some(Concealed {
                text: format!("{}{HIDDEN}", &resolved[..from]),
                hidden: Some(hash(resolved)),
            })
        }
    }
}

/// A number that is the same for the same text.
pub fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The same for all that stands in a block.
pub fn hash_of_block(node: Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    add(node, 0, &mut hasher);
    hasher.finish()
}

/// Deeper blocks are not looked into.
const DEPTH: usize = 64;

fn add(node: Node<'_>, depth: usize, hasher: &mut DefaultHasher) {
    let Some(node) = node.resolve().filter(|_| depth < DEPTH) else {
        return;
    };
    match node.kind() {
        NodeKind::Mapping => {
            for entry in node.resolved_entries() {
                (depth, entry.key_text()).hash(hasher);
                add(entry.value(), depth + 1, hasher);
            }
        }
        NodeKind::Sequence => {
            for item in node.items() {
                depth.hash(hasher);
                add(item, depth + 1, hasher);
            }
        }
        _ => (depth, node.value()).hash(hasher),
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
