//! libpq's two forms of a connection string: URLs, and `key=value` pairs.

use super::ConnectError;
use super::settings::{Settings, Source, invalid};

/// Reads a connection string of either form.
pub(super) fn parse(text: &str) -> Result<Settings, ConnectError> {
    let text = text.trim();
    match text
        .strip_prefix("postgresql://")
        .or_else(|| text.strip_prefix("postgres://"))
    {
        Some(rest) => parse_url(rest),
        None => parse_keywords(text),
    }
}

/// Splits `user:password@host:port,host:port/database?key=value` (the scheme already removed).
fn parse_url(rest: &str) -> Result<Settings, ConnectError> {
    let mut settings = Settings::default();
    let (credentials, rest, query) = cut(rest);
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
        if key == "ssl" && value == "true" {
            settings.set("sslmode", "require", Source::String);
        } else {
            settings.set(key, value, Source::String);
        }
    }
    Ok(settings)
}

/// Credentials, hosts with database, and parameters of a URL.
///
/// A password may hold unescaped slashes, at signs and question marks as far as it can be told: the last at sign before
/// the parameters ends it, and where there is none there, the last one before the first slash.
fn cut(rest: &str) -> (Option<&str>, &str, Option<&str>) {
    let split = |text: &'_ str| text.find('?').map_or(text.len(), |at| at);
    let head_end = rest.find('/').unwrap_or(rest.len());
    let before_query = rest.get(..split(rest)).unwrap_or(rest);
    let at = before_query
        .rfind('@')
        .or_else(|| rest.get(..head_end)?.rfind('@'));
    let (credentials, rest) = match at {
        Some(at) => (rest.get(..at), rest.get(at + 1..).unwrap_or_default()),
        None => (None, rest),
    };
    match rest.split_once('?') {
        Some((rest, query)) => (credentials, rest, Some(query)),
        None => (credentials, rest, None),
    }
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
        settings.set("port", ports.join(","), Source::String);
    }
    if names.iter().any(|name| !name.is_empty()) {
        settings.set("host", names.join(","), Source::String);
    }
    Ok(())
}

fn push_decoded(settings: &mut Settings, key: &str, value: &str) -> Result<(), ConnectError> {
    if !value.is_empty() {
        settings.set(key, decode(value)?, Source::String);
    }
    Ok(())
}

/// Encodes everything but letters, digits and `-._~`.
#[cfg(unix)]
pub(super) fn percent_encode(text: &str) -> String {
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
    let mut settings = Settings::default();
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
        settings.set(key, value, Source::String);
    }
}
