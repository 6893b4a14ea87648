//! Real editors over a real project: diagnostics, hover, a quick fix applied to the buffer, a rename across files, as
//! their users would do it. Each editor runs a script beside this file, which prints what it saw.
//!
//! Where an editor isn't installed its test says so on standard error, and passes: `.ci/run` installs those it can.
//! `CONFITURE_NVIM` and `CONFITURE_EMACS` name the programs otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli/ has a parent")
        .to_path_buf()
}

/// What an editor's script printed, by step.
struct Session(BTreeMap<String, String>);

impl Session {
    fn read(output: &Output) -> Session {
        let text = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
        let steps: BTreeMap<String, String> = text
            .split("== ")
            .filter_map(|step| step.split_once('\n'))
            .map(|(name, what)| (name.to_owned(), what.trim_end().to_owned()))
            .collect();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && steps.contains_key("end"),
            "the script didn't get to its end: {}\n{text}\n{errors}",
            output.status
        );
        Session(steps)
    }

    fn step(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    #[track_caller]
    fn assert_step(&self, name: &str, words: &[&str]) {
        let step = self.step(name);
        for words in words {
            assert!(step.contains(words), "{words:?} is not in `{name}`:\n{step}");
        }
    }

    /// What every editor must have seen.
    #[track_caller]
    fn assert_seen(&self) {
        self.assert_step(
            "diagnostics",
            &["table-rewrite", "set-not-null-scan", "require-lock-timeout"],
        );
        self.assert_step(
            "hover over a table",
            &["CREATE TABLE public.orders", "created at"],
        );
        self.assert_step("hover over a statement", &["ACCESS EXCLUSIVE", "rewrites"]);
        self.assert_step("actions", &["Set a lock_timeout"]);
        self.assert_step(
            "after the quick fix",
            &["SET LOCAL lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN reference"],
        );
        self.assert_step("diagnostics after the quick fix", &["table-rewrite"]);
        assert!(
            !self
                .step("diagnostics after the quick fix")
                .contains("lock_timeout")
        );
        self.assert_step(
            "rename",
            &[
                "001_create_shop.up.sql: remark text",
                "003_order_reference.down.sql: ALTER TABLE orders ALTER COLUMN remark DROP NOT NULL;",
                "003_order_reference.up.sql: ALTER TABLE orders ALTER COLUMN remark SET NOT NULL;",
            ],
        );
        assert!(!self.step("rename").contains("note"), "{}", self.step("rename"));
        self.assert_step("preview", &["003_order_reference.up.sql", "ACCESS EXCLUSIVE"]);
    }
}

/// The program of an editor, where one is installed that can run the script.
fn editor(variable: &str, name: &str, probe: &[&str]) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let brought = root().join("target/editors/bin").join(name);
    let program = named
        .or_else(|| brought.is_file().then_some(brought))
        .unwrap_or_else(|| PathBuf::from(name));
    let answer = Command::new(&program).args(probe).output();
    if answer.is_ok_and(|answer| answer.status.success()) {
        return Some(program);
    }
    say(&format!(
        "NOT TESTED: no {name} that can do this ({} {}); install it, or name it in {variable}",
        program.display(),
        probe.join(" ")
    ));
    None
}

#[allow(clippy::print_stderr, reason = "a test that was not run must be heard of")]
fn say(words: &str) {
    eprintln!("{words}");
}

/// The example project, to be changed.
fn project(folder: &Path) -> PathBuf {
    let project = folder.join("shop");
    copy(&root().join("examples/shop"), &project);
    project
}

/// Runs an editor's script in a copy of the example project.
fn run(program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Session {
    let folder = tempfile::tempdir().expect("a folder");
    let project = project(folder.path());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(&project)
        .env("CONFITURE", env!("CARGO_BIN_EXE_confiture"))
        .env("HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .envs(environment.iter().copied())
        .output()
        .expect("the editor runs");
    Session::read(&output)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// How Neovim is told about language servers.
#[derive(Debug, Clone, Copy)]
enum Configuration {
    /// By `vim.lsp.config` and `vim.lsp.enable`.
    Declared,
    /// By `vim.lsp.start`, as before 0.11.
    Started,
}

fn neovim(configuration: Configuration) -> Option<Session> {
    let program = editor(
        "CONFITURE_NVIM",
        "nvim",
        &["--headless", "+lua vim.lsp.start", "+qall"],
    )?;
    let version = Command::new(&program)
        .arg("--version")
        .output()
        .expect("a version");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let minor = version
        .lines()
        .next()
        .and_then(|line| line.split('.').nth(1))
        .and_then(|minor| minor.parse::<u32>().ok())
        .unwrap_or_default();
    if minor < 10 {
        say(&format!(
            "NOT TESTED: the script needs Neovim 0.10, and this is {}",
            version.lines().next().unwrap_or_default()
        ));
        return None;
    }
    let plugin = format!("set rtp^={}", root().join("editors/neovim").display());
    let script = root().join("tests/editors/neovim.lua");
    let script = script.to_string_lossy();
    let (start, environment) = match configuration {
        Configuration::Declared => ("let g:confiture_enabled = v:true", None),
        Configuration::Started => (
            "let g:confiture_enabled = v:false",
            Some(("CONFITURE_CLASSIC", "1")),
        ),
    };
    let clean = ["--clean", "--headless", "-i", "NONE"];
    let arguments: Vec<&str> = clean
        .into_iter()
        .chain(["--cmd", &plugin, "--cmd", start, "-S", &script])
        .collect();
    Some(run(&program, &arguments, environment.as_slice()))
}

#[test]
fn neovim_as_it_is_configured_today() {
    if let Some(session) = neovim(Configuration::Declared) {
        session.assert_seen();
        session.assert_step("inlay hints", &["2 ⟶ ACCESS EXCLUSIVE orders, rewrites"]);
        session.assert_step("lenses", &["Preview", "Dry run"]);
        session.assert_step("definition", &["001_create_shop.up.sql"]);
    }
}

#[test]
fn neovim_as_it_was_configured_before_0_11() {
    if let Some(session) = neovim(Configuration::Started) {
        session.assert_seen();
    }
}

#[test]
fn emacs_with_eglot() {
    let probe = [
        "--batch",
        "--eval",
        "(unless (require 'eglot nil t) (kill-emacs 1))",
    ];
    let Some(program) = editor("CONFITURE_EMACS", "emacs", &probe) else {
        return;
    };
    let package = root().join("editors/emacs/confiture.el");
    let script = root().join("tests/editors/emacs.el");
    let (package, script) = (package.to_string_lossy(), script.to_string_lossy());
    run(&program, &["--batch", "-l", &package, "-l", &script], &[]).assert_seen();
}

/// The README's picture of Neovim, drawn anew with `CONFITURE_UPDATE=1` where tmux is there to be its screen.
#[test]
fn picture() {
    let file = root().join("docs/images/editor.svg");
    if std::env::var_os("CONFITURE_UPDATE").is_some()
        && let Some(nvim) = editor(
            "CONFITURE_NVIM",
            "nvim",
            &["--headless", "+lua vim.lsp.config", "+qall"],
        )
        && let Some(tmux) = editor("CONFITURE_TMUX", "tmux", &["-V"])
    {
        fs::write(&file, anstyle_svg::Term::new().render_svg(&screen(&nvim, &tmux)))
            .expect("docs/images/editor.svg");
    }
    let svg = fs::read_to_string(&file).expect("docs/images/editor.svg");
    for words in ["set-not-null-scan", "ACCESS EXCLUSIVE", "Locks", "Instead"] {
        assert!(svg.contains(words), "{words} is not in the picture");
    }
}

/// What a terminal shows of Neovim, with its colours.
fn screen(nvim: &Path, tmux: &Path) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let project = project(folder.path());
    let socket = folder.path().join("tmux");
    let run = |arguments: &[&str]| {
        let output = Command::new(tmux)
            .arg("-S")
            .arg(&socket)
            .args(["-f", "/dev/null"])
            .args(arguments)
            .current_dir(&project)
            .env("CONFITURE", env!("CARGO_BIN_EXE_confiture"))
            .env("XDG_CACHE_HOME", folder.path())
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let command = format!(
        "{} --clean -i NONE --cmd 'set rtp^={}' -S '{}'",
        nvim.display(),
        root().join("editors/neovim").display(),
        root().join("tests/editors/picture.lua").display()
    );
    run(&["new-session", "-d", "-x", "140", "-y", "30", &command]);
    // The last thing that appears is the hover; a terminal tells nobody when it has been drawn.
    let mut shown = String::new();
    for _ in 0..300 {
        shown = run(&["capture-pane", "-p", "-e"]);
        if shown.contains("Instead") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    run(&["kill-server"]);
    assert!(shown.contains("Instead"), "Neovim shows no hover:\n{shown}");
    shown
}

/// The editors' queries are those of this repository, not copies.
#[test]
fn queries_exist_once() {
    let linked = root().join("editors/neovim/queries/postgres/highlights.scm");
    let own = root().join("queries/highlights.scm");
    assert_eq!(
        fs::canonicalize(linked).expect("the queries of Neovim"),
        fs::canonicalize(own).expect("the queries")
    );
}
