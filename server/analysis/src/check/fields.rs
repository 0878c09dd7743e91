//! Each key against the catalog: unknown, of another type, given twice; each value against the kinds of its field.

use nexflow_catalog::{Dialect, Field, RequiredWhen, SchemaNode, ids, value::suggest};
use nexflow_syntax::{Entry, Fragment, Node, NodeKind, Parent, ScalarStyle, TextRange};
use rustc_hash::FxHashSet;

use crate::{
    Diagnostic, Related, Tag,
    check::{duplicates, empty, values},
    document_context::DocumentContext,
    locate::{self, short_path},
    merged::{Applies, MergedMapping},
    sink::DiagnosticSink,
};

/// Checks all entries that stand in one fragment.
pub(super) fn check_fragment<'a>(
    cx: &DocumentContext<'a>,
    fragment: Fragment<'a>,
    sink: &mut DiagnosticSink,
) {
    let mut walk = FieldWalk {
        cx,
        fragment: Some(fragment),
        sink,
        aliased: 0,
        free_form: false,
    };
    let mut mapping = cx.root.clone();
    for key in fragment.path() {
        mapping = mapping.child(key).mapping();
    }
    let root = fragment.root();
    if root.kind() != NodeKind::Mapping {
        if fragment.path().is_empty() && root.kind() != NodeKind::Null && fragment.index() == 0 {
            walk.sink.report(ids::WRONG_KIND, &root.range()).emit(
                "Not an L5 document. Expected top-level sections such as `state_backends:` and `checkpoints:`.",
            );
        }
        return;
    }
    walk.mapping(root, &mapping, 0);
}

/// In the toolchain's dialect a section such as `resources` has fields where the documented one has names of the user's choice. A
/// scalar there is a slip in the name of a field.
fn is_scalar_for_process(
    entry: Entry<'_>,
    child: &'static SchemaNode,
    mapping: &MergedMapping<'_>,
) -> bool {
    let is_chosen = || {
        mapping
            .schema
            .and_then(SchemaNode::named_child)
            .is_some_and(|(_, named)| std::ptr::eq(named, child))
    };
    mapping.dialect == Dialect::Toolchain
        && entry.value().kind() == NodeKind::Scalar
        && !child.is_of(Dialect::Toolchain)
        && is_chosen()
}

struct FieldWalk<'w, 'a> {
    cx: &'w DocumentContext<'a>,
    /// Entries of other fragments are left to these; `None` where everything is looked at.
    fragment: Option<Fragment<'a>>,
    sink: &'w mut DiagnosticSink,
    /// So many blocks behind aliases have been entered.
    aliased: usize,
    /// Within a block whose keys are the user's or another product's: those that the catalog knows are checked, others are right,
    /// and what must be there nobody knows.
    free_form: bool,
}

/// More blocks behind aliases than these are not looked at from one fragment: they may name each other over and over.
const MOST_ALIASED: usize = 1000;

/// A merge key, which is one only when it is not quoted.
pub(super) fn is_merge(entry: Entry<'_>) -> bool {
    entry.key().style() == Some(ScalarStyle::Plain) && entry.is_named("<<")
}

/// Shorter words are one letter away from too many others.
const SHORTEST: usize = 6;

/// Whether an unknown key can only be a slip in writing `near`: no other field of the block is as near, the document has no such
/// field there, and the key is no field of any other block. A word with more or less at its end may be another word.
fn is_slip(entry: Entry<'_>, key: &str, near: &str, mapping: &MergedMapping<'_>) -> bool {
    let names = mapping
        .schema
        .into_iter()
        .flat_map(|schema| schema.children.iter().map(|(name, _)| *name));
    let is_field = || {
        nexflow_catalog::fields()
            .iter()
            .any(|field| field.name == key)
    };
    key.len() >= SHORTEST
        && !key.starts_with(near)
        && !near.starts_with(key)
        && suggest::only_slip(key, names) == Some(near)
        && entry.key().source() == key
        && !mapping.child(near).is_own()
        && !is_field()
}

/// The path of the field of this name in one of the mapping's blocks; `None` where several blocks have one.
fn only_below(key: &str, mapping: &MergedMapping<'_>) -> Option<String> {
    let fits = |field: &Field| mapping.takes(field) != Some(false) && field.deprecated.is_none();
    let mut found = mapping.fitting_keys().into_iter().filter(|(_, block)| {
        block
            .literal_child(key)
            .is_some_and(|node| node.fields().any(fits))
    });
    let (block, _) = found.next()?;
    found.next().is_none().then(|| format!("{block}.{key}"))
}

/// Deeper than any field of L5; free-form values below are not walked at all.
const MAX_DEPTH: usize = 64;

impl<'a> FieldWalk<'_, 'a> {
    /// `mapping` is the merged mapping of which `own` is what this fragment has.
    fn mapping(&mut self, own: Node<'a>, mapping: &MergedMapping<'a>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        duplicates::in_mapping(own, self.sink);
        if mapping.schema.is_none() {
            return;
        }
        for entry in own.entries() {
            let is_here =
                |fragment: Fragment<'a>| entry.key().fragment().index() == fragment.index();
            if self.fragment.is_some_and(|fragment| !is_here(fragment)) {
                continue;
            }
            if is_merge(entry) {
                self.merged(entry, mapping, depth);
            } else {
                self.entry(entry, mapping, depth);
            }
        }
    }

    /// What a merge key brings in, without what stands there already.
    fn merged(&mut self, merge: Entry<'a>, mapping: &MergedMapping<'a>, depth: usize) {
        let mut known: FxHashSet<_> = merge.mapping().entries().map(Entry::key_text).collect();
        for (named, target) in merge.value().merged() {
            let is_new = |entry: &Entry<'a>| !known.contains(&entry.key_text());
            let entries: Vec<Entry<'a>> = target.entries().filter(is_new).collect();
            let mut walk = |walk: &mut FieldWalk<'_, 'a>| {
                for entry in &entries {
                    if is_merge(*entry) {
                        walk.merged(*entry, mapping, depth + 1);
                    } else {
                        walk.entry(*entry, mapping, depth + 1);
                    }
                }
            };
            match named.kind() {
                NodeKind::Alias => self.through(named, target, depth, &mut walk),
                _ => walk(self),
            }
            known.extend(target.entries().map(Entry::key_text));
        }
    }

    /// Checks a block where an alias brings it in. Where it stands for itself nobody else looks at it, unless it is in the place of
    /// a field: then what is wrong here and right there is a matter of the alias.
    fn through(
        &mut self,
        alias: Node<'a>,
        target: Node<'a>,
        depth: usize,
        walk: &mut dyn FnMut(&mut FieldWalk<'_, 'a>),
    ) {
        if depth > MAX_DEPTH || self.aliased > MOST_ALIASED {
            return;
        }
        self.aliased += 1;
        // What is found there may be reported here.
        let everywhere = TextRange::up_to(self.cx.snapshot.document.len());
        let mut found = DiagnosticSink::new(self.sink.want_fixes.map(|_| everywhere));
        let mut inner = FieldWalk {
            cx: self.cx,
            fragment: None,
            sink: &mut found,
            aliased: self.aliased,
            free_form: self.free_form,
        };
        walk(&mut inner);
        self.aliased = inner.aliased;
        let mut found = found.diagnostics;
        if found.is_empty() {
            return;
        }
        let own = self.in_its_own_place(target, depth);
        let is_known = |diagnostic: &Diagnostic| {
            let is_same = |other: &Diagnostic| {
                (other.code, other.range, &other.message)
                    == (diagnostic.code, diagnostic.range, &diagnostic.message)
            };
            own.as_ref().is_some_and(|own| own.iter().any(is_same))
        };
        found.retain(|diagnostic| !is_known(diagnostic));
        for mut diagnostic in found {
            let place = if own.is_some() {
                diagnostic.fixes.clear();
                std::mem::replace(&mut diagnostic.range, alias.range())
            } else {
                alias.range()
            };
            if place != diagnostic.range {
                diagnostic.related.push(Related {
                    line: None,
                    file: None,
                    range: place,
                    message: match own {
                        Some(_) => "in the aliased block".to_owned(),
                        None => "used here".to_owned(),
                    },
                });
            }
            if self
                .sink
                .within
                .is_none_or(|within| within.contains_range(diagnostic.range))
            {
                self.sink.diagnostics.push(diagnostic);
            }
        }
    }

    /// What is found in a block where its anchor stands; `None` where the catalog has no field for it.
    fn in_its_own_place(&mut self, target: Node<'a>, depth: usize) -> Option<Vec<Diagnostic>> {
        let val = match target.parent()? {
            Parent::Item(list, _) => locate::value_of(self.cx.snapshot, list)?.as_item(),
            _ => locate::value_of(self.cx.snapshot, target)?,
        };
        let schema = val.schema?;
        let mapping = match target.parent()? {
            Parent::Item(list, index) => {
                locate::value_of(self.cx.snapshot, list)?.item_mapping(index)
            }
            _ => val.mapping(),
        };
        let mut found = DiagnosticSink::new(None);
        let mut walk = FieldWalk {
            cx: self.cx,
            fragment: None,
            sink: &mut found,
            aliased: self.aliased,
            free_form: self.free_form,
        };
        match target.kind() {
            NodeKind::Mapping => walk.mapping(target, &mapping, depth + 1),
            _ => walk.below(target, &mapping, schema, depth + 1),
        }
        self.aliased = walk.aliased;
        Some(found.diagnostics)
    }

    fn entry(&mut self, entry: Entry<'a>, mapping: &MergedMapping<'a>, depth: usize) {
        let key = entry.key_text();
        let place = mapping.place(&key);
        let Some(child) = place else {
            if entry.has_colon() && !self.free_form {
                self.unknown(entry, &key, mapping);
            }
            return;
        };
        if !entry.has_colon() {
            return;
        }
        if !self.free_form && is_scalar_for_process(entry, child, mapping) {
            self.unknown(entry, &key, mapping);
            return;
        }
        let val = mapping.child_entry(&key, entry);
        empty::entry(entry, &val, self.sink);
        match val.applies() {
            Applies::Name => {}
            Applies::Other { field, actual } => {
                self.other_type(entry, field, actual, mapping);
                return;
            }
            Applies::Unknown => values::check_any(self.cx, entry.value(), val.fields(), self.sink),
            Applies::Field(field) => {
                self.deprecated(entry, field);
                self.of_version(entry, field);
                self.check_value(entry.value(), field);
                if field.free_form {
                    let outside = std::mem::replace(&mut self.free_form, true);
                    self.value(entry.value(), &val.mapping(), child, depth);
                    self.free_form = outside;
                    return;
                }
            }
        }
        self.value(entry.value(), &val.mapping(), child, depth);
        if let Some(node) = entry.value().resolve()
            && matches!(node.kind(), NodeKind::Mapping)
        {
            // The entries of a section may be fragments of their own, so that this one does not see them.
            let own = if mapping.depth == 0 {
                mapping.child(&key).mapping()
            } else {
                val.mapping()
            };
            // A region block is used together with the entry around it.
            let is_region = mapping.schema.is_some_and(|schema| {
                let region = schema.region_child();
                schema.literal_child(&key).is_none()
                    && region.is_some_and(|(_, region)| std::ptr::eq(region, child))
            });
            let used = if is_region { own.over(mapping) } else { own };
            self.required(&used, child);
        }
    }

    /// Checks a value against its field. Another product may have references of its own, such as Kafka's `${file:…}`.
    fn check_value(&mut self, value: Node<'a>, field: &'static Field) {
        const OF_REFERENCES: [&str; 3] = [
            ids::ENV_REF_MALFORMED,
            ids::ENV_REF_NAME,
            ids::ENV_REF_SINGLE_COLON,
        ];
        let before = self.sink.diagnostics.len();
        values::check(self.cx, value, field, self.sink);
        if self.free_form {
            let found = self.sink.diagnostics.split_off(before);
            let right = found
                .into_iter()
                .filter(|one| !OF_REFERENCES.contains(&one.code));
            self.sink.diagnostics.extend(right);
        }
    }

    /// What stands in a block or list, behind an alias as well.
    fn value(
        &mut self,
        value: Node<'a>,
        mapping: &MergedMapping<'a>,
        schema: &'static SchemaNode,
        depth: usize,
    ) {
        let Some(target) = value.resolve() else {
            return;
        };
        if !matches!(target.kind(), NodeKind::Mapping | NodeKind::Sequence) {
            return;
        }
        if value.kind() == NodeKind::Alias {
            self.through(value, target, depth, &mut |walk| {
                walk.below(target, mapping, schema, depth);
            });
        } else {
            self.below(value, mapping, schema, depth);
        }
    }

    fn below(
        &mut self,
        value: Node<'a>,
        mapping: &MergedMapping<'a>,
        schema: &'static SchemaNode,
        depth: usize,
    ) {
        match value.kind() {
            NodeKind::Mapping => self.mapping(value, mapping, depth + 1),
            NodeKind::Sequence => {
                let Some(item_schema) = schema.item_child() else {
                    return;
                };
                for item in value.items() {
                    empty::item(self.cx.values(), item, self.sink);
                    for id in item_schema.fields {
                        let field = nexflow_catalog::field(*id);
                        if item_schema.fields.len() == 1 {
                            self.check_value(item, field);
                        }
                    }
                    if let Some(node) = item.resolve() {
                        let mapping = mapping.item(node, Some(item_schema), 0);
                        self.value(item, &mapping, item_schema, depth + 1);
                        if node.kind() == NodeKind::Mapping && item.kind() != NodeKind::Alias {
                            self.required(&mapping, item_schema);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn unknown(&mut self, entry: Entry<'a>, key: &str, mapping: &MergedMapping<'a>) {
        let top = mapping.depth == 0;
        // What aliases use has an effect where they stand.
        if top && entry.value().is_aliased() {
            return;
        }
        // In broken text the aliases may stand where nothing could be read.
        let is_broken = || !self.cx.snapshot.document.errors().is_empty();
        if top && entry.value().anchor().is_some() && is_broken() {
            return;
        }
        let nearest = suggest::nearest(
            key,
            mapping.fitting_keys().into_iter().map(|(name, _)| name),
        )
        .first()
        .copied();
        let code = if top {
            ids::SECTION_UNKNOWN
        } else {
            ids::FIELD_UNKNOWN
        };
        let what = match mapping.key_text() {
            _ if top => format!("top-level key `{key}`"),
            Some(parent) => format!("field `{key}` in `{parent}`"),
            None => format!("field `{key}`"),
        };
        let range = entry.key().range();
        let report = self.sink.report(code, &range);
        let is_slip = nearest.is_some_and(|near| is_slip(entry, key, near, mapping));
        match nearest {
            Some(near) => {
                let title = format!("Change to `{near}`");
                let report = match is_slip {
                    true => report.rewrite(title, near),
                    false => report.replace(title, near),
                };
                report
                    .advises(true)
                    .emit(format!("Unknown {what}. Did you mean `{near}`?"));
            }
            // It is named, not written: a block may have to be opened first.
            None => match (!top).then(|| only_below(key, mapping)).flatten() {
                Some(path) => report
                    .advises(true)
                    .emit(format!("Unknown {what}. Did you mean `{path}`?")),
                None => report.emit(format!("Unknown {what}.")),
            },
        }
    }

    fn other_type(
        &mut self,
        entry: Entry<'a>,
        field: &'static Field,
        actual: &str,
        mapping: &MergedMapping<'a>,
    ) {
        let code = ids::FIELD_NOT_FOR_TYPE;
        let by = field
            .discriminator
            .and_then(|path| path.rsplit('.').next())
            .unwrap_or_default();
        let list = field
            .applies_to
            .iter()
            .map(|value| format!("`{value}`"))
            .collect::<Vec<_>>();
        let list = match list.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            list => list.join(", "),
        };
        let range = entry.key().range();
        let report = self.sink.report(code, &range).tag(Tag::Unnecessary);
        let report = match mapping.discriminator(field) {
            Some(val) => report.related(&val, format!("the {by} is `{actual}`")),
            None => report,
        };
        report.emit(format!(
            "`{}` is ignored: it applies to {by} {list}, but this is `{actual}`.",
            entry.key_text(),
        ));
    }

    /// A field that becomes an option which the configured version of Flink does not have.
    fn of_version(&mut self, entry: Entry<'a>, field: &'static Field) {
        let version = self.cx.flink();
        if field.versions.contains(version) || field.versions.is_all() {
            return;
        }
        let when = match (field.versions.from, field.versions.to) {
            (Some(from), _) if version < from => format!("It was added in Flink {from}."),
            (_, Some(to)) => format!("It was last available in Flink {to}."),
            _ => String::new(),
        };
        let range = entry.key().range();
        self.sink
            .report(ids::NOT_IN_FLINK_VERSION, &range)
            .tag(Tag::Unnecessary)
            .emit(format!(
                "`{}` is ignored: Flink {version} has no such option. {when}",
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
        // The same word at another place says nothing without the way to it.
        let successor = match short_path(successor) {
            short if short == field.name => successor,
            short => short,
        };
        let range = entry.key().range();
        self.sink
            .report(ids::FIELD_DEPRECATED, &range)
            .tag(Tag::Deprecated)
            .emit(format!(
                "`{}` is deprecated. Use `{successor}` instead.",
                entry.key_text(),
            ));
    }

    /// What must be there and is not, in the merged object.
    fn required(&mut self, mapping: &MergedMapping<'a>, schema: &'static SchemaNode) {
        if self.free_form || !self.cx.checks_absence() || mapping.has_errors() {
            return;
        }
        // What a block inherits by the catalog (a region block from its entry, a process from its group) it need not repeat.
        for (name, child) in schema.children {
            let never = |field: &Field| matches!(field.required.when, RequiredWhen::Never);
            if child.fields().all(never) {
                continue;
            }
            let val = mapping.child(name);
            if val.is_present() && !val.is_empty() {
                continue;
            }
            // A field that only some types have is missed once the type is known.
            if let Applies::Field(field) = val.applies()
                && mapping.takes(field) == Some(true)
            {
                let needed = match field.required.when {
                    RequiredWhen::Never => false,
                    RequiredWhen::Always => true,
                    RequiredWhen::FieldIs { field, values } => mapping.get(field).is_any(values),
                };
                if !needed {
                    continue;
                }
                let because = match field.required.when {
                    RequiredWhen::FieldIs { field, .. } => format!(
                        " because `{field}` is `{}`",
                        mapping.get(field).text().unwrap_or_default()
                    ),
                    _ => String::new(),
                };
                let what = mapping.key_text().unwrap_or_default();
                if val.key_range().is_some() {
                    self.sink
                        .report_key(ids::REQUIRED_FIELD_EMPTY, &val)
                        .emit(format!("`{name}` must have a value{because}."));
                    continue;
                }
                self.sink
                    .report_missing(ids::REQUIRED_FIELD_MISSING, &val)
                    .missing([name.to_string()])
                    .emit(format!("Missing `{name}` in `{what}`{because}."));
            }
        }
    }
}
