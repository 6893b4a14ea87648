//! A draft leads from one schema to another: what it says is run on a real server that has the first, and what the
//! server has then is compared with the second.
//!
//! Pairs are two moments in the lives of real schemas: the fixtures of the catalog's oracle and the published projects of
//! `CONFITURE_CORPUS`, statement by statement, in both directions, and each against an empty database. What a draft leaves
//! out is allowed to differ; the rest is not. `CONFITURE_FIXTURE` and `CONFITURE_PROJECT` name the beginning of one,
//! `CONFITURE_VERBOSE` prints the drafts.
#![allow(clippy::print_stdout, reason = "CONFITURE_VERBOSE asks for it")]

#[path = "catalog_oracle/corpus.rs"]
#[allow(dead_code, reason = "shared with the catalog's oracle")]
mod corpus;
#[path = "catalog_oracle/replay.rs"]
#[allow(dead_code, reason = "shared with the catalog's oracle")]
mod replay;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_postgres::{Cluster, Database, Session, introspect_with_definitions};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, Origin};
use confiture_schema::change::Change;
use confiture_schema::draft::{Answers, Definitions, Draft, Rest, Side, draft};
use confiture_schema::{read, render};
use confiture_syntax::Syntax;

use replay::{Script, statements};

/// A schema: loaded on a server, read from it, and replayed from its files.
struct Moment {
    session: Session,
    _database: Database,
    server: (Catalog, Definitions),
    files: (Catalog, Definitions),
}

fn cluster() -> &'static Cluster {
    Cluster::shared(None).expect("a server")
}

/// Loads statements; those that the server refuses are left out on both sides.
fn moment(all: &[String]) -> Moment {
    let database = cluster().create_database("draft").expect("a database");
    let mut session = database.connect_blocking().expect("a session");
    session
        .batch("SET statement_timeout = '60s'; SET client_min_messages = error")
        .expect("settings");
    let mut state = State::fresh();
    let mut texts = HashMap::new();
    for (number, statement) in (0..).zip(all) {
        let changes = read::changes(&Syntax::parse(statement));
        let copies = |c: &Change| matches!(c, Change::Copy(copy) if copy.from);
        if changes.iter().any(copies) || changes.iter().any(|c| matches!(c, Change::Transaction(_))) {
            continue;
        }
        if session.batch(statement).is_ok() {
            let origin = Origin {
                statement: number,
                ..Origin::default()
            };
            state.apply_all(&changes, origin);
            texts.insert(number, Arc::<str>::from(statement.as_str()));
        }
    }
    // Temporary objects are nobody's schema, and rows are nobody's concern here.
    session
        .batch(
            "DISCARD TEMP; RESET ALL; SET client_min_messages = error; \
             DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace NOT IN \
             (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema') \
             LOOP EXECUTE format('TRUNCATE %s CASCADE', t); END LOOP; END $$",
        )
        .expect("no temporary objects and no rows");
    let server = introspect_with_definitions(&mut session).expect("a catalog");
    let definitions = Definitions::of_files(&state.catalog, |origin| texts.get(&origin.statement).cloned());
    Moment {
        session,
        _database: database,
        server,
        files: (state.catalog, definitions),
    }
}

/// What files alone don't tell: stars in views over columns that were renamed or added since, statements that a DO block
/// puts together.
const BEYOND_FILES: [&str; 4] = ["rename_more.sql", "search_path.sql", "view.sql", "partman"];

fn made(from: &(Catalog, Definitions), to: &(Catalog, Definitions)) -> Draft {
    let side = |(catalog, definitions): &'_ (Catalog, Definitions)| -> Side<'static> {
        // The values outlive the call; a leak in a test is no harm.
        Side {
            catalog: Box::leak(Box::new(catalog.clone())),
            definitions: Box::leak(Box::new(definitions.clone())),
        }
    };
    let answers = Answers {
        rest: Rest::DropAndAdd,
        ..Answers::default()
    };
    draft(side(from), side(to), &answers)
}

/// What went wrong on the way from one moment to another, which ends the first.
fn gone_wrong(name: &str, mut from: Moment, to: &Moment, draft: &Draft) -> Vec<String> {
    let mut wrong = Vec::new();
    for setting in &draft.settings {
        from.session.batch(&format!("SET {setting}")).expect("a setting");
    }
    if std::env::var_os("CONFITURE_VERBOSE").is_some() {
        println!("-- {name}");
        draft
            .steps
            .iter()
            .for_each(|step| println!("{}; -- {}", step.sql, step.what));
        draft
            .left_out
            .iter()
            .for_each(|out| println!("-- left out: {}: {}", out.object, out.reason));
    }
    for step in &draft.steps {
        if let Err(error) = from.session.batch(&step.sql) {
            wrong.push(format!("{name}: {error} in {}", step.sql));
            return wrong;
        }
    }
    let (catalog, definitions) = introspect_with_definitions(&mut from.session).expect("a catalog");
    let (aim, wanted) = &to.server;
    let left_out = |object: &str| {
        draft
            .left_out
            .iter()
            .any(|out| object.contains(subject(&out.object)) || out.object.contains(subject(object)))
    };
    for difference in render::diff(&catalog, aim) {
        if !left_out(&difference.object) {
            wrong.push(format!("{name}: {difference}"));
        }
    }
    for (key, text) in &wanted.functions {
        if definitions.functions.get(key) != Some(text) && !left_out(&key.to_string()) {
            wrong.push(format!(
                "{name}: function {key}:\n{}\n≠\n{text}",
                definitions.functions.get(key).map_or("nothing", |t| t)
            ));
        }
    }
    for (key, text) in &wanted.triggers {
        let trigger = aim.relation(&key.0).and_then(|r| r.triggers.get(&key.1));
        if definitions.triggers.get(key) != Some(text) && trigger.is_some_and(|t| !t.inherited) {
            wrong.push(format!(
                "{name}: trigger {}.{}: {:?} ≠ {text}",
                key.0,
                key.1,
                definitions.triggers.get(key)
            ));
        }
    }
    wrong
}

/// A name without the kind before it.
fn subject(object: &str) -> &str {
    object.rsplit_once(' ').map_or(object, |(_, name)| name)
}

/// Both directions between two moments, by what the server says and by what files say.
fn between(name: &str, before: &[String], after: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    let aim = moment(after);
    let start = moment(before);
    let forward = made(&start.server, &aim.server);
    let by_files = made(&start.files, &aim.files);
    let back = made(&aim.server, &start.server);
    wrong.extend(gone_wrong(
        &format!("{name}, forward"),
        moment(before),
        &aim,
        &forward,
    ));
    let beyond_files = BEYOND_FILES.iter().any(|known| name.starts_with(known));
    if by_files.left_out.is_empty() && !beyond_files {
        wrong.extend(gone_wrong(
            &format!("{name}, by files"),
            moment(before),
            &aim,
            &by_files,
        ));
    }
    wrong.extend(gone_wrong(&format!("{name}, back"), aim, &start, &back));
    wrong
}

fn check(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} went wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn fixtures() -> Vec<(String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/catalog");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the fixtures' folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let only = std::env::var("CONFITURE_FIXTURE").ok();
    let read = |path: PathBuf| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let sql = fs::read_to_string(&path).ok()?;
        let least = sql
            .lines()
            .next()?
            .strip_prefix("-- min:")
            .and_then(|v| v.trim().parse::<u32>().ok());
        let wanted = only.as_ref().is_none_or(|only| name.starts_with(only));
        (wanted && least.unwrap_or(0) <= cluster().major()).then(|| (name, statements(&sql)))
    };
    files.into_iter().filter_map(read).collect()
}

#[test]
fn moments_of_fixtures() {
    let mut wrong = Vec::new();
    for (name, all) in fixtures() {
        let half = all.len() / 2;
        wrong.extend(between(&format!("{name} at {half}"), &all[..half], &all));
    }
    check(&wrong);
}

#[test]
fn fixtures_from_nothing_and_back() {
    let mut wrong = Vec::new();
    for (name, all) in fixtures() {
        wrong.extend(between(&format!("{name} from nothing"), &[], &all));
    }
    check(&wrong);
}

#[test]
fn moments_of_published_projects() {
    let Some(folder) = corpus::folder() else { return };
    let only = std::env::var("CONFITURE_PROJECT").ok();
    let mut wrong = Vec::new();
    for project in corpus::projects(&folder) {
        if only.as_ref().is_some_and(|only| !project.name.starts_with(only)) {
            continue;
        }
        let texts =
            std::iter::once(&project.prelude).chain(project.scripts.iter().map(|Script { sql, .. }| sql));
        let all: Vec<String> = texts.flat_map(|sql| statements(sql)).collect();
        let half = all.len() * 2 / 3;
        wrong.extend(between(
            &format!("{} at {half}", project.name),
            &all[..half],
            &all,
        ));
    }
    check(&wrong);
}
