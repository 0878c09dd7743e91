//! `textDocument/codeLens` and `codeLens/resolve`: how often a name is used, and which documents refine it.

use std::path::Path;

use nexflow_analysis::{Named, name_at, occurrences};
use serde::{Deserialize, Serialize};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{CodeLens, CodeLensParams, Command, Uri},
};

use super::names::sharing;
use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::family,
};

/// More documents than this are counted, not named.
const NAMED: usize = 3;

/// What a lens is about, until somebody looks at it.
#[derive(Serialize, Deserialize)]
struct Open {
    uri: Uri,
}

/// The places of the lenses. Their words take all documents, and come when the lens is in sight.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    _: CodeLensParams,
) -> jsonrpc::Result<Option<Vec<CodeLens>>> {
    let project = call.workspace.project(document.path.as_deref());
    if !project.options.code_lens() {
        return Ok(Some(Vec::new()));
    }
    let data = serde_json::to_value(Open {
        uri: document.uri.clone(),
    })
    .ok();
    let text = document.document.rope();
    let lenses = nexflow_analysis::lenses(document.snapshot());
    Ok(Some(
        lenses
            .into_iter()
            .map(|lens| CodeLens {
                range: convert::range(text, lens.range, document.encoding),
                command: None,
                data: data.clone(),
            })
            .collect(),
    ))
}

/// The words of one lens. Where its document has changed since or is closed it says nothing.
pub fn resolve(call: &Call, mut lens: CodeLens) -> jsonrpc::Result<CodeLens> {
    let open = lens
        .data
        .as_ref()
        .and_then(|data| serde_json::from_value::<Open>(data.clone()).ok());
    let title = match open.and_then(|open| {
        let document = call.documents.get(&open.uri)?;
        Some(document.value().clone())
    }) {
        Some(document) => title(call, &document, &lens)?,
        None => None,
    };
    lens.command = Some(Command {
        title: title.unwrap_or_default(),
        // Editors show a command without a name as words.
        command: String::new(),
        arguments: None,
    });
    Ok(lens)
}

fn title(call: &Call, document: &OpenDocument, lens: &CodeLens) -> jsonrpc::Result<Option<String>> {
    let offset = convert::offset(
        document.document.rope(),
        lens.range.start,
        document.encoding,
    );
    let Some(found) = name_at(&document.document, offset).filter(|found| found.is_definition)
    else {
        return Ok(None);
    };
    let named = &found.named;
    let mut uses = 0;
    for (_, of) in sharing(call, document, named) {
        call.check()?;
        let places = occurrences(&of, named);
        uses += places.iter().filter(|place| !place.is_definition).count();
    }
    let mut refining = Vec::new();
    if let (Named::Entry { .. }, Some(path)) = (named, &document.path) {
        let alive = || call.check().is_ok();
        for member in family::dependents(&call.workspace, path, &alive) {
            let places = occurrences(&member.file.document, named);
            if places.iter().any(|place| place.is_definition) {
                refining.push(name_of(&member.path));
            }
        }
        call.check()?;
    }
    let mut title = match uses {
        0 => "no references".to_owned(),
        1 => "1 reference".to_owned(),
        many => format!("{many} references"),
    };
    if !refining.is_empty() {
        refining.sort_unstable();
        let more = refining.len().saturating_sub(NAMED);
        refining.truncate(NAMED);
        title.push_str(" · refined by ");
        title.push_str(&refining.join(", "));
        if more > 0 {
            title.push_str(&format!(" and {more} more"));
        }
    }
    Ok(Some(title))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
