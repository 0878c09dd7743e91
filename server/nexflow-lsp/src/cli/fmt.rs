//! `nexflow-lsp fmt`: the formatter of the editor in the terminal.

use std::{collections::HashMap, sync::Arc};

use clap::Args;
use nexflow_analysis::{Context, FormatOptions, Snapshot, same_meaning};
use nexflow_syntax::Document;
use rayon::prelude::*;

use super::{
    input::{Input, Source, Which},
    report,
    rewrite::{self, Change, Rewritten},
};
use crate::{settings::Options, workspace::Workspace};

/// Format documents: indentation, blank lines and trailing blanks, never the order, the quotes or the comments
///
/// Nothing is written when a document would mean anything else afterwards. Exit code: 0 when all is well, 1 with --check or
/// --diff when a document is not formatted, 2 when something could not be read or written.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp fmt                 all documents below the current folder
  nexflow-lsp fmt --check         as a pipeline wants it
  nexflow-lsp fmt --diff | git apply
  nexflow-lsp fmt - < a.infra     from standard input to standard output")]
pub struct Fmt {
    #[command(flatten)]
    which: Which,

    /// Write nothing; name the documents that are not formatted
    #[arg(long)]
    check: bool,

    /// Write nothing; print what would change
    #[arg(long)]
    diff: bool,
}

/// Runs the command; the exit code of the process.
pub fn run(arguments: &Fmt) -> i32 {
    let writes = !(arguments.check || arguments.diff);
    let mut input = Input::gather(&arguments.which);
    let mut unusable = std::mem::take(&mut input.unusable);
    // Formatting depends on no variable.
    let workspace = Arc::new(input.workspace(Options::default(), HashMap::new()));
    let work = |source: &Source| Rewritten {
        path: source.path().to_path_buf(),
        outcome: format(&input, &workspace, source, writes),
    };
    let done: Vec<Rewritten> = input.sources.par_iter().map(work).collect();

    let (mut changed, mut code) = (0, 0);
    for (source, done) in input.sources.iter().zip(done) {
        let change = match done.outcome {
            Ok(change) => change,
            Err(reason) => {
                unusable.push((done.path, reason));
                continue;
            }
        };
        changed += usize::from(change.is_some());
        code |= match (source, &change) {
            (_, Some(change)) if arguments.diff => report::print(&change.diff),
            (_, Some(_)) if arguments.check => report::print(&format!("{}\n", done.path.display())),
            (Source::Stdin { text, .. }, change) if writes => {
                report::print(change.as_ref().map_or(text, |change| &change.text))
            }
            _ => 0,
        };
    }
    for (path, message) in &unusable {
        eprintln!("{}: {message}", path.display());
    }
    let word = if changed == 1 {
        "document"
    } else {
        "documents"
    };
    match (writes, changed) {
        (true, 0) => {}
        (true, _) => eprintln!("{changed} {word} formatted"),
        (false, _) => eprintln!("{changed} {word} would be formatted"),
    }
    match (code, unusable.is_empty(), changed) {
        (0, true, 0) => 0,
        (0, true, _) => i32::from(!writes),
        _ => 2,
    }
}

fn format(
    input: &Input,
    workspace: &Arc<Workspace>,
    source: &Source,
    writes: bool,
) -> Result<Option<Change>, String> {
    let document = input.open(workspace, source)?.document;
    let context = Context {
        settings: Arc::default(),
        variables: Arc::new(HashMap::new()),
        bases: Vec::new(),
        base_problem: None,
    };
    let snapshot = Snapshot::new(document.clone(), context);
    let edits = nexflow_analysis::format(&snapshot, None, FormatOptions::default());
    let before = document.rope().to_string();
    let text = rewrite::edited(&document, &edits);
    if text == before {
        return Ok(None);
    }
    // The formatter has looked at this already; a user's file is worth a second look, at the very text that is written.
    if !same_meaning(&document, &Document::parse_with(&text, document.limits())) {
        return Err(
            "formatting would change its meaning, which is a bug; it is left as it is".into(),
        );
    }
    if let (Source::File(path), true) = (source, writes) {
        rewrite::replace(path, &before, &text)?;
    }
    let diff = rewrite::unified_diff(source.path(), &before, &text);
    Ok(Some(Change { text, diff }))
}
