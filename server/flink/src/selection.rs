//! What is asked for of a document: a process, or entries of the sections that belong together.

use nexflow_analysis::MergedMapping;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// A process by its name in L1.
    pub process: Option<String>,
    /// An entry of `state_backends`.
    pub backend: Option<String>,
    /// An entry of `checkpoints`.
    pub checkpoint: Option<String>,
}

impl Selection {
    /// Whether anything is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Selection::default()
    }
}

/// The section of processes.
pub const RESOURCES: &str = "resources";
/// The section of state backends.
pub const BACKENDS: &str = "state_backends";
/// The section of checkpoints.
pub const CHECKPOINTS: &str = "checkpoints";
/// The entries that decide about the fields of one: by section, the entry itself, those of its name, those that it names, and those that
/// hold for all.
pub fn together<'n>(
    root: &MergedMapping<'_>,
    section: &'n str,
    name: &str,
) -> Vec<(&'n str, Vec<String>)> {
    if section == RESOURCES {
        let shared = ["_defaults", "_groups", "_task_managers", "_job_manager"];
        let names = std::iter::once(name).chain(shared);
        return vec![(RESOURCES, names.map(str::to_owned).collect())];
    }
    if !matches!(section, BACKENDS | CHECKPOINTS) {
        let block = root.child(section).mapping();
        let is_list_of_entries = block
            .schema
            .is_some_and(|schema| schema.named_child().is_some());
        let names = match is_list_of_entries {
            true => vec![name.to_owned()],
            false => block
                .entries()
                .into_iter()
                .map(|(key, _)| key.into_owned())
                .collect(),
        };
        return vec![(section, names)];
    }
    [BACKENDS, CHECKPOINTS]
        .into_iter()
        .map(|of| {
            let entries = root.child(of).mapping();
            let mut names = vec![name.to_owned()];
            if of != section
                && entries.child(name).is_missing()
                && let [(only, _)] = entries.entries().as_slice()
            {
                names.push(only.clone().into_owned());
            }
            let base = entries.child(name).mapping().child("base_backend");
            names.extend(base.text().map(std::borrow::Cow::into_owned));
            (of, names)
        })
        .collect()
}
