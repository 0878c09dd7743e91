//! What the index keeps of one document.

use std::{
    fs::Metadata,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

use nexflow_analysis::{Named, names};
use nexflow_syntax::{Document, Limits};
use tower_lsp_server::ls_types::Range;

use super::sayings::{self, SayingId, Sayings};
use crate::{
    lsp::convert::{self, Encoding},
    workspace::{extends, paths},
};

/// A document in a few words: small enough to be kept for every file of a large workspace.
#[derive(Debug)]
pub struct Summary {
    /// The file that it extends, as written; nobody has looked whether it is there.
    pub extends: Option<PathBuf>,
    /// The names that stand in it, in the order of the text.
    pub mentions: Box<[Mention]>,
    /// What it says where any text is right, and which keys it uses.
    pub(super) sayings: Box<[SayingId]>,
    /// Number of this reading of the file, never given to another one.
    pub generation: u64,
    stamp: Stamp,
}

/// One place where a name stands.
#[derive(Clone, Copy, Debug)]
pub struct Mention {
    /// Which name.
    pub name: NameId,
    /// Whether the thing gets its name here.
    pub is_definition: bool,
    /// Where, in the columns that the client counts.
    pub range: Range,
}

/// Number of a name in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NameId(pub(super) u32);

/// By what a file on disk is told from its earlier self.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl Stamp {
    /// The stamp of a file.
    pub fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            modified: metadata.modified().ok(),
            length: metadata.len(),
        }
    }
}

/// A summary whose names have no numbers yet, so that it can be made without the index.
pub struct Draft {
    extends: Option<PathBuf>,
    mentions: Vec<(Named, bool, Range)>,
    sayings: sayings::Draft,
    stamp: Stamp,
}

impl Draft {
    /// Reads a file; nothing of it but the summary is kept. `None` when it cannot be read.
    pub fn read(path: &Path, limit: usize, encoding: Encoding) -> Option<Draft> {
        // The stamp is taken first: what is written after it makes the summary stale, never too young.
        let stamp = Stamp::of(&path.metadata().ok()?);
        let text = paths::read_text(path, limit as u64).ok()?;
        let limits = Limits {
            bytes: limit,
            ..Limits::default()
        };
        let document = Document::parse_with(&text, limits);
        let rope = document.rope();
        let mentions = names(&document)
            .map(|found| {
                let range = convert::range(rope, found.range, encoding);
                (found.named, found.is_definition, range)
            })
            .collect();
        Some(Draft {
            extends: extends::target(&document).map(|target| extends::beside(path, &target)),
            mentions,
            sayings: sayings::of(&document),
            stamp,
        })
    }

    /// The summary, with the numbers that `number` gives to names and `sayings` to what it says.
    pub(super) fn finish(
        self,
        mut number: impl FnMut(Named) -> NameId,
        sayings: &mut Sayings,
    ) -> Summary {
        let mentions = self.mentions.into_iter();
        Summary {
            extends: self.extends,
            mentions: mentions
                .map(|(named, is_definition, range)| Mention {
                    name: number(named),
                    is_definition,
                    range,
                })
                .collect(),
            sayings: sayings.add(&self.sayings),
            generation: next_generation(),
            stamp: self.stamp,
        }
    }
}

fn next_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Summary {
    /// Whether the file may still be as it was when it was read.
    pub fn is_fresh(&self, stamp: Stamp) -> bool {
        self.stamp == stamp
    }

    /// Whether a name stands in the document.
    pub fn mentions(&self, name: NameId) -> bool {
        self.mentions.iter().any(|mention| mention.name == name)
    }
}
