//! Everything that knows the types of the Language Server Protocol and is no request: capabilities and conversions.

pub(crate) mod capabilities;
pub(crate) mod changes;
pub(crate) mod client_features;
pub(crate) mod diagnostics;
pub(crate) mod document_uri;
pub(crate) mod extensions;
pub(crate) mod params;
pub(crate) mod semantic_tokens;
pub(crate) mod to_proto;
pub(crate) mod views;
