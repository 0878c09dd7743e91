use super::*;

fn found(text: &str) -> Vec<(u32, String, String)> {
    parse(text)
        .assignments
        .into_iter()
        .map(|a| (a.line, a.name, a.value))
        .collect()
}

fn at(line: u32, name: &str, value: &str) -> (u32, String, String) {
    (line, name.into(), value.into())
}

/// The value of the last assignment, and whether something is said of the file.
fn value(text: &str) -> (Option<String>, usize) {
    let file = parse(text);
    let last = file.assignments.last();
    (last.map(|last| last.value.clone()), file.problems.len())
}

#[test]
fn quotes_comments_export_and_several_lines() {
    let text = "\u{feff}# first\nA=1\n\nexport B='two words' # comment\nC=\"line one\nline two\"\n  # more\nD=\"a\\\"b\"\r\nE=";
    assert_eq!(
        found(text),
        [
            at(1, "A", "1"),
            at(3, "B", "two words"),
            at(4, "C", "line one\nline two"),
            at(7, "D", "a\"b"),
            at(8, "E", "")
        ]
    );
}

/// What docker compose and the dotenv libraries make of a value, written behind `V=`.
#[test]
fn values_are_what_other_readers_make_of_them() {
    for (written, meant) in [
        ("-Xmx1g -Xms1g", "-Xmx1g -Xms1g"),
        ("C:\\data\\x", "C:\\data\\x"),
        ("it's", "it's"),
        ("{\"a\":1}", "{\"a\":1}"),
        ("a#b # comment", "a#b"),
        (" # comment", ""),
        (" spaced\t", "spaced"),
        ("\"a\\tb\\nc\\\\d\\\"e\"", "a\tb\nc\\d\"e"),
        ("\"C:\\data\"", "C:\\data"),
        ("'a\\nb $X ${Y}'", "a\\nb $X ${Y}"),
        ("'it\\'s'", "it's"),
        ("\"#\" # comment", "#"),
        ("abc$", "abc$"),
        ("a$1", "a$1"),
        ("costs \\$5 and \\${X}", "costs $5 and ${X}"),
        ("\"\\${X}\"", "${X}"),
        ("a$$b", "a$b"),
        ("\"one\r\ntwo\"", "one\ntwo"),
        ("ünïcode 🦀", "ünïcode 🦀"),
        ("a=b=c", "a=b=c"),
    ] {
        for end in ["", "\n", "\r\n"] {
            let text = format!("V={written}{end}");
            assert_eq!(value(&text), (Some(meant.to_owned()), 0), "{text:?}");
        }
    }
    let spaced = [at(0, "V", "x"), at(1, "W", "a: b"), at(2, "X", "1")];
    assert_eq!(found("V : x\nW: a: b\n X = 1 \n"), spaced);
}

#[test]
fn references_mean_what_stands_above_and_nothing_else() {
    for (text, meant, problems) in [
        ("A=h\nV=\"s3://${A}/x\"", "s3://h/x", 0),
        ("A=h\nV=$A-$A.", "h-h.", 0),
        ("A=1\nA=2\nV=$A", "2", 0),
        ("V=${A:-one}-two", "one-two", 0),
        ("A=x\nV=${A:-one}-two", "x-two", 0),
        ("A=\nV=${A:-one}", "one", 0),
        ("A=\nV=${A-one}", "", 0),
        ("V=${A-one}", "one", 0),
        ("B=b\nV=${A:-${B}c}", "bc", 0),
        ("V=${A:-}", "", 0),
        ("A=x\nV=${A:+there}${B:+gone}", "there", 0),
        ("A=x\nV=${A:?must be set}", "x", 0),
        ("V=${A:-a\\}b}", "a}b", 0),
        ("V=${NOPE}-x", "-x", 1),
        ("V=${A}-x\nA=", "", 1),
        ("V=${V}-x", "-x", 1),
        ("V=$(date)", "$(date)", 1),
        // The process has these.
        ("V=$PATH", "", 1),
        ("V=${CARGO_MANIFEST_DIR:-none}", "none", 0),
        // What is not needed need not be there.
        ("A=x\nV=${A:-$NOPE}", "x", 0),
    ] {
        let (found, said) = value(text);
        assert_eq!((found.as_deref(), said), (Some(meant), problems), "{text}");
    }
    for text in [
        "V=${",
        "V=${A",
        "V=${}",
        "V=${A B}",
        "V=${A:=x}",
        "V=${A:?}",
        "V=${A:-${B}",
    ] {
        assert_eq!(value(text), (None, 1), "{text}");
    }
}

#[test]
fn fixed_variables_and_earlier_files_are_known() {
    let fixed = BTreeMap::from([("REGION".to_owned(), "eu".to_owned())]);
    let mut reader = Reader::new(&fixed);
    reader.read("A=one\nREGION=us\n");
    let file = reader.read("V=${REGION}-${A}-${NOPE:-x}\n");
    assert_eq!(file.assignments[0].value, "eu-one-x");
    assert_eq!(file.problems, []);
}

#[test]
fn a_bad_line_costs_itself_only() {
    for bad in [
        "no assignment hunter2",
        "hunter2",
        "1A=hunter2",
        "A B=hunter2",
        "A=\"hunter2",
        "A='hunter2",
        "A=\"hunter2\" hunter2",
        "A='hunter2'hunter2",
        "A=${hunter2",
        "=hunter2",
        "A='hunter2\\'",
        "export hunter2",
        "é=hunter2",
    ] {
        let file = parse(&format!("X=1\n{bad}\nB=2\nC='3'\n"));
        let names: Vec<_> = file
            .assignments
            .iter()
            .map(|a| (a.line, &*a.name))
            .collect();
        assert_eq!(names, [(0, "X"), (2, "B"), (3, "C")], "{bad}");
        let lines: Vec<_> = file.problems.iter().map(|p| p.0).collect();
        assert_eq!(lines, [1], "{bad}");
        assert!(!file.problems[0].1.contains("hunter2"), "{bad}");
    }
    assert_eq!(parse("A=1\nexport A\n").problems, []);
    let file = parse(&"bad\n".repeat(5000));
    assert_eq!(file.problems.len(), MAX_PROBLEMS);
    assert!(file.problems[MAX_PROBLEMS - 1].1.contains("4900 more"));
}

#[test]
fn what_references_bring_in_is_bounded() {
    let mut text = "A0=xxxxxxxxxx\n".to_owned();
    for level in 1..=12 {
        let above = format!("${{A{}}}", level - 1).repeat(10);
        text += &format!("A{level}=\"{above}\"\n");
    }
    let file = parse(&text);
    let bytes: usize = file.assignments.iter().map(|a| a.value.len()).sum();
    assert!(bytes <= text.len() + MAX_REFERENCED, "{bytes}");
    assert!(file.problems[0].1.contains("too large"));
    // The bound is for all files of a project.
    let fixed = BTreeMap::new();
    let mut reader = Reader::new(&fixed);
    let big = format!("A={}\nB=$A\n", "x".repeat(MAX_REFERENCED / 2 + 1));
    assert_eq!(reader.read(&big).problems, []);
    assert_eq!(reader.read(&big).problems.len(), 1);
    let deep = format!("A={}x{}", "${B:-".repeat(50_000), "}".repeat(50_000));
    assert_eq!(value(&deep), (None, 1));
}

#[test]
fn places_are_names_and_references() {
    let text = "A=1\nexport A='$A' # $A\nB=\"\\$A ${A:-$A}\"\n# A=1\nAA=$AA$A\nC=${B:-${A}}\n";
    let found: Vec<_> = places(text, "A")
        .into_iter()
        .map(|(range, is_set)| {
            assert_eq!(&text[range.clone()], "A");
            (text[..range.start].matches('\n').count(), is_set)
        })
        .collect();
    let expected = [
        (0, true),
        (1, true),
        (2, false),
        (2, false),
        (4, false),
        (5, false),
    ];
    assert_eq!(found, expected);
}

#[test]
fn long_lines_count_once() {
    let text = format!("A={}\nB=2\n", "x".repeat(100_000));
    assert_eq!(found(&text)[1], at(1, "B", "2"));
}
