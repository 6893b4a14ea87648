//! What people read about typical statements: reasons, levels, safe ways, ways back.

use std::fmt::Write as _;

use confiture_risk::effect::TransactionRule;
use confiture_risk::{Judgement, Level, PgVersion, Risk, assess};
use confiture_schema::apply::State;
use confiture_schema::catalog::Origin;
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

/// The schema before the statements, as earlier migrations left it.
const BEFORE: &str = "
    CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, note varchar(50));
    CREATE TABLE orders (
        id bigint PRIMARY KEY,
        customer_id bigint REFERENCES customers (id),
        total numeric(10,2) NOT NULL DEFAULT 0,
        status text CHECK (status <> ''),
        placed timestamp
    );
    CREATE INDEX orders_customer ON orders (customer_id);
    CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 1000;
    CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) FROM orders GROUP BY 1;
    CREATE UNIQUE INDEX totals_customer ON totals (customer_id);
    CREATE TABLE events (id bigint NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE loose (id bigint NOT NULL, day date NOT NULL);
";

fn statements(text: &str) -> Vec<String> {
    split(text)
        .into_iter()
        .filter(|p| p.kind == PieceKind::Sql)
        .map(|p| p.range.slice(text).to_owned())
        .collect()
}

/// The risk of the last statement of `sql`, after an earlier script and the statements before it in its own.
fn risk_of(sql: &str, version: u32) -> (Risk, String) {
    let mut state = State::fresh();
    let run = |state: &mut State, statement: &str| {
        for change in read::changes(&Syntax::parse(statement)) {
            state.apply(&change, Origin::default());
        }
    };
    for statement in statements(BEFORE) {
        run(&mut state, &statement);
    }
    state.session.transaction = Default::default();
    let mut script = statements(sql);
    let last = script.pop().expect("a statement");
    for statement in script {
        run(&mut state, &statement);
    }
    let changes = read::changes(&Syntax::parse(&last));
    (
        assess(&changes, &state, PgVersion::new(version).expect("a version")),
        last,
    )
}

fn shown(sql: &str, version: u32) -> String {
    let (risk, statement) = risk_of(sql, version);
    let mut out = format!("{statement}\n");
    for (relation, lock) in &risk.effect.locks {
        let _ = writeln!(
            out,
            "  locks {relation} {}, because {}",
            lock.mode, lock.cause.reason
        );
    }
    for (word, relations) in [
        ("rewrites", &risk.effect.rewrites),
        ("scans", &risk.effect.scans),
        ("builds an index on", &risk.effect.index_builds),
    ] {
        for (relation, cause) in relations {
            let _ = writeln!(out, "  {word} {relation}, because {}", cause.reason);
        }
    }
    for cause in &risk.effect.unknown {
        let _ = writeln!(out, "  unknown: {}", cause.reason);
    }
    let a = &risk.assessment;
    for (name, Judgement { level, reason, range }) in [
        ("data", &a.data_loss),
        ("programs", &a.compatibility),
        ("work", &a.performance),
        ("waiting", &a.locking),
    ] {
        if *level != Level::None {
            let _ = writeln!(out, "  {name}: {level}: {reason} [{}]", range.slice(&statement));
        }
    }
    if let Some(way) = &risk.safe_alternative {
        let _ = writeln!(out, "  instead: {}", way.summary);
        for step in &way.steps {
            let alone = if step.transaction == TransactionRule::Refused {
                " (outside a transaction)"
            } else {
                ""
            };
            let _ = writeln!(out, "    {}{alone}", step.sql.replace('\n', "\n    "));
        }
    }
    if let Some(rollback) = &risk.rollback {
        let _ = writeln!(out, "  undo: {rollback}");
    }
    out
}

/// All of these statements, one after the other, each on the same schema.
fn all(statements: &[&str]) -> String {
    statements
        .iter()
        .map(|sql| shown(sql, 15))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn columns() {
    insta::assert_snapshot!(all(&[
        "ALTER TABLE orders ADD COLUMN note text;",
        "ALTER TABLE orders ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now();",
        "ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();",
        "ALTER TABLE orders ADD COLUMN n bigserial;",
        "ALTER TABLE orders ADD COLUMN token text DEFAULT make_token();",
        "ALTER TABLE orders DROP COLUMN customer_id;",
        "ALTER TABLE orders ALTER COLUMN placed SET NOT NULL;",
        "ALTER TABLE orders ALTER COLUMN total SET NOT NULL;",
        "ALTER TABLE customers ALTER COLUMN note TYPE varchar(20);",
        "ALTER TABLE customers ALTER COLUMN note TYPE text;",
        "ALTER TABLE orders ALTER COLUMN placed TYPE timestamptz;",
        "ALTER TABLE customers RENAME COLUMN note TO remark;",
    ]));
}

#[test]
fn constraints_and_indexes() {
    insta::assert_snapshot!(all(&[
        "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0);",
        "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;",
        "ALTER TABLE loose ADD FOREIGN KEY (id) REFERENCES customers ON DELETE CASCADE;",
        "ALTER TABLE customers ADD UNIQUE (email);",
        "ALTER TABLE loose ADD PRIMARY KEY (id);",
        "CREATE INDEX orders_status ON orders (status) WHERE status <> 'done';",
        "CREATE INDEX CONCURRENTLY orders_status ON orders (status);",
        "CREATE INDEX events_day ON events (day);",
        "DROP INDEX orders_customer;",
        "REINDEX TABLE orders;",
        "ALTER TABLE events ATTACH PARTITION loose FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');",
        "ALTER TABLE events DETACH PARTITION events_1;",
    ]));
}

#[test]
fn tables_and_rows() {
    insta::assert_snapshot!(all(&[
        "DROP TABLE orders CASCADE;",
        "TRUNCATE orders;",
        "ALTER TABLE customers RENAME TO clients;",
        "VACUUM FULL orders;",
        "REFRESH MATERIALIZED VIEW totals;",
        "UPDATE orders SET status = 'open';",
        "DELETE FROM customers WHERE id = 1;",
        "SELECT do_something();",
        "CREATE TABLE fresh (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);",
        "CREATE TABLE fresh (id bigint); ALTER TABLE fresh ADD COLUMN token uuid DEFAULT gen_random_uuid();",
        "SET lock_timeout = '2s'; ALTER TABLE orders DROP COLUMN status;",
        "ALTER TABLE elsewhere ADD COLUMN n integer;",
        "DO $$ BEGIN IF random() > 0.5 THEN ALTER TABLE orders ADD COLUMN n integer; END IF; END $$;",
    ]));
}

#[test]
fn not_null_since_18() {
    insta::assert_snapshot!(shown("ALTER TABLE orders ALTER COLUMN placed SET NOT NULL;", 18));
}

#[test]
fn what_is_not_understood_is_never_safe() {
    for sql in [
        "ALTER TABLE orders FROBNICATE;",
        "SELECT unknown_function();",
        "DO $$ BEGIN EXECUTE cmd; END $$;",
    ] {
        let (risk, _) = risk_of(sql, 15);
        assert!(!risk.effect.known(), "{sql}");
        assert_eq!(risk.assessment.worst(), Level::Unknown, "{sql}");
    }
}
