//! The pages about kinds of change.

use std::fmt::Write as _;

use super::{Page, escape, generated};
use crate::changes::{Change, Class, Established, changes};

/// The pages about all kinds of change, and the list of them.
pub(super) fn pages() -> Vec<Page> {
    let mut pages = vec![index()];
    pages.extend(changes().iter().map(|change| Page {
        path: format!("changes/{}.md", change.id),
        text: format!(
            "{}{}",
            generated(&format!("changes/{}.yaml", change.subject)),
            change_page(change)
        ),
    }));
    pages
}

fn index() -> Page {
    let mut text = generated("changes/*.yaml");
    text.push_str(
        "# Changes\n\nWhat a change of a document does to a running job, as `nexflow-lsp diff` says it. \
         The class is the most severe one of all versions of Flink.\n\n",
    );
    for class in Class::ALL {
        let _ = writeln!(text, "- `{}`: {}", class.word(), class.meaning());
    }
    let mut subject = "";
    let mut sorted: Vec<&Change> = changes().iter().collect();
    sorted.sort_by_key(|change| change.subject);
    for change in sorted {
        if change.subject != subject {
            subject = change.subject;
            let title = subject.replace('_', " ");
            let _ = write!(
                text,
                "\n## {title}\n\n| Change | Class | |\n|---|---|---|\n"
            );
        }
        let _ = writeln!(
            text,
            "| [{}]({}.md) | `{}` | {} |",
            change.id,
            change.id,
            change.most_severe().word(),
            escape(change.consequence).replace('|', "\\|")
        );
    }
    Page {
        path: "changes/README.md".into(),
        text,
    }
}

/// The page of a kind of change.
#[must_use]
pub fn change_page(change: &Change) -> String {
    let mut text = format!("# {}\n\n{}\n\n", change.id, escape(change.consequence));
    if change.silent {
        text.push_str("**Flink reports nothing about it.**\n\n");
    }
    let _ = write!(text, "Safe way: {}\n\n", escape(change.safe_way));
    if let Some(outside) = change.outside {
        let _ = write!(text, "{outside}\n\n");
    }
    if let Some(unseen) = change.unseen {
        let _ = write!(
            text,
            "Documents do not show it: it applies if {}.\n\n",
            escape(unseen)
        );
    }
    if !change.paths.is_empty() {
        text.push_str("## Fields\n\n");
        for path in change.paths {
            let words = match *path {
                "*" => "Any field.".to_owned(),
                "@flink" => {
                    "The version of Flink: the tag of the image, or the setting.".to_owned()
                }
                path => format!("`{}`", path.trim_end_matches(".**")),
            };
            let _ = writeln!(text, "- {words}");
        }
        text.push('\n');
    }
    text.push_str("## By version of Flink\n\n| Flink | Class | From a checkpoint | From a canonical savepoint | From a native savepoint |\n|---|---|---|---|---|\n");
    for known in change.classes {
        let _ = writeln!(text, "{}", row(known));
    }
    let others: Vec<_> = change
        .classes
        .iter()
        .flat_map(|known| {
            known
                .ways
                .iter()
                .filter(|(way, _)| !COLUMNS.contains(way))
                .map(move |(way, result)| format!("- {}, {way}: {result}", version(known)))
        })
        .collect();
    if !others.is_empty() {
        let _ = write!(text, "\nOther ways:\n\n{}\n", escape(&others.join("\n")));
    }
    let effects: Vec<_> = change
        .takes_effect
        .iter()
        .map(|effect| match effect.word() {
            "job" => "with the restarted job",
            "cluster" => "when the processes restart",
            "submission" => "when the job is submitted",
            "code" => "with the newly generated job",
            _ => "never in Flink",
        })
        .collect();
    let _ = write!(
        text,
        "\nTakes effect {}.\n\n## Sources\n\n",
        effects.join(", ")
    );
    for source in change.sources {
        let _ = writeln!(text, "- {}", escape(&source_words(source)));
    }
    if let Some(checked) = change.checked {
        let _ = writeln!(text, "- Not run: {}", escape(checked));
    }
    text
}

const COLUMNS: [&str; 3] = ["checkpoint", "canonical", "native"];

fn version(known: &Established) -> String {
    match known.from {
        Some(from) => format!("{from} to {}", known.to),
        None => format!("from {}", known.to),
    }
}

fn row(known: &Established) -> String {
    let mut row = format!("| {} | `{}`", version(known), known.class.word());
    if let Some(claim) = known.with_claim {
        let _ = write!(row, ", with claim mode CLAIM `{}`", claim.word());
    }
    for column in COLUMNS {
        let found = known.ways.iter().find(|(way, _)| *way == column);
        let _ = write!(
            row,
            " | {}",
            found.map_or(String::new(), |(_, result)| result.replace("no-", "no "))
        );
    }
    row.push_str(" |");
    row
}

/// `run 1.20.5` as a reader understands it.
fn source_words(source: &str) -> String {
    match source.strip_prefix("run ") {
        Some(release) if release.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("Tried with Flink {release}")
        }
        Some(other) => format!("Follows from {other}"),
        None => source.to_owned(),
    }
}
