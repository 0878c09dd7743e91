//! A baseline: a file that records which diagnostics were there when a team began to check its documents.
//!
//! It is JSON with one diagnostic a line, so that a difference of two versions can be read and merged. Documents are named relative to
//! the folder of the file.

use std::{
    borrow::Cow,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::{Identity, Recorded};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::json;

use super::paths;
use crate::text::visible;

/// Largest file that is read.
pub(crate) const MAX_BYTES: u64 = 16 << 20;
/// The form of the file. A later one is refused, not misread.
const VERSION: u32 = 1;

/// What is recorded of each document.
#[derive(Default)]
pub(crate) struct Baseline {
    /// Where the file lies.
    pub(crate) path: PathBuf,
    documents: FxHashMap<PathBuf, Arc<Recorded>>,
}

#[derive(Deserialize)]
struct FileText<'t> {
    version: u32,
    #[serde(borrow)]
    diagnostics: Vec<Line<'t>>,
}

#[derive(Deserialize)]
struct Line<'t> {
    #[serde(borrow)]
    file: Cow<'t, str>,
    #[serde(borrow)]
    rule: Cow<'t, str>,
    #[serde(borrow, default)]
    path: Cow<'t, str>,
    #[serde(borrow, default)]
    value: Cow<'t, str>,
    #[serde(borrow, default)]
    absent: Cow<'t, str>,
    #[serde(default = "once")]
    count: usize,
}

fn once() -> usize {
    1
}

impl Baseline {
    /// An empty one.
    pub(crate) fn new(path: PathBuf) -> Baseline {
        Baseline {
            path,
            documents: FxHashMap::default(),
        }
    }

    /// Reads the text of a file, or says why that cannot be.
    pub(crate) fn read(path: &Path, text: &str) -> Result<Baseline, String> {
        let wrong = |error: serde_json::Error| {
            // What stands in the file is not repeated, for it may be any file.
            format!(
                "Invalid baseline at line {}, column {}.",
                error.line(),
                error.column()
            )
        };
        let file: FileText<'_> = serde_json::from_str(text).map_err(wrong)?;
        if file.version != VERSION {
            let version = file.version;
            return Err(format!(
                "Unknown baseline version `{version}`. Expected `{VERSION}`."
            ));
        }
        let folder = path.parent().unwrap_or(path);
        let mut by_name: FxHashMap<Cow<'_, str>, Recorded> = FxHashMap::default();
        for line in file.diagnostics {
            // A rule that was renamed is still known by its former id.
            let known = nexflow_catalog::rule(&line.rule);
            let identity = Identity {
                rule: known.map_or_else(|| line.rule.into_owned().into(), |rule| rule.id.into()),
                path: line.path.into_owned(),
                value: line.value.into_owned(),
                absent: line.absent.into_owned(),
            };
            by_name
                .entry(line.file)
                .or_default()
                .add(identity, line.count);
        }
        // Two names may be of one file.
        let mut documents: FxHashMap<PathBuf, Recorded> = FxHashMap::default();
        for (name, recorded) in by_name {
            let path = paths::normalized(&folder.join(&*name));
            documents.entry(path).or_default().join(recorded);
        }
        let documents = documents
            .into_iter()
            .map(|(path, one)| (path, Arc::new(one)));
        Ok(Baseline {
            path: path.to_path_buf(),
            documents: documents.collect(),
        })
    }

    /// What is recorded of a document. One that is not named has nothing recorded, which is not the same as no baseline.
    pub(crate) fn of(&self, document: &Path) -> Arc<Recorded> {
        self.documents.get(document).cloned().unwrap_or_default()
    }

    /// Replaces what is recorded of a document.
    pub(crate) fn set(&mut self, document: PathBuf, recorded: Recorded) {
        if recorded.is_empty() {
            self.documents.remove(&document);
        } else {
            self.documents.insert(document, Arc::new(recorded));
        }
    }

    /// The documents that have something recorded, in order.
    pub(crate) fn documents(&self) -> Vec<(&PathBuf, &Arc<Recorded>)> {
        let mut documents: Vec<_> = self.documents.iter().collect();
        documents.sort_unstable_by_key(|(path, _)| *path);
        documents
    }

    /// How many diagnostics are recorded.
    pub(crate) fn count(&self) -> usize {
        self.documents
            .values()
            .map(|recorded| recorded.count())
            .sum()
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        let folder = self.path.parent().unwrap_or(&self.path);
        let mut out = format!("{{\n  \"version\": {VERSION},\n  \"diagnostics\": [");
        let mut first = true;
        for (document, recorded) in self.documents() {
            let file = relative(folder, document);
            for (identity, count) in recorded.iter() {
                let mut line = json!({"file": file, "rule": identity.rule, "path": identity.path});
                let others = [("value", &identity.value), ("absent", &identity.absent)];
                for (key, text) in others.into_iter().filter(|(_, text)| !text.is_empty()) {
                    line[key] = text.as_str().into();
                }
                if count != 1 {
                    line["count"] = count.into();
                }
                let comma = if std::mem::take(&mut first) { "" } else { "," };
                let _ = write!(out, "{comma}\n    {}", visible::json(&line.to_string()));
            }
        }
        out.push_str(if first { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }
}

/// The name of a document as seen from a folder, with `/` between its parts.
fn relative(folder: &Path, document: &Path) -> String {
    let (folder, document): (Vec<_>, Vec<_>) = (
        folder.components().collect(),
        document.components().collect(),
    );
    let shared = folder
        .iter()
        .zip(&document)
        .take_while(|(a, b)| a == b)
        .count();
    let up = std::iter::repeat_n("..".into(), folder.len() - shared);
    let down = document[shared..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut baseline = Baseline::new("/w/team/baseline.json".into());
        let mut recorded = Recorded::default();
        let identity = Identity {
            rule: "enum-unknown-value".into(),
            path: "state_backends.a\u{202e}.type".into(),
            value: "z\"z".into(),
            absent: String::new(),
        };
        recorded.add(identity, 2);
        baseline.set("/w/other/a.infra".into(), recorded);
        let text = baseline.text();
        assert!(
            text.contains("\"../other/a.infra\"") && visible::is_plain(&text),
            "{text}"
        );
        let read = Baseline::read(&baseline.path, &text).expect("it can be read");
        assert_eq!(read.documents, baseline.documents);
        assert_eq!((read.count(), read.text()), (2, text));
        let empty = Baseline::new("/w/b.json".into()).text();
        assert_eq!(
            Baseline::read(Path::new("/w/b.json"), &empty).map(|read| read.count()),
            Ok(0)
        );
    }

    #[test]
    fn other_files_are_refused_and_not_repeated() {
        let read = |text: &str| Baseline::read(Path::new("/b"), text).map(|_| ());
        for text in [
            "",
            "SECRET=x",
            "{}",
            "{\"version\": 2, \"diagnostics\": []}",
        ] {
            let said = read(text).expect_err("refused");
            assert!(!said.contains("SECRET"), "{said}");
        }
    }
}
