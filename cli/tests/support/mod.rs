//! Projects in temporary folders, and the program run in them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A git repository with two migrations on its main branch.
pub(crate) fn repository() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    write(
        folder.path(),
        "db/migrations/001_orders.up.sql",
        "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
    );
    write(
        folder.path(),
        "db/migrations/002_items.up.sql",
        "CREATE TABLE items (id bigint PRIMARY KEY);\n",
    );
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "begin"]);
    folder
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs::write(path, text).expect("a file");
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .status()
        .expect("git runs");
    assert!(status.success(), "git {arguments:?}");
}

pub(crate) fn lint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .arg("lint")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

/// `file: rule` of every finding.
pub(crate) fn findings(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    });
    let findings = report["findings"].as_array().expect("findings");
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("a text").to_owned();
    findings
        .iter()
        .map(|finding| format!("{}: {}", text(finding, "file"), text(finding, "rule")))
        .collect()
}
