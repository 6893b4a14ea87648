//! Which database a command works on: from its options, the configuration and the variable `DATABASE_URL`.

use std::io::Write as _;

use confiture_postgres::{Session, Target};
use confiture_project::{Config, Database, Environment, LOCAL, Secret};

use super::Terminal;
use crate::args::ConnectArgs;
use crate::failure::Failure;

/// The variable that holds an address where no environment is configured.
const VARIABLE: &str = "DATABASE_URL";

/// What servers call this program's sessions, where nobody names them.
const APPLICATION_NAME: &str = "confiture";

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
    let mut notices = Vec::new();
    let environment = match &args.env {
        Some(name) => config.environment(name)?,
        None => config.default_environment(),
    };
    if let Some(url) = &args.database_url {
        let environment = match args.env {
            Some(_) => environment,
            None => nameless(environment),
        };
        return at(environment, url, "the option --database-url", &variable, notices);
    }
    if args.env.is_none() && environment.source.is_none() && !config.environments.is_empty() {
        let names: Vec<&str> = config.environments.keys().map(String::as_str).collect();
        let names = names.join(", ");
        notices.push(format!(
            "no environment is named, so `{LOCAL}` holds; `--env` takes {names}"
        ));
    }
    // An address of the variable would take the settings of an environment away, `production` among them.
    let is_only = config.environments.len() == 1 && config.environments.contains_key(&environment.name);
    let is_free = args.env.is_none() && config.environments.is_empty();
    match environment.database(set)? {
        Database::Url(url) => {
            if args.env.is_none() && set(VARIABLE).is_some() && !environment.is_address_of(VARIABLE) {
                notices.push(unused(&environment));
            }
            let origin = format!("`database_url` of {}", environment.title());
            at(environment, &url, &origin, &variable, notices)
        }
        Database::None | Database::Local if is_free || (is_only && environment.name != LOCAL) => {
            match set(VARIABLE) {
                Some(url) => {
                    let origin = format!("the variable {VARIABLE}");
                    at(
                        nameless(environment),
                        &Secret::new(url),
                        &origin,
                        &variable,
                        notices,
                    )
                }
                None => without_address(environment, notices),
            }
        }
        Database::None | Database::Local => {
            if args.env.is_none() && set(VARIABLE).is_some() {
                notices.push(unused(&environment));
            }
            without_address(environment, notices)
        }
    }
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
    let target = Target::parse_with(url.reveal(), libpq)?
        .with_origin(origin)
        .with_application_name(APPLICATION_NAME);
    notices.extend(target.notices().iter().cloned());
    Ok(Chosen {
        environment,
        server: Server::At(Box::new(target)),
        notices,
    })
}

fn unused(environment: &Environment) -> String {
    format!(
        "{VARIABLE} is set and not used: {} holds; `--database-url \"${VARIABLE}\"` uses it",
        environment.title()
    )
}

/// Connects to an address that a command was given.
///
/// # Errors
/// An address that can't be read, and every reason why no connection could be had.
pub(super) fn connect(url: &Secret) -> Result<Session, Failure> {
    let target = Target::parse(url.reveal())?.with_application_name(APPLICATION_NAME);
    Ok(Session::open(&target)?)
}
