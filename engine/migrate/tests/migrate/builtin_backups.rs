//! backup_database, restore_from_backup, backup_table.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use confiture_postgres::cluster::client_program;

use crate::builtin_trial::{Trial, statistic};

const TABLES: &str = "CREATE TABLE a (id int PRIMARY KEY, t text); INSERT INTO a SELECT g, 'x' || g FROM generate_series(1, 100) g; \
    CREATE SCHEMA s; CREATE TABLE s.\"B b\" (id int); INSERT INTO s.\"B b\" VALUES (7);";

/// Whether there is a pg_dump for the test server; says so where there is none.
fn has_pg_dump(trial: &Trial) -> bool {
    let major = trial.fixture.session().major();
    let found = client_program("pg_dump", major).is_ok() && client_program("pg_restore", major).is_ok();
    if !found {
        #[allow(
            clippy::print_stderr,
            reason = "a test that is left out must not look like one that passed"
        )]
        {
            eprintln!("NOT TESTED: this machine has no pg_dump {major}");
        }
    }
    found
}

#[test]
fn a_backup_is_whole_private_and_can_be_restored() {
    let mut trial = Trial::new(TABLES);
    if !has_pg_dump(&trial) {
        return;
    }
    let backup = "type: backup_database\nconfig: {backup_dir: b, backup_name: pre_1}";
    let result = trial.run(backup).unwrap();
    let path = result.statistics["path"].as_str().unwrap().to_owned();
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_eq!(statistic(&result, "/bytes"), metadata.len().to_string());
    let names: Vec<String> = fs::read_dir(trial.fixture.folder().join("b"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "the backup and its record, no remains: {names:?}");

    trial
        .fixture
        .sql("DELETE FROM a; ALTER TABLE a ADD COLUMN n int; DROP TABLE s.\"B b\"; CREATE TABLE newer ()");
    let restore = "type: restore_from_backup\nconfig: {backup_dir: b, backup_name: pre_1}";
    let result = trial.run(restore).unwrap();
    assert!(result.message.unwrap().contains("pre_1-"));
    assert_eq!(
        trial.value("SELECT count(*), count(DISTINCT t) FROM a"),
        "100|100"
    );
    assert_eq!(trial.value("SELECT * FROM s.\"B b\""), "7");
    assert_eq!(
        trial.value("SELECT to_regclass('newer')"),
        "newer",
        "what came later stays"
    );
    assert_eq!(
        trial.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'n'"),
        "0"
    );
}

#[test]
fn a_restore_leaves_the_ledger_and_is_whole_or_nothing() {
    let mut trial = Trial::new(TABLES);
    if !has_pg_dump(&trial) {
        return;
    }
    let mut session = trial.fixture.session();
    trial.fixture.ledger().prepare(&mut session).unwrap();
    trial
        .run("type: backup_database\nconfig: {compression: none, format: directory}")
        .unwrap();
    trial
        .fixture
        .sql("INSERT INTO tb_confiture (slug, version, name) VALUES ('later', '9', 'later'); DELETE FROM a");
    trial.run("type: restore_from_backup").unwrap();
    assert_eq!(trial.value("SELECT count(*) FROM a"), "100");
    assert_eq!(trial.value("SELECT slug FROM tb_confiture"), "later");

    // A table that came later depends on one that is restored: nothing happens at all.
    trial
        .fixture
        .sql("CREATE TABLE c (a int REFERENCES a); DELETE FROM s.\"B b\"");
    let error = trial.error("type: restore_from_backup");
    assert!(
        error.contains("pg_restore failed") && error.contains("depend"),
        "{error}"
    );
    assert_eq!(trial.value("SELECT count(*) FROM s.\"B b\""), "0");
}

#[test]
fn old_backups_of_this_database_go_and_others_stay() {
    let mut trial = Trial::new(TABLES);
    if !has_pg_dump(&trial) {
        return;
    }
    let first = trial
        .run("type: backup_database\nconfig: {backup_name: first}")
        .unwrap();
    let folder = trial.fixture.folder().join("backups");
    let old = first.statistics["path"].as_str().unwrap().to_owned();
    let record = format!("{old}.json");
    let text = fs::read_to_string(&record).unwrap();
    let aged = |database: &str| {
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value["taken_at"] = "2001-01-01T00:00:00Z".into();
        value["database"] = database.into();
        value.to_string()
    };
    let own = serde_json::from_str::<serde_json::Value>(&text).unwrap()["database"]
        .as_str()
        .unwrap()
        .to_owned();
    fs::write(&record, aged(&own)).unwrap();
    fs::write(folder.join("other.dump"), "x").unwrap();
    fs::write(folder.join("other.dump.json"), aged("another")).unwrap();
    fs::write(folder.join("mine.txt"), "x").unwrap();

    let second = trial
        .run("type: backup_database\nconfig: {tables: ['s.\"B b\"'], keep_backup_days: 7}")
        .unwrap();
    assert_eq!(statistic(&second, "/removed/0"), format!("\"{old}\""));
    assert!(!fs::exists(&old).unwrap() && !fs::exists(&record).unwrap());
    assert!(folder.join("other.dump").exists() && folder.join("mine.txt").exists());
    assert!(fs::exists(second.statistics["path"].as_str().unwrap()).unwrap());

    let error = trial.error("type: restore_from_backup\nconfig: {backup_name: other.dump}");
    assert!(error.contains("a backup of the database another"), "{error}");
    let error = trial.error("type: restore_from_backup\nconfig: {backup_name: nobody}");
    assert!(error.contains("holds no backup named `nobody`"), "{error}");
}

#[test]
fn a_backup_that_fails_leaves_nothing() {
    let mut trial = Trial::new(TABLES);
    if !has_pg_dump(&trial) {
        return;
    }
    let error = trial.error("type: backup_database\nconfig: {tables: [aa]}");
    assert_eq!(error, "table `aa` does not exist | Did you mean `a`?");
    trial.fixture.write("file", "");
    let error = trial.error("type: backup_database\nconfig: {backup_dir: file}");
    assert!(
        error.contains("can't be used") && error.contains("backup_dir"),
        "{error}"
    );
    // Somebody asked to stop: pg_dump doesn't go on, and its file is gone.
    trial.interrupt.ask();
    let error = trial.error("type: backup_database");
    assert_eq!(error, "it was interrupted");
    assert_eq!(
        fs::read_dir(trial.fixture.folder().join("backups"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn settings_of_backups_that_make_no_sense() {
    let trial = Trial::new("");
    let problems = trial.problems("type: backup_database\nconfig: {backup_name: ../x, compresion: gzip}");
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("can't be the name of a file")),
        "{problems:?}"
    );
    let problems = trial.problems("type: backup_database\nconfig: {compression: bzip2, keep_backup_days: 0}");
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn tables_are_copied_within_the_database() {
    let mut trial = Trial::new(TABLES);
    let declaration = "type: backup_table\nconfig: {tables: [a, 's.\"B b\"'], suffix: old}";
    let result = trial.run(declaration).unwrap();
    assert_eq!(
        (result.rows, trial.value("SELECT count(*) FROM a_old")),
        (Some(101), "100".to_owned())
    );
    assert_eq!(trial.value("SELECT * FROM s.\"B b_old\""), "7");
    // Older copies of the same table go, the copy of another stays, and so does what only looks like one.
    trial.fixture.sql(
        "CREATE TABLE a_backup_1 (); DO $$ BEGIN EXECUTE 'COMMENT ON TABLE a_old IS ' || quote_literal(replace( \
         obj_description('a_old'::regclass), '\"at\":\"2', '\"at\":\"1')); END $$",
    );
    let result = trial
        .run("type: backup_table\nconfig: {tables: a, keep_backup_days: 1}")
        .unwrap();
    assert_eq!(statistic(&result, "/removed"), "[\"public.a_old\"]");
    assert_eq!(
        trial.value("SELECT to_regclass('a_old'), to_regclass('a_backup_1')"),
        "∅|a_backup_1"
    );
}

#[test]
fn a_copy_that_would_miss_rows_is_refused() {
    let mut trial = Trial::new(
        "CREATE TABLE a (id int); ALTER TABLE a ENABLE ROW LEVEL SECURITY; INSERT INTO a VALUES (1); \
         DO $$ BEGIN CREATE ROLE confiture_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$; \
         GRANT SELECT ON a TO confiture_reader; GRANT CREATE, USAGE ON SCHEMA public TO confiture_reader",
    );
    let mut session = trial.fixture.session();
    session.batch("SET ROLE confiture_reader").unwrap();
    let error = trial
        .run_in(&mut session, "type: backup_table\nconfig: {tables: a}")
        .unwrap_err();
    assert!(
        error.message.contains("row security hides rows"),
        "{}",
        error.message
    );
}
