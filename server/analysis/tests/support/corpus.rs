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
    diagnostics,
};
use nexflow_catalog::{Field, SchemaNode, Secret, Severity};
use nexflow_syntax::{Document, NodeKind, Segment};

use super::known::Folder;

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
    /// The same as text, with the names of documents and variables.
    pub folder: Folder,
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
    let variables = Arc::new(fitting(all, variables(all.values())));
    all.iter()
        .map(|(name, text)| {
            let (bases, base_problem) = bases(text, all);
            let others = all.iter().filter(|(other, _)| *other != name);
            let around = others.clone().flat_map(|(name, text)| [name, text]);
            let references = variables.keys().map(|name| format!("${{{name}}}"));
            Project {
                folder: Folder::new(around.cloned().chain(references)),
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

/// Values of services and keys, of which an env file may give any.
const USUAL: [&str; 6] = [
    "kafka-0.internal:9092",
    "redis://redis.internal:6379",
    "mongodb://mongo.internal:27017",
    "https://service.internal",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "companystorage",
];

/// The variables with values by which the documents are right, where there are any: nobody has an env file that breaks them.
fn fitting(
    all: &BTreeMap<String, String>,
    mut variables: HashMap<String, Variable>,
) -> HashMap<String, Variable> {
    let mut names: Vec<String> = variables.keys().cloned().collect();
    names.sort_unstable();
    for name in names {
        let reference = format!("${{{name}");
        let using: Vec<_> = all
            .values()
            .filter(|text| text.contains(&reference))
            .map(|text| (text, bases(text, all)))
            .collect();
        let wrong = |variables: &HashMap<String, Variable>| -> usize {
            let variables = Arc::new(variables.clone());
            let of_one = |(text, (bases, base_problem)): &(&String, _)| {
                let context = Context {
                    settings: Arc::new(Settings::default()),
                    variables: variables.clone(),
                    bases: Vec::clone(bases),
                    base_problem: Option::clone(base_problem),
                    processes: None,
                };
                let found = diagnostics(&Snapshot::new(Document::parse(text), context));
                let wrong = found.iter().filter(|one| one.severity != Severity::Hint);
                wrong.count()
            };
            using.iter().map(of_one).sum()
        };
        let mut least = wrong(&variables);
        for value in USUAL {
            if least == 0 {
                break;
            }
            let mut others = variables.clone();
            if let Some(variable) = others.get_mut(&name) {
                value.clone_into(&mut variable.value);
            }
            let now = wrong(&others);
            if now < least {
                least = now;
                variables = others;
            }
        }
    }
    variables
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
