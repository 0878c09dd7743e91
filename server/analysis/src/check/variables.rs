//! References to variables that nothing gives a value.

use nexflow_catalog::{ids, value::suggest};
use nexflow_syntax::Fragment;
use rustc_hash::FxHashMap;

use crate::{
    document_context::DocumentContext,
    sink::DiagnosticSink,
    template_refs::{VariableUse, template_refs},
};

/// Reports each `${VAR}` without default that neither the environment, an env file nor the settings resolve.
pub(super) fn unresolved(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let context = &cx.snapshot.context;
    if context.settings.assume_variables {
        return;
    }
    let mut names: FxHashMap<&str, bool> = FxHashMap::default();
    let mut unset = Vec::new();
    for fragment in cx.snapshot.document.fragments() {
        let start = fragment.range().start();
        for variable in needed(fragment) {
            let name = &*variable.name;
            let is_set = names
                .entry(name)
                .or_insert_with(|| context.variables.get(name).is_some());
            if !*is_set {
                unset.push((name, variable.range + start));
            }
        }
    }
    if unset.is_empty() {
        return;
    }
    names.retain(|_, is_set| !*is_set);
    let known = match names.len() {
        ..=MOST_SUGGESTIONS => context.variables.names(),
        _ => Vec::new(),
    };
    let nearest = |name: &str| {
        let known = known.iter().map(String::as_str);
        suggest::nearest(name, known).first().copied()
    };
    let near: FxHashMap<&str, Option<&str>> =
        names.keys().map(|name| (*name, nearest(name))).collect();
    for (name, range) in unset {
        let near = near.get(name).copied().flatten();
        let meant = near.map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
        sink.report(ids::ENV_UNRESOLVED, &range)
            .advises(near.is_some())
            .emit(format!(
                "Variable `{name}` is not set in the environment, an env file or the settings, and has no default.{meant}"
            ));
    }
}

/// The references of a fragment that have no default.
fn needed(fragment: Fragment<'_>) -> impl Iterator<Item = &VariableUse> {
    let variables = template_refs(fragment).variables.iter();
    variables.filter(|variable| variable.default.is_none())
}

/// In a document with more names without a value the environment is missing as a whole, and nobody has mistyped each of them: then no
/// names like them are looked for, which would take most of the time of an edit.
const MOST_SUGGESTIONS: usize = 20;
