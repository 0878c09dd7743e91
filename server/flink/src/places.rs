//! Where the places of a document and of those that it extends are: the address and the line.

use std::sync::{Arc, OnceLock};

use nexflow_analysis::Snapshot;
use nexflow_syntax::{Document, TextSize};

/// A place in the document or one that it extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the document in the chain of `extends`; 0 is the document itself.
    pub layer: usize,
    /// Where it stands there.
    pub offset: TextSize,
    /// The region's block says it.
    pub in_region: bool,
}

/// The documents of a chain, nearest first.
pub(crate) struct Places<'a> {
    documents: Vec<Lines<'a>>,
    /// The addresses, once for each thread: an output has one on each line, and threads that count the uses of the same one wait for
    /// each other.
    uris: Vec<Vec<Arc<str>>>,
}

struct Lines<'a> {
    document: &'a Document,
    /// Where each line but the first begins, once many are asked for.
    starts: Option<OnceLock<Vec<u32>>>,
}

impl<'a> Places<'a> {
    /// `of_many`: the lines of most places will be asked for, not those of a few.
    pub(crate) fn new(snapshot: &'a Snapshot, uri: &str, of_many: bool) -> Places<'a> {
        let bases = &snapshot.context.bases;
        let documents = std::iter::once(&snapshot.document)
            .chain(bases.iter().map(|base| &base.document))
            .map(|document| Lines {
                document,
                starts: of_many.then(OnceLock::new),
            });
        let uris: Vec<&str> = std::iter::once(uri)
            .chain(bases.iter().map(|base| base.uri.as_str()))
            .collect();
        let threads = if of_many {
            rayon::current_num_threads() + 1
        } else {
            1
        };
        Places {
            documents: documents.collect(),
            uris: (0..threads)
                .map(|_| uris.iter().map(|uri| Arc::from(*uri)).collect())
                .collect(),
        }
    }

    /// The address of the document.
    pub(crate) fn uri(&self, place: Place) -> Option<Arc<str>> {
        // Threads outside the pool share the first ones.
        let thread = rayon::current_thread_index().map_or(0, |index| index + 1);
        let uris = self.uris.get(thread).or_else(|| self.uris.first())?;
        uris.get(place.layer).cloned()
    }

    /// The line in the document, counted from 0.
    pub(crate) fn line(&self, place: Place) -> Option<usize> {
        let lines = self.documents.get(place.layer)?;
        let Some(starts) = &lines.starts else {
            return Some(lines.document.rope().byte_to_line(place.offset.into()));
        };
        let starts = starts.get_or_init(|| starts_of(lines.document));
        let offset = u32::from(place.offset);
        Some(starts.partition_point(|start| *start <= offset))
    }
}

/// Where each line but the first begins.
fn starts_of(document: &Document) -> Vec<u32> {
    let rope = document.rope();
    let mut starts = Vec::with_capacity(rope.len_lines());
    let mut before = 0_usize;
    let mut last_return = None;
    for chunk in rope.chunks() {
        for at in memchr::memchr2_iter(b'\n', b'\r', chunk.as_bytes()) {
            let end = before + at + 1;
            if chunk.as_bytes()[at] == b'\n' {
                // Both signs are one line break.
                if last_return == Some(end - 1) {
                    starts.pop();
                }
            } else {
                last_return = Some(end);
            }
            starts.extend(u32::try_from(end));
        }
        before += chunk.len();
    }
    starts
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use nexflow_analysis::{Context, Variable};

    #[test]
    fn lines_are_those_of_the_document() {
        let mut text = "a: 1\nb: 2\r\nc: 3\rd: 4\n\r\n\r\r\n\n# é\n".to_owned();
        text.push_str(&"key: value # and a comment\r\nother: value\n".repeat(400));
        let snapshot = Snapshot::new(
            Document::parse(&text),
            Context {
                settings: Arc::default(),
                variables: Arc::new(HashMap::<String, Variable>::new()),
                bases: Vec::new(),
                base_problem: None,
                processes: None,
            },
        );
        let quick = Places::new(&snapshot, "", true);
        let each = Places::new(&snapshot, "", false);
        for offset in 0..text.len() {
            let place = Place {
                layer: 0,
                offset: TextSize::new(u32::try_from(offset).expect("a short text")),
                in_region: false,
            };
            assert_eq!(quick.line(place), each.line(place), "at {offset}");
        }
    }
}
