//! Comments that silence rules.

mod support;

use std::fmt::Write as _;

use confiture_lint::{Input, LintReport, RuleSet, file_range};
use confiture_project::Project;
use confiture_risk::PgVersion;
use support::{Migration, found, lint, project, rules, show};

const TABLES: &str = "CREATE TABLE a (id bigint PRIMARY KEY, x int, y int);
CREATE TABLE b (id bigint PRIMARY KEY, x int, y int);";

fn report(sql: &str) -> (Project, LintReport) {
    let (rules, problems) = rules("linting: {rules: {require-lock-timeout: off}}");
    assert_eq!(problems, []);
    let project = project(vec![
        Migration::up("001", TABLES).history(),
        Migration::up("002", sql),
    ]);
    let report = confiture_lint::lint(&Input::new(&project, PgVersion::default()), &rules);
    (project, report)
}

/// What is left of a script's findings, as rule and first word of the text that it points at; then what is silenced.
fn told(sql: &str) -> String {
    let (project, report) = report(sql);
    let mut text = String::new();
    let word = |place| {
        let (file, range) = file_range(&project, place).expect("a place");
        file.text[range].lines().next().unwrap_or_default().to_owned()
    };
    for finding in &report.findings {
        let _ = writeln!(text, "found {} at {}", finding.rule, word(finding.place));
    }
    for silenced in &report.suppressed {
        let _ = writeln!(
            text,
            "silenced {} at {}: {}",
            silenced.finding.rule,
            word(silenced.finding.place),
            silenced.reason.as_deref().unwrap_or("no reason")
        );
    }
    text
}

fn silences(sql: &str) {
    let told = told(sql);
    assert!(told.starts_with("silenced "), "{sql}\n{told}");
}

fn found_in(sql: &str) -> Vec<&'static str> {
    found(&report(sql).1.findings)
}

#[test]
fn a_comment_before_a_statement_is_for_it() {
    silences("-- confiture: ignore data-loss: exported\nDROP TABLE a;");
    silences("/* confiture: ignore data-loss: exported */ DROP TABLE a;");
    silences("-- confiture: ignore data-loss\n-- another comment\n\nDROP TABLE a;");
    let two = "-- confiture: ignore data-loss: exported\nDROP TABLE a;\nDROP TABLE b;";
    assert_eq!(found_in(two), ["data-loss"]);
}

#[test]
fn a_comment_at_the_end_of_a_line_is_for_its_statements() {
    silences("DROP TABLE a; -- confiture: ignore data-loss: exported");
    silences("DROP TABLE a; DROP TABLE b; -- confiture: ignore data-loss: exported");
    silences("DROP TABLE\n  a; /* confiture: ignore data-loss: exported */\n");
    let two = "DROP TABLE a; -- confiture: ignore data-loss: exported\nDROP TABLE b;";
    assert_eq!(found_in(two), ["data-loss"]);
    silences("SELECT 1; /* confiture: ignore data-loss: exported */ DROP TABLE a;");
}

#[test]
fn a_comment_on_a_statements_first_line_is_for_all_of_it() {
    silences("DROP TABLE -- confiture: ignore data-loss: exported\n  a,\n  b;");
}

#[test]
fn a_comment_further_in_is_for_a_line() {
    let sql = "ALTER TABLE a\n  DROP COLUMN x, -- confiture: ignore data-loss: exported\n  DROP COLUMN y;";
    assert_eq!(told(sql).matches("found data-loss at y").count(), 1);
    let sql =
        "ALTER TABLE a\n  -- confiture: ignore data-loss: exported\n\n  DROP COLUMN x,\n  DROP COLUMN y;";
    assert_eq!(told(sql).matches("found data-loss at y").count(), 1);
}

#[test]
fn a_comment_in_a_body_is_for_the_next_statement_there() {
    let block = |inner: &str| format!("DO $$\nBEGIN\n{inner}\nEND $$;");
    silences(&block(
        "  -- confiture: ignore data-loss: exported\n  DROP TABLE\n    a;",
    ));
    silences(&block("  DROP TABLE a; -- confiture: ignore data-loss: exported"));
    let two = block("  -- confiture: ignore data-loss: exported\n  DROP TABLE a;\n  DROP TABLE b;");
    assert_eq!(found_in(&two), ["data-loss"]);
    silences(&format!(
        "-- confiture: ignore data-loss: exported\n{}",
        block("DROP TABLE a; DROP TABLE b;")
    ));
}

#[test]
fn strings_and_data_hold_no_comments() {
    for sql in [
        "SELECT '\n-- confiture: ignore data-loss: x\n'; DROP TABLE a;",
        "SELECT $$\n-- confiture: ignore data-loss: x\n$$; DROP TABLE a;",
        "COPY a FROM stdin;\n-- confiture: ignore data-loss: x\n\\.\nDROP TABLE a;",
        "DROP TABLE a; SELECT $$ -- confiture: ingore $$;",
    ] {
        assert_eq!(found_in(sql), ["data-loss"], "{sql}");
    }
}

#[test]
fn blocks_and_files_are_silenced() {
    let block = "-- confiture: ignore-start data-loss: exported\nDROP TABLE a;\n-- confiture: ignore-end\nDROP TABLE b;";
    assert_eq!(found_in(block), ["data-loss"]);
    let named = block.replace("-end", "-end data-loss");
    assert_eq!(found_in(&named), ["data-loss"]);
    silences("DROP TABLE a;\nDROP TABLE b;\n-- confiture: ignore-file data-loss: exported");
    let open = "-- confiture: ignore-start data-loss: exported\nDROP TABLE a;\nDROP TABLE b;";
    assert_eq!(found_in(open), ["unknown-suppression"]);
    assert_eq!(
        found_in("-- confiture: ignore-end data-loss\nDROP TABLE a;"),
        ["unknown-suppression", "data-loss"]
    );
}

#[test]
fn blocks_nest() {
    let sql = "-- confiture: ignore-start data-loss: outer
-- confiture: ignore-start breaking-rename: inner
DROP TABLE a;
ALTER TABLE b RENAME x TO z;
-- confiture: ignore-end
ALTER TABLE b RENAME y TO w;
-- confiture: ignore-end
";
    assert_eq!(found_in(sql), ["breaking-rename"]);
}

#[test]
fn names_are_those_of_rules_categories_aliases_and_all() {
    for name in [
        "data-loss",
        "data_loss",
        "migration-safety",
        "all",
        "*",
        "naming-convention, data-loss",
    ] {
        let (_, report) = report(&format!("-- confiture: ignore {name}: exported\nDROP TABLE a;"));
        assert!(!found(&report.findings).contains(&"data-loss"), "{name}");
        assert_eq!(report.suppressed.len(), 1, "{name}");
    }
}

#[test]
fn what_is_silenced_is_kept_with_its_reason() {
    insta::assert_snapshot!(told(
        "-- confiture: ignore data-loss: exported\n--   on Monday\nDROP TABLE a;
-- confiture: ignore data-loss
DROP TABLE b;"
    ), @"
    silenced data-loss at a: exported
    silenced data-loss at b: no reason
    ");
}

#[test]
fn catalog_findings_are_silenced_where_the_thing_is_defined() {
    let sql = "-- confiture: ignore require-primary-key: a log\nCREATE TABLE keyless (a int);";
    silences(sql);
}

#[test]
fn comments_are_judged() {
    let sql = "-- confiture: ignore data-los: exported
DROP TABLE a;
-- confiture: ingore data-loss
-- confiture: ignore all
-- confiture: ignore data-loss because nobody reads it
SELECT 1;
-- confiture: ignore zzzzzzzz: x
SELECT 2;
-- confiture: ignore data-loss, table-rewrite: not so
SELECT 3;
SELECT 4; -- confiture: ignore data-loss: not so
-- confiture: ignore data-loss, table-rewrite, naming-convention: one is so
DROP TABLE b;
";
    let (project, report) = report(sql);
    let shown: Vec<String> = report.findings.iter().map(|f| show(&project, f)).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn rules_that_did_not_look_have_no_unused_comments() {
    let sql = "-- confiture: ignore data-loss: exported\nSELECT 1;";
    let migrations = vec![Migration::up("001", sql)];
    let (off, _) = rules("linting: {rules: {data-loss: off}}");
    assert_eq!(found(&lint(migrations.clone(), &off).1), [] as [&str; 0]);
    let (elsewhere, _) = rules("linting: {rules: {data-loss: {applicable_to: {paths: [db/write]}}}}");
    assert_eq!(found(&lint(migrations.clone(), &elsewhere).1), [] as [&str; 0]);
    assert_eq!(
        found(&lint(migrations, &RuleSet::default()).1),
        ["unused-suppression"]
    );
    let category = "-- confiture: ignore migration-safety: x\nSELECT 1;";
    let migrations = vec![Migration::up("001", category)];
    assert_eq!(found(&lint(migrations.clone(), &off).1), [] as [&str; 0]);
    assert_eq!(
        found(&lint(migrations, &RuleSet::default()).1),
        ["unused-suppression"]
    );
}

#[test]
fn what_cannot_be_parsed_may_hold_anything() {
    let sql = "-- confiture: ignore data-loss: exported\nDROP TABEL a;";
    assert_eq!(found_in(sql), ["syntax-error"]);
}

#[test]
fn findings_about_comments_are_silenced_by_their_own_name() {
    let sql = "-- confiture: ignore-file unused-suppression: generated\n-- confiture: ignore data-loss: x\nSELECT 1;";
    assert_eq!(found_in(sql), [] as [&str; 0]);
    let sql = "-- confiture: ignore-file all: generated\n-- confiture: ignore data-los: x\nDROP TABLE a;";
    assert_eq!(found_in(sql), ["unknown-suppression"]);
}
