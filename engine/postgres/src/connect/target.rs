//! What a connection string means: libpq's two forms, completed from the environment.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::ConnectError;
use super::tls::{RootCertificates, SslMode, TlsSettings};

/// How long to wait for a server that doesn't answer, unless `connect_timeout` says otherwise.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where libpq's packagers put the local server's socket.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// Keywords of libpq that name something this client doesn't need or decides by itself; they are
/// accepted so that a string which works for `psql` works here.
const IGNORED_KEYWORDS: [&str; 12] = [
    "client_encoding",
    "fallback_application_name",
    "gssencmode",
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "requirepeer",
    "sslcompression",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "scram_client_key",
];

/// A server and database to connect to, with credentials.
///
/// `Display` gives user, host, port and database; neither it nor `Debug` shows the password.
#[derive(Clone)]
pub struct Target {
    config: Config,
    tls: TlsSettings,
}

impl Target {
    /// Reads a connection string: a URL (`postgresql://user:password@host:5432/database?sslmode=…`)
    /// or keywords (`host=… dbname='…'`), completed from `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`,
    /// `PGPASSWORD`, `PGOPTIONS`, `PGAPPNAME`, `PGCONNECT_TIMEOUT`, `PGSSLMODE`, `PGSSLROOTCERT`,
    /// `PGSSLCERT` and `PGSSLKEY`.
    ///
    /// `sslmode` means what it means to libpq: `disable`, `allow` and `prefer` (the default),
    /// `require` (encrypted; verified only where a root certificate is given or
    /// `~/.postgresql/root.crt` exists), `verify-ca`, `verify-full`. Where `verify-…` is asked for
    /// and no root certificate is given, the operating system's are used, as with
    /// `sslrootcert=system`.
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
        let text = text.trim();
        let mut settings = match text
            .strip_prefix("postgresql://")
            .or_else(|| text.strip_prefix("postgres://"))
        {
            Some(rest) => parse_url(rest)?,
            None => parse_keywords(text)?,
        };
        complete_from_environment(&mut settings, &variable);
        let tls = take_tls_settings(&mut settings, &variable)?;
        settings.retain(|(key, _)| !IGNORED_KEYWORDS.contains(&key.as_str()));
        let mut config: Config = to_keyword_string(&settings)
            .parse()
            .map_err(|error: tokio_postgres::Error| invalid(crate::error::with_causes(&error)))?;
        config.ssl_mode(tls.mode.for_driver());
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(DEFAULT_CONNECT_TIMEOUT);
        }
        Ok(Self { config, tls })
    }

    /// A target on a Unix-domain socket, without password and TLS.
    #[cfg(unix)]
    pub(crate) fn on_socket(folder: &std::path::Path, port: u16, user: &str, database: &str) -> Self {
        let mut config = Config::new();
        config.host_path(folder).port(port).user(user).dbname(database);
        config.connect_timeout(DEFAULT_CONNECT_TIMEOUT);
        Self {
            config,
            tls: TlsSettings::disabled(),
        }
    }

    /// The same server and user with another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let mut target = self.clone();
        target.config.dbname(name);
        target
    }

    /// The database's name; the server takes the user's name where there is none.
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname()
    }

    /// A URL of this target for other programs, without password and TLS settings.
    #[cfg(unix)]
    pub(crate) fn to_url(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Unix(path)) => path.to_string_lossy().into_owned(),
            Some(Host::Tcp(name)) => name.clone(),
            None => String::new(),
        };
        let part = |text: Option<&str>| percent_encode(text.unwrap_or_default());
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        format!(
            "postgresql://{}@{}:{port}/{}",
            part(self.config.get_user()),
            percent_encode(&host),
            part(self.config.get_dbname())
        )
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn tls(&self) -> &TlsSettings {
        &self.tls
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.config.get_user().unwrap_or("?");
        write!(f, "{user}@")?;
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
            let ports = self.config.get_ports();
            write!(
                f,
                ":{}",
                ports
                    .get(index)
                    .or_else(|| ports.first())
                    .copied()
                    .unwrap_or(5432)
            )?;
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or(user))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self}, sslmode {:?})", self.tls.mode)
    }
}

fn invalid(reason: impl Into<String>) -> ConnectError {
    ConnectError::InvalidTarget {
        reason: reason.into(),
    }
}

type Settings = Vec<(String, String)>;

/// Splits `user:password@host:port,host:port/database?key=value` (the scheme already removed).
fn parse_url(rest: &str) -> Result<Settings, ConnectError> {
    let mut settings = Settings::new();
    let (rest, query) = rest
        .split_once('?')
        .map_or((rest, None), |(rest, query)| (rest, Some(query)));
    // The password may contain an unescaped slash or at sign: the last at sign ends it.
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((credentials, rest)) => (Some(credentials), rest),
        None => (None, rest),
    };
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    if let Some(credentials) = credentials {
        let (user, password) = credentials
            .split_once(':')
            .map_or((credentials, None), |(u, p)| (u, Some(p)));
        push_decoded(&mut settings, "user", user)?;
        push_decoded(&mut settings, "password", password.unwrap_or(""))?;
    }
    push_hosts(&mut settings, hosts)?;
    push_decoded(&mut settings, "dbname", database)?;
    for pair in query.unwrap_or("").split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| invalid("a parameter after ? has no value"))?;
        let (key, value) = (decode(key)?, decode(value)?);
        // JDBC's spelling, which libpq accepts too.
        let (key, value) = if key == "ssl" && value == "true" {
            ("sslmode".to_owned(), "require".to_owned())
        } else {
            (key, value)
        };
        settings.retain(|(known, _)| *known != key);
        settings.push((key, value));
    }
    Ok(settings)
}

fn push_hosts(settings: &mut Settings, hosts: &str) -> Result<(), ConnectError> {
    if hosts.is_empty() {
        return Ok(());
    }
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',') {
        let (name, port) = match host.strip_prefix('[') {
            Some(rest) => {
                let (name, port) = rest
                    .split_once(']')
                    .ok_or_else(|| invalid("a [ in the host has no ]"))?;
                (name, port.strip_prefix(':').unwrap_or(""))
            }
            None => host.split_once(':').unwrap_or((host, "")),
        };
        names.push(decode(name)?);
        ports.push(decode(port)?);
    }
    if ports.iter().any(|port| !port.is_empty()) {
        let ports: Vec<_> = ports
            .into_iter()
            .map(|port| if port.is_empty() { "5432".to_owned() } else { port })
            .collect();
        settings.push(("port".to_owned(), ports.join(",")));
    }
    if names.iter().any(|name| !name.is_empty()) {
        settings.push(("host".to_owned(), names.join(",")));
    }
    Ok(())
}

fn push_decoded(settings: &mut Settings, key: &str, value: &str) -> Result<(), ConnectError> {
    if !value.is_empty() {
        settings.push((key.to_owned(), decode(value)?));
    }
    Ok(())
}

/// Encodes everything but letters, digits and `-._~`.
#[cfg(unix)]
fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Undoes percent-encoding.
fn decode(text: &str) -> Result<String, ConnectError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (digit(rest.next()), digit(rest.next())) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => {
                return Err(invalid(
                    "a % is not followed by two hexadecimal digits (write %25 for a %)",
                ));
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid("a percent-encoded part is not UTF-8"))
}

/// Reads `key=value key = 'va''lue'` as libpq does: backslash escapes inside and outside quotes.
fn parse_keywords(text: &str) -> Result<Settings, ConnectError> {
    let mut settings = Settings::new();
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.peek().is_none() {
            return Ok(settings);
        }
        let mut key = String::new();
        while let Some(c) = rest.next_if(|c| *c != '=' && !c.is_whitespace()) {
            key.push(c);
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        if rest.next() != Some('=') {
            return Err(invalid("expected a URL (postgresql://…) or key=value pairs"));
        }
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = rest.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match rest.next() {
                Some('\\') => value.extend(rest.next()),
                Some('\'') if quoted => break,
                Some(c) if !quoted && c.is_whitespace() => break,
                Some(c) => value.push(c),
                None if quoted => return Err(invalid("a quoted value has no closing quote")),
                None => break,
            }
        }
        settings.retain(|(known, _)| *known != key);
        settings.push((key, value));
    }
}

fn complete_from_environment(settings: &mut Settings, variable: &impl Fn(&str) -> Option<String>) {
    let known = |settings: &Settings, key: &str| settings.iter().any(|(known, _)| known == key);
    for (key, name) in [
        ("host", "PGHOST"),
        ("hostaddr", "PGHOSTADDR"),
        ("port", "PGPORT"),
        ("user", "PGUSER"),
        ("dbname", "PGDATABASE"),
        ("password", "PGPASSWORD"),
        ("options", "PGOPTIONS"),
        ("application_name", "PGAPPNAME"),
        ("connect_timeout", "PGCONNECT_TIMEOUT"),
        ("sslmode", "PGSSLMODE"),
        ("sslrootcert", "PGSSLROOTCERT"),
        ("sslcert", "PGSSLCERT"),
        ("sslkey", "PGSSLKEY"),
    ] {
        if !known(settings, key)
            && let Some(value) = variable(name)
        {
            settings.push((key.to_owned(), value));
        }
    }
    if !known(settings, "user")
        && let Some(user) = variable("USER")
            .or_else(|| variable("LOGNAME"))
            .or_else(|| variable("USERNAME"))
    {
        settings.push(("user".to_owned(), user));
    }
    if !known(settings, "host") && !known(settings, "hostaddr") {
        settings.push(("host".to_owned(), default_host(settings)));
    }
}

/// The folder of the local server's socket where there is one, else `localhost`.
fn default_host(settings: &Settings) -> String {
    let port = settings
        .iter()
        .find(|(key, _)| key == "port")
        .map_or("5432", |(_, port)| port.as_str());
    SOCKET_FOLDERS
        .into_iter()
        .find(|folder| {
            std::path::Path::new(folder)
                .join(format!(".s.PGSQL.{port}"))
                .exists()
        })
        .unwrap_or("localhost")
        .to_owned()
}

fn take_tls_settings(
    settings: &mut Settings,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<TlsSettings, ConnectError> {
    let mut take = |key: &str| {
        let index = settings.iter().position(|(known, _)| known == key)?;
        Some(settings.remove(index).1).filter(|value| !value.is_empty())
    };
    let mode = match take("sslmode") {
        Some(text) => SslMode::parse(&text).ok_or_else(|| {
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
    let roots = match take("sslrootcert") {
        Some(text) if text == "system" => Some(RootCertificates::System),
        Some(path) => Some(RootCertificates::File(path.into())),
        None => in_own_folder("root.crt").map(RootCertificates::File),
    };
    let certificate = take("sslcert")
        .map(PathBuf::from)
        .or_else(|| in_own_folder("postgresql.crt"));
    let key = take("sslkey")
        .map(PathBuf::from)
        .or_else(|| in_own_folder("postgresql.key"));
    Ok(TlsSettings {
        mode,
        roots,
        identity: certificate.zip(key),
    })
}

/// Writes settings as libpq's keyword string, every value quoted.
fn to_keyword_string(settings: &Settings) -> String {
    let mut text = String::new();
    for (key, value) in settings {
        let value = value.replace('\\', "\\\\").replace('\'', "\\'");
        text.push_str(&format!("{key}='{value}' "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Target, ConnectError> {
        Target::parse_with(text, |name| (name == "USER").then(|| "me".to_owned()))
    }

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|error| error.to_string(), |target| format!("{target:?}"))
    }

    #[test]
    fn urls() {
        assert_eq!(
            shown("postgres://u:p@db.example:6000/app"),
            "Target(u@db.example:6000/app, sslmode Prefer)"
        );
        assert_eq!(
            shown("postgresql://db.example"),
            "Target(me@db.example:5432/me, sslmode Prefer)"
        );
        assert_eq!(
            shown("postgresql://u@%2Ftmp%2Fx:1/app?sslmode=verify-full&connect_timeout=3"),
            "Target(u@/tmp/x:1/app, sslmode VerifyFull)"
        );
        assert_eq!(
            shown("postgresql:///app?host=a,b&port=1,2&user=u%20v&ssl=true"),
            "Target(u v@a:1,b:2/app, sslmode Require)"
        );
        assert_eq!(
            shown("postgresql://u@[::1]:7/a"),
            "Target(u@::1:7/a, sslmode Prefer)"
        );
    }

    #[test]
    fn keywords() {
        assert_eq!(
            shown(r"host = h user='it\'s' dbname=a\ b gssencmode=disable"),
            "Target(it's@h:5432/a b, sslmode Prefer)"
        );
        assert_eq!(
            parse("host=h password='a b'")
                .ok()
                .and_then(|target| target.config.get_password().map(<[u8]>::to_vec)),
            Some(b"a b".to_vec())
        );
    }

    #[test]
    fn errors_never_show_the_password() {
        for text in [
            "postgres://u:s3cret@h:notaport/app",
            "postgres://u:s3cret@h/app?sslmode=s3cret",
            "postgres://u:s3cret@h/app?nonsense=s3cret",
            "postgres://u:s3cret%zz@h/app",
            "host=h password='s3cret",
            "s3cret",
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.code(), "connection-string-invalid");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(postgres://)?[ -~é%]{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn any_password_survives_keywords(password in "[^\0]{1,20}") {
            let text = format!("host=h password='{}'", password.replace('\\', "\\\\").replace('\'', "\\'"));
            let target = parse(&text).expect("valid");
            proptest::prop_assert_eq!(target.config.get_password(), Some(password.as_bytes()));
        }
    }
}
