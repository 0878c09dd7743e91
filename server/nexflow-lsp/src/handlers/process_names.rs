//! Names that processes (L1) use and documents bind: where both sides have them.

use std::{collections::HashMap, path::Path, sync::Arc};

use nexflow_analysis::{
    Symbol,
    processes::{Form, Kind, ProcessReference, blocks_of, is_writable, kinds_of},
};
use nexflow_syntax::{Document, TextRange, TextSize};
use tower_lsp_server::ls_types::{Location, Range, TextEdit, Uri};

use crate::{
    session::context::RequestContext,
    text::{self, Encoding},
    workspace::{extends_graph, open_process::ProcessText, paths},
};

/// The process files of a project that name an entry of its documents. `from` is any file of the project.
pub(crate) fn naming(
    context: &RequestContext,
    from: &Path,
    symbol: &Symbol,
) -> Vec<Arc<ProcessText>> {
    let Symbol::Entry { block, name } = symbol else {
        return Vec::new();
    };
    if kinds_of(block).is_empty() {
        return Vec::new();
    }
    let workspace = &context.workspace;
    // What is not read yet is waited for.
    let alive = || context.check().is_ok();
    workspace.index_around(from, &alive);
    let project = workspace.project(Some(from));
    let Some(processes) = project
        .root
        .as_deref()
        .and_then(|root| workspace.processes(root))
    else {
        return Vec::new();
    };
    let mut uris: Vec<&str> = processes
        .named(name)
        .map(|found| found.file.uri.as_str())
        .collect();
    uris.dedup();
    let paths = uris
        .into_iter()
        .filter_map(|uri| paths::of_uri(&uri.parse().ok()?));
    paths
        .filter_map(|path| workspace.process_text(&path))
        .filter(|file| {
            file.places(symbol)
                .iter()
                .any(|found| means(context, from, found, symbol))
        })
        .collect()
}

/// Whether a process means this entry: where entries of several blocks may be meant, the first of which a document has one.
fn means(context: &RequestContext, from: &Path, found: &ProcessReference, symbol: &Symbol) -> bool {
    found.kind == Kind::Route || bound(context, from, found).as_ref() == Some(symbol)
}

/// The entry that a name of a process means.
pub(crate) fn bound(
    context: &RequestContext,
    from: &Path,
    found: &ProcessReference,
) -> Option<Symbol> {
    let kind = match found.kind {
        Kind::Route => Kind::Sink,
        kind => kind,
    };
    let entry = |block| Symbol::Entry {
        block,
        name: found.name.clone(),
    };
    let mut entries: Vec<Symbol> = blocks_of(kind).map(entry).collect();
    if found.form != Form::Logical || entries.is_empty() {
        return None;
    }
    let alive = || context.check().is_ok();
    let is_bound = |symbol: &Symbol| {
        !extends_graph::in_project(&context.workspace, from, symbol, &alive).is_empty()
    };
    let first = match entries.len() {
        1 => 0,
        _ => entries
            .iter()
            .position(is_bound)
            .unwrap_or(entries.len() - 1),
    };
    Some(entries.swap_remove(first))
}

/// The documents of a project in which an entry is named.
pub(crate) fn documents(
    context: &RequestContext,
    from: &Path,
    symbol: &Symbol,
) -> Vec<(Uri, Document)> {
    let alive = || context.check().is_ok();
    let files = extends_graph::in_project(&context.workspace, from, symbol, &alive);
    files
        .into_iter()
        .filter_map(|file| Some((file.file.uri.parse().ok()?, file.file.document)))
        .collect()
}

/// Where process files name an entry; with whether it gets its name there.
pub(crate) fn locations(
    files: &[Arc<ProcessText>],
    symbol: &Symbol,
    encoding: Encoding,
) -> Vec<(Location, bool)> {
    let mut found = Vec::new();
    for file in files {
        for place in file.places(symbol) {
            let location = Location {
                uri: file.uri.clone(),
                range: text::range(&file.rope, place.range, encoding),
            };
            found.push((location, matches!(place.kind, Kind::Process | Kind::State)));
        }
    }
    found
}

/// The names of the processes that use an entry, each once.
pub(crate) fn users(files: &[Arc<ProcessText>], symbol: &Symbol) -> Vec<String> {
    let mut names = Vec::new();
    for file in files {
        for place in file.places(symbol) {
            let within = |found: &&ProcessReference| {
                found.kind == Kind::Process && found.process == place.process
            };
            let name = file.references.iter().find(within).map(|found| &found.name);
            names.extend(name.cloned());
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Adds the edits that give an entry another name in processes, or says why it cannot have it.
pub(crate) fn rename_edits(
    context: &RequestContext,
    from: &Path,
    symbol: &Symbol,
    new: &str,
    encoding: Encoding,
    edits: &mut HashMap<Uri, Vec<TextEdit>>,
) -> Result<(), String> {
    let Symbol::Entry { block, name } = symbol else {
        return Ok(());
    };
    let files = naming(context, from, symbol);
    if files.is_empty() || name == new {
        return Ok(());
    }
    if !is_writable(new, kinds_of(block)) {
        return Err(format!(
            "`{new}` cannot be used here: processes use the name, and L1 takes letters, digits and underscores that are no keyword"
        ));
    }
    let renamed = Symbol::Entry {
        block,
        name: new.to_owned(),
    };
    if let Some(taken) = naming(context, from, &renamed).first() {
        let file = text::visible::name(&taken.path);
        return Err(format!("`{new}` is used already, in {file}"));
    }
    for file in files {
        let text = file.rope.to_string();
        let mut of_file = Vec::new();
        for place in file.places(symbol) {
            let only_sink = !is_writable(new, &[place.kind]);
            if only_sink {
                return Err(format!(
                    "`{new}` cannot be used here: it is a keyword of L1"
                ));
            }
            // What a process calls its source stays, so that nothing else in the process has to change.
            let edit = match place.from_at {
                Some(at) if is_used_elsewhere(&text, place) => TextEdit {
                    range: text::range(&file.rope, TextRange::empty(at), encoding),
                    new_text: format!(" from {new}"),
                },
                _ => TextEdit {
                    range: text::range(&file.rope, place.range, encoding),
                    new_text: new.to_owned(),
                },
            };
            of_file.push(edit);
        }
        edits.insert(file.uri.clone(), of_file);
    }
    Ok(())
}

/// Whether a process has the word in other places: what it calls a source is used in joins, expressions and SQL.
fn is_used_elsewhere(text: &str, place: &ProcessReference) -> bool {
    let process = place
        .process
        .unwrap_or(TextRange::up_to(TextSize::of(text)));
    let start = usize::from(process.start());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text[process].match_indices(&place.name).any(|(at, word)| {
        let begins = !text[..start + at].ends_with(is_word);
        let ends = !text[start + at + word.len()..].starts_with(is_word);
        begins && ends && start + at != usize::from(place.range.start())
    })
}

/// What a definition request at a name of a document gives beside the document: the process, or the places in processes.
pub(crate) fn targets(
    context: &RequestContext,
    from: &Path,
    symbol: &Symbol,
    encoding: Encoding,
) -> Vec<(Uri, Range)> {
    let files = naming(context, from, symbol);
    let found = locations(&files, symbol, encoding).into_iter();
    found
        .map(|(location, _)| (location.uri, location.range))
        .collect()
}
