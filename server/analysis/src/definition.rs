//! Where the thing under the cursor comes from: the env file, the base document, the entry, the anchor.

use nexflow_syntax::{Document, TextRange, TextSize};

use crate::{
    Snapshot, VariableOrigin,
    document_context::EXTENDS,
    locate::{self, Located},
    symbols::{Symbol, references_to, symbol_at},
};

/// A place in this or another document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// In the document itself.
    Here(TextRange),
    /// In a document that it extends.
    Base {
        /// Which one.
        uri: String,
        /// Where in it.
        range: TextRange,
    },
    /// A line of an env file.
    EnvLine {
        /// The file.
        uri: String,
        /// Counted from zero.
        line: u32,
        /// The variable that it sets.
        name: String,
    },
}

/// The origin of the thing at `offset`, with the range of the thing. Nothing when it has none to go to.
pub fn definition(snapshot: &Snapshot, offset: TextSize) -> Option<(TextRange, Vec<Target>)> {
    if let Some(found) = symbol_at(&snapshot.document, offset) {
        let targets = match &found.symbol {
            Symbol::Variable(name) => variable(snapshot, name),
            symbol => defined(snapshot, symbol, found.range),
        };
        if !targets.is_empty() {
            return Some((found.range, targets));
        }
    }
    let node = crate::selection::touching(snapshot, offset)?;
    let (at, targets) = match locate::node(snapshot, node)? {
        Located::Value { val, node } => {
            let is_extends = val.fields().any(|field| field.path == EXTENDS);
            let base = snapshot.context.bases.first().filter(|_| is_extends)?;
            let target = Target::Base {
                uri: base.uri.clone(),
                range: TextRange::empty(TextSize::new(0)),
            };
            (node.range(), vec![target])
        }
        // An overriding key leads to what it overrides.
        Located::Key { val, key, .. } => {
            let targets: Vec<Target> = val
                .layers()
                .iter()
                .filter(|(layer, _)| *layer > 0)
                .filter_map(|(layer, entry)| in_base(snapshot, *layer, entry.key().range()))
                .collect();
            (key.range(), targets)
        }
    };
    // Behind a key's colon, or below a value, the cursor is at it no more.
    (at.contains_inclusive(offset) && !targets.is_empty()).then_some((at, targets))
}

fn in_base(snapshot: &Snapshot, layer: usize, range: TextRange) -> Option<Target> {
    let base = snapshot.context.bases.get(layer.checked_sub(1)?)?;
    Some(Target::Base {
        uri: base.uri.clone(),
        range,
    })
}

fn variable(snapshot: &Snapshot, name: &str) -> Vec<Target> {
    match snapshot
        .context
        .variables
        .get(name)
        .map(|variable| variable.origin)
    {
        Some(VariableOrigin::EnvFile { uri, line } | VariableOrigin::ProjectFile { uri, line }) => {
            let name = name.to_owned();
            vec![Target::EnvLine { uri, line, name }]
        }
        _ => Vec::new(),
    }
}

/// Definitions in the document itself, else in the nearest base that has one. At a definition: what it overrides.
fn defined(snapshot: &Snapshot, symbol: &Symbol, at: TextRange) -> Vec<Target> {
    let of = |document: &Document| -> Vec<TextRange> {
        references_to(document, symbol)
            .into_iter()
            .filter(|occurrence| occurrence.is_definition)
            .map(|occurrence| occurrence.range)
            .collect()
    };
    let own = of(&snapshot.document);
    if !own.is_empty() && !own.contains(&at) {
        return own.into_iter().map(Target::Here).collect();
    }
    if matches!(symbol, Symbol::Anchor(_)) {
        return own.into_iter().map(Target::Here).collect();
    }
    for base in &snapshot.context.bases {
        let found = of(&base.document);
        if !found.is_empty() {
            return found
                .into_iter()
                .map(|range| Target::Base {
                    uri: base.uri.clone(),
                    range,
                })
                .collect();
        }
    }
    own.into_iter().map(Target::Here).collect()
}
