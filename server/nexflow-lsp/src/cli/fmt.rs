//! `nexflow-lsp fmt`: the formatter of the editor in the terminal.

use std::{collections::HashMap, sync::Arc};

use clap::Args;
use nexflow_analysis::{Context, Snapshot, same_meaning};
use nexflow_syntax::Document;
use rayon::prelude::*;

use crate::{
    cli::{
        input::{Input, InputArgs, Source},
        output::{self, say},
        replace,
        rewrite::{self, Change, Rewritten},
    },
    settings::Options,
    text::visible,
    workspace::{Workspace, project::Outside},
};

/// Format documents
///
/// Indentation, blank lines and trailing spaces are formatted; order, quotes and comments are kept. A document is never written if its
/// meaning would change. Exit code: 0 when all is well, 1 with --check or
/// --diff when a document is not formatted, 2 when something could not be read or written.
#[derive(Args)]
#[command(after_help = "Examples:
  nexflow-lsp fmt                 all documents below the current folder
  nexflow-lsp fmt --check         for a pipeline
  nexflow-lsp fmt --diff | git apply
  nexflow-lsp fmt - < a.infra     from standard input to standard output")]
pub(crate) struct Fmt {
    #[command(flatten)]
    which: InputArgs,

    /// List documents that are not formatted, without writing
    #[arg(long)]
    check: bool,

    /// Print what would change, without writing
    #[arg(long)]
    diff: bool,
}

/// Runs the command; the exit code of the process.
pub(crate) fn run(arguments: &Fmt) -> i32 {
    let writes = !(arguments.check || arguments.diff);
    if writes {
        replace::clean_up_on_signals();
    }
    let mut input = Input::collect(&arguments.which);
    input.name_each_once();
    let mut unusable = std::mem::take(&mut input.unusable);
    // Formatting depends on no variable.
    let workspace = Arc::new(input.workspace(Options::default(), Outside::default()));
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
            (_, Some(change)) if arguments.diff => rewrite::print_patch(&done.path, change),
            (_, Some(_)) if arguments.check => {
                output::print(&format!("{}\n", visible::name(&done.path)))
            }
            (Source::Stdin { text, .. }, change) if writes => {
                output::print(change.as_ref().map_or(text, |change| &change.text))
            }
            _ => 0,
        };
    }
    for (path, message) in &unusable {
        output::say_of(path, message);
    }
    let word = if changed == 1 {
        "document"
    } else {
        "documents"
    };
    match (writes, changed) {
        (true, 0) => {}
        (false, 0) if unusable.is_empty() => say(format_args!("Nothing to format.")),
        (true, _) => say(format_args!("{changed} {word} formatted")),
        (false, _) => say(format_args!("{changed} {word} would be formatted")),
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
    let opened = input.open(workspace, source)?;
    let options = opened.format_options();
    let document = opened.document;
    let context = Context {
        settings: Arc::default(),
        variables: Arc::new(HashMap::new()),
        bases: Vec::new(),
        base_problem: None,
        processes: None,
    };
    let snapshot = Snapshot::new(document.clone(), context);
    let edits = nexflow_analysis::format(&snapshot, None, options);
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
        replace::replace(path, &before, &text)?;
    }
    let diff = rewrite::unified_diff(source.path(), &before, &text);
    Ok(Some(Change { text, diff }))
}
