//! Configuration into rules: the seeds' shapes, categories, aliases, mistakes.

mod support;

use confiture_lint::{RuleSet, Severity};
use confiture_project::ProblemKind;
use support::rules;

fn severity(rules: &RuleSet, name: &str) -> Severity {
    rules
        .rules()
        .iter()
        .find(|r| r.rule.name == name)
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

#[test]
fn the_first_seed_loads_as_it_stands() {
    let (set, problems) = rules(
        "
linting:
  enabled: true
  fail_on_severity: error
  rules:
    naming_convention:
      enabled: true
      tables: snake_case
      columns: snake_case
      functions: snake_case_pl
      types: PascalCase
      indexes: idx_{table}_{columns}
      constraints: \"{type}_{table}_{columns}\"
    documentation:
      enabled: true
      require_table_comments: true
      require_column_comments:
        - public_tables_only: true
        - exemptions:
            - created_at
    performance:
      enabled: true
      rules:
        - primary_key_required: error
        - foreign_key_indexed: warning
        - large_table_has_indexes: warning
        - sequential_scan_potential: warning
    multi_tenant:
      enabled: true
      required_column: tenant_id
      exempt_tables:
        - pg_*
        - information_schema.*
        - system_config
        - audit_*
    security:
      enabled: true
      rules:
        - no_unlogged_tables_in_production: error
        - no_implicit_casts: warning
        - password_fields_must_be_hashed: error
        - sensitive_columns_must_be_masked: error
",
    );
    let wrong: Vec<String> = problems
        .iter()
        .filter(|p| p.code.kind() != ProblemKind::Notice)
        .map(ToString::to_string)
        .collect();
    assert_eq!(wrong, [] as [String; 0]);
    assert_eq!(severity(&set, "require-primary-key"), Severity::Error);
    assert_eq!(severity(&set, "require-foreign-key-index"), Severity::Warning);
    assert_eq!(severity(&set, "require-table-comment"), Severity::Warning);
    assert_eq!(severity(&set, "require-tenant-column"), Severity::Error);
}

#[test]
fn the_second_seed_and_printoptim_load_as_they_stand() {
    for yaml in [
        "
linting:
  rules:
    security:
      warn_plain_text_pii: true
      require_password_hash: true
    performance:
      warn_missing_indices: true
",
        "
linting:
  multi_tenant:
    enabled: true
    required_column: tenant_id
    exempt_tables:
      - audit_*
  naming_conventions:
    write_side: \"^w_\"
    read_side: \"^r_\"
    functions: \"^fn_\"
  cqrs_validation:
    read_model_sources:
      r_customer_lifetime_value:
        - w_customers
  custom_rules:
    - name: write_side_tables
      pattern: \"^w_\"
      affected_dirs: [db/0_schema/01_write_side]
      severity: error
      example: {good: w_customers, bad: customers}
",
    ] {
        let (_, problems) = rules(yaml);
        assert!(
            problems.iter().all(|p| p.code.kind() == ProblemKind::Notice),
            "{problems:?}"
        );
    }
}

#[test]
fn a_category_switches_its_rules() {
    let (set, problems) = rules("linting: {rules: {migration-safety: off, structure: error}}");
    assert_eq!(problems, []);
    assert_eq!(severity(&set, "table-rewrite"), Severity::Off);
    assert_eq!(severity(&set, "require-primary-key"), Severity::Error);
    assert_eq!(severity(&set, "snake-case"), Severity::Info);
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
        "linting:
  rules:
    require-concurent-index: error
    snake-case: {table: any}
    data-loss: {colums: yes}
    require-tenant-column: {exempt_tables: ['a[']}
    sql-lint: error
",
    );
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(text.join("\n"));
}
