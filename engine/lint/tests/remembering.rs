//! What is taken from an earlier run is what this run would find by itself: random projects, random edits.

mod support;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use confiture_lint::cache::{Identity, memory_name};
use confiture_lint::{Input, LintReport, Remembered, RuleSet, lint_remembering};
use confiture_project::{Layout, OpenOptions, Project, TransactionMode, Workspace};
use confiture_risk::PgVersion;
use proptest::prelude::*;
use support::{Migration, project, rules};

fn build() -> Identity {
    Identity::new([b"this build".as_slice()])
}

/// A run with a memory, after a check that it gives what a run without one gives.
fn remember(migrations: &[Migration], rules: &RuleSet, memory: Option<&[u8]>) -> Remembered {
    let project = project(migrations.to_vec());
    let input = Input::new(&project, PgVersion::default());
    let fresh = confiture_lint::lint(&input, rules);
    let remembered = lint_remembering(&input, rules, &build(), memory);
    assert_eq!(shown(&remembered.report), shown(&fresh));
    remembered
}

fn shown(report: &LintReport) -> Vec<String> {
    let mut lines: Vec<String> = report.findings.iter().map(|f| format!("{f:#?}")).collect();
    lines.extend(report.suppressed.iter().map(|s| format!("{s:#?}")));
    lines.push(format!("{} {}", report.files, report.statements));
    lines
}

fn all_rules() -> RuleSet {
    let mut rules = RuleSet::default();
    rules.select(&["all"]).expect("rules");
    rules
}

/// Statements about a handful of names, so that they meet.
fn statement() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "d"]);
    let column = prop::sample::select(vec!["x", "y", "z"]);
    (0..TEMPLATES.len(), name.clone(), name, column.clone(), column).prop_map(|(at, t, u, x, y)| {
        TEMPLATES[at]
            .replace("$t", t)
            .replace("$u", u)
            .replace("$x", x)
            .replace("$y", y)
    })
}

const TEMPLATES: [&str; 58] = [
    "CREATE TABLE $t ($x int, $y text)",
    "CREATE TABLE $t (id bigint PRIMARY KEY, $x int REFERENCES $u, $y text NOT NULL DEFAULT 'n')",
    "CREATE TABLE IF NOT EXISTS $t (id serial PRIMARY KEY, $x varchar(20) UNIQUE, tenant_id bigint)",
    "CREATE TABLE $t (LIKE $u INCLUDING ALL)",
    "CREATE TABLE $t_child () INHERITS ($t)",
    "CREATE TABLE $t (id int, $x date) PARTITION BY RANGE ($x)",
    "CREATE TABLE $t_part PARTITION OF $t DEFAULT",
    "CREATE TABLE $t AS SELECT * FROM $u",
    "CREATE TEMP TABLE $t ($x int)",
    "CREATE UNLOGGED TABLE $t ($x int)",
    "ALTER TABLE $t ADD COLUMN $x int",
    "ALTER TABLE $t ADD COLUMN $x mood DEFAULT 'ok' NOT NULL",
    "ALTER TABLE $t ADD COLUMN IF NOT EXISTS $y timestamptz DEFAULT now()",
    "ALTER TABLE $t DROP COLUMN $x",
    "ALTER TABLE $t DROP COLUMN IF EXISTS $x CASCADE",
    "ALTER TABLE $t RENAME COLUMN $x TO $y",
    "ALTER TABLE $t RENAME TO $u",
    "ALTER TABLE $t ALTER COLUMN $x TYPE bigint",
    "ALTER TABLE $t ALTER COLUMN $x TYPE text USING $x::text",
    "ALTER TABLE $t ALTER COLUMN $x SET NOT NULL",
    "ALTER TABLE $t ALTER COLUMN $x SET DEFAULT f($y)",
    "ALTER TABLE $t ADD CONSTRAINT $t_$x FOREIGN KEY ($x) REFERENCES $u (id)",
    "ALTER TABLE $t ADD CONSTRAINT $t_$x FOREIGN KEY ($x) REFERENCES $u (id) NOT VALID",
    "ALTER TABLE $t ADD CONSTRAINT $t_check CHECK ($x IS NOT NULL) NOT VALID",
    "ALTER TABLE $t VALIDATE CONSTRAINT $t_check",
    "ALTER TABLE $t ADD PRIMARY KEY ($x)",
    "ALTER TABLE $t ADD UNIQUE ($x, $y)",
    "ALTER TABLE $t DROP CONSTRAINT $t_check",
    "ALTER TABLE $t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE $t SET SCHEMA s",
    "ALTER TABLE $t OWNER TO somebody",
    "CREATE INDEX $t_$x_idx ON $t ($x)",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS $t_$y_idx ON $t ($y) WHERE $x IS NOT NULL",
    "CREATE INDEX ON $t (f($x))",
    "DROP INDEX $t_$x_idx",
    "DROP TABLE $t",
    "DROP TABLE IF EXISTS $t CASCADE",
    "CREATE VIEW v_$t AS SELECT $x, $y FROM $u",
    "CREATE OR REPLACE VIEW v_$t AS SELECT * FROM $u",
    "CREATE MATERIALIZED VIEW m_$t AS SELECT count(*) AS n FROM v_$u",
    "DROP VIEW v_$t",
    "CREATE SCHEMA IF NOT EXISTS s",
    "SET search_path = s, public",
    "SET lock_timeout = '2s'",
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    "ALTER TYPE mood ADD VALUE 'glad'",
    "DROP TYPE mood CASCADE",
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1'",
    "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN UPDATE $t SET $x = 1; RETURN 1; END $$",
    "DROP FUNCTION IF EXISTS f(int)",
    "CREATE TRIGGER g BEFORE UPDATE ON $t FOR EACH ROW EXECUTE FUNCTION touch()",
    "CREATE POLICY p ON $t USING ($x IN (SELECT $y FROM $u))",
    "COMMENT ON TABLE $t IS 'what $u is not'",
    "COMMENT ON COLUMN $t.$x IS NULL",
    "-- confiture: ignore all, data-loss, require-table-comment: it is meant\nDROP TABLE $t",
    "DO $$ BEGIN CREATE TABLE $t ($x int); UPDATE $u SET $y = 'new'; END $$",
    "BEGIN; UPDATE $t SET $x = NULL; ALTER TABLE $u DROP COLUMN $y; ROLLBACK",
    "CREATE TABEL $t ($x int",
];

fn script() -> impl Strategy<Value = String> {
    prop::collection::vec(statement(), 0..5).prop_map(|s| s.iter().map(|s| format!("{s};\n")).collect())
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Migrations,
    Tree,
    Plain,
}

/// What somebody does between two runs.
#[derive(Debug, Clone)]
enum Edit {
    Rewrite(prop::sample::Index, String),
    Comment(prop::sample::Index),
    Append(prop::sample::Index, String),
    Add(String),
    Insert(prop::sample::Index, String),
    Delete(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Down(prop::sample::Index, String),
    Wrap(prop::sample::Index),
    Select(prop::sample::Index),
    SelectAll,
    Nothing,
}

fn edit() -> impl Strategy<Value = Edit> {
    use prop::sample::Index;
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), script()).prop_map(|(i, s)| Edit::Rewrite(i, s)),
        1 => at().prop_map(Edit::Comment),
        3 => (at(), script()).prop_map(|(i, s)| Edit::Append(i, s)),
        1 => script().prop_map(Edit::Add),
        1 => (at(), script()).prop_map(|(i, s)| Edit::Insert(i, s)),
        1 => at().prop_map(Edit::Delete),
        1 => (at(), at()).prop_map(|(i, j)| Edit::Swap(i, j)),
        1 => (at(), script()).prop_map(|(i, s)| Edit::Down(i, s)),
        1 => at().prop_map(Edit::Wrap),
        1 => at().prop_map(Edit::Select),
        1 => Just(Edit::SelectAll),
        1 => Just(Edit::Nothing),
    ]
}

#[derive(Debug, Clone)]
struct One {
    name: String,
    up: String,
    down: Option<String>,
    wrapped: bool,
    selected: bool,
}

impl One {
    fn new(name: String, up: String) -> One {
        One {
            name,
            up,
            down: None,
            wrapped: false,
            selected: true,
        }
    }
}

fn apply(edit: &Edit, all: &mut Vec<One>, number: usize) {
    if all.is_empty() {
        all.push(One::new("0".to_owned(), String::new()));
    }
    let len = all.len();
    let fresh = |up: &String| One::new(format!("n{number}"), up.clone());
    match edit {
        Edit::Rewrite(i, sql) => all[i.index(len)].up = sql.clone(),
        Edit::Comment(i) => all[i.index(len)].up.insert_str(0, "-- a remark\n"),
        Edit::Append(i, sql) => all[i.index(len)].up += sql,
        Edit::Add(sql) => all.push(fresh(sql)),
        Edit::Insert(i, sql) => all.insert(i.index(len), fresh(sql)),
        Edit::Delete(i) => {
            all.remove(i.index(len));
        }
        Edit::Swap(i, j) => all.swap(i.index(len), j.index(len)),
        Edit::Down(i, sql) => all[i.index(len)].down = Some(sql.clone()),
        Edit::Wrap(i) => all[i.index(len)].wrapped ^= true,
        Edit::Select(i) => {
            let chosen = i.index(len);
            for (at, one) in all.iter_mut().enumerate() {
                one.selected = at == chosen;
            }
        }
        Edit::SelectAll => all.iter_mut().for_each(|one| one.selected = true),
        Edit::Nothing => {}
    }
}

fn migrations(kind: Kind, all: &[One]) -> Vec<Migration> {
    let chosen = |m: Migration, one: &One| if one.selected { m } else { m.history() };
    let forward = all.iter().map(|one| {
        let made = match kind {
            Kind::Migrations => Migration::up(&one.name, &one.up),
            Kind::Tree => Migration::schema(&one.name, &one.up),
            Kind::Plain => Migration::plain(&one.name, &one.up).layout(Layout::Plain),
        };
        let mode = match one.wrapped {
            true => TransactionMode::PerScriptWhenAllowed,
            false => TransactionMode::Autocommit,
        };
        chosen(made.transaction(mode), one)
    });
    let downs = all.iter().filter_map(|one| {
        let down = Migration::down(&one.name, one.down.as_deref()?);
        Some(chosen(down, one))
    });
    match kind {
        Kind::Migrations => forward.chain(downs).collect(),
        _ => forward.collect(),
    }
}

fn check(kind: Kind, scripts: &[String], edits: &[Edit], rules: &RuleSet) {
    let named = scripts.iter().enumerate();
    let mut all: Vec<One> = named
        .map(|(i, sql)| One::new(i.to_string(), sql.clone()))
        .collect();
    let mut memory = remember(&migrations(kind, &all), rules, None).memory;
    assert!(memory.is_some());
    for (number, edit) in edits.iter().enumerate() {
        apply(edit, &mut all, number);
        let now = migrations(kind, &all);
        let again = remember(&now, rules, memory.as_deref());
        if again.memory.is_some() {
            memory = again.memory;
        }
        let unchanged = remember(&now, rules, memory.as_deref());
        assert_eq!(unchanged.memory, None, "nothing is new the second time: {edit:?}");
        assert_eq!(
            unchanged.anew, 0,
            "nothing is gone through the second time: {edit:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_any_kind_lead_to_what_a_fresh_run_finds(
        kind in prop_oneof![Just(Kind::Migrations), Just(Kind::Migrations), Just(Kind::Tree), Just(Kind::Plain)],
        scripts in prop::collection::vec(script(), 1..8),
        edits in prop::collection::vec(edit(), 1..6),
        all in any::<bool>(),
    ) {
        let rules = if all { all_rules() } else { RuleSet::default() };
        check(kind, &scripts, &edits, &rules);
    }
}

fn chain(count: usize) -> Vec<Migration> {
    let table = |i: usize| {
        let key = if i % 10 == 3 { "REFERENCES t1" } else { "" };
        format!(
            "CREATE TABLE t{i} (id bigint PRIMARY KEY, other_id bigint {key}, note varchar(20));\nCREATE INDEX t{i}_note ON t{i} (note);\n"
        )
    };
    (0..count)
        .map(|i| Migration::up(&format!("{i:03}"), &table(i)))
        .collect()
}

#[test]
fn a_change_reaches_the_scripts_that_look_at_it_and_no_others() {
    let rules = all_rules();
    let mut migrations = chain(100);
    let first = remember(&migrations, &rules, None);
    assert_eq!(first.anew, 100);
    migrations[50] = Migration::up("050", "CREATE TABLE t50 (id int PRIMARY KEY);\n");
    let again = remember(&migrations, &rules, first.memory.as_deref());
    assert!(again.anew <= 3, "{} scripts were gone through anew", again.anew);
    // Ten tables reference the one that this makes another.
    migrations[1] = Migration::up("001", "CREATE TABLE t1 (id int PRIMARY KEY, more text);\n");
    let more = remember(&migrations, &rules, again.memory.as_deref());
    assert!(
        (11..=16).contains(&more.anew),
        "{} scripts were gone through anew",
        more.anew
    );
}

#[test]
fn a_memory_of_other_rules_another_version_or_another_build_is_none() {
    let migrations = chain(5);
    let rules = RuleSet::default();
    let memory = remember(&migrations, &rules, None).memory.expect("a memory");
    assert_eq!(remember(&migrations, &rules, Some(&memory)).anew, 0);
    assert_eq!(remember(&migrations, &all_rules(), Some(&memory)).anew, 5);
    let (stricter, _) = support::rules("linting: {rules: {require-lock-timeout: error}}");
    assert_eq!(remember(&migrations, &stricter, Some(&memory)).anew, 5);
    let project = project(migrations);
    let input = Input::new(&project, PgVersion::new(17).expect("a version"));
    assert_eq!(lint_remembering(&input, &rules, &build(), Some(&memory)).anew, 5);
    let input = Input::new(&project, PgVersion::default());
    let other = Identity::new([b"another build".as_slice()]);
    assert_eq!(lint_remembering(&input, &rules, &other, Some(&memory)).anew, 5);
    assert_eq!(lint_remembering(&input, &rules, &build(), Some(&memory)).anew, 0);
}

#[test]
fn a_damaged_memory_is_none() {
    let migrations = chain(3);
    let (rules, _) = rules("");
    let memory = remember(&migrations, &rules, None).memory.expect("a memory");
    for cut in [0, 1, 8, 20, 40, memory.len() / 2, memory.len() - 1] {
        assert_eq!(remember(&migrations, &rules, Some(&memory[..cut])).anew, 3);
    }
    for at in (0..memory.len()).step_by(memory.len() / 50) {
        let mut damaged = memory.clone();
        damaged[at] ^= 0x20;
        assert_eq!(remember(&migrations, &rules, Some(&damaged)).anew, 3);
    }
}

/// The projects below a folder, with other texts for some files.
fn opened(folder: &std::path::Path, overlays: &HashMap<PathBuf, Arc<str>>) -> Vec<Project> {
    let options = OpenOptions {
        overlays: overlays.clone(),
        ..OpenOptions::default()
    };
    Workspace::open(&[folder], &options).projects
}

/// A text with one of its lines gone, repeated or swapped with the next.
fn edited(text: &str, number: usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() < 3 {
        return format!("{text}\nCREATE TABLE made_{number} (id int);\n");
    }
    let at = number.wrapping_mul(2_654_435_761) % (lines.len() - 1);
    match number % 3 {
        0 => {
            lines.remove(at);
        }
        1 => lines.insert(at, lines[at]),
        _ => lines.swap(at, at + 1),
    }
    lines.join("\n")
}

#[test]
#[ignore = "needs CONFITURE_CORPUS, a folder of projects, and minutes"]
fn edits_of_real_projects_lead_to_what_a_fresh_run_finds() {
    let corpus = std::env::var_os("CONFITURE_CORPUS").expect("CONFITURE_CORPUS");
    let rules = all_rules();
    for entry in std::fs::read_dir(corpus).expect("the corpus").flatten() {
        let folder = entry.path();
        let mut overlays = HashMap::new();
        let mut memories: HashMap<String, Vec<u8>> = HashMap::new();
        for round in 0..6 {
            let projects = opened(&folder, &overlays);
            for project in &projects {
                let input = Input::new(project, PgVersion::default());
                let name = memory_name(&input, &rules);
                let known = memories.get(&name).map(Vec::as_slice);
                let remembered = lint_remembering(&input, &rules, &build(), known);
                let fresh = confiture_lint::lint(&input, &rules);
                let root = project.root.display();
                assert_eq!(shown(&remembered.report), shown(&fresh), "{root}");
                let all = project.scripts.len();
                println!("{root} round {round}: {} of {all} scripts anew", remembered.anew);
                if let Some(memory) = remembered.memory {
                    memories.insert(name, memory);
                }
            }
            for project in &projects {
                let script = &project.scripts[(round + 1) * 7919 % project.scripts.len()];
                let text = edited(&script.source.text, round);
                overlays.insert(script.source.file.clone(), text.into());
            }
        }
    }
}
