//! Writes the checked catalog as Rust. Everything is a constant, so it needs no work at start.

use std::fmt::Write as _;

use crate::fields::{Checked, Required};
use crate::key;
use crate::load::{Located, ProfileEntry, SecretEntry, SnippetEntry};
use crate::rules::{Edit, Rule};
use crate::tree::Node;

/// A Rust string literal.
pub fn string(text: &str) -> String {
    format!("{text:?}")
}

pub fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "None".to_owned(), |t| format!("Some({})", string(t)))
}

pub fn strings<S: AsRef<str>>(texts: &[S]) -> String {
    let all: Vec<_> = texts.iter().map(|t| string(t.as_ref())).collect();
    format!("&[{}]", all.join(", "))
}

pub fn fields(fields: &[Checked]) -> String {
    let mut code = String::from(
        "use crate::model::*;\nuse crate::snippet::{Profile, Snippet};\nuse Kind::*;\n",
    );
    let _ = writeln!(code, "pub static FIELDS: [Field; {}] = [", fields.len());
    for (i, field) in fields.iter().enumerate() {
        emit_field(&mut code, i, field);
    }
    code.push_str("];\n");
    code
}

fn emit_field(code: &mut String, id: usize, field: &Checked) {
    let entry = &field.entry;
    let name = field.path().rsplit('.').next().unwrap_or_default();
    let values: Vec<_> = entry
        .values
        .0
        .iter()
        .map(|(v, m)| {
            format!(
                "EnumValue {{ value: {}, meaning: {} }}",
                string(v),
                string(m)
            )
        })
        .collect();
    let source = entry
        .default
        .0
        .iter()
        .find(|(by, _)| by == "source")
        .map(|(_, s)| s.as_str());
    let defaults: Vec<_> = entry
        .default
        .0
        .iter()
        .filter(|(by, _)| by != "source")
        .map(|(by, v)| {
            format!(
                "Default {{ by: {}, value: {}, source: {} }}",
                string(by),
                string(v),
                optional(source)
            )
        })
        .collect();
    let required = match &field.required {
        Required::Never => "RequiredWhen::Never".to_owned(),
        Required::Always => "RequiredWhen::Always".to_owned(),
        Required::FieldIs(name, values) => {
            format!(
                "RequiredWhen::FieldIs {{ field: {}, values: {} }}",
                string(name),
                strings(values)
            )
        }
    };
    let secret = match &entry.secret {
        None | Some(SecretEntry::Plain(false)) => "Secret::No".to_owned(),
        Some(SecretEntry::Plain(true)) => "Secret::Yes".to_owned(),
        Some(SecretEntry::Partly(text)) => format!("Secret::Partly({})", string(text)),
    };
    let deprecated = entry.deprecated.as_ref().map_or_else(
        || "None".to_owned(),
        |d| {
            let successor = optional(d.successor.as_deref());
            format!(
                "Some(&Deprecated {{ text: {}, successor: {successor} }})",
                string(&d.text)
            )
        },
    );
    let no_flink_key = entry.flink_key.as_deref() == Some("none");
    let flink_key = entry.flink_key.as_deref().filter(|_| !no_flink_key);
    let (discriminator, up) = field
        .discriminator
        .as_ref()
        .map_or((None, 0), |(d, up)| (Some(d.as_str()), *up));
    let _ = writeln!(
        code,
        "Field {{ id: FieldId({id}), path: {}, name: {}, applies_to: {}, discriminator: {}, discriminator_up: {up}, \
         kinds: &[{}], values: &[{}], open: {}, ignore_case: {}, free_form: {}, \
         required: Required {{ text: {}, when: {required} }}, doc: {}, pitfalls: {}, example: {}, example_key: {}, suggest: {}, \
         defaults: &[{}], range: {}, pattern: {}, unit: {}, units: {}, flink_key: {}, flink_key_old: {}, \
         no_flink_key: {no_flink_key}, maps_to: {}, refers_to: {}, named_by: {}, processes: {}, defines_part: {}, important: {}, secret: {secret}, deprecated: {deprecated}, \
         origin: Origin::{}, toolchain: {}, counterpart: {}, versions: {}, proofs: {} }},",
        string(field.path()),
        string(name),
        strings(&entry.applies_to),
        optional(discriminator),
        field.kinds.join(", "),
        values.join(", "),
        entry.open,
        entry.ignore_case,
        entry.free_form,
        optional(entry.required_when.as_deref()),
        string(&entry.doc),
        strings(&entry.pitfalls),
        optional(field.example.as_deref()),
        optional(entry.example_key.as_deref()),
        strings(&entry.suggest),
        defaults.join(", "),
        range(field),
        optional(entry.pattern.as_deref()),
        optional(entry.unit.as_deref()),
        strings(&entry.units),
        optional(flink_key),
        optional(entry.flink_key_old.as_deref()),
        optional(entry.maps_to.as_deref()),
        optional(entry.refers_to.as_deref()),
        optional(entry.named_by.as_deref()),
        strings(&entry.processes),
        entry.defines_part,
        entry.important,
        field.origin,
        entry.toolchain,
        optional(entry.counterpart.as_deref()),
        field.versions,
        field.proofs,
    );
}

fn range(field: &Checked) -> String {
    let Some(range) = &field.entry.range else {
        return "None".to_owned();
    };
    let bound = |bound: &Option<(f64, String)>, exclusive: bool| {
        bound.as_ref().map_or_else(
            || "None".to_owned(),
            |(value, text)| {
                format!(
                    "Some(Bound {{ value: {value:?}, exclusive: {exclusive}, text: {} }})",
                    string(text)
                )
            },
        )
    };
    format!(
        "Some(&Range {{ min: {}, max: {}, min_length: {:?}, max_length: {:?}, min_items: {:?}, unique: {}, \
         multiple_of: {:?}, note: {} }})",
        bound(&field.min, range.exclusive_min),
        bound(&field.max, range.exclusive_max),
        range.min_length,
        range.max_length,
        range.min_items,
        range.unique,
        range.multiple_of,
        optional(range.note.as_deref()),
    )
}

pub fn tree(nodes: &[Node]) -> String {
    let mut code = String::new();
    let name = |i: usize| {
        if i == 0 {
            "ROOT".to_owned()
        } else {
            format!("N{i}")
        }
    };
    let node_ref =
        |i: Option<usize>| i.map_or_else(|| "None".to_owned(), |i| format!("Some(&{})", name(i)));
    for (i, node) in nodes.iter().enumerate() {
        let ids: Vec<_> = node
            .fields
            .iter()
            .map(|f| format!("FieldId({f})"))
            .collect();
        let children: Vec<_> = node
            .children
            .iter()
            .map(|(key, at)| format!("({}, &{})", string(key), name(*at)))
            .collect();
        let named = node.named.as_ref().map_or_else(
            || "None".to_owned(),
            |(word, at)| format!("Some(({}, &{}))", string(word), name(*at)),
        );
        let _ = writeln!(
            code,
            "pub static {}: SchemaNode = SchemaNode {{ path: {}, fields: &[{}], children: &[{}], table: &{:?}, named: {named}, \
             region: {}, region_declared_by: {}, item: {}, inherits: {} }};",
            name(i),
            string(&node.path),
            ids.join(", "),
            children.join(", "),
            table(node.children.keys()),
            node_ref(node.region.as_ref().map(|(_, at)| *at)),
            optional(node.region.as_ref().map(|(by, _)| by.as_str())),
            node_ref(node.item),
            node_ref(node.inherits),
        );
    }
    code
}

/// Where each key stands among its sorted siblings, at the place that its number gives it or the next free one.
fn table<'k>(keys: impl ExactSizeIterator<Item = &'k String>) -> Vec<u8> {
    assert!(
        keys.len() < usize::from(key::FREE),
        "a block has more keys than its table can number"
    );
    if keys.len() == 0 {
        return Vec::new();
    }
    let mut table = vec![key::FREE; (2 * keys.len()).next_power_of_two()];
    for (index, name) in (0u8..).zip(keys) {
        let mut at = key::number(name) as usize & (table.len() - 1);
        while table[at] != key::FREE {
            at = (at + 1) & (table.len() - 1);
        }
        table[at] = index;
    }
    table
}

pub fn rules(rules: &[Rule]) -> String {
    let mut code = String::new();
    let _ = writeln!(code, "pub static RULES: [Rule; {}] = [", rules.len());
    for rule in rules {
        let entry = &rule.entry;
        let tag = rule
            .tag
            .map_or_else(|| "None".to_owned(), |t| format!("Some(RuleTag::{t})"));
        let fixes: Vec<_> = rule
            .fixes
            .iter()
            .map(|fix| {
                let edits: Vec<_> = fix.edits.iter().map(edit).collect();
                format!(
                    "Fix {{ title: {}, applicability: Applicability::{}, edits: &[{}] }}",
                    string(&fix.title),
                    fix.applicability,
                    edits.join(", ")
                )
            })
            .collect();
        let _ = writeln!(
            code,
            "Rule {{ id: {}, severity: Severity::{}, title: {}, subject: {}, summary: {}, why: {}, help: {}, \
             sources: {}, checked: {}, message: {}, fail: {}, pass: {}, process: {}, needs: Needs::{}, tag: {tag}, fixes: &[{}], \
             general: {}, yields: {}, advises: {}, incomplete: {}, about: Product::{}, versions: {}, proofs: {}, former: {} }},",
            string(&entry.id.value),
            rule.severity,
            string(&entry.title),
            string(&rule.subject),
            string(&entry.when),
            string(&entry.why),
            string(&entry.help),
            strings(&entry.src),
            optional(entry.checked.as_deref()),
            string(entry.message.as_deref().unwrap_or_default()),
            string(&entry.fail),
            string(&entry.pass),
            string(&entry.process),
            rule.needs,
            fixes.join(", "),
            entry.general,
            entry.yields,
            entry.advises,
            entry.incomplete,
            rule.about,
            rule.versions,
            rule.proofs,
            strings(&entry.former),
        );
    }
    code.push_str("];\n");
    code
}

fn edit(edit: &Edit) -> String {
    match edit {
        Edit::Remove(path) => format!("FixEdit::Remove {{ path: {} }}", string(path)),
        Edit::Set(path, value) => format!(
            "FixEdit::Set {{ path: {}, value: {} }}",
            string(path),
            string(value)
        ),
        Edit::Copy(from, to) => format!(
            "FixEdit::Copy {{ from: {}, to: {} }}",
            string(from),
            string(to)
        ),
        Edit::Rename(from, to) => format!(
            "FixEdit::Rename {{ from: {}, to: {} }}",
            string(from),
            string(to)
        ),
        Edit::Merge(from, to) => format!(
            "FixEdit::Merge {{ from: {}, to: {} }}",
            string(from),
            string(to)
        ),
        Edit::ReplaceValue => "FixEdit::ReplaceValue".to_owned(),
    }
}

pub fn snippets(snippets: &[Located<SnippetEntry>]) -> String {
    let mut code = format!("pub static SNIPPETS: [Snippet; {}] = [\n", snippets.len());
    for Located { value, .. } in snippets {
        let _ = writeln!(
            code,
            "Snippet {{ label: {}, place: {}, entry_type: {}, description: {}, body: {} }},",
            string(&value.label.value),
            string(&value.place),
            optional(value.entry_type.as_deref()),
            string(&value.description),
            string(value.body.trim_end()),
        );
    }
    code.push_str("];\n");
    code
}

pub fn profiles(profiles: &[Located<ProfileEntry>]) -> String {
    let mut code = format!("pub static PROFILES: [Profile; {}] = [\n", profiles.len());
    for Located { value, .. } in profiles {
        let values: Vec<_> = value
            .values
            .0
            .iter()
            .map(|(p, v)| format!("({}, {})", string(p), string(v)))
            .collect();
        let _ = writeln!(
            code,
            "Profile {{ name: {}, place: {}, entry_type: {}, description: {}, values: &[{}] }},",
            string(&value.name.value),
            string(&value.place),
            string(&value.entry_type),
            string(&value.description),
            values.join(", "),
        );
    }
    code.push_str("];\n");
    code
}
