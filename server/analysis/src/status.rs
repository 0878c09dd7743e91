//! What a status line says about a document.

use nexflow_syntax::Document;
use rustc_hash::FxHashSet;

use crate::{
    Snapshot,
    document_context::{ENVIRONMENT, EXTENDS},
    template_refs::template_refs,
};

/// The document in a few words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Its own `environment`, not that of a document that it extends.
    pub environment: Option<String>,
    /// Its `extends`, as it is written.
    pub base: Option<String>,
    /// The URI of the document that it extends, when that was found.
    pub base_uri: Option<String>,
    /// How many different variables have neither a value nor a default.
    pub unresolved: usize,
}

/// The status of a document.
pub fn status(snapshot: &Snapshot) -> Status {
    let header = |key: &str| header(&snapshot.document, key);
    let context = &snapshot.context;
    let mut unresolved = FxHashSet::default();
    if !context.settings.assume_variables {
        let parts = snapshot.document.parts().iter().map(|part| &part.document);
        let whole = parts.len() == 0;
        let documents = parts.chain(whole.then_some(&snapshot.document));
        for fragment in documents.flat_map(Document::fragments) {
            let open = template_refs(fragment)
                .variables
                .iter()
                .filter(|variable| variable.default.is_none())
                .filter(|variable| context.variables.get(&variable.name).is_none());
            unresolved.extend(open.map(|variable| variable.name.as_str()));
        }
    }
    let base = header(EXTENDS);
    Status {
        environment: header(ENVIRONMENT),
        base_uri: base
            .as_ref()
            .and_then(|_| context.bases.first())
            .map(|base| base.uri.clone()),
        base,
        unresolved: unresolved.len(),
    }
}

/// A scalar of the document's header.
fn header(document: &Document, key: &str) -> Option<String> {
    let value = document.root().get(key)?.value().value()?.trim().to_owned();
    (!value.is_empty()).then_some(value)
}
