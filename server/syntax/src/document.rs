//! The snapshot of a text and its tree.

use std::{
    any::Any,
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use rayon::prelude::*;
use ropey::Rope;
use text_size::{TextRange, TextSize};

use crate::{
    TextEdit,
    anchors::Anchors,
    builder::TreeBuilder,
    documents, edit,
    fragment_data::{self, FragmentData},
    limits::{Limits, PARALLEL},
    line::Lines,
    memo::MemoCell,
    outline::{self, Cut, RegionContext, Shape},
    store::{SUSPICIOUS, Store},
};

/// An immutable snapshot of a text and its tree. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Document {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    id: u64,
    rope: Rope,
    store: Store,
    limits: Limits,
    whole: bool,
    anchors: OnceLock<Anchors>,
    parts: OnceLock<Vec<Part>>,
    text: OnceLock<Box<str>>,
    memo: MemoCell,
}

impl Document {
    /// Reads `text` with the default limits.
    pub fn parse(text: &str) -> Document {
        Document::parse_with(text, Limits::default())
    }

    /// Reads `text`. Of a text longer than 4 GB only the beginning is kept, because offsets have 32 bits.
    pub fn parse_with(text: &str, limits: Limits) -> Document {
        let mut end = text.len().min(u32::MAX as usize - 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let read = || {
            let cuts = match text.len() > limits.bytes {
                true => None,
                false => outline::outline(text),
            };
            let fragments = match &cuts {
                None => vec![FragmentData::whole(text, &limits)],
                Some(cuts) => read_all(text, cuts, &limits),
            };
            (Store::new(fragments), cuts.is_none())
        };
        let rope = || Rope::from_str(text);
        let ((store, whole), rope) = match text.len() < PARALLEL {
            true => (read(), rope()),
            false => rayon::join(read, rope),
        };
        Document::new(rope, store, limits, whole)
    }

    /// Reads `text` as one fragment, whatever its outline: slower to edit, and otherwise the same. This is what tests compare
    /// the outline with.
    pub fn parse_as_one_fragment(text: &str, limits: Limits) -> Document {
        let fragment = FragmentData::whole(text, &limits);
        Document::new(
            Rope::from_str(text),
            Store::new(vec![fragment]),
            limits,
            true,
        )
    }

    fn new(rope: Rope, store: Store, limits: Limits, whole: bool) -> Document {
        Document {
            inner: Arc::new(Inner {
                id: fragment_data::next_id(),
                rope,
                store,
                limits,
                whole,
                anchors: OnceLock::new(),
                parts: OnceLock::new(),
                text: OnceLock::new(),
                memo: MemoCell::default(),
            }),
        }
    }

    /// The snapshot after `edit`; untouched fragments are shared with `self`.
    /// The range is clamped to the text and to character borders.
    pub fn apply(&self, edit: &TextEdit) -> Document {
        self.apply_all(std::slice::from_ref(edit))
    }

    /// Several edits, each in terms of the text that the one before it left (as in LSP `didChange`); re-parses once.
    pub fn apply_all(&self, edits: &[TextEdit]) -> Document {
        let mut rope = self.inner.rope.clone();
        let mut touched = edit::Touched::default();
        for edit in edits {
            touched.add(edit::apply(&mut rope, edit));
        }
        let Some(touched) = touched.range() else {
            return self.clone();
        };
        self.reparse_region(&rope, touched)
            .unwrap_or_else(|| self.reparse_all(rope))
    }

    /// The snapshot with `rope` as its text, when the fragments around what was touched say all that there is to know.
    fn reparse_region(&self, rope: &Rope, touched: edit::TouchedRange) -> Option<Document> {
        let limits = self.inner.limits;
        let store = self.store();
        if self.is_whole() || rope.len_bytes() > limits.bytes || store.any(SUSPICIOUS) {
            return None;
        }
        let first = store.find(touched.start as u32).saturating_sub(2);
        let end = (store.find(touched.old_end as u32) + 3).min(store.len());
        let start = store.at(first).start as usize;
        let old_end = if end < store.len() {
            store.at(end).start as usize
        } else {
            self.inner.rope.len_bytes()
        };
        let new_end = old_end + touched.new_end - touched.old_end;
        let text = rope.byte_slice(start..new_end).to_string();
        let context = match (first, store.at(first).fragment.shape) {
            (0, _) => RegionContext::Start,
            (_, Shape::Nested { column }) => RegionContext::Section {
                key: store
                    .at(first)
                    .fragment
                    .path
                    .first()
                    .cloned()
                    .unwrap_or_default(),
                column,
            },
            _ => RegionContext::Top,
        };
        let region = outline::outline_region(&text, context)?;
        if end < store.len() {
            let next = &store.at(end).fragment;
            if let Shape::Nested { column } = next.shape {
                let wanted = RegionContext::Section {
                    key: next.path.first().cloned().unwrap_or_default(),
                    column,
                };
                if region.end != wanted {
                    return None;
                }
            }
        }
        let fragments = self.fragments_of(&text, &region.cuts, first, end);
        Some(Document::new(
            rope.clone(),
            store.splice(first, end, fragments),
            limits,
            false,
        ))
    }

    fn reparse_all(&self, rope: Rope) -> Document {
        let text = rope.to_string();
        let limits = self.inner.limits;
        let cuts = if text.len() > limits.bytes {
            None
        } else {
            outline::outline(&text)
        };
        match cuts {
            None => {
                let old = &self.store().at(0).fragment;
                let same = self.is_whole() && *old.text == *text;
                let fragment = if same {
                    old.clone()
                } else {
                    FragmentData::whole(&text, &limits)
                };
                Document::new(rope, Store::new(vec![fragment]), limits, true)
            }
            Some(cuts) => {
                let fragments = self.fragments_of(&text, &cuts, 0, self.store().len());
                Document::new(rope, Store::new(fragments), limits, false)
            }
        }
    }

    /// The fragments that `cuts` make of `text`, which replaces the fragments `first..end`: those of them that are still the same,
    /// and new ones.
    fn fragments_of(
        &self,
        text: &str,
        cuts: &[Cut],
        first: usize,
        end: usize,
    ) -> Vec<Arc<FragmentData>> {
        let store = self.store();
        let limits = self.inner.limits;
        let wanted: Vec<(&Cut, &str)> = pieces(text, cuts).collect();
        let same = |fragment: &FragmentData, (cut, piece): &(&Cut, &str)| fragment.is(cut, piece);
        let most = (end - first).min(wanted.len());
        let front = (0..most)
            .take_while(|at| same(&store.at(first + at).fragment, &wanted[*at]))
            .count();
        let back = (0..most - front)
            .take_while(|at| {
                same(
                    &store.at(end - 1 - at).fragment,
                    &wanted[wanted.len() - 1 - at],
                )
            })
            .count();
        let mut others: HashMap<&str, Vec<usize>> = HashMap::new();
        for index in (first + front..end - back).rev() {
            others
                .entry(&store.at(index).fragment.text)
                .or_default()
                .push(index);
        }
        let mut builder = TreeBuilder::default();
        let mut fragments = Vec::with_capacity(wanted.len());
        for (at, (cut, piece)) in wanted.iter().enumerate() {
            let from_end = wanted.len() - at;
            let kept = if at < front {
                Some(first + at)
            } else if from_end <= back {
                Some(end - from_end)
            } else {
                others.get_mut(piece).and_then(|indices| {
                    let last = *indices.last()?;
                    let kept = same(&store.at(last).fragment, &(*cut, *piece));
                    if kept { indices.pop() } else { None }
                })
            };
            fragments.push(match kept {
                Some(index) => store.at(index).fragment.clone(),
                None => FragmentData::cut(&mut builder, piece, cut, &limits),
            });
        }
        fragments
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.inner.whole
    }

    pub(crate) fn anchors(&self) -> &Anchors {
        self.inner
            .anchors
            .get_or_init(|| Anchors::collect(&self.inner.store))
    }

    /// Number of this snapshot: equal for clones, never given to another one.
    pub fn id(&self) -> u64 {
        self.inner.id
    }

    /// A value that belongs to this text for as long as it lives; computed once per type `T`. It must depend on nothing but the text.
    pub fn memo<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> &T {
        self.inner.memo.get(compute)
    }

    /// The limits that the document was read with.
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// The text, for conversions between offsets and lines.
    pub fn rope(&self) -> &Rope {
        &self.inner.rope
    }

    /// The text in one piece, for those who look around in it. Copied for the first of them, and kept with the snapshot.
    pub fn text(&self) -> &str {
        self.inner
            .text
            .get_or_init(|| self.inner.rope.to_string().into())
    }

    /// Length of the text in bytes.
    pub fn len(&self) -> TextSize {
        TextSize::new(self.inner.rope.len_bytes() as u32)
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.inner.rope.len_bytes() == 0
    }

    /// The text of a range; borrowed where it lies inside one fragment. Clamped to the text and to character borders.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        let start = u32::from(range.start().min(self.len()));
        let end = u32::from(range.end().min(self.len()));
        let index = self.store().find(start);
        let base = self.store().at(index).start;
        let text = &self.store().at(index).fragment.text;
        if let Some(slice) = text.get((start - base) as usize..(end - base) as usize) {
            return Cow::Borrowed(slice);
        }
        let rope = &self.inner.rope;
        let (first, last) = (
            rope.byte_to_char(start as usize),
            rope.byte_to_char(end as usize),
        );
        Cow::Owned(rope.slice(first..last).to_string())
    }

    /// The YAML documents of a text that has several, each by itself; none for a text that has one.
    pub fn parts(&self) -> &[Part] {
        if !self.is_whole() || self.roots().len() < 2 {
            return &[];
        }
        self.inner.parts.get_or_init(|| parts(self))
    }

    /// The beginning of the character at `offset`, or the end of the text.
    pub(crate) fn clamp(&self, offset: TextSize) -> TextSize {
        let offset = usize::from(offset.min(self.len()));
        let (chunk, start, ..) = self.inner.rope.chunk_at_byte(offset);
        TextSize::new((start + chunk.floor_char_boundary(offset - start)) as u32)
    }
}

/// The fragments that `cuts` make of `text`, read on all processors when they are many.
fn read_all(text: &str, cuts: &[Cut], limits: &Limits) -> Vec<Arc<FragmentData>> {
    let read = |builder: &mut TreeBuilder, (cut, piece): (&Cut, &str)| {
        FragmentData::cut(builder, piece, cut, limits)
    };
    if text.len() < PARALLEL {
        let mut builder = TreeBuilder::default();
        return pieces(text, cuts)
            .map(|piece| read(&mut builder, piece))
            .collect();
    }
    let pieces: Vec<(&Cut, &str)> = pieces(text, cuts).collect();
    pieces
        .into_par_iter()
        .with_min_len(64)
        .map_init(TreeBuilder::default, read)
        .collect()
}

fn pieces<'t>(text: &'t str, cuts: &'t [Cut]) -> impl Iterator<Item = (&'t Cut, &'t str)> {
    cuts.iter().enumerate().map(move |(at, cut)| {
        let end = cuts.get(at + 1).map_or(text.len(), |next| next.start);
        (cut, &text[cut.start..end])
    })
}

/// One of several YAML documents in a text.
#[derive(Clone, Debug)]
pub struct Part {
    /// The document by itself. What stands before it in the text is blank in it, so that its offsets are those of the text.
    pub document: Document,
    /// Where it stands, its marker included.
    pub range: TextRange,
    /// The `---` in front of it; without one, its first line.
    pub marker: TextRange,
}

/// More documents than these are not looked at one by one.
const MOST_PARTS: usize = 64;

/// The documents of a text, in its order.
fn parts(document: &Document) -> Vec<Part> {
    let text = document.text();
    let pieces = documents::pieces(text);
    let end_of = |at: usize| pieces.get(at + 1).map_or(text.len(), |next| next.start);
    let documents = pieces
        .iter()
        .enumerate()
        .filter(|(at, piece)| !piece.is_no_document(text, end_of(*at)))
        .take(MOST_PARTS);
    documents
        .map(|(at, piece)| {
            let end = end_of(at);
            // A document keeps the marker and the directives that belong to it.
            let from = match piece.after_end {
                true => piece.content,
                false => piece.start,
            };
            let body = &text[piece.content..end];
            let first = Lines::new(body, 0).find(|line| !line.is_trivia(body));
            let marker = match piece.content - piece.start {
                3.. if !piece.after_end => piece.content - 3..piece.content,
                _ => first.map_or(piece.content..piece.content, |line| {
                    piece.content + line.content..piece.content + line.end
                }),
            };
            let limits = document.limits();
            let blank = documents::mask(&text[..from]);
            Part {
                document: Document::parse_with(&(blank + &text[from..end]), limits),
                range: part_range(from, end),
                marker: part_range(marker.start, marker.end),
            }
        })
        .collect()
}

fn part_range(start: usize, end: usize) -> TextRange {
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(size(start), size(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts_of(text: &str) -> Vec<(String, String)> {
        let document = Document::parse(text);
        let written = |range: TextRange| document.slice(range).into_owned();
        document
            .parts()
            .iter()
            .map(|part| {
                assert_eq!(part.document.len(), part.range.end());
                (
                    written(part.marker),
                    part.document.root().source().into_owned(),
                )
            })
            .collect()
    }

    fn found(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(a, b): &(&str, &str)| (a.to_string(), b.to_string());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn documents_of_a_text_stand_where_they_stood() {
        assert_eq!(parts_of("a: 1\n"), []);
        assert_eq!(parts_of("# c\n---\na: 1\n...\n# end\n"), []);
        assert_eq!(
            parts_of("a: 1\n---\nb: 2\n"),
            found(&[("a: 1", "a: 1"), ("---", "b: 2")])
        );
        assert_eq!(
            parts_of("---\n---\nb: 2"),
            found(&[("---", ""), ("---", "b: 2")])
        );
        assert_eq!(
            parts_of("a: \u{e4}\n...\n# c\nb: 2\n"),
            found(&[("a: \u{e4}", "a: \u{e4}"), ("b: 2", "b: 2")])
        );
        assert_eq!(
            parts_of("%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: [2\n---\nc"),
            found(&[("---", "a: 1"), ("---", "b: [2"), ("---", "c")])
        );
    }
}
