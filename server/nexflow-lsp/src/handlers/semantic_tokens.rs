//! `textDocument/semanticTokens/full`, `full/delta` and `range`.

use nexflow_analysis::tokens;
use nexflow_syntax::TextRange;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        Position, SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams,
        SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams,
        SemanticTokensRangeResult, SemanticTokensResult,
    },
};

use crate::{
    lsp::semantic_tokens,
    session::{context::RequestContext, sent_tokens::difference},
    text::{self, line_index::LineIndex},
    workspace::document::DocumentSnapshot,
};

/// All tokens.
pub(crate) fn full(
    context: &RequestContext,
    document: &DocumentSnapshot,
    _: SemanticTokensParams,
) -> jsonrpc::Result<Option<SemanticTokensResult>> {
    let data = encode(document, None);
    context.check()?;
    let result_id = context.tokens.store(data.clone());
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens {
        result_id: Some(result_id),
        data,
    })))
}

/// What has changed since an earlier answer; all tokens when that is not known any more.
pub(crate) fn delta(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: SemanticTokensDeltaParams,
) -> jsonrpc::Result<Option<SemanticTokensFullDeltaResult>> {
    let data = encode(document, None);
    context.check()?;
    let before = context.tokens.take(&params.previous_result_id);
    let result_id = Some(context.tokens.store(data.clone()));
    Ok(Some(match before {
        Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
            result_id,
            edits: difference(&before, &data),
        }),
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
    }))
}

/// The tokens of a part of the text.
pub(crate) fn range(
    _: &RequestContext,
    document: &DocumentSnapshot,
    params: SemanticTokensRangeParams,
) -> jsonrpc::Result<Option<SemanticTokensRangeResult>> {
    let text = document.document.rope();
    let range = text::text_range(text, params.range, document.encoding);
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens {
        result_id: None,
        data: encode(document, Some(range)),
    })))
}

/// The tokens of a range of the text, or of all of it, each relative to the one before.
fn encode(document: &DocumentSnapshot, range: Option<TextRange>) -> Vec<SemanticToken> {
    let tokens = tokens(document.snapshot(), range);
    let lines = LineIndex::new(document.document.text(), document.encoding);
    let mut encoded = Vec::with_capacity(tokens.len());
    let mut last = Position::default();
    for token in tokens {
        let range = lines.range(token.range);
        let (start, end) = (range.start, range.end);
        if start.line != end.line {
            continue;
        }
        let same_line = start.line == last.line;
        encoded.push(SemanticToken {
            delta_line: start.line - last.line,
            delta_start: start.character - if same_line { last.character } else { 0 },
            length: end.character - start.character,
            token_type: semantic_tokens::type_number(token.kind),
            token_modifiers_bitset: semantic_tokens::modifiers(&token),
        });
        last = start;
    }
    encoded
}
