//! Reads regular block text without the parser.
//!
//! Nearly every line of a configuration is `key: word`, `key: [word, word]`, `- word`, a comment or blank, and what such
//! lines mean follows from their columns alone. They are read here in one pass. Anything else (block scalars, escapes,
//! anchors, tags, values over several lines, tabs, any error) makes the whole piece the parser's business: this reader
//! accepts nothing of which it is not certain that the parser reads it in the same way, and builds with debug assertions
//! compare the two for every piece.

use crate::{
    builder::{Checkpoint, TreeBuilder},
    tree::{COLON, CommentData, FLOW, NodeKind, ScalarStyle},
};

/// Longer keys are left to the parser, which knows the limit for keys on one line.
const LONGEST_KEY: usize = 512;

/// Flow collections inside one another beyond this are left to the parser, which needs no stack for them.
const DEEPEST_FLOW: usize = 8;

/// A collection that is open, innermost last.
#[derive(Clone, Copy)]
struct Open {
    column: usize,
    sequence: bool,
}

struct Regular<'b, 't> {
    builder: &'b mut TreeBuilder,
    text: &'t [u8],
    at: usize,
    depth: usize,
    open: Vec<Open>,
    /// Behind the colon of the last key when nothing stands behind it: the lines below say what its value is.
    pending: Option<usize>,
}

/// The piece is not regular.
struct Irregular;

type Result<T> = std::result::Result<T, Irregular>;

/// Adds the entries that `text` consists of to the open mapping of `builder`. When the text is not regular nothing is
/// added and the answer is false.
pub(crate) fn read(builder: &mut TreeBuilder, text: &str, depth: usize) -> bool {
    let checkpoint: Checkpoint = builder.checkpoint();
    let depth = depth.saturating_sub(builder.depth());
    let mut reader = Regular {
        builder,
        text: text.as_bytes(),
        at: 0,
        depth,
        open: Vec::new(),
        pending: None,
    };
    if reader.lines().is_ok() {
        return true;
    }
    builder.rollback(&checkpoint);
    false
}

/// Bytes that are no part of regular text wherever they stand: control characters, and the first bytes of characters of
/// which some are not printable (U+0080 to U+009F, the byte order mark, U+FFFE).
fn is_irregular(byte: u8) -> bool {
    byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xef)
}

/// The first byte of a plain scalar that nothing in YAML gives another meaning, whatever follows.
fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'/' | b'.' | b'$' | b'(' | b'~' | b'+' | b'=' | b';'
        )
        || byte >= 0x80
}

/// Whether a key of one word, or a word in a flow collection, may begin with this.
fn begins_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/')
}

impl Regular<'_, '_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    fn skip_spaces(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        at
    }

    /// Behind the line break at `at`; the end of the text counts as one.
    fn line_break(&self, at: usize) -> Option<usize> {
        match self.byte(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(b'\r') if self.byte(at + 1) == Some(b'\n') => Some(at + 2),
            Some(_) => None,
        }
    }

    fn lines(&mut self) -> Result<()> {
        while self.at < self.text.len() {
            let start = self.at;
            let content = self.skip_spaces(start);
            if let Some(next) = self.line_break(content) {
                self.at = next;
            } else if self.text[content] == b'#' {
                self.comment(content, true)?;
            } else {
                self.content(start, content)?;
            }
        }
        if self.open.is_empty() {
            return Err(Irregular);
        }
        self.settle();
        while self.open.len() > 1 {
            self.close();
        }
        Ok(())
    }

    /// Reads a line that begins at `start` and has its first character at `content`.
    fn content(&mut self, start: usize, content: usize) -> Result<()> {
        let column = content - start;
        let dash = self.text[content] == b'-' && self.byte(content + 1) == Some(b' ');
        self.enter(content, column, dash)?;
        if !dash {
            let colon = self.key(content).ok_or(Irregular)?;
            return self.entry(content, colon);
        }
        let item = self.skip_spaces(content + 1);
        match self.key(item) {
            Some(colon) => {
                self.begin(item, item - start, false)?;
                self.entry(item, colon)
            }
            None => self.value(item),
        }
    }

    /// Opens and closes collections, so that the innermost one is that of the line at `column`.
    fn enter(&mut self, content: usize, column: usize, dash: bool) -> Result<()> {
        let Some(last) = self.open.last() else {
            if dash {
                return Err(Irregular);
            }
            if let Some(outer) = self.builder.open_node() {
                self.builder.nodes[outer as usize].start = content as u32;
            }
            self.open.push(Open {
                column,
                sequence: false,
            });
            return Ok(());
        };
        // A list may stand at the column of its key.
        let below = column > last.column || (dash && column == last.column);
        if below && self.pending.take().is_some() {
            return self.begin(content, column, dash);
        }
        self.settle();
        while let Some(last) = self.open.last() {
            if last.column == column && last.sequence == dash {
                return Ok(());
            }
            // Behind a list at the column of its key comes the next key.
            let behind = last.column > column || (last.column == column && last.sequence);
            if !behind || self.open.len() == 1 {
                break;
            }
            self.close();
        }
        Err(Irregular)
    }

    fn begin(&mut self, at: usize, column: usize, sequence: bool) -> Result<()> {
        if self.open.len() >= self.depth {
            return Err(Irregular);
        }
        let kind = if sequence {
            NodeKind::Sequence
        } else {
            NodeKind::Mapping
        };
        self.builder.open(kind, at, 0);
        self.open.push(Open { column, sequence });
        Ok(())
    }

    fn close(&mut self) {
        self.builder.close(None);
        self.open.pop();
    }

    /// Nothing below the last key is its value, so it has none.
    fn settle(&mut self) {
        if let Some(behind) = self.pending.take() {
            self.builder.add(NodeKind::Null, behind, behind);
        }
    }

    /// The colon behind the key at `at`, when it is one word.
    fn key(&self, at: usize) -> Option<usize> {
        if !begins_key(self.byte(at)?) {
            return None;
        }
        let rest = &self.text[at..];
        let length = rest
            .iter()
            .take(LONGEST_KEY)
            .position(|byte| !is_key_byte(*byte))
            .filter(|length| rest[*length] == b':')?;
        let ends = match rest.get(length + 1) {
            None => true,
            Some(byte) => matches!(byte, b' ' | b'\n' | b'\r'),
        };
        ends.then_some(at + length)
    }

    fn keep_key(&mut self, start: usize, colon: usize) {
        let key = self.builder.add(NodeKind::Scalar, start, colon);
        self.builder.nodes[key as usize].flags = COLON;
    }

    fn entry(&mut self, start: usize, colon: usize) -> Result<()> {
        self.keep_key(start, colon);
        let value = self.skip_spaces(colon + 1);
        if let Some(next) = self.line_break(value) {
            self.pending = Some(colon + 1);
            self.at = next;
            Ok(())
        } else if self.text[value] == b'#' {
            self.pending = Some(colon + 1);
            self.comment(value, false)
        } else {
            self.value(value)
        }
    }

    /// Reads a value that ends on its line, and the comment behind it.
    fn value(&mut self, start: usize) -> Result<()> {
        let end = match self.byte(start) {
            Some(b'[' | b'{') => self.flow(start, 0)?,
            _ => self.scalar(start)?,
        };
        let next = self.skip_spaces(end);
        if let Some(next) = self.line_break(next) {
            self.at = next;
            Ok(())
        } else if next > end && self.text[next] == b'#' {
            self.comment(next, false)
        } else {
            Err(Irregular)
        }
    }

    /// Reads a flow collection that ends on its line and holds nothing but words, quotes and others like it; returns
    /// what is behind it.
    fn flow(&mut self, start: usize, level: usize) -> Result<usize> {
        if level >= DEEPEST_FLOW || self.open.len() + level >= self.depth {
            return Err(Irregular);
        }
        let mapping = self.text[start] == b'{';
        let (kind, closer) = if mapping {
            (NodeKind::Mapping, b'}')
        } else {
            (NodeKind::Sequence, b']')
        };
        self.builder.open(kind, start, FLOW);
        let mut at = self.skip_spaces(start + 1);
        // Nothing may stand between the last comma and the bracket but an item.
        let mut first = true;
        loop {
            match self.byte(at) {
                Some(byte) if byte == closer && first => break,
                Some(_) => {}
                None => return Err(Irregular),
            }
            first = false;
            if mapping {
                let colon = self.key(at).ok_or(Irregular)?;
                self.keep_key(at, colon);
                at = self.skip_spaces(colon + 1);
            }
            let end = match self.byte(at) {
                Some(b'[' | b'{') => self.flow(at, level + 1)?,
                Some(b'"' | b'\'') => self.scalar(at)?,
                _ => self.flow_word(at)?,
            };
            at = self.skip_spaces(end);
            match self.byte(at) {
                Some(b',') => at = self.skip_spaces(at + 1),
                Some(byte) if byte == closer => break,
                _ => return Err(Irregular),
            }
        }
        self.builder.close(Some(at + 1));
        Ok(at + 1)
    }

    /// Reads a word in a flow collection, where more characters have a meaning than outside.
    fn flow_word(&mut self, start: usize) -> Result<usize> {
        let rest = &self.text[start..];
        let length = rest
            .iter()
            .position(|byte| !is_key_byte(*byte))
            .unwrap_or(rest.len());
        if length == 0 || !begins_key(rest[0]) {
            return Err(Irregular);
        }
        self.builder.add(NodeKind::Scalar, start, start + length);
        Ok(start + length)
    }

    /// Reads a scalar that ends on its line; returns what is behind it.
    fn scalar(&mut self, start: usize) -> Result<usize> {
        let (style, end) = match self.byte(start).ok_or(Irregular)? {
            b'"' => (ScalarStyle::DoubleQuoted, self.quoted(start, b'"')?),
            b'\'' => (ScalarStyle::SingleQuoted, self.quoted(start, b'\'')?),
            b'-' if self
                .byte(start + 1)
                .is_some_and(|byte| byte.is_ascii_alphanumeric()) =>
            {
                (ScalarStyle::Plain, self.plain(start)?)
            }
            byte if begins_word(byte) && !is_irregular(byte) => {
                (ScalarStyle::Plain, self.plain(start)?)
            }
            _ => return Err(Irregular),
        };
        let node = self.builder.add(NodeKind::Scalar, start, end);
        self.builder.nodes[node as usize].style = style;
        Ok(end)
    }

    /// Behind the quote that closes the one at `start`.
    fn quoted(&self, start: usize, quote: u8) -> Result<usize> {
        let mut at = start + 1;
        while let Some(byte) = self.byte(at) {
            if byte == quote {
                // Two single quotes are one that is meant.
                let escaped = quote == b'\'' && self.byte(at + 1) == Some(b'\'');
                return if escaped { Err(Irregular) } else { Ok(at + 1) };
            }
            if is_irregular(byte) || (byte == b'\\' && quote == b'"') {
                return Err(Irregular);
            }
            at += 1;
        }
        Err(Irregular)
    }

    /// Behind the last word of the plain scalar at `start`.
    fn plain(&self, start: usize) -> Result<usize> {
        let mut at = start;
        let mut end = start;
        while let Some(byte) = self.byte(at) {
            match byte {
                b' ' => {}
                b'\n' | b'\r' => break,
                b'#' if end < at => break,
                b':' if self
                    .byte(at + 1)
                    .is_none_or(|next| matches!(next, b' ' | b'\n' | b'\r')) =>
                {
                    return Err(Irregular);
                }
                _ if is_irregular(byte) => return Err(Irregular),
                _ => end = at + 1,
            }
            at += 1;
        }
        Ok(end)
    }

    /// Reads the comment at `start`, the last thing on its line.
    fn comment(&mut self, start: usize, own_line: bool) -> Result<()> {
        let mut end = start;
        while let Some(byte) = self.byte(end) {
            if is_irregular(byte) {
                break;
            }
            end += 1;
        }
        self.at = self.line_break(end).ok_or(Irregular)?;
        self.builder.comments.push(CommentData {
            start: start as u32,
            end: end as u32,
            own_line,
        });
        Ok(())
    }
}
