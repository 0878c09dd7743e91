//! What a person at an editor does to texts.

use nexflow_conformance::corpus::Random;
use serde_json::{Value, json};

/// A document of the workspace.
pub struct Document {
    /// Its URI.
    pub uri: String,
    /// Its file.
    pub path: std::path::PathBuf,
    /// The text that it begins with, and goes back to.
    pub original: String,
    /// The text in the editor.
    pub text: String,
    /// The number of this text.
    pub version: i32,
    /// Whether the editor has it.
    pub is_open: bool,
    /// Where the person types.
    pub cursor: usize,
    /// What is being typed, still to come, last letter first.
    pub typing: Vec<char>,
    /// The tokens that the server has sent last.
    pub result_id: Option<String>,
}

/// What people type: whole entries, values, comments, mistakes.
const TYPED: &[&str] = &[
    "compression: LZ4",
    "compression: lz4",
    "incremental: true",
    "interval: 60s",
    "interval: 5 minutes",
    "write_buffer_size: 64mb",
    "bucket: ${BUCKET}",
    "bucket: ${NOWHERE:-x}",
    "parallelism: 8",
    "parallelism: many",
    "# a comment",
    "# nexflow: ignore[env-unresolved]",
    "type: rocksdb",
    "type: kafka",
    "password: secret://db/password",
    "topic: orders.v1",
    "\"quoted: \\\"text\\\"\"",
    "{a: 1, b: [x, y]}",
    "- item",
    "&anchor",
    "*anchor",
    "name: Grüße 🦀",
    "retention:\n      max_checkpoints: 3",
];

/// Entries that are pasted.
const PASTED: &[&str] = &[
    "\n  pasted_store:\n    type: rocksdb\n    incremental: true\n    options: {write_buffer_size: 64mb}\n",
    "\ncheckpoints:\n  pasted:\n    type: s3\n    bucket: ${BUCKET}\n    region: eu-west-1\n",
    "\n    <<: *defaults\n",
    "\n  pasted_topic: {brokers: '${KAFKA_BROKERS}', topic: a.b.c, partitions: 12}\n",
    "\n[not: yaml\n",
];

/// An edit: which bytes go, and what comes.
pub struct Edit {
    /// Where it begins.
    pub start: usize,
    /// Where what goes ends.
    pub end: usize,
    /// What comes.
    pub insert: String,
}

impl Document {
    fn boundary(&self, mut at: usize) -> usize {
        at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let bytes = self.text.as_bytes();
        // Between CR and LF there is no place.
        if at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n') {
            at -= 1;
        }
        at
    }

    /// Moves the cursor somewhere else, mostly to the end of a line or of a word.
    pub fn jump(&mut self, chance: &mut Random) {
        self.typing.clear();
        let at = self.boundary(chance.below(self.text.len() + 1));
        let rest = &self.text[at..];
        let to = match chance.below(3) {
            0 => rest.find('\n'),
            1 => rest.find(|c: char| !c.is_alphanumeric()),
            _ => Some(0),
        };
        self.cursor = self.boundary(at + to.unwrap_or(0));
    }

    /// The next stroke: mostly the next letter of what is being typed.
    pub fn stroke(&mut self, chance: &mut Random) -> Edit {
        self.cursor = self.boundary(self.cursor);
        let at = self.cursor;
        let insert = |insert: String| Edit {
            start: at,
            end: at,
            insert,
        };
        if let Some(next) = self.typing.pop() {
            return insert(next.to_string());
        }
        match chance.below(100) {
            // Enter, then something is typed at the depth of the line.
            0..=39 => {
                let line = self.text[..at].rfind('\n').map_or(0, |start| start + 1);
                let indent =
                    self.text[line..].len() - self.text[line..].trim_start_matches(' ').len();
                let words = chance.pick(TYPED);
                self.typing = words.chars().rev().collect();
                insert(format!("\n{}", " ".repeat(indent.min(12))))
            }
            // Backspaces and deleted words.
            40..=64 => {
                let length = if chance.once_in(3) {
                    1 + chance.below(12)
                } else {
                    1
                };
                let start = self.boundary(at.saturating_sub(length));
                Edit {
                    start,
                    end: at,
                    insert: String::new(),
                }
            }
            // A line goes.
            65..=79 => {
                let start = self.text[..at].rfind('\n').map_or(0, |start| start + 1);
                let end = self.text[at..]
                    .find('\n')
                    .map_or(self.text.len(), |end| at + end + 1);
                Edit {
                    start: self.boundary(start),
                    end,
                    insert: String::new(),
                }
            }
            80..=89 => {
                let words = chance.pick(TYPED);
                self.typing = words.chars().rev().collect();
                insert(" ".into())
            }
            90..=94 => insert(chance.pick(PASTED).to_owned()),
            // A line is doubled.
            _ => {
                let start = self.text[..at].rfind('\n').map_or(0, |start| start + 1);
                let end = self.text[at..]
                    .find('\n')
                    .map_or(self.text.len(), |end| at + end + 1);
                Edit {
                    start: self.boundary(start),
                    end: self.boundary(start),
                    insert: self.text[start..end].to_owned(),
                }
            }
        }
    }

    /// Makes the edit, and gives it as the protocol writes it.
    pub fn apply(&mut self, edit: &Edit) -> Value {
        let range = json!({"start": self.position(edit.start), "end": self.position(edit.end)});
        self.text.replace_range(edit.start..edit.end, &edit.insert);
        self.cursor = edit.start + edit.insert.len();
        json!({"range": range, "text": edit.insert})
    }

    /// The position of an offset, in UTF-16.
    pub fn position(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let start = before.rfind('\n').map_or(0, |start| start + 1);
        json!({"line": line, "character": before[start..].encode_utf16().count()})
    }

    /// The offset of a position that the server gave.
    pub fn offset(&self, position: &Value) -> usize {
        let line = usize::try_from(position["line"].as_u64().expect("a line")).expect("a line");
        let mut column = position["character"].as_u64().expect("a column");
        let lines = self.text.match_indices('\n').map(|(at, _)| at + 1);
        let Some(start) = std::iter::once(0).chain(lines).nth(line) else {
            return self.text.len();
        };
        for (at, c) in self.text[start..].char_indices() {
            if column == 0 || c == '\n' {
                return start + at;
            }
            column = column.saturating_sub(c.len_utf16() as u64);
        }
        self.text.len()
    }

    /// Any place of the text.
    pub fn place(&self, chance: &mut Random) -> Value {
        self.position(self.boundary(chance.below(self.text.len() + 1)))
    }
}
