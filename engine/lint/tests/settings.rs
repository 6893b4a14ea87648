//! Configuration into rules: the seeds' shapes, categories, aliases, mistakes.

mod support;

use std::fs;
use std::path::Path;

use confiture_lint::settings::PRESETS;
use confiture_lint::{RuleSet, Severity};
use confiture_project::{Config, Problem, ProblemKind};
use support::{Migration, lint, rules, show, source};

fn severity(rules: &RuleSet, name: &str) -> Severity {
    rules
        .rules()
        .iter()
        .find(|r| &*r.name == name)
        .expect("a rule of that name")
        .severity
}

#[test]
fn without_a_configuration_opinions_are_off() {
    let set = RuleSet::default();
    assert_eq!(severity(&set, "syntax-error"), Severity::Error);
    assert_eq!(severity(&set, "require-table-comment"), Severity::Off);
    assert_eq!(severity(&set, "require-tenant-column"), Severity::Off);
}

/// The configurations that people have written for this program before it existed, as they stand.
fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    fs::read_to_string(path).expect("a fixture")
}

/// The rules of a fixture, which has no mistakes, and what is told of it all the same.
fn loaded(name: &str) -> (RuleSet, Vec<String>) {
    let (set, problems) = rules(&fixture(name));
    let (notices, mistakes): (Vec<_>, Vec<_>) = problems
        .iter()
        .partition(|p| p.code.kind() == ProblemKind::Notice);
    assert_eq!(mistakes, Vec::<&Problem>::new(), "{name}");
    (set, notices.iter().map(ToString::to_string).collect())
}

#[test]
fn feature_5_loads_as_it_stands() {
    let (set, notices) = loaded("feature_5.yaml");
    for (name, wanted) in [
        ("require-primary-key", Severity::Error),
        ("require-foreign-key-index", Severity::Warning),
        ("require-table-comment", Severity::Warning),
        ("require-tenant-column", Severity::Error),
        ("write_side_naming", Severity::Error),
        ("read_side_naming", Severity::Error),
    ] {
        assert_eq!(severity(&set, name), wanted, "{name}");
    }
    insta::assert_snapshot!(notices.join("\n"));
}

#[test]
fn the_other_blocks_load_as_they_stand() {
    let mut told = String::new();
    for name in ["printoptim.yaml", "exemptions.yaml", "categories.yaml"] {
        let (_, notices) = loaded(name);
        told += &format!("{name}\n{}\n", notices.join("\n"));
    }
    insta::assert_snapshot!(told);
    let (set, _) = loaded("exemptions.yaml");
    assert_eq!(severity(&set, "require-primary-key"), Severity::Error);
    assert_eq!(severity(&set, "require-table-comment"), Severity::Warning);
}

#[test]
fn what_carries_no_check_names_the_type_to_use_and_loads_when_corrected() {
    let mut told = String::new();
    for name in ["printoptim_step_1.yaml", "confiture-lint.yaml"] {
        let (_, problems) = rules(&fixture(name));
        let mistakes = problems.iter().filter(|p| p.code.kind() != ProblemKind::Notice);
        let mistakes: Vec<String> = mistakes.map(ToString::to_string).collect();
        told += &format!("{}\n", mistakes.join("\n"));
    }
    insta::assert_snapshot!(told);
    loaded("printoptim_step_1_corrected.yaml");
    loaded("confiture-lint_corrected.yaml");
}

/// The second example of the first seed means what it plainly says: tables on each side have their prefix, data tables
/// their tenant, names are plain, internal columns are exempt.
#[test]
fn example_2_gives_what_it_means() {
    let (set, _) = loaded("confiture-lint_corrected.yaml");
    let (project, findings) = lint(
        vec![
            Migration::schema(
                "db/0_schema/01_write_side/tables",
                "CREATE TABLE w_tenant (id bigint PRIMARY KEY);
COMMENT ON TABLE w_tenant IS 'Tenants';
CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES w_tenant);
COMMENT ON TABLE orders IS 'Orders';
CREATE TABLE w_items (id bigint, \"_Internal\" text, \"Price\" numeric);
CREATE TABLE audit_log (id bigint PRIMARY KEY);
COMMENT ON TABLE audit_log IS 'Changes';
",
            ),
            Migration::schema(
                "db/0_schema/02_query_side/views",
                "CREATE MATERIALIZED VIEW r_orders AS SELECT id, tenant_id FROM orders;
CREATE TABLE summary (id bigint PRIMARY KEY, tenant_id bigint);
COMMENT ON TABLE summary IS 'Sums';
",
            ),
        ],
        &set,
    );
    let ours = [
        "require-primary-key",
        "naming_tables",
        "naming_columns",
        "write_side_prefix",
        "read_side_prefix",
        "multi_tenant_required",
        "require-table-comment",
        "require-column-comment",
        "require-foreign-key-index",
        "snake-case",
    ];
    let told: Vec<String> = findings
        .iter()
        .filter(|f| ours.contains(&&*f.rule))
        .map(|f| show(&project, f))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn every_preset_loads_without_a_word() {
    for preset in PRESETS {
        let (_, problems) = rules(preset.yaml);
        assert_eq!(problems, [], "{}", preset.name);
        let (_, problems) = rules(&format!("linting: {{extends: {}}}", preset.name));
        assert_eq!(problems, [], "{}", preset.name);
    }
}

#[test]
fn presets_are_built_upon() {
    let (set, problems) =
        rules("linting: {extends: [strict, printoptim-like], rules: {table-rewrite: warning}}");
    assert_eq!(problems, []);
    assert_eq!(severity(&set, "table-rewrite"), Severity::Warning);
    assert_eq!(severity(&set, "set-not-null-scan"), Severity::Error);
    assert_eq!(severity(&set, "require-table-comment"), Severity::Warning);
    assert_eq!(severity(&set, "write_side_prefix"), Severity::Error);
}

#[test]
fn what_is_said_of_tenants_holds_for_all_rules_about_them() {
    let (set, problems) = rules(
        "linting: {multi_tenant: {required_column: org, exempt_tables: [a*], tenant-unique-key: error}}",
    );
    assert_eq!(problems, []);
    assert_eq!(severity(&set, "require-tenant-column"), Severity::Error);
    assert_eq!(severity(&set, "tenant-unique-key"), Severity::Error);
    assert_eq!(
        severity(&set, "tenant-index"),
        Severity::Off,
        "nobody asked for it"
    );
    let rule = set
        .rules()
        .iter()
        .find(|r| &*r.name == "tenant-unique-key")
        .expect("a rule");
    assert_eq!(rule.options.text("column"), "org");
}

#[test]
fn instances_of_a_rule_live_side_by_side() {
    let (set, problems) = rules(
        "linting:
  rules:
    with_tenant: {type: column_required, column: tenant_id, applicable_to: {paths: data}}
    with_time: {type: column_required, column: created_at, severity: info, exemptions: [log_*]}
    keyed: {type: primary_key, message: A key is missing}
",
    );
    assert_eq!(problems, []);
    let (_, findings) = lint(
        vec![
            Migration::schema("data/a", "CREATE TABLE a (x int);"),
            Migration::schema("other/b", "CREATE TABLE b (x int);"),
            Migration::schema("other/c", "CREATE TABLE log_c (x int);"),
        ],
        &set,
    );
    let told: Vec<String> = findings
        .iter()
        .map(|f| format!("{} {} {}", f.severity, f.rule, f.message))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    warning keyed A key is missing
    error with_tenant table public.a has no column `tenant_id`
    info with_time table public.a has no column `created_at`
    warning keyed A key is missing
    info with_time table public.b has no column `created_at`
    warning keyed A key is missing
    "#);
}

#[test]
fn a_rule_beside_its_instances_runs_where_it_is_asked_for() {
    let instance = "keyed: {type: require-primary-key}";
    let (set, _) = rules(&format!("linting: {{rules: {{{instance}}}}}"));
    assert_eq!(severity(&set, "require-primary-key"), Severity::Off);
    let (set, _) = rules(&format!("linting: {{rules: {{{instance}, primary_key: error}}}}"));
    assert_eq!(severity(&set, "require-primary-key"), Severity::Error);
    assert_eq!(severity(&set, "keyed"), Severity::Warning);
}

const OVERRIDES: &str = "
environments: {production: {}, staging: {}}
linting:
  overrides:
    - paths: [legacy/**, db/old]
      rules: {require-primary-key: off}
    - paths: '**/strict_*.sql'
      rules: {require-primary-key: {severity: error, message: Here above all}}
    - environments: [production]
      rules: {require-primary-key: {exemptions: [kept]}}
    - environments: [staging]
      paths: legacy
      rules: {require-primary-key: info}
";

fn overridden(environment: Option<&str>) -> String {
    let (config, problems) = Config::parse(&source("confiture.yaml", OVERRIDES));
    assert_eq!(problems, []);
    let (set, problems) = RuleSet::for_environment(&config, environment);
    assert_eq!(problems, []);
    let table = |name: &str| format!("CREATE TABLE {name} (x int);");
    let files = [
        ("new/a", "a"),
        ("new/kept", "kept"),
        ("legacy/b", "b"),
        ("work/db/old/c", "c"),
        ("legacy/strict_d", "d"),
    ];
    let scripts = files.map(|(path, name)| Migration::schema(path, &table(name)));
    let (_, findings) = lint(scripts.to_vec(), &set);
    let told = findings.iter().filter(|f| &*f.rule == "require-primary-key");
    told.map(|f| format!("{} {}\n", f.severity, f.message)).collect()
}

#[test]
fn overrides_hold_for_their_files_and_environments() {
    insta::assert_snapshot!(overridden(None), @r#"
    warning table public.a has no primary key
    warning table public.kept has no primary key
    error Here above all
    "#);
    insta::assert_snapshot!(overridden(Some("production")), @r#"
    warning table public.a has no primary key
    error Here above all
    "#);
    insta::assert_snapshot!(overridden(Some("staging")), @r#"
    warning table public.a has no primary key
    warning table public.kept has no primary key
    info table public.b has no primary key
    info Here above all
    "#);
}

#[test]
fn a_selection_holds_in_overridden_files_too() {
    let (mut set, _) = rules(OVERRIDES);
    set.select(&["require-primary-key"]).expect("a rule");
    set.exclude(&["require-primary-key"]).expect("a rule");
    let files = [
        Migration::schema("new/a", "CREATE TABLE a (x int);"),
        Migration::schema("strict_b", "CREATE TABLE b (x int);"),
    ];
    assert_eq!(lint(files.to_vec(), &set).1, []);
}

#[test]
fn a_rule_for_an_environment_is_off_in_others() {
    let yaml = "linting: {rules: {data-loss: {applicable_to: {environments: [production]}}}}";
    let (config, _) = Config::parse(&source("confiture.yaml", yaml));
    let severity_in = |environment| severity(&RuleSet::for_environment(&config, environment).0, "data-loss");
    assert_eq!(severity_in(None), Severity::Warning);
    assert_eq!(severity_in(Some("production")), Severity::Warning);
    assert_eq!(severity_in(Some("staging")), Severity::Off);
}

#[test]
fn a_category_switches_its_rules() {
    let (set, problems) = rules("linting: {rules: {migration-safety: off, structure: error}}");
    assert_eq!(problems, []);
    assert_eq!(severity(&set, "table-rewrite"), Severity::Off);
    assert_eq!(severity(&set, "require-primary-key"), Severity::Error);
    assert_eq!(severity(&set, "naming-convention"), Severity::Info);
}

#[test]
fn a_rule_is_switched_off_by_its_name() {
    let (set, problems) = rules("linting: {rules: {data-loss: false, table_rewrite: {severity: info}}}");
    assert_eq!(problems, []);
    assert_eq!(severity(&set, "data-loss"), Severity::Off);
    assert_eq!(severity(&set, "table-rewrite"), Severity::Info);
}

#[test]
fn mistakes_are_named_with_what_was_meant() {
    let (_, problems) = rules(
        r#"environments: {production: {}}
linting:
  extends: [strct, team]
  rules:
    require-concurent-index: error
    snake-case: {table: any, columns: snakecase}
    data-loss: {colums: yes}
    require-tenant-column: {exempt_tables: ['a['], exclude_patterns: ['(']}
    sql-lint: error
    named: {type: primry_key}
    custom: {type: custom}
    lists: {type: column_required, column: [a, b]}
    prefix: {type: table_prefix, pattern: "^[a-", target: tabels}
    security: {warn_plain_txt_pii: true}
    limited: {type: primary_key, applicable_to: {environments: [prodution]}, severty: error}
  overrides:
    - rules: {data-loss: off}
    - paths: "a["
      environments: [prod]
      rule: {}
    - paths: x
      rules: {data-los: off}
  custom_rules:
    - pattern: x
    - {name: a, pattern: "^w_", example: {good: orders, bad: w_orders, ugly: x}}
    - {name: b, query: "(CreateStm) @a"}
    - {name: c, query: "(CreateStmt"}
    - {name: d, query: "(CreateStmt)"}
    - {name: e, sql: DELETE FROM orders}
    - {name: f, sql: SELEC 1}
    - {name: g, type: primary_key, example: {good: x}}
"#,
    );
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"));
}
