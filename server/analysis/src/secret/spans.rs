//! Which parts of a document are credentials.
//!
//! Found for each fragment by itself, from its own text and its place in the catalog: by the field, whichever type the entry has; by the
//! key's name where the catalog knows no field; by what a text looks like; and, where the text cannot be read for sure, by words
//! that stand before other words.

use nexflow_catalog::{
    Secret, secret_names,
    value::{
        Template,
        template::{SECRET, SegmentKind, is_identifier, is_variable_name},
    },
};
use nexflow_syntax::{Document, Entry, Fragment, Node, NodeKind, TextRange, TextSize};
use rustc_hash::FxHashSet;
use std::{cell::RefCell, ops::Range, sync::LazyLock};

use super::{
    look,
    place::{Disclosure, SecretPlace, holds_secrets, is_secret_key},
};
use crate::directive::{Directive, looks_like_id};

/// The credentials of one fragment.
pub(crate) struct Secrets {
    /// Where they stand, relative to the fragment, in order.
    pub spans: Vec<Range<usize>>,
    /// Their texts as YAML reads them, where that is not what is written.
    pub decoded: Vec<Box<str>>,
    /// Whether the last line is the name of a credential without a value, so that the next line may be it.
    pub ends_open: bool,
    /// Where variables stand that are to give a credential, relative to the fragment, in order.
    pub references: Vec<Range<usize>>,
    /// The anchors that are referred to where a credential is wanted.
    pub anchors: Vec<Box<str>>,
}

impl Secrets {
    /// Whether a range, relative to the fragment, touches a credential.
    pub(crate) fn touches(&self, range: TextRange) -> bool {
        let first = self
            .spans
            .partition_point(|span| span.end <= usize::from(range.start()));
        self.spans
            .get(first)
            .is_some_and(|span| span.start < usize::from(range.end()))
    }
}

/// Whether a document is above the limit, so that only its size is spoken of.
pub(super) fn is_too_large(document: &Document) -> bool {
    document.rope().len_bytes() > document.limits().bytes
}

/// The credentials of a fragment; kept beside the fragment.
pub(crate) fn of_fragment(fragment: Fragment<'_>) -> &Secrets {
    fragment.memo(|fragment| {
        // Nothing is read of it, so nothing of it is shown.
        if is_too_large(fragment.document()) {
            return Secrets {
                spans: std::iter::once(0..fragment.text().len()).collect(),
                decoded: Vec::new(),
                ends_open: false,
                references: Vec::new(),
                anchors: Vec::new(),
            };
        }
        let mut finder = Finder {
            fragment,
            start: fragment.range().start(),
            spans: look::parts(fragment.text()),
            decoded: Vec::new(),
            references: Vec::new(),
            anchors: Vec::new(),
        };
        let mut place = SecretPlace::root();
        for key in fragment.path() {
            place = place.below(key, true).0;
        }
        match place {
            SecretPlace::Secret => finder.block(fragment.root(), 0),
            _ if fragment.is_whole() => {
                for root in fragment.document().roots() {
                    finder.children(root, place, 0);
                }
            }
            _ => finder.children(fragment.root(), place, 0),
        }
        for comment in fragment.comments() {
            let at = usize::from(comment.range.start() - finder.start);
            if let Some(from) = after_name(comment.text, true, &[':', '=']) {
                finder.spans.push(at + from..at + comment.text.len());
            }
            if let Some(directive) = Directive::parse(comment.text) {
                let unknown = directive
                    .rules(comment.text)
                    .filter(|(id, _)| !looks_like_id(id));
                finder
                    .spans
                    .extend(unknown.map(|(_, span)| at + span.start..at + span.end));
            }
        }
        if fragment.has_errors() {
            finder.lines();
        }
        Secrets {
            spans: look::merged(finder.spans),
            ends_open: ends_open(fragment.text()),
            decoded: finder.decoded,
            references: look::merged(finder.references),
            anchors: finder.anchors,
        }
    })
}

/// The tags of YAML's core schema.
const CORE_TAGS: [&str; 9] = [
    "!!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!!map",
    "!!seq",
    "!!binary",
    "!!timestamp",
];

/// Deeper blocks are hidden as a whole when anything above them is a credential, and else not looked into.
const DEPTH: usize = 128;

struct Finder<'d> {
    fragment: Fragment<'d>,
    start: TextSize,
    spans: Vec<Range<usize>>,
    decoded: Vec<Box<str>>,
    references: Vec<Range<usize>>,
    anchors: Vec<Box<str>>,
}

impl<'d> Finder<'d> {
    fn children(&mut self, node: Node<'d>, place: SecretPlace, depth: usize) {
        if depth > DEPTH {
            return;
        }
        match node.kind() {
            NodeKind::Mapping => {
                for entry in node.entries() {
                    if entry.key().fragment().index() == self.fragment.index() {
                        self.entry(entry, place, depth);
                    }
                }
            }
            NodeKind::Sequence => {
                let of_item = place.of_items();
                for item in node.items() {
                    self.children(item, of_item, depth + 1);
                }
            }
            // Words where a block belongs.
            NodeKind::Scalar if matches!(place, SecretPlace::Known(schema) if holds_secrets(schema)) =>
            {
                self.secret(node);
            }
            NodeKind::Scalar => {
                if let Some(text) = node.value()
                    && let Some(from) = behind_name(&text)
                {
                    let from = node.source_offset(from);
                    self.hide(TextRange::new(from, from.max(node.range().end())));
                }
            }
            NodeKind::Alias | NodeKind::Null => {}
        }
    }

    fn entry(&mut self, entry: Entry<'d>, place: SecretPlace, depth: usize) {
        let (key, value) = (entry.key_text(), entry.value());
        if let Some(from) = behind_name_in_key(&key) {
            let from = entry.key().source_offset(from);
            self.hide(TextRange::new(from, entry.range().end().max(from)));
            return;
        }
        let is_block = matches!(value.kind(), NodeKind::Mapping | NodeKind::Sequence);
        let (below, scalar) = place.below(&key, is_block);
        let hides = matches!(scalar, Disclosure::Hidden | Disclosure::Address);
        if hides && value.kind() == NodeKind::Null {
            self.rest_of_line(entry.key().range().end());
        }
        if hides && value.fragment().index() == self.fragment.index() {
            self.properties(value, is_block && !matches!(below, SecretPlace::Secret));
        }
        if value.fragment().index() != self.fragment.index() || value.is_split() {
            return;
        }
        if matches!(below, SecretPlace::Secret) && is_block {
            self.block(value, 0);
            return;
        }
        match (value.kind(), scalar) {
            (NodeKind::Scalar | NodeKind::Alias, Disclosure::Hidden) => self.secret(value),
            (NodeKind::Alias, Disclosure::Address) => self.secret(value),
            (NodeKind::Scalar, Disclosure::Address) => {
                if !value
                    .value()
                    .is_some_and(|text| text.contains("://") || text.starts_with("jdbc:"))
                {
                    self.secret(value);
                }
            }
            (NodeKind::Scalar, Disclosure::Assignment) => self.secret(value),
            (NodeKind::Sequence, Disclosure::Assignment) => {
                for item in value.items() {
                    self.assignment(item, below, depth);
                }
            }
            (NodeKind::Sequence, Disclosure::Hidden) if matches!(below, SecretPlace::Known(_)) => {
                for item in value.items() {
                    match item.kind() {
                        NodeKind::Mapping | NodeKind::Sequence => {
                            self.children(item, below, depth + 1)
                        }
                        _ => self.secret(item),
                    }
                }
            }
            (_, Disclosure::Assignment) => self.children(value, SecretPlace::Unknown, depth + 1),
            _ => self.children(value, below, depth + 1),
        }
    }

    /// An item of a list of `NAME=value`.
    fn assignment(&mut self, item: Node<'d>, below: SecretPlace, depth: usize) {
        if item.kind() != NodeKind::Scalar {
            match item.kind() {
                NodeKind::Mapping => self.children(item, SecretPlace::Unknown, depth + 1),
                NodeKind::Alias => {}
                _ => self.children(item, below, depth + 1),
            }
            return;
        }
        let Some(text) = item.value() else { return };
        match text.split_once('=') {
            Some((name, _)) if is_secret_key(name) => {
                self.secret_from(item, name.len() + 1);
            }
            Some((name, _)) if is_identifier(name) => {}
            // A variable of the machine that is handed on.
            None if is_variable_name(&text) => {}
            _ => self.secret(item),
        }
    }

    /// A collection in the place of a credential: all of it, its keys as well.
    fn block(&mut self, node: Node<'d>, depth: usize) {
        if depth > DEPTH || node.has_errors() {
            self.hide(node.range());
        }
        if depth > DEPTH {
            return;
        }
        let below: Vec<Node<'d>> = match node.kind() {
            NodeKind::Mapping => node
                .entries()
                .filter(|entry| entry.key().fragment().index() == self.fragment.index())
                .flat_map(|entry| [entry.key(), entry.value()])
                .filter(|node| node.fragment().index() == self.fragment.index())
                .collect(),
            NodeKind::Sequence => node.items().collect(),
            _ => Vec::new(),
        };
        for node in below {
            match node.kind() {
                NodeKind::Mapping | NodeKind::Sequence => self.block(node, depth + 1),
                _ => self.secret(node),
            }
        }
    }

    /// A scalar or alias in the place of a credential. References may be shown: they are what should stand there.
    fn secret(&mut self, node: Node<'d>) {
        if let Some(name) = node.alias() {
            self.anchors.push(name.into());
            // What looks like an alias may be a password that begins with a star.
            self.hide(node.range());
            return;
        }
        if node.kind() == NodeKind::Scalar {
            self.secret_from(node, 0);
        }
    }

    /// The part of a scalar from an offset of its value on.
    fn secret_from(&mut self, node: Node<'d>, begin: usize) {
        let Some(all) = node.value() else { return };
        let text = &all[begin..];
        let map = RefCell::new(node.source_map());
        let at = |offset: usize| map.borrow_mut().offset(begin + offset);
        let template = Template::parse(text);
        if let Some(reference) = &template.secret {
            if let Some(default) = reference.default.clone()
                && reference.problem.is_none()
                && reference.key.is_some()
            {
                let from = at(default.start);
                self.hide(TextRange::new(from, node.range().end().max(from)));
                self.decode(&text[default]);
            } else if reference.problem.is_some() || reference.key.is_none() {
                let from = at(SECRET.len());
                self.hide(TextRange::new(from, node.range().end().max(from)));
                self.decode(&text[SECRET.len()..]);
            }
            return;
        }
        let is_reference = |kind: &SegmentKind| matches!(kind, SegmentKind::Variable { .. });
        if !template
            .segments
            .iter()
            .any(|segment| is_reference(&segment.kind))
        {
            let from = if begin == 0 {
                node.range().start()
            } else {
                at(0)
            };
            self.hide(TextRange::new(from, node.range().end().max(from)));
            self.decode(text);
            return;
        }
        let hide = |finder: &mut Self, span: Range<usize>| {
            let (from, to) = (at(span.start), at(span.end));
            finder.hide(TextRange::new(from, to.max(from)));
            finder.decode(&text[span]);
        };
        for segment in &template.segments {
            match &segment.kind {
                SegmentKind::Variable {
                    name,
                    default,
                    right_name,
                } => {
                    // Names of variables are written in capital letters; what is not may be the credential itself.
                    match right_name {
                        true => self.reference(at(name.start)),
                        false => hide(self, name.clone()),
                    }
                    if let Some(default) = default {
                        hide(self, default.clone());
                    }
                }
                _ => hide(self, segment.span.clone()),
            }
        }
    }

    fn reference(&mut self, at: TextSize) {
        if let Some(at) = at.checked_sub(self.start) {
            let at = usize::from(at);
            self.references.push(at..at + 1);
        }
    }

    /// What looks like a comment where a credential is wanted: a password may begin with its sign.
    fn rest_of_line(&mut self, from: TextSize) {
        let text = self.fragment.text();
        let from = usize::from(from - self.start).min(text.len());
        let line = text[from..].lines().next().unwrap_or_default();
        if let Some(sign) = line.find('#') {
            self.spans.push(from + sign..from + line.len());
        }
    }

    /// `&x` and `!x` in the place of a credential: a password may begin like that.
    fn properties(&mut self, node: Node<'d>, is_block: bool) {
        if is_block {
            return;
        }
        let tag = node.tag().filter(|(tag, _)| !CORE_TAGS.contains(tag));
        // The anchor of what refers to something is a name that the author needs.
        let refers = node.value().is_some_and(|text| text.contains("${"));
        let anchor = node.anchor().filter(|_| !refers);
        for (_, range) in [anchor, tag].into_iter().flatten() {
            self.hide(range);
        }
    }

    fn decode(&mut self, text: &str) {
        self.decoded.extend(text.lines().map(Box::from));
    }

    fn hide(&mut self, range: TextRange) {
        if let Some(range) = range.intersect(self.fragment.range()) {
            let range = range - self.start;
            self.spans.push(range.start().into()..range.end().into());
        }
    }

    /// What stands behind the name of a credential on the lines of a text that cannot be read for sure, and on the lines below that
    /// belong to it.
    fn lines(&mut self) {
        // The column of the name whose value goes on below, until a line begins at or before it.
        let mut open: Option<(usize, bool)> = None;
        let mut at = 0;
        for line in self.fragment.text().split_inclusive('\n') {
            let content = line.trim_end();
            let indent = content.len() - content.trim_start().len();
            let here = at;
            at += line.len();
            if content.is_empty() {
                continue;
            }
            let named = after_name(
                content,
                true,
                &[':', '=', ' ', '\t', '"', '\'', '{', '[', ',', ';', '-'],
            );
            if let Some((column, empty)) = open {
                let has_key = content.contains(": ") || content.ends_with(':');
                if indent > column || empty && !has_key {
                    self.spans.push(here + indent..here + content.len());
                    open = Some((column, empty && indent > column));
                    if named.is_none() {
                        continue;
                    }
                } else {
                    open = None;
                }
            }
            match named {
                Some(from) if from < content.len() => {
                    self.spans.push(here + from..here + content.len());
                    let rest = &content[from..];
                    let goes_on = rest.starts_with(['"', '\'', '|', '>', '{', '[', '&', '!']);
                    open = Some((indent, goes_on));
                }
                Some(_) => open = Some((indent, true)),
                None if names_only(content) => open = Some((indent, true)),
                None => {}
            }
        }
    }
}

/// Whether a line is the name of a credential and nothing more.
fn names_only(line: &str) -> bool {
    let key = line
        .trim()
        .trim_start_matches(['-', '?', ' ', '"', '\''])
        .trim_end_matches([':', ' ', '"', '\'', '\t']);
    is_word_of_secret(key)
}

/// As a word of a text whose structure is not known: any name of a field that can hold a credential.
pub(crate) fn is_word_of_secret(word: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
        let secret = nexflow_catalog::fields()
            .iter()
            .filter(|field| field.secret != Secret::No);
        secret
            .filter_map(|field| {
                let is_literal = |segment: &&str| !segment.starts_with(['<', '[']);
                let last = field.path.split('.').rfind(is_literal)?;
                Some(last.trim_end_matches("[]"))
            })
            .collect()
    });
    static PLAIN: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
        nexflow_catalog::fields()
            .iter()
            .filter(|field| field.secret == Secret::No)
            .filter_map(|field| field.path.rsplit('.').next())
            .collect()
    });
    NAMES.contains(word) && nexflow_catalog::root().literal_child(word).is_none()
        || secret_names::is_secret(word) && !PLAIN.contains(word)
}

/// Whether a node stands in a text that cannot be read for sure, and words say that it may be a credential.
#[must_use]
pub fn may_be_credential(node: Node<'_>) -> bool {
    let fragment = node.fragment();
    if fragment.has_errors() {
        let at = node.range() - fragment.range().start();
        if of_fragment(fragment).touches(at) {
            return true;
        }
    }
    // The line before is the name of a credential, and nothing more.
    let Some(before) = fragment.index().checked_sub(1) else {
        return false;
    };
    let at = usize::from(node.range().start() - fragment.range().start());
    let text = fragment.text();
    // Nearly all nodes stand on lines below, and nothing has to be read to know it but where the first one ends.
    if text[..at].trim_start().contains('\n') {
        return false;
    }
    first_line(text).is_some_and(|line| line.contains(&at))
        && ends_open(fragment.document().fragment(before).text())
}

/// The first line, where it has no key.
pub(super) fn first_line(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next()?.trim_end();
    let has_key = line.contains(": ") || line.ends_with(':');
    (!line.is_empty() && !has_key).then(|| start..start + line.len())
}

/// Whether the last line is the name of a credential without a value.
fn ends_open(text: &str) -> bool {
    let mut lines = text.lines().rev();
    lines
        .find(|line| !line.trim().is_empty())
        .is_some_and(names_only)
}

/// Where the credential begins in `password:hunter2`, `password = hunter2` and `password hunter2`: a text, since no blank stands
/// behind the colon, or no colon stands there. Of more words nobody knows whether they are prose.
#[must_use]
pub fn behind_name(text: &str) -> Option<usize> {
    after_name(text, false, BLANKS).filter(|_| {
        let mut words = text.split_whitespace();
        let has_sign = words
            .nth(1)
            .is_some_and(|word| word.starts_with([':', '=']));
        has_sign || after_name(text, false, SIGNS).is_some() || words.next().is_none()
    })
}

/// Where the credential begins in the key `password hunter2`, whose colon was typed too late.
#[must_use]
pub fn behind_name_in_key(key: &str) -> Option<usize> {
    after_name(key, false, BLANKS)
}

/// What stands between a name and a value.
const SIGNS: &[char] = &[':', '=', ';', '-'];
/// The same, and blanks.
const BLANKS: &[char] = &[':', '=', ';', '-', ' ', '\t', '\n'];

/// Where the text begins that stands behind the name of a credential and one of the signs. With `anywhere` the name may stand
/// anywhere in the line, else at its beginning.
fn after_name(line: &str, anywhere: bool, signs: &[char]) -> Option<usize> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    // One word has nothing behind it, and most keys and values are that.
    if !anywhere
        && line
            .bytes()
            .all(|byte| byte.is_ascii() && is_name(byte.into()))
    {
        return None;
    }
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        // A dash at the end is a sign.
        let word = rest[..length].trim_end_matches('-');
        let behind = &rest[word.len()..];
        let blank = |c: char| c.is_whitespace();
        let value = behind
            .trim_start_matches(blank)
            .trim_start_matches(['"', '\'']);
        let value = value
            .trim_start_matches(blank)
            .trim_start_matches([':', '=', ';', '-', '>']);
        let value = value.trim_start_matches(blank);
        if behind.starts_with(signs)
            && !value.is_empty()
            && is_word_of_secret(word.trim_start_matches('-'))
        {
            return Some(line.len() - value.len());
        }
        if !anywhere {
            return None;
        }
        at += length;
    }
    None
}
