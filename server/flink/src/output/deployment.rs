//! The resource of the Flink Kubernetes Operator.

use super::{Text, conf, yaml};
use crate::{
    effective::{Effective, Value, find},
    rows::Rendering,
    secrets::HIDDEN,
};

/// Options that the operator sets itself and refuses in a resource.
const OF_THE_OPERATOR: [&str; 2] = ["kubernetes.cluster-id", "kubernetes.namespace"];
/// Options that the resource says in fields of its own.
const OWN_FIELDS: [(&str, &str); 3] = [
    ("parallelism.default", "parallelism"),
    ("execution.savepoint.path", "initialSavepointPath"),
    ("execution.state-recovery.path", "initialSavepointPath"),
];

/// A `FlinkDeployment` with the options as its `flinkConfiguration`.
#[must_use]
pub fn flink_deployment(effective: &Effective<'_>, rendering: &Rendering, explain: bool) -> Text {
    let mut text = Text::default();
    let rows = conf::writable(rendering);
    let pairing = rendering.groups.first().map(|group| &group.pairing);
    let name = pairing
        .and_then(|pairing| {
            let names = [&pairing.process, &pairing.checkpoint, &pairing.backend];
            names.into_iter().flatten().next()
        })
        .map_or_else(|| "flink".to_owned(), |name| resource_name(name));
    let own = |option: &str| rows.iter().find(|row| row.option == option);
    let field = |path: &[&str]| scalar(effective, path);
    let mut line = |line: &str| text.push(line, None);
    line("apiVersion: flink.apache.org/v1beta1");
    line("kind: FlinkDeployment");
    line("metadata:");
    line(&format!("  name: {}", yaml::string(&name)));
    if let Some(namespace) = field(&["deployment", "namespace"]) {
        line(&format!("  namespace: {}", yaml::string(&namespace)));
    }
    line("spec:");
    if let Some(repository) = field(&["deployment", "image", "repository"]) {
        let image = match field(&["deployment", "image", "tag"]) {
            Some(tag) => format!("{repository}:{tag}"),
            None => repository,
        };
        line(&format!("  image: {}", yaml::string(&image)));
    }
    let version = rendering.version.name().replace('.', "_");
    line(&format!("  flinkVersion: v{version}"));
    if let Some(account) = field(&["deployment", "service_account"]) {
        line(&format!("  serviceAccount: {}", yaml::string(&account)));
    }
    let in_configuration: Vec<_> = rows
        .iter()
        .filter(|row| !OF_THE_OPERATOR.contains(&&*row.option))
        .filter(|row| !OWN_FIELDS.iter().any(|(option, _)| *option == row.option))
        .collect();
    if in_configuration.is_empty() {
        line("  flinkConfiguration: {}");
    } else {
        line("  flinkConfiguration:");
    }
    for row in in_configuration {
        let origin = row.origins.first();
        let problem = row.value.contains(HIDDEN);
        if problem {
            let problem = format!(
                "`{}` is left out: the document has a credential in clear. Use a reference.",
                row.option
            );
            text.push(&format!("    # {problem}"), origin);
            text.problems.push(problem);
            continue;
        }
        if explain && !row.fields.is_empty() {
            text.push(&format!("    # {}", row.fields.join(", ")), origin);
        }
        if !row.unresolved.is_empty() {
            text.push(
                &format!("    # Not set: {}", row.unresolved.join(", ")),
                origin,
            );
        }
        // The operator takes texts only.
        let value = yaml::in_quotes(&row.value);
        text.push(&format!("    {}: {value}", row.option), origin);
    }
    if let Some(replicas) = field(&["deployment", "job_manager", "replicas"]) {
        text.push("  jobManager:", None);
        text.push(&format!("    replicas: {}", yaml::scalar(&replicas)), None);
    }
    if let Some(replicas) = field(&["deployment", "task_manager", "replicas"]) {
        text.push("  taskManager:", None);
        text.push(&format!("    replicas: {}", yaml::scalar(&replicas)), None);
    }
    let job: Vec<_> = OWN_FIELDS
        .iter()
        .filter_map(|(option, name)| Some((*name, own(option)?)))
        .collect();
    if !job.is_empty() {
        text.push("  job:", None);
        for (name, row) in job {
            text.push(
                &format!("    {name}: {}", yaml::scalar(&row.value)),
                row.origins.first(),
            );
        }
    }
    text
}

/// A name that Kubernetes takes.
fn resource_name(name: &str) -> String {
    let lower: String = name
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => c,
            _ => '-',
        })
        .collect();
    let trimmed = lower.trim_matches('-');
    let named = if trimmed.starts_with(|c: char| c.is_ascii_alphabetic()) {
        trimmed.to_owned()
    } else {
        format!("flink-{trimmed}")
    };
    // The operator derives names of services from it.
    named.chars().take(45).collect()
}

fn scalar(effective: &Effective<'_>, path: &[&str]) -> Option<String> {
    let (last, around) = path.split_last()?;
    let mut members = effective.members.as_slice();
    for key in around {
        members = find(members, key)?.members()?;
    }
    match find(members, last)? {
        Value::Scalar(scalar) => Some(scalar.text.clone().into_owned()),
        _ => None,
    }
}
