//! The legend of semantic tokens: what their numbers mean.

use nexflow_analysis::{TOKEN_TYPES, Token, TokenKind};
use tower_lsp_server::ls_types::{SemanticTokenModifier, SemanticTokenType, SemanticTokensLegend};

/// The modifiers in the order of their bits.
const MODIFIERS: [&str; 2] = ["deprecated", "ineffective"];

/// What the numbers mean.
pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TOKEN_TYPES
            .iter()
            .map(|(_, name)| SemanticTokenType::new(name))
            .collect(),
        token_modifiers: MODIFIERS
            .iter()
            .map(|name| SemanticTokenModifier::new(name))
            .collect(),
    }
}

pub(crate) fn type_number(kind: TokenKind) -> u32 {
    let at = TOKEN_TYPES.iter().position(|(known, _)| *known == kind);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

pub(crate) fn modifiers(token: &Token) -> u32 {
    u32::from(token.deprecated) | u32::from(token.ineffective) << 1
}
