//! A server and database to connect to, made of a connection string, service files and the environment.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::Config;

use super::attributes::SessionAttributes;
use super::host::{Host, Place, hosts};
use super::passfile::{self, PasswordFile, Wanted};
use super::settings::{Settings, Source, invalid};
use super::tls::{RootCertificates, SslMode, TlsSettings};
use super::{ConnectError, service, string, variables};

/// How long to wait for a server that doesn't answer, unless `connect_timeout` says otherwise.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The same for private servers, which answer as soon as a machine under load lets them.
#[cfg(unix)]
const PRIVATE_CONNECT_TIMEOUT: Duration = Duration::from_secs(60);

/// A server and database to connect to, with credentials.
///
/// `Display` gives user, hosts, ports and database; neither it nor `Debug` shows the password.
#[derive(Clone)]
pub struct Target {
    /// All that doesn't depend on which of the servers it is.
    config: Config,
    hosts: Vec<Host>,
    in_random_order: bool,
    attributes: SessionAttributes,
    /// How long one address may take to answer; `None` is without end.
    timeout: Option<Duration>,
    password: Option<Password>,
    password_file: Option<PasswordFile>,
    tls: TlsSettings,
    /// Variables of settings that nothing here looks at, for other programs.
    passed_on: Vec<(&'static str, String)>,
    /// How messages name the connection string, where somebody said it.
    origin: Option<String>,
    notices: Vec<String>,
}

/// A password, with where it came from.
#[derive(Clone)]
pub(super) struct Password {
    pub(super) bytes: Vec<u8>,
    pub(super) source: Source,
}

impl Target {
    /// Reads a connection string: a URL (`postgresql://user:password@host:5432/database?sslmode=…`)
    /// or keywords (`host=… dbname='…'`), completed as libpq does: by the service that it or
    /// `PGSERVICE` names, by `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`, `PGPASSWORD`, `PGPASSFILE`,
    /// `PGOPTIONS`, `PGAPPNAME`, `PGCONNECT_TIMEOUT`, `PGTARGETSESSIONATTRS`, `PGLOADBALANCEHOSTS`,
    /// `PGCHANNELBINDING`, `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY`, and, when it
    /// connects, by the password file.
    ///
    /// `sslmode` means what it means to libpq: `disable`, `allow` and `prefer` (the default),
    /// `require` (encrypted; verified only where a root certificate is given or
    /// `~/.postgresql/root.crt` exists), `verify-ca`, `verify-full`. Where `verify-…` is asked for
    /// and no root certificate is given, the operating system's are used, as with
    /// `sslrootcert=system`. On a socket there is no TLS.
    ///
    /// # Errors
    /// [`ConnectError::InvalidTarget`] and [`ConnectError::Tls`].
    pub fn parse(text: &str) -> Result<Self, ConnectError> {
        Self::parse_with(text, |name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
    }

    /// As [`Target::parse`], with the environment given by `variable`.
    ///
    /// # Errors
    /// As [`Target::parse`].
    pub fn parse_with(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConnectError> {
        let mut settings = string::parse(text)?;
        service::complete(&mut settings, &variable)?;
        variables::complete(&mut settings, &variable);
        settings.check_keywords()?;
        let mut config: Config = settings
            .for_driver()
            .parse()
            .map_err(|error: tokio_postgres::Error| {
                let reason = crate::error::with_causes(&error);
                invalid(reason.trim_start_matches("invalid connection string: "))
            })?;
        if let (None, Some(name)) = (
            config.get_application_name(),
            settings.value("fallback_application_name"),
        ) {
            config.application_name(name);
        }
        let mut target = Self {
            config,
            hosts: hosts(&settings)?,
            in_random_order: in_random_order(&settings)?,
            attributes: SessionAttributes::of(&settings)?,
            timeout: timeout(&settings)?,
            password: password(&settings),
            password_file: password_file(&settings, &variable),
            tls: tls_settings(&settings, &variable)?,
            passed_on: passed_on(&settings),
            origin: None,
            notices: Vec::new(),
        };
        if target.password.is_none() {
            target.notices = target
                .password_file
                .iter()
                .filter_map(PasswordFile::problem)
                .collect();
        }
        Ok(target)
    }

    /// A target on a Unix-domain socket, without password and TLS.
    #[cfg(unix)]
    pub(crate) fn on_socket(folder: &Path, port: u16, user: &str, database: &str) -> Self {
        let mut config = Config::new();
        config.user(user).dbname(database);
        Self {
            config,
            hosts: vec![Host {
                place: Place::Socket(folder.to_path_buf()),
                port,
            }],
            in_random_order: false,
            attributes: SessionAttributes::Any,
            timeout: Some(PRIVATE_CONNECT_TIMEOUT),
            password: None,
            password_file: None,
            tls: TlsSettings::disabled(),
            passed_on: Vec::new(),
            origin: None,
            notices: Vec::new(),
        }
    }

    /// The same server and user with another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let mut target = self.clone();
        target.config.dbname(name);
        target
    }

    /// The same with a name that the server shows for its sessions, where neither the string nor the environment names one.
    #[must_use]
    pub fn with_application_name(&self, name: &str) -> Self {
        let mut target = self.clone();
        if target.config.get_application_name().is_none() {
            target.config.application_name(name);
        }
        target
    }

    /// The same with another limit on how long one address may take to answer; `None` is without end.
    #[must_use]
    pub fn with_connect_timeout(&self, timeout: Option<Duration>) -> Self {
        Self {
            timeout,
            ..self.clone()
        }
    }

    /// The same, with how hints name the connection string, such as "`database_url` of environment `qa`".
    #[must_use]
    pub fn with_origin(&self, origin: impl Into<String>) -> Self {
        Self {
            origin: Some(origin.into()),
            ..self.clone()
        }
    }

    /// The database's name; the server takes the user's name where there is none.
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname()
    }

    /// The user's name.
    pub fn user(&self) -> Option<&str> {
        self.config.get_user()
    }

    /// What a person should know before it is used, a sentence each: that a password file is left out, and why.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// What libpq's programs (`psql`, `pg_dump`) need in their environment to connect as this does, the password included;
    /// `None` is a variable to take away. A child's environment, unlike its arguments, isn't shown to other users.
    ///
    /// Programs that can't read the variables, or that connect elsewhere first, are better not run with it.
    pub fn variables(&self) -> Vec<(&'static str, Option<String>)> {
        let mut given: Vec<(&'static str, String)> = Vec::new();
        let list = |part: fn(&Host) -> String| self.hosts.iter().map(part).collect::<Vec<_>>().join(",");
        given.push(("PGHOST", list(host_of)));
        if self
            .hosts
            .iter()
            .any(|host| matches!(host.place, Place::Address(..)))
        {
            given.push(("PGHOSTADDR", list(address_of)));
        }
        given.push(("PGPORT", list(|host| host.port.to_string())));
        let texts = [
            ("PGUSER", self.config.get_user()),
            ("PGDATABASE", self.config.get_dbname()),
            ("PGOPTIONS", self.config.get_options()),
            ("PGAPPNAME", self.config.get_application_name()),
            ("PGTARGETSESSIONATTRS", self.attributes.given()),
        ];
        given.extend(
            texts
                .into_iter()
                .filter_map(|(name, text)| Some((name, text?.to_owned()))),
        );
        if let Some(password) = &self.password {
            given.push((
                "PGPASSWORD",
                String::from_utf8_lossy(&password.bytes).into_owned(),
            ));
        }
        if let Some(file) = &self.password_file {
            given.push(("PGPASSFILE", file.path.to_string_lossy().into_owned()));
        }
        let seconds = self.timeout.map_or(0, |timeout| timeout.as_secs().max(1));
        given.push(("PGCONNECT_TIMEOUT", seconds.to_string()));
        given.extend(self.tls.variables());
        given.extend(self.passed_on.iter().cloned());
        variables::names()
            .map(|name| {
                let value = given.iter().find(|(known, _)| *known == name);
                (name, value.map(|(_, value)| value.clone()))
            })
            .collect()
    }

    /// A URL of this target for other programs, without password and TLS settings.
    #[cfg(unix)]
    pub(crate) fn to_url(&self) -> String {
        let part = |text: Option<&str>| string::percent_encode(text.unwrap_or_default());
        let host = self.hosts.first();
        format!(
            "postgresql://{}@{}:{}/{}",
            part(self.config.get_user()),
            host.map_or_else(String::new, |host| string::percent_encode(&host_of(host))),
            host.map_or(5432, |host| host.port),
            part(self.config.get_dbname())
        )
    }

    /// The same with one of its servers only.
    pub(super) fn narrowed(&self, host: &Host) -> Self {
        Self {
            hosts: vec![host.clone()],
            ..self.clone()
        }
    }

    /// The password for one of the servers: the one that was given, or that of the password file.
    pub(super) fn password_for(&self, host: &Host) -> Option<Password> {
        if self.password.is_some() {
            return self.password.clone();
        }
        let file = self.password_file.as_ref()?;
        let user = self.config.get_user().unwrap_or_default();
        let found = file.find(Wanted {
            host: &host.in_password_file(),
            port: host.port,
            database: self.config.get_dbname().unwrap_or(user),
            user,
        })?;
        Some(Password {
            bytes: found.password,
            source: Source::PasswordFile {
                file: file.path.clone(),
                line: found.line,
            },
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    pub(super) fn is_in_random_order(&self) -> bool {
        self.in_random_order
    }

    pub(super) fn attributes(&self) -> SessionAttributes {
        self.attributes
    }

    pub(super) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    pub(super) fn tls(&self) -> &TlsSettings {
        &self.tls
    }

    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    pub(super) fn password_file(&self) -> Option<&Path> {
        self.password_file.as_ref().map(|file| file.path.as_path())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.config.get_user().unwrap_or("?");
        write!(f, "{user}@")?;
        for (index, host) in self.hosts.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{host}")?;
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or(user))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self}, sslmode {:?})", self.tls.mode)
    }
}

fn host_of(host: &Host) -> String {
    match &host.place {
        Place::Name(name) => name.clone(),
        Place::Address(name, _) => name.clone().unwrap_or_default(),
        Place::Socket(folder) => folder.to_string_lossy().into_owned(),
    }
}

fn address_of(host: &Host) -> String {
    match &host.place {
        Place::Address(_, address) => address.to_string(),
        _ => String::new(),
    }
}

fn timeout(settings: &Settings) -> Result<Option<Duration>, ConnectError> {
    let Some(text) = settings.value("connect_timeout") else {
        return Ok(Some(DEFAULT_CONNECT_TIMEOUT));
    };
    let seconds: i64 = text
        .trim()
        .parse()
        .map_err(|_| invalid("`connect_timeout` is a number of seconds"))?;
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs))
}

fn in_random_order(settings: &Settings) -> Result<bool, ConnectError> {
    match settings.value("load_balance_hosts") {
        None | Some("disable") => Ok(false),
        Some("random") => Ok(true),
        Some(_) => Err(invalid("`load_balance_hosts` must be disable or random")),
    }
}

fn passed_on(settings: &Settings) -> Vec<(&'static str, String)> {
    let keys = [
        ("load_balance_hosts", "PGLOADBALANCEHOSTS"),
        ("channel_binding", "PGCHANNELBINDING"),
        ("sslnegotiation", "PGSSLNEGOTIATION"),
    ];
    keys.into_iter()
        .filter_map(|(key, name)| Some((name, settings.value(key)?.to_owned())))
        .collect()
}

fn password(settings: &Settings) -> Option<Password> {
    let setting = settings
        .get("password")
        .filter(|setting| !setting.value.is_empty())?;
    Some(Password {
        bytes: setting.value.clone().into_bytes(),
        source: setting.source.clone(),
    })
}

fn password_file(settings: &Settings, variable: &impl Fn(&str) -> Option<String>) -> Option<PasswordFile> {
    match settings.value("passfile") {
        Some(path) => Some(PasswordFile {
            path: PathBuf::from(path),
            is_named: true,
        }),
        None => Some(PasswordFile {
            path: passfile::default_path(variable)?,
            is_named: false,
        }),
    }
}

fn tls_settings(
    settings: &Settings,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<TlsSettings, ConnectError> {
    let mode = match settings.value("sslmode") {
        Some(text) => SslMode::parse(text).ok_or_else(|| {
            invalid("sslmode must be disable, allow, prefer, require, verify-ca or verify-full")
        })?,
        None => SslMode::Prefer,
    };
    let own_folder = variable("HOME").map(|home| PathBuf::from(home).join(".postgresql"));
    let in_own_folder = |name: &str| {
        own_folder
            .as_ref()
            .map(|folder| folder.join(name))
            .filter(|path| path.exists())
    };
    let roots = match settings.value("sslrootcert") {
        Some("system") => Some(RootCertificates::System),
        Some(path) => Some(RootCertificates::File(path.into())),
        None => in_own_folder("root.crt").map(RootCertificates::File),
    };
    let certificate = settings
        .value("sslcert")
        .map(PathBuf::from)
        .or_else(|| in_own_folder("postgresql.crt"));
    let key = settings
        .value("sslkey")
        .map(PathBuf::from)
        .or_else(|| in_own_folder("postgresql.key"));
    Ok(TlsSettings {
        mode,
        roots,
        identity: certificate.zip(key),
    })
}
