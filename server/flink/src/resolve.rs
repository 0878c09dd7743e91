//! References inside a scalar, replaced by what they stand for.

use nexflow_analysis::{Context, VariableOrigin};
use nexflow_catalog::{
    secret_names,
    value::template::{SegmentKind, Template},
};

use crate::secrets::{without_credentials, without_default};

/// A scalar's text after its references are replaced.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The text. What could not be replaced stays as a reference.
    pub text: String,
    /// The variables that were replaced.
    pub variables: Vec<Replaced>,
    /// The references that stay because nothing gives them a value.
    pub unresolved: Vec<String>,
    /// The whole text is a reference to a secret, or to variables that sound like one.
    pub is_reference: bool,
}

/// A variable that was replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Replaced {
    /// Its name.
    pub name: String,
    /// Where its value comes from; `None` for the default in the reference itself.
    pub origin: Option<VariableOrigin>,
}

/// Replaces the references of a text. `None` where it has none, which is nearly always.
pub fn resolve(text: &str, context: &Context) -> Option<Resolved> {
    let template = Template::parse(text);
    if template.is_literal() {
        return None;
    }
    if let Some(secret) = &template.secret {
        return Some(Resolved {
            text: without_default(text, secret.default.as_ref()),
            is_reference: true,
            ..Resolved::default()
        });
    }
    let mut resolved = Resolved {
        is_reference: true,
        ..Resolved::default()
    };
    for segment in &template.segments {
        let written = &text[segment.span.clone()];
        match &segment.kind {
            SegmentKind::Text => {
                resolved.text.push_str(written);
                resolved.is_reference = false;
            }
            SegmentKind::Malformed(_) => {
                resolved.text.push_str(written);
                let shown = without_credentials(written).into_owned();
                resolved.unresolved.push(shown);
                resolved.is_reference = false;
            }
            SegmentKind::Variable { name, default, .. } => {
                let name = &text[name.clone()];
                if secret_names::is_secret(name) {
                    resolved.text.push_str(&format!("${{{name}}}"));
                    continue;
                }
                let default = default.clone().map(|span| &text[span]);
                replace(name, default, context, &mut resolved);
            }
        }
    }
    Some(resolved)
}

fn replace(name: &str, default: Option<&str>, context: &Context, resolved: &mut Resolved) {
    let found = context
        .variables
        .get(name)
        .filter(|found| !found.value.is_empty() || default.is_none());
    let (value, origin) = match (found, default) {
        // Who hides the values of variables wants to see what the document says.
        (Some(_), _) if context.settings.hide_values => (None, None),
        (Some(found), _) => (Some(found.value), Some(found.origin)),
        (None, Some(default)) => (Some(default.to_owned()), None),
        (None, None) => (None, None),
    };
    match value {
        Some(value) => {
            resolved.text.push_str(&value);
            resolved.is_reference = false;
            resolved.variables.push(Replaced {
                name: name.to_owned(),
                origin,
            });
        }
        None => {
            resolved.text.push_str(&format!("${{{name}}}"));
            resolved.unresolved.push(name.to_owned());
        }
    }
}
