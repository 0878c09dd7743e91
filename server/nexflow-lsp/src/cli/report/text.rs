//! Findings as text.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal},
    path::Path,
    sync::Arc,
};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};
use nexflow_analysis::Diagnostic;
use nexflow_catalog::Severity;

use crate::{
    lsp::convert::{self, Encoding},
    server::documents::OpenDocument,
};

/// The protocol's and the terminal's word for a severity.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

/// One line for each finding. Columns count characters, from 1.
pub fn short(path: &Path, document: &OpenDocument, found: &[Diagnostic], out: &mut String) {
    for diagnostic in found {
        let start = convert::position(
            document.document.rope(),
            diagnostic.range.start(),
            Encoding::Utf32,
        );
        let message = diagnostic.message.replace('\n', " ");
        let (line, column) = (start.line + 1, start.character + 1);
        let severity = word(diagnostic.severity);
        let _ = writeln!(
            out,
            "{}:{line}:{column}: {severity}[{}] {message}",
            path.display(),
            diagnostic.code
        );
    }
}

/// Each finding with the text around it.
pub fn pretty(path: &Path, document: &OpenDocument, found: &[Diagnostic], out: &mut String) {
    if found.is_empty() {
        return;
    }
    let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let theme = if colours {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(colours);
    let text = Arc::new(document.document.rope().to_string());
    for diagnostic in found {
        let span =
            |range: nexflow_syntax::TextRange| usize::from(range.start())..usize::from(range.end());
        let mut labels = vec![LabeledSpan::new_primary_with_span(
            None,
            span(diagnostic.range),
        )];
        let mut notes = Vec::new();
        for related in &diagnostic.related {
            match &related.file {
                None => labels.push(LabeledSpan::at(
                    span(related.range),
                    related.message.clone(),
                )),
                Some(file) => notes.push(format!("{}: {file}", related.message)),
            }
        }
        let mut shown = MietteDiagnostic::new(diagnostic.message.clone())
            .with_code(diagnostic.code)
            .with_severity(match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Hint => miette::Severity::Advice,
            })
            .with_labels(labels);
        if let Some(rule) = nexflow_catalog::rule(diagnostic.code) {
            notes.push(rule.help.to_owned());
            if let Some(page) = convert::rule_page(rule.id) {
                shown = shown.with_url(page.to_string());
            }
        }
        if !notes.is_empty() {
            shown = shown.with_help(notes.join("\n"));
        }
        let report = Report::new(shown).with_source_code(NamedSource::new(
            path.display().to_string(),
            Arc::clone(&text),
        ));
        let _ = handler.render_report(out, report.as_ref());
        out.push('\n');
    }
}
