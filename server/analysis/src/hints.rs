//! What the text does not say by itself: exact amounts, values of variables, values that a base gives.

use nexflow_catalog::{Kind, Secret};
use nexflow_syntax::{Node, NodeKind, TextRange, TextSize, Unit};

use crate::{
    Snapshot,
    hover::exact,
    references::references,
    secret::name_sounds_secret,
    view::{Val, View},
};

/// A remark that an editor shows inside the text.
#[derive(Clone, Debug, PartialEq)]
pub struct InlayHint {
    /// Where it is shown.
    pub offset: TextSize,
    /// What it says.
    pub label: String,
    /// Which kind of remark it is.
    pub kind: HintKind,
    /// More about it.
    pub tooltip: String,
}

/// The kinds of remarks; each can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// A size in bytes, a duration in milliseconds.
    Amount,
    /// What a variable stands for.
    Variable,
    /// What a block leaves to its base documents.
    Inherited,
    /// What holds for an important field that is absent.
    Default,
}

/// Which kinds are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HintOptions {
    /// Sizes and durations.
    pub amounts: bool,
    /// Variables.
    pub variables: bool,
    /// Inherited values.
    pub inherited: bool,
    /// Defaults.
    pub defaults: bool,
}

impl Default for HintOptions {
    fn default() -> Self {
        HintOptions {
            amounts: true,
            variables: true,
            inherited: true,
            defaults: true,
        }
    }
}

/// Deeper blocks get no remarks.
const DEPTH: usize = 64;

/// More names than this are counted, not listed.
const LISTED: usize = 4;

/// The remarks on a part of the text, in order.
pub fn inlay_hints(snapshot: &Snapshot, range: TextRange, options: HintOptions) -> Vec<InlayHint> {
    let root = View::root(snapshot);
    let mut painter = Painter {
        snapshot,
        range,
        options,
        out: Vec::new(),
    };
    for unit in snapshot.document.units() {
        if unit.range().intersect(range).is_none() {
            continue;
        }
        let mut view = root.clone();
        for key in unit.path() {
            view = view.child(key).view();
        }
        painter.mapping(unit, unit.root(), &view, 0);
        if options.variables {
            painter.variables(unit);
        }
    }
    painter
        .out
        .retain(|hint| range.contains_inclusive(hint.offset));
    painter.out.sort_by_key(|hint| hint.offset);
    painter.out
}

struct Painter<'a> {
    snapshot: &'a Snapshot,
    range: TextRange,
    options: HintOptions,
    out: Vec<InlayHint>,
}

impl<'a> Painter<'a> {
    fn mapping(&mut self, unit: Unit<'a>, node: Node<'a>, view: &View<'a>, depth: usize) {
        if depth > DEPTH || node.kind() != NodeKind::Mapping {
            return;
        }
        for entry in node.entries() {
            if entry.key().unit().index() != unit.index()
                || entry.range().intersect(self.range).is_none()
            {
                continue;
            }
            let value = entry.value();
            // Of a section's head this unit knows the key alone; what stands below it is in the units behind it.
            let val = if value.is_split() {
                view.child(&entry.key_text())
            } else {
                view.child_entry(&entry.key_text(), entry)
            };
            match value.kind() {
                NodeKind::Scalar => self.amount(value, &val),
                NodeKind::Mapping if value.unit().index() == unit.index() => {
                    let below = val.view();
                    self.block(entry.key(), &below);
                    self.mapping(unit, value, &below, depth + 1);
                }
                NodeKind::Sequence if value.unit().index() == unit.index() => {
                    let of_items = val.as_item();
                    for (index, item) in value.items().enumerate() {
                        match item.kind() {
                            NodeKind::Mapping => {
                                self.mapping(unit, item, &val.item_view(index), depth + 2)
                            }
                            NodeKind::Scalar => self.amount(item, &of_items),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn push(&mut self, offset: TextSize, label: String, kind: HintKind, tooltip: String) {
        self.out.push(InlayHint {
            offset,
            label,
            kind,
            tooltip,
        });
    }

    /// The exact amount of a size or duration whose unit hides it.
    fn amount(&mut self, node: Node<'a>, val: &Val<'a>) {
        if !self.options.amounts {
            return;
        }
        let Some(text) = node.value() else { return };
        let Some(field) = val.field() else { return };
        let kinds = [Kind::Duration, Kind::Size, Kind::SizeTb, Kind::SizeShort];
        let Some(kind) = kinds.into_iter().find(|kind| field.has_kind(*kind)) else {
            return;
        };
        let Some(exact) = exact(kind, &text) else {
            return;
        };
        // An amount that is written out already needs no second writing.
        let digits = |text: &str| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        if digits(&exact) != digits(&text) {
            self.push(
                node.range().end(),
                format!("= {exact}"),
                HintKind::Amount,
                field.doc.to_owned(),
            );
        }
    }

    /// What a block leaves to its bases, and what holds for important fields that nobody gives.
    fn block(&mut self, key: Node<'a>, view: &View<'a>) {
        let Some(own) = view.own() else { return };
        let end = own_line_end(key);
        if self.options.inherited {
            let names: Vec<String> = view
                .entries()
                .into_iter()
                .filter(|(_, val)| !val.is_own())
                .map(|(name, val)| match val.raw().filter(|_| !is_secret(&val)) {
                    Some(value) => format!("{name}: {value}"),
                    None => name.into_owned(),
                })
                .collect();
            if !names.is_empty() && own.kind() == NodeKind::Mapping {
                let label = shortened("inherits", &names);
                self.push(end, label, HintKind::Inherited, names.join("\n"));
            }
        }
        if self.options.defaults {
            let defaults: Vec<String> = view
                .fitting_keys()
                .into_iter()
                .filter(|(name, _)| view.child(name).is_missing())
                .filter_map(|(name, _)| {
                    let field = view.child(name).field()?;
                    let default = field.default().filter(|_| field.important)?;
                    Some(format!("{name}: {}", default.value))
                })
                .collect();
            if !defaults.is_empty() {
                self.push(
                    end,
                    shortened("default", &defaults),
                    HintKind::Default,
                    defaults.join("\n"),
                );
            }
        }
    }

    /// What the variables of a unit stand for, unless it is a secret.
    fn variables(&mut self, unit: Unit<'a>) {
        let context = &self.snapshot.context;
        if context.settings.hide_values {
            return;
        }
        let start = unit.range().start();
        for variable in &references(unit).variables {
            let range = variable.range + start;
            if self.range.intersect(range).is_none() || name_sounds_secret(&variable.name) {
                continue;
            }
            let Some(found) = context.variables.get(&variable.name) else {
                continue;
            };
            let in_secret = self
                .snapshot
                .document
                .node_at(range.start())
                .and_then(|node| crate::locate::node(self.snapshot, node))
                .is_some_and(|located| match located {
                    crate::locate::Located::Key { val, .. }
                    | crate::locate::Located::Value { val, .. } => is_secret(&val),
                });
            if in_secret || found.value.is_empty() {
                continue;
            }
            let mut value: String = found
                .value
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(60)
                .collect();
            if value.len() < found.value.len() {
                value.push('…');
            }
            self.push(
                range.end(),
                format!("= {value}"),
                HintKind::Variable,
                format!("The value of {}", variable.name),
            );
        }
    }
}

/// Whether a value is a credential, or may be one.
fn is_secret(val: &Val<'_>) -> bool {
    val.fields().any(|field| field.secret != Secret::No)
}

/// Behind the colon of a key.
fn own_line_end(key: Node<'_>) -> TextSize {
    key.range().end() + TextSize::new(1)
}

fn shortened(word: &str, names: &[String]) -> String {
    let shown = names
        .iter()
        .take(LISTED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => format!("{word} {shown}"),
        more => format!("{word} {shown}, {more} more"),
    }
}
