//! A project under edit is at every moment what a fresh analysis makes of it.

mod support;

use std::path::Path;
use std::sync::Arc;

use confiture_lint::{Input, Live, RuleSet, lint};
use confiture_project::{OpenOptions, Project, TransactionMode, Workspace};
use confiture_risk::PgVersion;
use proptest::prelude::*;
use support::{Migration, cases, project};

const PIECES: &[&str] = &[
    "CREATE TABLE t (id bigint PRIMARY KEY, \"é日\" text, p int REFERENCES t (id));\n",
    "CREATE TABLE u (id int PRIMARY KEY, t_id bigint REFERENCES t);\n",
    "CREATE TABLE v (a money, b varchar(3)) -- é\n;\n",
    "CREATE INDEX t_idx ON t (\"é日\");\n",
    "CREATE INDEX CONCURRENTLY u_idx ON u (t_id);\n",
    "ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid(), ALTER COLUMN \"é日\" SET NOT NULL;\n",
    "ALTER TABLE u ADD COLUMN d int;\n",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (id > 0), ADD UNIQUE (p);\n",
    "ALTER TABLE t VALIDATE CONSTRAINT k;\n",
    "ALTER TABLE t RENAME COLUMN \"é日\" TO \"ü\";\n",
    "ALTER TABLE t RENAME TO t2;\n",
    "ALTER TABLE t2 RENAME TO t;\n",
    "DROP TABLE IF EXISTS t, t2 CASCADE;\n",
    "DROP TABLE u;\n",
    "DROP INDEX t_idx;\n",
    "CREATE VIEW w AS SELECT * FROM t;\n",
    "CREATE TYPE mood AS ENUM ('sad');\n",
    "ALTER TYPE mood ADD VALUE 'ok';\n",
    "ALTER TABLE u ADD COLUMN m mood DEFAULT 'ok';\n",
    "COMMENT ON TABLE t IS 'é';\n",
    "COMMENT ON COLUMN u.t_id IS 'x';\n",
    "TRUNCATE t;\n",
    "BEGIN;\n",
    "ROLLBACK;\n",
    "COMMIT;\n",
    "SAVEPOINT a;\n",
    "ROLLBACK TO a;\n",
    "DO $$ BEGIN CREATE INDEX ON t (p); EXECUTE 'DROP TABLE ' || 't'; END $$;\n",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN UPDATE t SET p = 1; SELEC 1; END $$;\n",
    "INSERT INTO t VALUES (1, 'é', NULL);\n",
    "UPDATE t SET p = 1;\n",
    "SET lock_timeout = '1s';\n",
    "SET search_path = s, public;\n",
    "CREATE SCHEMA s CREATE TABLE u (a int);\n",
    "ALTER TABLE s.u SET SCHEMA public;\n",
    "GRANT ALL ON t TO PUBLIC;\n",
    "-- confiture: ignore data-loss: é\n",
    "-- confiture: ignore-file require-primary-key, prefer-text: x\n",
    "/* confiture: ignore-start all: x */\n",
    "-- confiture: ignore-end\n",
    "COPY t FROM stdin;\n1\té\t\\N\n\\.\n",
    " é ",
    "-- a comment\n",
    "'",
    "(",
    "$$",
    ";",
    "x",
    " ",
    "\n",
];

fn script() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.concat())
}

fn mode() -> impl Strategy<Value = TransactionMode> {
    prop::sample::select(vec![
        TransactionMode::PerScript,
        TransactionMode::PerScriptWhenAllowed,
        TransactionMode::SingleImplicit,
        TransactionMode::Autocommit,
    ])
}

#[derive(Debug, Clone)]
struct Edit {
    script: usize,
    from: usize,
    length: usize,
    put: String,
}

fn edit() -> impl Strategy<Value = Edit> {
    let put = prop_oneof![
        3 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => Just(String::new()),
        1 => "[a-z ;']{0,2}",
    ];
    (
        0usize..4,
        0usize..1200,
        prop_oneof![3 => 0usize..1, 1 => 0usize..60],
        put,
    )
        .prop_map(|(script, from, length, put)| Edit {
            script,
            from,
            length,
            put,
        })
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let from = text.floor_char_boundary(self.from % (text.len() + 1));
        let to = text
            .floor_char_boundary((from + self.length).min(text.len()))
            .max(from);
        format!("{}{}{}", &text[..from], self.put, &text[to..])
    }
}

/// Holds a project under edit against a fresh analysis.
fn assert_fresh(live: &Live, rules: &RuleSet) -> Result<(), TestCaseError> {
    let fresh = lint(&Input::new(live.project(), PgVersion::default()), rules).findings;
    let shown = |findings: &[confiture_lint::Finding]| {
        findings
            .iter()
            .map(|f| format!("{} {:?} {}", f.rule, f.place, f.message))
            .collect::<Vec<_>>()
    };
    prop_assert_eq!(shown(&live.report().findings), shown(&fresh));
    prop_assert_eq!(&live.report().findings, &fresh);
    let anew = Live::new(
        Arc::new(live.project().clone()),
        Arc::new(rules.clone()),
        PgVersion::default(),
        None,
    );
    for script in 0..live.project().scripts.len() {
        prop_assert_eq!(live.statements(script).len(), anew.statements(script).len());
        for statement in 0..=live.statements(script).len() {
            let (one, other) = (live.before(script, statement), anew.before(script, statement));
            prop_assert!(one.has_session_like(&other), "{script} {statement}");
            let parts = |state: &confiture_schema::apply::State| {
                let mut entries: Vec<_> = state.catalog.entries().into_iter().collect();
                entries.sort();
                entries
            };
            prop_assert_eq!(parts(&one), parts(&other), "{} {}", script, statement);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn an_edit_leads_where_a_fresh_analysis_leads(
        texts in (script(), script(), script(), script()),
        mode in mode(),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let rules = RuleSet::all();
        let mut texts = [texts.0, texts.1, texts.2, texts.3];
        let build = |texts: &[String; 4]| {
            Arc::new(project(vec![
                Migration::up("001", &texts[0]).transaction(mode),
                Migration::up("002", &texts[1]).transaction(mode),
                // Both directions have one path here, which no real file has twice: comments of one would be heard in both.
                Migration::down("002", &texts[2].replace("confiture:", "x")).transaction(mode),
                Migration::up("003", &texts[3]).transaction(mode),
            ]))
        };
        let mut live = Live::new(build(&texts), Arc::new(rules.clone()), PgVersion::default(), None);
        assert_fresh(&live, &rules)?;
        for edit in edits {
            texts[edit.script] = edit.apply(&texts[edit.script]);
            live = live.edited(build(&texts), &|| false).expect("nobody says that it is stale");
            assert_fresh(&live, &rules)?;
        }
    }

    #[test]
    fn files_of_a_schema_share_their_session(
        texts in (script(), script(), script(), script()),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(".git")).expect("a folder");
        let schema = folder.path().join("db/schema");
        std::fs::create_dir_all(&schema).expect("a folder");
        let mut texts = [texts.0, texts.1, texts.2, texts.3];
        for (number, text) in texts.iter().enumerate() {
            std::fs::write(schema.join(format!("{number}.sql")), text).expect("a file");
        }
        let rules = RuleSet::all();
        let opened = opened(folder.path());
        let mut live = Live::new(Arc::new(opened), Arc::new(rules.clone()), PgVersion::default(), None);
        for edit in edits {
            let text = edit.apply(&texts[edit.script]);
            let file = schema.join(format!("{}.sql", edit.script));
            texts[edit.script].clone_from(&text);
            let Some(project) = live.project().with_text(&file, &text.into()) else {
                return Ok(());
            };
            live = live.edited(Arc::new(project), &|| false).expect("nobody says that it is stale");
            assert_fresh(&live, &rules)?;
        }
    }
}

fn opened(folder: &Path) -> Project {
    let options = OpenOptions {
        cwd: folder.to_path_buf(),
        ..OpenOptions::default()
    };
    Workspace::open(&[folder], &options)
        .projects
        .pop()
        .expect("a project")
}

/// Whether there are any relations at all decides whether a missing one is news; nothing writes that by itself.
#[test]
fn a_catalog_that_becomes_empty_is_another() {
    let rules = RuleSet::all();
    let build = |first: &str| {
        let rest = "CREATE TABLE v (a int);\nDROP TABLE u;\nDROP TABLE IF EXISTS t CASCADE;\n";
        Arc::new(project(vec![
            Migration::up("001", "CREATE TABLE u (id int);\n"),
            Migration::up("002", &format!("{first}{rest}")),
        ]))
    };
    let live = Live::new(build(""), Arc::new(rules.clone()), PgVersion::default(), None);
    let live = live
        .edited(build("C"), &|| false)
        .expect("nobody says that it is stale");
    assert_fresh(&live, &rules).expect("the same");
}

/// Published packages, edited at random places: `CONFITURE_CORPUS` names a folder of them.
#[test]
fn published_projects_stay_what_a_fresh_analysis_makes_of_them() {
    let Some(corpus) = std::env::var_os("CONFITURE_CORPUS") else {
        return;
    };
    let mut folders: Vec<_> = std::fs::read_dir(corpus)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    let mut dice = 88_172_645_463_325_252_u64;
    let mut throw = |below: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % below.max(1) as u64).expect("smaller than a usize")
    };
    for folder in folders {
        let options = OpenOptions {
            cwd: folder.clone(),
            ..OpenOptions::default()
        };
        for project in Workspace::open(&[&folder], &options).projects {
            let (rules, _) = RuleSet::from_config(&project.config);
            let mut live = Live::new(
                Arc::new(project),
                Arc::new(rules.clone()),
                PgVersion::default(),
                None,
            );
            let mut edits = 0;
            for _ in 0..40 {
                let script = throw(live.project().scripts.len());
                let source = Arc::clone(&live.project().scripts[script].source);
                if source.text.len() > 400_000 {
                    continue;
                }
                let edit = Edit {
                    script,
                    from: throw(usize::MAX),
                    length: throw(4) * throw(30),
                    put: PIECES[throw(PIECES.len())].to_owned(),
                };
                let text = edit.apply(&source.text);
                if let Some(project) = live.project().with_text(&source.file, &text.into()) {
                    live = live
                        .edited(Arc::new(project), &|| false)
                        .expect("nobody says that it is stale");
                    edits += 1;
                    let fresh = lint(&Input::new(live.project(), PgVersion::default()), &rules).findings;
                    assert_eq!(
                        live.report().findings,
                        fresh,
                        "{} {edit:?}",
                        source.path.display()
                    );
                }
            }
            let root = live.project().root.display().to_string();
            assert!(
                edits > 0 || live.project().scripts.len() < 4,
                "{root}: nothing was edited"
            );
        }
    }
}
