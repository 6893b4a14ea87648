//! The language server: the protocol in, questions to `ide`, the protocol out.
//!
//! Here live the session ([`serve`] starts it), the texts that a client has open, the thread that turns edits into the
//! next picture of the world, and the conversion between bytes and the protocol's positions. What is known of SQL belongs
//! to `ide` and below. A keystroke's way: `transport` reads the message and hands it to `session`, which edits a rope in
//! `documents` and rings for `analysis`; that makes the next `snapshot` and shows it to `publish`. A question's way: `session`
//! waits for the snapshot that holds everything said before, and a function of `handlers` answers from it on another thread.

mod abilities;
mod analysis;
mod convert;
mod documents;
mod frames;
mod handlers;
mod log;
mod position;
mod projects;
mod publish;
mod session;
mod settings;
mod shelf;
mod snapshot;
mod transport;

use std::io;
use std::sync::Arc;

use tokio::sync::oneshot;
use tower_lsp_server::LspService;

use crate::log::Log;
use crate::session::Session;
pub use crate::transport::Ended;

/// How the server behaves, beside what the client says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether what is told to the client's log goes to standard error too.
    pub is_verbose: bool,
}

/// Answers that are worked out at the same time; more wait.
const WORKERS: usize = 4;

/// Speaks the language server protocol on standard input and output until the client has had enough.
pub fn serve(options: Options) -> io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(WORKERS)
        .build()?;
    let (log, told) = Log::new(options.is_verbose);
    report_panics(&log);
    let ended = runtime.block_on(async {
        let (died, gone) = oneshot::channel();
        let session_log = log.clone();
        let build = LspService::build(|client| {
            tokio::spawn(publish::tell(client.clone(), told));
            Session::new(client, session_log, died)
        });
        let (service, socket) = build.custom_method("confiture/text", Session::text).finish();
        transport::run(service, socket, log, gone).await
    });
    // What is still being worked out has nobody to answer to.
    runtime.shutdown_background();
    Ok(ended)
}

/// Panics are answered with an error where they happen; what they say belongs into the log, not between the lines of a
/// terminal.
fn report_panics(log: &Log) {
    let log = Arc::new(log.clone());
    std::panic::set_hook(Box::new(move |panic| log.error(panic.to_string())));
}
