//! Settings that are limits.

use serde_json::{Value, json};

/// A limit that can be set. A folder that somebody has cloned brings its own `nexflow.toml`, which must not take away what protects
/// from the folder; nor does anybody gain from more than `most`.
pub struct Limit {
    /// What holds when nothing is set.
    pub default: usize,
    /// What holds when more is set.
    pub most: usize,
}

/// As many as VS Code keeps of one file; more cost time at every keystroke, and nobody sees them.
pub const DIAGNOSTICS: Limit = Limit {
    default: 1_000,
    most: 10_000,
};
/// The largest document that anybody is known to have has 143 lines.
pub const DOCUMENT_SIZE: Limit = Limit {
    default: 16 << 20,
    most: 64 << 20,
};
/// They take a second to read and some 30 MB to remember.
pub const WORKSPACE_DOCUMENTS: Limit = Limit {
    default: 20_000,
    most: 1_000_000,
};

impl Limit {
    pub(super) fn schema(&self) -> Value {
        json!({"type": "integer", "minimum": 1, "maximum": self.most, "default": self.default})
    }

    pub(super) fn set(&self, option: &mut Option<usize>, value: &Value) -> Result<(), String> {
        let number = value.as_u64().filter(|number| *number > 0);
        let number = number.ok_or("must be an integer above 0")?;
        let wanted = usize::try_from(number).unwrap_or(usize::MAX);
        *option = Some(wanted.min(self.most));
        if wanted > self.most {
            return Err(format!("must be at most {0}; {0} holds", self.most));
        }
        Ok(())
    }
}
