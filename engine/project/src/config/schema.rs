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
    /// Replaces the rule's own message.
    message: Option<String>,
    /// Globs of objects that are exempt.
    exemptions: Option<Texts>,
    /// What it is limited to.
    applicable_to: Option<ApplicableFile>,
    /// The rules of a category.
    rules: Option<Any>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplicableFile {
    /// A folder.
    schema_path: Option<Texts>,
    /// Folders.
    paths: Option<Texts>,
    /// Folders.
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
    /// Rules, categories and named instances.
    rules: Option<BTreeMap<String, RuleShape>>,
    /// Rules of the project's own.
    custom_rules: Option<Vec<BTreeMap<String, Any>>>,
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
