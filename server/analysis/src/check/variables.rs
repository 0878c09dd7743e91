//! References to variables that nothing gives a value.

use nexflow_catalog::{ids, value::suggest};
use nexflow_syntax::Unit;
use rustc_hash::FxHashMap;

use crate::{
    cx::Cx,
    references::{VariableRef, names, references},
    sink::Sink,
};

/// Reports each `${VAR}` without default that neither the environment, an env file nor the settings resolve.
pub(super) fn unresolved(cx: &Cx<'_>, sink: &mut Sink) {
    let context = &cx.snapshot.context;
    if context.settings.assume_variables {
        return;
    }
    let mut messages: FxHashMap<&str, Option<String>> = FxHashMap::default();
    for run in cx.snapshot.document.runs() {
        let mut any = false;
        for name in &*names(run).needed {
            any |= messages
                .entry(name)
                .or_insert_with(|| message(cx, name))
                .is_some();
        }
        if !any {
            continue;
        }
        for unit in run.units() {
            let start = unit.range().start();
            for variable in needed(unit) {
                let message = messages.get(&*variable.name);
                if let Some(Some(message)) = message {
                    sink.at(ids::ENV_UNRESOLVED, &(variable.range + start))
                        .say(message.clone());
                }
            }
        }
    }
}

/// The references of a unit that have no default.
fn needed(unit: Unit<'_>) -> impl Iterator<Item = &VariableRef> {
    let variables = references(unit).variables.iter();
    variables.filter(|variable| variable.default.is_none())
}

/// What there is to say about the uses of a variable; `None` when it has a value.
fn message(cx: &Cx<'_>, name: &str) -> Option<String> {
    let variables = &cx.snapshot.context.variables;
    if variables.get(name).is_some() {
        return None;
    }
    let names = variables.names();
    let near = suggest::nearest(name, names.iter().map(String::as_str))
        .first()
        .map(|near| format!("; did you mean `{near}`?"));
    Some(format!(
        "`{name}` has no value: neither the environment nor an env file nor the settings give one, and there is no default{}",
        near.unwrap_or_default()
    ))
}
