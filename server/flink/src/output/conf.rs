//! The options as Flink reads them: a configuration file, arguments.

use super::{Text, origin_text, yaml};
use crate::{
    effective::Origin,
    rows::{Rendering, Row},
    secrets::HIDDEN,
};

/// The rows that a configuration can hold: options, no properties of clients, each once.
pub(super) fn writable(rendering: &Rendering) -> Vec<&Row> {
    let mut rows: Vec<&Row> = rendering
        .rows()
        .filter(|row| row.client.is_none())
        .collect();
    rows.sort_by(|a, b| a.option.cmp(&b.option));
    rows.dedup_by(|a, b| a.option == b.option);
    rows
}

/// A `config.yaml`, or a `flink-conf.yaml` for versions that know only that.
#[must_use]
pub fn conf(rendering: &Rendering, explain: bool) -> Text {
    let is_yaml = rendering.version.reads_yaml();
    let file = if is_yaml {
        "config.yaml"
    } else {
        "flink-conf.yaml"
    };
    let mut text = Text::default();
    text.push(
        &format!("# {file} for Flink {}", rendering.version.name()),
        None,
    );
    for row in writable(rendering) {
        notes(row, explain, &mut text);
        let origin = row.origins.first();
        if row.value.contains(HIDDEN) {
            hidden(&row.option, origin, &mut text);
        } else if is_yaml {
            let value = yaml_value(&row.value);
            text.push(&format!("{}: {value}", row.option), origin);
        } else if row.value.contains(['#', '\n', '\r']) {
            // The file has no quotes: what follows would be lost.
            let problem = format!(
                "`{}` cannot be written into flink-conf.yaml: its value has a `#` or a line break. Pass it with -D.",
                row.option
            );
            text.push(&format!("# {problem}"), origin);
            text.problems.push(problem);
        } else {
            text.push(&format!("{}: {}", row.option, row.value), origin);
        }
    }
    text
}

/// One `-D` argument a line, quoted for a shell.
#[must_use]
pub fn args(rendering: &Rendering, explain: bool) -> Text {
    let mut text = Text::default();
    for row in writable(rendering) {
        let origin = row.origins.first();
        if explain {
            notes(row, explain, &mut text);
        }
        if row.value.contains(HIDDEN) {
            hidden(&row.option, origin, &mut text);
        } else {
            text.push(&format!("-D{}={}", row.option, shell(&row.value)), origin);
        }
    }
    text
}

fn hidden(option: &str, origin: Option<&Origin>, text: &mut Text) {
    let problem =
        format!("`{option}` is left out: the document has a credential in clear. Use a reference.");
    text.push(&format!("# {problem}"), origin);
    text.problems.push(problem);
}

/// What is to be known about a row before it is used.
fn notes(row: &Row, explain: bool, text: &mut Text) {
    let origin = row.origins.first();
    if explain {
        let origins: Vec<String> = row.origins.iter().map(origin_text).collect();
        let from = if row.fields.is_empty() {
            origins.join("; ")
        } else {
            format!("{} ({})", row.fields.join(", "), origins.join("; "))
        };
        text.push(&format!("# {}", from.replace(['\n', '\r'], " ")), origin);
    }
    if !row.unresolved.is_empty() {
        text.push(&format!("# Not set: {}", row.unresolved.join(", ")), origin);
    }
}

/// A value in `config.yaml`: quoted unless it is plainly a word, a number or an amount with its unit.
fn yaml_value(value: &str) -> String {
    let is_plain = !value.is_empty()
        && value.split(' ').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        })
        && value.starts_with(|c: char| c.is_ascii_alphanumeric());
    // `010` would become 8 or 10, and `1e3` 1000.
    let is_odd_number = value.len() > 1
        && value.starts_with('0')
        && !value.starts_with("0.")
        && !value.contains(' ')
        || value.parse::<f64>().is_ok() && value.contains(['e', 'E']);
    let is_odd_word = ["null", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(value));
    if is_plain && !is_odd_number && !is_odd_word {
        value.to_owned()
    } else {
        yaml::in_quotes(value)
    }
}

/// A value for a POSIX shell. References to variables are left to the shell.
fn shell(value: &str) -> String {
    let is_plain = !value.is_empty()
        && value.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'.' | b'-' | b'_' | b'/' | b':' | b',' | b'@' | b'=' | b'+' | b'%'
                )
        });
    if is_plain {
        return value.to_owned();
    }
    let has_reference = value.contains("${");
    let is_unsafe = value.contains(['"', '\\', '`', '\'']) || value.contains("$(");
    if has_reference && !is_unsafe {
        format!("\"{value}\"")
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_both_files() {
        for (value, expected) in [
            ("60 s", "60 s"),
            ("64mb", "64mb"),
            ("true", "true"),
            ("010", "'010'"),
            ("s3://a/b", "'s3://a/b'"),
            ("a#b", "'a#b'"),
            ("no", "'no'"),
            ("", "''"),
            ("it's", "'it''s'"),
            ("0.1", "0.1"),
            ("${A}", "'${A}'"),
        ] {
            assert_eq!(yaml_value(value), expected);
        }
        assert_eq!(shell("60 s"), "'60 s'");
        assert_eq!(shell("s3://a/b"), "s3://a/b");
        assert_eq!(shell("s3://${B}/b"), "\"s3://${B}/b\"");
        assert_eq!(shell("it's"), "'it'\\''s'");
    }
}
