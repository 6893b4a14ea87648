//! Which database a command works on.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use confiture_cli::args::ConnectArgs;
use confiture_cli::commands::target::{Server, choose_with};
use confiture_project::{Config, Secret, SourceFile};

fn config(text: &str) -> Config {
    let (config, problems) = Config::parse(&Arc::new(SourceFile {
        path: PathBuf::from("confiture.yaml"),
        file: PathBuf::from("/p/confiture.yaml"),
        text: text.into(),
    }));
    assert!(problems.is_empty(), "{problems:?}");
    config
}

/// `environment -> server`, then the notices; or the error.
fn chosen(text: &str, env: Option<&str>, url: Option<&str>, variable: Option<&str>) -> String {
    let args = ConnectArgs {
        env: env.map(str::to_owned),
        database_url: url.map(Secret::new),
    };
    let variable = |name: &str| match name {
        "DATABASE_URL" => variable.map(str::to_owned),
        "USER" => Some("me".to_owned()),
        _ => None,
    };
    match choose_with(&args, &config(text), variable) {
        Ok(chosen) => {
            let server = match &chosen.server {
                Server::At(target) => target.to_string(),
                Server::Local => "a private server".to_owned(),
            };
            let production = if chosen.environment.production { "!" } else { "" };
            let mut lines = vec![format!("{}{production} -> {server}", chosen.environment.name)];
            lines.extend(chosen.notices);
            lines.join("\n  ")
        }
        Err(failure) => format!("{}: {failure}", failure.code()),
    }
}

const ONE: &str = "environments: {production: {url: 'postgres://a@p/x', production: true}}";
const TWO: &str = "environments: {production: {url: 'postgres://a@p/x'}, qa: {url: 'postgres://a@q/x'}}";
const BARE: &str = "environment: {name: production, production: true}";
const URL: Option<&str> = Some("postgres://o@option/x");
const VAR: Option<&str> = Some("postgres://v@variable/x");

#[test]
fn the_order_of_precedence() {
    let cases = [
        ("nothing is said", chosen("", None, None, None)),
        ("the variable alone", chosen("", None, None, VAR)),
        ("local by name", chosen("", Some("local"), None, VAR)),
        ("the option", chosen(ONE, None, URL, VAR)),
        (
            "the option with an environment",
            chosen(ONE, Some("production"), URL, VAR),
        ),
        ("an environment by name", chosen(TWO, Some("qa"), None, VAR)),
        ("the only environment", chosen(ONE, None, None, None)),
        (
            "the only environment and the variable",
            chosen(ONE, None, None, VAR),
        ),
        (
            "the only environment by the variable",
            chosen("environments: {qa: {url: '${DATABASE_URL}'}}", None, None, VAR),
        ),
        ("several environments", chosen(TWO, None, None, None)),
        (
            "several environments and the variable",
            chosen(TWO, None, None, VAR),
        ),
        ("one without an address", chosen(BARE, None, None, None)),
        (
            "one without an address and the variable",
            chosen(BARE, None, None, VAR),
        ),
        (
            "one without an address, by name",
            chosen(BARE, Some("production"), None, VAR),
        ),
        (
            "one without an address and the option",
            chosen(BARE, None, URL, None),
        ),
        ("an unknown one", chosen(TWO, Some("qaa"), None, None)),
        (
            "several, one without an address",
            chosen("environments: {a: {}, b: {}}", Some("a"), None, VAR),
        ),
        (
            "a variable that isn't set",
            chosen("environments: {a: {url: '${NO}'}}", None, None, None),
        ),
        (
            "local with an address",
            chosen(
                "environments: {local: {url: 'postgres://l@l/x'}}",
                None,
                None,
                None,
            ),
        ),
    ];
    let invalid = "environments:\n  qa:\n    url: 'postgres://a@h:port/x'\n";
    let cases = cases.into_iter().chain([
        ("an address that is none", chosen(invalid, None, None, None)),
        ("an option that is none", chosen("", None, Some("nonsense"), None)),
    ]);
    let lines: Vec<String> = cases.map(|(what, got)| format!("{what}:\n  {got}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn no_password_is_shown() {
    let url = Some("postgres://u:s3cret@h/x?nonsense=s3cret");
    for text in [
        chosen("", None, url, None),
        chosen("", None, None, url),
        chosen(
            "environments: {a: {url: 'postgres://u:s3cret@h:x/a'}}",
            None,
            None,
            None,
        ),
        chosen(
            "environments: {a: {url: 'postgres://u:s3cret@h/a'}}",
            None,
            None,
            None,
        ),
        chosen(
            "environments: {a: {url: 'postgres://u:s3cret@${NO}/a'}}",
            None,
            None,
            None,
        ),
    ] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    let args = ConnectArgs {
        env: None,
        database_url: Some(Secret::new("postgres://u:s3cret@h/x")),
    };
    let chosen = choose_with(&args, &Config::default(), |_| None).expect("a target");
    let shown = format!("{args:?} {chosen:?} {}", chosen.title());
    assert!(!shown.contains("s3cret"), "{shown}");
}

/// The program itself: what it prints when an address, a configuration or a server is wrong.
#[test]
fn the_program_prints_no_password() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let config = "environments:\n  a: {databse_url: 'postgres://u:s3cret@127.0.0.1:1/a'}\n  \
                  b: {url: 'postgres://u:s3cret@127.0.0.1:1/a'}\n  c: {url: 'postgres://u:s3cret@h/${NO}'}\n";
    let run = |config: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("confiture.yaml"), config).expect("written");
        let output = Command::new(env!("CARGO_BIN_EXE_confiture"))
            .args(arguments)
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("PGPASSWORD", "s3cret")
            .env_remove("NO")
            .current_dir(folder.path())
            .output()
            .expect("the program runs");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert!(!told.contains("s3cret"), "{arguments:?}: {told}");
        (output.status.code(), told)
    };
    let fine = config.replace("databse_url", "database_url");
    let (status, told) = run(config, &["lint", "--env", "b"]);
    assert!(status == Some(2) && told.contains("databse_url"), "{told}");
    let (status, _) = run(config, &["lint", "--format", "json"]);
    assert_eq!(status, Some(2));
    let (status, told) = run(&fine, &["lint", "--env", "b"]);
    assert!(
        status == Some(3) && told.contains("no server listens there"),
        "{told}"
    );
    let (status, told) = run(&fine, &["lint", "--environment", "c"]);
    assert!(status == Some(2) && told.contains("`NO` is not set"), "{told}");
    let url = "postgres://u:s3cret@127.0.0.1:1/a?sslmode=s3cret";
    let (status, told) = run(&fine, &["schema", "--database-url", url]);
    assert!(
        status == Some(3) && told.contains("connection-string-invalid"),
        "{told}"
    );
    let (status, _) = run(
        &fine,
        &["schema", "--database-url", "host=h password=s3cret s3cret=1"],
    );
    assert_eq!(status, Some(3));
}
