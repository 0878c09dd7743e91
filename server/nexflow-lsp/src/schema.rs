//! The JSON Schema of L5, derived from the catalog.

use serde_json::Value;

/// The schema of a whole document.
pub fn schema() -> Value {
    Value::Null
}
