//! `textDocument/semanticTokens/full`, `full/delta` and `range`.

use nexflow_analysis::{Token, TokenKind};
use nexflow_syntax::TextRange;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens,
        SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensEdit,
        SemanticTokensFullDeltaResult, SemanticTokensLegend, SemanticTokensParams,
        SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult,
    },
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
};

/// The types in the order of their numbers. Those that the protocol does not know have a scope in the editors' packages.
const TYPES: [(TokenKind, &str); 12] = [
    (TokenKind::Section, "namespace"),
    (TokenKind::Name, "class"),
    (TokenKind::Field, "property"),
    (TokenKind::EnumValue, "enumMember"),
    (TokenKind::Boolean, "boolean"),
    (TokenKind::Number, "number"),
    (TokenKind::Size, "size"),
    (TokenKind::Duration, "duration"),
    (TokenKind::Variable, "variable"),
    (TokenKind::Secret, "secret"),
    (TokenKind::Address, "address"),
    (TokenKind::Text, "string"),
];

/// The modifiers in the order of their bits.
const MODIFIERS: [&str; 2] = ["deprecated", "ineffective"];

/// What the numbers mean.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES
            .iter()
            .map(|(_, name)| SemanticTokenType::new(name))
            .collect(),
        token_modifiers: MODIFIERS
            .iter()
            .map(|name| SemanticTokenModifier::new(name))
            .collect(),
    }
}

/// All tokens.
pub fn full(
    call: &Call,
    document: &OpenDocument,
    _: SemanticTokensParams,
) -> jsonrpc::Result<Option<SemanticTokensResult>> {
    let data = encode(document, None);
    call.check()?;
    let id = call.tokens.keep(&document.uri, data.clone());
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens {
        result_id: Some(id),
        data,
    })))
}

/// What has changed since an earlier answer; all tokens when that is not known any more.
pub fn delta(
    call: &Call,
    document: &OpenDocument,
    params: SemanticTokensDeltaParams,
) -> jsonrpc::Result<Option<SemanticTokensFullDeltaResult>> {
    let data = encode(document, None);
    call.check()?;
    let before = call.tokens.take(&document.uri, &params.previous_result_id);
    let edits = before.map(|before| difference(&before, &data));
    let result_id = Some(call.tokens.keep(&document.uri, data.clone()));
    Ok(Some(match edits {
        Some(edits) => {
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
        }
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
    }))
}

/// The tokens of a part of the text.
pub fn range(
    _: &Call,
    document: &OpenDocument,
    params: SemanticTokensRangeParams,
) -> jsonrpc::Result<Option<SemanticTokensRangeResult>> {
    let text = document.document.rope();
    let range = convert::text_range(text, params.range, document.encoding);
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens {
        result_id: None,
        data: encode(document, Some(range)),
    })))
}

/// Tokens as the protocol writes them: each relative to the one before.
fn encode(document: &OpenDocument, range: Option<TextRange>) -> Vec<SemanticToken> {
    let text = document.document.rope();
    let tokens = nexflow_analysis::tokens(document.snapshot(), range);
    let mut out = Vec::with_capacity(tokens.len());
    let mut positions = convert::Positions::new(text, document.encoding);
    let (mut line, mut column) = (0, 0);
    for token in tokens {
        let range = positions.range(token.range);
        if range.start.line != range.end.line {
            continue;
        }
        if range.start.line != line {
            column = 0;
        }
        out.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: range.start.character - column,
            length: range.end.character - range.start.character,
            token_type: number(token.kind),
            token_modifiers_bitset: modifiers(&token),
        });
        (line, column) = (range.start.line, range.start.character);
    }
    out
}

fn number(kind: TokenKind) -> u32 {
    let at = TYPES.iter().position(|(known, _)| *known == kind);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

fn modifiers(token: &Token) -> u32 {
    u32::from(token.deprecated) | u32::from(token.ineffective) << 1
}

/// One edit from the first to the last token that differs: edits of a document change one place.
fn difference(before: &[SemanticToken], after: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let prefix = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[prefix..], &after[prefix..]);
    let suffix = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (deleted, inserted) = (old.len() - suffix, &new[..new.len() - suffix]);
    if deleted == 0 && inserted.is_empty() {
        return Vec::new();
    }
    // The protocol counts the five numbers of each token.
    let count = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit {
        start: count(prefix),
        delete_count: count(deleted),
        data: Some(inserted.to_vec()),
    }]
}
