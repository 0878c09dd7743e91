//! The words of the catalog as Markdown pages: the reference of the fields, and a page per rule. `explain` on the
//! command line and the files under `docs/` come from here, so that they cannot differ.

use std::fmt::Write as _;

use crate::model::{Bound, Field, FixEdit, Kind, Needs, Origin, Rule, Secret, Severity};

/// A page below `docs/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The path relative to `docs/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// All generated pages.
#[must_use]
pub fn pages() -> Vec<Page> {
    let mut pages = vec![reference_index()];
    pages.extend(sections().into_iter().map(|section| Page {
        path: format!("reference/{section}.md"),
        text: section_page(section),
    }));
    pages.push(rule_index());
    pages.extend(crate::rules().iter().map(|rule| Page {
        path: format!("rules/{}.md", rule.id),
        text: format!(
            "{}{}",
            generated(&format!("rules/{}.yaml", rule.subject)),
            rule_page(rule)
        ),
    }));
    pages
}

fn generated(data: &str) -> String {
    format!("<!-- Generated from server/catalog/data/{data} by `cargo xtask generate`. -->\n\n")
}

/// The page of a field: the section that it stands in, or the one of the header.
#[must_use]
pub fn section_of(field: &Field) -> &'static str {
    if field.toolchain {
        return "toolchain";
    }
    let top = field.path.split('.').next().unwrap_or(field.path);
    // What holds nothing is no section.
    let holds = crate::node(top).is_some_and(|node| {
        node.fields
            .iter()
            .map(|id| crate::field(*id))
            .any(|field| field.has_kind(Kind::Object) || field.has_kind(Kind::Map))
    });
    if holds { top } else { "document" }
}

fn sections() -> Vec<&'static str> {
    let mut all: Vec<&'static str> = vec!["document"];
    for field in crate::fields() {
        let section = section_of(field);
        if !all.contains(&section) {
            all.push(section);
        }
    }
    all[1..].sort_unstable_by_key(|s| (*s == "toolchain", *s));
    all
}

fn reference_index() -> Page {
    let mut text = generated("fields");
    text.push_str("# Reference\n\nEvery field of an L5 document, by section.\n\n| section | fields | |\n|---|---|---|\n");
    for section in sections() {
        let count = crate::fields()
            .iter()
            .filter(|f| section_of(f) == section)
            .count();
        let _ = writeln!(
            text,
            "| [{section}]({section}.md) | {count} | {} |",
            cell(&introduction(section))
        );
    }
    Page {
        path: "reference/README.md".to_owned(),
        text,
    }
}

/// What the section as a whole is.
fn introduction(section: &str) -> String {
    match section {
        "document" => "The header of every document.".to_owned(),
        "toolchain" => older_dialect(),
        _ => crate::node(section)
            .and_then(|n| n.fields().next())
            .map_or_else(String::new, |f| f.doc.to_owned()),
    }
}

/// What shows that a document is written in the older dialect: keys at the top, or directly below a section, that only it has.
fn older_dialect() -> String {
    let older = |path: &str| {
        crate::node(path).is_some_and(|node| node.fields().all(|field| field.toolchain))
    };
    let mut tops: Vec<&str> = Vec::new();
    let mut sections: Vec<&str> = Vec::new();
    for field in crate::fields().iter().filter(|field| older(field.path)) {
        match field.path.split_once('.') {
            None => tops.push(field.path),
            Some((section, key)) if !key.contains('.') && !older(section) => {
                sections.push(section);
            }
            Some(_) => {}
        }
    }
    tops.dedup();
    sections.dedup();
    format!(
        "The older dialect, recognised by a top-level {}, or by its own fields directly below {}.",
        alternatives(&tops),
        alternatives(&sections)
    )
}

/// `a, b or c`.
fn alternatives(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn section_page(section: &str) -> String {
    let fields: Vec<_> = crate::fields()
        .iter()
        .filter(|f| section_of(f) == section)
        .collect();
    let mut text = generated(&format!("fields/{section}.yaml"));
    let _ = writeln!(text, "# {section}\n\n{}\n", escape(&introduction(section)));
    for field in fields {
        let _ = writeln!(text, "## `{}`\n", field.path);
        text.push_str(&field_body(field));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// All that is known of a field, without its heading.
#[must_use]
pub fn field_body(field: &Field) -> String {
    let mut text = format!("{}\n\n", escape(field.doc));
    if let Some(deprecated) = field.deprecated {
        let _ = writeln!(text, "**Deprecated.** {}\n", escape(deprecated.text));
    }
    let kinds: Vec<_> = field.kinds.iter().map(|k| k.word()).collect();
    item(&mut text, "Kind", &kinds.join(" or "));
    if let Some(discriminator) = field.discriminator {
        let values: Vec<_> = field.applies_to.iter().map(|v| format!("`{v}`")).collect();
        item(
            &mut text,
            "For",
            &format!("`{discriminator}`: {}", values.join(", ")),
        );
    }
    if let Some(required) = field.required.text {
        item(&mut text, "Required", &escape(required));
    }
    for default in field.defaults {
        let source = default
            .source
            .map_or_else(String::new, |s| format!("; {}", escape(&source_words(s))));
        item(
            &mut text,
            "Default",
            &format!("{} ({}{source})", escape(default.value), default.by),
        );
    }
    let range = range(field);
    if !range.is_empty() {
        item(&mut text, "Range", &range.join("; "));
    }
    if let Some(pattern) = field.pattern {
        item(&mut text, "Pattern", &format!("`{pattern}`"));
    }
    if let Some(unit) = field.unit {
        item(&mut text, "Unit", &escape(unit));
    }
    if let Some(key) = field.flink_key {
        let old = field
            .flink_key_old
            .map_or_else(String::new, |old| format!(" (1.17: `{old}`)"));
        item(&mut text, "Flink", &format!("`{key}`{old}"));
    } else if field.no_flink_key {
        item(&mut text, "Flink", "no such option");
    }
    if let Some(option) = field.maps_to {
        item(&mut text, "Option", &format!("`{option}`"));
    }
    match field.secret {
        Secret::No => {}
        Secret::Yes => item(
            &mut text,
            "Secret",
            "a credential: refer to a secret or a variable",
        ),
        Secret::Partly(part) => item(&mut text, "Secret", &escape(part)),
    }
    item(&mut text, "Known from", origin(field.origin));
    text.push('\n');
    if !field.values.is_empty() {
        text.push_str("| value | meaning |\n|---|---|\n");
        for value in field.values {
            let _ = writeln!(text, "| `{}` | {} |", value.value, cell(value.meaning));
        }
        if field.open {
            text.push_str("\nOther values are possible.\n");
        }
        text.push('\n');
    }
    if !field.pitfalls.is_empty() {
        text.push_str("Pitfalls:\n\n");
    }
    for pitfall in field.pitfalls {
        let _ = writeln!(text, "- {}", escape(pitfall));
    }
    if !field.pitfalls.is_empty() {
        text.push('\n');
    }
    if let Some(example) = example(field) {
        let _ = writeln!(text, "```yaml\n{example}\n```\n");
    }
    text
}

/// The example as it stands in a document: with its key, or its dash.
#[must_use]
pub fn example(field: &Field) -> Option<String> {
    let value = field.example?;
    if field.path.ends_with("[]") {
        return Some(format!("- {value}"));
    }
    let key = field.example_key.unwrap_or(field.name);
    Some(if key.starts_with('<') {
        value.to_owned()
    } else {
        format!("{key}: {value}")
    })
}

fn item(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "- **{name}**: {value}");
}

/// The bounds in words.
fn range(field: &Field) -> Vec<String> {
    let range = field.range();
    let mut all = Vec::new();
    let bound = |b: Bound, open: &str, closed: &str| {
        format!("{} {}", if b.exclusive { open } else { closed }, b.text)
    };
    all.extend(range.min.map(|b| bound(b, "above", "at least")));
    all.extend(range.max.map(|b| bound(b, "below", "at most")));
    match (range.min_length, range.max_length) {
        (Some(min), Some(max)) => all.push(format!("{min} to {max} characters")),
        (Some(min), None) => all.push(format!("at least {min} characters")),
        (None, Some(max)) => all.push(format!("at most {max} characters")),
        (None, None) => {}
    }
    all.extend(range.min_items.map(|n| match n {
        1 => "at least one item".to_owned(),
        n => format!("at least {n} items"),
    }));
    if range.unique {
        all.push("no item twice".to_owned());
    }
    all.extend(range.multiple_of.map(|n| format!("a multiple of {n}")));
    all.extend(range.note.map(escape));
    all
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Seed => "the specification of state and checkpoints",
        Origin::SeedComment => "a comment in the specification of state and checkpoints",
        Origin::Overview => "the L5 overview",
        Origin::Module => "the document of the section",
        Origin::Example => "the example documents",
        Origin::Schema => "the JSON Schema",
        Origin::Toolchain => "the toolchain",
        Origin::Inferred => "inferred; named in no document",
    }
}

fn rule_index() -> Page {
    let mut text = generated("rules");
    let _ = writeln!(
        text,
        "# Rules\n\nAll {} rules, by subject. A rule's id is the code of its diagnostics and the name that settings and\n[suppressions](../suppressions.md) use.\n",
        crate::rules().len()
    );
    let mut subjects: Vec<_> = crate::rules().iter().map(|r| r.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    for subject in subjects {
        let _ = writeln!(text, "## {subject}\n\n| rule | severity | |\n|---|---|---|");
        for rule in crate::rules().iter().filter(|r| r.subject == subject) {
            let _ = writeln!(
                text,
                "| [{0}]({0}.md) | {1} | {2} |",
                rule.id,
                severity(rule.severity),
                cell(rule.title)
            );
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    Page {
        path: "rules/README.md".to_owned(),
        text,
    }
}

/// The severity as settings spell it.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

/// A source as people read it. In the data a tag says how a thing is known, and what follows says more.
#[must_use]
pub fn source_words(source: &str) -> String {
    let part = |part: &str| {
        let tagged = crate::source_tags().find_map(|(tag, words)| {
            let rest = part.strip_prefix(tag)?;
            match rest.chars().next() {
                None | Some(':' | ',') => Some(format!("{words}{rest}")),
                // A version belongs to what it was observed in; anything else is a place in a text.
                Some(' ') if rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '(') => {
                    Some(format!("{words}{rest}"))
                }
                Some(' ') => Some(format!("{words},{rest}")),
                Some(_) => None,
            }
        });
        // Behind the name of an option the tag says how its value is known.
        tagged.unwrap_or_else(|| match part.rsplit_once(", ") {
            Some((option, tail)) if !option.contains(' ') => {
                format!("{option}, {}", source_words(tail))
            }
            _ => part.to_owned(),
        })
    };
    source.split("; ").map(part).collect::<Vec<_>>().join("; ")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The page of a rule: what it finds, why, how to put it right, examples, sources.
#[must_use]
pub fn rule_page(rule: &Rule) -> String {
    let mut text = format!(
        "# {}\n\n{}. Severity: {}.\n\n## What it finds\n\n{}\n\n## Why it matters\n\n{}\n\n## How to fix it\n\n{}\n\n",
        rule.id,
        escape(rule.title),
        severity(rule.severity),
        escape(&sentence(rule.summary)),
        escape(rule.why),
        escape(rule.help)
    );
    let mut offered = false;
    for fix in rule.fixes {
        let replaces = fix.edits.contains(&FixEdit::ReplaceValue);
        let title = fix.title.replace("{}", "the suggested value");
        if !offered {
            text.push_str("Editors offer:\n\n");
            offered = true;
        }
        let when = if replaces {
            " (where the right value is known)"
        } else {
            ""
        };
        let _ = writeln!(text, "- {}{when}", escape(&title));
    }
    if offered {
        text.push('\n');
    }
    match rule.needs {
        Needs::Nothing => {}
        Needs::File => text.push_str("It judges whole documents only, not fragments.\n\n"),
        Needs::Project => text.push_str("It needs the other files of the project.\n\n"),
    }
    let _ = write!(
        text,
        "## Examples\n\nReported:\n\n```yaml\n{}\n```\n\nNot reported:\n\n```yaml\n{}\n```\n\n## Source\n\n",
        rule.fail.trim_end(),
        rule.pass.trim_end()
    );
    for source in rule.sources {
        let _ = writeln!(text, "- {}", escape(&capital(&source_words(source))));
    }
    if let Some(checked) = rule.checked {
        let _ = writeln!(text, "- How certain: {}", escape(checked));
    }
    text
}

/// Words that begin in lower case become a sentence.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    let starts_with_name = words
        .split([' ', ',', ':'])
        .next()
        .is_some_and(|w| w.contains(['_', '.', '$', '/']) || is_field_name(w));
    let text = if starts_with_name {
        words.to_owned()
    } else {
        format!("{first}{}", chars.as_str())
    };
    if text.ends_with(['.', '?', '!']) {
        text
    } else {
        format!("{text}.")
    }
}

/// Field names keep their case at the beginning of a sentence.
fn is_field_name(word: &str) -> bool {
    crate::fields()
        .iter()
        .any(|f| f.name == word && !matches!(f.kinds, [Kind::Any]))
}

/// Plain words as Markdown: what would be markup is escaped. Underscores inside words are none.
fn escape(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    let mut chars = words.chars().peekable();
    let mut inside_word = false;
    while let Some(c) = chars.next() {
        let next_is_word = chars.peek().is_some_and(|n| n.is_alphanumeric());
        let markup = match c {
            '<' | '*' | '$' | '[' | '`' | '\\' => true,
            '_' => !(inside_word && next_is_word),
            _ => false,
        };
        if markup {
            text.push('\\');
        }
        text.push(c);
        inside_word = c.is_alphanumeric() || c == '_';
    }
    text
}

/// The same in a cell of a table.
fn cell(words: &str) -> String {
    escape(words).replace('|', "\\|")
}
