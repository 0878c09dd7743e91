//! Requests about `nexflow.toml`: completion, hover and diagnostics. All others have no answer there.

use nexflow_analysis::House;
use serde_json::Value;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, Hover,
        HoverContents, Position, TextEdit,
        request::{Completion, DocumentDiagnosticRequest, HoverRequest, Request},
    },
};

use crate::{
    handlers::pull_diagnostics,
    lsp::to_proto,
    session::context::RequestContext,
    settings::{ProjectFile, assist},
    text,
    workspace::document::DocumentSnapshot,
};

/// The answer to a request, given its parameters as they came.
pub(crate) fn answer(
    context: &RequestContext,
    document: &DocumentSnapshot,
    method: &str,
    params: &Value,
) -> jsonrpc::Result<Value> {
    let position = serde_json::from_value::<Position>(params["position"].clone()).ok();
    let answer = match (method, position) {
        (Completion::METHOD, Some(position)) => {
            serde_json::to_value(completion(context, document, position))
        }
        (HoverRequest::METHOD, Some(position)) => {
            serde_json::to_value(hover(context, document, position))
        }
        (DocumentDiagnosticRequest::METHOD, _) => {
            let params = serde_json::from_value(params.clone());
            let params = params.map_err(|_| jsonrpc::Error::invalid_params("no document"))?;
            serde_json::to_value(pull_diagnostics::document(context, document, params)?)
        }
        _ => Ok(Value::Null),
    };
    answer.map_err(|_| jsonrpc::Error::internal_error())
}

/// The rules that the file states, and those of its presets as they are on the disk.
fn house(context: &RequestContext, document: &DocumentSnapshot, text: &str) -> House {
    let project = context.workspace.project(document.path.as_deref());
    let mut house = project.options.house.clone();
    for rule in ProjectFile::read(text, document.uri.as_str())
        .options
        .house
        .rules()
    {
        house.add(rule.clone());
    }
    house
}

fn completion(
    context: &RequestContext,
    document: &DocumentSnapshot,
    position: Position,
) -> Vec<CompletionItem> {
    let rope = document.document.rope();
    let text = rope.to_string();
    let offset = text::offset(rope, position, document.encoding);
    let house = house(context, document, &text);
    let (range, offers) = assist::complete(&text, offset.into(), &house);
    let range = to_proto::byte_range(document, range);
    let item = |(at, offer): (usize, assist::Offer)| CompletionItem {
        kind: Some(match offer.is_key {
            true => CompletionItemKind::PROPERTY,
            false => CompletionItemKind::VALUE,
        }),
        detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
        documentation: (!offer.doc.is_empty()).then(|| {
            let markup = to_proto::markup(offer.doc, context.client.hover_markdown);
            Documentation::MarkupContent(markup)
        }),
        sort_text: Some(format!("{at:04}")),
        filter_text: Some(offer.label.clone()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range,
            new_text: offer.insert.unwrap_or_else(|| offer.label.clone()),
        })),
        label: offer.label,
        ..CompletionItem::default()
    };
    offers.into_iter().enumerate().map(item).collect()
}

fn hover(
    context: &RequestContext,
    document: &DocumentSnapshot,
    position: Position,
) -> Option<Hover> {
    let rope = document.document.rope();
    let text = rope.to_string();
    let offset = text::offset(rope, position, document.encoding);
    let house = house(context, document, &text);
    let (range, page) = assist::hover(&text, offset.into(), &house)?;
    Some(Hover {
        contents: HoverContents::Markup(to_proto::markup(page, context.client.hover_markdown)),
        range: Some(to_proto::byte_range(document, range)),
    })
}
