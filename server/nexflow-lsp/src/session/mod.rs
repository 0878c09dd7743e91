//! The session with one client: its open documents, and the work that is scheduled for them.

pub(crate) mod buffer;
pub(crate) mod client;
pub(crate) mod closed_documents;
pub(crate) mod configuration;
pub(crate) mod context;
pub(crate) mod dependents;
pub(crate) mod event;
pub(crate) mod indexer;
pub(crate) mod indexing;
pub(crate) mod open_documents;
pub(crate) mod parent_process;
pub(crate) mod processes;
pub(crate) mod scheduler;
pub(crate) mod sent_tokens;
pub(crate) mod state;
pub(crate) mod text_sync;
pub(crate) mod viewed;
pub(crate) mod viewed_documents;
pub(crate) mod watching;
pub(crate) mod workspace_diagnostics;
