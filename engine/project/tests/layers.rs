//! What a configuration builds on: presets, files, `confiture-lint.yaml`, texts in files of their own.
#![allow(clippy::unwrap_used)]

mod support;

use confiture_project::config::{Layer, LintConfig};
use confiture_project::{Severity, Workspace};
use support::Tree;

const SQL: (&str, &str) = ("db/schema/a.sql", "SELECT 1;");

/// The layers below and the settings on top, the names of rules in brackets.
fn shown(linting: &LintConfig) -> String {
    let rules = |config: &LintConfig| {
        let names: Vec<&str> = config.rules.iter().map(|rule| rule.name.text.as_str()).collect();
        format!("[{}]", names.join(" "))
    };
    let layers = linting.layers.iter().map(|layer| match layer {
        Layer::Preset { name, .. } => name.text.clone(),
        Layer::File(file) => rules(file),
    });
    let mut all: Vec<String> = layers.collect();
    all.push(rules(linting));
    all.join(" ")
}

fn linting(workspace: &Workspace) -> &LintConfig {
    assert_eq!(workspace.problems, []);
    &workspace.projects[0].config.linting
}

fn told(workspace: &Workspace) -> String {
    let problems = workspace.problems.iter().map(|problem| format!("{problem}\n"));
    problems.collect()
}

#[test]
fn files_and_presets_are_built_upon_in_their_order() {
    let tree = Tree::new(&[
        SQL,
        (
            "confiture.yaml",
            "linting: {extends: [strict, rules/team.yaml, printoptim], rules: {own: error}}",
        ),
        (
            "rules/team.yaml",
            "linting: {extends: [../base.yml, recommended], fail_level: info, rules: {team: off}, exclude: x}",
        ),
        (
            "base.yml",
            "linting: {fail_level: error, baseline: b.json, rules: {base: off}}",
        ),
    ]);
    let workspace = tree.open(&["."]);
    let linting = linting(&workspace);
    assert_eq!(
        shown(linting),
        "strict [base] recommended [team] printoptim [own]"
    );
    assert_eq!(linting.fail_level, Some(Severity::Info), "the nearest wins");
    assert_eq!(linting.baseline.as_ref().unwrap().text, "b.json");
}

#[test]
fn a_file_that_several_build_on_counts_once() {
    let tree = Tree::new(&[
        SQL,
        ("confiture.yaml", "linting: {extends: [./a.yaml, ./b.yaml]}"),
        ("a.yaml", "linting: {extends: ./c.yaml, rules: {a: off}}"),
        ("b.yaml", "linting: {extends: ./c.yaml, rules: {b: off}}"),
        ("c.yaml", "linting: {rules: {c: off}}"),
    ]);
    assert_eq!(shown(linting(&tree.open(&["."]))), "[c] [a] [b] []");
}

#[test]
fn circles_and_missing_files_are_told_with_their_place() {
    let tree = Tree::new(&[
        SQL,
        (
            "confiture.yaml",
            "linting:\n  extends: [./a.yaml, ./nowhere.yaml]\n",
        ),
        ("a.yaml", "linting:\n  extends: ./b/b.yaml\n"),
        ("b/b.yaml", "linting:\n  extends: ../a.yaml\n  rule: {}\n"),
    ]);
    insta::assert_snapshot!(told(&tree.open(&["."])), @r#"
    E021: b/b.yaml:3:3: unknown key `rule` in `linting` (did you mean `rules`?)
    E022: b/b.yaml:2:12: `extends` leads back to where it began: a.yaml → b/b.yaml → a.yaml
    E022: confiture.yaml:2:23: `extends`: ./nowhere.yaml can't be read: no such file or directory
    "#);
}

#[test]
fn a_lint_file_stands_beside_a_configuration_or_alone() {
    let lint = (
        "confiture-lint.yaml",
        "linting: {extends: strict, rules: {lint: error}}",
    );
    let both = Tree::new(&[
        SQL,
        (
            "confiture.yaml",
            "pg_version: 15\nlinting: {fail_level: info, extends: recommended, rules: {main: off}}",
        ),
        lint,
    ]);
    let workspace = both.open(&["."]);
    assert_eq!(shown(linting(&workspace)), "recommended [main] strict [lint]");
    assert_eq!(linting(&workspace).fail_level, Some(Severity::Info));
    assert_eq!(workspace.projects[0].config.pg_version, Some(15));
    let alone = Tree::new(&[SQL, lint]);
    assert_eq!(shown(linting(&alone.open(&["db/schema/a.sql"]))), "strict [lint]");
    let wrong = Tree::new(&[SQL, ("confiture-lint.yml", "pg_version: 15\n")]);
    insta::assert_snapshot!(told(&wrong.open(&["."])), @"E021: confiture-lint.yml:1:1: unknown key `pg_version` in a file for `linting` alone (known keys: linting)");
}

#[test]
fn queries_stand_in_files_beside_the_one_that_names_them() {
    let tree = Tree::new(&[
        SQL,
        ("confiture.yaml", "linting: {extends: ./team/rules.yaml}"),
        (
            "team/rules.yaml",
            "linting:\n  custom_rules:\n    - {name: a, query: a.scm}\n    - {name: b, sql: b.sql}\n    - {name: c, query: \"(x) @c\"}\n",
        ),
        ("team/a.scm", "(CreateStmt) @a"),
    ]);
    let workspace = tree.open(&["."]);
    insta::assert_snapshot!(told(&workspace), @"E022: team/rules.yaml:4:22: b.sql can't be read: no such file or directory");
    let Layer::File(file) = &workspace.projects[0].config.linting.layers[0] else {
        panic!("a file")
    };
    let text = |rule: usize, option: &str| {
        let source = file.source.as_ref().unwrap();
        file.rules[rule]
            .own_text(option, source)
            .map(|own| own.text.to_string())
    };
    assert_eq!(text(0, "query").as_deref(), Some("(CreateStmt) @a"));
    assert_eq!(text(2, "query").as_deref(), Some("(x) @c"));
}

#[test]
fn lint_settings_of_an_environment_are_told_where_they_belong() {
    let tree = Tree::new(&[
        SQL,
        (
            "confiture.yaml",
            "environments:\n  production:\n    linting: {}\n",
        ),
    ]);
    insta::assert_snapshot!(told(&tree.open(&["."])), @"E021: confiture.yaml:3:5: `linting` of environment `production` stands in the wrong place (write an entry of `linting.overrides` with `environments: [production]` and its `rules`)");
}

/// A file with more rules may stand anywhere: it says nothing of which files are the project's.
#[test]
fn a_file_of_rules_from_elsewhere_leaves_the_project_as_it_is() {
    let elsewhere = Tree::new(&[
        (
            "x.yaml",
            "pg_version: 14\nload_order: [z.sql]\nmigrations: {paths: [m]}\n\
             linting: {extends: [./more.yaml], exclude: db/old/*, baseline: known.json, rules: {own: error}}",
        ),
        ("more.yaml", "linting: {rules: {more: off}}"),
        ("z.sql", "SELECT 26;"),
    ]);
    for configured in [false, true] {
        let tree = Tree::new(&[SQL, ("db/schema/b.sql", "SELECT 2;")]);
        if configured {
            tree.write("confiture.yaml", b"linting: {rules: {base: off}}");
        }
        let plain = tree.open(&["."]);
        let refined = Workspace::open(
            &["."],
            &confiture_project::OpenOptions {
                refining: Some(elsewhere.path().join("x.yaml")),
                ..tree.options()
            },
        );
        assert_eq!(told(&refined), "");
        let files = |workspace: &Workspace| {
            let scripts = workspace.projects.iter().flat_map(|project| &project.scripts);
            let of_project = |project: &confiture_project::Project| (project.root.clone(), project.layout);
            let projects: Vec<_> = workspace.projects.iter().map(of_project).collect();
            let files: Vec<_> = scripts.map(|script| script.source.file.clone()).collect();
            (projects, files)
        };
        assert_eq!(files(&refined), files(&plain));
        let (config, before) = (&refined.projects[0].config, &plain.projects[0].config);
        assert_eq!(
            config.source, before.source,
            "paths are relative to the project's folder"
        );
        assert_eq!(config.pg_version, Some(14));
        let wanted = if configured {
            "[base] [more] [own]"
        } else {
            "[more] [own]"
        };
        assert_eq!(shown(&config.linting), wanted);
        assert_eq!(
            config.linting.source.as_ref().unwrap().file,
            elsewhere.path().join("x.yaml")
        );
    }
}
