//! Every rule's examples, executed; the list of rules, kept.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use confiture_lint::rule::Check;
use confiture_lint::{Example, ExampleKind, Finding, RuleSet, explain, registry};
use confiture_project::{HookRun, TransactionMode};
use support::{Migration, lint, show};

/// The list of a folder of rules is written from the folder: adding a rule touches the rule's file and nothing else by hand.
#[test]
fn rules_are_listed() {
    let mut stale = Vec::new();
    for folder in folders() {
        let mut modules: Vec<String> = fs::read_dir(&folder)
            .expect("a folder of rules")
            .filter_map(|entry| Some(entry.expect("an entry").path().file_stem()?.to_str()?.to_owned()))
            .filter(|stem| stem != "mod")
            .collect();
        modules.sort();
        let file = folder.join("mod.rs");
        let now = fs::read_to_string(&file).expect("the list of rules");
        let head: Vec<&str> = now.lines().take_while(|line| line.starts_with("//!")).collect();
        let mut text = head.join("\n") + "\n\n";
        for module in &modules {
            let _ = writeln!(text, "mod {module};");
        }
        text.push_str(if modules.is_empty() {
            "list! {"
        } else {
            "\nlist! {\n"
        });
        for module in &modules {
            let _ = writeln!(text, "    {module}");
        }
        text.push_str("}\n");
        if now != text {
            fs::write(&file, text).expect("the list of rules");
            stale.push(file);
        }
    }
    assert_eq!(
        stale,
        Vec::<PathBuf>::new(),
        "these were not up to date; they are now: run the tests again"
    );
}

/// The folders that rules stand in.
fn folders() -> Vec<PathBuf> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut folders: Vec<PathBuf> = fs::read_dir(rules)
        .expect("the rules' folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
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
        let file = format!("{}.rs", rule.name.replace('-', "_"));
        assert!(
            folders().iter().any(|folder| folder.join(&file).exists()),
            "{file} does not exist"
        );
        let examples = Example::of(rule.name);
        // A server is asked by the tests of the command.
        if matches!(rule.check, Check::Server) {
            continue;
        }
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

/// Every fix of a bad example leaves text that parses and that its rule has nothing more to say about; the same goes for
/// the database that its migration is run on.
#[test]
fn fixes_cure_their_examples() {
    for rule in registry() {
        let mut given = String::new();
        for example in Example::of(rule.name) {
            match example.kind {
                ExampleKind::Given => given.push_str(&example.sql),
                ExampleKind::Bad => cure(rule.name, &given, &example),
                ExampleKind::Good => {}
            }
        }
    }
}

fn cure(rule: &str, given: &str, example: &Example) {
    let (project, findings) = run(rule, given, example);
    for finding in &findings {
        for fix in &finding.fixes {
            let place = format!("{rule} (line {}): {}", example.line, fix.title);
            assert!(
                !fix.edits.is_empty() || fix.migration.is_some() || !fix.creates.is_empty(),
                "{place}: a fix that does nothing"
            );
            if !fix.edits.is_empty() {
                let sql = support::edited(&project, &fix.edits);
                let cured = Example {
                    sql,
                    ..example.clone()
                };
                check_cured(
                    rule,
                    &place,
                    finding,
                    run_all(rule, given, &cured, ""),
                    &cured.sql,
                );
            }
            if let Some(sql) = &fix.migration {
                check_cured(rule, &place, finding, run_all(rule, given, example, sql), sql);
            }
        }
    }
}

fn check_cured(rule: &str, place: &str, cured: &Finding, after: Vec<Finding>, sql: &str) {
    for finding in after {
        assert!(
            !["syntax-error", "not-understood"].contains(&finding.kind),
            "{place}: {}\n{sql}",
            finding.message
        );
        assert!(
            finding.kind != rule || finding.subject != cured.subject || finding.message != cured.message,
            "{place}: found again\n{sql}"
        );
    }
}

/// All that the rule and the parser find in an example, and in what comes after it.
fn run_all(rule: &str, given: &str, example: &Example, after: &str) -> Vec<Finding> {
    let (rules, _) = support::rules(&settings(rule));
    let mut migrations = migrations(rule, given, example);
    if !after.is_empty() {
        migrations.push(Migration::up("003_cure", after));
    }
    lint(migrations, &rules).1
}

/// The configuration in which a rule's examples are tried.
fn settings(rule: &str) -> String {
    let switched_on = || format!("linting:\n  rules:\n    {rule}:\n      enabled: true\n");
    Example::settings(rule).unwrap_or_else(switched_on)
}

/// Runs one rule over an example.
fn run(rule: &str, given: &str, example: &Example) -> (confiture_project::Project, Vec<Finding>) {
    let migrations = migrations(rule, given, example);
    let (rules, problems) = support::rules(&settings(rule));
    assert_eq!(problems, [], "{rule}");
    let (project, findings) = lint(migrations, &rules);
    (
        project,
        findings.into_iter().filter(|f| &*f.rule == rule).collect(),
    )
}

#[test]
fn all_rules_can_be_switched_on() {
    assert_eq!(RuleSet::all().rules().len(), registry().len());
}

/// What exists before an example, and the example. Its words say how it is run: `wrapped` in a transaction that its tool
/// opens, by a hook that runs `alone`, as part of a `schema` tree, as what undoes (`down`) the given migration, with a name that says that it can be
/// undone (`up`), `edited` since it was released, in front of one that was released
/// (`late`), or in a folder (`in:01_sales`).
fn migrations(rule: &str, given: &str, example: &Example) -> Vec<Migration> {
    let mut migrations = Vec::new();
    let mut after = Vec::new();
    let mut migration = Migration::up("002_example", &example.sql);
    let mut history = Migration::up("001_given", given).history();
    for word in &example.words {
        migration = match word.as_str() {
            "wrapped" => migration.transaction(TransactionMode::PerScript),
            "alone" => migration
                .transaction(TransactionMode::PerScript)
                .hook(HookRun::Alone),
            "schema" => {
                history = Migration::schema("001_given", given).history();
                Migration::schema("002_example", &example.sql)
            }
            "down" => Migration::down("001_given", &example.sql),
            "up" => Migration::up("002_example.up", &example.sql),
            "edited" => migration.released("SELECT 'as it was released';\n"),
            "late" => {
                after.push(Migration::up("003_later", "SELECT 1;").released("SELECT 1;"));
                migration
            }
            folder if folder.starts_with("in:") => migration.folder(&folder["in:".len()..]),
            _ => panic!("{rule}: an example has a word that means nothing: {word}"),
        };
    }
    if !given.is_empty() {
        migrations.push(history);
    }
    migrations.push(migration);
    migrations.extend(after);
    migrations
}
