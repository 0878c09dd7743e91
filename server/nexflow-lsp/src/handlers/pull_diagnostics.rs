//! `textDocument/diagnostic` and `workspace/diagnostic`: diagnostics for clients that ask.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport,
        DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
        RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
        UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams,
        WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
        WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
        WorkspaceUnchangedDocumentDiagnosticReport,
    },
};

use crate::{
    lsp::diagnostics,
    session::{context::RequestContext, workspace_diagnostics},
    workspace::{document::DocumentSnapshot, paths},
};

/// The diagnostics of one document, or that they are the same as before.
pub(crate) fn document(
    context: &RequestContext,
    document: &DocumentSnapshot,
    params: DocumentDiagnosticParams,
) -> jsonrpc::Result<DocumentDiagnosticReportResult> {
    let items = diagnostics::of_open(document, &context.client);
    let id = diagnostics::result_id(&items);
    let report = if params.previous_result_id.as_ref() == Some(&id) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                result_id: id,
            },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items,
            },
        })
    };
    Ok(DocumentDiagnosticReportResult::Report(report))
}

/// The diagnostics of all documents of the workspace; those of open ones are about their open text.
///
/// A closed document is checked when it or something that it is checked with has changed since the client has heard of it, and
/// nothing of it is kept but what tells that.
pub(crate) fn workspace(
    context: &RequestContext,
    params: WorkspaceDiagnosticParams,
) -> jsonrpc::Result<WorkspaceDiagnosticReportResult> {
    let known: HashMap<Uri, String> = params
        .previous_result_ids
        .into_iter()
        .map(|previous| (as_reported(context, previous.uri), previous.value))
        .collect();
    let open: Vec<_> = context.documents.values().cloned().collect();
    let mut items = Vec::new();
    let mut gone: Vec<Uri> = known.keys().cloned().collect();
    for document in &open {
        context.check()?;
        let found = diagnostics::of_open(document, &context.client);
        let version = Some(document.version.into());
        items.push(report(&known, document.uri.clone(), version, found));
    }
    let workspace = &context.workspace;
    workspace.index().wait(&|| context.check().is_ok());
    let open: HashSet<&Path> = open.iter().filter_map(|one| one.path.as_deref()).collect();
    let mut files = workspace.index().files();
    files.retain(|(path, _)| !open.contains(path.as_path()));
    files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for (path, summary) in files {
        context.check()?;
        let Some(uri) = paths::to_uri(&path) else {
            continue;
        };
        let revision = workspace_diagnostics::revision(workspace, &path, &summary);
        if let Some(before) = known.get(&uri)
            && context
                .workspace_diagnostics
                .is_current(&path, revision, before)
        {
            items.push(unchanged(uri, None, before.clone()));
            continue;
        }
        let read = DocumentSnapshot::from_disk(workspace, &path, context.client.encoding);
        let Ok(document) = read else { continue };
        let found = diagnostics::for_client(&document, &context.client);
        let item = report(&known, uri, None, found);
        context
            .workspace_diagnostics
            .insert(path, revision, result_id(&item));
        items.push(item);
    }
    // What is no document of the workspace any more has no diagnostics.
    gone.retain(|uri| items.iter().all(|item| uri_of(item) != uri));
    gone.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    for uri in gone {
        items.push(report(&HashMap::new(), uri, None, Vec::new()));
    }
    Ok(WorkspaceDiagnosticReportResult::Report(
        WorkspaceDiagnosticReport { items },
    ))
}

/// The URI by which a document was reported that a client names in a spelling of its own: VS Code calls `file:///c%3A/a` what it was
/// told is `file:///C%3A/a`. Under two names a document would be one that has changed, and one that is gone.
fn as_reported(context: &RequestContext, uri: Uri) -> Uri {
    if context.documents.contains_key(&uri) {
        return uri;
    }
    let reported = paths::of_uri(&uri).and_then(|path| paths::to_uri(&path));
    reported.unwrap_or(uri)
}

fn uri_of(item: &WorkspaceDocumentDiagnosticReport) -> &Uri {
    match item {
        WorkspaceDocumentDiagnosticReport::Full(full) => &full.uri,
        WorkspaceDocumentDiagnosticReport::Unchanged(same) => &same.uri,
    }
}

fn result_id(item: &WorkspaceDocumentDiagnosticReport) -> String {
    let id = match item {
        WorkspaceDocumentDiagnosticReport::Full(full) => {
            full.full_document_diagnostic_report.result_id.clone()
        }
        WorkspaceDocumentDiagnosticReport::Unchanged(same) => {
            Some(same.unchanged_document_diagnostic_report.result_id.clone())
        }
    };
    id.unwrap_or_default()
}

fn unchanged(
    uri: Uri,
    version: Option<i64>,
    result_id: String,
) -> WorkspaceDocumentDiagnosticReport {
    WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
        uri,
        version,
        unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
    })
}

fn report(
    known: &HashMap<Uri, String>,
    uri: Uri,
    version: Option<i64>,
    items: Vec<Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    let id = diagnostics::result_id(&items);
    if known.get(&uri) == Some(&id) {
        unchanged(uri, version, id)
    } else {
        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items,
            },
        })
    }
}
