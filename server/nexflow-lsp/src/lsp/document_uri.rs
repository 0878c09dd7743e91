//! Where the parameters of a request name their document.

use tower_lsp_server::ls_types::*;

/// Parameters that are about one document.
pub(crate) trait DocumentUri {
    /// Its URI.
    fn document_uri(&self) -> &Uri;
}

macro_rules! document_uri {
    ($($params:ty => $($field:ident).+;)+) => {
        $(impl DocumentUri for $params {
            fn document_uri(&self) -> &Uri {
                &self.$($field).+.uri
            }
        })+
    };
}

document_uri! {
    CodeActionParams => text_document;
    CodeLensParams => text_document;
    CompletionParams => text_document_position.text_document;
    DocumentDiagnosticParams => text_document;
    DocumentFormattingParams => text_document;
    DocumentHighlightParams => text_document_position_params.text_document;
    DocumentLinkParams => text_document;
    DocumentOnTypeFormattingParams => text_document_position.text_document;
    DocumentRangeFormattingParams => text_document;
    DocumentSymbolParams => text_document;
    FoldingRangeParams => text_document;
    GotoDefinitionParams => text_document_position_params.text_document;
    HoverParams => text_document_position_params.text_document;
    InlayHintParams => text_document;
    LinkedEditingRangeParams => text_document_position_params.text_document;
    ReferenceParams => text_document_position.text_document;
    RenameParams => text_document_position.text_document;
    SelectionRangeParams => text_document;
    SemanticTokensDeltaParams => text_document;
    SemanticTokensParams => text_document;
    SemanticTokensRangeParams => text_document;
    TextDocumentPositionParams => text_document;
    TypeHierarchyPrepareParams => text_document_position_params.text_document;
    WillSaveTextDocumentParams => text_document;
}

impl DocumentUri for TextDocumentIdentifier {
    fn document_uri(&self) -> &Uri {
        &self.uri
    }
}
