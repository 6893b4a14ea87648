//! New migrations: written as drafted, they are the newest of their project and run as they should.
#![allow(clippy::unwrap_used)]

mod support;

use confiture_project::{Direction, Draft, Layout, Project, RunsIn, TransactionMode, goose_statements};
use support::Tree;

const NOW: u64 = 20_261_121_120_000;

fn drafts() -> Vec<Draft> {
    let draft = |name: &str, runs_in| Draft {
        name: name.to_owned(),
        up: format!("SELECT '{name}';\n"),
        down: Some(format!("SELECT 'not {name}';\n")),
        runs_in,
    };
    vec![
        draft("first", RunsIn::Transaction),
        draft("second", RunsIn::Autocommit),
    ]
}

/// Writes the drafts into the project and opens it again.
fn written(files: &[(&str, &str)]) -> (Vec<String>, Project) {
    let tree = Tree::new(files);
    let workspace = tree.open(&["."]);
    let project = workspace.projects.into_iter().next().unwrap();
    let mut names = Vec::new();
    for file in project.draft(&drafts(), NOW) {
        let name = file
            .path
            .strip_prefix(tree.path())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        tree.write(&name, file.text.as_bytes());
        names.push(name);
    }
    let mut again = tree.open(&["."]);
    assert_eq!(again.problems, [], "{names:?}");
    assert_eq!(again.projects.len(), 1, "{names:?}");
    (names, again.projects.remove(0))
}

/// The texts of the last two forward scripts, and how they run.
fn newest(project: &Project) -> Vec<(String, TransactionMode)> {
    let ups: Vec<_> = project.ups().collect();
    ups[ups.len() - 2..]
        .iter()
        .map(|script| {
            let text: String = script
                .segments
                .iter()
                .map(|segment| segment.text.trim())
                .collect();
            (text, script.transaction)
        })
        .collect()
}

fn check(files: &[(&str, &str)], layout: Layout, names: &[&str], modes: [TransactionMode; 2]) {
    let (written, project) = written(files);
    assert_eq!(project.layout, layout);
    assert_eq!(written, names);
    let newest = newest(&project);
    assert!(newest[0].0.contains("SELECT 'first';"), "{newest:?}");
    assert!(newest[1].0.contains("SELECT 'second';"), "{newest:?}");
    assert_eq!([newest[0].1, newest[1].1], modes, "{layout}");
    let downs = project.downs().count();
    let has_downs = !matches!(layout, Layout::Prisma | Layout::Supabase);
    assert_eq!(downs >= 2, has_downs, "{layout}");
    for up in project.ups().filter(|up| up.direction == Direction::Up).skip(1) {
        assert_eq!(project.counterpart(up).is_some(), has_downs, "{layout}");
    }
}

use TransactionMode::{Autocommit, PerScript, PerScriptWhenAllowed, SingleImplicit};

#[test]
fn numbers_go_on_in_their_width() {
    check(
        &[
            ("m/migrations/0009_a.up.sql", "SELECT 1;"),
            ("confiture.yaml", "pg_version: 16\n"),
        ],
        Layout::Confiture,
        &[
            "m/migrations/0010_first.up.sql",
            "m/migrations/0010_first.down.sql",
            "m/migrations/0011_second.up.sql",
            "m/migrations/0011_second.down.sql",
        ],
        [PerScript, Autocommit],
    );
}

#[test]
fn times_are_behind_those_that_are_there() {
    check(
        &[(
            "db/migrations/20991231235959_a.sql",
            "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
        )],
        Layout::Dbmate,
        &[
            "db/migrations/20991231235960_first.sql",
            "db/migrations/20991231235961_second.sql",
        ],
        [PerScript, SingleImplicit],
    );
}

#[test]
fn each_tool_has_its_names_and_directives() {
    check(
        &[("migrations/2024-01-01-000000_a/up.sql", "SELECT 1;")],
        Layout::Diesel,
        &[
            "migrations/2026-11-21-120000_first/up.sql",
            "migrations/2026-11-21-120000_first/down.sql",
            "migrations/2026-11-21-120001_second/up.sql",
            "migrations/2026-11-21-120001_second/down.sql",
            "migrations/2026-11-21-120001_second/metadata.toml",
        ],
        [PerScript, SingleImplicit],
    );
    check(
        &[("sql/V1.5__a.sql", "SELECT 1;")],
        Layout::Flyway,
        &[
            "sql/V2__first.sql",
            "sql/U2__first.sql",
            "sql/V3__second.sql",
            "sql/V3__second.sql.conf",
            "sql/U3__second.sql",
        ],
        [PerScriptWhenAllowed, Autocommit],
    );
    check(
        &[("migrations/00001_a.sql", "-- +goose Up\nSELECT 1;\n")],
        Layout::Goose,
        &["migrations/00002_first.sql", "migrations/00003_second.sql"],
        [PerScript, Autocommit],
    );
    check(
        &[("prisma/migrations/20240101000000_a/migration.sql", "SELECT 1;")],
        Layout::Prisma,
        &[
            "prisma/migrations/20261121120000_first/migration.sql",
            "prisma/migrations/20261121120001_second/migration.sql",
        ],
        [SingleImplicit, SingleImplicit],
    );
    check(
        &[("supabase/migrations/20240101000000_a.sql", "SELECT 1;")],
        Layout::Supabase,
        &[
            "supabase/migrations/20261121120000_first.sql",
            "supabase/migrations/20261121120001_second.sql",
        ],
        [PerScript, PerScript],
    );
    check(
        &[("go.mod", ""), ("migrations/000001_a.up.sql", "SELECT 1;")],
        Layout::GolangMigrate,
        &[
            "migrations/000002_first.up.sql",
            "migrations/000002_first.down.sql",
            "migrations/000003_second.up.sql",
            "migrations/000003_second.down.sql",
        ],
        [SingleImplicit, SingleImplicit],
    );
}

/// goose cuts at semicolons that end a line, unless it is told where a statement begins and ends.
#[test]
fn goose_is_told_where_statements_with_semicolons_end() {
    let function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\nSELECT 1;\n$$;";
    let marked = goose_statements(&format!("SELECT 1;\n{function}\n-- over; and out\n"));
    let wanted = format!(
        "SELECT 1;\n-- +goose StatementBegin\n{function}\n-- +goose StatementEnd\n-- over; and out\n"
    );
    assert_eq!(marked, wanted);
}

/// sqlx has migrations of one file and of two, and a project has one kind.
#[test]
fn sqlx_keeps_to_the_kind_that_is_there() {
    let manifest = ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n");
    let (names, _) = written(&[manifest, ("migrations/20240101000000_a.sql", "SELECT 1;")]);
    assert_eq!(
        names,
        [
            "migrations/20261121120000_first.sql",
            "migrations/20261121120001_second.sql"
        ]
    );
    let (names, _) = written(&[manifest, ("migrations/20240101000000_a.up.sql", "SELECT 1;")]);
    assert_eq!(names.len(), 4);
}

#[test]
fn a_schema_without_migrations_gets_its_first() {
    let tree = Tree::new(&[
        ("confiture.yaml", "load_order: [schema]\n"),
        ("schema/a.sql", "SELECT 1;"),
    ]);
    let workspace = tree.open(&["."]);
    let files = workspace.projects[0].draft(&drafts()[..1], NOW);
    let folder = workspace.projects[0].root.join("db/migrations");
    let names: Vec<_> = files
        .iter()
        .map(|file| file.path.strip_prefix(&folder).unwrap().to_path_buf())
        .collect();
    assert_eq!(
        names,
        ["001_first.up.sql", "001_first.down.sql"].map(std::path::PathBuf::from)
    );
}
