//! `nexflow-lsp graph --processes`: what processes (L1) receive, emit and use, as one picture.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use nexflow_analysis::processes::{Direction, Form, Kind, ProjectProcesses, blocks_of};
use serde_json::{Value, json};

/// What processes and the names that they use have to do with each other.
#[derive(Default)]
pub(super) struct Picture {
    processes: BTreeSet<String>,
    /// Section and name, and whether records flow through it, rather than being kept in it.
    names: BTreeMap<(String, String), bool>,
    /// Process, section and name, and which way records go.
    edges: BTreeSet<(String, String, String, bool)>,
}

impl Picture {
    /// Adds the processes of a project. Only logical names are drawn: what a process calls by its topic belongs to others.
    pub(super) fn add(&mut self, project: &ProjectProcesses) {
        for file in project.files() {
            self.processes
                .extend(file.processes.iter().map(ToString::to_string));
            for used in file.uses.iter().filter(|used| used.form == Form::Logical) {
                let process = used
                    .process
                    .and_then(|index| file.processes.get(usize::try_from(index).ok()?));
                let (Some(process), Some(block)) = (process, blocks_of(used.kind).next()) else {
                    continue;
                };
                if matches!(
                    used.kind,
                    Kind::Process | Kind::State | Kind::StateUse | Kind::SharedState
                ) {
                    continue;
                }
                let to_process = match used.kind {
                    Kind::Lookup => true,
                    kind => kind.direction() == Some(Direction::Received),
                };
                let name = used.name.to_string();
                let flows = used.kind.direction().is_some();
                *self
                    .names
                    .entry((block.to_owned(), name.clone()))
                    .or_default() |= flows;
                self.edges
                    .insert((process.to_string(), block.to_owned(), name, to_process));
            }
        }
    }

    fn process(&self, name: &str) -> Option<usize> {
        self.processes.iter().position(|known| known == name)
    }

    fn name(&self, section: &str, name: &str) -> Option<usize> {
        let mut names = self.names.keys();
        names.position(|(in_section, known)| in_section == section && known == name)
    }

    /// The edges as numbers of a process and of a name.
    fn numbered(&self) -> impl Iterator<Item = (usize, usize, bool)> + '_ {
        self.edges
            .iter()
            .filter_map(|(process, section, name, to_process)| {
                Some((
                    self.process(process)?,
                    self.name(section, name)?,
                    *to_process,
                ))
            })
    }

    /// A flowchart of Mermaid. Names of L1 are letters, digits and underscores.
    pub(super) fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        for (number, process) in self.processes.iter().enumerate() {
            let _ = writeln!(text, "  p{number}[\"{process}\"]");
        }
        for (number, ((section, name), flows)) in self.names.iter().enumerate() {
            let (open, close) = match flows {
                true => ("([", "])"),
                false => ("[(", ")]"),
            };
            let _ = writeln!(text, "  n{number}{open}\"{name}<br>{section}\"{close}");
        }
        for (process, name, to_process) in self.numbered() {
            let _ = match to_process {
                true => writeln!(text, "  n{name} --> p{process}"),
                false => writeln!(text, "  p{process} --> n{name}"),
            };
        }
        text
    }

    /// Graphviz.
    pub(super) fn dot(&self) -> String {
        let mut text = String::from("digraph processes {\n  rankdir=LR;\n");
        for (number, process) in self.processes.iter().enumerate() {
            let _ = writeln!(text, "  p{number} [shape=box, label=\"{process}\"];");
        }
        for (number, ((section, name), flows)) in self.names.iter().enumerate() {
            let shape = match flows {
                true => "ellipse",
                false => "cylinder",
            };
            let _ = writeln!(
                text,
                "  n{number} [shape={shape}, label=\"{name}\\n{section}\"];"
            );
        }
        for (process, name, to_process) in self.numbered() {
            let _ = match to_process {
                true => writeln!(text, "  n{name} -> p{process};"),
                false => writeln!(text, "  p{process} -> n{name};"),
            };
        }
        text.push_str("}\n");
        text
    }

    /// JSON.
    pub(super) fn json(&self) -> Value {
        let edges = self.edges.iter().map(|(process, section, name, to_process)| {
            json!({"process": process, "section": section, "name": name, "direction": if *to_process { "in" } else { "out" }})
        });
        json!({"processes": self.processes, "edges": edges.collect::<Vec<_>>()})
    }
}
