//! What a document becomes, as text.

use nexflow_analysis::Snapshot;
use nexflow_flink::{Effective, Inputs, Selection, output, translate};

/// The merged document (`l5`), the options of Flink with their origins (`flink`), or a `config.yaml` (`conf`).
pub(crate) fn render(snapshot: &Snapshot, uri: &str, form: &str) -> Result<String, String> {
    if snapshot.document.has_errors() {
        return Err("The document has a syntax error.".into());
    }
    if snapshot.context.base_problem.is_some() {
        return Err("What the document extends cannot be read.".into());
    }
    let effective = Effective::new(Inputs {
        snapshot,
        uri,
        region: None,
    });
    if form == "l5" {
        return Ok(output::l5(&effective, false).joined());
    }
    let version = snapshot.context.settings.flink_version;
    let rendering = translate(&effective, &Selection::default(), version, false)
        .map_err(|error| format!("No {} named `{}`.", error.what, error.name))?;
    match form {
        "flink" => Ok(output::table(&rendering, false).joined()),
        "conf" if rendering.groups.len() > 1 => {
            Err("The document is about several jobs, and a configuration is for one.".into())
        }
        "conf" => Ok(output::conf(&rendering, false).joined()),
        other => Err(format!("Unknown form `{other}`.")),
    }
}
