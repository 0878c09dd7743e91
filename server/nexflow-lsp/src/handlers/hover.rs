//! `textDocument/hover`.

use nexflow_analysis::{processes::used_by, symbol_at};
use nexflow_syntax::TextSize;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{Hover, HoverContents, HoverParams, TextDocumentPositionParams},
};

use crate::{
    handlers::{effective, process_names},
    lsp::{client_features::OPEN_REFERENCE, to_proto},
    session::context::RequestContext,
    text,
    workspace::document::DocumentSnapshot,
};

/// What stands at a position.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: HoverParams,
) -> jsonrpc::Result<Option<Hover>> {
    let text = document.document.rope();
    let place = params.text_document_position_params;
    let offset = text::offset(text, place.position, document.encoding);
    let hover = nexflow_analysis::hover(document.snapshot(), offset);
    context.check()?;
    let effective = effective::of_field(document, offset);
    let hover = match (hover, effective) {
        (Some(mut hover), Some((_, effective))) => {
            hover.markdown = format!("{}\n\n{effective}", hover.markdown);
            Some(hover)
        }
        (None, Some((range, markdown))) => Some(nexflow_analysis::Hover { range, markdown }),
        (hover, None) => hover,
    };
    let mut hover = with_processes(context, document, offset, hover);
    if let Some(hover) = &mut hover
        && let Some(link) = reference_link(context, document, offset, &place)
    {
        hover.markdown = format!("{}\n\n{link}", hover.markdown);
    }
    Ok(hover.map(|hover| Hover {
        contents: HoverContents::Markup(to_proto::markup(
            hover.markdown,
            context.client.hover_markdown,
        )),
        range: Some(text::range(text, hover.range, document.encoding)),
    }))
}

/// A link to the page of the field, for a client that runs the command behind it.
fn reference_link(
    context: &RequestContext,
    document: &DocumentSnapshot,
    offset: TextSize,
    place: &TextDocumentPositionParams,
) -> Option<String> {
    if !context.client.open_reference || !context.client.hover_markdown {
        return None;
    }
    nexflow_analysis::explain_at(document.snapshot(), offset)?;
    let arguments = serde_json::to_string(&[place]).ok()?;
    // A URI of the query: everything but letters, digits and a few signs in the form of percent and two digits.
    let mut query = String::new();
    for byte in arguments.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                query.push(char::from(byte));
            }
            byte => query.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(format!(
        "[Open the reference](command:{OPEN_REFERENCE}?{query})"
    ))
}

/// What stands at a name, with the processes that use it.
fn with_processes(
    context: &RequestContext,
    document: &DocumentSnapshot,
    offset: TextSize,
    hover: Option<nexflow_analysis::Hover>,
) -> Option<nexflow_analysis::Hover> {
    let Some(path) = &document.path else {
        return hover;
    };
    // Who hovers does not wait for the folders to be read.
    let is_read = document.snapshot().context.processes.is_some();
    let named = symbol_at(&document.document, offset);
    let Some(named) = named.filter(|named| is_read && named.is_definition) else {
        return hover;
    };
    let users = process_names::users(
        &process_names::naming(context, path, &named.symbol),
        &named.symbol,
    );
    if users.is_empty() {
        return hover;
    }
    let used = used_by(&users);
    let markdown = match hover {
        Some(hover) => format!("{}\n\n{used}", hover.markdown),
        None => used,
    };
    Some(nexflow_analysis::Hover {
        range: named.range,
        markdown,
    })
}
