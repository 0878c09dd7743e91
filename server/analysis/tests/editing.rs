//! Tokens, folding, selection, inlay hints, outline, and the depth of new lines. A `$0` in a text is the cursor.

mod support;

use std::collections::HashMap;

use nexflow_analysis::{
    BaseDocument, Change, CompletionKind, FoldKind, FormatOptions, HintKind, HintOptions,
    OutlineNode, Settings, Snapshot, Token, TokenKind, Variable, VariableOrigin, actions,
    completion, edit::applied, file_links, folds, format_on_type, inlay_hints, outline,
    selection_ranges, tokens,
};
use nexflow_syntax::{Document, TextEdit, TextRange, TextSize};
use proptest::{collection::vec, prelude::*, sample::select};
use support::{resolved, size, snapshot};

/// The text without its `$0`, and where that stood.
fn cursor(text: &str) -> (String, TextSize) {
    let at = text.find("$0").expect("the text has a cursor");
    (text.replacen("$0", "", 1), size(at))
}

fn words(text: &str) -> Vec<(String, TokenKind)> {
    tokens(&resolved(text), None)
        .into_iter()
        .map(|token| (text[token.range].to_owned(), token.kind))
        .collect()
}

#[test]
fn words_are_coloured_by_what_they_mean() {
    let text = "\
state_backends:
  default:
    type: rocksdb
    incremental: true
    memory: {per_slot: 256mb}
    options: {max_write_buffer_number: 4}
    ttl: {default_ttl: 24h}
    storage: {local_directories: [/mnt/a, '${DIR}']}
";
    let expected = [
        ("state_backends", TokenKind::Section),
        ("default", TokenKind::Name),
        ("type", TokenKind::Field),
        ("rocksdb", TokenKind::EnumValue),
        ("incremental", TokenKind::Field),
        ("true", TokenKind::Boolean),
        ("memory", TokenKind::Field),
        ("per_slot", TokenKind::Field),
        ("256mb", TokenKind::Size),
        ("options", TokenKind::Field),
        ("max_write_buffer_number", TokenKind::Field),
        ("4", TokenKind::Number),
        ("ttl", TokenKind::Field),
        ("default_ttl", TokenKind::Field),
        ("24h", TokenKind::Duration),
        ("storage", TokenKind::Field),
        ("local_directories", TokenKind::Field),
        ("/mnt/a", TokenKind::Address),
        ("${DIR}", TokenKind::Variable),
    ];
    let found = words(text);
    let found: Vec<_> = found
        .iter()
        .map(|(word, kind)| (word.as_str(), *kind))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_field_of_another_type_is_marked() {
    let text = "state_backends: {d: {type: hashmap, options: {compression: LZ4}}}\n";
    let found = tokens(&resolved(text), None);
    let ineffective: Vec<_> = found
        .iter()
        .filter(|token| token.ineffective)
        .map(|token| &text[token.range])
        .collect();
    assert!(ineffective.contains(&"options"), "{ineffective:?}");
}

const FRAGMENTS: &[&str] = &[
    "\n",
    "\n",
    "  ",
    "    ",
    "state_backends:\n",
    "checkpoints:\n",
    "  default:\n",
    "    type: rocksdb\n",
    "    type: s3\n",
    "    bucket: ${A}-${B:-c}\n",
    "    memory: {per_slot: 256mb, managed: true}\n",
    "    interval: 10m\n",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: *a\n",
    "# comment\n",
    "|\n      ${X}\n",
    "secret://a/b",
    "\u{1f980}",
    "- ",
    ": ",
    "extends: x\n",
    "${",
    "---\n",
];

fn check_tokens(found: &[Token], snapshot: &Snapshot) -> Result<(), TestCaseError> {
    let rope = snapshot.document.rope();
    for pair in found.windows(2) {
        prop_assert!(pair[0].range.end() <= pair[1].range.start(), "{pair:?}");
    }
    for token in found {
        prop_assert!(!token.range.is_empty() && token.range.end() <= snapshot.document.len());
        let text = rope.to_string();
        prop_assert!(!text[token.range].contains('\n'), "{token:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Tokens never overlap, and what an edited document has is what a fresh one would have.
    #[test]
    fn tokens_after_edits_are_those_of_the_text(
        parts in vec(select(FRAGMENTS), 0..16),
        edits in vec((any::<u16>(), 0u8..8, select(FRAGMENTS)), 1..6),
    ) {
        let mut edited = resolved(&parts.concat());
        tokens(&edited, None);
        for (at, remove, insert) in edits {
            let length = usize::from(edited.document.len());
            let start = usize::from(at) * (length + 1) / (usize::from(u16::MAX) + 1);
            let range = TextRange::new(size(start), size(start + usize::from(remove)));
            let document = edited.document.apply(&TextEdit::replace(range, insert));
            edited = Snapshot::new(document, edited.context.clone());
            let found = tokens(&edited, None);
            check_tokens(&found, &edited)?;
            let fresh = tokens(&resolved(&edited.document.rope().to_string()), None);
            prop_assert_eq!(&found, &fresh, "{}", edited.document.rope());
            let half = TextRange::up_to(size(length / 2).min(edited.document.len()));
            let part: Vec<_> = fresh.into_iter().filter(|token| token.range.intersect(half).is_some()).collect();
            prop_assert_eq!(tokens(&edited, Some(half)), part);
        }
    }
}

#[test]
fn entries_comments_and_regions_fold() {
    let text = "\
# one
# two
a:
  b: 1
# region x
c:
  - d: 1
    e: 2
  - f
# endregion
g: 3
";
    let found: Vec<_> = folds(&resolved(text))
        .into_iter()
        .map(|fold| {
            let line = |at: TextSize| text[..usize::from(at)].matches('\n').count();
            (line(fold.range.start()), line(fold.range.end()), fold.kind)
        })
        .collect();
    let expected = [
        (0, 1, FoldKind::Comment),
        (2, 3, FoldKind::Block),
        (4, 9, FoldKind::Region),
        (5, 8, FoldKind::Block),
        (6, 7, FoldKind::Block),
    ];
    assert_eq!(found, expected);
}

#[test]
fn selection_grows_by_meaning() {
    let (text, at) = cursor("a:\n  b: {c: val$0ue, d: 1}\n  e: 2\n");
    let found: Vec<_> = selection_ranges(&resolved(&text), at)
        .into_iter()
        .map(|range| text[range].to_owned())
        .collect();
    let expected = [
        "value",
        "c: value",
        "{c: value, d: 1}",
        "b: {c: value, d: 1}",
        "b: {c: value, d: 1}\n  e: 2",
        "a:\n  b: {c: value, d: 1}\n  e: 2",
        "a:\n  b: {c: value, d: 1}\n  e: 2\n",
    ];
    assert_eq!(found, expected);
}

const EVERY_HINT: HintOptions = HintOptions {
    amounts: true,
    variables: true,
    inherited: true,
    defaults: true,
};

fn hints(text: &str, options: HintOptions) -> Vec<(String, HintKind)> {
    let variables = HashMap::from([(
        "REGION".to_owned(),
        Variable {
            value: "eu-west-1".to_owned(),
            origin: VariableOrigin::Settings,
        },
    )]);
    let snapshot = snapshot(text, Settings::default(), variables);
    inlay_hints(
        &snapshot,
        TextRange::up_to(snapshot.document.len()),
        options,
    )
    .into_iter()
    .map(|hint| (hint.label, hint.kind))
    .collect()
}

/// Values of variables and inherited values are shown unless somebody wants otherwise; nothing is shown between brackets.
#[test]
fn few_hints_are_shown_at_first_and_none_between_brackets() {
    let block = "\
state_backends:
  d:
    type: rocksdb
    memory:
      per_slot: 256mb
    local_directories:
      - /mnt/${REGION}
";
    let kinds = |options| -> Vec<HintKind> {
        let found = hints(block, options).into_iter();
        found.map(|(_, kind)| kind).collect()
    };
    assert_eq!(kinds(HintOptions::default()), [HintKind::Variable]);
    assert!(kinds(EVERY_HINT).contains(&HintKind::Amount));
    let flow = "\
state_backends: {d: {type: rocksdb, memory: {per_slot: 256mb}, local_directories: ['/mnt/${REGION}']}}
";
    assert_eq!(hints(flow, EVERY_HINT), []);
}

#[test]
fn remarks_say_what_the_text_does_not() {
    let text = "\
state_backends:
  d:
    type: rocksdb
    memory:
      per_slot: 256mb
checkpoints:
  c:
    type: s3
    bucket: b
    region: ${REGION}
";
    let all = hints(text, EVERY_HINT);
    let has = |kind| all.iter().any(|(_, of)| *of == kind);
    assert!(has(HintKind::Amount) && has(HintKind::Variable), "{all:?}");
    assert!(
        all.iter()
            .any(|(label, _)| label.replace([',', ' ', '_'], "").contains("268435456")),
        "{all:?}"
    );
    assert!(
        all.iter().any(|(label, _)| label.contains("eu-west-1")),
        "{all:?}"
    );
    let off = HintOptions {
        amounts: false,
        variables: false,
        inherited: false,
        defaults: false,
    };
    assert_eq!(hints(text, off), []);
    let one = HintOptions {
        variables: true,
        ..off
    };
    assert!(
        hints(text, one)
            .iter()
            .all(|(_, kind)| *kind == HintKind::Variable)
    );
}

/// So many entries with so many fields each.
fn many_entries(entries: usize, fields: usize) -> String {
    let mut text = String::from("version: '1.0'\nstate_backends:\n");
    for entry in 0..entries {
        text.push_str(&format!("  b{entry}:\n    type: rocksdb\n    options:\n"));
        for field in 0..fields {
            text.push_str(&format!("      x{field}: 1\n"));
        }
    }
    text
}

fn number_of_symbols(symbols: &[OutlineNode]) -> usize {
    let below = symbols.iter().map(|one| number_of_symbols(&one.children));
    symbols.len() + below.sum::<usize>()
}

#[test]
fn the_outline_leaves_out_the_deepest_levels_of_long_documents() {
    // With the version and the section, `entries` names, two fields of each and what stands below one of these.
    for (entries, fields, levels, all) in [
        (8, 1, 4, 2 + 8 * 4),
        (1_249, 1, 4, 2 + 1_249 * 4),
        (1_250, 1, 3, 2 + 1_250 * 3),
        (1_666, 1, 3, 2 + 1_666 * 3),
        (1_667, 1, 2, 2 + 1_667),
        // Names stay.
        (6_000, 1, 2, 2 + 6_000),
        (10, 1_000, 3, 2 + 10 * 3),
    ] {
        let text = many_entries(entries, fields);
        let found = outline(&resolved(&text));
        check_outline(&found, TextRange::up_to(TextSize::of(&text)));
        assert_eq!(number_of_symbols(&found), all, "{entries} and {fields}");
        let last = &found[1].children[entries - 1];
        assert_eq!(last.detail, "rocksdb");
        assert_eq!(last.children.is_empty(), levels == 2);
        if levels > 2 {
            assert_eq!(last.children[1].children.is_empty(), levels == 3);
        }
    }
}

fn check_outline(symbols: &[OutlineNode], around: TextRange) {
    for symbol in symbols {
        assert!(around.contains_range(symbol.range), "{}", symbol.name);
        assert!(
            symbol.range.contains_range(symbol.selection),
            "{}",
            symbol.name
        );
        check_outline(&symbol.children, symbol.range);
    }
}

/// What a new line below `text` (which ends in the cursor) is indented by.
#[track_caller]
fn new_line(text: &str, expected: usize) {
    let (text, at) = cursor(text);
    let snapshot = resolved(&text);
    let edits = format_on_type(&snapshot, at, FormatOptions::default());
    let after = applied(&snapshot.document, &edits).rope().to_string();
    let line = after[..usize::from(at).min(after.len())]
        .matches('\n')
        .count();
    let found = after.split('\n').nth(line).unwrap_or_default();
    assert!(found.trim().is_empty(), "{after}");
    assert_eq!(found.len(), expected, "{after:?}");
}

#[test]
fn a_new_line_has_the_depth_at_which_writing_goes_on() {
    new_line("state_backends:\n$0", 2);
    new_line("state_backends:\n  d:\n$0", 4);
    new_line("state_backends:\n  d:\n    type: rocksdb\n$0", 4);
    new_line(
        "state_backends:\n  d:\n    storage:\n      local_directories:\n        - /mnt/a\n$0",
        8,
    );
    new_line("state_backends:\n  d: # the default\n$0", 4);
    new_line("# alone\n$0", 0);
    new_line("streams:\n  s:\n    type:\n$0", 4);
    new_line("version: '1.0'\n      $0\n", 0);
}

#[test]
fn a_new_line_goes_on_as_the_document_is_indented() {
    new_line("state_backends:\n    d:\n$0", 8);
    new_line("state_backends:\n    d:\n        type: rocksdb\n$0", 8);
    new_line(
        "state_backends:\n    d:\n        storage:\n            local_directories:\n$0",
        16,
    );
    new_line("streams:\n    s:\n        note:\n            - |\n$0", 16);
}

#[test]
fn a_new_line_in_a_block_scalar_stays_as_it_is() {
    let (text, at) = cursor("description: |\n  text\n   $0\n");
    assert_eq!(
        format_on_type(&resolved(&text), at, FormatOptions::default()),
        []
    );
}

/// The document after the completion of this label.
fn completed(text: &str, label: &str) -> String {
    let (text, at) = cursor(text);
    let snapshot = resolved(&text);
    let items = completion(&snapshot, at);
    let item = items
        .iter()
        .find(|item| item.label == label)
        .unwrap_or_else(|| panic!("{label} is not offered in\n{text}"));
    let edit = TextEdit::replace(item.replace, item.plain.clone());
    snapshot.document.apply(&edit).rope().to_string()
}

#[test]
fn a_field_of_a_block_that_is_not_there_is_written_with_the_block() {
    let text = "checkpoints:\n  c:\n    type: s3\n    bucket: b\n    part_size$0\n";
    assert_eq!(
        completed(text, "s3.multipart_upload_part_size"),
        "checkpoints:\n  c:\n    type: s3\n    bucket: b\n    s3:\n      multipart_upload_part_size: \n"
    );
    // Where the block is there the field belongs into it.
    let (text, at) =
        cursor("checkpoints:\n  c:\n    type: s3\n    s3: {max_connections: 3}\n    part$0\n");
    let labels: Vec<_> = completion(&resolved(&text), at)
        .into_iter()
        .map(|item| item.label)
        .collect();
    assert!(
        !labels.iter().any(|label| label.starts_with("s3.")),
        "{labels:?}"
    );
    // In braces the block has braces of its own.
    let flow = "checkpoints: {c: {type: s3, bucket: b, part_size$0}}\n";
    assert_eq!(
        completed(flow, "s3.multipart_upload_part_size"),
        "checkpoints: {c: {type: s3, bucket: b, s3: {multipart_upload_part_size: }}}\n"
    );
    let (flow, at) = cursor(flow);
    let item = completion(&resolved(&flow), at)
        .into_iter()
        .find(|item| item.label == "s3.multipart_upload_part_size")
        .expect("it is offered");
    assert!(item.snippet);
    assert_eq!(item.insert, "s3: {multipart_upload_part_size: $0}");
    // What only the base has is refined here, and so is its block.
    let (overlay, at) = cursor("extends: base.infra\ncheckpoints:\n  c:\n    part_size$0\n");
    let mut snapshot = resolved(&overlay);
    snapshot.context.bases.push(BaseDocument {
        uri: "file:///project/base.infra".to_owned(),
        document: Document::parse(
            "checkpoints: {c: {type: s3, bucket: b, s3: {max_connections: 3}}}\n",
        ),
    });
    assert!(
        completion(&snapshot, at)
            .iter()
            .any(|item| item.label == "s3.multipart_upload_part_size")
    );
    // A field of another type is not offered.
    let (text, at) =
        cursor("checkpoints:\n  c:\n    type: hdfs\n    path: hdfs://n/a\n    part$0\n");
    let labels: Vec<_> = completion(&resolved(&text), at)
        .into_iter()
        .map(|item| item.label)
        .collect();
    assert!(
        !labels.iter().any(|label| label.starts_with("s3.")),
        "{labels:?}"
    );
}

/// The labels of what is offered, in the order of the list.
fn labels(text: &str) -> Vec<String> {
    let (text, at) = cursor(text);
    let mut items = completion(&resolved(&text), at);
    items.sort_by(|a, b| a.sort.cmp(&b.sort));
    items.into_iter().map(|item| item.label).collect()
}

#[test]
fn a_jump_over_blocks_may_be_typed_with_its_dots() {
    let text = "checkpoints:\n  c:\n    type: s3\n    bucket: b\n    s3.multi$0\n";
    assert_eq!(
        completed(text, "s3.multipart_upload_part_size"),
        "checkpoints:\n  c:\n    type: s3\n    bucket: b\n    s3:\n      multipart_upload_part_size: \n"
    );
    let (text, at) = cursor(text);
    let items = completion(&resolved(&text), at);
    let item = items
        .iter()
        .find(|item| item.label == "s3.multipart_upload_part_size")
        .expect("it is offered");
    // Editors keep what has the typed letters in their order.
    let mut rest = item.filter.chars();
    assert!("s3.multi".chars().all(|c| rest.any(|other| other == c)));
}

#[test]
fn names_and_values_follow_what_stands_around() {
    let of_type = labels("checkpoints:\n  gc$0:\n    type: gcs\n    bucket: b\n");
    assert!(
        of_type.contains(&"gcs_checkpoints".to_owned()),
        "{of_type:?}"
    );
    assert!(
        !of_type.contains(&"s3_checkpoints".to_owned()),
        "{of_type:?}"
    );
    let of_any = labels("state_backends:\n  ch$0\n");
    assert!(of_any.contains(&"changelog_state".to_owned()), "{of_any:?}");
    let text =
        "environment: staging\ncheckpoints:\n  auth_checkpoints:\n    type: s3\n    prefix: $0\n";
    let around = labels(text);
    for expected in ["staging/", "auth/", "staging/auth/"] {
        assert!(
            around.contains(&expected.to_owned()),
            "{expected}: {around:?}"
        );
    }
    assert!(!around.contains(&"production/".to_owned()), "{around:?}");
}

#[test]
fn regions_of_aws_are_offered_where_one_is_wanted() {
    let found = labels("checkpoints:\n  c:\n    type: s3\n    bucket: b\n    region: $0\n");
    for region in ["us-east-1", "eu-central-1", "ap-southeast-2", "sa-east-1"] {
        assert!(found.contains(&region.to_owned()), "{region}");
    }
    let found = labels("checkpoints:\n  c:\n    type: s3\n    bucket: $0\n");
    assert!(!found.contains(&"eu-central-1".to_owned()));
}

#[test]
fn names_that_a_field_refers_to_are_offered() {
    let text = "state_backends:\n  small: {type: hashmap}\n  log:\n    type: changelog\n    base_backend: $0\n";
    let after = completed(text, "small");
    assert_eq!(Document::parse(&after).errors(), []);
    assert!(after.contains("base_backend: small\n"), "{after}");
}

#[test]
fn what_other_documents_say_is_offered() {
    let other = Document::parse(
        "checkpoints:\n  main: {type: s3, bucket: company-state, auth: {secret_key: hidden}}\n",
    );
    let (text, at) = cursor("checkpoints:\n  c:\n    type: s3\n    bucket: $0\n");
    let labels: Vec<_> =
        nexflow_analysis::completion_among(&resolved(&text), at, &vec![other.clone()])
            .into_iter()
            .map(|item| item.label)
            .collect();
    assert!(labels.contains(&"company-state".to_owned()), "{labels:?}");
    assert!(!labels.contains(&"hidden".to_owned()), "{labels:?}");
    let (text, at) = cursor("checkpoints:\n  $0\n");
    let labels: Vec<_> = nexflow_analysis::completion_among(&resolved(&text), at, &vec![other])
        .into_iter()
        .map(|item| item.label)
        .collect();
    assert!(labels.contains(&"main".to_owned()), "{labels:?}");
}

/// The texts of the document and of its base after the refactoring of this title.
fn refactored(text: &str, base: &str, title: &str) -> (String, String) {
    let (text, at) = cursor(text);
    let mut snapshot = resolved(&text);
    snapshot.context.bases.push(BaseDocument {
        uri: "file:///project/base.infra".to_owned(),
        document: Document::parse(base),
    });
    let offered = actions(&snapshot, TextRange::empty(at));
    let action = offered
        .iter()
        .find(|action| action.title == title)
        .unwrap_or_else(|| panic!("{title} is not offered: {offered:#?}"));
    let (mut own, mut of_base) = (snapshot.document.clone(), Document::parse(base));
    for change in &action.changes {
        match change {
            Change::Document(edits) => own = applied(&own, edits),
            Change::Base { edits, .. } => of_base = applied(&of_base, edits),
            other => panic!("{other:?}"),
        }
    }
    (own.rope().to_string(), of_base.rope().to_string())
}

#[test]
fn a_field_moves_into_the_base_document() {
    let text =
        "extends: base.infra\ncheckpoints:\n  main:\n    bucket: prod\n    pre$0fix: state\n";
    let base = "environment: base\ncheckpoints:\n  main:\n    type: s3\n";
    assert_eq!(
        refactored(text, base, "Move `prefix` into the base document"),
        (
            "extends: base.infra\ncheckpoints:\n  main:\n    bucket: prod\n".to_owned(),
            "environment: base\ncheckpoints:\n  main:\n    type: s3\n    prefix: state\n"
                .to_owned(),
        )
    );
    let base = "environment: base\ncheckpoints:\n  main:\n    type: s3\n    prefix: state\n";
    assert_eq!(
        refactored(
            text,
            base,
            "Remove `prefix`, which the base document says as well"
        )
        .1,
        base
    );
}

#[test]
fn files_that_the_text_names_are_links() {
    let text = "extends: ../base.infra\nversion: '1.0'\ncheckpoints: {c: {type: filesystem, path: 'file:///mnt/state'}}\n";
    let found: Vec<_> = file_links(&resolved(text))
        .into_iter()
        .map(|link| (text[link.range].to_owned(), link.path))
        .collect();
    let expected = [
        ("../base.infra", "../base.infra"),
        ("file:///mnt/state", "/mnt/state"),
    ];
    assert_eq!(
        found,
        expected.map(|(text, path)| (text.to_owned(), path.to_owned()))
    );
    assert_eq!(
        file_links(&resolved(
            "checkpoints: {c: {type: s3, path: 's3://a/b'}}\n"
        )),
        []
    );
    assert_eq!(file_links(&resolved("extends: ${BASE}/x.infra\n")), []);
}

/// Every kind of inlay hint, letter by letter, and that each can be had alone.
#[test]
fn each_kind_of_remark_can_be_had_alone() {
    let text = "extends: base.infra\nstate_backends:\n  d:\n    type: rocksdb\n    memory:\n      per_slot: 256mb\ncheckpoints:\n  c:\n    type: s3\n    bucket: ${REGION}\n    checkpoint:\n      interval: 5m\n";
    let mut snapshot = snapshot(
        text,
        Settings::default(),
        HashMap::from([(
            "REGION".to_owned(),
            Variable {
                value: "eu-west-1".to_owned(),
                origin: VariableOrigin::Settings,
            },
        )]),
    );
    snapshot.context.bases.push(BaseDocument {
        uri: "file:///project/base.infra".to_owned(),
        document: Document::parse(
            "checkpoints: {c: {prefix: state/, auth: {type: static, secret_key: hidden}}}\n",
        ),
    });
    let off = HintOptions {
        amounts: false,
        variables: false,
        inherited: false,
        defaults: false,
    };
    let shown = |options| -> Vec<(usize, String)> {
        inlay_hints(
            &snapshot,
            TextRange::up_to(snapshot.document.len()),
            options,
        )
        .into_iter()
        .map(|hint| {
            let before = &text[..usize::from(hint.offset)];
            (before.matches('\n').count() + 1, hint.label)
        })
        .collect()
    };
    let lines = |expected: &[(usize, &str)]| -> Vec<(usize, String)> {
        expected
            .iter()
            .map(|(line, label)| (*line, (*label).to_owned()))
            .collect()
    };
    let amounts = HintOptions {
        amounts: true,
        ..off
    };
    let found = shown(amounts);
    assert_eq!(found.len(), 2, "{found:?}");
    // 256 times 1,024 times 1,024, and five times sixty thousand.
    for ((line, label), (expected, digits)) in found.iter().zip([(6, "268435456"), (12, "300000")])
    {
        let written: String = label.chars().filter(char::is_ascii_digit).collect();
        assert_eq!((*line, written.as_str()), (expected, digits));
    }
    let variables = HintOptions {
        variables: true,
        ..off
    };
    assert_eq!(shown(variables), lines(&[(10, "= eu-west-1")]));
    let inherited = HintOptions {
        inherited: true,
        ..off
    };
    assert_eq!(
        shown(inherited),
        lines(&[(8, "inherits prefix: state/, auth")])
    );
    // Flink's own: incremental checkpoints are off, and RocksDB shares managed memory.
    let defaults = HintOptions {
        defaults: true,
        ..off
    };
    let found = shown(defaults);
    let of_backend = found.iter().find(|(line, _)| *line == 3);
    assert!(
        of_backend.is_some_and(
            |(_, label)| label.starts_with("default ") && label.contains("incremental: false")
        ),
        "{found:?}"
    );
    assert_eq!(shown(off), []);
    let all: usize = [amounts, variables, inherited, defaults]
        .map(|one| shown(one).len())
        .iter()
        .sum();
    assert_eq!(shown(EVERY_HINT).len(), all);
}

/// How many offers are tried depends on how much each trial reads. Those that name the place come first, and are among the tried ones.
#[test]
fn among_thousands_of_references_some_are_offered() {
    let offered = |count: usize| {
        let references: String = (0..count).map(|i| format!("${{A{i}}}")).collect();
        let text = format!("checkpoints:\n  a:\n    type: s3\n    prefix: {references}${{$0}}\n");
        let offset = text.find("$0").expect("a cursor");
        let snapshot = resolved(&text.replace("$0", ""));
        let items = completion(&snapshot, size(offset));
        let variables = items
            .iter()
            .filter(|item| item.kind == CompletionKind::Variable);
        variables.count()
    };
    assert_eq!(offered(100), 100, "all that the document uses");
    let many = offered(4_000);
    assert!((10..1_000).contains(&many), "{many} of 4,000");
}
