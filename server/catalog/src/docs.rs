//! The words of the catalog as Markdown pages: the reference of the fields, and a page per rule. `explain` on the
//! command line and the files under `docs/` come from here, so that they cannot differ.

mod changes;
mod field;

use std::fmt::Write as _;

use crate::model::{Applicability, Field, FixEdit, Kind, Needs, Rule, Severity};

pub use changes::change_page;
pub use field::{Description, describe};

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
    pages.extend(changes::pages());
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
    text.push_str("# Reference\n\nEvery field of an L5 document, by section.\n\n| Section | Fields | |\n|---|---|---|\n");
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
        "toolchain" => toolchain_dialect(),
        _ => crate::node(section)
            .and_then(|n| n.fields().next())
            .map_or_else(String::new, |f| f.doc.to_owned()),
    }
}

/// What shows that a document is written in the toolchain's dialect: keys at the top, or directly below a section, that only it
/// has.
fn toolchain_dialect() -> String {
    let only_toolchain = |path: &str| {
        crate::node(path).is_some_and(|node| node.fields().all(|field| field.toolchain))
    };
    let mut tops: Vec<&str> = Vec::new();
    let mut sections: Vec<&str> = Vec::new();
    for field in crate::fields()
        .iter()
        .filter(|field| only_toolchain(field.path))
    {
        match field.path.split_once('.') {
            None => tops.push(field.path),
            Some((section, key)) if !key.contains('.') && !only_toolchain(section) => {
                sections.push(section);
            }
            Some(_) => {}
        }
    }
    tops.dedup();
    sections.dedup();
    format!(
        "The dialect that the Nexflow toolchain reads, recognized by a top-level {}, or by its own fields directly below {}. \
         Nothing of it is deprecated; the documented dialect is the other one. `dialect` in `[infra]` of `nexflow.toml` overrides \
         the recognition.",
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
    let about = describe(field);
    let mut text = format!("{}\n\n", escape(about.doc));
    if let Some(instead) = &about.deprecated {
        let _ = writeln!(text, "**Deprecated.** {}\n", escape(instead));
    }
    item(&mut text, "Kind", &about.kind);
    for (label, fact) in &about.facts {
        item(&mut text, label, &escape(fact));
    }
    text.push('\n');
    if !about.values.is_empty() {
        text.push_str("| Value | Meaning |\n|---|---|\n");
        for (value, meaning) in &about.values {
            let _ = writeln!(text, "| `{value}` | {} |", cell(&sentence(meaning)));
        }
        if about.open {
            text.push_str("\nOther values are possible.\n");
        }
        text.push('\n');
    }
    if !about.notes.is_empty() {
        text.push_str("Notes:\n\n");
    }
    for note in about.notes {
        let _ = writeln!(text, "- {}", escape(note));
    }
    if !about.notes.is_empty() {
        text.push('\n');
    }
    if let Some(example) = example(field) {
        let _ = writeln!(text, "Example:\n\n```yaml\n{example}\n```\n");
    }
    text
}

/// The page of a path: all fields that it may be, or those alone that belong to one type.
#[must_use]
pub fn field_page(fields: &[&Field]) -> String {
    let mut text = String::new();
    for field in fields {
        if text.is_empty() {
            let _ = writeln!(text, "# `{}`\n", field.path);
        }
        if fields.len() > 1 {
            let types: Vec<_> = field.applies_to.iter().map(|t| format!("`{t}`")).collect();
            let heading = if types.is_empty() || fields[0].path != field.path {
                format!("`{}`", field.path)
            } else {
                types.join(", ")
            };
            let _ = writeln!(text, "## {heading}\n");
        }
        text.push_str(&field_body(field));
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
        let _ = writeln!(text, "## {subject}\n\n| Rule | Severity | |\n|---|---|---|");
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
        "# {}\n\n{}. Severity: {}.\n\n## What it finds\n\n{}\n\n## Why it matters\n\n{}\n\n",
        rule.id,
        escape(rule.title),
        severity(rule.severity),
        escape(&sentence(rule.summary)),
        escape(rule.why),
    );
    if !rule.help.is_empty() || !rule.fixes.is_empty() {
        text.push_str("## How to fix it\n\n");
    }
    if !rule.help.is_empty() {
        let _ = write!(text, "{}\n\n", escape(rule.help));
    }
    let mut offered = false;
    for fix in rule.fixes {
        let replaces = fix.edits.contains(&FixEdit::ReplaceValue);
        let title = fix.title.replace("`{}`", "the suggested value");
        if !offered {
            text.push_str("Editors offer:\n\n");
            offered = true;
        }
        let when = match (replaces, fix.applicability) {
            (true, Applicability::Safe) => " (where the right value is known; `--fix` applies it)",
            (true, _) => " (where the right value is known)",
            (false, Applicability::Safe) => " (`--fix` applies it)",
            (false, _) => "",
        };
        let _ = writeln!(text, "- {}{when}", escape(&title));
    }
    if offered {
        text.push('\n');
    }
    match rule.needs {
        Needs::Nothing => {}
        Needs::File => text.push_str("Checked in whole documents only, not in fragments.\n\n"),
        Needs::Project => text.push_str("Checked with the other files of the project.\n\n"),
    }
    text.push_str("## Examples\n\n");
    if !rule.process.is_empty() {
        let process = rule.process.trim_end();
        let _ = write!(text, "With this process:\n\n```text\n{process}\n```\n\n");
    }
    let _ = write!(
        text,
        "Reported:\n\n```yaml\n{}\n```\n\nNot reported:\n\n```yaml\n{}\n```\n\n## Sources\n\n",
        rule.fail.trim_end(),
        rule.pass.trim_end()
    );
    for source in rule.sources {
        let _ = writeln!(text, "- {}", escape(&capital(&source_words(source))));
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

/// Text of the catalog as Markdown: code spans stay, and what would be markup elsewhere is escaped. An underscore inside a
/// word is no markup.
fn escape(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    let mut chars = words.chars().peekable();
    let mut inside_word = false;
    while let Some(c) = chars.next() {
        if c == '`' && chars.clone().any(|next| next == '`') {
            text.push('`');
            text.extend(chars.by_ref().take_while(|next| *next != '`'));
            text.push('`');
            inside_word = false;
            continue;
        }
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
