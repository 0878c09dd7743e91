//! The shape of text that does not parse: which lines belong together, and which stands below which.
//!
//! Lines are grouped into entries, items and texts, and put below each other by their columns. Where columns contradict
//! each other, the line that is out of step is the one that is wrong: a line that is deeper than its neighbours although
//! nothing can stand below the line above it, and a line that is less deep although what follows continues the mapping
//! before it. Such a line gets the column that it should have, and is marked.

use crate::line::{self, BracketScan, Head, HeadKind, Line, Lines, ValueKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What all else stands in.
    Root,
    /// A key, with or without its colon.
    Entry,
    /// `- `
    Item,
    /// A scalar, a flow collection … that stands by itself; or a word that lacks its colon.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplaced {
    TooDeep,
    NotDeepEnough,
    Tab,
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub role: Role,
    /// The column at which it stands, and the one that it counts for.
    pub column: i64,
    pub counts: i64,
    /// The first character of the token.
    pub start: usize,
    /// Where its first line begins.
    pub line: usize,
    /// Behind the last character of its own lines, without the parts below it.
    pub own_end: usize,
    /// Behind the last line of it and of all below it.
    pub end: usize,
    pub head: Head,
    pub misplaced: Option<Misplaced>,
    pub first_child: Option<usize>,
    pub last_child: Option<usize>,
    pub next: Option<usize>,
    pub parent: usize,
    /// Something below it is misplaced, so that it cannot be parsed as it stands.
    pub broken: bool,
    /// An entry or another item begins on the line of this item.
    nested: bool,
    /// The column at which the children stand.
    children_column: Option<i64>,
    children: usize,
}

impl Part {
    /// Lines below it can belong to it.
    fn takes_children(&self) -> bool {
        match self.role {
            Role::Root => true,
            Role::Item => self.nested || self.head.value_kind.is_bare(),
            Role::Entry => match self.head.kind {
                HeadKind::TightKey => false,
                _ => self.head.value_kind.is_bare(),
            },
            // A word whose colon is missing may have had its value below it.
            Role::Text => {
                self.head.kind == HeadKind::Word && self.head.value_kind == ValueKind::Plain
            }
        }
    }
}

/// Most items that one line begins (`- - - a`): what lies deeper is text, so that a line is read in linear time.
const NESTED: usize = 64;

/// A line, or several that one token spans.
#[derive(Clone, Copy, Debug)]
struct Group {
    line: Line,
    content: usize,
    column: i64,
    tab: bool,
    head: Head,
    /// Behind the last character.
    end: usize,
}

/// Reads the skeleton of `text`. `column` is the column of the entries when it is known.
pub(crate) fn skeleton(text: &str, column: Option<u32>) -> Vec<Part> {
    let groups = groups(text);
    let mut builder = SkeletonBuilder {
        text,
        parts: vec![root(text, column)],
        stack: vec![0],
    };
    for (at, group) in groups.iter().enumerate() {
        builder.add(group, &groups[at + 1..]);
    }
    builder.finish()
}

fn root(text: &str, column: Option<u32>) -> Part {
    Part {
        role: Role::Root,
        column: -1,
        counts: -1,
        start: 0,
        line: 0,
        own_end: 0,
        end: text.len(),
        head: line::head("", 0, 0),
        misplaced: None,
        first_child: None,
        last_child: None,
        next: None,
        parent: 0,
        broken: false,
        nested: false,
        children_column: column.map(i64::from),
        children: 0,
    }
}

/// Groups the lines of `text` that are content.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let tab_width = indent_step(text);
    let mut shift = 0;
    let mut lines = Lines::new(text, 0).peekable();
    while let Some(line) = lines.next() {
        if line.is_trivia(text) {
            continue;
        }
        let tab = line.has_tab(text);
        let mut content = line.content;
        let mut column = i64::from(line.column);
        if tab {
            while matches!(text.as_bytes().get(content), Some(b' ' | b'\t')) {
                column += if text.as_bytes()[content] == b'\t' {
                    tab_width
                } else {
                    1
                };
                content += 1;
            }
            if let Some(above) = groups.last().filter(|above| !above.tab) {
                shift = below_open_key(above, column, tab_width);
            }
            column += shift;
        }
        let head = line::head(text, content, line.end);
        // The innermost head of the line and the column that the lines of its value must exceed.
        let (mut inner, mut inner_at, mut parent) = (head, content, column);
        let mut nested = 0;
        while matches!(
            inner.kind,
            HeadKind::Dash | HeadKind::Explicit | HeadKind::Colon
        ) && inner.value < line.end
            && nested < NESTED
        {
            nested += 1;
            parent = column + (inner_at - content) as i64;
            inner_at = inner.value;
            inner = line::head(text, inner_at, line.end);
        }
        if matches!(inner.kind, HeadKind::Key | HeadKind::TightKey) {
            parent = column + (inner_at - content) as i64;
        }
        let by_itself = inner.kind == HeadKind::Word && inner_at == content;
        let mut end = line.end;
        let deeper = |next: &Line| {
            next.is_blank(text) || i64::from(next.column) > parent || next.has_tab(text)
        };
        match inner.value_kind {
            ValueKind::BlockScalar => {
                // A header that stands by itself belongs to the key above it.
                let parent = if by_itself { column - 1 } else { parent };
                while let Some(next) =
                    lines.next_if(|next| next.is_blank(text) || i64::from(next.column) > parent)
                {
                    if !next.is_blank(text) {
                        end = next.end;
                    }
                }
            }
            ValueKind::Quote { closed: false } => {
                if let Some(closed) = closing_quote(text, inner.value, lines.clone(), deeper) {
                    while let Some(next) = lines.next_if(|next| next.start < closed) {
                        end = next.end;
                    }
                }
            }
            ValueKind::Flow { balanced: false } => {
                let mut scan = BracketScan::default();
                let value = line::skip_properties(&text.as_bytes()[..line.end], inner.value);
                let mut closed = scan.run(&text.as_bytes()[..line.end], value).is_some();
                while !closed {
                    let column = parent;
                    let closer = |next: &Line| {
                        matches!(next.first(text), Some(b']' | b'}' | b','))
                            && i64::from(next.column) >= column.min(0)
                    };
                    let Some(next) = lines.next_if(|next| deeper(next) || closer(next)) else {
                        break;
                    };
                    // A quote does not go on where the bracket itself does not.
                    closed = scan.run(&text.as_bytes()[..next.end], next.start).is_some();
                    if !next.is_blank(text) {
                        end = next.end;
                    }
                }
            }
            ValueKind::Plain
            | ValueKind::Quote { closed: true }
            | ValueKind::Flow { balanced: true } => {
                let parent = if by_itself { column } else { parent };
                while let Some(next) = lines.peek().copied() {
                    if next.is_blank(text) {
                        // Blank lines count when more of the text follows them.
                        let mut ahead = lines.clone();
                        let more = ahead.find(|line| !line.is_blank(text));
                        if !more.is_some_and(|line| continues(text, &line, parent)) {
                            break;
                        }
                    } else if !continues(text, &next, parent) {
                        break;
                    }
                    lines.next();
                    if !next.is_blank(text) {
                        end = next.end;
                    }
                }
            }
            ValueKind::Empty | ValueKind::Properties => {}
        }
        groups.push(Group {
            line,
            content,
            column,
            tab,
            head,
            end,
        });
    }
    groups
}

/// How much deeper than their tabs say the lines with tabs below this line are. Somebody's editor shows a tab wider than the text
/// indents: behind `key:` they are below the key, however many columns the tab counts.
fn below_open_key(above: &Group, column: i64, tab_width: i64) -> i64 {
    let is_open = above.head.kind == HeadKind::Key && above.head.value_kind == ValueKind::Empty;
    if is_open && column <= above.column {
        above.column + tab_width - column
    } else {
        0
    }
}

/// The line goes on with the plain text of the line before it.
fn continues(text: &str, line: &Line, parent: i64) -> bool {
    if line.is_trivia(text) || line.has_tab(text) || i64::from(line.column) <= parent {
        return false;
    }
    let head = line::head(text, line.content, line.end);
    head.kind == HeadKind::Word && head.value_kind == ValueKind::Plain
}

/// Where the quote that opens at or behind `value` closes, if it does so before the text leaves its entry.
fn closing_quote(
    text: &str,
    value: usize,
    lines: impl Iterator<Item = Line>,
    deeper: impl Fn(&Line) -> bool,
) -> Option<usize> {
    let end = lines.take_while(|line| deeper(line)).last()?.end;
    let bytes = &text.as_bytes()[..end];
    let open = line::skip_properties(bytes, value);
    matches!(bytes.get(open), Some(b'"' | b'\''))
        .then(|| line::close_quote(bytes, open))
        .flatten()
}

/// By how many columns the text indents; a tab counts for as many.
fn indent_step(text: &str) -> i64 {
    let mut previous = 0;
    let mut step = i64::MAX;
    for line in Lines::new(text, 0)
        .filter(|line| !line.is_trivia(text) && !line.has_tab(text))
        .take(200)
    {
        let column = i64::from(line.column);
        if column > previous {
            step = step.min(column - previous);
        }
        previous = column;
    }
    if step == i64::MAX { 2 } else { step.max(2) }
}

struct SkeletonBuilder<'t> {
    text: &'t str,
    parts: Vec<Part>,
    /// From the root to the part that was added last.
    stack: Vec<usize>,
}

impl SkeletonBuilder<'_> {
    fn add(&mut self, group: &Group, following: &[Group]) {
        let (mut at, mut head, mut column) = (group.content, group.head, group.column);
        let (mut first, mut depth) = (true, 0);
        loop {
            let role = match head.kind {
                HeadKind::Dash => Role::Item,
                HeadKind::Key | HeadKind::TightKey => Role::Entry,
                _ => Role::Text,
            };
            let nested =
                depth + 1 < NESTED && role == Role::Item && head.value < group.line.end && {
                    let inner = line::head(self.text, head.value, group.line.end);
                    // A word above the keys of the item is a key whose colon is missing.
                    let scalar_items =
                        self.stack
                            .iter()
                            .map(|part| &self.parts[*part])
                            .any(|part| {
                                part.role == Role::Item && part.counts == column && !part.nested
                            });
                    let above_keys = inner.kind == HeadKind::Word
                        && inner.value_kind == ValueKind::Plain
                        && !scalar_items
                        && is_name(self.text[head.value..group.end].trim_end())
                        && following.first().is_some_and(|next| {
                            next.head.kind == HeadKind::Key
                                && next.column == column + (head.value - at) as i64
                        });
                    above_keys
                        || matches!(
                            inner.kind,
                            HeadKind::Dash | HeadKind::Key | HeadKind::TightKey
                        )
                };
            let own_end = if nested { head.after } else { group.end };
            self.place(group, following, role, at, column, head, own_end, first);
            depth += 1;
            if !nested {
                break;
            }
            column += (head.value - at) as i64;
            at = head.value;
            head = line::head(self.text, at, group.line.end);
            first = false;
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn place(
        &mut self,
        group: &Group,
        following: &[Group],
        role: Role,
        start: usize,
        column: i64,
        head: Head,
        own_end: usize,
        first: bool,
    ) {
        let mut counts = column;
        let mut misplaced = None;
        if first {
            let complete = role == Role::Entry
                && (head.value_kind.is_complete() || head.kind == HeadKind::TightKey)
                || role == Role::Text;
            let next = following.iter().find(|next| !next.tab);
            // The column of the mapping or list that goes on below this line.
            let goes_on = next.filter(|next| {
                matches!(next.head.kind, HeadKind::Key | HeadKind::Dash)
                    && self
                        .stack
                        .iter()
                        .any(|part| self.parts[*part].children_column == Some(next.column))
            });
            // The column of the mapping that begins with this line, below a key that has nothing yet.
            let begins = next.filter(|next| {
                let above = self.stack.last().map(|part| &self.parts[*part]);
                next.head.kind == HeadKind::Key
                    && above.is_some_and(|above| {
                        above.role == Role::Entry
                            && above.takes_children()
                            && above.first_child.is_none()
                            && above.counts < next.column
                            && (group.tab
                                || column <= above.counts
                                || goes_on_first_at(following, above.counts, next.column, column))
                    })
            });
            // The keys of the item before the dash that follows, when the line stands at the column of the dashes.
            let item = next
                .filter(|next| {
                    next.head.kind == HeadKind::Dash && (next.column == column || group.tab)
                })
                .and_then(|next| {
                    let item = self
                        .stack
                        .iter()
                        .map(|part| &self.parts[*part])
                        .rfind(|part| part.role == Role::Item && part.counts == next.column)?;
                    item.children_column
                });
            if group.tab {
                misplaced = Some(Misplaced::Tab);
                if complete && let Some(next) = begins {
                    counts = next.column;
                } else if complete
                    && role == Role::Entry
                    && let Some(inner) = item
                {
                    counts = inner;
                } else if complete && let Some(next) = goes_on {
                    counts = if next.head.kind == HeadKind::Key || role == Role::Item {
                        next.column
                    } else {
                        counts
                    };
                }
            } else if complete
                && role == Role::Entry
                && let Some(inner) = item
            {
                misplaced = Some(Misplaced::NotDeepEnough);
                counts = inner;
            } else if complete
                && role == Role::Entry
                && let Some(next) = begins.or(goes_on)
                && next.column > column
            {
                misplaced = Some(Misplaced::NotDeepEnough);
                counts = next.column;
                if next.head.kind == HeadKind::Dash {
                    // The line stands among the keys of the item before the dash.
                    let inner = self
                        .stack
                        .iter()
                        .rev()
                        .filter_map(|part| self.parts[*part].children_column);
                    counts = inner
                        .into_iter()
                        .find(|column| *column > next.column)
                        .unwrap_or(counts);
                }
            }
        }
        // Leave what cannot contain the part.
        while let Some(&top) = self.stack.last() {
            let part = &self.parts[top];
            if part.role == Role::Root {
                break;
            }
            if role == Role::Item
                && matches!(part.role, Role::Entry | Role::Text)
                && part.counts == counts
                && part.takes_children()
                && part
                    .first_child
                    .is_none_or(|child| self.parts[child].role == Role::Item)
            {
                break;
            }
            if part.counts >= counts {
                self.stack.pop();
            } else if !part.takes_children() {
                // Nothing can stand below a complete entry: the part is its sibling, and too deep.
                counts = part.counts;
                misplaced.get_or_insert(Misplaced::TooDeep);
                self.stack.pop();
            } else {
                break;
            }
        }
        let parent = self.stack.last().copied().unwrap_or(0);
        let siblings = self.parts[parent].children_column;
        match siblings {
            Some(expected) if first && counts != expected => {
                let lone = self.parts[parent].children == 1;
                let first_child = self.parts[parent].first_child;
                if counts < expected
                    && lone
                    && !goes_on_at(following, expected, counts)
                    && parent_allows(&self.parts[parent], counts)
                {
                    // The first of the siblings was the one that is too deep.
                    if let Some(child) = first_child {
                        self.parts[child]
                            .misplaced
                            .get_or_insert(Misplaced::TooDeep);
                        self.parts[child].counts = counts;
                    }
                    self.parts[parent].children_column = Some(counts);
                } else {
                    misplaced.get_or_insert(if counts < expected {
                        Misplaced::NotDeepEnough
                    } else {
                        Misplaced::TooDeep
                    });
                    counts = expected;
                }
            }
            Some(_) => {}
            None => self.parts[parent].children_column = Some(counts),
        }
        let index = self.parts.len();
        self.parts.push(Part {
            role,
            column,
            counts,
            start,
            line: group.line.start,
            own_end,
            end: own_end,
            head,
            misplaced,
            first_child: None,
            last_child: None,
            next: None,
            parent,
            broken: false,
            nested: own_end < group.end && role == Role::Item,
            children_column: None,
            children: 0,
        });
        let siblings = &mut self.parts[parent];
        siblings.children += 1;
        let last = siblings.last_child.replace(index);
        match last {
            Some(last) => self.parts[last].next = Some(index),
            None => self.parts[parent].first_child = Some(index),
        }
        self.stack.push(index);
    }

    /// Passes ends and marks upwards.
    fn finish(mut self) -> Vec<Part> {
        for index in (1..self.parts.len()).rev() {
            let (end, broken, parent) = (
                self.parts[index].end,
                self.parts[index].broken || self.parts[index].misplaced.is_some(),
                self.parts[index].parent,
            );
            let above = &mut self.parts[parent];
            above.end = above.end.max(end);
            above.broken |= broken;
        }
        self.parts
    }
}

/// A child may stand at this column.
fn parent_allows(parent: &Part, column: i64) -> bool {
    column > parent.counts
}

/// Among the lines that follow, one stands at `expected` before one stands at `column` or less deep.
fn goes_on_at(following: &[Group], expected: i64, column: i64) -> bool {
    for group in following.iter().filter(|group| !group.tab) {
        if group.column == expected && group.head.kind == HeadKind::Key {
            return true;
        }
        if group.column <= column {
            return false;
        }
    }
    false
}

/// Of the lines behind the next one that are deeper than `outer`, one stands at `column` before one stands at `other`.
fn goes_on_first_at(following: &[Group], outer: i64, column: i64, other: i64) -> bool {
    let below = following
        .iter()
        .skip(1)
        .take_while(|group| group.tab || group.column > outer);
    let mut marks =
        below.filter(|group| !group.tab && (group.column == column || group.column == other));
    marks.next().is_some_and(|group| group.column == column)
}

/// The text could be a key: one word.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
