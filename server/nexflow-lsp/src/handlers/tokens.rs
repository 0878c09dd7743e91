//! `textDocument/semanticTokens/full`, `full/delta` and `range`.

use std::sync::Arc;

use nexflow_analysis::{Token, TokenKind};
use nexflow_syntax::TextRange;
use serde::{Serialize, Serializer};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens,
        SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensLegend, SemanticTokensParams,
        SemanticTokensRangeParams, SemanticTokensRangeResult,
    },
};

use crate::{
    lsp::{
        convert::{self, Encoding},
        lines::Lines,
    },
    server::{
        documents::OpenDocument,
        router::Call,
        token_store::{Part, Tokens},
    },
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

/// An answer with all tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct All {
    result_id: String,
    #[serde(serialize_with = "numbers")]
    data: Arc<Tokens>,
}

fn numbers<S: Serializer>(tokens: &Arc<Tokens>, serializer: S) -> Result<S::Ok, S::Error> {
    tokens.serialize(serializer)
}

/// An answer to who has had tokens before.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Since {
    /// What has changed since then.
    Difference(SemanticTokensDelta),
    /// All tokens, when it is not known any more what the client had.
    All(All),
}

/// All tokens.
pub fn full(
    call: &Call,
    document: &OpenDocument,
    _: SemanticTokensParams,
) -> jsonrpc::Result<Option<All>> {
    let data = Arc::new(encode(document, None));
    call.check()?;
    let result_id = call.tokens.keep(&document.uri, data.clone());
    Ok(Some(All { result_id, data }))
}

/// What has changed since an earlier answer; all tokens when that is not known any more.
pub fn delta(
    call: &Call,
    document: &OpenDocument,
    params: SemanticTokensDeltaParams,
) -> jsonrpc::Result<Option<Since>> {
    let data = Arc::new(encode(document, None));
    call.check()?;
    let before = call.tokens.take(&document.uri, &params.previous_result_id);
    let result_id = call.tokens.keep(&document.uri, data.clone());
    Ok(Some(match before {
        Some(before) => Since::Difference(SemanticTokensDelta {
            result_id: Some(result_id),
            edits: data.since(&before),
        }),
        None => Since::All(All { result_id, data }),
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
    let tokens = encode(document, Some(range));
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens {
        result_id: None,
        data: tokens.within(convert::range(text, range, document.encoding)),
    })))
}

/// The tokens of the units in a range of the text, or of all.
fn encode(document: &OpenDocument, range: Option<TextRange>) -> Tokens {
    let encoding = document.encoding;
    let parts = nexflow_analysis::tokens_by_unit(
        document.snapshot(),
        range,
        encoding as u64,
        |unit, tokens| part(unit.text(), &tokens, encoding),
    );
    let mut tokens = Tokens::default();
    for (unit, part) in parts {
        tokens.push(u32::try_from(unit.line()).unwrap_or(u32::MAX), part);
    }
    tokens
}

/// Tokens of a unit as the protocol writes them.
fn part(text: &str, tokens: &[Token], encoding: Encoding) -> Part {
    let mut lines = Lines::new(text, encoding);
    let mut out = Vec::with_capacity(tokens.len());
    let (mut line, mut column) = (0, 0);
    for token in tokens {
        let start = lines.position(token.range.start());
        let end = lines.position(token.range.end());
        if start.0 != end.0 {
            continue;
        }
        if start.0 != line {
            column = 0;
        }
        out.push(SemanticToken {
            delta_line: start.0 - line,
            delta_start: start.1 - column,
            length: end.1 - start.1,
            token_type: number(token.kind),
            token_modifiers_bitset: modifiers(token),
        });
        (line, column) = start;
    }
    Part::new(out)
}

fn number(kind: TokenKind) -> u32 {
    let at = TYPES.iter().position(|(known, _)| *known == kind);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

fn modifiers(token: &Token) -> u32 {
    u32::from(token.deprecated) | u32::from(token.ineffective) << 1
}
