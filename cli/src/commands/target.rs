//! Which database a command works on: from its options, the configuration and the variable `DATABASE_URL`.

use std::io::Write as _;

use confiture_postgres::{Session, Target};
use confiture_project::{Config, Database, Environment, LOCAL, Secret};

use super::Terminal;
use super::who;
use crate::args::ConnectArgs;
use crate::failure::Failure;

/// The variable that holds an address where no environment is configured.
const VARIABLE: &str = "DATABASE_URL";

/// What the environment is called where only an address is known.
const UNNAMED: &str = "database";

/// The database that a command works on.
#[derive(Debug)]
pub struct Chosen {
    /// Its environment: that of the configuration, or one without settings where only an address is known.
    pub environment: Environment,
    /// Where it is.
    pub server: Server,
    /// What a person should know about the choice, a sentence each.
    pub notices: Vec<String>,
}

/// Where a database is.
#[derive(Debug)]
pub enum Server {
    /// On a server that is there.
    At(Box<Target>),
    /// On a private server of this project's own, which is yet to be started.
    Local,
}

impl Chosen {
    /// How messages name the database: user, host, port and database, never a password.
    pub fn title(&self) -> String {
        match &self.server {
            Server::At(target) => target.to_string(),
            Server::Local => "the private server of this project".to_owned(),
        }
    }

    /// Says the notices on standard error, unless the run is quiet.
    pub fn print_notices(&self, terminal: Terminal) {
        if terminal.quiet {
            return;
        }
        let mut err = std::io::stderr().lock();
        for notice in &self.notices {
            // A standard error that is closed is nobody's loss.
            let _ = writeln!(err, "note: {notice}");
        }
    }
}

/// The database that some options and a configuration lead to, as [`ConnectArgs`] says.
///
/// # Errors
/// An environment that doesn't exist or has no address, a variable that isn't set, an address that can't be read.
pub fn choose(args: &ConnectArgs, config: &Config) -> Result<Chosen, Failure> {
    choose_with(args, config, |name| std::env::var(name).ok())
}

/// As [`choose`], with the variables given by `variable`.
///
/// # Errors
/// As [`choose`].
pub fn choose_with(
    args: &ConnectArgs,
    config: &Config,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Chosen, Failure> {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let environment = match &args.env {
        Some(name) => config.environment(name)?,
        None => config.default_environment(),
    };
    if let Some(url) = &args.database_url {
        let environment = match args.env {
            Some(_) => environment,
            None => nameless(environment),
        };
        return at(
            environment,
            url,
            "the option --database-url",
            &variable,
            Vec::new(),
        );
    }
    let fallback = set(VARIABLE);
    match environment.database(set)? {
        Database::Url(url) => {
            let notices = notices(args, config, &environment, fallback.is_some());
            let origin = environment.address_title();
            at(environment, &url, &origin, &variable, notices)
        }
        Database::None | Database::Local => match fallback {
            Some(url) if takes_variable(args, config, &environment) => {
                let origin = format!("the variable {VARIABLE}");
                let url = Secret::new(url);
                at(nameless(environment), &url, &origin, &variable, Vec::new())
            }
            fallback => {
                let notices = notices(args, config, &environment, fallback.is_some());
                without_address(environment, notices)
            }
        },
    }
}

/// Whether `DATABASE_URL` counts for an environment without an address: where none is configured and none named, and for
/// the only one. For others it would take away what they say about their databases, `production` among it.
fn takes_variable(args: &ConnectArgs, config: &Config, environment: &Environment) -> bool {
    match config.environments.len() {
        0 => args.env.is_none(),
        1 => config.environments.contains_key(&environment.name) && environment.name != LOCAL,
        _ => false,
    }
}

/// What should be known where no environment was named and a configured one holds.
fn notices(args: &ConnectArgs, config: &Config, environment: &Environment, is_set: bool) -> Vec<String> {
    let mut notices = Vec::new();
    if args.env.is_some() {
        return notices;
    }
    if environment.source.is_none() && !config.environments.is_empty() {
        let names: Vec<&str> = config.environments.keys().map(String::as_str).collect();
        let names = names.join(", ");
        notices.push(format!(
            "no environment is named, so `{LOCAL}` holds; `--env` takes {names}"
        ));
    }
    if is_set && !environment.is_address_of(VARIABLE) {
        notices.push(format!(
            "{VARIABLE} is set and not used: {} holds; `--database-url \"${VARIABLE}\"` uses it",
            environment.title()
        ));
    }
    notices
}

/// The environment where only an address is known: the configured one that has none of its own, or one without settings.
fn nameless(environment: Environment) -> Environment {
    match (&environment.database_url, environment.name.as_str()) {
        (None, name) if name != LOCAL => environment,
        _ => Environment::named(UNNAMED),
    }
}

fn without_address(environment: Environment, notices: Vec<String>) -> Result<Chosen, Failure> {
    if environment.name != LOCAL {
        return Err(Failure::NoDatabase {
            environment: environment.title(),
        });
    }
    Ok(Chosen {
        environment,
        server: Server::Local,
        notices,
    })
}

fn at(
    environment: Environment,
    url: &Secret,
    origin: &str,
    variable: &impl Fn(&str) -> Option<String>,
    mut notices: Vec<String>,
) -> Result<Chosen, Failure> {
    let libpq = |name: &str| variable(name).filter(|value| !value.is_empty());
    let target = Target::parse_with(url.reveal(), libpq)
        .map_err(|error| Failure::Address {
            origin: origin.to_owned(),
            error,
        })?
        .with_origin(origin)
        .with_application_name(&who::application_name());
    notices.extend(target.notices().iter().cloned());
    Ok(Chosen {
        environment,
        server: Server::At(Box::new(target)),
        notices,
    })
}

/// Connects to an address that a command was given.
///
/// # Errors
/// An address that can't be read, and every reason why no connection could be had.
pub(super) fn connect(url: &Secret) -> Result<Session, Failure> {
    let target = Target::parse(url.reveal())?.with_application_name(&who::application_name());
    Ok(Session::open(&target)?)
}
