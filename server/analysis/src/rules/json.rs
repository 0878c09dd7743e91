//! Whether a text is JSON, and if not, where it stops being so.

use serde::de::IgnoredAny;

/// Reads a text as JSON.
pub(super) fn check(text: &str) -> Result<(), String> {
    serde_json::from_str::<IgnoredAny>(text)
        .map(|_| ())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn json_is_told_from_what_only_looks_like_it() {
        assert!(check(r#"{"query": {"term": {"id": "1"}}}"#).is_ok());
        assert!(check(r#"{"query": {{id}"#).is_err());
        assert!(check(r#"{"query": 1} trailing"#).is_err());
    }
}
