//! What `confiture lint` looks at: staged files, changed files, standard input, a database; and by which rules.

mod support;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use confiture_postgres::Cluster;
use serde_json::Value;
use support::{findings, git, lint, repository, write};
use tempfile::TempDir;

const INDEX: &str = "CREATE INDEX orders_note ON orders (note);\n";

/// Staged files are read as they are staged, and know the tables of files that aren't.
#[test]
fn staged_files_are_read_from_the_index() {
    let folder = repository();
    write(folder.path(), "db/migrations/003_index.up.sql", INDEX);
    write(
        folder.path(),
        "db/migrations/004_other.up.sql",
        "DROP TABLE items;\n",
    );
    git(folder.path(), &["add", "db/migrations/003_index.up.sql"]);
    write(folder.path(), "db/migrations/003_index.up.sql", "SELECT 1;\n");
    let output = lint(
        folder.path(),
        &[
            "--staged",
            "--format",
            "json",
            "--select",
            "require-concurrent-index,data-loss",
        ],
    );
    assert_eq!(
        findings(&output),
        ["db/migrations/003_index.up.sql: require-concurrent-index"]
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn nothing_staged_is_nothing_found() {
    let folder = repository();
    let output = lint(folder.path(), &["--staged"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What a branch changed, committed, staged or untracked, is reported; what main did since isn't.
#[test]
fn files_changed_since_a_branch_began() {
    let folder = repository();
    git(folder.path(), &["switch", "-q", "-c", "feature"]);
    write(folder.path(), "db/migrations/003_index.up.sql", INDEX);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "index"]);
    write(
        folder.path(),
        "db/migrations/004_drop.up.sql",
        "DROP TABLE items;\n",
    );
    let output = lint(
        folder.path(),
        &[
            "--since",
            "main",
            "--format",
            "json",
            "--select",
            "require-concurrent-index,data-loss",
        ],
    );
    assert_eq!(
        findings(&output),
        [
            "db/migrations/003_index.up.sql: require-concurrent-index",
            "db/migrations/004_drop.up.sql: data-loss"
        ]
    );
}

#[test]
fn a_revision_that_does_not_exist() {
    let folder = repository();
    let output = lint(folder.path(), &["--since", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere"));
    let elsewhere = TempDir::new().expect("a folder");
    let output = lint(elsewhere.path(), &["--staged"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("git"));
}

/// An editor's buffer takes the place of its file, or of one that isn't there yet.
#[test]
fn standard_input_stands_for_a_file() {
    let folder = repository();
    for name in ["db/migrations/002_items.up.sql", "db/migrations/009_new.up.sql"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_confiture"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args([
                "lint",
                "--stdin-filepath",
                name,
                "--format",
                "json",
                "--select",
                "require-concurrent-index",
            ])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(INDEX.as_bytes()).expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(findings(&output), [format!("{name}: require-concurrent-index")]);
    }
}

#[test]
fn rules_are_chosen_and_left_out() {
    let folder = repository();
    write(folder.path(), "db/migrations/003_index.up.sql", INDEX);
    let with = |arguments: &[&str]| {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        findings(&lint(folder.path(), &all))
    };
    let index = "db/migrations/003_index.up.sql: require-concurrent-index".to_owned();
    assert!(with(&[]).contains(&index));
    assert!(!with(&["--exclude-rules", "require_concurrent_index"]).contains(&index));
    assert!(!with(&["--exclude-rules", "migration-safety"]).contains(&index));
    assert_eq!(with(&["--select", "require-concurrent-index-creation"]), [index]);
    let output = lint(folder.path(), &["--select", "require-concurrent-idnex"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("require-concurrent-index"));
}

/// The report goes into the file, and nothing to standard output.
#[test]
fn a_report_in_a_file() {
    let folder = repository();
    write(folder.path(), "db/migrations/003_index.up.sql", INDEX);
    let output = lint(folder.path(), &["--format", "json", "--output", "report.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let report = fs::read_to_string(folder.path().join("report.json")).expect("a report");
    assert!(report.contains("require-concurrent-index"));
}

/// SQL in hooks is checked like the migration's own, at its place in the YAML.
#[test]
fn hooks_are_checked_where_they_stand() {
    let folder = TempDir::new().expect("a folder");
    write(
        folder.path(),
        "confiture-migrations/001_orders.yaml",
        "migration:\n  name: 001_orders\n  ddl: CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
    );
    let text = "\
migration:
  name: 002_note
  ddl: |
    ALTER TABLE orders ALTER COLUMN note SET DEFAULT '';
  hooks:
    before_ddl:
      - type: sql
        config:
          sql: SELEC 1;
    after_ddl:
      - type: sql
        config:
          sql: |
            DROP TABLE orders;
";
    write(folder.path(), "confiture-migrations/002_note.yaml", text);
    let output = lint(
        folder.path(),
        &["--format", "json", "--select", "syntax-error,data-loss"],
    );
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let places: Vec<(&str, u64)> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| {
            let rule = f["rule"].as_str().expect("a rule");
            (rule, f["range"]["start"]["line"].as_u64().expect("a line"))
        })
        .collect();
    let line = |wanted: &str| {
        text.lines()
            .position(|line| line.contains(wanted))
            .expect("a line") as u64
            + 1
    };
    assert_eq!(
        places,
        [
            ("syntax-error", line("SELEC 1")),
            ("data-loss", line("DROP TABLE"))
        ]
    );
}

/// With an environment that has a database, what is checked is that database's schema.
#[test]
fn the_schema_of_an_environment() {
    let cluster = Cluster::shared(None).expect("a private server");
    let database = cluster.create_database("lint_env").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch(
            "CREATE SCHEMA other; CREATE TABLE keyless (id bigint); CREATE TABLE other.keyless (id bigint);
             CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
        )
        .expect("a schema");
    let folder = TempDir::new().expect("a folder");
    write(
        folder.path(),
        "confiture.yaml",
        "environments:\n  staging:\n    database_url: ${CONFITURE_TEST_URL}\n",
    );
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_confiture"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args([
                "lint",
                "--env",
                "staging",
                "--format",
                "json",
                "--select",
                "require-primary-key",
            ])
            .args(arguments)
            .env("CONFITURE_TEST_URL", database.url())
            .current_dir(folder.path())
            .output()
            .expect("the program runs")
    };
    assert_eq!(findings(&run(&[])), ["staging: require-primary-key"; 2]);
    assert_eq!(
        findings(&run(&["--schema", "other"])),
        ["staging: require-primary-key"]
    );
    let output = lint(folder.path(), &["--env", "staging"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("CONFITURE_TEST_URL"));
    let output = lint(folder.path(), &["--env", "stagign"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `staging`"));
}
