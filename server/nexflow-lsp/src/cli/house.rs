//! The house rules of the project around the current folder.

use std::sync::Arc;

use nexflow_analysis::{HouseRule, Settings, Snapshot};
use nexflow_catalog::docs;
use serde_json::{Value, json};

use crate::{
    cli::output::{self, say},
    workspace::{
        Configuration, Folder, Workspace,
        project::{self, Outside, Project},
    },
};

/// The project of documents in the current folder.
pub(super) fn project() -> Arc<Project> {
    let folder = std::env::current_dir().unwrap_or_default();
    let top = project::top_without_workspace(&folder);
    let workspace = Workspace::new(
        Outside::default(),
        Configuration {
            folders: vec![Folder {
                path: top,
                options: None,
            }],
            ..Configuration::default()
        },
    );
    workspace.project(Some(&folder.join("document.infra")))
}

/// Runs the examples of all rules; the exit code of the process.
pub(super) fn test(project: &Project) -> i32 {
    for problem in &project.problems {
        let line = problem.line + 1;
        output::say_of(&problem.path, &format!("{line}: {}", problem.message));
    }
    let rules = project.options.house.rules();
    let (mut examples, mut failed) = (0, 0);
    for rule in rules {
        let valid = rule.valid.iter().map(|text| (text, false));
        let invalid = rule.invalid.iter().map(|text| (text, true));
        for (number, (text, expected)) in valid.chain(invalid).enumerate() {
            examples += 1;
            if finds(project, rule, text) != expected {
                failed += 1;
                let number = number + 1;
                let kind = if expected { "invalid" } else { "valid" };
                let found = if expected { "nothing" } else { "something" };
                say(format_args!(
                    "{}: example {number} is {kind}, and the rule finds {found}.",
                    rule.id
                ));
            }
        }
    }
    say(format_args!(
        "{} house rules, {examples} examples, {failed} failed.",
        rules.len()
    ));
    match (project.problems.is_empty(), failed) {
        (true, 0) => 0,
        (true, _) => 1,
        (false, _) => 2,
    }
}

/// Whether a rule finds something in a text, whatever severity it has been given.
fn finds(project: &Project, rule: &HouseRule, text: &str) -> bool {
    let mut context = nexflow_analysis::Context {
        settings: project.settings.clone(),
        variables: project.variables.clone(),
        bases: Vec::new(),
        base_problem: None,
        processes: None,
    };
    context.settings = Arc::new(Settings {
        rules: Default::default(),
        ..(*context.settings).clone()
    });
    let snapshot = Snapshot::new(nexflow_syntax::Document::parse(text), context);
    let found = nexflow_analysis::diagnostics(&snapshot);
    found.iter().any(|one| one.code == rule.id)
}

/// A rule as the list of all rules has it.
pub(super) fn as_json(rule: &HouseRule) -> Value {
    json!({
        "id": rule.id,
        "severity": docs::severity(rule.severity),
        "subject": "house",
        "title": rule.title(),
        "url": rule.origin.as_ref().map(|(uri, line)| format!("{uri}#L{}", line + 1)),
    })
}
