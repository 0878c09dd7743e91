//! `textDocument/codeAction`.

use std::{cell::OnceCell, collections::HashMap};

use nexflow_analysis::{Action, ActionKind, Change, Sibling, actions_among};
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

use super::rename;
use crate::{
    lsp::convert,
    server::{documents::OpenDocument, router::Call},
    workspace::{env_file, family, paths, project::ENV_FILE},
};

/// Everything that is safe, at once.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.nexflow");
/// Applies a tuning profile.
pub const PROFILE: CodeActionKind = CodeActionKind::new("refactor.rewrite.nexflow.profile");

/// What can be done about a part of the text.
pub fn handle(
    call: &Call,
    document: &OpenDocument,
    params: CodeActionParams,
) -> jsonrpc::Result<Option<Vec<CodeActionOrCommand>>> {
    let text = document.document.rope();
    let range = convert::text_range(text, params.range, document.encoding);
    let beside = OnceCell::new();
    let siblings = || {
        let known = beside.get_or_init(|| siblings(call, document, &params.context));
        known.clone()
    };
    // An editor that looks whether there is anything to offer, while the cursor moves, shows nothing about the whole document.
    let at_a_glance = params.context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC)
        && params.context.only.is_none();
    let wanted = |action| {
        call.check().is_ok()
            && is_wanted(&params.context, &kind(action))
            && !(at_a_glance && action == ActionKind::FixAll)
    };
    let found = actions_among(document.snapshot(), range, &wanted, &siblings).into_iter();
    call.check()?;
    let beside = beside.into_inner().flatten().unwrap_or_default();
    let offered = found.filter_map(|action| to_lsp(call, document, &beside, action));
    Ok(Some(offered.map(CodeActionOrCommand::CodeAction).collect()))
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::FixAll => FIX_ALL,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        ActionKind::Profile => PROFILE,
    }
}

/// Whether a client that asks for some kinds asks for this one: kinds are trees by their dots.
fn is_wanted(context: &CodeActionContext, kind: &CodeActionKind) -> bool {
    let Some(only) = &context.only else {
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
    call: &Call,
    document: &OpenDocument,
    context: &CodeActionContext,
) -> Option<Vec<Sibling>> {
    if !is_wanted(context, &CodeActionKind::REFACTOR_EXTRACT) {
        return None;
    }
    let path = document.path.as_deref()?;
    let at_a_glance = context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
    let alive = || call.check().is_ok();
    let most = at_a_glance.then_some(AT_A_GLANCE);
    let members = family::siblings(&call.workspace, path, most, &alive)?;
    let found = members.into_iter().map(|member| Sibling {
        uri: member.file.uri,
        document: member.file.document,
    });
    Some(found.collect())
}

fn to_lsp(
    call: &Call,
    document: &OpenDocument,
    beside: &[Sibling],
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
                let (uri, edit, is_new) = env_line(call, document, &line)?;
                if is_new {
                    created = Some(uri.clone());
                }
                edits.entry(uri).or_default().push(edit);
            }
        }
    }
    let mut edit = rename::workspace_edit(call, edits);
    if let Some(uri) = created {
        edit = creating(call, uri, edit)?;
    }
    let mends = action
        .mends
        .map(|finding| vec![convert::diagnostic(document, &finding, &call.client)]);
    Some(CodeAction {
        title: action.title,
        kind: Some(kind(action.kind)),
        diagnostics: mends,
        edit: Some(edit),
        is_preferred: (action.preferred && call.client.preferred_actions).then_some(true),
        ..Default::default()
    })
}

fn to_edits(text: &Rope, edits: Vec<Edit>, document: &OpenDocument) -> Vec<TextEdit> {
    edits
        .into_iter()
        .map(|edit| TextEdit {
            range: convert::range(text, edit.range, document.encoding),
            new_text: edit.insert,
        })
        .collect()
}

/// A line at the end of the project's env file: the file, the edit, and whether the file has to be made.
fn env_line(call: &Call, document: &OpenDocument, line: &str) -> Option<(Uri, TextEdit, bool)> {
    let project = call.workspace.project(document.path.as_deref());
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
    let at: Position = convert::position(&rope, end, document.encoding);
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        eol
    };
    let edit = TextEdit {
        range: Range { start: at, end: at },
        new_text: format!("{gap}{line}{eol}"),
    };
    Some((uri, edit, is_new))
}

/// The same edit with a file made first; `None` for clients that make no files.
fn creating(call: &Call, uri: Uri, edit: WorkspaceEdit) -> Option<WorkspaceEdit> {
    if !call.client.creates_files {
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
