//! The semantic tokens that clients have, so that later answers can be differences.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use dashmap::DashMap;
use serde::{Serialize, Serializer, ser::SerializeSeq};
use tower_lsp_server::ls_types::{Position, Range, SemanticToken, SemanticTokensEdit, Uri};

/// The tokens of one unit as the protocol writes them: each relative to the one before, the first one to the unit's first line.
/// Snapshots that share a unit share them.
#[derive(Debug, Default)]
pub struct Part {
    tokens: Box<[SemanticToken]>,
    /// The lines of the first one and of the last one, counted from the unit's first line.
    first_line: u32,
    last_line: u32,
}

impl Part {
    /// The tokens of one unit.
    pub fn new(tokens: Vec<SemanticToken>) -> Part {
        Part {
            first_line: tokens.first().map_or(0, |token| token.delta_line),
            last_line: tokens.iter().map(|token| token.delta_line).sum(),
            tokens: tokens.into(),
        }
    }
}

/// A part with its place behind the part before it. Units begin with a line, so that only the line of its first token depends on it.
#[derive(Debug)]
struct Placed {
    part: Arc<Part>,
    /// How many lines the first token stands below the last one before the part.
    delta_line: u32,
}

impl Placed {
    fn is(&self, other: &Placed) -> bool {
        Arc::ptr_eq(&self.part, &other.part) && self.delta_line == other.delta_line
    }

    fn tokens(&self) -> impl Iterator<Item = SemanticToken> {
        let first = self.part.tokens.first().map(|token| SemanticToken {
            delta_line: self.delta_line,
            ..*token
        });
        first
            .into_iter()
            .chain(self.part.tokens.iter().skip(1).copied())
    }
}

/// The tokens of a document, in parts.
#[derive(Debug, Default)]
pub struct Tokens {
    parts: Vec<Placed>,
    /// The line of the last token.
    last_line: u32,
}

impl Tokens {
    /// Adds the tokens of the next unit, which begins at `line`.
    pub fn push(&mut self, line: u32, part: Arc<Part>) {
        if part.tokens.is_empty() {
            return;
        }
        let delta_line = line + part.first_line - self.last_line;
        self.last_line = line + part.last_line;
        self.parts.push(Placed { part, delta_line });
    }

    /// All of them, one behind the other.
    fn all(&self) -> impl Iterator<Item = SemanticToken> {
        self.parts.iter().flat_map(Placed::tokens)
    }

    /// Those that have a place inside a range of the protocol, its borders included.
    pub fn within(&self, range: Range) -> Vec<SemanticToken> {
        let mut found = Vec::new();
        let mut at = Position::default();
        let mut last = Position::default();
        for token in self.all() {
            if token.delta_line > 0 {
                at = Position::new(at.line + token.delta_line, 0);
            }
            at.character += token.delta_start;
            let end = Position::new(at.line, at.character + token.length);
            if end < range.start || at > range.end {
                continue;
            }
            let same_line = at.line == last.line;
            found.push(SemanticToken {
                delta_line: at.line - last.line,
                delta_start: at.character - if same_line { last.character } else { 0 },
                ..token
            });
            last = at;
        }
        found
    }

    /// What makes these of `before`: one edit from the first to the last token that differs, since edits of a document change one
    /// place. Parts that both have are not looked into.
    pub fn since(&self, before: &Tokens) -> Vec<SemanticTokensEdit> {
        let prefix = common(self.parts.iter(), before.parts.iter(), |a, b| a.is(b));
        let (same, new) = self.parts.split_at(prefix);
        let old = &before.parts[prefix..];
        let suffix = common(new.iter().rev(), old.iter().rev(), |a, b| a.is(b));
        let within = |parts: &[Placed]| -> Vec<SemanticToken> {
            let changed = &parts[..parts.len() - suffix];
            changed.iter().flat_map(Placed::tokens).collect()
        };
        let (new, old) = (within(new), within(old));
        let prefix = common(new.iter(), old.iter(), |a, b| a == b);
        let suffix = common(
            new[prefix..].iter().rev(),
            old[prefix..].iter().rev(),
            |a, b| a == b,
        );
        let (deleted, inserted) = (
            old.len() - prefix - suffix,
            &new[prefix..new.len() - suffix],
        );
        if deleted == 0 && inserted.is_empty() {
            return Vec::new();
        }
        // The protocol counts the five numbers of each token.
        let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
        vec![SemanticTokensEdit {
            start: numbers(count(same) + prefix),
            delete_count: numbers(deleted),
            data: Some(inserted.to_vec()),
        }]
    }
}

/// The numbers of all tokens, five each.
impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut numbers = serializer.serialize_seq(Some(5 * count(&self.parts)))?;
        for token in self.all() {
            numbers.serialize_element(&token.delta_line)?;
            numbers.serialize_element(&token.delta_start)?;
            numbers.serialize_element(&token.length)?;
            numbers.serialize_element(&token.token_type)?;
            numbers.serialize_element(&token.token_modifiers_bitset)?;
        }
        numbers.end()
    }
}

fn count(parts: &[Placed]) -> usize {
    parts.iter().map(|placed| placed.part.tokens.len()).sum()
}

/// How many of the first elements are the same.
fn common<T>(
    a: impl Iterator<Item = T>,
    b: impl Iterator<Item = T>,
    same: impl Fn(&T, &T) -> bool,
) -> usize {
    a.zip(b).take_while(|(a, b)| same(a, b)).count()
}

/// The last tokens per document.
#[derive(Default)]
pub struct TokenStore {
    next: AtomicU64,
    kept: DashMap<Uri, (String, Arc<Tokens>)>,
}

impl TokenStore {
    /// Keeps what a client is sent, and gives its name.
    pub fn keep(&self, uri: &Uri, tokens: Arc<Tokens>) -> String {
        let id = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        self.kept.insert(uri.clone(), (id.clone(), tokens));
        id
    }

    /// What a client was sent under this name, when it is the last that it was sent.
    pub fn take(&self, uri: &Uri, id: &str) -> Option<Arc<Tokens>> {
        self.kept
            .remove_if(uri, |_, (known, _)| known == id)
            .map(|(_, (_, tokens))| tokens)
    }

    /// Forgets a document that was closed.
    pub fn forget(&self, uri: &Uri) {
        self.kept.remove(uri);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(delta_line: u32, delta_start: u32, length: u32) -> SemanticToken {
        SemanticToken {
            delta_line,
            delta_start,
            length,
            token_type: 2,
            token_modifiers_bitset: 0,
        }
    }

    /// A unit of so many lines, and its tokens.
    type Unit = (u32, Arc<Part>);

    fn unit(lines: u32, tokens: &[SemanticToken]) -> Unit {
        (lines, Arc::new(Part::new(tokens.to_vec())))
    }

    fn tokens(units: &[Unit]) -> Tokens {
        let mut tokens = Tokens::default();
        let mut line = 0;
        for (lines, part) in units {
            tokens.push(line, part.clone());
            line += lines;
        }
        tokens
    }

    /// Lines, columns and lengths of all tokens.
    fn places(units: &[Unit]) -> Vec<(u32, u32, u32)> {
        let mut found = Vec::new();
        let mut first = 0;
        for (lines, part) in units {
            let (mut line, mut column) = (0, 0);
            for token in &part.tokens {
                line += token.delta_line;
                column = token.delta_start + if token.delta_line > 0 { 0 } else { column };
                found.push((first + line, column, token.length));
            }
            first += lines;
        }
        found
    }

    /// The same of what a client has been sent.
    fn read(numbers: &[u32]) -> Vec<(u32, u32, u32)> {
        let (mut line, mut column) = (0, 0);
        let tokens = numbers.as_chunks::<5>().0.iter();
        tokens
            .map(|[delta_line, delta_start, length, ..]| {
                line += delta_line;
                column = delta_start + if *delta_line > 0 { 0 } else { column };
                (line, column, *length)
            })
            .collect()
    }

    fn numbers(of: &impl Serialize) -> Vec<u32> {
        let text = serde_json::to_string(of).expect("numbers can be written");
        serde_json::from_str(&text).expect("what was written are numbers")
    }

    fn five(token: &SemanticToken) -> [u32; 5] {
        let (kind, modifiers) = (token.token_type, token.token_modifiers_bitset);
        [
            token.delta_line,
            token.delta_start,
            token.length,
            kind,
            modifiers,
        ]
    }

    /// Every document of up to three of these units.
    fn documents() -> Vec<Vec<Unit>> {
        let units = [
            unit(1, &[token(0, 0, 3)]),
            // The same tokens in a unit of its own, with a line more.
            unit(2, &[token(0, 0, 3)]),
            unit(3, &[token(1, 4, 2), token(0, 5, 1), token(1, 2, 7)]),
            unit(3, &[token(1, 4, 2), token(0, 5, 2), token(1, 2, 7)]),
            // Comments and blank lines.
            unit(2, &[]),
        ];
        let mut documents = vec![Vec::new()];
        for length in 0..3 {
            let shorter: Vec<_> = documents
                .iter()
                .filter(|document| document.len() == length)
                .cloned()
                .collect();
            for document in shorter {
                documents.extend(units.iter().map(|unit| {
                    let mut longer = document.clone();
                    longer.push(unit.clone());
                    longer
                }));
            }
        }
        documents
    }

    #[test]
    fn all_tokens_stand_where_their_units_do() {
        for document in documents() {
            assert_eq!(read(&numbers(&tokens(&document))), places(&document));
        }
    }

    #[test]
    fn a_difference_makes_the_new_tokens_of_the_old_ones() {
        let documents = documents();
        for before in &documents {
            let old = tokens(before);
            for after in &documents {
                let new = tokens(after);
                let mut has = numbers(&old);
                for edit in new.since(&old) {
                    let (start, deleted) = (edit.start as usize, edit.delete_count as usize);
                    let inserted = edit.data.expect("an edit has data");
                    has.splice(start..start + deleted, inserted.iter().flat_map(five));
                }
                assert_eq!(has, numbers(&new), "{before:?} to {after:?}");
                assert_eq!(read(&has), places(after));
            }
        }
    }

    #[test]
    fn an_edit_sends_only_what_it_has_changed() {
        let [first, second, third] = [3, 4, 5].map(|length| unit(2, &[token(0, 0, length)]));
        let changed = unit(2, &[token(0, 0, 9)]);
        let before = tokens(&[first.clone(), second, third.clone()]);
        let after = tokens(&[first, changed, third]);
        let edits = after.since(&before);
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].start, edits[0].delete_count), (5, 5));
        assert_eq!(edits[0].data.as_deref(), Some(&[token(2, 0, 9)][..]));
    }

    #[test]
    fn a_part_of_the_text_has_the_tokens_that_touch_it() {
        for document in documents() {
            let all = tokens(&document);
            for (line, column) in [(0, 0), (1, 3), (1, 6), (2, 9), (4, 0)] {
                for (end_line, end_column) in [(1, 3), (1, 4), (3, 0), (9, 9)] {
                    let range = Range::new(
                        Position::new(line, column),
                        Position::new(end_line, end_column),
                    );
                    let data = all.within(range);
                    let found: Vec<u32> = data.iter().flat_map(five).collect();
                    let expected: Vec<_> = places(&document)
                        .into_iter()
                        .filter(|(line, column, length)| {
                            let start = Position::new(*line, *column);
                            let end = Position::new(*line, column + length);
                            start <= range.end && end >= range.start
                        })
                        .collect();
                    assert_eq!(read(&found), expected, "{range:?}");
                }
            }
        }
    }
}
