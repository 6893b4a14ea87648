//! One client's session: what each message does, in the order in which they arrive.
//!
//! Whatever changes state does so before its first `await`, see [`crate::transport`]. A question waits until everything
//! that arrived before it is in the picture, then is answered on another thread.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::request::{GotoTypeDefinitionParams, GotoTypeDefinitionResponse};
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{Client, LanguageServer};

use crate::abilities::{self, Abilities};
use crate::analysis::{self, Analysis};
use crate::documents;
use crate::handlers::commands::{self, Command};
use crate::handlers::navigate::Declaration;
use crate::handlers::tokens::Given;
use crate::handlers::{actions, complete, diagnostics, hints, hover, navigate, structure, symbols, tokens};
use crate::log::Log;
use crate::publish::{self, Notice, Publisher};
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::snapshot::{Doc, Snapshot, View};

/// How often it is looked whether the client still lives.
const PULSE: Duration = Duration::from_secs(3);

/// The session.
pub(crate) struct Session {
    client: Client,
    log: Log,
    analysis: Arc<Analysis>,
    abilities: OnceLock<Arc<Abilities>>,
    /// The client is ready to hear.
    is_ready: Arc<AtomicBool>,
    given: Given,
    /// What clients that ask for diagnostics are given.
    shelf: Arc<Mutex<Shelf>>,
    /// What is said unasked, until somebody listens.
    notices: mpsc::UnboundedSender<Notice>,
    unheard: Mutex<Option<mpsc::UnboundedReceiver<Notice>>>,
    /// Tells that the client died.
    gone: Mutex<Option<oneshot::Sender<()>>>,
}

/// A document's text as the server has it, for tests and reports of trouble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentText {
    version: Option<i32>,
    text: String,
}

impl Session {
    pub(crate) fn new(client: Client, log: Log, gone: oneshot::Sender<()>) -> Session {
        let (notices, unheard) = mpsc::unbounded_channel();
        Session {
            client,
            log,
            analysis: Arc::new(Analysis::new()),
            abilities: OnceLock::new(),
            is_ready: Arc::default(),
            given: Given::default(),
            shelf: Arc::default(),
            notices,
            unheard: Mutex::new(Some(unheard)),
            gone: Mutex::new(Some(gone)),
        }
    }

    /// What the client can do. The library refuses requests before `initialize`.
    fn abilities(&self) -> Arc<Abilities> {
        self.abilities.get().cloned().unwrap_or_default()
    }

    /// Starts what works beside the handlers.
    fn start(&self, abilities: &Arc<Abilities>) -> Result<()> {
        let unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(unheard) = unheard {
            tokio::spawn(publish::speak(
                self.client.clone(),
                Arc::clone(abilities),
                unheard,
            ));
        }
        if abilities.progress {
            tokio::spawn(publish::show_progress(
                self.client.clone(),
                self.analysis.opening(),
            ));
        }
        let mut publisher = Publisher::new(
            Arc::clone(abilities),
            self.notices.clone(),
            Arc::clone(&self.is_ready),
        );
        let (analysis, log) = (Arc::clone(&self.analysis), self.log.clone());
        let thread = std::thread::Builder::new().name("analysis".to_owned());
        let started = thread.spawn(move || analysis::run(&analysis, &mut publisher, &log));
        started.map(drop).map_err(|error| {
            self.log.error(format!("no thread can be started: {error}"));
            Error::internal_error()
        })
    }

    /// Ends the session when the client dies without a word.
    fn watch_parent(&self, process: u32) {
        let gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A client in another container has a number that means nothing here.
        let (Some(gone), true) = (gone, lives(process)) else {
            return;
        };
        tokio::spawn(async move {
            while lives(process) {
                tokio::time::sleep(PULSE).await;
            }
            // The receiver is gone when the session has ended anyway.
            let _ = gone.send(());
        });
    }

    fn read_settings(&self, value: &Value) {
        match Settings::read(value) {
            Ok(settings) => {
                if self.analysis.set_settings(settings) && self.is_ready.load(Ordering::Acquire) {
                    // Hints and lenses may have been turned on or off.
                    let _ = self.notices.send(Notice::Refresh);
                }
            }
            Err(message) => self.log.warning(format!("settings are not obeyed: {message}")),
        }
    }

    /// Answers a question about a document: waits until the picture holds all that came before it, then works on another
    /// thread. A question about a text that was edited meanwhile has no answer.
    async fn ask<T, F>(&self, uri: &Uri, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&View, &Doc) -> Result<T> + Send + 'static,
    {
        let path = self.analysis.documents.path(uri);
        let version = self.analysis.documents.version(&path);
        let epoch = self.analysis.epoch();
        let snapshot = self.analysis.caught_up(epoch).await;
        let known = snapshot.opened.get(&path).map(|opened| opened.version);
        if known != version {
            return Err(Error::new(ErrorCode::ContentModified));
        }
        self.work(snapshot, move |view| work(view, &view.doc(path)?))
            .await
    }

    /// Answers a question about everything.
    async fn ask_all<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T> + Send + 'static,
    {
        let epoch = self.analysis.epoch();
        let snapshot = self.analysis.caught_up(epoch).await;
        self.work(snapshot, work).await
    }

    async fn work<T, F>(&self, snapshot: Arc<Snapshot>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T> + Send + 'static,
    {
        let abilities = self.abilities();
        let answer = tokio::task::spawn_blocking(move || work(&View::new(snapshot, abilities))).await;
        answer.unwrap_or_else(|error| {
            // What it said is in the panic hook's line.
            self.log.error(format!("a request failed: {error}"));
            Err(Error::internal_error())
        })
    }

    /// A question whose answer is for the place of a cursor.
    async fn ask_at<T, F>(&self, at: TextDocumentPositionParams, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&View, &Doc, Position) -> Result<T> + Send + 'static,
    {
        let position = at.position;
        self.ask(&at.text_document.uri, move |view, doc| work(view, doc, position))
            .await
    }

    /// Asks the client for its settings.
    async fn fetch_settings(&self) {
        let item = ConfigurationItem {
            scope_uri: None,
            section: Some("confiture".to_owned()),
        };
        match self.client.configuration(vec![item]).await {
            Ok(values) => {
                if let Some(value) = values.first().filter(|value| !value.is_null()) {
                    self.read_settings(value);
                }
            }
            Err(error) => self.log.warning(format!("settings can't be read: {error}")),
        }
    }

    /// Shows a sentence; what the client does with it is its business.
    async fn show(&self, message: String) {
        self.client.show_message(MessageType::INFO, message).await;
    }

    async fn open_page(&self, uri: Uri) {
        let is_shown = self.abilities().shows_documents && {
            let params = ShowDocumentParams {
                uri: uri.clone(),
                external: Some(true),
                take_focus: None,
                selection: None,
            };
            self.client.show_document(params).await.unwrap_or(false)
        };
        if !is_shown {
            self.show(uri.to_string()).await;
        }
    }

    /// The text of a document as the server has it.
    pub(crate) async fn text(&self, params: TextDocumentIdentifier) -> Result<DocumentText> {
        self.ask(&params.uri, |view, doc| {
            Ok(DocumentText {
                version: view.version(&doc.path),
                text: view
                    .text(&doc.path)
                    .map(|text| text.to_string())
                    .unwrap_or_default(),
            })
        })
        .await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.analysis.end();
    }
}

#[cfg(unix)]
fn lives(process: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // One that belongs to somebody else lives too.
    process.is_some_and(|process| test_kill_process(process) != Err(rustix::io::Errno::SRCH))
}

/// Where there is no cheap way to look, the end of the input tells.
#[cfg(not(unix))]
fn lives(_process: u32) -> bool {
    false
}

fn folder(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().as_str().eq_ignore_ascii_case("file");
    let path = is_file.then(|| uri.to_file_path()).flatten()?;
    Some(documents::plain(&path))
}

/// The folders of a session, by whatever way the client names them.
#[allow(deprecated, reason = "older clients name one root")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(named) = &params.workspace_folders {
        return named.iter().filter_map(|named| folder(&named.uri)).collect();
    }
    let by_uri = params.root_uri.as_ref().and_then(folder);
    let by_path = params.root_path.as_ref().map(PathBuf::from);
    by_uri.or(by_path).into_iter().collect()
}

impl LanguageServer for Session {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Arc::new(Abilities::new(&params.capabilities));
        let capabilities = abilities::offered(&abilities);
        if self.abilities.set(Arc::clone(&abilities)).is_err() {
            return Err(Error::invalid_request());
        }
        if let Some(options) = &params.initialization_options {
            self.read_settings(options);
        }
        self.analysis.set_folders(|known| *known = folders(&params));
        if let Some(process) = params.process_id {
            self.watch_parent(process);
        }
        self.start(&abilities)?;
        Ok(InitializeResult {
            capabilities,
            server_info: Some(ServerInfo {
                name: "confiture".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.is_ready.store(true, Ordering::Release);
        self.analysis.touch([]);
        let abilities = self.abilities();
        let mut registrations = Vec::new();
        if abilities.watches_files {
            registrations.push(abilities::watching());
        }
        if abilities.registers_configuration {
            registrations.push(abilities::configuring());
        }
        if !registrations.is_empty()
            && let Err(error) = self.client.register_capability(registrations).await
        {
            self.log.warning(format!("changes won't be noticed: {error}"));
        }
        if abilities.configuration {
            self.fetch_settings().await;
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let path = self.analysis.documents.open(params.text_document);
        self.analysis.touch([path]);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let VersionedTextDocumentIdentifier { uri, version } = params.text_document;
        let path = self.analysis.documents.path(&uri);
        let encoding = self.abilities().encoding;
        if self
            .analysis
            .documents
            .change(&path, version, params.content_changes, encoding)
        {
            self.analysis.touch([path]);
        } else {
            self.log
                .warning(format!("edited without having been opened: {}", uri.as_str()));
        }
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {}

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let path = self.analysis.documents.path(&params.text_document.uri);
        if self.analysis.documents.close(&path) {
            self.given.forget(&path);
            self.analysis.touch([path]);
        } else {
            let uri = params.text_document.uri;
            self.log
                .warning(format!("closed without having been opened: {}", uri.as_str()));
        }
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let mut written = Vec::new();
        let mut is_restructured = false;
        for event in params.changes {
            let Some(path) = folder(&event.uri) else { continue };
            // An open document's text is the client's, whatever is on disk.
            let is_open = self.analysis.documents.version(&path).is_some();
            if event.typ != FileChangeType::CHANGED {
                is_restructured |= !is_open || event.typ == FileChangeType::DELETED;
            } else if !is_open {
                written.push(path);
            }
        }
        if is_restructured {
            self.analysis.restructure();
        } else if !written.is_empty() {
            self.analysis.write(written);
        }
    }

    async fn did_create_files(&self, _: CreateFilesParams) {
        self.analysis.restructure();
    }

    async fn did_rename_files(&self, _: RenameFilesParams) {
        self.analysis.restructure();
    }

    async fn did_delete_files(&self, _: DeleteFilesParams) {
        self.analysis.restructure();
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if self.abilities().configuration {
            self.fetch_settings().await;
        } else {
            self.read_settings(&params.settings);
        }
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
            folders.iter().filter_map(|named| folder(&named.uri)).collect()
        };
        let (added, removed) = (paths(&params.event.added), paths(&params.event.removed));
        self.analysis.set_folders(|folders| {
            folders.retain(|known| !removed.contains(known));
            let new: Vec<PathBuf> = added.into_iter().filter(|one| !folders.contains(one)).collect();
            folders.extend(new);
        });
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask_at(params.text_document_position_params, hover::hover)
            .await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let list = self
            .ask_at(params.text_document_position, complete::completion)
            .await?;
        Ok(Some(CompletionResponse::List(list)))
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        self.ask_at(params.text_document_position_params, complete::signature_help)
            .await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.ask_at(params.text_document_position_params, navigate::definition)
            .await
    }

    async fn goto_type_definition(
        &self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>> {
        self.ask_at(params.text_document_position_params, navigate::type_definition)
            .await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let declaration = match params.context.include_declaration {
            true => Declaration::Included,
            false => Declaration::LeftOut,
        };
        self.ask_at(params.text_document_position, move |view, doc, position| {
            navigate::references(view, doc, position, declaration)
        })
        .await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        self.ask_at(params.text_document_position_params, navigate::highlights)
            .await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        self.ask_at(params, navigate::prepare_rename).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let name = params.new_name;
        self.ask_at(params.text_document_position, move |view, doc, position| {
            navigate::rename(view, doc, position, &name)
        })
        .await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        self.ask_at(params.text_document_position_params, navigate::prepare_calls)
            .await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let item = params.item;
        self.ask(&item.uri.clone(), move |view, doc| {
            navigate::incoming(view, doc, &item)
        })
        .await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let item = params.item;
        self.ask(&item.uri.clone(), move |view, doc| {
            navigate::outgoing(view, doc, &item)
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(&params.text_document.uri, symbols::document).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found = self
            .ask_all(move |view| Ok(symbols::workspace(view, &params.query)))
            .await?;
        Ok(Some(WorkspaceSymbolResponse::Nested(found)))
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        let folds = self.ask(&params.text_document.uri, |view, doc| {
            Ok(structure::folds(view, doc))
        });
        folds.await.map(Some)
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        let grown = self.ask(&params.text_document.uri, move |view, doc| {
            structure::selections(view, doc, &positions)
        });
        grown.await.map(Some)
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let links = self.ask(&params.text_document.uri, |view, doc| {
            Ok(structure::links(view, doc))
        });
        links.await.map(Some)
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        let (path, data) = self.ask(&params.text_document.uri, all_tokens).await?;
        Ok(Some(self.given.full(path, data).into()))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let (path, data) = self.ask(&params.text_document.uri, all_tokens).await?;
        Ok(Some(self.given.delta(path, &params.previous_result_id, data)))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let range = params.range;
        let data = self
            .ask(&params.text_document.uri, move |view, doc| {
                Ok(tokens::tokens(view, doc, doc.bytes(range)))
            })
            .await?;
        let result_id = None;
        Ok(Some(SemanticTokens { result_id, data }.into()))
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let range = params.range;
        let hints = self.ask(&params.text_document.uri, move |view, doc| {
            Ok(hints::inlay_hints(view, doc, doc.bytes(range)))
        });
        hints.await.map(Some)
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let lenses = self.ask(&params.text_document.uri, |view, doc| {
            Ok(hints::lenses(view, doc))
        });
        lenses.await.map(Some)
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let (range, context) = (params.range, params.context);
        let found = self.ask(&params.text_document.uri, move |view, doc| {
            Ok(actions::actions(view, doc, range, &context))
        });
        found.await.map(Some)
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let Some(unresolved) = actions::later(&action)? else {
            return Ok(action);
        };
        self.ask(&unresolved.uri.clone(), move |view, doc| {
            actions::resolve(view, doc, &unresolved, action)
        })
        .await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        match Command::read(&params)? {
            Command::Preview(uri) => {
                let preview = self.ask(&uri, |view, doc| commands::preview(view, &doc.path));
                preview.await.map(|markdown| Some(markdown.into()))
            }
            Command::DryRun(uri) => {
                let answer = self.ask(&uri, |view, _| {
                    Ok(commands::no_dry_run(view.settings().environment()))
                });
                let message = answer.await?;
                self.show(message.clone()).await;
                Ok(Some(message.into()))
            }
            Command::OpenPage(uri) => {
                self.open_page(uri).await;
                Ok(None)
            }
            Command::Reload => {
                self.analysis.restructure();
                Ok(None)
            }
        }
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let earlier = params.previous_result_id;
        let shelf = Arc::clone(&self.shelf);
        let report = self.ask(&params.text_document.uri, move |view, doc| {
            let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(diagnostics::report(&mut shelf, view, doc, earlier.as_deref()))
        });
        match report.await {
            Ok(report) => Ok(DocumentDiagnosticReportResult::Report(report)),
            Err(error) if error.code == ErrorCode::ContentModified => Err(ask_again()),
            Err(error) => Err(error),
        }
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let earlier = params.previous_result_ids;
        let shelf = Arc::clone(&self.shelf);
        let report = self.ask_all(move |view| {
            let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(diagnostics::workspace_report(&mut shelf, view, &earlier))
        });
        report.await.map(WorkspaceDiagnosticReportResult::Report)
    }
}

fn all_tokens(view: &View, doc: &Doc) -> Result<(PathBuf, Vec<SemanticToken>)> {
    Ok((doc.path.clone(), tokens::tokens(view, doc, 0..usize::MAX)))
}

/// `ServerCancelled` of the protocol: the text has changed, and the same question may be asked again.
fn ask_again() -> Error {
    let mut error = Error::new(ErrorCode::ServerError(-32802));
    error.message = "the document was edited meanwhile".into();
    error.data = serde_json::to_value(DiagnosticServerCancellationData::default()).ok();
    error
}
