//! The migrations of the original's own documentation run: corrected, and with each of their mistakes.

use confiture_migrate::hooks::registry;
use confiture_migrate::{Choice, Event, MigrateError};
use confiture_postgres::cluster::client_program;

use crate::support::Fixture;

const USER_ANALYTICS: &str =
    include_str!("../../../../tests/fixtures/hooks/corrected/003_add_user_analytics.yaml");
const CUSTOMER_ANALYTICS: &str =
    include_str!("../../../../tests/fixtures/hooks/corrected/003_add_customer_analytics.yaml");
const CLV_MODEL: &str = include_str!("../../../../tests/fixtures/hooks/corrected/003_add_clv_model.yaml");
const PRINTOPTIM: &str = include_str!("../../../../tests/fixtures/hooks/corrected/printoptim.yaml");

const CUSTOMER_FILE: &str = "confiture-migrations/003_add_customer_analytics.yaml";
const CLV_FILE: &str = "confiture-migrations/003_add_clv_model.yaml";

/// Three customers of one tenant: with two orders, with one, with none.
const WRITE_SIDE: &str = "
    CREATE TABLE w_tenants (id uuid PRIMARY KEY);
    CREATE TABLE w_customers (id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES w_tenants, UNIQUE (tenant_id, id));
    CREATE TABLE w_orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id uuid NOT NULL,
        customer_id uuid NOT NULL, total numeric NOT NULL, created_at timestamp NOT NULL DEFAULT now());
    INSERT INTO w_tenants VALUES ('00000000-0000-0000-0000-000000000001');
    INSERT INTO w_customers SELECT ('00000000-0000-0000-0000-00000000001' || g)::uuid, '00000000-0000-0000-0000-000000000001'
        FROM generate_series(1, 3) g;
    INSERT INTO w_orders (tenant_id, customer_id, total)
        SELECT '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-00000000001' || customer)::uuid, total
        FROM (VALUES (1, 10.5), (1, 20), (2, 7)) o (customer, total);";

const READ_SIDE: &str =
    "CREATE TABLE r_customer_lifetime_value (id uuid PRIMARY KEY, tenant_id uuid NOT NULL,
    customer_id uuid NOT NULL, total_spent numeric, order_count bigint, last_order_date timestamp);";

/// A text without the stretch from one line up to another: hooks that back up and restore need programs of the server's
/// major, which not every machine has.
fn without(text: &str, from: &str, to: &str) -> String {
    let (before, rest) = text.split_once(from).expect("the first line");
    let (_, behind) = rest.split_once(to).expect("the line behind");
    format!("{before}{to}{behind}")
}

fn has_programs(fixture: &Fixture) -> bool {
    let major = fixture.session().major();
    let found = ["pg_dump", "pg_restore"].map(|program| client_program(program, major).is_ok());
    let has_all = !found.contains(&false);
    if !has_all {
        #[allow(
            clippy::print_stderr,
            reason = "a test that is left out must not look like one that passed"
        )]
        {
            eprintln!("NOT TESTED: backups, as this machine has no pg_dump {major}");
        }
    }
    has_all
}

/// Applies what is there; what went wrong.
fn up(fixture: &Fixture) -> Result<(), MigrateError> {
    match fixture.up()?.failure {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The hooks that came to their end, in order.
fn finished(fixture: &Fixture) -> Vec<String> {
    let events = fixture.told.events();
    let names = events.iter().filter_map(|event| match event {
        Event::HookFinished { hook, .. } => Some(hook.clone()),
        _ => None,
    });
    names.collect()
}

fn production(files: &[(&str, &str)]) -> Fixture {
    let mut fixture = Fixture::new(files);
    fixture.settings.environment = Some("production".to_owned());
    fixture
}

#[test]
fn user_analytics_runs() {
    let fixture = production(&[(
        "tests/queries/analytics_queries.sql",
        "-- name: days of a user\nSELECT day FROM r_user_analytics WHERE user_id = $1;\n",
    )]);
    let text = match has_programs(&fixture) {
        true => USER_ANALYTICS.to_owned(),
        false => without(USER_ANALYTICS, "    before_validation:\n", "    before_ddl:\n"),
    };
    fixture.write("confiture-migrations/003_add_user_analytics.yaml", &text);
    fixture.sql(
        "CREATE TABLE events (id bigint PRIMARY KEY, user_id int NOT NULL, day date NOT NULL, payload text);
         INSERT INTO events SELECT g, g % 10, date '2024-01-01' + g % 7, 'x' FROM generate_series(1, 100) g;
         CREATE TABLE r_user_analytics (id bigint PRIMARY KEY, user_id int NOT NULL, day date NOT NULL);
         CREATE INDEX idx_r_user_analytics_user_id ON r_user_analytics (user_id);
         CREATE INDEX idx_r_user_analytics_date ON r_user_analytics (day);",
    );
    up(&fixture).unwrap();
    assert_eq!(
        fixture.rows("SELECT count(*), count(DISTINCT user_id) FROM r_user_analytics"),
        ["100|10"]
    );
    let finished = finished(&fixture);
    assert!(
        finished.ends_with(&[
            "capture_statistics".to_owned(),
            "backfill_read_model".to_owned(),
            "rebuild_index".to_owned(),
            "verify_consistency".to_owned(),
            "test_application_queries".to_owned(),
            "drop_temporary_tables".to_owned(),
            "analyze_statistics".to_owned(),
        ]),
        "{finished:?}"
    );
    assert_eq!(
        finished.contains(&"backup_database".to_owned()),
        text == USER_ANALYTICS
    );
}

#[test]
fn customer_analytics_runs_and_goes_back() {
    let fixture = production(&[]);
    fixture.sql(WRITE_SIDE);
    let has_programs = has_programs(&fixture);
    fixture.write(CUSTOMER_FILE, &customer_analytics(has_programs));
    up(&fixture).unwrap();
    assert_eq!(
        fixture.rows("SELECT total_orders, total_spent FROM r_customer_analytics ORDER BY total_spent DESC"),
        ["2|30.50", "1|7.00", "0|0.00"]
    );
    // What is written after the backup is what the way back gives up.
    fixture.sql("DELETE FROM w_orders");
    let down = fixture.down(&Choice::Default).unwrap();
    assert!(down.failure.is_none(), "{:?}", down.failure);
    let orders = if has_programs { "3" } else { "0" };
    assert_eq!(
        fixture.rows("SELECT count(*), to_regclass('r_customer_analytics') FROM w_orders"),
        [format!("{orders}|∅")]
    );
}

fn customer_analytics(has_programs: bool) -> String {
    if has_programs {
        return CUSTOMER_ANALYTICS.to_owned();
    }
    let text = without(
        CUSTOMER_ANALYTICS,
        "    before_validation:\n",
        "    before_ddl:\n",
    );
    let (text, _) = text
        .split_once("    hooks:\n      - type: restore")
        .expect("the way back");
    text.to_owned()
}

/// The documentation rebuilds, concurrently, indexes that the migration itself creates, which PostgreSQL refuses in a
/// transaction. The runner commits before a hook that runs alone, so this is no mistake here.
#[test]
fn indexes_of_the_same_migration_are_rebuilt_concurrently() {
    let fixture = production(&[(CUSTOMER_FILE, &customer_analytics(false))]);
    fixture.sql(WRITE_SIDE);
    up(&fixture).unwrap();
    assert!(finished(&fixture).contains(&"rebuild_index".to_owned()));
    let steps = fixture.rows(
        "SELECT s.statistics->'indexes' ? 'public.idx_r_customer_analytics_spend' OR s.statistics->'indexes' ? \
         'idx_r_customer_analytics_spend' FROM confiture.step s WHERE s.what = 'rebuild_index'",
    );
    assert_eq!(steps, ["t"]);
    let kind = registry()
        .iter()
        .find(|kind| kind.name == "rebuild_index")
        .unwrap();
    assert!(
        kind.docs.contains("that the same migration creates"),
        "{}",
        kind.docs
    );
}

/// The documentation counts customers that ordered, and fills rows for all of them.
#[test]
fn a_row_count_that_forgets_customers_without_orders_is_named_with_both_numbers() {
    let wrong = customer_analytics(false).replace(
        "SELECT COUNT(*) as expected\n                FROM w_customers",
        "SELECT COUNT(DISTINCT (tenant_id, customer_id)) as expected\n                FROM w_orders",
    );
    let fixture = production(&[(CUSTOMER_FILE, &wrong)]);
    fixture.sql(WRITE_SIDE);
    let error = up(&fixture).unwrap_err();
    let message = error.message();
    assert!(
        message.contains("after_validation hook `verify_consistency`"),
        "{message}"
    );
    assert!(message.contains("row_count: expected 2, there is 3"), "{message}");
    assert_eq!(error.kind().code(), "hook-failed");
    let place = error.place().unwrap();
    assert!(place.text[place.range.start..].starts_with("verify_consistency"));
}

#[test]
fn the_lifetime_value_model_runs() {
    let fixture = production(&[(CLV_FILE, CLV_MODEL)]);
    fixture.sql(&format!("{WRITE_SIDE}{READ_SIDE}"));
    up(&fixture).unwrap();
    assert_eq!(
        fixture.rows("SELECT total_spent, order_count FROM r_customer_lifetime_value ORDER BY 1"),
        ["7|1", "30.5|2"]
    );
}

/// The documentation joins orders with totals, which counts a total once for each order.
#[test]
fn a_sum_over_a_join_is_named_with_both_numbers() {
    let wrong = include_str!("../../../../tests/fixtures/hooks/003_add_clv_model.yaml");
    let fixture = production(&[(CLV_FILE, wrong)]);
    fixture.sql(&format!("{WRITE_SIDE}{READ_SIDE}"));
    let error = up(&fixture).unwrap_err();
    let message = error.message();
    assert!(
        message.contains("1 of 2 comparisons failed: Total spent verification: expected 37.5, there is 68.0"),
        "{message}"
    );
}

#[test]
fn read_models_are_rebuilt_after_migrations_of_the_write_side_only() {
    let fixture = production(&[
        ("confiture.yaml", PRINTOPTIM),
        (
            "confiture-migrations/001_read_side.yaml",
            "ddl: CREATE TABLE a ()\n",
        ),
        (
            "confiture-migrations/002_01_write_side_note.yaml",
            "ddl: ALTER TABLE w_orders ADD COLUMN note text\n",
        ),
    ]);
    fixture.sql(&format!(
        "{WRITE_SIDE}{READ_SIDE}
         CREATE FUNCTION compute_clv() RETURNS SETOF r_customer_lifetime_value LANGUAGE sql AS
         $$ SELECT gen_random_uuid(), tenant_id, customer_id, sum(total), count(*), max(created_at) FROM w_orders GROUP BY 2, 3 $$;"
    ));
    up(&fixture).unwrap();
    assert_eq!(finished(&fixture), ["rebuild_read_models"]);
    assert_eq!(
        fixture.rows("SELECT count(*) FROM r_customer_lifetime_value"),
        ["2"]
    );
}
