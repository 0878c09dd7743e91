//! What the text does not say by itself: exact amounts, values of variables, values that a base gives.

use std::{cell::OnceCell, rc::Rc};

use nexflow_catalog::{Kind, Secret};
use nexflow_syntax::{Fragment, Node, NodeKind, TextRange, TextSize};

use crate::{
    Snapshot,
    hover::exact,
    merged::{MergedMapping, MergedValue},
    secret::{Redactor, is_secret_key},
    template_refs::template_refs,
};

/// A hint that an editor shows inside the text.
#[derive(Clone, Debug, PartialEq)]
pub struct InlayHint {
    /// Where it is shown.
    pub offset: TextSize,
    /// What it says.
    pub label: String,
    /// Which kind of hint it is.
    pub kind: HintKind,
    /// More about it.
    pub tooltip: String,
}

/// The kinds of hints; each can be switched off.
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

/// What a reader cannot see in the document itself. That `60s` are 60 000 ms, and what holds where nothing is said, is for hovers.
impl Default for HintOptions {
    fn default() -> Self {
        HintOptions {
            amounts: false,
            variables: true,
            inherited: true,
            defaults: false,
        }
    }
}

/// Deeper blocks get no hints.
const DEPTH: usize = 64;

/// More names than this are counted, not listed.
const LISTED: usize = 4;

/// The hints for a part of the text, in order.
pub fn inlay_hints(snapshot: &Snapshot, range: TextRange, options: HintOptions) -> Vec<InlayHint> {
    let root = MergedMapping::root(snapshot);
    let mut builder = HintBuilder {
        snapshot,
        range,
        options,
        out: Vec::new(),
        redactor: OnceCell::new(),
    };
    for fragment in snapshot.document.fragments() {
        if fragment.range().intersect(range).is_none() {
            continue;
        }
        let mut mapping = root.clone();
        for key in fragment.path() {
            mapping = mapping.child(key).mapping();
        }
        builder.mapping(fragment, fragment.root(), &mapping, 0);
        if options.variables {
            builder.variables(fragment);
        }
    }
    builder
        .out
        .retain(|hint| range.contains_inclusive(hint.offset));
    builder.out.sort_by_key(|hint| hint.offset);
    builder.out
}

struct HintBuilder<'a> {
    snapshot: &'a Snapshot,
    range: TextRange,
    options: HintOptions,
    out: Vec<InlayHint>,
    redactor: OnceCell<Rc<Redactor<'a>>>,
}

impl<'a> HintBuilder<'a> {
    fn mapping(
        &mut self,
        fragment: Fragment<'a>,
        node: Node<'a>,
        mapping: &MergedMapping<'a>,
        depth: usize,
    ) {
        // Inside brackets a hint stands between values that belong together.
        if depth > DEPTH || node.kind() != NodeKind::Mapping || node.is_flow() {
            return;
        }
        for entry in node.entries() {
            if entry.key().fragment().index() != fragment.index()
                || entry.range().intersect(self.range).is_none()
            {
                continue;
            }
            let value = entry.value();
            // Of a section's head this fragment knows the key alone; what stands below it is in the fragments behind it.
            let val = if value.is_split() {
                mapping.child(&entry.key_text())
            } else {
                mapping.child_entry(&entry.key_text(), entry)
            };
            match value.kind() {
                NodeKind::Scalar => self.amount(value, &val),
                NodeKind::Mapping if value.fragment().index() == fragment.index() => {
                    let below = val.mapping();
                    if !value.is_flow() {
                        self.block(entry.key(), &below);
                    }
                    self.mapping(fragment, value, &below, depth + 1);
                }
                NodeKind::Sequence
                    if value.fragment().index() == fragment.index() && !value.is_flow() =>
                {
                    let of_items = val.as_item();
                    for (index, item) in value.items().enumerate() {
                        match item.kind() {
                            NodeKind::Mapping => {
                                self.mapping(fragment, item, &val.item_mapping(index), depth + 2)
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

    /// The exact amount of a size or duration whose fragment hides it.
    fn amount(&mut self, node: Node<'a>, val: &MergedValue<'a>) {
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
    fn block(&mut self, key: Node<'a>, mapping: &MergedMapping<'a>) {
        let Some(own) = mapping.own() else { return };
        let end = own_line_end(key);
        if self.options.inherited {
            let names: Vec<String> = mapping
                .entries()
                .into_iter()
                .filter(|(_, val)| !val.is_own())
                .map(
                    |(name, val)| match val.raw().filter(|_| !is_secret(&name, &val)) {
                        Some(value) => format!("{name}: {value}"),
                        None => name.into_owned(),
                    },
                )
                .collect();
            if !names.is_empty() && own.kind() == NodeKind::Mapping {
                let label = shortened("inherits", &names);
                self.push(end, label, HintKind::Inherited, names.join("\n"));
            }
        }
        if self.options.defaults {
            let defaults: Vec<String> = mapping
                .fitting_keys()
                .into_iter()
                .filter(|(name, _)| mapping.child(name).is_missing())
                .filter_map(|(name, _)| {
                    let field = mapping.child(name).field()?;
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

    /// What the variables of a fragment stand for, unless it is a secret.
    fn variables(&mut self, fragment: Fragment<'a>) {
        let context = &self.snapshot.context;
        if context.settings.hide_values {
            return;
        }
        let redactor = Rc::clone(
            self.redactor
                .get_or_init(|| Rc::new(Redactor::new(self.snapshot))),
        );
        let start = fragment.range().start();
        for variable in &template_refs(fragment).variables {
            let range = variable.range + start;
            if self.range.intersect(range).is_none() || variable.in_flow {
                continue;
            }
            let Some(found) = context.variables.get(&variable.name) else {
                continue;
            };
            if found.value.is_empty()
                || redactor.hides_variable(&variable.name, &found.value, range)
            {
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
fn is_secret(key: &str, val: &MergedValue<'_>) -> bool {
    val.fields().any(|field| field.secret != Secret::No)
        || val.fields().next().is_none() && is_secret_key(key)
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
