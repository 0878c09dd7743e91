//! What a document becomes, as text.

use nexflow_analysis::Snapshot;
use nexflow_flink::{Effective, Inputs, Selection, SelectionError, output, translate};

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
        return Ok(output::l5(&effective, false).into_string());
    }
    let version = snapshot.context.settings.flink_version;
    let all = Selection::default();
    let unknown = |error: SelectionError| format!("No {} named `{}`.", error.what, error.name);
    if form == "flink" {
        let (text, _) = output::table(&effective, &all, version, false, false).map_err(unknown)?;
        return Ok(text.into_string());
    }
    let rendering = translate(&effective, &all, version, false).map_err(unknown)?;
    match form {
        "conf" if rendering.groups.len() > 1 => {
            Err("The document is about several jobs, and a configuration is for one.".into())
        }
        "conf" => Ok(output::conf(&rendering, false).into_string()),
        other => Err(format!("Unknown form `{other}`.")),
    }
}
