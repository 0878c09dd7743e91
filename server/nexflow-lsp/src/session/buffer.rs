//! The documents that are open in the editor, and how edits reach them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_syntax::{Document, TextEdit, TextRange, TextSize};
use ropey::Rope;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::{
    text::{self, Encoding},
    workspace::{File, Workspace, document::DocumentSnapshot},
};

/// The main loop's own view of an open document: the last version, and edits that have arrived since.
pub(crate) struct DocumentBuffer {
    uri: Uri,
    path: Option<PathBuf>,
    version: i32,
    document: Document,
    /// The text with the edits that wait.
    rope: Rope,
    edits: Vec<TextEdit>,
    /// Where the last letters were typed, until the document is saved.
    typed_at: Option<TextSize>,
    /// The client's text is not known any more.
    desynced: bool,
}

/// Longer insertions are pasted, not typed.
const MOST_TYPED: usize = 64;

/// Why an edit could not be followed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DesyncReason {
    /// The version is not above the last one.
    Version {
        /// What the server had.
        had: i32,
        /// What the client sent.
        got: i32,
    },
    /// A range is outside the text or ends before it begins.
    Range,
    /// The server panicked while it followed.
    Defect,
}

impl DocumentBuffer {
    /// A document that the client has opened.
    pub(crate) fn open(
        uri: Uri,
        version: i32,
        text: &str,
        workspace: &Workspace,
    ) -> DocumentBuffer {
        let path = crate::workspace::paths::of_uri(&uri);
        let document = workspace.parse(text, path.as_deref());
        let rope = document.rope().clone();
        DocumentBuffer {
            uri,
            path,
            version,
            document,
            rope,
            edits: Vec::new(),
            typed_at: None,
            desynced: false,
        }
    }

    /// Whether the client's text is not known.
    pub(crate) fn is_desynced(&self) -> bool {
        self.desynced
    }

    /// Drops the text until the client sends all of it.
    pub(crate) fn mark_desynced(&mut self) {
        self.desynced = true;
        // What is sent later is compared with the last text that was understood.
        self.edits.clear();
        self.rope = self.document.rope().clone();
    }

    /// Takes edits over without looking at them closely; [`DocumentBuffer::flush_edits`] parses. A change that replaces the whole text
    /// is always followed, and brings back a document that was dropped.
    ///
    /// Versions rise and may leave numbers out. Where one does not rise, edits have come in another order than they were made (Helix
    /// 25.01 sends some so), and what they made of the text is nothing that anybody has written.
    pub(crate) fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Result<(), DesyncReason> {
        if let Some(full) = changes.iter().rposition(|change| change.range.is_none()) {
            self.version = version;
            self.replace(&changes[full].text);
            return self.follow(&changes[full + 1..], encoding);
        }
        if self.desynced {
            return Ok(());
        }
        if version <= self.version {
            let had = self.version;
            return Err(DesyncReason::Version { had, got: version });
        }
        self.version = version;
        self.follow(&changes, encoding)
    }

    /// Applies changes one after the other.
    fn follow(
        &mut self,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Result<(), DesyncReason> {
        for change in changes {
            let range = change
                .range
                .and_then(|range| text::edit_range(&self.rope, range, encoding));
            let Some(range) = range else {
                return Err(DesyncReason::Range);
            };
            self.edit(range, change.text.clone());
        }
        Ok(())
    }

    /// Whether this is the text, edits that wait included.
    pub(crate) fn is(&self, text: &str) -> bool {
        !self.desynced && self.rope == text
    }

    /// Sets the whole text as it was saved, whatever was understood of the edits before.
    pub(crate) fn save(&mut self, text: &str) {
        self.replace(text);
    }

    /// Sets the whole text, as one small edit where little has changed.
    fn replace(&mut self, text: &str) {
        self.desynced = false;
        let old = self.rope.to_string();
        let common = |a: &[u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let mut prefix = common(old.as_bytes(), text.as_bytes());
        while !old.is_char_boundary(prefix) || !text.is_char_boundary(prefix) {
            prefix -= 1;
        }
        let (old_rest, new_rest) = (&old[prefix..], &text[prefix..]);
        let mut suffix = old_rest
            .bytes()
            .rev()
            .zip(new_rest.bytes().rev())
            .take_while(|(a, b)| a == b)
            .count();
        while !old_rest.is_char_boundary(old_rest.len() - suffix) {
            suffix -= 1;
        }
        let removed = TextRange::new(size(prefix), size(old.len() - suffix));
        let insert = &new_rest[..new_rest.len() - suffix];
        if !(removed.is_empty() && insert.is_empty()) {
            self.edit(removed, insert.to_string());
        }
    }

    fn edit(&mut self, range: TextRange, insert: String) {
        let start = self.rope.byte_to_char(range.start().into());
        let end = self.rope.byte_to_char(range.end().into());
        self.rope.remove(start..end);
        self.rope.insert(start, &insert);
        let is_typed = insert.len() <= MOST_TYPED && insert.matches('\n').count() <= 1;
        self.typed_at = is_typed.then(|| range.start() + TextSize::of(&insert));
        self.edits.push(TextEdit { range, insert });
    }

    /// Takes note that the document is saved; true when what is typed was not yet looked at like the rest.
    pub(crate) fn end_typing(&mut self) -> bool {
        self.typed_at.take().is_some()
    }

    /// Parses what the waiting edits touched and gives the version that workers may read.
    pub(crate) fn flush_edits(
        &mut self,
        workspace: &Arc<Workspace>,
        encoding: Encoding,
    ) -> DocumentSnapshot {
        if !self.edits.is_empty() {
            self.document = self.document.apply_all(&std::mem::take(&mut self.edits));
            self.rope = self.document.rope().clone();
        }
        if let Some(path) = &self.path {
            workspace.set_open(
                path.clone(),
                File {
                    uri: self.uri.to_string(),
                    document: self.document.clone(),
                },
            );
        }
        let mut snapshot = DocumentSnapshot::new(
            workspace,
            self.uri.clone(),
            self.path.clone(),
            self.document.clone(),
            encoding,
        );
        snapshot.version = self.version;
        snapshot.typed_at = self.typed_at;
        snapshot
    }

    /// The file of the document.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

fn size(bytes: usize) -> TextSize {
    TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX))
}
