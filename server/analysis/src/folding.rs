//! What can be folded: entries over several lines, runs of comments, regions marked by comments.

use nexflow_syntax::{Node, NodeKind, TextRange};

use crate::Snapshot;

/// A part of the text that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the line that stays visible to the last one.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What a folded part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// An entry or an item.
    Block,
    /// Comment lines.
    Comment,
    /// From `# region` to `# endregion`.
    Region,
}

/// The foldable parts in the order of the text.
pub fn folds(snapshot: &Snapshot) -> Vec<Fold> {
    let document = &snapshot.document;
    let rope = document.rope();
    let line =
        |at: nexflow_syntax::TextSize| rope.byte_to_line(usize::from(at).min(rope.len_bytes()));
    let mut out = Vec::new();
    let mut open: Vec<Node<'_>> = document.roots();
    while let Some(node) = open.pop() {
        match node.kind() {
            NodeKind::Mapping => {
                for entry in node.entries() {
                    block(entry.key().range().cover(entry.range()), &line, &mut out);
                    open.push(entry.value());
                }
            }
            NodeKind::Sequence => {
                for item in node.items() {
                    if matches!(item.kind(), NodeKind::Mapping | NodeKind::Sequence) {
                        block(item.range(), &line, &mut out);
                    }
                    open.push(item);
                }
            }
            _ => {}
        }
    }
    comments(snapshot, &line, &mut out);
    out.sort_by_key(|fold| (fold.range.start(), std::cmp::Reverse(fold.range.end())));
    out.dedup_by_key(|fold| (line(fold.range.start()), line(fold.range.end())));
    out
}

fn block(range: TextRange, line: &impl Fn(nexflow_syntax::TextSize) -> usize, out: &mut Vec<Fold>) {
    if line(range.start()) < line(range.end()) {
        out.push(Fold {
            range,
            kind: FoldKind::Block,
        });
    }
}

fn comments(
    snapshot: &Snapshot,
    line: &impl Fn(nexflow_syntax::TextSize) -> usize,
    out: &mut Vec<Fold>,
) {
    let mut run: Option<TextRange> = None;
    let mut regions: Vec<TextRange> = Vec::new();
    for comment in snapshot
        .document
        .comments()
        .filter(|comment| comment.own_line)
    {
        let word = comment.text.trim_start_matches('#').trim_start();
        let word = word.split_whitespace().next().unwrap_or_default();
        if word == "region" {
            regions.push(comment.range);
        } else if word == "endregion"
            && let Some(start) = regions.pop()
        {
            out.push(Fold {
                range: start.cover(comment.range),
                kind: FoldKind::Region,
            });
        }
        let marks = matches!(word, "region" | "endregion");
        run = match run {
            Some(run) if !marks && line(run.end()) + 1 == line(comment.range.start()) => {
                Some(run.cover(comment.range))
            }
            before => {
                finish(before, line, out);
                (!marks).then_some(comment.range)
            }
        };
    }
    finish(run, line, out);
}

fn finish(
    run: Option<TextRange>,
    line: &impl Fn(nexflow_syntax::TextSize) -> usize,
    out: &mut Vec<Fold>,
) {
    if let Some(range) = run
        && line(range.start()) < line(range.end())
    {
        out.push(Fold {
            range,
            kind: FoldKind::Comment,
        });
    }
}
