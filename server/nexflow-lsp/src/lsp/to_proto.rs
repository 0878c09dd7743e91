//! Conversions between the protocol's types and those of the analysis; the only place where positions are counted.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
};

use nexflow_analysis as analysis;
use nexflow_catalog::{FlinkVersion, Severity};
use nexflow_syntax::{TextRange, TextSize};
use tower_lsp_server::ls_types::{
    self as lsp, CompletionItemKind, CompletionTextEdit, DiagnosticSeverity, DiagnosticTag,
    Documentation, InsertTextFormat, MarkupContent, MarkupKind, NumberOrString, Position, Range,
    Uri,
};

use crate::{
    lsp::client_features::{ClientFeatures, TRIGGER_SUGGEST},
    lsp::views::View,
    text::{self, line_index::LineIndex},
    workspace::document::DocumentSnapshot,
};

/// Where the project can be found: `repository` of the workspace's `Cargo.toml`, which is the only place that names it. Empty while
/// the project has no public address; then nothing links to one.
pub(crate) const PUBLIC_ADDRESS: &str = env!("CARGO_PKG_REPOSITORY");

/// The page that explains a rule, for readers of reports. There is none while the project has no public address.
pub(crate) fn rule_page(code: &str) -> Option<Uri> {
    if PUBLIC_ADDRESS.is_empty() {
        return None;
    }
    format!("{PUBLIC_ADDRESS}/blob/main/docs/rules/{code}.md")
        .parse()
        .ok()
}

/// The page that explains a rule, for a client: the one that the server itself shows, where the client can ask for it.
pub(crate) fn rule_page_for(client: &ClientFeatures, code: &str) -> Option<Uri> {
    if client.shows_content && nexflow_catalog::rule(code).is_some() {
        return View::of_rule(code);
    }
    rule_page(code)
}

/// The page that explains a kind of change, for a client, or for readers of reports.
pub(crate) fn change_page_for(client: Option<&ClientFeatures>, id: &str) -> Option<Uri> {
    if client.is_some_and(|client| client.shows_content) {
        return View::of_rule(id);
    }
    if PUBLIC_ADDRESS.is_empty() {
        return None;
    }
    format!("{PUBLIC_ADDRESS}/blob/main/docs/changes/{id}.md")
        .parse()
        .ok()
}

/// Makes diagnostics of one document into those of the protocol. What all of them need is made once, when the first one needs it.
pub(crate) struct DiagnosticConverter<'a> {
    document: &'a DocumentSnapshot,
    client: &'a ClientFeatures,
    lines: OnceCell<LineIndex<'a>>,
    /// The page that explains each rule.
    pages: RefCell<HashMap<&'static str, Option<Uri>>>,
}

impl<'a> DiagnosticConverter<'a> {
    pub(crate) fn new(
        document: &'a DocumentSnapshot,
        client: &'a ClientFeatures,
    ) -> DiagnosticConverter<'a> {
        DiagnosticConverter {
            document,
            client,
            lines: OnceCell::new(),
            pages: RefCell::default(),
        }
    }

    /// A diagnostic for the client.
    pub(crate) fn convert(&self, found: &analysis::Diagnostic) -> lsp::Diagnostic {
        let client = self.client;
        let related = found.related.iter();
        let related: Vec<_> = related
            .filter_map(|related| self.related(related))
            .collect();
        let tag = found.tag.map(|tag| match tag {
            analysis::Tag::Deprecated => DiagnosticTag::DEPRECATED,
            analysis::Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
        });
        lsp::Diagnostic {
            range: self.range(found.range),
            severity: Some(severity(found.severity)),
            code: Some(NumberOrString::String(found.code.to_string())),
            code_description: client
                .code_description
                .then(|| self.page(found.code))
                .flatten()
                .map(|href| lsp::CodeDescription { href }),
            source: Some("nexflow".into()),
            message: about_versions(&found.message, &found.versions),
            related_information: (client.related_information && !related.is_empty())
                .then_some(related),
            tags: tag
                .filter(|tag| client.diagnostic_tags.contains(tag))
                .map(|tag| vec![tag]),
            data: (!found.versions.is_empty()).then(|| {
                let names = found.versions.iter().map(|version| version.name());
                serde_json::json!({"flinkVersions": names.collect::<Vec<_>>()})
            }),
        }
    }

    fn range(&self, range: TextRange) -> Range {
        let document = self.document;
        let lines = || LineIndex::new(document.document.text(), document.encoding);
        self.lines.get_or_init(lines).range(range)
    }

    /// A place in another file is given by that file's own text.
    fn related(&self, related: &analysis::Related) -> Option<lsp::DiagnosticRelatedInformation> {
        let document = self.document;
        let (uri, range) = match (&related.file, related.line) {
            (Some(file), Some(line)) => {
                let start = Position::new(line, 0);
                (file.parse().ok()?, Range::new(start, start))
            }
            (None, _) => (document.uri.clone(), self.range(related.range)),
            (Some(file), None) => {
                let mut bases = document.snapshot().context.bases.iter();
                let base = bases.find(|base| base.uri == *file)?;
                let text = base.document.rope();
                (
                    file.parse().ok()?,
                    text::range(text, related.range, document.encoding),
                )
            }
        };
        Some(lsp::DiagnosticRelatedInformation {
            location: lsp::Location { uri, range },
            message: related.message.clone(),
        })
    }

    /// The page that explains a rule; of a house rule the line that states it.
    fn page(&self, code: &'static str) -> Option<Uri> {
        let page = || {
            let house = &self.document.snapshot().context.settings.house;
            match house.rule(code) {
                Some(rule) => {
                    let (uri, line) = rule.origin.as_ref()?;
                    format!("{uri}#L{}", line + 1).parse().ok()
                }
                None => rule_page_for(self.client, code),
            }
        };
        let mut pages = self.pages.borrow_mut();
        pages.entry(code).or_insert_with(page).clone()
    }
}

/// A message with the versions of Flink that it is about; none stands for all that were checked.
pub(crate) fn about_versions(message: &str, versions: &[FlinkVersion]) -> String {
    if versions.is_empty() {
        return message.to_owned();
    }
    let names: Vec<_> = versions.iter().map(|version| version.name()).collect();
    format!("{message} [Flink {}]", names.join(", "))
}

/// Bytes of a document as a range of the protocol.
pub(crate) fn byte_range(document: &DocumentSnapshot, bytes: std::ops::Range<usize>) -> Range {
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    let range = TextRange::new(size(bytes.start), size(bytes.end));
    text::range(document.document.rope(), range, document.encoding)
}

/// How severe a diagnostic is, in the protocol's terms.
pub(crate) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// Markdown for clients that show it, plain text for others.
pub(crate) fn markup(markdown: String, supported: bool) -> MarkupContent {
    if supported {
        MarkupContent {
            kind: MarkupKind::Markdown,
            value: markdown,
        }
    } else {
        MarkupContent {
            kind: MarkupKind::PlainText,
            value: plain_text(&markdown),
        }
    }
}

/// Markdown without its marks: emphasis, code fences and spans, headings, link targets and escapes go; words and lines stay.
pub(crate) fn plain_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fenced = false;
    for line in markdown.lines() {
        let trimmed = line.trim_start();
        // Behind a fence no other follows on the line; else it begins a code span.
        let is_fence = trimmed
            .strip_prefix("```")
            .is_some_and(|rest| !rest.trim_start_matches('`').contains('`'));
        if is_fence {
            fenced = !fenced;
            continue;
        }
        if fenced {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let heading = trimmed.trim_start_matches('#');
        let line = if heading.len() < trimmed.len() && heading.starts_with(' ') {
            heading.trim_start()
        } else {
            line
        };
        plain_line(line, &mut out);
        out.push('\n');
    }
    out.trim_end().to_string()
}

fn plain_line(line: &str, out: &mut String) {
    let mut code = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' => code = !code,
            _ if code => out.push(c),
            '\\' if chars.peek().is_some_and(|next| next.is_ascii_punctuation()) => {
                out.extend(chars.next())
            }
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
            }
            ']' if chars.peek() == Some(&'(') => {
                for skipped in chars.by_ref() {
                    if skipped == ')' {
                        break;
                    }
                }
            }
            '[' if closes_a_link(chars.clone()) => {}
            _ => out.push(c),
        }
    }
}

fn closes_a_link(rest: impl Iterator<Item = char>) -> bool {
    let mut rest = rest.skip_while(|c| *c != ']');
    rest.next() == Some(']') && rest.next() == Some('(')
}

/// A completion for a client.
pub(crate) fn completion_item(
    document: &DocumentSnapshot,
    cursor: TextSize,
    item: analysis::CompletionItem,
    client: &ClientFeatures,
) -> lsp::CompletionItem {
    let snippet = item.snippet && client.snippets;
    let new_text = if item.snippet && !client.snippets {
        item.plain
    } else {
        item.insert
    };
    let range = text::range(document.document.rope(), item.replace, document.encoding);
    // The rest of a word goes when the client replaces, and stays when it inserts. A closing quote never stays: the new text has
    // its own.
    let end = text::position(document.document.rope(), cursor, document.encoding);
    let behind = if item.replace.contains_inclusive(cursor) {
        document
            .document
            .slice(TextRange::new(cursor, item.replace.end()))
    } else {
        Default::default()
    };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let text_edit = if client.insert_replace && !behind.is_empty() && behind.chars().all(is_word) {
        CompletionTextEdit::InsertAndReplace(lsp::InsertReplaceEdit {
            new_text,
            insert: Range::new(range.start, end),
            replace: range,
        })
    } else {
        CompletionTextEdit::Edit(lsp::TextEdit { range, new_text })
    };
    lsp::CompletionItem {
        label: item.label,
        label_details: (client.label_details && !item.detail.is_empty()).then(|| {
            lsp::CompletionItemLabelDetails {
                detail: None,
                description: Some(item.detail.clone()),
            }
        }),
        kind: Some(completion_kind(item.kind, client)),
        detail: (!item.detail.is_empty()).then_some(item.detail),
        documentation: if client.resolves_documentation {
            None
        } else {
            documentation(&item.about, client)
        },
        data: (client.resolves_documentation && item.about != analysis::About::Nothing)
            .then(|| serde_json::to_value(&item.about).ok())
            .flatten(),
        commit_characters: (client.commit_characters && item.ends_in_flow)
            .then(|| [",", "}", "]"].map(String::from).to_vec()),
        tags: (item.deprecated && client.completion_deprecated_tag)
            .then(|| vec![lsp::CompletionItemTag::DEPRECATED]),
        preselect: (item.preselect && client.preselect).then_some(true),
        sort_text: Some(item.sort),
        filter_text: Some(item.filter),
        insert_text_format: Some(if snippet {
            InsertTextFormat::SNIPPET
        } else {
            InsertTextFormat::PLAIN_TEXT
        }),
        // The text carries its indentation already.
        insert_text_mode: client
            .adjust_indentation
            .then_some(lsp::InsertTextMode::AS_IS),
        text_edit: Some(text_edit),
        command: (item.retrigger && client.trigger_suggest).then(|| lsp::Command {
            title: "Complete the value".into(),
            command: TRIGGER_SUGGEST.into(),
            arguments: None,
        }),
        ..Default::default()
    }
}

/// The words about a completion in the form that the client shows; `None` when there are none.
pub(crate) fn documentation(
    about: &analysis::About,
    client: &ClientFeatures,
) -> Option<Documentation> {
    let words = about.markdown();
    (!words.is_empty()).then(|| match client.completion_documentation {
        Some(ref kind) => {
            Documentation::MarkupContent(markup(words, *kind == MarkupKind::Markdown))
        }
        None => Documentation::String(plain_text(&words)),
    })
}

/// What the protocol calls each kind. Clients that do not name the kinds that they know know those up to `Reference`.
fn completion_kind(kind: analysis::CompletionKind, client: &ClientFeatures) -> CompletionItemKind {
    use analysis::CompletionKind;
    let or_value = |kind: CompletionItemKind| {
        if client.completion_kinds.contains(&kind) {
            kind
        } else {
            CompletionItemKind::VALUE
        }
    };
    match kind {
        CompletionKind::Section => CompletionItemKind::MODULE,
        CompletionKind::Field => CompletionItemKind::PROPERTY,
        CompletionKind::Name => CompletionItemKind::REFERENCE,
        CompletionKind::EnumValue => or_value(CompletionItemKind::ENUM_MEMBER),
        CompletionKind::Value => CompletionItemKind::VALUE,
        CompletionKind::Variable => CompletionItemKind::VARIABLE,
        CompletionKind::Snippet => CompletionItemKind::SNIPPET,
        CompletionKind::Rule => or_value(CompletionItemKind::CONSTANT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_keeps_the_words() {
        assert_eq!(
            plain_text(
                "## Size\n**64mb** is `67_108_864` bytes, see [the *docs*](https://x.y/a_b).\n```yaml\na: **b**\n```\n\\*"
            ),
            "Size\n64mb is 67_108_864 bytes, see the *docs*.\na: **b**\n*"
        );
    }
}
