//! A comment that says that a diagnostic has been checked.

use nexflow_syntax::{SyntaxCode, TextEdit, TextSize};

use super::{Action, ActionKind, Change};
use crate::{
    Diagnostic, Snapshot,
    directive::{IGNORE, IGNORE_FILE, MARK},
    edit,
};

/// Offers to silence a rule at this place, or in the whole file. Errors of syntax cannot be silenced.
pub(super) fn quick_fixes(snapshot: &Snapshot, diagnostic: &Diagnostic) -> Vec<Action> {
    let is_syntax = SyntaxCode::ALL
        .iter()
        .any(|code| code.as_str() == diagnostic.code);
    let house = &snapshot.context.settings.house;
    let is_rule =
        nexflow_catalog::rule(diagnostic.code).is_some() || house.rule(diagnostic.code).is_some();
    if is_syntax || !is_rule {
        return Vec::new();
    }
    let rope = snapshot.document.rope();
    let line = rope.byte_to_line(usize::from(diagnostic.range.start()).min(rope.len_bytes()));
    let start = rope.line_to_byte(line);
    let text = rope.line(line).to_string();
    let indent: String = text.chars().take_while(|c| *c == ' ').collect();
    let eol = edit::line_ending(&snapshot.document);
    // A byte order mark stays what the file begins with.
    let is_marked = rope.chars().next() == Some('\u{feff}');
    let top = if is_marked { '\u{feff}'.len_utf8() } else { 0 };
    let start = start.max(top);
    let at = |offset: usize| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
    let action = |title: String, edit: TextEdit| Action {
        title,
        kind: ActionKind::QuickFix,
        changes: vec![Change::Document(vec![edit])],
        fixes: Some(diagnostic.clone()),
        preferred: false,
    };
    let id = diagnostic.code;
    vec![
        action(
            format!("Ignore `{id}` here"),
            TextEdit::insert(at(start), format!("{indent}# {MARK} {IGNORE}[{id}]{eol}")),
        ),
        action(
            format!("Ignore `{id}` in this file"),
            TextEdit::insert(at(top), format!("# {MARK} {IGNORE_FILE}[{id}]{eol}")),
        ),
    ]
}
