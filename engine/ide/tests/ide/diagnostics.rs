//! What is wrong with files.

use std::fmt::Write as _;

use confiture_ide::diagnostics::{Diagnostic, all, diagnostics};

use crate::support::Fixture;

/// As people read it; each file's diagnostics asked for by themselves are those that all files' hold.
fn shown(fixture: &Fixture) -> String {
    let mut out = String::new();
    for (file, found) in all(&fixture.world) {
        assert_eq!(diagnostics(&fixture.world, &file), found);
        let _ = writeln!(out, "//- {}", fixture.short(&file));
        for diagnostic in &found {
            out.push_str(&one(fixture, &file, diagnostic));
        }
    }
    out
}

fn one(fixture: &Fixture, file: &std::path::Path, diagnostic: &Diagnostic) -> String {
    let text = fixture.world.text(file).unwrap_or_default();
    let own = text.get(diagnostic.range.clone()).unwrap_or_default();
    let tag = diagnostic.tag.map(|tag| format!(" {tag:?}")).unwrap_or_default();
    let mut out = format!("{} {}{tag} {own:?}\n", diagnostic.severity, diagnostic.code);
    for line in diagnostic.message.lines() {
        let _ = writeln!(out, "    {line}");
    }
    for (span, words) in &diagnostic.related {
        let _ = writeln!(out, "    - {}: {words}", fixture.shown(span));
    }
    let _ = writeln!(out, "    {}", diagnostic.link.as_deref().unwrap_or("-"));
    out
}

#[test]
fn a_diagnostic_says_what_lint_says_and_points_at_what_belongs_to_it() {
    let fixture = Fixture::new(
        "//- confiture.yaml
linting:
  rules:
    redundant-index: warning
//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY, a int);
//- migrations/001_a.down.sql
DROP TABLE t;
//- migrations/002_b.up.sql
CREATE INDEX t_a_idx ON t (a);
-- confiture: ignore table-rewrite: there is none
CREATE INDEX t_a_id_idx ON t (a, id);
//- migrations/002_b.down.sql
DROP INDEX t_a_id_idx;
DROP INDEX t_a_idx;
",
    );
    insta::assert_snapshot!(shown(&fixture));
}

#[test]
fn sql_in_yaml_has_its_place_in_the_yaml() {
    let fixture = Fixture::new(
        "//- confiture-migrations/001_a.yaml
name: a
ddl: |
  CREATE TABLE t (id bigint PRIMARY KEY, é text);
rollback: |
  DROP TABLE t;
//- confiture-migrations/002_b.yaml
name: b
ddl: |
  -- here
  ALTER TABLE t ALTER COLUMN é SET NOT NULL;
rollback: |
  ALTER TABLE t ALTER COLUMN é DROP NOT NULL;
",
    );
    insta::assert_snapshot!(shown(&fixture));
}

#[test]
fn what_cannot_be_read_is_a_diagnostic_of_its_file() {
    let fixture = Fixture::new(
        "//- confiture.yaml
pg_versoin: 17
linting:
  rules:
    no-such-rule: error
//- migrations/001_a.up.sql
CREATE TABLE t (id bigint PRIMARY KEY);
//- migrations/001_b.up.sql
SELECT 1;
//- migrations/001_a.down.sql
DROP TABLE t;
",
    );
    insta::assert_snapshot!(shown(&fixture));
}

#[test]
fn a_file_that_two_scripts_include_says_things_once() {
    let fixture = Fixture::new(
        "//- confiture.yaml
load_order: [schema]
//- schema/1.sql
\\ir ../shared.psql
//- schema/2.sql
\\ir ../shared.psql
//- shared.psql
SELEKT 1;
",
    );
    let file = fixture.path("shared.psql");
    let found = diagnostics(&fixture.world, &file);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(fixture.slice(&file, found[0].range.clone()), "SELEKT");
}

#[test]
fn an_unknown_file_has_none() {
    let fixture = Fixture::new("SELECT 1;");
    assert!(diagnostics(&fixture.world, &fixture.path("elsewhere.sql")).is_empty());
}
