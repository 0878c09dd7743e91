//! What can be typed at a place: keys, values, variables, whole entries.

mod about;
mod around;
mod deep;
mod elsewhere;
mod keys;
mod rules;
mod secrets;
mod snippets;
mod values;
mod variables;

use nexflow_syntax::{
    Cursor, Document, Entry, Node, NodeKind, Place, ScalarStyle, Segment, TextRange, TextSize,
};

pub use about::About;

use crate::{CompletionItem, Habits, Snapshot, locate};

/// What can be typed at `offset`.
pub fn completion(snapshot: &Snapshot, offset: TextSize) -> Vec<CompletionItem> {
    completion_among(snapshot, offset, &Vec::new())
}

/// What can be typed at `offset`; what other documents of the workspace say at the same place is offered as well.
pub fn completion_among(
    snapshot: &Snapshot,
    offset: TextSize,
    others: &dyn Habits,
) -> Vec<CompletionItem> {
    let mut items = offered(snapshot, offset, others);
    let line = written_on_line(&snapshot.document, offset);
    for item in &mut items {
        // A plain scalar goes on over lines, but what an editor replaces may not.
        if let Some(part) = item.replace.intersect(line) {
            item.replace = part;
        }
    }
    items
}

/// The line of an offset without the blanks in front and the line break.
fn written_on_line(document: &Document, offset: TextSize) -> TextRange {
    let rope = document.rope();
    let at = usize::from(offset).min(rope.len_bytes());
    let line = rope.byte_to_line(at);
    let start = rope.line_to_byte(line);
    let text = rope.line(line).to_string();
    let text = text.trim_end_matches(['\r', '\n']);
    let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(
        size((start + blanks).min(at)),
        size((start + text.len()).max(at)),
    )
}

fn offered(snapshot: &Snapshot, offset: TextSize, others: &dyn Habits) -> Vec<CompletionItem> {
    let cursor = snapshot.document.cursor(offset);
    if let Some(variable) = cursor.variable {
        // Behind the name stands a default, or a slip that is reported.
        if !variable.name.contains_inclusive(offset) {
            return Vec::new();
        }
        return variables::inside(snapshot, variable, &cursor);
    }
    if let Place::Comment { range } = cursor.place {
        return rules::in_comment(snapshot, range, offset);
    }
    let site = Site::new(snapshot, &cursor, others);
    match &cursor.place {
        Place::Comment { .. } | Place::Other => Vec::new(),
        Place::Blank => {
            let at = cursor.word;
            if site.in_list {
                values::of_item(&site, at)
            } else {
                keys::at(&site, at, false)
            }
        }
        Place::Key { entry, replace } => keys::at(&site, *replace, entry.has_colon()),
        Place::Value {
            entry,
            value,
            replace,
        } => {
            // A word on a line of its own below `key:` reads as the key's value; where the field takes a block, a key is
            // what is being typed.
            match site.block_below(*entry, *value) {
                Some(below) => keys::at(&below, *replace, false),
                None => values::of_entry(&site, *entry, *replace),
            }
        }
        Place::Item { value, replace, .. } => {
            let mut items = values::of_item(&site, *replace);
            // Behind a dash a mapping may begin as well.
            if matches!(value.kind(), NodeKind::Null | NodeKind::Scalar) {
                items.extend(keys::at(&site, *replace, false));
            }
            items
        }
    }
}

/// Where the cursor stands, in terms of the catalog.
struct Site<'a> {
    snapshot: &'a Snapshot,
    /// The other documents of the workspace.
    others: &'a dyn Habits,
    offset: TextSize,
    /// The merged mapping in which a key typed here would stand.
    view: crate::view::View<'a>,
    /// The key whose list the cursor is in.
    list: Option<crate::view::Val<'a>>,
    in_list: bool,
    /// The keys from the root to the mapping or list in which the cursor is.
    path: Vec<Segment>,
    /// The entry whose key the cursor is in.
    entry: Option<Entry<'a>>,
    flow: bool,
    /// Column of the cursor's word: how far nested lines are indented from.
    column: usize,
    /// True when a colon stands right before the word, so that a blank is needed.
    after_colon: bool,
}

impl<'a> Site<'a> {
    fn new(snapshot: &'a Snapshot, cursor: &Cursor<'a>, others: &'a dyn Habits) -> Site<'a> {
        let word = match &cursor.place {
            Place::Key { replace, .. }
            | Place::Value { replace, .. }
            | Place::Item { replace, .. } => replace.start(),
            _ => cursor.word.start(),
        };
        let rope = snapshot.document.rope();
        let byte = usize::from(word).min(rope.len_bytes());
        let line = rope.byte_to_line(byte);
        let column = rope.byte_to_char(byte) - rope.line_to_char(line);
        let after_colon = byte > 0 && rope.byte(byte - 1) == b':';
        let in_item = matches!(cursor.place, Place::Item { .. });
        let container_is_list = cursor
            .container
            .is_some_and(|node| node.kind() == NodeKind::Sequence);
        // The key under which the cursor stands.
        let around = match cursor.parent.split_last() {
            Some((Segment::Key(key), rest)) => Some(
                cursor
                    .container
                    .and_then(|container| locate::val_of(snapshot, container))
                    .unwrap_or_else(|| locate::view_at(snapshot, rest).child(key)),
            ),
            _ => None,
        };
        let (view, list) = match (around, &cursor.place) {
            // The path leads to the list; the mapping that its item may become is one step further.
            (Some(val), Place::Item { index, .. }) => (val.item_view(*index), Some(val)),
            (Some(val), _) => {
                let wants_list = val
                    .schema
                    .is_some_and(|schema| schema.item_child().is_some() && !keys::has_keys(schema));
                let is_list = container_is_list || wants_list;
                (val.view(), is_list.then_some(val))
            }
            (None, _) => {
                let view = match cursor.container {
                    Some(mapping) if !container_is_list => locate::view_of(snapshot, mapping),
                    _ => locate::view_at(snapshot, &cursor.parent),
                };
                (view, None)
            }
        };
        Site {
            snapshot,
            others,
            offset: cursor.offset,
            in_list: in_item || list.is_some(),
            list,
            path: cursor.parent.clone(),
            entry: match &cursor.place {
                Place::Key { entry, .. } => Some(*entry),
                _ => None,
            },
            view,
            flow: cursor.flow,
            column,
            after_colon,
        }
    }

    /// The site inside the block that the word below `key:` begins, when the field takes a block.
    fn block_below(&self, entry: Entry<'a>, value: Node<'a>) -> Option<Site<'a>> {
        let rope = self.snapshot.document.rope();
        let line = |at: TextSize| rope.byte_to_line(usize::from(at).min(rope.len_bytes()));
        let own_line = value.kind() == NodeKind::Scalar
            && value.style() == Some(ScalarStyle::Plain)
            && line(entry.key().range().end()) < line(value.range().start());
        let val = self.view.child(&entry.key_text());
        if !own_line || !val.schema.is_some_and(keys::has_keys) {
            return None;
        }
        Some(Site {
            view: val.view(),
            list: None,
            in_list: false,
            path: self.path.clone(),
            ..*self
        })
    }

    /// Where the word ends that the cursor is in, at the end of the value at the latest.
    fn end_of_word(&self, replace: TextRange) -> TextSize {
        let from = self.offset.clamp(replace.start(), replace.end());
        let behind = self
            .snapshot
            .document
            .slice(TextRange::new(from, replace.end()));
        let word = behind.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
        from + TextSize::of(&behind[..word.unwrap_or(behind.len())])
    }

    /// The entry whose key is being typed.
    fn typed_entry(&self) -> Option<Entry<'a>> {
        self.entry
    }

    /// What is typed already, up to the cursor.
    fn typed(&self, replace: TextRange) -> String {
        let end = self.offset.clamp(replace.start(), replace.end());
        self.snapshot
            .document
            .slice(TextRange::new(replace.start(), end))
            .into_owned()
    }
}
