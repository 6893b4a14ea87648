//! Pages of the book whose commands work on a database: those that say `$DATABASE_URL` in a console block.
//!
//! Their commands are run by `sh`, in order, in a folder with a copy of the examples, on a private database that is the
//! page's own. Output is compared but for what differs from run to run: times, the server's address and version, who runs
//! it. So a page shows what somebody would see.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use confiture_postgres::Cluster;
use regex::Regex;

/// How pages name their database.
const SERVER: &str = "deploy@db.example.com/shop";

/// The pages, as paths from the root.
pub(crate) fn with_database(root: &Path) -> Vec<PathBuf> {
    let folder = root.join("docs/guide");
    let mut pages: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the book")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .filter(|path| {
            let text = fs::read_to_string(path).expect("a page");
            blocks(&text)
                .iter()
                .any(|block| block.text.contains("$DATABASE_URL"))
        })
        .map(|path| path.strip_prefix(root).expect("inside").to_path_buf())
        .collect();
    pages.sort();
    pages
}

/// Runs a page's commands, and compares or rewrites it.
pub(crate) fn check(root: &Path, page: &Path) {
    let database = Cluster::shared(None)
        .expect("a private server")
        .create_database("book")
        .expect("a database");
    let scene = Scene {
        folder: tempfile::tempdir().expect("a folder"),
        url: database.url(),
        server: database.target().to_string(),
    };
    copy(&root.join("examples"), &scene.folder.path().join("examples"));
    let text = fs::read_to_string(root.join(page)).expect("the page");
    let mut shown = String::new();
    let mut at = 0;
    for block in blocks(&text) {
        shown.push_str(&text[at..block.start]);
        for (command, expected) in commands(&block.text) {
            let got = scene.run(&command);
            let same = comparable(&expected) == comparable(&got);
            shown.push_str(&format!("$ {command}\n{}", if same { &expected } else { &got }));
        }
        at = block.start + block.text.len();
    }
    shown.push_str(&text[at..]);
    if std::env::var("TRYCMD").is_ok_and(|wanted| wanted == "overwrite") {
        fs::write(root.join(page), &shown).expect("the page is written");
    } else {
        assert!(
            shown == text,
            "{}: other output; TRYCMD=overwrite cargo test -p confiture --test book\n{}",
            page.display(),
            first_difference(&text, &shown)
        );
    }
}

struct Scene {
    folder: tempfile::TempDir,
    url: String,
    server: String,
}

impl Scene {
    /// What a command prints, standard output first, and `? N` before it where its exit status is N.
    fn run(&self, command: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_confiture"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = program.parent().into_iter().map(Path::to_path_buf);
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&path))).expect("a path");
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env("DATABASE_URL", &self.url)
            .env("USER", "deploy")
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .output()
            .expect("sh runs");
        let status = match output.status.code() {
            Some(0) => String::new(),
            code => format!("? {}\n", code.unwrap_or(-1)),
        };
        let text = format!(
            "{status}{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let text = text.replace(&self.server, SERVER);
        let text: String = text
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        // A console block ends with its last line.
        format!("{}\n", text.trim_end())
            .trim_start_matches('\n')
            .to_owned()
    }
}

/// A console block without its fences, and where it begins.
struct Block {
    start: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    const FENCE: &str = "```console\n";
    let mut out = Vec::new();
    for (at, _) in page.match_indices(FENCE) {
        let start = at + FENCE.len();
        if let Some(length) = page[start..].find("```") {
            out.push(Block {
                start,
                text: page[start..start + length].to_owned(),
            });
        }
    }
    out
}

/// The commands of a block, each with what it is said to print.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), out.last_mut()) {
            (Some(command), _) => out.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => output.push_str(&format!("{line}\n")),
            (None, None) => panic!("a console block begins with a command: {line}"),
        }
    }
    out
}

/// Without what differs from run to run.
pub(crate) fn comparable(text: &str) -> String {
    let patterns = [
        (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "MOMENT"),
        (r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d(:?\d\d)?)", "MOMENT"),
        (r"\b\d[\d.,]* (ms|s|min|h)\b( \d+ (s|min)\b)?", "TIME"),
        (
            r#""(duration_ms|held_ms|waited_ms|execution_time_ms)":\s*[\d.]+"#,
            "\"$1\":TIME",
        ),
        (r"PostgreSQL \d+(\.\d+)?", "PostgreSQL N"),
        (r"(by|BY) [^ ,@]+@[^ ,)\n]+", "by WHO"),
        (r" +\n", "\n"),
    ];
    patterns
        .into_iter()
        .fold(text.to_owned(), |text, (pattern, name)| {
            let pattern = Regex::new(pattern).expect("a pattern");
            pattern.replace_all(&text, name).into_owned()
        })
}

fn first_difference(expected: &str, got: &str) -> String {
    let lines = expected.lines().zip(got.lines());
    let differing = lines.enumerate().find(|(_, (expected, got))| expected != got);
    match differing {
        Some((at, (expected, got))) => format!("line {}:\n- {expected}\n+ {got}", at + 1),
        None => "one is longer".to_owned(),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the examples") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}
