//! Sequences of messages as clients send them, in and out of order: whatever came before, what the server says in the end is
//! what a fresh server says of the same texts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    script::{self, Bytes},
    server::{Asked, Server},
};

/// Most messages of one input.
const MOST_MESSAGES: usize = 40;

/// Texts do not grow beyond this.
const MOST_BYTES: usize = 4 << 10;

/// What a column counts in this session, by the first byte of the input.
const ENCODINGS: [&str; 3] = ["utf-8", "utf-16", "utf-32"];

const URIS: [&str; 4] = [
    "untitled:a",
    "file:///nexflow-fuzz/a.infra",
    "file:///nexflow-fuzz/base.infra",
    "http://elsewhere/%41",
];

const TEXTS: [&str; 4] = [
    "version: \"1.0\"\nstate_backends:\n  default:\n    type: rocksdb\n    compression: LZ4\ncheckpoints:\n  default:\n    type: s3\n    bucket: ${BUCKET}\n    interval: 1\n",
    "extends: base.infra\nversion: \"1.0\"\nstreams:\n  - name: 🦀\n    type: kafka\n",
    "extends: a.infra\r\nstate_backends: {default: {type: hashmap}}\r\n",
    "a: [b\n",
];

/// What the client believes of a document.
struct Believed {
    version: i32,
    text: String,
    /// The client has sent something that no client with the same text would send.
    is_lost: bool,
}

/// Reads a session from the bytes and holds it.
///
/// # Panics
///
/// When a request has no answer, the server panics, or answers differ from those of a fresh server.
pub fn run(bytes: &[u8]) {
    let mut input = Bytes::new(bytes);
    let first = input.byte();
    let encoding = ENCODINGS[usize::from(first) % ENCODINGS.len()];
    let capabilities = capabilities(first, encoding);
    let mut server = Server::initialized(&capabilities);
    let mut documents: BTreeMap<&'static str, Believed> = BTreeMap::new();
    let mut asked: Vec<Asked> = Vec::new();
    for _ in 0..MOST_MESSAGES {
        if input.is_empty() {
            break;
        }
        message(
            &mut input,
            &mut server,
            encoding,
            &mut documents,
            &mut asked,
        );
    }
    for asked in asked {
        let answer = server.wait(asked);
        assert_ne!(answer["error"]["code"], -32603, "{answer:?}");
    }
    let mut fresh = Server::initialized(&capabilities);
    for (uri, document) in documents.iter().filter(|(_, document)| !document.is_lost) {
        open(&mut fresh, uri, document.version, &document.text);
    }
    for (uri, document) in &documents {
        if document.is_lost {
            continue;
        }
        // What extends a document that is lost is checked with what was last known of it, which a fresh server does not have.
        if document.text.contains("extends") && documents.values().any(|other| other.is_lost) {
            continue;
        }
        for (method, params) in questions(uri) {
            let (old, new) = (
                server.request(method, &params),
                fresh.request(method, &params),
            );
            let (old, new) = (without_ids(server.wait(old)), without_ids(fresh.wait(new)));
            assert_eq!(
                old, new,
                "{method} of {uri} differs from a fresh server's\n{:?}",
                document.text
            );
        }
    }
    server.end();
    fresh.end();
}

fn capabilities(byte: u8, encoding: &str) -> Value {
    let pulls = byte & 4 != 0;
    let text_document = json!({
        "diagnostic": pulls.then(|| json!({})),
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": byte & 8 != 0},
        "completion": {"completionItem": {"snippetSupport": byte & 16 != 0}},
        "publishDiagnostics": {"relatedInformation": true, "tagSupport": {"valueSet": [1, 2]}},
    });
    json!({"general": {"positionEncodings": [encoding]}, "textDocument": text_document})
}

fn open(server: &mut Server, uri: &str, version: i32, text: &str) {
    let document = json!({"uri": uri, "languageId": "infra", "version": version, "text": text});
    server.notify("textDocument/didOpen", &json!({"textDocument": document}));
}

fn message(
    input: &mut Bytes<'_>,
    server: &mut Server,
    encoding: &str,
    documents: &mut BTreeMap<&'static str, Believed>,
    asked: &mut Vec<Asked>,
) {
    let uri = URIS[input.below(URIS.len())];
    match input.below(16) {
        0 | 1 => {
            let text = match input.below(8) {
                at if at < TEXTS.len() => TEXTS[at].to_owned(),
                _ => script::text(input.text().as_bytes(), MOST_BYTES),
            };
            open(server, uri, 1, &text);
            documents.insert(
                uri,
                Believed {
                    version: 1,
                    text,
                    is_lost: false,
                },
            );
        }
        2 => {
            server.notify(
                "textDocument/didClose",
                &json!({"textDocument": {"uri": uri}}),
            );
            documents.remove(uri);
        }
        3..=8 => edit(input, server, encoding, uri, documents),
        9 => {
            let text = (input.byte() & 1 == 0)
                .then(|| documents.get(uri).map(|document| document.text.clone()))
                .flatten();
            if let (Some(_), Some(document)) = (&text, documents.get_mut(uri)) {
                if document.is_lost {
                    // The server may have followed edits that the client counts as lost.
                    document.version += 10_000;
                }
                document.is_lost = false;
            }
            let params = json!({"textDocument": {"uri": uri}, "text": text});
            server.notify("textDocument/didSave", &params);
        }
        10 => {
            let id = i64::from(input.byte());
            server.notify("$/cancelRequest", &json!({"id": id}));
        }
        11 => {
            let params = [
                json!(null),
                json!({}),
                json!([]),
                json!({"textDocument": {"uri": 7}}),
            ];
            let params = params[input.below(params.len())].clone();
            server.notify("textDocument/didChange", &params);
            asked.push(server.request("textDocument/hover", &params));
        }
        12 => {
            let file = URIS[input.below(URIS.len())];
            let params = json!({"changes": [{"uri": file, "type": 1 + input.below(3)}]});
            server.notify("workspace/didChangeWatchedFiles", &params);
        }
        _ => {
            let (method, params) = question(input, uri);
            asked.push(server.request(method, &params));
        }
    }
}

fn edit(
    input: &mut Bytes<'_>,
    server: &mut Server,
    encoding: &str,
    uri: &'static str,
    documents: &mut BTreeMap<&'static str, Believed>,
) {
    let Some(document) = documents.get_mut(uri) else {
        // An edit of a document that is not open changes nothing.
        let params = json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "a: b\n"}]});
        return server.notify("textDocument/didChange", &params);
    };
    let mut changes = Vec::new();
    let mut has_full = false;
    let was_lost = document.is_lost;
    for _ in 0..=input.below(3) {
        match input.below(8) {
            0 => {
                let text = script::text(input.text().as_bytes(), MOST_BYTES);
                changes.push(json!({"text": text}));
                document.text = text;
                document.is_lost = false;
                has_full = true;
            }
            // An edit that no client with the same text would send.
            1 if input.byte() & 3 == 0 => {
                let (start, end) = (position(input), position(input));
                changes.push(json!({"range": {"start": start, "end": end}, "text": input.piece()}));
                document.is_lost = true;
            }
            _ => {
                let edit = input.edit(&document.text);
                if document.text.len() + edit.insert.len() > MOST_BYTES {
                    continue;
                }
                // Between CR and LF there is no place.
                let (start, end) = (
                    snapped(&document.text, edit.range.start().into()),
                    snapped(&document.text, edit.range.end().into()),
                );
                let range = json!({
                    "start": at(&document.text, start, encoding),
                    "end": at(&document.text, end, encoding),
                });
                changes.push(json!({"range": range, "text": edit.insert}));
                document.text.replace_range(start..end, &edit.insert);
            }
        }
    }
    let step = [1, 1, 1, 1, 5, 0, -1, 100][input.below(8)];
    let version = document.version.saturating_add(step);
    if has_full || !was_lost && step > 0 {
        document.version = version;
    } else if step <= 0 {
        document.is_lost = true;
    }
    let params =
        json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes});
    server.notify("textDocument/didChange", &params);
}

/// The position of an offset.
fn at(text: &str, offset: usize, encoding: &str) -> Value {
    let before = &text[..offset];
    let mut lines = 0;
    let mut start = 0;
    let bytes = before.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        let is_break = *byte == b'\n' || *byte == b'\r' && bytes.get(index + 1) != Some(&b'\n');
        if is_break {
            lines += 1;
            start = index + 1;
        }
    }
    let column = &before[start..];
    let column = match encoding {
        "utf-8" => column.len(),
        "utf-16" => column.encode_utf16().count(),
        _ => column.chars().count(),
    };
    json!({"line": lines, "character": column})
}

/// An offset that is not between CR and LF.
fn snapped(text: &str, offset: usize) -> usize {
    let bytes = text.as_bytes();
    let between = offset > 0 && bytes[offset - 1] == b'\r' && bytes.get(offset) == Some(&b'\n');
    if between { offset - 1 } else { offset }
}

fn position(input: &mut Bytes<'_>) -> Value {
    let number = |input: &mut Bytes<'_>| match input.byte() {
        255 => u32::MAX,
        254 => i32::MAX as u32,
        small => u32::from(small % 40),
    };
    json!({"line": number(input), "character": number(input)})
}

/// A question at any place, inside and outside of the text.
fn question(input: &mut Bytes<'_>, uri: &str) -> (&'static str, Value) {
    let document = json!({"uri": uri});
    let position = position(input);
    let range = json!({"start": position, "end": self::position(input)});
    let format = json!({"tabSize": input.byte(), "insertSpaces": true});
    let asked = [
        (
            "textDocument/completion",
            json!({"textDocument": document, "position": position}),
        ),
        (
            "textDocument/hover",
            json!({"textDocument": document, "position": position}),
        ),
        (
            "textDocument/definition",
            json!({"textDocument": document, "position": position}),
        ),
        (
            "textDocument/references",
            json!({"textDocument": document, "position": position, "context": {"includeDeclaration": true}}),
        ),
        (
            "textDocument/documentHighlight",
            json!({"textDocument": document, "position": position}),
        ),
        (
            "textDocument/prepareRename",
            json!({"textDocument": document, "position": position}),
        ),
        (
            "textDocument/rename",
            json!({"textDocument": document, "position": position, "newName": "OTHER"}),
        ),
        (
            "textDocument/linkedEditingRange",
            json!({"textDocument": document, "position": position}),
        ),
        (
            "textDocument/selectionRange",
            json!({"textDocument": document, "positions": [position]}),
        ),
        (
            "textDocument/inlayHint",
            json!({"textDocument": document, "range": range}),
        ),
        (
            "textDocument/codeAction",
            json!({"textDocument": document, "range": range, "context": {"diagnostics": []}}),
        ),
        (
            "textDocument/semanticTokens/range",
            json!({"textDocument": document, "range": range}),
        ),
        (
            "textDocument/semanticTokens/full/delta",
            json!({"textDocument": document, "previousResultId": input.byte().to_string()}),
        ),
        (
            "textDocument/rangeFormatting",
            json!({"textDocument": document, "range": range, "options": format}),
        ),
        (
            "textDocument/onTypeFormatting",
            json!({"textDocument": document, "position": position, "ch": "\n", "options": format}),
        ),
        (
            "nexflow/explain",
            json!({"textDocument": document, "position": position}),
        ),
        ("nexflow/status", json!({"textDocument": document})),
        ("workspace/diagnostic", json!({"previousResultIds": []})),
    ];
    asked[input.below(asked.len())].clone()
}

/// What both servers are asked in the end.
fn questions(uri: &str) -> Vec<(&'static str, Value)> {
    let document = json!({"uri": uri});
    let all =
        json!({"start": {"line": 0, "character": 0}, "end": {"line": 1_000_000, "character": 0}});
    let place = json!({"line": 3, "character": 6});
    vec![
        ("textDocument/diagnostic", json!({"textDocument": document})),
        (
            "textDocument/documentSymbol",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/semanticTokens/full",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/foldingRange",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/documentLink",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/inlayHint",
            json!({"textDocument": document, "range": all}),
        ),
        (
            "textDocument/formatting",
            json!({"textDocument": document, "options": {"tabSize": 2, "insertSpaces": true}}),
        ),
        (
            "textDocument/hover",
            json!({"textDocument": document, "position": place}),
        ),
        (
            "textDocument/codeAction",
            json!({"textDocument": document, "range": all, "context": {"diagnostics": []}}),
        ),
    ]
}

fn without_ids(mut answer: Value) -> Value {
    if let Some(object) = answer.as_object_mut() {
        object.remove("id");
    }
    if let Some(result) = answer.get_mut("result").and_then(Value::as_object_mut) {
        result.remove("resultId");
    }
    answer
}
