//! Rules of migration safety where their examples don't reach: what they leave alone, blocks, the text of cures.

mod support;

use confiture_lint::RuleSet;
use confiture_project::{HookRun, TransactionMode};
use support::{Migration, edited, found, lint};

const TABLES: &str = "CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers, total numeric);
CREATE VIEW large_orders AS SELECT id FROM orders WHERE total > 1000;";

fn wrapped(rule: &str, sql: &str) -> Vec<&'static str> {
    let migration = Migration::up("002", sql).transaction(TransactionMode::PerScript);
    let history = Migration::up("001", TABLES).history();
    found(&lint(vec![history, migration], &RuleSet::only(rule)).1)
}

fn cured(rule: &str, sql: &str) -> String {
    let history = Migration::up("001", TABLES).history();
    let (project, findings) = lint(vec![history, Migration::up("002", sql)], &RuleSet::only(rule));
    let finding = findings.first().expect("a finding");
    edited(&project, &finding.fixes.first().expect("a fix").edits)
}

#[test]
fn tables_of_the_transaction_itself_keep_nobody_waiting() {
    let sql = "CREATE TABLE notes (id bigint, text text);
        ALTER TABLE notes ADD COLUMN author text;
        UPDATE notes SET author = 'unknown' WHERE author IS NULL;
        CREATE INDEX notes_author_idx ON notes (author);";
    for rule in [
        "work-under-exclusive-lock",
        "backfill-under-lock",
        "write-every-row",
    ] {
        assert_eq!(wrapped(rule, sql), [] as [&str; 0], "{rule}");
    }
}

#[test]
fn a_block_is_a_transaction() {
    let sql = "DO $$ BEGIN
        ALTER TABLE orders ADD COLUMN currency text;
        UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
    END $$;";
    let history = Migration::up("001", TABLES).history();
    let rules = RuleSet::only("backfill-under-lock");
    let findings = lint(vec![history, Migration::up("002", sql)], &rules).1;
    assert_eq!(found(&findings), ["backfill-under-lock"]);
}

#[test]
fn truncate_names_what_it_empties() {
    assert_eq!(
        cured("truncate-cascade", "TRUNCATE customers CASCADE;"),
        "TRUNCATE customers, public.orders;"
    );
}

#[test]
fn what_cascade_takes_along_is_dropped_by_name() {
    assert_eq!(
        cured("drop-cascade", "DROP TABLE orders CASCADE;"),
        "DROP VIEW public.large_orders;\nDROP TABLE orders;"
    );
}

#[test]
fn two_passes_become_one() {
    let sql = "ALTER TABLE orders ALTER COLUMN customer SET NOT NULL;\nALTER TABLE orders ALTER COLUMN total SET NOT NULL;";
    assert_eq!(
        cured("combine-alter-table", sql),
        "ALTER TABLE orders ALTER COLUMN customer SET NOT NULL,\n  ALTER COLUMN total SET NOT NULL;"
    );
}

fn in_hook(run: HookRun, rule: &str, sql: &str) -> Vec<&'static str> {
    let migration = Migration::up("002", sql)
        .transaction(TransactionMode::PerScript)
        .hook(run);
    let history = Migration::up("001", TABLES).history();
    found(&lint(vec![history, migration], &RuleSet::only(rule)).1)
}

#[test]
fn hooks_that_are_rolled_back_need_not_be_repeatable() {
    let sql =
        "CREATE TABLE notes (id bigint PRIMARY KEY); INSERT INTO customers (id, email) VALUES (1, 'x');";
    let rule = "unrepeatable-hook";
    assert_eq!(in_hook(HookRun::Alone, rule, sql), [rule, rule]);
    assert_eq!(in_hook(HookRun::InTransaction, rule, sql), [] as [&str; 0]);
    assert_eq!(wrapped(rule, sql), [] as [&str; 0]);
}

#[test]
fn hooks_that_clear_up_before_are_repeatable() {
    for sql in [
        "DROP TABLE IF EXISTS notes; CREATE TABLE notes (id bigint); INSERT INTO notes (id) VALUES (1);",
        "DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY i ON orders (customer);",
        "DELETE FROM customers; INSERT INTO customers (id, email) VALUES (1, 'x');",
        "TRUNCATE orders; INSERT INTO orders (id) SELECT id FROM customers;",
        "INSERT INTO orders (id) SELECT id FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = c.id);",
        "INSERT INTO customers (id, email) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET email = excluded.email;",
        "INSERT INTO customers (id, email) VALUES (1, 'x') ON CONFLICT DO NOTHING;",
        // Without a key it is another row, and nobody knows that it isn't meant to be.
        "INSERT INTO customers (email) VALUES ('x');",
        "INSERT INTO customers (id) VALUES (nextval('s'));",
        "VACUUM orders; UPDATE orders SET total = 0 WHERE total IS NULL; CREATE OR REPLACE VIEW v AS SELECT 1 AS x;",
    ] {
        assert_eq!(
            in_hook(HookRun::Alone, "unrepeatable-hook", sql),
            [] as [&str; 0],
            "{sql}"
        );
    }
}

#[test]
fn a_hook_that_runs_alone_is_in_no_transaction() {
    let sql = "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (customer);";
    let rule = "refused-in-transaction";
    assert_eq!(in_hook(HookRun::Alone, rule, sql), [] as [&str; 0]);
    assert_eq!(in_hook(HookRun::InTransaction, rule, sql), [rule]);
}
