//! `textDocument/codeAction`.

use std::{cell::OnceCell, collections::HashMap, path::PathBuf, sync::Arc};

use nexflow_analysis::{
    Action, ActionKind, Change, Sibling, Symbol, Variable, Variables, actions_among,
};
use nexflow_syntax::TextEdit as Edit;
use ropey::Rope;
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, CodeActionParams,
        CodeActionTriggerKind, CreateFile, CreateFileOptions, DocumentChangeOperation,
        DocumentChanges, Position, Range, ResourceOp, TextEdit, Uri, WorkspaceEdit,
    },
};

use crate::{
    handlers::rename,
    lsp::{extensions, to_proto::DiagnosticConverter},
    session::context::RequestContext,
    text,
    transport::responder::Responder,
    workspace::{
        Workspace, document::DocumentSnapshot, env_file, extends_graph, paths, project::ENV_FILE,
    },
};

/// What can be done about a part of the text.
pub(crate) fn handle(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: CodeActionParams,
) -> jsonrpc::Result<Option<Vec<CodeActionOrCommand>>> {
    let text = document.document.rope();
    let range = text::text_range(text, params.range, document.encoding);
    let beside = OnceCell::new();
    let siblings = || {
        let known = beside.get_or_init(|| siblings(context, document, &params.context));
        known.clone()
    };
    // While the cursor moves an editor looks whether there is anything to offer: a light bulb means that something can be fixed.
    let at_a_glance = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC)
        && params.context.only.is_none();
    let wanted = |action| {
        context.check().is_ok()
            && is_wanted(&params.context, &kind(action))
            && !(at_a_glance && action != ActionKind::QuickFix)
    };
    let mut snapshot = document.snapshot().clone();
    if let Some(path) = document
        .path
        .clone()
        .filter(|_| wanted(ActionKind::Extract))
    {
        snapshot.context.variables = Arc::new(NamesOfProject {
            values: snapshot.context.variables,
            workspace: context.workspace.clone(),
            path,
            responder: context.responder.clone(),
        });
    }
    let found = actions_among(&snapshot, range, &wanted, &siblings).into_iter();
    context.check()?;
    let beside = beside.into_inner().flatten().unwrap_or_default();
    let converter = DiagnosticConverter::new(document, &context.client);
    let offered = found.filter_map(|action| to_lsp(context, document, &beside, &converter, action));
    Ok(Some(offered.map(CodeActionOrCommand::CodeAction).collect()))
}

/// The variables of a document, and the names of those that its project refers to, whether they have a value or not: whoever got one
/// of these for a new variable would give a value to others.
struct NamesOfProject {
    values: Arc<dyn Variables>,
    workspace: Arc<Workspace>,
    path: PathBuf,
    responder: Responder,
}

impl Variables for NamesOfProject {
    fn get(&self, name: &str) -> Option<Variable> {
        self.values.get(name)
    }

    fn names(&self) -> Vec<String> {
        self.values.names()
    }

    fn is_taken(&self, name: &str) -> bool {
        let alive = || !self.responder.is_answered();
        let symbol = Symbol::Variable(name.to_owned());
        let project = self.workspace.project(Some(&self.path));
        let is_named_in = |path: &PathBuf| {
            let text = paths::read_text(path, env_file::MAX_BYTES);
            text.is_ok_and(|text| !env_file::places(&text, name).is_empty())
        };
        self.values.is_taken(name)
            || project.env_files.iter().any(is_named_in)
            || extends_graph::is_named_beside(&self.workspace, &self.path, &symbol, &alive)
    }
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::FixAll => extensions::FIX_ALL,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        ActionKind::Profile => extensions::PROFILE,
    }
}

/// Whether a client that asks for some kinds asks for this one: kinds are trees by their dots.
fn is_wanted(trigger: &CodeActionContext, kind: &CodeActionKind) -> bool {
    let Some(only) = &trigger.only else {
        return true;
    };
    only.iter().any(|only| {
        let (only, kind) = (only.as_str(), kind.as_str());
        only.is_empty()
            || kind == only
            || kind
                .strip_prefix(only)
                .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// More documents than this are not read for a light bulb that nobody has asked for.
const AT_A_GLANCE: usize = 32;

/// The other documents that extend the same base. `None` when they are not wanted or not known: editors ask for actions whenever
/// the cursor moves, and read files and wait for the index only for somebody who opens the menu.
fn siblings(
    context: &RequestContext,
    document: &DocumentSnapshot,
    trigger: &CodeActionContext,
) -> Option<Vec<Sibling>> {
    if !is_wanted(trigger, &CodeActionKind::REFACTOR_EXTRACT) {
        return None;
    }
    let path = document.path.as_deref()?;
    let at_a_glance = trigger.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    let alive = || context.check().is_ok();
    let most = at_a_glance.then_some(AT_A_GLANCE);
    let files = extends_graph::siblings(&context.workspace, path, most, &alive)?;
    let found = files.into_iter().map(|file| Sibling {
        uri: file.file.uri,
        document: file.file.document,
    });
    Some(found.collect())
}

fn to_lsp(
    context: &RequestContext,
    document: &DocumentSnapshot,
    beside: &[Sibling],
    converter: &DiagnosticConverter<'_>,
    action: Action,
) -> Option<CodeAction> {
    let mut edits: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    let mut created = None;
    for change in action.changes {
        match change {
            Change::Document(changes) => {
                let changes = to_edits(document.document.rope(), changes, document);
                edits
                    .entry(document.uri.clone())
                    .or_default()
                    .extend(changes);
            }
            Change::Base {
                uri,
                edits: changes,
            } => {
                let bases = &document.snapshot().context.bases;
                let base = bases.iter().find(|base| base.uri == uri)?;
                let changes = to_edits(base.document.rope(), changes, document);
                edits.entry(uri.parse().ok()?).or_default().extend(changes);
            }
            Change::Sibling {
                uri,
                edits: changes,
            } => {
                let sibling = beside.iter().find(|sibling| sibling.uri == uri)?;
                let changes = to_edits(sibling.document.rope(), changes, document);
                edits.entry(uri.parse().ok()?).or_default().extend(changes);
            }
            Change::EnvLine(line) => {
                let (uri, edit, is_new) = env_line(context, document, &line)?;
                if is_new {
                    created = Some(uri.clone());
                }
                edits.entry(uri).or_default().push(edit);
            }
        }
    }
    let mut edit = rename::workspace_edit(context, edits);
    if let Some(uri) = created {
        edit = creating(context, uri, edit)?;
    }
    let fixed = action
        .fixes
        .map(|finding| vec![converter.convert(&finding)]);
    Some(CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics: fixed,
        edit: Some(edit),
        is_preferred: (action.preferred && context.client.preferred_actions).then_some(true),
        ..Default::default()
    })
}

fn to_edits(text: &Rope, edits: Vec<Edit>, document: &DocumentSnapshot) -> Vec<TextEdit> {
    edits
        .into_iter()
        .map(|edit| TextEdit {
            range: text::range(text, edit.range, document.encoding),
            new_text: edit.insert,
        })
        .collect()
}

/// A line at the end of the project's env file: the file, the edit, and whether the file has to be made.
fn env_line(
    context: &RequestContext,
    document: &DocumentSnapshot,
    line: &str,
) -> Option<(Uri, TextEdit, bool)> {
    let project = context.workspace.project(document.path.as_deref());
    let path = project.root.as_ref()?.join(ENV_FILE);
    let uri = paths::to_uri(&path)?;
    // One that the project does not read is not its own to change.
    if path.exists() && !project.env_files.contains(&path) {
        return None;
    }
    let text = paths::read_text(&path, env_file::MAX_BYTES);
    let is_new = matches!(text, Err(paths::ReadError::Missing));
    let text = if is_new { String::new() } else { text.ok()? };
    let rope = Rope::from_str(&text);
    let end = nexflow_syntax::TextSize::new(u32::try_from(text.len()).ok()?);
    let at: Position = text::position(&rope, end, document.encoding);
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        eol
    };
    let new_text = format!("{gap}{line}{eol}");
    // What stands above, such as a quote that is never closed, must not swallow the line.
    let alone = env_file::parse(line);
    let whole = env_file::parse(&format!("{text}{new_text}"));
    let last = |file: &env_file::EnvFile| {
        let last = file.assignments.last();
        last.map(|set| (set.name.clone(), set.value.clone()))
    };
    let is_read = alone.problems.is_empty()
        && last(&alone).is_some()
        && last(&alone) == last(&whole)
        && whole.assignments.len() == env_file::parse(&text).assignments.len() + 1;
    let edit = TextEdit {
        range: Range { start: at, end: at },
        new_text,
    };
    is_read.then_some((uri, edit, is_new))
}

/// The same edit with a file made first; `None` for clients that make no files.
fn creating(context: &RequestContext, uri: Uri, edit: WorkspaceEdit) -> Option<WorkspaceEdit> {
    if !context.client.creates_files {
        return None;
    }
    let Some(DocumentChanges::Edits(edits)) = edit.document_changes else {
        return None;
    };
    let create = DocumentChangeOperation::Op(ResourceOp::Create(CreateFile {
        uri,
        options: Some(CreateFileOptions {
            overwrite: None,
            ignore_if_exists: Some(true),
        }),
        annotation_id: None,
    }));
    let operations = std::iter::once(create)
        .chain(edits.into_iter().map(DocumentChangeOperation::Edit))
        .collect();
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(operations)),
        ..Default::default()
    })
}
