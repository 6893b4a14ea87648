//! Every rule's examples, executed; the list of rules, kept.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use confiture_lint::{Example, ExampleKind, Finding, RuleSet, explain, registry};
use confiture_project::TransactionMode;
use support::{Migration, lint, show};

/// `rules/mod.rs` is written from the folder: adding a rule touches the rule's file and nothing else by hand.
#[test]
fn rules_are_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut modules: Vec<String> = fs::read_dir(&folder)
        .expect("the rules' folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .filter_map(|path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|stem| stem != "mod")
        .collect();
    modules.sort();
    let file = folder.join("mod.rs");
    let now = fs::read_to_string(&file).expect("the list of rules");
    let head = now.split("\nmod ").next().expect("a head");
    let mut text = head.to_owned() + "\n";
    for module in &modules {
        let _ = writeln!(text, "mod {module};");
    }
    text.push_str("\nlist! {\n");
    for module in &modules {
        let _ = writeln!(text, "    {module}");
    }
    text.push_str("}\n");
    if now != text {
        fs::write(&file, text).expect("the list of rules");
        panic!("src/rules/mod.rs was not up to date; it is now: run the tests again");
    }
}

#[test]
fn every_rule_is_named_after_its_file_and_documented() {
    for rule in registry() {
        let page = explain(rule.name).expect("documentation");
        for heading in ["## What it does", "## Why is this bad?", "## Instead"] {
            assert!(page.contains(heading), "{}: {heading} is missing", rule.name);
        }
        assert!(
            !rule.summary.ends_with('.'),
            "{}: a summary has no final period",
            rule.name
        );
        assert!(!rule.categories.is_empty(), "{}: no category", rule.name);
        let file = format!("src/rules/{}.rs", rule.name.replace('-', "_"));
        assert!(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).exists(),
            "{file} does not exist"
        );
        let examples = Example::of(rule.name);
        for kind in [ExampleKind::Bad, ExampleKind::Good] {
            assert!(
                examples.iter().any(|e| e.kind == kind),
                "{}: no {kind:?} example",
                rule.name
            );
        }
    }
}

#[test]
fn names_and_aliases_are_unique() {
    let mut names: Vec<&str> = registry()
        .iter()
        .flat_map(|r| std::iter::once(r.name).chain(r.aliases.iter().copied()))
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// Bad examples give a finding of their rule, in their last statement; good ones give none. What all of them say is
/// kept in a snapshot, for people to read.
#[test]
fn examples_do_what_they_say() {
    let mut book = String::new();
    for rule in registry() {
        let mut given = String::new();
        for example in Example::of(rule.name) {
            if example.kind == ExampleKind::Given {
                given.push_str(&example.sql);
                continue;
            }
            let (project, findings) = run(rule.name, &given, &example);
            let place = format!("{} (line {})", rule.name, example.line);
            match example.kind {
                ExampleKind::Good => assert_eq!(findings, [], "{place}: a good example has findings"),
                _ => assert!(!findings.is_empty(), "{place}: a bad example has no finding"),
            }
            for finding in &findings {
                let _ = writeln!(book, "{}", show(&project, finding));
            }
        }
    }
    insta::assert_snapshot!(book);
}

/// Runs one rule over an example.
fn run(rule: &str, given: &str, example: &Example) -> (confiture_project::Project, Vec<Finding>) {
    let mut migrations = Vec::new();
    if !given.is_empty() {
        migrations.push(Migration::up("001_given", given).history());
    }
    let mut migration = Migration::up("002_example", &example.sql);
    for word in &example.words {
        assert_eq!(
            word, "wrapped",
            "{rule}: an example has a word that means nothing"
        );
        migration = migration.transaction(TransactionMode::PerScript);
    }
    migrations.push(migration);
    let yaml = format!("linting:\n  rules:\n    {rule}:\n      enabled: true\n");
    let (rules, problems) = support::rules(&yaml);
    assert_eq!(problems, [], "{rule}");
    let (project, findings) = lint(migrations, &rules);
    (project, findings.into_iter().filter(|f| f.rule == rule).collect())
}

#[test]
fn all_rules_can_be_switched_on() {
    assert_eq!(RuleSet::all().rules().len(), registry().len());
}
