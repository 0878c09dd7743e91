//! Variables in the env files of a project: where they are set, and where other values use them.

use nexflow_syntax::{TextRange, TextSize};
use ropey::Rope;
use tower_lsp_server::ls_types::{Range, Uri};

use crate::{
    session::context::RequestContext,
    text,
    workspace::{document::DocumentSnapshot, env_file, paths},
};

/// An env file that names a variable, or sets another.
pub(crate) struct InEnvFile {
    /// The file.
    pub(crate) uri: Uri,
    /// Where it names the variable, with whether it sets it there.
    pub(crate) places: Vec<(Range, bool)>,
}

/// The env files of a document's project with the places that name a variable. Only files that the project reads: one that lies
/// outside of it is nobody's to look into, or to change.
pub(crate) fn in_env_files(
    context: &RequestContext,
    document: &DocumentSnapshot,
    name: &str,
) -> Vec<InEnvFile> {
    let project = context.workspace.project(document.path.as_deref());
    let files = project.env_files.iter();
    files
        .filter_map(|path| {
            let text = paths::read_text(path, env_file::MAX_BYTES).ok()?;
            let rope = Rope::from_str(&text);
            let at = |offset: usize| TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX));
            let places = env_file::places(&text, name)
                .into_iter()
                .map(|(place, is_set)| {
                    let range = TextRange::new(at(place.start), at(place.end));
                    (text::range(&rope, range, document.encoding), is_set)
                })
                .collect();
            Some(InEnvFile {
                uri: paths::to_uri(path)?,
                places,
            })
        })
        .collect()
}
