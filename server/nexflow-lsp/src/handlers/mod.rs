//! Thin adapters between the protocol and the analysis: one file per feature.
//!
//! A handler of a request gets a [`RequestContext`](crate::session::context::RequestContext) and usually an
//! [`DocumentSnapshot`](crate::workspace::document::DocumentSnapshot), runs on a worker and changes nothing. A handler of a notification
//! runs on the main loop and changes the [`State`](crate::session::state::State).

pub(crate) mod code_actions;
pub(crate) mod code_lens;
pub(crate) mod completion;
pub(crate) mod document_links;
pub(crate) mod document_symbols;
pub(crate) mod effective;
pub(crate) mod extensions;
pub(crate) mod flink;
pub(crate) mod folding;
pub(crate) mod formatting;
pub(crate) mod hover;
pub(crate) mod inlay_hints;
pub(crate) mod lifecycle;
pub(crate) mod notifications;
pub(crate) mod process_names;
pub(crate) mod processes;
pub(crate) mod pull_diagnostics;
pub(crate) mod references;
pub(crate) mod rename;
pub(crate) mod rename_files;
pub(crate) mod selection;
pub(crate) mod semantic_tokens;
pub(crate) mod settings_file;
pub(crate) mod test_requests;
pub(crate) mod type_hierarchy;
pub(crate) mod variables;
pub(crate) mod views;
pub(crate) mod workspace_symbols;
