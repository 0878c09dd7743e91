//! Documents of the repository as snapshots.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use nexflow_analysis::{BaseDocument, Context, Settings, Snapshot, Variable, VariableOrigin};
use nexflow_syntax::Document;

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn variables(pairs: &[(&str, &str)]) -> HashMap<String, Variable> {
    pairs
        .iter()
        .map(|(name, value)| {
            let variable = Variable {
                value: (*value).to_owned(),
                origin: VariableOrigin::Shell,
            };
            ((*name).to_owned(), variable)
        })
        .collect()
}

/// A document with what it extends, nearest first.
pub fn snapshot(
    text: &str,
    bases: &[(&str, &str)],
    variables: HashMap<String, Variable>,
) -> Snapshot {
    Snapshot::new(
        Document::parse(text),
        Context {
            settings: Arc::new(Settings::default()),
            variables: Arc::new(variables),
            bases: bases
                .iter()
                .map(|(uri, text)| BaseDocument {
                    uri: (*uri).to_owned(),
                    document: Document::parse(text),
                })
                .collect(),
            base_problem: None,
            processes: None,
        },
    )
}

/// A file of the repository with what it extends.
pub fn file(path: &Path, variables: HashMap<String, Variable>) -> Snapshot {
    let text = fs::read_to_string(path).expect("a document");
    let mut bases = Vec::new();
    let mut document = Document::parse(&text);
    loop {
        let base = document
            .root()
            .get("extends")
            .and_then(|entry| entry.value().value().map(|name| name.into_owned()));
        let Some(base) = base else { break };
        let at = path.parent().expect("a folder").join(&base);
        let Ok(text) = fs::read_to_string(&at) else {
            break;
        };
        document = Document::parse(&text);
        bases.push((base, text));
    }
    let bases: Vec<_> = bases
        .iter()
        .map(|(uri, text)| (uri.as_str(), text.as_str()))
        .collect();
    snapshot(&text, &bases, variables)
}

/// All documents of the corpora and examples.
pub fn documents() -> Vec<PathBuf> {
    let root = repository();
    let mut all = Vec::new();
    for folder in [
        "tests/corpus/documents",
        "tests/corpus/realistic",
        "tests/corpus/specification",
        "examples",
    ] {
        let files = fs::read_dir(root.join(folder)).expect("a corpus");
        all.extend(
            files
                .map(|file| file.expect("an entry").path())
                .filter(|path| path.extension().is_some_and(|e| e == "infra")),
        );
    }
    all.sort();
    assert!(all.len() > 60);
    all
}

/// All options and their values that a document becomes.
pub fn options(
    snapshot: &Snapshot,
    version: nexflow_flink::FlinkVersion,
) -> nexflow_flink::Rendering {
    let effective = nexflow_flink::Effective::new(nexflow_flink::Inputs {
        snapshot,
        uri: "file:///project/test.infra",
        region: None,
    });
    nexflow_flink::translate(
        &effective,
        &nexflow_flink::Selection::default(),
        version,
        false,
    )
    .expect("nothing is selected")
}

/// All texts that can be made of a document.
pub fn outputs(snapshot: &Snapshot, version: nexflow_flink::FlinkVersion) -> Vec<String> {
    use nexflow_flink::output;
    let effective = nexflow_flink::Effective::new(nexflow_flink::Inputs {
        snapshot,
        uri: "file:///project/test.infra",
        region: None,
    });
    let rendering = options(snapshot, version);
    let all = nexflow_flink::Selection::default();
    let (table, _) =
        output::table(&effective, &all, version, false, true).expect("nothing is selected");
    let values: Vec<String> = effective
        .values()
        .into_iter()
        .map(|value| format!("{value:?}"))
        .collect();
    vec![
        output::l5(&effective, false).into_string(),
        output::l5(&effective, true).into_string(),
        table.into_string(),
        output::conf(&rendering, true).into_string(),
        output::args(&rendering, true).into_string(),
        output::flink_deployment(&effective, &rendering, true).into_string(),
        output::json(&rendering).to_string(),
        format!("{rendering:?}"),
        values.join("\n"),
    ]
}
