//! What the client can do, read once.

use tower_lsp_server::ls_types::{
    ClientCapabilities, CompletionItemKind, CompletionItemTag, DiagnosticTag, InsertTextMode,
    MarkupKind, PositionEncodingKind, ResourceOperationKind, SymbolKind,
};

use super::convert::Encoding;

/// The client's capabilities as far as the server acts on them.
#[derive(Clone, Debug, Default)]
pub struct ClientFeatures {
    /// What columns count, as agreed.
    pub encoding: Encoding,
    /// The client asks for diagnostics by itself, so none are pushed.
    pub pulls_diagnostics: bool,
    /// Can be told to ask for diagnostics again.
    pub refreshes_diagnostics: bool,
    /// Shows the second places of a diagnostic.
    pub related_information: bool,
    /// Shows a diagnostic's code as a link.
    pub code_description: bool,
    /// Tags of diagnostics that it shows.
    pub diagnostic_tags: Vec<DiagnosticTag>,
    /// Hovers may be Markdown.
    pub hover_markdown: bool,
    /// The form of documentation of completions; `None` for clients that know nothing but plain strings.
    pub completion_documentation: Option<MarkupKind>,
    /// Completions may be snippets.
    pub snippets: bool,
    /// Completions may say what is inserted and what is replaced.
    pub insert_replace: bool,
    /// Completions may have details beside their labels.
    pub label_details: bool,
    /// The words about a completion may come when they are read.
    pub resolves_documentation: bool,
    /// Completions may say which letters accept them.
    pub commit_characters: bool,
    /// Kinds of completions beside those of the protocol's first version.
    pub completion_kinds: Vec<CompletionItemKind>,
    /// Kinds of symbols beside those of the protocol's first version.
    pub symbol_kinds: Vec<SymbolKind>,
    /// Completions may be preselected.
    pub preselect: bool,
    /// Completions may be tagged as deprecated.
    pub completion_deprecated_tag: bool,
    /// Knows that an insertion is meant as it is.
    pub adjust_indentation: bool,
    /// Has a command that asks for completions again, under the name that VS Code gave it.
    pub trigger_suggest: bool,
    /// Has a command that lists the places to which a code lens leads.
    pub show_references: bool,
    /// Answers `workspace/configuration`.
    pub configuration: bool,
    /// Watches files for the server.
    pub watches_files: bool,
    /// Wants to be asked to report changed configuration.
    pub registers_configuration: bool,
    /// Shows the outline as a tree.
    pub symbol_tree: bool,
    /// Follows definitions that say how much of the text is the link.
    pub definition_links: bool,
    /// Takes edits of several documents with their versions.
    pub document_changes: bool,
    /// Makes files as part of an edit.
    pub creates_files: bool,
    /// Takes code actions, not commands alone.
    pub code_action_literals: bool,
    /// Shows which code action is the most likely one.
    pub preferred_actions: bool,
    /// Shows words about a link.
    pub link_tooltips: bool,
    /// Most places to fold that it takes.
    pub most_folds: Option<usize>,
    /// Can be told to ask for code lenses again.
    pub refreshes_lenses: bool,
    /// Can be told to ask for the remarks inside the text again.
    pub refreshes_hints: bool,
    /// Knows that a rename can be refused before a name is asked for.
    pub prepares_rename: bool,
    /// Shows progress that the server begins.
    pub work_done_progress: bool,
}

impl ClientFeatures {
    /// Reads the capabilities of an `initialize` request.
    pub fn read(capabilities: &ClientCapabilities) -> ClientFeatures {
        let text = capabilities.text_document.clone().unwrap_or_default();
        let workspace = capabilities.workspace.clone().unwrap_or_default();
        let edit = workspace.workspace_edit.clone().unwrap_or_default();
        let window = capabilities.window.clone().unwrap_or_default();
        let completions = text.completion.unwrap_or_default();
        let completion = completions.completion_item.unwrap_or_default();
        let symbols = text.document_symbol.unwrap_or_default();
        let actions = text.code_action.unwrap_or_default();
        let pull = text.diagnostic;
        let push = text.publish_diagnostics.unwrap_or_default();
        let best = |kinds: Option<Vec<MarkupKind>>| {
            let kinds = kinds.unwrap_or_default();
            [MarkupKind::Markdown, MarkupKind::PlainText]
                .into_iter()
                .find(|kind| kinds.contains(kind))
        };
        let pulled = pull.clone().unwrap_or_default();
        // Some clients name the tags with the one feature, some with the other.
        let pulled_tags = pulled.tag_support.as_ref().and_then(|tags| {
            // The types keep this field to themselves.
            let tags = serde_json::to_value(tags).ok()?;
            serde_json::from_value(tags.get("valueSet")?.clone()).ok()
        });
        let tags = pulled_tags
            .or(push.tag_support.map(|tags| tags.value_set))
            .unwrap_or_default();
        ClientFeatures {
            encoding: encoding(capabilities),
            pulls_diagnostics: pull.is_some(),
            refreshes_diagnostics: workspace
                .diagnostics
                .and_then(|d| d.refresh_support)
                .unwrap_or(false),
            related_information: push
                .related_information
                .or(pulled.related_information)
                .unwrap_or(false),
            code_description: push
                .code_description_support
                .or(pulled.code_description_support)
                .unwrap_or(false),
            diagnostic_tags: tags,
            hover_markdown: best(text.hover.unwrap_or_default().content_format)
                == Some(MarkupKind::Markdown),
            completion_documentation: best(completion.documentation_format),
            snippets: completion.snippet_support.unwrap_or(false),
            insert_replace: completion.insert_replace_support.unwrap_or(false),
            label_details: completion.label_details_support.unwrap_or(false),
            resolves_documentation: completion
                .resolve_support
                .is_some_and(|lazy| lazy.properties.iter().any(|name| name == "documentation")),
            commit_characters: completion.commit_characters_support.unwrap_or(false),
            completion_kinds: completions
                .completion_item_kind
                .and_then(|kinds| kinds.value_set)
                .unwrap_or_default(),
            symbol_kinds: symbols
                .symbol_kind
                .and_then(|kinds| kinds.value_set)
                .unwrap_or_default(),
            preselect: completion.preselect_support.unwrap_or(false),
            completion_deprecated_tag: completion
                .tag_support
                .is_some_and(|tags| tags.value_set.contains(&CompletionItemTag::DEPRECATED)),
            adjust_indentation: completion
                .insert_text_mode_support
                .is_some_and(|modes| modes.value_set.contains(&InsertTextMode::AS_IS)),
            trigger_suggest: has_command(capabilities, TRIGGER_SUGGEST),
            show_references: has_command(capabilities, SHOW_REFERENCES),
            configuration: workspace.configuration.unwrap_or(false),
            watches_files: workspace
                .did_change_watched_files
                .and_then(|watch| watch.dynamic_registration)
                .unwrap_or(false),
            registers_configuration: workspace
                .did_change_configuration
                .and_then(|change| change.dynamic_registration)
                .unwrap_or(false),
            symbol_tree: symbols
                .hierarchical_document_symbol_support
                .unwrap_or(false),
            definition_links: text
                .definition
                .and_then(|definition| definition.link_support)
                .unwrap_or(false),
            document_changes: edit.document_changes.unwrap_or(false),
            creates_files: edit
                .resource_operations
                .is_some_and(|operations| operations.contains(&ResourceOperationKind::Create)),
            code_action_literals: actions.code_action_literal_support.is_some(),
            preferred_actions: actions.is_preferred_support.unwrap_or(false),
            link_tooltips: text
                .document_link
                .and_then(|link| link.tooltip_support)
                .unwrap_or(false),
            most_folds: text
                .folding_range
                .and_then(|folding| folding.range_limit)
                .map(|most| most as usize),
            refreshes_lenses: workspace
                .code_lens
                .and_then(|lens| lens.refresh_support)
                .unwrap_or(false),
            refreshes_hints: workspace
                .inlay_hint
                .and_then(|hint| hint.refresh_support)
                .unwrap_or(false),
            prepares_rename: text
                .rename
                .and_then(|rename| rename.prepare_support)
                .unwrap_or(false),
            work_done_progress: window.work_done_progress.unwrap_or(false),
        }
    }
}

/// The command of an editor that asks for completions again.
pub const TRIGGER_SUGGEST: &str = "editor.action.triggerSuggest";

/// The command of a client that shows places as a list to go through: a URI, a position in it, and the places.
pub const SHOW_REFERENCES: &str = "nexflow.showReferences";

/// Whether the client says that it runs a command of its own when an answer names it. The protocol has no words for that; see
/// `docs/protocol-extensions.md`.
fn has_command(capabilities: &ClientCapabilities, command: &str) -> bool {
    capabilities
        .experimental
        .as_ref()
        .and_then(|experimental| experimental.pointer("/nexflow/commands")?.as_array())
        .is_some_and(|commands| commands.iter().any(|known| known == command))
}

/// The first encoding in the client's order of preference; UTF-16, which every client knows, when it names none.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let offered = capabilities
        .general
        .as_ref()
        .and_then(|general| general.position_encodings.as_deref());
    offered
        .unwrap_or_default()
        .iter()
        .find_map(known)
        .unwrap_or_default()
}

fn known(kind: &PositionEncodingKind) -> Option<Encoding> {
    [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32]
        .into_iter()
        .find(|encoding| encoding.kind() == *kind)
}
