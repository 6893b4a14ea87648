//! A program, started with what is known, that may answer with what it found out.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::hooks::placed::Placed;
use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, Placement, Template};

pub(super) static TYPE: HookType = HookType {
    name: "command",
    summary: "Runs a program, which gets what is known as JSON and may answer with JSON",
    docs: "\
Starts a program and waits for it. On its standard input it gets one JSON object: `migration`, `version`, `direction`,
`environment`, `phase`, `status`, `duration_ms`, `error`, `rows`, `stats`, `metadata`. It succeeds with exit status 0. What it
writes to standard output may be one JSON object, an answer; anything else is kept as text:

| answer | |
|---|---|
| `status` | `ok`, or `failed`: then the hook fails with `message` |
| `message` | a sentence for people |
| `stats` | an object: what later hooks read as `stats.NAME` |
| `metadata` | an object, laid over the `metadata` that later hooks get |
| `rows` | rows that it changed |

| setting | |
|---|---|
| `command` | the program and its arguments, as a list; no shell reads them. `${VAR}` is replaced when it runs. With `shell: true` a text, which `/bin/sh -c` reads |
| `shell` | `true`: `command` is a text for the shell. Default `false` |
| `working_directory` | relative to the project's folder, which is the default |
| `env` | variables for the program, by name; values may refer to `${VAR}` |
| `pass_env` | names of variables that it gets as they are. Its environment is empty but for these, `env`, `PATH`, `HOME`, `LANG`, `LC_ALL`, `TZ`, `TMPDIR` and `USER` |
| `run` | `in_transaction` (the default): while the migration's transaction is open, so that a failure takes the migration back; or `alone`: outside of it |
| `repeatable` | whether it may run twice; needed for `run: alone`. Default `false` |

A program has connections of its own: it can't see what the migration's transaction has not committed yet, and waits for locks
that the transaction holds; if it needs the changed tables, say `run: alone`. What it did itself is not taken back when
something fails later. When its time is over or somebody asks to stop, it and what it started get SIGTERM, and SIGKILL two
seconds later. Of its output the first 64 KiB are kept, and shown when it fails.

```yaml
hooks:
  before_validation:
    - type: command
      name: freeze_workers
      timeout: 1min
      config:
        command: [./scripts/freeze, --queue, billing]
        env:
          API_TOKEN: ${DEPLOY_TOKEN}
```
",
    read,
};

/// How much of an output is kept, in bytes.
const OUTPUT_KEPT: usize = 64 * 1024;

/// How much of an output is shown when the program fails, in lines.
const LINES_SHOWN: usize = 20;

/// How long a program has to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);

/// How long the end of an output is waited for when its program is gone: something that it started may hold it open.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// How often a program is asked whether it is through.
const LISTENING: Duration = Duration::from_millis(5);

/// What every program gets of the environment.
const PASSED: [&str; 7] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER"];

#[derive(Debug)]
struct Program {
    /// The program and its arguments.
    words: Vec<Template>,
    /// A text for the shell instead.
    script: Option<String>,
    directory: Option<Template>,
    env: Vec<(String, Template)>,
    pass_env: Vec<String>,
    placed: Placed,
}

fn read(reader: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    let is_there = reader.needs("command");
    let shell = reader.bool("shell", false);
    let is_list = matches!(
        reader.node("command").map(|node| &node.value),
        Some(confiture_project::Value::List(_))
    );
    let mut program = Program {
        words: Vec::new(),
        script: None,
        directory: reader.template("working_directory"),
        env: reader.named_templates("env"),
        pass_env: reader.texts("pass_env"),
        placed: Placed::read(reader)?,
    };
    match (shell, is_list) {
        (true, false) => program.script = reader.node("command").and_then(|node| node.scalar()),
        (true, true) => reader.reject("command", "with `shell: true` the command is a text", None),
        (false, true) => program.words = reader.templates("command"),
        (false, false) if is_there => {
            let help = "write `command: [program, argument]`, or say `shell: true`";
            let message = "`command` is a list: the program, and each argument by itself";
            reader.reject("command", message, Some(help.to_owned()));
        }
        (false, false) => {}
    }
    let has_program = program.script.is_some() || !program.words.is_empty();
    (is_there && has_program).then(|| Arc::new(program) as Arc<dyn Hook>)
}

impl Hook for Program {
    fn placement(&self) -> Placement {
        self.placed.placement
    }

    fn is_repeatable(&self) -> bool {
        self.placed.repeatable
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let input = serde_json::to_vec(scope.context);
        let input =
            input.map_err(|error| HookError::new(format!("the context can't be written: {error}")))?;
        let name = self.title();
        let child = self.command(scope)?.spawn().map_err(|error| {
            HookError::new(format!("`{name}` can't be started: {error}"))
                .help("the program is looked for on PATH, or relative to its working directory")
        })?;
        let mut running = Running::new(child, input);
        let ended = running.wait(scope);
        let output = running.output();
        let status =
            ended.map_err(|reason| HookError::new(with_output(&format!("`{name}` {reason}"), &output)))?;
        if !status.success() {
            let error = HookError::new(with_output(
                &format!("`{name}` ended with {}", said(status)),
                &output,
            ));
            return Err(if self.placed.repeatable {
                error.passing()
            } else {
                error
            });
        }
        answered(&name, &output, scope)
    }

    fn describe(&self) -> String {
        format!("runs the program `{}`", self.title())
    }
}

impl Program {
    /// The program without its arguments, which may be secret.
    fn title(&self) -> String {
        match (&self.script, self.words.first()) {
            (Some(_), _) => "sh -c".to_owned(),
            (None, first) => first.map(|word| word.text().to_owned()).unwrap_or_default(),
        }
    }

    fn command(&self, scope: &HookScope<'_>) -> Result<Command, HookError> {
        let mut command = match &self.script {
            Some(script) => {
                let mut shell = Command::new("/bin/sh");
                shell.arg("-c").arg(script);
                shell
            }
            None => {
                let mut words = self.words.iter().map(Template::expand);
                let program = words.next().transpose()?;
                let mut command = Command::new(program.as_ref().map_or("", |word| word.reveal()));
                for word in words {
                    command.arg(word?.reveal());
                }
                command
            }
        };
        let directory = match &self.directory {
            Some(directory) => scope.root.join(directory.expand()?.reveal()),
            None => scope.root.to_owned(),
        };
        if !directory.is_dir() {
            let message = format!("its working directory {} doesn't exist", shown_directory(self));
            return Err(HookError::new(message));
        }
        command.current_dir(absolute(directory));
        command.env_clear();
        let passed = PASSED.into_iter().chain(self.pass_env.iter().map(String::as_str));
        for name in passed {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        for (name, value) in &self.env {
            command.env(name, OsString::from(value.expand()?.reveal()));
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        in_group(&mut command);
        Ok(command)
    }
}

fn shown_directory(program: &Program) -> String {
    program
        .directory
        .as_ref()
        .map_or_else(|| "(the project's folder)".to_owned(), |it| it.text().to_owned())
}

/// A relative program is looked for from the working directory, so that one must not be relative to another.
fn absolute(directory: PathBuf) -> PathBuf {
    std::path::absolute(&directory).unwrap_or(directory)
}

#[cfg(unix)]
fn in_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    // A group of its own: what it starts can be ended with it, and the terminal's Ctrl-C doesn't reach it before us.
    command.process_group(0);
}

#[cfg(not(unix))]
fn in_group(_: &mut Command) {}

/// The outputs of a program, each up to a limit.
#[derive(Debug, Default)]
struct Output {
    stdout: Captured,
    stderr: Captured,
}

#[derive(Debug, Default)]
struct Captured {
    text: String,
    is_cut: bool,
}

/// A program at work, its pipes held by threads.
struct Running {
    child: Child,
    stdout: Option<Receiver<Captured>>,
    stderr: Option<Receiver<Captured>>,
}

impl Running {
    fn new(mut child: Child, input: Vec<u8>) -> Running {
        if let Some(mut stdin) = child.stdin.take() {
            // A program that doesn't read it is none the worse for it.
            std::thread::spawn(move || stdin.write_all(&input));
        }
        let stdout = child.stdout.take().map(capture);
        let stderr = child.stderr.take().map(capture);
        Running {
            child,
            stdout,
            stderr,
        }
    }

    /// Waits for its end, or ends it: its time is over, or somebody asks to stop.
    fn wait(&mut self, scope: &HookScope<'_>) -> Result<ExitStatus, String> {
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) => {}
                Err(error) => return Err(format!("can't be waited for: {error}")),
            }
            if scope.interrupt.is_asked() {
                self.end();
                return Err("was stopped".to_owned());
            }
            if Instant::now() >= scope.deadline {
                self.end();
                return Err("took longer than the hook's timeout, and was ended".to_owned());
            }
            std::thread::sleep(LISTENING);
        }
    }

    /// Ends it and all that it started.
    fn end(&mut self) {
        signal(&self.child, Ending::Ask);
        let patience = Instant::now() + GRACE;
        while Instant::now() < patience {
            if let Ok(Some(_)) = self.child.try_wait() {
                break;
            }
            std::thread::sleep(LISTENING);
        }
        // Also what is left of its group after its own end.
        signal(&self.child, Ending::Kill);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn output(&mut self) -> Output {
        let take = |receiver: Option<Receiver<Captured>>| {
            receiver
                .and_then(|receiver| receiver.recv_timeout(OUTPUT_GRACE).ok())
                .unwrap_or_default()
        };
        Output {
            stdout: take(self.stdout.take()),
            stderr: take(self.stderr.take()),
        }
    }
}

#[derive(Clone, Copy)]
enum Ending {
    Ask,
    Kill,
}

#[cfg(unix)]
fn signal(child: &Child, ending: Ending) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match ending {
        Ending::Ask => Signal::TERM,
        Ending::Kill => Signal::KILL,
    };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // A group that is gone needs no signal.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal(_: &Child, _: Ending) {}

/// Reads an output to its end and keeps its beginning.
fn capture(mut pipe: impl Read + Send + 'static) -> Receiver<Captured> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut is_cut = false;
        let mut chunk = [0; 8192];
        while let Ok(read) = pipe.read(&mut chunk) {
            if read == 0 {
                break;
            }
            let room = OUTPUT_KEPT.saturating_sub(kept.len()).min(read);
            is_cut |= room < read;
            kept.extend_from_slice(chunk.get(..room).unwrap_or_default());
        }
        let text = String::from_utf8_lossy(&kept).into_owned();
        let _ = sender.send(Captured { text, is_cut });
    });
    receiver
}

fn said(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => status.to_string(),
    }
}

/// A message with the last lines of what the program said.
fn with_output(message: &str, output: &Output) -> String {
    let said = match output.stderr.text.trim().is_empty() {
        true => &output.stdout,
        false => &output.stderr,
    };
    let lines: Vec<&str> = said.text.trim_end().lines().collect();
    if lines.is_empty() {
        return message.to_owned();
    }
    let skipped = lines.len().saturating_sub(LINES_SHOWN);
    let mut text = format!("{message}; it said:");
    if skipped > 0 {
        text += &format!("\n  … ({skipped} lines before)");
    }
    for line in lines.iter().skip(skipped) {
        text += &format!("\n  {line}");
    }
    if said.is_cut {
        text += "\n  … (its output was longer)";
    }
    text
}

/// What a program may answer.
#[derive(Debug, Deserialize)]
struct Answer {
    status: Option<String>,
    message: Option<String>,
    #[serde(default)]
    stats: Map<String, Value>,
    #[serde(default)]
    metadata: Map<String, Value>,
    rows: Option<u64>,
}

fn answered(name: &str, output: &Output, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
    let text = output.stdout.text.trim();
    if !text.starts_with('{') {
        return Ok(HookResult {
            message: text.lines().next_back().map(str::to_owned),
            ..HookResult::default()
        });
    }
    if output.stdout.is_cut {
        let message = format!("`{name}` answered more than {} KiB", OUTPUT_KEPT / 1024);
        return Err(HookError::new(message));
    }
    let answer: Answer = serde_json::from_str(text).map_err(|error| {
        let message = format!("the answer of `{name}` can't be read: {error}");
        HookError::new(with_output(&message, output))
            .help("write one JSON object, or none that begins with `{`")
    })?;
    match answer.status.as_deref() {
        None | Some("ok") => {}
        Some("failed") => {
            let message = answer.message.unwrap_or_else(|| "it failed".to_owned());
            return Err(HookError::new(format!("`{name}`: {message}")));
        }
        Some(other) => {
            let message =
                format!("`{name}` answered the status `{other}`, which is neither `ok` nor `failed`");
            return Err(HookError::new(message));
        }
    }
    scope.context.metadata.extend(answer.metadata);
    Ok(HookResult {
        rows: answer.rows,
        statistics: answer.stats,
        message: answer.message,
    })
}
