//! The document of an import as text.

use nexflow_catalog::FlinkVersion;

use super::{Names, place::Draft, respell::Spelling};
use crate::output::yaml;

/// The document without the comments.
pub fn document(draft: &Draft, names: &Names) -> String {
    let mut out = format!(
        "version: '1.0'\nenvironment: {}\n",
        yaml::string(&names.environment)
    );
    let mut tree = Tree::default();
    for ((.., path), value) in &draft.fields {
        tree.add(path.split('.'), value);
    }
    for (section, below) in &tree.members {
        out.push_str(&format!("\n{section}:\n"));
        below.write(1, &mut out);
    }
    out
}

/// What no field says, as comments at the end.
pub fn comments(draft: &Draft, version: FlinkVersion) -> String {
    if draft.without.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n# Options of Flink {} without a field of L5:\n",
        version.name()
    );
    for (setting, reason) in &draft.without {
        let value = setting.value.replace(['\n', '\r'], " ");
        out.push_str(&format!("#   {}: {value}  ({reason})\n", setting.key));
    }
    out
}

/// The fields, nested.
#[derive(Default)]
struct Tree<'d> {
    members: Vec<(&'d str, Tree<'d>)>,
    value: Option<&'d Spelling>,
}

impl<'d> Tree<'d> {
    fn add(&mut self, mut path: impl Iterator<Item = &'d str>, value: &'d Spelling) {
        let Some(key) = path.next() else {
            self.value = Some(value);
            return;
        };
        let at = match self.members.iter().position(|(known, _)| *known == key) {
            Some(at) => at,
            None => {
                self.members.push((key, Tree::default()));
                self.members.len() - 1
            }
        };
        self.members[at].1.add(path, value);
    }

    fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        for (key, below) in &self.members {
            let key = yaml::key(key);
            match below.value {
                Some(Spelling::Scalar(text, is_string)) => {
                    let text = if *is_string {
                        yaml::string(text)
                    } else {
                        yaml::scalar(text)
                    };
                    out.push_str(&format!("{indent}{key}: {text}\n"));
                }
                Some(Spelling::List(items)) => {
                    out.push_str(&format!("{indent}{key}:\n"));
                    for item in items {
                        out.push_str(&format!("{indent}  - {}\n", yaml::string(item)));
                    }
                }
                None => {
                    out.push_str(&format!("{indent}{key}:\n"));
                    below.write(depth + 1, out);
                }
            }
        }
    }
}
