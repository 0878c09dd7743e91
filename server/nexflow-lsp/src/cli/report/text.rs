//! Findings as text.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal},
    path::Path,
};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan};
use nexflow_analysis::Diagnostic;
use nexflow_catalog::Severity;

use super::excerpt::{Shown, Source};
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
    let name = path.display().to_string();
    let source = Source::new(name, document.document.rope().to_string());
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
        let rule = nexflow_catalog::rule(diagnostic.code);
        notes.extend(rule.map(|rule| rule.help.to_owned()));
        let page = rule.and_then(|rule| convert::rule_page(rule.id));
        let shown = Shown {
            code: diagnostic.code,
            message: &diagnostic.message,
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Hint => miette::Severity::Advice,
            },
            labels,
            help: (!notes.is_empty()).then(|| notes.join("\n")),
            url: page.map(|page| page.to_string()),
            source: &source,
        };
        let _ = handler.render_report(out, &shown);
        out.push('\n');
    }
}
