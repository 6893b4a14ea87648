//! `confiture schema` of files and of a server are the same text, so that diff compares them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use confiture_postgres::Cluster;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("cli/ has a parent")
        .to_path_buf()
}

fn confiture(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program runs")
}

#[test]
fn files_and_server_print_alike() {
    let cluster = Cluster::shared(None).expect("a private server");
    let database = cluster.create_database("shop").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    let folder = root().join("examples/shop/migrations");
    let mut scripts: Vec<_> = fs::read_dir(&folder)
        .expect("the example's migrations")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".up.sql"))
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    for script in scripts {
        session
            .batch(&fs::read_to_string(&script).expect("a script"))
            .expect("the script applies");
    }
    for format in ["text", "json", "sql"] {
        let files = confiture(&["schema", "examples/shop", "--format", format]);
        let server = confiture(&["schema", "--database-url", &database.url(), "--format", format]);
        assert!(files.status.success() && server.status.success());
        let (files, server) = (
            String::from_utf8_lossy(&files.stdout),
            String::from_utf8_lossy(&server.stdout),
        );
        assert!(!files.is_empty());
        if format == "sql" {
            // Expressions keep the spelling of their source there.
            assert_eq!(files.lines().count(), server.lines().count());
        } else {
            assert_eq!(files, server);
        }
    }
}

/// A wrong address is an error with a code, and says no password.
#[test]
fn no_server() {
    let output = confiture(&[
        "schema",
        "--database-url",
        "postgres://someone:secret@127.0.0.1:1/nowhere",
    ]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("connection-failed") && !said.contains("secret"),
        "{said}"
    );
}
