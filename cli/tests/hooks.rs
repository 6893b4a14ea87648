//! `confiture hooks` as a program, on private servers.

#[path = "support/pages.rs"]
#[allow(dead_code, reason = "only what makes output comparable is used here")]
mod pages;

use std::fs;
use std::process::{Command, Output, Stdio};

use confiture_postgres::{Cluster, Database};
use serde_json::Value;
use tempfile::TempDir;

const ORDERS: (&str, &str) = (
    "confiture-migrations/001_orders.yaml",
    "ddl: |\n  CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL);\n  INSERT INTO orders VALUES (1, 10), (2, 20);\n",
);

const TOTALS: (&str, &str) = (
    "confiture-migrations/002_totals.yaml",
    "migration:
  ddl: CREATE TABLE totals (total int)
  hooks:
    before_ddl:
      - type: sql
        name: only elsewhere
        environments: [staging]
        config: {sql: SELECT 1 / 0}
    after_ddl:
      - type: sql
        name: fill
        config: {sql: INSERT INTO totals SELECT sum(total) FROM orders}
      - type: rebuild_index
        name: reindex
        config: {indexes: [orders_pkey], concurrent: true}
    after_validation:
      - type: sql
        config: {sql: SELECT FROM totals WHERE total <> 30, fail_if_rows: true}
        condition: stats.fill.rows_changed == 1
    on_error:
      - type: sql
        name: note
        config: {sql: SELECT 1}
  rollback:
    ddl: DROP TABLE totals
    hooks:
      - type: sql
        name: nothing is left
        config: {sql: \"SELECT FROM pg_class WHERE relname = 'totals'\", fail_if_rows: true}
",
);

const CONFIGURATION: (&str, &str) = (
    "confiture.yaml",
    "environments:
  staging: {}
  live: {production: true, database_url: \"${LIVE_URL}\"}
hooks:
  before_run:
    - type: sql
      name: hello
      config: {sql: SELECT 1}
  after_migration:
    - type: sql
      name: told
      on_failure: warn
      config: {sql: SELECT 1}
",
);

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
                .create_database("hooks")
                .expect("a database"),
        };
        for (path, text) in files {
            let path = scene.folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, text).expect("a file");
        }
        scene
    }

    /// The first column of a query's rows.
    fn values(&self, sql: &str) -> Vec<String> {
        let mut session = self.database.connect_blocking().expect("a session");
        let rows = session.text_rows(sql).expect("rows");
        rows.into_iter()
            .map(|row| row.into_iter().next().flatten().unwrap_or_default())
            .collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        command
            .env_remove("DATABASE_URL")
            .env("LIVE_URL", self.database.url())
            .env("USER", "tester")
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
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
        let mut command = self.command(arguments);
        command.args(["--database-url", &self.database.url()]);
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

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn what_is_declared_is_listed_without_a_database() {
    let scene = Scene::new(&[ORDERS, TOTALS, CONFIGURATION]);
    insta::assert_snapshot!(scene.said(&scene.plain(&["hooks", "list"])));
    let all = json(&scene.plain(&["hooks", "list", "2", "--format", "json"]));
    let of = |name: &str, key: &str| {
        let found = all
            .as_array()
            .expect("a list")
            .iter()
            .find(|hook| hook["name"] == name);
        found.unwrap_or_else(|| panic!("{name}"))[key].clone()
    };
    assert_eq!(of("fill", "runs"), "migration_transaction");
    assert_eq!(of("fill", "key"), "hooks.after_ddl[0]");
    assert_eq!(of("fill", "place")["line"], 10);
    assert_eq!(of("reindex", "runs"), "alone");
    assert_eq!(of("reindex", "attempts"), 3);
    assert_eq!(of("told", "runs"), "own_transaction");
    assert_eq!(of("told", "migration"), Value::Null);
    assert_eq!(of("nothing is left", "direction"), "down");
    let unknown = scene.plain(&["hooks", "list", "--env", "stagin"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        scene.said(&unknown).contains("staging"),
        "{}",
        scene.said(&unknown)
    );
}

#[test]
fn types_are_listed() {
    let scene = Scene::new(&[]);
    let text = scene.said(&scene.plain(&["hooks", "list", "--types"]));
    let types = json(&scene.plain(&["hooks", "list", "--types", "--format", "json"]));
    let types = types.as_array().expect("a list");
    assert_eq!(types.len(), confiture_migrate::hooks::registry().len());
    for kind in types {
        assert!(text.contains(kind["name"].as_str().expect("a name")), "{text}");
        assert!(kind["docs"].as_str().is_some_and(|docs| !docs.is_empty()));
    }
}

#[test]
fn wrong_declarations_are_listed_as_problems() {
    let file = "ddl: SELECT 1\nhooks:\n  after_ddl:\n    - {type: sqll}\n    - {type: sql, config: {sql: SELECT 1}}\n";
    let scene = Scene::new(&[("confiture-migrations/001_x.yaml", file)]);
    let output = scene.plain(&["hooks", "list"]);
    let said = scene.said(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("did you mean `sql`?"), "{said}");
    assert!(said.contains("after_ddl"), "{said}");
}

#[test]
fn a_test_leaves_nothing() {
    let scene = Scene::new(&[ORDERS, TOTALS]);
    let there = scene.run(&["hooks", "test", "002", "--env", "local"]);
    let said = scene.said(&there);
    assert!(
        said.contains("`confiture migrate up --target 001 --env local`"),
        "{said}"
    );
    let early = scene.run(&["hooks", "test", "002"]);
    assert_eq!(early.status.code(), Some(5), "{}", scene.said(&early));
    assert!(
        scene.said(&early).contains("migrate up --target 001"),
        "{}",
        scene.said(&early)
    );
    assert!(
        scene
            .values("SELECT to_regclass('tb_confiture')::text")
            .concat()
            .is_empty()
    );

    assert!(scene.run(&["migrate", "up", "--target", "001"]).status.success());
    insta::assert_snapshot!(scene.said(&scene.run(&["hooks", "test", "002"])));
    assert_eq!(
        scene.values("SELECT count(*) FROM pg_class WHERE relname = 'totals'"),
        ["0"]
    );
    assert_eq!(scene.values("SELECT count(*) FROM tb_confiture"), ["1"]);

    let output = scene.run(&["hooks", "test", "002", "--format", "json"]);
    assert!(output.status.success(), "{}", scene.said(&output));
    let last = lines(&output).pop().expect("a line");
    assert_eq!(last["event"], "hooks_tested");
    let tried = last["tried"].as_array().expect("a list");
    let status: Vec<_> = tried
        .iter()
        .map(|hook| (&hook["name"], &hook["status"]))
        .collect();
    assert_eq!(status.len(), 3, "{last}");
    assert_eq!(tried[0]["status"], "skipped");
    assert_eq!(tried[1]["statistics"]["rows_changed"], 1);
    assert_eq!(last["not_tried"][0]["what"], "reindex");
    assert_eq!(last["not_tried"][1]["phase"], "on_error");

    assert!(scene.run(&["migrate", "up"]).status.success());
    let late = scene.run(&["hooks", "test", "002"]);
    assert_eq!(late.status.code(), Some(5), "{}", scene.said(&late));
    let back = scene.run(&["hooks", "test", "002", "--down"]);
    assert!(back.status.success(), "{}", scene.said(&back));
    assert_eq!(scene.values("SELECT total FROM totals"), ["30"]);
}

#[test]
fn a_test_that_fails_says_where_and_what_was_not_reached() {
    let file = "ddl: CREATE TABLE t (x int)\nhooks:\n  after_ddl:\n    - {type: sql, name: broken, config: {sql: INSERT INTO t VALUES ('x')}}\n    - {type: sql, name: behind, config: {sql: SELECT 1}}\n";
    let scene = Scene::new(&[("confiture-migrations/001_t.yaml", file)]);
    insta::assert_snapshot!(scene.said(&scene.run(&["hooks", "test", "001"])));
    assert_eq!(
        scene.values("SELECT count(*) FROM pg_class WHERE relname = 't'"),
        ["0"]
    );
}

#[test]
fn deferred_constraints_are_checked_by_a_test() {
    let file = "ddl: |\n  CREATE TABLE a (id int PRIMARY KEY);\n  CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nhooks:\n  after_ddl:\n    - {type: sql, name: fill, config: {sql: INSERT INTO b VALUES (1)}}\n";
    let scene = Scene::new(&[("confiture-migrations/001_t.yaml", file)]);
    let output = scene.run(&["hooks", "test", "001"]);
    assert_eq!(output.status.code(), Some(4), "{}", scene.said(&output));
    assert!(
        scene.said(&output).contains("b_a_fkey"),
        "{}",
        scene.said(&output)
    );
}

#[test]
fn one_hook_runs_by_itself() {
    let scene = Scene::new(&[ORDERS, TOTALS]);
    assert!(scene.run(&["migrate", "up"]).status.success());
    let unasked = scene.run(&["hooks", "run", "002", "fill"]);
    assert_eq!(unasked.status.code(), Some(5), "{}", scene.said(&unasked));
    assert_eq!(scene.values("SELECT total FROM totals"), ["30"]);

    let output = scene.run(&["hooks", "run", "002", "fill", "--yes"]);
    assert!(output.status.success(), "{}", scene.said(&output));
    assert_eq!(scene.values("SELECT total FROM totals"), ["30", "30"]);
    let output = scene.run(&[
        "hooks",
        "run",
        "002",
        "hooks.after_ddl[0]",
        "--yes",
        "--format",
        "json",
    ]);
    let finished = lines(&output).pop().expect("a line");
    assert_eq!(
        (&finished["event"], &finished["status"], &finished["rows"]),
        (&"hook_finished".into(), &"done".into(), &1.into())
    );
    assert_eq!(
        scene
            .values("SELECT command FROM confiture.run WHERE command = 'hook' AND finished_at IS NOT NULL")
            .len(),
        2
    );
    assert!(
        scene
            .run(&["hooks", "run", "002", "reindex", "--yes"])
            .status
            .success()
    );

    let unknown = scene.run(&["hooks", "run", "002", "fil", "--yes"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        scene.said(&unknown).contains("did you mean `fill`?"),
        "{}",
        scene.said(&unknown)
    );
    let failing = scene.run(&["hooks", "run", "002", "nothing is left", "--down", "--yes"]);
    assert_eq!(failing.status.code(), Some(4), "{}", scene.said(&failing));
}

#[test]
fn production_wants_its_name() {
    let scene = Scene::new(&[ORDERS, TOTALS, CONFIGURATION]);
    for arguments in [&["hooks", "run", "001", "told"][..], &["hooks", "test", "001"]] {
        let output = scene
            .command(arguments)
            .args(["--env", "live"])
            .output()
            .expect("the program runs");
        let said = scene.said(&output);
        assert_eq!(output.status.code(), Some(5), "{said}");
        assert!(said.contains("`live` is a production environment"), "{said}");
    }
}
