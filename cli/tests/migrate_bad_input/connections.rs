//! Servers that nobody can be reached at, or that let nobody in.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::OnceLock;

use confiture_postgres::{Cluster, Options};
use tempfile::TempDir;

use crate::scene::{ORDERS, Scene};

/// A server where everybody but the superuser needs a password.
fn with_passwords() -> &'static Cluster {
    static SERVER: OnceLock<(Cluster, TempDir)> = OnceLock::new();
    let (cluster, _) = SERVER.get_or_init(|| {
        let folder = TempDir::new().expect("a folder");
        // The server may run as another user.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("set");
        let hba = folder.path().join("pg_hba.conf");
        std::fs::write(&hba, "local all postgres trust\nlocal all all scram-sha-256\n").expect("written");
        let cluster = Cluster::start(&Options {
            settings: vec![("hba_file".to_owned(), hba.display().to_string())],
            ..Options::default()
        })
        .expect("a private server");
        let database = cluster.create_database("roles").expect("a database");
        let mut session = database.connect_blocking().expect("a session");
        session
            .batch("SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN PASSWORD 's3cret'")
            .expect("a role");
        (cluster, folder)
    });
    cluster
}

#[test]
fn wrong_password() {
    let scene = Scene::on(with_passwords(), &[ORDERS]);
    let url = |password: &str| {
        let socket = with_passwords().folder().display();
        format!(
            "host={socket} user=app password={password} dbname={}",
            scene.database.name()
        )
    };
    let mut shown = String::new();
    for command in [&["up"][..], &["status"], &["up", "--format", "json"]] {
        let mut program = scene.command(command);
        program.args(["--database-url", &url("wr0ng-passw0rd")]);
        let output = program.output().expect("the program runs");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("wr0ng"));
        shown.push_str(&scene.shown(&output));
        shown.push('\n');
        if command.contains(&"json") {
            let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
            shown.push_str(&format!("{} {}\n", line["code"], line["help"]));
        }
    }
    assert!(!shown.contains("wr0ng"), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn no_password_from_an_environment() {
    let scene = Scene::on(with_passwords(), &[ORDERS]);
    let socket = with_passwords().folder().display();
    scene.write(
        "confiture.yaml",
        &format!(
            "environments:\n  qa:\n    database_url: host={socket} user=app dbname={} password=${{QA_PASSWORD}}\n",
            scene.database.name()
        ),
    );
    let without = scene
        .command(&["up", "--env", "qa"])
        .output()
        .expect("the program runs");
    let wrong = scene
        .command(&["up", "--env", "qa"])
        .env("QA_PASSWORD", "wr0ng")
        .output()
        .expect("the program runs");
    insta::assert_snapshot!(format!("{}{}", scene.said(&without), scene.shown(&wrong)));
}

/// What the system says of a name that it can't look up differs between systems.
fn without_system(text: &str) -> String {
    let pattern = regex::Regex::new(r"(?m)(can't be reached|lookup[^:]*): .*$").expect("a pattern");
    pattern.replace_all(text, "$1: REASON").into_owned()
}

#[test]
fn unreachable_hosts() {
    let scene = Scene::new(&[ORDERS]);
    let mut shown = String::new();
    for address in [
        "postgres://someone:s3cret@127.0.0.1:1/nowhere",
        "host=no..host user=someone password=s3cret",
        "host=/nowhere user=someone password=s3cret",
        "postgres://someone:s3cret@127.0.0.1:port/nowhere",
        "postgres://someone:s3cret@127.0.0.1/nowhere?sslmoode=require",
    ] {
        let mut program = scene.command(&["up"]);
        let output = program.args(["--database-url", address]).output();
        shown.push_str(&scene.said(&output.expect("the program runs")));
    }
    assert!(!shown.contains("s3cret"), "{shown}");
    insta::assert_snapshot!(without_system(&shown));
}

#[test]
fn unknown_databases_and_environments() {
    let scene = Scene::new(&[ORDERS]);
    let missing = scene.database.url().replace(scene.database.name(), "missing");
    let mut shown = scene.said(&scene.run_on(&missing, &["up"]));
    scene.write(
        "confiture.yaml",
        "environments:\n  staging:\n    database_url: postgres://db/shop\n",
    );
    let output = scene.command(&["up", "--env", "stagin"]).output();
    shown.push_str(&scene.said(&output.expect("the program runs")));
    insta::assert_snapshot!(shown);
}
