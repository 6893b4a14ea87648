//! Timeouts that a migration sets for itself.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use confiture_project::Timeouts;
use support::Tree;

/// The timeouts of the only script of a project with this file, and what is wrong with them.
fn timeouts(path: &str, text: &str) -> (Timeouts, Vec<String>) {
    let workspace = Tree::new(&[(path, text)]).open(&["."]);
    let script = workspace
        .projects
        .first()
        .expect("a project")
        .scripts
        .first()
        .expect("a script");
    let (timeouts, problems) = Timeouts::of(script);
    let shown = problems.iter().map(|problem| {
        let at = problem.line_column().map_or(0, |(line, _)| line);
        format!("{}:{at}: {}", problem.code, problem.message)
    });
    (timeouts, shown.collect())
}

#[test]
fn comments_before_the_first_statement_set_them() {
    let sql = "-- A large table.\n--confiture:set lock_timeout='2s'\n-- confiture: set statement_timeout = 0\nSELECT 1;\n\
               -- confiture: set lock_timeout = 9s\n";
    let (timeouts, problems) = timeouts("migrations/001_a.up.sql", sql);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(timeouts.lock, Some(Duration::from_secs(2)));
    assert_eq!(timeouts.statement, Some(Duration::ZERO));
}

#[test]
fn other_comments_set_nothing() {
    let sql = "-- confiture: ignore data-loss: read by nobody\n-- set lock_timeout = 2s\nSELECT 1;";
    assert_eq!(
        timeouts("migrations/001_a.up.sql", sql),
        (Timeouts::default(), Vec::new())
    );
}

#[test]
fn keys_of_a_yaml_migration_set_them() {
    let yaml =
        "migration:\n  name: 001_a\n  lock_timeout: 500ms\n  statement_timeout: soon\n  ddl: SELECT 1;\n";
    let (timeouts, problems) = timeouts("confiture-migrations/001_a.yaml", yaml);
    assert_eq!(timeouts.lock, Some(Duration::from_millis(500)));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].starts_with("E0") && problems[0].contains(":4:"),
        "{problems:?}"
    );
}

#[test]
fn a_mistake_is_named_at_its_line() {
    let sql = "-- confiture: set lock_timout = 2s\n-- confiture: set lock_timeout 2s\n-- confiture: set lock_timeout = 2 weeks\nSELECT 1;";
    let (timeouts, problems) = timeouts("migrations/001_a.up.sql", sql);
    assert_eq!(timeouts, Timeouts::default());
    let lines: Vec<_> = problems
        .iter()
        .map(|p| p.split(' ').next().unwrap_or_default())
        .collect();
    assert_eq!(lines, ["E032:1:", "E032:2:", "E032:3:"], "{problems:?}");
}
