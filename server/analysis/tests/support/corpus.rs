//! The documents of all corpora, each in the project around it: the documents beside it, those that it extends, and an env file with
//! what the variables are worth.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::{
    BaseDocument, BaseProblem, Context, Settings, Snapshot, ValueStats, Variable, VariableOrigin,
};
use nexflow_catalog::{Field, SchemaNode, Secret};
use nexflow_syntax::{Document, NodeKind, Segment};

/// Where they stand, from the top of the repository.
const FOLDERS: [&str; 4] = [
    "tests/corpus/specification",
    "tests/corpus/documents",
    "tests/corpus/realistic",
    "examples",
];

/// A document with what is around it.
pub struct Project {
    /// Its folder and file.
    pub name: String,
    /// What it says.
    pub text: String,
    /// What stands beside it.
    pub others: Others,
    bases: Vec<BaseDocument>,
    base_problem: Option<BaseProblem>,
    variables: Arc<HashMap<String, Variable>>,
}

impl Project {
    /// Another text in the place of the document.
    pub fn snapshot(&self, text: &str) -> Snapshot {
        Snapshot::new(
            Document::parse(text),
            Context {
                settings: Arc::new(Settings::default()),
                variables: self.variables.clone(),
                bases: self.bases.clone(),
                base_problem: self.base_problem.clone(),
                processes: None,
            },
        )
    }
}

/// The other documents of the folder.
pub struct Others {
    documents: Vec<Document>,
    names: Vec<String>,
}

impl ValueStats for Others {
    fn values(&self, field: &Field, give: &mut dyn FnMut(&str, usize)) {
        self.documents.values(field, give);
    }
    fn keys(&self, block: &str, give: &mut dyn FnMut(&str, Option<&str>, usize)) {
        self.documents.keys(block, give);
    }
    fn documents(&self) -> Vec<String> {
        self.names.clone()
    }
}

/// All documents of all corpora.
pub fn projects() -> Vec<Project> {
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    FOLDERS
        .iter()
        .flat_map(|folder| of_folder(folder, &documents(&top.join(folder))))
        .collect()
}

fn documents(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "infra"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy();
            (
                name.into_owned(),
                fs::read_to_string(&path).expect("a readable document"),
            )
        })
        .collect()
}

fn of_folder(folder: &str, all: &BTreeMap<String, String>) -> Vec<Project> {
    let variables = Arc::new(variables(all.values()));
    all.iter()
        .map(|(name, text)| {
            let (bases, base_problem) = bases(text, all);
            let others = all.iter().filter(|(other, _)| *other != name);
            Project {
                name: format!("{folder}/{name}"),
                text: text.clone(),
                others: Others {
                    documents: others
                        .clone()
                        .map(|(_, text)| Document::parse(text))
                        .collect(),
                    names: others.map(|(name, _)| name.clone()).collect(),
                },
                bases,
                base_problem,
                variables: variables.clone(),
            }
        })
        .collect()
}

/// What a document extends, as it says it.
pub fn extended(document: &Document) -> Option<String> {
    Some(
        document
            .root()
            .get("extends")?
            .value()
            .value()?
            .into_owned(),
    )
}

/// The chain of documents that a text extends. What is not in the folder is not known.
fn bases(text: &str, all: &BTreeMap<String, String>) -> (Vec<BaseDocument>, Option<BaseProblem>) {
    let mut bases = Vec::new();
    let mut next = extended(&Document::parse(text));
    while let Some(file) = next {
        let Some(text) = all.get(file.trim_start_matches("./")) else {
            return (bases, Some(BaseProblem::Unknown));
        };
        let document = Document::parse(text);
        next = extended(&document);
        bases.push(BaseDocument {
            uri: format!("file:///project/{file}"),
            document,
        });
    }
    (bases, None)
}

/// Every variable that the texts use, with a value that fits where it stands.
fn variables<'a>(texts: impl Iterator<Item = &'a String>) -> HashMap<String, Variable> {
    let mut found: HashMap<String, Variable> = HashMap::new();
    for text in texts {
        let document = Document::parse(text);
        let mut open = document.roots();
        while let Some(node) = open.pop() {
            open.extend(node.entries().map(|entry| entry.value()));
            open.extend(node.items());
            if node.kind() != NodeKind::Scalar {
                continue;
            }
            let written = node.value().unwrap_or_default();
            for piece in written.split("${").skip(1) {
                let inside = piece.split('}').next().unwrap_or_default();
                let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
                let is_whole = written == format!("${{{inside}}}");
                let fitting = is_whole.then(|| value_at(&node.path())).flatten();
                let value = match default {
                    "" => fitting.unwrap_or("part-of-a-text"),
                    default => default,
                };
                let variable = Variable {
                    value: value.to_owned(),
                    origin: VariableOrigin::EnvFile {
                        uri: "file:///project/.env".to_owned(),
                        line: 0,
                    },
                };
                // A value that fits a whole field says more than one of a part.
                if is_whole || !found.contains_key(name) {
                    found.insert(name.to_owned(), variable);
                }
            }
        }
    }
    found
}

/// A value of the field at a path.
fn value_at(path: &[Segment]) -> Option<&'static str> {
    let fields = place(path)?
        .fields
        .iter()
        .map(|id| nexflow_catalog::field(*id));
    let fits = |of: &Field, text: &str| nexflow_catalog::value::check_value(of, text, true).is_ok();
    fields
        .flat_map(|of| {
            let secret = (of.secret != Secret::No).then_some("xK3-nobody-knows");
            let known = of.values.iter().map(|value| value.value);
            secret
                .into_iter()
                .chain(of.example)
                .chain(of.suggest.iter().copied())
                .chain(known)
                .filter(move |text| fits(of, text) && !text.contains("${"))
        })
        .next()
}

/// What the catalog has at a path of keys; the region blocks of an entry as well.
pub fn place(path: &[Segment]) -> Option<&'static SchemaNode> {
    path.iter()
        .try_fold(nexflow_catalog::root(), |node, segment| match segment {
            Segment::Key(key) => node
                .literal_child(key)
                .or_else(|| node.region_child().map(|(_, region)| region))
                .or_else(|| node.child(key)),
            Segment::Item(_) => node.item_child(),
        })
}
