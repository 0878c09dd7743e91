//! The fixes that the catalog has as data, as edits of a document.
//!
//! A path of a fix is relative to the block that its rule judges. That block is the innermost one around the reported token that
//! has such a field by the catalog: the entry, one of its region blocks, or a section that is a single block.

use std::cell::OnceCell;

use nexflow_catalog::{
    Fix as Plan, FixEdit, SchemaNode, Severity,
    value::template::{SegmentKind, Template},
};
use nexflow_syntax::{
    Document, Entry, Node, NodeKind, Parent, ScalarStyle, Segment, TextEdit, TextRange,
};

use crate::{
    Diagnostic, Fix, Snapshot, Tag, diagnostics,
    edit::{self, Value, applied},
};

/// With more findings than this at once nobody chooses among fixes: only those that change nothing are offered then.
const MOST_TRIED: usize = 64;

/// Which fixes are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All that there are.
    All,
    /// Those that change nothing of what a document means, and need not be chosen by anybody.
    Safe,
}

/// Adds to findings what the catalog offers for their rules. Fixes that a rule itself worked out come first; the same edit is not
/// offered twice, and none that would not help.
pub fn add(snapshot: &Snapshot, wanted: Wanted, found: &mut [Diagnostic]) {
    let tried = wanted == Wanted::All && found.len() <= MOST_TRIED;
    let before = OnceCell::new();
    for finding in found {
        let code = finding.code;
        add_to(snapshot, finding, tried, |edits| {
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
    finding: &mut Diagnostic,
    tried: bool,
    helps: impl Fn(&[TextEdit]) -> bool,
) {
    let Some(rule) = nexflow_catalog::rule(finding.code) else {
        return;
    };
    finding.fixes.retain_mut(|fix| {
        fix.edits
            .iter_mut()
            .all(|edit| fitted(&snapshot.document, edit))
    });
    for plan in rule.fixes {
        // Taking away what has no effect changes nothing; whatever else is a choice.
        let safe = finding.tag == Some(Tag::Unnecessary) && removes_only(plan);
        if !safe && !tried {
            continue;
        }
        let Some(mut edits) = realised(&snapshot.document, finding.range, plan) else {
            continue;
        };
        let fits = edits
            .iter_mut()
            .all(|edit| fitted(&snapshot.document, edit));
        let known = finding.fixes.iter().any(|other| other.edits == edits);
        if fits && !known && (safe || helps(&edits)) {
            finding.fixes.push(Fix {
                title: plan.title.to_owned(),
                edits,
                preferred: finding.fixes.is_empty(),
                safe,
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

fn removes_only(plan: &Plan) -> bool {
    plan.edits
        .iter()
        .all(|edit| matches!(edit, FixEdit::Remove { .. }))
}

/// The edits of a fix for a finding at `token`; `None` where there is nothing to edit, or no certain way to.
fn realised(document: &Document, token: TextRange, plan: &Plan) -> Option<Vec<TextEdit>> {
    let target = Target::at(document, token)?;
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

/// What a finding points at.
struct Target<'d> {
    /// The entry of which the token is the key or the value, when it is one.
    entry: Option<Entry<'d>>,
    /// The list of which it is an item, and which one.
    item: Option<(Node<'d>, usize)>,
    /// The keys from the root to the token; the token's own key included when it is one.
    path: Vec<String>,
}

impl<'d> Target<'d> {
    fn at(document: &'d Document, token: TextRange) -> Option<Target<'d>> {
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
        Some(Target { entry, item, path })
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
