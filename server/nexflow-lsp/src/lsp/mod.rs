//! Everything that knows the types of the Language Server Protocol and is no request: capabilities and conversions.

pub mod capabilities;
pub mod client_features;
pub mod convert;
pub mod lines;
