//! The tree: what is where, what it means, and how anchors and merges resolve.

use nexflow_syntax::{Document, Node, NodeKind, Parent, ScalarStyle, Segment};

fn at<'d>(document: &'d Document, path: &str) -> Node<'d> {
    path.split('/')
        .filter(|step| !step.is_empty())
        .fold(document.root(), |node, step| match step.parse::<usize>() {
            Ok(position) => node
                .items()
                .nth(position)
                .unwrap_or_else(|| panic!("no item {position} in {path}")),
            Err(_) => node
                .get(step)
                .unwrap_or_else(|| panic!("no key {step} in {path}"))
                .value(),
        })
}

fn source(document: &Document, path: &str) -> String {
    at(document, path).source().into_owned()
}

const TEXT: &str = "\
# head
version: 1 # one
state_backends:
  default: &d !!map
    type: rocksdb
    dirs:
      - /a
      -
      - 'b''c'
    empty:
    note: |
      text

  other: {x: 1, y: [2, \"3\\n\"]}
checkpoints:
";

#[test]
fn ranges_are_exact() {
    let document = Document::parse(TEXT);
    assert_eq!(document.errors(), []);
    assert_eq!(source(&document, "version"), "1");
    assert_eq!(
        source(&document, "state_backends/default/dirs"),
        "- /a\n      -\n      - 'b''c'"
    );
    assert_eq!(source(&document, "state_backends/default/dirs/2"), "'b''c'");
    assert_eq!(
        source(&document, "state_backends/default/note"),
        "|\n      text"
    );
    assert_eq!(
        source(&document, "state_backends/other"),
        "{x: 1, y: [2, \"3\\n\"]}"
    );
    assert_eq!(source(&document, "state_backends/other/y/1"), "\"3\\n\"");
    let default = at(&document, "state_backends/default");
    assert!(default.source().starts_with("type: rocksdb\n") && default.source().ends_with("text"));
    let root = document.root().range();
    assert_eq!(
        usize::from(root.start()),
        TEXT.find("version").expect("it is there")
    );
    assert_eq!(usize::from(root.end()), TEXT.len() - 1);
}

#[test]
fn an_empty_value_stands_behind_its_colon_or_dash() {
    let document = Document::parse(TEXT);
    let empty = at(&document, "state_backends/default/empty");
    assert_eq!(empty.kind(), NodeKind::Null);
    assert!(empty.range().is_empty());
    assert_eq!(
        usize::from(empty.range().start()),
        TEXT.find("empty:").expect("it is there") + 6
    );
    let item = at(&document, "state_backends/default/dirs/1");
    assert_eq!(item.kind(), NodeKind::Null);
    assert_eq!(
        usize::from(item.range().start()),
        TEXT.find("-\n").expect("it is there") + 1
    );
    let last = at(&document, "checkpoints");
    assert_eq!(usize::from(last.range().start()), TEXT.len() - 1);
}

#[test]
fn values_are_read_and_lead_back_to_the_text() {
    let document = Document::parse(TEXT);
    let quoted = at(&document, "state_backends/default/dirs/2");
    assert_eq!(quoted.value().as_deref(), Some("b'c"));
    assert_eq!(quoted.style(), Some(ScalarStyle::SingleQuoted));
    assert_eq!(
        document.slice(nexflow_syntax::TextRange::at(
            quoted.source_offset(2),
            1.into()
        )),
        "c"
    );
    let note = at(&document, "state_backends/default/note");
    assert_eq!(note.value().as_deref(), Some("text\n"));
    assert_eq!(
        document.slice(nexflow_syntax::TextRange::at(
            note.source_offset(2),
            2.into()
        )),
        "xt"
    );
}

#[test]
fn source_offsets_lead_through_every_style() {
    // In each text the word `MARK` stands once; its offset in the value must lead to where it is written.
    for text in [
        "a: x MARK\n",
        "a: \"x MARK\"\n",
        "a: \"\\u00e9\\n\\t\\\"MARK\"\n",
        "a: \"\\U0001F980 é🦀 MARK\"\n",
        "a: \"one\n  two\n\n  MARK\"\n",
        "a: \"one \\\n  MARK\"\n",
        "a: 'it''s ''MARK'''\n",
        "a: one\n  two\n\n\n  MARK\n",
        "a: |\n  one\n\n    two\n  MARK\n",
        "a: |2-\n    one\n  MARK\n",
        "a: >\n  one\n  two\n\n  three MARK\n",
        "a: >-\n  one\n    deeper\n  MARK\n",
        "a: |\r\n  one\r\n  MARK\r\n",
        "a:\n  - >+\n   one\n\n   MARK\n\n",
    ] {
        let document = Document::parse(text);
        assert_eq!(document.errors(), [], "{text:?}");
        let node = at(&document, "a");
        let node = node.items().next().unwrap_or(node);
        let value = node.value().expect("it is a scalar");
        let offset = value
            .find("MARK")
            .unwrap_or_else(|| panic!("{text:?} is read as {value:?}"));
        let found = usize::from(node.source_offset(offset));
        let (mut up, mut down) = (node.source_map(), node.source_map());
        for offset in 0..=value.len() {
            assert_eq!(up.offset(offset), node.source_offset(offset), "{text:?}");
            let offset = value.len() - offset;
            assert_eq!(down.offset(offset), node.source_offset(offset), "{text:?}");
        }
        assert_eq!(
            text[found..].get(..4),
            Some("MARK"),
            "{text:?} as {value:?}"
        );
    }
}

#[test]
fn anchors_tags_and_comments_have_their_ranges() {
    let document = Document::parse(TEXT);
    let default = at(&document, "state_backends/default");
    let (name, range) = default.anchor().expect("it has an anchor");
    assert_eq!((name, &*document.slice(range)), ("d", "&d"));
    let (tag, range) = default.tag().expect("it has a tag");
    assert_eq!((tag, &*document.slice(range)), ("!!map", "!!map"));
    assert_eq!(default.tag_uri(), Some("tag:yaml.org,2002:map"));
    let comments: Vec<_> = document
        .comments()
        .map(|comment| (comment.text, comment.own_line))
        .collect();
    assert_eq!(comments, [("# head", true), ("# one", false)]);
}

#[test]
fn paths_and_parents_agree() {
    let document = Document::parse(TEXT);
    for path in [
        "version",
        "state_backends/default/dirs/1",
        "state_backends/other/y/0",
        "checkpoints",
        "state_backends",
    ] {
        let node = at(&document, path);
        let shown: Vec<_> = node.path().iter().map(Segment::to_string).collect();
        assert_eq!(shown.join("/"), path);
        match node.parent() {
            Some(Parent::Value(entry)) => assert_eq!(entry.value(), node),
            Some(Parent::Item(sequence, position)) => {
                assert_eq!(sequence.items().nth(position), Some(node))
            }
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(document.root().parent().is_none());
}

#[test]
fn a_unit_sees_only_itself() {
    let document = Document::parse(TEXT);
    let paths: Vec<Vec<&str>> = document
        .fragments()
        .map(|fragment| fragment.path().iter().map(|key| &**key).collect())
        .collect();
    assert_eq!(
        paths,
        [
            vec![],
            vec![],
            vec!["state_backends"],
            vec!["state_backends"],
            vec![]
        ]
    );
    let head = document.fragment(1);
    let entry = head
        .root()
        .get("state_backends")
        .expect("the head holds its key");
    assert!(entry.value().is_split());
    assert_eq!(entry.value().kind(), NodeKind::Mapping);
    assert_eq!(entry.value().entries().count(), 0);
    assert_eq!(document.fragment(2).head(), Some(head));
    // Seen from the document the same entry has its value.
    assert_eq!(
        document
            .root()
            .get("state_backends")
            .expect("it is there")
            .value()
            .entries()
            .count(),
        2
    );
    let own = document.fragment(3).root();
    assert!(own.is_split());
    let entry = own.entries().next().expect("it has an entry");
    assert_eq!(entry.mapping().entries().count(), 2);
}

#[test]
fn lines_and_ranges_of_units_follow_the_text() {
    let document = Document::parse(TEXT);
    for fragment in document.fragments() {
        assert_eq!(document.slice(fragment.range()), fragment.text());
        assert_eq!(
            TEXT[..usize::from(fragment.range().start())]
                .matches('\n')
                .count(),
            fragment.line()
        );
    }
}

#[test]
fn aliases_resolve_to_the_last_anchor_before_them() {
    let document = Document::parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: *y\nf: &y 3\n");
    assert_eq!(
        at(&document, "b")
            .resolve()
            .and_then(Node::value)
            .as_deref(),
        Some("1")
    );
    assert_eq!(
        at(&document, "d")
            .resolve()
            .and_then(Node::value)
            .as_deref(),
        Some("2")
    );
    assert!(at(&document, "e").resolve().is_none());
    assert_eq!(at(&document, "e").alias(), Some("y"));
}

#[test]
fn aliases_do_not_reach_other_documents() {
    let document = Document::parse("a: &x 1\n---\nb: *x\n");
    assert_eq!(document.errors().len(), 1);
    let second = document.roots()[1].get("b").expect("it is there").value();
    assert!(second.resolve().is_none());
}

#[test]
fn merges_add_what_is_not_there() {
    let document = Document::parse(
        "base: &base\n  type: s3\n  retries: 3\n  nested: {a: 1}\nlimits: &limits\n  retries: 5\n  timeout: 10s\n\
         one:\n  <<: *base\n  retries: 4\nmany:\n  <<: [*limits, *base]\n  type: hdfs\n  <<: {extra: 1}\n",
    );
    assert_eq!(document.errors(), []);
    let resolved = |path: &str| -> Vec<String> {
        let entries = at(&document, path).resolved_entries();
        entries
            .iter()
            .map(|entry| format!("{}={}", entry.key_text(), entry.value().source()))
            .collect()
    };
    assert_eq!(resolved("one"), ["retries=4", "type=s3", "nested={a: 1}"]);
    // Of several sources the first one that has a key wins.
    assert_eq!(
        resolved("many"),
        [
            "type=hdfs",
            "retries=5",
            "timeout=10s",
            "nested={a: 1}",
            "extra=1"
        ]
    );
    assert_eq!(
        at(&document, "one")
            .get_resolved("type")
            .map(|entry| entry.value().source().into_owned())
            .as_deref(),
        Some("s3")
    );
    assert!(at(&document, "one").get("type").is_none());
    // A quoted `<<` is a key like any other.
    let quoted = Document::parse("a: &a {x: 1}\nb:\n  \"<<\": *a\n");
    assert_eq!(at(&quoted, "b").resolved_entries().len(), 1);
}

/// A chain in which each mapping merges the one before: what is looked at grows with the text, not with its square.
#[test]
fn merges_share_one_bound() {
    let looked_at = |n: usize| -> usize {
        let mut text = "m0: &m0 {k0: 1}\n".to_owned();
        for i in 1..=n {
            text.push_str(&format!("m{i}: &m{i}\n  <<: *m{}\n  k{i}: 1\n", i - 1));
        }
        let document = Document::parse(&text);
        let root = document.root();
        let mappings = root.entries().map(|entry| entry.value());
        mappings
            .map(|mapping| mapping.resolved_entries().len())
            .sum()
    };
    // What a person writes is followed to its end.
    assert_eq!(looked_at(50), (1..=51).sum::<usize>());
    let (one, two) = (looked_at(2_000), looked_at(4_000));
    assert!(two <= 2 * one + 1_000, "{one}, then {two}");
    assert!(two <= 100_000 + 128 * 4_000, "{two}");
}

#[test]
fn expansion_is_bounded() {
    let limits = nexflow_syntax::Limits {
        expansion: 10,
        ..Default::default()
    };
    let text = format!(
        "a: &a\n{}b:\n  <<: *a\n",
        (0..100).map(|n| format!("  k{n}: 1\n")).collect::<String>()
    );
    let document = Document::parse_with(&text, limits);
    assert!(at(&document, "b").resolved_entries().len() < 10);
    assert!(at(&document, "b").is_cut_off());
    assert!(!at(&document, "a").is_cut_off());
    let document = Document::parse(&text);
    assert_eq!(at(&document, "b").resolved_entries().len(), 100);
    assert!(!at(&document, "b").is_cut_off());
}

#[test]
fn duplicate_keys_are_all_there() {
    let document = Document::parse("a: 1\nb: 2\na: 3\n");
    assert_eq!(document.errors(), []);
    assert_eq!(
        document
            .root()
            .entries()
            .filter(|entry| entry.key_text() == "a")
            .count(),
        2
    );
    assert_eq!(source(&document, "a"), "1");
}

#[test]
fn an_empty_text_has_an_empty_root() {
    for text in ["", "\n", "# only a comment\n", "\u{feff}", "---\n"] {
        let document = Document::parse(text);
        assert_eq!(document.errors(), [], "{text:?}");
        assert_eq!(document.root().kind(), NodeKind::Null, "{text:?}");
        assert_eq!(document.roots().len(), 1, "{text:?}");
    }
}

#[test]
fn a_memo_is_computed_once_and_stays_with_its_unit() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COMPUTED: AtomicUsize = AtomicUsize::new(0);
    struct Length(usize);
    let document = Document::parse(TEXT);
    let length = |document: &Document| {
        let fragment = document.fragment(2);
        fragment
            .memo(|fragment| {
                COMPUTED.fetch_add(1, Ordering::Relaxed);
                // A memo may ask for another one of the same fragment.
                fragment.memo(|fragment| fragment.text().len());
                Length(fragment.text().len())
            })
            .0
    };
    assert_eq!(length(&document), document.fragment(2).text().len());
    assert_eq!(length(&document), document.fragment(2).text().len());
    let edited = document.apply(&nexflow_syntax::TextEdit::insert(0.into(), "# more\n"));
    assert_eq!(edited.fragment(2).id(), document.fragment(2).id());
    assert_eq!(length(&edited), document.fragment(2).text().len());
    assert_eq!(COMPUTED.load(Ordering::Relaxed), 1);
}

#[test]
fn an_edit_leaves_the_other_units_alone() {
    let text: String = std::iter::once("section:\n".to_string())
        .chain((0..500).map(|n| format!("  entry_{n}:\n    a: 1\n    b: [x, y]\n")))
        .collect();
    let document = Document::parse(&text);
    assert_eq!(document.fragment_count(), 501);
    for (at, insert) in [
        ("entry_250:", "x"),
        ("b: [x, y]", " "),
        ("entry_0", "\n"),
        ("section", "s"),
    ] {
        let offset = text.find(at).expect("it is there");
        let edited = document.apply(&nexflow_syntax::TextEdit::insert(
            (offset as u32).into(),
            insert,
        ));
        let old: std::collections::HashSet<u64> =
            document.fragments().map(|fragment| fragment.id()).collect();
        let fresh = edited
            .fragments()
            .filter(|fragment| !old.contains(&fragment.id()))
            .count();
        // Another name of the section is another path for all of its entries.
        let most = if at == "section" { 501 } else { 2 };
        assert!(fresh <= most, "{at:?}: {fresh} new units");
    }
}

#[test]
fn deleting_and_moving_keeps_what_did_not_change() {
    let text: String = std::iter::once("section:\n".to_string())
        .chain((0..50).map(|n| format!("  entry_{n}:\n    a: 1\n")))
        .collect();
    let document = Document::parse(&text);
    let old: std::collections::HashSet<u64> =
        document.fragments().map(|fragment| fragment.id()).collect();
    let (from, to) = (
        text.find("  entry_10:").expect("it is there"),
        text.find("  entry_11:").expect("it is there"),
    );
    let cut = nexflow_syntax::TextEdit::delete(nexflow_syntax::TextRange::new(
        (from as u32).into(),
        (to as u32).into(),
    ));
    let paste = nexflow_syntax::TextEdit::insert(
        (text.find("  entry_40:").expect("it is there") as u32 - (to - from) as u32).into(),
        &text[from..to],
    );
    let edited = document.apply_all(&[cut, paste]);
    assert!(
        edited
            .fragments()
            .all(|fragment| old.contains(&fragment.id())),
        "a moved unit is parsed again"
    );
}

#[test]
fn what_an_alias_stands_for_is_known_of_all_around_it() {
    let text = "a: &a 1\nb:\n  c: &c {d: 1}\n  e: &unused 2\nf: &f x\ng: [*a, {h: *c}]\ni: *f\nj: {k: &k 1, l: *k}\nm: 3\n";
    let document = Document::parse(text);
    let is_aliased = |path: &[&str]| {
        let node = path.iter().fold(document.root(), |node, key| {
            node.get(key).expect("a key").value()
        });
        node.is_aliased()
    };
    for path in [&["a"][..], &["b"], &["b", "c"], &["f"], &["j"], &["j", "k"]] {
        assert!(is_aliased(path), "{path:?}");
    }
    for path in [&["b", "e"][..], &["b", "c", "d"], &["g"], &["i"], &["m"]] {
        assert!(!is_aliased(path), "{path:?}");
    }
}
