//! What a connection is told: pairs of keyword and value, each with where it came from.

use std::path::PathBuf;

use super::ConnectError;

/// Where a value came from. Its text names the place, never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The connection string itself.
    String,
    /// A section of a connection service file.
    Service {
        /// The service.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// A variable of the process's environment.
    Variable(&'static str),
    /// A line of a password file.
    PasswordFile {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

impl Source {
    /// How messages begin about a value from here; nothing for the connection string.
    fn place(&self) -> String {
        match self {
            Self::String => String::new(),
            Self::Service { name, file } => format!("service `{name}` of {}: ", file.display()),
            Self::Variable(name) => format!("{name}: "),
            Self::PasswordFile { file, .. } => format!("{}: ", file.display()),
        }
    }
}

/// A keyword with its value.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) source: Source,
}

/// The keywords of a connection, each at most once. Neither `Debug` nor `Display`: passwords are among them.
#[derive(Clone, Default)]
pub(super) struct Settings(Vec<Setting>);

/// Keywords that the driver takes as they are.
const DRIVERS: [&str; 12] = [
    "user",
    "dbname",
    "options",
    "application_name",
    "sslnegotiation",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "keepalives_count",
    "channel_binding",
];

/// Keywords that are read here.
const OWN: [&str; 16] = [
    "host",
    "hostaddr",
    "port",
    "password",
    "passfile",
    "service",
    "servicefile",
    "connect_timeout",
    "target_session_attrs",
    "load_balance_hosts",
    "fallback_application_name",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "ssl",
];

/// Keywords of libpq that name something this client doesn't need or decides by itself; they are
/// accepted so that a string which works for `psql` works here.
const IGNORED: [&str; 10] = [
    "client_encoding",
    "gssencmode",
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "sslcompression",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "scram_client_key",
];

/// Keywords of libpq that promise a check which is not made here: to go on without it would break the promise.
const REFUSED: [&str; 6] = [
    "require_auth",
    "requirepeer",
    "sslcrl",
    "sslcrldir",
    "sslcertmode",
    "sslpassword",
];

/// Values that promise what this client doesn't do.
const REFUSED_VALUES: [(&str, &str); 2] =
    [("gssencmode", "require"), ("ssl_min_protocol_version", "TLSv1.3")];

impl Settings {
    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.key == key)
    }

    /// The value, where there is one that isn't empty.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        let value = self.get(key).map(|setting| setting.value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// Sets a keyword, over what was said before.
    pub(super) fn set(&mut self, key: impl Into<String>, value: impl Into<String>, source: Source) {
        let key = key.into();
        self.0.retain(|known| known.key != key);
        self.0.push(Setting {
            key,
            value: value.into(),
            source,
        });
    }

    /// Sets a keyword that nothing was said about.
    pub(super) fn complete(&mut self, key: &str, value: impl Into<String>, source: Source) {
        if self.get(key).is_none() {
            self.set(key, value, source);
        }
    }

    /// Refuses keywords that don't exist, and those whose promise can't be kept.
    pub(super) fn check_keywords(&self) -> Result<(), ConnectError> {
        for Setting { key, value, source } in &self.0 {
            let place = source.place();
            if REFUSED.contains(&key.as_str()) || REFUSED_VALUES.contains(&(key, value)) {
                return Err(invalid(format!("{place}`{key}` is not supported")));
            }
            let mut known = DRIVERS.iter().chain(&OWN).chain(&IGNORED);
            if known.any(|name| name == key) {
                continue;
            }
            return Err(invalid(match source {
                // The keyword isn't shown: where quotes are missing, it may be a piece of a password.
                Source::String => {
                    "it has a keyword that doesn't exist (a value with a space or a special character \
                                   needs quotes, in a URL percent-encoding)"
                        .to_owned()
                }
                _ => format!("{place}there is no keyword `{key}`"),
            }));
        }
        Ok(())
    }

    /// What the driver reads itself, as libpq's keyword string with every value quoted.
    pub(super) fn for_driver(&self) -> String {
        let mut text = String::new();
        for Setting { key, value, .. } in &self.0 {
            let key = match key.as_str() {
                "keepalives_count" => "keepalives_retries",
                key if DRIVERS.contains(&key) => key,
                _ => continue,
            };
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            text.push_str(&format!("{key}='{value}' "));
        }
        text
    }
}

/// The connection string can't be used, for a reason that doesn't quote it.
pub(super) fn invalid(reason: impl Into<String>) -> ConnectError {
    ConnectError::InvalidTarget {
        reason: reason.into(),
    }
}
