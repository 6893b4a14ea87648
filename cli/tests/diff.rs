//! `diff`, `build` and `drift`, as people run them.

mod support;

use std::path::Path;
use std::process::{Command, Output};

use confiture_postgres::{Cluster, Database};
use support::{git, write};
use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .env_remove("DATABASE_URL")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

/// What a person sees: exit status, standard output, standard error.
fn seen(output: &Output) -> String {
    format!(
        "exit {}\n{}--\n{}",
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A project whose schema is ahead of its migrations.
fn project() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(
        folder.path(),
        "confiture.yaml",
        "pg_version: 15\nload_order: [db/schema]\n",
    );
    write(
        folder.path(),
        "db/schema/01_people.sql",
        "CREATE TYPE mood AS ENUM ('fine', 'so so');\n\
         CREATE TABLE people (id bigint PRIMARY KEY, full_name text NOT NULL, mood mood DEFAULT 'fine');\n\
         CREATE INDEX people_full_name_idx ON people (full_name);\n\
         CREATE FUNCTION greet(who text) RETURNS text LANGUAGE sql AS $$ SELECT 'hello ' || who $$;\n\
         CREATE VIEW fine_people AS SELECT id, full_name FROM people WHERE mood = 'fine';\n",
    );
    write(
        folder.path(),
        "db/migrations/001_people.up.sql",
        "CREATE TYPE mood AS ENUM ('fine');\n\
         CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL, mood mood DEFAULT 'fine', old int);\n\
         CREATE FUNCTION greet(who text) RETURNS text LANGUAGE sql AS $$ SELECT 'hi ' || who $$;\n",
    );
    write(
        folder.path(),
        "db/migrations/001_people.down.sql",
        "DROP FUNCTION greet(text); DROP TABLE people; DROP TYPE mood;\n",
    );
    folder
}

fn database() -> Database {
    Cluster::shared(None)
        .expect("a server")
        .create_database("diff")
        .expect("a database")
}

const RENAMED: &str = "public.people.name=full_name";

#[test]
fn what_people_read() {
    let folder = project();
    insta::assert_snapshot!("report", seen(&run(folder.path(), &["diff"])));
    insta::assert_snapshot!(
        "questions",
        seen(&run(folder.path(), &["diff", "--format", "sql"]))
    );
    let renamed = ["diff", "--format", "sql", "--rename", RENAMED];
    insta::assert_snapshot!("statements", seen(&run(folder.path(), &renamed)));
}

#[test]
fn a_written_draft_leaves_nothing_to_do() {
    let folder = project();
    let written = run(
        folder.path(),
        &["diff", "--write", "catch_up", "--rename", RENAMED],
    );
    assert_eq!(written.status.code(), Some(1), "{}", seen(&written));
    let mut files: Vec<_> = std::fs::read_dir(folder.path().join("db/migrations"))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.to_string_lossy().contains("001_"))
        .collect();
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .map(|file| {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            format!("== {name}\n{}", std::fs::read_to_string(file).expect("a text"))
        })
        .collect();
    insta::assert_snapshot!("migrations", texts.join("\n"));
    let again = run(folder.path(), &["diff"]);
    assert_eq!(again.status.code(), Some(0), "{}", seen(&again));

    // On a server they lead there, and back.
    let database = database();
    let mut session = database.connect_blocking().expect("a session");
    let mut apply = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("a text");
        for piece in confiture_syntax::split::split(&text) {
            if piece.kind == confiture_syntax::split::PieceKind::Sql {
                session
                    .batch(piece.range.slice(&text))
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
        }
    };
    apply(&folder.path().join("db/migrations/001_people.up.sql"));
    let (ups, downs): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|file| file.to_string_lossy().ends_with(".up.sql"));
    ups.iter().for_each(|file| apply(file));
    let url = database.url();
    let live = run(
        folder.path(),
        &["drift", "--against", "schema", "--database-url", &url],
    );
    assert_eq!(live.status.code(), Some(0), "{}", seen(&live));
    downs.iter().rev().for_each(|file| apply(file));
    let first = TempDir::new().expect("a folder");
    write(first.path(), ".git/HEAD", "ref: refs/heads/main\n");
    let text =
        std::fs::read_to_string(folder.path().join("db/migrations/001_people.up.sql")).expect("a text");
    write(first.path(), "db/migrations/001_people.up.sql", &text);
    let back = run(
        first.path(),
        &["drift", "--database-url", &url, "--format", "json"],
    );
    let report: serde_json::Value = serde_json::from_slice(&back.stdout).expect("JSON");
    let left: Vec<&str> = report["differences"]
        .as_array()
        .expect("differences")
        .iter()
        .filter_map(|d| d["object"].as_str())
        .collect();
    // A label that was added stays.
    assert_eq!(left, ["enum public.mood"], "{}", seen(&back));
}

#[test]
fn a_revision_is_compared() {
    let folder = project();
    std::fs::remove_dir_all(folder.path().join(".git")).expect("no repository yet");
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "begin"]);
    let same = run(folder.path(), &["diff", "git:HEAD", "schema"]);
    assert_eq!(same.status.code(), Some(0), "{}", seen(&same));
    write(
        folder.path(),
        "db/migrations/002_more.up.sql",
        "ALTER TABLE people ADD COLUMN more int;\n",
    );
    let more = run(folder.path(), &["diff", "git:HEAD:migrations", "migrations"]);
    insta::assert_snapshot!("revision", seen(&more));
    let unknown = run(folder.path(), &["diff", "git:nowhere", "schema"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", seen(&unknown));
}

#[test]
fn a_database_is_built_and_drifts() {
    let folder = project();
    let database = database();
    let url = database.url();
    let built = run(folder.path(), &["build", "--database-url", &url]);
    assert_eq!(built.status.code(), Some(0), "{}", seen(&built));
    let again = run(folder.path(), &["build", "--database-url", &url]);
    assert_eq!(again.status.code(), Some(5), "{}", seen(&again));
    let unasked = run(
        folder.path(),
        &["build", "--database-url", &url, "--force-recreate"],
    );
    assert_eq!(unasked.status.code(), Some(5), "{}", seen(&unasked));
    let anew = run(
        folder.path(),
        &["build", "--database-url", &url, "--force-recreate", "--yes"],
    );
    assert_eq!(anew.status.code(), Some(0), "{}", seen(&anew));
    let drift = ["drift", "--against", "schema", "--database-url", &url];
    let none = run(folder.path(), &drift);
    assert_eq!(none.status.code(), Some(0), "{}", seen(&none));
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch(
            "CREATE TABLE tb_confiture (id int); CREATE SCHEMA confiture; CREATE TABLE schema_migrations (version text); \
             ALTER TABLE people ADD COLUMN by_hand int; DROP INDEX people_full_name_idx; \
             CREATE OR REPLACE FUNCTION greet(who text) RETURNS text LANGUAGE sql AS $$ SELECT 'good day ' || who $$",
        )
        .expect("changes by hand");
    let drifted = run(folder.path(), &drift);
    assert_eq!(drifted.status.code(), Some(1), "{}", seen(&drifted));
    let text = String::from_utf8_lossy(&drifted.stdout).into_owned();
    let lines: Vec<&str> = text.lines().skip(2).collect();
    insta::assert_snapshot!("drift", lines.join("\n"));
}

#[test]
fn a_build_that_fails_leaves_nothing() {
    let folder = project();
    write(
        folder.path(),
        "db/schema/02_wrong.sql",
        "CREATE TABLE fine (id int);\nCREATE TABLE wrong (id nonsense);\n",
    );
    let database = database();
    let url = database.url();
    let failed = run(folder.path(), &["build", "--database-url", &url]);
    assert_eq!(failed.status.code(), Some(4), "{}", seen(&failed));
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(
        said.contains("02_wrong.sql:2") && said.contains("rolled back"),
        "{said}"
    );
    let mut session = database.connect_blocking().expect("a session");
    let tables = session
        .text_rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        .expect("a count");
    assert_eq!(tables, [[Some("0".to_owned())]]);
}

#[test]
fn production_is_never_dropped() {
    let folder = project();
    let database = database();
    let url = database.url();
    let config = format!(
        "load_order: [db/schema]\nenvironments: {{live: {{database_url: '{url}', production: true}}}}\n"
    );
    write(folder.path(), "confiture.yaml", &config);
    let refused = run(
        folder.path(),
        &["build", "--env", "live", "--force-recreate", "--yes"],
    );
    assert_eq!(refused.status.code(), Some(5), "{}", seen(&refused));
}

#[test]
fn wrong_usage_is_said() {
    let folder = project();
    for arguments in [
        &["diff", "nonsense"][..],
        &["diff", "postgres//secret@x", "schema"],
        &["diff", "--write", "no/name", "--no-renames"],
        &["diff", "--format", "sql", "--rename", "nonsense"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", seen(&output));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("secret"));
    }
}
