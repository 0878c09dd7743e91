//! What a terminal shows of a document around a finding.

use std::{error::Error, fmt};

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan,
    SpanContents,
};

/// A document that excerpts are taken from. Where its lines begin is known, so that an excerpt costs the same wherever it is
/// taken; the implementation for plain strings counts lines from the beginning each time.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Where the lines begin; `\n`, `\r` and `\r\n` end one, as in the implementation for strings.
    lines: Vec<usize>,
}

impl Source {
    pub fn new(name: String, text: String) -> Source {
        let bytes = text.as_bytes();
        let breaks = (0..bytes.len()).filter(|at| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let lines = std::iter::once(0).chain(breaks.map(|at| at + 1)).collect();
        Source { name, text, lines }
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

/// A finding as a terminal shows it.
#[derive(Debug)]
pub struct Shown<'s> {
    pub code: &'static str,
    pub message: &'s str,
    pub severity: Severity,
    pub labels: Vec<LabeledSpan>,
    pub help: Option<String>,
    pub url: Option<String>,
    pub source: &'s Source,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as _)
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
    use super::*;

    type Excerpt = (Vec<u8>, usize, usize, usize, usize);

    fn excerpt(source: &dyn SourceCode, span: SourceSpan, lines: usize) -> Option<Excerpt> {
        let found = source.read_span(&span, lines, lines).ok()?;
        let at = found.span();
        let data = found.data().to_vec();
        Some((data, at.offset(), at.len(), found.line(), found.column()))
    }

    /// The judge is miette's own implementation for strings.
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
            let source = Source::new("name".into(), text.into());
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
