//! Thin adapters between the protocol and the analysis: one file per feature.
//!
//! A handler of a request gets a [`Call`](crate::server::router::Call) and usually an
//! [`OpenDocument`](crate::server::documents::OpenDocument), runs on a worker and changes nothing. A handler of a notification
//! runs on the main loop and changes the [`State`](crate::server::state::State).

pub mod actions;
pub mod completion;
pub mod debug;
pub mod diagnostic;
pub mod document_uri;
pub mod extensions;
pub mod folding;
pub mod formatting;
pub mod hints;
pub mod hover;
pub mod lenses;
pub mod links;
pub mod names;
pub mod rename;
pub mod selection;
pub mod symbols;
pub mod sync;
pub mod tokens;
pub mod variables;
pub mod workspace_symbols;
