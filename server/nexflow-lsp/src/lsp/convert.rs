//! Conversions between the protocol's types and those of the analysis; the only place where positions are counted.

use nexflow_analysis as analysis;
use nexflow_catalog::Severity;
use nexflow_syntax::{TextRange, TextSize};
use ropey::Rope;
use tower_lsp_server::ls_types::{
    self as lsp, CompletionItemKind, CompletionTextEdit, DiagnosticSeverity, DiagnosticTag,
    Documentation, InsertTextFormat, MarkupContent, MarkupKind, NumberOrString, Position,
    PositionEncodingKind, Range, Uri,
};

use super::client_features::{ClientFeatures, TRIGGER_SUGGEST};
use crate::server::documents::OpenDocument;

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The protocol's word for it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// The byte offset of a position. Positions outside the text are moved to its nearest place: a column behind the end of its
/// line to that end, a line behind the last one to the end of the text, the middle of a character to its beginning.
pub fn offset(text: &Rope, position: Position, encoding: Encoding) -> TextSize {
    let line = position.line as usize;
    if line >= text.len_lines() {
        return size(text.len_bytes());
    }
    let column = position.character as usize;
    let start = text.line_to_char(line);
    let end = line_end(text, line);
    let target = match encoding {
        Encoding::Utf8 => {
            let byte = (text.char_to_byte(start) + column).min(text.char_to_byte(end));
            text.byte_to_char(byte)
        }
        Encoding::Utf16 => {
            let unit = (text.char_to_utf16_cu(start) + column).min(text.char_to_utf16_cu(end));
            text.utf16_cu_to_char(unit)
        }
        Encoding::Utf32 => (start + column).min(end),
    };
    size(text.char_to_byte(target))
}

/// The position of a byte offset; offsets behind the text count as its end.
pub fn position(text: &Rope, offset: TextSize, encoding: Encoding) -> Position {
    let byte = usize::from(offset).min(text.len_bytes());
    let character = text.byte_to_char(byte);
    let line = text.char_to_line(character);
    let start = text.line_to_char(line);
    let column = match encoding {
        Encoding::Utf8 => text.char_to_byte(character) - text.char_to_byte(start),
        Encoding::Utf16 => text.char_to_utf16_cu(character) - text.char_to_utf16_cu(start),
        Encoding::Utf32 => character - start,
    };
    Position::new(line as u32, column as u32)
}

/// The character offset of the end of a line, in front of its line break.
fn line_end(text: &Rope, line: usize) -> usize {
    let mut end = if line + 1 < text.len_lines() {
        text.line_to_char(line + 1)
    } else {
        text.len_chars()
    };
    let start = text.line_to_char(line);
    if line + 1 < text.len_lines() {
        if end > start && text.char(end - 1) == '\n' {
            end -= 1;
        }
        if end > start && text.char(end - 1) == '\r' {
            end -= 1;
        }
    }
    end
}

/// The range of the protocol as byte offsets; `None` when it ends before it begins or begins behind the text, which a client
/// that has the same text would not send.
pub fn edit_range(text: &Rope, range: Range, encoding: Encoding) -> Option<TextRange> {
    let before = (range.end.line, range.end.character) < (range.start.line, range.start.character);
    if before || range.start.line as usize > text.len_lines() {
        return None;
    }
    let (start, end) = (
        offset(text, range.start, encoding),
        offset(text, range.end, encoding),
    );
    Some(TextRange::new(start, end.max(start)))
}

/// A byte range as a range of the protocol.
pub fn range(text: &Rope, range: TextRange, encoding: Encoding) -> Range {
    Range::new(
        position(text, range.start(), encoding),
        position(text, range.end(), encoding),
    )
}

/// The page that explains a rule.
pub fn rule_page(code: &str) -> Option<Uri> {
    format!(
        "{}/blob/main/docs/rules/{code}.md",
        env!("CARGO_PKG_REPOSITORY")
    )
    .parse()
    .ok()
}

/// A finding for a client.
pub fn diagnostic(
    document: &OpenDocument,
    found: &analysis::Diagnostic,
    client: &ClientFeatures,
) -> lsp::Diagnostic {
    let text = document.document.rope();
    let related = found
        .related
        .iter()
        .filter_map(|related| {
            // A place in another file is given by that file's own text.
            let (uri, range) = match &related.file {
                None => (
                    document.uri.clone(),
                    range(text, related.range, document.encoding),
                ),
                Some(file) => {
                    let other = document
                        .snapshot()
                        .context
                        .bases
                        .iter()
                        .find(|base| base.uri == *file)?;
                    (
                        file.parse().ok()?,
                        range(other.document.rope(), related.range, document.encoding),
                    )
                }
            };
            Some(lsp::DiagnosticRelatedInformation {
                location: lsp::Location { uri, range },
                message: related.message.clone(),
            })
        })
        .collect::<Vec<_>>();
    let tag = found.tag.map(|tag| match tag {
        analysis::Tag::Deprecated => DiagnosticTag::DEPRECATED,
        analysis::Tag::Unnecessary => DiagnosticTag::UNNECESSARY,
    });
    lsp::Diagnostic {
        range: range(text, found.range, document.encoding),
        severity: Some(severity(found.severity)),
        code: Some(NumberOrString::String(found.code.to_string())),
        code_description: client
            .code_description
            .then(|| rule_page(found.code).map(|href| lsp::CodeDescription { href }))
            .flatten(),
        source: Some("nexflow".into()),
        message: found.message.clone(),
        related_information: (client.related_information && !related.is_empty()).then_some(related),
        tags: tag
            .filter(|tag| client.diagnostic_tags.contains(tag))
            .map(|tag| vec![tag]),
        data: None,
    }
}

/// How grave a finding is, in the protocol's terms.
pub fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// Markdown for clients that show it, plain text for others.
pub fn markup(markdown: String, supported: bool) -> MarkupContent {
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
pub fn plain_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut fenced = false;
    for line in markdown.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") {
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
pub fn completion_item(
    document: &OpenDocument,
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
    let range = range(document.document.rope(), item.replace, document.encoding);
    // The rest of a word goes when the client replaces, and stays when it inserts. A closing quote never stays: the new text has
    // its own.
    let end = position(document.document.rope(), cursor, document.encoding);
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
pub fn documentation(about: &analysis::About, client: &ClientFeatures) -> Option<Documentation> {
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

/// Offsets of texts beyond 4 GiB do not occur: the size limit of documents is far below.
fn size(bytes: usize) -> TextSize {
    TextSize::new(u32::try_from(bytes).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `é` is 2 bytes and 1 unit, `😀` 4 bytes and 2 units.
    const TEXT: &str = "aé😀b\r\nx\n\nlast";

    #[test]
    fn columns_count_what_was_agreed() {
        let text = Rope::from_str(TEXT);
        for (encoding, column) in [
            (Encoding::Utf8, 7),
            (Encoding::Utf16, 4),
            (Encoding::Utf32, 3),
        ] {
            let b = TextSize::new(7);
            assert_eq!(position(&text, b, encoding), Position::new(0, column));
            assert_eq!(offset(&text, Position::new(0, column), encoding), b);
        }
    }

    #[test]
    fn every_offset_survives_the_round_trip() {
        let text = Rope::from_str(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (byte, _) in TEXT.char_indices().chain([(TEXT.len(), ' ')]) {
                // The place between CR and LF is no place of its own.
                if TEXT.as_bytes().get(byte) == Some(&b'\n')
                    && byte > 0
                    && TEXT.as_bytes()[byte - 1] == b'\r'
                {
                    continue;
                }
                let there = position(&text, size(byte), encoding);
                assert_eq!(
                    offset(&text, there, encoding),
                    size(byte),
                    "{encoding:?} {byte}"
                );
            }
        }
    }

    #[test]
    fn positions_outside_the_text_are_clamped() {
        let text = Rope::from_str(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            assert_eq!(
                offset(&text, Position::new(0, 99), encoding),
                TextSize::new(8)
            );
            assert_eq!(
                offset(&text, Position::new(2, 5), encoding),
                TextSize::new(12)
            );
            assert_eq!(
                offset(&text, Position::new(3, u32::MAX), encoding),
                size(TEXT.len())
            );
            assert_eq!(
                offset(&text, Position::new(u32::MAX, 0), encoding),
                size(TEXT.len())
            );
        }
        // The middle of a surrogate pair and of a byte sequence.
        assert_eq!(
            offset(&text, Position::new(0, 3), Encoding::Utf16),
            TextSize::new(3)
        );
        assert_eq!(
            offset(&text, Position::new(0, 5), Encoding::Utf8),
            TextSize::new(3)
        );
    }

    #[test]
    fn only_the_line_breaks_of_the_protocol_count() {
        let text = Rope::from_str("a\u{2028}b\u{85}c\u{b}d\re");
        assert_eq!(text.len_lines(), 2);
    }

    #[test]
    fn ranges_that_no_client_with_the_same_text_sends_are_refused() {
        let text = Rope::from_str("a\nb");
        let at = |line, column| Position::new(line, column);
        assert_eq!(
            edit_range(&text, Range::new(at(1, 0), at(0, 0)), Encoding::Utf16),
            None
        );
        assert_eq!(
            edit_range(&text, Range::new(at(9, 0), at(9, 1)), Encoding::Utf16),
            None
        );
        let all = edit_range(
            &text,
            Range::new(at(0, 0), at(u32::MAX, 0)),
            Encoding::Utf16,
        );
        assert_eq!(all, Some(TextRange::up_to(TextSize::new(3))));
    }

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
