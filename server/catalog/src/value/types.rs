//! What a value means, and what can be wrong with it.

use super::{
    number::Plain,
    units::{duration::Duration, size::Size},
};
use crate::model::EnumValue;

/// What a scalar means.
#[derive(Debug, Clone, Copy)]
pub enum TypedValue {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Number(f64),
    /// Text, an address, a path, or a value of an open enum that is not known.
    Text,
    /// One of the allowed values.
    Enum(&'static EnumValue),
    /// A span of time.
    Duration(Duration),
    /// A number of bytes.
    Size(Size),
    /// A percentage: 50 for `50%`.
    Percent(f64),
}

impl TypedValue {
    /// The value as a plain number: bytes for sizes, milliseconds for durations.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn number(&self) -> Option<f64> {
        match self {
            TypedValue::Int(n) => Some(*n as f64),
            TypedValue::Number(n) | TypedValue::Percent(n) => Some(*n),
            TypedValue::Duration(d) => Some(d.millis()),
            TypedValue::Size(s) => Some(s.bytes as f64),
            _ => None,
        }
    }
}

/// What is wrong with a scalar, and what would be right.
#[derive(Debug, Clone)]
pub struct ValueError {
    /// The id of the rule that reports it.
    pub rule: &'static str,
    /// A plain sentence or two.
    pub message: String,
    /// Texts that can replace the scalar, quotes included where they are needed; the likeliest first.
    pub suggestions: Vec<String>,
    /// What the scalar means all the same, where someone understands it.
    pub value: Option<TypedValue>,
}

/// A scalar with what it is as a plain one.
pub(super) struct Scalar<'a> {
    pub(super) text: &'a str,
    pub(super) plain: Plain,
    pub(super) style_is_plain: bool,
}
