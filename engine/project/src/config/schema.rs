//! The JSON schema of `confiture.yaml`. The structs here only describe; `Config::read` reads. The known keys that
//! messages name come from this description, so the two can't drift apart unseen.
#![allow(
    dead_code,
    reason = "these structs are never made: their fields describe a file"
)]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The settings of `migrations:` that other commands read.
pub(crate) const MIGRATION_SETTINGS: [&str; 2] = ["baseline", "require_approval"];

/// How often something can be tried at most.
pub(crate) const MOST_ATTEMPTS: u32 = 1000;

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
    environments: Option<BTreeMap<String, Option<EnvironmentSettings>>>,
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

/// A number of milliseconds, or a number with a unit: us, ms, s, min, h, d.
#[derive(JsonSchema)]
#[serde(untagged)]
enum DurationShape {
    Milliseconds(#[schemars(range(max = 2147483647))] u32),
    Text(String),
}

/// A number of attempts, or attempts and pauses.
#[derive(JsonSchema)]
#[serde(untagged)]
enum RetriesShape {
    Attempts(#[schemars(range(min = 1, max = 1000))] u32),
    Settings(RetriesFile),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetriesFile {
    /// How often it is tried in all.
    #[schemars(range(min = 1, max = 1000))]
    attempts: u32,
    /// The pause after the first attempt; later ones grow.
    wait: Option<DurationShape>,
    /// The longest pause.
    max_wait: Option<DurationShape>,
    /// How long those who hold the lock are waited for, without standing in its queue, before the next attempt.
    wait_for_blockers: Option<DurationShape>,
}

/// A database, and how it is treated.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentSettings {
    /// Where its database is: a URL or a connection string; `${VAR}` refers to the process's environment.
    database_url: Option<String>,
    /// As `database_url`.
    url: Option<String>,
    /// Whether its data matter: commands that change it ask for its name first.
    production: Option<bool>,
    /// As `production`.
    protected: Option<bool>,
    /// How long a statement of a migration may wait for a lock here.
    lock_timeout: Option<DurationShape>,
    /// How long a statement of a migration may take here.
    statement_timeout: Option<DurationShape>,
    /// How often a migration is tried here that waited too long for a lock.
    retries: Option<RetriesShape>,
    /// Its PostgreSQL major version.
    #[schemars(range(min = 13, max = 18))]
    pg_version: Option<u16>,
    /// As the top-level `load_order`.
    load_order: Option<Texts>,
    /// Hooks by phase.
    hooks: Option<BTreeMap<String, Any>>,
    /// Rules whose findings don't stop a migration here.
    allow: Option<Texts>,
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
    /// Where its database is: a URL or a connection string; `${VAR}` refers to the process's environment.
    database_url: Option<String>,
    /// As `database_url`.
    url: Option<String>,
    /// Whether its data matter: commands that change it ask for its name first.
    production: Option<bool>,
    /// As `production`.
    protected: Option<bool>,
    /// How long a statement of a migration may wait for a lock here.
    lock_timeout: Option<DurationShape>,
    /// How long a statement of a migration may take here.
    statement_timeout: Option<DurationShape>,
    /// How often a migration is tried here that waited too long for a lock.
    retries: Option<RetriesShape>,
    /// Its PostgreSQL major version.
    #[schemars(range(min = 13, max = 18))]
    pg_version: Option<u16>,
    /// As the top-level `load_order`.
    load_order: Option<Texts>,
    /// Hooks by phase.
    hooks: Option<BTreeMap<String, Any>>,
    /// Rules whose findings don't stop a migration here.
    allow: Option<Texts>,
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
    lock_timeout: Option<DurationShape>,
    /// How long a statement may take.
    statement_timeout: Option<DurationShape>,
    /// Whether each migration runs in a transaction, all of a run in one, or none.
    transaction: Option<TransactionShape>,
    /// The version that an existing database is taken to have.
    baseline: Option<Any>,
    /// Which migrations need an approval.
    require_approval: Option<Any>,
    /// How often a migration is tried that waited too long for a lock.
    retries: Option<RetriesShape>,
}

/// `true` is `each`, `false` is `never`.
#[derive(JsonSchema)]
#[serde(untagged)]
enum TransactionShape {
    Switch(bool),
    Name(TransactionName),
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum TransactionName {
    Each,
    All,
    Never,
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
