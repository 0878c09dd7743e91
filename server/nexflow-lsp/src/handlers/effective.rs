//! What Flink gets of a field, for its hover, where that is not what is written.

use std::borrow::Cow;

use nexflow_analysis::{markdown_code as code, markdown_text};
use nexflow_flink::{
    Effective, Inputs, Rendering, Row,
    output::{is_hidden, origin_text},
    translate,
};
use nexflow_syntax::{Node, Parent, Segment, TextRange, TextSize};

use crate::workspace::document::DocumentSnapshot;

/// More options of one field than this are not named.
const NAMED: usize = 3;

/// What Flink gets of the field at an offset, as Markdown, with the range of the token; `None` where it is what is written, or
/// nothing is known of it.
pub(crate) fn of_field(
    document: &DocumentSnapshot,
    offset: TextSize,
) -> Option<(TextRange, String)> {
    let snapshot = document.snapshot();
    let node = document.document.node_at(offset)?;
    let path = path_of(node)?;
    if snapshot.context.base_problem.is_some() {
        return None;
    }
    let uri = document.uri.to_string();
    let mut keys = path.split('.');
    let (section, name) = (keys.next()?, keys.next()?);
    let inputs = Inputs {
        snapshot,
        uri: &uri,
        region: None,
    };
    let effective = Effective::around(inputs, section, name);
    let selection = effective.selection_of(section, name);
    let version = snapshot.context.settings.flink_version;
    let rendering = translate(&effective, &selection, version, false).ok()?;
    let written = value_of(node).unwrap_or_default();
    let mut notes: Vec<String> = Vec::new();
    for note in notes_about(&rendering, &path, &written) {
        if notes.len() < NAMED && !notes.contains(&note) {
            notes.push(note);
        }
    }
    (!notes.is_empty()).then(|| (node.range(), notes.join("\n\n")))
}

/// The path of the field: that of a list for its items.
fn path_of(node: Node<'_>) -> Option<String> {
    let path = node.path();
    let keys: Vec<&str> = path
        .iter()
        .map_while(|segment| match segment {
            Segment::Key(key) => Some(&**key),
            Segment::Item(_) => None,
        })
        .collect();
    // Below an item other fields follow, and sections and entries as a whole become no option.
    let is_inside = path.len() > keys.len() + 1;
    (keys.len() > 1 && !is_inside).then(|| keys.join("."))
}

/// The value as it is written, also where its key is asked about.
fn value_of(node: Node<'_>) -> Option<Cow<'_, str>> {
    match node.parent()? {
        Parent::Key(entry) => entry.value().resolve()?.value(),
        Parent::Value(_) | Parent::Item(..) => node.resolve()?.value(),
    }
}

fn notes_about<'r>(
    rendering: &'r Rendering,
    path: &'r str,
    written: &'r str,
) -> impl Iterator<Item = String> + 'r {
    let version = rendering.version.name();
    let rows = rendering.rows().filter_map(move |row| {
        if is_hidden(&row.value) {
            return None;
        }
        if let Some(overruled) = row.overruled.iter().find(|one| one.field == path) {
            let rule = overruled.rule.map(|rule| format!(" ({rule})"));
            let from = row.origins.first().map(origin_text).unwrap_or_default();
            return Some(format!(
                "Flink {version} gets {} instead, from {}{}.",
                setting(row),
                code(&from),
                rule.unwrap_or_default()
            ));
        }
        if !row.fields.iter().any(|field| field == path) {
            return None;
        }
        if row.is_ignored {
            let rule = row.rule.map(|rule| format!(" ({rule})"));
            return Some(format!(
                "Flink {version} gets {} and ignores it{}.",
                setting(row),
                rule.unwrap_or_default()
            ));
        }
        (row.value != written).then(|| format!("Flink {version} gets {}.", setting(row)))
    });
    let without = rendering.groups.iter().flat_map(|group| &group.without);
    let without = without
        .filter(move |without| without.field == path && !without.why.is_empty())
        .map(move |without| {
            format!(
                "Flink {version} gets no option of it: {}.",
                markdown_text(without.why.trim_end_matches('.'))
            )
        });
    rows.chain(without)
}

fn setting(row: &Row) -> String {
    let setting = code(&format!("{}: {}", row.option, row.value));
    match &row.client {
        Some(client) => format!("{setting} ({client})"),
        None => setting,
    }
}
