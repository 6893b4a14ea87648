//! What the server says unasked: diagnostics, that answers should be asked for again, progress, its log.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{MessageType, ProgressToken, PublishDiagnosticsParams, Uri};

use crate::abilities::Abilities;
use crate::analysis::{Analysis, Audience};
use crate::shelf::Shelf;
use crate::snapshot::{Snapshot, View};

/// How long reading takes before anybody is told that it goes on.
const PATIENCE: Duration = Duration::from_millis(150);

/// What is to be said.
#[derive(Debug)]
pub(crate) enum Notice {
    Diagnostics(PublishDiagnosticsParams),
    /// Answers that were given may be others now.
    Refresh,
}

/// Says what is wrong after each picture; nothing that was said already.
pub(crate) struct Publisher {
    abilities: Arc<Abilities>,
    notices: mpsc::UnboundedSender<Notice>,
    /// The client is ready to hear.
    is_ready: Arc<AtomicBool>,
    shelf: Shelf,
    /// The addresses under which something was said last of each file.
    addresses: HashMap<PathBuf, Uri>,
    /// The stirrings that were seen.
    stirrings: u64,
}

impl Audience for Publisher {
    fn see(&mut self, analysis: &Analysis, snapshot: &Arc<Snapshot>) {
        if !self.is_ready.load(Ordering::Acquire) {
            return;
        }
        if snapshot.stirrings > self.stirrings {
            self.stirrings = snapshot.stirrings;
            self.say(Notice::Refresh);
        }
        if self.abilities.pulls_diagnostics {
            return;
        }
        if !analysis.rests(snapshot.epoch, snapshot.settings.delay()) {
            // There is something newer to say.
            return;
        }
        self.publish(&View::new(Arc::clone(snapshot), Arc::clone(&self.abilities)));
    }
}

impl Publisher {
    pub(crate) fn new(
        abilities: Arc<Abilities>,
        notices: mpsc::UnboundedSender<Notice>,
        is_ready: Arc<AtomicBool>,
    ) -> Publisher {
        Publisher {
            abilities,
            notices,
            is_ready,
            shelf: Shelf::default(),
            addresses: HashMap::new(),
            stirrings: 0,
        }
    }

    fn say(&self, notice: Notice) {
        // The receiver lives as long as the conversation.
        let _ = self.notices.send(notice);
    }

    fn publish(&mut self, view: &View) {
        for path in self.shelf.update(view) {
            let (diagnostics, _) = self.shelf.of(&path);
            let before = self.addresses.remove(&path);
            let now = view.uri(&path).filter(|_| !diagnostics.is_empty());
            if let Some(before) = before.filter(|before| now.as_ref() != Some(before)) {
                let version = view.version(&path);
                self.say(Notice::Diagnostics(PublishDiagnosticsParams::new(
                    before,
                    Vec::new(),
                    version,
                )));
            }
            let Some(now) = now else { continue };
            let (version, diagnostics) = (view.version(&path), Arc::unwrap_or_clone(diagnostics));
            self.addresses.insert(path, now.clone());
            self.say(Notice::Diagnostics(PublishDiagnosticsParams::new(
                now,
                diagnostics,
                version,
            )));
        }
    }
}

/// Says what is to be said, in its order.
pub(crate) async fn speak(
    client: Client,
    abilities: Arc<Abilities>,
    mut notices: mpsc::UnboundedReceiver<Notice>,
) {
    while let Some(notice) = notices.recv().await {
        match notice {
            Notice::Diagnostics(params) => {
                client
                    .publish_diagnostics(params.uri, params.diagnostics, params.version)
                    .await;
            }
            Notice::Refresh => {
                tokio::spawn(refresh(client.clone(), Arc::clone(&abilities)));
            }
        }
    }
}

/// Asks the client to ask again. That it can't is no loss: it will after the next edit.
async fn refresh(client: Client, abilities: Arc<Abilities>) {
    if abilities.refreshes_diagnostics && abilities.pulls_diagnostics {
        let _ = client.workspace_diagnostic_refresh().await;
    }
    if abilities.refreshes_inlay_hints {
        let _ = client.inlay_hint_refresh().await;
    }
    if abilities.refreshes_lenses {
        let _ = client.code_lens_refresh().await;
    }
    if abilities.refreshes_tokens {
        let _ = client.semantic_tokens_refresh().await;
    }
}

/// Tells the client what is told to the log.
pub(crate) async fn tell(client: Client, mut told: mpsc::UnboundedReceiver<(MessageType, String)>) {
    while let Some((kind, message)) = told.recv().await {
        client.log_message(kind, message).await;
    }
}

/// Shows that projects are being read, whenever that takes long.
pub(crate) async fn show_progress(client: Client, mut opening: watch::Receiver<bool>) {
    let mut count = 0u32;
    while opening.wait_for(|is_opening| *is_opening).await.is_ok() {
        let done = opening.wait_for(|is_opening| !is_opening);
        let is_done = tokio::time::timeout(PATIENCE, done).await.is_ok();
        if is_done {
            continue;
        }
        count += 1;
        let token = ProgressToken::String(format!("confiture-opening-{count}"));
        if client.create_work_done_progress(token.clone()).await.is_err() {
            continue;
        }
        let progress = client
            .progress(token, "Confiture: reading projects")
            .begin()
            .await;
        let ended = opening.wait_for(|is_opening| !is_opening).await.is_ok();
        progress.finish().await;
        if !ended {
            return;
        }
    }
}
