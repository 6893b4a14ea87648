//! Fingerprints and the file that keeps them.

mod support;

use std::path::Path;

use confiture_lint::{Baseline, Input, LintReport, RuleSet, fingerprints, lint};
use confiture_project::Project;
use confiture_risk::PgVersion;
use support::{Migration, found, project, rules};

fn report_of(name: &str, sql: &str) -> (Project, RuleSet, LintReport) {
    let (rules, _) = rules("linting: {rules: {require-lock-timeout: off}}");
    let project = project(vec![Migration::up(name, sql)]);
    let report = lint(&Input::new(&project, PgVersion::default()), &rules);
    (project, rules, report)
}

fn report(sql: &str) -> (Project, RuleSet, LintReport) {
    report_of("001", sql)
}

fn names(sql: &str) -> Vec<String> {
    let (project, _, report) = report(sql);
    fingerprints(&project, &report.findings)
}

const FOLDER: &str = "/project";

fn baseline(sql: &str) -> Baseline {
    let (project, _, report) = report(sql);
    let mut baseline = Baseline::default();
    baseline.record(Path::new(FOLDER), &project, &report);
    baseline
}

/// What a baseline leaves of a script's findings, how many it knew and how many it knew in vain.
fn filtered(baseline: &Baseline, sql: &str) -> (Vec<&'static str>, usize, usize) {
    let (project, rules, mut report) = report(sql);
    let mut filter = baseline.filter(Path::new(FOLDER));
    filter.apply(&project, &rules, &mut report);
    (found(&report.findings), filter.matched(), filter.stale())
}

const OLD: &str = "CREATE TABLE a (x int);\nCREATE TABLE \"B\" (\"X\" int, \"Y\" int);\n";

#[test]
fn a_fingerprint_survives_moves_comments_and_white_space() {
    let moved = "-- a table\n\nSELECT 1;\nCREATE   TABLE a /* again */\n  (x int);\nCREATE TABLE \"B\" (\"X\" int,\n\"Y\" int);\n";
    assert_eq!(names(OLD), names(moved));
    assert_ne!(names("CREATE TABLE a (x int);"), names("CREATE TABLE a (y int);"));
}

#[test]
fn no_two_fingerprints_are_alike() {
    let twice = format!("{OLD}{OLD}{OLD}");
    let mut all = names(&twice);
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
    let (project, _, report) = report_of("002", OLD);
    assert!(
        names(OLD)
            .iter()
            .all(|name| !fingerprints(&project, &report.findings).contains(name))
    );
}

#[test]
fn an_old_project_starts_clean() {
    let known = baseline(OLD);
    assert_eq!(known.len(), 5);
    assert_eq!(filtered(&known, OLD), (vec![], 5, 0));
    assert_eq!(
        filtered(&known, &format!("\n\n{OLD}CREATE TABLE c (z int);")),
        (vec!["require-primary-key"], 5, 0)
    );
    assert_eq!(filtered(&known, "CREATE TABLE a (x int);"), (vec![], 1, 4));
}

#[test]
fn the_same_statement_once_more_is_new() {
    let known = baseline("SELECT 1;\nSELEC 2;");
    assert_eq!(
        filtered(&known, "SELECT 1;\nSELEC 2;\nSELEC 2;"),
        (vec!["syntax-error"], 1, 0)
    );
}

#[test]
fn what_did_not_run_is_not_stale() {
    let known = baseline(OLD);
    let project = project(vec![
        Migration::up("001", "SELECT 1;"),
        Migration::up("002", "SELECT 1;"),
    ]);
    let mut filter = known.filter(Path::new(FOLDER));
    filter.apply(
        &project,
        &RuleSet::only("naming-convention"),
        &mut LintReport::default(),
    );
    assert_eq!(filter.stale(), 3);
    let (project, rules, mut report) = report_of("002", "SELECT 1;");
    let mut filter = known.filter(Path::new(FOLDER));
    filter.apply(&project, &rules, &mut report);
    assert_eq!(filter.stale(), 0);
}

#[test]
fn a_file_that_was_looked_at_is_recorded_anew_and_the_others_stay() {
    let mut known = baseline(OLD);
    let (project, _, report) = report_of("002", OLD);
    known.record(Path::new(FOLDER), &project, &report);
    assert_eq!(known.len(), 10);
    let (project, _, report) = report_of("002", "SELECT 1;");
    known.record(Path::new(FOLDER), &project, &report);
    assert_eq!(known, baseline(OLD));
    known.retain_files(|path| path != Path::new("001.sql"));
    assert!(known.is_empty());
}

#[test]
fn the_file_reads_well_and_is_read_again() {
    let known = baseline(OLD);
    let text = known.write();
    insta::assert_snapshot!(text);
    assert_eq!(Baseline::read(&text), Ok(known));
}

#[test]
fn paths_are_those_seen_from_the_baselines_folder() {
    let (project, _, report) = report(OLD);
    for (folder, path) in [("/project/ci", "\"../001.sql\""), ("/", "\"project/001.sql\"")] {
        let mut baseline = Baseline::default();
        baseline.record(Path::new(folder), &project, &report);
        assert!(baseline.write().contains(path), "{}", baseline.write());
    }
}

#[test]
fn mistakes_have_a_place() {
    let told = |text: &str| Baseline::read(text).expect_err("an error").to_string();
    insta::assert_snapshot!(
        [
            told(""),
            told("{\n  \"version\": 1,\n  \"files\": {\"a\": 1}\n}"),
            told("{\"version\": 1, \"file\": {}}"),
            told("{\"version\": 2, \"files\": {}}"),
        ]
        .join("\n")
    );
}
