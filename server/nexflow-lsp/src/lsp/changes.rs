//! What changes do to running jobs, as diagnostics of the protocol at the tokens that have changed.

use nexflow_catalog::changes::Class;
use nexflow_flink::change::Change;
use tower_lsp_server::ls_types::{self as lsp, NumberOrString};

use crate::{
    lsp::{client_features::ClientFeatures, to_proto},
    text,
    workspace::document::DocumentSnapshot,
};

/// A diagnostic for each change that is not safe, for a client or for a report. `since` is the state that the document is compared with.
pub(crate) fn diagnostics(
    document: &DocumentSnapshot,
    changes: &[Change],
    since: Option<&str>,
    client: Option<&ClientFeatures>,
) -> Vec<lsp::Diagnostic> {
    let rules = &document.snapshot().context.settings.rules;
    changes
        .iter()
        .filter(|change| change.class() != Class::Safe)
        .filter(|change| {
            let at = change.at.map_or(0.into(), |at| at.start());
            !nexflow_analysis::suppresses(document.snapshot(), change.rule.id, at)
        })
        .filter_map(|change| {
            let severity = match rules.get(change.rule.id) {
                Some(None) => return None,
                Some(Some(severity)) => to_proto::severity(*severity),
                None => severity(change.class()),
            };
            let mark = |text: &str| format!("`{}`", text.replace('`', "'"));
            let mut message = change.message(mark);
            if let Some(since) = since {
                message.push_str(&format!(" ({} since {since})", change.class().word()));
            }
            let rope = document.document.rope();
            let range = change.at.map(|at| text::range(rope, at, document.encoding));
            Some(lsp::Diagnostic {
                range: range.unwrap_or_default(),
                severity: Some(severity),
                code: Some(NumberOrString::String(change.rule.id.to_owned())),
                code_description: client
                    .is_none_or(|client| client.code_description)
                    .then(|| to_proto::change_page_for(client, change.rule.id))
                    .flatten()
                    .map(|href| lsp::CodeDescription { href }),
                source: Some("nexflow".into()),
                message,
                ..lsp::Diagnostic::default()
            })
        })
        .collect()
}

fn severity(class: Class) -> lsp::DiagnosticSeverity {
    match class {
        Class::Fails | Class::StateLost | Class::SavepointOnly => lsp::DiagnosticSeverity::WARNING,
        _ => lsp::DiagnosticSeverity::INFORMATION,
    }
}
