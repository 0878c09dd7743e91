//! `textDocument/diagnostic` and `workspace/diagnostic`: findings for clients that ask.

use std::collections::HashMap;

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

use crate::server::{documents::OpenDocument, publish, router::Call};

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
        items.push(report(
            &known,
            document.uri.clone(),
            Some(document.version.into()),
            found,
        ));
    }
    let open_paths: Vec<_> = open
        .iter()
        .filter_map(|document| document.path.clone())
        .collect();
    for path in call.workspace.find_documents() {
        call.check()?;
        if open_paths.contains(&path) {
            continue;
        }
        if let Ok(document) = OpenDocument::from_disk(&call.workspace, &path, call.client.encoding)
        {
            let found = publish::diagnostics(&document, &call.client);
            items.push(report(&known, document.uri.clone(), None, found));
        }
    }
    Ok(WorkspaceDiagnosticReportResult::Report(
        WorkspaceDiagnosticReport { items },
    ))
}

fn report(
    known: &HashMap<Uri, String>,
    uri: Uri,
    version: Option<i64>,
    items: Vec<Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    let id = publish::result_id(&items);
    if known.get(&uri) == Some(&id) {
        WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                result_id: id,
            },
        })
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
