//! What holds for any text.

mod support;

use confiture_lint::{RuleSet, file_range};
use confiture_project::TransactionMode;
use proptest::prelude::*;
use support::{Migration, lint};

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
    #![proptest_config(ProptestConfig::with_cases(96))]

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
