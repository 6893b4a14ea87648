//! A client of our own: it sends what it is told to, answers what every client answers, and keeps what it was sent.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long an answer may take before a test fails. It is no measure: machines are slow at times.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server refused, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: i64,
    pub(crate) message: String,
}

pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    last_id: i64,
    /// Answers that nobody has waited for yet.
    answers: Vec<(i64, Result<Value, Refused>)>,
    /// Notifications and requests of the server, in their order.
    pub(crate) heard: VecDeque<Value>,
    /// What `initialize` answered.
    pub(crate) offered: Value,
    /// What `workspace/configuration` is answered.
    pub(crate) settings: Value,
}

/// What a client can do that can do most things.
pub(crate) fn rich() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "window": {"workDoneProgress": true, "showDocument": {"support": true}},
        "workspace": {
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename", "delete"]},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "diagnostics": {"refreshSupport": true},
            "inlayHint": {"refreshSupport": true},
            "codeLens": {"refreshSupport": true},
        },
        "textDocument": {
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"]}},
            "definition": {"linkSupport": true},
            "typeDefinition": {"linkSupport": true},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
                "isPreferredSupport": true,
                "dataSupport": true,
                "resolveSupport": {"properties": ["edit"]},
            },
            "publishDiagnostics": {
                "relatedInformation": true,
                "tagSupport": {"valueSet": [1, 2]},
                "codeDescriptionSupport": true,
            },
        },
    })
}

/// The same, and it asks for diagnostics itself.
pub(crate) fn pulling() -> Value {
    let mut capabilities = rich();
    capabilities["textDocument"]["diagnostic"] = json!({"relatedDocumentSupport": false});
    capabilities
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

impl Client {
    /// A server that has been told what the client can do, and which folders there are.
    pub(crate) fn start(capabilities: Value, folders: &[&Path]) -> Client {
        Client::start_with(capabilities, folders, Value::Null)
    }

    pub(crate) fn start_with(capabilities: Value, folders: &[&Path], options: Value) -> Client {
        let folders = folders.iter().map(|path| json!({"uri": uri(path), "name": "x"}));
        let mut client = Client::silent();
        let answer = client.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "capabilities": capabilities,
                "workspaceFolders": folders.collect::<Vec<_>>(),
                "initializationOptions": options,
            }),
        );
        client.offered = answer.expect("initialize succeeds");
        client.notify("initialized", json!({}));
        client
    }

    /// A server that has been told nothing.
    pub(crate) fn silent() -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_confiture"))
            .arg("lsp")
            .env_remove("CONFITURE_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            child,
            input,
            output: receiver,
            last_id: 0,
            answers: Vec::new(),
            heard: VecDeque::new(),
            offered: Value::Null,
            settings: Value::Null,
        }
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("an open input");
        input.write_all(bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks, without waiting for the answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// The answer to a question.
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Refused> {
        self.until(&format!("an answer to request {id}"), |client| {
            let at = client.answers.iter().position(|(known, _)| *known == id)?;
            Some(client.answers.swap_remove(at).1)
        })
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Refused> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Asks about a document.
    pub(crate) fn about(&mut self, method: &str, path: &Path) -> Value {
        let answer = self.request(method, json!({"textDocument": {"uri": uri(path)}}));
        answer.unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    /// Asks about a place of a document.
    pub(crate) fn at(&mut self, method: &str, path: &Path, line: u32, character: u32) -> Value {
        let answer = self.request(method, place(path, line, character));
        answer.unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    pub(crate) fn open(&mut self, path: &Path, version: i32, text: &str) {
        let item = json!({"uri": uri(path), "languageId": "sql", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
    }

    /// Edits the range from one place to another.
    pub(crate) fn edit(&mut self, path: &Path, version: i32, from: (u32, u32), to: (u32, u32), text: &str) {
        let position = |(line, character)| json!({"line": line, "character": character});
        let change = json!({"range": {"start": position(from), "end": position(to)}, "text": text});
        self.change(path, version, json!([change]));
    }

    pub(crate) fn change(&mut self, path: &Path, version: i32, changes: Value) {
        let params =
            json!({"textDocument": {"uri": uri(path), "version": version}, "contentChanges": changes});
        self.notify("textDocument/didChange", params);
    }

    pub(crate) fn close(&mut self, path: &Path) {
        self.notify(
            "textDocument/didClose",
            json!({"textDocument": {"uri": uri(path)}}),
        );
    }

    /// The text of a document as the server has it.
    pub(crate) fn text(&mut self, path: &Path) -> String {
        let answer = self.request("confiture/text", json!({"uri": uri(path)}));
        answer.expect("a known document")["text"]
            .as_str()
            .expect("a text")
            .to_owned()
    }

    /// Waits until a file's published diagnostics are as wanted, and hands out what was published then.
    pub(crate) fn published(&mut self, path: &Path, wanted: impl Fn(&Value) -> bool) -> Value {
        let uri = uri(path);
        self.hear("diagnostics", |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri.as_str()
                && wanted(&message["params"])
        })["params"]
            .clone()
    }

    /// Waits for a message of the server; those before it are dropped.
    pub(crate) fn hear(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.until(what, |client| {
            while let Some(message) = client.heard.pop_front() {
                if wanted(&message) {
                    return Some(message);
                }
            }
            None
        })
    }

    /// Drops answers that nobody waits for.
    pub(crate) fn forget(&mut self) {
        self.answers.clear();
    }

    fn until<T>(&mut self, what: &str, mut found: impl FnMut(&mut Client) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.output.recv_timeout(left) {
                Ok(message) => self.take(message),
                Err(error) => panic!(
                    "waited for {what}: {error}; the server said {}",
                    self.complaints()
                ),
            }
        }
    }

    /// What the server wrote to standard error, once it has ended.
    fn complaints(&mut self) -> String {
        // It may still run, then it is ended here.
        let _ = self.child.kill();
        let mut text = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            let _ = errors.read_to_string(&mut text);
        }
        text
    }

    fn take(&mut self, message: Value) {
        let method = message["method"].as_str().map(str::to_owned);
        match (method, message.get("id")) {
            (Some(method), Some(id)) => {
                let result = match method.as_str() {
                    "workspace/configuration" => json!([self.settings]),
                    "window/showDocument" => json!({"success": true}),
                    _ => Value::Null,
                };
                let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
                self.heard.push_back(message);
                if self.input.is_some() {
                    self.send(&answer);
                }
            }
            (Some(_), None) => self.heard.push_back(message),
            (None, Some(id)) => {
                let result = match message.get("error") {
                    Some(error) => Err(Refused {
                        code: error["code"].as_i64().expect("a code"),
                        message: error["message"].as_str().expect("a message").to_owned(),
                    }),
                    None => Ok(message["result"].clone()),
                };
                // What can't be told apart is kept under no number.
                self.answers.push((id.as_i64().unwrap_or(-1), result));
            }
            (None, None) => panic!("neither request nor answer: {message}"),
        }
    }

    /// Closes the server's input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// How the server ended.
    pub(crate) fn status(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the server doesn't end");
            std::thread::yield_now();
        }
    }

    /// Ends the session as a client should.
    pub(crate) fn end(mut self) {
        self.request("shutdown", Value::Null).expect("shutdown succeeds");
        self.send(&json!({"jsonrpc": "2.0", "method": "exit"}));
        assert_eq!(self.status().code(), Some(0));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // After a failed test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn place(path: &Path, line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": character}})
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(':') {
            Some(("Content-Length", value)) => length = value.trim().parse().expect("a length"),
            _ if line.trim().is_empty() => break,
            _ => panic!("not a header: {line}"),
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

/// A folder with files.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Folder {
        let folder = tempfile::tempdir().expect("a folder");
        // Above it nothing is looked for.
        std::fs::create_dir(folder.path().join(".git")).expect("a folder");
        let folder = Folder(folder);
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }
}

/// The codes of published or pulled diagnostics, sorted.
pub(crate) fn codes(diagnostics: &Value) -> Vec<String> {
    let list = diagnostics.as_array().expect("a list");
    let mut codes: Vec<String> = list
        .iter()
        .map(|one| one["code"].as_str().expect("a code").to_owned())
        .collect();
    codes.sort();
    codes
}
