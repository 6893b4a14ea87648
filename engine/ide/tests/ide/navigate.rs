//! From names to where they were made, used and renamed.

use std::collections::HashMap;
use std::sync::Arc;

use confiture_ide::navigate::{
    Caller, callers_at, definition, highlights, incoming, links, outgoing, prepare_rename, references,
    rename, type_definition,
};
use confiture_ide::{FilePosition, Span, World};
use confiture_lint::Live;

use crate::support::Fixture;

const SHOP: &str = "\
//- db/migrations/001_shop.up.sql
CREATE SCHEMA shop;
CREATE TYPE shop.status AS ENUM ('open', 'shut');
CREATE TABLE shop.customers (id bigint PRIMARY KEY, email text);
CREATE TABLE shop.orders (
    id bigint PRIMARY KEY,
    customer bigint REFERENCES shop.customers (id),
    state shop.status DEFAULT 'open'
);
CREATE FUNCTION shop.total(p bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM shop.orders WHERE customer = p $$;
//- db/migrations/001_shop.down.sql
DROP FUNCTION shop.total(bigint);
DROP TABLE shop.orders, shop.customers;
//- db/migrations/002_more.up.sql
SET search_path TO shop;
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX orders_customer ON orders (customer) WHERE state = 'open';
CREATE VIEW busy AS SELECT c.id, total(c.id) AS n FROM customers c JOIN orders o ON o.customer = c.id;
COMMENT ON COLUMN orders.customer IS 'who';
//- db/migrations/003_renames.up.sql
ALTER TABLE shop.orders RENAME TO purchases;
ALTER TABLE shop.purchases RENAME COLUMN customer TO buyer;
SELECT buyer FROM shop.purchases WHERE state = 'shut';
//- db/migrations/003_renames.down.sql
ALTER TABLE shop.purchases RENAME COLUMN buyer TO customer;
ALTER TABLE shop.purchases RENAME TO orders;
UPDATE shop.orders SET customer = NULL;
";

/// The shop with `$0` behind the text before it, in the first file that has both in a row.
fn shop(before: &str, after: &str) -> Fixture {
    let place = SHOP.find(&format!("{before}{after}")).expect("the place") + before.len();
    Fixture::new(&format!("{}$0{}", &SHOP[..place], &SHOP[place..]))
}

fn defined(fixture: &Fixture) -> String {
    let targets = definition(&fixture.world, fixture.cursor());
    shown_targets(fixture, &targets)
}

fn shown_targets(fixture: &Fixture, targets: &[confiture_ide::navigate::Target]) -> String {
    let shown = targets.iter().map(|target| {
        let name = Span {
            file: target.whole.file.clone(),
            range: target.name.clone(),
        };
        let whole = fixture.slice(&target.whole.file, target.whole.range.clone());
        format!(
            "{} in {:?}",
            fixture.shown(&name),
            whole.lines().next().unwrap_or_default()
        )
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn referenced(fixture: &Fixture) -> String {
    let all = references(&fixture.world, fixture.cursor());
    let shown = all
        .iter()
        .map(|r| format!("{} {:?}", fixture.shown(&r.span), r.access));
    shown.collect::<Vec<_>>().join("\n")
}

fn renamed(fixture: &Fixture, name: &str) -> String {
    match rename(&fixture.world, fixture.cursor(), name) {
        Ok(edits) => fixture.applied(&edits),
        Err(refusal) => format!("refused: {}", refusal.0),
    }
}

fn called(fixture: &Fixture, callers: &[Caller]) -> String {
    let shown = callers.iter().map(|caller| {
        let selection = Span {
            file: caller.whole.file.clone(),
            range: caller.selection.clone(),
        };
        format!(
            "{} {} at {} calls {}",
            caller.detail,
            caller.name,
            fixture.shown(&selection),
            caller.calls.len()
        )
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_column_leads_to_its_definition_and_its_last_change() {
    let fixture = shop("SELECT buy", "er FROM");
    insta::assert_snapshot!(defined(&fixture), @r#"
    db/migrations/001_shop.up.sql:6:5 "customer" in "CREATE TABLE shop.orders ("
    db/migrations/003_renames.up.sql:2:54 "buyer" in "ALTER TABLE shop.purchases RENAME COLUMN customer TO buyer;"
    "#);
}

#[test]
fn a_table_behind_a_rename_leads_to_its_creation() {
    let fixture = shop("SELECT buyer FROM shop.purch", "ases");
    insta::assert_snapshot!(defined(&fixture), @r#"
    db/migrations/001_shop.up.sql:4:19 "orders" in "CREATE TABLE shop.orders ("
    db/migrations/003_renames.up.sql:2:18 "purchases" in "ALTER TABLE shop.purchases RENAME COLUMN customer TO buyer;"
    "#);
}

#[test]
fn a_definition_is_its_own() {
    let fixture = shop("CREATE TABLE shop.cust", "omers");
    insta::assert_snapshot!(defined(&fixture), @r#"db/migrations/001_shop.up.sql:3:19 "customers" in "CREATE TABLE shop.customers (id bigint PRIMARY KEY, email text);""#);
}

#[test]
fn functions_labels_aliases_and_types_have_definitions() {
    let mut all = String::new();
    for (before, after) in [
        ("SELECT c.id, tot", "al(c.id)"),
        ("ON o.cust", "omer = c.id"),
        ("WHERE state = 'o", "pen'"),
        ("REFERENCES shop.customers (i", "d)"),
        ("SET search_path TO sh", "op"),
        ("SELECT c.i", "d, total"),
        ("total(c", ".id)"),
        ("WHERE customer = p", " $$"),
    ] {
        let fixture = shop(before, after);
        all.push_str(&format!("{before}|{after}\n{}\n\n", defined(&fixture)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_type_of_a_column_is_found() {
    let fixture = shop("FROM shop.purchases WHERE sta", "te");
    let targets = type_definition(&fixture.world, fixture.cursor());
    insta::assert_snapshot!(shown_targets(&fixture, &targets), @r#"db/migrations/001_shop.up.sql:2:18 "status" in "CREATE TYPE shop.status AS ENUM ('open', 'shut');""#);
}

#[test]
fn references_follow_renames_through_history_and_back() {
    insta::assert_snapshot!("table", referenced(&shop("SELECT buyer FROM shop.purch", "ases")));
    insta::assert_snapshot!("column", referenced(&shop("SELECT buy", "er FROM")));
    let same = referenced(&shop("SET cust", "omer = NULL"));
    assert_eq!(same, referenced(&shop("SELECT buy", "er FROM")));
}

#[test]
fn references_of_the_rest() {
    let mut all = String::new();
    for (before, after) in [
        ("CREATE TYPE shop.sta", "tus"),
        ("ENUM ('op", "en'"),
        ("CREATE FUNCTION shop.to", "tal"),
        ("CREATE SCHEMA sh", "op"),
        ("FROM customers ", "c JOIN"),
    ] {
        let fixture = shop(before, after);
        all.push_str(&format!("{before}|{after}\n{}\n\n", referenced(&fixture)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_schema_tree_and_its_migrations_are_one_database() {
    let fixture = Fixture::new(
        "\
//- confiture.yaml
load_order:
  - db/schema
//- db/schema/10_tables.sql
CREATE TABLE purchases$0 (id int);
//- db/schema/20_views.sql
CREATE VIEW v AS SELECT id FROM purchases;
//- db/migrations/001_a.up.sql
CREATE TABLE orders (id int);
//- db/migrations/002_b.up.sql
ALTER TABLE orders RENAME TO purchases;
CREATE TABLE orders (other int);
",
    );
    assert_eq!(fixture.world.projects().len(), 2);
    insta::assert_snapshot!("one_database", referenced(&fixture));
    insta::assert_snapshot!("one_database_renamed", renamed(&fixture, "buys"));
}

#[test]
fn highlights_stay_in_the_file() {
    let fixture = shop("ALTER TABLE ord", "ers ADD");
    let all = highlights(&fixture.world, fixture.cursor());
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|r| r.span.file == fixture.cursor().file));
}

#[test]
fn the_name_at_a_place_can_be_renamed() {
    let fixture = Fixture::new("CREATE TABLE \"My Tab\"\"le$0\" (id int);");
    let (range, name) = prepare_rename(&fixture.world, fixture.cursor()).expect("a name");
    assert_eq!(name, "My Tab\"le");
    assert_eq!(fixture.slice(&fixture.cursor().file, range), "\"My Tab\"\"le\"");
    let fixture = Fixture::new("CREATE$0 TABLE t (id int);");
    assert!(prepare_rename(&fixture.world, fixture.cursor()).is_err());
}

#[test]
fn a_rename_edits_every_file() {
    insta::assert_snapshot!(
        "rename_customers",
        renamed(&shop("CREATE TABLE shop.cust", "omers"), "Clients")
    );
    insta::assert_snapshot!("rename_label", renamed(&shop("ENUM ('op", "en'"), "it's open"));
    insta::assert_snapshot!(
        "rename_function",
        renamed(&shop("CREATE FUNCTION shop.to", "tal"), "sum_up")
    );
    insta::assert_snapshot!(
        "rename_alias",
        renamed(&shop("FROM customers ", "c JOIN"), "cust")
    );
}

#[test]
fn a_rename_leaves_other_names_of_history() {
    insta::assert_snapshot!("rename_buyer", renamed(&shop("SELECT buy", "er FROM"), "client"));
}

#[test]
fn a_view_keeps_the_names_of_its_columns() {
    let text = "CREATE TABLE t (a$0 int, b int);\nCREATE VIEW v AS SELECT t.a, b FROM t WHERE a > 1;\nSELECT a FROM v;\n";
    insta::assert_snapshot!(renamed(&Fixture::new(text), "c"), @r#"
    //- migrations/001_first.up.sql
    CREATE TABLE t (c int, b int);
    CREATE VIEW v AS SELECT t.c AS a, b FROM t WHERE c > 1;
    SELECT a FROM v;
    "#);
}

#[test]
fn variables_and_parameters_are_renamed_in_their_function() {
    let text = "CREATE FUNCTION f(p_id$0 int) RETURNS int LANGUAGE plpgsql AS $$\nDECLARE v int := p_id;\nBEGIN\n  SELECT p_id + 1 INTO v;\n  RETURN p_id;\nEND $$;";
    insta::assert_snapshot!(renamed(&Fixture::new(text), "which"), @r#"
    //- migrations/001_first.up.sql
    CREATE FUNCTION f(which int) RETURNS int LANGUAGE plpgsql AS $$
    DECLARE v int := which;
    BEGIN
      SELECT which + 1 INTO v;
      RETURN which;
    END $$;
    "#);
}

#[test]
fn renames_are_refused_with_a_reason() {
    let mut all = String::new();
    for (text, name) in [
        ("CREATE TABLE t$0 (id int);\nCREATE TABLE u (id int);", "u"),
        ("CREATE TABLE t (id$0 int, x int);", "x"),
        ("CREATE TABLE t$0 (id int);", ""),
        (
            "CREATE TABLE t$0 (id int);",
            "a_name_that_is_longer_than_what_postgres_keeps_of_any_identifier_",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY);\nALTER TABLE t DROP CONSTRAINT t_pkey$0;",
            "u",
        ),
        (
            "CREATE TABLE orders$0 (id int PRIMARY KEY);\nALTER TABLE orders DROP CONSTRAINT orders_pkey;",
            "u",
        ),
        (
            "CREATE TABLE t (id serial, total$0 int UNIQUE);\nALTER TABLE t RENAME CONSTRAINT t_total_key TO k;",
            "u",
        ),
        ("CREATE TABLE t$0 (id serial);\nSELECT nextval('t_id_seq');", "u"),
        (
            "CREATE TABLE t (a$0 int);\nCREATE VIEW v AS SELECT * FROM t;",
            "b",
        ),
        (
            "CREATE TABLE t$0 (a int);\nDO $$ BEGIN EXECUTE 'DELETE FROM t' || 'x'; END $$;",
            "b",
        ),
        (
            "CREATE TABLE t (a$0 int);\nCREATE TABLE u (a int);\nCREATE VIEW v AS SELECT 1 AS one FROM t JOIN u USING (a);",
            "b",
        ),
        ("SELECT now$0();", "b"),
        ("CREATE EXTENSION citext$0;", "b"),
        ("SELECT id FROM missing$0;", "b"),
        ("SELECT a$0.id, b.id FROM pg_class a, pg_class b;", "b"),
    ] {
        all.push_str(&format!(
            "{text} -> {name}\n    {}\n",
            renamed(&Fixture::new(text), name)
        ));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn who_calls_whom() {
    let text = "\
CREATE TABLE t (id int);
CREATE FUNCTION inner_one(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION outer_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM inner_one(1), inner_one(2); RETURN NEW; END $$;
CREATE VIEW v AS SELECT inner_one(id) AS one FROM t;
CREATE VIEW w AS SELECT one FROM v;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION outer_one();
";
    let mut all = String::new();
    for at in [
        "inner_one(x",
        "outer_one() RETURNS",
        "v AS",
        "w AS",
        "t (id",
        "tr BEFORE",
    ] {
        let fixture = Fixture::new(&text.replacen(at, &format!("{}$0{}", &at[..1], &at[1..]), 1));
        let (world, cursor) = (&fixture.world, fixture.cursor());
        all.push_str(&format!(
            "{at}\n  is {}\n  incoming {}\n  outgoing {}\n",
            called(&fixture, &callers_at(world, cursor)),
            called(&fixture, &incoming(world, cursor)),
            called(&fixture, &outgoing(world, cursor)),
        ));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn links_lead_to_files_of_the_project() {
    let fixture = Fixture::new(
        "\
//- confiture.yaml
load_order:
  - schema/main.sql   # first
//- schema/main.sql
\\ir parts/tables.sql
\\i 'schema/parts/views.sql'
\\i missing.sql
SELECT 1;
//- schema/parts/tables.sql
CREATE TABLE t (id int);
//- schema/parts/views.sql
CREATE VIEW v AS SELECT id FROM t;
",
    );
    let shown = |file: &str| {
        let path = fixture.path(file);
        let all = links(&fixture.world, &path).into_iter();
        let all = all.map(|(range, to)| format!("{} -> {}", fixture.slice(&path, range), fixture.short(&to)));
        all.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(shown("schema/main.sql"), @r#"
    parts/tables.sql -> schema/parts/tables.sql
    schema/parts/views.sql -> schema/parts/views.sql
    "#);
}

#[test]
fn what_is_released_is_renamed_by_a_new_migration() {
    let fixture = shop("SELECT buy", "er FROM");
    let live = &fixture.world.projects()[0];
    let file = fixture.path("db/migrations/003_renames.up.sql");
    let with = |text: &str| {
        let released = HashMap::from([(file.clone(), Arc::from(text))]);
        let project = Arc::new(live.project().clone());
        let rules = Arc::new(live.rules().clone());
        let live = Live::new(project, rules, live.version(), Some(Arc::new(released)));
        World::new(vec![live], Vec::new(), HashMap::new())
    };
    let text = fixture.world.text(&file).expect("a text");
    let refusal = rename(&with(&text), fixture.cursor(), "client").expect_err("a refusal");
    assert_eq!(
        refusal.0,
        "db/migrations/003_renames.up.sql is released, so databases have run it as it is: rename it by a new migration"
    );
    assert!(rename(&with("SELECT 1;"), fixture.cursor(), "client").is_ok());
}

#[test]
fn an_order_of_loading_leads_to_its_files() {
    let fixture = Fixture::new(
        "//- confiture.yaml\nload_order:\n  - schema/main.sql   # first\n//- schema/main.sql\nCREATE TABLE t (id int);\n",
    );
    let file = fixture.path("confiture.yaml");
    let text: Arc<str> = std::fs::read_to_string(&file).expect("a text").into();
    let documents = HashMap::from([(file.clone(), text.clone())]);
    let world = World::new(fixture.world.projects().to_vec(), Vec::new(), documents);
    let all = links(&world, &file);
    assert_eq!(all.len(), 1);
    assert_eq!(&text[all[0].0.clone()], "schema/main.sql");
    assert_eq!(all[0].1, fixture.path("schema/main.sql"));
}

#[test]
fn sql_in_yaml_is_navigated_too() {
    let fixture = Fixture::new(
        "\
//- confiture-migrations/001_first.yaml
migration:
  name: 001_first
  ddl: |
    CREATE TABLE things$0 (id int);
    CREATE INDEX stuff_id ON things (id);
  rollback:
    ddl: \"DROP TABLE things;\"
",
    );
    insta::assert_snapshot!(referenced(&fixture), @r#"
    confiture-migrations/001_first.yaml:4:18 "things" Defines
    confiture-migrations/001_first.yaml:5:30 "things" Reads
    confiture-migrations/001_first.yaml:7:22 "things" Drops
    "#);
    insta::assert_snapshot!("yaml_rename", renamed(&fixture, "stuff"));
    insta::assert_snapshot!(renamed(&fixture, "Stuff"), @r#"refused: confiture-migrations/001_first.yaml spells it in a way that can't be edited"#);
}

#[test]
fn questions_at_any_place_have_an_answer() {
    let fixture = Fixture::new(SHOP);
    for file in fixture.world.files().map(|f| f.to_path_buf()).collect::<Vec<_>>() {
        let length = fixture.world.text(&file).expect("a text").len();
        for offset in (0..length + 3).step_by(7) {
            let at = FilePosition {
                file: file.clone(),
                offset,
            };
            let world = &fixture.world;
            let found = references(world, &at);
            assert_eq!(found.is_empty(), prepare_rename(world, &at).is_err(), "{offset}");
            let _ = (
                definition(world, &at),
                type_definition(world, &at),
                rename(world, &at, "other"),
            );
            let _ = (incoming(world, &at), outgoing(world, &at));
        }
    }
}
