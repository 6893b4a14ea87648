//! What a keystroke costs in an editor: `confiture lsp` beside squawk's server and postgres-language-server, in one run.
//!
//! Run with `cargo bench -p confiture --bench keystroke`. squawk is taken from `$SQUAWK`, postgres-language-server from
//! `$PGLS`, else both from PATH; one that isn't there is left out. Each server gets the same files and the same edits, one
//! character each; after each, the program waits until the server has said what is wrong with the text, or answers a
//! question about it. What is shown is CPU time of the server's process for an edit, and the memory that it holds.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Edits of a kind that are measured together: CPU time is counted in steps of 10 ms.
const EDITS: usize = 100;

/// A server that waits before it says anything is given fewer, as many as go into this time.
const SERIES: Duration = Duration::from_secs(8);

/// A server that says nothing for so long has nothing to say.
const SILENCE: Duration = Duration::from_millis(400);

/// A server, and how it is started.
struct Program {
    name: &'static str,
    path: PathBuf,
    arguments: &'static [&'static str],
}

/// What is edited: where a character is typed and taken back again.
struct Spot {
    name: &'static str,
    line: u32,
    column: u32,
}

fn main() {
    let programs = programs();
    let mut out = std::io::stdout().lock();
    let head = format!(
        "{:<10} {:<24} {:<28} {:>12} {:>10}",
        "server", "input", "edit", "CPU an edit", "memory"
    );
    writeln!(out, "{head}").expect("standard output");
    for count in [100, 1_000, 10_000] {
        let text = file(count);
        for program in &programs {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("schema.sql");
            fs::write(&path, &text).expect("a file");
            let mut server = Server::start(program, folder.path());
            server.open(&path, &text);
            for spot in spots(&text, count) {
                let cost = server.edits(&path, &text, &spot);
                let input = format!("{count} statements");
                line(&mut out, program, &input, spot.name, cost, server.memory());
            }
        }
    }
    for program in &programs {
        let folder = tempfile::tempdir().expect("a folder");
        let files = migrations(folder.path(), 1_000);
        let start = Instant::now();
        let mut server = Server::start(program, folder.path());
        let (newest, oldest) = (files.last().expect("files"), files.first().expect("files"));
        let text = fs::read_to_string(newest).expect("a file");
        server.open(newest, &text);
        let first = format!(
            "first diagnostics after {:.0} ms",
            start.elapsed().as_secs_f64() * 1e3
        );
        line(
            &mut out,
            program,
            "1,000 migrations",
            &first,
            Duration::ZERO,
            server.memory(),
        );
        for (file, name) in [
            (newest, "comment in the newest"),
            (oldest, "comment in the oldest"),
        ] {
            let text = fs::read_to_string(file).expect("a file");
            server.open(file, &text);
            let spot = Spot {
                name,
                line: 0,
                column: 4,
            };
            let cost = server.edits(file, &text, &spot);
            line(&mut out, program, "1,000 migrations", name, cost, server.memory());
        }
        let text = fs::read_to_string(oldest).expect("a file");
        let column = text
            .lines()
            .nth(1)
            .and_then(|line| line.find("label"))
            .expect("a column") as u32;
        let spot = Spot {
            name: "column's name in the oldest",
            line: 1,
            column: column + 2,
        };
        let cost = server.edits(oldest, &text, &spot);
        line(
            &mut out,
            program,
            "1,000 migrations",
            spot.name,
            cost,
            server.memory(),
        );
    }
}

fn line(
    out: &mut impl std::io::Write,
    program: &Program,
    input: &str,
    edit: &str,
    cost: Duration,
    memory: u64,
) {
    let cost = format!("{:.2} ms", cost.as_secs_f64() * 1e3);
    let memory = format!("{} MB", memory >> 20);
    writeln!(
        out,
        "{:<10} {input:<24} {edit:<28} {cost:>12} {memory:>10}",
        program.name
    )
    .expect("standard output");
}

/// The servers that are there.
fn programs() -> Vec<Program> {
    let found = |variable: &str, name: &str| {
        let named = std::env::var_os(variable).map(PathBuf::from);
        let folders = std::env::var_os("PATH").unwrap_or_default();
        named.or_else(|| {
            std::env::split_paths(&folders)
                .map(|folder| folder.join(name))
                .find(|path| path.is_file())
        })
    };
    let ours = Program {
        name: "confiture",
        path: PathBuf::from(env!("CARGO_BIN_EXE_confiture")),
        arguments: &["lsp"],
    };
    let squawk = found("SQUAWK", "squawk").map(|path| Program {
        name: "squawk",
        path,
        arguments: &["server"],
    });
    let pgls = found("PGLS", "postgres-language-server").map(|path| Program {
        name: "pgls",
        path,
        arguments: &["lsp-proxy"],
    });
    [Some(ours), squawk, pgls].into_iter().flatten().collect()
}

/// A schema of so many statements: tables, indexes, functions, rows.
fn file(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count.div_ceil(5) {
        let before = number.saturating_sub(1);
        // Writing to a string doesn't fail.
        let _ = write!(
            text,
            "-- table {number}\n\
             CREATE TABLE t{number} (id bigint PRIMARY KEY, label text NOT NULL, parent bigint REFERENCES t{before} (id));\n\
             CREATE INDEX t{number}_parent_idx ON t{number} (parent);\n\
             COMMENT ON TABLE t{number} IS 'Things of sort {number}';\n\
             CREATE FUNCTION f{number}() RETURNS bigint LANGUAGE sql AS $$ SELECT max(id) + 1 FROM t{number} $$;\n\
             INSERT INTO t{number} (id, label) VALUES (1, 'first');\n"
        );
    }
    text
}

/// The places that are edited, in the middle of a file.
fn spots(text: &str, count: usize) -> Vec<Spot> {
    let table = count.div_ceil(5) / 2;
    let first = text
        .lines()
        .position(|line| line == format!("-- table {table}"))
        .expect("a table") as u32;
    let column = |line: u32, word: &str| {
        let found = text
            .lines()
            .nth((first + line) as usize)
            .and_then(|line| line.find(word));
        found.expect("a word") as u32
    };
    vec![
        Spot {
            name: "comment",
            line: first,
            column: 5,
        },
        Spot {
            name: "body of a function",
            line: first + 4,
            column: column(4, " + 1") + 4,
        },
        Spot {
            name: "value of an INSERT",
            line: first + 5,
            column: column(5, "first") + 2,
        },
        Spot {
            name: "name of a column",
            line: first + 1,
            column: column(1, "label") + 2,
        },
        Spot {
            name: "name of a table",
            line: first + 1,
            column: column(1, " (id"),
        },
    ]
}

/// A history of so many migrations.
fn migrations(root: &Path, count: usize) -> Vec<PathBuf> {
    let folder = root.join("migrations");
    fs::create_dir(&folder).expect("a folder");
    let file = |number: usize| {
        let path = folder.join(format!("{number:04}_table.up.sql"));
        let before = number.saturating_sub(1);
        let text = format!(
            "-- migration {number}\n\
             CREATE TABLE t{number} (id bigint PRIMARY KEY, label text NOT NULL, parent bigint REFERENCES t{before} (id));\n\
             CREATE INDEX t{number}_parent_idx ON t{number} (parent);\n\
             ALTER TABLE t{number} ADD COLUMN note text;\n"
        );
        fs::write(&path, text).expect("a file");
        path
    };
    (0..count).map(file).collect()
}

/// A server under measurement.
struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    version: i64,
    last_id: i64,
}

impl Server {
    fn start(program: &Program, root: &Path) -> Server {
        let mut child = Command::new(&program.path)
            .args(program.arguments)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a server");
        let input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut server = Server {
            child,
            input,
            messages,
            version: 0,
            last_id: 0,
        };
        let folder = uri(root);
        let capabilities = json!({"general": {"positionEncodings": ["utf-16"]}, "textDocument": {"publishDiagnostics": {"versionSupport": true}}});
        let parameters = json!({
            "processId": std::process::id(), "rootUri": folder, "capabilities": capabilities,
            "workspaceFolders": [{"uri": folder, "name": "bench"}],
        });
        server.ask("initialize", parameters);
        server.tell("initialized", json!({}));
        server
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server listens");
        self.input.flush().expect("the server listens");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Asks, and waits for the answer.
    fn ask(&mut self, method: &str, params: Value) {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.hear(Duration::from_secs(60), |message| {
            message["id"] == id && message.get("method").is_none()
        });
    }

    /// Waits for a message; `false` where the server is silent instead.
    fn hear(&mut self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> bool {
        loop {
            match self.messages.recv_timeout(patience) {
                Ok(message) if wanted(&message) => return true,
                Ok(message) if message.get("method").is_some() && message.get("id").is_some() => {
                    self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": Value::Null}));
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => panic!("the server has ended"),
            }
        }
    }

    /// Opens a file and waits for what is wrong with it, or with any.
    fn open(&mut self, path: &Path, text: &str) {
        self.version += 1;
        let document = json!({"uri": uri(path), "languageId": "sql", "version": self.version, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
        self.hear(Duration::from_secs(5), |message| {
            message["method"] == "textDocument/publishDiagnostics"
        });
    }

    /// Types a character and takes it back, again and again. What each edit costs.
    fn edits(&mut self, path: &Path, text: &str, spot: &Spot) -> Duration {
        let letter = if spot.name.contains("name") { "x" } else { "7" };
        // The first ones are not counted: whatever is made once is made then.
        let mut is_told = true;
        let mut before = Duration::ZERO;
        let start = Instant::now();
        let mut done = 0;
        for edit in 0..EDITS + 4 {
            if edit == 4 {
                before = self.cpu();
            }
            // What was typed is taken back before the series ends.
            if edit > 4 && edit % 2 == 0 && start.elapsed() > SERIES {
                break;
            }
            done = edit + 1;
            let (end, put) = if edit % 2 == 0 {
                (spot.column, letter)
            } else {
                (spot.column + 1, "")
            };
            self.version += 1;
            let range = json!({
                "start": {"line": spot.line, "character": spot.column},
                "end": {"line": spot.line, "character": end},
            });
            let version = self.version;
            self.tell(
                "textDocument/didChange",
                json!({"textDocument": {"uri": uri(path), "version": version}, "contentChanges": [{"range": range, "text": put}]}),
            );
            // A server that tells each version's diagnostics is waited for; one that doesn't repeat itself is asked.
            if is_told {
                let is_answer = |message: &Value| {
                    message["method"] == "textDocument/publishDiagnostics"
                        && message["params"]["version"] == version
                };
                is_told = self.hear(SILENCE, is_answer);
            }
            if !is_told {
                let place = json!({"line": text.lines().count(), "character": 0});
                self.ask(
                    "textDocument/hover",
                    json!({"textDocument": {"uri": uri(path)}, "position": place}),
                );
            }
        }
        (self.cpu() - before) / (done - 4).max(1) as u32
    }

    /// CPU time of the server's processes: fields 14 and 15 of /proc/pid/stat (proc(5)), in ticks of 10 ms.
    fn cpu(&self) -> Duration {
        let ticks = |process: u32| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            let ticks = fields
                .skip(11)
                .take(2)
                .filter_map(|field| field.parse::<u64>().ok());
            ticks.sum::<u64>()
        };
        Duration::from_millis(self.processes().into_iter().map(ticks).sum::<u64>() * 10)
    }

    /// Bytes that the server's processes hold in memory.
    fn memory(&self) -> u64 {
        let held = |process: u32| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kilobytes.unwrap_or_default()
        };
        self.processes().into_iter().map(held).sum::<u64>() << 10
    }

    /// The server's process, and others of the same program: one of the servers leaves the work to a second process that it
    /// doesn't call its own.
    fn processes(&self) -> Vec<u32> {
        let program = |process: u32| fs::read_link(format!("/proc/{process}/exe")).ok();
        let own = program(self.child.id());
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers
            .filter(|process| own.is_some() && program(*process) == own)
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What is measured is measured.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn read(output: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
