//! Which indentation and which blanks each line shall have, by the tree.

use nexflow_syntax::{Document, Entry, Node, NodeKind, ScalarStyle};

use super::{FormatOptions, lines::Lines};

/// Deeper levels are left alone.
const DEPTH: usize = 128;

/// Notes on the lines what the tree wants.
pub fn lay_out(document: &Document, text: &str, lines: &mut Lines, options: FormatOptions) {
    let mut layout = Layout {
        text,
        lines,
        options,
    };
    for root in document.roots() {
        layout.freeze(root);
        if root.kind() == NodeKind::Mapping && !root.is_flow() {
            let column = layout.column_of_mapping(root);
            let wanted = if root.has_errors() { column } else { 0 };
            layout.mapping(root, wanted, 0);
        } else if root.kind() == NodeKind::Sequence && !root.is_flow() {
            let column = layout.column_of_list(root);
            layout.sequence(root, column, 0);
        }
    }
    for error in document.errors() {
        let first = layout.lines.at(usize::from(error.range.start()));
        let last = layout.lines.at(usize::from(error.range.end()));
        for line in first..=last {
            if let Some(line) = layout.lines.lines.get_mut(line) {
                line.gaps.clear();
                line.wanted = None;
            }
        }
    }
    layout.comments(document);
}

struct Layout<'t> {
    text: &'t str,
    lines: &'t mut Lines,
    options: FormatOptions,
}

impl Layout<'_> {
    /// Lines inside scalars over several lines are content: nobody touches them.
    fn freeze(&mut self, root: Node<'_>) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            match node.kind() {
                NodeKind::Mapping => {
                    for entry in node.entries() {
                        open.push(entry.key());
                        open.push(entry.value());
                    }
                }
                NodeKind::Sequence => open.extend(node.items()),
                NodeKind::Scalar => {
                    let first = self.lines.at(usize::from(node.range().start()));
                    let last = self.lines.at(usize::from(node.range().end()));
                    let block = matches!(
                        node.style(),
                        Some(ScalarStyle::Literal | ScalarStyle::Folded)
                    );
                    // Behind a bare head of a block scalar line breaks may be content.
                    let is_last = self.text[self.lines.lines[first].end..].trim().is_empty();
                    if block && is_last {
                        self.lines.keep_end = true;
                    }
                    // The first line of a scalar belongs to its key as well; of a quoted one its end is content.
                    for line in first + 1..=last {
                        if let Some(line) = self.lines.lines.get_mut(line)
                            && (!block || line.start < usize::from(node.range().end()))
                        {
                            line.frozen = true;
                            line.moves_with = Some(first);
                        }
                    }
                }
                NodeKind::Alias | NodeKind::Null => {}
            }
        }
    }

    fn column_of_mapping(&self, node: Node<'_>) -> usize {
        node.entries().next().map_or(0, |entry| {
            self.lines.column(usize::from(entry.key().range().start()))
        })
    }

    /// The column of the dashes.
    fn column_of_list(&self, node: Node<'_>) -> usize {
        self.lines.column(usize::from(node.range().start()))
    }

    /// Lays out a block mapping whose keys shall stand at `wanted`.
    fn mapping(&mut self, node: Node<'_>, wanted: usize, depth: usize) {
        if depth > DEPTH {
            return;
        }
        // The parts of `? key` and `: value` stand on lines that no key begins; such a mapping stays as its author set it.
        if node.entries().any(|entry| self.is_explicit(entry)) {
            return;
        }
        for entry in node.entries() {
            self.place(usize::from(entry.key().range().start()), wanted);
            self.entry(entry, wanted, depth);
        }
    }

    /// True for `? key`, and for keys that are no scalars.
    fn is_explicit(&self, entry: Entry<'_>) -> bool {
        let key = usize::from(entry.key().range().start());
        let line = &self.lines.lines[self.lines.at(key)];
        let before = self.text.get(line.start..key).unwrap_or_default();
        entry.key().kind() != NodeKind::Scalar
            || before.trim_start_matches([' ', '-']).starts_with('?')
            || before.trim_start_matches([' ', '-']).starts_with(':')
    }

    /// Gives the line that begins at `offset` its indentation; something in the middle of a line keeps its place.
    fn place(&mut self, offset: usize, wanted: usize) {
        if !self.lines.is_first(offset) {
            return;
        }
        let line = self.lines.at(offset);
        self.lines.lines[line].wanted = Some(wanted);
    }

    fn entry(&mut self, entry: Entry<'_>, at: usize, depth: usize) {
        if !entry.has_colon() {
            return;
        }
        let key_end = usize::from(entry.key().range().end());
        let value = entry.value();
        self.colon(key_end, value);
        let broken = entry.mapping().has_errors() && value.has_errors();
        match value.kind() {
            NodeKind::Mapping if !value.is_flow() => {
                let first = value.entries().next();
                let Some(first) = first else { return };
                let now = self.lines.column(usize::from(first.key().range().start()));
                let wanted = if broken {
                    now
                } else {
                    at + self.options.indent
                };
                self.mapping(value, wanted, depth + 1);
            }
            NodeKind::Sequence if !value.is_flow() => {
                let now = self.column_of_list(value);
                let key_column = self.lines.column(usize::from(entry.key().range().start()));
                // Both ways of writing a list are right YAML and widely used; the author's choice stays.
                let wanted = if broken {
                    now
                } else if now == key_column {
                    at
                } else {
                    at + self.options.indent
                };
                self.sequence(value, wanted, depth + 1);
            }
            _ => self.rest(value, usize::from(entry.key().range().start())),
        }
    }

    /// Exactly one blank behind a colon, none before it, where key and value share a line.
    fn colon(&mut self, key_end: usize, value: Node<'_>) {
        let line = self.lines.at(key_end);
        let Some(colon) = self.text[key_end..].find(':').map(|at| key_end + at) else {
            return;
        };
        if self.lines.at(colon) != line || !self.text[key_end..colon].trim().is_empty() {
            return;
        }
        if colon > key_end {
            self.lines.lines[line].gaps.push((key_end, colon, ""));
        }
        let end = self.lines.lines[line].end;
        let rest = &self.text[colon + 1..end];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let next = rest[blanks..].chars().next();
        let aligned = self.is_aligned(line, colon, colon + 1 + blanks);
        // Comments keep their column; an empty value has no blank to keep.
        if blanks > 0
            && value.kind() != NodeKind::Null
            && next.is_some_and(|c| c != '#')
            && !aligned
        {
            self.lines.lines[line]
                .gaps
                .push((colon + 1, colon + 1 + blanks, " "));
        }
    }

    /// True when a neighbouring line has its value in the same column on purpose.
    fn is_aligned(&self, line: usize, colon: usize, value: usize) -> bool {
        let column = value - self.lines.lines[line].start;
        if value - colon <= 2 {
            return false;
        }
        [line.checked_sub(1), Some(line + 1)]
            .into_iter()
            .flatten()
            .filter_map(|other| self.lines.lines.get(other))
            .any(|other| {
                let body = &self.text[other.start..other.end];
                body.get(..column).is_some_and(|before| {
                    before.contains(':')
                        && before.ends_with(' ')
                        && !body[column..].starts_with([' ', '#'])
                }) && other.indent == self.lines.lines[line].indent
            })
    }

    fn sequence(&mut self, node: Node<'_>, wanted: usize, depth: usize) {
        if depth > DEPTH {
            return;
        }
        let column = self.column_of_list(node);
        for item in node.items() {
            let Some(dash) = self.dash_before(item, column) else {
                continue;
            };
            self.place(dash, wanted);
            let start = usize::from(item.range().start());
            let same_line = self.lines.at(start) == self.lines.at(dash);
            match item.kind() {
                NodeKind::Mapping if !item.is_flow() => {
                    let now = self.lines.column(start);
                    let inner = if item.has_errors() {
                        if same_line {
                            now + wanted.saturating_sub(column)
                        } else {
                            now
                        }
                    } else {
                        wanted + 2
                    };
                    if same_line && !item.has_errors() {
                        self.dash_gap(dash, start);
                    }
                    self.mapping(item, inner, depth + 1);
                }
                NodeKind::Sequence if !item.is_flow() => {
                    if same_line && !item.has_errors() {
                        self.dash_gap(dash, start);
                        self.sequence(item, wanted + 2, depth + 1);
                    } else {
                        let now = self.lines.column(start);
                        self.sequence(item, now, depth + 1);
                    }
                }
                NodeKind::Null => {}
                _ => {
                    if same_line {
                        self.dash_gap(dash, start);
                    }
                    self.rest(item, dash);
                }
            }
        }
    }

    /// The dash that begins an item: the last one before it at the column of the list.
    fn dash_before(&self, item: Node<'_>, column: usize) -> Option<usize> {
        let mut line = self.lines.at(usize::from(item.range().start()));
        loop {
            let at = self.lines.lines[line].start + column;
            if self.text.as_bytes().get(at) == Some(&b'-')
                && at <= usize::from(item.range().start())
            {
                return Some(at);
            }
            line = line.checked_sub(1)?;
        }
    }

    /// Exactly one blank behind a dash.
    fn dash_gap(&mut self, dash: usize, content: usize) {
        let line = self.lines.at(dash);
        // In a broken text an item may begin at the dash itself.
        let Some(gap) = self.text.get(dash + 1..content) else {
            return;
        };
        if !gap.is_empty() && gap.trim_matches([' ', '\t']).is_empty() {
            self.lines.lines[line].gaps.push((dash + 1, content, " "));
        }
    }

    /// A flow collection keeps its own lines; they move with the line that it begins on.
    fn rest(&mut self, value: Node<'_>, owner: usize) {
        let range = value.range();
        let first = self.lines.at(owner);
        for line in first + 1..=self.lines.at(usize::from(range.end())) {
            if let Some(line) = self.lines.lines.get_mut(line)
                && line.start < usize::from(range.end())
            {
                line.moves_with = Some(first);
            }
        }
        if value.is_flow() {
            self.commas(value);
        }
    }

    /// One blank behind each comma of a flow collection on one line.
    fn commas(&mut self, node: Node<'_>) {
        let (start, end) = (
            usize::from(node.range().start()),
            usize::from(node.range().end()),
        );
        let line = self.lines.at(start);
        if self.lines.at(end) != line || node.has_errors() {
            return;
        }
        let mut parts: Vec<(usize, usize)> = node
            .entries()
            .map(|entry| {
                (
                    usize::from(entry.key().range().start()),
                    usize::from(entry.range().end()),
                )
            })
            .collect();
        parts.extend(node.items().map(|item| {
            (
                usize::from(item.range().start()),
                usize::from(item.range().end()),
            )
        }));
        for pair in parts.windows(2) {
            let between = &self.text[pair[0].1..pair[1].0];
            if let Some(comma) = between.find(',').map(|at| pair[0].1 + at)
                && between.trim_matches([' ', '\t']) == ","
            {
                if comma > pair[0].1 {
                    self.lines.lines[line].gaps.push((pair[0].1, comma, ""));
                }
                self.lines.lines[line]
                    .gaps
                    .push((comma + 1, pair[1].0, " "));
            }
        }
        let inner: Vec<_> = node
            .entries()
            .map(|entry| entry.value())
            .chain(node.items())
            .collect();
        for child in inner {
            if child.is_flow() {
                self.commas(child);
            }
        }
    }

    /// A comment on a line of its own moves with the line below it (or above it) that stands in the same column.
    fn comments(&mut self, document: &Document) {
        let comments: Vec<usize> = document
            .comments()
            .filter(|comment| comment.own_line)
            .map(|comment| self.lines.at(usize::from(comment.range.start())))
            .collect();
        for line in comments.into_iter().rev() {
            if self.lines.lines[line].frozen {
                continue;
            }
            let column = self.lines.lines[line].indent;
            let same = |other: &super::lines::Line| {
                other.indent == column && !self.text[other.start..other.end].trim().is_empty()
            };
            let below = self.lines.lines[line + 1..]
                .iter()
                .take_while(|other| {
                    self.text[other.start..other.end].trim().is_empty() || other.indent >= column
                })
                .find(|other| same(other));
            let above = self.lines.lines[..line]
                .iter()
                .rev()
                .find(|other| {
                    other.indent <= column && !self.text[other.start..other.end].trim().is_empty()
                })
                .filter(|other| same(other));
            let wanted = below.or(above).and_then(|other| other.wanted);
            self.lines.lines[line].wanted = wanted;
        }
    }
}
