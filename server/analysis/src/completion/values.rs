//! Values: enum values with their meanings, booleans, numbers with units, defaults, examples, variables.

use nexflow_catalog::{Field, Kind, Secret, value};
use nexflow_syntax::{Entry, TextRange};

use super::{Site, variables};
use crate::{CompletionItem, CompletionKind, hover, view::Val};

/// Units in the order in which they are most likely wanted.
const SIZE_UNITS: [&str; 3] = ["mb", "gb", "kb"];
const DURATION_UNITS: [&str; 5] = ["s", "m", "h", "ms", "d"];

/// The values that the field of an entry can have.
pub(super) fn of_entry(
    site: &Site<'_>,
    entry: Entry<'_>,
    replace: TextRange,
) -> Vec<CompletionItem> {
    let val = site.view.child(&entry.key_text());
    of_val(site, &val, replace)
}

/// The values that an item of the list can have.
pub(super) fn of_item(site: &Site<'_>, replace: TextRange) -> Vec<CompletionItem> {
    match &site.list {
        Some(list) => of_val(site, &list.as_item(), replace),
        None => Vec::new(),
    }
}

fn of_val(site: &Site<'_>, val: &Val<'_>, replace: TextRange) -> Vec<CompletionItem> {
    let mut list = List {
        site,
        replace,
        typed: site.typed(replace),
        items: Vec::new(),
    };
    let fields: Vec<&'static Field> = match val.field() {
        Some(field) => vec![field],
        None => val.fields().collect(),
    };
    for field in &fields {
        list.field(field);
    }
    let takes_scalar = fields.is_empty()
        || fields
            .iter()
            .any(|field| field.kinds.iter().any(|kind| is_scalar(*kind)));
    let mut items = list.items;
    if takes_scalar {
        items.extend(variables::whole(site, replace));
    }
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    items
}

fn is_scalar(kind: Kind) -> bool {
    !matches!(kind, Kind::Object | Kind::Map | Kind::List)
}

struct List<'s, 'a> {
    site: &'s Site<'a>,
    replace: TextRange,
    typed: String,
    items: Vec<CompletionItem>,
}

impl List<'_, '_> {
    fn field(&mut self, field: &'static Field) {
        let default = field
            .defaults
            .iter()
            .map(|default| default.value)
            .collect::<Vec<_>>();
        for value in field.values {
            let is_default = default.contains(&value.value);
            self.push(
                value.value,
                if is_default { 0 } else { 1 },
                is_default,
                CompletionKind::EnumValue,
                value.meaning,
                field,
            );
        }
        for kind in field.kinds {
            match kind {
                Kind::Bool => {
                    for word in ["true", "false"] {
                        let is_default = default.contains(&word);
                        self.push(
                            word,
                            if is_default { 0 } else { 1 },
                            is_default,
                            CompletionKind::EnumValue,
                            "",
                            field,
                        );
                    }
                }
                Kind::Duration => self.with_units(&DURATION_UNITS, field, Kind::Duration),
                Kind::Size | Kind::SizeTb => self.with_units(&SIZE_UNITS, field, Kind::Size),
                _ => {}
            }
        }
        if field.secret != Secret::Yes {
            for text in default {
                // Some defaults are words for people ("one per slot"); only values are offered.
                let is_value =
                    !field.has_kind(Kind::String) && value::check_value(field, text, true).is_ok();
                if is_value {
                    self.push(text, 2, true, CompletionKind::Value, "the default", field);
                }
            }
            if let Some(example) = field.example
                && is_scalar(field.kinds[0])
                && field.values.is_empty()
                && !example.contains('$')
            {
                self.push(
                    example,
                    3,
                    false,
                    CompletionKind::Value,
                    "an example",
                    field,
                );
            }
        }
    }

    /// A number that is typed already, with each unit.
    fn with_units(&mut self, units: &[&str], field: &'static Field, kind: Kind) {
        let number: String = self
            .typed
            .trim_start_matches(['"', '\''])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if number.is_empty() {
            return;
        }
        for unit in units {
            let text = format!("{number}{unit}");
            let exact = hover::exact(kind, &text).unwrap_or_default();
            self.push(&text, 1, false, CompletionKind::Value, &exact, field);
        }
    }

    fn push(
        &mut self,
        text: &str,
        rank: u8,
        preselect: bool,
        kind: CompletionKind,
        meaning: &str,
        field: &'static Field,
    ) {
        let quote = self
            .typed
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        let (insert, filter) = match quote {
            Some(quote) => {
                let inner = text.trim_matches(['"', '\'']);
                (format!("{quote}{inner}{quote}"), format!("{quote}{inner}"))
            }
            None if self.site.after_colon => (format!(" {text}"), text.to_owned()),
            None => (text.to_owned(), text.to_owned()),
        };
        let documentation = if meaning.is_empty() {
            field.doc.to_owned()
        } else {
            format!("{meaning}\n\n{}", field.doc)
        };
        let order = self.items.len();
        self.items.push(CompletionItem {
            label: text.to_owned(),
            detail: meaning.to_owned(),
            documentation,
            kind,
            replace: self.replace,
            plain: insert.clone(),
            insert,
            snippet: false,
            filter,
            sort: format!("{rank}{order:04}"),
            preselect,
            deprecated: false,
            retrigger: false,
        });
    }
}
