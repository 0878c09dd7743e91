//! `textDocument/completion` and `completionItem/resolve`.

use std::{path::PathBuf, sync::Arc};

use nexflow_analysis::{About, Habits, habit_block, habit_place};
use nexflow_catalog::Field;
use nexflow_syntax::Document;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{CompletionItem, CompletionParams, CompletionResponse},
};

use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::{
        File,
        index::{
            Index,
            sayings::{self, Place},
        },
    },
};

/// What can be typed at a position.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    params: CompletionParams,
) -> jsonrpc::Result<Option<CompletionResponse>> {
    let offset = convert::offset(
        document.document.rope(),
        params.text_document_position.position,
        document.encoding,
    );
    let found = nexflow_analysis::completion_among(
        document.snapshot(),
        offset,
        &Others::of(call, document),
    );
    call.check()?;
    let items = found
        .into_iter()
        .map(|item| convert::completion_item(document, offset, item, &call.client))
        .collect();
    Ok(Some(CompletionResponse::Array(items)))
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
}

impl Others {
    fn of(call: &Call, document: &OpenDocument) -> Others {
        let own = document.path.as_deref();
        let mut files: Vec<(PathBuf, File)> = call.workspace.open_files().into_iter().collect();
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
            index: call.workspace.index().clone(),
        }
    }
}

impl Habits for Others {
    fn values(&self, field: &Field, give: &mut dyn FnMut(&str, usize)) {
        self.open.values(field, give);
        let place = Place::Value(habit_place(field).0);
        self.index.said(place, &self.without, give);
    }

    fn keys(&self, block: &str, give: &mut dyn FnMut(&str, Option<&str>, usize)) {
        self.open.keys(block, give);
        if let Some(block) = habit_block(block) {
            let place = Place::Key(block.map_or(sayings::ROOT, |block| block.0));
            self.index.said(place, &self.without, &mut |text, times| {
                let (key, decided) = sayings::key(text);
                give(key, decided, times);
            });
        }
    }
}

/// The words about an item, which clients that say so get when they are read.
pub fn resolve(call: &Call, mut item: CompletionItem) -> jsonrpc::Result<CompletionItem> {
    let about = item
        .data
        .as_ref()
        .and_then(|data| serde_json::from_value::<About>(data.clone()).ok());
    if let Some(about) = about
        && item.documentation.is_none()
    {
        item.documentation = convert::documentation(&about, &call.client);
    }
    Ok(item)
}
