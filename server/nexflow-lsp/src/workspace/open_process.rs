//! Process files (L1) with their text: open in the editor, or read when a request is about names in them.

use std::path::{Path, PathBuf};

use nexflow_analysis::{
    Symbol,
    processes::{Form, Kind, ProcessFile, ProcessReference, kinds_of, references},
};
use ropey::Rope;
use tower_lsp_server::ls_types::Uri;

use crate::workspace::{Workspace, paths};

/// A process file with its text and what stands in it.
pub(crate) struct ProcessText {
    /// As the client spells it when it is open.
    pub(crate) uri: Uri,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The client's number of the text, when it is open.
    pub(crate) version: Option<i32>,
    /// The text.
    pub(crate) rope: Rope,
    /// What its processes name, in the order of the text.
    pub(crate) references: Vec<ProcessReference>,
}

impl ProcessText {
    /// Scans a text.
    pub(crate) fn new(uri: Uri, path: PathBuf, version: Option<i32>, text: &str) -> ProcessText {
        ProcessText {
            uri,
            path,
            version,
            rope: Rope::from_str(text),
            references: references(text),
        }
    }

    /// What the index keeps of it.
    pub(crate) fn summary(&self) -> ProcessFile {
        ProcessFile::read(self.uri.to_string(), &self.rope.to_string())
    }

    /// The places that name an entry of a document. A route leads to a branch or a sink: to a sink where there is one of the name.
    pub(crate) fn places(&self, symbol: &Symbol) -> Vec<&ProcessReference> {
        let Symbol::Entry { block, name } = symbol else {
            return Vec::new();
        };
        let kinds = kinds_of(block);
        let named = |found: &&ProcessReference| found.form == Form::Logical && found.name == *name;
        let has_sink = kinds.contains(&Kind::Sink)
            && self
                .references
                .iter()
                .filter(named)
                .any(|found| found.kind == Kind::Sink);
        self.references
            .iter()
            .filter(named)
            .filter(|found| kinds.contains(&found.kind) || has_sink && found.kind == Kind::Route)
            .collect()
    }
}

impl Workspace {
    /// The text of a process file: as it is open in the editor, else as it is on the disk.
    pub(crate) fn process_text(&self, path: &Path) -> Option<std::sync::Arc<ProcessText>> {
        if let Some(open) = self.open_processes.get(path) {
            return Some(open.clone());
        }
        self.roots(path.parent()?).resolve(path).ok()?;
        let text = paths::read_text(path, self.limit(path) as u64).ok()?;
        let uri = paths::to_uri(path)?;
        Some(ProcessText::new(uri, path.to_path_buf(), None, &text).into())
    }
}
