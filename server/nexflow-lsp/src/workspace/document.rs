//! One version of a document, with everything that is needed to analyse it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use nexflow_analysis::{BaseProblem, Diagnostic, FormatOptions, House, Snapshot};
use nexflow_catalog::{FlinkVersion, ids};
use nexflow_syntax::{Document, TextSize};
use tower_lsp_server::ls_types::Uri;

use crate::{
    text::Encoding,
    workspace::{ResolvedDocument, Workspace, extends, paths, project::PROJECT_FILE, versions},
};

/// One version of an open document. Immutable; what it is checked with is gathered by the first worker that needs it.
pub(crate) struct DocumentSnapshot {
    /// As the client spells it.
    pub(crate) uri: Uri,
    /// Its file, when it has one.
    pub(crate) path: Option<PathBuf>,
    /// The client's number of this text.
    pub(crate) version: i32,
    /// Text and tree.
    pub(crate) document: Document,
    /// What columns count.
    pub(crate) encoding: Encoding,
    /// Where somebody is typing.
    pub(crate) typed_at: Option<TextSize>,
    /// The versions of Flink that were asked for; none is that of the project.
    versions: Vec<FlinkVersion>,
    workspace: Arc<Workspace>,
    snapshot: OnceLock<ResolvedDocument>,
    extends: OnceLock<bool>,
    diagnostics: OnceLock<Found>,
    only_new: bool,
}

/// What is found in a document.
#[derive(Default)]
struct Found {
    diagnostics: Vec<Diagnostic>,
    /// How many more the baseline has that nobody asked for.
    left_out: usize,
}

impl DocumentSnapshot {
    /// A document that is not open, as it stands on disk, or why it cannot be read.
    pub(crate) fn from_disk(
        workspace: &Arc<Workspace>,
        path: &Path,
        encoding: Encoding,
    ) -> Result<DocumentSnapshot, String> {
        let file = workspace
            .read(path, workspace.limit(path))
            .map_err(|error| error.to_string())?;
        let uri = file
            .uri
            .parse()
            .map_err(|_| "its path is not a valid URI".to_string())?;
        Ok(DocumentSnapshot::new(
            workspace,
            uri,
            Some(path.to_path_buf()),
            file.document,
            encoding,
        ))
    }

    /// A document that is not open in any editor.
    pub(crate) fn new(
        workspace: &Arc<Workspace>,
        uri: Uri,
        path: Option<PathBuf>,
        document: Document,
        encoding: Encoding,
    ) -> DocumentSnapshot {
        DocumentSnapshot {
            uri,
            path,
            version: 0,
            document,
            encoding,
            typed_at: None,
            versions: Vec::new(),
            workspace: workspace.clone(),
            snapshot: OnceLock::new(),
            extends: OnceLock::new(),
            diagnostics: OnceLock::new(),
            only_new: false,
        }
    }

    /// The same document, of which what the baseline has is only counted: nobody is shown it.
    pub(crate) fn only_new(mut self, only_new: bool) -> DocumentSnapshot {
        self.only_new = only_new;
        self
    }

    /// The same document, to be checked for these versions of Flink instead of the one that the project names.
    pub(crate) fn for_versions(mut self, versions: &[FlinkVersion]) -> DocumentSnapshot {
        self.versions = versions.to_vec();
        self
    }

    /// The document with everything that it is checked with. May read files the first time.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.resolved().snapshot
    }

    fn resolved(&self) -> &ResolvedDocument {
        self.snapshot.get_or_init(|| {
            let document = self.document.clone();
            let mut resolved = self
                .workspace
                .resolve_context(document, self.path.as_deref());
            let scheme = self.uri.scheme().as_str();
            if self.path.is_none() && !scheme.eq_ignore_ascii_case(paths::UNTITLED) {
                // What lies beside a document of a version control, or on another machine, is not known.
                let problem = &mut resolved.snapshot.context.base_problem;
                *problem = problem.take().map(|_| BaseProblem::Unknown);
            }
            if let Some(version) = self.versions.last() {
                resolved.snapshot = versions::of(&resolved.snapshot, *version);
            }
            resolved
        })
    }

    /// Whether it is the file of a project, and no document of L5.
    pub(crate) fn is_project_file(&self) -> bool {
        let name = self.path.as_deref().and_then(Path::file_name);
        name.is_some_and(|name| name == PROJECT_FILE)
    }

    /// What is found in it, computed once for all who ask.
    pub(crate) fn diagnostics(&self) -> &[Diagnostic] {
        &self.found().diagnostics
    }

    /// How much the baseline has of what is found, as far as it is left out of the diagnostics.
    pub(crate) fn left_out(&self) -> usize {
        self.found().left_out
    }

    fn found(&self) -> &Found {
        self.diagnostics.get_or_init(|| {
            if self.is_project_file() {
                return Found::default();
            }
            let (mut found, left_out) = match self.only_new {
                true => versions::new_diagnostics(self.snapshot(), &self.versions),
                false => (versions::diagnostics(self.snapshot(), &self.versions), 0),
            };
            if let Some(line) = self.typed_at.map(|at| self.line_of(at)) {
                // A key is typed before its value.
                found.retain(|diagnostic| {
                    let of_typing =
                        [ids::EMPTY_VALUE, ids::REQUIRED_FIELD_EMPTY].contains(&diagnostic.code);
                    !of_typing || self.line_of(diagnostic.range.start()) != line
                });
            }
            Found {
                diagnostics: found,
                left_out,
            }
        })
    }

    /// The files and settings that it is checked with.
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    fn line_of(&self, at: TextSize) -> usize {
        let rope = self.document.rope();
        rope.byte_to_line(usize::from(at).min(rope.len_bytes()))
    }

    /// The house rules of its project.
    pub(crate) fn house_on_disk(&self) -> House {
        let project = self.workspace.project(self.path.as_deref());
        project.options.house.clone()
    }

    /// Most diagnostics that a client gets of it.
    pub(crate) fn max_diagnostics(&self) -> usize {
        self.workspace
            .project(self.path.as_deref())
            .options
            .max_diagnostics()
    }

    /// How it is formatted.
    pub(crate) fn format_options(&self) -> FormatOptions {
        self.workspace
            .project(self.path.as_deref())
            .options
            .format()
    }

    /// Whether a change of one of these files may change the diagnostics of this document because it extends them.
    pub(crate) fn may_depend_on(&self, files: &HashSet<&Path>) -> bool {
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
            Some(resolved) => {
                resolved.snapshot.context.base_problem.is_some()
                    || resolved
                        .files
                        .iter()
                        .any(|file| files.contains(file.as_path()))
            }
        }
    }

    /// The files that it extends, each by the path that is written and by the one without links.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.resolved().files
    }

    fn extends(&self) -> bool {
        *self
            .extends
            .get_or_init(|| extends::target(&self.document).is_some())
    }
}
