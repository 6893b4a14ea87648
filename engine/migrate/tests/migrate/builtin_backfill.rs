//! backfill_read_model.

use confiture_migrate::ledger::{Completion, RunInfo, Way};

use crate::builtin_trial::{StopsAfter, Trial, statistic};

const ORDERS: &str = "CREATE TABLE orders (id int PRIMARY KEY, tenant int NOT NULL, customer int, total numeric NOT NULL); \
    INSERT INTO orders SELECT g, g % 7, nullif(g % 101, 0), g FROM generate_series(1, 5000) g; \
    CREATE TABLE model (id uuid, tenant int, customer int, total numeric, UNIQUE (tenant, customer));";

const QUERY: &str = "
  source_query: |
    SELECT gen_random_uuid() AS id, tenant, customer, sum(total) AS total
    FROM orders GROUP BY tenant, customer -- by both
  target_table: model";

/// The model is what the query gives, each row once.
fn is_complete(trial: &Trial) -> bool {
    trial.value(
        "SELECT count(*) FROM (SELECT tenant, customer, sum(total) FROM orders GROUP BY 1, 2) o FULL JOIN \
         (SELECT tenant, customer, total FROM model) m ON (o.tenant, o.sum) = (m.tenant, m.total) \
         AND o.customer IS NOT DISTINCT FROM m.customer WHERE o.tenant IS NULL OR m.tenant IS NULL",
    ) == "0"
        && trial.value("SELECT count(*) = (SELECT count(*) FROM (SELECT DISTINCT tenant, customer FROM orders) d) FROM model") == "t"
}

#[test]
fn a_query_is_cut_by_a_key_of_the_target() {
    let mut trial = Trial::new(ORDERS);
    let result = trial
        .run(&format!(
            "type: backfill_read_model\nconfig:{QUERY}\n  batch_size: 100"
        ))
        .unwrap();
    assert!(is_complete(&trial));
    assert_eq!(result.rows, Some(707));
    assert_eq!(statistic(&result, "/batched_by"), "\"tenant, customer\"");
    assert_eq!(
        statistic(&result, "/batches"),
        "9",
        "700 with a key in eight, and those without"
    );
    assert_eq!(statistic(&result, "/whole"), "∅");
}

#[test]
fn several_workers_do_each_batch_once() {
    let mut trial = Trial::new(ORDERS);
    let declaration =
        format!("type: backfill_read_model\nconfig:{QUERY}\n  batch_size: 20\n  parallel_workers: 4");
    let result = trial.run(&declaration).unwrap();
    assert!(is_complete(&trial));
    assert_eq!(
        (result.rows, statistic(&result, "/batches")),
        (Some(707), "37".to_owned())
    );
    assert_eq!(trial.value("SELECT count(*) FROM confiture.checkpoint"), "0");
    let told = trial.told.events().len();
    assert_eq!(told, 37);
}

#[test]
fn an_interrupted_backfill_goes_on_where_it_stopped() {
    let mut trial = Trial::new(ORDERS);
    let declaration = format!("type: backfill_read_model\nconfig:{QUERY}\n  batch_size: 50\n  run: alone");
    let spec = trial.read(&declaration).unwrap();
    let observer = StopsAfter {
        steps: 3,
        interrupt: trial.interrupt.clone(),
    };
    let mut session = trial.fixture.session();
    let error = trial.run_hook(&mut session, &spec.hook, &observer).unwrap_err();
    assert_eq!(error.message, "it was interrupted");
    let done: u64 = trial.value("SELECT count(*) FROM model").parse().unwrap();
    assert_eq!(
        trial.value("SELECT count(*) FROM confiture.checkpoint"),
        "4",
        "the plan and three batches"
    );
    // Rows that come meanwhile are found by the batches that are left, and not by those that are done.
    trial.interrupt = confiture_migrate::Interrupt::new();
    let result = trial.run(&declaration).unwrap();
    assert_eq!(statistic(&result, "/batches_before"), "3");
    assert_eq!(statistic(&result, "/rows_before"), done.to_string());
    assert_eq!(result.rows, Some(707 - done));
    assert!(is_complete(&trial));
}

#[test]
fn a_batch_that_fails_leaves_the_others_done() {
    let mut trial = Trial::new(&format!("{ORDERS} ALTER TABLE model ADD CHECK (tenant < 6)"));
    let declaration = format!("type: backfill_read_model\nconfig:{QUERY}\n  batch_size: 50\n  run: alone");
    let error = trial.error(&declaration);
    assert!(
        error.contains("[23514]") && error.contains("the next run goes on"),
        "{error}"
    );
    trial
        .fixture
        .sql("ALTER TABLE model DROP CONSTRAINT model_tenant_check");
    let result = trial.run(&declaration).unwrap();
    assert_ne!(statistic(&result, "/batches_before"), "0");
    assert!(is_complete(&trial));
}

#[test]
fn in_the_transaction_a_failure_takes_all_back() {
    let mut trial = Trial::new(&format!("{ORDERS} ALTER TABLE model ADD CHECK (tenant < 6)"));
    let error = trial.error(&format!(
        "type: backfill_read_model\nconfig:{QUERY}\n  batch_size: 50"
    ));
    assert!(error.contains("[23514]"), "{error}");
    assert_eq!(trial.value("SELECT count(*) FROM model"), "0");
}

#[test]
fn a_statement_with_a_with_clause_is_cut() {
    let mut trial = Trial::new(ORDERS);
    let declaration = "type: backfill_read_model
config:
  source_tables: [orders]
  target_table: model
  batch_size: 100
  parallel_workers: 2
  backfill_query: |
    WITH sums AS (
      SELECT tenant, customer, sum(total) AS spent FROM orders GROUP BY tenant, customer
    )
    INSERT INTO model (tenant, customer, total)
    SELECT * FROM sums
    ON CONFLICT (tenant, customer) DO UPDATE SET total = EXCLUDED.total";
    let result = trial.run(declaration).unwrap();
    assert!(is_complete(&trial), "{result:?}");
    assert_eq!(statistic(&result, "/batched_by"), "\"tenant, customer\"");
}

#[test]
fn an_update_is_cut_by_the_primary_key() {
    let mut trial = Trial::new(ORDERS);
    let declaration = "type: backfill_read_model
config:
  batch_size: 1000
  run: alone
  backfill_query: UPDATE orders o SET customer = c.n FROM (SELECT 5 AS n) c WHERE o.customer IS NULL OR o.id = 1";
    let result = trial.run(declaration).unwrap();
    assert_eq!(
        (result.rows, statistic(&result, "/batched_by")),
        (Some(50), "\"id\"".to_owned())
    );
    assert_eq!(statistic(&result, "/batches"), "7");
    assert_eq!(
        trial.value("SELECT count(*) FROM orders WHERE customer IS NULL"),
        "0"
    );
}

#[test]
fn what_can_not_be_cut_is_run_whole_and_says_so() {
    let whole = |config: &str| {
        let mut trial = Trial::new(&format!("{ORDERS} CREATE TABLE plain (r float8, n int)"));
        let result = trial
            .run(&format!("type: backfill_read_model\nconfig: {{{config}}}"))
            .unwrap();
        (result.rows.unwrap(), statistic(&result, "/whole"))
    };
    let query = |sql: &str| {
        whole(&format!(
            "target_table: plain, batch_size: 5, source_query: '{sql}'"
        ))
    };
    assert_eq!(
        query("SELECT (random() * 1000)::int AS n FROM orders"),
        (
            5000,
            "\"the query gives other rows each time, as it calls random\"".to_owned()
        )
    );
    assert_eq!(
        query("SELECT n FROM (SELECT (random() * 9)::int AS n FROM orders) x").1,
        "\"the query gives other rows each time, as it calls random\""
    );
    assert!(
        query("SELECT id AS n FROM orders LIMIT 9")
            .1
            .contains("has a Limit")
    );
    assert!(
        query("SELECT id AS n FROM orders WHERE random() < 2")
            .1
            .contains("calls random")
    );
    assert!(query("SELECT 0.5::float8 AS r").1.contains("none of its columns"));
    let (rows, reason) = whole("backfill_query: \"INSERT INTO orders SELECT 0, 1, 2, '7'\"");
    assert_eq!(
        (rows, reason.contains("can't be a part of another one")),
        (1, true),
        "{reason}"
    );
    let (rows, reason) = whole("backfill_query: 'DELETE FROM orders', run: alone");
    assert_eq!((rows, reason.contains("only INSERT")), (5000, true), "{reason}");
    let (rows, _) =
        whole("backfill_query: 'INSERT INTO plain SELECT 1, count(*) FROM plain', parallel_workers: 2");
    assert_eq!(rows, 1);
}

#[test]
fn a_table_is_copied_by_the_names_of_its_columns() {
    let mut trial = Trial::new(&format!(
        "{ORDERS} CREATE TABLE copy (total numeric, id int, at timestamptz DEFAULT now(), n int GENERATED ALWAYS AS (1) STORED); \
         CREATE TABLE stranger (x int)"
    ));
    let declaration = "type: backfill_read_model\nconfig: {source_table: orders, target_table: copy, batch_size: 900, parallel_workers: 3}";
    let result = trial.run(declaration).unwrap();
    assert_eq!(result.rows, Some(5000));
    assert_eq!(
        trial.value("SELECT count(DISTINCT id), sum(total) = (SELECT sum(total) FROM orders) FROM copy"),
        "5000|t"
    );
    let error =
        trial.error("type: backfill_read_model\nconfig: {source_table: orders, target_table: stranger}");
    assert!(
        error.starts_with("public.orders and public.stranger have no columns in common"),
        "{error}"
    );
}

#[test]
fn keys_of_all_kinds_are_cut_without_loss() {
    let values = [
        ("text", "chr(64 + g % 50) || '''\\' || g"),
        ("numeric", "g / 7.0"),
        ("uuid", "md5(g::text)::uuid"),
        (
            "timestamptz",
            "timestamptz '2000-01-01' + g * interval '1.000001 s'",
        ),
        ("date", "date '2000-01-01' - g"),
        ("varchar(9)", "(g % 30)::text"),
        ("char(9)", "(g % 30)::text"),
        ("bigint", "-g"),
    ];
    for (ty, value) in values {
        let mut trial = Trial::new(&format!(
            "CREATE TABLE a (\"Key\" {ty}, n int); INSERT INTO a SELECT {value}, g FROM generate_series(1, 300) g; \
             INSERT INTO a VALUES (NULL, 0); CREATE TABLE b (\"Key\" {ty}, n int)"
        ));
        let declaration = "type: backfill_read_model\nconfig: {source_table: a, target_table: b, batch_size: 7, batch_column: '\"Key\"', run: alone}";
        let result = trial.run(declaration).unwrap();
        assert_eq!(
            (result.rows, statistic(&result, "/whole")),
            (Some(301), "∅".to_owned()),
            "{ty}"
        );
        assert_eq!(
            trial.value(
                "SELECT count(*) FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) d"
            ),
            "0",
            "{ty}"
        );
    }
}

#[test]
fn mistakes_are_named() {
    let mut trial = Trial::new(ORDERS);
    let error = trial
        .error("type: backfill_read_model\nconfig: {source_query: SELECT 1 AS tenants, target_table: model}");
    assert_eq!(
        error,
        "public.model has no column `tenants`, which the query gives | Did you mean `tenant`? Write `… AS tenant` in the query"
    );
    let error = trial.error("type: backfill_read_model\nconfig: {source_query: SELECT 1 AS tenant, target_table: model, batch_column: nothing}");
    assert_eq!(
        error,
        "there is no column `nothing` to batch by | There are tenant"
    );
    let error = trial.error("type: backfill_read_model\nconfig: {source_query: SELECT 1 AS tenant, target_table: modell, source_tables: [orders]}");
    assert_eq!(error, "table `modell` does not exist | Did you mean `model`?");
    for wrong in [
        "{target_table: model}",
        "{source_query: SELECT 1, source_table: a, target_table: model}",
        "{source_query: SELECT 1}",
        "{backfill_query: SELECT 1}",
        "{backfill_query: INSERT INTO model SELECT 1, target_table: other}",
        "{backfill_query: INSERT INTO model SELECT 1, run: in_transaction, parallel_workers: 2}",
        "{backfill_query: INSERT INTO model SELECT 1; SELECT 2}",
        "{source_query: SELECT 1, target_table: model, batch_size: 0}",
    ] {
        let problems = trial.problems(&format!("type: backfill_read_model\nconfig: {wrong}"));
        assert_eq!(problems.len(), 1, "{wrong}: {problems:?}");
    }
}

#[test]
fn what_is_complete_is_not_done_again_until_the_migration_is_through() {
    let mut trial = Trial::new(ORDERS);
    let declaration = format!("type: backfill_read_model\nconfig:{QUERY}\n  batch_size: 300\n  run: alone");
    trial.read(&declaration).unwrap();
    let history = trial.fixture.history();
    let migration = &history.migrations[0];
    trial.context.migration = Some(migration.slug.clone());
    let (ledger, mut session) = (trial.fixture.ledger(), trial.fixture.session());
    ledger.prepare(&mut session).unwrap();
    let info = RunInfo {
        command: "up".to_owned(),
        environment: None,
        applied_by: "tester".to_owned(),
        git_commit: None,
        tool_version: "0".to_owned(),
        plan_hash: String::new(),
    };
    let run = ledger.begin_run(&mut session, &info).unwrap();
    ledger
        .begin_attempt(&mut session, run, migration, Way::Up, "h", 3)
        .unwrap();
    assert_eq!(trial.run(&declaration).unwrap().rows, Some(707));
    // The runner died before it could note that the hook is done, and comes back to it.
    let result = trial.run(&declaration).unwrap();
    assert_eq!(
        (result.rows, statistic(&result, "/batches")),
        (Some(0), statistic(&result, "/batches_before"))
    );
    assert!(is_complete(&trial));
    // It dies again, before anything else is done: the next attempt is a new one, and the backfill is the same.
    let attempt = ledger
        .begin_attempt(&mut session, run, migration, Way::Up, "h", 3)
        .unwrap();
    assert_eq!(trial.run(&declaration).unwrap().rows, Some(0));
    // Once the migration is through, the next time is another backfill.
    let completion = Completion {
        run,
        attempt: Some(attempt),
        migration,
        way: Way::Up,
        steps: &[],
        step_count: 3,
        rows: 0,
        duration_ms: 1.0,
        applied_by: "tester",
        plan_hash: "h",
    };
    ledger.complete(&mut session, &completion).unwrap();
    trial.fixture.sql("TRUNCATE model");
    ledger
        .begin_attempt(&mut session, run, migration, Way::Up, "h", 3)
        .unwrap();
    assert_eq!(trial.run(&declaration).unwrap().rows, Some(707));
    assert!(is_complete(&trial));
}
