//! `confiture migrate` as a program, on private servers.

#[path = "support/pages.rs"]
#[allow(dead_code, reason = "only what makes output comparable is used here")]
mod pages;

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use confiture_postgres::{Cluster, Database, Session};
use serde_json::Value;
use tempfile::TempDir;

/// A project and a database of its own.
struct Scene {
    folder: TempDir,
    database: Database,
}

impl Scene {
    fn new(files: &[(&str, &str)]) -> Scene {
        let scene = Scene {
            folder: TempDir::new().expect("a folder"),
            database: Cluster::shared(None)
                .expect("a private server")
                .create_database("migrate")
                .expect("a database"),
        };
        for (path, text) in files {
            scene.write(path, text);
        }
        scene
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn session(&self) -> Session {
        self.database.connect_blocking().expect("a session")
    }

    /// The first column of a query's rows.
    fn values(&self, sql: &str) -> Vec<String> {
        let rows = self.session().text_rows(sql).expect("rows");
        rows.into_iter()
            .map(|row| row.into_iter().next().flatten().unwrap_or_default())
            .collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        command
            .env_remove("DATABASE_URL")
            .env("USER", "tester")
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .arg("migrate")
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command that needs no database.
    fn plain(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Runs a command on the database.
    fn run(&self, arguments: &[&str]) -> Output {
        let url = self.database.url();
        let mut command = self.command(arguments);
        command.args(["--database-url", &url]);
        command.output().expect("the program runs")
    }

    /// What a command says, without what differs from run to run.
    fn said(&self, output: &Output) -> String {
        let text = format!(
            "exit {}\n{}{}",
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        pages::comparable(&text.replace(&self.database.target().to_string(), "SERVER"))
    }
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

const TABLE: (&str, &str) = (
    "db/migrations/001_orders.up.sql",
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\nINSERT INTO orders VALUES (1, 'x'), (2, 'y');\n",
);
const TABLE_BACK: (&str, &str) = ("db/migrations/001_orders.down.sql", "DROP TABLE orders;\n");
const COLUMN: (&str, &str) = (
    "db/migrations/002_total.up.sql",
    "ALTER TABLE orders ADD COLUMN total int;\n",
);
const COLUMN_BACK: (&str, &str) = (
    "db/migrations/002_total.down.sql",
    "ALTER TABLE orders DROP COLUMN total;\n",
);
const BROKEN: (&str, &str) = (
    "db/migrations/003_broken.up.sql",
    "CREATE TABLE half ();\nALTER TABLE orderz ADD COLUMN x int;\n",
);

#[test]
fn up_status_down() {
    let scene = Scene::new(&[TABLE, TABLE_BACK, COLUMN, COLUMN_BACK]);
    let mut session = vec![
        scene.run(&["status"]),
        scene.run(&["up", "--target", "001"]),
        scene.run(&["status", "--check"]),
        scene.run(&["up", "--quiet"]),
        scene.run(&["up"]),
        scene.run(&["status", "--check"]),
    ];
    session.push(scene.run(&["redo", "--quiet"]));
    session.push(scene.run(&["redo", "--quiet", "--allow", "risk-data-loss"]));
    session.push(scene.run(&["down", "--all", "--preview"]));
    let shown: Vec<String> = session.iter().map(|output| scene.said(output)).collect();
    // Locks are watched from beside, so a short one may go unseen; on a loaded machine a statement may be a slow one.
    let is_chance = |line: &str| {
        line.contains("locks held")
            || line.contains("EXCLUSIVE")
            || (line.starts_with("  ") && line.contains("TIME"))
    };
    let stable = shown
        .join("\n")
        .lines()
        .filter(|line| !is_chance(line))
        .collect::<Vec<_>>()
        .join("\n");
    insta::assert_snapshot!(stable);
}

#[test]
fn looking_writes_nothing() {
    let scene = Scene::new(&[TABLE, COLUMN]);
    for command in ["status", "plan"] {
        let output = scene.run(&[command]);
        assert_eq!(output.status.code(), Some(0), "{}", scene.said(&output));
    }
    let made = "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'";
    assert_eq!(scene.values(made), Vec::<String>::new());
}

#[test]
fn a_failure_is_shown_where_it_is() {
    let scene = Scene::new(&[TABLE, BROKEN]);
    let output = scene.run(&["up"]);
    assert_eq!(output.status.code(), Some(4));
    insta::assert_snapshot!(pages::comparable(&String::from_utf8_lossy(&output.stderr)));
    assert_eq!(
        scene.values("SELECT version FROM tb_confiture"),
        ["001".to_owned()],
        "what came before stays"
    );
    assert_eq!(scene.values("SELECT to_regclass('half')"), [String::new()]);
}

#[test]
fn events_are_lines_of_json() {
    let scene = Scene::new(&[TABLE, BROKEN]);
    let output = scene.run(&["up", "--format", "json"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(output.stderr.is_empty(), "{}", scene.said(&output));
    let lines = lines(&output);
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events.len(), lines.len());
    assert_eq!(events.first(), Some(&"run_started"));
    assert_eq!(events.last(), Some(&"error"));
    let count = |name: &str| events.iter().filter(|event| **event == name).count();
    assert_eq!(
        (
            count("migration_finished"),
            count("migration_failed"),
            count("run_finished")
        ),
        (1, 1, 1)
    );
    let error = lines.last().expect("an error");
    assert_eq!(error["code"], "statement-failed");
    assert_eq!(error["sqlstate"], "42P01");
    assert_eq!(error["place"]["file"], "db/migrations/003_broken.up.sql");
    assert_eq!(error["place"]["line"], 2);
}

#[test]
fn lists_are_json() {
    let scene = Scene::new(&[TABLE, COLUMN]);
    assert!(scene.run(&["up", "--steps", "1"]).status.success());
    let status: Value =
        serde_json::from_slice(&scene.run(&["status", "--format", "json"]).stdout).expect("JSON");
    let states: Vec<&Value> = (0..2).map(|at| &status["migrations"][at]["state"]).collect();
    assert_eq!(states, ["applied", "pending"]);
    let plan: Value = serde_json::from_slice(&scene.run(&["plan", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(plan["migrations"][0]["slug"], "002_total");
    assert_eq!(plan["is_refused"], false);
}

#[test]
fn production_wants_to_be_named() {
    let scene = Scene::new(&[TABLE]);
    let config = format!(
        "environments:\n  production:\n    database_url: {}\n    production: true\n",
        scene.database.url()
    );
    scene.write("confiture.yaml", &config);
    let refused = scene.plain(&["up", "--env", "production"]);
    assert_eq!(refused.status.code(), Some(5), "{}", scene.said(&refused));
    let said = scene.said(&refused);
    assert!(
        said.contains("confirmation-needed") && said.contains("--yes"),
        "{said}"
    );
    assert_eq!(scene.values("SELECT to_regclass('orders')"), [String::new()]);
    let done = scene.plain(&["up", "--env", "production", "--yes"]);
    assert_eq!(done.status.code(), Some(0), "{}", scene.said(&done));
    assert_eq!(
        scene.values("SELECT to_regclass('orders')"),
        ["orders".to_owned()]
    );
}

#[test]
fn each_can_be_asked_for() {
    let scene = Scene::new(&[TABLE]);
    let output = scene.run(&["up", "--require-confirmation", "--format", "json"]);
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(lines(&output)[0]["code"], "confirmation-needed");
    assert!(
        scene
            .run(&["up", "--require-confirmation", "--yes"])
            .status
            .success()
    );
}

#[test]
fn a_changed_file_is_refused() {
    let scene = Scene::new(&[TABLE, COLUMN]);
    assert!(scene.run(&["up", "--steps", "1"]).status.success());
    scene.write(TABLE.0, "CREATE TABLE orders ();\n");
    let output = scene.run(&["up"]);
    assert_eq!(output.status.code(), Some(5), "{}", scene.said(&output));
    assert!(scene.said(&output).contains("migration-changed"));
    let status = scene.said(&scene.run(&["status"]));
    assert!(status.contains("changed since it was applied"), "{status}");
}

#[test]
fn two_projects_are_named() {
    let scene = Scene::new(&[
        ("a/migrations/001_a.up.sql", "SELECT 1;"),
        ("b/migrations/V1__b.sql", "SELECT 1;"),
    ]);
    let output = scene.run(&["status"]);
    assert_eq!(output.status.code(), Some(2));
    let said = scene.said(&output);
    assert!(
        said.contains("--path a/migrations") && said.contains("--path b/migrations"),
        "{said}"
    );
    assert!(scene.run(&["status", "--path", "b/migrations"]).status.success());
}

#[test]
fn who_holds_the_lock_is_said() {
    let scene = Scene::new(&[TABLE, COLUMN]);
    assert!(scene.run(&["up", "--steps", "1"]).status.success());
    let mut reader = scene.session();
    reader
        .batch("SET application_name = 'nightly report'; BEGIN; SELECT * FROM orders")
        .expect("it reads");
    let limits = ["--lock-timeout", "20ms", "--retries", "0"];
    let text = scene.run(&[&["up"][..], &limits].concat());
    assert_eq!(text.status.code(), Some(6), "{}", scene.said(&text));
    assert!(
        scene.said(&text).contains("lock-timeout"),
        "{}",
        scene.said(&text)
    );
    reader.batch("ROLLBACK").expect("it ends");
    assert!(scene.run(&["up"]).status.success());
}

#[test]
fn unreachable_servers_are_named_without_passwords() {
    let scene = Scene::new(&[TABLE]);
    for format in ["text", "json"] {
        let output = scene.plain(&[
            "up",
            "--format",
            format,
            "--database-url",
            "postgres://someone:s3cret@127.0.0.1:1/nowhere",
        ]);
        assert_eq!(output.status.code(), Some(3));
        let said = scene.said(&output);
        assert!(
            said.contains("connection-failed") && !said.contains("s3cret"),
            "{said}"
        );
    }
}

#[test]
fn signals_end_a_run_cleanly() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
        let scene = Scene::new(&[(
            "db/migrations/001_slow.up.sql",
            "CREATE TABLE half ();\nSELECT pg_sleep(600);\n",
        )]);
        let url = scene.database.url();
        let mut command = scene.command(&["up", "--format", "json", "--database-url", &url]);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        wait_until(|| {
            let asleep = "SELECT count(*) FROM pg_stat_activity
                          WHERE datname = current_database() AND wait_event = 'PgSleep'";
            scene.values(asleep) == ["1"]
        });
        let killed = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(status), "{}", scene.said(&output));
        let last = lines(&output).pop().expect("an error");
        assert_eq!(last["code"], "interrupted");
        assert_eq!(scene.values("SELECT to_regclass('half')"), [String::new()]);
    }
}

/// Asks again until it is so; fails after a time that no machine needs.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_secs(300),
            "it never came to be so"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn new_files_follow_the_project() {
    let scene = Scene::new(&[TABLE]);
    let output = scene.plain(&["new", "Add customer notes"]);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
    let written = fs::read_to_string(
        scene
            .folder
            .path()
            .join("db/migrations/002_add_customer_notes.up.sql"),
    );
    assert!(written.expect("the file").starts_with("-- add_customer_notes"));
    assert!(scene.run(&["up"]).status.success());
    let empty = Scene::new(&[]);
    assert!(empty.plain(&["new", "first", "--yaml"]).status.success());
    assert!(
        empty
            .folder
            .path()
            .join("confiture-migrations/001_first.yaml")
            .exists()
    );
    let again = empty.plain(&["new", "second"]);
    assert_eq!(
        String::from_utf8_lossy(&again.stdout),
        "confiture-migrations/002_second.yaml\n"
    );
    assert_eq!(scene.plain(&["new", "../.."]).status.code(), Some(2));
}

#[test]
fn nothing_there_is_said() {
    let scene = Scene::new(&[]);
    let output = scene.run(&["up"]);
    assert_eq!(output.status.code(), Some(3));
    let said = scene.said(&output);
    assert!(said.contains("migrate new") && said.contains("--path"), "{said}");
}

#[test]
fn a_database_is_taken_over_and_the_ledger_set_right() {
    let scene = Scene::new(&[TABLE, COLUMN]);
    scene
        .session()
        .batch("CREATE TABLE orders (id bigint PRIMARY KEY, note text)")
        .expect("it was made by hand");
    let shown = scene.said(&scene.run(&["baseline", "001", "--preview"]));
    assert!(
        shown.contains("001_orders") && shown.contains("stays pending"),
        "{shown}"
    );
    assert_eq!(
        scene.values("SELECT to_regclass('tb_confiture')"),
        [String::new()]
    );
    let taken = scene.run(&["baseline", "001"]);
    assert!(taken.status.success(), "{}", scene.said(&taken));
    assert!(scene.run(&["up"]).status.success());
    assert_eq!(scene.run(&["verify", "--schema"]).status.code(), Some(0));
    scene.write(COLUMN.0, "ALTER TABLE orders ADD COLUMN total int; -- changed\n");
    let wrong = scene.run(&["verify", "--format", "json"]);
    assert_eq!(wrong.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&wrong.stdout).expect("JSON");
    assert_eq!(report["discrepancies"][0]["kind"], "changed");
    assert_eq!(report["discrepancies"][0]["migration"], "002_total");
    let repaired = scene.run(&["repair", "--accept-changed", "002"]);
    assert!(repaired.status.success(), "{}", scene.said(&repaired));
    assert_eq!(scene.run(&["verify"]).status.code(), Some(0));
    assert_eq!(scene.run(&["repair"]).status.code(), Some(2));
}
