//! Files that are wrong, or don't fit what was applied.

use std::process::Output;

use crate::scene::{ORDERS, Scene, TOTAL};

#[test]
fn no_migrations() {
    let scene = Scene::new(&[]);
    let elsewhere = scene.run(&["up", "--path", "db/migrations"]);
    scene.write("db/schema/10_orders.sql", "CREATE TABLE orders ();\n");
    let schema = scene.run(&["up"]);
    insta::assert_snapshot!(format!(
        "{}{}{}",
        scene.said(&scene.run(&["status"])),
        scene.said(&elsewhere),
        scene.shown(&schema)
    ));
}

#[test]
fn two_projects() {
    let scene = Scene::new(&[
        ("a/migrations/001_a.up.sql", "SELECT 1;"),
        ("b/migrations/V1__b.sql", "SELECT 1;"),
    ]);
    insta::assert_snapshot!(scene.shown(&scene.run(&["up"])));
}

#[test]
fn a_version_twice() {
    let scene = Scene::new(&[
        ORDERS,
        TOTAL,
        (
            "db/migrations/002_notes.up.sql",
            "ALTER TABLE orders ADD COLUMN notes text;\n",
        ),
    ]);
    insta::assert_snapshot!(scene.shown(&scene.run(&["up"])));
}

/// Both commands, and the database.
fn up_and_status(scene: &Scene) -> String {
    let up: Output = scene.run(&["up"]);
    let status = scene.run(&["status", "--check"]);
    format!(
        "{}\nstatus --check: {}",
        scene.shown(&up),
        status.status.code().unwrap_or(-1)
    )
}

#[test]
fn edited_after_it_ran() {
    let scene = Scene::new(&[ORDERS]);
    scene.apply();
    scene.write(ORDERS.0, "CREATE TABLE orders (id uuid PRIMARY KEY);\n");
    scene.write(TOTAL.0, TOTAL.1);
    insta::assert_snapshot!(up_and_status(&scene));
}

#[test]
fn missing() {
    let scene = Scene::new(&[ORDERS, TOTAL]);
    scene.apply();
    scene.remove(TOTAL.0);
    scene.write("db/migrations/003_more.up.sql", "CREATE TABLE more ();\n");
    insta::assert_snapshot!(up_and_status(&scene));
}

#[test]
fn renamed() {
    let scene = Scene::new(&[ORDERS, TOTAL]);
    scene.apply();
    scene.remove(TOTAL.0);
    scene.write("db/migrations/003_total.up.sql", TOTAL.1);
    insta::assert_snapshot!(up_and_status(&scene));
}

#[test]
fn out_of_order() {
    let scene = Scene::new(&[ORDERS]);
    scene.write("db/migrations/005_later.up.sql", "CREATE TABLE later ();\n");
    scene.apply();
    scene.write("db/migrations/004_between.up.sql", "CREATE TABLE between_ ();\n");
    let refused = up_and_status(&scene);
    let decided = scene.run(&["up", "--out-of-order", "--quiet"]);
    insta::assert_snapshot!(format!("{refused}\n{}", scene.shown(&decided)));
}

#[test]
fn unknown_names() {
    let scene = Scene::new(&[ORDERS, TOTAL]);
    let shown: Vec<String> = [
        &["up", "--target", "002_totals"][..],
        &["up", "--target", "xyzzy"],
        &["up", "--migration", "01"],
        &["up", "--allow", "risk-data-los"],
        &["up", "--allow", "xyzzy"],
        &["down", "--migration", "001"],
    ]
    .into_iter()
    .map(|arguments| format!("$ {}\n{}", arguments.join(" "), scene.said(&scene.run(arguments))))
    .collect();
    insta::assert_snapshot!(format!("{}---\n{}", shown.concat(), scene.state()));
}

#[test]
fn yaml_that_is_no_migration() {
    let mut shown = String::new();
    for text in [
        "migration: [1, 2\n",
        "migration:\n  hooks: {}\n",
        "- a\n- list\n",
        "migration:\n  dll: CREATE TABLE t ()\n",
        "",
    ] {
        let scene = Scene::new(&[ORDERS, ("confiture-migrations/002_bad.yaml", text)]);
        scene.write(
            "confiture-migrations/001_good.yaml",
            "migration:\n  ddl: CREATE TABLE good ()\n",
        );
        let output = scene.run(&["up", "--path", "confiture-migrations"]);
        shown.push_str(&format!(
            "=== {}\n{}\n",
            text.replace('\n', "⏎"),
            scene.shown(&output)
        ));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn hooks_that_cannot_be() {
    let mut shown = String::new();
    for hook in [
        "{type: backfil_read_model, config: {}}",
        "{config: {sql: SELECT 1}}",
        "{type: sql, config: {query: SELECT 1}}",
        "{type: sql, config: {sql: SELECT 1}, condition: rows >}",
    ] {
        let text =
            format!("migration:\n  ddl: CREATE TABLE t (id int)\n  hooks:\n    after_ddl:\n      - {hook}\n");
        let scene = Scene::new(&[("confiture-migrations/001_t.yaml", &text)]);
        shown.push_str(&format!("=== {hook}\n{}\n", scene.shown(&scene.run(&["up"]))));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn files_that_cannot_be_read() {
    let scene = Scene::new(&[ORDERS]);
    std::fs::write(
        scene.folder().join("db/migrations/002_latin1.up.sql"),
        b"COMMENT ON TABLE orders IS 'caf\xe9';\n",
    )
    .expect("a file");
    let latin = scene.shown(&scene.run(&["up"]));
    scene.remove("db/migrations/002_latin1.up.sql");
    std::fs::create_dir(scene.folder().join("db/migrations/003_folder.up.sql")).expect("a folder");
    scene.write("db/migrations/004_empty.up.sql", "");
    let empty = scene.shown(&scene.run(&["up", "--quiet"]));
    insta::assert_snapshot!(format!("{latin}\n=== a folder, and an empty file\n{empty}"));
}
