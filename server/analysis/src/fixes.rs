//! The fixes that the catalog has as data, as edits of a document.
//!
//! A path of a fix is relative to the block that its rule checks. That block is the innermost one around the reported token that
//! has such a field by the catalog: the entry, one of its region blocks, or a section that is a single block.

use std::cell::OnceCell;

use nexflow_catalog::{
    Applicability, Fix as Plan, FixEdit, SchemaNode, Severity,
    value::template::{SegmentKind, Template},
};
use nexflow_syntax::{
    Document, Entry, Node, NodeKind, Parent, ScalarStyle, Segment, TextEdit, TextRange,
};

use crate::{
    Diagnostic, Fix, Snapshot,
    check::{self, diagnostics},
    edit::{self, Value, applied},
    repair,
};

/// With more diagnostics than this at once nobody chooses among fixes: only safe ones are offered then.
const MOST_TRIED: usize = 64;

/// So many diagnostics of a text are given the catalog's fixes at once. Where thousands stand in one block, each is looked for among
/// all of them; fixes are applied in rounds, and the next round finds the next ones.
const MOST_AT_ONCE: usize = 2_000;

/// Which fixes are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// All that help, to choose among.
    All,
    /// Those that are at least this sure, to be applied in bulk; the caller tries them.
    UpTo(Applicability),
}

/// The diagnostics that touch `range`, with their fixes.
pub fn diagnostics_with_fixes(snapshot: &Snapshot, range: TextRange) -> Vec<Diagnostic> {
    with_fixes(snapshot, range, Wanted::All)
}

/// All diagnostics, with those fixes that are at least as sure as `least`. They have not been tried.
pub(crate) fn diagnostics_with_sure_fixes(
    snapshot: &Snapshot,
    least: Applicability,
) -> Vec<Diagnostic> {
    let whole = TextRange::up_to(snapshot.document.len());
    with_fixes(snapshot, whole, Wanted::UpTo(least))
}

fn with_fixes(snapshot: &Snapshot, range: TextRange, wanted: Wanted) -> Vec<Diagnostic> {
    let mut found = check::with_own_fixes(snapshot, range);
    let parts = snapshot.document.parts();
    if parts.is_empty() {
        add(snapshot, wanted, &mut found);
    }
    for (part, snapshot) in parts.iter().zip(snapshot.parts()) {
        let from = found.partition_point(|one| one.range.start() < part.range.start());
        let to = found.partition_point(|one| one.range.start() < part.range.end());
        add(&snapshot, wanted, &mut found[from..to]);
    }
    repair::add(snapshot, &mut found);
    found
}

/// Adds to diagnostics what the catalog offers for their rules. Fixes that a rule itself worked out come first; the same edit is not
/// offered twice, and none that would not help.
fn add(snapshot: &Snapshot, wanted: Wanted, found: &mut [Diagnostic]) {
    let tried = wanted == Wanted::All && found.len() <= MOST_TRIED;
    let before = OnceCell::new();
    for diagnostic in found.iter_mut().take(MOST_AT_ONCE) {
        let code = diagnostic.code;
        add_to(snapshot, diagnostic, wanted, tried, |edits| {
            let before = before.get_or_init(|| diagnostics(snapshot));
            let document = applied(&snapshot.document, edits);
            let after = diagnostics(&Snapshot::new(document, snapshot.context.clone()));
            let of_rule =
                |found: &[Diagnostic]| found.iter().filter(|other| other.code == code).count();
            let errors = |found: &[Diagnostic]| {
                found
                    .iter()
                    .filter(|other| other.severity == Severity::Error)
                    .count()
            };
            of_rule(&after) < of_rule(before) && errors(&after) <= errors(before)
        });
    }
}

fn add_to(
    snapshot: &Snapshot,
    diagnostic: &mut Diagnostic,
    wanted: Wanted,
    tried: bool,
    helps: impl Fn(&[TextEdit]) -> bool,
) {
    let Some(rule) = nexflow_catalog::rule(diagnostic.code) else {
        return;
    };
    diagnostic.fixes.retain_mut(|fix| {
        fix.edits
            .iter_mut()
            .all(|edit| fitted(&snapshot.document, edit))
    });
    for plan in rule.fixes {
        let safe = plan.applicability == Applicability::Safe;
        let is_wanted = match wanted {
            Wanted::All => safe || tried,
            Wanted::UpTo(least) => plan.applicability <= least,
        };
        if !is_wanted {
            continue;
        }
        let Some(mut edits) = realised(&snapshot.document, diagnostic.range, plan) else {
            continue;
        };
        let fits = edits
            .iter_mut()
            .all(|edit| fitted(&snapshot.document, edit));
        let known = diagnostic.fixes.iter().any(|other| other.edits == edits);
        let trusted = safe || wanted != Wanted::All;
        if fits && !known && (trusted || helps(&edits)) {
            diagnostic.fixes.push(Fix {
                title: plan.title.to_owned(),
                edits,
                preferred: diagnostic.fixes.is_empty(),
                applicability: plan.applicability,
            });
        }
    }
}

/// Makes an edit fit the value that it replaces; false where it cannot. Rules suggest a value; how it must be written depends on
/// what stands there.
fn fitted(document: &Document, edit: &mut TextEdit) -> bool {
    keep_references(document, edit) && {
        quote_in_flow(document, edit);
        true
    }
}

/// `${VAR}` and commas end a plain scalar inside `{ }` and `[ ]`.
fn quote_in_flow(document: &Document, edit: &mut TextEdit) {
    let Some(node) = document
        .node_at(edit.range.start())
        .filter(|node| node.range() == edit.range)
    else {
        return;
    };
    let in_flow = match node.parent() {
        Some(Parent::Value(entry)) => entry.mapping().is_flow(),
        Some(Parent::Item(list, _)) => list.is_flow(),
        _ => false,
    };
    let scalar = !edit.insert.starts_with(['{', '[', '\'', '"']);
    if in_flow
        && scalar
        && node.style() == Some(ScalarStyle::Plain)
        && edit.insert.contains(['{', '}', '[', ']', ','])
    {
        edit.insert = edit::quoted(&edit.insert, true, node.style());
    }
}

/// A value that comes from a variable stays one: where `${VAR:-default}` would be overwritten only the default is. False where
/// that is not possible.
fn keep_references(document: &Document, edit: &mut TextEdit) -> bool {
    let Some(node) = document
        .node_at(edit.range.start())
        .filter(|node| node.range() == edit.range)
    else {
        return true;
    };
    let Some(text) = node.value().filter(|text| text.contains("${")) else {
        return true;
    };
    if edit.insert.contains("${") || edit.insert.is_empty() {
        return true;
    }
    let template = Template::parse(&text);
    let [segment] = template.segments.as_slice() else {
        return false;
    };
    let SegmentKind::Variable {
        default: Some(default),
        ..
    } = &segment.kind
    else {
        return false;
    };
    edit.range = TextRange::new(
        node.source_offset(default.start),
        node.source_offset(default.end),
    );
    !edit.insert.contains('}')
}

/// The edits of a fix for a diagnostic at `token`; `None` where there is nothing to edit, or no certain way to.
fn realised(document: &Document, token: TextRange, plan: &Plan) -> Option<Vec<TextEdit>> {
    let target = FixTarget::at(document, token)?;
    let mut current = document.clone();
    let mut steps: Vec<Vec<TextEdit>> = Vec::new();
    for (index, edit) in plan.edits.iter().enumerate() {
        let step = match edit {
            // The token is known by its place, which an earlier edit may have moved.
            FixEdit::Remove { path: "." } | FixEdit::Set { path: ".", .. } if index > 0 => {
                return None;
            }
            FixEdit::Remove { path: "." } => target.removed(document)?,
            FixEdit::Set { path: ".", value } => target.replaced(document, value)?,
            FixEdit::Remove { path } => match own(&current, &target.block(path)?, path) {
                Some(entry) => edit::remove_entry(&current, certain(&current, entry)?)?,
                // Of several things to take away some may be absent.
                None => continue,
            },
            FixEdit::Set { path, value } => set(
                &current,
                &target.block(path)?,
                path,
                Value::Yaml((*value).to_owned()),
            )?,
            FixEdit::Copy { from, to } => {
                let source = own(&current, &target.block(from)?, from)?;
                set(&current, &target.block(to)?, to, Value::of(source.value())?)?
            }
            FixEdit::Rename { from, to } => {
                let entry = certain(&current, own(&current, &target.block(from)?, from)?)?;
                let path = joined(&target.block(to)?, to);
                let names: Vec<&str> = path.iter().map(String::as_str).collect();
                edit::move_entry(&current, entry, &names)?
            }
            FixEdit::Merge { from, to } => {
                let source = certain(&current, own(&current, &target.block(from)?, from)?)?;
                let list = certain(&current, own(&current, &target.block(to)?, to)?)?;
                edit::merge_list(&current, source, list)?
            }
            // The rule itself knows the value that it suggests.
            FixEdit::ReplaceValue => return None,
        };
        current = applied(&current, &step);
        steps.push(step);
    }
    let edits = edit::combined(document, &steps);
    (!edits.is_empty()).then_some(edits)
}

/// What a diagnostic points at.
struct FixTarget<'d> {
    /// The entry of which the token is the key or the value, when it is one.
    entry: Option<Entry<'d>>,
    /// The list of which it is an item, and which one.
    item: Option<(Node<'d>, usize)>,
    /// The keys from the root to the token; the token's own key included when it is one.
    path: Vec<String>,
}

impl<'d> FixTarget<'d> {
    fn at(document: &'d Document, token: TextRange) -> Option<FixTarget<'d>> {
        let mut node = document.node_at(token.start())?;
        // A block and its first key begin at the same place.
        while !node.range().contains_range(token) {
            node = match node.parent()? {
                Parent::Value(entry) | Parent::Key(entry) => entry.mapping(),
                Parent::Item(list, _) => list,
            };
        }
        let exact = node.range() == token;
        let (entry, item) = match node.parent() {
            Some(Parent::Value(entry) | Parent::Key(entry)) if exact => (Some(entry), None),
            Some(Parent::Item(list, index)) if exact => (None, Some((list, index))),
            _ => (None, None),
        };
        let path = node
            .path()
            .into_iter()
            .map_while(|segment| match segment {
                Segment::Key(key) => Some(String::from(key)),
                Segment::Item(_) => None,
            })
            .collect();
        Some(FixTarget { entry, item, path })
    }

    fn removed(&self, document: &Document) -> Option<Vec<TextEdit>> {
        match (self.entry, self.item) {
            (Some(entry), _) => edit::remove_entry(document, certain(document, entry)?),
            (None, Some((list, index))) if !edit::is_shared(document, list) => {
                edit::remove_item(document, list, index)
            }
            _ => None,
        }
    }

    fn replaced(&self, document: &Document, value: &str) -> Option<Vec<TextEdit>> {
        if let Some(entry) = self.entry {
            return changed(document, entry, &Value::Yaml(value.to_owned()));
        }
        let (list, index) = self.item?;
        let item = list.items().nth(index)?;
        let fits = item.kind() == NodeKind::Scalar && !edit::is_shared(document, item);
        fits.then(|| vec![TextEdit::replace(item.range(), value)])
    }

    /// The keys from the root to the innermost block around the token in which the catalog has `path`.
    fn block(&self, path: &str) -> Option<Vec<String>> {
        (1..=self.path.len()).rev().find_map(|depth| {
            let above = &self.path[..depth];
            let schema = place(above)?;
            path.split('.')
                .try_fold(schema, SchemaNode::literal_child)
                .is_some_and(|found| !found.fields.is_empty())
                .then(|| above.to_vec())
        })
    }
}

/// What the catalog has at a path of keys, region blocks included.
fn place(path: &[String]) -> Option<&'static SchemaNode> {
    path.iter().try_fold(nexflow_catalog::root(), |node, key| {
        node.child(key)
            .or_else(|| node.region_child().map(|(_, region)| region))
    })
}

fn joined(block: &[String], path: &str) -> Vec<String> {
    block
        .iter()
        .cloned()
        .chain(path.split('.').map(str::to_owned))
        .collect()
}

/// The entry that the document itself has at a path below a block; what a base or an alias gives is not edited here.
fn own<'d>(document: &'d Document, block: &[String], path: &str) -> Option<Entry<'d>> {
    let path = joined(block, path);
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    edit::entry_at(document.root(), &names)
}

/// The entry, unless an alias makes an edit in it one of other places as well.
fn certain<'d>(document: &Document, entry: Entry<'d>) -> Option<Entry<'d>> {
    (!edit::is_shared(document, entry.key())).then_some(entry)
}

fn set(document: &Document, block: &[String], path: &str, value: Value) -> Option<Vec<TextEdit>> {
    if let Some(entry) = own(document, block, path) {
        return changed(document, entry, &value);
    }
    let path = joined(block, path);
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let above = (1..names.len())
        .rev()
        .find_map(|depth| edit::entry_at(document.root(), &names[..depth]));
    if let Some(above) = above {
        certain(document, above)?;
        if edit::is_shared(document, above.value()) {
            return None;
        }
    }
    edit::insert_at(document, &names, &value)
}

fn changed(document: &Document, entry: Entry<'_>, value: &Value) -> Option<Vec<TextEdit>> {
    let entry = certain(document, entry)?;
    let same = matches!(value, Value::Yaml(text) if *text == entry.value().source());
    if same || edit::is_shared(document, entry.value()) {
        return None;
    }
    edit::replace_value(document, entry, value)
}
