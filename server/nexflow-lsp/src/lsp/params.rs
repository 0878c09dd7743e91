//! Reads the parameters of messages.

use std::any::type_name;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Parameters of a message; those that have none may be missing or `null`. The message of an error names no content.
pub(crate) fn read<T: DeserializeOwned>(params: Option<Value>) -> Result<T, String> {
    serde_json::from_value(params.unwrap_or_default()).map_err(|error| {
        let wanted = type_name::<T>().rsplit("::").next().unwrap_or_default();
        match error.classify() {
            // A message of serde quotes values, and values may be secret; a missing field is named, though.
            serde_json::error::Category::Data if error.to_string().starts_with("missing field") => {
                error.to_string()
            }
            _ => format!("invalid parameters; expected `{wanted}`"),
        }
    })
}
