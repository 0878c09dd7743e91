//! What must not be shown: the values of credentials, wherever in a document they stand and by whichever text they would get out.
//!
//! [`Redactor`] knows the credentials of a document and of those that it extends. Everything that the crate returns for people to
//! read passes through it, in `boundary.rs`.

mod look;
mod place;
mod spans;

use std::{borrow::Cow, ops::Range};

use nexflow_catalog::{secret_names, value::template};
use nexflow_syntax::{Document, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Snapshot,
    template_refs::{SecretUse, template_refs},
};
pub(crate) use look::{HIDDEN, masked, parts};
pub use place::{Disclosure, SecretPlace, is_secret_key};
pub use spans::{behind_name, behind_name_in_key, may_be_credential};
use spans::{first_line, is_too_large};
pub(crate) use spans::{is_word_of_secret, of_fragment};

/// True for names of variables whose values are hidden wherever they are shown, whatever field they stand in.
pub(crate) fn is_secret_name(name: &str) -> bool {
    secret_names::is_secret(name)
}

/// How surely a word of a text is the credential of the same letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// It may be a word of the language: only what is marked as a piece of the document is.
    Marked,
    /// No word of a language looks so.
    Sure,
}

/// A word of credentials.
struct Word {
    likeness: Likeness,
    /// Whether it is all of a credential, or not known to be only a word of a line.
    is_whole: bool,
    /// Some of the lines that it is a part of.
    phrases: Vec<usize>,
}

/// Of more lines that share a word, each further one is hidden word by word.
const PHRASES: usize = 4;

/// The credentials of a document.
pub(crate) struct Redactor<'a> {
    documents: Vec<&'a Document>,
    /// Where credentials stand in the document itself.
    spans: Vec<Range<usize>>,
    /// The words of which credentials consist.
    words: FxHashMap<String, Word>,
    /// The lines of which the words are parts.
    phrases: Vec<String>,
    /// Where variables stand in the document itself that are to give a credential.
    references: Vec<Range<usize>>,
}

impl<'a> Redactor<'a> {
    /// For what is shown about a snapshot.
    pub(crate) fn new(snapshot: &'a Snapshot) -> Redactor<'a> {
        let bases = snapshot.context.bases.iter().map(|base| &base.document);
        let mut redactor = Redactor::of(std::iter::once(&snapshot.document).chain(bases));
        if snapshot.context.settings.hide_values {
            for document in redactor.documents.clone() {
                for fragment in document.fragments() {
                    for variable in &template_refs(fragment).variables {
                        for line in variable.default.iter().flat_map(|text| text.lines()) {
                            redactor.add(line);
                        }
                    }
                }
            }
        }
        redactor
    }

    fn of(documents: impl Iterator<Item = &'a Document>) -> Redactor<'a> {
        let mut redactor = Redactor {
            documents: documents.collect(),
            spans: Vec::new(),
            words: FxHashMap::default(),
            phrases: Vec::new(),
            references: Vec::new(),
        };
        for (layer, document) in redactor.documents.clone().into_iter().enumerate() {
            let mut anchors: FxHashSet<&str> = FxHashSet::default();
            let mut spans = Vec::new();
            let mut was_open = false;
            for fragment in document.fragments() {
                let secrets = of_fragment(fragment);
                let start = usize::from(fragment.range().start());
                if was_open && let Some(line) = first_line(fragment.text()) {
                    redactor.add_text(&fragment.text()[line.clone()]);
                    spans.push(start + line.start..start + line.end);
                }
                was_open = secrets.ends_open;
                let is_read = !is_too_large(document);
                for span in &secrets.spans {
                    if is_read {
                        redactor.add_text(&fragment.text()[span.clone()]);
                    }
                    spans.push(start + span.start..start + span.end);
                }
                for text in &secrets.decoded {
                    redactor.add(text);
                }
                if layer == 0 {
                    let moved = |range: &Range<usize>| start + range.start..start + range.end;
                    redactor
                        .references
                        .extend(secrets.references.iter().map(moved));
                }
                anchors.extend(secrets.anchors.iter().map(|name| &**name));
            }
            if !anchors.is_empty() {
                redactor.anchored(document, &anchors, &mut spans);
            }
            if layer == 0 {
                redactor.spans = look::merged(spans);
            }
        }
        redactor.show_references();
        redactor
    }

    /// The name in a reference to a secret is meant to be read, also where it is a word of a line that is hidden, such as the path
    /// of the secret.
    fn show_references(&mut self) {
        if self.words.is_empty() {
            return;
        }
        for document in &self.documents {
            for fragment in document.fragments() {
                for SecretUse { name, key, .. } in &template_refs(fragment).secrets {
                    let is_reference = template::is_secret_name(name)
                        && key
                            .as_ref()
                            .is_some_and(|(key, _)| template::is_secret_name(key));
                    let is_word = self
                        .words
                        .get(name)
                        .is_some_and(|word| word.likeness == Likeness::Marked && !word.is_whole);
                    if is_reference && is_word {
                        self.words.remove(name);
                    }
                }
            }
        }
    }

    /// What an alias in the place of a credential stands for is one as well.
    fn anchored(
        &mut self,
        document: &Document,
        names: &FxHashSet<&str>,
        spans: &mut Vec<Range<usize>>,
    ) {
        for fragment in document.fragments() {
            if !fragment.text().contains('&') {
                continue;
            }
            for index in 0..fragment.node_count() {
                let Some(node) = fragment.node(index) else {
                    continue;
                };
                if node.anchor().is_some_and(|(name, _)| names.contains(name)) {
                    self.add_text(&node.source());
                    spans.push(bytes(node.range()));
                }
            }
        }
    }

    fn add_text(&mut self, text: &str) {
        for line in text.lines() {
            self.add(line);
        }
    }

    /// A line of a credential: as a whole, and each word of it, for a message may be about a part.
    fn add(&mut self, line: &str) {
        let line = line.trim().trim_matches(['"', '\'']).trim();
        if line.is_empty() {
            return;
        }
        let parts = parts(line);
        let is_whole =
            parts.is_empty() || parts.first().is_some_and(|part| part.len() == line.len());
        if !is_whole {
            // An address or a connection string of which the credential is a part.
            for part in parts {
                self.add_words(&line[part]);
            }
            for (_, word) in words(line) {
                if word.contains(|c: char| c.is_uppercase() || c.is_numeric()) {
                    self.add_word(word, Likeness::Marked, None);
                }
            }
            return;
        }
        self.add_words(line);
    }

    fn add_words(&mut self, text: &str) {
        let mut of = None;
        if words(text).nth(1).is_some() || words(text).next().is_none_or(|(_, word)| word != text) {
            of = Some(self.phrases.len());
            self.phrases.push(text.to_owned());
        }
        self.add_word(text, likeness(text), None);
        for (_, word) in words(text) {
            self.add_word(word, likeness(word), of);
        }
    }

    fn add_word(&mut self, word: &str, likeness: Likeness, of: Option<usize>) {
        if word.chars().count() < 3 || is_common(word) || word.contains(HIDDEN) {
            return;
        }
        if !self.words.contains_key(word) {
            let new = Word {
                likeness,
                is_whole: false,
                phrases: Vec::new(),
            };
            self.words.insert(word.to_owned(), new);
        }
        let Some(known) = self.words.get_mut(word) else {
            return;
        };
        match of {
            Some(of) if known.phrases.len() < PHRASES => known.phrases.push(of),
            Some(_) => {}
            None => known.is_whole = true,
        }
    }

    /// Whether a range of the document touches a credential.
    pub(crate) fn touches(&self, range: TextRange) -> bool {
        self.within(&bytes(range)).next().is_some()
    }

    fn within<'s>(&'s self, range: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<'s> {
        let (start, end) = (range.start, range.end);
        let first = self.spans.partition_point(|span| span.end <= start);
        self.spans[first..]
            .iter()
            .take_while(move |span| span.start < end)
            .map(move |span| span.start.max(start)..span.end.min(end))
    }

    /// Whether the value of a variable may not be shown that is referred to at this range of the document.
    pub(crate) fn hides_variable(&self, name: &str, value: &str, range: TextRange) -> bool {
        let range = bytes(range);
        let first = self.references.partition_point(|at| at.end <= range.start);
        is_secret_name(name)
            || !parts(value).is_empty()
            || self
                .references
                .get(first)
                .is_some_and(|at| at.start < range.end)
            || self.within(&range).next().is_some()
    }

    /// A piece of the document as it may be shown, or nothing when it holds a credential that cannot be told apart.
    pub(crate) fn source(&self, document: &Document, range: TextRange) -> String {
        let range = bytes(range);
        let rope = document.rope();
        let text = rope.byte_slice(range.clone()).to_string();
        let spans = self
            .within(&range)
            .map(|span| span.start - range.start..span.end - range.start);
        masked(&cut(&text, spans)).into_owned()
    }

    /// The whole text of the document as it may be shown, with as many lines as it has.
    pub(crate) fn text_of(&self, document: &Document) -> Redacted {
        Redacted::new(document.rope().to_string(), &self.spans)
    }

    /// A message, title or Markdown without credentials. Pieces of the document stand in code marks in them.
    pub(crate) fn message<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replaced(masked(text), false)
    }

    /// A text that consists of pieces of the document.
    pub(crate) fn piece<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if is_common(text) && !text.contains('.') {
            return text.into();
        }
        self.replaced(masked(text), true)
    }

    /// Whether a text holds a credential.
    pub(crate) fn leaks(&self, text: &str) -> bool {
        !parts(text).is_empty()
            || self.words.contains_key(text)
            || words(text).any(|(_, word)| {
                self.words.contains_key(word)
                    || word.split('.').any(|part| self.words.contains_key(part))
            })
    }

    fn replaced<'t>(&self, text: Cow<'t, str>, all_code: bool) -> Cow<'t, str> {
        if self.words.is_empty() {
            return text;
        }
        let marks = text.matches('`').count();
        let mut out = String::new();
        let mut from = 0;
        let mut at = 0;
        // Where a piece of the document holds a mark, nobody knows which parts are pieces.
        let all_code = all_code || !marks.is_multiple_of(2);
        for (number, part) in text.split('`').enumerate() {
            let is_code = all_code || number % 2 == 1;
            if at >= from && is_code && self.words.contains_key(part.trim()) {
                out.push_str(&text[from..at]);
                out.push_str(HIDDEN);
                from = at + part.len();
            } else {
                for (begin, word) in words(part) {
                    // A host name may be made of it.
                    let by_parts = || {
                        word.split('.')
                            .find_map(|part| self.words.get_key_value(part))
                    };
                    let Some((word, known)) = self.words.get_key_value(word).or_else(by_parts)
                    else {
                        continue;
                    };
                    let begin = begin + part[begin..].find(word.as_str()).unwrap_or_default();
                    let begin = at + begin;
                    if !(is_code || known.likeness == Likeness::Sure) || begin < from {
                        continue;
                    }
                    // The line that the word is a part of, where the text holds all of it.
                    let whole = known.phrases.iter().find_map(|of| {
                        let phrase = &self.phrases[*of];
                        let start = begin.checked_sub(phrase.find(word.as_str())?)?;
                        let is_there =
                            start >= from && text.get(start..)?.starts_with(phrase.as_str());
                        is_there.then(|| start..start + phrase.len())
                    });
                    let hidden = whole.unwrap_or(begin..begin + word.len());
                    out.push_str(&text[from..hidden.start]);
                    out.push_str(HIDDEN);
                    from = hidden.end;
                }
            }
            at += part.len() + 1;
        }
        if from == 0 {
            return text;
        }
        out.push_str(&text[from..]);
        out.into()
    }
}

fn likeness(word: &str) -> Likeness {
    let is_plain = word
        .chars()
        .all(|c| c.is_lowercase() || matches!(c, '-' | '_'));
    match !is_plain && word.len() > 4 && word.parse::<f64>().is_err() {
        true => Likeness::Sure,
        false => Likeness::Marked,
    }
}

/// The words of a text with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_sign = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' => false,
        // All other signs of ASCII are between words.
        '\0'..='\x7f' | '•' | '…' => true,
        c => c.is_whitespace() || c.is_control(),
    };
    let mut next = 0;
    text.split_inclusive(is_sign).filter_map(move |word| {
        let at = next;
        next += word.len();
        let word = word.strip_suffix(is_sign).unwrap_or(word);
        let front = word.len() - word.trim_start_matches('-').len();
        let trimmed = word[front..].trim_end_matches(['.', '-']);
        (!trimmed.is_empty()).then_some((at + front, trimmed))
    })
}

/// Words of L5 itself, which a credential that is one of them does not make secret everywhere.
fn is_common(word: &str) -> bool {
    static COMMON: std::sync::LazyLock<FxHashSet<&str>> = std::sync::LazyLock::new(|| {
        let mut common: FxHashSet<&str> = [
            "true",
            "false",
            "null",
            "yes",
            "no",
            "on",
            "off",
            "localhost",
            "secret",
        ]
        .into_iter()
        .collect();
        for field in nexflow_catalog::fields() {
            common.extend(field.path.split(['.', '<', '>', '[', ']']));
            common.extend(field.values.iter().map(|value| value.value));
        }
        common.extend(nexflow_catalog::rules().iter().map(|rule| rule.id));
        common
    });
    COMMON.contains(word)
}

fn bytes(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

/// The text with each line of each span replaced.
fn cut(text: &str, spans: impl Iterator<Item = Range<usize>>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        for line in lines(text, &span) {
            out.push_str(&text[from..line.start]);
            out.push_str(HIDDEN);
            from = line.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// What a span holds of each line, without the blanks around it.
fn lines<'t>(text: &'t str, span: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<'t> {
    let mut at = span.start;
    text[span.clone()]
        .split_inclusive(['\n', '\r'])
        .filter_map(move |line| {
            let start = at + line.len() - line.trim_start().len();
            at += line.len();
            let end = start + line.trim().len();
            (start < end).then_some(start..end)
        })
}

/// A document's text as it may be shown, and where its places are in it.
#[derive(Debug)]
pub struct Redacted {
    text: String,
    /// What was replaced, and where the replacement ends in the text that is shown.
    parts: Vec<(Range<usize>, usize)>,
}

impl Redacted {
    fn new(text: String, spans: &[Range<usize>]) -> Redacted {
        let mut parts = Vec::new();
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for span in spans {
            for line in lines(&text, span) {
                out.push_str(&text[from..line.start]);
                out.push_str(HIDDEN);
                from = line.end;
                parts.push((line, out.len()));
            }
        }
        out.push_str(&text[from..]);
        Redacted { text: out, parts }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a part of a range of the document is hidden.
    #[must_use]
    pub fn hides(&self, range: Range<usize>) -> bool {
        let first = self
            .parts
            .partition_point(|(part, _)| part.end <= range.start);
        self.parts
            .get(first)
            .is_some_and(|(part, _)| part.start < range.end)
    }

    /// Where a byte of the document is in the text that is shown. Inside of what is hidden it is the end of the replacement, for
    /// the end of a range, or its beginning.
    #[must_use]
    pub fn offset(&self, offset: usize, is_end: bool) -> usize {
        let after = self.parts.partition_point(|(part, _)| part.end <= offset);
        let shifted = match after.checked_sub(1) {
            Some(before) => {
                let (part, end) = &self.parts[before];
                end + (offset - part.end)
            }
            None => offset,
        };
        match self.parts.get(after) {
            Some((part, end)) if part.start < offset => match is_end {
                true => *end,
                false => end - HIDDEN.len(),
            },
            _ => shifted,
        }
    }
}
