//! The replayed catalog is PostgreSQL's own: files are applied to a real server, statement by statement, and replayed;
//! the server is introspected, and the two catalogs are compared.
//!
//! `CONFITURE_TEST_MAJORS` (`13,18`) names the servers' versions; without it the newest that the machine has is used.
//! `CONFITURE_CORPUS` is the folder of published projects (`shared/corpus/fetch`), `$TMPDIR/sql-corpus` by default;
//! without it only the fixtures are tried. `CONFITURE_FIXTURES` is another folder of fixtures, for generated ones;
//! with `CONFITURE_NOTES` every statement on which fold and server disagree about whether it works is printed. `CONFITURE_FIXTURE` and `CONFITURE_PROJECT` name the beginning of one of them;
//! `CONFITURE_VERBOSE` lists what the server refused, `CONFITURE_NOTES` where the fold and the server judge differently.

#[path = "catalog_oracle/corpus.rs"]
mod corpus;
#[path = "catalog_oracle/replay.rs"]
mod replay;

use std::fs;
use std::path::{Path, PathBuf};

use confiture_postgres::{Cluster, introspect};
use confiture_schema::catalog::Catalog;
use confiture_schema::render;

use replay::{Outcome, Script, run};

fn fixtures() -> Vec<PathBuf> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catalog");
    let folder = std::env::var_os("CONFITURE_FIXTURES").map_or_else(own, PathBuf::from);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the fixtures' folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "sql"))
        .collect();
    files.sort();
    files
}

/// The versions to try on; `None` is the newest that the machine has.
fn majors() -> Vec<Option<u32>> {
    match std::env::var("CONFITURE_TEST_MAJORS") {
        Ok(list) => list
            .split(',')
            .map(|m| Some(m.trim().parse().expect("a major version")))
            .collect(),
        Err(_) => vec![None],
    }
}

/// Where an older server does another thing than the fold, which does as 15 and later: below this version, differences
/// of objects whose names begin so.
const OTHERWISE: [(u32, &str, &str); 4] = [
    (
        15,
        "sequence public.unlogged_",
        "sequences of unlogged tables are logged",
    ),
    (
        15,
        "trigger",
        "renaming a trigger leaves its clones on partitions",
    ),
    (
        15,
        "column public.g1.",
        "a column that is generated from a dropped one goes without CASCADE",
    ),
    (15, "table public.g1", "the same"),
];

fn done_otherwise(major: u32, difference: &render::Difference) -> bool {
    OTHERWISE
        .iter()
        .any(|(below, object, _)| major < *below && difference.object.starts_with(object))
}

fn cluster(major: Option<u32>) -> &'static Cluster {
    Cluster::shared(major).unwrap_or_else(|error| panic!("a server: {error}"))
}

/// The version that a fixture needs at least: `-- min: 15` in its first line.
fn least_version(sql: &str) -> u32 {
    let first = sql.lines().next().unwrap_or_default();
    first
        .strip_prefix("-- min:")
        .map_or(0, |rest| rest.trim().parse().expect("a version"))
}

#[test]
fn fixtures_give_the_servers_catalog() {
    let only = std::env::var("CONFITURE_FIXTURE").ok();
    let mut wrong = Vec::new();
    for major in majors() {
        let cluster = cluster(major);
        for file in fixtures() {
            let name = file.file_name().expect("a file").to_string_lossy().into_owned();
            let sql = fs::read_to_string(&file).expect("a fixture");
            if least_version(&sql) > cluster.major() || only.as_ref().is_some_and(|o| !name.starts_with(o)) {
                continue;
            }
            let outcome = run(
                cluster,
                &[Script {
                    name: name.clone(),
                    sql,
                }],
                "",
            )
            .expect("a server");
            for rejected in &outcome.rejected {
                println!("{name} on {}: the server refuses {rejected}", cluster.major());
            }
            let differences = outcome
                .differences
                .iter()
                .filter(|d| !done_otherwise(cluster.major(), d));
            wrong.extend(differences.map(|d| format!("{name} on {}: {d}", cluster.major())));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences (file ≠ server):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_corpus_gives_the_servers_catalog() {
    let Some(folder) = corpus::folder() else { return };
    let only = std::env::var("CONFITURE_PROJECT").ok();
    let mut rows = vec![format!(
        "{:<28} {:>5} {:>10} {:>7} {:>8} {:>11}",
        "project", "files", "statements", "loaded", "rejected", "differences"
    )];
    let mut wrong = Vec::new();
    let cluster = cluster(majors().first().copied().flatten());
    for project in corpus::projects(&folder) {
        if only.as_ref().is_some_and(|o| !project.name.starts_with(o)) {
            continue;
        }
        let outcome = run(cluster, &project.scripts, &project.prelude).expect("a server");
        rows.push(row(&project.name, project.scripts.len(), &outcome));
        if std::env::var_os("CONFITURE_VERBOSE").is_some() {
            rows.extend(outcome.rejected.iter().map(|r| format!("    refused: {r}")));
        }
        let known = |d: &&render::Difference| !corpus::UNKNOWABLE.contains(&d.object.as_str());
        let differences = outcome.differences.iter().filter(known);
        wrong.extend(differences.map(|d| format!("{}: {d}", project.name)));
    }
    println!("{}", rows.join("\n"));
    assert!(
        wrong.is_empty(),
        "{} differences (files ≠ server):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn row(name: &str, files: usize, outcome: &Outcome) -> String {
    format!(
        "{name:<28} {files:>5} {:>10} {:>7} {:>8} {:>11}",
        outcome.statements,
        outcome.loaded,
        outcome.rejected.len(),
        outcome.differences.len()
    )
}

/// What `render::sql` writes recreates the catalog it was written from.
#[test]
fn the_sql_form_recreates_the_catalog() {
    let only = std::env::var("CONFITURE_FIXTURE").ok();
    let cluster = cluster(majors().first().copied().flatten());
    let mut wrong = Vec::new();
    for file in fixtures() {
        let name = file.file_name().expect("a file").to_string_lossy().into_owned();
        let sql = fs::read_to_string(&file).expect("a fixture");
        if least_version(&sql) > cluster.major() || only.as_ref().is_some_and(|o| !name.starts_with(o)) {
            continue;
        }
        let outcome = run(
            cluster,
            &[Script {
                name: name.clone(),
                sql,
            }],
            "",
        )
        .expect("a server");
        for (of, catalog) in [("server", &outcome.server), ("files", &outcome.files)] {
            match recreated(cluster, catalog) {
                Ok(again) => {
                    let mut differences = render::diff(catalog, &again);
                    differences.retain(|d| !beyond_sql(d));
                    wrong.extend(differences.iter().map(|d| format!("{name} of the {of}: {d}")));
                }
                Err(_) if of == "files" && STARS_OVER_RENAMED.contains(&name.as_str()) => {}
                Err(error) => wrong.push(format!("{name} of the {of}: {error}")),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Fixtures with a view whose `*` covers a column that was renamed since: its text, which is all that files give, no
/// longer says what the view is.
const STARS_OVER_RENAMED: [&str; 2] = ["rename_more.sql", "search_path.sql"];

/// What can't be recreated from a catalog: objects whose definitions it doesn't keep; whether an inherited constraint
/// once had a parent; columns of a child in another order than its parents bring them.
fn beyond_sql(difference: &render::Difference) -> bool {
    const KINDS: [&str; 13] = [
        "access method",
        "aggregate",
        "rule",
        "publication",
        "statistics",
        "operator",
        "cast",
        "collation",
        "conversion",
        "text search",
        "foreign",
        "server",
        "user mapping",
    ];
    let sorted = |side: &Option<String>| {
        let mut names: Vec<String> = side
            .iter()
            .flat_map(|s| s.split(", ").map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    let reordered = difference.aspect == "columns" && sorted(&difference.left) == sorted(&difference.right);
    reordered
        || difference.aspect == "access method"
        || (difference.object.starts_with("constraint") && difference.aspect == "inherited")
        || KINDS.iter().any(|kind| difference.object.starts_with(kind))
}

fn recreated(cluster: &Cluster, catalog: &Catalog) -> Result<Catalog, String> {
    let database = cluster.create_database("again").map_err(|e| e.to_string())?;
    let mut session = database.connect_blocking().map_err(|e| e.to_string())?;
    for statement in replay::statements(&render::sql(catalog)) {
        session
            .batch(&statement)
            .map_err(|error| format!("{error} in {statement}"))?;
    }
    introspect(&mut session).map_err(|e| e.to_string())
}

/// Prints how long a thousand tables take. Not a test: `cargo test -- --ignored --nocapture a_thousand`.
#[test]
#[ignore = "a measurement"]
fn a_thousand_tables() {
    let cluster = cluster(majors().first().copied().flatten());
    let database = cluster.create_database("thousand").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch(
            "DO $$ BEGIN FOR i IN 1..1000 LOOP EXECUTE format('CREATE TABLE t%s (id bigserial PRIMARY KEY, \
             name text NOT NULL DEFAULT ''x'', state varchar(10) CHECK (state IN (''a'', ''b'')), at timestamptz DEFAULT now(), \
             parent bigint REFERENCES t%s, doc jsonb, n numeric(10,2) DEFAULT 0, flag bool, u uuid, tags text[])', \
             i, greatest(i - 1, 1)); \
             EXECUTE format('CREATE INDEX ON t%s (lower(name)) WHERE state = ''a''', i); \
             EXECUTE format('CREATE INDEX ON t%s (parent, at DESC)', i); END LOOP; END $$",
        )
        .expect("tables");
    for _ in 0..3 {
        let began = std::time::Instant::now();
        let catalog = introspect(&mut session).expect("a catalog");
        let introspected = began.elapsed();
        let began = std::time::Instant::now();
        let length = render::text(&catalog).len();
        println!(
            "{} relations: introspected in {introspected:?}, {length} bytes rendered in {:?}",
            catalog.relations.size(),
            began.elapsed()
        );
    }
}
