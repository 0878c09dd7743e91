//! What the index keeps of one document.

use std::{
    fs::Metadata,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

use nexflow_analysis::{Symbol, symbols};
use nexflow_syntax::{Document, Limits};
use tower_lsp_server::ls_types::Range;

use crate::{
    text::{self, Encoding},
    workspace::{
        extends,
        index::observed_values::{self, ObservedValues, ValueId},
        paths,
    },
};

/// A document in a few words: small enough to be kept for every file of a large workspace.
#[derive(Debug)]
pub(crate) struct Summary {
    /// The file that it extends, as written; nobody has looked whether it is there.
    pub(crate) extends: Option<PathBuf>,
    /// The names that stand in it, in the order of the text.
    pub(crate) mentions: Box<[Mention]>,
    /// What it says where any text is right, and which keys it uses.
    pub(super) observed_values: Box<[ValueId]>,
    /// Number of this reading of the file, never given to another one.
    pub(crate) revision: u64,
    stamp: FileStamp,
}

/// One place where a name stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    /// Which name.
    pub(crate) name: NameId,
    /// Whether the thing gets its name here.
    pub(crate) is_definition: bool,
    /// Where, in the columns that the client counts.
    pub(crate) range: Range,
}

/// Number of a name in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NameId(pub(super) u32);

/// By what a file on disk is told from its earlier self.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl FileStamp {
    /// The stamp of a file.
    pub(crate) fn of(metadata: &Metadata) -> FileStamp {
        FileStamp {
            modified: metadata.modified().ok(),
            length: metadata.len(),
        }
    }
}

/// A summary whose names have no numbers yet, so that it can be made without the index.
pub(crate) struct UnnumberedSummary {
    extends: Option<PathBuf>,
    mentions: Vec<(Symbol, bool, Range)>,
    observed_values: observed_values::DocumentValues,
    stamp: FileStamp,
}

impl UnnumberedSummary {
    /// Reads a file; nothing of it but the summary is kept. `None` when it cannot be read.
    pub(crate) fn read(path: &Path, limit: usize, encoding: Encoding) -> Option<UnnumberedSummary> {
        // The stamp is taken first: what is written after it makes the summary stale, never too young.
        let stamp = FileStamp::of(&path.metadata().ok()?);
        let text = paths::read_text(path, limit as u64).ok()?;
        let limits = Limits {
            bytes: limit,
            ..Limits::default()
        };
        let document = Document::parse_with(&text, limits);
        let rope = document.rope();
        let mentions = symbols(&document)
            .map(|found| {
                let range = text::range(rope, found.range, encoding);
                (found.symbol, found.is_definition, range)
            })
            .collect();
        Some(UnnumberedSummary {
            extends: extends::target(&document).map(|target| extends::beside(path, &target)),
            mentions,
            observed_values: observed_values::of(&document),
            stamp,
        })
    }

    /// The summary, with the numbers that `number` gives to names and `texts` to what it says.
    pub(super) fn finish(
        self,
        mut number: impl FnMut(Symbol) -> NameId,
        observed_values: &mut ObservedValues,
    ) -> Summary {
        let mentions = self.mentions.into_iter();
        Summary {
            extends: self.extends,
            mentions: mentions
                .map(|(symbol, is_definition, range)| Mention {
                    name: number(symbol),
                    is_definition,
                    range,
                })
                .collect(),
            observed_values: observed_values.add(&self.observed_values),
            revision: next_revision(),
            stamp: self.stamp,
        }
    }
}

fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Summary {
    /// Whether the file may still be as it was when it was read.
    pub(crate) fn is_fresh(&self, stamp: FileStamp) -> bool {
        self.stamp == stamp
    }

    /// Whether a name stands in the document.
    pub(crate) fn mentions(&self, name: NameId) -> bool {
        self.mentions.iter().any(|mention| mention.name == name)
    }
}
