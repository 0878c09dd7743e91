//! What snapshots share of a fragment: its text and its tree.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::{
    builder::TreeBuilder,
    error::{RawError, SyntaxCode},
    limits::Limits,
    line,
    memo::MemoCell,
    outline::{Cut, Shape},
    read,
    tree::{NodeKind, SPLIT, Tree},
};

/// A fragment as it is shared between snapshots. It knows nothing of where it stands.
pub(crate) struct FragmentData {
    pub id: u64,
    pub text: Box<str>,
    pub path: Arc<[Box<str>]>,
    pub shape: Shape,
    pub breaks: u32,
    /// See [`Cut::suspicious`](crate::outline::Cut).
    pub suspicious: bool,
    pub tree: Tree,
    pub memo: MemoCell,
}

impl std::fmt::Debug for FragmentData {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("UnitData")
            .field("text", &self.text)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FragmentData {
    /// The fragment that an outline cuts out.
    pub fn cut(
        builder: &mut TreeBuilder,
        text: &str,
        cut: &Cut,
        limits: &Limits,
    ) -> Arc<FragmentData> {
        FragmentData::read(
            builder,
            text,
            cut.path.clone(),
            cut.shape,
            cut.suspicious,
            limits,
        )
    }

    /// All of the text as one fragment.
    pub fn whole(text: &str, limits: &Limits) -> Arc<FragmentData> {
        let mut builder = TreeBuilder::default();
        FragmentData::read(
            &mut builder,
            text,
            Arc::default(),
            Shape::Whole,
            false,
            limits,
        )
    }

    /// The fragment is what an outline cuts out at `cut`.
    pub fn is(&self, cut: &Cut, text: &str) -> bool {
        self.shape == cut.shape && *self.text == *text && self.path == cut.path
    }

    fn read(
        builder: &mut TreeBuilder,
        text: &str,
        path: Arc<[Box<str>]>,
        shape: Shape,
        suspicious: bool,
        limits: &Limits,
    ) -> Arc<FragmentData> {
        let tree = if text.len() > limits.bytes {
            too_large(text, limits)
        } else {
            read::read(builder, text, shape, limits)
        };
        Arc::new(FragmentData {
            id: next_id(),
            text: text.into(),
            path,
            shape,
            breaks: line::count_breaks(text),
            suspicious,
            tree,
            memo: MemoCell::default(),
        })
    }

    pub fn is_top(&self) -> bool {
        !matches!(self.shape, Shape::Nested { .. })
    }

    /// The node of a head whose entries stand in the fragments that follow.
    pub fn split_value(&self) -> Option<u32> {
        if !matches!(self.shape, Shape::Head { .. }) {
            return None;
        }
        self.tree
            .nodes
            .iter()
            .rposition(|node| node.has(SPLIT))
            .map(|index| index as u32)
    }
}

/// A number that was never given before.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// In megabytes where they tell the two apart, else in bytes.
fn too_large_message(bytes: usize, most: usize) -> String {
    let (shown, allowed) = (bytes / 1_000_000, most / 1_000_000);
    let (shown, allowed, fragment) = if allowed > 0 && shown > allowed {
        (shown, allowed, "MB")
    } else {
        (bytes, most, "bytes")
    };
    format!("Too many {fragment}: {shown}, and at most {allowed} are read. Split the document.")
}

fn too_large(text: &str, limits: &Limits) -> Tree {
    let mut builder = TreeBuilder::default();
    builder.add(NodeKind::Null, 0, 0);
    let end = line::Lines::new(text, 0)
        .next()
        .map_or(0, |line| line.end.min(4096));
    let end = (0..=end)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    builder.error(RawError::new(
        SyntaxCode::TooLarge,
        0,
        end,
        too_large_message(text.len(), limits.bytes),
    ));
    builder.finish()
}
