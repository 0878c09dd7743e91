//! Fields become options.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    sync::LazyLock,
};

use nexflow_catalog::{
    FlinkVersion,
    flink_options::{
        self as flink, Composition, FlinkOption, Form, Implied, RealisedBy, Translation,
    },
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    disagreements::Wanted,
    effective::{Effective, Origin, Scalar, Value, Via},
    leaves::{Answer, Leaf, Source},
    pairing::{self, Pairing, SelectionError},
    parallel,
    rows::{Disagreement, Group, Overruled, Rendering, Row, Without},
    secrets::without_credentials,
    selection::{BACKENDS, CHECKPOINTS, RESOURCES, Selection},
    sources, value,
};

/// The translations by field.
pub(crate) static BY_FIELD: LazyLock<FxHashMap<&str, Vec<&Translation>>> = LazyLock::new(|| {
    let mut all: FxHashMap<&str, Vec<&Translation>> = FxHashMap::default();
    for translation in flink::translations() {
        all.entry(translation.field).or_default().push(translation);
    }
    all
});

/// The options that translations name, in each version. They are asked for once a row.
static OPTIONS: LazyLock<FxHashMap<(usize, usize), Option<&FlinkOption>>> = LazyLock::new(|| {
    let named = flink::translations().iter().flat_map(|translation| {
        FlinkVersion::ALL.into_iter().filter_map(|version| {
            let option = translation.option[version as usize]?;
            Some((key(option, version), flink::option(option, version)))
        })
    });
    named.collect()
});

/// A text of the catalog by where it stands there, which is quicker than to compare texts.
fn key(option: &'static str, version: FlinkVersion) -> (usize, usize) {
    (
        option.as_ptr().addr(),
        option.len() * FlinkVersion::ALL.len() + version as usize,
    )
}

fn known(option: &'static str, version: FlinkVersion) -> Option<&'static FlinkOption> {
    let found = OPTIONS.get(&key(option, version)).copied();
    found.unwrap_or_else(|| flink::option(option, version))
}

/// Works out what the document becomes.
///
/// # Errors
/// Says what is asked for and is not there.
pub fn translate(
    effective: &Effective<'_>,
    selection: &Selection,
    version: FlinkVersion,
    with_defaults: bool,
) -> Result<Rendering, SelectionError> {
    let (groups, disagreements) =
        translate_each(effective, selection, version, with_defaults, Vec::push)?;
    Ok(Rendering {
        version,
        groups: groups.into_iter().flatten().collect(),
        disagreements,
    })
}

/// Works out what the document becomes, and has each group made into something as soon as it is there, on all processors; what was made,
/// in the order of the groups. Thousands of groups are never in memory at once.
pub(crate) fn translate_each<T: Default + Send>(
    effective: &Effective<'_>,
    selection: &Selection,
    version: FlinkVersion,
    with_defaults: bool,
    add: impl Fn(&mut T, Group) + Sync + Send,
) -> Result<(Vec<T>, Vec<Disagreement>), SelectionError> {
    let parts = parts(effective, selection)?;
    let pieces = parallel::pieces(parts.len(), |piece| {
        let mut wanted = Wanted::default();
        let mut made = T::default();
        for part in &parts[piece] {
            let sources = part.sources(effective);
            let mut group = group(effective, part.pairing.clone(), &sources, version);
            if with_defaults {
                add_defaults(&mut group, version);
            }
            wanted.add(&group);
            add(&mut made, group);
        }
        vec![(made, wanted)]
    });
    let mut all = Wanted::default();
    let mut made = Vec::with_capacity(pieces.len());
    for (of_piece, wanted) in pieces {
        all.append(wanted);
        made.push(of_piece);
    }
    Ok((made, all.disagreements()))
}

/// What becomes one group.
struct Part {
    pairing: Pairing,
    /// With what all jobs of the cluster share.
    is_shared: bool,
}

impl Part {
    fn sources<'e, 'a>(&self, effective: &'e Effective<'a>) -> Vec<Source<'e, 'a>> {
        let mut sources = sources::of_pairing(effective, &self.pairing);
        if self.is_shared {
            sources.extend(sources::shared(effective));
        }
        sources
    }
}

/// What was asked for, or each pairing of the document and what all of them share.
fn parts(effective: &Effective<'_>, selection: &Selection) -> Result<Vec<Part>, SelectionError> {
    let whole = |pairing| {
        vec![Part {
            pairing,
            is_shared: true,
        }]
    };
    if let Some(pairing) = pairing::selected(effective, selection)? {
        return Ok(whole(pairing));
    }
    let pairings = pairing::all(effective);
    let processes = pairing::names(effective, RESOURCES);
    if pairings.len() <= 1 && processes.len() <= 1 {
        let mut pairing = pairings.into_iter().next().unwrap_or_default();
        pairing.process = processes.into_iter().next();
        return Ok(whole(pairing));
    }
    let processes = processes.into_iter().map(|process| Pairing {
        process: Some(process),
        ..Pairing::default()
    });
    let alone = |pairing| Part {
        pairing,
        is_shared: false,
    };
    let mut parts: Vec<Part> = pairings.into_iter().chain(processes).map(alone).collect();
    let shared = sources::shared(effective);
    if shared.iter().any(|source| !source.leaves.is_empty()) {
        parts.extend(whole(Pairing::default()));
    }
    Ok(parts)
}

fn group(
    effective: &Effective<'_>,
    pairing: Pairing,
    sources: &[Source<'_, '_>],
    version: FlinkVersion,
) -> Group {
    let mut writer = Writer {
        effective,
        version,
        rows: Vec::new(),
        order: BTreeMap::new(),
        without: Vec::new(),
        source: 0,
    };
    for (number, source) in sources.iter().enumerate() {
        writer.source = number;
        for composition in flink::compositions() {
            writer.compose(source, composition);
        }
    }
    // Fields that yield to others come after them.
    for yields in [false, true] {
        for (number, source) in sources.iter().enumerate() {
            writer.source = number;
            for leaf in &source.leaves {
                writer.leaf(source, leaf, yields);
            }
        }
    }
    writer.unlist_used_parts();
    let mut without = writer.without;
    without.sort_by_key(|(place, _)| *place);
    let mut rows: Vec<Option<Row>> = writer.rows.into_iter().map(Some).collect();
    let sorted = writer.order.into_values();
    let sorted = sorted.filter_map(|at| rows.get_mut(at)?.take());
    Group {
        pairing,
        rows: sorted.collect(),
        without: without.into_iter().map(|(_, without)| without).collect(),
    }
}

struct Writer<'e, 'a> {
    effective: &'e Effective<'a>,
    version: FlinkVersion,
    rows: Vec<Row>,
    /// Where the rows are, by client and option. They are large, and would be moved whenever one comes between them.
    order: BTreeMap<(Option<String>, Cow<'static, str>), usize>,
    /// The fields without an option, each with its place in the document: the number of the source, and its own there.
    without: Vec<((usize, usize), Without)>,
    /// The number of the source that is looked at.
    source: usize,
}

/// What makes an option necessary.
struct Cause<'x, 'e, 'a> {
    leaf: &'x Leaf<'e, 'a>,
    origins: Vec<Origin>,
    depends: &'x [String],
    by: RealisedBy,
    notes: &'static [&'static str],
}

/// What a field's value is worth.
struct Spelled {
    value: String,
    origins: Vec<Origin>,
    unresolved: Vec<String>,
    is_secret: bool,
}

impl Writer<'_, '_> {
    fn at(&self) -> usize {
        self.version as usize
    }

    fn leaf(&mut self, source: &Source<'_, '_>, leaf: &Leaf<'_, '_>, yields: bool) {
        let Some(field) = leaf.field else {
            if !yields {
                let why = "not a field of L5".to_owned();
                self.list(leaf, RealisedBy::Nothing, why);
            }
            return;
        };
        let Some(translations) = BY_FIELD.get(field) else {
            if !yields && matches!(source.section, BACKENDS | CHECKPOINTS) {
                // An empty block or a composition; the latter is listed where it does not come about.
                if !is_composed(field) && !is_block(leaf) {
                    self.list(leaf, RealisedBy::Nothing, String::new());
                }
            }
            return;
        };
        if translations[0].yields_to.is_empty() == yields {
            return;
        }
        let (is_written, reason) = match translations.as_slice() {
            // As nearly all fields have it.
            [translation] => match source.any(translation.when) {
                Answer::No => (false, Some(condition_text(translation))),
                Answer::Yes => (self.write(source, leaf, translation, &[]), None),
                Answer::Depends(on) => (self.write(source, leaf, translation, &on), None),
            },
            translations => self.alternatives(source, leaf, translations),
        };
        if let Some(reason) = reason.filter(|_| !is_written)
            && !self
                .without
                .iter()
                .any(|(_, without)| without.field == leaf.shown)
        {
            let by = translations[0].by[self.at()];
            // An option that does not apply here is realised by nothing.
            let by = match by {
                RealisedBy::Option | RealisedBy::Plugin | RealisedBy::Client => RealisedBy::Nothing,
                by => by,
            };
            self.list(leaf, by, reason);
        }
    }

    /// Writes what those translations of a field say that hold here. Whether it is listed or written, and what else would have to be.
    fn alternatives(
        &mut self,
        source: &Source<'_, '_>,
        leaf: &Leaf<'_, '_>,
        translations: &[&'static Translation],
    ) -> (bool, Option<String>) {
        let mut reason = None;
        let mut fitting = Vec::new();
        for translation in translations {
            match source.any(translation.when) {
                Answer::No => reason = reason.or_else(|| Some(condition_text(translation))),
                Answer::Yes => fitting.push((*translation, Vec::new())),
                Answer::Depends(on) => fitting.push((*translation, on)),
            }
        }
        // A share and a size are different options.
        if fitting.len() > 1 {
            let takes = |translation: &Translation| self.spelled(source, leaf, translation).is_ok();
            if fitting.iter().any(|(translation, _)| takes(translation)) {
                fitting.retain(|(translation, _)| takes(translation));
            } else {
                fitting.truncate(1);
            }
        }
        let mut is_written = false;
        for (translation, depends) in &fitting {
            is_written |= self.write(source, leaf, translation, depends);
        }
        (is_written, reason)
    }

    /// Writes what a field becomes; whether it is listed or written.
    fn write(
        &mut self,
        source: &Source<'_, '_>,
        leaf: &Leaf<'_, '_>,
        translation: &'static Translation,
        depends: &[String],
    ) -> bool {
        let at = self.at();
        let by = translation.by[at];
        let notes = || translation.notes.join("; ");
        if !translation.by_value.is_empty() {
            let Some(scalar) = leaf.value.scalar() else {
                return self.list(leaf, RealisedBy::Nothing, "no value".to_owned());
            };
            let cause = Cause {
                leaf,
                origins: self.effective.origins(scalar),
                depends,
                by,
                notes: translation.notes,
            };
            let implied = translation
                .by_value
                .iter()
                .find(|(value, _)| *value == scalar.text)
                .map_or(&[][..], |(_, implied)| implied);
            if implied.is_empty() {
                return self.list(leaf, by, notes());
            }
            for implied in implied {
                self.imply(implied, "", &cause);
            }
            return true;
        }
        let Some(option) = translation.option[at] else {
            return self.list(leaf, by, notes());
        };
        let Some(option) = self.filled(option, source, leaf) else {
            return self.list(
                leaf,
                RealisedBy::Nothing,
                "a part of its name is missing".to_owned(),
            );
        };
        let spelled = match self.spelled(source, leaf, translation) {
            Ok(spelled) => spelled,
            Err(why) => return self.list(leaf, RealisedBy::Nothing, why),
        };
        let known = match &option {
            Cow::Borrowed(option) => known(option, self.version),
            Cow::Owned(option) => flink::option(option, self.version),
        };
        let fits = known.is_none_or(|known| value::fits(known.kind, &spelled.value));
        if !fits && spelled.unresolved.is_empty() && !spelled.is_secret {
            let why = format!("Flink cannot parse `{}`", spelled.value);
            return self.list(leaf, RealisedBy::Nothing, why);
        }
        let mut unresolved = spelled.unresolved;
        unresolved.extend(depends.iter().cloned());
        unresolved.sort();
        unresolved.dedup();
        // What is implied says where this comes from, too.
        let implied = (!translation.implies.is_empty())
            .then(|| (spelled.value.clone(), spelled.origins.clone()));
        let client = translation.client.map(|client| client_name(client, leaf));
        let row = Row {
            option,
            value: spelled.value,
            scope: translation.scope[at],
            by,
            fields: vec![leaf.shown.clone()],
            origins: spelled.origins,
            overruled: Vec::new(),
            unresolved,
            is_secret: spelled.is_secret,
            is_ignored: !translation.ignored_when.is_empty()
                && source.any(translation.ignored_when) == Answer::Yes,
            rule: translation
                .rule
                .filter(|_| !translation.ignored_when.is_empty()),
            notes: translation.notes,
            client,
        };
        self.put(row, translation.rule);
        if let Some((value, origins)) = implied {
            let cause = Cause {
                leaf,
                origins,
                depends,
                by: RealisedBy::Option,
                notes: translation.notes,
            };
            for implied in translation.implies {
                self.imply(implied, &value, &cause);
            }
        }
        true
    }

    /// Adds an option that another one needs.
    fn imply(&mut self, implied: &Implied, value: &str, cause: &Cause<'_, '_, '_>) {
        let Some(option) = implied.option[self.at()] else {
            return;
        };
        let origins = cause.origins.iter().map(|origin| Origin {
            via: Via::Implied,
            ..origin.clone()
        });
        let row = Row {
            value: implied.value.replace("{value}", value),
            scope: implied.scope,
            by: cause.by,
            fields: vec![cause.leaf.shown.clone()],
            origins: origins.collect(),
            unresolved: cause.depends.to_vec(),
            notes: cause.notes,
            ..Row::new(option)
        };
        self.put(row, None);
    }

    /// Adds a row, or what it would have said to the row that has the option already.
    fn put(&mut self, row: Row, rule: Option<&'static str>) {
        match self.order.entry((row.client.clone(), row.option.clone())) {
            Entry::Vacant(place) => {
                place.insert(self.rows.len());
                self.rows.push(row);
            }
            Entry::Occupied(place) => {
                let known = &mut self.rows[*place.get()];
                if known.fields == row.fields {
                    return;
                }
                let field = row.fields.into_iter().next().unwrap_or_default();
                known.overruled.push(Overruled {
                    field,
                    value: row.value,
                    rule,
                    origins: row.origins,
                });
            }
        }
    }

    fn list(&mut self, leaf: &Leaf<'_, '_>, realised_by: RealisedBy, why: String) -> bool {
        let origin = match leaf.value {
            Value::Scalar(scalar) => self.effective.origin(scalar.at),
            _ => self.effective.origin(leaf.at),
        };
        let without = Without {
            field: leaf.shown.clone(),
            realised_by,
            why,
            origin,
        };
        self.without.push(((self.source, leaf.number), without));
        true
    }

    /// A text with the values of other fields of the entry in the place of `{path}`.
    fn filled(
        &self,
        template: &'static str,
        source: &Source<'_, '_>,
        leaf: &Leaf<'_, '_>,
    ) -> Option<Cow<'static, str>> {
        if !template.contains('{') {
            return Some(Cow::Borrowed(template));
        }
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (path, after) = after.split_once('}')?;
            out.push_str(before);
            match path {
                flink::KEY => out.push_str(&leaf.key),
                path => out.push_str(&source.scalar(path)?.text),
            }
            rest = after;
        }
        out.push_str(rest);
        Some(Cow::Owned(out))
    }

    fn spelled(
        &self,
        source: &Source<'_, '_>,
        leaf: &Leaf<'_, '_>,
        translation: &Translation,
    ) -> Result<Spelled, String> {
        let form = translation.form;
        let mut scalars = leaf.scalars();
        let Some(first) = scalars.next() else {
            return Err("no value".to_owned());
        };
        let is_list = matches!(
            form,
            Form::CommaList | Form::SpaceList | Form::SemicolonList
        );
        if !is_list && matches!(leaf.value, Value::List(_)) {
            return Err("a list, where one value is expected".to_owned());
        }
        let mut spelled = Spelled {
            value: self.scalar(source, leaf, first, form)?,
            origins: self.effective.origins(first),
            unresolved: first.unresolved.clone(),
            is_secret: first.is_secret,
        };
        let mut seen: FxHashSet<Origin> = FxHashSet::default();
        for scalar in scalars {
            if seen.is_empty() {
                seen.extend(spelled.origins.iter().cloned());
            }
            spelled.value.push_str(value::separator(form));
            let text = self.scalar(source, leaf, scalar, form)?;
            spelled.value.push_str(&text);
            for origin in self.effective.origins(scalar) {
                if seen.insert(origin.clone()) {
                    spelled.origins.push(origin);
                }
            }
            spelled.unresolved.extend(scalar.unresolved.iter().cloned());
            spelled.is_secret |= scalar.is_secret;
        }
        Ok(spelled)
    }

    fn scalar(
        &self,
        source: &Source<'_, '_>,
        leaf: &Leaf<'_, '_>,
        scalar: &Scalar<'_>,
        form: Form,
    ) -> Result<String, String> {
        let text = match leaf.path() {
            // The wrapper names the store by its kind or by the entry that says it.
            "base_backend" => source.backend.as_deref().unwrap_or(&scalar.text),
            _ => &scalar.text,
        };
        if !scalar.unresolved.is_empty() || scalar.is_secret {
            return Ok(text.to_owned());
        }
        match form {
            Form::CommaList | Form::SpaceList | Form::SemicolonList => {
                Ok(value::list_entry(form, text))
            }
            _ => value::spelled(form, text, source.slots).ok_or_else(|| match form {
                // Flink would take it, for another time than Nexflow.
                Form::Duration if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    format!("`{text}` has no unit")
                }
                _ => format!("Flink has no value for `{text}`"),
            }),
        }
    }

    /// The option that several fields of the entry make up.
    fn compose(&mut self, source: &Source<'_, '_>, composition: &'static Composition) {
        let Some(leaf) = source
            .leaves
            .iter()
            .find(|leaf| leaf.field == Some(composition.field))
        else {
            return;
        };
        let Some(scalar) = leaf.value.scalar() else {
            return;
        };
        let template = composition
            .templates
            .iter()
            .find(|(value, _)| *value == scalar.text)
            .map(|(_, template)| *template);
        let (Some(template), Some(option)) = (template, composition.option[self.at()]) else {
            let why = match scalar.unresolved.as_slice() {
                [] => "no location for this type".to_owned(),
                _ => "the location depends on the type, which is not known".to_owned(),
            };
            if !composition.optional {
                self.list(leaf, RealisedBy::Uri, why);
            }
            return;
        };
        let mut row = Row {
            scope: composition.scope,
            notes: composition.notes,
            ..Row::new(option)
        };
        self.take(&mut row, leaf, scalar);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((path, after)) = after.split_once('}') else {
                break;
            };
            row.value.push_str(before);
            let part = source.leaf(path);
            let text = part
                .and_then(|part| part.value.scalar())
                .map(|part| part.text.split('/').filter(|piece| !piece.is_empty()))
                .map(|pieces| pieces.collect::<Vec<_>>().join("/"));
            let whole = before.is_empty() && after.is_empty();
            let text = match part.and_then(|part| part.value.scalar()) {
                // A whole address loses the slash at its end only.
                Some(part) if whole => Some(without_last_slash(&part.text).to_owned()),
                _ => text,
            };
            let stand_in = composition.empty.iter().find(|(known, _)| *known == path);
            match text.filter(|text| !text.is_empty()) {
                Some(text) => row.value.push_str(&text),
                None => match stand_in {
                    Some((_, text)) => row.value.push_str(text),
                    None => {
                        if !composition.optional {
                            self.list(leaf, RealisedBy::Uri, format!("`{path}` is missing"));
                        }
                        return;
                    }
                },
            }
            if let Some(part) = part
                && let Some(scalar) = part.value.scalar()
            {
                self.take(&mut row, part, scalar);
            }
            rest = after;
        }
        row.value.push_str(rest);
        // What is none by itself may be a credential in an address.
        if let Cow::Owned(hidden) = without_credentials(&row.value) {
            row.value = hidden;
            row.is_secret = true;
        }
        row.unresolved.sort();
        row.unresolved.dedup();
        self.put(row, None);
    }

    fn take(&self, row: &mut Row, leaf: &Leaf<'_, '_>, scalar: &Scalar<'_>) {
        row.fields.push(leaf.shown.clone());
        let origins = self.effective.origins(scalar).into_iter();
        row.origins.extend(origins.map(|origin| Origin {
            via: match origin.via {
                Via::Document | Via::Inherited | Via::Region => Via::Composed,
                via => via,
            },
            ..origin
        }));
        row.unresolved.extend(scalar.unresolved.iter().cloned());
    }

    /// Takes what is part of a row off the list of fields without an option.
    fn unlist_used_parts(&mut self) {
        let rows = &self.rows;
        let is_part =
            |(_, without): &((usize, usize), Without)| without.realised_by == RealisedBy::Uri;
        // A few are looked up one by one; what all jobs share may have thousands.
        let are_few = rows.len() < 64;
        let used: FxHashSet<&String> = if are_few || !self.without.iter().any(is_part) {
            FxHashSet::default()
        } else {
            rows.iter().flat_map(|row| &row.fields).collect()
        };
        self.without.retain(|listed| {
            let field = &listed.1.field;
            !is_part(listed)
                || !match are_few {
                    true => rows.iter().any(|row| row.fields.contains(field)),
                    false => used.contains(field),
                }
        });
    }
}

/// Whether the field chooses or makes up a composed option.
fn is_composed(field: &str) -> bool {
    flink::compositions()
        .iter()
        .any(|composition| composition.field == field)
}

/// Whether the value is a block without anything in it.
fn is_block(leaf: &Leaf<'_, '_>) -> bool {
    matches!(leaf.value, Value::Null | Value::Mapping(_))
}

fn without_last_slash(text: &str) -> &str {
    let trimmed = text.trim_end_matches('/');
    if trimmed.is_empty() || trimmed.ends_with(':') {
        text
    } else {
        trimmed
    }
}

/// The condition of a translation, for people.
fn condition_text(translation: &Translation) -> String {
    let alternatives: Vec<String> = translation
        .when
        .iter()
        .map(|conditions| {
            let all: Vec<String> = conditions
                .iter()
                .map(|condition| {
                    let field = match condition.field {
                        flink::BACKEND => "the store",
                        field => field,
                    };
                    format!("{field} is {}", condition.values.join(" or "))
                })
                .collect();
            all.join(" and ")
        })
        .collect();
    format!("only where {}", alternatives.join(", or "))
}

/// How a client is called: its kind, and the entry that it is for.
fn client_name(client: &str, leaf: &Leaf<'_, '_>) -> String {
    let entry = leaf.shown.split('.').nth(1).unwrap_or_default();
    format!("{client} {entry}")
}

/// The defaults of the options that fields can set and this document does not.
fn add_defaults(group: &mut Group, version: FlinkVersion) {
    let known: FxHashSet<Cow<'static, str>> =
        group.rows.iter().map(|row| row.option.clone()).collect();
    let mut added = BTreeMap::new();
    for translation in flink::translations() {
        let Some(option) = translation.option[version as usize] else {
            continue;
        };
        if known.contains(option) || translation.client.is_some() {
            continue;
        }
        let Some(default) = flink::option(option, version).and_then(|known| known.default) else {
            continue;
        };
        added.entry(option).or_insert_with(|| Row {
            value: default.to_owned(),
            scope: translation.scope[version as usize],
            origins: vec![Origin {
                uri: None,
                line: None,
                via: Via::Default,
                variable: None,
            }],
            ..Row::new(option)
        });
    }
    group.rows.extend(added.into_values());
    group
        .rows
        .sort_by(|a, b| (&a.client, &a.option).cmp(&(&b.client, &b.option)));
}
