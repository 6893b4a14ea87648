//! Starting the program.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// `confiture` in a folder, with nothing of this machine's configuration.
pub(crate) fn confiture(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

/// `confiture migrate up` against a database, started.
pub(crate) fn start_up(folder: &Path, url: &str) -> Child {
    confiture(
        folder,
        &[
            "migrate",
            "up",
            "--yes",
            "--database-url",
            url,
            "--format",
            "json",
        ],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap()
}

/// `confiture migrate up` against a database, to its end.
pub(crate) fn up(folder: &Path, url: &str) -> Output {
    start_up(folder, url).wait_with_output().unwrap()
}

/// What a program said, for messages of tests.
pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}\n--- standard output:\n{}\n--- standard error:\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
