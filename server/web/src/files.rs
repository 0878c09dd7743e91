//! The documents that the client has told of, and what a document extends among them.

use std::{collections::HashMap, sync::Arc};

use nexflow_analysis::{BaseDocument, BaseProblem, Context, EXTENDS, Settings, Snapshot, Variable};
use nexflow_catalog::value::suggest;
use nexflow_syntax::Document;
use percent_encoding::percent_decode_str;

/// As the program does: longest chain that is followed.
const MAX_STEPS: usize = 20;

/// A document, open in the editor or not.
#[derive(Clone)]
pub(crate) struct File {
    /// As the client calls it.
    pub(crate) uri: String,
    /// Its text and tree. `None`: the client has looked, and there is none.
    pub(crate) document: Option<Document>,
}

/// All documents by their names.
#[derive(Default)]
pub(crate) struct Files {
    open: HashMap<String, File>,
    known: HashMap<String, File>,
}

impl Files {
    /// A document as it stands in the editor.
    pub(crate) fn open(&mut self, uri: &str, document: Document) {
        self.open.insert(name(uri), file(uri, Some(document)));
    }

    /// A document is no longer edited; its text is what the client says it is.
    pub(crate) fn close(&mut self, uri: &str) {
        self.open.remove(&name(uri));
    }

    /// The text of a document that is not open.
    pub(crate) fn tell(&mut self, uri: &str, text: Option<&str>) {
        self.known
            .insert(name(uri), file(uri, text.map(Document::parse)));
    }

    /// An open document.
    pub(crate) fn edited(&self, uri: &str) -> Option<&Document> {
        self.open.get(&name(uri))?.document.as_ref()
    }

    /// The URIs of all open documents.
    pub(crate) fn all_open(&self) -> Vec<String> {
        let mut uris: Vec<String> = self.open.values().map(|file| file.uri.clone()).collect();
        uris.sort_unstable();
        uris
    }

    fn find(&self, uri: &str) -> Option<&File> {
        let name = name(uri);
        self.open.get(&name).or_else(|| self.known.get(&name))
    }

    /// An open document with all that it is checked with, and the document that is wanted for that and not known yet.
    pub(crate) fn snapshot(&self, uri: &str) -> Option<(Snapshot, Option<String>)> {
        let document = self.edited(uri)?;
        let mut bases = Vec::new();
        let (problem, wanted) = self.follow(document, uri, &mut bases);
        // There is no environment, so that every variable counts as set.
        let settings = Settings {
            assume_variables: true,
            ..Settings::default()
        };
        let context = Context {
            settings: Arc::new(settings),
            variables: Arc::new(HashMap::<String, Variable>::new()),
            bases,
            base_problem: problem,
            processes: None,
        };
        Some((Snapshot::new(document.clone(), context), wanted))
    }

    fn follow(
        &self,
        document: &Document,
        uri: &str,
        bases: &mut Vec<BaseDocument>,
    ) -> (Option<BaseProblem>, Option<String>) {
        let refused = |reason: String| (Some(BaseProblem::Refused { reason }), None);
        let Some(mut next) = target(document) else {
            return (None, None);
        };
        if !uri.contains('/') {
            return refused("a document that is not saved has no files beside it".into());
        }
        let mut seen = vec![name(uri)];
        let mut current = uri.to_owned();
        loop {
            if bases.len() == MAX_STEPS {
                return refused(format!("the chain has more than {MAX_STEPS} documents"));
            }
            if next.contains("://") {
                return refused(format!("`{next}` is not a path relative to the document"));
            }
            let wanted = beside(&current, &next);
            let there = name(&wanted);
            if let Some(at) = seen.iter().position(|known| *known == there) {
                let last = |name: &String| last_part(name).to_owned();
                let mut through: Vec<String> = seen[at..].iter().map(last).collect();
                through.push(last(&there));
                return (Some(BaseProblem::Cycle { through }), None);
            }
            let Some(file) = self.find(&wanted) else {
                return (Some(BaseProblem::Unknown), Some(wanted));
            };
            let Some(document) = &file.document else {
                let near = self.near(&there);
                return (Some(BaseProblem::Missing { path: next, near }), None);
            };
            bases.push(BaseDocument {
                uri: file.uri.clone(),
                document: document.clone(),
            });
            seen.push(there);
            match target(document) {
                None => return (None, None),
                Some(further) => next = further,
            }
            current = wanted;
        }
    }

    /// A document in the folder of one that is not there which has nearly its name.
    fn near(&self, missing: &str) -> Option<String> {
        let folder = folder_of(missing);
        let there = self.open.iter().chain(&self.known);
        let beside = there
            .filter(|(name, file)| file.document.is_some() && folder_of(name) == folder)
            .map(|(name, _)| last_part(name));
        let near = suggest::nearest(last_part(missing), beside);
        near.first().map(|near| (*near).to_owned())
    }
}

fn file(uri: &str, document: Option<Document>) -> File {
    File {
        uri: uri.to_owned(),
        document,
    }
}

/// What a document extends, as written; `None` when that is nothing, or cannot be known.
fn target(document: &Document) -> Option<String> {
    let value = document.root().get(EXTENDS)?;
    let value = value.value().value()?.trim().to_owned();
    (!value.is_empty() && !value.contains('$')).then_some(value)
}

/// One name for all spellings of a URI.
fn name(uri: &str) -> String {
    percent_decode_str(uri).decode_utf8_lossy().into_owned()
}

fn folder_of(uri: &str) -> &str {
    uri.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn last_part(uri: &str) -> &str {
    uri.rsplit_once('/').map_or(uri, |(_, last)| last)
}

/// The URI of a path that the document at `from` names. It does not leave the place that the URI is of.
fn beside(from: &str, target: &str) -> String {
    let (scheme, rest) = from.split_once(':').unwrap_or(("", from));
    // `file:///a`, `vscode-vfs://github/a`: what stands before the third slash is no folder.
    let path_at = match rest.starts_with("//") {
        true => rest[2..].find('/').map_or(rest.len(), |at| at + 2),
        false => 0,
    };
    let (place, path) = rest.split_at(path_at);
    let mut parts: Vec<String> = match target.starts_with('/') {
        true => vec![String::new()],
        false => folder_of(path).split('/').map(str::to_owned).collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.len() > 1 {
                    parts.pop();
                }
            }
            other => parts.push(
                percent_encoding::utf8_percent_encode(other, percent_encoding::NON_ALPHANUMERIC)
                    .to_string()
                    .replace("%2D", "-")
                    .replace("%2E", ".")
                    .replace("%5F", "_"),
            ),
        }
    }
    format!("{scheme}:{place}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_beside_the_document() {
        for (from, target, found) in [
            ("file:///a/b.infra", "base.infra", "file:///a/base.infra"),
            (
                "file:///a/b.infra",
                "./x/../base.infra",
                "file:///a/base.infra",
            ),
            ("file:///a/b.infra", "../../../c.infra", "file:///c.infra"),
            ("file:///a/b.infra", "/c d.infra", "file:///c%20d.infra"),
            (
                "vscode-vfs://github/o/r/b.infra",
                "../x.infra",
                "vscode-vfs://github/o/x.infra",
            ),
            ("memory:/b.infra", "x-1_2.infra", "memory:/x-1_2.infra"),
        ] {
            assert_eq!(beside(from, target), found, "{from} {target}");
        }
    }
}
