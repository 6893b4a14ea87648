//! Ctrl-C and SIGTERM: the first asks the run to stop, the second ends the program.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;

use confiture_migrate::{ErrorKind, Interrupt, MigrateError};

use crate::failure::{Failure, Outcome};

/// Listens for as long as the program runs.
#[derive(Debug, Clone, Default)]
pub(in crate::commands) struct Signals {
    /// The exit status of the first one; 0 where there was none.
    status: Arc<AtomicU8>,
}

impl Signals {
    /// Begins to listen; a signal asks through `interrupt`.
    pub(in crate::commands) fn listen(interrupt: &Interrupt) -> Signals {
        let signals = Signals::default();
        let (ready, is_ready) = mpsc::channel();
        let listener = (signals.clone(), interrupt.clone());
        let thread = std::thread::Builder::new().name("signals".to_owned());
        let spawned = thread.spawn(move || listener.0.hear(&listener.1, &ready));
        if spawned.is_ok() {
            // A listener that could not be set up has dropped its end: then signals do what they do by default.
            let _ = is_ready.recv();
        }
        signals
    }

    /// Whether SIGTERM stopped the run.
    fn is_terminated(&self) -> bool {
        self.status.load(Ordering::SeqCst) == Outcome::Terminated as u8
    }

    /// A failure of what was listened for: by SIGTERM, it ends with another status.
    pub(in crate::commands) fn failure(&self, error: MigrateError) -> Failure {
        match error.kind() == ErrorKind::Interrupted && self.is_terminated() {
            true => Failure::Terminated(error),
            false => error.into(),
        }
    }

    fn hear(&self, interrupt: &Interrupt, ready: &mpsc::Sender<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let Some(mut source) = Source::open() else { return };
            // Nobody waits for it any more: nobody's loss.
            let _ = ready.send(());
            while let Some(outcome) = source.next().await {
                self.take(outcome, interrupt);
            }
        });
    }

    fn take(&self, outcome: Outcome, interrupt: &Interrupt) {
        let status = outcome as u8;
        let mut err = std::io::stderr();
        let first = self
            .status
            .compare_exchange(0, status, Ordering::SeqCst, Ordering::SeqCst);
        if first.is_err() {
            let _ = writeln!(err, "ended at once; the server undoes what wasn't committed");
            std::process::exit(i32::from(status));
        }
        let _ = writeln!(err, "stopping: what runs is cancelled (once more ends at once)");
        let interrupt = interrupt.clone();
        // Cancelling waits for the server, in a runtime of its own.
        std::thread::spawn(move || interrupt.ask());
    }
}

#[cfg(unix)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Source {
    fn open() -> Option<Source> {
        use tokio::signal::unix::{SignalKind, signal};
        Some(Source {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
        })
    }

    async fn next(&mut self) -> Option<Outcome> {
        tokio::select! {
            signal = self.interrupt.recv() => signal.map(|()| Outcome::Interrupted),
            signal = self.terminate.recv() => signal.map(|()| Outcome::Terminated),
        }
    }
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    fn open() -> Option<Source> {
        Some(Source)
    }

    async fn next(&mut self) -> Option<Outcome> {
        tokio::signal::ctrl_c().await.ok().map(|()| Outcome::Interrupted)
    }
}
