//! The documents that are open in the editor, and how edits reach them.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use nexflow_analysis::{Diagnostic, Snapshot};
use nexflow_syntax::{Document, TextEdit, TextRange};
use ropey::Rope;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

use super::history::History;
use crate::{
    lsp::convert::{self, Encoding},
    workspace::{File, Gathered, Workspace, extends},
};

/// One version of an open document. Immutable; what it is judged with is gathered by the first worker that needs it.
pub struct OpenDocument {
    /// As the client spells it.
    pub uri: Uri,
    /// Its file, when it has one.
    pub path: Option<PathBuf>,
    /// The client's number of this text.
    pub version: i32,
    /// Text and tree.
    pub document: Document,
    /// What columns count.
    pub encoding: Encoding,
    workspace: Arc<Workspace>,
    snapshot: OnceLock<Gathered>,
    extends: OnceLock<bool>,
    diagnostics: OnceLock<Vec<Diagnostic>>,
}

impl OpenDocument {
    /// A document that is not open, as it stands on disk, or why it cannot be read.
    pub fn from_disk(
        workspace: &Arc<Workspace>,
        path: &Path,
        encoding: Encoding,
    ) -> Result<OpenDocument, String> {
        let file = workspace
            .read(path, workspace.limit(path))
            .map_err(|error| error.to_string())?;
        let uri = file
            .uri
            .parse()
            .map_err(|_| "its path is no URI".to_string())?;
        Ok(OpenDocument::new(
            workspace,
            uri,
            Some(path.to_path_buf()),
            file.document,
            encoding,
        ))
    }

    /// A document that is not open in any editor.
    pub fn new(
        workspace: &Arc<Workspace>,
        uri: Uri,
        path: Option<PathBuf>,
        document: Document,
        encoding: Encoding,
    ) -> OpenDocument {
        OpenDocument {
            uri,
            path,
            version: 0,
            document,
            encoding,
            workspace: workspace.clone(),
            snapshot: OnceLock::new(),
            extends: OnceLock::new(),
            diagnostics: OnceLock::new(),
        }
    }

    /// The document with everything that it is judged with. May read files the first time.
    pub fn snapshot(&self) -> &Snapshot {
        &self.gathered().snapshot
    }

    fn gathered(&self) -> &Gathered {
        self.snapshot.get_or_init(|| {
            self.workspace
                .gather(self.document.clone(), self.path.as_deref())
        })
    }

    /// What is found in it, computed once for all who ask.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.diagnostics
            .get_or_init(|| nexflow_analysis::diagnostics(self.snapshot()))
    }

    /// Most findings that a client gets of it.
    pub fn max_diagnostics(&self) -> usize {
        self.workspace
            .project(self.path.as_deref())
            .options
            .max_diagnostics()
    }

    /// Whether a change of one of these files may change the judgement of this document because it extends them.
    pub fn may_depend_on(&self, files: &HashSet<&Path>) -> bool {
        if self
            .path
            .as_deref()
            .is_some_and(|path| files.contains(path))
            || !self.extends()
        {
            return false;
        }
        match self.snapshot.get() {
            // It is being gathered right now, perhaps from the old text.
            None => true,
            Some(gathered) => {
                gathered.snapshot.context.base_problem.is_some()
                    || gathered
                        .files
                        .iter()
                        .any(|file| files.contains(file.as_path()))
            }
        }
    }

    /// The files that it extends, each by the path that is written and by the one without links.
    pub fn files(&self) -> &[PathBuf] {
        &self.gathered().files
    }

    fn extends(&self) -> bool {
        *self
            .extends
            .get_or_init(|| extends::target(&self.document).is_some())
    }
}

/// The main loop's own view of an open document: the last version, and edits that have arrived since.
pub struct Text {
    uri: Uri,
    path: Option<PathBuf>,
    version: i32,
    document: Document,
    /// The text with the edits that wait.
    rope: Rope,
    edits: Vec<TextEdit>,
    /// The client's text is not known any more.
    lost: bool,
    /// The last edits, while the text could be made of them in another order.
    history: Option<History>,
    /// How many more edits may come while one is missing.
    patience: u8,
}

/// Edits that may come while an earlier one is missing, before the text is given up.
const PATIENCE: u8 = 8;

/// Why an edit could not be followed.
#[derive(Debug, PartialEq, Eq)]
pub enum Lost {
    /// The version is not above the last one.
    Version {
        /// What the server had.
        had: i32,
        /// What the client sent.
        got: i32,
    },
    /// A range is outside the text or ends before it begins.
    Range,
    /// The same, in an edit before which another one is missing: that may still come.
    Early,
    /// The server panicked while it followed.
    Defect,
}

impl Text {
    /// A document that the client has opened.
    pub fn open(uri: Uri, version: i32, text: &str, workspace: &Workspace) -> Text {
        let path = crate::workspace::paths::of_uri(&uri);
        let document = workspace.parse(text, path.as_deref());
        let rope = document.rope().clone();
        let history = Some(History::new(version, rope.clone()));
        Text {
            uri,
            path,
            version,
            document,
            rope,
            edits: Vec::new(),
            lost: false,
            history,
            patience: 0,
        }
    }

    /// Whether the client's text is not known.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Gives the text up until the client sends all of it, or `until_complete` an edit that is missing.
    pub fn lose(&mut self, until_complete: bool) {
        self.lost = true;
        if !until_complete {
            self.history = None;
        }
        // What is sent later is compared with the last text that was understood.
        self.edits.clear();
        self.rope = self.document.rope().clone();
    }

    /// Takes edits over without looking at them closely; [`Text::settle`] parses. A change that replaces the whole text is
    /// always followed, and brings back a document that was lost.
    pub fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Result<(), Lost> {
        if let Some(full) = changes.iter().rposition(|change| change.range.is_none()) {
            self.version = version;
            self.history = None;
            self.replace(&changes[full].text);
            let followed = self.follow(&changes[full + 1..], encoding);
            if followed.is_ok() {
                self.history = Some(History::new(version, self.rope.clone()));
            }
            return followed;
        }
        if version <= self.version {
            return self.change_late(version, &changes, encoding);
        }
        let early = self.version.checked_add(1) != Some(version);
        self.version = version;
        let remembered = self
            .history
            .as_mut()
            .is_some_and(|history| history.insert(version, &changes, encoding));
        if self.lost {
            self.patience = self.patience.saturating_sub(1);
            let hopeless = self.patience == 0 || !remembered;
            if hopeless && self.history.take().is_some() {
                return Err(Lost::Range);
            }
            return Ok(());
        }
        let followed = self.follow(&changes, encoding);
        if followed.is_err() {
            if early && remembered {
                self.patience = PATIENCE;
                return Err(Lost::Early);
            }
            self.history = None;
        } else if !remembered {
            self.history = Some(History::new(version, self.rope.clone()));
        }
        followed
    }

    /// An edit that comes after a later one: its place is before that.
    fn change_late(
        &mut self,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Result<(), Lost> {
        let had = self.version;
        if self.lost && self.history.is_none() {
            return Ok(());
        }
        if let Some(history) = &mut self.history
            && history.insert(version, changes, encoding)
        {
            if let Some(text) = history.replay(encoding) {
                self.replace(&text.to_string());
                return Ok(());
            }
            if history.has_gap() {
                self.lost = true;
                self.patience = PATIENCE;
                return Err(Lost::Early);
            }
        }
        self.lost = true;
        self.history = None;
        Err(Lost::Version { had, got: version })
    }

    /// Applies changes one after the other.
    fn follow(
        &mut self,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Result<(), Lost> {
        for change in changes {
            let range = change
                .range
                .and_then(|range| convert::edit_range(&self.rope, range, encoding));
            let Some(range) = range else {
                self.lost = true;
                return Err(Lost::Range);
            };
            self.edit(range, change.text.clone());
        }
        Ok(())
    }

    /// Whether this is the text, edits that wait included.
    pub fn is(&self, text: &str) -> bool {
        !self.lost && self.rope == text
    }

    /// Sets the whole text as it was saved, whatever was understood of the edits before.
    pub fn save(&mut self, text: &str) {
        self.replace(text);
        self.history = Some(History::new(self.version, self.rope.clone()));
    }

    /// Sets the whole text, as one small edit where little has changed.
    fn replace(&mut self, text: &str) {
        self.lost = false;
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
        self.edits.push(TextEdit { range, insert });
    }

    /// Parses what the waiting edits touched and gives the version that workers may read.
    pub fn settle(&mut self, workspace: &Arc<Workspace>, encoding: Encoding) -> OpenDocument {
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
        OpenDocument {
            uri: self.uri.clone(),
            path: self.path.clone(),
            version: self.version,
            document: self.document.clone(),
            encoding,
            workspace: workspace.clone(),
            snapshot: OnceLock::new(),
            extends: OnceLock::new(),
            diagnostics: OnceLock::new(),
        }
    }

    /// The file of the document.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

fn size(bytes: usize) -> nexflow_syntax::TextSize {
    nexflow_syntax::TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX))
}
