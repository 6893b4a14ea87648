//! Names that PostgreSQL makes up, as PostgreSQL 15 answered.

use crate::{Run, run};

fn constraints(run: &Run, table: &str) -> Vec<String> {
    run.relation(table)
        .constraints
        .keys()
        .map(|n| n.to_string())
        .collect()
}

fn indexes(run: &Run, table: &str) -> Vec<String> {
    run.relation(table)
        .indexes
        .keys()
        .map(|n| n.to_string())
        .collect()
}

#[test]
fn constraints_are_named_after_table_and_columns() {
    let run = run(
        "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE, b int CHECK (b > 0), c int REFERENCES t,
                   CHECK (a > b), CHECK (a < b), FOREIGN KEY (a, b) REFERENCES t (a, b), UNIQUE (a, b));",
    );
    let names = [
        "t_a_b_fkey",
        "t_a_b_key",
        "t_a_key",
        "t_b_check",
        "t_c_fkey",
        "t_check",
        "t_check1",
        "t_pkey",
    ];
    assert_eq!(constraints(&run, "t"), names);
    assert_eq!(indexes(&run, "t"), ["t_a_b_key", "t_a_key", "t_pkey"]);
}

#[test]
fn long_names_are_shortened_on_both_sides() {
    let long = "a".repeat(60);
    let column = "b".repeat(60);
    let run = run(&format!(
        "CREATE TABLE {long} ({column} serial PRIMARY KEY, c int UNIQUE, CHECK ({column} > 1));"
    ));
    let names = [
        format!("{}_{}_check", "a".repeat(28), "b".repeat(28)),
        format!("{}_c_key", "a".repeat(57)),
        format!("{}_pkey", "a".repeat(58)),
    ];
    assert_eq!(constraints(&run, &long), names);
    assert!(run.exists(&format!("{}_{}_seq", "a".repeat(29), "b".repeat(29))));
}

#[test]
fn indexes_on_expressions_are_named_after_what_they_compute() {
    let run = run("CREATE TABLE t (a int, b text);
                   CREATE INDEX ON t (lower(b)); CREATE INDEX ON t (lower(b));
                   CREATE INDEX ON t ((a + 1), (a + 2)); CREATE INDEX ON t ((a::text)); CREATE INDEX ON t (a) INCLUDE (b);
                   CREATE INDEX ON t (coalesce(a, 1), lower(b), lower(b));");
    let names = [
        "t_a_b_idx",
        "t_a_idx",
        "t_coalesce_lower_lower1_idx",
        "t_expr_expr1_idx",
        "t_lower_idx",
        "t_lower_idx1",
    ];
    assert_eq!(indexes(&run, "t"), names);
}

#[test]
fn a_taken_name_gets_a_number() {
    let run = run(
        "CREATE TABLE t_a_idx (); CREATE VIEW t_a_idx1 AS SELECT 1 AS x; CREATE TYPE t_a_idx2 AS (x int);
                   CREATE TABLE t (a int, b int); CREATE INDEX ON t (a);
                   CREATE TABLE other (x int, CONSTRAINT t_b_key CHECK (x > 0)); ALTER TABLE t ADD UNIQUE (b);
                   CREATE SEQUENCE s_id_seq; CREATE TABLE s (id serial);",
    );
    assert_eq!(indexes(&run, "t"), ["t_a_idx3", "t_b_key1"]);
    assert!(run.exists("s_id_seq1"));
}

#[test]
fn a_serial_column_reads_from_its_own_sequence() {
    let run = run("CREATE TABLE t (id serial); CREATE SCHEMA s; CREATE TABLE s.t (id bigserial);");
    let default = |table: &str| {
        run.relation(table).columns[0]
            .default
            .as_ref()
            .map(|d| d.text.to_string())
    };
    assert_eq!(default("t").as_deref(), Some("nextval('t_id_seq'::regclass)"));
    assert_eq!(default("s.t").as_deref(), Some("nextval('s.t_id_seq'::regclass)"));
}

#[test]
fn equal_keys_of_one_statement_are_one() {
    let run =
        run("CREATE TABLE t (a int PRIMARY KEY UNIQUE, b int, UNIQUE (b), CONSTRAINT named UNIQUE (b));");
    assert_eq!(indexes(&run, "t"), ["named", "t_pkey"]);
}
