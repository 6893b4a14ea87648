//! Which statements are judged, and against which catalog.

mod support;

use confiture_lint::{Input, RuleSet, Safety, catalog, risks};
use confiture_project::{Layout, TransactionMode};
use confiture_risk::{LockMode, PgVersion};
use support::{Migration, found, lint, project, rules, show};

const TABLES: &str = "CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz);";

/// Default rules but for the one about timeouts, which would be found everywhere.
fn default_rules() -> RuleSet {
    rules("linting: {rules: {require-lock-timeout: off}}").0
}

fn after_tables(sql: &str) -> Vec<Migration> {
    vec![Migration::up("001", TABLES).history(), Migration::up("002", sql)]
}

#[test]
fn a_table_of_the_same_migration_is_nobodys_yet() {
    let sql = "CREATE TABLE items (id bigint PRIMARY KEY, note text);
        CREATE INDEX items_note_idx ON items (note);
        ALTER TABLE items ALTER COLUMN note SET NOT NULL;
        ALTER TABLE items RENAME COLUMN note TO remark;
        DROP TABLE items;";
    let (_, findings) = lint(after_tables(sql), &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
}

#[test]
fn a_schema_tree_is_no_migration() {
    let sql = "CREATE TABLE t (id bigint PRIMARY KEY, note text);";
    let more = "CREATE INDEX t_note_idx ON t (note); ALTER TABLE t ALTER COLUMN note SET NOT NULL;";
    let (_, findings) = lint(
        vec![Migration::schema("01_t", sql), Migration::schema("02_more", more)],
        &default_rules(),
    );
    assert_eq!(found(&findings), [] as [&str; 0]);
}

#[test]
fn a_plain_file_alters_what_was_there_before() {
    let (_, findings) = lint(
        vec![Migration::plain("a", "CREATE INDEX ON somewhere_else (note);")],
        &default_rules(),
    );
    assert_eq!(found(&findings), ["require-concurrent-index"]);
    let sql = "CREATE TABLE t (id bigint PRIMARY KEY, note text); CREATE INDEX ON t (note);";
    let (_, findings) = lint(vec![Migration::plain("a", sql)], &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
}

#[test]
fn history_is_known_and_not_reported() {
    let migrations = vec![
        Migration::up("001", "CREATE TABLE keyless (a int);").history(),
        Migration::up("002", "SELECT 1;"),
    ];
    let (_, findings) = lint(migrations, &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
}

#[test]
fn a_down_migration_sees_what_its_up_left() {
    let migrations = vec![
        Migration::up("001", TABLES),
        Migration::up("002", "ALTER TABLE orders ADD COLUMN note text;"),
        Migration::up("003", "DROP TABLE orders;").history(),
        Migration::down(
            "002",
            "ALTER TABLE orders ALTER COLUMN note SET NOT NULL; DROP TABLE orders;",
        ),
    ];
    let (_, findings) = lint(migrations, &default_rules());
    assert_eq!(found(&findings), ["down-differs", "set-not-null-scan"]);
}

#[test]
fn the_runner_decides_about_transactions() {
    let sql = "CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at);";
    let two = format!("{sql}\nSELECT 1;");
    for (mode, sql, refused) in [
        (TransactionMode::PerScript, sql, true),
        (TransactionMode::Autocommit, sql, false),
        (TransactionMode::SingleImplicit, sql, false),
        (TransactionMode::SingleImplicit, &two, true),
        (TransactionMode::PerScriptWhenAllowed, &two, false),
    ] {
        let mut migrations = after_tables(sql);
        migrations[1] = migrations[1].clone().transaction(mode);
        let (_, findings) = lint(migrations, &default_rules());
        assert_eq!(
            found(&findings),
            if refused {
                vec!["refused-in-transaction"]
            } else {
                vec![]
            },
            "{mode:?}"
        );
    }
}

#[test]
fn statements_inside_do_blocks_are_judged_one_by_one() {
    let sql = "DO $$
BEGIN
  CREATE TABLE made_here (id bigint PRIMARY KEY, note text);
  CREATE INDEX made_here_note_idx ON made_here (note);
  IF true THEN
    CREATE INDEX orders_placed_at_idx ON orders (placed_at);
  END IF;
END $$;";
    let (project, findings) = lint(after_tables(sql), &default_rules());
    assert_eq!(found(&findings), ["require-concurrent-index"]);
    insta::assert_snapshot!(show(&project, &findings[0]));
}

#[test]
fn a_broken_statement_is_one_finding_and_its_neighbours_are_judged() {
    let sql = "ALTER TABLE orders ADD COLUMN;\nCREATE INDEX ON orders (placed_at);\nCREAT TABLE x (a int);";
    let (_, findings) = lint(after_tables(sql), &default_rules());
    assert_eq!(
        found(&findings),
        ["syntax-error", "require-concurrent-index", "syntax-error"]
    );
}

#[test]
fn the_lock_timeout_is_asked_for_once_a_script() {
    let sql = "ALTER TABLE orders ADD COLUMN a int; ALTER TABLE customers ADD COLUMN b int;";
    let (_, findings) = lint(after_tables(sql), &RuleSet::default());
    assert_eq!(found(&findings), ["require-lock-timeout"]);
    for set in [
        "SET lock_timeout = '2s';",
        "SET statement_timeout TO 5000;",
        "SELECT set_config('lock_timeout', '2s', false);",
    ] {
        let (_, findings) = lint(after_tables(&format!("{set} {sql}")), &RuleSet::default());
        assert_eq!(found(&findings), [] as [&str; 0], "{set}");
    }
    for set in [
        "SET lock_timeout = 0;",
        "SET lock_timeout = '2s'; RESET lock_timeout;",
    ] {
        let (_, findings) = lint(after_tables(&format!("{set} {sql}")), &RuleSet::default());
        assert_eq!(found(&findings), ["require-lock-timeout"], "{set}");
    }
}

#[test]
fn a_rename_that_leaves_the_old_name_behind_breaks_nothing() {
    let swap = "CREATE TABLE orders_new (id bigint PRIMARY KEY);
        ALTER TABLE orders RENAME TO orders_old;
        ALTER TABLE orders_new RENAME TO orders;";
    let (_, findings) = lint(after_tables(swap), &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
}

#[test]
fn a_table_that_is_rebuilt_under_its_name_loses_nothing() {
    let rebuild = "CREATE TABLE orders_new (id bigint PRIMARY KEY);
        INSERT INTO orders_new SELECT id FROM orders;
        DROP TABLE orders;
        ALTER TABLE orders_new RENAME TO orders;";
    let (_, findings) = lint(after_tables(rebuild), &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
    let column = "ALTER TABLE customers ADD COLUMN email_new varchar(320);
        UPDATE customers SET email_new = email;
        ALTER TABLE customers DROP COLUMN email;
        ALTER TABLE customers RENAME COLUMN email_new TO email;";
    let (_, findings) = lint(after_tables(column), &default_rules());
    assert_eq!(found(&findings), ["write-every-row"]);
    let anew = "DROP TABLE orders; CREATE TABLE orders (id bigint PRIMARY KEY);";
    let (_, findings) = lint(after_tables(anew), &default_rules());
    assert_eq!(found(&findings), ["data-loss"]);
}

#[test]
fn columns_that_come_and_go_within_a_script_are_nobodys() {
    let sql = "ALTER TABLE unknown_here ADD COLUMN new_kind text;
        ALTER TABLE unknown_here RENAME COLUMN new_kind TO kind2;
        ALTER TABLE unknown_here ADD COLUMN scratch text;
        ALTER TABLE unknown_here DROP COLUMN scratch;
        ALTER TABLE unknown_here RENAME COLUMN name TO old_name;
        ALTER TABLE unknown_here ADD COLUMN name text;";
    let (_, findings) = lint(vec![Migration::up("001", sql)], &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
}

#[test]
fn what_a_broken_statement_may_have_created_is_not_judged() {
    let sql =
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY); CREATE INDEX t_id_idx ON t (id); DROP TABLE t;";
    let (_, findings) = lint(vec![Migration::up("001", sql)], &default_rules());
    assert_eq!(found(&findings), ["syntax-error"]);
}

#[test]
fn comments_silence_a_rule_for_the_next_statement() {
    let sql = "-- confiture: ignore data-loss: exported\nDROP TABLE orders;\nDROP TABLE customers;";
    let (_, findings) = lint(after_tables(sql), &default_rules());
    assert_eq!(found(&findings), ["data-loss"]);
    assert!(findings[0].message.contains("customers"));
}

#[test]
fn exemptions_name_tables_and_columns() {
    let (rules, problems) = rules(
        "linting:
  multi_tenant: {required_column: tenant_id, exempt_tables: [tenants, audit_*]}
  rules:
    snake-case: {exemptions: ['*.createdAt']}
",
    );
    assert_eq!(problems, []);
    let sql = "CREATE TABLE tenants (id int PRIMARY KEY, \"createdAt\" date);
        CREATE TABLE audit_log (id int PRIMARY KEY, \"changedAt\" date);
        CREATE TABLE orders (id int PRIMARY KEY);";
    let (_, findings) = lint(vec![Migration::up("001", sql)], &rules);
    assert_eq!(found(&findings), ["naming-convention", "require-tenant-column"]);
}

#[test]
fn the_fix_of_an_index_is_offered_outside_a_transaction_only() {
    let sql = "CREATE INDEX orders_placed_at_idx ON orders (placed_at);";
    let (_, findings) = lint(after_tables(sql), &default_rules());
    let fix = &findings[0].fixes[0];
    assert_eq!(
        (fix.safety, fix.edits[0].text.as_str()),
        (Safety::Safe, " CONCURRENTLY")
    );
    let mut fixed = sql.to_owned();
    fixed.insert_str(fix.edits[0].place.range.start as usize, &fix.edits[0].text);
    let (_, findings) = lint(after_tables(&fixed), &default_rules());
    assert_eq!(found(&findings), [] as [&str; 0]);
    let mut migrations = after_tables(sql);
    migrations[1] = migrations[1].clone().transaction(TransactionMode::PerScript);
    let (_, findings) = lint(migrations, &default_rules());
    assert_eq!(findings[0].fixes, []);
}

#[test]
fn rule_limits_to_folders() {
    let (rules, problems) =
        rules("linting: {rules: {require-primary-key: {applicable_to: {paths: [db/write]}}}}");
    assert_eq!(problems, []);
    let sql = |name: &str| format!("CREATE TABLE {name} (a int);");
    let migrations = vec![
        Migration::schema("db/write/a", &sql("a")),
        Migration::schema("db/read/b", &sql("b")),
    ];
    let (_, findings) = lint(migrations, &rules);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.contains("public.a"));
}

#[test]
fn risks_cover_selected_statements_in_order() {
    let project = project(after_tables("ALTER TABLE orders ADD COLUMN a int;\nSELECT 1;"));
    let input = Input::new(&project, PgVersion::default());
    let risks = risks(&input);
    assert_eq!(risks.len(), 2);
    let lock = risks[0].risk.effect.strongest().expect("a lock");
    assert_eq!(
        (lock.0.to_string().as_str(), lock.1.mode),
        ("public.orders", LockMode::AccessExclusive)
    );
}

#[test]
fn the_catalog_is_that_of_all_forward_scripts() {
    let migrations = vec![
        Migration::up("001", TABLES),
        Migration::down("001", "DROP TABLE orders, customers;"),
        Migration::up("002", "DROP TABLE customers;").layout(Layout::Flyway),
    ];
    let project = project(migrations);
    let catalog = catalog(&Input::new(&project, PgVersion::default()));
    let names: Vec<String> = catalog.relations.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["public.orders"]);
}
