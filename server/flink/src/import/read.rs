//! Configurations as people have them: `flink-conf.yaml`, `config.yaml`, the resource of the operator.

use nexflow_analysis::{Redacted, redacted, redacted_message};
use nexflow_catalog::FlinkVersion;
use nexflow_syntax::{Document, Node, NodeKind};

/// An option with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The option as it is written.
    pub key: String,
    /// Its value, as Flink reads it.
    pub value: String,
    /// Where it stands; lines count from 1.
    pub line: usize,
    /// Which part of it is a credential, or may be one.
    pub hidden: Hidden,
}

/// Which part of a setting may not be printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// The key, or a part of it.
    pub key: bool,
    /// The value.
    pub value: bool,
}

/// A configuration.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The options.
    pub settings: Vec<Setting>,
    /// What the resource of the operator says beside them: paths below `spec` and `metadata`.
    pub resource: Vec<Setting>,
    /// What could not be read.
    pub problems: Vec<(usize, String)>,
}

impl Configuration {
    /// The version of Flink that a resource of the operator names.
    #[must_use]
    pub fn version(&self) -> Option<FlinkVersion> {
        let version = self.resource("spec.flinkVersion")?;
        version
            .trim_start_matches('v')
            .replace('_', ".")
            .parse()
            .ok()
    }

    /// The name of a resource, in letters that the name of a process can have.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let name = self.resource("metadata.name")?.replace(['-', '.'], "_");
        (!name.is_empty()).then_some(name)
    }

    fn resource(&self, key: &str) -> Option<&str> {
        self.resource
            .iter()
            .find(|setting| setting.key == key)
            .map(|setting| setting.value.as_str())
    }
}

/// The forms of configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `key: value` line by line, without quotes; `#` begins a comment anywhere.
    Lines,
    /// YAML, nested or flat.
    Yaml,
}

impl Format {
    /// The format that a file of this name and text has.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Format {
        let is_old = name
            .rsplit(['/', '\\'])
            .next()
            .is_some_and(|name| name.starts_with("flink-conf"));
        if is_old || Document::parse(text).has_errors() {
            Format::Lines
        } else {
            Format::Yaml
        }
    }
}

/// Reads a configuration.
#[must_use]
pub fn read(text: &str, format: Format) -> Configuration {
    let mut configuration = Configuration::default();
    match format {
        Format::Lines => lines(text, &mut configuration),
        Format::Yaml => {
            let document = Document::parse(text);
            let root = document.root();
            for error in document.errors() {
                let line = document.rope().byte_to_line(error.range.start().into()) + 1;
                let message = redacted_message(&document, &error.message);
                configuration.problems.push((line, message));
            }
            let is_resource = root
                .get("kind")
                .and_then(|entry| entry.value().value())
                .is_some_and(|kind| kind == "FlinkDeployment" || kind == "FlinkSessionJob");
            let shown = redacted(&document);
            let mut reader = Reader {
                document: &document,
                shown: &shown,
                out: Vec::new(),
            };
            if is_resource {
                for section in ["metadata", "spec"] {
                    let Some(entry) = root.get_resolved(section) else {
                        continue;
                    };
                    reader.node(section, entry.value(), Hidden::default());
                }
                let (settings, resource) = reader
                    .out
                    .into_iter()
                    .partition(|setting| setting.key.starts_with(CONFIGURATION));
                configuration.resource = resource;
                configuration.settings = settings;
                for setting in &mut configuration.settings {
                    setting.key = setting.key[CONFIGURATION.len()..].to_owned();
                }
            } else {
                reader.node("", root, Hidden::default());
                configuration.settings = reader.out;
            }
        }
    }
    last_wins(&mut configuration.settings);
    configuration
}

/// Where a resource has the options.
const CONFIGURATION: &str = "spec.flinkConfiguration.";

/// Flink reads line by line: what follows `#` is lost, the first `: ` divides, the last of two equal keys counts.
fn lines(text: &str, configuration: &mut Configuration) {
    let shown = redacted(&Document::parse(text));
    let mut at = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += whole.len();
        let line = whole.split('#').next().unwrap_or_default();
        let start = start + line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() || line == "---" {
            continue;
        }
        match line.split_once(": ") {
            Some((key, value)) if !key.trim().is_empty() && !value.trim().is_empty() => {
                configuration.settings.push(Setting {
                    key: key.trim().to_owned(),
                    value: value.trim().to_owned(),
                    line: index + 1,
                    hidden: Hidden {
                        key: shown.hides(start..start + key.len()),
                        value: shown.hides(start + key.len()..start + line.len()),
                    },
                });
            }
            _ => configuration
                .problems
                .push((index + 1, "expected `key: value`".to_owned())),
        }
    }
}

struct Reader<'d> {
    document: &'d Document,
    shown: &'d Redacted,
    out: Vec<Setting>,
}

impl Reader<'_> {
    fn is_hidden(&self, node: Node<'_>) -> bool {
        let range = node.range();
        self.shown.hides(range.start().into()..range.end().into())
    }

    /// `hidden` says what of the keys above is, and of the value by the alias that has led here.
    fn node(&mut self, path: &str, written: Node<'_>, hidden: Hidden) {
        let Some(node) = written.resolve() else {
            return;
        };
        let hidden = Hidden {
            value: hidden.value || self.is_hidden(written) && written.alias().is_some(),
            ..hidden
        };
        match node.kind() {
            NodeKind::Mapping => {
                for entry in node.resolved_entries() {
                    let key = entry.key_text();
                    let path = match path {
                        "" => key.into_owned(),
                        path => format!("{path}.{key}"),
                    };
                    let hidden = Hidden {
                        key: hidden.key || self.is_hidden(entry.key()),
                        ..hidden
                    };
                    self.node(&path, entry.value(), hidden);
                }
            }
            NodeKind::Sequence => {
                // Flink joins the items of a list.
                let items: Vec<String> = node
                    .items()
                    .filter_map(Node::resolve)
                    .filter_map(|item| item.value().map(|value| value.into_owned()))
                    .collect();
                self.push(path, items.join(";"), node, hidden);
            }
            NodeKind::Scalar => {
                let value = node.value().unwrap_or_default().into_owned();
                self.push(path, value, node, hidden);
            }
            NodeKind::Null | NodeKind::Alias => {}
        }
    }

    fn push(&mut self, path: &str, value: String, node: Node<'_>, hidden: Hidden) {
        let line = self
            .document
            .rope()
            .byte_to_line(node.range().start().into())
            + 1;
        self.out.push(Setting {
            key: path.to_owned(),
            value,
            line,
            hidden: Hidden {
                value: hidden.value || self.is_hidden(node),
                ..hidden
            },
        });
    }
}

fn last_wins(settings: &mut Vec<Setting>) {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Setting> = settings
        .drain(..)
        .rev()
        .filter(|setting| seen.insert(setting.key.clone()))
        .collect();
    kept.reverse();
    *settings = kept;
}
