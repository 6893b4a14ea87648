//! Every prediction of `confiture-risk`, against real servers.
//!
//! The fixtures under `fixtures/risk/` hold a setup and cases. The setup runs on a server and is replayed offline;
//! each case's statement is predicted from the replayed catalog and observed on the server. Locks, rewrites, scans
//! and index builds must be the same, relation by relation. Every difference is a line of the table that the test
//! prints; it passes when the table is empty.
//!
//! What is compared:
//! - Locks: the strongest on each table, partition, view, materialized view and sequence that existed before; on an
//!   index where the statement's text has its name.
//! - Rewrites, scans and index builds: of tables and materialized views. A scan is a sequential scan that the server
//!   counted. Plans are held still (no nested loops and no merge joins), so that the check of a foreign key reads
//!   both tables, as it does on large ones.
//! - For queries, scans of relations that the statement names are the planner's choice and only compared where they
//!   are predicted.
//!
//! Markers after a case's name: `[since N]`, `[before N]`: only on these majors. `[unknown]`: the prediction must
//! say that something isn't known; what it does say must not exceed what a conditional part may do, so nothing more
//! is compared. `[superset]`: rows decide which of the predicted locks are taken; observed ones must be predicted.
//!
//! Safe ways and rollbacks are run too, in transactions that are rolled back: they must not fail, and a rollback must
//! lead back to the catalog that was.
//!
//! `CONFITURE_ORACLE_VERSIONS=13,14,…` chooses the majors; without it, 13, 15 and 18. `CONFITURE_ORACLE_FILE=index`
//! chooses one fixture.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use confiture_postgres::introspect;
use confiture_postgres::observe::{Finish, Observed, Relation, RelationKind, observe};
use confiture_postgres::{Cluster, Database, Options, Session};
use confiture_risk::{Effect, LockMode, PgVersion};
use confiture_schema::apply::State;
use confiture_schema::catalog::{Catalog, Origin};
use confiture_schema::change::Change;
use confiture_schema::read;
use confiture_schema::render::diff;
use confiture_syntax::Syntax;
use confiture_syntax::split::{PieceKind, split};

/// One fixture file.
struct Fixture {
    name: String,
    setup: Vec<String>,
    cases: Vec<Case>,
}

/// One statement to predict and observe, and what is SET before it.
struct Case {
    name: String,
    since: u32,
    before: u32,
    unknown: bool,
    superset: bool,
    weaker: bool,
    leftover: bool,
    settings: Vec<String>,
    statement: String,
}

/// Where the catalog before the statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The setup, replayed offline.
    Files,
    /// The server, introspected.
    Server,
}

/// What is compared, by relation.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts {
    locks: BTreeMap<String, String>,
    rewrites: BTreeSet<String>,
    scans: BTreeSet<String>,
    index_builds: BTreeSet<String>,
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/risk");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the fixtures")
        .map(|e| e.expect("an entry").path())
        .collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "sql"));
    files.sort();
    let only = std::env::var("CONFITURE_ORACLE_FILE").ok();
    files.retain(|f| {
        only.as_ref()
            .is_none_or(|o| f.file_stem().is_some_and(|s| s == o.as_str()))
    });
    files.iter().map(|f| fixture(f)).collect()
}

fn statements(text: &str) -> Vec<String> {
    let pieces = split(text).into_iter().filter(|p| p.kind == PieceKind::Sql);
    pieces.map(|p| p.range.slice(text).to_owned()).collect()
}

fn fixture(path: &Path) -> Fixture {
    let text = std::fs::read_to_string(path).expect("a fixture");
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let (setup, cases) = text.split_once("\n-- case: ").unwrap_or((&text, ""));
    let cases = cases
        .split("\n-- case: ")
        .filter(|c| !c.is_empty())
        .map(case)
        .collect();
    Fixture {
        name,
        setup: statements(setup),
        cases,
    }
}

fn case(text: &str) -> Case {
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let (name, markers) = head.split_once(" [").unwrap_or((head, ""));
    let words: Vec<&str> = markers.trim_end_matches(']').split_whitespace().collect();
    let number = |word: &str| {
        words
            .iter()
            .position(|w| *w == word)
            .and_then(|i| words.get(i + 1)?.parse().ok())
    };
    let mut settings = statements(body);
    let statement = settings.pop().unwrap_or_default();
    Case {
        name: name.trim().to_owned(),
        since: number("since").unwrap_or(0),
        before: number("before").unwrap_or(u32::MAX),
        unknown: words.contains(&"unknown"),
        superset: words.contains(&"superset"),
        weaker: words.contains(&"weaker"),
        leftover: words.contains(&"leftover"),
        settings,
        statement,
    }
}

fn changes(sql: &str) -> Vec<Change> {
    read::changes(&Syntax::parse(sql))
}

/// Replays statements offline.
fn replay(state: &mut State, sql: &[String]) {
    for statement in sql {
        for change in changes(statement) {
            state.apply(&change, Origin::default());
        }
    }
    state.session.transaction = Default::default();
}

fn prepare(cluster: &Cluster, fixture: &Fixture) -> (Database, Session) {
    let database = cluster.create_database("risk").expect("a database");
    let mut session = Session::open(database.target()).expect("a session");
    for statement in &fixture.setup {
        match session.batch(statement) {
            // Roles and tablespaces are the whole server's: an earlier preparation made them.
            Err(error) if error.sqlstate() == Some("42710") => {}
            result => result.unwrap_or_else(|e| panic!("{}: {statement}: {e}", fixture.name)),
        }
    }
    drop(session);
    let mut session = Session::open(database.target()).expect("a session");
    session
        .batch("SET timezone = 'UTC'; SET enable_nestloop = off; SET enable_mergejoin = off")
        .expect("settings");
    (database, session)
}

fn observed(observed: &Observed, statement: &str) -> Facts {
    let named = |relation: &Relation| match relation.kind {
        RelationKind::CompositeType => false,
        kind => !kind.is_index() || has_word(statement, &relation.name),
    };
    let locks = observed.locks.iter().filter(|l| named(&l.relation));
    Facts {
        locks: locks
            .map(|l| (l.relation.to_string(), l.mode.to_string()))
            .collect(),
        rewrites: observed.rewrites.iter().map(ToString::to_string).collect(),
        scans: observed.scanned().into_iter().collect(),
        index_builds: observed.indexed().into_iter().collect(),
    }
}

/// Whether an identifier stands in a text as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next()))
}

fn predicted(effect: &Effect) -> Facts {
    Facts {
        locks: effect
            .locks
            .iter()
            .map(|(name, l)| (name.to_string(), l.mode.pg_name().to_owned()))
            .collect(),
        rewrites: effect.rewrites.keys().map(ToString::to_string).collect(),
        scans: effect.scans.keys().map(ToString::to_string).collect(),
        index_builds: effect.index_builds.keys().map(ToString::to_string).collect(),
    }
}

/// The differences, in words; none where they agree.
fn compare(case: &Case, effect: &Effect, seen: &Facts, is_query: bool) -> Vec<String> {
    let said = predicted(effect);
    let mut out = Vec::new();
    if case.unknown {
        if effect.known() {
            out.push("should be unknown".to_owned());
        }
        return out;
    }
    for cause in &effect.unknown {
        out.push(format!("unknown: {}", cause.reason));
    }
    let relations: BTreeSet<&String> = said.locks.keys().chain(seen.locks.keys()).collect();
    for relation in relations {
        match (said.locks.get(relation), seen.locks.get(relation)) {
            (Some(_), None) if case.superset || case.weaker => {}
            (Some(said), Some(seen))
                if case.weaker && LockMode::from_name(said) > LockMode::from_name(seen) => {}
            (a, b) if a == b => {}
            (a, b) => out.push(format!(
                "lock on {relation}: predicted {}, observed {}",
                or_none(a),
                or_none(b)
            )),
        }
    }
    let only_read = |r: &String| seen.locks.get(r).is_some_and(|mode| mode == "AccessShareLock");
    let may_scan = |r: &String| {
        is_query && (only_read(r) || has_word(&case.statement, r.rsplit('.').next().unwrap_or(r)))
    };
    for (what, said, seen) in [
        ("rewrite of", &said.rewrites, &seen.rewrites),
        ("scan of", &said.scans, &seen.scans),
        ("index build on", &said.index_builds, &seen.index_builds),
    ] {
        for relation in said.difference(seen) {
            if !case.superset {
                out.push(format!("{what} {relation}: predicted, not observed"));
            }
        }
        for relation in seen.difference(said) {
            if !(what == "scan of" && may_scan(relation)) {
                out.push(format!("{what} {relation}: observed, not predicted"));
            }
        }
    }
    out
}

fn or_none(mode: Option<&String>) -> &str {
    mode.map_or("none", String::as_str)
}

/// Whether a statement runs a query, itself or inside of a block.
fn holds_query(change: &Change) -> bool {
    match change {
        Change::Query(_) | Change::Copy(_) => true,
        Change::Do(block) => block
            .statements
            .iter()
            .flat_map(|s| &s.changes)
            .any(|c| matches!(c, Change::Query(_))),
        _ => false,
    }
}

/// Runs a fixture on one server; gives the table's lines and the number of cases.
fn run(cluster: &Cluster, fixture: &Fixture, version: PgVersion, source: Source) -> (Vec<String>, usize) {
    let mut server = prepare(cluster, fixture);
    let before = match source {
        Source::Files => {
            let mut state = State::fresh();
            replay(&mut state, &fixture.setup);
            state
        }
        Source::Server => State::on(introspect(&mut server.1).expect("a catalog")),
    };
    let mut lines = Vec::new();
    let mut count = 0;
    for case in &fixture.cases {
        if version.major() < case.since || version.major() >= case.before {
            continue;
        }
        count += 1;
        let mut state = before.clone();
        replay(&mut state, &case.settings);
        let changes = changes(&case.statement);
        let effect = confiture_risk::assess(&changes, &state, version).effect;
        let is_query = changes.iter().any(holds_query);
        let mut line = |difference: &str| {
            lines.push(format!(
                "{} · {} · {}: {difference}",
                version, fixture.name, case.name
            ))
        };
        for setting in &case.settings {
            server.1.batch(setting).expect("a setting");
        }
        match observe(&mut server.1, &case.statement, Finish::Rollback) {
            Err(error) => line(&format!("the server says: {error}")),
            Ok(seen) => {
                let outside = seen.method == confiture_postgres::observe::Method::Outside;
                if outside != (effect.transaction == confiture_risk::effect::TransactionRule::Refused) {
                    line(&format!(
                        "transaction: predicted {:?}, observed outside: {outside}",
                        effect.transaction
                    ));
                }
                for difference in compare(case, &effect, &observed(&seen, &case.statement), is_query) {
                    line(&difference);
                }
                if outside {
                    server = prepare(cluster, fixture);
                    continue;
                }
            }
        }
        if !case.settings.is_empty() {
            server
                .1
                .batch(
                    "RESET ALL; SET timezone = 'UTC'; SET enable_nestloop = off; SET enable_mergejoin = off",
                )
                .expect("settings");
        }
    }
    (lines, count)
}

fn versions() -> Vec<PgVersion> {
    let chosen = std::env::var("CONFITURE_ORACLE_VERSIONS").unwrap_or_else(|_| "13,15,18".to_owned());
    chosen
        .split(',')
        .map(|v| v.trim().parse().expect("a major version"))
        .collect()
}

/// What is wrong with the way back and the safe way of a case, run on the server.
fn ways_of(
    session: &mut Session,
    case: &Case,
    before: &State,
    live: &Catalog,
    version: PgVersion,
) -> Vec<String> {
    let mut state = before.clone();
    replay(&mut state, &case.settings);
    let risk = confiture_risk::assess(&changes(&case.statement), &state, version);
    let mut out = Vec::new();
    let settings = case.settings.join(";\n");
    if let Some(rollback) = &risk.rollback {
        let undone = undo(session, &settings, &case.statement, rollback, live);
        out.extend(
            undone
                .err()
                .filter(|_| !case.leftover)
                .map(|e| format!("rollback: {e}: {rollback}")),
        );
    }
    if let Some(way) = &risk.safe_alternative {
        let steps: Vec<&str> = way.steps.iter().map(|s| s.sql.as_str()).collect();
        let sql = in_one_transaction(&steps.join("\n"));
        let result = session.batch(&format!("BEGIN;\n{settings};\n{sql}"));
        session.batch("ROLLBACK").expect("a rollback");
        out.extend(result.err().map(|e| format!("safe way: {e}: {sql}")));
    }
    out
}

/// Steps as they can be tried in a transaction that is rolled back: nothing concurrent, no transaction control.
fn in_one_transaction(sql: &str) -> String {
    let lines = sql.lines().filter(|l| {
        !matches!(l.trim(), "BEGIN;" | "COMMIT;") && !l.starts_with("VACUUM") && !l.starts_with("REINDEX")
    });
    lines.collect::<Vec<_>>().join("\n").replace(" CONCURRENTLY", "")
}

/// Runs a statement and its rollback; the catalog must be what it was, the order of columns aside.
fn undo(
    session: &mut Session,
    settings: &str,
    statement: &str,
    rollback: &str,
    before: &Catalog,
) -> Result<(), String> {
    session
        .batch(&format!("BEGIN;\n{settings};"))
        .map_err(|e| e.to_string())?;
    let result = session
        .batch(&in_one_transaction(statement))
        .and_then(|()| session.batch(&in_one_transaction(rollback)))
        .and_then(|()| introspect(session));
    session.batch("ROLLBACK").expect("a rollback");
    let after = result.map_err(|e| e.to_string())?;
    // Values are lost and columns come back at the end: neither is the catalog's affair.
    let order = |d: &str| d.contains(": columns: ");
    let left: Vec<String> = diff(before, &after)
        .into_iter()
        .map(|d| d.to_string())
        .filter(|d| !order(d))
        .collect();
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!("it leaves {}", left.join("; ")))
    }
}

#[test]
fn ways_back_and_safe_ways_run() {
    let version = *versions().last().expect("a version");
    let options = Options {
        major: Some(version.major()),
        settings: vec![("allow_in_place_tablespaces".to_owned(), "on".to_owned())],
    };
    let cluster = Cluster::start(&options).expect("a server");
    let mut text = String::new();
    for fixture in fixtures() {
        let mut before = State::fresh();
        replay(&mut before, &fixture.setup);
        let mut server = prepare(&cluster, &fixture);
        let live = introspect(&mut server.1).expect("a catalog");
        for case in fixture
            .cases
            .iter()
            .filter(|c| version.major() >= c.since && version.major() < c.before)
        {
            for problem in ways_of(&mut server.1, case, &before, &live, version) {
                let _ = writeln!(text, "{} · {}: {problem}", fixture.name, case.name);
            }
        }
    }
    assert!(text.is_empty(), "on {version}:\n{text}");
}

#[test]
fn predictions_from_files_equal_what_servers_do() {
    predictions_equal_what_servers_do(Source::Files);
}

#[test]
fn predictions_from_a_live_catalog_equal_what_servers_do() {
    predictions_equal_what_servers_do(Source::Server);
}

fn predictions_equal_what_servers_do(source: Source) {
    let fixtures = fixtures();
    let mut table = Vec::new();
    let mut count = 0;
    let mut versions = versions();
    if source == Source::Server && std::env::var_os("CONFITURE_ORACLE_VERSIONS").is_none() {
        // The catalogs of both sources are compared elsewhere; one server is enough here.
        versions.drain(..versions.len() - 1);
    }
    for version in versions {
        let options = Options {
            major: Some(version.major()),
            settings: vec![("allow_in_place_tablespaces".to_owned(), "on".to_owned())],
        };
        let cluster = Cluster::start(&options).expect("a server");
        let results = std::thread::scope(|scope| {
            let (cluster, fixtures) = (&cluster, &fixtures);
            let running: Vec<_> = fixtures
                .iter()
                .map(|f| scope.spawn(move || run(cluster, f, version, source)))
                .collect();
            running
                .into_iter()
                .map(|r| r.join().expect("a fixture's thread"))
                .collect::<Vec<_>>()
        });
        for (lines, cases) in results {
            table.extend(lines);
            count += cases;
        }
    }
    let mut text = String::new();
    for line in &table {
        let _ = writeln!(text, "{line}");
    }
    assert!(
        table.is_empty(),
        "{} differences in {count} cases:\n{text}",
        table.len()
    );
    assert!(count > 0, "no case was run");
}
