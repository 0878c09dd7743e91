//! What the client can do, read once.

use serde::Deserialize;
use serde_json::Value;
use tower_lsp_server::ls_types::{
    CompletionItemKind, CompletionItemTag, DiagnosticTag, InsertTextMode, MarkupKind,
    PositionEncodingKind, SymbolKind,
};

use crate::text::Encoding;

/// The client's capabilities as far as the server acts on them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientFeatures {
    /// What columns count, as agreed.
    pub(crate) encoding: Encoding,
    /// The client asks for diagnostics by itself, so none are pushed.
    pub(crate) pulls_diagnostics: bool,
    /// Can be told to ask for diagnostics again.
    pub(crate) refreshes_diagnostics: bool,
    /// Shows the second places of a diagnostic.
    pub(crate) related_information: bool,
    /// Shows a diagnostic's code as a link.
    pub(crate) code_description: bool,
    /// Tags of diagnostics that it shows.
    pub(crate) diagnostic_tags: Vec<DiagnosticTag>,
    /// Hovers may be Markdown.
    pub(crate) hover_markdown: bool,
    /// The form of documentation of completions; `None` for clients that know nothing but plain strings.
    pub(crate) completion_documentation: Option<MarkupKind>,
    /// Completions may be snippets.
    pub(crate) snippets: bool,
    /// Completions may say what is inserted and what is replaced.
    pub(crate) insert_replace: bool,
    /// Completions may have details beside their labels.
    pub(crate) label_details: bool,
    /// The words about a completion may come when they are read.
    pub(crate) resolves_documentation: bool,
    /// Completions may say which letters accept them.
    pub(crate) commit_characters: bool,
    /// Kinds of completions beside those of the protocol's first version.
    pub(crate) completion_kinds: Vec<CompletionItemKind>,
    /// Kinds of symbols beside those of the protocol's first version.
    pub(crate) symbol_kinds: Vec<SymbolKind>,
    /// Completions may be preselected.
    pub(crate) preselect: bool,
    /// Completions may be tagged as deprecated.
    pub(crate) completion_deprecated_tag: bool,
    /// Knows that an insertion is meant as it is.
    pub(crate) adjust_indentation: bool,
    /// Has a command that asks for completions again, under the name that VS Code gave it.
    pub(crate) trigger_suggest: bool,
    /// Has a command that lists the places to which a code lens leads.
    pub(crate) show_references: bool,
    /// Answers `workspace/configuration`.
    pub(crate) configuration: bool,
    /// Watches files for the server.
    pub(crate) watches_files: bool,
    /// Wants to be asked to report changed configuration.
    pub(crate) registers_configuration: bool,
    /// Of the features that are offered for process files those that it lets servers register.
    pub(crate) registers_for_processes: Vec<&'static str>,
    /// Shows the outline as a tree.
    pub(crate) symbol_tree: bool,
    /// Follows definitions that say how much of the text is the link.
    pub(crate) definition_links: bool,
    /// Takes edits of several documents with their versions.
    pub(crate) document_changes: bool,
    /// Makes files as part of an edit.
    pub(crate) creates_files: bool,
    /// Takes code actions, not commands alone.
    pub(crate) code_action_literals: bool,
    /// Shows which code action is the most likely one.
    pub(crate) preferred_actions: bool,
    /// Shows words about a link.
    pub(crate) link_tooltips: bool,
    /// Most places to fold that it takes.
    pub(crate) most_folds: Option<usize>,
    /// Can be told to ask for code lenses again.
    pub(crate) refreshes_lenses: bool,
    /// Can be told to ask for inlay hints again.
    pub(crate) refreshes_hints: bool,
    /// Knows that a rename can be refused before a name is asked for.
    pub(crate) prepares_rename: bool,
    /// Shows progress that the server begins.
    pub(crate) work_done_progress: bool,
    /// Shows documents that the server makes, and reads them again when it is told to.
    pub(crate) shows_content: bool,
    /// Features of documents that it asks for where the server registers them later.
    pub(crate) registers: Vec<&'static str>,
    /// Has a command that shows what Flink gets.
    pub(crate) show_rendered: bool,
    /// Has a command that opens the reference of a field, and runs it from a hover.
    pub(crate) open_reference: bool,
}

/// The members of `textDocument` for the features that are offered for process files.
const PROCESS_FEATURES: [&str; 6] = [
    "synchronization",
    "definition",
    "references",
    "documentHighlight",
    "hover",
    "rename",
];

impl ClientFeatures {
    /// Reads the capabilities of an `initialize` request, each by itself: one in a form that this server does not know counts as
    /// absent, and all others stay. The protocol's types are not used here, because with them one odd member makes all of them
    /// unreadable, and because reading every capability that there is takes more code than anything else the server does.
    pub(crate) fn read(capabilities: &Value) -> ClientFeatures {
        let said = Said(capabilities);
        let general = said.below("general");
        let window = said.below("window");
        let workspace = said.below("workspace");
        let edit = workspace.below("workspaceEdit");
        let text = said.below("textDocument");
        let completions = text.below("completion");
        let completion = completions.below("completionItem");
        let symbols = text.below("documentSymbol");
        let actions = text.below("codeAction");
        let pull = text.below("diagnostic");
        let push = text.below("publishDiagnostics");
        // Some clients say of the one feature how diagnostics are shown, some of the other.
        let shown = |name: &str| push.flag(name).or(pull.flag(name)) == Some(true);
        let tags = |of: Said<'_>| {
            let tags = of.below("tagSupport").below("valueSet");
            tags.is_there().then(|| tags.all())
        };
        let best = |kinds: Said<'_>| {
            let kinds: Vec<MarkupKind> = kinds.all();
            [MarkupKind::Markdown, MarkupKind::PlainText]
                .into_iter()
                .find(|kind| kinds.contains(kind))
        };
        ClientFeatures {
            encoding: encoding(&general.below("positionEncodings").all()),
            pulls_diagnostics: pull.is_there(),
            refreshes_diagnostics: workspace.below("diagnostics").has("refreshSupport"),
            related_information: shown("relatedInformation"),
            code_description: shown("codeDescriptionSupport"),
            diagnostic_tags: tags(pull).or_else(|| tags(push)).unwrap_or_default(),
            hover_markdown: best(text.below("hover").below("contentFormat"))
                == Some(MarkupKind::Markdown),
            completion_documentation: best(completion.below("documentationFormat")),
            snippets: completion.has("snippetSupport"),
            insert_replace: completion.has("insertReplaceSupport"),
            label_details: completion.has("labelDetailsSupport"),
            resolves_documentation: completion
                .below("resolveSupport")
                .below("properties")
                .contains("documentation"),
            commit_characters: completion.has("commitCharactersSupport"),
            completion_kinds: completions
                .below("completionItemKind")
                .below("valueSet")
                .all(),
            symbol_kinds: symbols.below("symbolKind").below("valueSet").all(),
            preselect: completion.has("preselectSupport"),
            completion_deprecated_tag: completion
                .below("tagSupport")
                .below("valueSet")
                .all()
                .contains(&CompletionItemTag::DEPRECATED),
            adjust_indentation: completion
                .below("insertTextModeSupport")
                .below("valueSet")
                .all()
                .contains(&InsertTextMode::AS_IS),
            trigger_suggest: has_command(said, TRIGGER_SUGGEST),
            show_references: has_command(said, SHOW_REFERENCES),
            configuration: workspace.has("configuration"),
            watches_files: workspace
                .below("didChangeWatchedFiles")
                .has("dynamicRegistration"),
            registers_configuration: workspace
                .below("didChangeConfiguration")
                .has("dynamicRegistration"),
            registers_for_processes: PROCESS_FEATURES
                .into_iter()
                .filter(|name| text.below(name).has("dynamicRegistration"))
                .collect(),
            symbol_tree: symbols.has("hierarchicalDocumentSymbolSupport"),
            definition_links: text.below("definition").has("linkSupport"),
            document_changes: edit.has("documentChanges"),
            creates_files: edit.below("resourceOperations").contains("create"),
            code_action_literals: actions.below("codeActionLiteralSupport").is_there(),
            preferred_actions: actions.has("isPreferredSupport"),
            link_tooltips: text.below("documentLink").has("tooltipSupport"),
            most_folds: text.below("foldingRange").below("rangeLimit").number(),
            refreshes_lenses: workspace.below("codeLens").has("refreshSupport"),
            refreshes_hints: workspace.below("inlayHint").has("refreshSupport"),
            prepares_rename: text.below("rename").has("prepareSupport"),
            work_done_progress: window.has("workDoneProgress"),
            shows_content: workspace.below("textDocumentContent").is_there(),
            registers: REGISTERED
                .into_iter()
                .filter(|feature| text.below(feature).has("dynamicRegistration"))
                .collect(),
            show_rendered: has_command(said, SHOW_RENDERED),
            open_reference: has_command(said, OPEN_REFERENCE),
        }
    }
}

/// What a client says of something; `null` when it says nothing.
#[derive(Clone, Copy)]
struct Said<'a>(&'a Value);

impl<'a> Said<'a> {
    fn below(self, name: &str) -> Said<'a> {
        Said(self.0.get(name).unwrap_or(&Value::Null))
    }

    fn is_there(self) -> bool {
        self.0.is_object() || self.0.is_array()
    }

    fn flag(self, name: &str) -> Option<bool> {
        self.below(name).0.as_bool()
    }

    fn has(self, name: &str) -> bool {
        self.flag(name) == Some(true)
    }

    fn number(self) -> Option<usize> {
        usize::try_from(self.0.as_u64()?).ok()
    }

    fn items(self) -> &'a [Value] {
        self.0.as_array().map_or(&[], Vec::as_slice)
    }

    /// The items of a list that are what is wanted.
    fn all<T: Deserialize<'a>>(self) -> Vec<T> {
        let items = self.items().iter();
        items.filter_map(|item| T::deserialize(item).ok()).collect()
    }

    fn contains(self, word: &str) -> bool {
        self.items().iter().any(|item| item == word)
    }
}

/// The command of an editor that asks for completions again.
pub(crate) const TRIGGER_SUGGEST: &str = "editor.action.triggerSuggest";

/// The command of a client that shows places as a list to go through: a URI, a position in it, and the places.
pub(crate) const SHOW_REFERENCES: &str = "nexflow.showReferences";

/// The command of a client that shows what Flink gets beside the text: the parameters of `nexflow/render`.
pub(crate) const SHOW_RENDERED: &str = "nexflow.showRendered";

/// The command of a client that shows what the reference says of a field: the parameters of `nexflow/explain`.
pub(crate) const OPEN_REFERENCE: &str = "nexflow.openReference";

/// The features that views have, by the names of their requests.
pub(crate) const REGISTERED: [&str; 3] = ["definition", "documentLink", "foldingRange"];

/// Whether the client says that it runs a command of its own when an answer names it. The protocol has no words for that; see
/// `docs/protocol-extensions.md`.
fn has_command(said: Said<'_>, command: &str) -> bool {
    let commands = said
        .below("experimental")
        .below("nexflow")
        .below("commands");
    commands.contains(command)
}

/// The first encoding in the client's order of preference; UTF-16, which every client knows, when it names none.
fn encoding(offered: &[PositionEncodingKind]) -> Encoding {
    offered.iter().find_map(known).unwrap_or_default()
}

fn known(kind: &PositionEncodingKind) -> Option<Encoding> {
    [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32]
        .into_iter()
        .find(|encoding| encoding.kind() == *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_capability_in_an_unknown_form_costs_itself_and_nothing_else() {
        let features = ClientFeatures::read(&json!({
            "general": {"positionEncodings": [7, "utf-8"]},
            "workspace": 3,
            "textDocument": {
                "hover": {"contentFormat": ["html", "markdown"]},
                "completion": {"completionItem": {"snippetSupport": "yes", "preselectSupport": true}},
                "publishDiagnostics": {"tagSupport": true, "relatedInformation": true},
                "foldingRange": {"rangeLimit": -1},
            },
        }));
        assert_eq!(features.encoding, Encoding::Utf8);
        assert!(features.hover_markdown && features.preselect && features.related_information);
        assert!(!features.snippets && !features.configuration);
        assert!(features.diagnostic_tags.is_empty());
        assert_eq!(features.most_folds, None);
    }

    #[test]
    fn who_says_nothing_can_do_nothing_beyond_the_first_version() {
        let features = ClientFeatures::read(&Value::Null);
        assert_eq!(features.encoding, Encoding::Utf16);
        assert!(!features.pulls_diagnostics && !features.symbol_tree);
    }
}
