//! What holds for any text.

mod support;

use std::path::PathBuf;

use confiture_lint::fix::{self, Level, Linted, Overlays, Policy};
use confiture_lint::{LintReport, RuleSet, file_range};
use confiture_project::TransactionMode;
use proptest::prelude::*;
use support::{Migration, cases, lint};

const PIECES: &[&str] = &[
    "CREATE TABLE t (id bigint PRIMARY KEY, \"é日\" text, p int REFERENCES t (id));",
    "CREATE INDEX t_idx ON t (\"é日\");",
    "ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid(), ALTER COLUMN \"é日\" SET NOT NULL;",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (id > 0), ADD UNIQUE (p);",
    "ALTER TABLE t RENAME COLUMN \"é日\" TO \"ü\";",
    "ALTER TABLE t RENAME TO t2;",
    "DROP TABLE IF EXISTS t, t2 CASCADE;",
    "DROP INDEX t_idx;",
    "TRUNCATE t;",
    "BEGIN;",
    "ROLLBACK;",
    "COMMIT;",
    "DO $$ BEGIN CREATE INDEX ON t (p); EXECUTE 'DROP TABLE ' || 't'; END $$;",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SELEC 1; END $$;",
    "INSERT INTO t VALUES (1, 'é', NULL);",
    "SET lock_timeout = '1s';",
    "-- confiture: ignore data-loss: é\n",
    "\\i other.sql\n",
    "COPY t FROM stdin;\n1\té\t\\N\n\\.\n",
    "CREATE SCHEMA s CREATE TABLE u (a int);",
    "ALTER TABLE s.u SET SCHEMA public;",
    " é ",
    "'",
    "(",
    "$$",
];

fn script() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.join("\n"))
}

fn mode() -> impl Strategy<Value = TransactionMode> {
    prop::sample::select(vec![
        TransactionMode::PerScript,
        TransactionMode::PerScriptWhenAllowed,
        TransactionMode::SingleImplicit,
        TransactionMode::Autocommit,
    ])
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn findings_lie_on_characters_and_are_the_same_each_time(
        first in script(),
        second in script(),
        back in script(),
        mode in mode(),
    ) {
        let migrations = vec![
            Migration::up("001", &first).transaction(mode),
            Migration::up("002", &second).transaction(mode),
            Migration::down("002", &back).transaction(mode),
        ];
        let (project, findings) = lint(migrations.clone(), &RuleSet::all());
        for finding in &findings {
            let edits = finding.fixes.iter().flat_map(|f| &f.edits).map(|e| e.place);
            for place in std::iter::once(finding.place).chain(edits) {
                let (file, range) = file_range(&project, place).expect("a place in the project");
                prop_assert!(file.text.get(range.clone()).is_some(), "{}: {range:?} of {:?}", finding.rule, file.text);
            }
        }
        prop_assert_eq!(&lint(migrations, &RuleSet::all()).1, &findings);
    }
}

/// Files by name, as an opener of projects sees them.
fn migrations(scripts: &[String], mode: TransactionMode, overlays: &Overlays) -> Vec<Migration> {
    let numbered = scripts.iter().enumerate();
    let text = |number: usize, sql: &String| {
        let overlay = overlays.get(&PathBuf::from(format!("/project/{number}.sql")));
        overlay.map_or_else(|| sql.clone(), |text| text.to_string())
    };
    numbered
        .map(|(number, sql)| Migration::up(&number.to_string(), &text(number, sql)).transaction(mode))
        .collect()
}

/// The law of `--fix`: no more is found than before, and a second run changes nothing.
fn fixing_holds(scripts: &[String], mode: TransactionMode) -> Result<(), TestCaseError> {
    let open = |overlays: &Overlays| {
        let (project, findings) = lint(migrations(scripts, mode, overlays), &RuleSet::all());
        vec![Linted {
            project,
            report: LintReport {
                findings,
                ..LintReport::default()
            },
        }]
    };
    let before = open(&Overlays::new());
    let fixed = fix::run(&open, &Policy::new(Level::Unsafe));
    let count = |linted: &[Linted]| linted[0].report.findings.len();
    // One fix may cure what several rules find; a rule that speaks once a script then speaks of the next statement.
    prop_assert!(count(&fixed.after) <= count(&before));
    let overlays: Overlays = fixed
        .files
        .iter()
        .map(|change| (change.file.clone(), change.new.clone()))
        .collect();
    prop_assert_eq!(open(&overlays)[0].report.findings.len(), count(&fixed.after));
    let again = fix::run(
        &|more: &Overlays| open(&overlays.clone().into_iter().chain(more.clone()).collect()),
        &Policy::new(Level::Unsafe),
    );
    prop_assert_eq!(again.files, []);
    Ok(())
}

/// Once an index is built concurrently, Flyway and its like no longer wrap the script: that changes what other rules say.
#[test]
fn a_cure_that_takes_the_script_out_of_its_transaction_makes_nothing_worse() {
    let script = "ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid(), ALTER COLUMN \"é日\" SET NOT NULL;\n\
                  ROLLBACK;\nCREATE INDEX t_idx ON t (\"é日\");";
    fixing_holds(&[script.to_owned()], TransactionMode::PerScriptWhenAllowed).expect("the law");
}

/// A fix refused beside another, whose cure then takes the harm out of it, is tried again in the same run.
#[test]
fn what_was_refused_is_tried_again_when_something_else_was_cured() {
    let statement =
        "ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid(), ALTER COLUMN \"é日\" SET NOT NULL;";
    let script = format!("{statement}\nROLLBACK;\n{statement}");
    fixing_holds(&[script], TransactionMode::PerScript).expect("the law");
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn fixing_makes_nothing_worse_and_ends(
        scripts in prop::collection::vec(script(), 1..3),
        mode in mode(),
    ) {
        fixing_holds(&scripts, mode)?;
    }

    #[test]
    fn comments_of_any_kind_are_read(
        before in "\\PC{0,20}",
        name in prop::sample::select(vec!["data-loss", "all", "x", "", "é", "*", "a b"]),
        word in prop::sample::select(vec!["ignore", "ignore-start", "ignore-end", "ignore-file", "ingore", ""]),
        around in prop::sample::select(vec![("-- ", "\n"), ("/* ", " */"), ("/*\n", "\n*/"), ("$$ -- ", "\n$$"), ("' -- ", "'"), ("--", "")]),
        sql in script(),
    ) {
        let (open, close) = around;
        let text = format!("{before}{open}confiture: {word} {name}: x{close}{sql}\n{open}confiture:{word} {name}{close}");
        let (project, findings) = lint(vec![Migration::up("001", &text)], &RuleSet::all());
        for finding in findings.iter().filter(|finding| finding.kind.ends_with("-suppression")) {
            let edits = finding.fixes.iter().flat_map(|f| &f.edits).map(|e| e.place);
            for place in std::iter::once(finding.place).chain(edits) {
                let (file, range) = file_range(&project, place).expect("a place in the project");
                prop_assert!(file.text.get(range.clone()).is_some(), "{range:?} of {:?}", file.text);
            }
        }
    }
}
