//! What a line looks like, without parsing it: the ground on which outline and recovery stand.

/// One line of a text; all offsets are into that text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub start: usize,
    /// The first character that is no space (and no byte order mark).
    pub content: usize,
    /// Behind the last character before the line break.
    pub end: usize,
    /// Where the next line begins.
    pub next: usize,
    /// The number of spaces before the content.
    pub column: u32,
}

impl Line {
    /// Nothing but blanks.
    pub fn is_blank(&self, text: &str) -> bool {
        text.as_bytes()[self.content..self.end]
            .iter()
            .all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// The first byte that is no space, if any.
    pub fn first(&self, text: &str) -> Option<u8> {
        if self.content < self.end {
            Some(text.as_bytes()[self.content])
        } else {
            None
        }
    }

    /// A tab stands before the content.
    pub fn has_tab(&self, text: &str) -> bool {
        self.first(text) == Some(b'\t')
    }

    /// Neither content nor indentation matter: blank, or a comment.
    pub fn is_trivia(&self, text: &str) -> bool {
        match self.first(text) {
            None | Some(b'#') => true,
            Some(b'\t') => {
                let rest = text[self.content..self.end].trim_start_matches([' ', '\t']);
                rest.is_empty() || rest.starts_with('#')
            }
            Some(_) => false,
        }
    }
}

/// The lines of `text` from `at` on; `at` must be the beginning of a line.
#[derive(Clone)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str, at: usize) -> Lines<'t> {
        Lines { text, at }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        if start >= bytes.len() {
            return None;
        }
        let mut indent = start;
        if start == 0 && self.text.starts_with('\u{feff}') {
            indent = '\u{feff}'.len_utf8();
        }
        let mut content = indent;
        while content < bytes.len() && bytes[content] == b' ' {
            content += 1;
        }
        let mut end = content;
        while end < bytes.len() && bytes[end] != b'\n' && bytes[end] != b'\r' {
            end += 1;
        }
        let mut next = end;
        if next < bytes.len() {
            next += if bytes[next] == b'\r' && bytes.get(next + 1) == Some(&b'\n') {
                2
            } else {
                1
            };
        }
        self.at = next;
        Some(Line {
            start,
            content,
            end,
            next,
            column: (content - indent) as u32,
        })
    }
}

/// The number of line breaks in `text`.
pub(crate) fn count_breaks(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    if !bytes.contains(&b'\r') {
        return feeds as u32;
    }
    let returns = bytes
        .iter()
        .enumerate()
        .filter(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        .count();
    (feeds + returns) as u32
}

/// What the first token of a line's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadKind {
    /// `- `
    Dash,
    /// `? `
    Explicit,
    /// `: `
    Colon,
    /// `key:`
    Key,
    /// `key:value`, which YAML reads as one word.
    TightKey,
    /// `]`, `}` or `,`.
    Closer,
    /// Anything else.
    Word,
}

/// What stands behind the colon of a key, or in place of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Empty,
    /// Only an anchor or a tag.
    Properties,
    BlockScalar,
    Quote {
        closed: bool,
    },
    Flow {
        balanced: bool,
    },
    Plain,
}

impl ValueKind {
    /// Lines below can be the value.
    pub fn is_bare(self) -> bool {
        matches!(self, ValueKind::Empty | ValueKind::Properties)
    }

    /// Nothing below can belong to the value, if it is a key.
    pub fn is_complete(self) -> bool {
        matches!(
            self,
            ValueKind::Plain
                | ValueKind::Quote { closed: true }
                | ValueKind::Flow { balanced: true }
        )
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub kind: HeadKind,
    /// Behind the key (of `Key`, `TightKey`) or behind the indicator.
    pub key_end: usize,
    /// Behind the colon or the indicator.
    pub after: usize,
    /// Where the value begins; the end of the line when there is none.
    pub value: usize,
    pub value_kind: ValueKind,
}

fn is_blank(byte: Option<&u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t'))
}

/// Reads the head of the content `text[at..end]`, which lies on one line.
pub(crate) fn head(text: &str, at: usize, end: usize) -> Head {
    let line = &text.as_bytes()[..end];
    let indicator = |kind| {
        let (value, value_kind) = value(text, at + 1, end);
        Head {
            kind,
            key_end: at + 1,
            after: at + 1,
            value,
            value_kind,
        }
    };
    match line.get(at) {
        Some(b'-') if is_blank(line.get(at + 1)) => return indicator(HeadKind::Dash),
        Some(b'?') if is_blank(line.get(at + 1)) => return indicator(HeadKind::Explicit),
        Some(b':') if is_blank(line.get(at + 1)) => return indicator(HeadKind::Colon),
        Some(b']' | b'}' | b',') => {
            return Head {
                kind: HeadKind::Closer,
                key_end: at,
                after: at,
                value: at,
                value_kind: ValueKind::Plain,
            };
        }
        _ => {}
    }
    if let Some((key_end, colon)) = find_key(text, at, end) {
        let (value, value_kind) = value(text, colon + 1, end);
        return Head {
            kind: HeadKind::Key,
            key_end,
            after: colon + 1,
            value,
            value_kind,
        };
    }
    if let Some(colon) = find_tight_key(line, at) {
        return Head {
            kind: HeadKind::TightKey,
            key_end: colon,
            after: colon + 1,
            value: colon + 1,
            value_kind: ValueKind::Plain,
        };
    }
    let (value, value_kind) = value(text, at, end);
    Head {
        kind: HeadKind::Word,
        key_end: at,
        after: at,
        value,
        value_kind,
    }
}

/// The end of an implicit key at `at` and the offset of its colon.
fn find_key(text: &str, at: usize, end: usize) -> Option<(usize, usize)> {
    let line = &text.as_bytes()[..end];
    let at = skip_properties(line, at);
    let colon_after = |key_end: usize| {
        let mut colon = key_end;
        while matches!(line.get(colon), Some(b' ' | b'\t')) {
            colon += 1;
        }
        (line.get(colon) == Some(&b':') && is_blank(line.get(colon + 1)))
            .then_some((key_end, colon))
    };
    match line.get(at)? {
        b'"' | b'\'' => colon_after(close_quote(line, at)?),
        b'[' | b'{' => colon_after(close_bracket(line, at)?),
        b'*' => {
            let name = at
                + line[at..]
                    .iter()
                    .position(|byte| matches!(byte, b' ' | b'\t'))?;
            colon_after(name)
        }
        b'#' | b'|' | b'>' | b'@' | b'`' | b'%' | b',' | b']' | b'}' | b'&' | b'!' => None,
        _ => {
            let mut position = at;
            while position < line.len() {
                match line[position] {
                    b':' if is_blank(line.get(position + 1)) => {
                        let mut key_end = position;
                        while key_end > at && matches!(line[key_end - 1], b' ' | b'\t') {
                            key_end -= 1;
                        }
                        return Some((key_end, position));
                    }
                    b'#' if position > at && matches!(line[position - 1], b' ' | b'\t') => {
                        return None;
                    }
                    _ => position += 1,
                }
            }
            None
        }
    }
}

/// The colon of `key:value`, where the key is a plain name and the value no part of a URL.
fn find_tight_key(line: &[u8], at: usize) -> Option<usize> {
    let name = line[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let colon = at + name.count();
    if colon == at || line.get(colon) != Some(&b':') || !line[at].is_ascii_alphabetic() {
        return None;
    }
    match line.get(colon + 1) {
        Some(b'/' | b':') | None => None,
        Some(_) => Some(colon),
    }
}

/// Behind the anchors and tags at `at`, when something follows them.
pub(crate) fn skip_properties(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b'&' | b'!')) {
        let mut end = at;
        while !is_blank(line.get(end)) {
            end += 1;
        }
        let mut next = end;
        while matches!(line.get(next), Some(b' ' | b'\t')) {
            next += 1;
        }
        if next >= line.len() {
            return at;
        }
        at = next;
    }
    at
}

/// Behind the quote that closes the one at `at`, on the same line.
pub(crate) fn close_quote(line: &[u8], at: usize) -> Option<usize> {
    let quote = line[at];
    let mut position = at + 1;
    while position < line.len() {
        let byte = line[position];
        if byte == b'\\' && quote == b'"' {
            position += 2;
        } else if byte == quote {
            if quote == b'\'' && line.get(position + 1) == Some(&b'\'') {
                position += 2;
            } else {
                return Some(position + 1);
            }
        } else {
            position += 1;
        }
    }
    None
}

/// Behind the bracket that closes the one at `at`; `line` may hold several lines.
pub(crate) fn close_bracket(line: &[u8], at: usize) -> Option<usize> {
    let mut scan = BracketScan::default();
    scan.run(line, at).filter(|_| scan.depth() == 0)
}

/// Follows brackets and quotes through a flow collection.
#[derive(Clone, Default)]
pub(crate) struct BracketScan {
    /// The brackets that are open, as the characters that close them, with their offsets.
    pub open: Vec<(u8, usize)>,
    /// The quote that is open, with its offset.
    pub quote: Option<(u8, usize)>,
}

impl BracketScan {
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Runs from `at`; returns the offset behind the bracket that closes the first one.
    pub fn run(&mut self, text: &[u8], mut at: usize) -> Option<usize> {
        let mut token_start = true;
        while at < text.len() {
            let byte = text[at];
            if let Some((quote, _)) = self.quote {
                if byte == b'\\' && quote == b'"' {
                    at += 1;
                } else if byte == quote {
                    if quote == b'\'' && text.get(at + 1) == Some(&b'\'') {
                        at += 1;
                    } else {
                        self.quote = None;
                    }
                }
                at += 1;
                continue;
            }
            match byte {
                b'"' | b'\'' if token_start => {
                    self.quote = Some((byte, at));
                    token_start = false;
                }
                b'[' | b'{' => {
                    self.open.push((if byte == b'[' { b']' } else { b'}' }, at));
                    token_start = true;
                }
                b']' | b'}' => {
                    self.open.pop();
                    if self.open.is_empty() {
                        return Some(at + 1);
                    }
                    token_start = false;
                }
                b',' | b' ' | b'\t' | b'\n' | b'\r' | b':' => token_start = true,
                b'#' if at == 0 || matches!(text[at - 1], b' ' | b'\t' | b'\n' | b'\r') => {
                    while at < text.len() && !matches!(text[at], b'\n' | b'\r') {
                        at += 1;
                    }
                    continue;
                }
                _ => token_start = false,
            }
            at += 1;
        }
        None
    }
}

/// Where the value in `text[at..end]` begins, and what it is.
fn value(text: &str, at: usize, end: usize) -> (usize, ValueKind) {
    let line = &text.as_bytes()[..end];
    let mut start = at;
    while matches!(line.get(start), Some(b' ' | b'\t')) {
        start += 1;
    }
    if start >= end || line[start] == b'#' {
        return (end, ValueKind::Empty);
    }
    let mut inner = start;
    while matches!(line.get(inner), Some(b'&' | b'!')) {
        while !is_blank(line.get(inner)) {
            inner += 1;
        }
        while matches!(line.get(inner), Some(b' ' | b'\t')) {
            inner += 1;
        }
    }
    let kind = match line.get(inner) {
        None | Some(b'#') => ValueKind::Properties,
        Some(b'|' | b'>') => {
            let rest = text[inner + 1..end]
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
            let tail = rest.trim_start_matches([' ', '\t']);
            if tail.is_empty() || (tail.len() < rest.len() && tail.starts_with('#')) {
                ValueKind::BlockScalar
            } else {
                ValueKind::Plain
            }
        }
        Some(b'"' | b'\'') => ValueKind::Quote {
            closed: close_quote(line, inner).is_some(),
        },
        Some(b'[' | b'{') => ValueKind::Flow {
            balanced: close_bracket(line, inner).is_some(),
        },
        Some(_) => ValueKind::Plain,
    };
    (start, kind)
}
