//! What leads from write models to read models, on the ways that SQL has.

mod support;

use support::{Migration, lint, rules};

const WRITE_SIDE: &str = "
    CREATE TABLE w_a (id bigint PRIMARY KEY, n bigint);
    CREATE TABLE w_b (id bigint PRIMARY KEY, n bigint);
    CREATE TABLE w_c (id bigint PRIMARY KEY, n bigint);";

/// What is said of `r_x`, which is declared to be derived from `w_a` and `w_b`.
fn told(sql: &str) -> Vec<String> {
    let yaml = "linting:\n  cqrs_validation:\n    read_model_sources:\n      r_x: [w_a, w_b]\n";
    let (rules, problems) = rules(yaml);
    assert_eq!(problems, []);
    let migrations = vec![
        Migration::schema("01_w", WRITE_SIDE),
        Migration::schema("02_r", sql),
    ];
    let (_, findings) = lint(migrations, &rules);
    let of_cqrs = findings.into_iter().filter(|f| f.kind == "read-model-lineage");
    of_cqrs.map(|f| f.message.replace("public.", "")).collect()
}

#[test]
fn views_lead_through_views() {
    let sql = "
        CREATE VIEW joined AS SELECT id FROM w_a UNION SELECT id FROM w_b;
        CREATE MATERIALIZED VIEW again AS SELECT id FROM joined WITH NO DATA;
        CREATE VIEW r_x AS WITH q AS (SELECT id FROM again) SELECT id FROM q;";
    assert_eq!(told(sql), [""; 0]);
}

#[test]
fn tables_are_filled_by_statements() {
    let sql = "
        CREATE TABLE r_x AS SELECT id FROM w_a;
        INSERT INTO r_x SELECT id FROM w_b;
        DO $$ BEGIN UPDATE r_x SET id = w_c.id FROM w_c; END $$;";
    assert_eq!(
        told(sql),
        ["r_x reads write model w_c, which isn't declared among its sources"]
    );
}

#[test]
fn functions_carry_what_they_read() {
    let sql = "
        CREATE TABLE r_x (id bigint PRIMARY KEY);
        CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            found bigint;
        BEGIN
            INSERT INTO r_x SELECT id FROM w_a;
            FOR found IN SELECT id FROM w_b LOOP
                PERFORM put(found);
            END LOOP;
        END $$;
        CREATE FUNCTION put(what bigint) RETURNS void LANGUAGE sql AS $$ INSERT INTO r_x VALUES (what) $$;";
    assert_eq!(told(sql), [""; 0]);
}

/// That a function reads something elsewhere in its body doesn't say that it carries it over.
#[test]
fn what_is_only_possible_is_not_reported_as_read() {
    let sql = "
        CREATE TABLE r_x (id bigint PRIMARY KEY);
        CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO r_x SELECT id FROM w_a UNION SELECT id FROM w_b;
            PERFORM 1 FROM w_c;
        END $$;";
    assert_eq!(told(sql), [""; 0]);
}

#[test]
fn triggers_carry_the_rows_of_their_table() {
    let sql = "
        CREATE TABLE r_x (id bigint PRIMARY KEY);
        CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO r_x VALUES (NEW.id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER keep AFTER INSERT ON w_a FOR EACH ROW EXECUTE FUNCTION keep();
        CREATE TRIGGER keep AFTER INSERT ON w_b FOR EACH ROW EXECUTE FUNCTION keep();
        CREATE TRIGGER keep AFTER INSERT ON w_c FOR EACH ROW EXECUTE FUNCTION keep();";
    assert_eq!(
        told(sql),
        ["r_x reads write model w_c, which isn't declared among its sources"]
    );
}

#[test]
fn nothing_is_missed_where_something_cant_be_told() {
    let table = "CREATE TABLE r_x (id bigint PRIMARY KEY);";
    assert_eq!(
        told(table),
        [
            "nothing leads from w_a to r_x, which is declared to be derived from it",
            "nothing leads from w_b to r_x, which is declared to be derived from it"
        ]
    );
    let dynamic = format!(
        "{table} CREATE FUNCTION fill(source text) RETURNS void LANGUAGE plpgsql AS $$
         BEGIN EXECUTE format('INSERT INTO r_x SELECT id FROM %I', source); END $$;"
    );
    assert_eq!(told(&dynamic), [""; 0]);
}

#[test]
fn a_way_through_other_relations_is_named() {
    let sql = "
        CREATE VIEW middle AS SELECT id FROM w_c;
        CREATE VIEW r_x AS SELECT id FROM middle JOIN w_a USING (id) JOIN w_b USING (id);";
    assert_eq!(
        told(sql),
        ["r_x reads write model w_c through middle, which isn't declared among its sources"]
    );
}

#[test]
fn names_that_nothing_has_are_told() {
    let (rules, _) =
        rules("linting:\n  cqrs_validation:\n    read_model_sources:\n      r_x: [w_z]\n      r_y: [w_a]\n");
    let migrations = vec![
        Migration::schema("01_w", WRITE_SIDE),
        Migration::schema("02_r", "CREATE VIEW r_x AS SELECT 1 AS id;"),
    ];
    let (_, findings) = lint(migrations, &rules);
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`read_model_sources` names the read model `r_y`, which doesn't exist",
            "`w_z`, from which public.r_x is declared to be derived, doesn't exist"
        ]
    );
}

#[test]
fn partitions_stand_for_their_table() {
    let sql = "
        CREATE TABLE r_x (id bigint) PARTITION BY RANGE (id);
        CREATE TABLE r_x_1 PARTITION OF r_x FOR VALUES FROM (1) TO (2);
        INSERT INTO r_x_1 SELECT w_a.id FROM w_a, w_b;";
    assert_eq!(told(sql), [""; 0]);
}

#[test]
fn the_write_side_stays_away_from_the_read_side() {
    let (rules, _) = rules("linting:\n  rules:\n    write-side-reads-read-side: {enabled: true}\n");
    let sql = "
        CREATE TABLE r_total (id bigint PRIMARY KEY, n bigint);
        ALTER TABLE w_a ADD FOREIGN KEY (n) REFERENCES r_total;
        CREATE VIEW w_view AS SELECT id FROM r_total;
        CREATE FUNCTION before() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT n INTO NEW.n FROM r_total WHERE id = NEW.id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER before BEFORE INSERT ON w_b FOR EACH ROW EXECUTE FUNCTION before();";
    let migrations = vec![
        Migration::schema("01_w", WRITE_SIDE),
        Migration::schema("02_r", sql),
    ];
    let (_, findings) = lint(migrations, &rules);
    let of_cqrs = findings.iter().filter(|f| f.kind == "write-side-reads-read-side");
    let messages: Vec<String> = of_cqrs.map(|f| f.message.replace("public.", "")).collect();
    assert_eq!(
        messages,
        [
            "foreign key `w_a_n_fkey` of write model w_a refers to read model r_total",
            "write model w_view is made of read model r_total",
            "write model w_b is made of read model r_total"
        ]
    );
}
