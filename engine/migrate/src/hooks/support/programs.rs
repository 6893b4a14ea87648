//! Running PostgreSQL's own programs, and stopping them.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use confiture_postgres::Target;
use confiture_postgres::cluster::{ClientProgram, client_program};

use crate::hooks::HookError;
use crate::hooks::support::go_on;
use crate::interrupt::Interrupt;

/// How often it is looked whether a program has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// How much of what a program writes is kept.
const KEPT: u64 = 64 * 1024 * 1024;

/// A program of PostgreSQL's clients that is at least as new as the server.
///
/// # Errors
/// There is none: what to install.
pub(crate) fn find(name: &str, server_major: u32) -> Result<ClientProgram, HookError> {
    client_program(name, server_major).map_err(|too_old| {
        let found = if too_old.is_empty() {
            "there is none on this machine".to_owned()
        } else {
            format!("this machine has {}", too_old.join(", "))
        };
        HookError::new(format!(
            "{name} {server_major} or newer is needed, as the server is of version {server_major}: {found}"
        ))
        .help(format!(
            "Install it: `apt-get install postgresql-client-{server_major}` (Debian, Ubuntu), `dnf install postgresql` \
             (Fedora, Red Hat), `brew install postgresql@{server_major}` (Homebrew); or let CONFITURE_PG_BIN name a folder \
             that has it"
        ))
    })
}

/// What a program wrote.
#[derive(Debug)]
pub(crate) struct Written {
    /// To its standard output.
    pub(crate) output: String,
    /// To its standard error.
    pub(crate) errors: String,
}

/// Runs a program to its end, with the connection in its environment where one is given. It is killed when somebody asks to
/// stop or the hook's time is over.
///
/// # Errors
/// It can't be started, doesn't end well, or was stopped: with the last that it wrote.
pub(crate) fn run(
    program: &ClientProgram,
    arguments: &[std::ffi::OsString],
    target: Option<&Target>,
    interrupt: &Interrupt,
    deadline: Instant,
) -> Result<Written, HookError> {
    let mut command = Command::new(&program.path);
    if let Some(target) = target {
        for (name, value) in target.variables() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }
    // A prompt for a password would wait for ever, and messages are shown to people.
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| HookError::new(format!("{} can't be started: {error}", program.path.display())))?;
    let output = drain(child.stdout.take());
    let errors = drain(child.stderr.take());
    let ended = wait(&mut child, interrupt, deadline);
    let written = Written {
        output: output.join().unwrap_or_default(),
        errors: errors.join().unwrap_or_default(),
    };
    let status = ended?;
    if status.success() {
        return Ok(written);
    }
    let name = program.path.file_name().unwrap_or_default().to_string_lossy();
    Err(HookError::new(format!(
        "{name} failed ({status}): {}",
        last_lines(&written.errors)
    )))
}

fn wait(child: &mut Child, interrupt: &Interrupt, deadline: Instant) -> Result<ExitStatus, HookError> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(error) => {
                return Err(HookError::new(format!(
                    "the program can't be waited for: {error}"
                )));
            }
        }
        if let Err(stop) = go_on(interrupt, deadline) {
            // It may have ended meanwhile, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return Err(stop);
        }
        thread::sleep(PAUSE);
    }
}

/// Reads a pipe to its end, so that the program never waits for us.
fn drain<R: std::io::Read + Send + 'static>(pipe: Option<R>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What could not be read is missing from a message, no more.
            let _ = (&mut pipe).take(KEPT).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The end of what a program complained about, on one line.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let from = lines.len().saturating_sub(6);
    let kept = lines.get(from..).unwrap_or_default().join("; ");
    if kept.is_empty() {
        "it said nothing".to_owned()
    } else {
        kept
    }
}

/// Arguments of several types.
pub(crate) fn arguments(texts: &[&str], path: Option<PathBuf>) -> Vec<std::ffi::OsString> {
    let mut all: Vec<std::ffi::OsString> = texts.iter().map(Into::into).collect();
    all.extend(path.map(PathBuf::into_os_string));
    all
}
