//! Findings as text.

use std::{fmt::Write as _, path::Path};

use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan};
use nexflow_analysis::Diagnostic;
use nexflow_catalog::Severity;

use crate::{
    cli::{
        report::{
            counts::counts,
            excerpt::{Shown, Source},
        },
        terminal::Terminal,
    },
    lsp::to_proto,
    text::{self, Encoding, visible},
    workspace::document::DocumentSnapshot,
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
pub(crate) fn short(
    path: &Path,
    document: &DocumentSnapshot,
    found: &[Diagnostic],
    out: &mut String,
) {
    for diagnostic in found {
        let start = text::position(
            document.document.rope(),
            diagnostic.range.start(),
            Encoding::Utf32,
        );
        let message = to_proto::about_versions(&diagnostic.message, &diagnostic.versions);
        let message = visible::one_line(&message);
        let (line, column) = (start.line + 1, start.character + 1);
        let severity = word(diagnostic.severity);
        let _ = writeln!(
            out,
            "{}:{line}:{column}: {severity}[{}] {message}",
            visible::name(path),
            diagnostic.code
        );
    }
}

/// Lines between two places that are still shown as one excerpt.
const NEAR: u32 = 3;

/// The findings of one document, each with the text around it, below the name of the file.
pub(crate) fn pretty(
    path: &Path,
    document: &DocumentSnapshot,
    found: &[Diagnostic],
    out: &mut String,
) {
    if found.is_empty() {
        return;
    }
    let terminal = Terminal::of_stdout();
    let colours = terminal.is_some_and(|terminal| terminal.colours);
    let mut theme = if colours {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    // A thin line below a word looks like a part of the frame.
    theme.characters.underline = '━';
    theme.characters.underbar = '┯';
    let width = terminal.map_or(80, |terminal| terminal.width);
    let name = visible::name(path);
    let source = Source::new(name.clone(), nexflow_analysis::redacted(&document.document));
    let heading = if colours {
        Style::new().bold().underline()
    } else {
        Style::new()
    };
    let counts = counts(found.iter().map(|one| one.severity));
    let _ = writeln!(out, "{heading}{name}{heading:#}: {counts}\n");
    for diagnostic in found {
        let span = |range: nexflow_syntax::TextRange| {
            source.span(usize::from(range.start())..usize::from(range.end()))
        };
        let line_of = |range: nexflow_syntax::TextRange| {
            text::position(document.document.rope(), range.start(), Encoding::Utf32).line
        };
        let line = line_of(diagnostic.range);
        let mut labels = vec![LabeledSpan::new_primary_with_span(
            None,
            span(diagnostic.range),
        )];
        let mut notes = Vec::new();
        for related in &diagnostic.related {
            let message = visible::one_line(&related.message);
            match &related.file {
                None if line_of(related.range).abs_diff(line) <= NEAR => {
                    labels.push(LabeledSpan::at(span(related.range), message));
                }
                None => notes.push(format!("{message} (line {})", line_of(related.range) + 1)),
                Some(file) => {
                    let line = related
                        .line
                        .map_or(String::new(), |line| format!(":{}", line + 1));
                    let note = format!("{}: {file}{line}", related.message);
                    notes.push(visible::one_line(&note));
                }
            }
        }
        let message = to_proto::about_versions(&diagnostic.message, &diagnostic.versions);
        let rule = nexflow_catalog::rule(diagnostic.code);
        let help = rule
            .filter(|rule| !rule.advises && !diagnostic.advises)
            .map(|rule| rule.help)
            .filter(|help| !help.is_empty());
        let mut theme = theme.clone();
        let (severity, colour, style) = match diagnostic.severity {
            Severity::Error => (miette::Severity::Error, AnsiColor::Red, theme.styles.error),
            Severity::Warning => (
                miette::Severity::Warning,
                AnsiColor::Yellow,
                theme.styles.warning,
            ),
            Severity::Hint => (
                miette::Severity::Advice,
                AnsiColor::Cyan,
                theme.styles.advice,
            ),
        };
        // What is marked first is what the message is about, and has its colour.
        if let Some(first) = theme.styles.highlights.first_mut() {
            *first = style;
        }
        let colour = if colours {
            colour.on_default().bold()
        } else {
            Style::new()
        };
        let heading = format!(
            "  {colour}{}[{}]:{colour:#} ",
            word(diagnostic.severity),
            diagnostic.code
        );
        let wrapping = textwrap::Options::new(width - 2)
            .initial_indent(&heading)
            .subsequent_indent("    ");
        let message = textwrap::fill(&visible::visible(&message), wrapping);
        let _ = writeln!(out, "{message}");
        let shown = Shown {
            severity,
            labels,
            help: help.map(str::to_owned),
            source: &source,
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(width);
        let mut report = String::new();
        let _ = handler.render_report(&mut report, &shown);
        // The message has been written above.
        let excerpt = report.trim_start_matches('\n').split_once('\n');
        out.push_str(excerpt.map_or("", |(_, excerpt)| excerpt));
        for note in notes {
            let _ = writeln!(out, "  note: {note}");
        }
        out.push('\n');
    }
}
