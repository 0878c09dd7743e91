//! Values: enum values with their meanings, booleans, numbers with units, defaults, examples, variables.

use nexflow_catalog::{
    Field, Kind, Secret,
    value::{self, template::SECRET},
};
use nexflow_syntax::{Document, Entry, ScalarStyle, TextRange};

use super::{CompletionContext, context_values, observed_values, secrets, variables};
use crate::{
    About, CompletionItem, CompletionKind, document_context::EXTENDS, edit, hover,
    merged::MergedValue, value_stats,
};

/// Units in the order in which they are most likely wanted, where the field itself has no habit.
const SIZE_UNITS: [&str; 3] = ["mb", "gb", "kb"];
const DURATION_UNITS: [&str; 5] = ["s", "m", "h", "ms", "d"];

/// What stands at other places is offered once so many letters are typed.
const BEGUN: usize = 2;

/// The values that the field of an entry can have.
pub(super) fn of_entry(
    context: &CompletionContext<'_>,
    entry: Entry<'_>,
    replace: TextRange,
) -> Vec<CompletionItem> {
    let val = context.mapping.child(&entry.key_text());
    of_val(context, &val, replace)
}

/// The values that an item of the list can have.
pub(super) fn of_item(context: &CompletionContext<'_>, replace: TextRange) -> Vec<CompletionItem> {
    match &context.list {
        Some(list) => of_val(context, &list.as_item(), replace),
        None => Vec::new(),
    }
}

fn of_val(
    context: &CompletionContext<'_>,
    val: &MergedValue<'_>,
    replace: TextRange,
) -> Vec<CompletionItem> {
    if let Some(items) = secrets::inside(context, replace) {
        return items;
    }
    let mut list = ValueList {
        context,
        replace,
        typed: context.typed(replace),
        items: Vec::new(),
    };
    let mut fields: Vec<&'static Field> = match val.field() {
        Some(field) => vec![field],
        None => val.fields().collect(),
    };
    // A base is a file of the folder, nothing else.
    if fields.iter().any(|field| field.path == EXTENDS) {
        fields.truncate(1);
        for name in context.others.documents() {
            for field in &fields {
                list.push(&name, 1, CompletionKind::Value, "document", field);
            }
        }
        return list.items;
    }
    // Where the items are of an enum its meanings say more than the list's example.
    if let Some(whole) = context.list.as_ref().and_then(MergedValue::field)
        && fields.iter().all(|field| field.values.is_empty())
    {
        list.items_of_example(whole);
    }
    if let Some(field) = fields.first()
        && value_stats::is_free(field)
    {
        list.next_in_series(field);
    }
    for field in &fields {
        list.field(field);
    }
    if fields.is_empty() && list.typed.chars().count() >= BEGUN {
        list.of_document();
    }
    let takes_scalar = fields.is_empty()
        || fields
            .iter()
            .any(|field| field.kinds.iter().any(|kind| is_scalar(*kind)));
    let mut items = list.items;
    if fields.iter().any(|field| field.secret != Secret::No) {
        items.extend(secrets::whole(context, replace));
    }
    if takes_scalar {
        items.extend(variables::whole(context, replace));
    }
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    items
}

/// Whether texts of the author's choice stand in a field.
fn is_text(field: &Field) -> bool {
    let kinds = [Kind::String, Kind::Uri, Kind::Path];
    kinds.iter().any(|kind| field.has_kind(*kind))
}

/// Whether a field takes values that are no texts, or only certain ones, which need no quotes.
fn is_typed(field: &Field) -> bool {
    !is_text(field)
        || field
            .values
            .iter()
            .any(|value| value.value.parse::<f64>().is_err())
}

fn is_scalar(kind: Kind) -> bool {
    !matches!(kind, Kind::Object | Kind::Map | Kind::List)
}

struct ValueList<'s, 'a> {
    context: &'s CompletionContext<'a>,
    replace: TextRange,
    typed: String,
    items: Vec<CompletionItem>,
}

impl ValueList<'_, '_> {
    fn field(&mut self, field: &'static Field) {
        let default = field
            .defaults
            .iter()
            .map(|default| default.value)
            .collect::<Vec<_>>();
        // What others say at the same place is meant more often than a default, which changes nothing.
        if !is_text(field) {
            self.used_elsewhere(field);
        }
        self.begun(field, &default);
        for value in field.values {
            // Writing the default changes nothing, so that hardly anybody wants it.
            let is_default = default.contains(&value.value);
            self.push(
                value.value,
                if is_default { 5 } else { 1 },
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
                            if is_default { 5 } else { 1 },
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
            for default in field.defaults {
                // Some defaults are words for people ("one per slot"); only values are offered.
                let text = default.literal().filter(|_| !is_text(field));
                if let Some(text) =
                    text.filter(|text| value::check_value(field, text, true).is_ok())
                {
                    self.push(text, 6, CompletionKind::Value, "default", field);
                }
            }
            let own = self.context.entry_of(field.refers_to);
            for name in observed_values::names(self.context.snapshot, field) {
                if own.as_deref() != Some(&*name) {
                    self.push(&name, 0, CompletionKind::Name, "", field);
                }
            }
            if is_text(field) {
                self.used_elsewhere(field);
            }
            if let Some(example) = field.example
                && is_scalar(field.kinds[0])
                && field.values.is_empty()
                && !example.contains('$')
                && !example.contains(SECRET)
                && let Some(text) = Document::parse(example).root().value()
            {
                self.push(&text, 3, CompletionKind::Value, "example", field);
            }
            self.suggested(field);
            self.rounded(field);
            self.used_at_other_places(field);
        }
    }

    /// What stands in fields of the same name, and all other texts of the document, once somebody has begun to write one.
    fn used_at_other_places(&mut self, field: &'static Field) {
        let typed = self.typed.trim_start_matches(['"', '\'']).to_owned();
        if typed.chars().count() < BEGUN || !value_stats::is_free(field) {
            return;
        }
        let same_name = observed_values::of_name(self.context.snapshot, self.context.others, field);
        for text in same_name {
            if text.starts_with(&typed) && value::check_value(field, &text, false).is_ok() {
                self.push(&text, 4, CompletionKind::Value, "used elsewhere", field);
            }
        }
        if is_text(field) {
            for text in observed_values::in_document(self.context.snapshot, &typed) {
                self.push(&text, 8, CompletionKind::Value, "used elsewhere", field);
            }
        }
    }

    /// What goes on from the items before: `redis-2:6379` after `redis-1:6379`.
    fn next_in_series(&mut self, field: &'static Field) {
        let Some(own) = self.context.list.as_ref().and_then(MergedValue::node) else {
            return;
        };
        let before: Vec<String> = own
            .items()
            .take_while(|item| item.range().start() < self.replace.start())
            .filter_map(|item| item.value().map(|text| text.into_owned()))
            .collect();
        let Some(last) = before.last().filter(|last| value_stats::is_worth(last)) else {
            return;
        };
        for text in observed_values::successors(last) {
            if !before.contains(&text) {
                self.push(&text, 0, CompletionKind::Value, "the next one", field);
            }
        }
    }

    /// What the document says elsewhere, where the catalog knows nothing of a value.
    fn of_document(&mut self) {
        let typed = self.typed.trim_start_matches(['"', '\'']).to_owned();
        for text in observed_values::in_document(self.context.snapshot, &typed) {
            let written = self.written(&text, None);
            self.add(&text, written, 8, CompletionKind::Value, About::Nothing);
        }
    }

    /// Round numbers that begin with the digits that are typed.
    fn rounded(&mut self, field: &'static Field) {
        let number = self.number();
        if !field.has_kind(Kind::Int) || number.len() < BEGUN || number != self.typed {
            return;
        }
        let powers = (4..21).map(|power| (1_u64 << power).to_string());
        let powers = powers.filter(|power| power.starts_with(&number));
        let tens = (1..5).map(|zeros| format!("{number}{}", "0".repeat(zeros)));
        let mut round: Vec<String> = powers.chain(tens).collect();
        round.sort_by_key(String::len);
        for text in round {
            if value::check_value(field, &text, true).is_ok() {
                self.push(&text, 5, CompletionKind::Value, "", field);
            }
        }
    }

    /// What the catalog suggests for a place like this one.
    fn suggested(&mut self, field: &'static Field) {
        for text in context_values::values(self.context, field) {
            // A secret that an example names is not one of this document; those that are are offered by their names.
            if !text.contains(SECRET) && value::check_value(field, &text, true).is_ok() {
                self.push(&text, 3, CompletionKind::Value, "suggested", field);
            }
        }
    }

    /// What a list's example lists.
    fn items_of_example(&mut self, field: &'static Field) {
        let Some(example) = field.example.filter(|_| field.secret == Secret::No) else {
            return;
        };
        let list = Document::parse(example);
        for item in list.root().items().filter_map(|item| item.value()) {
            if !item.contains(['$', '\n']) {
                self.push(&item, 3, CompletionKind::Value, "example", field);
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
            self.push(text, 0, CompletionKind::Value, "", field);
        }
    }

    /// What other entries and other documents say at the same place, where any text or amount is right; of AWS regions all there are.
    fn used_elsewhere(&mut self, field: &'static Field) {
        if !value_stats::is_free(field) {
            return;
        }
        let typed = self.typed.trim_matches(['"', '\'']).to_owned();
        let is_begun = !is_text(field) && !typed.is_empty();
        for text in
            observed_values::values(self.context.snapshot, self.context.others, field, &typed)
        {
            let is_default = field.defaults.iter().any(|default| default.value == text);
            let rank = match is_begun {
                true => 0,
                false if is_default => 5,
                false => 2,
            };
            self.push(&text, rank, CompletionKind::Value, "used elsewhere", field);
        }
        let regions = nexflow_catalog::aws_regions();
        if field
            .example
            .is_some_and(|example| regions.clone().any(|region| region == example))
        {
            for region in regions {
                self.push(region, 4, CompletionKind::Value, "AWS region", field);
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
            self.push(&text, 1, CompletionKind::Value, &exact, field);
        }
    }

    fn push(
        &mut self,
        text: &str,
        rank: u8,
        kind: CompletionKind,
        meaning: &str,
        field: &'static Field,
    ) {
        let written = self.written(text, Some(field));
        let about = About::Value(meaning.to_owned(), field.id.0);
        if self.add(text, written, rank, kind, about)
            && let Some(item) = self.items.last_mut()
        {
            item.detail = meaning.to_owned();
            item.ends_in_flow = self.context.flow
                && kind == CompletionKind::EnumValue
                && !field.open
                && field
                    .kinds
                    .iter()
                    .all(|kind| matches!(kind, Kind::Enum | Kind::Bool));
        }
    }

    /// The quotes that are typed already.
    fn quote(&self) -> Option<char> {
        let first = self.typed.chars().next();
        first.filter(|c| matches!(c, '"' | '\''))
    }

    /// How a text is written for a field, in quotes where it must be.
    fn written(&self, text: &str, field: Option<&'static Field>) -> String {
        let is_plain = |field: &'static Field| {
            is_typed(field) && value::check_value(field, text, true).is_ok()
        };
        match self.quote() {
            Some('"') => edit::quoted(text, true, Some(ScalarStyle::DoubleQuoted)),
            Some(_) => edit::quoted(text, true, Some(ScalarStyle::SingleQuoted)),
            None if field.is_some_and(is_plain) => text.to_owned(),
            None => edit::quoted(text, self.context.flow, None),
        }
    }

    /// Adds an item; false when it is there already.
    fn add(
        &mut self,
        text: &str,
        written: String,
        rank: u8,
        kind: CompletionKind,
        about: About,
    ) -> bool {
        let (insert, filter) = match self.quote() {
            Some(quote) => (written, format!("{quote}{text}")),
            None if self.context.after_colon => (format!(" {written}"), text.to_owned()),
            None => (written, text.to_owned()),
        };
        if self.items.iter().any(|item| item.label == text) {
            return false;
        }
        let order = self.items.len();
        self.items.push(CompletionItem {
            label: text.to_owned(),
            detail: String::new(),
            about,
            kind,
            replace: self.replace,
            plain: insert.clone(),
            insert,
            snippet: false,
            filter,
            sort: format!("{rank}{order:04}"),
            preselect: false,
            deprecated: false,
            ends_in_flow: false,
            retrigger: false,
        });
        true
    }
}
