//! What can be typed at a place: keys, values, variables, whole entries.

mod about;
mod anchors;
mod context_values;
mod derived_texts;
mod inside_text;
mod key_forms;
mod keys;
mod nested_fields;
mod observed_values;
mod rules;
mod secrets;
mod snippets;
mod trial;
mod values;
mod variables;

use nexflow_syntax::{
    Cursor, CursorContext, Document, Entry, Node, NodeKind, Parent, ScalarStyle, Segment,
    TextRange, TextSize,
};

use crate::{CompletionItem, CompletionKind, Snapshot, ValueStats, edit, locate};

/// What can be typed at `offset`; what other documents of the workspace say at the same place is offered as well.
pub fn completion_among(
    snapshot: &Snapshot,
    offset: TextSize,
    others: &dyn ValueStats,
) -> Vec<CompletionItem> {
    let part = snapshot.part_at(offset);
    let snapshot = part.as_ref().unwrap_or(snapshot);
    let mut items = offered(snapshot, offset, others);
    let line = written_on_line(&snapshot.document, offset);
    let behind_dash = {
        let before = anchors::line_before(&snapshot.document, offset);
        before
            .trim_end_matches(|c: char| !c.is_whitespace())
            .trim()
            .is_empty()
            && before.trim_start() == "-"
    };
    for item in &mut items {
        if behind_dash && item.replace.start() == offset {
            item.insert.insert(0, ' ');
            item.plain.insert(0, ' ');
        }
        // A plain scalar goes on over lines, but what an editor replaces may not.
        if let Some(part) = item.replace.intersect(line) {
            item.replace = part;
        }
    }
    let text = |range: TextRange| snapshot.document.slice(range);
    // A word of the language that is typed in full is what is meant, and the Enter behind it ends the line: in the list would be left
    // what has the same letters, `SASL_SSL` for `SSL`.
    let is_complete = |item: &CompletionItem| {
        item.kind == CompletionKind::EnumValue
            && item.replace.end() == offset
            && item.plain.trim_start() == text(item.replace).trim_start()
    };
    if items.iter().any(is_complete) {
        return Vec::new();
    }
    trial::retain_right(snapshot, offset, &mut items);
    // Taking over what stands there already would change nothing, and take the Enter that ends the line.
    items.retain(|item| {
        item.kind == CompletionKind::Rule
            || item.plain.is_empty()
            || item.plain != text(item.replace)
    });
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

fn offered(snapshot: &Snapshot, offset: TextSize, others: &dyn ValueStats) -> Vec<CompletionItem> {
    if let Some(items) = anchors::at(snapshot, offset) {
        return items;
    }
    let mut cursor = snapshot.document.cursor(offset);
    behind_dash(&snapshot.document, &mut cursor);
    if inside_text::contains(&snapshot.document, offset)
        && cursor.variable.is_none()
        && !matches!(cursor.place, CursorContext::Comment { .. })
    {
        return Vec::new();
    }
    if let Some(variable) = cursor.variable {
        // Behind the name stands a default, or a slip that is reported.
        if !variable.name.contains_inclusive(offset) {
            return Vec::new();
        }
        let context = CompletionContext::new(snapshot, &cursor, others);
        return variables::inside(&context, variable, &cursor);
    }
    if let CursorContext::Comment { range } = cursor.place {
        return rules::in_comment(snapshot, range, offset);
    }
    let context = CompletionContext::new(snapshot, &cursor, others);
    match &cursor.place {
        CursorContext::Comment { .. } | CursorContext::Other => Vec::new(),
        CursorContext::Blank => {
            let at = cursor.word;
            if context.in_list {
                values::of_item(&context, at)
            } else {
                keys::at(&context, at, false)
            }
        }
        CursorContext::Key { entry, replace } => keys::at(&context, *replace, entry.has_colon()),
        CursorContext::Value {
            entry,
            value,
            replace,
        } => {
            // A word on a line of its own below `key:` reads as the key's value; where the field takes a block, a key is
            // what is being typed.
            match context.block_below(*entry, *value) {
                Some(below) => keys::at(&below, *replace, false),
                None => values::of_entry(&context, *entry, *replace),
            }
        }
        CursorContext::Item { value, replace, .. } => {
            let mut items = values::of_item(&context, *replace);
            // Behind a dash a mapping may begin as well.
            let is_below = value.kind() == NodeKind::Mapping && offset <= value.range().start();
            if is_below || matches!(value.kind(), NodeKind::Null | NodeKind::Scalar) {
                items.extend(keys::at(&context, *replace, false));
            }
            items
        }
    }
}

/// Behind a dash whose fields stand on the lines below, the cursor is in that item.
fn behind_dash<'d>(document: &'d Document, cursor: &mut Cursor<'d>) {
    let before = anchors::line_before(document, cursor.offset);
    if !matches!(cursor.place, CursorContext::Other) || before.trim() != "-" {
        return;
    }
    let behind = document.slice(TextRange::new(cursor.offset, document.len()));
    let blanks = behind.len() - behind.trim_start().len();
    let next = cursor.offset + TextSize::of(&behind[..blanks]);
    let mut node = document.node_at(next);
    while let Some(at) = node {
        match at.parent() {
            Some(Parent::Item(sequence, index)) if at.range().start() == next => {
                cursor.parent = sequence.path();
                cursor.container = Some(sequence);
                cursor.place = CursorContext::Item {
                    sequence,
                    index,
                    value: at,
                    replace: TextRange::empty(cursor.offset),
                };
                return;
            }
            Some(Parent::Key(entry) | Parent::Value(entry)) => node = Some(entry.mapping()),
            _ => return,
        }
    }
}

/// Where the cursor stands, in terms of the catalog.
struct CompletionContext<'a> {
    snapshot: &'a Snapshot,
    /// The other documents of the workspace.
    others: &'a dyn ValueStats,
    offset: TextSize,
    /// The merged mapping in which a key typed here would stand.
    mapping: crate::merged::MergedMapping<'a>,
    /// The key whose list the cursor is in.
    list: Option<crate::merged::MergedValue<'a>>,
    in_list: bool,
    /// The keys from the root to the mapping or list in which the cursor is.
    path: Vec<Segment>,
    /// The entry whose key the cursor is in.
    entry: Option<Entry<'a>>,
    flow: bool,
    /// Column of the cursor's word: how far nested lines are indented from.
    column: usize,
    /// By how many columns the document indents its blocks.
    step: usize,
    /// True when a colon stands right before the word, so that a blank is needed.
    after_colon: bool,
}

impl<'a> CompletionContext<'a> {
    fn new(
        snapshot: &'a Snapshot,
        cursor: &Cursor<'a>,
        others: &'a dyn ValueStats,
    ) -> CompletionContext<'a> {
        let word = match &cursor.place {
            CursorContext::Key { replace, .. }
            | CursorContext::Value { replace, .. }
            | CursorContext::Item { replace, .. } => replace.start(),
            _ => cursor.word.start(),
        };
        let rope = snapshot.document.rope();
        let byte = usize::from(word).min(rope.len_bytes());
        let line = rope.byte_to_line(byte);
        let column = rope.byte_to_char(byte) - rope.line_to_char(line);
        let after_colon = byte > 0 && rope.byte(byte - 1) == b':';
        let in_item = matches!(cursor.place, CursorContext::Item { .. });
        let container_is_list = cursor
            .container
            .is_some_and(|node| node.kind() == NodeKind::Sequence);
        // The key under which the cursor stands.
        let around = match cursor.parent.split_last() {
            Some((Segment::Key(key), rest)) => Some(
                cursor
                    .container
                    .and_then(|container| locate::value_of(snapshot, container))
                    .unwrap_or_else(|| locate::mapping_at(snapshot, rest).child(key)),
            ),
            _ => None,
        };
        let (mapping, list) = match (around, &cursor.place) {
            // The path leads to the list; the mapping that its item may become is one step further.
            (Some(val), CursorContext::Item { index, .. }) => (val.item_mapping(*index), Some(val)),
            (Some(val), _) => {
                let wants_list = val.schema.is_some_and(|schema| {
                    schema.item_child().is_some() && !key_forms::has_keys(schema)
                });
                let is_list = container_is_list || wants_list;
                (val.mapping(), is_list.then_some(val))
            }
            (None, _) => {
                let mapping = match cursor.container {
                    Some(mapping) if !container_is_list => locate::mapping_of(snapshot, mapping),
                    _ => locate::mapping_at(snapshot, &cursor.parent),
                };
                (mapping, None)
            }
        };
        CompletionContext {
            snapshot,
            others,
            offset: cursor.offset,
            in_list: in_item || list.is_some(),
            list,
            path: cursor.parent.clone(),
            entry: match &cursor.place {
                CursorContext::Key { entry, .. } => Some(*entry),
                _ => None,
            },
            mapping,
            flow: cursor.flow,
            column,
            step: edit::step(&snapshot.document),
            after_colon,
        }
    }

    /// The site inside the block that the word below `key:` begins, when the field takes a block.
    fn block_below(&self, entry: Entry<'a>, value: Node<'a>) -> Option<CompletionContext<'a>> {
        let rope = self.snapshot.document.rope();
        let line = |at: TextSize| rope.byte_to_line(usize::from(at).min(rope.len_bytes()));
        let own_line = value.kind() == NodeKind::Scalar
            && value.style() == Some(ScalarStyle::Plain)
            && line(entry.key().range().end()) < line(value.range().start());
        let val = self.mapping.child(&entry.key_text());
        if !own_line || !val.schema.is_some_and(key_forms::has_keys) {
            return None;
        }
        Some(CompletionContext {
            mapping: val.mapping(),
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

    /// The name of the entry of a block that the cursor is in.
    fn entry_of(&self, block: Option<&str>) -> Option<String> {
        match self.path.as_slice() {
            [Segment::Key(section), Segment::Key(name), ..] if block == Some(section) => {
                Some(name.to_string())
            }
            _ => None,
        }
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
