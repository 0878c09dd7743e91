//! `workspace/symbol`: names of all documents and of their env files.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    path::Path,
};

use nexflow_analysis::{Symbol, symbols};
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
    session::context::RequestContext,
    text,
    workspace::{index::NameId, paths},
};

/// More symbols are no help to anybody who looks for one, and what is typed next narrows them.
const MOST: usize = 256;

/// The definitions whose names fit the query, best first.
pub(crate) fn handle(
    context: &RequestContext,
    params: WorkspaceSymbolParams,
) -> jsonrpc::Result<Option<WorkspaceSymbolResponse>> {
    let index = context.workspace.index();
    index.wait(&|| context.check().is_ok());
    context.check()?;
    let mut ranking = Ranking::new(&params.query);
    let mut scores: HashMap<NameId, u32> = HashMap::new();
    index.each_name(|id, symbol| {
        if let Some(score) = ranking.score(symbol) {
            scores.insert(id, score);
        }
    });
    let open: Vec<_> = context.documents.values().cloned().collect();
    let opened: HashSet<&Path> = open.iter().filter_map(|one| one.path.as_deref()).collect();
    let mut files = index.files();
    files.retain(|(path, _)| !opened.contains(path.as_path()));
    files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let mut found = Vec::new();
    for (at, (_, summary)) in files.iter().enumerate() {
        for mention in summary.mentions.iter().filter(|one| one.is_definition) {
            if let Some(score) = scores.get(&mention.name) {
                found.push(Candidate {
                    score: *score,
                    what: What::Known(mention.name, at),
                    range: mention.range,
                });
            }
        }
    }
    context.check()?;
    for document in &open {
        for one in symbols(&document.document).filter(|one| one.is_definition) {
            if let Some(score) = ranking.score(&one.symbol) {
                found.push(Candidate {
                    score,
                    range: text::range(document.document.rope(), one.range, document.encoding),
                    what: What::Symbol(one.symbol, document.uri.clone()),
                });
            }
        }
    }
    for (name, uri, line) in variables(context) {
        let symbol = Symbol::Variable(name);
        if let Some(score) = ranking.score(&symbol) {
            let start = Position { line, character: 0 };
            found.push(Candidate {
                score,
                what: What::Symbol(symbol, uri),
                range: Range { start, end: start },
            });
        }
    }
    context.check()?;
    // Names and URIs are looked up for those that may be among the first.
    if found.len() > MOST {
        let (_, last, _) = found.select_nth_unstable_by_key(MOST, |one| Reverse(one.score));
        let score = last.score;
        found.retain(|one| one.score >= score);
        // Equal scores by the hundreds come of a query that says nothing: any of them will do.
        found.truncate(4 * MOST);
    }
    let mut found: Vec<(u32, WorkspaceSymbol)> = found
        .into_iter()
        .filter_map(|one| {
            let (symbol, uri) = match one.what {
                What::Symbol(symbol, uri) => (symbol, uri),
                What::Known(id, at) => (index.name(id)?, paths::to_uri(&files[at].0)?),
            };
            Some((one.score, workspace_symbol(&symbol, uri, one.range)))
        })
        .collect();
    found.sort_by(|(score, a), (other, b)| {
        let place = |of: &WorkspaceSymbol| match &of.location {
            OneOf::Left(location) => (location.uri.to_string(), location.range.start),
            OneOf::Right(location) => (location.uri.to_string(), Position::default()),
        };
        (Reverse(score), a.name.len(), &a.name)
            .cmp(&(Reverse(other), b.name.len(), &b.name))
            .then_with(|| place(a).cmp(&place(b)))
    });
    found.truncate(MOST);
    let symbols = found.into_iter().map(|(_, symbol)| symbol);
    Ok(Some(WorkspaceSymbolResponse::Nested(symbols.collect())))
}

/// A definition that fits.
struct Candidate {
    score: u32,
    what: What,
    range: Range,
}

/// What is defined, and where.
enum What {
    /// A name of the index, and the number of its file.
    Known(NameId, usize),
    /// A name in an open document or in an env file.
    Symbol(Symbol, Uri),
}

fn workspace_symbol(symbol: &Symbol, uri: Uri, range: Range) -> WorkspaceSymbol {
    WorkspaceSymbol {
        name: symbol.name().to_owned(),
        kind: match symbol {
            Symbol::Entry { .. } => SymbolKind::CLASS,
            Symbol::SecretKey { .. } => SymbolKind::FIELD,
            Symbol::Variable(_) => SymbolKind::VARIABLE,
            Symbol::Anchor(_) => SymbolKind::KEY,
        },
        tags: None,
        container_name: container(symbol),
        location: OneOf::Left(Location { uri, range }),
        data: None,
    }
}

/// What a name stands in, in words of the document.
fn container(symbol: &Symbol) -> Option<String> {
    let keys = |block: &str| {
        let keys = block.split('.').filter(|key| !key.starts_with('<'));
        keys.collect::<Vec<_>>().join(".")
    };
    match symbol {
        Symbol::Entry { block, .. } => Some(keys(block)),
        Symbol::SecretKey { block, entry, .. } => Some(format!("{}.{entry}", keys(block))),
        Symbol::Variable(_) | Symbol::Anchor(_) => None,
    }
}

/// The variables that the env files of all projects in use set, with the line of the value that holds.
fn variables(context: &RequestContext) -> Vec<(String, Uri, u32)> {
    let mut found = Vec::new();
    for project in context.workspace.projects() {
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

    fn score(&mut self, symbol: &Symbol) -> Option<u32> {
        let text = Utf32Str::new(symbol.name(), &mut self.buffer);
        self.pattern.score(text, &mut self.matcher)
    }
}
