//! `textDocument/codeLens` and `codeLens/resolve`: how often a name is used, which documents refine it, and what Flink gets.

use std::path::Path;

use nexflow_analysis::{Reference, Symbol, references_to, symbol_at};
use nexflow_catalog::changes::Class;
use nexflow_flink::change::Change;
use nexflow_syntax::Document;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{CodeLens, CodeLensParams, Command, Location, Range, Uri},
};

use crate::{
    handlers::{process_names, references::sharing},
    lsp::client_features::{SHOW_REFERENCES, SHOW_RENDERED},
    session::context::RequestContext,
    text,
    workspace::{compare, document::DocumentSnapshot, extends_graph},
};

/// More documents than this are counted, not named.
const NAMED: usize = 3;

/// What a lens is about, until somebody looks at it.
#[derive(Serialize, Deserialize)]
struct Open {
    uri: Uri,
}

/// The places of the lenses. Their words take all documents, and come when the lens is in sight.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    _: CodeLensParams,
) -> jsonrpc::Result<Option<Vec<CodeLens>>> {
    let project = context.workspace.project(document.path.as_deref());
    let plan = what_has_changed(context, document);
    if !project.options.code_lens() {
        return Ok(Some(plan.into_iter().collect()));
    }
    let data = serde_json::to_value(Open {
        uri: document.uri.clone(),
    })
    .ok();
    let text = document.document.rope();
    let lenses = nexflow_analysis::lenses(document.snapshot());
    let mut lenses: Vec<CodeLens> = lenses
        .into_iter()
        .map(|lens| CodeLens {
            range: text::range(text, lens.range, document.encoding),
            command: None,
            data: data.clone(),
        })
        .collect();
    let first = document.document.root().entries().next();
    if let Some(first) = first.filter(|_| context.client.show_rendered) {
        let range = text::range(text, first.key().range(), document.encoding);
        lenses.insert(0, what_flink_gets(&document.uri, range));
    }
    lenses.splice(0..0, plan);
    Ok(Some(lenses))
}

/// The lens above a document that opens the plan: how much has changed since the revision that the settings name, and the worst of it.
fn what_has_changed(context: &RequestContext, document: &DocumentSnapshot) -> Option<CodeLens> {
    let compared = compare::changes(document)?;
    let first = document.document.root().entries().next()?;
    let count = compared.changes.len();
    if count == 0 && compared.problem.is_none() {
        return None;
    }
    let mut title = match count {
        0 => format!("cannot be compared with {}", compared.since),
        1 => format!("1 change since {}", compared.since),
        _ => format!("{count} changes since {}", compared.since),
    };
    for (class, one, many) in [
        (Class::Fails, "makes the job fail", "make the job fail"),
        (Class::StateLost, "loses state", "lose state"),
        (
            Class::SavepointOnly,
            "needs a savepoint",
            "need a savepoint",
        ),
    ] {
        let of = |change: &&Change| change.class() == class;
        match compared.changes.iter().filter(of).count() {
            0 => {}
            1 => title.push_str(&format!(", 1 {one}")),
            number => title.push_str(&format!(", {number} {many}")),
        }
    }
    let opens = context.client.show_rendered;
    Some(CodeLens {
        range: text::range(
            document.document.rope(),
            first.key().range(),
            document.encoding,
        ),
        command: Some(Command {
            title,
            command: if opens {
                SHOW_RENDERED.to_owned()
            } else {
                String::new()
            },
            arguments: opens
                .then(|| vec![json!({"textDocument": {"uri": document.uri}, "as": "plan"})]),
        }),
        data: None,
    })
}

/// The lens above a document that shows what it becomes. It counts nothing, so it has its words from the beginning.
fn what_flink_gets(uri: &Uri, range: Range) -> CodeLens {
    CodeLens {
        range,
        command: Some(Command {
            title: "Show what Flink gets".to_owned(),
            command: SHOW_RENDERED.to_owned(),
            arguments: Some(vec![json!({"textDocument": {"uri": uri}, "as": "flink"})]),
        }),
        data: None,
    }
}

/// The words of one lens, and for clients that can show them the places that they count. Where its document has changed since or is
/// closed it says nothing.
pub(crate) fn resolve(context: &RequestContext, mut lens: CodeLens) -> jsonrpc::Result<CodeLens> {
    if lens.command.is_some() {
        return Ok(lens);
    }
    let open = lens
        .data
        .as_ref()
        .and_then(|data| serde_json::from_value::<Open>(data.clone()).ok());
    let document = open.and_then(|open| context.documents.get(&open.uri).cloned());
    let found = match &document {
        Some(document) => about(context, document, &lens)?,
        None => None,
    };
    lens.command = Some(match (found, document) {
        (Some(found), Some(document))
            if context.client.show_references && found.leads_anywhere() =>
        {
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
    /// The processes that use the name.
    processes: usize,
    /// The names of the documents that refine the entry.
    refining: Vec<String>,
    /// Where all of this is, in the order of files and lines.
    places: Vec<Location>,
}

fn about(
    context: &RequestContext,
    document: &DocumentSnapshot,
    lens: &CodeLens,
) -> jsonrpc::Result<Option<Found>> {
    let offset = text::offset(
        document.document.rope(),
        lens.range.start,
        document.encoding,
    );
    let Some(found) = symbol_at(&document.document, offset).filter(|found| found.is_definition)
    else {
        return Ok(None);
    };
    let symbol = &found.symbol;
    let mut places = Vec::new();
    for (uri, of) in sharing(context, document, symbol) {
        context.check()?;
        let uses = references_to(&of, symbol);
        let uses = uses.iter().filter(|place| !place.is_definition);
        places.extend(uses.map(|place| location(&uri, &of, place, document)));
    }
    let uses = places.len();
    let mut processes = 0;
    if let Some(path) = &document.path {
        let files = process_names::naming(context, path, symbol);
        processes = process_names::users(&files, symbol).len();
        let found = process_names::locations(&files, symbol, document.encoding).into_iter();
        places.extend(found.map(|(location, _)| location));
    }
    let mut refining = Vec::new();
    if let (Symbol::Entry { .. }, Some(path)) = (symbol, &document.path) {
        let alive = || context.check().is_ok();
        for file in extends_graph::dependents(&context.workspace, path, &alive) {
            let of = &file.file.document;
            let found = references_to(of, symbol);
            let Some(first) = found.iter().find(|place| place.is_definition) else {
                continue;
            };
            refining.push(name_of(&file.path));
            if let Ok(uri) = file.file.uri.parse() {
                places.push(location(&uri, of, first, document));
            }
        }
        context.check()?;
    }
    places.sort_by(|a, b| {
        let key = |place: &Location| (place.uri.as_str().to_owned(), place.range.start);
        key(a).cmp(&key(b))
    });
    refining.sort_unstable();
    Ok(Some(Found {
        uses,
        processes,
        refining,
        places,
    }))
}

fn location(uri: &Uri, of: &Document, place: &Reference, asked: &DocumentSnapshot) -> Location {
    Location {
        uri: uri.clone(),
        range: text::range(of.rope(), place.range, asked.encoding),
    }
}

impl Found {
    fn leads_anywhere(&self) -> bool {
        !self.places.is_empty()
    }

    fn title(&self) -> String {
        let used = match self.processes {
            0 => None,
            1 => Some("used by 1 process".to_owned()),
            many => Some(format!("used by {many} processes")),
        };
        let references = match self.uses {
            0 if used.is_some() => None,
            0 => Some("no references".to_owned()),
            1 => Some("1 reference".to_owned()),
            many => Some(format!("{many} references")),
        };
        let said: Vec<String> = references.into_iter().chain(used).collect();
        let mut title = said.join(" · ");
        if !self.refining.is_empty() {
            let symbol = self.refining.len().min(NAMED);
            title.push_str(" · refined by ");
            title.push_str(&self.refining[..symbol].join(", "));
            if self.refining.len() > symbol {
                title.push_str(&format!(" and {} more", self.refining.len() - symbol));
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
