//! Values: enum values with their meanings, booleans, numbers with units, defaults, examples, variables.

use nexflow_catalog::{
    Field, Kind, Secret,
    value::{self, template::SECRET},
};
use nexflow_syntax::{Document, Entry, ScalarStyle, TextRange};

use super::{
    CompletionContext, context_values, derived_texts, observed_values, secrets, variables,
};
use crate::{
    About, CompletionItem, CompletionKind, document_context::EXTENDS, edit, hover,
    merged::MergedValue, value_stats,
};

/// Units in the order in which they are most likely wanted, where the field itself has no habit.
const SIZE_UNITS: [&str; 3] = ["mb", "gb", "kb"];
const LARGE_UNITS: [&str; 4] = ["gb", "tb", "mb", "kb"];
const DURATION_UNITS: [&str; 5] = ["s", "m", "h", "ms", "d"];

/// Sizes that are no powers of two are a number of these.
const STEP: u64 = 256;
const STEPS: u64 = 17;

/// More offers than these for what is typed say nothing new.
const ENOUGH: usize = 6;

/// How many of a unit one waits for.
const USUAL_COUNTS: [&str; 13] = [
    "10", "12", "15", "20", "24", "30", "36", "40", "45", "48", "60", "72", "90",
];

/// What stands at other places is offered once so many letters are typed.
const BEGUN: usize = 2;

/// The values that the field of an entry can have.
pub(super) fn of_entry(
    context: &CompletionContext<'_>,
    entry: Entry<'_>,
    replace: TextRange,
) -> Vec<CompletionItem> {
    let key = entry.key_text();
    let val = context.mapping.child(&key);
    of_val(context, &val, Some(&key), replace)
}

/// The values that an item of the list can have.
pub(super) fn of_item(context: &CompletionContext<'_>, replace: TextRange) -> Vec<CompletionItem> {
    match &context.list {
        Some(list) => of_val(context, &list.as_item(), None, replace),
        None => Vec::new(),
    }
}

fn of_val(
    context: &CompletionContext<'_>,
    val: &MergedValue<'_>,
    key: Option<&str>,
    replace: TextRange,
) -> Vec<CompletionItem> {
    if let Some(items) = secrets::inside(context, replace, key) {
        return items;
    }
    let mut list = ValueList {
        context,
        replace,
        typed: context.typed(replace),
        key: key.map(str::to_owned),
        current: current(context, replace),
        items: Vec::new(),
    };
    let mut fields: Vec<&'static Field> = match val.field() {
        Some(field) => vec![field],
        None => val.fields().collect(),
    };
    // A base is a file of the folder, nothing else.
    if fields.iter().any(|field| field.path == EXTENDS) {
        fields.truncate(1);
        let mut names = context.others.documents();
        // A base is called so.
        names.sort_by_key(|name| !name.split(['-', '_', '.']).any(|word| word == "base"));
        for name in names {
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
    if fields.is_empty() {
        list.of_document();
    }
    let takes_scalar = fields.is_empty()
        || fields
            .iter()
            .any(|field| field.kinds.iter().any(|kind| is_scalar(*kind)));
    let mut items = list.items;
    if fields.iter().any(|field| field.secret != Secret::No) {
        items.extend(secrets::whole(context, replace, key));
    }
    if takes_scalar {
        items.extend(variables::whole(context, replace, &fields));
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
    /// The key whose value it is; `None` for an item of a list.
    key: Option<String>,
    /// What stands there: a text of the document, and no habit.
    current: Option<String>,
    items: Vec<CompletionItem>,
}

fn current(context: &CompletionContext<'_>, replace: TextRange) -> Option<String> {
    let node = context.snapshot.document.node_at(replace.start())?;
    node.value().map(|text| text.into_owned())
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
                Kind::Size => self.with_units(&SIZE_UNITS, field, Kind::Size),
                Kind::SizeTb => self.with_units(&LARGE_UNITS, field, Kind::Size),
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
            self.derived(field);
            self.suggested(field);
            self.rounded(field);
            self.used_at_other_places(field);
        }
    }

    /// What is typed, without the quote before it, once somebody has begun.
    fn begun_text(&self) -> Option<String> {
        let text = self.typed.trim_start_matches(['"', '\'']);
        (self.typed.chars().count() >= BEGUN && !text.is_empty()).then(|| text.to_owned())
    }

    /// What follows from the names of the blocks around, from entries beside this one and from the environment.
    fn derived(&mut self, field: &'static Field) {
        let Some(typed) = self.begun_text().filter(|_| value_stats::is_free(field)) else {
            return;
        };
        let context = self.context;
        let key = self.key.clone();
        if let Some(key) = &key {
            for text in observed_values::behind_key(context.snapshot, key, &typed) {
                self.push_right(&text, 2, "used elsewhere", field);
            }
        }
        if !is_text(field) {
            return;
        }
        let nearness = derived_texts::Nearness::of(context);
        for text in derived_texts::of_siblings(context, key.as_deref(), &typed) {
            self.push_right(&text, nearness.rank(&text), "like its siblings", field);
        }
        for text in derived_texts::of_environment(context, field, &typed) {
            self.push_right(&text, nearness.rank(&text), "for this environment", field);
        }
        for text in derived_texts::of_names_around(context, &typed) {
            self.push_right(&text, 4, "named like this block", field);
        }
    }

    fn push_right(&mut self, text: &str, rank: u8, meaning: &str, field: &'static Field) {
        if value::check_value(field, text, false).is_ok() {
            self.push(text, rank, CompletionKind::Value, meaning, field);
        }
    }

    /// What stands in fields of the same name, and all other texts of the document, once somebody has begun to write one.
    fn used_at_other_places(&mut self, field: &'static Field) {
        let Some(typed) = self.begun_text().filter(|_| value_stats::is_free(field)) else {
            return;
        };
        let context = self.context;
        let same_name = observed_values::of_name(context.snapshot, context.others, field);
        for text in same_name {
            if text.starts_with(&typed) {
                self.push_right(&text, 4, "used elsewhere", field);
            }
        }
        if !is_text(field) {
            return;
        }
        // Where a text is by convention a folder it ends like one.
        let is_folder = field.example.is_some_and(|example| example.ends_with('/'));
        let parts = derived_texts::parts_of_texts(context, &typed);
        if is_folder {
            for text in &parts {
                self.push_right(&format!("{text}/"), 7, "used elsewhere", field);
            }
        }
        for text in observed_values::in_document(context.snapshot, &typed) {
            self.push_right(&text, 8, "used elsewhere", field);
        }
        // Each offer is tried before it is made: what is least likely is left out where there are enough.
        let begins = |item: &&CompletionItem| item.label.starts_with(&typed);
        let left = ENOUGH.saturating_sub(self.items.iter().filter(begins).count());
        let key = self.key.clone();
        let others = derived_texts::of_other_fields(context, key.as_deref(), &typed);
        for text in others.iter().take(left) {
            self.push_right(text, 8, "like another field", field);
        }
        for text in parts.iter().take(left) {
            self.push_right(text, 9, "used elsewhere", field);
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
        let Some(typed) = self.begun_text() else {
            return;
        };
        let context = self.context;
        let mut texts = Vec::new();
        if let Some(key) = &self.key {
            texts.extend(observed_values::behind_key(context.snapshot, key, &typed));
        }
        texts.extend(observed_values::in_document(context.snapshot, &typed));
        texts.extend(derived_texts::parts_of_texts(context, &typed));
        for text in texts {
            let written = self.written(&text, None);
            self.add(&text, written, 8, CompletionKind::Value, About::Nothing);
        }
    }

    /// Round numbers that begin with the digits that are typed, those first that are about as large as what stands in this field.
    fn rounded(&mut self, field: &'static Field) {
        let number = self.number();
        if number.is_empty() || number != self.typed.trim_start_matches(['"', '\'']) {
            return;
        }
        if field.has_kind(Kind::Percent) {
            self.push_right(&format!("{number}%"), 2, "", field);
        }
        if !field.has_kind(Kind::Int) || number.len() < BEGUN {
            return;
        }
        let powers = (4..21).map(|power| (1_u64 << power).to_string());
        let powers = powers.filter(|power| power.starts_with(&number));
        let tens = (1..6).map(|zeros| format!("{number}{}", "0".repeat(zeros)));
        let mut round: Vec<String> = powers.chain(tens).collect();
        let lengths: Vec<usize> = self.usual(field).iter().map(String::len).collect();
        let far = |text: &String| {
            let distances = lengths.iter().map(|length| text.len().abs_diff(*length));
            (distances.min().unwrap_or_default(), text.len())
        };
        round.sort_by_key(far);
        for text in round {
            if value::check_value(field, &text, true).is_ok() {
                self.push(&text, 5, CompletionKind::Value, "", field);
            }
        }
    }

    /// What stands in this field elsewhere, and what the catalog has for it.
    fn usual(&self, field: &'static Field) -> Vec<String> {
        let context = self.context;
        let used = observed_values::values(context.snapshot, context.others, field, &self.typed);
        let known = field.defaults.iter().map(|default| default.value);
        let known = known.chain(field.example).map(str::to_owned);
        used.into_iter().chain(known).collect()
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
        let nearness = derived_texts::Nearness::of(self.context);
        for text in
            observed_values::values(self.context.snapshot, self.context.others, field, &typed)
        {
            let is_default = field.defaults.iter().any(|default| default.value == text);
            let rank = match is_begun {
                true => 0,
                false if is_default => 5,
                false if typed.is_empty() => 2,
                false => nearness.rank(&text),
            };
            self.push(&text, rank, CompletionKind::Value, "used elsewhere", field);
        }
        let mut regions: Vec<&str> = nexflow_catalog::aws_regions().collect();
        if field
            .example
            .is_some_and(|example| regions.contains(&example))
        {
            // The block may be one of a region, and whoever has a region once has it again.
            let near = derived_texts::of_names_around(self.context, &typed);
            let used = observed_values::in_document(self.context.snapshot, &typed);
            let known: Vec<String> = near.into_iter().chain(used).collect();
            let place = |region: &&str| known.iter().position(|text| text == region);
            regions.sort_by_key(|region| place(region).unwrap_or(usize::MAX));
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
        let usual = self.usual(field);
        let own = usual.iter().filter_map(|text| unit_of(text));
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
            let powers: Vec<String> = powers.filter(|power| power.starts_with(&number)).collect();
            // A number that only begins one is the less likely the more digits it has.
            let units = if number.len() < BEGUN { 1 } else { 2 };
            for unit in ordered.iter().take(units) {
                texts.extend(powers.iter().map(|power| format!("{power}{unit}")));
            }
        }
        texts.extend(ordered.iter().map(|unit| format!("{number}{unit}")));
        // Digits that go on: `512gb`, `768mb`, `500ms`.
        if kind == Kind::Size {
            let steps = (1..STEPS).map(|step| (step * STEP).to_string());
            let steps: Vec<String> = steps.filter(|step| step.starts_with(&number)).collect();
            for unit in ordered.iter().take(2) {
                texts.extend(steps.iter().map(|step| format!("{step}{unit}")));
            }
        } else if number.len() >= BEGUN {
            let longer = ["ms", "s"].iter().map(|unit| format!("{number}0{unit}"));
            // Nobody waits for 25 or 50 of a unit as often as for 250 or 500 milliseconds.
            let at = match USUAL_COUNTS.contains(&number.as_str()) {
                true => texts.len(),
                false => texts.len().min(1),
            };
            texts.splice(at..at, longer);
        }
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
        let is_current = self.current.as_deref() == Some(text) && text != self.typed;
        if is_current || self.items.iter().any(|item| item.label == text) {
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
