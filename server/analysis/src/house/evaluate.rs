//! House rules on a document.

use std::{borrow::Cow, rc::Rc};

use nexflow_catalog::Applicability;
use nexflow_syntax::NodeKind;

use super::{Condition, HouseRule, demand::Demand, read::Step};
use crate::{
    Fix,
    document_context::DocumentContext,
    edit,
    merged::{Memoized, MergedItem, MergedMapping, MergedValue},
    sink::{DiagnosticBuilder, DiagnosticSink},
};

/// More places than these are not looked at for one rule.
const MAX_PLACES: usize = 20_000;

/// What the house rules find.
pub(crate) fn check(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    // Most rules look at the entries of few sections.
    let mut sections = Sections::default();
    for rule in cx.snapshot.context.settings.house.rules() {
        let sink_wants_fixes = sink.want_fixes;
        let mut search = Search {
            cx,
            rule,
            sink,
            left: MAX_PLACES,
            keys: sink_wants_fixes.map(|_| Vec::new()),
            sections: &mut sections,
        };
        if search.is_of_environment() {
            search.walk(&cx.root, &rule.path);
        }
    }
}

struct Search<'s, 'c, 'a> {
    cx: &'c DocumentContext<'a>,
    rule: &'c HouseRule,
    sink: &'s mut DiagnosticSink,
    left: usize,
    /// The keys that lead to the mapping at hand; `None` within a list, and where no fix is wanted.
    keys: Option<Vec<String>>,
    sections: &'s mut Sections<'a>,
}

/// The entries of the sections that were asked for, each merged once for all rules.
#[derive(Default)]
struct Sections<'a>(Vec<(String, SectionMappings<'a>)>);

type SectionMappings<'a> = Rc<[(Cow<'a, str>, Memoized<'a>)]>;

impl<'a> Sections<'a> {
    fn of(&mut self, cx: &DocumentContext<'a>, section: &str) -> SectionMappings<'a> {
        if let Some((_, known)) = self.0.iter().find(|(name, _)| name == section) {
            return Rc::clone(known);
        }
        let entries = cx.entries(section);
        let present = entries.iter().filter(|(_, val)| val.is_present());
        let mappings: SectionMappings<'a> = present
            .map(|(name, val)| (name.clone(), val.mapping().memoized()))
            .collect();
        self.0.push((section.to_owned(), Rc::clone(&mappings)));
        mappings
    }
}

impl<'a> Search<'_, '_, 'a> {
    fn is_of_environment(&self) -> bool {
        self.rule.when.iter().all(|condition| match condition {
            Condition::Environment(names) => {
                let text = self.cx.environment.text();
                text.is_some_and(|text| names.iter().any(|name| *name == *text))
            }
            _ => true,
        })
    }

    /// Looks for the places of a path below a mapping.
    fn walk(&mut self, mapping: &MergedMapping<'a>, steps: &[Step]) {
        let Some((first, rest)) = steps.split_first() else {
            return;
        };
        let (keys, dotted) = &self.rule.tail;
        if steps.len() == *keys {
            return self.check(mapping, &mapping.get(dotted), steps);
        }
        if let (0, Some(section), false, Some((second, further))) =
            (mapping.depth, &first.key, first.items, rest.split_first())
            && second.key.is_none()
            && !second.items
            && !further.is_empty()
        {
            for (name, entry) in self.sections.of(self.cx, section).iter() {
                if self.left == 0 {
                    return;
                }
                self.left -= 1;
                self.below([section, &**name], |search| search.walk(entry, further));
            }
            return;
        }
        let below = match &first.key {
            Some(key) => vec![(key.as_str().into(), mapping.child(key))],
            None => mapping.entries(),
        };
        for (key, val) in below {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            if val.is_missing() {
                continue;
            }
            if first.items {
                let keys = self.keys.take();
                for (at, item) in val.items().into_iter().enumerate().take(MAX_PLACES) {
                    if rest.is_empty() {
                        self.check_item(mapping, &val, &item, &key, at);
                    } else {
                        self.walk(&item.mapping(), rest);
                    }
                }
                self.keys = keys;
                continue;
            }
            self.below([&*key], |search| {
                if rest.is_empty() {
                    search.check(&val.mapping(), &val, &[]);
                } else {
                    search.walk(&val.mapping(), rest);
                }
            });
        }
    }

    /// Looks below keys.
    fn below<const N: usize>(&mut self, keys: [&str; N], look: impl FnOnce(&mut Self)) {
        let depth = self.keys.as_mut().map(|all| {
            all.extend(keys.map(str::to_owned));
            all.len() - N
        });
        look(self);
        if let (Some(all), Some(depth)) = (&mut self.keys, depth) {
            all.truncate(depth);
        }
    }

    /// What stands at a path that a rule names beside the place: below the mapping around it, or in the whole document.
    fn beside(&self, mapping: &MergedMapping<'a>, path: &str) -> MergedValue<'a> {
        let near = mapping.get(path);
        if near.is_missing() {
            self.cx.root.get(path)
        } else {
            near
        }
    }

    /// Whether the rule holds here; what it depends on is there.
    fn holds(&self, mapping: &MergedMapping<'a>) -> Option<Vec<MergedValue<'a>>> {
        let mut reasons = Vec::new();
        for condition in &self.rule.when {
            let val = match condition {
                Condition::Environment(_) => Some(self.cx.environment.clone()),
                Condition::Is(path, values) => {
                    let val = self.beside(mapping, path);
                    let text = val.text()?;
                    values.iter().any(|value| *value == *text).then_some(())?;
                    drop(text);
                    Some(val)
                }
                Condition::Present(path) => {
                    let val = mapping.get(path);
                    val.is_present().then_some(())?;
                    Some(val)
                }
                Condition::Absent(path) => {
                    let is_absent = self.cx.complete && mapping.get(path).is_missing();
                    is_absent.then_some(None)?
                }
            };
            reasons.extend(val);
        }
        Some(reasons)
    }

    fn check(&mut self, mapping: &MergedMapping<'a>, val: &MergedValue<'a>, rest: &[Step]) {
        let Some(reasons) = self.holds(mapping) else {
            return;
        };
        let last = rest.last().and_then(|step| step.key.as_deref());
        let name = match last {
            Some(name) => Cow::Borrowed(name),
            None => mapping.key_text().unwrap_or_default(),
        };
        let name = &*name;
        if val.is_missing() {
            return self.missing(mapping, val, rest, name, &reasons);
        }
        let cx = self.cx;
        for demand in &self.rule.demands {
            let other = |path: &str| {
                let near = mapping.get(path);
                if near.is_missing() {
                    cx.root.get(path)
                } else {
                    near
                }
            };
            let Some(fault) = demand.fault(name, val, &other) else {
                continue;
            };
            let message = self.rule.message.clone().unwrap_or(fault.message);
            let report = match demand {
                Demand::Forbidden => self.sink.report_key(self.rule.id, val),
                _ => self.sink.report(self.rule.id, val),
            };
            let report = related(report.severity(self.rule.severity), &reasons);
            let wants_fixes = report.wants_fixes();
            let report = match (demand, fault.right.filter(|_| wants_fixes)) {
                (Demand::Forbidden, _) => report.fix(|| removal(cx, val, name)),
                (_, Some(right)) if val.kind() == NodeKind::Scalar => {
                    let text = edit::quoted(&right, false, None);
                    report.replace(format!("Change to `{right}`"), text)
                }
                _ => report,
            };
            report.emit(message);
            // One token, one diagnostic.
            return;
        }
    }

    /// What a rule says of an item of a list.
    fn check_item(
        &mut self,
        mapping: &MergedMapping<'a>,
        list: &MergedValue<'a>,
        item: &MergedItem<'a>,
        key: &str,
        at: usize,
    ) {
        let around = list.item_mapping(at);
        let holder = if around.is_missing() {
            mapping
        } else {
            &around
        };
        let Some(reasons) = self.holds(holder) else {
            return;
        };
        let Some(text) = item.text() else { return };
        for demand in &self.rule.demands {
            let wrong = match demand {
                Demand::OneOf(values) => !values.iter().any(|value| *value == *text),
                Demand::NoneOf(values) => values.iter().any(|value| *value == *text),
                Demand::Pattern(pattern, _) => !pattern.is_match(&*text),
                _ => false,
            };
            if wrong {
                let message = format!("Value `{text}` is not allowed in `{key}`.");
                let message = self.rule.message.clone().unwrap_or(message);
                let report = self.sink.report(self.rule.id, item);
                related(report.severity(self.rule.severity), &reasons).emit(message);
                return;
            }
        }
    }

    fn missing(
        &mut self,
        mapping: &MergedMapping<'a>,
        val: &MergedValue<'a>,
        rest: &[Step],
        name: &str,
        reasons: &[MergedValue<'a>],
    ) {
        let demands_something = self.rule.required
            || self
                .rule
                .demands
                .iter()
                .any(|demand| matches!(demand, Demand::Encrypted));
        let is_known = || self.cx.checks_absence() && self.cx.whole && !mapping.has_errors();
        if !demands_something || !is_known() {
            return;
        }
        let right = self.rule.demands.iter().find_map(Demand::right);
        let message = self.rule.message.clone();
        let message = message.unwrap_or_else(|| format!("Missing `{name}`."));
        let own_keys = self.keys.as_deref().filter(|_| mapping.own().is_some());
        let cx = self.cx;
        let report = match (val.around(), first_key(cx)) {
            // Nothing of the way there is written.
            (None, Some(first)) if mapping.depth == 0 => self.sink.report(self.rule.id, &first),
            _ => self.sink.report_missing(self.rule.id, val),
        };
        let report = related(report.severity(self.rule.severity), reasons);
        let insertion = || {
            let right = right?;
            let keys = own_keys?;
            let path: Vec<&str> = keys
                .iter()
                .map(String::as_str)
                .chain(rest.iter().filter_map(|step| step.key.as_deref()))
                .collect();
            let document = &cx.snapshot.document;
            let edits = edit::insert_at(document, &path, &edit::Value::Text(right.clone()))?;
            Some(Fix {
                title: format!("Set `{name}` to `{right}`"),
                edits,
                preferred: true,
                applicability: Applicability::Unsafe,
            })
        };
        report.fix(insertion).emit(message);
    }
}

/// The first key of a document, where what it lacks as a whole is reported.
fn first_key(cx: &DocumentContext<'_>) -> Option<nexflow_syntax::TextRange> {
    let root = cx.snapshot.document.root();
    let environment = cx.environment.key_range();
    environment.or_else(|| Some(root.entries().next()?.key().range()))
}

fn related<'s>(
    mut report: DiagnosticBuilder<'s>,
    reasons: &[MergedValue<'_>],
) -> DiagnosticBuilder<'s> {
    for reason in reasons {
        report = report.related(reason, "This decides whether the rule applies.");
    }
    report
}

fn removal(cx: &DocumentContext<'_>, val: &MergedValue<'_>, name: &str) -> Option<Fix> {
    let entry = val.entry().filter(|_| val.is_own())?;
    Some(Fix {
        title: format!("Remove `{name}`"),
        edits: edit::remove_entry(&cx.snapshot.document, entry)?,
        preferred: true,
        applicability: Applicability::Unsafe,
    })
}
