//! Statements that the server refuses.

use std::process::Output;

use crate::scene::{ORDERS, Scene, TOTAL};

#[test]
fn a_syntax_error_in_the_middle_of_a_file() {
    let scene = Scene::new(&[
        ORDERS,
        (
            "db/migrations/002_typo.up.sql",
            "CREATE TABLE notes (id int);\n\n-- what it costs\nALTER TABLE orders\n    ADD COLUMN total int,\n    ADD \
             COLUMN net int NOT NUL DEFAULT 0;\n\nCREATE TABLE after_it (id int);\n",
        ),
    ]);
    let broken = scene.shown(&scene.run(&["up"]));
    scene.write(
        "db/migrations/002_typo.up.sql",
        "CREATE TABLE notes (id int);\n\nALTER TABLE orders ADD COLUMN net int NOT NULL DEFAULT 0;\n",
    );
    scene.apply();
    insta::assert_snapshot!(format!("{broken}\n=== mended\n{}", scene.state()));
}

#[test]
fn an_error_in_a_function() {
    let scene = Scene::new(&[
        ORDERS,
        (
            "db/migrations/002_do.up.sql",
            "CREATE TABLE half (id int);\nDO $$\nBEGIN\n    INSERT INTO half VALUES (1);\n    PERFORM missing_column FROM \
             orders;\nEND\n$$;\n",
        ),
    ]);
    insta::assert_snapshot!(scene.shown(&scene.run(&["up"])));
}

#[test]
fn rows_that_stand_against_it() {
    let scene = Scene::new(&[
        ORDERS,
        (
            "db/migrations/002_unique.up.sql",
            "CREATE TABLE half ();\nINSERT INTO orders VALUES (2, 'z');\n",
        ),
    ]);
    insta::assert_snapshot!(scene.shown(&scene.run(&["up"])));
}

#[test]
fn an_extension_that_is_not_there() {
    let scene = Scene::new(&[(
        "db/migrations/001_ext.up.sql",
        "CREATE TABLE half ();\nCREATE EXTENSION no_such_extension;\n",
    )]);
    let shown = scene.shown(&scene.run(&["up"]));
    // Some servers name the file that they looked for, wherever that is.
    let note =
        regex::Regex::new(r"  = note: Could not open extension control file [^\n]*\n").expect("a pattern");
    insta::assert_snapshot!(note.replace_all(&shown, ""));
}

/// Makes a role that may connect, and nothing else; the address of the database for it.
fn address_of(scene: &Scene, role: &str) -> String {
    scene.sql(&format!(
        "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         REVOKE CREATE ON DATABASE $DATABASE FROM PUBLIC"
    ));
    scene.database.url().replacen("postgres@", &format!("{role}@"), 1)
}

#[test]
fn a_role_that_may_not_create() {
    let scene = Scene::new(&[ORDERS, TOTAL]);
    let address = address_of(&scene, "bad_input_few");
    let no_ledger = scene.shown(&scene.run_on(&address, &["up"]));
    let status = scene.run_on(&address, &["status"]);
    // The ledger is there, and may be neither read nor written.
    let first = scene.run(&["up", "--steps", "1", "--quiet"]);
    assert!(first.status.success());
    let unreadable = scene.said(&scene.run_on(&address, &["up"]));
    // It may be, but the table is somebody else's.
    scene.sql(
        "GRANT USAGE ON SCHEMA confiture TO bad_input_few; GRANT ALL ON ALL TABLES IN SCHEMA confiture TO bad_input_few;
         GRANT ALL ON ALL SEQUENCES IN SCHEMA confiture TO bad_input_few; GRANT ALL ON tb_confiture TO bad_input_few",
    );
    let not_owner = scene.shown(&scene.run_on(&address, &["up"]));
    scene.sql("DROP OWNED BY bad_input_few");
    insta::assert_snapshot!(format!(
        "{no_ledger}\nstatus: {}\n{unreadable}\n{not_owner}",
        status.status.code().unwrap_or(-1)
    ));
}

#[test]
fn statement_timeout() {
    let scene = Scene::new(&[ORDERS]);
    scene.apply();
    scene.write("db/migrations/002_slow.up.sql", "SELECT pg_sleep(600);\n");
    let output = scene.run(&["up", "--statement-timeout", "2s"]);
    insta::assert_snapshot!(scene.shown(&output));
}

#[test]
fn lock_timeout_names_who_is_in_the_way() {
    let scene = Scene::new(&[ORDERS]);
    scene.apply();
    scene.write(TOTAL.0, TOTAL.1);
    let mut reader = scene.session();
    reader
        .batch("SET application_name = 'nightly report'; BEGIN; SELECT * FROM orders")
        .expect("it reads");
    // Long enough for the look at who is in the way, however busy the machine is.
    let output: Output = scene.run(&["up", "--quiet", "--lock-timeout", "10s", "--retries", "0"]);
    let refused = scene.shown(&output);
    reader.batch("ROLLBACK").expect("it ends");
    scene.apply();
    insta::assert_snapshot!(format!("{refused}\n=== when it is gone\n{}", scene.state()));
}

#[test]
fn production_without_a_terminal() {
    let scene = Scene::new(&[ORDERS]);
    scene.write(
        "confiture.yaml",
        &format!(
            "environments:\n  live:\n    database_url: {}\n    production: true\n",
            scene.database.url()
        ),
    );
    let run = |arguments: &[&str]| scene.command(arguments).output().expect("the program runs");
    let refused = scene.said(&run(&["up", "--quiet"]));
    let state = scene.state();
    let done = run(&["up", "--quiet", "--yes"]);
    insta::assert_snapshot!(format!(
        "{refused}---\n{state}\n=== --yes\n{}",
        scene.shown(&done)
    ));
}

#[test]
fn what_is_dangerous() {
    let scene = Scene::new(&[ORDERS]);
    scene.apply();
    scene.write(
        "db/migrations/002_drop.up.sql",
        "ALTER TABLE orders DROP COLUMN note;\n",
    );
    let refused = scene.shown(&scene.run(&["up", "--yes"]));
    let done = scene.run(&["up", "--allow", "risk-data-loss", "--quiet"]);
    assert!(done.status.success(), "{}", scene.said(&done));
    insta::assert_snapshot!(format!("{refused}\n=== allowed\n{}", scene.state()));
}
