//! `confiture migrate` on projects as other tools write them: each makes a table, adds a column, and builds an index
//! concurrently in a file that its tool runs outside of a transaction.

#[path = "support/pages.rs"]
#[allow(dead_code, reason = "only what makes output comparable is used here")]
mod pages;
#[path = "migrate_bad_input/scene.rs"]
#[allow(dead_code, reason = "half of it is used here")]
mod scene;

use scene::{Scene, texts};

const TABLE: &str = "CREATE TABLE posts (id bigint PRIMARY KEY, title text NOT NULL);\n";
const COLUMN: &str = "ALTER TABLE posts ADD COLUMN body text;\n";
const INDEX: &str = "CREATE INDEX CONCURRENTLY posts_title ON posts (title);\n";
const NO_TABLE: &str = "DROP TABLE posts;\n";
const NO_COLUMN: &str = "ALTER TABLE posts DROP COLUMN body;\n";
const NO_INDEX: &str = "DROP INDEX CONCURRENTLY posts_title;\n";

/// Files by path.
type Files = Vec<(&'static str, String)>;

/// Applies all, looks, reverts the newest, looks, and applies again.
fn there_and_back(files: Files) -> String {
    let scene = Scene::new(&[]);
    for (path, text) in &files {
        scene.write(path, text);
    }
    let mut shown = String::new();
    for arguments in [
        &["up", "--quiet"][..],
        &["status"],
        &["down", "--quiet", "--steps", "2", "--allow", "risk-data-loss"],
        &["up", "--quiet"],
    ] {
        let output = scene.run(arguments);
        shown.push_str(&format!(
            "$ migrate {}\n{}",
            arguments.join(" "),
            scene.said(&output)
        ));
        if arguments == ["status"] {
            let listed = String::from_utf8_lossy(&output.stdout).into_owned();
            let listed = listed.replace(&scene.database.target().to_string(), "SERVER");
            shown.push_str(&pages::comparable(&listed));
        } else {
            let columns = "SELECT 'posts: ' || coalesce(string_agg(attname, ', ' ORDER BY attnum), 'gone')
                           FROM pg_attribute WHERE attrelid = to_regclass('posts') AND attnum > 0 AND NOT attisdropped";
            shown.push_str(&format!(
                "{}\n{}\n",
                scene.state(),
                texts(&mut scene.session(), columns).concat()
            ));
        }
    }
    shown
}

#[test]
fn diesel() {
    let folder = |name: &str, file: &str| -> &'static str { format!("migrations/{name}/{file}").leak() };
    let mut files: Files = vec![
        (
            "diesel.toml",
            "[print_schema]\nfile = \"src/schema.rs\"\n\n[migrations_directory]\ndir = \"migrations\"\n"
                .to_owned(),
        ),
        (
            "migrations/2026-11-03-100000_index/metadata.toml",
            "run_in_transaction = false\n".to_owned(),
        ),
    ];
    for (name, up, down) in [
        ("2026-11-01-100000_create_posts", TABLE, NO_TABLE),
        ("2026-11-02-100000_body", COLUMN, NO_COLUMN),
        ("2026-11-03-100000_index", INDEX, NO_INDEX),
    ] {
        files.push((folder(name, "up.sql"), up.to_owned()));
        files.push((folder(name, "down.sql"), down.to_owned()));
    }
    insta::assert_snapshot!(there_and_back(files));
}

#[test]
fn sqlx_with_ways_back() {
    insta::assert_snapshot!(there_and_back(vec![
        ("migrations/20261101100000_create_posts.up.sql", TABLE.to_owned()),
        (
            "migrations/20261101100000_create_posts.down.sql",
            NO_TABLE.to_owned()
        ),
        ("migrations/20261102100000_body.up.sql", COLUMN.to_owned()),
        ("migrations/20261102100000_body.down.sql", NO_COLUMN.to_owned()),
        (
            "migrations/20261103100000_index.up.sql",
            format!("-- no-transaction\n{INDEX}")
        ),
        (
            "migrations/20261103100000_index.down.sql",
            format!("-- no-transaction\n{NO_INDEX}")
        ),
    ]));
}

#[test]
fn sqlx_simple() {
    insta::assert_snapshot!(there_and_back(vec![
        ("migrations/20261101100000_create_posts.sql", TABLE.to_owned()),
        ("migrations/20261102100000_body.sql", COLUMN.to_owned()),
        (
            "migrations/20261103100000_index.sql",
            format!("-- no-transaction\n{INDEX}")
        ),
    ]));
}

#[test]
fn dbmate() {
    let file = |up: &str, down: &str| format!("-- migrate:up\n{up}\n-- migrate:down\n{down}");
    insta::assert_snapshot!(there_and_back(vec![
        (
            "db/migrations/20261101100000_create_posts.sql",
            file(TABLE, NO_TABLE)
        ),
        ("db/migrations/20261102100000_body.sql", file(COLUMN, NO_COLUMN)),
        (
            "db/migrations/20261103100000_index.sql",
            format!(
                "-- migrate:up transaction:false\n{INDEX}\n-- migrate:down transaction:false\n{NO_INDEX}"
            ),
        ),
    ]));
}

#[test]
fn goose() {
    let file = |up: &str, down: &str| format!("-- +goose Up\n{up}\n-- +goose Down\n{down}");
    let function = "-- +goose StatementBegin\nCREATE FUNCTION one() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;\n-- +goose \
                    StatementEnd\n";
    insta::assert_snapshot!(there_and_back(vec![
        ("migrations/00001_create_posts.sql", file(TABLE, NO_TABLE)),
        (
            "migrations/00002_body.sql",
            file(
                &format!("{COLUMN}{function}"),
                &format!("DROP FUNCTION one();\n{NO_COLUMN}")
            ),
        ),
        (
            "migrations/00003_index.sql",
            format!("-- +goose NO TRANSACTION\n{}", file(INDEX, NO_INDEX)),
        ),
    ]));
}

#[test]
fn golang_migrate() {
    insta::assert_snapshot!(there_and_back(vec![
        (
            "migrations/000001_create_posts.up.sql",
            format!("BEGIN;\n{TABLE}COMMIT;\n")
        ),
        ("migrations/000001_create_posts.down.sql", NO_TABLE.to_owned()),
        ("migrations/000002_body.up.sql", COLUMN.to_owned()),
        ("migrations/000002_body.down.sql", NO_COLUMN.to_owned()),
        ("migrations/000003_index.up.sql", INDEX.to_owned()),
        ("migrations/000003_index.down.sql", NO_INDEX.to_owned()),
    ]));
}

#[test]
fn flyway() {
    insta::assert_snapshot!(there_and_back(vec![
        ("flyway.conf", "flyway.locations=filesystem:sql\n".to_owned()),
        ("sql/V1__create_posts.sql", TABLE.to_owned()),
        ("sql/V2__body.sql", COLUMN.to_owned()),
        ("sql/U2__body.sql", NO_COLUMN.to_owned()),
        ("sql/V3__index.sql", INDEX.to_owned()),
        (
            "sql/V3__index.sql.conf",
            "executeInTransaction=false\n".to_owned()
        ),
        ("sql/U3__index.sql", NO_INDEX.to_owned()),
        (
            "sql/R__titles.sql",
            "CREATE OR REPLACE VIEW titles AS SELECT title FROM posts;\n".to_owned(),
        ),
    ]));
}

#[test]
fn prisma() {
    insta::assert_snapshot!(there_and_back(vec![
        (
            "prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n}\n".to_owned()
        ),
        (
            "prisma/migrations/migration_lock.toml",
            "provider = \"postgresql\"\n".to_owned()
        ),
        (
            "prisma/migrations/20261101100000_init/migration.sql",
            TABLE.to_owned()
        ),
        (
            "prisma/migrations/20261102100000_body/migration.sql",
            COLUMN.to_owned()
        ),
        (
            "prisma/migrations/20261103100000_index/migration.sql",
            INDEX.to_owned()
        ),
    ]));
}

#[test]
fn supabase() {
    insta::assert_snapshot!(there_and_back(vec![
        ("supabase/config.toml", "project_id = \"shop\"\n".to_owned()),
        (
            "supabase/migrations/20261101100000_create_posts.sql",
            TABLE.to_owned()
        ),
        ("supabase/migrations/20261102100000_body.sql", COLUMN.to_owned()),
        ("supabase/migrations/20261103100000_index.sql", INDEX.to_owned()),
    ]));
}
