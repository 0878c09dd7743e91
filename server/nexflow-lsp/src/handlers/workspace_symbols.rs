//! `workspace/symbol`: names of all documents and of their env files.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    path::Path,
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
    let open: Vec<_> = call
        .documents
        .iter()
        .map(|one| one.value().clone())
        .collect();
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
    call.check()?;
    for document in &open {
        for one in names(&document.document).filter(|one| one.is_definition) {
            if let Some(score) = ranking.score(&one.named) {
                found.push(Candidate {
                    score,
                    range: convert::range(document.document.rope(), one.range, document.encoding),
                    what: What::Named(one.named, document.uri.clone()),
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
                what: What::Named(named, uri),
                range: Range { start, end: start },
            });
        }
    }
    call.check()?;
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
            let (named, uri) = match one.what {
                What::Named(named, uri) => (named, uri),
                What::Known(id, at) => (index.name(id)?, paths::to_uri(&files[at].0)?),
            };
            Some((one.score, symbol(&named, uri, one.range)))
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
    Named(Named, Uri),
}

fn symbol(named: &Named, uri: Uri, range: Range) -> WorkspaceSymbol {
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
        location: OneOf::Left(Location { uri, range }),
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
