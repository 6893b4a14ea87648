//! Each layout, by its files alone: what is recognized, in which order, under which transaction rules.
#![allow(clippy::unwrap_used)]

mod support;

use confiture_project::{Direction, HookRun, Layout, ProblemCode, TransactionMode};
use support::{Tree, codes};

/// `direction name transaction`, one a line.
fn summary(project: &confiture_project::Project) -> Vec<String> {
    project
        .scripts
        .iter()
        .map(|script| {
            let path = script.source.path.to_string_lossy().into_owned();
            format!("{:?} {path} {:?}", script.direction, script.transaction)
        })
        .collect()
}

#[test]
fn confiture_up_down_and_plain_names() {
    let tree = Tree::new(&[
        ("m/010_c.sql", "SELECT 3;"),
        ("m/002_b.up.sql", "-- no-transaction\nSELECT 2;"),
        ("m/002_b.down.sql", "SELECT -2;"),
        ("m/001_a.up.sql", "SELECT 1;"),
        ("m/001_a.down.sql", "SELECT -1;"),
        ("m/readme.sql", "SELECT 0;"),
    ]);
    let workspace = tree.open(&["m"]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    assert_eq!(project.layout, Layout::Confiture);
    assert_eq!(
        summary(project),
        [
            "Up m/001_a.up.sql PerScript",
            "Up m/002_b.up.sql Autocommit",
            "Up m/010_c.sql PerScript",
            "Down m/001_a.down.sql PerScript",
            "Down m/002_b.down.sql PerScript",
        ]
    );
    assert_eq!(codes(&workspace), ["E031"]);
    let down = project.downs().next().unwrap();
    assert_eq!(project.counterpart(down).unwrap().direction, Direction::Up);
}

#[test]
fn a_named_file_brings_its_history() {
    let tree = Tree::new(&[
        ("migrations/1_a.sql", "SELECT 1;"),
        ("migrations/2_b.sql", "SELECT 2;"),
        ("migrations/10_c.sql", "SELECT 3;"),
    ]);
    let workspace = tree.open(&["migrations/2_b.sql"]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    let selected: Vec<_> = project.ups().map(|script| script.selected).collect();
    assert_eq!(selected, [false, true, false]);
}

#[test]
fn diesel() {
    let tree = Tree::new(&[
        ("migrations/00000000000000_initial/up.sql", "SELECT 1;"),
        ("migrations/00000000000000_initial/down.sql", "SELECT -1;"),
        ("migrations/2024-01-02-000000_b/up.sql", "SELECT 3;"),
        (
            "migrations/2024-01-02-000000_b/metadata.toml",
            "run_in_transaction = false # why\n",
        ),
        ("migrations/2024-01-01-000000_a/up.sql", "SELECT 2;"),
    ]);
    for asked in [
        "migrations",
        ".",
        "migrations/2024-01-02-000000_b",
        "migrations/2024-01-02-000000_b/up.sql",
    ] {
        let workspace = tree.open(&[asked]);
        let [project] = &workspace.projects[..] else {
            panic!("{asked}: {workspace:#?}")
        };
        assert_eq!(project.layout, Layout::Diesel);
        assert_eq!(
            summary(project),
            [
                "Up migrations/00000000000000_initial/up.sql PerScript",
                "Up migrations/2024-01-01-000000_a/up.sql PerScript",
                "Up migrations/2024-01-02-000000_b/up.sql SingleImplicit",
                "Down migrations/00000000000000_initial/down.sql PerScript",
            ]
        );
        assert!(workspace.problems.is_empty(), "{:?}", workspace.problems);
    }
}

#[test]
fn sqlx_beside_its_manifest() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
        ("migrations/2_b.sql", "-- no-transaction\nSELECT 2;"),
        ("migrations/1_a.up.sql", "SELECT 1;"),
        ("migrations/1_a.down.sql", "SELECT 1;"),
    ]);
    let workspace = tree.open(&["."]);
    assert_eq!(workspace.projects[0].layout, Layout::Sqlx);
    assert_eq!(
        summary(&workspace.projects[0]),
        [
            "Up migrations/1_a.up.sql PerScript",
            "Up migrations/2_b.sql SingleImplicit",
            "Down migrations/1_a.down.sql PerScript",
        ]
    );
}

#[test]
fn golang_migrate_beside_its_module() {
    let tree = Tree::new(&[
        ("go.mod", "module x\n"),
        ("db/000002_b.up.sql", "SELECT 2;"),
        ("db/000001_a.up.sql", "SELECT 1;"),
        ("db/000001_a.down.sql", "SELECT 1;"),
        ("db/000001_z.up.sql", "SELECT 1;"),
    ]);
    let workspace = tree.open(&["db"]);
    assert_eq!(workspace.projects[0].layout, Layout::GolangMigrate);
    assert_eq!(
        summary(&workspace.projects[0])[0],
        "Up db/000001_a.up.sql SingleImplicit"
    );
    assert_eq!(codes(&workspace), ["E030"]);
}

#[test]
fn dbmate_parts() {
    let file = "-- made by hand\n-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON t (a);\n\n-- migrate:down\nDROP INDEX i;\n";
    let tree = Tree::new(&[
        ("db/migrations/20240102_b.sql", file),
        (
            "db/migrations/20240101_a.sql",
            "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
        ),
        (
            "db/migrations/20240103_c.sql",
            "SELECT 1;\n-- migrate:up\nSELECT 2;\n",
        ),
    ]);
    let workspace = tree.open(&["db/migrations/20240102_b.sql"]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    assert_eq!(project.layout, Layout::Dbmate);
    let up = project.ups().nth(1).unwrap();
    assert!(up.segments[0].text.starts_with("-- migrate:up transaction:false"));
    assert!(!up.segments[0].text.contains("DROP INDEX"));
    assert_eq!(up.transaction, TransactionMode::SingleImplicit);
    let down = project.counterpart(up).unwrap();
    let at = down.segments[0].text.find("DROP").unwrap();
    assert_eq!(down.segments[0].map.to_file(at), file.find("DROP").unwrap());
    assert_eq!(down.transaction, TransactionMode::PerScript);
    let problem = workspace
        .problems
        .iter()
        .find(|problem| problem.code == ProblemCode::BadAnnotation)
        .unwrap();
    assert_eq!(problem.line_column(), Some((1, 1)));
}

#[test]
fn goose_parts() {
    let tree = Tree::new(&[
        (
            "sql/10_b.sql",
            "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n-- +goose Down\nSELECT 2;\n",
        ),
        ("sql/9_a.sql", "-- +goose Up\nSELECT 0;\n"),
    ]);
    let workspace = tree.open(&["sql/10_b.sql"]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    assert_eq!(project.layout, Layout::Goose);
    assert_eq!(
        summary(project),
        [
            "Up sql/9_a.sql PerScript",
            "Up sql/10_b.sql Autocommit",
            "Down sql/10_b.sql Autocommit"
        ]
    );
}

#[test]
fn flyway_order_and_kinds() {
    let tree = Tree::new(&[
        ("src/db/migration/V1_10__ten.sql", "SELECT 1;"),
        ("src/db/migration/V1_9__nine.sql", "SELECT 1;"),
        ("src/db/migration/V1.9.1__conf.sql", "SELECT 1;"),
        (
            "src/db/migration/V1.9.1__conf.sql.conf",
            "executeInTransaction=false\n",
        ),
        ("src/db/migration/sub/V2__two.sql", "SELECT 1;"),
        ("src/db/migration/U2__two.sql", "SELECT 1;"),
        ("src/db/migration/R__b_views.sql", "SELECT 1;"),
        ("src/db/migration/R__a_views.sql", "SELECT 1;"),
        ("src/db/migration/B2__base.sql", "SELECT 1;"),
    ]);
    for asked in [".", "src/db/migration/sub/V2__two.sql"] {
        let workspace = tree.open(&[asked]);
        let [project] = &workspace.projects[..] else {
            panic!("{asked}: {workspace:#?}")
        };
        let names: Vec<_> = project
            .scripts
            .iter()
            .map(|script| script.source.path.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(
            names,
            [
                "V1_9__nine.sql",
                "V1.9.1__conf.sql",
                "V1_10__ten.sql",
                "V2__two.sql",
                "R__a_views.sql",
                "R__b_views.sql",
                "U2__two.sql",
                "B2__base.sql"
            ]
        );
        assert_eq!(
            project.scripts[0].transaction,
            TransactionMode::PerScriptWhenAllowed
        );
        assert_eq!(project.scripts[1].transaction, TransactionMode::Autocommit);
        assert_eq!(project.ups().count(), 6);
    }
}

#[test]
fn a_flyway_baseline_without_older_versions_begins_the_history() {
    let tree = Tree::new(&[("B5__base.sql", "SELECT 1;"), ("V6__next.sql", "SELECT 1;")]);
    let workspace = tree.open(&["."]);
    assert_eq!(
        summary(&workspace.projects[0])[0],
        "Up B5__base.sql PerScriptWhenAllowed"
    );
}

#[test]
fn prisma() {
    let tree = Tree::new(&[
        ("prisma/migrations/0_init/migration.sql", "SELECT 1;"),
        ("prisma/migrations/20240101000000_a/migration.sql", "SELECT 1;"),
        (
            "prisma/migrations/migration_lock.toml",
            "provider = \"postgresql\"\n",
        ),
    ]);
    let workspace = tree.open(&["prisma/migrations/20240101000000_a/migration.sql"]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    assert_eq!(project.layout, Layout::Prisma);
    assert_eq!(project.scripts.len(), 2);
    assert_eq!(project.scripts[1].version.as_deref(), Some("20240101000000"));
}

#[test]
fn supabase_with_its_seed_apart() {
    let tree = Tree::new(&[
        ("supabase/config.toml", ""),
        ("supabase/migrations/20240102000000_b.sql", "SELECT 1;"),
        ("supabase/migrations/20240101000000_a.sql", "SELECT 1;"),
        ("supabase/seed.sql", "SELECT 1;"),
    ]);
    for asked in [".", "supabase/migrations/20240102000000_b.sql"] {
        let workspace = tree.open(&[asked]);
        let [project] = &workspace.projects[..] else {
            panic!("{asked}: {workspace:#?}")
        };
        assert_eq!(project.layout, Layout::Supabase);
        assert_eq!(
            summary(project),
            [
                "Up supabase/migrations/20240101000000_a.sql PerScript",
                "Up supabase/migrations/20240102000000_b.sql PerScript",
                "Seed supabase/seed.sql PerScript",
            ]
        );
    }
}

#[test]
fn load_order_takes_files_folders_and_globs() {
    let tree = Tree::new(&[
        (
            "confiture.yaml",
            "load_order:\n  - db/0_schema/00_common/000_security\n  - db/0_schema/00_common/**/*\n  - db/0_schema/01_write_side/**/*\n  - ./db/last.sql\n  - db/none/**\n",
        ),
        ("db/0_schema/00_common/000_security/roles.sql", "SELECT 1;"),
        ("db/0_schema/00_common/001_functions/10.sql", "SELECT 1;"),
        ("db/0_schema/00_common/001_functions/9.sql", "SELECT 1;"),
        ("db/0_schema/00_common/a.sql", "SELECT 1;"),
        ("db/0_schema/01_write_side/t.sql", "SELECT 1;"),
        ("db/0_schema/unlisted.sql", "SELECT 1;"),
        ("db/last.sql", "SELECT 1;"),
        ("db/notes.txt", ""),
    ]);
    let workspace = tree.open(&["."]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    assert_eq!(project.layout, Layout::SchemaTree);
    let names: Vec<_> = project
        .scripts
        .iter()
        .map(|script| script.source.path.to_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "db/0_schema/00_common/000_security/roles.sql",
            "db/0_schema/00_common/001_functions/10.sql",
            "db/0_schema/00_common/001_functions/9.sql",
            "db/0_schema/00_common/a.sql",
            "db/0_schema/01_write_side/t.sql",
            "db/last.sql",
        ]
    );
    assert_eq!(codes(&workspace), ["E023"]);
    assert_eq!(workspace.problems[0].line_column(), Some((6, 5)));
    // A file that the order leaves out is read when it is named.
    let workspace = tree.open(&["db/0_schema/unlisted.sql"]);
    assert_eq!(workspace.projects.len(), 1);
    assert_eq!(workspace.projects[0].layout, Layout::Plain);
}

#[test]
fn a_schema_tree_without_an_order() {
    let tree = Tree::new(&[
        ("db/schema/20_views/v.sql", "SELECT 1;"),
        ("db/schema/10_tables/t.sql", "SELECT 1;"),
        ("db/schema/9_types/t.sql", "SELECT 1;"),
        ("db/migrations/001_a.sql", "SELECT 1;"),
    ]);
    let workspace = tree.open(&["db/schema/20_views/v.sql"]);
    assert_eq!(workspace.projects[0].layout, Layout::SchemaTree);
    assert_eq!(
        summary(&workspace.projects[0])[0],
        "Schema db/schema/9_types/t.sql Autocommit"
    );
    let workspace = tree.open(&["."]);
    let layouts: Vec<_> = workspace.projects.iter().map(|project| project.layout).collect();
    assert_eq!(layouts, [Layout::Confiture, Layout::SchemaTree]);
}

#[test]
fn yaml_migrations_have_their_sql_at_its_place() {
    let file = "migration:\n  name: 003_add\n  applies_to:\n    - environment: production\n  ddl: |\n    CREATE TABLE t (\n      id int\n    );\n  hooks:\n    after_ddl:\n      - type: backfill\n        config:\n          backfill_query: |\n            INSERT INTO t SELECT 1\n      - type: sql\n        action: \"SELECT 'é'\"\n  rollback:\n    ddl: DROP TABLE t;\n";
    let tree = Tree::new(&[
        ("confiture-migrations/003_add.yaml", file),
        (
            "confiture-migrations/001_first.yaml",
            "ddl:\n  - SELECT 1;\n  - 'SELECT 2;'\n",
        ),
        ("confiture-migrations/002_broken.yaml", "ddl: [\n"),
        ("confiture-migrations/004_typo.yaml", "dll: SELECT 1;\n"),
    ]);
    let workspace = tree.open(&["confiture-migrations/003_add.yaml"]);
    let [project] = &workspace.projects[..] else {
        panic!("{workspace:#?}")
    };
    let up = project.ups().find(|script| script.group == "003_add").unwrap();
    let segment = &up.segments[0];
    assert_eq!(&*segment.text, "CREATE TABLE t (\n  id int\n);\n");
    let id = segment.text.find("id int").unwrap();
    assert_eq!(
        segment.map.range_to_file(id..id + 2),
        file.find("id int").unwrap()..file.find("id int").unwrap() + 2
    );
    assert_eq!(segment.map.to_text(file.find("id int").unwrap()), Some(id));
    assert_eq!(up.applies_to, ["production"]);
    let hooks: Vec<_> = up
        .hooks
        .iter()
        .map(|hook| (hook.key.as_str(), &*hook.segment.text))
        .collect();
    assert_eq!(
        hooks,
        [
            (
                "hooks.after_ddl[0].config.backfill_query",
                "INSERT INTO t SELECT 1\n"
            ),
            ("hooks.after_ddl[1].action", "SELECT 'é'"),
        ]
    );
    let down = project.counterpart(up).unwrap();
    assert_eq!(down.segments[0].map.to_file(0), file.find("DROP").unwrap());
    let first = project.ups().next().unwrap();
    assert_eq!(first.segments.len(), 2);
    assert_eq!(codes(&workspace), ["E020", "E021", "E033"]);
}

#[test]
fn lists_of_sql_in_hooks_are_read_and_where_a_hook_runs() {
    let file = "ddl: SELECT 1\nhooks:\n  cleanup:\n    - type: sql\n      config:\n        run: alone\n        repeatable: true\n        sql:\n          - VACUUM a\n          - VACUUM b\n    - type: sql\n      config: {sql: [SELECT 1, {not: sql}]}\n    - {type: sql, action: SELECT 2}\n";
    let tree = Tree::new(&[("confiture-migrations/003_add.yaml", file)]);
    let workspace = tree.open(&["confiture-migrations/003_add.yaml"]);
    let up = &workspace.projects[0].scripts[0];
    let hooks: Vec<_> = up
        .hooks
        .iter()
        .map(|hook| (&*hook.segment.text, hook.run, hook.key.as_str()))
        .collect();
    assert_eq!(
        hooks,
        [
            ("VACUUM a", HookRun::Alone, "hooks.cleanup[0].config.sql"),
            ("VACUUM b", HookRun::Alone, "hooks.cleanup[0].config.sql"),
            ("SELECT 2", HookRun::InTransaction, "hooks.cleanup[2].action"),
        ]
    );
    assert_eq!(
        up.hook_at(up.segments.len()).map(|hook| &*hook.segment.text),
        Some("VACUUM a")
    );
    assert_eq!(up.hook_at(0), None);
}

#[test]
fn unrelated_trees_stay_apart() {
    let tree = Tree::new(&[
        ("one/share/schema/a.sql", "SELECT 1;"),
        ("one/share/schema/upgrade/2.sql", "SELECT 1;"),
        ("two/10_x/b.sql", "SELECT 1;"),
        ("two/9_x/b.sql", "SELECT 1;"),
        ("three/versions/mysql/1.sql", "SELECT 1;"),
        ("three/versions/pgsql/1.sql", "SELECT 1;"),
        ("three/schema_mysql.sql", "SELECT 1;"),
        ("three/schema_pgsql.sql", "SELECT 1;"),
    ]);
    let workspace = tree.open(&["."]);
    let all: Vec<Vec<_>> = workspace.projects.iter().map(summary).collect();
    assert_eq!(
        all,
        [
            vec!["Schema one/share/schema/a.sql Autocommit"],
            vec!["Up one/share/schema/upgrade/2.sql Autocommit"],
            vec!["Schema three/schema_pgsql.sql Autocommit"],
            vec!["Up three/versions/pgsql/1.sql Autocommit"],
            vec![
                "Schema two/9_x/b.sql Autocommit",
                "Schema two/10_x/b.sql Autocommit"
            ],
        ]
    );
}

#[test]
fn files_of_no_layout_keep_the_order_in_which_they_are_named() {
    let tree = Tree::new(&[
        ("b.sql", "SELECT 1;"),
        ("a.sql", "SELECT 2;"),
        ("notes.txt", "SELECT 3;"),
    ]);
    let workspace = tree.open(&["b.sql", "a.sql", "notes.txt"]);
    assert_eq!(
        summary(&workspace.projects[0]),
        [
            "Schema b.sql Autocommit",
            "Schema a.sql Autocommit",
            "Schema notes.txt Autocommit"
        ]
    );
}

#[test]
fn configured_paths_and_layout() {
    let tree = Tree::new(&[
        (
            "confiture.yaml",
            "migrations:\n  paths: [sql/steps]\n  layout: golang-migrate\npg_version: 15.4\n",
        ),
        ("sql/steps/1_a.up.sql", "SELECT 1;"),
        ("sql/other/x.sql", "SELECT 1;"),
        ("nested/confiture.yml", "migrations: steps\n"),
        ("nested/steps/1_a.sql", "SELECT 1;"),
    ]);
    let workspace = tree.open(&["."]);
    let found: Vec<_> = workspace
        .projects
        .iter()
        .map(|project| (project.layout, project.config.pg_version))
        .collect();
    assert_eq!(
        found,
        [(Layout::GolangMigrate, Some(15)), (Layout::Confiture, None)]
    );
    assert!(workspace.problems.is_empty(), "{:?}", workspace.problems);
}
