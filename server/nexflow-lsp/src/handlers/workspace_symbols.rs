//! `workspace/symbol`: names of all documents and of their env files.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use nexflow_analysis::{Named, names};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{
        Location, OneOf, Position, Range, SymbolKind, Uri, WorkspaceSymbol, WorkspaceSymbolParams,
        WorkspaceSymbolResponse,
    },
};

use crate::{
    lsp::convert,
    server::router::Call,
    workspace::{index::NameId, paths},
};

/// More symbols are no help to anybody who looks for one, and what is typed next narrows them.
const MOST: usize = 256;

/// The definitions whose names fit the query, best first.
pub fn handle(
    call: &Call,
    params: WorkspaceSymbolParams,
) -> jsonrpc::Result<Option<WorkspaceSymbolResponse>> {
    let index = call.workspace.index();
    index.wait(&|| call.check().is_ok());
    call.check()?;
    let mut ranking = Ranking::new(&params.query);
    let mut scores: HashMap<NameId, u32> = HashMap::new();
    index.each_name(|id, named| {
        if let Some(score) = ranking.score(named) {
            scores.insert(id, score);
        }
    });
    let mut found = Vec::new();
    let open: HashSet<_> = call
        .documents
        .iter()
        .filter_map(|one| one.path.clone())
        .collect();
    for (path, summary) in index.files() {
        if open.contains(&path) {
            continue;
        }
        let mut uri = None;
        for mention in summary.mentions.iter().filter(|one| one.is_definition) {
            let Some(score) = scores.get(&mention.name) else {
                continue;
            };
            let Some(uri) = uri.get_or_insert_with(|| paths::to_uri(&path)) else {
                break;
            };
            found.push(Candidate {
                score: *score,
                named: What::Known(mention.name),
                uri: uri.clone(),
                range: mention.range,
            });
        }
    }
    call.check()?;
    let open: Vec<_> = call
        .documents
        .iter()
        .map(|one| one.value().clone())
        .collect();
    for document in open {
        for one in names(&document.document).filter(|one| one.is_definition) {
            if let Some(score) = ranking.score(&one.named) {
                found.push(Candidate {
                    score,
                    range: convert::range(document.document.rope(), one.range, document.encoding),
                    named: What::Named(one.named),
                    uri: document.uri.clone(),
                });
            }
        }
    }
    for (name, uri, line) in variables(call) {
        let named = Named::Variable(name);
        if let Some(score) = ranking.score(&named) {
            let start = Position { line, character: 0 };
            found.push(Candidate {
                score,
                named: What::Named(named),
                uri,
                range: Range { start, end: start },
            });
        }
    }
    let named = |one: &Candidate| match &one.named {
        What::Named(named) => Some(named.clone()),
        What::Known(id) => index.name(*id),
    };
    // Those that can be among the first are told apart by more than the score.
    if found.len() > MOST {
        let (_, last, _) = found.select_nth_unstable_by_key(MOST, |one| Reverse(one.score));
        let score = last.score;
        found.retain(|one| one.score >= score);
    }
    let mut found: Vec<(Candidate, Named)> = found
        .into_iter()
        .filter_map(|one| named(&one).map(|named| (one, named)))
        .collect();
    found.sort_by(|(a, of_a), (b, of_b)| {
        let key = |one: &Candidate, named: &Named| {
            (
                Reverse(one.score),
                named.name().len(),
                named.name().to_owned(),
            )
        };
        key(a, of_a)
            .cmp(&key(b, of_b))
            .then_with(|| a.uri.as_str().cmp(b.uri.as_str()))
            .then_with(|| a.range.start.cmp(&b.range.start))
    });
    found.truncate(MOST);
    let symbols = found.into_iter().map(|(one, named)| symbol(one, &named));
    Ok(Some(WorkspaceSymbolResponse::Nested(symbols.collect())))
}

/// A definition that fits.
struct Candidate {
    score: u32,
    named: What,
    uri: Uri,
    range: Range,
}

/// What is defined. The many names of the index are looked up once it is known which of them are shown.
enum What {
    Known(NameId),
    Named(Named),
}

fn symbol(one: Candidate, named: &Named) -> WorkspaceSymbol {
    WorkspaceSymbol {
        name: named.name().to_owned(),
        kind: match named {
            Named::Entry { .. } => SymbolKind::CLASS,
            Named::Part { .. } => SymbolKind::FIELD,
            Named::Variable(_) => SymbolKind::VARIABLE,
            Named::Anchor(_) => SymbolKind::KEY,
        },
        tags: None,
        container_name: container(named),
        location: OneOf::Left(Location {
            uri: one.uri,
            range: one.range,
        }),
        data: None,
    }
}

/// What a name stands in, in words of the document.
fn container(named: &Named) -> Option<String> {
    let keys = |block: &str| {
        let keys = block.split('.').filter(|key| !key.starts_with('<'));
        keys.collect::<Vec<_>>().join(".")
    };
    match named {
        Named::Entry { block, .. } => Some(keys(block)),
        Named::Part { block, entry, .. } => Some(format!("{}.{entry}", keys(block))),
        Named::Variable(_) | Named::Anchor(_) => None,
    }
}

/// The variables that the env files of all projects in use set, with the line of the value that holds.
fn variables(call: &Call) -> Vec<(String, Uri, u32)> {
    let mut found = Vec::new();
    for project in call.workspace.projects() {
        for (name, uri, line) in project.in_env_files() {
            if let Ok(uri) = uri.parse::<Uri>() {
                found.push((name, uri, line));
            }
        }
    }
    found.sort_unstable_by(|a, b| (&a.0, a.1.as_str(), a.2).cmp(&(&b.0, b.1.as_str(), b.2)));
    found.dedup();
    found
}

/// How well names fit a query.
struct Ranking {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Ranking {
    fn new(query: &str) -> Ranking {
        // What is typed is a part of a name and no pattern language.
        let atoms = nucleo_matcher::pattern::AtomKind::Fuzzy;
        Ranking {
            pattern: Pattern::new(query, CaseMatching::Smart, Normalization::Smart, atoms),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    fn score(&mut self, named: &Named) -> Option<u32> {
        let text = Utf32Str::new(named.name(), &mut self.buffer);
        self.pattern.score(text, &mut self.matcher)
    }
}
