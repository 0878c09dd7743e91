//! What the documentation of a completion is about. Words are made when somebody reads them: most of a list is never looked at.

use nexflow_catalog::FieldId;
use serde::{Deserialize, Serialize};

use crate::hover;

/// What a completion is about. It survives a way to the client and back, so that the words can be asked for later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
    /// Nothing more is to be said.
    #[default]
    Nothing,
    /// These words.
    Text(String),
    /// A field, by its number in the catalog.
    Field(u16),
    /// A field in one sentence.
    Brief(u16),
    /// A value, in words and by the number of the field that it is for.
    Value(String, u16),
    /// A rule by its id.
    Rule(String),
    /// A snippet by its number in the catalog.
    Snippet(usize),
}

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
            About::Brief(id) => field(*id).map_or(String::new(), |field| field.doc.to_owned()),
            About::Value(meaning, id) => {
                let doc = field(*id).map_or("", |field| field.doc);
                if meaning.is_empty() {
                    doc.to_owned()
                } else {
                    format!("{meaning}\n\n{doc}")
                }
            }
            About::Rule(id) => nexflow_catalog::rule(id).map_or(String::new(), |rule| {
                format!("{}\n\n{}", rule.summary, rule.why)
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
