//! Ways in which a document breaks while someone works on it.

use nexflow_syntax::{Document, Node, NodeKind, ScalarStyle, Segment};

use crate::corpus::Random;

/// A text with some of its lines broken.
#[derive(Clone, Debug)]
pub struct Corruption {
    /// Replacements in the original text, from front to back, not overlapping.
    pub edits: Vec<(usize, usize, String)>,
    /// Keys below these paths are not counted: they have lost a key that was their parent.
    pub orphans: Vec<Vec<Segment>>,
}

impl Corruption {
    fn one(start: usize, end: usize, text: String) -> Corruption {
        Corruption {
            edits: vec![(start, end, text)],
            orphans: Vec::new(),
        }
    }

    /// The broken text.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for (start, end, insert) in &self.edits {
            out.push_str(&text[at..*start]);
            out.push_str(insert);
            at = *end;
        }
        out.push_str(&text[at..]);
        out
    }

    /// Where an offset of the original text is in the broken one; `None` when it was replaced.
    pub fn map(&self, offset: usize) -> Option<usize> {
        let mut shift = 0isize;
        for (start, end, insert) in &self.edits {
            if offset < *start {
                break;
            }
            if offset < *end {
                return None;
            }
            shift += insert.len() as isize - (*end - *start) as isize;
        }
        Some(offset.wrapping_add_signed(shift))
    }

    /// Whether an offset of the broken text lies in what was put there.
    pub fn is_inserted(&self, offset: usize) -> bool {
        let mut shift = 0isize;
        for (start, end, insert) in &self.edits {
            let from = start.wrapping_add_signed(shift);
            if (from..from + insert.len()).contains(&offset) {
                return true;
            }
            shift += insert.len() as isize - (*end - *start) as isize;
        }
        false
    }
}

/// A `key: value` on one line of a block mapping.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Where the line begins and ends (without its line break).
    pub line: (usize, usize),
    /// Where the key begins and ends.
    pub key: (usize, usize),
    /// Where the value begins and ends.
    pub value: (usize, usize),
    /// Only spaces stand before the key.
    pub own_line: bool,
}

/// The leaves of a document.
pub fn leaves(text: &str, document: &Document) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let mut nodes: Vec<Node<'_>> = document.roots();
    nodes.reverse();
    while let Some(node) = nodes.pop() {
        if node.is_flow() {
            continue;
        }
        let mut inner: Vec<Node<'_>> = node.items().collect();
        for entry in node.entries() {
            let value = entry.value();
            inner.push(value);
            let key: std::ops::Range<usize> = entry.key().range().into();
            let range: std::ops::Range<usize> = value.range().into();
            let line = line_at(text, key.start);
            let one_line = range.end <= line.1 && entry.key().kind() == NodeKind::Scalar;
            let block = matches!(
                value.style(),
                Some(ScalarStyle::Literal | ScalarStyle::Folded)
            );
            let explicit = text[line.0..key.start].contains('?');
            let leaf =
                matches!(value.kind(), NodeKind::Scalar | NodeKind::Alias) || value.is_flow();
            if one_line && leaf && !block && !explicit && value.tag().is_none() {
                leaves.push(Leaf {
                    line,
                    key: (key.start, key.end),
                    value: (range.start, range.end),
                    own_line: text[line.0..key.start]
                        .trim_start_matches('\u{feff}')
                        .bytes()
                        .all(|byte| byte == b' '),
                });
            }
        }
        nodes.extend(inner.into_iter().rev());
    }
    leaves
}

fn line_at(text: &str, offset: usize) -> (usize, usize) {
    let mut start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    if text[start..].starts_with('\u{feff}') {
        start += '\u{feff}'.len_utf8();
    }
    let end = text[offset..]
        .find(['\n', '\r'])
        .map_or(text.len(), |length| offset + length);
    (start, end)
}

/// A name and a way to break a leaf; `None` where the leaf cannot be broken in this way.
pub type Kind = (&'static str, fn(&str, &Leaf) -> Option<Corruption>);

/// The one-line corruptions.
pub const KINDS: [Kind; 12] = [
    ("half-typed key", |text, leaf| {
        let key = &text[leaf.key.0..leaf.key.1];
        let half = key
            .char_indices()
            .nth(key.chars().count().div_ceil(2))
            .map_or(key.len(), |(at, _)| at);
        Some(Corruption::one(
            leaf.key.0,
            leaf.line.1,
            key[..half].trim_end_matches(['"', '\'', ' ']).into(),
        ))
    }),
    ("`key: -`", |text, leaf| value(text, leaf, "-")),
    ("unclosed quote", |text, leaf| {
        let plain = text[leaf.value.0..leaf.value.1].replace(['"', '\'', '\\'], "");
        value(text, leaf, &format!("\"{plain}"))
    }),
    ("tab indentation", |text, leaf| {
        let column = leaf.key.0 - leaf.line.0;
        let tabs = "\t".repeat((column / 2).clamp(1, 3));
        (leaf.own_line && column > 1).then(|| {
            Corruption::one(
                leaf.line.0,
                leaf.line.1,
                format!("{tabs}{}", &text[leaf.key.0..leaf.line.1]),
            )
        })
    }),
    ("over-indented", |text, leaf| {
        leaf.own_line.then(|| {
            Corruption::one(
                leaf.key.0,
                leaf.line.1,
                format!("  {}", &text[leaf.key.0..leaf.line.1]),
            )
        })
    }),
    ("under-indented", |text, leaf| {
        (leaf.own_line && leaf.key.0 - leaf.line.0 >= 2).then(|| {
            Corruption::one(
                leaf.line.0,
                leaf.line.1,
                text[leaf.line.0 + 2..leaf.line.1].into(),
            )
        })
    }),
    ("conflict markers", |text, leaf| {
        let line = &text[leaf.line.0..leaf.line.1];
        let (before, after) = (
            &text[leaf.line.0..leaf.value.0],
            &text[leaf.value.1..leaf.line.1],
        );
        leaf.own_line.then(|| {
            let conflict =
                format!("<<<<<<< HEAD\n{line}\n=======\n{before}theirs{after}\n>>>>>>> feature");
            Corruption::one(leaf.line.0, leaf.line.1, conflict)
        })
    }),
    ("unclosed `[`", |text, leaf| {
        let plain =
            text[leaf.value.0..leaf.value.1].replace(['"', '\'', '\\', '[', ']', '{', '}'], "");
        value(text, leaf, &format!("[{plain}"))
    }),
    ("unclosed `{`", |text, leaf| {
        let plain =
            text[leaf.value.0..leaf.value.1].replace(['"', '\'', '\\', '[', ']', '{', '}'], "");
        value(text, leaf, &format!("{{a: {plain}"))
    }),
    ("`{a: ${B}}`", |text, leaf| value(text, leaf, "{a: ${B}}")),
    ("`key:value`", |text, leaf| {
        let tight = format!(
            "{}:{}",
            &text[leaf.key.0..leaf.key.1],
            &text[leaf.value.0..leaf.line.1]
        );
        Some(Corruption::one(leaf.key.0, leaf.line.1, tight))
    }),
    ("`key: @x`", |text, leaf| value(text, leaf, "@x")),
];

fn value(text: &str, leaf: &Leaf, value: &str) -> Option<Corruption> {
    let line = format!(
        "{}{value}{}",
        &text[leaf.key.0..leaf.value.0],
        &text[leaf.value.1..leaf.line.1]
    );
    Some(Corruption::one(leaf.key.0, leaf.line.1, line))
}

/// The corruptions of more than one line.
pub const MULTI: [&str; 4] = [
    "two broken places",
    "deleted line",
    "deleted key with lines below",
    "pasted block at a wrong depth",
];

/// A corruption of the kind `MULTI[kind]`, chosen by `random`.
pub fn multi(
    kind: usize,
    text: &str,
    document: &Document,
    random: &mut Random,
) -> Option<Corruption> {
    let leaves = leaves(text, document);
    if leaves.is_empty() {
        return None;
    }
    let leaf = &leaves[random.below(leaves.len())];
    match kind {
        0 => {
            let other = &leaves[random.below(leaves.len())];
            let (first, second) = if leaf.line.0 < other.line.0 {
                (leaf, other)
            } else {
                (other, leaf)
            };
            if first.line == second.line {
                return None;
            }
            let mut edits = KINDS[random.below(KINDS.len())].1(text, first)?.edits;
            edits.extend(KINDS[random.below(KINDS.len())].1(text, second)?.edits);
            Some(Corruption {
                edits,
                orphans: Vec::new(),
            })
        }
        1 => {
            let end = (leaf.line.1 + line_break(text, leaf.line.1)).min(text.len());
            leaf.own_line
                .then(|| Corruption::one(leaf.line.0, end, String::new()))
        }
        2 => {
            let heads = heads(text, document);
            if heads.is_empty() {
                return None;
            }
            let (line, path) = &heads[random.below(heads.len())];
            let end = line.1 + line_break(text, line.1);
            Some(Corruption {
                edits: vec![(line.0, end, String::new())],
                orphans: vec![path.clone()],
            })
        }
        _ => {
            let heads = heads(text, document);
            if heads.is_empty() || !leaf.own_line {
                return None;
            }
            let (line, _) = &heads[random.below(heads.len())];
            let column = text[line.0..line.1].len() - text[line.0..line.1].trim_start().len();
            let block: Vec<&str> = text[line.0..]
                .lines()
                .enumerate()
                .take_while(|(at, line)| {
                    *at == 0
                        || (line.len() - line.trim_start().len() > column
                            && !line.trim().is_empty())
                })
                .map(|(_, line)| line)
                .take(5)
                .collect();
            let depth = [0, 1, 2, 4, 6, 8][random.below(6)];
            let mut pasted = String::new();
            for line in block {
                pasted.push_str(&" ".repeat(depth));
                pasted.push_str(line[column..].trim_end());
                pasted.push('\n');
            }
            Some(Corruption::one(leaf.line.0, leaf.line.0, pasted))
        }
    }
}

fn line_break(text: &str, at: usize) -> usize {
    if text[at..].starts_with("\r\n") {
        2
    } else {
        usize::from(at < text.len())
    }
}

/// Lines of keys that have a block mapping below them, with the paths of these.
fn heads(text: &str, document: &Document) -> Vec<((usize, usize), Vec<Segment>)> {
    let mut heads = Vec::new();
    let mut nodes = document.roots();
    while let Some(node) = nodes.pop() {
        nodes.extend(node.items());
        for entry in node.entries() {
            let value = entry.value();
            nodes.push(value);
            let start = usize::from(entry.key().range().start());
            let line = line_at(text, start);
            let own_line = text[line.0..start].bytes().all(|byte| byte == b' ');
            if own_line
                && value.kind() == NodeKind::Mapping
                && !value.is_flow()
                && usize::from(value.range().start()) > line.1
            {
                heads.push((line, value.path()));
            }
        }
    }
    heads.sort();
    heads
}
