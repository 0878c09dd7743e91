//! What `nexflow-lsp check` writes: fixes, and comments that suppress.

use std::sync::Arc;

use nexflow_catalog::Applicability;
use rayon::prelude::*;

use super::{arguments::Check, guarded};
use crate::{
    cli::{
        input::{Input, Source, Unusable},
        output::{self, say},
        replace,
        report::counts::count,
        rewrite::{self, Change, Rewritten},
    },
    workspace::{Workspace, document::DocumentSnapshot, paths},
};

/// Writes what is asked for into the documents, or prints what would be written; how many change, or the exit code where nothing
/// more is to be done. What could not be written is added to `unusable`, and is checked all the same.
pub(super) fn write(
    input: &mut Input,
    workspace: &Arc<Workspace>,
    arguments: &Check,
    unusable: &mut Vec<Unusable>,
) -> Result<usize, i32> {
    let is_of_house = |rule: &str| {
        let files = input.sources.iter().filter_map(Source::file);
        files.into_iter().any(|file| {
            let path = paths::normalized(&input.current.join(file));
            let project = workspace.project(Some(&path));
            project.options.house.rule(rule).is_some()
        })
    };
    let unknown = arguments
        .rules
        .iter()
        .find(|rule| nexflow_catalog::rule(rule).is_none() && !is_of_house(rule));
    if let Some(unknown) = unknown {
        say(format_args!(
            "Unknown rule `{unknown}`. `nexflow-lsp rules` lists all."
        ));
        return Err(2);
    }
    replace::clean_up_on_signals();
    input.name_each_once();
    let changed = fix(input, workspace, arguments, unusable)?;
    if arguments.dry_run {
        for (path, message) in &*unusable {
            output::say_of(path, message);
        }
        say(format_args!(
            "{} would be {}",
            count(changed, "document"),
            if arguments.fix { "fixed" } else { "changed" }
        ));
        return Err(match (unusable.is_empty(), changed) {
            (false, _) => 2,
            (true, 0) => 0,
            _ => 1,
        });
    }
    workspace.forget_files();
    Ok(changed)
}

/// Fixes all documents; how many changed. The text of standard input is printed and goes on fixed.
fn fix(
    input: &mut Input,
    workspace: &Arc<Workspace>,
    arguments: &Check,
    failed: &mut Vec<Unusable>,
) -> Result<usize, i32> {
    let dry_run = arguments.dry_run;
    let work = |source: &Source| Rewritten {
        path: source.path().to_path_buf(),
        outcome: guarded(|| {
            let document = match input.open(workspace, source) {
                Ok(document) => document,
                // The check says why.
                Err(_) if !dry_run => return Ok(None),
                Err(reason) => return Err(reason),
            };
            let change = rewritten(&document, source, arguments);
            match (&change, source) {
                (Some(change), Source::File(path)) if !dry_run => {
                    let before = document.document.rope().to_string();
                    replace::replace(path, &before, &change.text)?;
                }
                _ => {}
            }
            Ok(change)
        }),
    };
    let done: Vec<Rewritten> = input.sources.par_iter().map(work).collect();
    let mut changed = 0;
    for (source, done) in input.sources.iter_mut().zip(done) {
        let change = match done.outcome {
            Ok(change) => change,
            Err(reason) => {
                failed.push((done.path, reason));
                continue;
            }
        };
        changed += usize::from(change.is_some());
        let code = match (source, change) {
            (_, Some(change)) if dry_run => rewrite::print_patch(&done.path, &change),
            (Source::Stdin { text, .. }, change) if !dry_run => {
                if let Some(change) = change {
                    *text = change.text;
                }
                output::print(text)
            }
            _ => 0,
        };
        if code != 0 {
            return Err(code);
        }
    }
    Ok(changed)
}

/// What becomes of a document when all fixes that are wanted are applied, or all suppressions written.
fn rewritten(document: &DocumentSnapshot, source: &Source, arguments: &Check) -> Option<Change> {
    let snapshot = document.snapshot();
    let least = match arguments.unsafe_fixes {
        true => Applicability::Unsafe,
        false => Applicability::Safe,
    };
    let edits = if arguments.fix {
        nexflow_analysis::fix_all(snapshot, least)
    } else {
        let ids = arguments.rules.iter();
        let ids: Vec<&str> = ids
            .map(|id| nexflow_catalog::rule(id).map_or(id.as_str(), |rule| rule.id))
            .collect();
        let wanted = |code: &str| ids.is_empty() || ids.contains(&code);
        nexflow_analysis::suppress_all(snapshot, &wanted, arguments.reason.as_deref()).edits
    };
    let before = document.document.rope().to_string();
    let text = rewrite::edited(&document.document, &edits);
    let diff = rewrite::unified_diff(source.path(), &before, &text);
    (before != text).then_some(Change { text, diff })
}
