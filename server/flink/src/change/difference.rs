//! Where two states of a document differ.

use std::collections::{BTreeMap, BTreeSet};

use nexflow_catalog::{Field, Kind, SchemaNode, changes::EntryEvent};

use super::state::{IMAGE_TAG, Leaf, State};
use crate::value;

/// A difference at a path.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    /// The path: that of the new state where there is one.
    pub path: String,
    /// The path in the old state, where an entry or key around it has another name now.
    pub old_path: String,
    /// The path in the catalog, without brackets of lists.
    pub field: String,
    /// What happens to the whole entry or key.
    pub event: Option<EntryEvent>,
}

/// The differences: in the order of the new document, then what only the old one has.
pub(super) fn differences(old: &State<'_>, new: &State<'_>) -> Vec<Difference> {
    let mut all = Vec::new();
    let is_upgrade =
        old.effective().is_some() && new.effective().is_some() && old.version != new.version;
    // The tag of the image says the version where it can; the change is at the tag then, and not told twice.
    let tag_says_it = is_upgrade && old.get(IMAGE_TAG) != new.get(IMAGE_TAG);
    if is_upgrade {
        let path = if tag_says_it { IMAGE_TAG } else { VERSION };
        all.push(Difference {
            path: path.to_owned(),
            old_path: path.to_owned(),
            field: "@flink".to_owned(),
            event: None,
        });
    }
    let mut added: BTreeSet<&str> = new
        .entries
        .keys()
        .filter(|path| !old.entries.contains_key(*path))
        .map(String::as_str)
        .collect();
    let mut removed: BTreeSet<&str> = old
        .entries
        .keys()
        .filter(|path| !new.entries.contains_key(*path))
        .map(String::as_str)
        .collect();
    // New name to old name.
    let renamed = renamed(old, new, &mut added, &mut removed);
    for (path, event) in added
        .iter()
        .map(|path| (*path, EntryEvent::Added))
        .chain(removed.iter().map(|path| (*path, EntryEvent::Removed)))
    {
        let entries = if event == EntryEvent::Added {
            &new.entries
        } else {
            &old.entries
        };
        all.push(Difference {
            path: path.to_owned(),
            old_path: path.to_owned(),
            field: entries[path].field.to_owned(),
            event: Some(event),
        });
    }
    for (path, old_path) in &renamed {
        all.push(Difference {
            path: (*path).to_owned(),
            old_path: (*old_path).to_owned(),
            field: new.entries[*path].field.to_owned(),
            event: Some(EntryEvent::Renamed),
        });
    }
    let of_entry = |path: &str| -> Option<String> {
        let mut parts = path.splitn(3, '.');
        let (section, name) = (parts.next()?, parts.next()?);
        Some(format!("{section}.{name}"))
    };
    let mut only_new = Vec::new();
    for path in &new.order {
        let entry = of_entry(path);
        if let Some(entry) = &entry
            && added.contains(entry.as_str())
        {
            continue;
        }
        let old_path = match entry.as_ref().and_then(|entry| renamed.get(entry.as_str())) {
            Some(old_entry) => {
                let rest = &path[entry.as_deref().unwrap_or_default().len()..];
                format!("{old_entry}{rest}")
            }
            None => path.clone(),
        };
        let is = &new.leaves[path];
        match old.leaves.get(&old_path) {
            Some(was) if was.normalised == is.normalised => {}
            _ if tag_says_it && path == IMAGE_TAG => {}
            Some(_) => all.push(difference(path, &old_path, is)),
            None if is_default(is) => {}
            None => only_new.push((path.clone(), old_path)),
        }
    }
    let new_name: BTreeMap<&str, &str> = renamed.iter().map(|(new, old)| (*old, *new)).collect();
    let mut only_old = Vec::new();
    for old_path in &old.order {
        let entry = of_entry(old_path);
        if let Some(entry) = &entry
            && removed.contains(entry.as_str())
        {
            continue;
        }
        let path = match entry
            .as_ref()
            .and_then(|entry| new_name.get(entry.as_str()))
        {
            Some(name) => {
                let rest = &old_path[entry.as_deref().unwrap_or_default().len()..];
                format!("{name}{rest}")
            }
            None => old_path.clone(),
        };
        let is_told = tag_says_it && path == IMAGE_TAG;
        if !is_told && !new.leaves.contains_key(&path) && !is_default(&old.leaves[old_path]) {
            only_old.push((path, old_path.clone()));
        }
    }
    keys_with_other_names(old, new, &mut only_new, &mut only_old, &mut all);
    all.extend(
        only_new
            .iter()
            .map(|(path, old_path)| difference(path, old_path, &new.leaves[path])),
    );
    all.extend(
        only_old
            .iter()
            .map(|(path, old_path)| difference(path, old_path, &old.leaves[old_path])),
    );
    let place: BTreeMap<&str, usize> = new
        .order
        .iter()
        .enumerate()
        .map(|(at, path)| (path.as_str(), at))
        .collect();
    let first_below = |path: &str| {
        place
            .range(path..)
            .take_while(|(known, _)| known.starts_with(path))
            .map(|(_, at)| *at)
            .min()
    };
    all.sort_by_key(|one| {
        place
            .get(one.path.as_str())
            .copied()
            .or_else(|| first_below(&one.path))
            .unwrap_or(usize::MAX)
    });
    all
}

/// The path under which a change of the version of Flink is listed.
pub(super) const VERSION: &str = "flink_version";

fn difference(path: &str, old_path: &str, leaf: &Leaf) -> Difference {
    Difference {
        path: path.to_owned(),
        old_path: old_path.to_owned(),
        field: leaf.field.clone().unwrap_or_default(),
        event: None,
    }
}

/// Entries that have another name: most of what they say is the same. The new names with the old ones.
fn renamed<'s>(
    old: &'s State<'_>,
    new: &'s State<'_>,
    added: &mut BTreeSet<&'s str>,
    removed: &mut BTreeSet<&'s str>,
) -> BTreeMap<&'s str, &'s str> {
    let mut pairs = Vec::new();
    for is in added.iter() {
        for was in removed.iter() {
            if new.entries[*is].field != old.entries[*was].field {
                continue;
            }
            let before: BTreeMap<_, _> = old.below(was).collect();
            let after: BTreeMap<_, _> = new.below(is).collect();
            let same = after
                .iter()
                .filter(|(rest, leaf)| {
                    before
                        .get(*rest)
                        .is_some_and(|known| known.normalised == leaf.normalised)
                })
                .count();
            let most = before.len().max(after.len());
            if 2 * same > most {
                pairs.push((1000 * same / most, *is, *was));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)).then(a.2.cmp(b.2)));
    let mut renamed = BTreeMap::new();
    for (_, is, was) in pairs {
        if added.contains(is) && removed.contains(was) {
            added.remove(is);
            removed.remove(was);
            renamed.insert(is, was);
        }
    }
    renamed
}

/// Keys that the user chooses, such as names of states: one that is gone and one that is new with the same value, and no other.
fn keys_with_other_names(
    old: &State<'_>,
    new: &State<'_>,
    only_new: &mut Vec<(String, String)>,
    only_old: &mut Vec<(String, String)>,
    all: &mut Vec<Difference>,
) {
    let is_chosen = |leaf: &Leaf| {
        let field = leaf.field.as_deref().unwrap_or_default();
        field
            .rsplit('.')
            .next()
            .is_some_and(|last| last.starts_with('<'))
    };
    let block = |path: &str| path.rsplit_once('.').map(|(block, _)| block.to_owned());
    only_new.retain(|(path, _)| {
        let leaf = &new.leaves[path];
        if !is_chosen(leaf) {
            return true;
        }
        let partners: Vec<usize> = only_old
            .iter()
            .enumerate()
            .filter(|(_, (gone, old_path))| {
                block(gone) == block(path)
                    && is_chosen(&old.leaves[old_path])
                    && old.leaves[old_path].normalised == leaf.normalised
            })
            .map(|(at, _)| at)
            .collect();
        let [only] = partners.as_slice() else {
            return true;
        };
        let (_, old_path) = only_old.remove(*only);
        all.push(Difference {
            path: path.clone(),
            old_path,
            field: leaf.field.clone().unwrap_or_default(),
            event: Some(EntryEvent::Renamed),
        });
        false
    });
}

/// Whether a value says what holds without it.
fn is_default(leaf: &Leaf) -> bool {
    leaf.schema
        .and_then(default_of)
        .is_some_and(|default| normalised_default(default, leaf.schema) == leaf.normalised)
}

/// What holds where a field is not there: a value of the field that Nexflow or Flink gives it, whatever else the document says.
pub(super) fn default_of(schema: &'static SchemaNode) -> Option<&'static str> {
    let mut found: Option<&'static str> = None;
    for field in schema.fields() {
        let default = field
            .default()
            .filter(|default| matches!(default.by, "nexflow" | "flink"))
            .and_then(|default| literal(field, default.value))?;
        if found.is_some_and(|known| known != default) {
            return None;
        }
        found = Some(default);
    }
    found
}

/// The value that words about a default begin with, where it is a value of the field.
fn literal(field: &'static Field, words: &'static str) -> Option<&'static str> {
    let end = words.find([' ', ';', ',']).unwrap_or(words.len());
    let rest = words[end..].trim_start();
    // "10 percent", "1 s": the word is not the value.
    let first = if rest.is_empty() || rest.starts_with(['(', ';']) {
        &words[..end]
    } else {
        words
    };
    if field.has_kind(Kind::Enum) {
        return field
            .values
            .iter()
            .map(|known| known.value)
            .find(|known| known.eq_ignore_ascii_case(first));
    }
    let compact = || first.bytes().filter(|byte| *byte == b' ').count() <= 1;
    let fits = match field.kinds.first()? {
        Kind::Bool => matches!(first, "true" | "false"),
        Kind::Int | Kind::Number | Kind::Fraction => first.parse::<f64>().is_ok(),
        Kind::Duration => nexflow_catalog::value::duration::parse(first).is_ok() && compact(),
        Kind::Size => nexflow_catalog::value::size::parse(first).is_ok() && compact(),
        _ => false,
    };
    (fits || first == "0").then_some(first)
}

/// The default as values are compared.
pub(super) fn normalised_default(default: &str, schema: Option<&'static SchemaNode>) -> String {
    value::normalised(default, schema)
}
