//! The ids of the general rules, which code names. Ids of all other rules stand beside their predicates only.

/// The text is no YAML, in a way that no other rule about syntax names.
pub const SYNTAX_ERROR: &str = "invalid-yaml";
/// A value of another kind than the field takes.
pub const WRONG_KIND: &str = "wrong-kind";
/// More than one YAML document in a file.
pub const SEVERAL_DOCUMENTS: &str = "several-documents";
/// The same in the toolchain's dialect, whose parser rejects the file.
pub const TOOLCHAIN_SEVERAL_DOCUMENTS: &str = "toolchain-several-documents";
/// A field that must be there is missing.
pub const REQUIRED_FIELD_MISSING: &str = "required-field-missing";
/// A field that must have a value has none.
pub const REQUIRED_FIELD_EMPTY: &str = "required-field-empty";
/// A key or a list item without a value.
pub const EMPTY_VALUE: &str = "empty-value";
/// A key twice in one mapping.
pub const DUPLICATE_KEY: &str = "duplicate-key";
/// A key that no table knows.
pub const FIELD_UNKNOWN: &str = "field-unknown";
/// A top-level key that no table knows.
pub const SECTION_UNKNOWN: &str = "section-unknown";
/// A field of another type.
pub const FIELD_NOT_FOR_TYPE: &str = "field-not-for-type";
/// A value that an enum does not have.
pub const ENUM_UNKNOWN_VALUE: &str = "enum-unknown-value";
/// A word that is a boolean in YAML 1.1 only.
pub const YAML11_BOOLEAN: &str = "yaml11-boolean";
/// Outside the literal bounds.
pub const VALUE_OUT_OF_RANGE: &str = "value-out-of-range";
/// A text of another form than its field has.
pub const VALUE_FORM: &str = "value-form";
/// A duration without a unit.
pub const DURATION_UNIT_MISSING: &str = "duration-unit-missing";
/// No duration at all.
pub const DURATION_MALFORMED: &str = "duration-malformed";
/// A duration that Flink alone reads.
pub const DURATION_FLINK_ONLY: &str = "duration-flink-only";
/// No size at all.
pub const SIZE_MALFORMED: &str = "size-malformed";
/// A size that Flink alone reads.
pub const SIZE_FLINK_ONLY: &str = "size-flink-only";
/// A size of zero.
pub const SIZE_ZERO: &str = "size-zero";
/// `${VAR:x}`.
pub const ENV_REF_SINGLE_COLON: &str = "env-ref-single-colon";
/// Any other slip in a reference to a variable.
pub const ENV_REF_MALFORMED: &str = "env-ref-malformed";
/// A variable's name in lower case.
pub const ENV_REF_NAME: &str = "env-ref-name";
/// A default that does not fit the field.
pub const ENV_DEFAULT_WRONG_KIND: &str = "env-default-wrong-kind";
/// A variable without a value.
pub const ENV_UNRESOLVED: &str = "env-unresolved";
/// A slip in a reference to a secret.
pub const SECRET_REF_MALFORMED: &str = "secret-ref-malformed";
/// A field that has a successor.
pub const FIELD_DEPRECATED: &str = "field-deprecated";
/// What a base says, said again.
pub const OVERRIDE_REPEATS_BASE: &str = "override-repeats-base";
/// An option that the configured version of Flink does not have.
pub const NOT_IN_FLINK_VERSION: &str = "not-in-flink-version";
/// A size that the toolchain's code cannot read.
pub const TOOLCHAIN_HEAP_UNIT: &str = "toolchain-heap-unit";
/// A duration that the toolchain's code cannot read.
pub const TOOLCHAIN_DURATION_UNIT: &str = "toolchain-duration-unit";
/// A suppression that suppresses nothing.
pub const SUPPRESSION_UNUSED: &str = "suppression-unused";
/// A suppression of a rule that does not exist.
pub const SUPPRESSION_UNKNOWN_RULE: &str = "suppression-unknown-rule";
/// A password in the address of a store in plain text.
pub const REDIS_LITERAL_PASSWORD: &str = "redis-literal-password";
/// A credential in plain text.
pub const SECRET_LITERAL: &str = "secret-literal";
/// The same in a document for development.
pub const SECRET_LITERAL_DEVELOPMENT: &str = "secret-literal-development";
