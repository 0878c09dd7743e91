//! The snapshot of a text and its tree.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use rayon::prelude::*;
use ropey::Rope;
use text_size::{TextRange, TextSize};

use crate::{
    Comment, Cursor, Node, Run, SyntaxCode, SyntaxError, TextEdit, Unit, alias,
    builder::Builder,
    cursor, edit,
    outline::{self, Context, Cut},
    store::Store,
    unit::{self, Shape, UnitData},
};

/// Texts from this length on are read on all processors; below, handing the work over costs more than it saves. What a fuzzer
/// makes up is shorter, and shall be read in this way as well.
pub(crate) const PARALLEL: usize = if cfg!(fuzzing) { 512 } else { 256 * 1024 };

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
    anchors: OnceLock<alias::Anchors>,
    text: OnceLock<Box<str>>,
}

/// Bounds beyond which a text is answered with one clear error instead of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest text in bytes.
    pub bytes: usize,
    /// Deepest nesting of collections.
    pub depth: usize,
    /// Most nodes that aliases and merge keys may expand to when they are followed.
    pub expansion: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 16 * 1024 * 1024,
            depth: 128,
            expansion: 100_000,
        }
    }
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
            let units = match &cuts {
                None => vec![UnitData::whole(text, &limits)],
                Some(cuts) => read_all(text, cuts, &limits),
            };
            (Store::new(units), cuts.is_none())
        };
        let rope = || Rope::from_str(text);
        let ((store, whole), rope) = match text.len() < PARALLEL {
            true => (read(), rope()),
            false => rayon::join(read, rope),
        };
        Document::new(rope, store, limits, whole)
    }

    /// Reads `text` as one unit, whatever its outline: slower to edit, and otherwise the same. This is what tests compare
    /// the outline with.
    pub fn parse_as_one_unit(text: &str, limits: Limits) -> Document {
        let unit = UnitData::whole(text, &limits);
        Document::new(Rope::from_str(text), Store::new(vec![unit]), limits, true)
    }

    fn new(rope: Rope, store: Store, limits: Limits, whole: bool) -> Document {
        Document {
            inner: Arc::new(Inner {
                id: unit::next_id(),
                rope,
                store,
                limits,
                whole,
                anchors: OnceLock::new(),
                text: OnceLock::new(),
            }),
        }
    }

    /// The snapshot after `edit`; untouched units are shared with `self`.
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

    /// The snapshot with `rope` as its text, when the units around what was touched say all that there is to know.
    fn reparse_region(&self, rope: &Rope, touched: edit::TouchedRange) -> Option<Document> {
        let limits = self.inner.limits;
        let store = self.store();
        if self.is_whole()
            || rope.len_bytes() > limits.bytes
            || store.slots.iter().any(|slot| slot.chunk.suspicious)
        {
            return None;
        }
        let first = store.find(touched.start as u32).saturating_sub(2);
        let end = (store.find(touched.old_end as u32) + 3).min(store.len());
        let start = store.start(first) as usize;
        let old_end = if end < store.len() {
            store.start(end) as usize
        } else {
            self.inner.rope.len_bytes()
        };
        let new_end = old_end + touched.new_end - touched.old_end;
        let text = rope.byte_slice(start..new_end).to_string();
        let context = match (first, store.get(first).shape) {
            (0, _) => Context::Start,
            (_, Shape::Nested { column }) => Context::Section {
                key: store.get(first).path.first().cloned().unwrap_or_default(),
                column,
            },
            _ => Context::Top,
        };
        let region = outline::outline_region(&text, context)?;
        if end < store.len() {
            let next = store.get(end);
            if let Shape::Nested { column } = next.shape {
                let wanted = Context::Section {
                    key: next.path.first().cloned().unwrap_or_default(),
                    column,
                };
                if region.end != wanted {
                    return None;
                }
            }
        }
        let units = self.units_of(&text, &region.cuts, first, end);
        Some(Document::new(
            rope.clone(),
            store.splice(first, end, units),
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
                let old = self.store().get(0);
                let same = self.is_whole() && *old.text == *text;
                let unit = if same {
                    old.clone()
                } else {
                    UnitData::whole(&text, &limits)
                };
                Document::new(rope, Store::new(vec![unit]), limits, true)
            }
            Some(cuts) => {
                let units = self.units_of(&text, &cuts, 0, self.store().len());
                Document::new(rope, Store::new(units), limits, false)
            }
        }
    }

    /// The units that `cuts` make of `text`, which replaces the units `first..end`: those of them that are still the same,
    /// and new ones.
    fn units_of(&self, text: &str, cuts: &[Cut], first: usize, end: usize) -> Vec<Arc<UnitData>> {
        let store = self.store();
        let limits = self.inner.limits;
        let wanted: Vec<(&Cut, &str)> = pieces(text, cuts).collect();
        let same = |unit: &UnitData, (cut, piece): &(&Cut, &str)| unit.is(cut, piece);
        let most = (end - first).min(wanted.len());
        let front = (0..most)
            .take_while(|at| same(store.get(first + at), &wanted[*at]))
            .count();
        let back = (0..most - front)
            .take_while(|at| same(store.get(end - 1 - at), &wanted[wanted.len() - 1 - at]))
            .count();
        let mut others: HashMap<&str, Vec<usize>> = HashMap::new();
        for index in (first + front..end - back).rev() {
            others
                .entry(&store.get(index).text)
                .or_default()
                .push(index);
        }
        let mut builder = Builder::default();
        let mut units = Vec::with_capacity(wanted.len());
        for (at, (cut, piece)) in wanted.iter().enumerate() {
            let from_end = wanted.len() - at;
            let kept = if at < front {
                Some(first + at)
            } else if from_end <= back {
                Some(end - from_end)
            } else {
                others.get_mut(piece).and_then(|indices| {
                    let last = *indices.last()?;
                    let kept = same(store.get(last), &(*cut, *piece));
                    if kept { indices.pop() } else { None }
                })
            };
            units.push(match kept {
                Some(index) => store.get(index).clone(),
                None => UnitData::cut(&mut builder, piece, cut, &limits),
            });
        }
        units
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.inner.whole
    }

    pub(crate) fn anchors(&self) -> &alias::Anchors {
        self.inner
            .anchors
            .get_or_init(|| alias::Anchors::collect(self))
    }

    /// Number of this snapshot: equal for clones, never given to another one.
    pub fn id(&self) -> u64 {
        self.inner.id
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

    /// The text of a range; borrowed where it lies inside one unit. Clamped to the text and to character borders.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        let start = u32::from(range.start().min(self.len()));
        let end = u32::from(range.end().min(self.len()));
        let index = self.store().find(start);
        let base = self.store().start(index);
        let text = &self.store().get(index).text;
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

    /// The units in the order of the text.
    pub fn units(&self) -> impl Iterator<Item = Unit<'_>> {
        self.units_from(0)
    }

    /// The units from `index` on.
    pub fn units_from(&self, index: usize) -> impl Iterator<Item = Unit<'_>> {
        let slots = &self.store().slots[self.store().slot_of(index)..];
        let skip = index - slots.first().map_or(index, |slot| slot.first as usize);
        slots
            .iter()
            .flat_map(|slot| Run::of(self, slot).units())
            .skip(skip)
    }

    /// The units in runs that snapshots share as a whole.
    pub fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        self.store().slots.iter().map(|slot| Run::of(self, slot))
    }

    /// Number of units; at least one.
    pub fn unit_count(&self) -> usize {
        self.store().len()
    }

    /// The unit at `index`, which is below [`Document::unit_count`].
    pub fn unit(&self, index: usize) -> Unit<'_> {
        Unit::of(self, index.min(self.unit_count() - 1))
    }

    /// The unit that holds `offset` (the last one that begins at or before it).
    pub fn unit_at(&self, offset: TextSize) -> Unit<'_> {
        Unit::of(self, self.store().find(offset.into()))
    }

    /// The root nodes of the YAML documents in the text, as one logical tree across units. Never empty: an empty text
    /// has one root of kind `Null`.
    pub fn roots(&self) -> Vec<Node<'_>> {
        let first = Unit::of(self, 0);
        let roots = &first.data().tree.roots;
        roots.iter().map(|root| first.logical(*root)).collect()
    }

    /// The root of the first document, the one that a `.infra` file is about.
    pub fn root(&self) -> Node<'_> {
        let first = Unit::of(self, 0);
        let root = first.data().tree.roots.first().copied().unwrap_or(0);
        first.logical(root)
    }

    /// Syntax errors in the order of the text.
    pub fn errors(&self) -> Vec<SyntaxError> {
        let mut errors: Vec<SyntaxError> = Vec::new();
        for slot in self
            .store()
            .slots
            .iter()
            .filter(|slot| slot.chunk.has_errors)
        {
            for (at, unit) in slot.chunk.units.iter().enumerate() {
                let start = self.store().start(slot.first as usize + at);
                errors.extend(unit.tree.errors.iter().map(|error| error.at(start)));
            }
        }
        errors.extend(alias::errors(self));
        errors.sort_by_key(|error| (error.range.start(), error.range.end(), error.code));
        // The two ends of a merge conflict may stand in different units.
        let mut opened: Option<TextRange> = None;
        for error in errors
            .iter_mut()
            .filter(|error| error.code == SyntaxCode::MergeConflict)
        {
            if self.slice(error.range).starts_with('<') {
                opened = Some(error.range);
            } else if let Some(opened) = opened {
                error.related = Some((opened, "the conflict begins here".into()));
            }
        }
        errors
    }

    /// Whether there is any syntax error.
    pub fn has_errors(&self) -> bool {
        self.store().slots.iter().any(|slot| slot.chunk.has_errors)
            || !alias::errors(self).is_empty()
    }

    /// Comments in the order of the text.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        self.units().flat_map(Unit::comments)
    }

    /// The beginning of the character at `offset`, or the end of the text.
    fn clamp(&self, offset: TextSize) -> TextSize {
        let rope = &self.inner.rope;
        let offset = usize::from(offset.min(self.len()));
        TextSize::new(rope.char_to_byte(rope.byte_to_char(offset)) as u32)
    }

    /// What stands at `offset`, also where the text is broken.
    pub fn cursor(&self, offset: TextSize) -> Cursor<'_> {
        cursor::cursor(self, self.clamp(offset))
    }

    /// The innermost node that covers `offset` (a key, a scalar, a collection).
    pub fn node_at(&self, offset: TextSize) -> Option<Node<'_>> {
        let offset = self.clamp(offset);
        let unit = self.unit_at(offset);
        let relative = u32::from(offset) - unit.start();
        let tree = &unit.data().tree;
        let root = tree
            .roots
            .iter()
            .rev()
            .find(|root| tree.nodes[**root as usize].start <= relative)?;
        let root = unit.logical(*root);
        let node = root.at(relative);
        if node == root && !self.is_whole() {
            return None;
        }
        node.range().contains_inclusive(offset).then_some(node)
    }
}

/// The units that `cuts` make of `text`, read on all processors when they are many.
fn read_all(text: &str, cuts: &[Cut], limits: &Limits) -> Vec<Arc<UnitData>> {
    let read = |builder: &mut Builder, (cut, piece): (&Cut, &str)| {
        UnitData::cut(builder, piece, cut, limits)
    };
    if text.len() < PARALLEL {
        let mut builder = Builder::default();
        return pieces(text, cuts)
            .map(|piece| read(&mut builder, piece))
            .collect();
    }
    let pieces: Vec<(&Cut, &str)> = pieces(text, cuts).collect();
    pieces
        .into_par_iter()
        .with_min_len(64)
        .map_init(Builder::default, read)
        .collect()
}

fn pieces<'t>(text: &'t str, cuts: &'t [Cut]) -> impl Iterator<Item = (&'t Cut, &'t str)> {
    cuts.iter().enumerate().map(move |(at, cut)| {
        let end = cuts.get(at + 1).map_or(text.len(), |next| next.start);
        (cut, &text[cut.start..end])
    })
}
