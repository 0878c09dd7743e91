//! What a document says again although a document that it extends has said it.

use nexflow_catalog::{Kind, ids, value, value::number::Plain};
use nexflow_syntax::{Entry, Fragment, Node, NodeKind, ScalarStyle};

use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

/// Deeper blocks are not compared.
const DEPTH: usize = 64;

/// Reports the outermost keys of a fragment under which nothing stands but what is inherited anyway. The lines of the header stay:
/// every document says what it is.
pub(super) fn check_fragment<'a>(
    cx: &DocumentContext<'a>,
    fragment: Fragment<'a>,
    sink: &mut DiagnosticSink,
) {
    if cx.snapshot.context.bases.is_empty() {
        return;
    }
    let mut below = MergedMapping::inherited(cx.snapshot);
    for key in fragment.path() {
        below = below.child(key).mapping();
    }
    mapping(
        cx,
        fragment,
        fragment.root(),
        &below,
        fragment.path().len(),
        sink,
    );
}

fn mapping<'a>(
    cx: &DocumentContext<'a>,
    fragment: Fragment<'a>,
    own: Node<'a>,
    below: &MergedMapping<'a>,
    depth: usize,
    sink: &mut DiagnosticSink,
) {
    if below.is_missing() || depth > DEPTH {
        return;
    }
    for entry in own.entries() {
        // What a merge key brings in is written elsewhere; of a key that stands twice nobody knows which one is meant.
        if entry.key().fragment().index() != fragment.index() || is_repeated(own, entry) {
            continue;
        }
        let inherited = below.child(&entry.key_text());
        let Some((layer, of_base)) = inherited.layers().first().copied() else {
            continue;
        };
        let value = entry.value();
        if depth > 0 && says_again(value, &inherited, depth) {
            let key = entry.key_text();
            let base = &cx.snapshot.context.bases[layer - 1];
            let name = base.uri.rsplit('/').next().unwrap_or(&base.uri);
            sink.report(ids::OVERRIDE_REPEATS_BASE, &entry.key().range())
                .related_in_base(
                    &base.uri,
                    of_base.key().range(),
                    format!("`{key}` in {name}"),
                )
                .emit(match value.kind() {
                    NodeKind::Mapping => {
                        format!("`{key}` repeats what {name} says. You can remove it.")
                    }
                    _ => format!(
                        "`{key}` repeats the value inherited from {name}. You can remove it."
                    ),
                });
        } else if value.kind() == NodeKind::Mapping {
            mapping(cx, fragment, value, &inherited.mapping(), depth + 1, sink);
        }
    }
}

fn is_repeated(mapping: Node<'_>, entry: Entry<'_>) -> bool {
    let key = entry.key_text();
    mapping
        .entries()
        .filter(|other| other.key_text() == key)
        .nth(1)
        .is_some()
}

/// Whether a value is what is inherited in its place.
fn says_again(own: Node<'_>, inherited: &MergedValue<'_>, depth: usize) -> bool {
    // An anchor is there to be used elsewhere in the document.
    if own.anchor().is_some() || depth > DEPTH {
        return false;
    }
    match own.kind() {
        NodeKind::Mapping => {
            let below = inherited.mapping();
            let mut entries = own.entries().peekable();
            entries.peek().is_some()
                && !below.is_missing()
                && entries.all(|entry| {
                    says_again(entry.value(), &below.child(&entry.key_text()), depth + 1)
                })
        }
        NodeKind::Scalar | NodeKind::Sequence => inherited
            .node()
            .is_some_and(|other| equal(own, other, inherited, depth)),
        NodeKind::Alias | NodeKind::Null => false,
    }
}

/// Whether two values are the same for sure.
fn equal(one: Node<'_>, other: Node<'_>, of: &MergedValue<'_>, depth: usize) -> bool {
    if one.kind() != other.kind() || one.anchor().is_some() || depth > DEPTH {
        return false;
    }
    match one.kind() {
        NodeKind::Scalar => {
            let (Some(a), Some(b)) = (one.value(), other.value()) else {
                return false;
            };
            let is_text = |node: Node<'_>, text: &str| {
                node.style() != Some(ScalarStyle::Plain)
                    || value::number::plain(text) == Plain::Text
            };
            a == b && is_text(one, &a) == is_text(other, &b) || same_amount(&a, &b, of)
        }
        NodeKind::Sequence => {
            let (a, b): (Vec<_>, Vec<_>) = (one.items().collect(), other.items().collect());
            let of = of.as_item();
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| equal(*a, *b, &of, depth + 1))
        }
        NodeKind::Mapping => {
            one.entries().count() == other.entries().count()
                && one.entries().all(|entry| {
                    let same = other.get(&entry.key_text());
                    same.is_some_and(|same| equal(entry.value(), same.value(), of, depth + 1))
                })
        }
        // What an alias stands for may differ between the documents.
        NodeKind::Alias => false,
        NodeKind::Null => true,
    }
}

/// 60s are a minute, however it is written.
fn same_amount(a: &str, b: &str, of: &MergedValue<'_>) -> bool {
    let Some(field) = of.field() else {
        return false;
    };
    let [kind] = field.kinds else { return false };
    match kind {
        Kind::Duration => {
            let millis = |text| {
                value::duration::parse(text)
                    .ok()
                    .map(|found| found.millis())
            };
            millis(a).is_some_and(|first| millis(b) == Some(first))
        }
        Kind::Size => {
            let bytes = |text| value::size::parse(text).ok().map(|found| found.bytes);
            bytes(a).is_some_and(|first| bytes(b) == Some(first))
        }
        _ => false,
    }
}
