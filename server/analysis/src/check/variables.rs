//! References to variables that nothing gives a value.

use std::cell::OnceCell;

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
    let names = OnceCell::new();
    let mut messages: FxHashMap<&str, Option<String>> = FxHashMap::default();
    for fragment in cx.snapshot.document.fragments() {
        let start = fragment.range().start();
        for variable in needed(fragment) {
            let name = &*variable.name;
            let suggests = messages.len() < MOST_SUGGESTIONS;
            let message = messages.entry(name).or_insert_with(|| {
                if context.variables.get(name).is_some() {
                    return None;
                }
                let known = suggests.then(|| names.get_or_init(|| context.variables.names()));
                Some(message(name, known.map_or(&[], Vec::as_slice)))
            });
            if let Some(message) = message {
                sink.report(ids::ENV_UNRESOLVED, &(variable.range + start))
                    .emit(message.clone());
            }
        }
    }
}

/// The references of a fragment that have no default.
fn needed(fragment: Fragment<'_>) -> impl Iterator<Item = &VariableUse> {
    let variables = template_refs(fragment).variables.iter();
    variables.filter(|variable| variable.default.is_none())
}

/// Names that something like them is looked for: in a document with more unresolved ones, the environment is missing as a whole.
const MOST_SUGGESTIONS: usize = 100;

/// The message about the uses of a variable without a value.
fn message(name: &str, known: &[String]) -> String {
    let near = suggest::nearest(name, known.iter().map(String::as_str))
        .first()
        .map(|near| format!(" Did you mean `{near}`?"));
    format!(
        "Variable `{name}` is not set in the environment, an env file or the settings, and has no default.{}",
        near.unwrap_or_default()
    )
}
