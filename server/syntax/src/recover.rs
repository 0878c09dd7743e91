//! Divide and recover: the tree of a fragment that does not parse.
//!
//! The fragment is divided along its [skeleton](crate::skeleton): each entry is parsed by itself, and an entry that fails is
//! divided into its head and what stands below. What is left in the end is one entry or one line that is wrong, and
//! [`diagnose`](crate::diagnose) says why.

mod documents;

use crate::{
    builder::TreeBuilder,
    diagnose::{self, Repaired, Salvage},
    error::{RawError, SyntaxCode},
    limits::Limits,
    line::HeadKind,
    parse::{self, Expect, Failure},
    skeleton::{self, Misplaced, Part, Role},
    tree::{COLON, NodeKind},
};

/// What is left to recover, and where it goes.
pub(crate) struct Recovery<'b, 't> {
    builder: &'b mut TreeBuilder,
    text: &'t str,
    limits: &'t Limits,
    parts: Vec<Part>,
}

impl<'b, 't> Recovery<'b, 't> {
    pub fn new(builder: &'b mut TreeBuilder, text: &'t str, limits: &'t Limits) -> Self {
        Recovery {
            builder,
            text,
            limits,
            parts: Vec::new(),
        }
    }

    /// Recovers entries of the mapping that is open, at `column`.
    pub fn entries(&mut self, column: u32, failure: Failure) {
        let before = self.builder.errors.len();
        self.parts = skeleton::skeleton(self.text, Some(column));
        self.set_start();
        self.mapping(0);
        self.report_unexplained(before, &failure, 0, self.text.len());
    }

    fn set_start(&mut self) {
        let start = self.parts[0]
            .first_child
            .map_or(0, |child| self.parts[child].start);
        if let Some(node) = self.builder.open_node() {
            self.builder.nodes[node as usize].start = start as u32;
        }
    }

    /// When no error was reported for the piece that failed, reports why it did.
    fn report_unexplained(&mut self, before: usize, failure: &Failure, start: usize, end: usize) {
        if self.builder.errors.len() == before {
            let error = diagnose::failure(self.text, failure, start, end);
            self.builder.error(error);
        }
    }

    fn children(&self, part: usize) -> Vec<usize> {
        std::iter::successors(self.parts[part].first_child, |child| {
            self.parts[*child].next
        })
        .collect()
    }

    /// Adds what stands below `part` as one node.
    fn node(&mut self, part: usize, failure: &Failure) {
        let children = self.children(part);
        let Some(first) = children.first().copied() else {
            self.builder
                .add(NodeKind::Null, self.parts[part].end, self.parts[part].end);
            return;
        };
        if self.too_deep(part) {
            self.builder.add(
                NodeKind::Null,
                self.parts[first].start,
                self.parts[first].start,
            );
            return;
        }
        match self.parts[first].role {
            Role::Item => {
                self.builder
                    .open(NodeKind::Sequence, self.parts[first].start, 0);
                self.items(part);
                self.builder.close(None);
            }
            Role::Text if children.len() == 1 && self.parts[first].first_child.is_none() => {
                self.value(first, failure)
            }
            _ => {
                self.builder
                    .open(NodeKind::Mapping, self.parts[first].start, 0);
                self.mapping(part);
                self.builder.close(None);
            }
        }
    }

    fn too_deep(&mut self, part: usize) -> bool {
        if self.builder.depth() < self.limits.depth {
            return false;
        }
        let start = self.parts[part].start;
        let end = self.parts[part].own_end;
        self.builder
            .error(diagnose::too_deep(start, end, self.limits.depth));
        true
    }

    /// Adds the children of `part` as entries of the open mapping.
    fn mapping(&mut self, part: usize) {
        let children = self.children(part);
        let mut skip = false;
        for (at, child) in children.iter().copied().enumerate() {
            if std::mem::take(&mut skip) {
                continue;
            }
            if matches!(
                self.parts[child].head.kind,
                HeadKind::Explicit | HeadKind::Colon
            ) {
                // `? key` and the `: value` below it are one entry.
                let value = children.get(at + 1).copied().filter(|next| {
                    self.parts[child].head.kind == HeadKind::Explicit
                        && self.parts[*next].head.kind == HeadKind::Colon
                });
                let end = self.parts[value.unwrap_or(child)].end;
                if self.attempt(child, end, Expect::Entries).is_ok() {
                    skip = value.is_some();
                    continue;
                }
            }
            if self.parts[child].role != Role::Text
                || self.parts[child].misplaced != Some(Misplaced::TooDeep)
            {
                self.misplacement(child);
            }
            match self.parts[child].role {
                Role::Entry => self.entry(child),
                Role::Item => {
                    let start = self.parts[child].start;
                    self.builder.error(RawError::new(
                        SyntaxCode::ItemAmongKeys,
                        start,
                        start + 1,
                        "Unexpected `-` among the keys of a mapping. Remove the dash, or give the list its own key.",
                    ));
                    if self.parts[child].first_child.is_some() && !self.too_deep(child) {
                        self.mapping_inside_item(child);
                    }
                }
                Role::Text | Role::Root => self.word(child),
            }
        }
    }

    /// The entries of an item that stands where only entries can.
    fn mapping_inside_item(&mut self, item: usize) {
        for child in self.children(item) {
            if self.parts[child].role == Role::Entry {
                self.misplacement(child);
                self.entry(child);
            }
        }
    }

    /// Adds the children of `part` as items of the open sequence.
    fn items(&mut self, part: usize) {
        for child in self.children(part) {
            self.misplacement(child);
            match self.parts[child].role {
                Role::Item => self.item(child),
                Role::Entry => {
                    let (start, end) = (self.parts[child].start, self.parts[child].head.key_end);
                    let key = self.text[start..end].to_string();
                    self.builder.error(RawError::new(
                        SyntaxCode::KeyAmongItems,
                        start,
                        end,
                        format!("Unexpected key `{key}` among list items. Indent it below an item, or move it out of the list."),
                    ));
                    self.builder.open(NodeKind::Mapping, start, 0);
                    self.entry(child);
                    self.builder.close(None);
                }
                Role::Text | Role::Root => {
                    let (start, end) = (self.parts[child].start, self.parts[child].own_end);
                    let word = diagnose::excerpt(&self.text[start..end]);
                    self.builder.error(
                        RawError::new(
                            SyntaxCode::UnexpectedText,
                            start,
                            end,
                            format!("Missing `-` before `{word}`."),
                        )
                        .quoting(&word)
                        .with_fix("Insert `- `", vec![(start, start, "- ".into())]),
                    );
                    let node = self.builder.add(NodeKind::Scalar, start, end);
                    self.builder.nodes[node as usize].flags = 0;
                }
            }
        }
    }

    fn misplacement(&mut self, part: usize) {
        let part = &self.parts[part];
        let Some(misplaced) = part.misplaced else {
            return;
        };
        let error = diagnose::misplaced(self.text, part, misplaced);
        self.builder.error(error);
    }

    /// The text of a part and of all below it, in place of whose beginning stand blanks.
    fn piece(&self, part: usize, end: usize) -> String {
        let part = &self.parts[part];
        let mut piece = " ".repeat(part.start - part.line);
        if part.misplaced == Some(Misplaced::Tab) {
            // What stands below a tab counts from where the tab leads to; nothing in the piece is less deep.
            piece = " ".repeat(part.start - part.line);
        }
        piece.push_str(&self.text[part.start..end]);
        piece
    }

    fn attempt(&mut self, part: usize, end: usize, expect: Expect) -> Result<(), Failure> {
        let piece = self.piece(part, end);
        let base = self.parts[part].line;
        parse::parse(self.builder, &piece, base, expect, self.limits.depth)
    }

    fn entry(&mut self, part: usize) {
        let before = self.builder.errors.len();
        let (end, own_end) = (self.parts[part].end, self.parts[part].own_end);
        let mut failure = Failure {
            kind: None,
            at: self.parts[part].start,
        };
        if !self.parts[part].broken && self.parts[part].head.kind == HeadKind::Key {
            match self.attempt(part, end, Expect::Entries) {
                Ok(()) => return,
                Err(error) => failure = error,
            }
        }
        if self.parts[part].first_child.is_none() {
            self.leaf(part, &failure);
            return;
        }
        if self.too_deep(part) {
            self.key(part);
            self.empty_value(part);
            return;
        }
        if self.attempt(part, own_end, Expect::Entries).is_err() {
            self.leaf(part, &failure);
        }
        self.fill(part, &failure);
        if self.builder.errors.len() == before {
            self.report_unexplained(before, &failure, self.parts[part].start, end);
        }
    }

    /// Puts what stands below `part` in the place of the empty value that was just added.
    fn fill(&mut self, part: usize, failure: &Failure) {
        let Some(value) = self.builder.last_child() else {
            return;
        };
        let last = self.builder.nodes.len() as u32 - 1;
        if value != last || self.builder.nodes[value as usize].kind != NodeKind::Null {
            // The head has a value already, so what stands below has no place.
            return;
        }
        let children = self.children(part);
        let Some(first) = children.first().copied() else {
            return;
        };
        let start = self.parts[first].start;
        match self.parts[first].role {
            Role::Item => {
                self.builder.reopen(value, NodeKind::Sequence, start);
                self.items(part);
                self.builder.close(None);
            }
            Role::Text if children.len() == 1 && self.parts[first].first_child.is_none() => {
                self.pop_empty(value);
                self.value(first, failure);
            }
            _ => {
                self.builder.reopen(value, NodeKind::Mapping, start);
                self.mapping(part);
                self.builder.close(None);
            }
        }
    }

    fn pop_empty(&mut self, value: u32) {
        self.builder.unadd(value);
    }

    fn item(&mut self, part: usize) {
        let before = self.builder.errors.len();
        let (end, own_end) = (self.parts[part].end, self.parts[part].own_end);
        let mut failure = Failure {
            kind: None,
            at: self.parts[part].start,
        };
        if !self.parts[part].broken {
            match self.attempt(part, end, Expect::Items) {
                Ok(()) => return,
                Err(error) => failure = error,
            }
        }
        if self.parts[part].first_child.is_some() {
            if self.too_deep(part) {
                let at = self.parts[part].head.after;
                self.builder.add(NodeKind::Null, at, at);
                return;
            }
            if self.attempt(part, own_end, Expect::Items).is_err() {
                let at = self.parts[part].head.after;
                self.builder.add(NodeKind::Null, at, at);
            }
            self.fill(part, &failure);
        } else {
            self.leaf_value(part, &failure, Expect::Items);
        }
        if self.builder.errors.len() == before {
            self.report_unexplained(before, &failure, self.parts[part].start, end);
        }
    }

    /// A text that stands by itself as a value.
    fn value(&mut self, part: usize, outer: &Failure) {
        let before = self.builder.errors.len();
        self.misplacement(part);
        let end = self.parts[part].end;
        match self.attempt(part, end, Expect::Value) {
            Ok(()) => {}
            Err(failure) => self.leaf_value(part, &failure, Expect::Value),
        }
        if self.builder.errors.len() == before && self.parts[part].misplaced.is_none() {
            let _ = outer;
        }
    }

    /// A word among the keys of a mapping: a key whose colon is missing.
    fn word(&mut self, part: usize) {
        let (start, own_end) = (self.parts[part].start, self.parts[part].own_end);
        let error = diagnose::word(self.text, &self.parts[part]);
        self.builder.error(error);
        let key_end = diagnose::word_end(self.text, start, own_end);
        self.builder.add(NodeKind::Scalar, start, key_end);
        self.builder.add(NodeKind::Null, key_end, key_end);
        if self.parts[part].first_child.is_some() && !self.too_deep(part) {
            let failure = Failure {
                kind: None,
                at: start,
            };
            self.fill(part, &failure);
        }
    }

    /// The key of an entry that does not parse.
    fn key(&mut self, part: usize) {
        let head = self.parts[part].head;
        let piece = self.piece(part, head.after);
        let base = self.parts[part].line;
        if head.kind == HeadKind::Key
            && parse::parse(
                self.builder,
                &piece,
                base,
                Expect::Entries,
                self.limits.depth,
            )
            .is_ok()
        {
            if let Some(value) = self.builder.last_child() {
                self.builder.unadd(value);
            }
            return;
        }
        let key = self
            .builder
            .add(NodeKind::Scalar, self.parts[part].start, head.key_end);
        self.builder.nodes[key as usize].flags |= COLON;
    }

    fn empty_value(&mut self, part: usize) {
        let after = self.parts[part].head.after;
        self.builder.add(NodeKind::Null, after, after);
    }

    /// An entry without anything below it that does not parse.
    fn leaf(&mut self, part: usize, failure: &Failure) {
        self.leaf_value(part, failure, Expect::Entries);
    }

    fn leaf_value(&mut self, part: usize, failure: &Failure, expect: Expect) {
        let whole = self.piece(part, self.parts[part].end);
        let base = self.parts[part].line;
        let Salvage {
            errors,
            repaired,
            value,
        } = diagnose::leaf(self.text, &self.parts[part], &whole, base, failure);
        for error in errors {
            self.builder.error(error);
        }
        if let Some(Repaired { copy, same }) = repaired {
            let before = self.builder.checkpoint();
            let from = self.builder.nodes.len();
            if parse::parse(self.builder, &copy, base, expect, self.limits.depth).is_ok() {
                // What was added to make the piece parse is not in the text.
                self.builder.end_at(&before, (base + same) as u32);
                self.builder.keep_open_quotes(from, self.text);
                return;
            }
        }
        if expect == Expect::Entries {
            self.key(part);
        }
        match value {
            Some((start, end)) if start < end => {
                self.builder.add(NodeKind::Scalar, start, end);
            }
            _ => {
                let at = self.parts[part].head.after;
                self.builder.add(NodeKind::Null, at, at);
            }
        }
    }
}
