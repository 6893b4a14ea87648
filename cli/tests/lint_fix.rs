//! `confiture lint --fix`, baselines, and rules that ask a server: what is written, and what never is.

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use confiture_postgres::Cluster;
use support::{findings, git, lint, repository, write};
use tempfile::TempDir;

const INDEX: &str = "-- no-transaction\nCREATE INDEX orders_note ON orders (note);\n";
const FIXED: &str = "-- no-transaction\nCREATE INDEX CONCURRENTLY orders_note ON orders (note);\n";
const NAME: &str = "db/migrations/003_index.up.sql";
const SELECT: [&str; 2] = ["--select", "require-concurrent-index"];

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn a_fix_is_written_and_the_rest_reported() {
    let folder = repository();
    write(folder.path(), NAME, INDEX);
    let output = lint(folder.path(), &["--fix", SELECT[0], SELECT[1]]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("fixed db/migrations/003_index.up.sql"),
        "{}",
        said(&output)
    );
    assert_eq!(text(folder.path(), NAME), FIXED);
    let again = lint(folder.path(), &["--fix", SELECT[0], SELECT[1]]);
    assert!(!said(&again).contains("fixed"), "{}", said(&again));
    assert_eq!(text(folder.path(), NAME), FIXED);
}

#[test]
fn a_diff_changes_nothing_and_git_takes_it() {
    let folder = repository();
    write(folder.path(), NAME, INDEX);
    let output = lint(folder.path(), &["--fix", "--diff", SELECT[0], SELECT[1]]);
    assert_eq!(text(folder.path(), NAME), INDEX);
    write(
        folder.path(),
        "fix.patch",
        &String::from_utf8_lossy(&output.stdout),
    );
    git(folder.path(), &["apply", "fix.patch"]);
    assert_eq!(text(folder.path(), NAME), FIXED);
}

/// What others have run already is not edited.
#[test]
fn a_released_migration_stays() {
    let folder = repository();
    write(folder.path(), NAME, INDEX);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "released"]);
    let output = lint(folder.path(), &["--fix", SELECT[0], SELECT[1]]);
    assert_eq!(text(folder.path(), NAME), INDEX);
    assert!(said(&output).contains("released"), "{}", said(&output));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_file_that_is_staged_in_part_is_not_fixed() {
    let folder = repository();
    write(folder.path(), NAME, INDEX);
    git(folder.path(), &["add", "-A"]);
    let unstaged = format!("{INDEX}SELECT 1;\n");
    write(folder.path(), NAME, &unstaged);
    let output = lint(folder.path(), &["--staged", "--fix"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(text(folder.path(), NAME), unstaged);
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = repository();
    for (given, wanted) in [(INDEX, FIXED), (FIXED, FIXED)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_confiture"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args(["lint", "--fix", "--stdin-filepath", NAME, SELECT[0], SELECT[1]])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(given.as_bytes()).expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), wanted);
        assert!(!folder.path().join(NAME).exists());
    }
}

/// An old project starts clean; what is new is found, and what stands in files that weren't looked at is kept.
#[test]
fn a_baseline_leaves_out_what_is_known() {
    let folder = repository();
    write(folder.path(), NAME, INDEX);
    let written = lint(folder.path(), &["--write-baseline", SELECT[0], SELECT[1]]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written));
    let clean = lint(folder.path(), &SELECT);
    assert_eq!(clean.status.code(), Some(0), "{}", said(&clean));
    assert!(said(&clean).contains("1 known finding"), "{}", said(&clean));
    write(folder.path(), NAME, &format!("\n\n-- moved\n{INDEX}"));
    assert_eq!(lint(folder.path(), &SELECT).status.code(), Some(0));
    write(
        folder.path(),
        "db/migrations/004_more.up.sql",
        "CREATE INDEX items_id ON items (id);\n",
    );
    let output = lint(folder.path(), &["--format", "json", SELECT[0], SELECT[1]]);
    assert_eq!(
        findings(&output),
        ["db/migrations/004_more.up.sql: require-concurrent-index"]
    );
    write(folder.path(), NAME, FIXED);
    let stale = lint(folder.path(), &SELECT);
    assert!(said(&stale).contains("gone"), "{}", said(&stale));
    write(folder.path(), "confiture-baseline.json", "{}");
    let broken = lint(folder.path(), &SELECT);
    assert_eq!(broken.status.code(), Some(2));
    assert!(said(&broken).contains("not-a-baseline"), "{}", said(&broken));
}

/// A database is not changed: its cures become a migration behind those that are there.
#[test]
fn a_database_is_cured_by_a_migration() {
    let cluster = Cluster::shared(None).expect("a private server");
    let database = cluster.create_database("lint_fix").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    let schema = "CREATE TABLE orders (id bigint PRIMARY KEY);
        CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);";
    session.batch(schema).expect("a schema");
    let folder = repository();
    let select = "require-foreign-key-index";
    let run = |more: &[&str]| {
        let url = database.url();
        let mut arguments = vec!["--database-url", &url, "--select", select];
        arguments.extend(more);
        lint(folder.path(), &arguments)
    };
    let shown = run(&["--fix", "--unsafe-fixes", "--diff"]);
    assert!(said(&shown).contains("CREATE INDEX"), "{}", said(&shown));
    let name = "db/migrations/003_lint_fixes_1.up.sql";
    assert!(!folder.path().join(name).exists());
    let written = run(&["--fix", "--unsafe-fixes"]);
    assert!(said(&written).contains("003_lint_fixes_1"), "{}", said(&written));
    assert_eq!(
        findings(&run(&["--format", "json"])).len(),
        1,
        "the database is as it was"
    );
    let migration = text(folder.path(), name);
    let statement = migration
        .rsplit_once("\nCREATE")
        .map(|(_, rest)| format!("CREATE{rest}"));
    session
        .batch(&statement.expect("a statement"))
        .expect("the migration runs");
    assert_eq!(
        findings(&run(&["--format", "json"])).len(),
        0,
        "the migration cures"
    );
}

const SQL_RULE: &str = "\
linting:
  custom_rules:
    - name: no-wide-tables
      sql: |
        SELECT c.oid::regclass::text AS relation, c.relnatts || ' columns' AS message
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relnatts > 1
      severity: error
";

/// A rule in SQL asks the live database where one is named, otherwise a private one that the files are loaded into.
#[test]
fn rules_in_sql_ask_a_server() {
    let folder = repository();
    write(folder.path(), "confiture.yaml", SQL_RULE);
    let output = lint(folder.path(), &["--format", "json", "--select", "no-wide-tables"]);
    assert_eq!(
        findings(&output),
        ["db/migrations/001_orders.up.sql: no-wide-tables"],
        "{}",
        said(&output)
    );
    let cluster = Cluster::shared(None).expect("a private server");
    let database = cluster.create_database("lint_rule").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("CREATE TABLE wide (a int, b int); CREATE TABLE narrow (a int)")
        .expect("a schema");
    let live = lint(
        folder.path(),
        &[
            "--database-url",
            &database.url(),
            "--format",
            "json",
            "--select",
            "no-wide-tables",
        ],
    );
    assert_eq!(findings(&live), ["database: no-wide-tables"], "{}", said(&live));
}

/// What a server refuses is said with its place, and the other rules run.
#[test]
fn a_project_that_does_not_load_is_a_problem_of_that_place() {
    let folder = repository();
    write(folder.path(), "confiture.yaml", SQL_RULE);
    write(
        folder.path(),
        "db/migrations/003_bad.up.sql",
        "ALTER TABLE nowhere ADD COLUMN a int;\nCREATE INDEX orders_note ON orders (note);\n",
    );
    let output = lint(
        folder.path(),
        &[
            "--format",
            "json",
            "--select",
            "no-wide-tables,require-concurrent-index",
        ],
    );
    assert_eq!(
        findings(&output),
        ["db/migrations/003_bad.up.sql: require-concurrent-index"]
    );
    assert_eq!(output.status.code(), Some(3));
    let said = said(&output);
    assert!(said.contains("E050") && said.contains("nowhere"), "{said}");
}

/// More settings for one run, in a file of their own.
#[test]
fn more_rules_come_from_a_file() {
    let folder = repository();
    write(
        folder.path(),
        "confiture.yaml",
        "linting:\n  rules:\n    require-table-comment: info\n",
    );
    write(
        folder.path(),
        "strict.yaml",
        "linting:\n  rules:\n    require-table-comment: error\n",
    );
    let level = |arguments: &[&str]| lint(folder.path(), arguments).status.code();
    let select = ["--select", "require-table-comment"];
    assert_eq!(level(&select), Some(0));
    assert_eq!(level(&[select[0], select[1], "--rules", "strict.yaml"]), Some(1));
    let empty = TempDir::new().expect("a folder");
    assert_eq!(
        lint(empty.path(), &["--rules", "missing.yaml"]).status.code(),
        Some(3)
    );
}
