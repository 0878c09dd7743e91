//! Tree and catalog become diagnostics, completions, hovers, edits. Pure: no LSP type, no I/O, no async.
//!
//! Every feature is a function of a [`Snapshot`] (and an offset) that returns plain data in byte offsets.

mod actions;
mod baseline;
mod boundary;
mod cache;
mod check;
mod completion;
mod context;
mod definition;
mod dialect;
mod directive;
mod document_context;
pub mod edit;
mod explain;
mod fixes;
mod folding;
mod format;
mod hints;
mod house;
mod hover;
mod known_values;
mod lenses;
mod line_diff;
mod links;
mod locate;
mod markdown;
mod meaning;
mod merged;
mod outline;
pub mod processes;
mod refinements;
mod repair;
mod rules;
pub mod secret;
mod selection;
mod sink;
mod status;
mod symbols;
mod template_refs;
mod tokens;
mod types;
mod value_stats;

pub use actions::{
    Action, ActionKind, Change, Sibling, Siblings, Suppressions, fix_all, fixable, suppress_all,
};
pub use baseline::{Identity, Recorded, record};
pub use boundary::{
    actions, actions_among, completion, completion_among, diagnostics, diagnostics_with_fixes,
    diagnostics_with_shown_fixes, file_links, hover, inlay_hints, new_diagnostics, quick_fixes,
    redacted, redacted_message, redacted_text, status,
};
pub use check::suppresses;
pub use context::*;
pub use definition::{Target, definition};
pub use document_context::{EXTENDS, environment};
pub use explain::{Explanation, explain_at, explain_rule};
pub use folding::{Fold, FoldKind, folds};
pub use format::{FormatOptions, format, format_on_type, keeps_meaning, same_meaning};
pub use hints::{HintKind, HintOptions, InlayHint};
pub use house::{
    House, HouseRule, KEYS as HOUSE_KEYS, Key as HouseKey, MAX_RULES as MAX_HOUSE_RULES,
    WHEN_KEYS as HOUSE_WHEN_KEYS,
};
pub use lenses::lenses;
pub use line_diff::LineDiff;
pub use links::{FileLink, rule_links};
pub use markdown::{code as markdown_code, text as markdown_text};
pub use meaning::only_renames;
pub use merged::{Layer, MergedItem, MergedMapping, MergedValue};
pub use outline::{OutlineKind, OutlineNode, outline};
pub use refinements::{KeyPath, key_at, key_range};
pub use rules::predicates;
pub use secret::Redacted;
pub use selection::selection_ranges;
pub use status::Status;
pub use symbols::{Reference, Symbol, references_symbol, references_to, symbol_at, symbols};
pub use tokens::{TOKEN_TYPES, Token, TokenKind, tokens};
pub use types::*;
pub use value_stats::{
    Observed, ValueStats, block as observed_block, observe, place as observed_place,
};
