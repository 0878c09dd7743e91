//! What a terminal shows of a document around a finding.

use std::{error::Error, fmt, ops::Range};

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan,
    SpanContents,
};

use nexflow_analysis::Redacted;

use crate::text::visible;

/// A document that excerpts are taken from. Where its lines begin is known, so that an excerpt costs the same wherever it is
/// taken; the implementation for plain strings counts lines from the beginning each time.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    text: String,
    /// Where the lines begin; `\n`, `\r` and `\r\n` end one, as in the implementation for strings.
    lines: Vec<usize>,
    /// Where characters are shown otherwise than they are: the ends of such places in the document and in the text that is shown.
    moved: Vec<(usize, usize)>,
    /// The document without its credentials.
    redacted: Redacted,
}

impl Source {
    /// The document as it can be shown.
    pub(crate) fn new(name: String, redacted: Redacted) -> Source {
        let document = redacted.text();
        let mut text = String::with_capacity(document.len());
        let mut moved = Vec::new();
        let mut from = 0;
        for (range, shown) in visible::escapes(document) {
            // The end of a line stays one, in the form that every terminal takes for one.
            let shown = match (&document[range.clone()], &document[range.end..]) {
                ("\r", rest) if rest.starts_with('\n') => "\r",
                ("\r", _) => "\n",
                _ => &shown,
            };
            text.push_str(&document[from..range.start]);
            text.push_str(shown);
            from = range.end;
            moved.push((from, text.len()));
        }
        text.push_str(&document[from..]);
        let bytes = text.as_bytes();
        let breaks = (0..bytes.len()).filter(|at| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let lines = std::iter::once(0).chain(breaks.map(|at| at + 1)).collect();
        Source {
            name,
            text,
            lines,
            moved,
            redacted,
        }
    }

    /// Where a range of the document is shown.
    pub(crate) fn span(&self, range: Range<usize>) -> Range<usize> {
        let shown = |offset: usize| match self.moved.partition_point(|(from, _)| *from <= offset) {
            0 => offset,
            behind => {
                let (from, to) = self.moved[behind - 1];
                to + offset - from
            }
        };
        let start = shown(self.redacted.offset(range.start, false));
        start..shown(self.redacted.offset(range.end, true)).max(start)
    }

    fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // One line more on each side than is asked for, so that none is taken for the first or the last one.
        let first = self.line_of(span.offset()).saturating_sub(before + 1);
        let last = self.line_of(span.offset() + span.len()) + after + 2;
        let start = self.lines[first];
        let end = self.lines.get(last).copied().unwrap_or(self.text.len());
        let within = SourceSpan::new((span.offset() - start).into(), span.len());
        let found = self.text.as_bytes()[start..end].read_span(&within, before, after)?;
        let shown = found.span();
        let at = start + shown.offset();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[at..at + shown.len()],
            SourceSpan::new(at.into(), shown.len()),
            first + found.line(),
            found.column(),
            first + found.line_count(),
        )))
    }
}

/// A finding as a terminal shows it below its message.
#[derive(Debug)]
pub(crate) struct Shown<'s> {
    pub(crate) severity: Severity,
    pub(crate) labels: Vec<LabeledSpan>,
    pub(crate) help: Option<String>,
    pub(crate) source: &'s Source,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use nexflow_analysis::redacted;
    use nexflow_syntax::Document;

    use super::*;

    type Excerpt = (Vec<u8>, usize, usize, usize, usize);

    fn excerpt(source: &dyn SourceCode, span: SourceSpan, lines: usize) -> Option<Excerpt> {
        let found = source.read_span(&span, lines, lines).ok()?;
        let at = found.span();
        let data = found.data().to_vec();
        Some((data, at.offset(), at.len(), found.line(), found.column()))
    }

    /// Compared with miette's own implementation for strings.
    #[test]
    fn excerpts_are_those_of_the_plain_string() {
        let texts = [
            "",
            "one",
            "a: 1\nb:\n  c: 2\n\n\nd: 3\n",
            "a: 1\r\nb:\r\n\r\n  c: 2\r\nd: 3",
            "a\rb\r\rc\n\rd\r\n",
            "\n\n\n\n",
            "über: ${GRÖẞE}\nzwei: 2\ndrei: 3\nvier: 4\nfünf: 5\nsechs: 6\nsieben: 7\n",
        ];
        let mut compared = 0;
        for text in texts {
            let source = Source::new("name".into(), redacted(&Document::parse(text)));
            // A lone `\r` is shown as `\n`.
            let text = text
                .replace("\r\n", "\0")
                .replace('\r', "\n")
                .replace('\0', "\r\n");
            for offset in 0..=text.len() {
                for len in 0..8.min(text.len() - offset + 1) {
                    for lines in 0..4 {
                        let span = SourceSpan::new(offset.into(), len);
                        assert_eq!(
                            excerpt(&text, span, lines),
                            excerpt(&source, span, lines),
                            "{text:?} {offset} {len} {lines}"
                        );
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 2_000, "{compared}");
    }
}
