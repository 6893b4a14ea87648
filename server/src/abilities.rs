//! What the client can do, and what it is told that we can.

use serde_json::Value;
use tower_lsp_server::ls_types::*;

use crate::position::Encoding;

/// What the client can do, as far as answers depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one line of the protocol")]
pub(crate) struct Abilities {
    pub(crate) encoding: Encoding,
    /// It asks for diagnostics instead of being sent them.
    pub(crate) pulls_diagnostics: bool,
    pub(crate) related_information: bool,
    pub(crate) diagnostic_tags: bool,
    pub(crate) code_descriptions: bool,
    pub(crate) hover_markdown: bool,
    pub(crate) completion_markdown: bool,
    pub(crate) signature_markdown: bool,
    pub(crate) label_offsets: bool,
    pub(crate) snippets: bool,
    pub(crate) nested_symbols: bool,
    pub(crate) definition_links: bool,
    pub(crate) type_definition_links: bool,
    pub(crate) action_literals: bool,
    /// Edits of actions may be asked for later.
    pub(crate) action_resolve: bool,
    pub(crate) preferred_actions: bool,
    pub(crate) document_changes: bool,
    pub(crate) creates_files: bool,
    pub(crate) whole_line_folds: bool,
    pub(crate) progress: bool,
    pub(crate) configuration: bool,
    /// It tells of changed settings whoever registers for them.
    pub(crate) registers_configuration: bool,
    pub(crate) watches_files: bool,
    pub(crate) shows_documents: bool,
    pub(crate) refreshes_diagnostics: bool,
    pub(crate) refreshes_inlay_hints: bool,
    pub(crate) refreshes_lenses: bool,
    pub(crate) refreshes_tokens: bool,
}

fn yes(value: Option<bool>) -> bool {
    value == Some(true)
}

fn takes_markdown(formats: Option<&Vec<MarkupKind>>) -> bool {
    formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown))
}

impl Abilities {
    pub(crate) fn new(client: &ClientCapabilities) -> Abilities {
        let mut abilities = Abilities::default();
        let general = client.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        abilities.encoding = Encoding::negotiate(offered);
        if let Some(text) = &client.text_document {
            abilities.read_text(text);
            abilities.read_names(text);
        }
        if let Some(workspace) = &client.workspace {
            abilities.read_workspace(workspace);
        }
        if let Some(window) = &client.window {
            abilities.progress = yes(window.work_done_progress);
            abilities.shows_documents = window.show_document.as_ref().is_some_and(|show| show.support);
        }
        abilities
    }

    /// What it does with diagnostics, hovers, completions and signatures.
    fn read_text(&mut self, text: &TextDocumentClientCapabilities) {
        self.pulls_diagnostics = text.diagnostic.is_some();
        if let Some(publish) = &text.publish_diagnostics {
            self.related_information = yes(publish.related_information);
            self.diagnostic_tags = publish.tag_support.is_some();
            self.code_descriptions = yes(publish.code_description_support);
        }
        if let Some(pull) = &text.diagnostic {
            self.related_information |= yes(pull.related_information);
            self.diagnostic_tags |= pull.tag_support.is_some();
            self.code_descriptions |= yes(pull.code_description_support);
        }
        let hover = text.hover.as_ref();
        self.hover_markdown = takes_markdown(hover.and_then(|hover| hover.content_format.as_ref()));
        let item = text
            .completion
            .as_ref()
            .and_then(|completion| completion.completion_item.as_ref());
        if let Some(item) = item {
            self.snippets = yes(item.snippet_support);
            self.completion_markdown = takes_markdown(item.documentation_format.as_ref());
        }
        let signature = text
            .signature_help
            .as_ref()
            .and_then(|help| help.signature_information.as_ref());
        if let Some(signature) = signature {
            self.signature_markdown = takes_markdown(signature.documentation_format.as_ref());
            let parameters = signature.parameter_information.as_ref();
            self.label_offsets = parameters.is_some_and(|parameters| yes(parameters.label_offset_support));
        }
    }

    /// What it does with symbols, definitions, actions and folds.
    fn read_names(&mut self, text: &TextDocumentClientCapabilities) {
        let symbols = text.document_symbol.as_ref();
        self.nested_symbols =
            symbols.is_some_and(|symbols| yes(symbols.hierarchical_document_symbol_support));
        let links = |go: Option<&GotoCapability>| go.is_some_and(|go| yes(go.link_support));
        self.definition_links = links(text.definition.as_ref());
        self.type_definition_links = links(text.type_definition.as_ref());
        if let Some(action) = &text.code_action {
            self.action_literals = action.code_action_literal_support.is_some();
            self.preferred_actions = yes(action.is_preferred_support);
            let resolve = action.resolve_support.as_ref();
            let resolves_edits =
                resolve.is_some_and(|resolve| resolve.properties.iter().any(|name| name == "edit"));
            self.action_resolve = resolves_edits && yes(action.data_support);
        }
        let folding = text.folding_range.as_ref();
        self.whole_line_folds = folding.is_some_and(|folding| yes(folding.line_folding_only));
    }

    fn read_workspace(&mut self, workspace: &WorkspaceClientCapabilities) {
        self.configuration = yes(workspace.configuration);
        let settings = workspace.did_change_configuration.as_ref();
        self.registers_configuration = settings.is_some_and(|settings| yes(settings.dynamic_registration));
        if let Some(edit) = &workspace.workspace_edit {
            self.document_changes = yes(edit.document_changes);
            let operations = edit.resource_operations.as_ref();
            self.creates_files = self.document_changes
                && operations.is_some_and(|kinds| kinds.contains(&ResourceOperationKind::Create));
        }
        let watched = workspace.did_change_watched_files.as_ref();
        self.watches_files = watched.is_some_and(|watched| yes(watched.dynamic_registration));
        let diagnostics = workspace.diagnostics.as_ref();
        self.refreshes_diagnostics = diagnostics.is_some_and(|some| yes(some.refresh_support));
        let hints = workspace.inlay_hint.as_ref();
        self.refreshes_inlay_hints = hints.is_some_and(|some| yes(some.refresh_support));
        let lenses = workspace.code_lens.as_ref();
        self.refreshes_lenses = lenses.is_some_and(|some| yes(some.refresh_support));
        let tokens = workspace.semantic_tokens.as_ref();
        self.refreshes_tokens = tokens.is_some_and(|some| yes(some.refresh_support));
    }
}

/// The commands that [`crate::handlers::commands`] carries out.
pub(crate) const COMMANDS: [&str; 4] = [
    "confiture.preview",
    "confiture.dryRun",
    "confiture.openPage",
    "confiture.reload",
];

/// The files that matter, as a glob of the protocol.
pub(crate) const WATCHED: &str = "**/*.{sql,psql,pgsql,yaml,yml,json}";

/// What we can do for such a client.
pub(crate) fn offered(abilities: &Abilities) -> ServerCapabilities {
    let progress = WorkDoneProgressOptions::default();
    ServerCapabilities {
        position_encoding: Some(abilities.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![".".to_owned(), "\"".to_owned(), "'".to_owned()]),
            ..CompletionOptions::default()
        }),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            retrigger_characters: Some(vec![")".to_owned()]),
            work_done_progress_options: progress,
        }),
        definition_provider: Some(OneOf::Left(true)),
        type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![
                CodeActionKind::QUICKFIX,
                CodeActionKind::REFACTOR,
                CodeActionKind::REFACTOR_REWRITE,
                CodeActionKind::SOURCE,
                CodeActionKind::SOURCE_FIX_ALL,
            ]),
            resolve_provider: Some(true),
            work_done_progress_options: progress,
        })),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: progress,
        })),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: progress,
        }),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS.map(str::to_owned).to_vec(),
            work_done_progress_options: progress,
        }),
        semantic_tokens_provider: Some(crate::handlers::tokens::offered().into()),
        diagnostic_provider: abilities.pulls_diagnostics.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("confiture".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                work_done_progress_options: progress,
            })
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(file_operations()),
        }),
        ..ServerCapabilities::default()
    }
}

/// That somebody made, moved or removed files is worth knowing even before they are watched.
fn file_operations() -> WorkspaceFileOperationsServerCapabilities {
    let filter = |glob: &str, matches| FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern {
            glob: glob.to_owned(),
            matches: Some(matches),
            options: None,
        },
    };
    let options = FileOperationRegistrationOptions {
        filters: vec![
            filter(WATCHED, FileOperationPatternKind::File),
            filter("**", FileOperationPatternKind::Folder),
        ],
    };
    WorkspaceFileOperationsServerCapabilities {
        did_create: Some(options.clone()),
        did_rename: Some(options.clone()),
        did_delete: Some(options),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

/// That we want to be told when files change.
pub(crate) fn watching() -> Registration {
    let kinds = WatchKind::Create | WatchKind::Change | WatchKind::Delete;
    let watchers = [WATCHED, "**/confiture-migrations"].map(|glob| FileSystemWatcher {
        glob_pattern: GlobPattern::String(glob.to_owned()),
        kind: Some(kinds),
    });
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: watchers.to_vec(),
    };
    Registration {
        id: "confiture-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}

/// That we want to be told when settings change.
pub(crate) fn configuring() -> Registration {
    Registration {
        id: "confiture-settings".to_owned(),
        method: "workspace/didChangeConfiguration".to_owned(),
        register_options: Some(Value::Object(
            [("section".to_owned(), "confiture".into())].into_iter().collect(),
        )),
    }
}
