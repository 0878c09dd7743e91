//! `textDocument/diagnostic` and `workspace/diagnostic`: findings for clients that ask.

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
    server::{documents::OpenDocument, judged, publish, router::Call},
    workspace::paths,
};

/// The findings of one document, or that they are the same as before.
pub fn document(
    call: &Call,
    document: &OpenDocument,
    params: DocumentDiagnosticParams,
) -> jsonrpc::Result<DocumentDiagnosticReportResult> {
    let items = publish::diagnostics(document, &call.client);
    let id = publish::result_id(&items);
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

/// The findings of all documents of the workspace; those of open ones are about their open text.
///
/// A closed document is judged when it or something that it is judged with has changed since the client has heard of it, and
/// nothing of it is kept but what tells that.
pub fn workspace(
    call: &Call,
    params: WorkspaceDiagnosticParams,
) -> jsonrpc::Result<WorkspaceDiagnosticReportResult> {
    let known: HashMap<Uri, String> = params
        .previous_result_ids
        .into_iter()
        .map(|previous| (previous.uri, previous.value))
        .collect();
    let open: Vec<_> = call
        .documents
        .iter()
        .map(|entry| entry.value().clone())
        .collect();
    let mut items = Vec::new();
    for document in &open {
        call.check()?;
        let found = publish::diagnostics(document, &call.client);
        let version = Some(document.version.into());
        items.push(report(&known, document.uri.clone(), version, found));
    }
    let workspace = &call.workspace;
    workspace.index().wait(&|| call.check().is_ok());
    let open: HashSet<&Path> = open.iter().filter_map(|one| one.path.as_deref()).collect();
    let mut files = workspace.index().files();
    files.retain(|(path, _)| !open.contains(path.as_path()));
    files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for (path, summary) in files {
        call.check()?;
        let Some(uri) = paths::to_uri(&path) else {
            continue;
        };
        let state = judged::state(workspace, &path, &summary);
        if let Some(before) = known.get(&uri)
            && call.judged.is(&path, state, before)
        {
            items.push(unchanged(uri, None, before.clone()));
            continue;
        }
        let read = OpenDocument::from_disk(workspace, &path, call.client.encoding);
        let Ok(document) = read else { continue };
        let found = publish::diagnostics(&document, &call.client);
        let item = report(&known, uri, None, found);
        call.judged.keep(path, state, result_id(&item));
        items.push(item);
    }
    Ok(WorkspaceDiagnosticReportResult::Report(
        WorkspaceDiagnosticReport { items },
    ))
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
    let id = publish::result_id(&items);
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
