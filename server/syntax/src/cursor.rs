//! What stands at an offset, and what could be typed there.

use text_size::{TextRange, TextSize};

use crate::{Document, Entry, Node, NodeKind, Parent, ScalarStyle, Segment, line::Lines};

/// What stands at an offset, and what could be typed there.
#[derive(Clone, Debug)]
pub struct Cursor<'d> {
    /// The offset that was asked for.
    pub offset: TextSize,
    /// Keys and indices that lead to the collection in which the cursor stands (or in which a word typed here would stand,
    /// by its indentation). The YAML document's own number is not part of it.
    pub parent: Vec<Segment>,
    /// The mapping or sequence at `parent` when there is one already.
    pub container: Option<Node<'d>>,
    /// What stands here.
    pub place: CursorContext<'d>,
    /// The word that the cursor touches, empty where there is none. At a place that is [`CursorContext::Blank`] although a word
    /// stands there (the first word of a document, which YAML reads as all of its value) this is what a completion
    /// replaces.
    pub word: TextRange,
    /// Inside `{ }` or `[ ]`.
    pub flow: bool,
    /// `${…` around the cursor in a scalar, whatever `place` is: the range of the name up to the cursor's word end, and
    /// whether the brace is closed.
    pub variable: Option<VariableAt>,
}

/// A `${…}` around the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariableAt {
    /// From `$` to behind `}` (or to the end of what is typed).
    pub range: TextRange,
    /// The name alone.
    pub name: TextRange,
    /// Behind `:-`.
    pub in_default: bool,
    /// The `}` is there.
    pub closed: bool,
}

/// What the cursor stands on.
#[derive(Clone, Debug)]
pub enum CursorContext<'d> {
    /// On a key, or on a word that may become one. `replace` is the word.
    Key {
        /// The entry of the key.
        entry: Entry<'d>,
        /// What a completion replaces.
        replace: TextRange,
    },
    /// In the value of `entry`, or in the empty place behind its colon (`replace` is then empty).
    Value {
        /// The entry.
        entry: Entry<'d>,
        /// Its value.
        value: Node<'d>,
        /// What a completion replaces.
        replace: TextRange,
    },
    /// In an item of a sequence, or in the empty place behind its dash.
    Item {
        /// The sequence.
        sequence: Node<'d>,
        /// Position of the item.
        index: usize,
        /// The item.
        value: Node<'d>,
        /// What a completion replaces.
        replace: TextRange,
    },
    /// On a blank line (or in a blank part of a flow collection) where a new key or item could begin.
    Blank,
    /// In a comment.
    Comment {
        /// The comment.
        range: TextRange,
    },
    /// Nothing can be typed here (inside a block scalar, directive, …).
    Other,
}

impl Document {
    /// What stands at `offset`, also where the text is broken.
    pub fn cursor(&self, offset: TextSize) -> Cursor<'_> {
        cursor(self, self.clamp(offset))
    }
}

fn cursor(document: &Document, offset: TextSize) -> Cursor<'_> {
    let mut cursor = Cursor {
        offset,
        parent: Vec::new(),
        container: None,
        place: CursorContext::Other,
        word: TextRange::empty(offset),
        flow: false,
        variable: variable(document, offset),
    };
    let fragment = document.fragment_at(offset);
    // A cursor at the end of a line that ends a fragment belongs to that line, not to the fragment behind it; the fragment that
    // begins at `offset` is right only for the line that begins there.
    if let Some(comment) = fragment
        .comments()
        .find(|comment| comment.range.start() < offset && offset <= comment.range.end())
    {
        cursor.place = CursorContext::Comment {
            range: comment.range,
        };
        return cursor;
    }
    if let Some(node) = document.node_at(offset) {
        if matches!(node.kind(), NodeKind::Scalar | NodeKind::Alias) {
            at_scalar(&mut cursor, node);
            return cursor;
        }
        if node.is_flow()
            && node.range().start() < offset
            && (offset < node.range().end() || !closes(document, node))
        {
            in_flow(&mut cursor, document, node);
            return cursor;
        }
    }
    on_line(&mut cursor, document);
    cursor
}

/// The flow collection ends with its bracket.
fn closes(document: &Document, node: Node<'_>) -> bool {
    let text = document.slice(node.range());
    let wanted = if node.kind() == NodeKind::Mapping {
        '}'
    } else {
        ']'
    };
    text.len() > 1 && text.ends_with(wanted)
}

fn at_scalar<'d>(cursor: &mut Cursor<'d>, node: Node<'d>) {
    let range = node.range();
    let block = matches!(
        node.style(),
        Some(ScalarStyle::Literal | ScalarStyle::Folded)
    );
    match node.parent() {
        Some(Parent::Key(entry)) => {
            enter(cursor, entry.mapping());
            cursor.place = CursorContext::Key {
                entry,
                replace: range,
            };
        }
        Some(Parent::Value(entry)) => {
            enter(cursor, entry.mapping());
            cursor.place = if block {
                CursorContext::Other
            } else {
                CursorContext::Value {
                    entry,
                    value: node,
                    replace: range,
                }
            };
        }
        Some(Parent::Item(sequence, index)) => {
            enter(cursor, sequence);
            cursor.place = if block {
                CursorContext::Other
            } else {
                CursorContext::Item {
                    sequence,
                    index,
                    value: node,
                    replace: range,
                }
            };
        }
        None => {
            // A lone word is what the first key of the document will be.
            cursor.word = range;
            cursor.place = CursorContext::Blank;
            cursor.container = None;
        }
    }
}

fn enter<'d>(cursor: &mut Cursor<'d>, container: Node<'d>) {
    cursor.parent = container.path();
    cursor.flow = container.is_flow();
    cursor.container = Some(container);
}

/// In a blank part of a flow collection: behind a colon, or where a key or item could begin.
fn in_flow<'d>(cursor: &mut Cursor<'d>, document: &'d Document, node: Node<'d>) {
    enter(cursor, node);
    cursor.flow = true;
    cursor.place = CursorContext::Blank;
    let offset = cursor.offset;
    let before = document
        .slice(TextRange::new(node.range().start(), offset))
        .into_owned();
    if node.kind() != NodeKind::Mapping || !before.trim_end().ends_with(':') {
        return;
    }
    if let Some(entry) = node
        .entries()
        .take_while(|entry| entry.key().range().end() <= offset)
        .last()
    {
        cursor.place = CursorContext::Value {
            entry,
            value: entry.value(),
            replace: TextRange::empty(offset),
        };
    }
}

/// Not on a scalar: behind a colon or a dash, or on a blank line.
fn on_line<'d>(cursor: &mut Cursor<'d>, document: &'d Document) {
    let offset = cursor.offset;
    let fragment = document.fragment_at(offset);
    let text = fragment.text();
    let relative = usize::from(offset - fragment.range().start());
    let Some(line) = Lines::new(text, 0)
        .take_while(|line| line.start <= relative)
        .last()
    else {
        blank(cursor, document, 0);
        return;
    };
    // Behind the last line break of the fragment a new line begins, which is in no fragment yet.
    let behind = line.next <= relative && line.next > line.end;
    let (start, content_end) = if behind {
        (relative, relative)
    } else {
        (line.start, relative.min(line.end))
    };
    let before = &text[start..content_end];
    if before.trim_matches([' ', '\t']).is_empty() {
        let rest = if behind {
            ""
        } else {
            &text[content_end..line.end]
        };
        if in_block_scalar(document, offset) && !rest.trim().is_empty() {
            cursor.place = CursorContext::Other;
            return;
        }
        blank(cursor, document, before.len());
        return;
    }
    // The last entry or item that begins on this line, before the cursor.
    let base = fragment.range().start();
    let line_start = base + TextSize::new(start as u32);
    let mut found: Option<Node<'d>> = None;
    for index in 0..fragment.node_count() {
        let Some(node) = fragment.node(index) else {
            continue;
        };
        let range = node.range();
        if range.start() > offset {
            break;
        }
        let is_leaf = matches!(
            node.kind(),
            NodeKind::Null | NodeKind::Scalar | NodeKind::Alias
        ) || node.is_split();
        if range.start() >= line_start && is_leaf {
            found = Some(node);
        }
    }
    let Some(node) = found else {
        split_head(cursor, document, line_start, offset);
        return;
    };
    // Behind the bracket that closes a flow collection, what counts is the collection.
    let mut node = node;
    while let Some(around) = container_of(node) {
        if !around.is_flow() || around.range().end() > offset {
            break;
        }
        node = around;
    }
    let colon_typed = before.trim_end().ends_with(':') || before.trim_end().ends_with('-');
    match node.parent() {
        Some(Parent::Value(entry)) => {
            enter(cursor, entry.mapping());
            cursor.place = if node.kind() == NodeKind::Null {
                CursorContext::Value {
                    entry,
                    value: node,
                    replace: TextRange::empty(offset),
                }
            } else {
                CursorContext::Other
            };
        }
        Some(Parent::Key(entry)) => {
            enter(cursor, entry.mapping());
            cursor.place = if colon_typed || entry.has_colon() {
                CursorContext::Value {
                    entry,
                    value: entry.value(),
                    replace: TextRange::empty(offset),
                }
            } else {
                CursorContext::Other
            };
        }
        Some(Parent::Item(sequence, index)) => {
            enter(cursor, sequence);
            cursor.place = if node.kind() == NodeKind::Null {
                CursorContext::Item {
                    sequence,
                    index,
                    value: node,
                    replace: TextRange::empty(offset),
                }
            } else {
                CursorContext::Other
            };
        }
        None => {}
    }
}

/// The collection that a node stands in.
fn container_of(node: Node<'_>) -> Option<Node<'_>> {
    Some(match node.parent()? {
        Parent::Value(entry) | Parent::Key(entry) => entry.mapping(),
        Parent::Item(sequence, _) => sequence,
    })
}

/// Behind the colon of a section's head, whose value is in the next fragments.
fn split_head<'d>(
    cursor: &mut Cursor<'d>,
    document: &'d Document,
    line_start: TextSize,
    offset: TextSize,
) {
    let fragment = document.fragment_at(offset);
    let entry = document.root().entries().find(|entry| {
        let range = entry.key().range();
        entry.key().fragment() == fragment && range.start() >= line_start && range.end() < offset
    });
    if let Some(entry) = entry {
        enter(cursor, entry.mapping());
        cursor.place = CursorContext::Value {
            entry,
            value: entry.value(),
            replace: TextRange::empty(offset),
        };
    }
}

impl PartialEq for crate::Fragment<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id() && self.index() == other.index()
    }
}

fn in_block_scalar(document: &Document, offset: TextSize) -> bool {
    document.node_at(offset).is_some_and(|node| {
        matches!(
            node.style(),
            Some(ScalarStyle::Literal | ScalarStyle::Folded)
        )
    })
}

/// On a blank line, with the cursor at `column`: the place is given by the indentation.
fn blank<'d>(cursor: &mut Cursor<'d>, document: &'d Document, column: usize) {
    cursor.place = CursorContext::Blank;
    let offset = cursor.offset;
    let mut parent: Option<Node<'d>> = None;
    let mut pending: Option<Entry<'d>> = None;
    let mut node = match document
        .roots()
        .into_iter()
        .rev()
        .find(|root| root.range().start() <= offset)
    {
        Some(root) => root,
        None => document.root(),
    };
    loop {
        match node.kind() {
            NodeKind::Mapping if !node.is_flow() => {
                let Some(first) = node.entries().next() else {
                    break;
                };
                if column_of(document, first.key().range().start()) > column {
                    break;
                }
                parent = Some(node);
                pending = None;
                let Some(last) = node.last_entry_before(offset) else {
                    break;
                };
                let deeper = column > column_of(document, last.key().range().start());
                if deeper && is_word_below(document, last, column) {
                    pending = Some(last);
                    break;
                }
                if last.value().kind() == NodeKind::Null && deeper {
                    pending = Some(last);
                    break;
                }
                if !deeper && last.value().kind() != NodeKind::Sequence {
                    break;
                }
                node = last.value();
            }
            NodeKind::Sequence if !node.is_flow() => {
                let dash = column_of(document, node.range().start());
                if dash > column {
                    break;
                }
                let parent_column =
                    parent.map(|parent| column_of(document, parent.range().start()));
                if parent_column == Some(column) && dash == column {
                    // A list at the column of its key: a key typed here goes on with the mapping.
                    break;
                }
                parent = Some(node);
                pending = None;
                let Some(last) = node
                    .items()
                    .take_while(|item| item.range().start() < offset)
                    .last()
                else {
                    break;
                };
                node = last;
            }
            _ => break,
        }
    }
    if let Some(entry) = pending {
        let mapping = entry.mapping();
        cursor.parent = mapping.path();
        cursor.parent.push(Segment::Key(entry.key_text().into()));
        cursor.container = None;
        return;
    }
    if let Some(parent) = parent {
        // Below `- ` nothing is written yet: the item itself is the parent.
        if parent.kind() == NodeKind::Sequence
            && column > column_of(document, parent.range().start())
            && let Some((index, item)) = parent
                .items()
                .enumerate()
                .take_while(|(_, item)| item.range().start() < offset)
                .last()
            && item.kind() == NodeKind::Null
        {
            cursor.parent = parent.path();
            cursor.parent.push(Segment::Item(index));
            return;
        }
        enter(cursor, parent);
    } else if document.root().kind() == NodeKind::Mapping && column == 0 {
        enter(cursor, document.root());
    }
}

/// The value is a word on a line of its own at this column: what YAML reads as text is for now the first of the keys.
fn is_word_below(document: &Document, entry: Entry<'_>, column: usize) -> bool {
    let (key, value) = (entry.key(), entry.value());
    value.style() == Some(ScalarStyle::Plain)
        && column_of(document, value.range().start()) == column
        && document
            .slice(TextRange::new(key.range().end(), value.range().start()))
            .contains(['\n', '\r'])
}

fn column_of(document: &Document, offset: TextSize) -> usize {
    let fragment = document.fragment_at(offset);
    let text = fragment.text();
    let relative = usize::from(offset - fragment.range().start());
    let start = text[..relative].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    text[start..relative].trim_start_matches('\u{feff}').len()
}

/// The `${…` that the offset stands in, on its line.
fn variable(document: &Document, offset: TextSize) -> Option<VariableAt> {
    let fragment = document.fragment_at(offset);
    let text = fragment.text();
    let base = fragment.range().start();
    let at = usize::from(offset - base);
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = text[at..]
        .find(['\n', '\r'])
        .map_or(text.len(), |length| at + length);
    let mut open = start + text[start..at].rfind("${")?;
    // Between the two characters of `${` the cursor is in front of the name, not in it.
    if text[open..at].contains('}') {
        return None;
    }
    if let Some(outer) = text[start..open].rfind("${")
        && !text[start + outer..open].contains('}')
        && open == at
    {
        open = start + outer;
    }
    let name_start = open + 2;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let mut name_end = name_start;
    for (length, c) in text[name_start..end].char_indices() {
        let tail = &text[name_start + length..end];
        if !is_name(c) || tail.starts_with(":-") {
            break;
        }
        name_end = name_start + length + c.len_utf8();
    }
    let close = text[name_end..end]
        .find('}')
        .map(|length| name_end + length);
    // A quote or another `${` ends what is typed.
    let stop = text[name_end..end]
        .find(['"', '\'', '$'])
        .map(|length| name_end + length);
    let closed = match (close, stop) {
        (Some(close), Some(stop)) => close < stop || text[name_end..].starts_with(":-"),
        (Some(_), None) => true,
        _ => false,
    };
    let behind = match close {
        Some(close) if closed => close + 1,
        _ => name_end.max(at),
    };
    let range = |from: usize, to: usize| {
        TextRange::new(
            base + TextSize::new(from as u32),
            base + TextSize::new(to as u32),
        )
    };
    Some(VariableAt {
        range: range(open, behind),
        name: range(name_start, name_end),
        in_default: at > name_end && text[name_end..].starts_with(":-"),
        closed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last entry before a place is the one that is found by going through all of them.
    #[test]
    fn the_last_entry_before_a_place() {
        let text = "a: 1\n# comment\n\nsection:\n\n  one:\n    x: 1\n    y: 2\n  # comment\n  two: {a: b}\n\n\nempty:\n\
                    other:\n  three: 3\n  four:\n  - 4\nlast: |\n  text\n\n";
        for text in [
            text,
            &text[..text.len() / 2],
            "",
            "a:\n  b: c\n",
            "# c\na: b",
        ] {
            let document = Document::parse(text);
            let mut mappings = document.roots();
            let mut at = 0;
            while at < mappings.len() {
                mappings.extend(mappings[at].entries().map(Entry::value).collect::<Vec<_>>());
                at += 1;
            }
            for mapping in mappings {
                for offset in 0..=text.len() {
                    let offset = TextSize::new(u32::try_from(offset).expect("the text is short"));
                    let all = mapping.entries();
                    let expected = all
                        .take_while(|entry| entry.key().range().start() < offset)
                        .last();
                    assert_eq!(
                        mapping.last_entry_before(offset),
                        expected,
                        "{mapping:?} at {offset:?} of\n{text}"
                    );
                }
            }
        }
    }
}
