//! The declarations of the original's own documentation, as they stand: read, or with their mistakes named.

use std::fmt::Write as _;

use confiture_migrate::History;
use confiture_project::Problem;

use crate::support::Fixture;

const USER_ANALYTICS: &str = include_str!("../../../../tests/fixtures/hooks/003_add_user_analytics.yaml");
const CUSTOMER_ANALYTICS: &str =
    include_str!("../../../../tests/fixtures/hooks/003_add_customer_analytics.yaml");
const CLV_MODEL: &str = include_str!("../../../../tests/fixtures/hooks/003_add_clv_model.yaml");
const PRINTOPTIM: &str = include_str!("../../../../tests/fixtures/hooks/printoptim.yaml");

/// What is declared, and what is wrong with it.
fn read(files: &[(&str, &str)]) -> String {
    let fixture = Fixture::new(files);
    let (history, problems) = History::of(&fixture.project(), Some("production")).unwrap();
    let mut out = String::new();
    for migration in &history.migrations {
        let down = migration.down.iter().flat_map(|down| &down.hooks);
        for hook in migration.up.hooks.iter().chain(down).chain(&history.hooks) {
            let placement = hook.hook.placement();
            let _ = writeln!(
                out,
                "{} {} {placement:?}: {}",
                hook.key,
                hook.kind,
                hook.hook.describe()
            );
        }
    }
    for Problem {
        code, message, help, ..
    } in problems
    {
        let _ = writeln!(out, "{code}: {message} ({})", help.unwrap_or_default());
    }
    out
}

#[test]
fn user_analytics() {
    insta::assert_snapshot!(read(&[(
        "confiture-migrations/003_add_user_analytics.yaml",
        USER_ANALYTICS
    )]));
}

#[test]
fn customer_analytics() {
    insta::assert_snapshot!(read(&[(
        "confiture-migrations/003_add_customer_analytics.yaml",
        CUSTOMER_ANALYTICS
    )]));
}

#[test]
fn clv_model() {
    insta::assert_snapshot!(read(&[(
        "confiture-migrations/003_add_clv_model.yaml",
        CLV_MODEL
    )]));
}

#[test]
fn the_condition_of_printoptim_is_named_with_what_to_write() {
    let found = read(&[
        ("confiture.yaml", PRINTOPTIM),
        ("confiture-migrations/001_a.yaml", "ddl: CREATE TABLE a ()\n"),
    ]);
    assert!(
        found.contains("write `migration_name.contains('01_write_side')`"),
        "{found}"
    );
}

#[test]
fn the_foreign_key_of_customer_analytics_is_refused_at_its_place() {
    let fixture = Fixture::new(&[(
        "confiture-migrations/003_add_customer_analytics.yaml",
        // Without the backup, which needs a folder that is not everywhere.
        &CUSTOMER_ANALYTICS.replace(
            "before_validation:\n      - type: backup_database",
            "on_error:\n      - type: backup_database\n        condition: \"false\"",
        ),
    )]);
    fixture.sql("CREATE TABLE w_tenants (id uuid PRIMARY KEY); CREATE TABLE w_customers (id uuid PRIMARY KEY, tenant_id uuid); CREATE TABLE w_orders (tenant_id uuid, customer_id uuid, total numeric, created_at timestamp)");
    let mut fixture = fixture;
    fixture.settings.environment = Some("production".to_owned());
    let error = match fixture.up() {
        Ok(outcome) => outcome.failure.expect("a failure"),
        Err(error) => error,
    };
    assert_eq!(error.sqlstate(), Some("42601"), "{}", error.message());
    let place = error.place().unwrap();
    assert!(
        place.text[place.range.start..].starts_with("(w_tenants, w_customers)"),
        "{place:?}"
    );
}
