//! Cuts a text into fragments at the lines where an entry must begin.
//!
//! The cuts follow from what YAML's indentation rules leave no doubt about. In a document whose root is a block mapping
//! at column 0, every line at column 0 begins a new entry: the lines of a scalar, of a flow collection or of a block
//! collection that is a value all stand deeper. The exceptions are `- ` (a list at the column of its key), `: ` (the
//! value of an explicit key), closing brackets and comments, and none of these lines is a cut. The same holds one level
//! down, below a key that has nothing behind its colon and whose first line is itself a key.
//!
//! So cutting never changes what valid YAML means. Where it might (document markers, directives, a root that is no
//! mapping at column 0), there are no cuts and the whole document is one fragment.
//!
//! In text that is not valid, a complete entry followed by deeper entries stands at the wrong column: it is left in the
//! fragment before it, so that recovery sees both sides of the break.

use std::{ops::Range, sync::Arc};

use crate::{
    limits::PARALLEL,
    line::{self, HeadKind, Lines, ValueKind},
};

/// What kind of piece a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// All of the text, whatever it holds.
    Whole,
    /// Entries of the mapping at the root, at this column.
    Top { column: u32 },
    /// The last of the fragment's entries is a key whose value stands in the fragments that follow.
    Head { column: u32 },
    /// Entries of the section that the head before it begins.
    Nested { column: u32 },
}

/// The beginning of a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub start: usize,
    pub shape: Shape,
    /// The key of the section around the fragment, shared by all of the section's fragments.
    pub path: Arc<[Box<str>]>,
    /// A line in the fragment looks misplaced, so that where it belongs depends on more than the lines around it.
    pub suspicious: bool,
}

/// A line with content: what there is to know of it and its head. There is one for each line of a document, so it is small.
#[derive(Clone, Copy)]
struct ContentLine {
    /// Where the line begins.
    start: u32,
    /// Its first character that is no space.
    content: u32,
    /// The number of spaces before that.
    column: u32,
    /// Behind the key.
    key_end: u32,
    kind: HeadKind,
    value_kind: ValueKind,
    /// A tab stands before the content.
    tab: bool,
}

impl ContentLine {
    fn is_key(&self) -> bool {
        self.kind == HeadKind::Key && !self.tab
    }

    /// A line at this column that begins an entry.
    fn begins_entry(&self, column: u32) -> bool {
        self.column == column
            && !self.tab
            && !matches!(
                self.kind,
                HeadKind::Dash | HeadKind::Colon | HeadKind::Closer
            )
    }

    /// An entry that can have nothing below it.
    fn is_complete(&self) -> bool {
        match self.kind {
            HeadKind::Key => self.value_kind.is_complete(),
            HeadKind::TightKey => true,
            _ => false,
        }
    }
}

/// `<<<<<<<`, `=======`, `>>>>>>>` or `|||||||` at the beginning of a line.
pub(crate) fn is_conflict_marker(line: &str) -> bool {
    let bytes = line.as_bytes();
    let Some(mark) = bytes
        .first()
        .filter(|mark| matches!(mark, b'<' | b'=' | b'>' | b'|'))
    else {
        return false;
    };
    bytes.len() >= 7
        && bytes[..7].iter().all(|byte| byte == mark)
        && matches!(bytes.get(7), None | Some(b' ' | b'\t'))
}

/// `---`, `...` or a directive: what stands at column 0 and is no content.
fn is_marker(line: &str) -> bool {
    line.starts_with('%')
        || ["---", "..."].iter().any(|mark| {
            line.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        })
}

/// The lines with content in a range of `text` that begins and ends where lines do; `Err` where the outline cannot be trusted.
fn contents(text: &str, within: Range<usize>, at_start: bool) -> Result<Vec<ContentLine>, ()> {
    // About so many lines, so that room is made once. What is not needed is never touched.
    let mut contents = Vec::with_capacity(within.len() / 24);
    for line in Lines::new(&text[..within.end], within.start) {
        // A byte order mark belongs at the beginning of the document; a fragment that began with one would read it as that.
        if (line.start > 0 || !at_start) && text[line.start..].starts_with('\u{feff}') {
            return Err(());
        }
        if line.is_trivia(text) {
            continue;
        }
        let content = &text[line.content..line.end];
        if line.column == 0 {
            if is_marker(content) {
                return Err(());
            }
            if is_conflict_marker(content) {
                continue;
            }
        }
        let from = line.content + content.len() - content.trim_start_matches(['\t', ' ']).len();
        let head = line::head(text, from, line.end);
        contents.push(ContentLine {
            start: line.start as u32,
            content: line.content as u32,
            column: line.column,
            key_end: head.key_end as u32,
            kind: head.kind,
            value_kind: head.value_kind,
            tab: line.has_tab(text),
        });
    }
    Ok(contents)
}

/// The same for a whole document, on all processors when it is long.
fn all_contents(text: &str, within: Range<usize>) -> Result<Vec<ContentLine>, ()> {
    let middle = within.start + within.len() / 2;
    let feed = text.as_bytes()[middle..within.end]
        .iter()
        .position(|byte| *byte == b'\n');
    let behind = feed.map_or(within.end, |feed| middle + feed + 1);
    // A line as long as all of it leaves nothing for another processor.
    if within.len() < PARALLEL || behind == within.end {
        return contents(text, within, true);
    }
    let (one, other) = rayon::join(
        || all_contents(text, within.start..behind),
        || all_contents(text, behind..within.end),
    );
    let mut contents = one?;
    contents.extend_from_slice(&other?);
    Ok(contents)
}

/// What the lines before a region of a document say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegionContext {
    /// The region is the beginning of the document.
    Start,
    /// The region begins with an entry of the top level, or the document ends here.
    Top,
    /// The region begins with an entry of this section.
    Section { key: Box<str>, column: u32 },
}

/// The fragments of a region.
#[derive(Debug)]
pub(crate) struct Region {
    pub cuts: Vec<Cut>,
    /// What the region says about what follows it.
    pub end: RegionContext,
}

/// Where the fragments of `text` begin; `None` when the whole text is one fragment.
pub(crate) fn outline(text: &str) -> Option<Vec<Cut>> {
    let lines = all_contents(text, 0..text.len()).ok()?;
    Some(region_of(text, &lines, RegionContext::Start)?.cuts)
}

/// Where the fragments of a part of a document begin. `None` when the part alone does not say: the whole document must be
/// outlined anew.
///
/// `text` must begin and end where fragments do, and reach at least two fragments beyond what an edit touched on either side,
/// because whether a line is a cut depends on up to two lines around it. Only a line that looks misplaced needs to know
/// more than that.
pub(crate) fn outline_region(text: &str, context: RegionContext) -> Option<Region> {
    let lines = contents(text, 0..text.len(), context == RegionContext::Start).ok()?;
    if (0..lines.len()).any(|at| looks_misplaced(&lines, at)) {
        return None;
    }
    region_of(text, &lines, context)
}

fn region_of(text: &str, lines: &[ContentLine], context: RegionContext) -> Option<Region> {
    let first = lines.first()?;
    let mut region = Region {
        cuts: Vec::new(),
        end: RegionContext::Top,
    };
    let mut at = 0;
    match context {
        RegionContext::Start if !trusted_start(text, first, lines.get(1)) => return None,
        RegionContext::Start | RegionContext::Top => {}
        RegionContext::Section { key, column } => {
            while at < lines.len() && !lines[at].begins_entry(0) {
                if !lines[at].tab && lines[at].column < column {
                    return None;
                }
                at += 1;
            }
            nested_cuts(lines, 0, at, &key, column, &mut region.cuts);
            region.end = RegionContext::Section { key, column };
        }
    }
    // The lines at which entries of the top level begin.
    let mut tops: Vec<usize> = Vec::new();
    for at in at..lines.len() {
        let first = tops.is_empty();
        if first || (lines[at].begins_entry(0) && !misplaced(lines, tops[tops.len() - 1], at)) {
            tops.push(at);
        }
    }
    for (number, &top) in tops.iter().enumerate() {
        let end = tops.get(number + 1).copied().unwrap_or(lines.len());
        let start = if top == 0 {
            0
        } else {
            lines[top].start as usize
        };
        let suspicious = (top..end).any(|at| looks_misplaced(lines, at));
        match section_column(text, &lines[top..end]) {
            None => {
                region.cuts.push(Cut {
                    start,
                    shape: Shape::Top { column: 0 },
                    path: Arc::default(),
                    suspicious,
                });
                region.end = RegionContext::Top;
            }
            Some(column) => {
                let shape = Shape::Head { column: 0 };
                region.cuts.push(Cut {
                    start,
                    shape,
                    path: Arc::default(),
                    suspicious: false,
                });
                let key = section_key(text, &lines[top]);
                nested_cuts(lines, top + 1, end, &key, column, &mut region.cuts);
                region.end = RegionContext::Section { key, column };
            }
        }
    }
    Some(region)
}

/// The fragments of a section, whose entries stand in `lines[from..to]`.
fn nested_cuts(
    lines: &[ContentLine],
    from: usize,
    to: usize,
    key: &str,
    column: u32,
    cuts: &mut Vec<Cut>,
) {
    let path: Arc<[Box<str>]> = [key.into()].into();
    let mut entry = from;
    let mut open: Option<Cut> = None;
    for at in from..to {
        if at == from || (lines[at].begins_entry(column) && !misplaced(&lines[..to], entry, at)) {
            entry = at;
            cuts.extend(open.take());
            let start = if at == 0 { 0 } else { lines[at].start as usize };
            open = Some(Cut {
                start,
                shape: Shape::Nested { column },
                path: path.clone(),
                suspicious: false,
            });
        }
        if let Some(cut) = &mut open {
            cut.suspicious |= looks_misplaced(lines, at);
        }
    }
    cuts.extend(open);
}

/// A complete entry with deeper entries below it.
fn looks_misplaced(lines: &[ContentLine], at: usize) -> bool {
    let (line, next) = (&lines[at], lines.get(at + 1));
    next.is_some_and(|next| {
        next.column > line.column
            && !next.tab
            && matches!(next.kind, HeadKind::Key | HeadKind::Dash)
            && line.is_complete()
    })
}

/// The document is a mapping at column 0.
fn trusted_start(text: &str, first: &ContentLine, second: Option<&ContentLine>) -> bool {
    if first.column != 0 || first.tab {
        return false;
    }
    match first.kind {
        HeadKind::Key => plain_start(text, first),
        // A word that is about to become a key, above one that is a key already.
        HeadKind::Word | HeadKind::TightKey => {
            plain_start(text, first)
                && first.value_kind == ValueKind::Plain
                && second.is_some_and(|second| second.is_key() && second.column == 0)
        }
        _ => false,
    }
}

/// The line begins with a word or a quote, not with an indicator that could make it anything else.
fn plain_start(text: &str, content: &ContentLine) -> bool {
    !matches!(
        text.as_bytes().get(content.content as usize),
        Some(b'[' | b'{' | b'&' | b'!' | b'*' | b'|' | b'>' | b'@' | b'`' | b'%')
    )
}

/// A complete entry at `at`, below the section that begins at `section`, that has deeper entries below it: it should
/// stand where these do.
fn misplaced(lines: &[ContentLine], section: usize, at: usize) -> bool {
    looks_misplaced(lines, at)
        && lines[section].value_kind.is_bare()
        && (at == section + 1
            || lines[section + 1..at]
                .iter()
                .any(|inner| inner.column == lines[at + 1].column))
}

/// The column of the section's entries when they can be fragments of their own.
fn section_column(text: &str, lines: &[ContentLine]) -> Option<u32> {
    let (head, first) = (lines.first()?, lines.get(1)?);
    let column = first.column;
    if !head.is_key() || head.value_kind != ValueKind::Empty || column == 0 || first.tab {
        return None;
    }
    let key = match first.kind {
        HeadKind::Key => true,
        HeadKind::Word | HeadKind::TightKey => {
            first.value_kind == ValueKind::Plain
                && lines
                    .get(2)
                    .is_some_and(|second| second.is_key() && second.column == column)
        }
        _ => false,
    };
    // Every line must stand at least as deep; else recovery needs to see the section whole.
    let regular = lines[1..]
        .iter()
        .all(|line| line.tab || line.column >= column);
    (key && regular && plain_start(text, head) && plain_start(text, first)).then_some(column)
}

fn section_key(text: &str, content: &ContentLine) -> Box<str> {
    let source = &text[content.content as usize..content.key_end as usize];
    match source.as_bytes().first() {
        Some(b'\'') => source.trim_matches('\'').replace("''", "'").into(),
        Some(b'"') => source.trim_matches('"').into(),
        _ => source.into(),
    }
}
