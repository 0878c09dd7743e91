//! The semantic tokens that the client has of a document, so that later answers can be differences.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tower_lsp_server::ls_types::{SemanticToken, SemanticTokensEdit};

/// The last tokens that were sent, with their `resultId`.
#[derive(Default)]
pub(crate) struct SentTokens(Mutex<Option<(String, Vec<SemanticToken>)>>);

impl SentTokens {
    fn lock(&self) -> MutexGuard<'_, Option<(String, Vec<SemanticToken>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores what a client is sent, and returns its `resultId`.
    pub(crate) fn store(&self, tokens: Vec<SemanticToken>) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
        *self.lock() = Some((id.clone(), tokens));
        id
    }

    /// What a client was sent under this `resultId`, when it is the last that it was sent.
    pub(crate) fn take(&self, id: &str) -> Option<Vec<SemanticToken>> {
        let last = self.lock().take_if(|(known, _)| known == id);
        last.map(|(_, tokens)| tokens)
    }
}

/// What makes `after` of `before`: one edit from the first to the last token that differs, since edits of a document change one
/// place.
pub(crate) fn difference(
    before: &[SemanticToken],
    after: &[SemanticToken],
) -> Vec<SemanticTokensEdit> {
    let same = |(a, b): &(&SemanticToken, &SemanticToken)| a == b;
    let prefix = before.iter().zip(after).take_while(same).count();
    let (before, after) = (&before[prefix..], &after[prefix..]);
    let suffix = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take_while(same)
        .count();
    let (deleted, inserted) = (before.len() - suffix, &after[..after.len() - suffix]);
    if deleted == 0 && inserted.is_empty() {
        return Vec::new();
    }
    // The protocol counts the five numbers of each token.
    let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit {
        start: numbers(prefix),
        delete_count: numbers(deleted),
        data: Some(inserted.to_vec()),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(delta_line: u32, length: u32) -> SemanticToken {
        SemanticToken {
            delta_line,
            delta_start: 2,
            length,
            token_type: 2,
            token_modifiers_bitset: 0,
        }
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

    /// Every list of up to four of three tokens.
    fn lists() -> Vec<Vec<SemanticToken>> {
        let mut lists: Vec<Vec<SemanticToken>> = vec![Vec::new()];
        for length in 0..4 {
            let shorter = lists.iter().filter(|list| list.len() == length);
            let shorter: Vec<_> = shorter.cloned().collect();
            for list in shorter {
                for token in [token(0, 3), token(1, 3), token(1, 4)] {
                    lists.push([list.clone(), vec![token]].concat());
                }
            }
        }
        lists
    }

    #[test]
    fn a_difference_makes_the_new_tokens_of_the_old_ones() {
        let lists = lists();
        for before in &lists {
            for after in &lists {
                let mut numbers: Vec<u32> = before.iter().flat_map(five).collect();
                for edit in difference(before, after) {
                    let (start, deleted) = (edit.start as usize, edit.delete_count as usize);
                    let inserted = edit.data.expect("an edit has data");
                    numbers.splice(start..start + deleted, inserted.iter().flat_map(five));
                }
                let wanted: Vec<u32> = after.iter().flat_map(five).collect();
                assert_eq!(numbers, wanted, "{before:?} to {after:?}");
            }
        }
    }

    #[test]
    fn an_edit_sends_only_what_it_has_changed() {
        let before = [token(0, 3), token(2, 4), token(2, 5)];
        let after = [token(0, 3), token(2, 9), token(2, 5)];
        let edits = difference(&before, &after);
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].start, edits[0].delete_count), (5, 5));
        assert_eq!(edits[0].data.as_deref(), Some(&[token(2, 9)][..]));
    }
}
