//! What running migrations costs: beside psql for the same statements, for each hook, and for those who use the tables meanwhile.
//!
//! Run with `cargo bench --bench migrate`. Wall time of whole processes on a private server, each against psql with the same
//! statements in the same transactions, in turn; then a writer and a reader beside a migration that has to wait for a lock.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use confiture_postgres::{Cluster, Database, Options, Session};

const MIGRATIONS: usize = 1_000;
const ROUNDS: usize = 7;

fn main() {
    // As a server that matters has it: what is committed is on the disk.
    let durable = [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
    ];
    for (name, settings) in [("durable server", &durable[..]), ("server without fsync", &[])] {
        let cluster = Cluster::start(&Options {
            settings: settings
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Options::default()
        })
        .expect("a private server");
        beside_psql(name, &cluster);
        if settings.is_empty() {
            hooks(&cluster);
            others(&cluster);
        }
    }
}

fn say(line: &str) {
    writeln!(std::io::stdout().lock(), "{line}").expect("standard output");
}

fn statements(number: usize) -> String {
    format!(
        "CREATE TABLE t{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, at timestamptz);\n\
         CREATE INDEX t{number}_name ON t{number} (name);\n\
         INSERT INTO t{number} (name) VALUES ('a'), ('b');\n"
    )
}

/// The migrations of a project; `hooks` of each in YAML.
fn write_project(folder: &Path, hooks: usize) {
    let migrations = folder.join("confiture-migrations");
    fs::create_dir_all(&migrations).expect("a folder");
    fs::write(
        folder.join("confiture.yaml"),
        "migrations:\n  path: confiture-migrations\n",
    )
    .expect("a file");
    for number in 1..=MIGRATIONS {
        let mut text = String::from("migration:\n  ddl: |\n");
        for line in statements(number).lines() {
            writeln!(text, "    {line}").expect("a string");
        }
        if hooks > 0 {
            text.push_str("  hooks:\n    after_ddl:\n");
            for _ in 0..hooks {
                text.push_str("      - type: sql\n        config:\n          sql: SELECT 1\n");
            }
        }
        fs::write(migrations.join(format!("{number:04}_t.yaml")), text).expect("a file");
    }
}

fn timed(mut command: Command) -> Duration {
    let began = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    let took = began.elapsed();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

fn confiture(folder: &Path, database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
    command
        .args(["migrate", "up", "--yes", "-q", "--database-url", &database.url()])
        .current_dir(folder);
    command
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn beside_psql(name: &str, cluster: &Cluster) {
    let folder = tempfile::tempdir().expect("a folder");
    write_project(folder.path(), 0);
    let file = folder.path().join("all.sql");
    let all: String = (1..=MIGRATIONS)
        .map(|n| format!("BEGIN;\n{}COMMIT;\n", statements(n)))
        .collect();
    fs::write(&file, all).expect("a file");
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let psql = |database: &Database| {
            let mut command = Command::new("psql");
            command
                .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"])
                .arg(&file)
                .arg(database.url());
            timed(command).as_secs_f64()
        };
        let confiture = |database: &Database| timed(confiture(folder.path(), database)).as_secs_f64();
        let (a, b) = (database(cluster), database(cluster));
        // In turn, so that neither always comes first.
        let (us, them) = if round % 2 == 0 {
            let us = confiture(&a);
            (us, psql(&b))
        } else {
            let them = psql(&b);
            (confiture(&a), them)
        };
        // The first round warms the server up.
        if round > 0 {
            ours.push(us);
            theirs.push(them);
            ratios.push(us / them);
        }
    }
    say(&format!(
        "{MIGRATIONS} migrations, {name}: confiture {:.2} s, psql {:.2} s, ratio {:.2}",
        median(ours),
        median(theirs),
        median(ratios)
    ));
}

fn database(cluster: &Cluster) -> Database {
    cluster.create_database("bench").expect("a database")
}

fn hooks(cluster: &Cluster) {
    const HOOKS: usize = 4;
    let (without, with) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    write_project(without.path(), 0);
    write_project(with.path(), HOOKS);
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        let (a, b) = (database(cluster), database(cluster));
        let plain = timed(confiture(without.path(), &a)).as_secs_f64();
        let hooked = timed(confiture(with.path(), &b)).as_secs_f64();
        costs.push((hooked - plain) / (MIGRATIONS * HOOKS) as f64);
    }
    say(&format!(
        "a hook that does `SELECT 1`: {:.2} ms",
        median(costs) * 1000.0
    ));
}

/// A writer and a reader beside a migration that meets a long transaction.
fn others(cluster: &Cluster) {
    let lock_timeout = Duration::from_millis(500);
    let folder = tempfile::tempdir().expect("a folder");
    let migrations = folder.path().join("migrations");
    fs::create_dir_all(&migrations).expect("a folder");
    let sql = "ALTER TABLE busy ADD COLUMN added int DEFAULT 0;\nALTER TABLE busy ALTER COLUMN added SET DEFAULT 1;\n";
    fs::write(migrations.join("001_add.up.sql"), sql).expect("a file");
    let database = database(cluster);
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("CREATE TABLE busy (id int PRIMARY KEY, v int); INSERT INTO busy SELECT i, 0 FROM generate_series(1, 100000) i")
        .expect("a table");
    // Somebody's report, which reads the table for longer than anybody would wait.
    let mut report = database.connect_blocking().expect("a session");
    report
        .batch("BEGIN; SELECT count(*) FROM busy")
        .expect("a transaction");
    let over = AtomicBool::new(false);
    let (reader, writer, took) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| longest(&database, &over, "SELECT v FROM busy WHERE id = 7"));
        let writer = scope.spawn(|| longest(&database, &over, "UPDATE busy SET v = v + 1 WHERE id = 7"));
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(4));
            report.batch("COMMIT").expect("the report ends");
        });
        let mut command = confiture(folder.path(), &database);
        command.args(["--lock-timeout", "500ms", "--retries", "30"]);
        let took = timed(command);
        over.store(true, Ordering::SeqCst);
        (
            reader.join().expect("a reader"),
            writer.join().expect("a writer"),
            took,
        )
    });
    say(&format!(
        "beside a migration that waits for a lock (lock_timeout {} ms, {:.1} s in all): longest read {} ms, longest write {} ms",
        lock_timeout.as_millis(),
        took.as_secs_f64(),
        reader.as_millis(),
        writer.as_millis()
    ));
}

/// The longest that one of these statements took.
fn longest(database: &Database, over: &AtomicBool, sql: &str) -> Duration {
    let mut session: Session = database.connect_blocking().expect("a session");
    let mut longest = Duration::ZERO;
    while !over.load(Ordering::SeqCst) {
        let began = Instant::now();
        session.batch(sql).expect("a statement");
        longest = longest.max(began.elapsed());
    }
    longest
}
