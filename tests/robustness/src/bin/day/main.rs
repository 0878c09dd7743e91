//! A working day at an editor, compressed into minutes: `day [--operations 576000] [--every 500] [--seed 1] PROGRAM`.
//!
//! Eight hours at twenty operations a second are 576,000. Edits, completions, hovers, tokens, saves and everything else that
//! editors ask go to one server, over documents of a workspace with bases and an env file. Every so many operations all kinds
//! of requests are asked of a fresh server that gets the same texts, and the answers compared. In the end the server must not
//! have more memory than after warming up, a twentieth allowed.
#![allow(clippy::print_stdout, reason = "figures are what it is for")]

mod editor;
mod process;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use nexflow_conformance::corpus::Random;
use serde_json::{Value, json};

use crate::{editor::Document, process::Server};

/// So much of the day is for warming up.
const WARM_UP: usize = 10;

/// How often memory is looked at. It goes up and down by some percent with what is open at the moment, so that what is compared are
/// the medians of a tenth of the looks: those behind the warm-up and the last ones.
const LOOKS: usize = 400;

/// So many looks make a line of the report.
const LOOKS_PER_LINE: usize = 10;

fn main() {
    let mut operations = 576_000;
    let mut every = 500;
    let mut seed = 1;
    let mut program = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse().ok());
            value.unwrap_or_else(|| panic!("{argument} needs a number"))
        };
        match argument.as_str() {
            "--operations" => operations = number(),
            "--every" => every = number(),
            "--seed" => seed = number(),
            path => program = Some(PathBuf::from(path)),
        }
    }
    let program = program.expect("which program? target/release/nexflow-lsp, for example");
    let day = Day::begin(&program, seed);
    if !day.live(operations, every) {
        std::process::exit(1);
    }
}

struct Day {
    program: PathBuf,
    folder: PathBuf,
    uri: String,
    documents: Vec<Document>,
    server: Server,
    chance: Random,
    compared: usize,
    different: usize,
}

impl Day {
    fn begin(program: &Path, seed: usize) -> Day {
        let folder = std::env::temp_dir().join(format!("nexflow-day-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let folder = folder.canonicalize().expect("it is there");
        let uri = format!("file://{}", folder.display());
        let documents = workspace(&folder);
        let server = Server::start(program, &uri);
        Day {
            program: program.to_owned(),
            folder,
            uri,
            documents,
            server,
            chance: Random(seed as u64),
            compared: 0,
            different: 0,
        }
    }

    fn live(mut self, operations: usize, every: usize) -> bool {
        let begin = Instant::now();
        for at in 0..self.documents.len() {
            self.open(at);
        }
        let mut memory = Vec::new();
        for done in 0..operations {
            self.operate();
            if done % every == 0 {
                self.compare();
            }
            if done % (operations / LOOKS).max(1) == 0 {
                memory.push((done, self.settled_memory()));
                if memory.len() % LOOKS_PER_LINE != 1 {
                    continue;
                }
                println!(
                    "{done:>7} operations, {:>5} s, {:>6} kB, {} answers compared, {} differ",
                    begin.elapsed().as_secs(),
                    memory[memory.len() - 1].1,
                    self.compared,
                    self.different
                );
            }
        }
        memory.push((operations, self.settled_memory()));
        let warm: Vec<u64> = memory
            .iter()
            .filter(|(done, _)| *done >= operations / WARM_UP)
            .map(|(_, memory)| *memory)
            .take(LOOKS / 10)
            .collect();
        let warm = median(warm);
        let end = median(
            memory
                .iter()
                .rev()
                .take(LOOKS / 10)
                .map(|(_, memory)| *memory)
                .collect(),
        );
        let growth = 100.0 * (end as f64 - warm as f64) / warm as f64;
        let mut answers: Vec<_> = self.server.answers.iter().collect();
        answers.sort();
        println!("\n| request | answers |\n|---|---:|");
        answers
            .iter()
            .for_each(|(method, count)| println!("| `{method}` | {count} |"));
        for ((method, code), count) in &self.server.errors {
            println!("{method} was answered with the error {code} {count} times");
        }
        let internal = self.server.errors.keys().any(|(_, code)| *code == -32603);
        println!(
            "\n{operations} operations in {} s; memory {warm} kB after warming up, {end} kB at the end ({growth:+.1} %); \
             {} answers compared with a fresh server's, {} differ",
            begin.elapsed().as_secs(),
            self.compared,
            self.different
        );
        let different = self.different;
        self.server.end();
        let _ = fs::remove_dir_all(&self.folder);
        growth <= 5.0 && different == 0 && !internal
    }

    fn open(&mut self, at: usize) {
        let document = &mut self.documents[at];
        document.text = fs::read_to_string(&document.path).expect("the file is there");
        document.version += 1;
        document.is_open = true;
        document.result_id = None;
        document.cursor = 0;
        document.typing.clear();
        let item = json!({"uri": document.uri, "languageId": "infra", "version": document.version, "text": document.text});
        self.server
            .notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    fn close(&mut self, at: usize) {
        let document = &mut self.documents[at];
        document.is_open = false;
        let params = json!({"textDocument": {"uri": document.uri}});
        self.server.notify("textDocument/didClose", params);
    }

    fn save(&mut self, at: usize) {
        let document = &self.documents[at];
        fs::write(&document.path, &document.text).expect("the file can be written");
        let params = json!({"textDocument": {"uri": document.uri}, "text": document.text});
        self.server.notify("textDocument/didSave", params);
        self.changed_on_disk(&self.documents[at].uri.clone());
    }

    fn changed_on_disk(&mut self, uri: &str) {
        let params = json!({"changes": [{"uri": uri, "type": 2}]});
        self.server
            .notify("workspace/didChangeWatchedFiles", params);
    }

    fn change(&mut self, at: usize, changes: Vec<Value>) {
        let document = &mut self.documents[at];
        document.version += 1;
        let identifier = json!({"uri": document.uri, "version": document.version});
        let params = json!({"textDocument": identifier, "contentChanges": changes});
        self.server.notify("textDocument/didChange", params);
    }

    /// Everything back to what it was in the beginning, and what the server has then.
    fn settled_memory(&mut self) -> u64 {
        for at in 0..self.documents.len() {
            if self.documents[at].is_open {
                self.close(at);
            }
            fs::write(&self.documents[at].path, &self.documents[at].original)
                .expect("the file can be written");
            self.changed_on_disk(&self.documents[at].uri.clone());
            self.open(at);
        }
        for at in 0..self.documents.len() {
            let uri = self.documents[at].uri.clone();
            self.server
                .request("nexflow/status", json!({"textDocument": {"uri": uri}}));
        }
        self.server.settle();
        self.server.memory()
    }

    /// One thing that a person or an editor does.
    fn operate(&mut self) {
        // A person stays in one document for a while.
        let stays = self
            .documents
            .iter()
            .position(|document| document.is_open && !document.typing.is_empty());
        let at = match stays {
            Some(at) => at,
            None => self.chance.below(self.documents.len()),
        };
        if !self.documents[at].is_open {
            return self.open(at);
        }
        if self.documents[at].text.len() > 2 * self.documents[at].original.len() + 2000 {
            return self.reset(at);
        }
        match self.chance.below(1000) {
            0..=549 => {
                if self.chance.once_in(20) {
                    let mut chance = self.chance.clone();
                    self.documents[at].jump(&mut chance);
                    self.chance = chance;
                }
                let edit = self.documents[at].stroke(&mut self.chance);
                let change = self.documents[at].apply(&edit);
                self.change(at, vec![change]);
            }
            550..=559 => self.reset(at),
            560..=569 => self.save(at),
            570..=574 => self.close(at),
            575..=579 => self.format(at),
            580..=581 => self.environment(),
            582..=649 => self.colours(at),
            _ => {
                let (method, params) = self.question(at);
                self.server.request(method, params);
            }
        }
    }

    /// The text as it was in the beginning, as one change of all of it.
    fn reset(&mut self, at: usize) {
        let document = &mut self.documents[at];
        document.text = document.original.clone();
        document.cursor = 0;
        document.typing.clear();
        let change = json!({"text": document.text});
        self.change(at, vec![change]);
    }

    fn format(&mut self, at: usize) {
        let uri = self.documents[at].uri.clone();
        let params =
            json!({"textDocument": {"uri": uri}, "options": {"tabSize": 2, "insertSpaces": true}});
        let edits = self.server.ask("textDocument/formatting", params);
        let document = &mut self.documents[at];
        let mut edits: Vec<editor::Edit> = edits
            .as_array()
            .expect("edits")
            .iter()
            .map(|edit| editor::Edit {
                start: document.offset(&edit["range"]["start"]),
                end: document.offset(&edit["range"]["end"]),
                insert: edit["newText"].as_str().expect("text").to_owned(),
            })
            .collect();
        // From the end, each edit leaves the places of those before it alone.
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.start, edit.end)));
        let changes: Vec<Value> = edits.iter().map(|edit| document.apply(edit)).collect();
        if !changes.is_empty() {
            self.change(at, changes);
        }
    }

    fn environment(&mut self) {
        let file = self.folder.join(".env");
        fs::write(&file, environment(self.chance.below(3))).expect("the file can be written");
        self.changed_on_disk(&format!("{}/.env", self.uri));
    }

    fn colours(&mut self, at: usize) {
        let uri = self.documents[at].uri.clone();
        let document = json!({"uri": uri});
        let answer = match self.documents[at].result_id.clone() {
            Some(id) => {
                let params = json!({"textDocument": document, "previousResultId": id});
                self.server
                    .ask("textDocument/semanticTokens/full/delta", params)
            }
            None => {
                let params = json!({"textDocument": document});
                self.server.ask("textDocument/semanticTokens/full", params)
            }
        };
        self.documents[at].result_id = answer["resultId"].as_str().map(str::to_owned);
    }

    /// Something that an editor asks, at the cursor or somewhere.
    fn question(&mut self, at: usize) -> (&'static str, Value) {
        let document = &self.documents[at];
        let place = if self.chance.once_in(2) {
            document.position(document.cursor.min(document.text.len()))
        } else {
            document.place(&mut self.chance)
        };
        let all = questions(
            &document.uri,
            &place,
            &document.position(document.text.len()),
        );
        // What comes with every stroke is asked most.
        let often = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3];
        let which = if self.chance.once_in(3) {
            self.chance.below(all.len())
        } else {
            often[self.chance.below(often.len())]
        };
        all[which].clone()
    }

    /// Asks everything of a fresh server as well.
    fn compare(&mut self) {
        self.server.settle();
        let mut fresh = Server::start(&self.program, &self.uri);
        for document in self.documents.iter().filter(|document| document.is_open) {
            let item = json!({"uri": document.uri, "languageId": "infra", "version": document.version, "text": document.text});
            fresh.notify("textDocument/didOpen", json!({"textDocument": item}));
        }
        let open: Vec<usize> = (0..self.documents.len())
            .filter(|at| self.documents[*at].is_open)
            .collect();
        // What closed documents say is offered as soon as it is read, and nobody who types waits for that; here both servers do.
        for server in [&mut self.server, &mut fresh] {
            server.ask("workspace/symbol", json!({"query": ""}));
        }
        for _ in 0..2 {
            let Some(&at) = open.get(self.chance.below(open.len())) else {
                break;
            };
            let document = &self.documents[at];
            let mut places = vec![document.place(&mut self.chance)];
            places.push(document.position(document.cursor.min(document.text.len())));
            for place in places {
                for (method, params) in questions(
                    &document.uri,
                    &place,
                    &document.position(document.text.len()),
                ) {
                    let old = without_ids(self.server.ask(method, params.clone()));
                    let new = without_ids(fresh.ask(method, params.clone()));
                    self.compared += 1;
                    if old != new {
                        self.different += 1;
                        report(self.different, method, &params, document, &old, &new);
                    }
                }
            }
        }
    }
}

/// What editors ask about a document.
fn questions(uri: &str, place: &Value, end: &Value) -> Vec<(&'static str, Value)> {
    let document = json!({"uri": uri});
    let there = json!({"textDocument": document, "position": place});
    let range = json!({"start": {"line": 0, "character": 0}, "end": end});
    let format = json!({"tabSize": 2, "insertSpaces": true});
    let and = |more: Value| {
        let mut both = there.clone();
        let object = both.as_object_mut().expect("an object");
        object.extend(more.as_object().expect("an object").clone());
        both
    };
    vec![
        ("textDocument/completion", there.clone()),
        ("textDocument/hover", there.clone()),
        (
            "textDocument/documentSymbol",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/inlayHint",
            json!({"textDocument": document, "range": range}),
        ),
        ("textDocument/diagnostic", json!({"textDocument": document})),
        (
            "textDocument/semanticTokens/range",
            json!({"textDocument": document, "range": range}),
        ),
        ("textDocument/definition", there.clone()),
        ("textDocument/documentHighlight", there.clone()),
        (
            "textDocument/references",
            and(json!({"context": {"includeDeclaration": true}})),
        ),
        ("textDocument/prepareRename", there.clone()),
        ("textDocument/rename", and(json!({"newName": "RENAMED"}))),
        ("textDocument/linkedEditingRange", there.clone()),
        (
            "textDocument/foldingRange",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/selectionRange",
            json!({"textDocument": document, "positions": [place]}),
        ),
        (
            "textDocument/documentLink",
            json!({"textDocument": document}),
        ),
        (
            "textDocument/codeAction",
            json!({"textDocument": document, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}),
        ),
        (
            "textDocument/formatting",
            json!({"textDocument": document, "options": format}),
        ),
        (
            "textDocument/rangeFormatting",
            json!({"textDocument": document, "range": {"start": place, "end": end}, "options": format}),
        ),
        (
            "textDocument/onTypeFormatting",
            and(json!({"ch": "\n", "options": format})),
        ),
        ("nexflow/status", json!({"textDocument": document})),
        ("nexflow/explain", there.clone()),
        ("workspace/diagnostic", json!({"previousResultIds": []})),
    ]
}

/// Names of answers are new in each, and documents of the workspace come in any order.
fn without_ids(mut answer: Value) -> Value {
    if let Some(object) = answer.as_object_mut() {
        object.remove("resultId");
        if let Some(items) = object.get_mut("items").and_then(Value::as_array_mut)
            && items.iter().all(|item| item.get("uri").is_some())
        {
            items.sort_by_key(|item| item["uri"].as_str().unwrap_or_default().to_owned());
        }
    }
    answer
}

fn report(
    number: usize,
    method: &str,
    params: &Value,
    document: &Document,
    old: &Value,
    new: &Value,
) {
    println!("{method} {params} differs:");
    if number > 5 {
        return;
    }
    let folder = std::env::temp_dir().join("nexflow-day-differences");
    let _ = fs::create_dir_all(&folder);
    for (name, value) in [("old.json", old), ("new.json", new)] {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        let _ = fs::write(folder.join(format!("{number}-{name}")), text);
    }
    let _ = fs::write(folder.join(format!("{number}-text.infra")), &document.text);
    println!("  both answers and the text are in {}", folder.display());
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}

/// Documents of the corpora in a folder with an env file and a project file.
fn workspace(folder: &Path) -> Vec<Document> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/documents");
    let names = [
        "large-cards-base",
        "large-cards-production",
        "large-cards-development",
        "large-energy-base",
        "large-energy-overlay",
        "large-fraud-detection",
        "large-multi-region",
        "large-payments",
        "stream-kafka",
        "secrets-vault",
    ];
    fs::write(folder.join(".env"), environment(0)).expect("the file can be written");
    let project =
        "[infra]\nflink_version = \"1.20\"\n[infra.variables]\nKAFKA_BROKERS = \"broker:9092\"\n";
    fs::write(folder.join("nexflow.toml"), project).expect("the file can be written");
    // One document is never opened, and found all the same.
    let closed = fs::read_to_string(corpus.join("large-iot.infra")).expect("the corpus is there");
    fs::write(folder.join("closed.infra"), closed).expect("the file can be written");
    let mut documents = Vec::new();
    for name in names {
        let original =
            fs::read_to_string(corpus.join(format!("{name}.infra"))).expect("the corpus is there");
        documents.push((name.to_owned(), original));
    }
    // A large one, of several put together under other names.
    let large: String = (0..12)
        .map(|number| {
            let (_, text) = &documents[5];
            let (_, sections) = text.split_once("\n\n").expect("a header and sections");
            sections
                .lines()
                .map(|line| match line {
                    name if name.starts_with("  ")
                        && !name.starts_with("   ")
                        && name.ends_with(':') =>
                    {
                        format!("{}_{number}:\n", name.trim_end_matches(':'))
                    }
                    other => format!("{other}\n"),
                })
                .collect::<String>()
        })
        .collect();
    documents.push((
        "large-all".into(),
        format!("version: '1.0'\nenvironment: production\n{large}"),
    ));
    documents
        .into_iter()
        .map(|(name, original)| {
            let path = folder.join(format!("{name}.infra"));
            fs::write(&path, &original).expect("the file can be written");
            Document {
                uri: format!("file://{}", path.display()),
                path,
                text: original.clone(),
                original,
                version: 0,
                is_open: false,
                cursor: 0,
                typing: Vec::new(),
                result_id: None,
            }
        })
        .collect()
}

fn environment(which: usize) -> &'static str {
    [
        "BUCKET=state\nREDIS_URI=redis://cache:6379\nSCHEMA_REGISTRY_URL=http://registry\n",
        "BUCKET=other-state\nREDIS_URI=redis://cache:6379\n# more\nMONGO_PASSWORD=hunter2\n",
        "BUCKET='unclosed\nREDIS_URI=x\n",
    ][which]
}
