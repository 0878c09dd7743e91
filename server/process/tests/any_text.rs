//! What holds of any text: places are names, comments change nothing, an edit changes nothing of what lies far from it, and the
//! time is linear.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use nexflow_process::{Form, Kind, Reference, is_sink_name, scan};
use proptest::prelude::*;

fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus")
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "proc"))
        .collect();
    files.sort_unstable();
    let read = |path| fs::read_to_string(path).expect("a text");
    files.into_iter().map(read).collect()
}

/// Words and signs that mean something, so that random texts come near to processes.
const PIECES: [&str; 56] = [
    "process ",
    "receive ",
    "emit ",
    "send ",
    "to ",
    "from ",
    "using ",
    "lookup ",
    "enrich ",
    "checkpoint ",
    "every ",
    "dead_letter ",
    "late ",
    "data ",
    "persist ",
    "completion ",
    "local ",
    "buffer ",
    "keyed ",
    "by ",
    "kafka ",
    "mongodb ",
    "hold ",
    "in ",
    "store ",
    "match ",
    "uses ",
    "persistence ",
    "route ",
    "otherwise ",
    "import ",
    "business_date ",
    "on ",
    "end\n",
    "a ",
    "orders ",
    "x.y ",
    "${a.b} ",
    "${",
    "}",
    "\"text\" ",
    "\"",
    "'",
    "\\",
    "/*",
    "*/",
    "//",
    "```",
    "\n",
    "\r\n",
    ":",
    ".",
    "=",
    "(",
    "é",
    "5 ",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)
        .prop_map(|pieces| pieces.concat())
}

fn check(text: &str) {
    let scan = scan(text);
    assert!(scan.complete);
    let mut end = 0;
    for found in &scan.references {
        let name = &text[found.range];
        assert!(
            usize::from(found.range.start()) >= end,
            "{text:?}: {found:?}"
        );
        end = found.range.end().into();
        match found.form {
            Form::Logical => assert!(is_sink_name(name), "{text:?}: {name:?}"),
            Form::Config => assert!(name.starts_with("${"), "{text:?}: {name:?}"),
            Form::Physical => assert!(!name.contains('\n'), "{text:?}: {name:?}"),
        }
        if let Some(at) = found.from_at {
            assert!(at >= found.range.end() && text.is_char_boundary(at.into()));
        }
        if let Some(process) = found.process {
            let process = scan.processes[process as usize];
            assert!(
                process.range.contains_range(found.range),
                "{text:?}: {found:?}"
            );
        }
    }
    let named = scan
        .references
        .iter()
        .filter(|found| found.kind == Kind::Process);
    let names: Vec<_> = named.map(|found| found.range).collect();
    let processes: Vec<_> = scan.processes.iter().map(|process| process.name).collect();
    assert_eq!(names, processes);
}

fn names(text: &str) -> Vec<(Kind, Form, String)> {
    let name = |found: &Reference| (found.kind, found.form, text[found.range].to_owned());
    scan(text).references.iter().map(name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_are_names(text in soup()) {
        check(&text);
    }

    #[test]
    fn any_characters_are_read(text in any::<String>()) {
        check(&text);
    }

    /// Texts of the corpus with a piece in a random place, or without one.
    #[test]
    fn broken_texts_are_read(
        file in 0usize..52,
        at in any::<prop::sample::Index>(),
        length in 0usize..12,
        piece in prop::sample::select(&PIECES[..]),
    ) {
        let mut text = texts().swap_remove(file);
        let floor = |text: &str, at: usize| text.floor_char_boundary(at.min(text.len()));
        let from = floor(&text, at.index(text.len() + 1));
        let to = floor(&text, from + length);
        text.replace_range(from..to, piece);
        check(&text);
    }

    /// What is typed in one process changes nothing in the processes before and behind it, unless it opens a comment, a text or a
    /// block that swallows them.
    #[test]
    fn an_edit_stays_in_its_process(before in 0usize..52, behind in 0usize..52, words in prop::collection::vec(
        prop::sample::select(&["receive ", "emit to ", "orders ", "from ", "${x} ", "\"t\" ", "lookup ", "to ", "\n", "/* */ "][..]), 0..12)) {
        let texts = texts();
        let unclosed = |text: &str| text.contains("unclosed") || text.contains("typing");
        prop_assume!(!unclosed(&texts[before]) && !unclosed(&texts[behind]));
        let typed = format!("process typed_here {}\nend\n", words.concat());
        let mut expected = names(&texts[before]);
        expected.extend(names(&typed));
        // A clause may take what stands without a process behind it; each text that begins with one is safe.
        prop_assume!(texts[behind].trim_start().starts_with("process "));
        expected.extend(names(&texts[behind]));
        prop_assert_eq!(names(&format!("{}\n{typed}{}", texts[before], texts[behind])), expected);
    }
}

#[test]
fn comments_and_white_space_between_words_change_nothing() {
    for text in texts() {
        let expected = names(&text);
        // Where one space stands between two words there may be anything that is left out.
        for gap in [
            "  ",
            "\t",
            " /* emit to nowhere */ ",
            " // receive nothing\n",
        ] {
            let mut changed = String::new();
            for line in text.split_inclusive('\n') {
                let plain = !line.contains(['"', '\'', '`', '/', '$', '*']);
                let in_block = text.contains("```") || text.contains("/*");
                let is_word =
                    |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
                let mut rest = line;
                while let Some(at) = rest.find(' ') {
                    let around = is_word(rest[..at].chars().last())
                        && is_word(rest[at + 1..].chars().next());
                    changed.push_str(&rest[..at]);
                    changed.push_str(if plain && !in_block && around {
                        gap
                    } else {
                        " "
                    });
                    rest = &rest[at + 1..];
                }
                changed.push_str(rest);
            }
            assert_eq!(names(&changed), expected, "{changed}");
        }
    }
}

/// Texts on which a scanner that looks for an end over and over takes hours.
#[test]
fn the_time_is_linear() {
    let mut hostile: Vec<String> = PIECES.iter().map(|piece| (*piece).to_owned()).collect();
    hostile.extend(
        [
            "\"${",
            "\"\\",
            "'\\",
            "/* `",
            "``` /*",
            "receive a ",
            "receive from ",
            "emit to a to ",
            "emit to a ",
            "lookup a ",
            "lookup a from ",
            "checkpoint every ",
            "route to ",
            "route a ",
            "process a ",
            "process a receive b emit to c ",
            "\"a\" ",
            "'${' \"${\" ",
            "${a ",
        ]
        .map(String::from),
    );
    for piece in hostile {
        let text = piece.repeat((1 << 18) / piece.len());
        let begin = Instant::now();
        scan(&text);
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(10), "{piece:?}: {took:?}");
    }
}

#[test]
fn a_text_beyond_the_bounds_is_not_complete() {
    let long = "receive a from b\n".repeat(nexflow_process::MAX_REFERENCES + 5);
    let found = scan(&long);
    assert!(!found.complete);
    assert_eq!(found.references.len(), nexflow_process::MAX_REFERENCES);
    let huge = format!("{}é", "x".repeat(nexflow_process::MAX_BYTES - 1));
    assert!(!scan(&huge).complete);
}
