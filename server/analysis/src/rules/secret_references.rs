//! References to secrets against the secrets that the document has.

use nexflow_syntax::{Node, NodeKind, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Check, document,
    shared::{did_you_mean, listed, near_name, offer_name},
};
use crate::{
    Tag,
    document_context::DocumentContext,
    merged::MergedMapping,
    sink::DiagnosticSink,
    template_refs::{SecretUse, template_refs},
};

pub const CHECKS: &[Check] = &[
    document("secret-key-unknown", key_unknown),
    document("secret-whole-of-many", whole_of_many),
    document("secret-unused", unused),
    document("secret-refers-to-secret", refers_to_secret),
];

/// A secret as it counts: with what its group gives.
fn with_group<'a>(cx: &DocumentContext<'a>, secret: &MergedMapping<'a>) -> MergedMapping<'a> {
    let Some(group) = secret.get("_group").text() else {
        return secret.clone();
    };
    let groups = cx.root.get("secrets").mapping().get("_groups").mapping();
    secret.over(&groups.child(&group).mapping())
}

/// What a secret says about its keys.
struct Keys {
    /// Every key that a reference may name; `None` when the secret has no list, or not all of it is known.
    allowed: Option<Vec<String>>,
    /// How many values it holds, as far as it lists them.
    count: usize,
}

fn keys(secret: &MergedMapping<'_>) -> Keys {
    let (list, single, variables) = (
        secret.get("keys"),
        secret.get("key"),
        secret.get("variables"),
    );
    let items = list.items();
    let names = variables.mapping().entries();
    let count = items.len().max(names.len());
    let mut allowed: Option<Vec<String>> = Some(Vec::new());
    let mut add = |text: Option<String>| match (&mut allowed, text) {
        (Some(known), Some(text)) => known.push(text),
        _ => allowed = None,
    };
    for item in &items {
        add(item.text().map(|text| text.into_owned()));
    }
    if single.is_present() {
        add(single.text().map(|text| text.into_owned()));
    }
    for (name, _) in names {
        add(Some(name.into_owned()));
    }
    Keys {
        allowed: allowed.filter(|known| !known.is_empty()),
        count,
    }
}

/// The keys of each secret that the document or a base defines.
fn known_secrets(cx: &DocumentContext<'_>) -> FxHashMap<String, Keys> {
    cx.entries("secrets")
        .iter()
        .filter(|(name, _)| !name.starts_with('_'))
        .map(|(name, secret)| {
            let mapping = secret.mapping();
            (name.to_string(), keys(&with_group(cx, &mapping)))
        })
        .collect()
}

/// Every reference to a secret in the document, with what to add to its ranges.
fn each_reference<'a>(
    cx: &DocumentContext<'a>,
    visit: &mut dyn FnMut(&SecretUse, nexflow_syntax::TextSize),
) {
    for fragment in cx.snapshot.document.fragments() {
        let start = fragment.range().start();
        for reference in &template_refs(fragment).secrets {
            visit(reference, start);
        }
    }
}

fn key_unknown(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let known = known_secrets(cx);
    if known.is_empty() || !cx.complete {
        return;
    }
    each_reference(cx, &mut |reference, start| {
        let Some((key, range)) = &reference.key else {
            return;
        };
        let Some(allowed) = known
            .get(&reference.name)
            .and_then(|keys| keys.allowed.as_ref())
        else {
            return;
        };
        if allowed.iter().any(|known| known == key) {
            return;
        }
        let near = near_name(key, allowed);
        let range: TextRange = *range + start;
        let has = listed(allowed.iter().map(String::as_str));
        let report = sink.report("secret-key-unknown", &range);
        offer_name(report, Some(range), near).emit(format!(
            "Unknown key in secret `{}`: `{key}`; it has {has}.{}",
            reference.name,
            did_you_mean(near)
        ));
    });
}

fn whole_of_many(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let known = known_secrets(cx);
    if known.is_empty() {
        return;
    }
    each_reference(cx, &mut |reference, start| {
        if reference.key.is_some() {
            return;
        }
        let Some(keys) = known.get(&reference.name).filter(|keys| keys.count >= 2) else {
            return;
        };
        let choice = match &keys.allowed {
            Some(allowed) => format!(" ({})", listed(allowed.iter().map(String::as_str))),
            None => String::new(),
        };
        let name = &reference.name;
        sink.report("secret-whole-of-many", &(reference.range + start))
            .emit(format!(
                "Missing key: secret `{name}` has {} keys{choice}. Write `secret://{name}/<key>`.",
                keys.count
            ));
    });
}

/// Only a document that stands alone shows who uses its secrets: one that is extended may use those of its base. Without an
/// environment nobody knows whether it is meant to be extended.
fn unused(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let alone = cx.environment.is_present() && cx.root.get("extends").is_missing();
    if !cx.whole || cx.is_base || !alone {
        return;
    }
    let mut used: FxHashSet<String> = FxHashSet::default();
    each_reference(cx, &mut |reference, _| {
        used.insert(reference.name.clone());
    });
    for (name, secret) in cx.entries("secrets").iter() {
        if name.starts_with('_') || used.contains(name.as_ref()) {
            continue;
        }
        sink.report_key("secret-unused", secret)
            .tag(Tag::Unnecessary)
            .emit(format!("Unused secret `{name}`."));
    }
}

/// A reference that a secret makes.
struct Inner<'a> {
    to: String,
    node: Node<'a>,
    own: bool,
}

/// References below a node, in the order of the text.
fn inner_references<'a>(node: Node<'a>, own: bool, depth: usize, found: &mut Vec<Inner<'a>>) {
    if depth > 16 || found.len() > 1_000 {
        return;
    }
    match node.kind() {
        NodeKind::Scalar => {
            let Some(text) = node.value() else { return };
            let Some(rest) = text.strip_prefix("secret://") else {
                return;
            };
            let to = rest.split(['/', '?']).next().unwrap_or_default().to_owned();
            found.push(Inner { to, node, own });
        }
        NodeKind::Mapping => {
            for entry in node.entries() {
                inner_references(entry.value(), own, depth + 1, found);
            }
        }
        NodeKind::Sequence => {
            for item in node.items() {
                inner_references(item, own, depth + 1, found);
            }
        }
        NodeKind::Alias | NodeKind::Null => {}
    }
}

fn refers_to_secret(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let mut edges: FxHashMap<String, Vec<Inner<'_>>> = FxHashMap::default();
    for (name, secret) in cx.entries("secrets").iter() {
        let mut found = Vec::new();
        for (layer, entry) in secret.layers() {
            inner_references(entry.value(), *layer == 0, 0, &mut found);
        }
        if !found.is_empty() {
            edges.insert(name.to_string(), found);
        }
    }
    for (name, made) in &edges {
        for reference in made.iter().filter(|reference| reference.own) {
            if reaches(&edges, &reference.to, name) {
                let how = if reference.to == *name {
                    "refers to itself".to_owned()
                } else {
                    format!("refers to `{}`, which leads back to it", reference.to)
                };
                sink.report("secret-refers-to-secret", &reference.node.range())
                    .emit(format!("Secret `{name}` {how} and can never be resolved."));
            }
        }
    }
}

fn reaches(edges: &FxHashMap<String, Vec<Inner<'_>>>, from: &str, to: &str) -> bool {
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(
                edges
                    .get(at)
                    .into_iter()
                    .flatten()
                    .map(|inner| inner.to.as_str()),
            );
        }
    }
    false
}
