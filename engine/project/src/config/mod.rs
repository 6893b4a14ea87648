//! `confiture.yaml`: its types, and how they are read.
//!
//! Reading never stops at the first mistake: every unknown key and wrong value becomes a [`Problem`] with its place, and
//! what can be understood is. All the shapes that `linting:` may have are normalized here, once (see [`LintConfig`]).

pub(crate) mod decode;
mod lint;
pub(crate) mod schema;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::environment::{Environment, Place, Retries, UNNAMED};
use crate::yaml::Node;
use crate::{Layout, Problem, ProblemCode, SourceFile};

use decode::Decoder;
pub(crate) use lint::complete;
pub use lint::{
    ApplicableTo, Layer, LintConfig, LintOverride, OwnText, Pattern, RULE_KEYS, RuleExample, RuleOption,
    RuleSetting,
};
pub use schema::config_schema;

/// The file names that hold a configuration, in order of preference.
pub const CONFIG_FILES: [&str; 4] = [
    "confiture.yaml",
    "confiture.yml",
    "confiture-lint.yaml",
    "confiture-lint.yml",
];

/// Those of them that hold `linting:` alone. They stand beside another, whose settings they refine, or by themselves.
pub const LINT_CONFIG_FILES: [&str; 2] = ["confiture-lint.yaml", "confiture-lint.yml"];

/// The PostgreSQL majors that are known.
pub const PG_VERSIONS: std::ops::RangeInclusive<u16> = 13..=18;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Should be looked at.
    Warning,
    /// Must not be merged. `critical` is another name for it.
    Error,
}

impl Severity {
    /// The name, as in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// Reads a name; `critical` is `error`, `warn` is `warning`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "off" => Some(Severity::Off),
            "info" => Some(Severity::Info),
            "warning" | "warn" => Some(Severity::Warning),
            "error" | "critical" => Some(Severity::Error),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where migrations are and whose rules they follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MigrationsConfig {
    /// The folders, relative to the configuration's folder. Empty: they are found.
    pub paths: Vec<Pattern>,
    /// The layout, where it is said.
    pub layout: Option<Layout>,
    /// The ledger's table.
    pub table: Option<Pattern>,
    /// The ledger's schema.
    pub schema: Option<Pattern>,
    /// How long a statement may wait for a lock, where the environment says nothing else; zero is without end.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may take, where the environment says nothing else; zero is without end.
    pub statement_timeout: Option<Duration>,
    /// How migrations and transactions go together.
    pub transaction: Option<Transactions>,
    /// How often a migration is tried that waited too long for a lock, where the environment says nothing else.
    pub retries: Option<Retries>,
    /// Settings that other commands read.
    pub rest: BTreeMap<String, Node>,
}

/// How migrations and transactions go together, but for those that can't run in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transactions {
    /// Each migration in one of its own.
    Each,
    /// All migrations of a run in one.
    All,
    /// None: each statement by itself.
    Never,
}

impl Transactions {
    /// Reads a name, as in configuration.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "each" => Some(Self::Each),
            "all" => Some(Self::All),
            "never" => Some(Self::Never),
            _ => None,
        }
    }
}

/// A configuration file, typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file; `None` for the default configuration.
    pub source: Option<Arc<SourceFile>>,
    /// The PostgreSQL major that the project runs on.
    pub pg_version: Option<u16>,
    /// Environments by name, those in files of `confiture-environments/` included.
    pub environments: BTreeMap<String, Environment>,
    /// The name in the single form `environment: {name: …}`.
    pub environment: Option<String>,
    /// The entries of `load_order`, in order: files, folders and globs, relative to the configuration's folder.
    pub load_order: Vec<Pattern>,
    /// Where migrations are.
    pub migrations: MigrationsConfig,
    /// The lint settings, normalized.
    pub linting: LintConfig,
    /// Hooks by phase, as data.
    pub hooks: Option<Node>,
    /// Settings of the data sync, as data.
    pub sync: Option<Node>,
    /// Settings of pggit, as data.
    pub pggit: Option<Node>,
}

/// The name of the file with known findings where none is configured.
pub const BASELINE: &str = "confiture-baseline.json";

impl Config {
    /// The file with known findings, and whether the configuration names it. Its path is relative to the configuration's
    /// folder, or to `folder` where there is no configuration.
    pub fn baseline_file(&self, folder: &Path) -> (PathBuf, bool) {
        let root = match &self.source {
            Some(source) => source.file.parent().unwrap_or(Path::new(".")),
            None => folder,
        };
        match &self.linting.baseline {
            Some(path) => (root.join(&path.text), true),
            None => (root.join(BASELINE), false),
        }
    }

    /// Reads a configuration. What is wrong is returned beside what could be read.
    pub fn parse(source: &Arc<SourceFile>) -> (Config, Vec<Problem>) {
        let mut config = Config {
            source: Some(Arc::clone(source)),
            ..Config::default()
        };
        let mut decoder = Decoder::new(source);
        match Node::parse(&source.text) {
            Ok(node) => config.read(&mut decoder, &node),
            Err(error) => decoder.push(error.into_problem(source)),
        }
        (config, decoder.finish())
    }

    /// The problem of a place in this configuration, for those who interpret it (rule names, environments).
    pub fn problem(&self, code: ProblemCode, range: &Range<usize>, message: impl Into<String>) -> Problem {
        match &self.source {
            Some(source) => Problem::new(code, &source.path, message).at(range.clone(), source.shown()),
            None => Problem::new(code, CONFIG_FILES[0], message),
        }
    }

    /// Lays what a `confiture-lint.yaml` says over what is said already, and hands back what that builds on then.
    pub(crate) fn refine(&mut self, lint: Config) -> Vec<Layer> {
        if self.source.is_none() {
            *self = lint;
            return Vec::new();
        }
        self.refine_linting(lint)
    }

    /// Lays the lint settings of any file over what is said already, and hands back what they build on then. That file
    /// may stand anywhere: which files are the project's, and from where their paths are read, stays as it is.
    pub(crate) fn refine_linting(&mut self, file: Config) -> Vec<Layer> {
        self.pg_version = file.pg_version.or(self.pg_version);
        let mut below = std::mem::replace(&mut self.linting, file.linting);
        let mut layers = std::mem::take(&mut below.layers);
        if self.source.is_some() {
            layers.push(Layer::File(Box::new(below)));
        }
        layers
    }

    fn read(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        let file = decoder.source();
        let name = file.path.file_name().and_then(|name| name.to_str());
        let lint_only = name.is_some_and(|name| LINT_CONFIG_FILES.contains(&name));
        for (key, value) in decoder.map(node, "the configuration") {
            match key.name.as_str() {
                "linting" => self.linting.read(decoder, value),
                _ if lint_only => {
                    let place = " in a file for `linting` alone";
                    decoder.unknown_key(key, place, &["linting".to_owned()]);
                }
                "pg_version" => self.pg_version = decoder.pg_version(value),
                "environments" => {
                    for (name, node) in decoder.map(value, "`environments`") {
                        let environment = Environment::read(decoder, &name.name, node, Place::Entry);
                        self.add_environment(decoder, environment);
                    }
                }
                "environment" => self.read_environment(decoder, value),
                "load_order" => self.load_order = decoder.patterns(value, "`load_order`"),
                "migrations" => self.read_migrations(decoder, value),
                "hooks" => self.hooks = Some(value.clone()),
                "sync" => self.sync = Some(value.clone()),
                "pggit" => self.pggit = Some(value.clone()),
                _ => decoder.unknown_key(key, "", &schema::keys::<schema::ConfigFile>()),
            }
        }
    }

    /// The form for a single environment: what it says about files and rules is said of the project.
    fn read_environment(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        for (key, value) in node.as_map().unwrap_or_default() {
            match key.name.as_str() {
                "name" => self.environment = decoder.text(value, "`environment.name`"),
                "linting" => self.linting.read(decoder, value),
                _ => {}
            }
        }
        let name = self.environment.clone().unwrap_or_else(|| UNNAMED.to_owned());
        let environment = Environment::read(decoder, &name, node, Place::Single);
        self.load_order.extend(environment.load_order.iter().cloned());
        self.pg_version = environment.pg_version.or(self.pg_version);
        if environment.hooks.is_some() {
            self.hooks.clone_from(&environment.hooks);
        }
        if self.environment.is_some() || environment.database_url.is_some() {
            self.add_environment(decoder, environment);
        }
    }

    fn read_migrations(&mut self, decoder: &mut Decoder<'_>, node: &Node) {
        if node.as_map().is_none() {
            self.migrations.paths = decoder.patterns(node, "`migrations`");
            return;
        }
        for (key, value) in decoder.map(node, "`migrations`") {
            match key.name.as_str() {
                "path" | "paths" | "directory" => {
                    self.migrations.paths = decoder.patterns(value, "`migrations.paths`")
                }
                "layout" => self.migrations.layout = decoder.layout(value),
                "pg_version" => self.pg_version = decoder.pg_version(value),
                "table" => {
                    let table = decoder.pattern(value, "`migrations.table`");
                    if table.as_ref().is_some_and(|table| table.text.contains('.')) {
                        let wanted = "a name alone (its schema stands in `migrations.schema`)";
                        decoder.wrong(value, "`migrations.table`", wanted);
                    }
                    self.migrations.table = table;
                }
                "schema" => self.migrations.schema = decoder.pattern(value, "`migrations.schema`"),
                "lock_timeout" => {
                    self.migrations.lock_timeout = decoder.duration(value, "`migrations.lock_timeout`");
                }
                "statement_timeout" => {
                    self.migrations.statement_timeout =
                        decoder.duration(value, "`migrations.statement_timeout`");
                }
                "transaction" => self.migrations.transaction = decoder.transactions(value),
                "retries" => self.migrations.retries = decoder.retries(value),
                name if schema::MIGRATION_SETTINGS.contains(&name) => {
                    self.migrations.rest.insert(key.name.clone(), value.clone());
                }
                _ => decoder.unknown_key(key, " in `migrations`", &schema::keys::<schema::MigrationsFile>()),
            }
        }
    }
}
