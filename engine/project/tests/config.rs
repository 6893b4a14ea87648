//! Configuration: the shapes that people write, and mistakes with their places.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use confiture_project::config::{Config, config_schema};
use confiture_project::{Problem, Severity, SourceFile};

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

fn mistakes(text: &str) -> String {
    let (_, problems) = parse(text);
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// One setting a line: category/name(type)=severity enabled [exemptions] {options}.
fn rules(config: &Config) -> String {
    let mut out = String::new();
    for rule in &config.linting.rules {
        let category = rule
            .category
            .as_ref()
            .map(|name| format!("{name}/"))
            .unwrap_or_default();
        let kind = rule
            .rule_type
            .as_ref()
            .map(|kind| format!("({})", kind.text))
            .unwrap_or_default();
        let severity = rule.severity.map_or("-", Severity::name);
        let enabled = rule.enabled.map_or("-".to_owned(), |on| on.to_string());
        let texts = |list: &[confiture_project::config::Pattern]| {
            list.iter()
                .map(|pattern| pattern.text.clone())
                .collect::<Vec<_>>()
                .join(",")
        };
        let options: Vec<_> = rule.options.keys().cloned().collect();
        out += &format!(
            "{category}{}{kind} {severity} {enabled} [{}] paths[{}] not[{}] {{{}}}\n",
            rule.name.text,
            texts(&rule.exemptions),
            texts(&[&rule.applicable_to.paths[..], &rule.applicable_to.schemas].concat()),
            texts(&rule.applicable_to.exclude_patterns),
            options.join(",")
        );
    }
    out
}

#[test]
fn categories_with_nested_rules() {
    let config = valid(
        r#"
linting:
  enabled: true
  fail_on_severity: error
  rules:
    naming_convention:
      enabled: true
      tables: snake_case
      constraints: "{type}_{table}_{columns}"
    documentation:
      require_column_comments:
        - public_tables_only: true
        - exemptions: [created_at, id]
    performance:
      enabled: true
      rules:
        - primary_key_required: error
        - foreign_key_indexed: critical
        - sequential_scan_potential
    multi_tenant:
      required_column: tenant_id
      exempt_tables:
        - pg_*
        - audit_*
    security:
      warn_plain_text_pii: true
    off_rule: off
    switched: false
  custom_rules:
    - name: write_side_naming
      pattern: "^w_.*"
      affected_schema: 01_write_side
"#,
    );
    assert_eq!(config.linting.fail_level, Some(Severity::Error));
    insta::assert_snapshot!(rules(&config), @r#"
    naming_convention - true [] paths[] not[] {constraints,tables}
    documentation - - [] paths[] not[] {require_column_comments}
    performance - true [] paths[] not[] {}
    performance/primary_key_required error - [] paths[] not[] {}
    performance/foreign_key_indexed error - [] paths[] not[] {}
    performance/sequential_scan_potential - true [] paths[] not[] {}
    multi_tenant - - [pg_*,audit_*] paths[] not[] {required_column}
    security - - [] paths[] not[] {warn_plain_text_pii}
    off_rule - false [] paths[] not[] {}
    switched - false [] paths[] not[] {}
    write_side_naming(name-pattern) - - [] paths[01_write_side] not[] {pattern}
    "#);
}

#[test]
fn named_instances() {
    let config = valid(
        r#"
linting:
  report_format: html
  rules:
    naming_columns:
      type: naming_convention
      severity: warning
      pattern: "^[a-z_]+$"
      exemptions: "^_.*"
    write_side_prefix:
      type: table_prefix
      severity: error
      applicable_to:
        schema_path: db/0_schema/01_write_side
      message: "Write-side tables must start with w_"
    multi_tenant_required:
      type: column_required
      column: tenant_id
      applicable_to:
        exclude_patterns: ["^pg_.*", "^w_tenant"]
"#,
    );
    insta::assert_snapshot!(rules(&config), @r#"
    naming_columns(naming_convention) warning - [^_.*] paths[] not[] {pattern}
    write_side_prefix(table_prefix) error - [] paths[db/0_schema/01_write_side] not[] {}
    multi_tenant_required(column_required) - - [] paths[] not[^pg_.*,^w_tenant] {column}
    "#);
}

#[test]
fn the_form_for_one_environment() {
    let config = valid(
        r#"
environment:
  name: production
  load_order:
    - db/0_schema/00_common/000_security
    - db/0_schema/00_common/**/*
  hooks:
    after_migration:
      - type: rebuild_read_models
        action: |
          SELECT 1;
  linting:
    multi_tenant:
      required_column: tenant_id
    naming_conventions:
      write_side: "^w_"
    cqrs_validation:
      read_model_sources:
        r_inventory_summary: [w_inventory]
"#,
    );
    assert_eq!(config.environment.as_deref(), Some("production"));
    assert!(config.environments.contains_key("production"));
    assert_eq!(config.load_order.len(), 2);
    assert_eq!(config.linting.rules.len(), 3);
    assert!(config.hooks.is_some());
}

#[test]
fn mistakes_name_the_right_key_and_their_place() {
    insta::assert_snapshot!(mistakes(
        r#"
lintng: {}
pg_version: 12
load_order: {a: b}
environments:
  production: here
migrations:
  layout: rails
  tabel: x
linting:
  fail_level: fatal
  rule: {}
  rules:
    a: severe
    b: {enabled: maybe, applicable_to: {path: x}}
    c: [1]
zzzzzz: 1
"#
    ), @r#"
    E021: confiture.yaml:2:1: unknown key `lintng` (did you mean `linting`?)
    E022: confiture.yaml:3:13: `pg_version` must be a PostgreSQL version from 13 to 18, not `12`
    E022: confiture.yaml:4:13: an entry of `load_order` must be a text, not a mapping
    E022: confiture.yaml:6:15: environment `production` must be a mapping, not `here`
    E022: confiture.yaml:8:11: `migrations.layout` must be one of confiture, diesel, sqlx, dbmate, goose, golang-migrate, flyway, prisma, supabase, plain, not `rails`
    E021: confiture.yaml:9:3: unknown key `tabel` in `migrations` (did you mean `table`?)
    E022: confiture.yaml:11:15: `linting.fail_level` must be error, warning, info or off, not `fatal`
    E021: confiture.yaml:12:3: unknown key `rule` in `linting` (did you mean `rules`?)
    E022: confiture.yaml:14:8: rule `a` must be error, warning, info or off, not `severe`
    E022: confiture.yaml:15:18: `enabled` of rule `b` must be true or false, not `maybe`
    E021: confiture.yaml:15:41: unknown key `path` in `applicable_to` (did you mean `paths`?)
    E022: confiture.yaml:16:8: rule `c` must be a severity, true or false, or a mapping, not a list
    E021: confiture.yaml:17:1: unknown key `zzzzzz` (known keys: pg_version, environments, environment, load_order, migrations, linting, hooks, sync, pggit)
    "#);
}

#[test]
fn what_carries_no_check_is_told() {
    insta::assert_snapshot!(mistakes(
        r#"
linting:
  custom_rules:
    - name: multi_tenant_write_tables
      affected_dirs: [db/0_schema/01_write_side]
    - name: read_model_derivation
      examples: []
  rules:
    cqrs_validation:
      type: custom
      implementation: |
        # pseudo-code
"#
    ), @r#"
    E024: confiture.yaml:4:13: custom rule `multi_tenant_write_tables` carries no check (write a rule with `type: column_required` and `column: tenant_id`)
    E024: confiture.yaml:6:13: custom rule `read_model_derivation` carries no check (write a rule with `type: cqrs` and the `read_model_sources`)
    E024: confiture.yaml:11:7: `implementation:` is not executed (use `type: cqrs` for read models, or a SQL rule (`sql:`) for anything else)
    "#);
}

#[test]
fn what_is_not_yaml_has_a_place() {
    insta::assert_snapshot!(mistakes("a: 1\nb: [1, 2\nc: 3\n") + &mistakes("- 1\n") + &mistakes("x") + &mistakes("") + &mistakes("linting:\n  enabled: true\n  enabled: false\n"), @r#"
    E020: confiture.yaml:3:2: not YAML: illegal placement of ':' indicator
    E022: confiture.yaml:1:1: the configuration must be a mapping, not a list
    E022: confiture.yaml:1:1: the configuration must be a mapping, not `x`
    E020: confiture.yaml:3:3: not YAML: duplicate mapping key: enabled
    "#);
}

#[test]
fn the_schema_knows_every_key() {
    let schema = config_schema();
    let keys = schema["properties"].as_object().unwrap();
    for key in [
        "pg_version",
        "environments",
        "environment",
        "load_order",
        "migrations",
        "linting",
        "hooks",
        "sync",
        "pggit",
    ] {
        assert!(keys.contains_key(key), "{key}");
        let (_, problems) = parse(&format!("{key}:\n"));
        assert!(
            problems.iter().all(|problem| problem.code.as_str() != "E021"),
            "{key}: {problems:?}"
        );
    }
    let linting = schema["$defs"]["LintingFile"]["properties"].as_object().unwrap();
    for key in linting.keys() {
        assert!(
            !mistakes(&format!("linting:\n  {key}:\n")).contains("E021"),
            "{key}"
        );
    }
    let migrations = schema["$defs"]["MigrationsFile"]["properties"]
        .as_object()
        .unwrap();
    for key in migrations.keys() {
        assert!(
            !mistakes(&format!("migrations:\n  {key}:\n")).contains("E021"),
            "{key}"
        );
    }
}
