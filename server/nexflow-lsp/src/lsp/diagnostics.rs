//! What the analysis finds, as the diagnostics of the protocol.

use nexflow_analysis::Diagnostic;
use nexflow_catalog::Severity;
use tower_lsp_server::ls_types::{self as lsp, NumberOrString, Position, Range};

use crate::{
    lsp::{
        changes,
        client_features::ClientFeatures,
        to_proto::{self, DiagnosticConverter},
    },
    settings::ProjectFile,
    workspace::{compare, document::DocumentSnapshot, project::FileProblem},
};

/// All diagnostics of a document.
pub(crate) fn all(document: &DocumentSnapshot, features: &ClientFeatures) -> Vec<lsp::Diagnostic> {
    let converter = DiagnosticConverter::new(document, features);
    let found = document.diagnostics().iter();
    found
        .map(|diagnostic| converter.convert(diagnostic))
        .collect()
}

/// The diagnostics of an open document for a client, with what its changes do to running jobs.
pub(crate) fn of_open(
    document: &DocumentSnapshot,
    features: &ClientFeatures,
) -> Vec<lsp::Diagnostic> {
    let mut found = for_client(document, features);
    if let Some(compared) = compare::changes(document) {
        let since = Some(compared.since.as_str());
        found.extend(changes::diagnostics(
            document,
            &compared.changes,
            since,
            Some(features),
        ));
    }
    found
}

/// The diagnostics of a document for a client, at most as many as the settings allow, the most severe first to stay.
pub(crate) fn for_client(
    document: &DocumentSnapshot,
    features: &ClientFeatures,
) -> Vec<lsp::Diagnostic> {
    if document.is_project_file() {
        return of_open_project_file(document);
    }
    let found = document.diagnostics();
    let limit = document.max_diagnostics();
    let mut kept: Vec<&Diagnostic> = found.iter().collect();
    if found.len() > limit {
        kept.sort_by_key(|diagnostic| rank(diagnostic.severity));
        kept.truncate(limit);
        kept.sort_by_key(|diagnostic| diagnostic.range.start());
    }
    let converter = DiagnosticConverter::new(document, features);
    let mut sent: Vec<lsp::Diagnostic> = kept
        .into_iter()
        .map(|diagnostic| converter.convert(diagnostic))
        .collect();
    if found.len() > limit {
        let more = found.len() - limit;
        sent.push(note(
            0,
            lsp::DiagnosticSeverity::INFORMATION,
            "more-findings",
            format!("{more} more findings are not shown; the {limit} most severe ones are"),
        ));
    }
    sent
}

/// What is wrong in a project file as it stands in the editor. What it says of other files is known once it is saved.
fn of_open_project_file(document: &DocumentSnapshot) -> Vec<lsp::Diagnostic> {
    let text = document.document.rope().to_string();
    let file = ProjectFile::read(&text, document.uri.as_str());
    let mut house = document.house_on_disk();
    for rule in file.options.house.rules() {
        house.add(rule.clone());
    }
    let unknown = file.unknown_rules(&house);
    let problems = file.problems.iter().chain(&unknown);
    let each = problems.map(|problem| {
        let mut found = note(
            0,
            lsp::DiagnosticSeverity::WARNING,
            "project-file",
            problem.message.clone(),
        );
        found.range = to_proto::byte_range(document, problem.range.clone());
        found
    });
    each.collect()
}

fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Hint => 2,
    }
}

fn note(
    line: u32,
    severity: lsp::DiagnosticSeverity,
    code: &str,
    message: String,
) -> lsp::Diagnostic {
    lsp::Diagnostic {
        range: Range::new(Position::new(line, 0), Position::new(line, 0)),
        severity: Some(severity),
        code: Some(NumberOrString::String(code.into())),
        source: Some("nexflow".into()),
        message,
        ..Default::default()
    }
}

/// What is wrong in a file of the project, as a diagnostic at that file.
pub(crate) fn of_project_file(problem: &FileProblem) -> lsp::Diagnostic {
    let mut found = note(
        problem.line,
        lsp::DiagnosticSeverity::WARNING,
        "project-file",
        problem.message.clone(),
    );
    if let Some((start, end)) = problem.columns {
        found.range = Range::new(
            Position::new(problem.line, start),
            Position::new(problem.line, end),
        );
    }
    found
}

/// A number that changes when what was found changes, for clients that ask whether it did.
pub(crate) fn result_id(diagnostics: &[lsp::Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    serde_json::to_vec(diagnostics)
        .unwrap_or_default()
        .hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
