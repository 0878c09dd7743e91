//! The lines around an entry.

use nexflow_syntax::{Document, Entry, Node, NodeKind, ScalarStyle, TextSize};

/// The text of a document as lines.
#[derive(Clone, Copy)]
pub struct SourceText<'d> {
    text: &'d str,
}

/// Offsets as numbers; everything in here is inside one text of less than 4 GB.
fn at(offset: TextSize) -> usize {
    offset.into()
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or(TextSize::new(u32::MAX))
}

impl<'d> SourceText<'d> {
    pub fn of(document: &'d Document) -> SourceText<'d> {
        SourceText {
            text: document.text(),
        }
    }

    pub fn as_str(&self) -> &str {
        self.text
    }

    pub fn end(&self) -> TextSize {
        size(self.text.len())
    }

    /// The line ending that the document uses.
    pub fn eol(&self) -> &'static str {
        match self.text.find('\n') {
            Some(end) if self.text[..end].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    pub fn line_start(&self, offset: TextSize) -> TextSize {
        size(self.text[..at(offset)].rfind('\n').map_or(0, |end| end + 1))
    }

    /// The end of the line's content, before its line ending.
    pub fn line_end(&self, offset: TextSize) -> TextSize {
        let end = self.text[at(offset)..]
            .find('\n')
            .map_or(self.text.len(), |end| at(offset) + end);
        let line = &self.text[at(offset)..end];
        size(end - usize::from(line.ends_with('\r')))
    }

    /// Where the next line begins, or the end of the text.
    pub fn next_line(&self, offset: TextSize) -> TextSize {
        size(
            self.text[at(offset)..]
                .find('\n')
                .map_or(self.text.len(), |end| at(offset) + end + 1),
        )
    }

    /// How many columns stand before `offset` on its line.
    pub fn column(&self, offset: TextSize) -> usize {
        self.before(offset).chars().count()
    }

    /// What stands before `offset` on its line.
    pub fn before(&self, offset: TextSize) -> &str {
        self.text[at(self.line_start(offset))..at(offset)].trim_start_matches('\u{feff}')
    }

    /// What follows `offset` on its line, without the line ending.
    pub fn after(&self, offset: TextSize) -> &str {
        &self.text[at(offset)..at(self.line_end(offset))]
    }

    /// What stands between two places; `None` where they are not in this order, as entries of a broken text may not be.
    pub fn slice(&self, from: TextSize, to: TextSize) -> Option<&str> {
        self.text.get(at(from)..at(to))
    }

    /// The line that begins at `start`, without its line ending.
    pub fn line(&self, start: TextSize) -> &str {
        &self.text[at(start)..at(self.line_end(start))]
    }

    pub fn starts_with(&self, offset: TextSize, what: char) -> bool {
        self.text[at(offset)..].starts_with(what)
    }

    /// True when nothing but blanks and perhaps a comment follows on the line.
    pub fn ends_line(&self, offset: TextSize) -> bool {
        let after = self.after(offset);
        let rest = after.trim_start_matches([' ', '\t']);
        rest.is_empty() || rest.starts_with('#') && rest.len() < after.len()
    }

    /// True when only blanks stand before it on its line.
    pub fn begins_line(&self, offset: TextSize) -> bool {
        self.before(offset).bytes().all(|byte| byte == b' ')
    }

    pub fn is_blank_line(&self, offset: TextSize) -> bool {
        self.line(self.line_start(offset)).trim().is_empty()
    }

    /// Behind blanks, comments and line ends, as they may stand between the tokens of a flow collection.
    pub fn skip_trivia(&self, offset: TextSize) -> TextSize {
        let mut rest = at(offset);
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(rest) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => rest += 1,
                b'#' if rest == 0
                    || bytes[rest - 1].is_ascii_whitespace()
                    || rest == at(offset) =>
                {
                    rest = at(self.line_end(size(rest)));
                }
                _ => break,
            }
        }
        size(rest)
    }

    /// Behind the colon of an entry; `None` for one that has none where it is looked for.
    pub fn behind_colon(&self, entry: Entry<'_>) -> Option<TextSize> {
        let key = entry.key().range().end();
        let blanks = self.text[at(key)..]
            .bytes()
            .take_while(|byte| *byte == b' ')
            .count();
        let colon = at(key) + blanks;
        self.text[colon..].starts_with(':').then(|| size(colon + 1))
    }

    /// Behind the lines below `offset` that are comments further in than `column`, with the blank lines between them: they
    /// belong to what stands above. `offset` is the beginning of a line.
    pub fn behind_inner_comments(&self, offset: TextSize, column: usize) -> TextSize {
        let mut line = offset;
        let mut behind = offset;
        while line < self.end() {
            let text = self.line(line);
            let inside = text.trim_start_matches(' ');
            if inside.starts_with('#') && text.len() - inside.len() > column {
                line = self.next_line(line);
                behind = line;
            } else if text.trim().is_empty() {
                line = self.next_line(line);
            } else {
                break;
            }
        }
        behind
    }

    /// Where the last line of an entry ends its content; empty lines belong to a block scalar that keeps them.
    pub fn behind_entry(&self, entry: Entry<'_>) -> TextSize {
        self.behind_node(entry.value(), end_of(entry))
    }

    /// The same for a node that ends at `end`.
    pub fn behind_node(&self, node: Node<'_>, end: TextSize) -> TextSize {
        let mut end = self.line_end(end);
        if keeps_line_ends(last_in(node)) {
            loop {
                let next = self.next_line(end);
                if next >= self.end() || !self.is_blank_line(next) {
                    break;
                }
                end = self.line_end(next);
            }
        }
        end
    }

    /// Columns per level, as the document itself indents.
    pub fn step(document: &Document) -> usize {
        SourceText::own_step(document).unwrap_or(2)
    }

    /// The same, when it has a block to tell by.
    pub fn own_step(document: &Document) -> Option<usize> {
        let text = SourceText::of(document);
        document
            .root()
            .entries()
            .filter(|entry| entry.value().kind() == NodeKind::Mapping && !entry.value().is_flow())
            .find_map(|entry| {
                let inner = entry.value().entries().next()?;
                let outer = text.column(entry.key().range().start());
                text.column(inner.key().range().start()).checked_sub(outer)
            })
            .filter(|step| *step > 0)
    }
}

/// Where an entry begins, with the anchor or tag in front of its key.
pub fn start_of(entry: Entry<'_>) -> TextSize {
    let key = entry.key();
    [
        key.anchor().map(|(_, range)| range),
        key.tag().map(|(_, range)| range),
    ]
    .into_iter()
    .flatten()
    .map(|range| range.start())
    .fold(key.range().start(), TextSize::min)
}

/// Where an entry ends, with an anchor or tag that has no value behind it.
pub fn end_of(entry: Entry<'_>) -> TextSize {
    end_of_node(entry.value()).max(entry.range().end())
}

/// Where a node ends, with an anchor or tag that has no value behind it.
pub fn end_of_node(node: Node<'_>) -> TextSize {
    let last = last_in(node);
    [
        last.anchor().map(|(_, range)| range),
        last.tag().map(|(_, range)| range),
    ]
    .into_iter()
    .flatten()
    .map(|range| range.end())
    .fold(node.range().end(), TextSize::max)
}

/// The last thing that is written in an entry.
pub fn deepest_last(entry: Entry<'_>) -> Node<'_> {
    last_in(entry.value())
}

/// The last thing that is written in a block.
fn last_in(mut node: Node<'_>) -> Node<'_> {
    while !node.is_flow() {
        let last = match node.kind() {
            NodeKind::Mapping => node.entries().last().map(Entry::value),
            NodeKind::Sequence => node.items().last(),
            _ => None,
        };
        let Some(last) = last else { break };
        node = last;
    }
    node
}

/// A block scalar with `+`, to which the empty lines behind it belong.
pub fn keeps_line_ends(node: Node<'_>) -> bool {
    matches!(
        node.style(),
        Some(ScalarStyle::Literal | ScalarStyle::Folded)
    ) && node.source().lines().next().is_some_and(|head| {
        head.split('#')
            .next()
            .is_some_and(|head| head.contains('+'))
    })
}
