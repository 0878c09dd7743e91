//! Which state backend, checkpoint and process belong together.

use crate::{
    effective::Effective,
    selection::{BACKENDS, CHECKPOINTS, RESOURCES, Selection},
};

/// A state backend, a checkpoint and a process that are used together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairing {
    /// The process.
    pub process: Option<String>,
    /// The entry of `state_backends`.
    pub backend: Option<String>,
    /// The entry of `checkpoints`.
    pub checkpoint: Option<String>,
}

impl Pairing {
    /// How it is called in outputs.
    #[must_use]
    pub fn title(&self) -> String {
        match (&self.process, &self.backend, &self.checkpoint) {
            (Some(process), ..) => format!("process {process}"),
            (None, Some(backend), Some(checkpoint)) if backend == checkpoint => {
                format!("state backend and checkpoint {backend}")
            }
            (None, Some(backend), Some(checkpoint)) => {
                format!("state backend {backend}, checkpoint {checkpoint}")
            }
            (None, Some(backend), None) => format!("state backend {backend}"),
            (None, None, Some(checkpoint)) => format!("checkpoint {checkpoint}"),
            (None, None, None) => "cluster".to_owned(),
        }
    }
}

/// Something is asked for that the document does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionError {
    /// What it would be: `process`, `state backend`, `checkpoint`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The names that there are.
    pub known: Vec<String>,
}

/// The entry that processes without one of their own use.
const DEFAULT: &str = "default";

/// The names of a section's entries. Those of `resources` that begin with an underscore are no processes.
pub fn names(effective: &Effective<'_>, section: &str) -> Vec<String> {
    effective
        .entries(section)
        .filter(|member| member.value.members().is_some())
        .map(|member| member.key.clone().into_owned())
        .filter(|name| section != RESOURCES || !name.starts_with('_'))
        .collect()
}

/// The pairing that is asked for; `None` where nothing is.
pub fn selected(
    effective: &Effective<'_>,
    selection: &Selection,
) -> Result<Option<Pairing>, SelectionError> {
    if selection.is_empty() {
        return Ok(None);
    }
    let backends = names(effective, BACKENDS);
    let checkpoints = names(effective, CHECKPOINTS);
    let processes = names(effective, RESOURCES);
    let known = |what: &'static str, name: &String, known: &[String]| {
        if known.contains(name) {
            Ok(name.clone())
        } else {
            Err(SelectionError {
                what,
                name: name.clone(),
                known: known.to_vec(),
            })
        }
    };
    let mut pairing = Pairing::default();
    if let Some(backend) = &selection.backend {
        pairing.backend = Some(known("state backend", backend, &backends)?);
    }
    if let Some(checkpoint) = &selection.checkpoint {
        pairing.checkpoint = Some(known("checkpoint", checkpoint, &checkpoints)?);
    }
    match &selection.process {
        Some(process) => {
            let is_named = backends.contains(process) || checkpoints.contains(process);
            if !is_named {
                known("process", process, &processes)?;
            }
            pairing.process = Some(process.clone());
            let of_process = |names: &[String]| {
                let named = |name: &str| names.iter().find(|known| *known == name).cloned();
                named(process)
                    .or_else(|| named(DEFAULT))
                    .or_else(|| names.first().filter(|_| names.len() == 1).cloned())
            };
            pairing.backend = pairing.backend.or_else(|| of_process(&backends));
            pairing.checkpoint = pairing.checkpoint.or_else(|| of_process(&checkpoints));
        }
        None => {
            if selection.checkpoint.is_none() {
                pairing.checkpoint = pairing
                    .backend
                    .clone()
                    .filter(|name| checkpoints.contains(name));
            }
            if selection.backend.is_none() {
                pairing.backend = pairing
                    .checkpoint
                    .clone()
                    .filter(|name| backends.contains(name));
            }
            if let [only] = processes.as_slice() {
                pairing.process = Some(only.clone());
            }
        }
    }
    Ok(Some(pairing))
}

/// All pairings of a document: entries of equal names, then each of the others alone.
pub fn all(effective: &Effective<'_>) -> Vec<Pairing> {
    let backends = names(effective, BACKENDS);
    let checkpoints = names(effective, CHECKPOINTS);
    // What there is one of belongs together, whatever it is called.
    if backends.len() <= 1 && checkpoints.len() <= 1 {
        let pairing = Pairing {
            process: None,
            backend: backends.into_iter().next(),
            checkpoint: checkpoints.into_iter().next(),
        };
        return if pairing == Pairing::default() {
            Vec::new()
        } else {
            vec![pairing]
        };
    }
    let known: rustc_hash::FxHashSet<&String> = checkpoints.iter().collect();
    let paired: rustc_hash::FxHashSet<&String> = backends.iter().collect();
    let of_backends = backends.iter().map(|name| Pairing {
        process: None,
        backend: Some(name.clone()),
        checkpoint: Some(name.clone()).filter(|name| known.contains(name)),
    });
    let alone = checkpoints
        .iter()
        .filter(|name| !paired.contains(name))
        .map(|name| Pairing {
            checkpoint: Some(name.clone()),
            ..Pairing::default()
        });
    of_backends.chain(alone).collect()
}
