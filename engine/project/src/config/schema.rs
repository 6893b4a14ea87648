//! The JSON schema of `confiture.yaml`. The structs here only describe; `Config::read` reads. The known keys that
//! messages name come from this description, so the two can't drift apart unseen.
#![allow(
    dead_code,
    reason = "these structs are never made: their fields describe a file"
)]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The settings of `migrations:` that other commands read.
pub(crate) const MIGRATION_SETTINGS: [&str; 8] = [
    "table",
    "schema",
    "lock_timeout",
    "statement_timeout",
    "transaction",
    "baseline",
    "require_approval",
    "retries",
];

/// The keys of `linting:` that are rules or categories themselves.
pub(crate) const LINT_SECTIONS: [&str; 10] = [
    "multi_tenant",
    "naming_convention",
    "naming_conventions",
    "cqrs",
    "cqrs_validation",
    "documentation",
    "performance",
    "security",
    "structure",
    "compliance",
];

/// The JSON schema of `confiture.yaml`, for editors and for people.
pub fn config_schema() -> serde_json::Value {
    schemars::schema_for!(ConfigFile).into()
}

/// The keys that a described mapping may have.
pub(crate) fn keys<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    let properties = schema.get("properties").and_then(|value| value.as_object());
    properties
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

/// What a value of any shape looks like to the schema.
type Any = serde_json::Value;

/// One or several texts.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

/// A configuration of Confiture.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "confiture.yaml")]
pub(crate) struct ConfigFile {
    /// The PostgreSQL major version that the project runs on.
    #[schemars(range(min = 13, max = 18))]
    pg_version: Option<u16>,
    /// Databases by name.
    environments: Option<BTreeMap<String, BTreeMap<String, Any>>>,
    /// The form for a single environment.
    environment: Option<EnvironmentFile>,
    /// Files, folders and globs that create the schema, in order; the first entry that matches a file gives its place.
    load_order: Option<Texts>,
    /// Where migrations are: a folder, several, or settings.
    migrations: Option<MigrationsShape>,
    /// Lint settings.
    linting: Option<LintingFile>,
    /// Hooks by phase.
    hooks: Option<BTreeMap<String, Any>>,
    /// Settings of the data sync.
    sync: Option<Any>,
    /// Settings of pggit.
    pggit: Option<Any>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentFile {
    /// The environment's name.
    name: Option<String>,
    /// Where its database is; `${VAR}` refers to the process's environment.
    database_url: Option<String>,
    /// As `database_url`.
    url: Option<String>,
    /// Its PostgreSQL major version.
    #[schemars(range(min = 13, max = 18))]
    pg_version: Option<u16>,
    /// As the top-level `load_order`.
    load_order: Option<Texts>,
    /// Hooks by phase.
    hooks: Option<BTreeMap<String, Any>>,
    /// Lint settings.
    linting: Option<LintingFile>,
    /// Settings of the data sync.
    sync: Option<Any>,
    /// Settings of pggit.
    pggit: Option<Any>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
enum MigrationsShape {
    Paths(Texts),
    Settings(Box<MigrationsFile>),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MigrationsFile {
    /// The folder of the migrations.
    path: Option<Texts>,
    /// The folders of the migrations.
    paths: Option<Texts>,
    /// As `path`.
    directory: Option<Texts>,
    /// Whose rules they follow; recognized where it is not said.
    layout: Option<LayoutName>,
    /// The PostgreSQL major version that they run on.
    #[schemars(range(min = 13, max = 18))]
    pg_version: Option<u16>,
    /// The ledger's table.
    table: Option<String>,
    /// The ledger's schema.
    schema: Option<String>,
    /// How long a statement may wait for a lock.
    lock_timeout: Option<Any>,
    /// How long a statement may take.
    statement_timeout: Option<Any>,
    /// Whether migrations run in a transaction.
    transaction: Option<bool>,
    /// The version that an existing database is taken to have.
    baseline: Option<Any>,
    /// Which migrations need an approval.
    require_approval: Option<Any>,
    /// How a statement that waited too long is tried again.
    retries: Option<Any>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum LayoutName {
    Confiture,
    Diesel,
    Sqlx,
    Dbmate,
    Goose,
    GolangMigrate,
    Flyway,
    Prisma,
    Supabase,
    Plain,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SeverityName {
    Error,
    Critical,
    Warning,
    Info,
    Off,
}

/// A severity, a switch, or settings.
#[derive(JsonSchema)]
#[serde(untagged)]
enum RuleShape {
    Severity(SeverityName),
    Enabled(bool),
    Settings(Box<RuleFile>),
    /// Settings one by one.
    Listed(Vec<RuleFile>),
    Nothing(()),
}

/// The keys that every rule has; rules have options of their own beside them.
#[derive(JsonSchema)]
struct RuleFile {
    /// The rule that this is a named instance of.
    #[serde(rename = "type")]
    rule_type: Option<String>,
    /// Whether the rule is on.
    enabled: Option<bool>,
    /// How much its findings weigh.
    severity: Option<SeverityName>,
    /// The name of a rule of the project's own.
    name: Option<String>,
    /// Replaces the rule's own message.
    message: Option<String>,
    /// As `message`.
    description: Option<String>,
    /// Globs of objects that are exempt.
    exemptions: Option<Texts>,
    /// As `exemptions`.
    exempt: Option<Texts>,
    /// Globs of tables that are exempt.
    exempt_tables: Option<Texts>,
    /// Globs of columns that are exempt.
    exempt_columns: Option<Texts>,
    /// Globs of views that are exempt.
    exempt_views: Option<Texts>,
    /// Globs of functions that are exempt.
    exempt_functions: Option<Texts>,
    /// Globs of types that are exempt.
    exempt_types: Option<Texts>,
    /// Globs of indexes that are exempt.
    exempt_indexes: Option<Texts>,
    /// Globs of constraints that are exempt.
    exempt_constraints: Option<Texts>,
    /// Schemas whose objects are exempt.
    exempt_schemas: Option<Texts>,
    /// What it is limited to.
    applicable_to: Option<ApplicableFile>,
    /// Folders and globs of files that it is limited to.
    affected_dirs: Option<Texts>,
    /// Folders, or schemas of the database, that it is limited to.
    affected_schema: Option<Texts>,
    /// As `affected_schema`.
    schema_path: Option<Texts>,
    /// Regular expressions of names that are left out.
    exclude_patterns: Option<Texts>,
    /// Environments that it is limited to.
    environments: Option<Texts>,
}

/// What a rule finds and what not: names, or statements.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExampleFile {
    /// What it leaves alone.
    good: Option<Texts>,
    /// What it finds.
    bad: Option<Texts>,
}

/// Settings for some files or some environments.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideFile {
    /// Globs and folders of the files that they are for.
    paths: Option<Texts>,
    /// Environments that they are for.
    environments: Option<Texts>,
    /// Rules, categories and named instances.
    rules: Option<RulesShape>,
}

/// Settings by name, or a list of such mappings and of names that are switched on.
#[derive(JsonSchema)]
#[serde(untagged)]
enum RulesShape {
    Named(BTreeMap<String, RuleShape>),
    Listed(Vec<RulesItem>),
}

#[derive(JsonSchema)]
#[serde(untagged)]
enum RulesItem {
    Name(String),
    Named(BTreeMap<String, RuleShape>),
}

/// A rule of the project's own: the keys of every rule, and those that carry the check.
#[derive(JsonSchema)]
struct CustomRuleFile {
    /// Its name.
    name: String,
    /// What it finds and what not; tried when the configuration is read.
    example: Option<ExampleFile>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicableFile {
    /// Folders, or schemas of the database.
    schema_path: Option<Texts>,
    /// As `schema_path`.
    affected_schema: Option<Texts>,
    /// Folders and globs of files.
    paths: Option<Texts>,
    /// As `paths`.
    affected_dirs: Option<Texts>,
    /// Regular expressions of names that are left out.
    exclude_patterns: Option<Texts>,
    /// Environments.
    environments: Option<Texts>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LintingFile {
    /// Whether linting happens at all.
    enabled: Option<bool>,
    /// From which severity on the command fails.
    fail_level: Option<SeverityName>,
    /// As `fail_level`.
    fail_on_severity: Option<SeverityName>,
    /// The format of the report.
    report_format: Option<String>,
    /// Globs of files that are not linted.
    exclude: Option<Texts>,
    /// What these settings build on: presets by name, files by path.
    extends: Option<Texts>,
    /// Rules, categories and named instances.
    rules: Option<RulesShape>,
    /// Settings for some files or some environments.
    overrides: Option<Vec<OverrideFile>>,
    /// Rules of the project's own.
    custom_rules: Option<Vec<CustomRuleFile>>,
    /// The file of findings that are known already.
    baseline: Option<String>,
    /// Whether results are kept for the next run.
    cache: Option<bool>,
    /// The branch that releases are made from.
    protected_branch: Option<String>,
    /// Every table must have the tenant's column.
    multi_tenant: Option<RuleShape>,
    /// How things are named.
    naming_convention: Option<RuleShape>,
    /// How things are named.
    naming_conventions: Option<RuleShape>,
    /// Which read models derive from which tables.
    cqrs: Option<RuleShape>,
    /// Which read models derive from which tables.
    cqrs_validation: Option<RuleShape>,
    /// Comments.
    documentation: Option<RuleShape>,
    /// Rules about speed.
    performance: Option<RuleShape>,
    /// Rules about security.
    security: Option<RuleShape>,
    /// Rules about the shape of tables.
    structure: Option<RuleShape>,
    /// Rules that regulations ask for.
    compliance: Option<RuleShape>,
}
