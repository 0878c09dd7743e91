//! Values: enum values with their meanings, booleans, numbers with units, defaults, examples, variables.

use nexflow_catalog::{Field, Kind, Secret, value};
use nexflow_syntax::{Entry, TextRange};

use super::{Site, around, elsewhere, secrets, variables};
use crate::{About, CompletionItem, CompletionKind, habits, hover, view::Val};

/// Units in the order in which they are most likely wanted, where the field itself has no habit.
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
    if let Some(items) = secrets::inside(site, replace) {
        return items;
    }
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
    // Where the items are of an enum its meanings say more than the list's example.
    if let Some(whole) = site.list.as_ref().and_then(Val::field)
        && fields.iter().all(|field| field.values.is_empty())
    {
        list.items_of_example(whole);
    }
    for field in &fields {
        list.field(field);
    }
    let takes_scalar = fields.is_empty()
        || fields
            .iter()
            .any(|field| field.kinds.iter().any(|kind| is_scalar(*kind)));
    let mut items = list.items;
    if fields.iter().any(|field| field.secret != Secret::No) {
        items.extend(secrets::whole(site, replace));
    }
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
        self.begun(field, &default);
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
            for name in elsewhere::names(self.site.snapshot, field) {
                self.push(&name, 0, false, CompletionKind::Name, "", field);
            }
            self.habits(field);
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
            self.suggested(field);
        }
    }

    /// What the catalog suggests for a place like this one.
    fn suggested(&mut self, field: &'static Field) {
        for text in around::values(self.site, field) {
            if value::check_value(field, &text, true).is_ok() {
                self.push(
                    &text,
                    3,
                    false,
                    CompletionKind::Value,
                    "a good value here",
                    field,
                );
            }
        }
    }

    /// What a list's example lists.
    fn items_of_example(&mut self, field: &'static Field) {
        let Some(example) = field.example.filter(|_| field.secret == Secret::No) else {
            return;
        };
        let list = nexflow_syntax::Document::parse(example);
        for item in list.root().items().filter_map(|item| item.value()) {
            if !item.contains(['$', '\n']) {
                self.push(&item, 3, false, CompletionKind::Value, "an example", field);
            }
        }
    }

    /// The digits that are typed already.
    fn number(&self) -> String {
        self.typed
            .trim_start_matches(['"', '\''])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect()
    }

    /// The good values that begin with the digits that are typed.
    fn begun(&mut self, field: &'static Field, defaults: &[&'static str]) {
        let number = self.number();
        let good: Vec<&str> = defaults
            .iter()
            .copied()
            .chain(field.example)
            .filter(|text| !number.is_empty() && text.starts_with(&number))
            .filter(|text| value::check_value(field, text, true).is_ok())
            .collect();
        if field.has_kind(Kind::String) || field.secret == Secret::Yes {
            return;
        }
        for text in good {
            self.push(text, 0, false, CompletionKind::Value, "", field);
        }
    }

    /// What other entries and other documents say at the same place, where any text is right; of AWS regions all there are.
    fn habits(&mut self, field: &'static Field) {
        if !habits::is_free(field) {
            return;
        }
        let typed = self.typed.clone();
        for text in elsewhere::values(self.site.snapshot, self.site.others, field, &typed) {
            let written = if self.site.flow && text.contains(['{', '}', '[', ']', ',']) {
                format!("\"{text}\"")
            } else if text.contains(": ")
                || text.contains(" #")
                || text.starts_with(['*', '&', '!', '%', '@', '`', '"', '\'', '[', '{'])
            {
                continue;
            } else {
                text
            };
            self.push(
                &written,
                2,
                false,
                CompletionKind::Value,
                "used elsewhere",
                field,
            );
        }
        let regions = nexflow_catalog::aws_regions();
        if field
            .example
            .is_some_and(|example| regions.clone().any(|region| region == example))
        {
            for region in regions {
                self.push(
                    region,
                    4,
                    false,
                    CompletionKind::Value,
                    "a region of AWS",
                    field,
                );
            }
        }
    }

    /// A number that is typed already, with each unit: first those that the field's default and example have. For sizes the powers
    /// of two that begin with the digits come first while the digits alone are none.
    fn with_units(&mut self, units: &[&'static str], field: &'static Field, kind: Kind) {
        let number = self.number();
        if number.is_empty() {
            return;
        }
        let unit_of = |text: &str| {
            let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
            units.iter().copied().find(|known| *known == unit)
        };
        let own = field
            .defaults
            .iter()
            .map(|default| default.value)
            .chain(field.example)
            .filter_map(unit_of);
        // A day's worth is said in hours.
        let daily = (kind == Kind::Duration
            && matches!(number.as_str(), "12" | "24" | "36" | "48" | "72"))
        .then_some("h");
        let mut ordered: Vec<&str> = Vec::new();
        for unit in daily.into_iter().chain(own).chain(units.iter().copied()) {
            if !ordered.contains(&unit) {
                ordered.push(unit);
            }
        }
        let mut texts: Vec<String> = Vec::new();
        if kind == Kind::Size && !number.parse::<u64>().is_ok_and(u64::is_power_of_two) {
            let powers = (4..11).map(|power| (1_u64 << power).to_string());
            texts.extend(
                powers
                    .filter(|power| power.starts_with(&number))
                    .map(|power| format!("{power}{}", ordered[0])),
            );
        }
        texts.extend(ordered.iter().map(|unit| format!("{number}{unit}")));
        for text in texts {
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
        if self.items.iter().any(|item| item.label == text) {
            return;
        }
        let order = self.items.len();
        self.items.push(CompletionItem {
            label: text.to_owned(),
            detail: meaning.to_owned(),
            about: About::Value(meaning.to_owned(), field.id.0),
            kind,
            replace: self.replace,
            plain: insert.clone(),
            insert,
            snippet: false,
            filter,
            sort: format!("{rank}{order:04}"),
            preselect,
            deprecated: false,
            ends_in_flow: self.site.flow
                && kind == CompletionKind::EnumValue
                && !field.open
                && field
                    .kinds
                    .iter()
                    .all(|kind| matches!(kind, Kind::Enum | Kind::Bool)),
            retrigger: false,
        });
    }
}
