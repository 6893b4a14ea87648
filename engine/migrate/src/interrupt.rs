//! Stopping: whoever asks for it is heard between steps, and what runs on a server is cancelled there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use confiture_postgres::Canceller;

/// A request to stop that threads share. Clones are the same request.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    running: Mutex<Vec<(u64, Canceller)>>,
}

/// Keeps a session's statement cancellable for as long as it lives.
#[derive(Debug)]
pub struct Cancellable {
    interrupt: Interrupt,
    id: u64,
}

impl Interrupt {
    /// Nobody has asked yet.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// Asks to stop: what runs in registered sessions is cancelled. May be called from any thread, also repeatedly.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
        self.cancel_running();
    }

    /// Cancels what runs in registered sessions.
    pub fn cancel_running(&self) {
        let running = self
            .0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for (_, canceller) in running {
            // A server that can't be reached has nothing of ours to cancel.
            let _ = canceller.cancel();
        }
    }

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// From now on a request cancels what this session runs.
    pub fn register(&self, canceller: Canceller) -> Cancellable {
        let id = fastrand::u64(..);
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.push((id, canceller));
        Cancellable {
            interrupt: self.clone(),
            id,
        }
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        let mut running = self
            .interrupt
            .0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.retain(|(id, _)| *id != self.id);
    }
}
