//! A hundred migrations of every kind, and what must be true of a database when they are through, and in between.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use confiture_postgres::Session;
use tempfile::TempDir;

/// How many migrations there are.
pub(crate) const COUNT: usize = 100;

/// Rows in each table.
const ROWS: usize = 200;

/// What a migration is, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One transaction.
    Atomic,
    /// A concurrent index on the table of the migration before.
    Index,
    /// A transaction, a concurrent index, a transaction.
    Mixed,
    /// Hooks that run in the transaction and alone: a backfill, a rebuilt index, checks.
    Hooks,
}

fn kind(number: usize) -> Kind {
    match number % 10 {
        3 => Kind::Index,
        5 => Kind::Hooks,
        8 => Kind::Mixed,
        _ => Kind::Atomic,
    }
}

/// Writes the project.
pub(crate) fn write() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let migrations = folder.path().join("confiture-migrations");
    fs::create_dir(&migrations).unwrap();
    fs::write(
        folder.path().join("confiture.yaml"),
        "migrations:\n  path: confiture-migrations\n",
    )
    .unwrap();
    for number in 1..=COUNT {
        let (ending, text) = text(number);
        fs::write(migrations.join(format!("{number:03}_step.{ending}")), text).unwrap();
    }
    folder
}

fn text(number: usize) -> (&'static str, String) {
    let before = number - 1;
    let table = format!(
        "CREATE TABLE t{number} (id int PRIMARY KEY, v int);\nINSERT INTO t{number} SELECT i, i % 7 FROM generate_series(1, {ROWS}) i;\n"
    );
    match kind(number) {
        Kind::Atomic => (
            "up.sql",
            format!("{table}ALTER TABLE t{number} ADD COLUMN w text NOT NULL DEFAULT 'w';\n"),
        ),
        Kind::Index => (
            "up.sql",
            format!("CREATE INDEX CONCURRENTLY t{before}_v ON t{before} (v);\n"),
        ),
        Kind::Mixed => (
            "up.sql",
            format!(
                "{table}CREATE INDEX CONCURRENTLY t{number}_v ON t{number} (v);\nINSERT INTO t{number} VALUES (0, 0);\n\
                 REINDEX INDEX CONCURRENTLY t{number}_v;\nALTER TABLE t{number} ADD COLUMN w int;\n"
            ),
        ),
        Kind::Hooks => ("yaml", hooks(number, &table)),
    }
}

fn hooks(number: usize, table: &str) -> String {
    let mut text = String::from("migration:\n  ddl: |\n");
    let model = format!(
        "CREATE TABLE r{number} (id int, v int);\nCREATE INDEX r{number}_id ON r{number} (id);\nCREATE TABLE h{number} (phase text);\n"
    );
    for line in table.lines().chain(model.lines()) {
        writeln!(text, "    {line}").unwrap();
    }
    write!(
        text,
        "  hooks:
    before_ddl:
      - type: capture_statistics
        config:
          capture_row_counts: true
    after_ddl:
      - type: sql
        config:
          sql: INSERT INTO h{number} VALUES ('after_ddl')
      - type: backfill_read_model
        config:
          source_query: SELECT id, v FROM t{number}
          target_table: r{number}
          batch_size: 40
          parallel_workers: 2
      - type: rebuild_index
        config:
          indexes: [r{number}_id]
          concurrent: true
    after_validation:
      - type: verify_consistency
        config:
          checks:
            - name: rows
              query: SELECT count(*) AS expected FROM t{number} UNION ALL SELECT count(*) FROM r{number}
              tolerance_percent: 0
      - type: sql
        config:
          sql: INSERT INTO h{number} VALUES ('after_validation')
"
    )
    .unwrap();
    text
}

/// Whether the ledger has a migration. A database without a ledger has none.
fn applied(session: &mut Session) -> Vec<usize> {
    let exists = session
        .text_rows("SELECT to_regclass('public.tb_confiture')")
        .unwrap();
    if exists == [[None]] {
        return Vec::new();
    }
    let rows = session
        .text_rows("SELECT version FROM public.tb_confiture ORDER BY pk_confiture")
        .unwrap();
    rows.into_iter()
        .map(|row| row[0].as_deref().unwrap().parse().unwrap())
        .collect()
}

fn exists(session: &mut Session, relation: &str) -> bool {
    session
        .text_rows(&format!("SELECT to_regclass('{relation}')"))
        .unwrap()
        != [[None]]
}

/// Waits until the server has noticed that nobody talks to it any more: what a killed program had sent may still be at work.
fn wait_until_alone(session: &mut Session) {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                  AND backend_type = 'client backend'";
    while session.text_rows(others).unwrap() != [[Some("0".to_owned())]] {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// What holds at any moment: a migration of one transaction is there exactly if the ledger says so; of the others the ledger
/// claims nothing that isn't there.
pub(crate) fn check_between(session: &mut Session, path: &Path) {
    wait_until_alone(session);
    let applied = applied(session);
    assert_eq!(
        applied,
        (1..=applied.len()).collect::<Vec<_>>(),
        "in order and without gaps: {}",
        path.display()
    );
    for number in 1..=COUNT {
        let is_applied = number <= applied.len();
        match kind(number) {
            Kind::Atomic => assert_eq!(
                exists(session, &format!("t{number}")),
                is_applied,
                "migration {number}"
            ),
            Kind::Index | Kind::Mixed | Kind::Hooks if is_applied => check(session, number),
            _ => {}
        }
    }
}

/// What holds at the end.
pub(crate) fn check_done(session: &mut Session) {
    assert_eq!(applied(session), (1..=COUNT).collect::<Vec<_>>());
    for number in 1..=COUNT {
        check(session, number);
    }
    let invalid = session
        .text_rows("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid")
        .unwrap();
    assert!(invalid.is_empty(), "{invalid:?}");
    let leftovers = session
        .text_rows("SELECT relname FROM pg_class WHERE relname ~ '_cc(new|old)'")
        .unwrap();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

/// One migration that is applied.
fn check(session: &mut Session, number: usize) {
    let before = number - 1;
    let mut value = |sql: String| session.text_rows(&sql).unwrap()[0][0].clone().unwrap();
    let valid =
        |index: String| format!("SELECT indisvalid FROM pg_index WHERE indexrelid = '{index}'::regclass");
    match kind(number) {
        Kind::Atomic => assert_eq!(value(format!("SELECT count(w) FROM t{number}")), ROWS.to_string()),
        Kind::Index => assert_eq!(value(valid(format!("t{before}_v"))), "t", "index of {number}"),
        Kind::Mixed => {
            assert_eq!(
                value(format!("SELECT count(*) FROM t{number}")),
                (ROWS + 1).to_string(),
                "rows of {number}"
            );
            assert_eq!(value(valid(format!("t{number}_v"))), "t", "index of {number}");
        }
        Kind::Hooks => {
            let counts = format!("SELECT count(*) || ' ' || count(DISTINCT id) FROM r{number}");
            assert_eq!(value(counts), format!("{ROWS} {ROWS}"), "backfill of {number}");
            let phases = format!("SELECT string_agg(phase, ' ' ORDER BY phase) FROM h{number}");
            assert_eq!(value(phases), "after_ddl after_validation", "hooks of {number}");
            assert_eq!(value(valid(format!("r{number}_id"))), "t", "index of {number}");
        }
    }
}
