//! What the documentation of a completion is about. Words are made when somebody reads them: most of a list is never looked at.

use nexflow_catalog::FieldId;

use crate::{About, hover, markdown::prose};

impl About {
    /// The documentation as Markdown; empty when there is none.
    pub fn markdown(&self) -> String {
        let field = |id: u16| nexflow_catalog::fields().get(usize::from(id));
        match self {
            About::Nothing => String::new(),
            About::Text(text) => text.clone(),
            About::Field(id) => {
                let mut out = String::new();
                if let Some(field) = field(*id) {
                    hover::describe(field, &mut out);
                }
                out
            }
            About::Brief(id) => field(*id).map_or(String::new(), |field| prose(field.doc)),
            About::Value(meaning, id) => {
                let doc = field(*id).map_or(String::new(), |field| prose(field.doc));
                if meaning.is_empty() {
                    doc
                } else {
                    format!("{}\n\n{doc}", prose(meaning))
                }
            }
            About::Rule(id) => nexflow_catalog::rule(id).map_or(String::new(), |rule| {
                prose(&format!("{}\n\n{}", rule.summary, rule.why))
            }),
            About::Snippet(at) => {
                nexflow_catalog::snippets()
                    .get(*at)
                    .map_or(String::new(), |snippet| {
                        format!(
                            "{}\n\n```yaml\n{}\n```",
                            snippet.description,
                            snippet.plain().trim_end()
                        )
                    })
            }
        }
    }

    /// All about a field.
    pub(super) fn field(id: FieldId) -> About {
        About::Field(id.0)
    }
}
