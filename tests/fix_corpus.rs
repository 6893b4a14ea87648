//! Fixes, applied over published projects: what changes parses as well as before, loads into a server where it loaded
//! before, and leaves the schema that it should.
//!
//! Runs where `CONFITURE_CORPUS` names the folder of published projects (`shared/corpus/fetch`). `CONFITURE_PROJECT`
//! names the beginning of one of them, `CONFITURE_RULES` the rules (by commas; all otherwise); with `CONFITURE_VERBOSE`
//! what was not applied is listed.

#[allow(dead_code, reason = "the other oracle uses the rest")]
#[path = "catalog_oracle/corpus.rs"]
mod corpus;
#[allow(dead_code, reason = "the other oracle uses the rest")]
#[path = "catalog_oracle/replay.rs"]
mod replay;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use confiture_lint::fix::{self, Fixed, Level, Linted, Overlays, Policy};
use confiture_lint::{Input, RuleSet};
use confiture_postgres::Cluster;
use confiture_project::{OpenOptions, Workspace};
use confiture_risk::PgVersion;
use confiture_schema::render;

use replay::Script;

/// How a project's files are laid out.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// A tree that creates a schema.
    Tree,
    /// Migrations, each in a transaction.
    Wrapped,
    /// Migrations, each statement by itself.
    Apart,
}

impl Shape {
    const ALL: [Shape; 3] = [Shape::Tree, Shape::Wrapped, Shape::Apart];

    fn header(self) -> &'static str {
        match self {
            Shape::Tree => "",
            Shape::Wrapped => "-- +goose Up\n",
            Shape::Apart => "-- +goose NO TRANSACTION\n-- +goose Up\n",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Shape::Tree => "schema",
            Shape::Wrapped | Shape::Apart => "migrations",
        }
    }
}

fn rules() -> RuleSet {
    let mut rules = RuleSet::all();
    if let Ok(names) = std::env::var("CONFITURE_RULES") {
        let names: Vec<&str> = names.split(',').collect();
        rules.select(&names).expect("rules of these names");
    }
    rules
}

/// Writes a project's files into a folder of their own.
fn write(project: &corpus::Project, shape: Shape, folder: &Path) {
    fs::create_dir(folder.join(".git")).expect("a folder");
    let files = folder.join(shape.folder());
    if matches!(shape, Shape::Tree) {
        fs::write(folder.join("confiture.yaml"), "load_order: [schema]\n").expect("a file");
    }
    fs::create_dir(&files).expect("a folder");
    for (number, script) in all_scripts(project).iter().enumerate() {
        let text = format!("{}{}", shape.header(), script.sql);
        fs::write(files.join(file_name(number)), text).expect("a file");
    }
}

/// Fixes the files of a folder.
fn fixed(level: Level, folder: &Path) -> Fixed {
    let rules = rules();
    let lint = |overlays: &Overlays| {
        let options = OpenOptions {
            cwd: folder.to_path_buf(),
            overlays: overlays.clone(),
            ..OpenOptions::default()
        };
        let one = |project| {
            let report = confiture_lint::lint(&Input::new(&project, PgVersion::default()), &rules);
            Linted { project, report }
        };
        Workspace::open(&[folder], &options)
            .projects
            .into_iter()
            .map(one)
            .collect()
    };
    fix::run(&lint, &Policy::new(level))
}

fn file_name(number: usize) -> String {
    format!("{number:04}_script.sql")
}

/// A project's files, what its tool does first among them.
fn all_scripts(project: &corpus::Project) -> Vec<Script> {
    let first = Script {
        name: "prelude".to_owned(),
        sql: project.prelude.clone(),
    };
    let copied = project.scripts.iter().map(|script| Script {
        name: script.name.clone(),
        sql: script.sql.clone(),
    });
    std::iter::once(first).chain(copied).collect()
}

/// The files as they are when fixed.
fn scripts_after(project: &corpus::Project, fixed: &Fixed, files: &Path) -> Vec<Script> {
    let mut scripts = all_scripts(project);
    for (number, script) in scripts.iter_mut().enumerate() {
        let file = files.join(file_name(number));
        if let Some(change) = fixed.files.iter().find(|change| change.file == file) {
            script.sql = change.new.to_string();
        }
    }
    scripts
}

fn by_rule<'a>(rules: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in rules {
        *counts.entry(rule).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(rule, count)| format!("{rule} {count}"))
        .collect();
    counts.join(", ")
}

#[test]
fn fixed_projects_load_and_keep_their_schema() {
    if std::env::var_os("CONFITURE_CORPUS").is_none() {
        return;
    }
    let folder = corpus::folder().expect("the folder that CONFITURE_CORPUS names");
    let only = std::env::var("CONFITURE_PROJECT").ok();
    let cluster = Cluster::shared(None).unwrap_or_else(|error| panic!("a server: {error}"));
    let mut wrong = Vec::new();
    for project in corpus::projects(&folder) {
        if only.as_ref().is_some_and(|o| !project.name.starts_with(o)) {
            continue;
        }
        let before = replay::run(cluster, &all_scripts(&project), "").expect("a server");
        for shape in Shape::ALL {
            for level in [Level::Safe, Level::Unsafe] {
                let folder = tempfile::tempdir().expect("a folder");
                write(&project, shape, folder.path());
                let fixed = fixed(level, folder.path());
                println!(
                    "{} as {shape:?}, {level:?}: {} files changed, {} fixes ({}), {} findings with fixes left",
                    project.name,
                    fixed.files.len(),
                    fixed.applied.len(),
                    by_rule(fixed.applied.iter().map(|applied| &*applied.finding.rule)),
                    fixed.skipped.len()
                );
                if std::env::var_os("CONFITURE_VERBOSE").is_some() {
                    for skipped in &fixed.skipped {
                        println!(
                            "    {} {}: {}",
                            skipped.finding.rule, skipped.finding.message, skipped.reason
                        );
                    }
                }
                if fixed.files.is_empty() {
                    continue;
                }
                let place = format!("{} as {shape:?}, {level:?}", project.name);
                for change in &fixed.files {
                    fs::write(&change.file, &*change.new).expect("a file");
                }
                let again = self::fixed(level, folder.path());
                if !again.files.is_empty() {
                    wrong.push(format!(
                        "{place}: a second run changes {} files",
                        again.files.len()
                    ));
                }
                let after = replay::run(
                    cluster,
                    &scripts_after(&project, &fixed, &folder.path().join(shape.folder())),
                    "",
                )
                .expect("a server");
                if after.rejected.len() > before.rejected.len() {
                    let new = after.rejected.iter().filter(|r| !before.rejected.contains(r));
                    wrong.extend(new.map(|rejected| format!("{place}: the server refuses {rejected}")));
                }
                let differences = render::diff(&before.server, &after.server);
                for difference in differences {
                    match level {
                        Level::Safe => wrong.push(format!("{place}: {difference}")),
                        Level::Unsafe => println!("    {difference}"),
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
