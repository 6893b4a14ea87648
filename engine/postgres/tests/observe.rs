//! What is visible of a statement's work, on the oldest, a middle and the newest major version.

use std::fmt::Write;

use confiture_postgres::cluster::Cluster;
use confiture_postgres::observe::{
    Finish, LockMode, Method, ObserveError, Observed, ObservedLock, Wait, observe,
};

const MAJORS: [u32; 3] = [13, 15, 18];

const SCHEMA: &str = "
    CREATE TABLE parent (id int PRIMARY KEY, note text);
    CREATE TABLE child (
        id int PRIMARY KEY,
        parent_id int,
        n int,
        label varchar(10)
    );
    CREATE INDEX child_label ON child (label);
    CREATE TABLE linked (id int PRIMARY KEY, parent_id int REFERENCES parent);
    CREATE TABLE measures (at int NOT NULL, v int) PARTITION BY RANGE (at);
    CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM (0) TO (1000);
    CREATE TABLE measures_2 PARTITION OF measures FOR VALUES FROM (1000) TO (2000);
    CREATE INDEX measures_v ON measures (v);
    CREATE TABLE loose (at int NOT NULL, v int);
    CREATE MATERIALIZED VIEW summary AS SELECT n, count(*) AS c FROM child GROUP BY n;
    CREATE UNIQUE INDEX summary_n ON summary (n);
    CREATE SEQUENCE counter;
    CREATE VIEW shown AS SELECT id, note FROM parent;
    INSERT INTO parent SELECT i, 'note' FROM generate_series(1, 500) i;
    INSERT INTO child SELECT i, i, i % 7, 'label' || i FROM generate_series(1, 500) i;
    INSERT INTO linked SELECT i, i FROM generate_series(1, 500) i;
    INSERT INTO measures SELECT i, i FROM generate_series(0, 1999) i;
    REFRESH MATERIALIZED VIEW summary;
    ANALYZE;
";

/// Each in a fresh database; what stands before `=>` prepares it.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE child ADD COLUMN x int DEFAULT 1",
    "ALTER TABLE child ADD COLUMN x float DEFAULT random()",
    "ALTER TABLE child ALTER id TYPE bigint",
    "ALTER TABLE child ALTER label TYPE varchar(20)",
    "ALTER TABLE child ALTER n SET NOT NULL",
    "ALTER TABLE child ADD CHECK (n < 10)",
    "ALTER TABLE child ADD CHECK (n < 10) NOT VALID => ALTER TABLE child VALIDATE CONSTRAINT child_n_check",
    "ALTER TABLE child ADD FOREIGN KEY (parent_id) REFERENCES parent",
    "ALTER TABLE child ADD FOREIGN KEY (parent_id) REFERENCES parent NOT VALID",
    "ALTER TABLE child ADD CONSTRAINT k FOREIGN KEY (parent_id) REFERENCES parent NOT VALID
     => ALTER TABLE child VALIDATE CONSTRAINT k",
    "ALTER TABLE linked ALTER parent_id TYPE bigint",
    "CREATE INDEX ON child (n)",
    "CREATE INDEX ON measures (at)",
    "TRUNCATE child",
    "/* TRUNCATE */ DROP TABLE linked",
    "REINDEX INDEX child_label",
    "CLUSTER child USING child_pkey",
    "REFRESH MATERIALIZED VIEW summary",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY summary",
    "SELECT * FROM shown WHERE id = 3",
    "ALTER SEQUENCE counter INCREMENT 2",
    "ALTER TABLE measures ATTACH PARTITION loose FOR VALUES FROM (2000) TO (3000)",
    "ALTER TABLE measures DETACH PARTITION measures_1",
    "ALTER TABLE measures DETACH PARTITION measures_1 CONCURRENTLY",
    "CREATE INDEX CONCURRENTLY new_index ON child (n)",
    "DROP INDEX CONCURRENTLY child_label",
    "REINDEX INDEX CONCURRENTLY child_label",
    "VACUUM child",
    "VACUUM FULL child",
    "REINDEX TABLE measures",
    "COMMIT",
    "ALTER TABLE missing ADD COLUMN x int",
];

/// One line for each fact. Locks on indexes are marked by `~`; of a statement that was observed
/// from outside, only those on indexes that it names are sure to be seen.
fn show(statement: &str, observed: &Observed) -> String {
    let mut lines = Vec::new();
    if observed.method == Method::Outside {
        lines.push("not in a transaction".to_owned());
    }
    for ObservedLock { relation, mode } in &observed.locks {
        if !relation.kind.is_index() {
            lines.push(format!("lock {} {mode}", relation.name));
        } else if observed.method == Method::Inside || statement.contains(&relation.name) {
            lines.push(format!("lock ~{} {mode}", relation.name));
        }
    }
    for wait in &observed.waits {
        lines.push(match wait {
            Wait::Lock { relation, mode } => format!("waits for {mode} on {relation}"),
            Wait::LockHolders => "waits for those who hold locks".to_owned(),
            Wait::OlderSnapshots => "waits for those who have older snapshots".to_owned(),
        });
    }
    for scan in observed.scans.iter().filter(|scan| scan.sequential > 0) {
        lines.push(format!(
            "scan {}: {} times, {} rows",
            scan.relation.name, scan.sequential, scan.rows
        ));
    }
    for build in &observed.index_builds {
        let again = if build.existed { " again" } else { "" };
        lines.push(format!(
            "build {} on {}{again}",
            build.index.name, build.table.name
        ));
    }
    let lists = [
        ("rewrite", &observed.rewrites),
        ("truncated", &observed.truncated),
        ("dropped", &observed.dropped),
    ];
    for (what, relations) in lists {
        lines.extend(
            relations
                .iter()
                .map(|relation| format!("{what} {}", relation.name)),
        );
    }
    lines
        .iter()
        .fold(String::new(), |text, line| text + "    " + line + "\n")
}

fn observe_on(major: u32, line: &str) -> String {
    let (setup, statement) = line.split_once("=>").unwrap_or(("", line));
    let cluster = Cluster::shared(Some(major)).expect("a cluster");
    let database = cluster.create_database("observe").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session.batch(SCHEMA).expect("the schema");
    session.batch(setup).expect("prepared");
    match observe(&mut session, statement, Finish::Rollback) {
        Ok(observed) => show(statement, &observed),
        Err(error) => format!("    error: {error}\n"),
    }
}

/// The answers for one statement, majors with the same one together.
fn answers(line: &str) -> String {
    let answers = MAJORS.map(|major| observe_on(major, line));
    let mut text = format!("{line}\n");
    for (index, answer) in answers.iter().enumerate() {
        if answers[..index].contains(answer) {
            continue;
        }
        let same: Vec<_> = MAJORS
            .iter()
            .zip(&answers)
            .filter(|(_, other)| *other == answer)
            .map(|(major, _)| major.to_string())
            .collect();
        writeln!(text, "  {}", same.join(" ")).expect("a string takes everything");
        text.push_str(answer);
    }
    text
}

#[test]
fn what_statements_do() {
    let facts: Vec<_> = STATEMENTS.iter().map(|line| answers(line)).collect();
    let facts = facts.join("\n");
    insta::assert_snapshot!(facts);
}

#[test]
fn rolling_back_undoes_and_committing_keeps() {
    let database = Cluster::shared(None)
        .expect("a cluster")
        .create_database("finish")
        .expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session.batch("CREATE TABLE t (a int)").expect("run");
    observe(&mut session, "ALTER TABLE t ADD COLUMN b int", Finish::Rollback).expect("observed");
    assert!(session.batch("SELECT b FROM t").is_err());
    observe(&mut session, "ALTER TABLE t ADD COLUMN b int", Finish::Commit).expect("observed");
    session.batch("SELECT b FROM t").expect("it is there");
}

#[test]
fn a_failed_statement_gives_the_servers_error_and_leaves_the_session_usable() {
    let database = Cluster::shared(None)
        .expect("a cluster")
        .create_database("failed")
        .expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
        .expect("run");
    for (statement, sqlstate) in [
        ("ALTER TABLE t ADD UNIQUE (a)", "23505"),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "23505"),
        ("ALTER TABLE t ADD COLUMN", "42601"),
    ] {
        let error = observe(&mut session, statement, Finish::Commit).expect_err(statement);
        let ObserveError::Sql(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.sqlstate(), Some(sqlstate), "{statement}");
    }
    session.batch("SELECT 1").expect("usable");
}

#[test]
fn settings_of_the_session_hold_outside_a_transaction_too() {
    let database = Cluster::shared(None)
        .expect("a cluster")
        .create_database("path")
        .expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("CREATE SCHEMA inner_one; SET search_path = inner_one; CREATE TABLE t (a int)")
        .expect("run");
    let observed =
        observe(&mut session, "CREATE INDEX CONCURRENTLY ON t (a)", Finish::Commit).expect("observed");
    assert_eq!(observed.method, Method::Outside);
    assert_eq!(
        observed.lock_on("inner_one.t"),
        Some(LockMode::ShareUpdateExclusive)
    );
    assert_eq!(
        (observed.scanned(), observed.indexed()),
        (vec!["inner_one.t".to_owned()], vec!["inner_one.t".to_owned()])
    );
}
