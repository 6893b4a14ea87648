//! Verifying and repairing.

use confiture_migrate::ledger::{Completion, RunInfo, StepRecord, Way};
use confiture_migrate::repair::{self, Repair, Repaired};
use confiture_migrate::verify::{self, DiscrepancyKind};
use confiture_migrate::{ErrorKind, MigrateError, Silent};
use confiture_postgres::Session;

use crate::support::Fixture;

const FILES: [(&str, &str); 4] = [
    ("migrations/001_a.up.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
    (
        "migrations/002_b.up.sql",
        "CREATE TABLE b (id int, a int REFERENCES a);",
    ),
    ("migrations/002_b.down.sql", "DROP TABLE b;"),
    ("migrations/003_c.up.sql", "CREATE INDEX b_a ON b (a);"),
];

/// With the ledger saying that these are applied; nothing has run.
fn with_applied(slugs: &[&str]) -> (Fixture, Session) {
    let fixture = Fixture::new(&FILES);
    let (ledger, mut session) = (fixture.ledger(), fixture.session());
    ledger.prepare(&mut session).unwrap();
    let history = fixture.history();
    for slug in slugs {
        let migration = history.find(slug).unwrap();
        let completion = Completion {
            run: 1,
            attempt: None,
            migration,
            way: Way::Up,
            steps: &[],
            step_count: 1,
            rows: 0,
            duration_ms: 1.0,
            applied_by: "ann",
            plan_hash: "h",
        };
        ledger.complete(&mut session, &completion).unwrap();
    }
    (fixture, session)
}

fn begin(fixture: &Fixture, session: &mut Session, slug: &str, way: Way) {
    let ledger = fixture.ledger();
    let history = fixture.history();
    let migration = history.find(slug).unwrap();
    let run = RunInfo::of(&fixture.settings, "up", "h".to_owned());
    let run = ledger.begin_run(session, &run).unwrap();
    let attempt = ledger
        .begin_attempt(session, run, migration, way, "h", 3)
        .unwrap();
    let step = StepRecord {
        step: 1,
        kind: "statement".to_owned(),
        what: "CREATE INDEX CONCURRENTLY b_a ON b (a)".to_owned(),
        status: "done".to_owned(),
        rows: None,
        duration_ms: 1.0,
        statistics: serde_json::Value::Null,
        message: None,
    };
    ledger.progress(session, attempt, 1, &[step]).unwrap();
    ledger.begin_alone(session, attempt).unwrap();
}

/// Previewed, done, and both the same.
fn repaired(fixture: &Fixture, wanted: &Repair) -> Result<Repaired, MigrateError> {
    let history = fixture.history();
    let mut session = fixture.session();
    let preview = repair::preview(&mut session, &history, &fixture.settings, wanted);
    let done = repair::repair(&mut session, &history, &fixture.settings, &Silent, wanted);
    match (&preview, &done) {
        (Ok(preview), Ok(done)) => assert_eq!(preview, done),
        (Err(preview), Err(done)) => assert_eq!(preview.message(), done.message()),
        _ => panic!("{preview:?} but {done:?}"),
    }
    done
}

fn said(fixture: &Fixture, wanted: &Repair) -> String {
    match repaired(fixture, wanted) {
        Ok(repaired) => repaired.what,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::UnknownMigration);
            format!("error: {}", error.message())
        }
    }
}

fn discrepancies(fixture: &Fixture) -> Vec<(DiscrepancyKind, String)> {
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    let found = verify::files(&fixture.history(), &recorded, &fixture.settings);
    found
        .into_iter()
        .map(|found| (found.kind, found.message))
        .collect()
}

fn kinds(fixture: &Fixture) -> Vec<DiscrepancyKind> {
    discrepancies(fixture).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn a_changed_file_is_accepted() {
    let (fixture, _) = with_applied(&["001", "002"]);
    assert_eq!(kinds(&fixture), []);
    fixture.write(
        "migrations/001_a.up.sql",
        "CREATE TABLE a (id int PRIMARY KEY); -- as ever",
    );
    assert_eq!(kinds(&fixture), [DiscrepancyKind::Changed]);
    assert_eq!(
        said(&fixture, &Repair::AcceptChanged("002".to_owned())),
        "error: 002_b is not an applied migration whose file was changed"
    );
    assert_eq!(
        said(&fixture, &Repair::AcceptChanged("1".to_owned())),
        "the file of 001_a as it is now counts as what was applied"
    );
    assert_eq!(kinds(&fixture), []);
    assert_eq!(
        fixture.rows("SELECT command, applied_by, succeeded, note FROM confiture.run"),
        ["repair --accept-changed 1|tester|t|the file of 001_a as it is now counts as what was applied"]
    );
}

#[test]
fn a_missing_file_is_forgotten() {
    let (fixture, _) = with_applied(&["001", "002"]);
    fixture.remove("migrations/002_b.up.sql");
    fixture.remove("migrations/002_b.down.sql");
    assert_eq!(kinds(&fixture), [DiscrepancyKind::Missing]);
    assert_eq!(
        said(&fixture, &Repair::Forget("001".to_owned())),
        "error: 001_a has a file, so it can't be forgotten"
    );
    assert_eq!(
        said(&fixture, &Repair::Forget("002_b".to_owned())),
        "002_b is not known as applied any more; what it did stays in the database"
    );
    assert_eq!(fixture.rows("SELECT slug FROM tb_confiture"), ["001_a"]);
    assert_eq!(
        said(&fixture, &Repair::Forget("002_b".to_owned())),
        "error: there is no migration `002_b`"
    );
}

#[test]
fn what_is_there_already_counts_as_applied() {
    let (fixture, mut session) = with_applied(&["003"]);
    assert_eq!(
        kinds(&fixture),
        [DiscrepancyKind::OutOfOrder, DiscrepancyKind::OutOfOrder]
    );
    assert_eq!(
        said(&fixture, &Repair::MarkApplied("001".to_owned())),
        "001_a counts as applied, without having been run"
    );
    assert_eq!(
        said(&fixture, &Repair::MarkApplied("001".to_owned())),
        "error: 001_a is known as applied already"
    );
    begin(&fixture, &mut session, "002", Way::Up);
    assert_eq!(
        discrepancies(&fixture),
        [(
            DiscrepancyKind::Unfinished,
            "002_b stopped behind step 1 of 3 on its way up".to_owned()
        )]
    );
    said(&fixture, &Repair::MarkApplied("002".to_owned()));
    assert_eq!(kinds(&fixture), []);
    assert_eq!(
        fixture.rows("SELECT slug, applied_by, checksum IS NOT NULL FROM tb_confiture ORDER BY slug"),
        ["001_a|tester|t", "002_b|tester|t", "003_c|ann|t"]
    );
}

#[test]
fn what_was_reverted_by_hand_is_pending_again() {
    let (fixture, mut session) = with_applied(&["001", "002"]);
    begin(&fixture, &mut session, "002", Way::Down);
    assert_eq!(
        said(&fixture, &Repair::MarkReverted("b".to_owned())),
        "002_b counts as reverted, and is pending again"
    );
    assert_eq!(
        said(&fixture, &Repair::MarkReverted("b".to_owned())),
        "error: 002_b is not known as applied"
    );
    assert_eq!(fixture.rows("SELECT slug FROM tb_confiture"), ["001_a"]);
    assert_eq!(kinds(&fixture), []);
}

#[test]
fn giving_up_says_what_is_left() {
    let (fixture, mut session) = with_applied(&["001", "002"]);
    assert_eq!(
        said(&fixture, &Repair::GiveUp("003".to_owned())),
        "error: 003_c is not half done"
    );
    begin(&fixture, &mut session, "003", Way::Up);
    let repaired = repaired(&fixture, &Repair::GiveUp("3".to_owned())).unwrap();
    assert_eq!(
        repaired.what,
        "003_c will not go on where it stopped: half applied (1 of 3 steps), it counts as pending again"
    );
    assert_eq!(
        repaired.left,
        [
            "CREATE INDEX CONCURRENTLY b_a ON b (a)",
            "step 2, which nobody knows to be done or not"
        ]
    );
    assert_eq!(kinds(&fixture), []);
    assert_eq!(
        fixture.rows("SELECT status FROM confiture.attempt WHERE slug = '003_c'"),
        ["abandoned"]
    );
}

#[test]
fn a_repair_that_fails_leaves_nothing() {
    let (fixture, _) = with_applied(&["001"]);
    let (history, wanted) = (fixture.history(), Repair::MarkApplied("002".to_owned()));
    let mut holder = fixture.session();
    holder
        .batch("BEGIN; LOCK TABLE tb_confiture IN EXCLUSIVE MODE")
        .unwrap();
    let mut waiting = fixture.session();
    waiting.batch("SET lock_timeout = 1").unwrap();
    let error = repair::repair(&mut waiting, &history, &fixture.settings, &Silent, &wanted).unwrap_err();
    assert_eq!(error.sqlstate(), Some("55P03"));
    // The failed one has given the lock back, and left nothing.
    holder.batch("ROLLBACK").unwrap();
    assert_eq!(fixture.rows("SELECT count(*) FROM confiture.run"), ["0"]);
    repair::repair(
        &mut fixture.session(),
        &history,
        &fixture.settings,
        &Silent,
        &wanted,
    )
    .unwrap();
}

#[test]
fn what_the_ledger_of_the_original_lacks_is_told() {
    let (fixture, _) = with_applied(&["001"]);
    fixture.sql("UPDATE tb_confiture SET checksum = NULL");
    let found = discrepancies(&fixture);
    assert_eq!(
        found,
        [(
            DiscrepancyKind::Unchecked,
            "001_a is applied, and the ledger doesn't know from which text".to_owned()
        )]
    );
    assert!(!found[0].0.is_wrong());
}

fn schema(fixture: &Fixture) -> Result<Vec<String>, MigrateError> {
    let mut session = fixture.session();
    let recorded = fixture.ledger().read(&mut session)?;
    let found = verify::schema(&mut session, &fixture.history(), &recorded, &fixture.settings)?;
    Ok(found.into_iter().map(|found| found.message).collect())
}

#[test]
fn the_schema_is_held_against_the_ledger() {
    let (fixture, _) = with_applied(&["001", "002"]);
    fixture.sql(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int, a int REFERENCES a); CREATE TABLE own ()",
    );
    assert_eq!(schema(&fixture).unwrap(), Vec::<String>::new());
    fixture.sql("ALTER TABLE b ALTER id TYPE bigint; DROP TABLE a CASCADE");
    insta::assert_snapshot!(schema(&fixture).unwrap().join("\n"));
    fixture.remove("migrations/001_a.up.sql");
    let error = schema(&fixture).unwrap_err();
    assert_eq!(
        error.message(),
        "001_a is applied and has no file, so nobody can say what the database should hold"
    );
}
