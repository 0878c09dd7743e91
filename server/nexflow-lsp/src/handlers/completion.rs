//! `textDocument/completion` and `completionItem/resolve`.

use std::{path::PathBuf, sync::Arc};

use nexflow_analysis::{About, ValueStats, observed_block, observed_place};
use nexflow_catalog::Field;
use nexflow_syntax::Document;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{CompletionItem, CompletionList, CompletionParams, CompletionResponse},
};

use crate::{
    lsp::to_proto,
    session::context::RequestContext,
    text,
    workspace::{
        File, Workspace,
        document::DocumentSnapshot,
        index::{
            Index,
            observed_values::{self, ValueScope},
        },
        walk,
    },
};

/// What can be typed at a position.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: CompletionParams,
) -> jsonrpc::Result<Option<CompletionResponse>> {
    let offset = text::offset(
        document.document.rope(),
        params.text_document_position.position,
        document.encoding,
    );
    let found = nexflow_analysis::completion_among(
        document.snapshot(),
        offset,
        &Others::of(context, document),
    );
    context.check()?;
    // Offers that do not go with what is typed are left out: when that changes there may be others.
    let is_incomplete = found.iter().any(|item| item.replace.start() < offset);
    let items = found
        .into_iter()
        .map(|item| to_proto::completion_item(document, offset, item, &context.client))
        .collect::<Vec<_>>();
    Ok(Some(match is_incomplete {
        true => CompletionResponse::List(CompletionList {
            is_incomplete,
            items,
        }),
        false => CompletionResponse::Array(items),
    }))
}

/// More open documents than this say nothing new about what people write.
const OPEN: usize = 64;

/// What the other documents say: the open ones as they stand in the editor, all others of the workspace folders through the index,
/// for reading the disk at each letter would be felt.
struct Others {
    open: Vec<Document>,
    /// Where the index is behind what the editor shows, and the document itself.
    without: Vec<PathBuf>,
    index: Arc<Index>,
    workspace: Arc<Workspace>,
    /// The document's own file.
    own: Option<PathBuf>,
}

impl Others {
    fn of(context: &RequestContext, document: &DocumentSnapshot) -> Others {
        let own = document.path.as_deref();
        let mut files: Vec<(PathBuf, File)> = context.workspace.open_files().into_iter().collect();
        files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut without: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
        if let Some(own) = own.filter(|own| !without.iter().any(|path| path == own)) {
            without.push(own.to_path_buf());
        }
        let open = files
            .into_iter()
            .filter(|(path, _)| Some(path.as_path()) != own)
            .take(OPEN);
        Others {
            open: open.map(|(_, file)| file.document).collect(),
            without,
            index: context.workspace.index().clone(),
            workspace: context.workspace.clone(),
            own: document.path.clone(),
        }
    }
}

impl ValueStats for Others {
    fn values(&self, field: &Field, give: &mut dyn FnMut(&str, usize)) {
        self.open.values(field, give);
        let place = ValueScope::Value(observed_place(field).0);
        self.index.observed(place, &self.without, give);
    }

    fn keys(&self, block: &str, give: &mut dyn FnMut(&str, Option<&str>, usize)) {
        self.open.keys(block, give);
        if let Some(block) = observed_block(block) {
            let place = ValueScope::Key(block.map_or(observed_values::ROOT, |block| block.0));
            self.index
                .observed(place, &self.without, &mut |text, times| {
                    let (key, decided) = observed_values::key(text);
                    give(key, decided, times);
                });
        }
    }

    fn documents(&self) -> Vec<String> {
        let Some(own) = &self.own else {
            return Vec::new();
        };
        let beside = own.parent().map_or_else(Vec::new, |folder| {
            walk::beside(folder, &self.workspace.roots(folder))
        });
        let others = beside.into_iter().filter(|path| path != own);
        let mut names: Vec<String> = others
            .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
            .collect();
        // A base is called so.
        names.sort_unstable_by_key(|name| (!name.starts_with("base"), name.clone()));
        names
    }
}

/// The words about an item, which clients that say so get when they are read.
pub(crate) fn resolve(
    context: &RequestContext,
    mut item: CompletionItem,
) -> jsonrpc::Result<CompletionItem> {
    let about = item
        .data
        .as_ref()
        .and_then(|data| serde_json::from_value::<About>(data.clone()).ok());
    if let Some(about) = about
        && item.documentation.is_none()
    {
        item.documentation = to_proto::documentation(&about, &context.client);
    }
    Ok(item)
}
