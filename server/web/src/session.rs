//! A language server as a function: a message goes in, messages come out.

use nexflow_analysis::{FormatOptions, Snapshot};
use nexflow_syntax::{Document, Limits, TextEdit};
use serde_json::{Value, json};

use crate::{convert, files::Files, position, render};

/// The codes of errors that the protocol has.
const METHOD_NOT_FOUND: i32 = -32601;
const PARSE_ERROR: i32 = -32700;

/// What is known of the client and its documents.
#[derive(Default)]
pub struct Session {
    files: Files,
}

impl Session {
    /// Handles a message as text; the messages that it causes, as a JSON array.
    pub fn handle_bytes(&mut self, message: &[u8]) -> Vec<u8> {
        let messages = match serde_json::from_slice(message) {
            Ok(message) => self.handle(&message),
            Err(error) => vec![json!({
                "jsonrpc": "2.0",
                "id": null,
                "error": {"code": PARSE_ERROR, "message": error.to_string()},
            })],
        };
        Value::from(messages).to_string().into_bytes()
    }

    /// Handles a message; the messages that it causes, in their order.
    pub fn handle(&mut self, message: &Value) -> Vec<Value> {
        let method = message["method"].as_str().unwrap_or("");
        let params = &message["params"];
        let Some(id) = message.get("id") else {
            return self.notified(method, params);
        };
        if method.is_empty() {
            // An answer; nothing has been asked.
            return Vec::new();
        }
        let answer = match self.asked(method, params) {
            Some(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            None => json!({"jsonrpc": "2.0", "id": id, "error": {
                "code": METHOD_NOT_FOUND,
                "message": format!("{method} is not known in a browser"),
            }}),
        };
        vec![answer]
    }

    fn notified(&mut self, method: &str, params: &Value) -> Vec<Value> {
        let about = &params["textDocument"];
        let Some(uri) = about["uri"].as_str().or(params["uri"].as_str()) else {
            return Vec::new();
        };
        match method {
            "textDocument/didOpen" => {
                let text = about["text"].as_str().unwrap_or("");
                self.files.open(uri, parse(text));
            }
            "textDocument/didChange" => {
                let Some(document) = self.files.edited(uri) else {
                    return Vec::new();
                };
                let changes = params["contentChanges"].as_array();
                let document = changes
                    .into_iter()
                    .flatten()
                    .fold(document.clone(), |document, change| {
                        changed(&document, change)
                    });
                self.files.open(uri, document);
            }
            "textDocument/didClose" => {
                self.files.close(uri);
                let mut out = vec![published(uri, &[])];
                out.extend(self.publish());
                return out;
            }
            "nexflow/file" => self.files.tell(uri, params["text"].as_str()),
            _ => return Vec::new(),
        }
        self.publish()
    }

    /// The diagnostics of all open documents: one may extend another. What has not changed is answered from what is remembered of it.
    fn publish(&self) -> Vec<Value> {
        let mut out = Vec::new();
        for uri in self.files.all_open() {
            let Some((snapshot, wanted)) = self.files.snapshot(&uri) else {
                continue;
            };
            if let Some(wanted) = wanted {
                out.push(json!({
                    "jsonrpc": "2.0",
                    "method": "nexflow/wanted",
                    "params": {"uri": wanted},
                }));
            }
            let found = nexflow_analysis::diagnostics(&snapshot);
            let found: Vec<Value> = found
                .iter()
                .map(|one| convert::diagnostic(&snapshot, &uri, one))
                .collect();
            out.push(published(&uri, &found));
        }
        out
    }

    /// The answer to a request; `None` for one that is not known.
    fn asked(&self, method: &str, params: &Value) -> Option<Value> {
        match method {
            "initialize" => return Some(capabilities()),
            "shutdown" => return Some(Value::Null),
            "nexflow/rule" => return Some(rule(params)),
            _ => {}
        }
        let feature = FEATURES.iter().find(|(name, _)| *name == method)?.1;
        let uri = params["textDocument"]["uri"].as_str().unwrap_or("");
        let Some((snapshot, _)) = self.files.snapshot(uri) else {
            return Some(Value::Null);
        };
        Some(feature(&snapshot, uri, params))
    }
}

type Feature = fn(&Snapshot, &str, &Value) -> Value;

/// The requests about a document.
const FEATURES: &[(&str, Feature)] = &[
    ("textDocument/hover", hover),
    ("textDocument/completion", completion),
    ("textDocument/codeAction", code_actions),
    ("textDocument/formatting", formatting),
    ("textDocument/documentSymbol", symbols),
    ("textDocument/foldingRange", folds),
    ("textDocument/definition", definition),
    ("textDocument/semanticTokens/full", tokens),
    ("nexflow/render", rendered),
];

fn capabilities() -> Value {
    json!({
        "serverInfo": {"name": "nexflow-lsp", "version": env!("CARGO_PKG_VERSION")},
        "capabilities": {
            "positionEncoding": "utf-16",
            "textDocumentSync": {"openClose": true, "change": 2},
            "hoverProvider": true,
            "completionProvider": {"triggerCharacters": [":", " ", "$", "{", "-"]},
            "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.nexflow", "refactor"]},
            "documentFormattingProvider": true,
            "documentSymbolProvider": true,
            "foldingRangeProvider": true,
            "definitionProvider": true,
            "semanticTokensProvider": {
                "legend": {
                    "tokenTypes": nexflow_analysis::TOKEN_TYPES.map(|(_, name)| name),
                    "tokenModifiers": ["deprecated", "ineffective"],
                },
                "full": true,
            },
        },
    })
}

fn published(uri: &str, found: &[Value]) -> Value {
    json!({
        "jsonrpc": "2.0",
        "method": "textDocument/publishDiagnostics",
        "params": {"uri": uri, "diagnostics": found},
    })
}

fn parse(text: &str) -> Document {
    Document::parse_with(text, Limits::default())
}

/// A document after one change.
fn changed(document: &Document, change: &Value) -> Document {
    let text = change["text"].as_str().unwrap_or("");
    match &change["range"] {
        Value::Null => parse(text),
        range => {
            let range = position::text_range(document.rope(), range);
            document.apply(&TextEdit::replace(range, text))
        }
    }
}

fn hover(snapshot: &Snapshot, _: &str, params: &Value) -> Value {
    let text = snapshot.document.rope();
    let at = position::offset(text, &params["position"]);
    match nexflow_analysis::hover(snapshot, at) {
        Some(hover) => json!({
            "contents": {"kind": "markdown", "value": hover.markdown},
            "range": position::range(text, hover.range),
        }),
        None => Value::Null,
    }
}

fn completion(snapshot: &Snapshot, _: &str, params: &Value) -> Value {
    let text = snapshot.document.rope();
    let at = position::offset(text, &params["position"]);
    let found = nexflow_analysis::completion(snapshot, at);
    let is_incomplete = found.iter().any(|item| item.replace.start() < at);
    let items: Vec<Value> = found
        .into_iter()
        .map(|item| convert::completion(text, item))
        .collect();
    json!({"isIncomplete": is_incomplete, "items": items})
}

fn code_actions(snapshot: &Snapshot, uri: &str, params: &Value) -> Value {
    let range = position::text_range(snapshot.document.rope(), &params["range"]);
    let found = nexflow_analysis::actions(snapshot, range).into_iter();
    let only = params["context"]["only"].as_array();
    let wanted = |action: &Value| {
        let kind = action["kind"].as_str().unwrap_or("");
        only.is_none_or(|only| {
            let mut only = only.iter().filter_map(Value::as_str);
            only.any(|only| kind == only || kind.starts_with(&format!("{only}.")))
        })
    };
    found
        .filter_map(|action| convert::action(snapshot, uri, action))
        .filter(wanted)
        .collect()
}

fn formatting(snapshot: &Snapshot, _: &str, _: &Value) -> Value {
    let found = nexflow_analysis::format(snapshot, None, FormatOptions::default());
    convert::edits(snapshot.document.rope(), found).into()
}

fn symbols(snapshot: &Snapshot, _: &str, _: &Value) -> Value {
    let text = snapshot.document.rope();
    let nodes = nexflow_analysis::outline(snapshot).into_iter();
    nodes.map(|node| convert::symbol(text, node)).collect()
}

fn folds(snapshot: &Snapshot, _: &str, _: &Value) -> Value {
    let text = snapshot.document.rope();
    let folds = nexflow_analysis::folds(snapshot).into_iter();
    folds.map(|fold| convert::fold(text, fold)).collect()
}

fn definition(snapshot: &Snapshot, uri: &str, params: &Value) -> Value {
    let at = position::offset(snapshot.document.rope(), &params["position"]);
    let targets = nexflow_analysis::definition(snapshot, at);
    let targets = targets.map(|(_, targets)| targets).unwrap_or_default();
    targets
        .into_iter()
        .filter_map(|target| convert::location(snapshot, uri, target))
        .collect()
}

fn tokens(snapshot: &Snapshot, _: &str, _: &Value) -> Value {
    let found = nexflow_analysis::tokens(snapshot, None);
    json!({"data": convert::tokens(snapshot.document.rope(), &found)})
}

/// The page of a rule.
fn rule(params: &Value) -> Value {
    let found = nexflow_analysis::explain_rule(params["rule"].as_str().unwrap_or(""));
    found.map_or(
        Value::Null,
        |found| json!({"title": found.title, "markdown": found.markdown}),
    )
}

fn rendered(snapshot: &Snapshot, uri: &str, params: &Value) -> Value {
    let form = params["form"].as_str().unwrap_or("flink");
    match render::render(snapshot, uri, form) {
        Ok(text) => json!({"text": text}),
        Err(problem) => json!({"problem": problem}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notify(session: &mut Session, method: &str, params: Value) -> Vec<Value> {
        session.handle(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    fn open(session: &mut Session, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({"uri": uri, "languageId": "infra", "version": 1, "text": text});
        notify(
            session,
            "textDocument/didOpen",
            json!({"textDocument": document}),
        )
    }

    fn codes(messages: &[Value], uri: &str) -> Vec<String> {
        let about = |message: &&Value| {
            message["params"]["uri"] == uri && message["params"]["diagnostics"].is_array()
        };
        let last = messages.iter().rfind(about).expect("diagnostics");
        let found = last["params"]["diagnostics"].as_array().expect("a list");
        let code = |one: &Value| one["code"].as_str().unwrap_or("").to_owned();
        found.iter().map(code).collect()
    }

    const URI: &str = "file:///a/prod.infra";

    #[test]
    fn a_base_is_asked_for_and_used_once_it_is_told() {
        let mut session = Session::default();
        let said = open(&mut session, URI, "extends: base.infra\n");
        let wanted = said
            .iter()
            .find(|message| message["method"] == "nexflow/wanted");
        let wanted = &wanted.expect("it is wanted")["params"]["uri"];
        assert_eq!(wanted, "file:///a/base.infra");
        assert!(!codes(&said, URI).contains(&"extends-missing".to_owned()));
        let said = notify(
            &mut session,
            "nexflow/file",
            json!({"uri": wanted, "text": null}),
        );
        assert!(!codes(&said, URI).is_empty());
        let said = notify(
            &mut session,
            "nexflow/file",
            json!({"uri": wanted, "text": "version: 1\n"}),
        );
        assert!(
            said.iter()
                .all(|message| message["method"] != "nexflow/wanted")
        );
    }

    #[test]
    fn a_typing_error_has_a_fix_for_the_document() {
        let mut session = Session::default();
        let text = "version: \"1.0\"\nstate_backends:\n  main:\n    type: rocksdbx\n";
        let said = open(&mut session, URI, text);
        assert!(codes(&said, URI).contains(&"enum-unknown-value".to_owned()));
        let found = said.last().expect("diagnostics")["params"]["diagnostics"].as_array();
        let wrong = found
            .into_iter()
            .flatten()
            .find(|one| one["code"] == "enum-unknown-value");
        let params = json!({
            "textDocument": {"uri": URI},
            "range": wrong.expect("it is found")["range"],
            "context": {"diagnostics": [], "only": ["quickfix"]},
        });
        let asked = json!({"id": 1, "method": "textDocument/codeAction", "params": params});
        let answer = session.handle(&asked);
        let actions = answer[0]["result"].as_array().expect("actions");
        let fix = actions
            .iter()
            .find(|action| action["diagnostics"][0]["code"] == "enum-unknown-value");
        let edits = &fix.expect("a fix")["edit"]["changes"][URI];
        assert_eq!(edits[0]["newText"], "rocksdb", "{actions:?}");
    }

    #[test]
    fn an_edit_is_applied_and_an_unknown_request_is_refused() {
        let mut session = Session::default();
        open(&mut session, URI, "a: 🦀\nb: 2\n");
        let range =
            json!({"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 5}});
        let change = json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"range": range, "text": "x"}]});
        notify(&mut session, "textDocument/didChange", change);
        let text = session.files.edited(URI).expect("open").rope().to_string();
        assert_eq!(text, "a: x\nb: 2\n");
        let refused =
            session.handle(&json!({"id": 1, "method": "workspace/unknown", "params": {}}));
        assert_eq!(refused[0]["error"]["code"], METHOD_NOT_FOUND);
        let broken: Value = serde_json::from_slice(&session.handle_bytes(b"{")).expect("JSON");
        assert_eq!(broken[0]["error"]["code"], PARSE_ERROR);
    }
}
