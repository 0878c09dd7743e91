//! Parses a piece of text with granit-parser and adds its nodes to a [`TreeBuilder`].
//!
//! The parser says what the nodes are and where their text is; where colons and dashes stand it does not say. These are
//! found again by walking over the blanks and comments between one node and the next.

use granit_parser::{
    ErrorKind, Event, Parser, ScalarStyle as Style, ScanError, StructureStyle, Tag,
};

use crate::{
    builder::TreeBuilder,
    line::Lines,
    tree::{COLON, CommentData, DECODED, EXPLICIT, FLOW, NONE, NodeKind, Property, ScalarStyle},
};

/// What a piece is expected to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// YAML documents, each with its root.
    Stream,
    /// Entries of a block mapping, to be added to the open one.
    Entries,
    /// Items of a block sequence, to be added to the open one.
    Items,
    /// One node.
    Value,
}

/// Why a piece could not be parsed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// `None` when the piece is good YAML but not what was expected.
    pub kind: Option<ErrorKind>,
    /// Where, in the fragment.
    pub at: usize,
}

struct Frame {
    node: u32,
    mapping: bool,
    flow: bool,
    /// A flow collection without brackets of its own: the pair in `[a: b]`.
    pair: bool,
    /// The next child of a mapping is a key.
    key: bool,
    /// The collection was there before the piece.
    outer: bool,
    /// The index of the last key.
    last_key: u32,
}

struct Reader<'b, 't> {
    builder: &'b mut TreeBuilder,
    text: &'t str,
    base: usize,
    /// Behind the last token.
    last: usize,
    frames: Vec<Frame>,
}

/// Parses `text`, which begins at `base` in its fragment. The builder is left as it was when that fails.
pub(crate) fn parse(
    builder: &mut TreeBuilder,
    text: &str,
    base: usize,
    expect: Expect,
    depth: usize,
) -> Result<(), Failure> {
    let checkpoint = builder.checkpoint();
    let mut result = run(builder, text, base, expect, depth, true);
    if let Err(failure) = &result {
        builder.rollback(&checkpoint);
        if is_low_bracket(text, base, failure) {
            let failure = failure.clone();
            result = run(builder, text, base, expect, depth, false).map_err(|_| failure);
            if result.is_err() {
                builder.rollback(&checkpoint);
            }
        }
    }
    result
}

/// What failed is a closing bracket that stands no deeper than its key. YAML 1.2 wants it deeper; every reader that people
/// use takes it, and so it is written everywhere.
fn is_low_bracket(text: &str, base: usize, failure: &Failure) -> bool {
    let at = failure.at - base;
    failure.kind == Some(ErrorKind::InvalidIndentation)
        && matches!(text.as_bytes().get(at), Some(b']' | b'}'))
        && text[..at]
            .bytes()
            .rev()
            .take_while(|byte| !matches!(byte, b'\n' | b'\r'))
            .all(|byte| byte == b' ')
}

/// Lines of `text[start..end]` behind the first, other than closing brackets alone, stand deeper than `indent`.
fn lines_are_deeper(text: &str, start: usize, end: usize, indent: i64) -> bool {
    let mut lines = Lines::new(&text[..end], start).skip(1);
    lines.all(|line| {
        let content = &text[line.content..line.end];
        let closers = content
            .trim_start_matches([']', '}', ',', ' ', '\t'])
            .trim_start();
        closers.is_empty() || closers.starts_with('#') || i64::from(line.column) > indent
    })
}

fn options(depth: usize, strict: bool) -> granit_parser::Options {
    granit_parser::options! {
        strict_indentation: strict,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: depth,
        block_nesting_limit: depth,
    }
}

fn run(
    builder: &mut TreeBuilder,
    text: &str,
    base: usize,
    expect: Expect,
    depth: usize,
    strict: bool,
) -> Result<(), Failure> {
    // Collections that are open around the piece count towards the limit.
    let depth = depth.saturating_sub(builder.depth()).max(1);
    let mut reader = Reader {
        builder,
        text,
        base,
        last: 0,
        frames: Vec::new(),
    };
    let mut documents = 0;
    let fail = |error: ScanError| Failure {
        at: base + error.marker().byte_offset().unwrap_or(0).min(text.len()),
        kind: Some(error.kind().clone()),
    };
    for event in Parser::new_from_str_with_options(text, options(depth, strict)) {
        let (event, span) = event.map_err(fail)?;
        let (start, end) = span
            .byte_range()
            .map_or((0, 0), |range| (range.start, range.end));
        let unexpected = Failure {
            kind: None,
            at: base + start,
        };
        match event {
            Event::StreamStart | Event::StreamEnd => {}
            Event::DocumentStart(explicit, _) => {
                documents += 1;
                if expect != Expect::Stream && (explicit || documents > 1) {
                    return Err(unexpected);
                }
                if explicit {
                    reader.last = end;
                } else if documents > 1 {
                    // The event itself may lie behind a block scalar with which the document begins.
                    reader.last = reader.skip_document_ends(reader.last);
                }
            }
            Event::DocumentEnd => reader.last = reader.last.max(end),
            Event::Comment(..) => {
                let own_line = text[..start]
                    .bytes()
                    .rev()
                    .take_while(|byte| !matches!(byte, b'\n' | b'\r'))
                    .all(|byte| matches!(byte, b' ' | b'\t'))
                    || text[..start]
                        .trim_start_matches('\u{feff}')
                        .trim_matches([' ', '\t'])
                        .is_empty();
                reader.builder.comments.push(CommentData {
                    start: (base + start) as u32,
                    end: (base + end) as u32,
                    own_line,
                });
            }
            Event::Anchor(_, _) => {
                let node = reader.builder.nodes.len() as u32 - 1;
                let property = Property {
                    node,
                    start: (base + start) as u32,
                    end: (base + end) as u32,
                };
                reader.builder.anchors.push(property);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                if reader.frames.is_empty() && !matches!(expect, Expect::Stream | Expect::Value) {
                    return Err(unexpected);
                }
                reader.enter(0);
                let node = reader
                    .builder
                    .add(NodeKind::Alias, base + start, base + end);
                reader.builder.aliases.push(node);
                reader.last = end;
                reader.left(node);
            }
            Event::Scalar(value, style, anchor, tag) => {
                if reader.frames.is_empty() && !matches!(expect, Expect::Stream | Expect::Value) {
                    return Err(unexpected);
                }
                let tag_span = span.tag_span().and_then(|span| span.byte_range());
                let properties = usize::from(anchor != 0) + usize::from(tag.is_some());
                if !strict && style != Style::Literal && style != Style::Folded {
                    reader.check_lines(start, end).ok_or(unexpected)?;
                }
                reader.scalar(&value, style, start, end, properties);
                reader.tag(tag_span, tag.as_deref());
            }
            Event::MappingStart(style, anchor, ref tag)
            | Event::SequenceStart(style, anchor, ref tag) => {
                let mapping = matches!(event, Event::MappingStart(..));
                let flow = style == StructureStyle::Flow;
                let wanted = match expect {
                    Expect::Entries => mapping && !flow,
                    Expect::Items => !mapping && !flow,
                    Expect::Stream | Expect::Value => true,
                };
                let properties = usize::from(anchor != 0) + usize::from(tag.is_some());
                let outer =
                    reader.frames.is_empty() && matches!(expect, Expect::Entries | Expect::Items);
                if outer && (!wanted || properties > 0) {
                    return Err(unexpected);
                }
                let tag_span = span.tag_span().and_then(|span| span.byte_range());
                reader.collection(mapping, flow, start, properties, outer);
                if !outer {
                    reader.tag(tag_span, tag.as_deref());
                }
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if !strict && let Some(start) = reader.flow_start() {
                    reader.check_lines(start, end).ok_or(unexpected)?;
                }
                reader.close(end);
            }
            _ => {}
        }
    }
    if expect != Expect::Stream && documents != 1 {
        return Err(Failure {
            kind: None,
            at: base,
        });
    }
    Ok(())
}

impl Reader<'_, '_> {
    /// Whether the lines of a flow collection or of a scalar stand deeper than the block collection around it, as strict
    /// parsing would have checked.
    fn check_lines(&self, start: usize, end: usize) -> Option<()> {
        let block = self.frames.iter().rfind(|frame| !frame.flow);
        let indent = block.map_or(-1, |frame| {
            // A collection that was open before the piece has its column where the piece begins.
            let first = if frame.outer {
                self.skip_trivia(0)
            } else {
                (self.builder.nodes[frame.node as usize].start as usize).saturating_sub(self.base)
            };
            let line = self.text[..first]
                .rfind(['\n', '\r'])
                .map_or(0, |at| at + 1);
            self.text[line..first]
                .chars()
                .filter(|c| *c != '\u{feff}')
                .count() as i64
        });
        lines_are_deeper(self.text, start, end, indent).then_some(())
    }

    /// Where the flow collection that is about to end begins.
    fn flow_start(&self) -> Option<usize> {
        let frame = self
            .frames
            .last()
            .filter(|frame| frame.flow && !frame.pair)?;
        Some(self.builder.nodes[frame.node as usize].start as usize - self.base)
    }

    /// Behind blanks, line breaks and comments from `at` on.
    fn skip_trivia(&self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' => {
                    while at < bytes.len() && !matches!(bytes[at], b'\n' | b'\r') {
                        at += 1;
                    }
                }
                0xef if self.text[at..].starts_with('\u{feff}') => at += 3,
                _ => break,
            }
        }
        at
    }

    /// Behind the markers `...` that end what stands before `at`, and what is trivia between them.
    fn skip_document_ends(&self, at: usize) -> usize {
        let mut at = self.skip_trivia(at);
        while let Some(behind) = self.text[at..].strip_prefix("...") {
            let line = self.text[..at].ends_with(['\n', '\r']) || at == 0;
            if !line || behind.starts_with(|next: char| !next.is_ascii_whitespace()) {
                break;
            }
            at = self.skip_trivia(at + 3);
        }
        at
    }

    fn skip_properties(&self, mut at: usize, count: usize) -> usize {
        let bytes = self.text.as_bytes();
        for _ in 0..count {
            at = self.skip_trivia(at);
            match bytes.get(at) {
                Some(b'!') if bytes.get(at + 1) == Some(&b'<') => {
                    while at < bytes.len() && bytes[at] != b'>' {
                        at += 1;
                    }
                    at += 1;
                }
                Some(b'&' | b'!') => {
                    let flow = self.frames.last().is_some_and(|frame| frame.flow);
                    while let Some(byte) = bytes.get(at) {
                        let ends = matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
                            || (flow && matches!(byte, b',' | b'[' | b']' | b'{' | b'}'));
                        if ends {
                            break;
                        }
                        at += 1;
                    }
                }
                _ => return at,
            }
        }
        at
    }

    /// Walks over the indicators that stand before the next node (`-`, `:`, `?`, `,`) and its properties. Returns where
    /// the node begins and, for an empty node, where it is taken to be.
    fn enter(&mut self, properties: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let mut at = self.skip_trivia(self.last);
        let mut empty = self.last;
        let mut mapping_start = None;
        if let Some(frame) = self.frames.last() {
            if frame.flow
                && !frame.pair
                && (frame.key || !frame.mapping)
                && bytes.get(at) == Some(&b',')
            {
                at = self.skip_trivia(at + 1);
                empty = at;
            }
            if frame.mapping && frame.key {
                mapping_start = Some(at);
                if bytes.get(at) == Some(&b'?') && !is_word(bytes.get(at + 1)) {
                    empty = at + 1;
                    at = self.skip_trivia(at + 1);
                } else {
                    empty = at;
                }
            } else if frame.mapping {
                // In a block `:word` is the next key; in a flow mapping a quoted key may have its colon right at the value.
                if bytes.get(at) == Some(&b':') && (frame.flow || !is_word(bytes.get(at + 1))) {
                    if let Some(key) = self.builder.nodes.get_mut(frame.last_key as usize) {
                        key.flags |= COLON;
                    }
                    empty = at + 1;
                    at = self.skip_trivia(at + 1);
                }
            } else if !frame.flow && bytes.get(at) == Some(&b'-') {
                empty = at + 1;
                at = self.skip_trivia(at + 1);
            } else if frame.flow {
                empty = at;
            }
        }
        if let (Some(start), Some(frame)) = (mapping_start, self.frames.last())
            && (frame.outer || !frame.flow || frame.pair)
        {
            let node = &mut self.builder.nodes[frame.node as usize];
            if node.first == NONE {
                node.start = (self.base + start) as u32;
            }
        }
        if properties > 0 {
            let behind = self.skip_properties(at, properties);
            at = self.skip_trivia(behind);
        }
        (at, empty)
    }

    /// A node is complete: the mapping around it waits for a value or for the next key.
    fn left(&mut self, node: u32) {
        if let Some(frame) = self.frames.last_mut()
            && frame.mapping
        {
            if frame.key {
                frame.last_key = node;
            } else if frame.last_key != NONE
                && self.builder.nodes[node as usize].kind != NodeKind::Null
            {
                self.builder.nodes[frame.last_key as usize].flags |= COLON;
            }
            frame.key = !frame.key;
        }
    }

    fn tag(&mut self, span: Option<std::ops::Range<usize>>, tag: Option<&Tag>) {
        if let (Some(span), Some(tag)) = (span, tag) {
            let node = self.builder.nodes.len() as u32 - 1;
            let property = Property {
                node,
                start: (self.base + span.start) as u32,
                end: (self.base + span.end) as u32,
            };
            let (handle, suffix) = tag.parts();
            self.builder
                .tags
                .push((property, format!("{handle}{suffix}").into()));
        }
    }

    fn scalar(&mut self, value: &str, style: Style, start: usize, end: usize, properties: usize) {
        let explicit = self.explicit();
        let (at, empty) = self.enter(properties);
        let base = self.base;
        if style == Style::Plain && start == end {
            let at = if self.frames.is_empty() { start } else { empty };
            let node = self.builder.add(NodeKind::Null, base + at, base + at);
            self.builder.nodes[node as usize].flags |= explicit;
            self.last = if properties > 0 { end.max(at) } else { at };
            self.left(node);
            return;
        }
        let (own_start, own_end, own_style) = match style {
            Style::Plain => (start, end, ScalarStyle::Plain),
            Style::SingleQuoted => (start, end, ScalarStyle::SingleQuoted),
            Style::DoubleQuoted => (start, end, ScalarStyle::DoubleQuoted),
            Style::Literal | Style::Folded => {
                let bytes = self.text.as_bytes();
                let mut header = at + 1;
                while matches!(bytes.get(header), Some(b'0'..=b'9' | b'+' | b'-')) {
                    header += 1;
                }
                let body = self.text[..end]
                    .trim_end_matches([' ', '\t', '\n', '\r'])
                    .len();
                let own = if style == Style::Literal {
                    ScalarStyle::Literal
                } else {
                    ScalarStyle::Folded
                };
                // Blanks alone are no content; the header line may end in a comment, which is none either.
                let content = start.max(header);
                (at, if body > content { body } else { header }, own)
            }
        };
        let node = self
            .builder
            .add(NodeKind::Scalar, base + own_start, base + own_end);
        let source = match own_style {
            ScalarStyle::Plain => self.text.get(own_start..own_end),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self
                .text
                .get(own_start + 1..own_end.saturating_sub(1).max(own_start + 1)),
            ScalarStyle::Literal | ScalarStyle::Folded => None,
        };
        let data = &mut self.builder.nodes[node as usize];
        data.style = own_style;
        data.flags |= explicit;
        if source != Some(value) {
            data.flags |= DECODED;
            self.builder.values.push((node, value.into()));
        }
        self.last = end;
        self.left(node);
    }

    /// [`EXPLICIT`] when the next node is a key behind `?`.
    fn explicit(&self) -> u8 {
        let is_key = self
            .frames
            .last()
            .is_some_and(|frame| frame.mapping && frame.key);
        if !is_key {
            return 0;
        }
        let mut at = self.skip_trivia(self.last);
        if self.text.as_bytes().get(at) == Some(&b',') {
            at = self.skip_trivia(at + 1);
        }
        let bytes = self.text.as_bytes();
        let mark = bytes.get(at) == Some(&b'?')
            && matches!(bytes.get(at + 1), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
        if mark { EXPLICIT } else { 0 }
    }

    fn collection(
        &mut self,
        mapping: bool,
        flow: bool,
        start: usize,
        properties: usize,
        outer: bool,
    ) {
        let explicit = self.explicit();
        let (mut at, _) = self.enter(properties);
        let mut pair = false;
        if flow {
            pair = mapping && self.text.as_bytes().get(start) != Some(&b'{');
            if !pair {
                at = start;
            }
        }
        let node = if outer {
            self.builder.open_node().unwrap_or(0)
        } else {
            let kind = if mapping {
                NodeKind::Mapping
            } else {
                NodeKind::Sequence
            };
            let flags = if flow { FLOW } else { 0 };
            self.builder.open(kind, self.base + at, flags | explicit)
        };
        self.last = if flow && !pair { at + 1 } else { at };
        self.frames.push(Frame {
            node,
            mapping,
            flow,
            pair,
            key: true,
            outer,
            last_key: NONE,
        });
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.outer {
            return;
        }
        if frame.flow && !frame.pair {
            self.builder.close(Some(self.base + end));
            self.last = end;
        } else {
            self.builder.close(None);
        }
        self.left(frame.node);
    }
}

/// Whether an indicator with this byte behind it is part of a plain scalar instead.
fn is_word(behind: Option<&u8>) -> bool {
    !matches!(
        behind,
        None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b']' | b'{' | b'}')
    )
}
