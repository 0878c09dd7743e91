//! A document after any edits is checked, coloured and outlined as the same text read afresh: nothing that is kept beside a fragment
//! goes stale. A predicate that looks at more than its entry, the header and the bases fails here.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{Arc, LazyLock},
};

use nexflow_analysis::{
    BaseDocument, Context, Settings, Snapshot, diagnostics, folds, outline, symbols, tokens,
};
use nexflow_syntax::{Document, Node, NodeKind, TextEdit, TextRange, TextSize};
use proptest::{prelude::*, sample::Index};

/// Every document of the corpus, and the examples of every rule.
fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for folder in ["documents", "specification", "realistic"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/corpus")
            .join(folder);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the corpus is there")
            .map(|entry| entry.expect("the folder can be read").path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "infra"))
            .collect();
        files.sort();
        texts.extend(
            files
                .iter()
                .map(|path| std::fs::read_to_string(path).expect("a document can be read")),
        );
    }
    for rule in nexflow_catalog::rules() {
        texts.push(rule.fail.to_owned());
        texts.push(rule.pass.to_owned());
    }
    texts
}

/// A document with what all texts have in the longest sections, so long that what is kept of many fragments at once comes into play.
fn long_text() -> String {
    let mut sections: BTreeMap<String, String> = BTreeMap::new();
    for (number, text) in texts().iter().enumerate() {
        let document = Document::parse(text);
        for fragment in document.fragments().filter(|fragment| !fragment.is_top()) {
            // Names differ from text to text; inside of an entry everything stays as it is.
            let Some(name) = fragment.text().find(|c: char| c != ' ' && c != '\n') else {
                continue;
            };
            let entries = sections.entry(fragment.path()[0].to_string()).or_default();
            let (before, after) = fragment.text().split_at(name);
            let is_name = fragment
                .root()
                .entries()
                .all(|entry| !entry.value().is_split());
            let depth = before.rsplit('\n').next().map_or(0, str::len);
            if depth == 2 && is_name && after.starts_with(|c: char| c.is_ascii_lowercase()) {
                entries.push_str(&format!("{before}n{number}_{after}"));
                if !entries.ends_with('\n') {
                    entries.push('\n');
                }
            }
        }
    }
    let mut text = "version: '1.0'\nenvironment: production\n".to_owned();
    let mut sections: Vec<_> = sections.into_iter().collect();
    sections.sort_by_key(|(_, entries)| Reverse(entries.len()));
    for (section, entries) in &sections[..4] {
        let again = entries.replace("\n  n", "\n  m").replacen("  n", "  m", 1);
        text.push_str(&format!("{section}:\n{entries}{again}"));
    }
    text
}

fn snapshot(document: Document, base: Option<Document>) -> Snapshot {
    Snapshot::new(
        document,
        Context {
            settings: Arc::new(Settings::default()),
            variables: Arc::new(HashMap::new()),
            bases: base
                .map(|document| BaseDocument {
                    uri: "file:///base.infra".into(),
                    document,
                })
                .into_iter()
                .collect(),
            base_problem: None,
            processes: None,
        },
    )
}

/// What a person or a tool does to a text.
#[derive(Clone, Debug)]
enum Deed {
    /// A word becomes another word of the text.
    Word(Index, Index),
    /// A value behind a colon becomes another such value.
    Value(Index, Index),
    /// A line goes.
    Cut(Index),
    /// A line comes a second time, somewhere.
    Copy(Index, Index),
    /// A line gets two more columns, or two fewer.
    Indent(Index, bool),
    /// Characters are typed.
    Type(Index, &'static str),
}

fn deeds() -> impl Strategy<Value = Deed> {
    let index = any::<Index>;
    let typed = prop::sample::select(vec![
        "x",
        "\n",
        "  ",
        ":",
        " #",
        "&a ",
        "*a",
        "${A}",
        "\"",
        "- ",
        "\n    incremental: false",
        "\n# nexflow: ignore[enum-unknown-value]\n",
    ]);
    prop_oneof![
        2 => (index(), index()).prop_map(|(at, with)| Deed::Word(at, with)),
        4 => (index(), index()).prop_map(|(at, with)| Deed::Value(at, with)),
        2 => index().prop_map(Deed::Cut),
        2 => (index(), index()).prop_map(|(from, to)| Deed::Copy(from, to)),
        1 => (index(), any::<bool>()).prop_map(|(at, more)| Deed::Indent(at, more)),
        1 => (index(), typed).prop_map(|(at, text)| Deed::Type(at, text)),
    ]
}

fn edit(start: usize, end: usize, insert: &str) -> TextEdit {
    let at = |offset: usize| TextSize::new(u32::try_from(offset).expect("test texts are small"));
    TextEdit {
        range: TextRange::new(at(start), at(end)),
        insert: insert.to_owned(),
    }
}

/// The spans of a text that hold, each.
fn spans(text: &str, holds: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
        match (start, holds(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn lines(text: &str) -> Vec<(usize, usize)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            at += line.len();
            (at - line.len(), at)
        })
        .collect()
}

/// The values that stand behind `key: ` on one line.
fn values(text: &str) -> Vec<(usize, usize)> {
    lines(text)
        .into_iter()
        .filter_map(|(start, end)| {
            let colon = start + text[start..end].find(": ")? + 2;
            let value = text[colon..end].trim_end();
            (!value.is_empty()).then_some((colon, colon + value.len()))
        })
        .collect()
}

impl Deed {
    fn edit(&self, text: &str) -> Option<TextEdit> {
        let swap = |all: Vec<(usize, usize)>, at: &Index, with: &Index| {
            if all.is_empty() {
                return None;
            }
            let ((start, end), (from, to)) = (*at.get(&all), *with.get(&all));
            Some(edit(start, end, &text[from..to]))
        };
        match self {
            Deed::Word(at, with) => swap(
                spans(text, |c| c.is_ascii_alphanumeric() || c == '_'),
                at,
                with,
            ),
            Deed::Value(at, with) => swap(values(text), at, with),
            Deed::Cut(at) => {
                let lines = lines(text);
                let (start, end) = *(!lines.is_empty()).then(|| at.get(&lines))?;
                Some(edit(start, end, ""))
            }
            Deed::Copy(from, to) => {
                let lines = lines(text);
                let (start, end) = *(!lines.is_empty()).then(|| from.get(&lines))?;
                let (place, _) = *to.get(&lines);
                Some(edit(place, place, &text[start..end]))
            }
            Deed::Indent(at, more) => {
                let lines = lines(text);
                let (start, _) = *(!lines.is_empty()).then(|| at.get(&lines))?;
                match more {
                    true => Some(edit(start, start, "  ")),
                    false => text[start..]
                        .starts_with("  ")
                        .then(|| edit(start, start + 2, "")),
                }
            }
            Deed::Type(at, typed) => {
                let mut place = at.index(text.len() + 1);
                while !text.is_char_boundary(place) {
                    place -= 1;
                }
                Some(edit(place, place, typed))
            }
        }
    }
}

/// Asks everything of an edited document and of the same text read afresh.
fn compare(document: &Document, base: Option<&Document>) {
    let text = document.rope().to_string();
    let edited = snapshot(document.clone(), base.cloned());
    let fresh = snapshot(
        Document::parse(&text),
        base.map(|base| Document::parse(&base.rope().to_string())),
    );
    assert_eq!(diagnostics(&edited), diagnostics(&fresh), "in\n{text}");
    assert_eq!(tokens(&edited, None), tokens(&fresh, None), "in\n{text}");
    assert_eq!(outline(&edited), outline(&fresh), "in\n{text}");
    assert_eq!(folds(&edited), folds(&fresh), "in\n{text}");
    assert!(
        symbols(&edited.document).eq(symbols(&fresh.document)),
        "in\n{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn after_any_edits(
        which in prop::collection::vec(any::<Index>(), 1..3),
        steps in prop::collection::vec(deeds(), 1..10),
    ) {
        let texts = texts();
        let text: String = which.iter().map(|at| at.get(&texts).as_str()).collect();
        let mut document = Document::parse(&text);
        compare(&document, None);
        for step in steps {
            let Some(edit) = step.edit(&document.rope().to_string()) else { continue };
            document = document.apply(&edit);
            compare(&document, None);
        }
    }

    #[test]
    fn after_any_edits_of_the_base(
        which in any::<(Index, Index)>(),
        steps in prop::collection::vec((any::<bool>(), any::<bool>(), deeds()), 1..10),
    ) {
        let texts = texts();
        let mut document = Document::parse(&format!("extends: base.infra\n{}", which.0.get(&texts)));
        let mut base = Document::parse(which.1.get(&texts).as_str());
        compare(&document, Some(&base));
        for (of_base, checked, step) in steps {
            let edited = if of_base { &mut base } else { &mut document };
            let Some(edit) = step.edit(&edited.rope().to_string()) else { continue };
            *edited = edited.apply(&edit);
            // Several edits may come before the document is looked at again.
            if checked {
                compare(&document, Some(&base));
            }
        }
        compare(&document, Some(&base));
    }
}

proptest! {
    // Each step reads a document of thousands of lines afresh.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn after_any_edits_of_a_long_document(
        steps in prop::collection::vec((any::<bool>(), deeds()), 1..8),
        header in any::<bool>(),
    ) {
        static TEXT: LazyLock<String> = LazyLock::new(long_text);
        let mut document = Document::parse(&TEXT);
        prop_assert!(document.fragment_count() > 3 * 64, "it has long sections");
        diagnostics(&snapshot(document.clone(), None));
        if header {
            let at = TEXT.find("production").expect("it is there");
            document = document.apply(&edit(at, at + "production".len(), "development"));
        }
        for (checked, step) in steps {
            let Some(edit) = step.edit(&document.rope().to_string()) else { continue };
            document = document.apply(&edit);
            if checked {
                diagnostics(&snapshot(document.clone(), None));
            }
        }
        compare(&document, None);
    }
}

/// Entries that no rule knows. What is kept of a whole document is kept beside its first fragment, and edits are to leave that alone.
const AHEAD: &str = "ahead:\n  a: {x: 1}\n  b: {x: 1}\n  c: {x: 1}\n  d: {x: 1}\n";

/// A mapping in block style, each field on a line of its own.
fn block(text: &str, mapping: Node<'_>, depth: usize, out: &mut String) {
    for entry in mapping.entries() {
        let value = entry.value();
        let key = &text[entry.key().range()];
        out.push_str(&format!("{:depth$}{key}:", ""));
        if value.kind() == NodeKind::Mapping && value.entries().next().is_some() {
            out.push('\n');
            block(text, value, depth + 2, out);
        } else {
            out.push_str(&format!(" {}\n", &text[value.range()]));
        }
    }
}

/// Each rule is checked again when something changes that it has read: between its two examples, and without each of their lines.
#[test]
fn after_edits_of_what_a_rule_looks_at() {
    let same = |document: &Document, why: &str| {
        let edited = diagnostics(&snapshot(document.clone(), None));
        let text = document.rope().to_string();
        let fresh = diagnostics(&snapshot(Document::parse(&text), None));
        assert_eq!(edited, fresh, "{why} in\n{text}");
    };
    for rule in nexflow_catalog::rules() {
        let [fail, pass] = [rule.fail, rule.pass].map(|text| {
            let document = Document::parse(text);
            let is_one_line = document.root().kind() == NodeKind::Mapping
                && document.errors().is_empty()
                && !text.trim_end().contains('\n');
            let mut out = AHEAD.to_owned();
            match is_one_line {
                true => block(text, document.root(), 0, &mut out),
                false => out.push_str(text),
            }
            out
        });
        for (from, to) in [(&*fail, &*pass), (&*pass, &*fail)] {
            let document = Document::parse(from);
            same(&document, rule.id);
            let common = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
                let both = a.zip(b).take_while(|(a, b)| a == b);
                both.map(|(a, _)| a.len_utf8()).sum::<usize>()
            };
            let start = common(&mut from.chars(), &mut to.chars());
            let (rest, wanted) = (&from[start..], &to[start..]);
            let end = common(&mut rest.chars().rev(), &mut wanted.chars().rev());
            let insert = &wanted[..wanted.len() - end];
            let other = document.apply(&edit(start, from.len() - end, insert));
            assert_eq!(other.rope().to_string(), to);
            same(&other, rule.id);
            let behind = |(start, _): &(usize, usize)| *start >= AHEAD.len();
            for (start, end) in lines(from).into_iter().filter(behind) {
                let without = document.apply(&edit(start, end, ""));
                same(&without, rule.id);
                same(
                    &without.apply(&edit(start, start, &from[start..end])),
                    rule.id,
                );
            }
        }
    }
}

/// A section that stands twice: what the second says about its fields depends on the first, far away from it.
#[test]
fn after_a_section_comes_a_second_time() {
    let text = "extends: base.infra\nversion: '1.0'\nstreams:\n  a: {type: kafka}\n  b: {type: kafka}\n\
                deployment:\n  type: yarn\n  mode: per_job\n  queue: q\n";
    let base = Document::parse("deployment: {namespace: n}\n");
    let document = Document::parse(text);
    compare(&document, Some(&base));
    let at = text.find("streams").expect("it is there");
    let twice = document.apply(&edit(at, at, "deployment:\n"));
    compare(&twice, Some(&base));
    let once = twice.apply(&edit(at, at + "deployment:\n".len(), ""));
    compare(&once, Some(&base));
}

/// What an alias stands for is written far away from it, in fragments that are kept apart from its own.
#[test]
fn after_an_edit_of_what_an_alias_stands_for() {
    let mut text =
        "version: '1.0'\nstate_backends:\n  first: &first\n    type: hashmap\n".to_owned();
    for number in 0..300 {
        text.push_str(&format!("  b{number}:\n    type: hashmap\n"));
    }
    text.push_str("  last:\n    <<: *first\n    incremental: true\n");
    let document = Document::parse(&text);
    compare(&document, None);
    let at = text.find("hashmap").expect("it is there");
    let edited = document.apply(&edit(at, at + "hashmap".len(), "rocksdb"));
    let found = |document: &Document| diagnostics(&snapshot(document.clone(), None)).len();
    assert_ne!(
        found(&document),
        found(&edited),
        "the field is one of rocksdb"
    );
    compare(&edited, None);
}
