//! `textDocument/codeLens` and `codeLens/resolve`: how often a name is used, and which documents refine it.

use std::path::Path;

use nexflow_analysis::{Named, Occurrence, name_at, occurrences};
use nexflow_syntax::Document;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{CodeLens, CodeLensParams, Command, Location, Uri},
};

use super::names::sharing;
use crate::{
    lsp::{client_features::SHOW_REFERENCES, convert},
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

/// The words of one lens, and for clients that can show them the places that they count. Where its document has changed since or is
/// closed it says nothing.
pub fn resolve(call: &Call, mut lens: CodeLens) -> jsonrpc::Result<CodeLens> {
    let open = lens
        .data
        .as_ref()
        .and_then(|data| serde_json::from_value::<Open>(data.clone()).ok());
    let document = open.and_then(|open| {
        let document = call.documents.get(&open.uri)?;
        Some(document.value().clone())
    });
    let found = match &document {
        Some(document) => about(call, document, &lens)?,
        None => None,
    };
    lens.command = Some(match (found, document) {
        (Some(found), Some(document)) if call.client.show_references && found.leads_anywhere() => {
            Command {
                title: found.title(),
                command: SHOW_REFERENCES.to_owned(),
                arguments: Some(vec![
                    json!(document.uri),
                    json!(lens.range.start),
                    json!(found.places),
                ]),
            }
        }
        (found, _) => Command {
            title: found.map(|found| found.title()).unwrap_or_default(),
            // Editors show a command without a name as words.
            command: String::new(),
            arguments: None,
        },
    });
    Ok(lens)
}

/// What a lens counts.
struct Found {
    uses: usize,
    /// The names of the documents that refine the entry.
    refining: Vec<String>,
    /// Where all of this is, in the order of files and lines.
    places: Vec<Location>,
}

fn about(call: &Call, document: &OpenDocument, lens: &CodeLens) -> jsonrpc::Result<Option<Found>> {
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
    let mut places = Vec::new();
    for (uri, of) in sharing(call, document, named) {
        call.check()?;
        let uses = occurrences(&of, named);
        let uses = uses.iter().filter(|place| !place.is_definition);
        places.extend(uses.map(|place| location(&uri, &of, place, document)));
    }
    let uses = places.len();
    let mut refining = Vec::new();
    if let (Named::Entry { .. }, Some(path)) = (named, &document.path) {
        let alive = || call.check().is_ok();
        for member in family::dependents(&call.workspace, path, &alive) {
            let of = &member.file.document;
            let found = occurrences(of, named);
            let Some(first) = found.iter().find(|place| place.is_definition) else {
                continue;
            };
            refining.push(name_of(&member.path));
            if let Ok(uri) = member.file.uri.parse() {
                places.push(location(&uri, of, first, document));
            }
        }
        call.check()?;
    }
    places.sort_by(|a, b| {
        let key = |place: &Location| (place.uri.as_str().to_owned(), place.range.start);
        key(a).cmp(&key(b))
    });
    refining.sort_unstable();
    Ok(Some(Found {
        uses,
        refining,
        places,
    }))
}

fn location(uri: &Uri, of: &Document, place: &Occurrence, asked: &OpenDocument) -> Location {
    Location {
        uri: uri.clone(),
        range: convert::range(of.rope(), place.range, asked.encoding),
    }
}

impl Found {
    fn leads_anywhere(&self) -> bool {
        !self.places.is_empty()
    }

    fn title(&self) -> String {
        let mut title = match self.uses {
            0 => "no references".to_owned(),
            1 => "1 reference".to_owned(),
            many => format!("{many} references"),
        };
        if !self.refining.is_empty() {
            let named = self.refining.len().min(NAMED);
            title.push_str(" · refined by ");
            title.push_str(&self.refining[..named].join(", "));
            if self.refining.len() > named {
                title.push_str(&format!(" and {} more", self.refining.len() - named));
            }
        }
        title
    }
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
