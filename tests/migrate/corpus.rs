//! Real histories, applied by `confiture migrate up` and file by file with psql: the databases are the same.
//!
//! The packages are looked for where `CONFITURE_CORPUS` says; without them, or without psql and pg_dump, nothing is compared,
//! and the test says so.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use confiture_postgres::{Cluster, Database};
use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

use crate::program::{confiture, said};

#[path = "../catalog_oracle/corpus.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod packages;

/// How psql runs a file, so that it does the same as the runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapped {
    InTransaction,
    AsItIs,
}

fn wrapping(sql: &str) -> Wrapped {
    let pieces = split(sql);
    let statements = pieces.iter().filter(|piece| piece.kind == PieceKind::Sql);
    let mut changes = statements.flat_map(|piece| read::changes(&Syntax::parse(piece.range.slice(sql))));
    let outside = changes.any(|change| match change {
        Change::Transaction(_) | Change::Vacuum(_) => true,
        Change::CreateIndex(index) => index.concurrently,
        Change::Drop(drop) => drop.concurrently,
        Change::Reindex(reindex) => reindex.concurrently,
        Change::AlterRelation(_) => false,
        _ => false,
    });
    if outside {
        Wrapped::AsItIs
    } else {
        Wrapped::InTransaction
    }
}

fn psql(database: &Database, file: &Path, wrapped: Wrapped) -> Output {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1"]);
    if wrapped == Wrapped::InTransaction {
        command.arg("-1");
    }
    command.arg("-f").arg(file).arg(database.url());
    command.output().unwrap()
}

/// An empty database in which the project's own tool has done its part.
fn prepared(prelude: &str) -> Database {
    let database = Cluster::shared(None).unwrap().create_database("history").unwrap();
    let mut session = database.connect_blocking().unwrap();
    session.batch(prelude).unwrap();
    let path = session
        .text_rows("SHOW search_path")
        .unwrap()
        .remove(0)
        .remove(0)
        .unwrap();
    // Other sessions of the tool see the same.
    let set = format!("ALTER DATABASE \"{}\" SET search_path = {path}", database.name());
    session.batch(&set).unwrap();
    database
}

/// The schema as pg_dump writes it, without what is the ledger's.
fn dump(database: &Database) -> String {
    let output = Command::new("pg_dump")
        .args([
            "--schema-only",
            "--no-owner",
            "--exclude-schema=confiture",
            "--exclude-table=*tb_confiture*",
        ])
        .arg(database.url())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    // A random word in each dump.
    let is_random = |line: &&str| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict");
    text.lines().filter(is_random).collect::<Vec<_>>().join("\n")
}

/// The same as `confiture schema` says it.
fn schema(folder: &Path, database: &Database) -> String {
    let output = confiture(folder, &["schema", "--database-url", &database.url()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let is_theirs = |object: &&str| {
        let first = object.lines().next().unwrap_or_default();
        !first.contains("tb_confiture") && !first.contains(" confiture")
    };
    text.trim_end()
        .split("\n\n")
        .filter(is_theirs)
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// How many rows each table has.
fn rows(database: &Database) -> BTreeMap<String, String> {
    let mut session = database.connect_blocking().unwrap();
    let tables = session
        .text_rows(
            "SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'm') AND relname <> 'tb_confiture'
             AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'confiture', 'pg_toast')",
        )
        .unwrap();
    let names = tables.into_iter().map(|row| row[0].clone().unwrap());
    names
        .map(|name| {
            let count = session
                .text_rows(&format!("SELECT count(*) FROM {name}"))
                .unwrap();
            (name, count[0][0].clone().unwrap())
        })
        .collect()
}

/// Every rule that may stop a run: histories are full of what nobody should do today.
fn allowances(folder: &Path) -> String {
    let output = confiture(folder, &["rules", "--format", "json"])
        .output()
        .unwrap();
    let rules: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = rules["rules"].as_array().or(rules.as_array()).unwrap();
    let names = rules.iter().map(|rule| rule["name"].as_str().unwrap().to_owned());
    let risks = [
        "risk-data-loss",
        "risk-locking",
        "risk-performance",
        "risk-compatibility",
    ];
    names
        .chain(risks.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(",")
}

fn has(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn histories_lead_to_what_psql_makes_of_them() {
    let Some(corpus) = packages::folder().filter(|_| has("psql") && has("pg_dump")) else {
        eprintln!("NOT TESTED: published packages (CONFITURE_CORPUS), psql and pg_dump are needed");
        return;
    };
    for project in packages::projects(&corpus)
        .into_iter()
        .filter(|project| project.scripts.len() > 1)
    {
        compare(&project);
    }
}

fn compare(project: &packages::Project) {
    let folder = tempfile::tempdir().unwrap();
    let by_hand = folder.path().join("by-hand.sql");
    let mut reference = prepared(&project.prelude);
    let mut accepted: Vec<(&str, Wrapped)> = Vec::new();
    let mut refused = Vec::new();
    for script in &project.scripts {
        let wrapped = wrapping(&script.sql);
        fs::write(&by_hand, &script.sql).unwrap();
        let output = psql(&reference, &by_hand, wrapped);
        if output.status.success() {
            accepted.push((&script.sql, wrapped));
            continue;
        }
        refused.push(format!(
            "{}: {}",
            script.name,
            String::from_utf8_lossy(&output.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        ));
        if wrapped == Wrapped::AsItIs {
            reference = prepared(&project.prelude);
            for (sql, wrapped) in &accepted {
                fs::write(&by_hand, sql).unwrap();
                assert!(psql(&reference, &by_hand, *wrapped).status.success());
            }
        }
    }
    let migrations: PathBuf = folder.path().join("migrations");
    fs::create_dir(&migrations).unwrap();
    for (number, (sql, _)) in accepted.iter().enumerate() {
        fs::write(migrations.join(format!("{:04}_step.up.sql", number + 1)), sql).unwrap();
    }
    let database = prepared(&project.prelude);
    let allow = allowances(folder.path());
    let arguments = [
        "migrate",
        "up",
        "--yes",
        "--database-url",
        &database.url(),
        "--allow",
        &allow,
    ];
    let output = confiture(folder.path(), &arguments).output().unwrap();
    assert!(output.status.success(), "{}: {}", project.name, said(&output));
    pretty(&project.name, &dump(&reference), &dump(&database));
    pretty(
        &project.name,
        &schema(folder.path(), &reference),
        &schema(folder.path(), &database),
    );
    assert_eq!(rows(&reference), rows(&database), "{}", project.name);
    eprintln!(
        "{}: {} files alike, {} that psql refuses",
        project.name,
        accepted.len(),
        refused.len()
    );
    for reason in refused {
        eprintln!("    {reason}");
    }
}

/// Compares line by line, so that a difference can be read.
fn pretty(name: &str, left: &str, right: &str) {
    let differs = left
        .lines()
        .zip(right.lines())
        .find(|(left, right)| left != right);
    assert_eq!(differs, None, "{name}");
    assert_eq!(left.lines().count(), right.lines().count(), "{name}");
}
