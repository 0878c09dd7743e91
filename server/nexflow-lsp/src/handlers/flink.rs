//! Requests beyond the protocol: `nexflow/render` and `nexflow/import`, specified in `docs/protocol-extensions.md`.

use std::path::Path;

use nexflow_catalog::FlinkVersion;
use nexflow_flink::{
    Effective, Inputs, Selection, SelectionError,
    change::{DocumentChanges, output as plan},
    import::{Format, Names, import, read},
    output::{self, Text},
    translate,
};
use tower_lsp_server::jsonrpc;

use crate::{
    lsp::extensions::{
        ImportParams, ImportResult, RenderForm, RenderParams, RenderResult, RenderedFold,
        RenderedSource,
    },
    session::context::RequestContext,
    workspace::{compare, document::DocumentSnapshot},
};

/// What a document becomes. Its document may have been closed since the client asked.
pub(crate) fn render(
    context: &RequestContext,
    params: RenderParams,
) -> jsonrpc::Result<Option<RenderResult>> {
    let Some(document) = context.documents.get(&params.text_document.uri).cloned() else {
        return Ok(None);
    };
    let text = text_of(&document, &params)?;
    Ok(Some(answer(text, document.version)))
}

/// What a document becomes, as text.
pub(crate) fn text_of(document: &DocumentSnapshot, params: &RenderParams) -> jsonrpc::Result<Text> {
    if params.form == RenderForm::Plan {
        return Ok(plan_of(document));
    }
    let snapshot = document.snapshot();
    let uri = document.uri.to_string();
    let effective = Effective::new(Inputs {
        snapshot,
        uri: &uri,
        region: params.region.as_deref(),
    });
    if params.form == RenderForm::L5 {
        return Ok(output::l5(&effective, params.explain));
    }
    let version = version(params.flink_version.as_deref())?
        .unwrap_or(snapshot.context.settings.flink_version);
    let selection = Selection {
        process: params.process.clone(),
        backend: params.backend.clone(),
        checkpoint: params.checkpoint.clone(),
    };
    let unknown =
        |error: SelectionError| invalid(format!("no {} named `{}`", error.what, error.name));
    if params.form == RenderForm::Flink {
        let (all, explain) = (params.all, params.explain);
        let table = output::table(&effective, &selection, version, all, explain);
        return Ok(table.map_err(unknown)?.0);
    }
    let rendering = translate(&effective, &selection, version, params.all).map_err(unknown)?;
    Ok(match params.form {
        _ if rendering.groups.len() > 1 => {
            return Err(invalid("the document is about several jobs".to_owned()));
        }
        RenderForm::Args => output::args(&rendering, params.explain),
        RenderForm::Flinkdeployment => {
            output::flink_deployment(&effective, &rendering, params.explain)
        }
        _ => output::conf(&rendering, params.explain),
    })
}

/// What has changed since the revision that the settings name, and what it does to running jobs: text, for editors show a view as it is.
fn plan_of(document: &DocumentSnapshot) -> Text {
    let text = match compare::changes(document) {
        Some(compared) => plan_text(document, compared),
        None => "The document is not compared with anything: see the setting `compareWith`.\n"
            .to_owned(),
    };
    let mut out = Text::default();
    for line in text.lines() {
        out.push(line, None);
    }
    out
}

fn plan_text(document: &DocumentSnapshot, compared: compare::Changes) -> String {
    let compare::Changes {
        since,
        changes,
        problem,
    } = compared;
    if let Some(problem) = problem {
        return format!("The document cannot be compared: {problem} in {since}.\n");
    }
    let number = match changes.len() {
        0 => return format!("The document means the same as in {since}.\n"),
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    let counts = plan::counts(changes.iter());
    let name = document.path.as_deref().and_then(Path::file_name);
    let text = plan::text(&[DocumentChanges {
        name: name.unwrap_or_default().to_string_lossy().into_owned(),
        uri: document.uri.to_string(),
        changes,
    }]);
    format!("{number} since {since}: {counts}.\n\n{text}")
}

fn answer(mut text: Text, version: i32) -> RenderResult {
    let number = |line: usize| u32::try_from(line).ok();
    let mut sources: Vec<RenderedSource> = Vec::new();
    let mut origins = Vec::with_capacity(3 * text.line_count());
    for (line, found) in text.lines().enumerate() {
        let Some(origin) = found.origin else {
            continue;
        };
        let (Some(uri), Some(origin_line), Some(line)) = (&origin.uri, origin.line, number(line))
        else {
            continue;
        };
        let via = origin.via.word();
        let is_it = |source: &RenderedSource| *source.uri == **uri && source.via == via;
        // There are a few, and the last one is the likeliest.
        let source = sources.iter().rposition(is_it).unwrap_or_else(|| {
            sources.push(RenderedSource {
                uri: uri.to_string(),
                via: via.to_owned(),
            });
            sources.len() - 1
        });
        let Some(source) = number(source) else {
            continue;
        };
        origins.extend([line, source, origin_line.saturating_sub(1)]);
    }
    let folds = text.folds().into_iter();
    RenderResult {
        sources,
        origins,
        folds: folds
            .filter_map(|(first, last)| {
                Some(RenderedFold {
                    start_line: number(first)?,
                    end_line: number(last)?,
                })
            })
            .collect(),
        problems: std::mem::take(&mut text.problems),
        version,
        text: text.into_string(),
    }
}

/// A configuration of Flink as a document.
pub(crate) fn import_text(
    _: &RequestContext,
    params: ImportParams,
) -> jsonrpc::Result<Option<ImportResult>> {
    let name = params.file_name.unwrap_or_default();
    let configuration = read(&params.text, Format::of(&name, &params.text));
    if configuration.settings.is_empty() && configuration.resource.is_empty() {
        return Ok(None);
    }
    let version = version(params.flink_version.as_deref())?
        .or_else(|| configuration.version())
        .unwrap_or_default();
    let names = Names {
        process: configuration
            .name()
            .unwrap_or_else(|| Names::default().process),
        ..Names::default()
    };
    let imported = import(&configuration, version, &names);
    Ok(Some(ImportResult {
        text: imported.text,
        without_field: imported
            .without_field
            .into_iter()
            .map(|(setting, _)| setting.key)
            .collect(),
        secrets: imported.secrets,
    }))
}

fn version(text: Option<&str>) -> jsonrpc::Result<Option<FlinkVersion>> {
    text.map(|text| {
        text.parse()
            .map_err(|_| invalid(format!("known versions are {}", FlinkVersion::names())))
    })
    .transpose()
}

fn invalid(message: String) -> jsonrpc::Error {
    jsonrpc::Error::invalid_params(message)
}
