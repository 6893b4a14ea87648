//! Messages in, messages out, and the order between them.
//!
//! The library's own loop isn't used: it ends at the first malformed message, lets four slow requests hold up an edit, and
//! a panic leaves it alive and mute. Here every message is handed to its handler at once, in the order in which they came,
//! up to the handler's first `await`; so a handler that changes state before that is never overtaken. What is left of it
//! goes on beside the others. Whatever panics is answered with an error.

use std::any::Any;
use std::io::{self, BufWriter, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc as std_mpsc;
use std::task::Poll;
use std::time::Duration;

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_lsp_server::{ClientSocket, ExitedError, LanguageServer, LspService};
use tower_service::Service as _;

use crate::frames::{self, Frame, Frames};
use crate::log::Log;

/// Messages that wait to be handled; the client waits when there are more.
const QUEUE: usize = 1024;
/// How long answers may still take when nothing more is asked.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By `shutdown`, then `exit`.
    Orderly,
    /// By `exit` alone, the end of the input, or the death of the client.
    Abruptly,
}

/// One thing that came in.
enum Incoming {
    Request(Request),
    Response(Response),
    /// Nothing that can be handled; the answer.
    Malformed(Response),
}

enum Outgoing {
    Message(Box<dyn Sendable>),
    /// Everything so far has been written when the sender is dropped.
    Flush(std_mpsc::Sender<()>),
}

/// A message that can be written down. It is written down by the thread that sends it off.
trait Sendable: Send {
    fn encode(&self) -> serde_json::Result<Vec<u8>>;
}

impl<T: serde::Serialize + Send> Sendable for T {
    fn encode(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

/// Sends messages to the client. Sending never waits.
#[derive(Clone)]
struct Outbox(std_mpsc::Sender<Outgoing>);

impl Outbox {
    fn send(&self, message: impl serde::Serialize + Send + 'static) {
        // The writer ends when the client no longer reads; then nobody misses it.
        let _ = self.0.send(Outgoing::Message(Box::new(message)));
    }

    fn flush(&self) {
        let (done, waiting) = std_mpsc::channel();
        if self.0.send(Outgoing::Flush(done)).is_ok() {
            let _ = waiting.recv_timeout(LAST_ANSWERS);
        }
    }
}

/// Speaks until the client has had enough. `gone` resolves when the client is known to be dead.
pub(crate) async fn run<S: LanguageServer>(
    mut service: LspService<S>,
    socket: ClientSocket,
    log: Log,
    gone: oneshot::Receiver<()>,
) -> Ended {
    let (mut incoming, outbox) = match threads() {
        Ok(ends) => ends,
        Err(error) => {
            log.error(format!("no thread can be started: {error}"));
            return Ended::Abruptly;
        }
    };
    let (mut requests, mut answers) = socket.split();
    let to_client = outbox.clone();
    let forward = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            to_client.send(request);
        }
    });
    let mut running = JoinSet::new();
    let mut gone = gone.fuse();
    let mut ended = None;
    let mut was_shut_down = false;
    while ended.is_none() {
        let message = tokio::select! {
            biased;
            message = incoming.recv() => message,
            Ok(()) = &mut gone => None,
            Some(_) = running.join_next() => continue,
        };
        match message {
            None => ended = Some(Ended::Abruptly),
            Some(Incoming::Malformed(response)) => outbox.send(response),
            Some(Incoming::Response(response)) => {
                // It refuses only after the end.
                let _ = answers.send(response).await;
            }
            Some(Incoming::Request(request)) => {
                was_shut_down |= request.method() == "shutdown";
                if request.method() == "exit" {
                    let how = if was_shut_down {
                        Ended::Orderly
                    } else {
                        Ended::Abruptly
                    };
                    ended = Some(how);
                }
                handle(&mut service, request, &outbox, &mut running, &log).await;
            }
        }
    }
    // Who closes the input right after asking still wants to know.
    let rest = async { while running.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_ANSWERS, rest).await;
    // What the handlers sent is on its way through the channel of the library.
    tokio::task::yield_now().await;
    forward.abort();
    outbox.flush();
    ended.unwrap_or(Ended::Abruptly)
}

/// Hands a message to its handler and lets it go as far as it can at once.
async fn handle<S: LanguageServer>(
    service: &mut LspService<S>,
    request: Request,
    outbox: &Outbox,
    running: &mut JoinSet<()>,
    log: &Log,
) {
    let id = request.id().cloned();
    let method = request.method().to_owned();
    // Reading the parameters happens in the call.
    let called = catch_unwind(AssertUnwindSafe(|| service.call(request)));
    let mut future = match called {
        Ok(future) => Box::pin(AssertUnwindSafe(future).catch_unwind()),
        Err(panic) => return answer(Err(panic), id, &method, outbox, log),
    };
    let first = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
    match first {
        Poll::Ready(result) => answer(result, id, &method, outbox, log),
        Poll::Pending => {
            let (outbox, log) = (outbox.clone(), log.clone());
            running.spawn(async move {
                let result = future.await;
                answer(result, id, &method, &outbox, &log);
            });
        }
    }
}

/// What came of a message; the outer error is a panic.
type Handled = Result<Result<Option<Response>, ExitedError>, Box<dyn Any + Send>>;

fn answer(result: Handled, id: Option<Id>, method: &str, outbox: &Outbox, log: &Log) {
    match (result, id) {
        (Ok(Ok(Some(response))), _) => outbox.send(response),
        // The library is silent about unknown methods with `$/`, which is right for notifications alone.
        (Ok(Ok(None)), Some(id)) => outbox.send(Response::from_error(id, Error::method_not_found())),
        (Ok(_), _) => {}
        (Err(panic), id) => {
            log.error(format!("{method} failed: {}", panic_message(panic.as_ref())));
            if let Some(id) = id {
                outbox.send(Response::from_error(id, Error::internal_error()));
            }
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without words")
}

/// The threads that read and write. Reading and writing block, so neither is done where messages are handled.
fn threads() -> io::Result<(mpsc::Receiver<Incoming>, Outbox)> {
    let (arrived, incoming) = mpsc::channel(QUEUE);
    let (outbox, outgoing) = std_mpsc::channel();
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || read(&arrived))?;
    std::thread::Builder::new()
        .name("writer".to_owned())
        // An error means that the client no longer reads; its input will end too.
        .spawn(move || drop(write(&outgoing)))?;
    Ok((incoming, Outbox(outbox)))
}

fn read(arrived: &mpsc::Sender<Incoming>) {
    let mut frames = Frames::new(io::stdin().lock());
    // An error of the input is its end.
    while let Ok(Some(frame)) = frames.next() {
        let message = match frame {
            Frame::Garbage(what) => malformed(Id::Null, ErrorCode::ParseError, what),
            Frame::Body(body) => match serde_json::from_slice(&body) {
                Ok(value) => message(value),
                Err(error) => {
                    // A length that was too long has swallowed the beginning of what follows.
                    if let Some(next) = frames::header_start(&body) {
                        frames.back(body.get(next..).unwrap_or_default());
                    }
                    malformed(Id::Null, ErrorCode::ParseError, &error.to_string())
                }
            },
        };
        if arrived.blocking_send(message).is_err() {
            return;
        }
    }
}

/// What a JSON value is.
fn message(value: Value) -> Incoming {
    let id = value.get("id").cloned();
    let id = id
        .and_then(|id| serde_json::from_value(id).ok())
        .unwrap_or(Id::Null);
    let is_request = value.get("method").is_some();
    let read = if is_request {
        serde_json::from_value(value).map(Incoming::Request)
    } else if value.is_object() {
        serde_json::from_value(value).map(Incoming::Response)
    } else {
        return malformed(id, ErrorCode::InvalidRequest, "a message is one object");
    };
    read.unwrap_or_else(|error| malformed(id, ErrorCode::InvalidRequest, &error.to_string()))
}

fn malformed(id: Id, code: ErrorCode, what: &str) -> Incoming {
    let mut error = Error::new(code);
    error.message = format!("{}: {what}", error.message).into();
    Incoming::Malformed(Response::from_error(id, error))
}

fn write(outgoing: &std_mpsc::Receiver<Outgoing>) -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    while let Ok(first) = outgoing.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Outgoing::Message(message) => frames::write(&mut output, &message.encode()?)?,
                Outgoing::Flush(done) => {
                    output.flush()?;
                    drop(done);
                }
            }
            next = outgoing.try_recv().ok();
        }
        output.flush()?;
    }
    Ok(())
}
