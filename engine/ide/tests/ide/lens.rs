//! What stands above a migration, and its preview.

use confiture_ide::lens::{LensCommand, lenses, preview};

use crate::support::Fixture;

const SHOP: &str = "//- migrations/001_shop.up.sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
//- migrations/002_change.up.sql
-- Larger totals.
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
ALTER TABLE customers ADD COLUMN name text;
SELECT 1;
//- migrations/002_change.down.sql
DROP TABLE orders;
";

fn titles(fixture: &Fixture, path: &str) -> Vec<String> {
    let file = fixture.path(path);
    let all = lenses(&fixture.world, &file);
    all.iter()
        .map(|lens| {
            let about = fixture.slice(&file, lens.range.clone());
            let about = about.lines().next().unwrap_or_default().to_owned();
            let command = match &lens.command {
                None => "",
                Some(LensCommand::Preview(path)) | Some(LensCommand::DryRun(path)) => {
                    assert_eq!(*path, file);
                    " (command)"
                }
            };
            format!("{}{command} @ {about}", lens.title)
        })
        .collect()
}

#[test]
fn a_migration_says_what_it_risks() {
    let fixture = Fixture::new(SHOP);
    let mut all = titles(&fixture, "migrations/001_shop.up.sql");
    all.extend(titles(&fixture, "migrations/002_change.up.sql"));
    all.extend(titles(&fixture, "migrations/002_change.down.sql"));
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn both_directions_of_one_file_have_their_lines() {
    let fixture = Fixture::new(
        "//- db/migrations/20260101000000_a.sql
-- migrate:up
CREATE TABLE t (id int);
-- migrate:down
DROP TABLE t;
",
    );
    insta::assert_snapshot!(titles(&fixture, "db/migrations/20260101000000_a.sql").join("\n"));
}

#[test]
fn a_schema_tree_has_no_lines() {
    let fixture = Fixture::new("//- db/schema/01_a.sql\nCREATE TABLE t (id int);\n");
    let file = fixture.path("db/schema/01_a.sql");
    assert!(lenses(&fixture.world, &file).is_empty());
    assert_eq!(preview(&fixture.world, &file), None);
}

#[test]
fn a_preview_goes_statement_by_statement() {
    let fixture = Fixture::new(SHOP);
    let preview = preview(&fixture.world, &fixture.path("migrations/002_change.up.sql"));
    insta::assert_snapshot!(preview.expect("a migration"));
}
