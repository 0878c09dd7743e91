//! The documents of the corpus, read by this project and by yaml-rust2, which shares no code with its parser.

use std::fmt::Write;

use nexflow_conformance::{corpus, dump, replay::replay};
use nexflow_syntax::{Document, Limits, TextEdit};
use yaml_rust2::{
    parser::{Event, MarkedEventReceiver, Parser, Tag},
    scanner::{Marker, TScalarStyle},
};

/// Writes events in the notation of the YAML test suite, with numbers in place of the names of anchors, which yaml-rust2
/// does not tell.
#[derive(Default)]
struct Oracle(String);

impl MarkedEventReceiver for Oracle {
    fn on_event(&mut self, event: Event, _: Marker) {
        let anchor = |id: usize| if id > 0 { " &" } else { "" };
        let tag = |tag: &Option<Tag>| {
            tag.as_ref().map_or(String::new(), |tag| {
                let handle = if tag.handle == "!!" {
                    "tag:yaml.org,2002:"
                } else {
                    &tag.handle
                };
                format!(" <{handle}{}>", tag.suffix)
            })
        };
        let out = &mut self.0;
        let _ = match event {
            Event::DocumentStart => writeln!(out, "+DOC"),
            Event::DocumentEnd => writeln!(out, "-DOC"),
            Event::MappingStart(id, t) => writeln!(out, "+MAP{}{}", anchor(id), tag(&t)),
            Event::MappingEnd => writeln!(out, "-MAP"),
            Event::SequenceStart(id, t) => writeln!(out, "+SEQ{}{}", anchor(id), tag(&t)),
            Event::SequenceEnd => writeln!(out, "-SEQ"),
            Event::Alias(_) => writeln!(out, "=ALI"),
            Event::Scalar(value, style, id, t) => {
                let style = match style {
                    TScalarStyle::Plain => ':',
                    TScalarStyle::SingleQuoted => '\'',
                    TScalarStyle::DoubleQuoted => '"',
                    TScalarStyle::Literal => '|',
                    TScalarStyle::Folded => '>',
                };
                writeln!(out, "=VAL{}{} {style}{value:?}", anchor(id), tag(&t))
            }
            _ => Ok(()),
        };
    }
}

/// The events of this project in the same notation.
fn ours(document: &Document) -> String {
    let mut out = String::new();
    for line in dump::events(document).lines() {
        let line = line.replace("+MAP {}", "+MAP").replace("+SEQ []", "+SEQ");
        let mut words: Vec<String> = line.splitn(4, ' ').map(str::to_string).collect();
        if words[0] == "=ALI" {
            words.truncate(1);
        }
        for word in &mut words[1..] {
            if word.starts_with('&') {
                *word = "&".into();
            }
        }
        if !matches!(words[0].as_str(), "+STR" | "-STR") {
            let _ = writeln!(out, "{}", words.join(" "));
        }
    }
    out
}

/// Both notations with values unescaped in the same way: null as nothing, escapes as Rust writes them.
fn normal(events: &str) -> String {
    events
        .replace(" :\"~\"", " :")
        .replace(" :~", " :")
        .replace(" :\"\"", " :")
}

fn value_as_rust(line: &str) -> String {
    // `=VAL … :text` becomes `=VAL … :"text"`; the suite's escapes are undone first.
    let Some(rest) = line.strip_prefix("=VAL") else {
        return line.to_string();
    };
    let at = rest
        .char_indices()
        .find(|(at, c)| {
            matches!(c, ':' | '\'' | '"' | '|' | '>')
                && rest[..*at].ends_with(' ')
                && !rest[..*at].ends_with("< ")
        })
        .map_or(rest.len(), |(at, _)| at);
    let (head, value) = rest.split_at((at + 1).min(rest.len()));
    let value = value
        .replace("\\\\", "\u{0}")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("\\b", "\u{8}")
        .replace('\u{0}', "\\");
    format!("=VAL{head}{value:?}")
}

#[test]
fn yaml_rust2_reads_the_corpus_in_the_same_way() {
    let samples = corpus::samples();
    for sample in &samples {
        let document = Document::parse(&sample.text);
        assert_eq!(document.errors(), [], "{}", sample.name);
        let mut oracle = Oracle::default();
        // yaml-rust2 leaves the byte order mark to its callers.
        let text = sample.text.trim_start_matches('\u{feff}');
        let read = Parser::new_from_str(text).load(&mut oracle, true);
        assert!(read.is_ok(), "{}: {read:?}", sample.name);
        let own: String = ours(&document)
            .lines()
            .map(|line| value_as_rust(line) + "\n")
            .collect();
        assert_eq!(normal(&oracle.0), normal(&own), "{}", sample.name);
    }
    eprintln!("oracle: {} documents", samples.len());
    assert!(samples.len() >= 200);
}

#[test]
fn units_read_the_corpus_as_the_whole_does() {
    for sample in corpus::samples() {
        let whole = Document::parse_as_one_fragment(&sample.text, Limits::default());
        assert_eq!(
            dump::dump(&whole),
            dump::dump(&Document::parse(&sample.text)),
            "{}",
            sample.name
        );
    }
}

/// A long document is read on several processors, each of which gets a piece of its lines.
#[test]
fn long_documents_are_read_as_short_ones_are() {
    let entries = 12_000;
    for end in ["\n", "\r\n", "\r"] {
        let mut text = format!("version: \"1.0\"{end}section:{end}");
        for number in 0..entries {
            text += &format!(
                "  entry_{number}:{end}    type: word  # why{end}{end}    list:{end}    - {number}{end}"
            );
        }
        assert!(text.len() > 2 * 256 * 1024);
        let document = Document::parse(&text);
        assert_eq!(document.fragment_count(), 2 + entries, "{end:?}");
        for tail in [
            "",
            "  last: 1",
            "---{end}second: 1{end}",
            "\u{feff}  odd: 1{end}",
            "next:{end}  a: 1{end}",
        ] {
            let text = text.clone() + &tail.replace("{end}", end);
            let document = Document::parse(&text);
            let whole = Document::parse_as_one_fragment(&text, Limits::default());
            assert_eq!(whole.errors().is_empty(), document.errors().is_empty());
            if whole.errors().is_empty() {
                assert!(
                    dump::dump(&whole) == dump::dump(&document),
                    "{end:?}{tail:?}"
                );
            }
            // What stands in the first piece may decide about all of it.
            let first = format!("{}{text}", tail.replace("{end}", end));
            let document = Document::parse(&first);
            let whole = Document::parse_as_one_fragment(&first, Limits::default());
            assert_eq!(whole.errors().is_empty(), document.errors().is_empty());
        }
    }
}

#[test]
fn typing_a_document_gives_what_opening_it_gives() {
    for sample in corpus::files() {
        let mut document = Document::parse("");
        for (at, character) in sample.text.char_indices() {
            document = document.apply(&TextEdit::insert((at as u32).into(), character));
        }
        assert_eq!(
            dump::dump_with_units(&Document::parse(&sample.text)),
            dump::dump_with_units(&document),
            "{}",
            sample.name
        );
    }
}

/// What the fuzzer has found, kept in `tests/fuzz/findings`.
#[test]
fn findings_stay_fixed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/findings");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the findings are there") {
        let path = entry.expect("the findings can be read").path();
        // Folders belong to the other fuzz targets; `nexflow-robustness` replays them.
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        replay(&std::fs::read(&path).expect("the finding can be read"));
        count += 1;
    }
    eprintln!("{count} findings replayed");
}
