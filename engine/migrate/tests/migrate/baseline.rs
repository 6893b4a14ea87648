//! Taking over databases that other tools have migrated.

use confiture_migrate::baseline::{self, BaselinePlan, BaselineSource, ImportOptions, Tool};
use confiture_migrate::{Choice, ErrorKind, MigrateError, Settings, Silent, plan};

use crate::support::Fixture;

fn import_with(fixture: &Fixture, options: &ImportOptions) -> Result<BaselinePlan, MigrateError> {
    let mut session = fixture.session();
    let recorded = fixture.ledger().read(&mut session).unwrap();
    baseline::import(
        &mut session,
        &fixture.history(),
        &recorded,
        &fixture.settings,
        options,
    )
}

fn import(fixture: &Fixture) -> Result<BaselinePlan, MigrateError> {
    import_with(fixture, &ImportOptions::default())
}

fn slugs(plan: &BaselinePlan) -> Vec<&str> {
    plan.entries.iter().map(|entry| entry.slug.as_str()).collect()
}

fn apply(fixture: &Fixture, plan: &BaselinePlan) -> Result<usize, MigrateError> {
    baseline::apply(&mut fixture.session(), &fixture.settings, &Silent, plan)
}

/// What `up` would do now.
fn pending(fixture: &Fixture) -> Vec<String> {
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    let plan = plan::up(&fixture.history(), &recorded, &Choice::Default, &fixture.settings).unwrap();
    plan.migrations
        .into_iter()
        .map(|migration| migration.slug)
        .collect()
}

/// As people read it.
fn refusal<T>(result: Result<T, MigrateError>) -> String {
    let error = result.err().unwrap();
    let mut lines = vec![format!("{}: {}", error.kind(), error.message())];
    lines.extend(error.advice().iter().map(|advice| format!("  {advice}")));
    lines.join("\n")
}

const THREE: [(&str, &str); 4] = [
    ("migrations/001_a.up.sql", "CREATE TABLE a ();"),
    ("migrations/002_b.up.sql", "CREATE TABLE b ();"),
    ("migrations/002_b.down.sql", "DROP TABLE b;"),
    ("migrations/003_c.up.sql", "CREATE TABLE c ();"),
];

#[test]
fn a_version_is_where_the_database_is() {
    let fixture = Fixture::new(&THREE);
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    let history = fixture.history();
    let through = |wanted| baseline::through(&history, &recorded, &fixture.settings, wanted);
    let plan = through(Some("2")).unwrap();
    assert_eq!(slugs(&plan), ["001_a", "002_b"]);
    assert_eq!(plan.pending, ["003_c"]);
    assert_eq!(plan.source, BaselineSource::Version("002".to_owned()));
    assert_eq!(
        plan.entries[0].checksum.as_deref(),
        Some(history.migrations[0].checksum.as_str())
    );
    assert_eq!(slugs(&through(None).unwrap()).len(), 3);
    assert_eq!(
        through(Some("4")).unwrap_err().kind(),
        ErrorKind::UnknownMigration
    );
    assert_eq!(
        fixture.rows("SELECT to_regclass('tb_confiture')"),
        ["∅"],
        "looking writes nothing"
    );

    assert_eq!(apply(&fixture, &plan).unwrap(), 2);
    assert_eq!(pending(&fixture), ["003_c"]);
    assert_eq!(fixture.rows("SELECT to_regclass('a')"), ["∅"], "nothing has run");
    assert_eq!(
        fixture.rows("SELECT command, succeeded, note FROM confiture.run"),
        ["baseline|t|2 migrations up to 002 count as applied"]
    );
    insta::assert_snapshot!(refusal(apply(&fixture, &plan)), @r"
    baseline-refused: the ledger of this database has 2 migrations as applied already
      a baseline is for databases without a ledger; for single migrations: `confiture migrate repair --mark-applied`
    ");
}

#[test]
fn a_baseline_leaves_out_what_is_not_for_here() {
    let fixture = Fixture::new(&[
        ("confiture.yaml", "{}"),
        (
            "confiture-migrations/001_a.yaml",
            "version: '001'\nname: a\napplies_to: [staging]\nddl: |\n  CREATE TABLE a ();\n",
        ),
        (
            "confiture-migrations/002_b.yaml",
            "version: '002'\nname: b\nddl: |\n  CREATE TABLE b ();\n",
        ),
    ]);
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    let local = Settings {
        environment: Some("local".to_owned()),
        ..fixture.settings.clone()
    };
    let plan = baseline::through(&fixture.history(), &recorded, &local, None).unwrap();
    assert_eq!(slugs(&plan), ["002_b"]);
    assert_eq!(plan.pending, ["001_a"]);
}

#[test]
fn diesel() {
    let fixture = Fixture::new(&[
        ("migrations/00000000000000_initial/up.sql", "CREATE TABLE a ();"),
        (
            "migrations/2022-10-23-135826_block-layer/up.sql",
            "CREATE TABLE b ();",
        ),
        (
            "migrations/2022-10-23-135826_block-layer/down.sql",
            "DROP TABLE b;",
        ),
        ("migrations/2023-01-01-000000_new/up.sql", "CREATE TABLE c ();"),
    ]);
    fixture.sql(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
         INSERT INTO __diesel_schema_migrations VALUES ('00000000000000', '2022-10-01'), \
         ('20221023135826', '2022-10-24 01:02:03')",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(
        slugs(&plan),
        ["00000000000000_initial", "2022-10-23-135826_block-layer"]
    );
    assert_eq!(plan.pending, ["2023-01-01-000000_new"]);
    assert!(
        plan.entries[1]
            .applied_at
            .as_deref()
            .unwrap()
            .starts_with("2022-10-2")
    );
    assert!(plan.notes.is_empty(), "{:?}", plan.notes);
    apply(&fixture, &plan).unwrap();
    assert_eq!(pending(&fixture), ["2023-01-01-000000_new"]);
    assert_eq!(
        fixture.rows("SELECT version, applied_at::date - date '2022-10-24' BETWEEN -1 AND 1 FROM tb_confiture ORDER BY 1"),
        ["00000000000000|f", "20221023135826|t"]
    );
}

const SQLX: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
     installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, \
     execution_time BIGINT NOT NULL)";

fn sqlx() -> Fixture {
    let fixture = Fixture::new(&[
        ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
        ("migrations/20240101000000_a.up.sql", "CREATE TABLE a ();\n"),
        ("migrations/20240101000000_a.down.sql", "DROP TABLE a;\n"),
        ("migrations/20240102000000_b.up.sql", "CREATE TABLE b ();\n"),
        ("migrations/20240102000000_b.down.sql", "DROP TABLE b;\n"),
    ]);
    fixture.sql(SQLX);
    fixture.sql(
        "INSERT INTO _sqlx_migrations VALUES (20240101000000, 'a', '2024-01-05T00:00:00Z', true, \
         sha384('CREATE TABLE a ();\n'), 12345678)",
    );
    fixture
}

#[test]
fn sqlx_with_its_checksums() {
    let fixture = sqlx();
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["20240101000000_a"]);
    assert_eq!(
        plan.entries[0].applied_at.as_deref(),
        Some("2024-01-05T00:00:00.000000Z")
    );
    assert_eq!(plan.entries[0].execution_time_ms, Some(12));

    fixture.write("migrations/20240101000000_a.up.sql", "CREATE TABLE a (id int);\n");
    insta::assert_snapshot!(refusal(import(&fixture)), @r"
    baseline-refused: 20240101000000_a is not what sqlx applied: its checksum in public._sqlx_migrations is another
      restore the file
      where the change does nothing else: `--accept-changed`
    ");
    let accepted = ImportOptions {
        accept_changed: true,
        ..ImportOptions::default()
    };
    let plan = import_with(&fixture, &accepted).unwrap();
    assert_eq!(
        plan.notes,
        ["20240101000000_a was changed since, and counts as it is now"]
    );
    apply(&fixture, &plan).unwrap();
    assert_eq!(pending(&fixture), ["20240102000000_b"]);
}

#[test]
fn what_failed_elsewhere_is_refused() {
    let fixture = sqlx();
    fixture.sql("UPDATE _sqlx_migrations SET success = false");
    insta::assert_snapshot!(refusal(import(&fixture)), @r"
    baseline-refused: public._sqlx_migrations says that 20240101000000 failed, or was never finished
      look at the database: what of it is there
      finish it or take it back, then set the table right: with sqlx, or by hand
    ");
    fixture.sql("DROP TABLE _sqlx_migrations; CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (20240101000000, true)");
    assert!(refusal(import(&fixture)).contains("`migrate force VERSION`"));
}

#[test]
fn golang_migrate_has_one_version() {
    let fixture = Fixture::new(&THREE);
    fixture.sql(
        "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); \
         INSERT INTO schema_migrations VALUES (2, false)",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["001_a", "002_b"]);
    assert!(plan.notes.is_empty());
    fixture.remove("migrations/002_b.up.sql");
    fixture.remove("migrations/002_b.down.sql");
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["001_a"]);
    assert_eq!(
        plan.notes,
        ["version 2 has no file; all before it count as applied"]
    );
}

#[test]
fn dbmate_has_versions() {
    let fixture = Fixture::new(&[
        (
            "db/migrations/20240101000000_a.sql",
            "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n",
        ),
        (
            "db/migrations/20240102000000_b.sql",
            "-- migrate:up\nCREATE TABLE b ();\n-- migrate:down\nDROP TABLE b;\n",
        ),
        (
            "db/migrations/20240103000000_c.sql",
            "-- migrate:up\nCREATE TABLE c ();\n-- migrate:down\nDROP TABLE c;\n",
        ),
    ]);
    fixture.sql(
        "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); \
         INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240103000000'), ('20230101000000')",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(
        slugs(&plan),
        [
            "baseline:dbmate:20230101000000",
            "20240101000000_a",
            "20240103000000_c"
        ]
    );
    assert_eq!(
        plan.notes,
        [
            "dbmate 20230101000000 has no file: it is kept as what was there at the beginning",
            "20240102000000_b is not applied, though something newer is: `confiture migrate up` will ask about it"
        ]
    );
    apply(&fixture, &plan).unwrap();
    let recorded = fixture.ledger().read(&mut fixture.session()).unwrap();
    let up = plan::up(&fixture.history(), &recorded, &Choice::Default, &fixture.settings);
    assert_eq!(
        up.unwrap_err().kind(),
        ErrorKind::OutOfOrder,
        "what has no file is not missing"
    );
}

#[test]
fn goose_says_what_was_undone() {
    let fixture = Fixture::new(&[
        (
            "migrations/00001_a.sql",
            "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n",
        ),
        (
            "migrations/00002_b.sql",
            "-- +goose Up\nCREATE TABLE b ();\n-- +goose Down\nDROP TABLE b;\n",
        ),
        (
            "migrations/00003_c.sql",
            "-- +goose Up\nCREATE TABLE c ();\n-- +goose Down\nDROP TABLE c;\n",
        ),
    ]);
    fixture.sql(
        "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, \
         is_applied boolean NOT NULL, tstamp timestamp DEFAULT now()); \
         INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false)",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["00001_a"]);
    assert_eq!(plan.pending, ["00002_b", "00003_c"]);
}

const FLYWAY: &str = "CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50), \
     description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, \
     installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), \
     execution_time integer NOT NULL, success boolean NOT NULL)";

#[test]
fn flyway_with_baseline_undo_and_repeatables() {
    let fixture = Fixture::new(&[
        ("db/migration/V1__a.sql", "CREATE TABLE a ();\n"),
        ("db/migration/V2__b.sql", "123456\r\n789\r\n"),
        ("db/migration/V2_1__c.sql", "CREATE TABLE c ();\n"),
        ("db/migration/V3__d.sql", "CREATE TABLE d ();\n"),
        ("db/migration/R__same.sql", "123456789\n"),
        ("db/migration/R__other.sql", "SELECT 1;\n"),
    ]);
    fixture.sql(FLYWAY);
    // The checksum is the CRC-32 of 123456789.
    fixture.sql(
        "INSERT INTO flyway_schema_history VALUES \
         (1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'ann', now(), 0, true), \
         (2, '2', 'b', 'SQL', 'sub/V2__b.sql', -873187034, 'ann', now(), 17, true), \
         (3, '2.1', 'c', 'SQL', 'V2_1__c.sql', 1, 'ann', now(), 17, true), \
         (4, '2.1', 'c', 'UNDO_SQL', 'U2_1__c.sql', 1, 'ann', now(), 17, true), \
         (5, NULL, 'same', 'SQL', 'R__same.sql', -873187034, 'ann', now(), 1, true), \
         (6, NULL, 'other', 'SQL', 'R__other.sql', 5, 'ann', now(), 1, true)",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["V1__a", "V2__b", "R__same"]);
    assert_eq!(plan.entries[1].applied_by.as_deref(), Some("ann"));
    assert_eq!(plan.entries[1].execution_time_ms, Some(17));
    apply(&fixture, &plan).unwrap();
    assert_eq!(pending(&fixture), ["V2_1__c", "V3__d", "R__other"]);
    fixture.sql(
        "UPDATE flyway_schema_history SET success = false WHERE installed_rank = 2; DROP TABLE tb_confiture",
    );
    assert!(refusal(import(&fixture)).contains("`flyway repair`"));
}

#[test]
fn prisma_with_what_was_rolled_back() {
    let fixture = Fixture::new(&[
        (
            "prisma/migrations/20240101000000_init/migration.sql",
            "CREATE TABLE a ();\n",
        ),
        (
            "prisma/migrations/20240102000000_b/migration.sql",
            "CREATE TABLE b ();\n",
        ),
        (
            "prisma/migrations/20240103000000_c/migration.sql",
            "CREATE TABLE c ();\n",
        ),
    ]);
    fixture.sql(
        "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, \
         finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, \
         started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0); \
         INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at, started_at) VALUES \
         ('1', encode(sha256('CREATE TABLE a ();\n'), 'hex'), '20240101000000_init', now(), NULL, now()), \
         ('2', 'x', '20240102000000_b', NULL, now(), now() - interval '1 hour'), \
         ('3', encode(sha256('CREATE TABLE b ();\n'), 'hex'), '20240102000000_b', now(), NULL, now()), \
         ('4', 'x', '20240103000000_c', NULL, now(), now())",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["20240101000000_init", "20240102000000_b"]);
    fixture.sql("UPDATE _prisma_migrations SET rolled_back_at = NULL WHERE id = '4'");
    assert!(refusal(import(&fixture)).contains("`prisma migrate resolve --applied 20240103000000_c`"));
}

#[test]
fn supabase_alembic_and_django() {
    let fixture = Fixture::new(&[
        ("supabase/config.toml", "project_id = \"x\"\n"),
        ("supabase/migrations/20240101000000_a.sql", "CREATE TABLE a ();\n"),
        ("supabase/migrations/20240102000000_b.sql", "CREATE TABLE b ();\n"),
    ]);
    fixture.sql(
        "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY \
         KEY, statements text[], name text); \
         INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101000000', '{}', 'a'); \
         CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
    );
    let plan = import(&fixture).unwrap();
    assert_eq!(slugs(&plan), ["20240101000000_a"]);
    assert_eq!(plan.notes, ["public.alembic_version of alembic is not looked at"]);
    fixture.sql(
        "INSERT INTO alembic_version VALUES ('0f3a'); \
         CREATE TABLE django_migrations (id serial PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, \
         applied timestamptz NOT NULL DEFAULT now()); \
         INSERT INTO django_migrations (app, name) VALUES ('auth', '0001_initial'), ('shop', '0001_initial'), \
         ('auth', '0002_more')",
    );
    insta::assert_snapshot!(refusal(import(&fixture)), @r"
    baseline-refused: several tools have migrated this database: public.alembic_version of alembic, public.django_migrations of django, supabase_migrations.schema_migrations of supabase
      say whose table counts: `--from supabase` or `--from alembic` or `--from django`
    ");
    let from = |tool| {
        let options = ImportOptions {
            from: Some(tool),
            ..ImportOptions::default()
        };
        import_with(&fixture, &options)
    };
    assert_eq!(slugs(&from(Tool::Supabase).unwrap()), ["20240101000000_a"]);
    assert_eq!(slugs(&from(Tool::Alembic).unwrap()), ["baseline:alembic:0f3a"]);
    let django = from(Tool::Django).unwrap();
    assert_eq!(
        slugs(&django),
        [
            "baseline:django:shop.0001_initial",
            "baseline:django:auth.0002_more"
        ]
    );
    insta::assert_snapshot!(refusal(from(Tool::Sqlx)), @r"
    baseline-refused: there is no table _sqlx_migrations of sqlx in this database
      there is public.alembic_version: `--from alembic`
    ");
    apply(&fixture, &django).unwrap();
    assert_eq!(pending(&fixture), ["20240101000000_a", "20240102000000_b"]);
}

#[test]
fn versions_of_alembic_are_matched_to_files() {
    let fixture = Fixture::new(&THREE);
    fixture.sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('002')");
    assert_eq!(slugs(&import(&fixture).unwrap()), ["001_a", "002_b"]);
}

#[test]
fn no_other_tool_is_said() {
    let fixture = Fixture::new(&THREE);
    insta::assert_snapshot!(refusal(import(&fixture)), @r"
    baseline-refused: no other tool's table is in this database
      say which version the database is at: `confiture migrate baseline VERSION`
    ");
}

#[test]
fn tools_have_names() {
    for tool in Tool::ALL {
        assert_eq!(Tool::parse(tool.name()), Some(tool));
    }
    assert_eq!(Tool::parse("rails"), None);
}
