//! What an editor shows while `nexflow.toml` is written: completion and hovers, from the table of settings and the catalog.
//!
//! The text is looked at line by line, so that a half-written file is as good as a sound one.

use nexflow_analysis::{HOUSE_KEYS, HOUSE_WHEN_KEYS, House};
use nexflow_catalog::{SchemaNode, docs};
use serde_json::Value;

use super::{BY_PLACE, PROJECT_SETTINGS, SETTINGS, Setting, snake_case};

/// Something that can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How it is listed, and what it inserts.
    pub label: String,
    /// What is inserted, where that is not the label.
    pub insert: Option<String>,
    /// A few words.
    pub detail: String,
    /// What it is, as Markdown.
    pub doc: String,
    /// Whether it is a key, and not a value.
    pub is_key: bool,
}

/// What can be typed, and the bytes that it replaces.
pub type Offers = (std::ops::Range<usize>, Vec<Offer>);

/// The table that a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// Before the first header, or in one of another program.
    Other,
    Infra,
    Rules,
    Overrides,
    Assert,
}

/// Where the cursor is: the table, the line up to it, and where the line begins.
struct Place<'t> {
    table: Table,
    line: &'t str,
    before: &'t str,
    start: usize,
}

fn table(header: &str) -> Table {
    let name: String = header
        .trim_matches(['[', ']', ' '])
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    match name.as_str() {
        "infra" => Table::Infra,
        "infra.rules" => Table::Rules,
        "infra.overrides" => Table::Overrides,
        "infra.assert" => Table::Assert,
        _ => Table::Other,
    }
}

fn place(text: &str, offset: usize) -> Place<'_> {
    let offset = offset.min(text.len());
    let offset = (0..=offset)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..]
        .find('\n')
        .map_or(text.len(), |at| offset + at);
    let headers = text[..start].lines().rev();
    let header = headers.map(str::trim).find(|line| line.starts_with('['));
    let table = header.map_or(Table::Other, |line| {
        table(line.split('#').next().unwrap_or_default())
    });
    Place {
        table,
        line: &text[start..end],
        before: &text[start..offset],
        start,
    }
}

fn key(name: impl Into<String>, detail: &str, doc: &str) -> Offer {
    let label = name.into();
    Offer {
        insert: Some(format!("{label} = ")),
        label,
        detail: detail.to_owned(),
        doc: doc.to_owned(),
        is_key: true,
    }
}

fn word(label: impl Into<String>, detail: &str, doc: &str) -> Offer {
    Offer {
        label: label.into(),
        insert: None,
        detail: detail.to_owned(),
        doc: doc.to_owned(),
        is_key: false,
    }
}

/// The settings that a project file may have at the top of `[infra]`.
fn of_project() -> impl Iterator<Item = &'static Setting> {
    let shared = SETTINGS.iter().filter(|setting| setting.in_project_file);
    shared.chain(PROJECT_SETTINGS)
}

/// What can be typed at an offset. `house` has the rules of the file.
pub fn complete(text: &str, offset: usize, house: &House) -> Offers {
    let place = place(text, offset);
    let at = place.start + place.before.len();
    let typed = |stop: &[char]| {
        let from = place.before.rfind(stop).map_or(0, |found| found + 1);
        let blank = place.before[from..].len() - place.before[from..].trim_start().len();
        place.start + from + blank..at
    };
    let before = place.before.trim_start();
    if before.starts_with('#') || is_in_comment(place.before) {
        return (at..at, Vec::new());
    }
    if before.starts_with('[') || before.is_empty() && place.table == Table::Other {
        let from = place.start + (place.before.len() - before.len());
        return (from..at, headers());
    }
    let Some((key, value)) = place.before.split_once('=') else {
        return (typed(&[]), keys(place.table, house));
    };
    let key = key.trim();
    // Inside of `{ ... }` there are keys again, as long as the last `=` has its value.
    let inner = value
        .rfind('{')
        .map(|open| &value[open + 1..])
        .filter(|_| !value.contains('}'));
    if let Some(inner) = inner {
        let last = inner.rsplit(',').next().unwrap_or_default();
        return match last.split_once('=') {
            None => (typed(&['{', ',']), inner_keys(place.table, key, house)),
            Some((inner_key, _)) => values(&place, inner_key.trim(), key, house, at),
        };
    }
    values(&place, key, "", house, at)
}

/// Whether a comment has begun before the end of a text within a line.
fn is_in_comment(before: &str) -> bool {
    let mut quote = None;
    for c in before.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '#') => return true,
            _ => {}
        }
    }
    false
}

fn headers() -> Vec<Offer> {
    let about = |name: &str| {
        let mut all = of_project();
        all.find(|setting| setting.key == name)
            .map_or("", |setting| setting.description)
    };
    vec![
        word("[infra]", "settings", "Settings of Nexflow L5 documents."),
        word("[infra.rules]", "severities", about("rules")),
        word(
            "[[infra.overrides]]",
            "settings by place",
            about("overrides"),
        ),
        word("[[infra.assert]]", "house rule", about("assert")),
    ]
}

fn keys(table: Table, house: &House) -> Vec<Offer> {
    match table {
        Table::Other => Vec::new(),
        Table::Infra => of_project()
            .filter(|setting| !["overrides", "assert"].contains(&setting.key))
            .map(|setting| key(snake_case(setting.key), "setting", setting.description))
            .collect(),
        Table::Rules => rules(house),
        Table::Overrides => {
            let of_place = SETTINGS
                .iter()
                .filter(|setting| BY_PLACE.contains(&setting.key));
            let each = of_place
                .map(|setting| key(snake_case(setting.key), "setting", setting.description));
            let which = [
                key(
                    "paths",
                    "which documents",
                    "Patterns as in `.gitignore`, relative to the project.",
                ),
                key(
                    "environment",
                    "which documents",
                    "Environments of documents.",
                ),
            ];
            which.into_iter().chain(each).collect()
        }
        Table::Assert => HOUSE_KEYS
            .iter()
            .map(|one| key(one.name, one.kind, one.doc))
            .collect(),
    }
}

fn inner_keys(table: Table, around: &str, house: &House) -> Vec<Offer> {
    match (table, around) {
        (Table::Assert, "when") => {
            let fields = [key(
                "type",
                "field",
                "A field near the path, with its values.",
            )];
            let keys = HOUSE_WHEN_KEYS
                .iter()
                .map(|one| key(one.name, one.kind, one.doc));
            keys.chain(fields).collect()
        }
        (Table::Overrides | Table::Infra, "rules") => rules(house),
        _ => Vec::new(),
    }
}

fn rules(house: &House) -> Vec<Offer> {
    let of_catalog = nexflow_catalog::rules()
        .iter()
        .map(|rule| key(rule.id, docs::severity(rule.severity), rule.title));
    let of_house = house
        .rules()
        .iter()
        .map(|rule| key(rule.id, docs::severity(rule.severity), &rule.page()));
    of_catalog.chain(of_house).collect()
}

/// The values of a key; `around` is the key of the inline table that it stands in.
fn values(place: &Place<'_>, key: &str, around: &str, house: &House, at: usize) -> Offers {
    let before = place.before;
    let after_equal = before.rfind('=').map_or(0, |equal| equal + 1);
    let value = &before[after_equal..];
    let quote = value.rfind(['"', '\'']).filter(|_| {
        let quotes = value.chars().filter(|c| matches!(c, '"' | '\''));
        quotes.count() % 2 == 1
    });
    let quoted = quote.map(|quote| after_equal + quote + 1);
    let from = quoted.unwrap_or_else(|| {
        let blank = value.len() - value.trim_start_matches([' ', '[']).len();
        after_equal + value.rfind([',', ' ', '[']).map_or(blank, |stop| stop + 1)
    });
    let typed = &before[from..];
    let range = place.start + from..at;
    let texts = |all: Vec<(String, String)>| -> Vec<Offer> {
        let each = all.into_iter().map(|(text, doc)| {
            let mut offer = word(text.clone(), "", &doc);
            offer.insert = quoted.is_none().then(|| format!("\"{text}\""));
            offer
        });
        each.collect()
    };
    let plain = |all: &[&str]| {
        all.iter()
            .map(|one| ((*one).to_owned(), String::new()))
            .collect()
    };
    let offers = match (place.table, around, key) {
        (Table::Rules, ..) | (_, "rules", _) => texts(plain(&["error", "warning", "hint", "off"])),
        (Table::Assert, "", "path" | "equal") | (Table::Assert, "when", "present" | "absent") => {
            return (
                range.end - last_segment(typed).len()..range.end,
                paths(typed, quoted.is_some()),
            );
        }
        (Table::Assert, "", "severity") => texts(plain(&["error", "warning", "hint"])),
        (Table::Assert, "when", "environment") | (Table::Overrides, "", "environment") => {
            texts(environments())
        }
        (Table::Assert, "", name) => {
            let kind = HOUSE_KEYS
                .iter()
                .find(|one| one.name == name)
                .map_or("", |one| one.kind);
            flags(kind == "boolean")
        }
        _ => of_schema(key, &texts),
    };
    let _ = house;
    (range, offers)
}

fn flags(wanted: bool) -> Vec<Offer> {
    let both = ["true", "false"].into_iter().filter(|_| wanted);
    both.map(|flag| word(flag, "", "")).collect()
}

fn of_schema(key: &str, texts: &dyn Fn(Vec<(String, String)>) -> Vec<Offer>) -> Vec<Offer> {
    let Some(setting) = of_project().find(|setting| snake_case(setting.key) == key) else {
        return Vec::new();
    };
    let schema = (setting.schema)();
    let names = |values: &Value| -> Vec<(String, String)> {
        let values = values.as_array().into_iter().flatten();
        let texts = values.filter_map(Value::as_str);
        texts.map(|text| (text.to_owned(), String::new())).collect()
    };
    match schema["enum"].is_array() {
        true => texts(names(&schema["enum"])),
        false => flags(schema["type"] == "boolean"),
    }
}

/// The environments that the catalog knows.
fn environments() -> Vec<(String, String)> {
    let header = nexflow_catalog::root().child("environment");
    let fields = header.into_iter().flat_map(SchemaNode::fields);
    let values = fields.flat_map(|field| field.values);
    values
        .map(|value| (value.value.to_owned(), value.meaning.to_owned()))
        .collect()
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// What can follow a path of fields that is begun.
fn paths(typed: &str, is_quoted: bool) -> Vec<Offer> {
    let Some(node) = node_at(typed.rsplit_once('.').map_or("", |(before, _)| before)) else {
        return Vec::new();
    };
    let mut offers: Vec<Offer> = node
        .all_children()
        .map(|(name, child)| {
            let doc = child.fields().next().map_or("", |field| field.doc);
            let mut offer = word(name, "field", doc);
            offer.insert = (!is_quoted && !typed.contains('.')).then(|| format!("\"{name}\""));
            offer
        })
        .collect();
    if node.named_child().or_else(|| node.region_child()).is_some() && is_quoted {
        offers.insert(0, word("*", "any name", "Each entry, whatever its name."));
    }
    offers
}

/// The place in the catalog that a path leads to.
fn node_at(path: &str) -> Option<&'static SchemaNode> {
    let parts = path.split('.').filter(|part| !part.is_empty());
    parts
        .into_iter()
        .try_fold(nexflow_catalog::root(), |node, part| {
            let name = part.trim_end_matches("[]");
            let named = || {
                node.named_child()
                    .or_else(|| node.region_child())
                    .map(|(_, node)| node)
            };
            let next = match name {
                "*" => named(),
                name => node.child(name).or_else(named),
            }?;
            if part.ends_with("[]") {
                next.item_child()
            } else {
                Some(next)
            }
        })
}

/// What the thing at an offset is, as Markdown, with its bytes.
pub fn hover(text: &str, offset: usize, house: &House) -> Option<(std::ops::Range<usize>, String)> {
    let place = place(text, offset);
    let is_word =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '*' | '[' | ']' | '<' | '>');
    let at = place.before.len();
    let from = place.before.rfind(|c| !is_word(c)).map_or(0, |found| {
        found
            + place.before[found..]
                .chars()
                .next()
                .map_or(1, char::len_utf8)
    });
    let to = place.line[at..]
        .find(|c| !is_word(c))
        .map_or(place.line.len(), |found| at + found);
    let name = &place.line[from..to];
    if name.is_empty() || is_in_comment(&place.line[..from]) {
        return None;
    }
    let range = place.start + from..place.start + to;
    let is_value = place.line[..from].contains('=') && place.line[..from].ends_with(['"', '\'']);
    let about = |doc: &str| Some(format!("**`{name}`**\n\n{doc}"));
    if is_value {
        let is_path = place.table == Table::Assert
            && ["path", "equal", "present", "absent"].iter().any(|key| {
                place.line[..from]
                    .trim_end_matches(['"', '\'', ' ', '='])
                    .ends_with(key)
            });
        let field = is_path.then(|| node_at(name)).flatten()?.fields().next()?;
        let page = docs::field_body(field);
        return Some((range, format!("**`{}`**\n\n{page}", field.path)));
    }
    let rule = || {
        let of_catalog = nexflow_catalog::rule(name);
        let of_catalog =
            of_catalog.map(|rule| format!("**`{}`**: {}\n\n{}", rule.id, rule.title, rule.summary));
        of_catalog.or_else(|| Some(house.rule(name)?.page()))
    };
    let setting = || {
        let mut all = of_project();
        let setting = all.find(|setting| snake_case(setting.key) == name)?;
        let default = &(setting.schema)()["default"];
        about(&format!("{}\n\nDefault: `{default}`", setting.description))
    };
    let of_keys = || {
        let mut keys = HOUSE_KEYS.iter().chain(HOUSE_WHEN_KEYS);
        about(keys.find(|key| key.name == name)?.doc)
    };
    let found = match place.table {
        Table::Rules => rule(),
        Table::Assert => of_keys(),
        Table::Infra | Table::Overrides => setting().or_else(rule),
        Table::Other => None,
    };
    Some((range, found?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        let offset = text.find('|').expect("a cursor");
        let text = text.replace('|', "");
        let (range, offers) = complete(&text, offset, &House::default());
        assert!(range.end == offset && text.is_char_boundary(range.start));
        offers.into_iter().map(|offer| offer.label).collect()
    }

    #[test]
    fn every_place_of_the_file_has_its_words() {
        for (text, wanted) in [
            ("|", "[[infra.assert]]"),
            ("[in|", "[infra]"),
            ("[infra]\nfl|", "flink_version"),
            ("[infra]\nflink_version = |", "2.2"),
            ("[infra]\nassume_variables = t|", "true"),
            ("[infra.rules]\nenv|", "env-unresolved"),
            ("[infra.rules]\nenv-unresolved = \"|", "off"),
            ("[[infra.overrides]]\npa|", "paths"),
            ("[[infra.overrides]]\nrules = { env|", "env-unresolved"),
            ("[[infra.overrides]]\nrules = { env-unresolved = |", "hint"),
            ("[[infra.assert]]\n|", "one_of"),
            ("[[infra.assert]]\npath = \"|", "checkpoints"),
            ("[[infra.assert]]\npath = \"checkpoints.|", "*"),
            ("[[infra.assert]]\npath = \"checkpoints.*.bu|", "bucket"),
            ("[[infra.assert]]\nwhen = { |", "environment"),
            ("[[infra.assert]]\nwhen = { environment = \"|", "production"),
            ("[[infra.assert]]\nrequired = |", "true"),
        ] {
            assert!(
                labels(text).contains(&wanted.to_owned()),
                "{text}: {:?}",
                labels(text)
            );
        }
        assert_eq!(labels("[other]\nx|"), Vec::<String>::new());
        assert_eq!(labels("[infra]\n# fl|"), Vec::<String>::new());
    }

    #[test]
    fn keys_rules_and_paths_are_explained() {
        let shown = |text: &str| {
            let offset = text.find('|').expect("a cursor");
            hover(&text.replace('|', ""), offset, &House::default()).map(|(_, page)| page)
        };
        for (text, word) in [
            ("[infra]\nflink_ver|sion = \"2.2\"", "Flink version"),
            ("[infra.rules]\nenv-unres|olved = \"off\"", "env-unresolved"),
            ("[[infra.assert]]\nvariable_o|nly = true", "secret"),
            (
                "[[infra.assert]]\npath = \"checkpoints.*.buck|et\"",
                "checkpoints.<name>.bucket",
            ),
        ] {
            let page = shown(text);
            assert!(
                page.as_ref().is_some_and(|page| page.contains(word)),
                "{text}: {page:?}"
            );
        }
        assert_eq!(shown("[infra]\n# flink_ver|sion"), None);
    }
}
