//! Writes what a fuzz target begins with: `seeds TARGET FOLDER DICTIONARY`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use nexflow_robustness::script::SEPARATOR;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [target, folder, dictionary] = arguments.as_slice() else {
        eprintln!("seeds TARGET FOLDER DICTIONARY");
        std::process::exit(2);
    };
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds(target)?.iter().enumerate() {
        fs::write(Path::new(folder).join(format!("seed-{number:04}")), seed)?;
    }
    fs::write(dictionary, words(target))
}

fn seeds(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let texts = texts()?;
    let bytes = |texts: &[String]| texts.iter().map(|text| text.clone().into_bytes()).collect();
    Ok(match target {
        "frames" => messages(&texts),
        "environment" => environments(),
        "values" => values(),
        "processes" => processes()?,
        // A document, a line and a kind of slip; or a text behind a first byte.
        "repairs" => {
            let mut seeds: Vec<Vec<u8>> = (0..=255_u8)
                .map(|number| {
                    let line = number.wrapping_mul(7);
                    vec![1, number, line, number.wrapping_mul(5), 0, number]
                })
                .collect();
            seeds.extend(
                texts
                    .iter()
                    .map(|text| [&[0][..], text.as_bytes()].concat()),
            );
            seeds
        }
        // A first byte that says what is done with the text behind it.
        "suppressions" => {
            let mut seeds = Vec::new();
            for (number, text) in texts.iter().enumerate() {
                let behind = b"\xff\x00\x10\x01\x00\x00\x00\x02\x01\x05\x00\x00";
                seeds.push([&[number as u8][..], text.as_bytes(), behind].concat());
            }
            seeds
        }
        "session" => sessions(&texts),
        "diagnostics" | "edits" => {
            let mut seeds = Vec::new();
            for (number, text) in texts.iter().enumerate() {
                let other = texts[(number * 7 + 1) % texts.len()].as_bytes();
                let separator = &[SEPARATOR][..];
                let edits = b"\x00\x10\x20\x03\x01\x02\x00\x40\x05\x09\x00\x01\x00\x08\x11";
                seeds.push(
                    [
                        b"extends: base.infra\n",
                        text.as_bytes(),
                        separator,
                        other,
                        separator,
                        edits,
                    ]
                    .concat(),
                );
                seeds.push([text.as_bytes(), separator, separator, edits].concat());
            }
            seeds
        }
        _ => bytes(&texts),
    })
}

/// The processes of the scanner's corpus.
fn processes() -> io::Result<Vec<Vec<u8>>> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../server/process/tests/corpus");
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|end| end == "proc"));
    paths.sort();
    paths.iter().map(fs::read).collect()
}

/// The documents of the corpora and the examples of the rules; long ones in pieces that a fuzzer can work with.
fn texts() -> io::Result<Vec<String>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    for folder in [
        "corpus/specification",
        "corpus/realistic",
        "corpus/documents",
        "../examples",
    ] {
        let mut paths = Vec::new();
        for entry in fs::read_dir(root.join(folder))? {
            paths.push(entry?.path());
        }
        paths.sort();
        for path in paths {
            if path
                .extension()
                .is_some_and(|extension| extension == "infra")
            {
                let text = fs::read_to_string(path)?;
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                texts.extend(lines.chunks(40).take(4).map(<[&str]>::concat));
            }
        }
    }
    for rule in nexflow_catalog::rules() {
        texts.push(rule.fail.to_owned());
        texts.push(rule.pass.to_owned());
    }
    for case in nexflow_conformance::suite::cases() {
        texts.push(case.yaml);
    }
    Ok(texts)
}

fn framed(messages: &[String]) -> Vec<u8> {
    let frame = |body: &String| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    messages.iter().map(frame).collect::<String>().into_bytes()
}

fn messages(texts: &[String]) -> Vec<Vec<u8>> {
    let initialize =
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}}"#;
    let mut seeds = Vec::new();
    for text in texts.iter().filter(|text| text.len() < 600) {
        let open = serde_json::json!({"jsonrpc": "2.0", "method": "textDocument/didOpen",
            "params": {"textDocument": {"uri": "file:///a.infra", "languageId": "infra", "version": 1, "text": text}}});
        let change = serde_json::json!({"jsonrpc": "2.0", "method": "textDocument/didChange",
            "params": {"textDocument": {"uri": "file:///a.infra", "version": 2}, "contentChanges": [{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 2}}, "text": "é"}]}});
        let ask = |id: usize, method: &str| {
            serde_json::json!({"jsonrpc": "2.0", "id": id, "method": method, "params": {
                "textDocument": {"uri": "file:///a.infra"}, "position": {"line": 1, "character": 2},
                "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}},
                "context": {"diagnostics": [], "includeDeclaration": true}, "options": {"tabSize": 2, "insertSpaces": true},
                "positions": [{"line": 1, "character": 2}], "newName": "NEW", "ch": "\n", "previousResultId": "0"}})
            .to_string()
        };
        let methods = METHODS[seeds.len() % METHODS.len()];
        seeds.push(framed(&[
            initialize.to_owned(),
            open.to_string(),
            ask(1, methods),
            change.to_string(),
            ask(2, methods),
            r#"{"jsonrpc":"2.0","id":3,"method":"shutdown"}"#.to_owned(),
            r#"{"jsonrpc":"2.0","method":"exit"}"#.to_owned(),
        ]));
    }
    seeds
}

const METHODS: &[&str] = &[
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/documentSymbol",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/inlayHint",
    "textDocument/codeAction",
    "textDocument/documentLink",
    "textDocument/linkedEditingRange",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/full/delta",
    "textDocument/semanticTokens/range",
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "nexflow/status",
    "nexflow/explain",
];

fn sessions(texts: &[String]) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    // A session takes a hundred times as long as other inputs: all of the texts would be an hour's work before anything new.
    let short = texts.iter().filter(|text| text.len() < 800).step_by(12);
    for (number, text) in short.enumerate() {
        let mut seed = vec![number as u8];
        // Open a document with this text, edit it in many ways, ask many things.
        seed.extend([1, 0, 7]);
        seed.extend(text.as_bytes());
        seed.push(SEPARATOR);
        for step in 0..12_u8 {
            seed.extend([1, 3, 0, 2, 0, step * 13, step, step * 5 + 1, 0]);
            seed.extend([1, 13, step, 4, step, 9, 2, step * 2]);
        }
        seeds.push(seed);
    }
    seeds
}

fn environments() -> Vec<Vec<u8>> {
    [
        "A=1\nB='two words' # c\nexport C=\"line one\nline two\"\n# more\nD=\"a\\\"b\"\r\nE=\n",
        "HOST=h\nURL=\"s3://${HOST}/x\"\nPORT=$HOST\n\\$X=1\n",
        "no assignment\nA=1\nB=\"open\nC=3\n",
        "\u{feff}[infra]\nflink_version = \"1.17\"\nenv_files = [\"a.env\"]\n[infra.rules]\nx = \"hint\"\n[infra.variables]\nA = 1\n",
        "[infra]\nmax_diagnostics = 10\nhide_variable_values = true\nassume_variables = 1\n",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

fn values() -> Vec<Vec<u8>> {
    let texts = [
        "${VAR}",
        "${VAR:-default}",
        "a${A}b${B:-x}c",
        "${A:x}",
        "${",
        "${}",
        "${A:-${B}}",
        "$<VAR>",
        "$VAR",
        "secret://name/key?version=3",
        "secret://name/key?default=x",
        "64mb",
        "1 GiB",
        "1.5gb",
        "10s",
        "500 ms",
        "PT1H30M",
        "1h30m",
        "-5",
        "0x1F",
        "0o17",
        "1e3",
        ".inf",
        ".nan",
        "~",
        "null",
        "true",
        "yes",
        "on",
        "50%",
        "kafka://user:pa%20ss@a:1,b:2/p?x=1&y=2#f",
        "s3a://bucket/path",
        "hdfs:///x",
        "${1:text}$2${3|a,b|}\\$",
        "postgresql://u@h/db",
    ];
    let fields = nexflow_catalog::fields();
    let mut seeds = Vec::new();
    for (number, _) in fields.iter().enumerate() {
        let head = if fields.len() <= 256 {
            vec![number as u8]
        } else {
            vec![(number >> 8) as u8, number as u8]
        };
        let text = texts[number % texts.len()].as_bytes();
        seeds.push([&head[..], &[number as u8 & 1], text].concat());
    }
    seeds
}

/// Words that a fuzzer would take long to find, in its own notation.
fn words(target: &str) -> String {
    let mut words: Vec<String> = [
        "\n",
        "\r\n",
        ": ",
        "- ",
        "  ",
        "#",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "|\n",
        ">-\n",
        "&a",
        "*a",
        "<<: *a",
        "!!str ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "${VAR}",
        "${VAR:-x}",
        "secret://a/b",
        "\t",
        "\u{feff}",
        "\u{1f980}",
        "\u{85}",
        "extends: ",
        "# nexflow: ignore[",
        "# nexflow: ignore-file[",
        "]",
        "null",
        "true",
        "~",
        "64mb",
        "10s",
    ]
    .iter()
    .map(|word| (*word).to_owned())
    .collect();
    match target {
        "frames" => {
            words.extend(METHODS.iter().map(|method| (*method).to_owned()));
            for word in [
                "Content-Length: ",
                "\r\n\r\n",
                "Content-Type: ",
                "\"jsonrpc\":\"2.0\"",
                "\"method\":\"",
                "\"id\":",
                "\"params\":",
                "\"textDocument\":{\"uri\":\"file:///a.infra\"}",
                "\"position\":{\"line\":0,\"character\":0}",
                "\\ud83d",
                "initialize",
                "initialized",
                "shutdown",
                "exit",
                "$/cancelRequest",
                "textDocument/didOpen",
                "textDocument/didChange",
                "textDocument/didClose",
                "textDocument/didSave",
                "workspace/didChangeConfiguration",
                "\"result\":null",
                "\"error\":",
                "4294967295",
                "-1",
                "18446744073709551615",
            ] {
                words.push(word.to_owned());
            }
        }
        "values" | "environment" => {
            words.extend(
                [
                    "infra",
                    "flink_version",
                    "env_files",
                    "rules",
                    "variables",
                    "export ",
                    "=",
                ]
                .map(str::to_owned),
            );
        }
        "processes" => {
            let keywords = include_str!("../../../../server/process/data/keywords.txt").lines();
            let keywords = keywords.filter(|line| !line.starts_with('#'));
            words.extend(keywords.map(|word| format!("{word} ")));
        }
        _ => {
            let keys = nexflow_catalog::fields()
                .iter()
                .map(|field| field.path.rsplit('.').next().unwrap_or_default());
            let mut keys: Vec<String> = keys
                .filter(|key| !key.contains('<'))
                .map(|key| format!("{key}: "))
                .collect();
            keys.sort();
            keys.dedup();
            words.extend(keys);
            words.extend(
                nexflow_catalog::rules()
                    .iter()
                    .map(|rule| rule.id.to_owned()),
            );
        }
    }
    let mut out = String::new();
    for word in words {
        let escaped: String = word
            .bytes()
            .map(|byte| match byte {
                b'"' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                other => format!("\\x{other:02x}"),
            })
            .collect();
        out.push_str(&format!("\"{escaped}\"\n"));
    }
    out
}
