//! Environments: where they may stand, what they may say, and that nothing shows a password.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use confiture_project::config::{Config, Transactions, config_schema};
use confiture_project::{Database, Problem, Secret, SourceFile, Workspace};
use support::Tree;

fn parse(text: &str) -> (Config, Vec<Problem>) {
    Config::parse(&Arc::new(SourceFile {
        path: PathBuf::from("confiture.yaml"),
        file: PathBuf::from("/p/confiture.yaml"),
        text: text.into(),
    }))
}

fn valid(text: &str) -> Config {
    let (config, problems) = parse(text);
    assert!(problems.is_empty(), "{problems:#?}");
    config
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

fn nothing(_: &str) -> Option<String> {
    None
}

#[test]
fn everything_that_an_environment_may_say() {
    let config = valid(
        r#"
environments:
  production:
    database_url: postgres://app@db/${NAME:-app}
    protected: true
    lock_timeout: 2s
    statement_timeout: 300000
    retries: {attempts: 5, wait: 500ms, max_wait: 10s}
    pg_version: 16
    load_order: [db/schema]
    allow: [drop-column, table-rewrite]
    hooks: {after_ddl: []}
  staging: {url: "${URL}", retries: 3}
  local:
migrations:
  table: tb_confiture
  schema: confiture
  lock_timeout: 1s
  statement_timeout: 0
  transaction: all
  retries: 10
"#,
    );
    let production = config.environment("production").unwrap();
    assert!(production.production);
    assert_eq!(production.lock_timeout, Some(Duration::from_secs(2)));
    assert_eq!(production.statement_timeout, Some(Duration::from_secs(300)));
    let retries = production.retries.unwrap();
    assert_eq!(
        (retries.attempts, retries.wait, retries.max_wait),
        (5, Some(Duration::from_millis(500)), Some(Duration::from_secs(10)))
    );
    assert_eq!(production.pg_version, Some(16));
    assert_eq!(production.load_order.len(), 1);
    assert_eq!(production.allow.len(), 2);
    assert!(production.hooks.is_some());
    assert_eq!(
        production.database(nothing).unwrap(),
        Database::Url(Secret::new("postgres://app@db/app"))
    );
    let staging = config.environment("staging").unwrap();
    let url = |name: &str| (name == "URL").then(|| "service=x".to_owned());
    assert_eq!(
        staging.database(url).unwrap(),
        Database::Url(Secret::new("service=x"))
    );
    assert!(!staging.production && staging.is_address_of("URL"));
    assert_eq!(
        config.environment("local").unwrap().database(nothing).unwrap(),
        Database::Local
    );
    let migrations = &config.migrations;
    assert_eq!(
        migrations.table.as_ref().map(|table| &*table.text),
        Some("tb_confiture")
    );
    assert_eq!(migrations.transaction, Some(Transactions::All));
    assert_eq!(migrations.lock_timeout, Some(Duration::from_secs(1)));
    assert_eq!(migrations.statement_timeout, Some(Duration::ZERO));
    assert_eq!(migrations.retries.map(|retries| retries.attempts), Some(10));
}

#[test]
fn mistakes_have_their_place() {
    let (_, problems) = parse(
        r#"
environments:
  production:
    databse_url: x
    production: maybe
    lock_timeout: 2m
    statement_timeout: soon
    retries: 0
    linting: {}
    pg_version: 9
    name: x
  staging: here
  other:
    database_url: [a]
    retries: {attempt: 3}
  empty: {url: ""}
migrations:
  lock_timeout: -1
  table: public.tb_confiture
  transaction: sometimes
  retries: {attempts: 5, wait: 30d}
"#,
    );
    insta::assert_snapshot!(told(&problems));
}

#[test]
fn an_unknown_environment_names_the_nearest() {
    let several = valid("environments: {production: {}, staging: {}}");
    let none = valid("");
    let message = |config: &Config, name: &str| config.environment(name).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            message(&several, "prodution"),
            message(&several, "zzzzzzzzzz"),
            message(&several, "lokal"),
            message(&none, "qa"),
        ]
        .join("\n")
    );
    assert_eq!(
        none.environment("local").unwrap().database(nothing).unwrap(),
        Database::Local
    );
}

#[test]
fn the_default_is_the_only_one_or_local() {
    let name = |text: &str| valid(text).default_environment().name;
    assert_eq!(name(""), "local");
    assert_eq!(name("environments: {qa: {}}"), "qa");
    assert_eq!(name("environments: {qa: {}, staging: {}}"), "local");
    assert_eq!(name("environment: {name: production}"), "production");
    assert_eq!(name("environment: {database_url: x}"), "default");
    let configured = valid("environments: {local: {url: x}, qa: {}}").default_environment();
    assert!(configured.database_url.is_some());
}

#[test]
fn a_variable_that_is_missing_is_named_at_its_place() {
    let config = valid("environments:\n  qa:\n    database_url: postgres://u:s3cret@${HOST}/${NO}\n");
    let environment = config.environment("qa").unwrap();
    let host = |name: &str| (name == "HOST").then(|| "hushhush".to_owned());
    let problem = environment.database(host).unwrap_err();
    insta::assert_snapshot!(problem.to_string());
    let source = problem.source.as_deref().unwrap();
    assert!(source.contains("postgres://u:******@${HOST}/${NO}"), "{source}");
    let config = valid("environments: {qa: {url: \"${HOST\"}}");
    let problem = config.environment("qa").unwrap().database(host).unwrap_err();
    insta::assert_snapshot!(problem.to_string());
}

#[test]
fn files_of_the_folder_are_environments_or_profiles() {
    let tree = Tree::new(&[
        ("confiture.yaml", "environments: {production: {url: a}}\n"),
        (
            "confiture-environments/qa.yaml",
            "database_url: ${QA}\nlock_timeout: 1s\n",
        ),
        (
            "confiture-environments/a.yml",
            "environment: {url: a, production: true}\n",
        ),
        (
            "confiture-environments/named.yaml",
            "environment:\n  name: staging\n  url: s\n",
        ),
        ("confiture-environments/flat.yaml", "environment: test\nurl: t\n"),
        (
            "confiture-environments/many.yaml",
            "environments:\n  one: {url: x}\n  two: {}\n",
        ),
        (
            "confiture-environments/qa-anonymization.yaml",
            "anonymization_profile: qa\nstrategies: {}\nrules: []\n",
        ),
        ("confiture-environments/notes.txt", "not read"),
    ]);
    let (config, problems) = Workspace::configuration(Path::new("."), &tree.options());
    assert_eq!(told(&problems), "");
    let names: Vec<_> = config.environments.keys().collect();
    assert_eq!(names, ["a", "one", "production", "qa", "staging", "test", "two"]);
    assert!(config.environment("a").unwrap().production);
    assert_eq!(
        config.environment("qa").unwrap().title(),
        "environment `qa` of confiture-environments/qa.yaml"
    );
}

#[test]
fn mistakes_in_files_of_the_folder() {
    let tree = Tree::new(&[
        ("confiture.yaml", "environments: {production: {url: a}}\n"),
        ("confiture-environments/production.yaml", "url: b\nlinting: {}\n"),
        ("confiture-environments/x.yaml", "databse_url: a\n"),
        ("confiture-environments/y.yaml", "a: [\n"),
        ("confiture-environments/z.yaml", "\n"),
    ]);
    let (config, problems) = Workspace::configuration(Path::new("."), &tree.options());
    insta::assert_snapshot!(told(&problems));
    assert_eq!(
        config
            .environment("production")
            .unwrap()
            .database(nothing)
            .unwrap(),
        Database::Url(Secret::new("a"))
    );
}

#[test]
fn without_confiture_yaml_the_folder_counts_too() {
    let tree = Tree::new(&[("confiture-environments/qa.yaml", "database_url: x\n")]);
    let (config, problems) = Workspace::configuration(Path::new("."), &tree.options());
    assert_eq!(told(&problems), "");
    assert!(config.environment("qa").is_ok());
}

#[test]
fn no_password_is_shown_whatever_is_wrong() {
    let texts = [
        "environments:\n  a: {databse_url: 'postgres://u:s3cret@h/a'}\n",
        "environments:\n  a: {url: 'postgres://u:s3cret@h/a', lok_timeout: 1, production: 3}\n",
        "environments:\n  a: postgres://u:s3cret@h/a\n",
        "environments:\n  a: {production: 'postgres://u:s3cret@h/a', lock_timeout: 'postgres://u:s3cret@h/a'}\n",
        "environments:\n  a: {url: ['host=h password=s3cret']}\n",
        "environments:\n  a: {url: x, password: s3cret}\n",
        "environments: {a: {url: 'postgres://u:s3cret@h/a'}\n",
        "environments:\n  a:\n    url: \"postgres://u:s3cret@h/a\n",
        "environments:\n  a:\n    url: postgres://u:s3cret@h/a: b\n",
        "pg_version: postgres://u:s3cret@h/a\n",
        "linting: {rules: {x: 'postgres://u:s3cret@h/a'}}\n",
    ];
    for text in texts {
        let (config, problems) = parse(text);
        assert!(!problems.is_empty(), "{text}");
        let shown = format!("{problems:?} {} {config:?}", told(&problems));
        assert!(!shown.contains("s3cret"), "{text}: {shown}");
    }
    let config = valid("environments: {a: {url: 'postgres://u:s3cret@h/a'}}");
    let database = config.environment("a").unwrap().database(nothing).unwrap();
    let shown = format!("{config:?} {database:?} {:?}", config.environments);
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn the_schema_knows_every_key_of_an_environment() {
    let schema = config_schema();
    for (definition, open, close) in [
        ("EnvironmentSettings", "environments: {x: {", "}}"),
        ("EnvironmentFile", "environment: {", "}"),
    ] {
        for key in schema["$defs"][definition]["properties"]
            .as_object()
            .unwrap()
            .keys()
        {
            let (_, problems) = parse(&format!("{open}{key}: {close}"));
            assert!(!told(&problems).contains("E021"), "{key}: {}", told(&problems));
        }
    }
}

/// What the book shows is read without a problem.
#[test]
fn the_examples_of_the_book() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/environments.md");
    let page = std::fs::read_to_string(path).unwrap();
    let blocks: Vec<&str> = page
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        let name = match block.strip_prefix("# ") {
            Some(rest) => rest.lines().next().unwrap(),
            None => "confiture.yaml",
        };
        let tree = Tree::new(&[(name, block)]);
        let (config, problems) = Workspace::configuration(Path::new("."), &tree.options());
        assert_eq!(told(&problems), "", "{block}");
        assert!(!config.environments.is_empty(), "{block}");
    }
}
