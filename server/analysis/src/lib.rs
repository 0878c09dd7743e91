//! Tree and catalog become diagnostics, completions, hovers, edits. Pure: no LSP type, no I/O, no async.
//!
//! Every feature is a function of a [`Snapshot`] (and an offset) that returns plain data in byte offsets.

mod actions;
mod check;
mod completion;
mod context;
mod cx;
mod definition;
pub mod edit;
mod explain;
mod fixes;
mod folding;
mod format;
mod habits;
mod hints;
mod hover;
mod keep;
mod lenses;
mod links;
mod locate;
mod names;
mod reads;
mod references;
mod refinements;
mod rules;
mod secret;
mod selection;
mod sink;
mod status;
mod symbols;
mod tokens;
mod types;
mod view;

pub use actions::{Action, ActionKind, Change, Sibling, Siblings, actions, actions_among, fix_all};
pub use check::{diagnostics, diagnostics_with_fixes};
pub use completion::{About, completion, completion_among};
pub use context::*;
pub use cx::EXTENDS;
pub use definition::{Target, definition};
pub use explain::{Explanation, explain_at, explain_rule};
pub use folding::{Fold, FoldKind, folds};
pub use format::{FormatOptions, format, format_on_type, keeps_meaning, same_meaning};
pub use habits::{Habits, Said, block as habit_block, place as habit_place, said};
pub use hints::{HintKind, HintOptions, InlayHint, inlay_hints};
pub use hover::hover;
pub use lenses::lenses;
pub use links::{FileLink, file_links, rule_links};
pub use names::{Named, Occurrence, is_named, name_at, names, occurrences};
pub use refinements::{KeyPath, key_at, key_range};
pub use rules::predicates;
pub use secret::name_sounds_secret;
pub use selection::selection_ranges;
pub use status::{Status, status};
pub use symbols::{OutlineLine, Symbol, SymbolKind, outline, symbols};
pub use tokens::{Token, TokenKind, tokens, tokens_by_unit};
pub use types::*;
