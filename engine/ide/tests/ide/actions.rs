//! What can be done about places.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use confiture_ide::actions::{Action, ActionEffect, actions, resolve};
use confiture_ide::diagnostics::all;
use confiture_ide::{Edits, World};

use crate::support::Fixture;

const NOW: u64 = 20_261_121_150_000;

fn offered(fixture: &Fixture) -> Vec<Action> {
    let cursor = fixture.cursor();
    actions(&fixture.world, &cursor.file, cursor.offset..cursor.offset, NOW)
}

/// The edits of an action.
fn edits(world: &World, file: &Path, action: &Action) -> Option<Edits> {
    match &action.effect {
        ActionEffect::Edit(edits) => Some(edits.clone()),
        ActionEffect::Later(later) => resolve(world, file, later, NOW),
        ActionEffect::Open(_) => None,
    }
}

fn titles(fixture: &Fixture) -> String {
    let lines = offered(fixture).into_iter().map(|action| {
        let preferred = if action.is_preferred { " *" } else { "" };
        let cures: Vec<&str> = action.cures.iter().map(|finding| &*finding.rule).collect();
        format!(
            "{:?}{preferred} {} [{}]\n",
            action.kind,
            action.title,
            cures.join(", ")
        )
    });
    lines.collect()
}

fn find(fixture: &Fixture, title: &str) -> Action {
    let mut all = offered(fixture).into_iter();
    all.find(|action| action.title.contains(title))
        .unwrap_or_else(|| panic!("no `{title}` in\n{}", titles(fixture)))
}

/// What the files are when an action is applied.
fn after(fixture: &Fixture, title: &str) -> String {
    let action = find(fixture, title);
    let edits = edits(&fixture.world, &fixture.cursor().file, &action).expect("edits");
    fixture.applied(&edits)
}

/// All files of the project with the changed ones changed.
fn reopened(fixture: &Fixture, applied: &str) -> Fixture {
    let mut texts: Vec<(String, String)> = fixture
        .files()
        .into_iter()
        .filter(|(path, _)| !applied.contains(&format!("//- {path}\n")))
        .collect();
    texts.sort();
    let mut all = String::new();
    for (path, text) in texts {
        let _ = write!(all, "//- {path}\n{text}");
        if !text.ends_with('\n') {
            all.push('\n');
        }
    }
    Fixture::new(&(all + applied))
}

fn rules(fixture: &Fixture) -> Vec<String> {
    let all = all(&fixture.world);
    let mut rules: Vec<String> = all
        .into_iter()
        .flat_map(|(file, found)| {
            let short = fixture.short(&file);
            found.into_iter().map(move |d| format!("{short}: {}", d.code))
        })
        .collect();
    rules.sort();
    rules
}

/// Applies an action; gives the files that changed, and what is found where before and after.
fn cured(fixture: &Fixture, title: &str) -> String {
    let applied = after(fixture, title);
    let again = reopened(fixture, &applied);
    let (before, after) = (rules(fixture), rules(&again));
    let gone: Vec<_> = before.iter().filter(|rule| !after.contains(rule)).collect();
    let new: Vec<_> = after.iter().filter(|rule| !before.contains(rule)).collect();
    format!("{applied}\ngone: {gone:?}\nnew: {new:?}\n")
}

#[test]
fn everything_that_can_be_done() {
    let fixture = Fixture::new(
        "//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY, a int);
//- migrations/001_a.down.sql
DROP TABLE t;
//- migrations/002_b.up.sql
ALTER TABLE t ADD CONSTRAINT a_check CHECK (a $0> 0);
",
    );
    insta::assert_snapshot!(titles(&fixture));
}

#[test]
fn an_index_is_built_concurrently_in_a_file_of_its_own() {
    let head = "//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY, a int);
//- migrations/001_a.down.sql
DROP TABLE t;
//- migrations/002_b.up.sql
";
    let tail = "//- migrations/002_b.down.sql
DROP TABLE u;
DROP INDEX t_a_idx;
";
    let several = Fixture::new(&format!(
        "{head}CREATE INDEX$0 t_a_idx ON t (a);\nCREATE TABLE u (id bigint PRIMARY KEY);\n{tail}"
    ));
    insta::assert_snapshot!("concurrently_of_several", cured(&several, "Rewrite safely"));
    let alone = Fixture::new(&format!(
        "{head}CREATE INDEX$0 t_a_idx ON t (a);\n//- migrations/002_b.down.sql\nDROP INDEX t_a_idx;\n"
    ));
    insta::assert_snapshot!("concurrently_alone", cured(&alone, "Rewrite safely"));
}

#[test]
fn each_tool_is_told_in_its_own_way_that_there_is_no_transaction() {
    let layouts = [
        (
            "sqlx",
            "//- Cargo.toml\n[dependencies]\nsqlx = \"0.8\"\n//- migrations/1_a.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n//- migrations/2_b.sql\nCREATE INDEX$0 i ON t (a);\n",
        ),
        (
            "dbmate",
            "//- db/migrations/20240101000000_a.sql\n-- migrate:up\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n-- migrate:down\nDROP TABLE t;\n//- db/migrations/20240102000000_b.sql\n-- migrate:up\nCREATE INDEX$0 i ON t (a);\n-- migrate:down\nDROP INDEX i;\n",
        ),
        (
            "goose",
            "//- migrations/00001_a.sql\n-- +goose Up\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n-- +goose Down\nDROP TABLE t;\n//- migrations/00002_b.sql\n-- +goose Up\nCREATE INDEX$0 i ON t (a);\n-- +goose Down\nDROP INDEX i;\n",
        ),
        (
            "diesel",
            "//- migrations/2024-01-01-000000_a/up.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n//- migrations/2024-01-01-000000_a/down.sql\nDROP TABLE t;\n//- migrations/2024-01-02-000000_b/up.sql\nCREATE INDEX$0 i ON t (a);\n//- migrations/2024-01-02-000000_b/down.sql\nDROP INDEX i;\n",
        ),
        (
            "flyway",
            "//- migrations/V1__a.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n//- migrations/V2__b.sql\nCREATE INDEX$0 i ON t (a);\n",
        ),
        (
            "yaml",
            "//- confiture-migrations/001_a.yaml\nname: a\nddl: CREATE TABLE t (id bigint PRIMARY KEY, a int)\nrollback: DROP TABLE t\n//- confiture-migrations/002_b.yaml\nname: b\nddl: |\n  CREATE INDEX$0 i ON t (a);\nrollback: DROP INDEX i\n",
        ),
    ];
    let mut out = String::new();
    for (name, text) in layouts {
        let fixture = Fixture::new(text);
        let _ = write!(out, "== {name}\n{}", cured(&fixture, "Rewrite safely"));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn safe_ways_of_several_steps_become_migrations() {
    let cases = [
        (
            "foreign key",
            "ALTER TABLE t ADD$0 CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id);",
            "ALTER TABLE t DROP CONSTRAINT f;",
        ),
        (
            "not null",
            "ALTER TABLE t ALTER$0 a SET NOT NULL;",
            "ALTER TABLE t ALTER a DROP NOT NULL;",
        ),
        (
            "unique",
            "ALTER TABLE t ADD$0 CONSTRAINT k UNIQUE (a);",
            "ALTER TABLE t DROP CONSTRAINT k;",
        ),
        (
            "type",
            "ALTER TABLE t ALTER$0 a TYPE bigint;",
            "ALTER TABLE t ALTER COLUMN a TYPE integer;",
        ),
        (
            "rename",
            "ALTER TABLE t RENAME$0 COLUMN a TO b;",
            "ALTER TABLE t RENAME COLUMN b TO a;",
        ),
        (
            "table",
            "ALTER TABLE t RENAME$0 TO v;",
            "ALTER TABLE v RENAME TO t;",
        ),
    ];
    let mut out = String::new();
    for (name, up, down) in cases {
        let fixture = Fixture::new(&format!(
            "//- migrations/001_a.up.sql
CREATE TABLE u (id bigint PRIMARY KEY);
CREATE TABLE t (id bigint PRIMARY KEY, a int);
//- migrations/001_a.down.sql
DROP TABLE t;
DROP TABLE u;
//- migrations/002_b.up.sql
-- what is said here stays
{up}
//- migrations/002_b.down.sql
{down}
"
        ));
        let _ = write!(out, "== {name}\n{}", cured(&fixture, "Rewrite safely"));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_whole_table_is_written_in_batches() {
    let fixture = Fixture::new(
        "//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY, a int, b text);
//- migrations/002_b.up.sql
UPDATE t AS x SET a = 1, b = upper('x')$0;
",
    );
    insta::assert_snapshot!(cured(&fixture, "Rewrite safely"));
    for refused in [
        "a = a + 1",
        "b = now()",
        "a = DEFAULT",
        "a = (SELECT 1)",
        "b = CURRENT_USER",
    ] {
        let fixture = Fixture::new(&format!(
            "//- migrations/001_a.up.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int, b text);\n//- migrations/002_b.up.sql\nUPDATE t SET {refused}$0;\n"
        ));
        assert!(!titles(&fixture).contains("few thousand"), "{refused}");
    }
}

#[test]
fn a_way_with_functions_and_blocks_is_written_as_its_tool_takes_it() {
    let texts = [
        "//- migrations/00001_a.sql\n-- +goose Up\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n-- +goose Down\nDROP TABLE t;\n//- migrations/00002_b.sql\n-- +goose Up\nALTER TABLE t RENAME$0 a TO b;\n-- +goose Down\nALTER TABLE t RENAME b TO a;\n",
        "//- migrations/V1__a.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n//- migrations/V2__b.sql\nUPDATE$0 t SET a = 1;\n",
        "//- supabase/migrations/20240101000000_a.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n//- supabase/migrations/20240102000000_b.sql\nALTER TABLE t ALTER$0 a SET NOT NULL;\n",
    ];
    let mut out = String::new();
    for text in texts {
        out.push_str(&cured(&Fixture::new(text), "Rewrite safely"));
    }
    insta::assert_snapshot!(out);
    let supabase = Fixture::new(
        "//- supabase/migrations/20240101000000_a.sql\nCREATE TABLE t (id bigint PRIMARY KEY, a int);\n//- supabase/migrations/20240102000000_b.sql\nCREATE INDEX$0 ON t (a);\n",
    );
    assert!(!titles(&supabase).contains("Rewrite"), "{}", titles(&supabase));
}

#[test]
fn what_is_needed_later_is_not_moved_behind() {
    let text = "//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY, a int);
//- migrations/002_b.up.sql
ALTER TABLE t ADD$0 CONSTRAINT k UNIQUE (a);
ALTER TABLE t CLUSTER ON \"k\";
";
    let needed = Fixture::new(text);
    assert!(
        !titles(&needed).contains("Rewrite safely: build"),
        "{}",
        titles(&needed)
    );
    let free = Fixture::new(&text.replace("\"k\"", "\"K\""));
    assert!(
        titles(&free).contains("Rewrite safely: build"),
        "{}",
        titles(&free)
    );
}

#[test]
fn what_is_missing_is_written_where_the_thing_is() {
    let text = "//- confiture.yaml
linting:
  rules:
    require-primary-key: warning
    require-foreign-key-index: warning
  multi_tenant:
    required_column: tenant_id
//- migrations/001_a.up.sql
CREATE TABLE u (id bigint PRIMARY KEY, tenant_id uuid NOT NULL);
//- migrations/001_a.down.sql
DROP TABLE u;
//- migrations/002_b.up.sql
CREATE TABLE @t (
    @a int,
    u_id bigint REFERENCES@ u (id)
);
";
    let mut out = String::new();
    for (number, wanted) in [
        (0, "primary key"),
        (0, "the tenant's"),
        (0, "comment on `t`"),
        (1, "comment on `a`"),
        (2, "index for"),
        (0, "undoes"),
    ] {
        let mut at = 0;
        let mut fixture = String::new();
        for c in text.chars() {
            if c != '@' {
                fixture.push(c);
                continue;
            }
            if at == number {
                fixture.push_str("$0");
            }
            at += 1;
        }
        let fixture = Fixture::new(&fixture);
        let _ = write!(out, "== {wanted}\n{}", cured(&fixture, wanted));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_undoes_a_migration_goes_where_its_tool_looks() {
    let up = "CREATE TABLE t$0 (id bigint PRIMARY KEY);\nALTER TABLE t ADD COLUMN a int;\nUPDATE t SET a = 1;\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\nDROP TABLE u;\n";
    let before = "CREATE TABLE u (id bigint PRIMARY KEY);\n";
    let yaml = up.lines().map(|line| format!("  {line}\n")).collect::<String>();
    let layouts = [
        format!("//- migrations/001_a.up.sql\n{before}//- migrations/002_b.up.sql\n{up}"),
        format!("//- migrations/001_a.up.sql\n{before}//- migrations/002_b.up.sql\n{up}//- migrations/002_b.down.sql\n-- nothing yet"),
        format!("//- db/migrations/1_a.sql\n-- migrate:up\n{before}//- db/migrations/2_b.sql\n-- migrate:up\n{up}"),
        format!("//- migrations/00001_a.sql\n-- +goose Up\n{before}//- migrations/00002_b.sql\n-- +goose Up\n{up}"),
        format!("//- migrations/V1__a.sql\n{before}//- migrations/V2__b.sql\n{up}"),
        format!("//- confiture-migrations/001_a.yaml\nname: a\nddl: {before}//- confiture-migrations/002_b.yaml\nmigration:\n    name: b\n    ddl: |\n    {}", yaml.trim_start().replace('\n', "\n    ").trim_end().to_owned() + "\n").replace("ddl: |\n    CREATE", "ddl: |\n      CREATE"),
    ];
    let mut out = String::new();
    for text in layouts {
        let fixture = Fixture::new(&text);
        out.push_str(&cured(&fixture, "undoes"));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_finding_is_silenced_where_it_stands() {
    let texts = [
        "//- migrations/001_a.up.sql\nCREATE TABLE t (id bigint PRIMARY KEY);\n//- migrations/002_b.up.sql\nSELECT 1; DROP TABLE t$0;\n",
        "//- migrations/001_a.up.sql\nCREATE TABLE t (id bigint PRIMARY KEY);\n//- migrations/002_b.up.sql\n-- no-transaction\n    DROP TABLE t$0;",
        "//- db/migrations/1_a.sql\n-- migrate:up\nCREATE TABLE t (id bigint PRIMARY KEY);\n//- db/migrations/2_b.sql\n-- migrate:up\r\nDROP TABLE t$0;\r\n-- migrate:down\r\nCREATE TABLE t (id bigint PRIMARY KEY);\r\n",
        "//- confiture-migrations/001_a.yaml\nname: a\nddl: CREATE TABLE t (id bigint PRIMARY KEY)\nrollback: DROP TABLE t\n//- confiture-migrations/002_b.yaml\nname: b\nddl: |\n  SELECT 1;\n\n  DROP TABLE t$0;\nrollback: CREATE TABLE t (id bigint PRIMARY KEY)\n",
    ];
    let mut out = String::new();
    for text in texts {
        for wanted in ["for this statement", "in this file"] {
            let fixture = Fixture::new(text);
            let mut all = offered(&fixture).into_iter();
            let action = all.find(|action| action.title.contains(&format!("Ignore `data-loss` {wanted}")));
            let Some(action) = action else {
                panic!("{wanted}\n{}", titles(&fixture))
            };
            out.push_str(&cured(&fixture, &action.title));
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn a_comment_is_not_put_where_yaml_would_swallow_it() {
    let fixture = Fixture::new(
        "//- confiture-migrations/001_a.yaml\nname: a\nddl: CREATE TABLE t (id bigint PRIMARY KEY)\nrollback: DROP TABLE t\n//- confiture-migrations/002_b.yaml\nname: b\nddl: >\n  SELECT 1;\n  DROP TABLE t$0;\nrollback: CREATE TABLE t (id bigint PRIMARY KEY)\n",
    );
    assert!(!titles(&fixture).contains("Ignore"), "{}", titles(&fixture));
}

#[test]
fn all_that_is_safe_is_fixed_at_once() {
    let fixture = Fixture::new(
        "//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, c int);
//- migrations/002_b.up.sql
-- no-transaction
CREATE INDEX$0 a_idx ON t (a);
-- between
CREATE INDEX b_idx ON t (b);
-- confiture: ignore data-loss: nothing is lost
CREATE INDEX c_idx ON t (c);
",
    );
    insta::assert_snapshot!("offers_of_a_file", titles(&fixture));
    insta::assert_snapshot!("all_of_a_file", cured(&fixture, "Fix all that"));
    insta::assert_snapshot!("all_of_a_rule", cured(&fixture, "Fix all of"));
}

#[test]
fn what_others_have_run_stays_as_it_is() {
    let fixture = Fixture::new(
        "//- migrations/001_a.up.sql
CREATE TABLE t$0 (id bigint PRIMARY KEY, a int REFERENCES u (id));
//- migrations/001_a.down.sql
DROP TABLE t;
",
    );
    let released = fixture.released();
    let cursor = fixture.cursor();
    let found = actions(&released, &cursor.file, cursor.offset..cursor.offset, NOW);
    let mut titles = Vec::new();
    for action in &found {
        titles.push(action.title.as_str());
        let edits = edits(&released, &cursor.file, action).unwrap_or_default();
        assert!(edits.edits.is_empty(), "{}", action.title);
    }
    insta::assert_snapshot!(titles.join("\n"));
}

/// Statements of many sorts; some don't parse.
const STATEMENTS: [&str; 16] = [
    "CREATE TABLE \"Ä b\" (id int, é text, t_id int REFERENCES t (id))",
    "CREATE TABLE t (id serial PRIMARY KEY, a varchar(10), b money, c timestamp)",
    "CREATE INDEX i ON t (a)",
    "CREATE UNIQUE INDEX j ON t (a, b)",
    "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)",
    "ALTER TABLE t ALTER a SET NOT NULL, ADD COLUMN d int DEFAULT 5 NOT NULL",
    "ALTER TABLE t ALTER COLUMN id TYPE bigint",
    "ALTER TABLE t RENAME COLUMN a TO z",
    "UPDATE t SET a = 'é😀'",
    "DELETE FROM t",
    "DROP TABLE t CASCADE",
    "DO $$ BEGIN ALTER TABLE t ADD CHECK (id > 0); END $$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN 1; END $$",
    "CREATE VIEW v AS SELECT * FROM t",
    "GRANT ALL ON t TO public",
    "SELEKT 😀 FROM",
];

/// How a migration with such statements is written in some tool's way.
fn laid_out(layout: usize, number: usize, statements: &[String]) -> String {
    let sql = statements.join("\n");
    let indented = sql.replace('\n', "\n  ");
    match layout {
        0 => format!("//- migrations/00{number}_m.up.sql\n{sql}\n"),
        1 => format!("//- migrations/00{number}_m.up.sql\n-- no-transaction\n{sql}\n"),
        2 => {
            format!("//- db/migrations/00{number}_m.sql\n-- migrate:up\n{sql}\n-- migrate:down\nSELECT 1;\n")
        }
        3 => format!("//- migrations/0000{number}_m.sql\n-- +goose Up\n{sql}\n"),
        4 => format!(
            "//- migrations/V{number}__m.sql\n{}\r\n",
            sql.replace('\n', "\r\n")
        ),
        5 => format!("//- confiture-migrations/00{number}_m.yaml\nname: m\nddl: |\n  {indented}\n"),
        6 => format!("//- confiture-migrations/00{number}_m.yaml\nname: m\nddl: >-\n  {indented}\n"),
        7 => format!(
            "//- confiture-migrations/00{number}_m.yaml\nname: m\nddl:\n  - '{}'\n",
            sql.replace('\'', "''").replace('\n', "\n    ")
        ),
        _ => format!("//- schema/{number}.sql\n{sql}\n"),
    }
}

/// How many statements the files of a project hold that don't parse.
fn broken(world: &World) -> usize {
    let live = world.projects().iter();
    live.flat_map(|live| (0..live.project().scripts.len()).flat_map(|script| live.statements(script)))
        .filter(|statement| !statement.errors().is_empty())
        .count()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_offered_can_be_done(
        layout in 0..9usize,
        picks in proptest::collection::vec((0..STATEMENTS.len(), 0..4usize), 1..6),
        place in proptest::prelude::any::<proptest::sample::Index>(),
        length in 0..40usize,
    ) {
        let written = |(pick, style): &(usize, usize)| {
            let statement = STATEMENTS[*pick];
            match style {
                0 => format!("{statement};"),
                1 => format!("-- é said before\n{statement}; -- said behind"),
                2 => format!("  {statement}; SELECT 1;"),
                _ => format!("{} /* inside */;", statement.replace(' ', "\n    ")),
            }
        };
        let statements: Vec<String> = picks.iter().map(written).collect();
        let first = laid_out(layout, 1, &["CREATE TABLE t (id int, a text, b int);".to_owned()]);
        let fixture = Fixture::new(&(first + &laid_out(layout, 2, &statements)));
        let mut files: Vec<PathBuf> = fixture.world.files().map(Path::to_path_buf).collect();
        files.sort();
        let Some(file) = files.last() else { return Ok(()) };
        let text = fixture.world.text(file).expect("a text");
        let at = place.index(text.len() + 2);
        let before = broken(&fixture.world);
        for action in actions(&fixture.world, file, at..at + length, NOW) {
            let Some(edits) = edits(&fixture.world, file, &action) else { continue };
            let applied = fixture.applied(&edits);
            let again = reopened(&fixture, &applied);
            proptest::prop_assert!(
                broken(&again.world) <= before,
                "{}\n{}\n{:?}", action.title, applied, rules(&again)
            );
            proptest::prop_assert_eq!(again.world.problems().len(), fixture.world.problems().len(), "{}\n{}\n{:?}", action.title, applied, again.world.problems());
        }
    }
}
