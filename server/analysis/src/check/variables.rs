//! References to variables that nothing gives a value.

use nexflow_catalog::{ids, value::suggest};

use crate::{cx::Cx, references::references, sink::Sink};
use rustc_hash::FxHashMap;

/// Reports each `${VAR}` without default that neither the environment, an env file nor the settings resolve.
pub(super) fn unresolved(cx: &Cx<'_>, sink: &mut Sink) {
    let context = &cx.snapshot.context;
    if context.settings.assume_variables {
        return;
    }
    let mut known: FxHashMap<&str, Option<String>> = FxHashMap::default();
    for unit in cx.snapshot.document.units() {
        let start = unit.range().start();
        for variable in &references(unit).variables {
            if variable.default.is_some() {
                continue;
            }
            let message = known.entry(&variable.name).or_insert_with(|| {
                if context.variables.get(&variable.name).is_some() {
                    return None;
                }
                let names = context.variables.names();
                let near = suggest::nearest(&variable.name, names.iter().map(String::as_str))
                    .first()
                    .map(|near| format!("; did you mean `{near}`?"));
                Some(format!(
                    "`{}` has no value: neither the environment nor an env file nor the settings give one, and there is no default{}",
                    variable.name,
                    near.unwrap_or_default()
                ))
            });
            if let Some(message) = message {
                sink.at(ids::ENV_UNRESOLVED, &(variable.range + start))
                    .say(message.clone());
            }
        }
    }
}
