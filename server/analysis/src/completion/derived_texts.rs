//! Texts that stand nowhere yet and follow from what does: an entry is named in the way in which its siblings are, a topic goes on
//! from the environment, a text is a part of another one.

use nexflow_catalog::{Field, SchemaNode, value::template::SECRET};
use nexflow_syntax::{Node, NodeKind, Segment};

use super::{CompletionContext, context_values, observed_values::Counts};
use crate::{
    document_context::ENVIRONMENT,
    merged::MergedMapping,
    secret::{is_secret_key, parts},
    value_stats,
};

/// Of texts of one origin so many are offered at most: each is tried before.
const MOST: usize = 6;

/// Longer documents are not read at each letter.
const MOST_BYTES: usize = 64 * 1024;

/// So many entries show how entries are written.
const MANY: usize = 64;

/// A part of a text has so many words at most.
const WORDS: usize = 5;

/// A name that stands by itself counts as much as so many that are parts of others.
const WHOLE: usize = 3;

/// What joins the words of names and texts.
const JOINS: [char; 4] = ['_', '-', '.', '/'];

/// A word of an environment stands for it from so many letters on: `prod`.
const SHORT: usize = 3;

fn is_word(c: char) -> bool {
    c.is_alphanumeric()
}

/// The texts that begin with what is typed, in the order in which they are found.
struct Found<'t> {
    typed: &'t str,
    texts: Vec<String>,
}

impl Found<'_> {
    fn add(&mut self, text: &str) {
        if text.len() > self.typed.len()
            && text.starts_with(self.typed)
            && !self.texts.iter().any(|known| known == text)
        {
            self.texts.push(text.to_owned());
        }
    }

    fn all(mut self) -> Vec<String> {
        self.texts.truncate(MOST);
        self.texts
    }
}

/// The names that the author chose on the way to the cursor, the innermost first.
fn names_around(context: &CompletionContext<'_>) -> Vec<String> {
    let mut schema = Some(nexflow_catalog::root());
    let mut names = Vec::new();
    for segment in &context.path {
        let next = match segment {
            Segment::Key(key) => {
                let literal = schema.and_then(|schema| schema.literal_child(key));
                if literal.is_none() {
                    names.push(key.to_string());
                }
                literal.or_else(|| schema.and_then(|schema| below(schema, key)))
            }
            Segment::Item(_) => schema.and_then(SchemaNode::item_child),
        };
        schema = next;
    }
    names.reverse();
    names
}

fn below(schema: &'static SchemaNode, key: &str) -> Option<&'static SchemaNode> {
    let region = schema.region_child().map(|(_, below)| below);
    region.or_else(|| schema.child(key))
}

/// The names of the blocks around, as texts are written: `card_events`, `card-events`, `card.events`.
pub(super) fn of_names_around(context: &CompletionContext<'_>, typed: &str) -> Vec<String> {
    let mut found = Found {
        typed,
        texts: Vec::new(),
    };
    for name in names_around(context) {
        found.add(&name);
        for join in JOINS.iter().take(3) {
            found.add(&joined(&name, *join));
        }
    }
    found.all()
}

fn joined(name: &str, join: char) -> String {
    name.replace(|c: char| !is_word(c), &join.to_string())
}

/// What entries beside this one have in the same place, with this one's name in the place of theirs.
pub(super) fn of_siblings(
    context: &CompletionContext<'_>,
    key: Option<&str>,
    typed: &str,
) -> Vec<String> {
    let mut found = Found {
        typed,
        texts: Vec::new(),
    };
    let (Some(section), Some(own)) = (context.path.first(), context.path.get(1)) else {
        return Vec::new();
    };
    let (Segment::Key(section), Segment::Key(own)) = (section, own) else {
        return Vec::new();
    };
    let root = context.snapshot.document.root();
    let Some(section) = root.get(section) else {
        return Vec::new();
    };
    for entry in section.value().entries().take(MANY) {
        let name = entry.key_text();
        if *name == **own {
            continue;
        }
        let mut texts = Vec::new();
        values_below(entry.value(), &context.path[2..], key, &mut texts);
        for text in texts {
            for changed in renamed(&text, &name, own) {
                found.add(&changed);
            }
        }
    }
    found.all()
}

/// The texts at a path below a node, those of all items of a list.
fn values_below(node: Node<'_>, path: &[Segment], key: Option<&str>, texts: &mut Vec<String>) {
    if texts.len() >= MOST {
        return;
    }
    let next = match (path.first(), key) {
        (Some(Segment::Key(first)), _) => node.get(first).map(|entry| (entry, &path[1..], key)),
        (None, Some(last)) => node.get(last).map(|entry| (entry, path, None)),
        _ => None,
    };
    if let Some((entry, rest, key)) = next {
        values_below(entry.value(), rest, key, texts);
    } else if node.kind() == NodeKind::Sequence {
        let rest = path.get(1..).unwrap_or_default();
        node.items()
            .for_each(|item| values_below(item, rest, key, texts));
    } else if let Some(text) = node.value().filter(|text| value_stats::is_worth(text)) {
        texts.push(text.into_owned());
    }
}

/// A text in which one name is written in the place of another one, in each way in which the words of a name are joined.
fn renamed(text: &str, from: &str, to: &str) -> Vec<String> {
    let mut found = Vec::new();
    for join in JOINS {
        let written = joined(from, join);
        if contains_word(text, &written) {
            let is_one_word = !written.contains(join);
            // How a single word would be joined is said by what stands around it.
            if !is_one_word || !to.contains(|c: char| !is_word(c)) || text.contains(join) {
                found.push(text.replacen(&written, &joined(to, join), 1));
            }
        }
    }
    found.dedup();
    found
}

/// Whether a text has a word and it is no part of a longer one there.
fn contains_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + word.len()..].chars().next();
            !before.is_some_and(is_word) && !behind.is_some_and(is_word)
        })
}

/// What other documents and entries say in a field, for the environment of this document.
pub(super) fn of_environment(
    context: &CompletionContext<'_>,
    field: &Field,
    typed: &str,
) -> Vec<String> {
    let own = MergedMapping::root(context.snapshot).get(ENVIRONMENT);
    let Some(own) = own.text() else {
        return Vec::new();
    };
    let own_forms = forms(context, &own, field);
    let mut counts = Counts::default();
    let mut add = |text: &str, times: usize| {
        if !value_stats::is_worth(text) || text.contains("${") {
            return;
        }
        let mut is_said = false;
        for (at, word) in words(text) {
            if environment_of(word).is_none() {
                continue;
            }
            is_said = true;
            let behind = &text[at + word.len()..];
            for form in &own_forms {
                counts.add_begun(&format!("{}{form}{behind}", &text[..at]), times, typed);
            }
            // What a base says has no environment in it.
            if at == 0 {
                counts.add_begun(behind.trim_start_matches(JOINS), times, typed);
            }
        }
        if let Some(join) = JOINS.iter().rev().find(|join| text.contains(**join))
            && !is_said
        {
            for form in &own_forms {
                counts.add_begun(&format!("{form}{join}{text}"), times, typed);
            }
        }
    };
    value_stats::values_of(&context.snapshot.document, field, &mut add);
    for base in &context.snapshot.context.bases {
        value_stats::values_of(&base.document, field, &mut add);
    }
    context.others.values(field, &mut add);
    let mut texts = counts.ordered(typed);
    texts.truncate(MOST);
    texts
}

/// The environment that a word stands for.
fn environment_of(word: &str) -> Option<&'static str> {
    let mut known = context_values::environments();
    known.find(|environment| word.len() >= SHORT && environment.starts_with(word))
}

/// How an environment is written in texts: in full, and in the short ways that are used.
fn forms(context: &CompletionContext<'_>, own: &str, field: &Field) -> Vec<String> {
    let mut forms = vec![own.to_owned()];
    let mut add = |text: &str| {
        for (_, word) in words(text) {
            let is_short = word.len() >= SHORT && word.len() < own.len() && own.starts_with(word);
            if is_short && !forms.iter().any(|form| form == word) {
                forms.push(word.to_owned());
            }
        }
    };
    if usize::from(context.snapshot.document.len()) <= MOST_BYTES {
        let root = context.snapshot.document.root();
        for_each_text(root, &mut add);
    }
    context.others.values(field, &mut |text, _| add(text));
    forms
}

/// How near texts are to the place of the cursor.
pub(super) struct Nearness {
    names: Vec<String>,
    environment: Option<String>,
}

impl Nearness {
    pub(super) fn of(context: &CompletionContext<'_>) -> Nearness {
        let environment = MergedMapping::root(context.snapshot)
            .get(ENVIRONMENT)
            .text();
        Nearness {
            names: names_around(context),
            environment: environment.map(|text| text.into_owned()),
        }
    }

    /// The rank of a text among others: one that has the name of a block around comes first, and one of another environment last.
    pub(super) fn rank(&self, text: &str) -> u8 {
        let is_named = self.names.iter().any(|name| {
            let mut forms = JOINS.iter().map(|join| joined(name, *join));
            forms.any(|form| contains_word(text, &form))
        });
        let is_other = self.environment.as_deref().is_some_and(|own| {
            let all = words(text);
            let mut known = all.iter().filter_map(|(_, word)| environment_of(word));
            known.any(|environment| environment != own)
        });
        match (is_named, is_other) {
            (true, false) => 1,
            (false, false) => 2,
            _ => 3,
        }
    }
}

/// The words of a text, each with where it begins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_word(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// The parts of a text that begin with a word and what is typed, one word longer each.
fn for_each_part(text: &str, typed: &str, visit: &mut dyn FnMut(&str, usize)) {
    let joins = |c: char| is_word(c) || JOINS[..2].contains(&c);
    if text.contains(',') {
        for item in text.split(',').map(str::trim) {
            if item.starts_with(typed) {
                visit(item, WHOLE);
            }
        }
    }
    let all = words(text);
    for (number, (start, _)) in all.iter().enumerate() {
        if !text[*start..].starts_with(typed) {
            continue;
        }
        let mut end = *start;
        for (at, word) in all[number..].iter().take(WORDS) {
            let between = &text[end..*at];
            if end > *start && !(between.len() == 1 && between.starts_with(JOINS)) {
                break;
            }
            end = at + word.len();
            // What is no part of a longer name is more likely to be one.
            let is_part = text[..*start].ends_with(joins) || text[end..].starts_with(joins);
            visit(&text[*start..end], if is_part { 1 } else { WHOLE });
        }
    }
}

/// Visits the texts of a document, those of several lines as well, and the names of its blocks; not those of secrets.
fn for_each_text(node: Node<'_>, visit: &mut dyn FnMut(&str)) {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        for entry in node.entries() {
            let key = entry.key_text();
            if entry.value().kind() == NodeKind::Mapping {
                visit(&key);
                open.push(entry.value());
            } else if !is_secret_key(&key) {
                open.push(entry.value());
            }
        }
        open.extend(node.items());
        if let Some(text) = node.value()
            && !text.contains("${")
            && !text.contains(SECRET)
            && parts(&text).is_empty()
        {
            visit(&text);
        }
    }
}

/// The parts of the document's texts that begin with what is typed, the most frequent first.
pub(super) fn parts_of_texts(context: &CompletionContext<'_>, typed: &str) -> Vec<String> {
    parts_joined(context, typed, None)
}

/// The same as names, whose words are joined by a low line.
pub(super) fn parts_as_names(context: &CompletionContext<'_>, typed: &str) -> Vec<String> {
    parts_joined(context, typed, Some('_'))
}

fn parts_joined(context: &CompletionContext<'_>, typed: &str, join: Option<char>) -> Vec<String> {
    let document = &context.snapshot.document;
    if usize::from(document.len()) > MOST_BYTES {
        return Vec::new();
    }
    let mut counts = Counts::default();
    for root in document.roots() {
        for_each_text(root, &mut |text| {
            for_each_part(text, typed, &mut |part, times| match join {
                None => counts.add_begun(part, times, typed),
                Some(_) if part.contains('/') => {}
                Some(join) => counts.add_begun(&joined(part, join), times, typed),
            });
        });
    }
    let mut texts = counts.ordered(typed);
    texts.truncate(MOST);
    texts
}

/// What a field with other words in its name says, with this one's words: `server.keystore` beside `server.truststore`.
pub(super) fn of_other_fields(
    context: &CompletionContext<'_>,
    key: Option<&str>,
    typed: &str,
) -> Vec<String> {
    let document = &context.snapshot.document;
    if usize::from(document.len()) > MOST_BYTES {
        return Vec::new();
    }
    let keys = context.path.iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.to_string()),
        Segment::Item(_) => None,
    });
    let keys: Vec<String> = keys.chain(key.map(str::to_owned)).collect();
    let own = words_of_keys(&keys);
    let mut found = Found {
        typed,
        texts: Vec::new(),
    };
    let mut open: Vec<(Node<'_>, Vec<String>)> = document
        .roots()
        .into_iter()
        .map(|root| (root, Vec::new()))
        .collect();
    while let Some((node, keys)) = open.pop() {
        for entry in node.entries() {
            let key = entry.key_text();
            if is_secret_key(&key) {
                continue;
            }
            let mut below = keys.clone();
            below.push(key.into_owned());
            open.push((entry.value(), below));
        }
        open.extend(node.items().map(|item| (item, keys.clone())));
        let Some(text) = node.value().filter(|text| value_stats::is_worth(text)) else {
            continue;
        };
        // What is to begin with the letters that are typed does so here, or the words in front are replaced.
        if !text.contains('/') {
            continue;
        }
        let theirs = words_of_keys(&keys);
        for from in theirs.iter().filter(|word| !own.contains(*word)) {
            for to in own.iter().filter(|word| !theirs.contains(*word)) {
                for plural in ["s", ""] {
                    let from = format!("{from}{plural}");
                    if contains_word(&text, &from) {
                        found.add(&text.replacen(&from, &format!("{to}{plural}"), 1));
                    }
                }
            }
        }
    }
    found.all()
}

/// The words of keys without the `s` of a plural.
fn words_of_keys(keys: &[String]) -> Vec<String> {
    let words = keys.iter().flat_map(|key| key.split(['_', '-', '.']));
    words
        .filter(|word| word.len() >= SHORT)
        .map(|word| word.strip_suffix('s').unwrap_or(word).to_owned())
        .collect()
}

/// The lines below the cursor's that are deeper than it: what the entry holds whose name is being typed, whether it has a colon or
/// not. Lines of secrets are left out.
pub(super) fn of_own_lines(context: &CompletionContext<'_>, typed: &str) -> Vec<String> {
    /// An entry says in its first lines what it is about.
    const LINES: usize = 24;
    let rope = context.snapshot.document.rope();
    let at = usize::from(context.offset).min(rope.len_bytes());
    let line = rope.byte_to_line(at);
    let mut counts = Counts::default();
    let mut secret = None;
    for number in line..rope.len_lines().min(line + LINES) {
        let text = rope.line(number).to_string();
        let text = if number == line {
            let column = at - rope.line_to_byte(line);
            text.get(column..).unwrap_or_default().to_owned()
        } else {
            text
        };
        let indent = text.len() - text.trim_start().len();
        let content = text.trim();
        if number > line && (content.is_empty() || content.starts_with('#')) {
            continue;
        }
        if number > line && indent <= context.column {
            break;
        }
        if secret.is_some_and(|secret| indent > secret) {
            continue;
        }
        secret = None;
        let key = content.split(':').next().unwrap_or_default();
        if number > line && is_secret_key(key.trim_start_matches("- ")) {
            secret = Some(indent);
            continue;
        }
        let value = content.split_once(':').map_or(content, |(_, value)| value);
        if value.contains(SECRET) || value.contains("${") || !parts(value).is_empty() {
            continue;
        }
        for_each_part(value, typed, &mut |part, times| {
            if !part.contains('/') {
                counts.add_begun(&joined(part, '_'), times, typed);
            }
        });
    }
    let mut texts = counts.ordered(typed);
    texts.truncate(MOST);
    texts
}

/// Names that are made like those beside them: `sink_orders` where `sink_trades` stands and both are streams, `on_s3` beside `on_gcs`
/// where these are their types.
pub(super) fn names_like_siblings(
    context: &CompletionContext<'_>,
    own_type: Option<&str>,
    types: &[&'static str],
    typed: &str,
) -> Vec<String> {
    let mut found = Found {
        typed,
        texts: Vec::new(),
    };
    let Some(own) = context.mapping.own() else {
        return Vec::new();
    };
    let decides = context
        .mapping
        .schema
        .and_then(SchemaNode::named_child)
        .and_then(|(_, below)| value_stats::discriminator(below));
    let root = context.snapshot.document.root();
    let sections: Vec<Vec<_>> = root
        .entries()
        .map(|section| {
            let entries = section.value().entries().take(MANY);
            let blocks = entries.filter(|entry| entry.value().kind() == NodeKind::Mapping);
            blocks.map(|entry| entry.key_text()).collect()
        })
        .collect();
    for entry in own.entries().take(MANY) {
        let name = entry.key_text();
        let theirs = decides.and_then(|key| entry.value().get(key)?.value().value());
        if let Some(theirs) = theirs {
            let first = |text: &str| text.split('_').next().unwrap_or_default().to_owned();
            let words = match own_type {
                Some(own) => vec![first(own)],
                None => types.iter().map(|text| first(text)).collect(),
            };
            for word in words {
                if contains_word(&name, &first(&theirs)) {
                    found.add(&name.replacen(&first(&theirs), &word, 1));
                }
            }
        }
        for names in &sections {
            for theirs in names.iter().filter(|theirs| contains_word(&name, theirs)) {
                for other in names {
                    found.add(&name.replacen(&**theirs, other, 1));
                }
            }
        }
    }
    found.all()
}
