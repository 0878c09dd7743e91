//! Reading inputs: texts, numbers and edits from any bytes.

use nexflow_syntax::{TextEdit, TextRange, TextSize};

/// Between the parts of an input: a byte that is in no UTF-8 text.
pub const SEPARATOR: u8 = 0xff;

/// The parts of an input.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == SEPARATOR)
}

/// A part as text, at most `most` bytes of it.
#[must_use]
pub fn text(bytes: &[u8], most: usize) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// A number that is the same for the same text, to vary what an input is tried with.
#[must_use]
pub fn fingerprint(text: &str) -> usize {
    text.bytes().fold(0, |sum: usize, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(byte))
    })
}

/// An offset.
#[must_use]
pub fn size(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}

/// What a person types, and what a fuzzer would take long to find.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "  ",
    ": ",
    "- ",
    " #",
    "\"",
    "'",
    "[",
    "{",
    "&a ",
    "*a",
    "<<: *a\n",
    "|\n",
    "---\n",
    "${A}",
    "${B:-x}",
    "secret://a/b",
    "\nstate_backends:\n  default:\n    type: rocksdb\n    compression: LZ4\n",
    "\ncheckpoints:\n  default:\n    type: s3\n    bucket: ${BUCKET}\n    interval: 60s\n",
    "\nextends: base.infra\n",
    "\nversion: \"1.0\"\n",
    "\n    incremental: false",
    "\n# nexflow: ignore[enum-unknown-value]\n",
    "\n# nexflow: ignore-file[env-unresolved]\n",
    "\u{1f980}",
    "\t",
];

/// Numbers and texts read one behind the other from the bytes of an input; zeros and nothing behind their end.
pub struct Bytes<'b> {
    rest: &'b [u8],
}

impl<'b> Bytes<'b> {
    /// Reads these bytes.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Bytes<'b> {
        Bytes { rest: bytes }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        *first
    }

    /// A number below `end`, which is at most 65,536.
    pub fn below(&mut self, end: usize) -> usize {
        let number = if end <= 256 {
            usize::from(self.byte())
        } else {
            usize::from(self.byte()) << 8 | usize::from(self.byte())
        };
        number % end.max(1)
    }

    /// The text up to the next separator.
    pub fn text(&mut self) -> String {
        let end = self
            .rest
            .iter()
            .position(|byte| *byte == SEPARATOR)
            .unwrap_or(self.rest.len());
        let found = text(&self.rest[..end], usize::MAX);
        self.rest = &self.rest[(end + 1).min(self.rest.len())..];
        found
    }

    /// Something to insert: one of the pieces, or the text up to the next separator.
    pub fn piece(&mut self) -> String {
        match usize::from(self.byte()) {
            at if at < 128 => PIECES[at % PIECES.len()].to_owned(),
            _ => self.text(),
        }
    }

    /// An offset of a text, at a character.
    pub fn offset(&mut self, text: &str) -> usize {
        let mut at = self.below((text.len() + 1).min(65_536));
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// An edit of a text.
    pub fn edit(&mut self, text: &str) -> TextEdit {
        let start = self.offset(text);
        let mut end = (start + self.below(64)).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        TextEdit {
            range: TextRange::new(size(start), size(end)),
            insert: self.piece(),
        }
    }
}
