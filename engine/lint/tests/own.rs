//! Rules that a project writes itself: queries over syntax trees, SQL for a server.

mod support;

use std::sync::Arc;

use confiture_lint::{Finding, Input, RuleSet, SqlAnswer, SqlRow, SqlRule, SqlTarget, sql_findings};
use confiture_risk::PgVersion;
use support::{Migration, edited, lint, project, rules, show};

fn valid(yaml: &str) -> RuleSet {
    let (set, problems) = rules(yaml);
    assert_eq!(problems, []);
    set
}

/// What the project's own rules find.
fn own(set: &RuleSet, files: Vec<Migration>) -> (confiture_project::Project, Vec<Finding>) {
    let (project, findings) = lint(files, set);
    let own = findings.into_iter().filter(|f| &*f.rule != f.kind);
    (project, own.collect())
}

#[test]
fn queries_find_fix_and_exempt() {
    let set = valid(
        r#"
linting:
  custom_rules:
    - name: no_serial
      severity: error
      message: "{@type} makes a sequence of its own for {@column}: use an identity"
      query: |
        (columnDef (ColId) @column (Typename) @type @finding
          (#match? @type "^(big)?serial$"))
      fix: bigint GENERATED ALWAYS AS IDENTITY
      exemptions: [bigserial]
      example:
        good: CREATE TABLE t (id bigint)
        bad: [CREATE TABLE t (id serial), CREATE TABLE t (id bigserial)]
    - name: no_truncate
      query: (TruncateStmt) @finding
      message: TRUNCATE is not for this project
"#,
    );
    let files = vec![
        Migration::schema("a", "CREATE TABLE a (id serial, other bigserial, x int);"),
        Migration::schema(
            "b",
            "CREATE FUNCTION clear() RETURNS void LANGUAGE plpgsql AS $$ BEGIN TRUNCATE a; END $$;",
        ),
    ];
    let (project, findings) = own(&set, files);
    let told: Vec<String> = findings.iter().map(|f| show(&project, f)).collect();
    insta::assert_snapshot!(told.join("\n"));
    insta::assert_snapshot!(edited(&project, &findings[0].fixes[0].edits), @"CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY, other bigserial, x int);");
}

#[test]
fn many_queries_are_told_apart_and_limited() {
    let set = valid(
        r#"
linting:
  custom_rules:
    - {name: one, query: "(CreateStmt) @finding (IndexStmt) @finding", message: one}
    - {name: two, query: "(IndexStmt) @finding", message: two, affected_dirs: [indexes]}
    - {name: off, query: "(IndexStmt) @finding", enabled: false}
  overrides:
    - {paths: [quiet], rules: {one: off}}
"#,
    );
    let sql = "CREATE TABLE a (x int); CREATE INDEX ON a (x);";
    let files = ["tables/a", "indexes/b", "quiet/c"].map(|path| Migration::schema(path, sql));
    let (_, findings) = own(&set, files.to_vec());
    let told: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {}", f.place.script, f.rule))
        .collect();
    insta::assert_snapshot!(told.join(", "), @"0 one, 0 one, 1 one, 1 one, 1 two");
}

#[test]
fn patterns_look_at_their_targets() {
    let set = valid(
        r#"
linting:
  custom_rules:
    - {name: tables, pattern: "^w_", affected_schema: app}
    - {name: views, prefix: v_, type: name_pattern, target: views}
    - {name: columns, pattern: snake_case, target: columns}
    - {name: functions, pattern: "^fn_", target: functions}
    - {name: indexes, pattern: "_idx$", target: indexes}
    - {name: types, pattern: PascalCase, target: types, exempt_schemas: [app]}
"#,
    );
    let sql = r#"CREATE SCHEMA app;
CREATE TABLE app.orders (id bigint CONSTRAINT p PRIMARY KEY, "Total" numeric);
CREATE TABLE elsewhere (id bigint PRIMARY KEY);
CREATE VIEW recent AS SELECT id FROM app.orders;
CREATE INDEX orders_total ON app.orders ("Total");
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE app.mood AS ENUM ('a');
CREATE TYPE mood AS ENUM ('a');
"#;
    let (_, findings) = own(&set, vec![Migration::schema("a", sql)]);
    let told: Vec<String> = findings
        .iter()
        .map(|f| format!("{}: {}", f.rule, f.message))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    tables: table app.orders doesn't match `^w_`
    columns: column `Total` of app.orders is not snake_case
    views: view public.recent doesn't begin with `v_`
    indexes: index `orders_total` of app.orders doesn't match `_idx$`
    functions: function public.one doesn't match `^fn_`
    types: type public.mood is not PascalCase
    "#);
}

#[test]
fn rows_of_a_server_become_findings_where_things_are_defined() {
    let set = valid(
        "
linting:
  custom_rules:
    - {name: wide, severity: error, sql: SELECT 1 AS relation, exemptions: [spared]}
    - {name: live_only, sql: SELECT 1, target: live, message: Look at it}
    - {name: off, sql: SELECT 1, enabled: false}
",
    );
    let rules: Vec<(String, SqlTarget)> = set
        .sql_rules()
        .into_iter()
        .map(|SqlRule { name, target, .. }| (name.to_string(), target))
        .collect();
    assert_eq!(
        rules,
        [
            ("wide".to_owned(), SqlTarget::Any),
            ("live_only".to_owned(), SqlTarget::Live)
        ]
    );
    let project = project(vec![
        Migration::schema("a", "CREATE SCHEMA s; CREATE TABLE s.orders (id int, note text);"),
        Migration::schema(
            "b",
            "CREATE TABLE spared (id int); CREATE INDEX \"I x\" ON s.orders (id);",
        ),
    ]);
    let row = |relation: &str, column: Option<&str>, message: Option<&str>| SqlRow {
        relation: Some(relation.to_owned()),
        column: column.map(str::to_owned),
        message: message.map(str::to_owned),
        ..SqlRow::default()
    };
    let answers = [
        SqlAnswer {
            rule: Arc::from("wide"),
            rows: vec![
                row("orders", Some("note"), Some("too wide")),
                row("spared", None, None),
                row("nowhere", None, None),
            ],
        },
        SqlAnswer {
            rule: Arc::from("live_only"),
            rows: vec![row("s.\"I x\"", None, None)],
        },
    ];
    let input = Input::new(&project, PgVersion::default());
    let findings = sql_findings(&input, &set, &answers);
    let told: Vec<String> = findings.iter().map(|f| show(&project, f)).collect();
    insta::assert_snapshot!(told.join("\n"));
}
