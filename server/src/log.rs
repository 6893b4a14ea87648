//! What the server tells about itself: to the client, and to standard error where somebody wants that.

use std::io::{self, Write as _};

use tokio::sync::mpsc;
use tower_lsp_server::ls_types::MessageType;

/// Takes what is told. A clone costs a reference count.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    to_client: mpsc::UnboundedSender<(MessageType, String)>,
    is_verbose: bool,
}

impl Log {
    /// A log, and what it tells the client.
    pub(crate) fn new(is_verbose: bool) -> (Log, mpsc::UnboundedReceiver<(MessageType, String)>) {
        let (to_client, told) = mpsc::unbounded_channel();
        let log = Log {
            to_client,
            is_verbose,
        };
        (log, told)
    }

    /// Something went wrong inside.
    pub(crate) fn error(&self, message: String) {
        self.tell(MessageType::ERROR, message);
    }

    /// The client did something that it shouldn't.
    pub(crate) fn warning(&self, message: String) {
        self.tell(MessageType::WARNING, message);
    }

    fn tell(&self, kind: MessageType, message: String) {
        if self.is_verbose {
            // A standard error that is closed is nobody's loss.
            let _ = writeln!(io::stderr(), "{message}");
        }
        // The receiver lives as long as the conversation.
        let _ = self.to_client.send((kind, message));
    }
}
