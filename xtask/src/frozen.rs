//! The lists of what users' documents and settings name: ids of rules and paths of fields. Names are added, and none is removed.

use std::{collections::BTreeSet, fs, io, path::Path};

use crate::derived::Derived;

const FOLDER: &str = "server/catalog/tests/frozen";

/// Both lists, with what is new in the catalog. The tests of the catalog see what has gone from it.
pub fn derive(root: &Path) -> io::Result<[Derived; 2]> {
    let rules = nexflow_catalog::rules().iter();
    let rules = rules.flat_map(|rule| rule.former.iter().copied().chain([rule.id]));
    let fields = nexflow_catalog::fields().iter().map(|field| field.path);
    Ok([
        list(root, "rules.txt", rules)?,
        list(root, "fields.txt", fields)?,
    ])
}

fn list(
    root: &Path,
    name: &str,
    present: impl Iterator<Item = &'static str>,
) -> io::Result<Derived> {
    let path = Path::new(FOLDER).join(name);
    let before = fs::read_to_string(root.join(&path))?;
    let present = present.map(str::to_owned);
    let names: BTreeSet<String> = before.lines().map(str::to_owned).chain(present).collect();
    let text = names.iter().flat_map(|name| [name, "\n"]).collect();
    Ok(Derived { path, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_added_and_none_is_removed() {
        let root = std::env::temp_dir().join(format!("xtask-frozen-{}", std::process::id()));
        fs::create_dir_all(root.join(FOLDER)).unwrap();
        fs::write(root.join(FOLDER).join("rules.txt"), "gone\nsame\n").unwrap();
        let list = list(&root, "rules.txt", ["new", "same"].into_iter()).unwrap();
        assert_eq!(list.text, "gone\nnew\nsame\n");
        fs::remove_dir_all(&root).unwrap();
    }
}
