//! Environments: the databases that a project has, by name, and how each is treated.
//!
//! They stand in `environments:` of `confiture.yaml`, in its `environment:` where there is one only, and in the files of
//! `confiture-environments/`. What is written there is read by [`Config`]; this module says what it means.

mod expand;
mod folder;
mod read;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::decode::Decoder;
use crate::config::{CONFIG_FILES, Config, Pattern};
use crate::secret::Secret;
use crate::yaml::Node;
use crate::{Problem, ProblemCode, SourceFile, nearest};

pub use expand::{ExpandError, expand};
pub(crate) use folder::read_folder;
pub(crate) use read::Place;

/// What `environment:` is called where it has an address and no name.
pub(crate) const UNNAMED: &str = "default";

/// The folder beside `confiture.yaml` whose files are environments or anonymization profiles.
pub const ENVIRONMENTS_FOLDER: &str = "confiture-environments";

/// The environment that every project has: where it isn't configured, a private server of Confiture's own.
pub const LOCAL: &str = "local";

/// How often something is tried that failed for want of a lock, and with which pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often it is tried in all; at least 1.
    pub attempts: u32,
    /// The pause after the first attempt; later ones grow.
    pub wait: Option<Duration>,
    /// The longest pause.
    pub max_wait: Option<Duration>,
    /// How long those who hold the lock are waited for, without standing in its queue, before the next attempt.
    pub wait_for_blockers: Option<Duration>,
}

/// The address of a database as the configuration has it, `${VAR}` included. `Debug` doesn't show it: it may hold a
/// password.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// The text.
    pub text: Secret,
    /// Where it is written.
    pub range: Range<usize>,
}

/// One environment. What it doesn't say is `None` or empty: then that of `migrations:`, or the default, holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where its database is, as it is written; [`Environment::database`] gives what it means.
    pub database_url: Option<Address>,
    /// Whether it is one whose data matter: commands that change it ask for its name first. `protected` is the same.
    pub production: bool,
    /// How long a statement may wait for a lock; zero is without end.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may take; zero is without end.
    pub statement_timeout: Option<Duration>,
    /// How often a migration is tried that waited too long for a lock.
    pub retries: Option<Retries>,
    /// Its PostgreSQL major.
    pub pg_version: Option<u16>,
    /// As the configuration's `load_order`.
    pub load_order: Vec<Pattern>,
    /// Hooks by phase, as data.
    pub hooks: Option<Node>,
    /// Rules whose findings don't stop a migration here, by name.
    pub allow: Vec<Pattern>,
    /// Settings of the data sync, as data.
    pub sync: Option<Node>,
    /// Settings of pggit, as data.
    pub pggit: Option<Node>,
    /// The file that it stands in; `None` where it isn't configured.
    pub source: Option<Arc<SourceFile>>,
    /// Where it stands there.
    pub range: Range<usize>,
}

/// What an environment's address means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A server that is there: a connection string, with its variables replaced.
    Url(Secret),
    /// A private server of Confiture's own, made for this project.
    Local,
    /// The environment has no database.
    None,
}

impl Environment {
    /// An environment with this name that nothing is said about.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Where its database is, with `${VAR}` replaced by what `variable` gives.
    ///
    /// # Errors
    /// A variable that isn't set, or a `${` that is wrong, at its place. The values of variables are never in it.
    pub fn database(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Database, Box<Problem>> {
        let Some(address) = &self.database_url else {
            return Ok(match self.name.as_str() {
                LOCAL => Database::Local,
                _ => Database::None,
            });
        };
        match expand(address.text.reveal(), variable) {
            Ok(url) => Ok(Database::Url(Secret::new(url))),
            Err(error) => {
                let problem = self.problem(&address.range, error.to_string());
                Err(Box::new(problem.with_help(error.help())))
            }
        }
    }

    /// Whether its address is that of this variable: written `${NAME}` and nothing else.
    pub fn is_address_of(&self, variable: &str) -> bool {
        self.database_url
            .as_ref()
            .is_some_and(|address| address.text.reveal().trim() == format!("${{{variable}}}"))
    }

    /// How messages name it: with the file that it stands in, where there is one.
    pub fn title(&self) -> String {
        match &self.source {
            Some(source) => format!("environment `{}` of {}", self.name, source.path.display()),
            None => format!("environment `{}`", self.name),
        }
    }

    /// How messages name its address: with the place where it is written.
    pub fn address_title(&self) -> String {
        let place = match (&self.source, &self.database_url) {
            (Some(source), Some(address)) => {
                let problem = self.problem(&address.range, String::new());
                let (line, column) = problem.line_column().unwrap_or((1, 1));
                format!(" ({}:{line}:{column})", source.path.display())
            }
            _ => String::new(),
        };
        format!("`database_url` of environment `{}`{place}", self.name)
    }

    fn problem(&self, range: &Range<usize>, message: String) -> Problem {
        match &self.source {
            Some(source) => {
                Problem::new(ProblemCode::WrongValue, &source.path, message).at(range.clone(), source.shown())
            }
            None => Problem::new(ProblemCode::WrongValue, CONFIG_FILES[0], message),
        }
    }
}

impl Config {
    /// The environment with this name. [`LOCAL`] exists in every project.
    ///
    /// # Errors
    /// That there is none with this name, with the nearest one that there is.
    pub fn environment(&self, name: &str) -> Result<Environment, Box<Problem>> {
        match self.environments.get(name) {
            Some(environment) => Ok(environment.clone()),
            None if name == LOCAL => Ok(Environment::named(LOCAL)),
            None => Err(Box::new(self.unknown_environment(name))),
        }
    }

    /// The environment where none is named: the only one that is configured, or else [`LOCAL`].
    pub fn default_environment(&self) -> Environment {
        let mut all = self.environments.values();
        match (all.next(), all.next()) {
            (Some(only), None) => only.clone(),
            _ => self
                .environments
                .get(LOCAL)
                .cloned()
                .unwrap_or_else(|| Environment::named(LOCAL)),
        }
    }

    /// Adds an environment that was read; where there are several with one name, the first holds.
    pub(crate) fn add_environment(&mut self, decoder: &mut Decoder<'_>, environment: Environment) {
        let Some(first) = self.environments.get(&environment.name) else {
            self.environments.insert(environment.name.clone(), environment);
            return;
        };
        let message = format!("environment `{}` exists already", environment.name);
        let problem = decoder
            .problem(ProblemCode::WrongValue, &environment.range, message)
            .with_help(format!("keep one of them; the other is {}", first.title()));
        decoder.push(problem);
    }

    fn unknown_environment(&self, name: &str) -> Problem {
        let path = match &self.source {
            Some(source) => source.path.clone(),
            None => PathBuf::from(CONFIG_FILES[0]),
        };
        let mut names: Vec<&str> = self.environments.keys().map(String::as_str).collect();
        let message = format!("there is no environment `{name}`");
        let problem = Problem::new(ProblemCode::UnknownKey, path, message);
        let configured = !names.is_empty();
        if !names.contains(&LOCAL) {
            names.push(LOCAL);
        }
        problem.with_help(match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if configured => format!("known: {}", names.join(", ")),
            None => format!("add `environments:` with `{name}: {{database_url: \"${{DATABASE_URL}}\"}}`"),
        })
    }
}
