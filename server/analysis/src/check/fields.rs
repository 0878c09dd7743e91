//! Each key against the catalog: unknown, of another type, given twice; each value against the kinds of its field.

use nexflow_catalog::{Field, RequiredWhen, SchemaNode, ids, value::suggest};
use nexflow_syntax::{Entry, Node, NodeKind, Unit};

use crate::{
    Tag,
    check::{duplicates, values},
    cx::Cx,
    locate::short_path,
    sink::Sink,
    view::{Applies, View},
};

/// Checks all entries that stand in one unit.
pub(super) fn check_unit<'a>(cx: &Cx<'a>, unit: Unit<'a>, sink: &mut Sink) {
    let mut walk = Walk { cx, unit, sink };
    let mut view = cx.root.clone();
    for key in unit.path() {
        view = view.child(key).view();
    }
    let root = unit.root();
    if root.kind() != NodeKind::Mapping {
        if unit.path().is_empty() && root.kind() != NodeKind::Null && unit.index() == 0 {
            walk.sink.at(ids::WRONG_KIND, &root.range()).say(
                "an L5 document is a mapping of sections such as `state_backends:` and `checkpoints:`",
            );
        }
        return;
    }
    walk.mapping(root, &view, 0);
}

struct Walk<'w, 'a> {
    cx: &'w Cx<'a>,
    unit: Unit<'a>,
    sink: &'w mut Sink,
}

/// Deeper than any field of L5; free-form values below are not walked at all.
const MAX_DEPTH: usize = 64;

impl<'a> Walk<'_, 'a> {
    /// `view` is the merged mapping of which `own` is what this unit has.
    fn mapping(&mut self, own: Node<'a>, view: &View<'a>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        duplicates::in_mapping(own, self.sink);
        if view.schema.is_none() {
            return;
        }
        for entry in own.entries() {
            if entry.key().unit().index() == self.unit.index() {
                self.entry(entry, view, depth);
            }
        }
    }

    fn entry(&mut self, entry: Entry<'a>, view: &View<'a>, depth: usize) {
        let key = entry.key_text();
        if key == "<<" {
            return;
        }
        let place = view.place(&key);
        let Some(child) = place else {
            if entry.has_colon() {
                self.unknown(entry, &key, view);
            }
            return;
        };
        if !entry.has_colon() {
            return;
        }
        let val = view.child_entry(&key, entry);
        match val.applies() {
            Applies::Name => {}
            Applies::Other { field, actual } => {
                self.other_type(entry, field, actual, view);
                return;
            }
            Applies::Unknown => {}
            Applies::Field(field) => {
                self.deprecated(entry, field);
                values::check(self.cx, entry.value(), field, self.sink);
                if field.free_form {
                    return;
                }
            }
        }
        if matches!(entry.value().kind(), NodeKind::Mapping | NodeKind::Sequence) {
            self.below(entry.value(), &val.view(), child, depth);
        }
        if let Some(node) = entry.value().resolve()
            && matches!(node.kind(), NodeKind::Mapping)
        {
            // The entries of a section may be units of their own, so that this one does not see them.
            let own = if view.depth == 0 {
                view.child(&key).view()
            } else {
                val.view()
            };
            // A region block is used together with the entry around it.
            let is_region = view.schema.is_some_and(|schema| {
                let region = schema.region_child();
                schema.literal_child(&key).is_none()
                    && region.is_some_and(|(_, region)| std::ptr::eq(region, child))
            });
            let used = if is_region { own.over(view) } else { own };
            self.required(&used, child);
        }
    }

    fn below(
        &mut self,
        value: Node<'a>,
        view: &View<'a>,
        schema: &'static SchemaNode,
        depth: usize,
    ) {
        match value.kind() {
            NodeKind::Mapping => self.mapping(value, view, depth + 1),
            NodeKind::Sequence => {
                let Some(item_schema) = schema.item_child() else {
                    return;
                };
                for item in value.items() {
                    for id in item_schema.fields {
                        let field = nexflow_catalog::field(*id);
                        if item_schema.fields.len() == 1 {
                            values::check(self.cx, item, field, self.sink);
                        }
                    }
                    if let Some(node) = item.resolve() {
                        let view = view.item(node, Some(item_schema), 0);
                        if node.kind() == NodeKind::Mapping && item.kind() != NodeKind::Alias {
                            self.mapping(node, &view, depth + 1);
                            self.required(&view, item_schema);
                        } else if node.kind() == NodeKind::Sequence {
                            self.below(item, &view, item_schema, depth + 1);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn unknown(&mut self, entry: Entry<'a>, key: &str, view: &View<'a>) {
        let top = view.depth == 0;
        let nearest = suggest::nearest(key, view.fitting_keys().into_iter().map(|(name, _)| name))
            .first()
            .copied();
        let code = if top {
            ids::SECTION_UNKNOWN
        } else {
            ids::FIELD_UNKNOWN
        };
        let what = if top { "section" } else { "field" };
        let place = match view.key_text() {
            Some(parent) if !top => format!(" of `{parent}`"),
            _ => String::new(),
        };
        let range = entry.key().range();
        let report = self.sink.at(code, &range);
        match nearest {
            Some(near) => report
                .replace(format!("Change to `{near}`"), near)
                .say(format!(
                    "`{key}` is no {what}{place}; did you mean `{near}`?"
                )),
            None => report.say(format!("`{key}` is no {what}{place} and has no effect")),
        }
    }

    fn other_type(
        &mut self,
        entry: Entry<'a>,
        field: &'static Field,
        actual: &str,
        view: &View<'a>,
    ) {
        let code = values::other_type_rule(field);
        let by = field
            .discriminator
            .and_then(|path| path.rsplit('.').next())
            .unwrap_or_default();
        let list = field
            .applies_to
            .iter()
            .map(|value| format!("`{value}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let range = entry.key().range();
        let report = self.sink.at(code, &range).tag(Tag::Unnecessary);
        let report = match view.discriminator(field) {
            Some(val) => report.with(&val, format!("the {by} is `{actual}`")),
            None => report,
        };
        report.say(format!(
            "`{}` has no effect here: it belongs to {by} {list}, and this is `{actual}`",
            entry.key_text(),
        ));
    }

    /// A field with a successor. What is merely out of fashion has a rule of its own where it matters.
    fn deprecated(&mut self, entry: Entry<'a>, field: &'static Field) {
        let Some(successor) = field
            .deprecated
            .as_ref()
            .and_then(|deprecated| deprecated.successor)
        else {
            return;
        };
        let code = if field.toolchain {
            ids::OLDER_DIALECT
        } else {
            ids::FIELD_DEPRECATED
        };
        // The same word at another place says nothing without the way to it.
        let successor = match short_path(successor) {
            short if short == field.name => successor,
            short => short,
        };
        let range = entry.key().range();
        self.sink.at(code, &range).tag(Tag::Deprecated).say(format!(
            "`{}` is deprecated: use `{successor}` instead",
            entry.key_text(),
        ));
    }

    /// What must be there and is not, in the merged object.
    fn required(&mut self, view: &View<'a>, schema: &'static SchemaNode) {
        if !self.cx.judges_absence() || view.has_errors() {
            return;
        }
        // What a block inherits by the catalog (a region block from its entry, a process from its group) it need not repeat.
        for (name, child) in schema.children {
            let never = |field: &Field| matches!(field.required.when, RequiredWhen::Never);
            if child.fields().all(never) {
                continue;
            }
            let val = view.child(name);
            if val.is_present() {
                continue;
            }
            // A field that only some types have is missed once the type is known.
            if let Applies::Field(field) = val.applies()
                && view.takes(field) == Some(true)
            {
                let needed = match field.required.when {
                    RequiredWhen::Never => false,
                    RequiredWhen::Always => true,
                    RequiredWhen::FieldIs { field, values } => view.get(field).is_any(values),
                };
                if !needed {
                    continue;
                }
                let because = match field.required.when {
                    RequiredWhen::FieldIs { field, .. } => format!(
                        " because `{field}` is `{}`",
                        view.get(field).text().unwrap_or_default()
                    ),
                    _ => String::new(),
                };
                let what = view.key_text().unwrap_or_default();
                self.sink
                    .missing(ids::REQUIRED_FIELD_MISSING, &val)
                    .say(format!(
                        "`{what}` lacks `{name}`, which it must have{because}"
                    ));
            }
        }
    }
}
