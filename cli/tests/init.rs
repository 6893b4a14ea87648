//! `confiture init` on projects of several kinds: what it writes loads without a word, and changes nothing.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn confiture(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

const TABLE: &str = "CREATE TABLE orders (id bigint PRIMARY KEY);\n";
const COLUMN: &str = "ALTER TABLE orders ADD COLUMN note text;\n";

#[test]
fn what_it_writes_loads_and_changes_nothing() {
    let layouts: [(&str, &[(&str, &str)]); 6] = [
        (
            "confiture",
            &[
                ("db/migrations/001_a.up.sql", TABLE),
                ("db/migrations/002_b.up.sql", COLUMN),
            ],
        ),
        (
            "diesel",
            &[
                ("migrations/2024-01-01-000000_a/up.sql", TABLE),
                ("migrations/2024-01-02-000000_b/up.sql", COLUMN),
            ],
        ),
        (
            "dbmate",
            &[(
                "db/migrations/20240101_a.sql",
                "-- migrate:up\nCREATE TABLE orders (id bigint PRIMARY KEY);\n-- migrate:down\nDROP TABLE orders;\n",
            )],
        ),
        ("flyway", &[("sql/V1__a.sql", TABLE), ("sql/V2__b.sql", COLUMN)]),
        ("schema", &[("db/schema/10_tables/orders.sql", TABLE)]),
        ("none", &[]),
    ];
    for (name, files) in layouts {
        let folder = project(files);
        let before = confiture(folder.path(), &["lint", "--format", "json"]);
        let written = confiture(folder.path(), &["init"]);
        assert!(
            written.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&written.stderr)
        );
        let after = confiture(folder.path(), &["lint", "--format", "json"]);
        assert_eq!(
            String::from_utf8_lossy(&before.stdout),
            String::from_utf8_lossy(&after.stdout),
            "{name}"
        );
        assert_eq!(before.status.code(), after.status.code(), "{name}");
    }
}

#[test]
fn it_keeps_what_is_there() {
    let folder = project(&[("confiture.yml", "pg_version: 16\n")]);
    let output = confiture(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("already-exists") && said.contains("confiture.yml"),
        "{said}"
    );
    assert!(!folder.path().join("confiture.yaml").exists());
}

#[test]
fn it_shows_what_it_would_write() {
    let folder = project(&[("db/migrations/001_a.up.sql", TABLE)]);
    let output = confiture(folder.path(), &["init", "--print", "--pg-version", "17"]);
    assert!(output.status.success());
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
    assert!(!folder.path().join("confiture.yaml").exists());
}
