//! Password files (`~/.pgpass`), as libpq reads them.

use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What a line of the file is looked up by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The host's name, its address where it has none, or the socket's folder.
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// A password that was found.
pub(super) struct Found {
    /// Its bytes.
    pub(super) password: Vec<u8>,
    /// Its line, from 1.
    pub(super) line: usize,
}

/// The password file that counts.
#[derive(Debug, Clone)]
pub(super) struct PasswordFile {
    pub(super) path: PathBuf,
    /// Somebody named it; where it isn't there, that is worth saying.
    pub(super) is_named: bool,
}

impl PasswordFile {
    /// Why the file isn't used, where it isn't.
    pub(super) fn problem(&self) -> Option<String> {
        let shown = self.path.display();
        let metadata = match std::fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !self.is_named => return None,
            Err(_) => return Some(format!("the password file {shown} can't be read")),
        };
        if !metadata.is_file() {
            return Some(format!(
                "the password file {shown} is not used: it is not a regular file"
            ));
        }
        if metadata.len() > LARGEST {
            return Some(format!(
                "the password file {shown} is not used: it is larger than {LARGEST} bytes"
            ));
        }
        if let Some(mode) = open_to_others(&metadata) {
            return Some(format!(
                "the password file {shown} is not used: others may read it (its mode is {mode:04o}; `chmod 600 {shown}`)"
            ));
        }
        std::fs::File::open(&self.path)
            .is_err()
            .then(|| format!("the password file {shown} can't be read"))
    }

    /// The password of the first line that matches. A file that isn't used has none.
    pub(super) fn find(&self, wanted: Wanted<'_>) -> Option<Found> {
        if self.problem().is_some() {
            return None;
        }
        let text = std::fs::read(&self.path).ok()?;
        find(&text, wanted)
    }
}

/// The permissions of a file that others than its owner may use.
#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> Option<u32> {
    None
}

/// Where the file is where nobody names one.
pub(super) fn default_path(variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA").map(|folder| Path::new(&folder).join("postgresql").join("pgpass.conf"));
    }
    variable("HOME").map(|home| Path::new(&home).join(".pgpass"))
}

fn find(text: &[u8], wanted: Wanted<'_>) -> Option<Found> {
    let port = wanted.port.to_string();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'#') {
            continue;
        }
        let password = [wanted.host, &port, wanted.database, wanted.user]
            .into_iter()
            .try_fold(line, |rest, field| matching(rest, field));
        if let Some(password) = password {
            // The first line that matches decides, also where it has no password.
            return (!password.is_empty()).then(|| Found {
                password: unescaped(password),
                line: index + 1,
            });
        }
    }
    None
}

/// What follows a field that is `wanted` or `*`; `\:` and `\\` in it are a colon and a backslash.
fn matching<'a>(line: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    if let Some(rest) = line.strip_prefix(b"*:") {
        return Some(rest);
    }
    let mut rest = line;
    let mut wanted = wanted.bytes();
    loop {
        let (byte, behind) = match rest {
            [b'\\', escaped, behind @ ..] => (*escaped, behind),
            [b':', behind @ ..] => return wanted.next().is_none().then_some(behind),
            [byte, behind @ ..] => (*byte, behind),
            [] => return None,
        };
        if wanted.next() != Some(byte) {
            return None;
        }
        rest = behind;
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => out.extend(rest.next()),
            _ => out.push(*byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str, host: &str, database: &str) -> Option<(usize, String)> {
        let wanted = Wanted {
            host,
            port: 5432,
            database,
            user: "me",
        };
        find(text.as_bytes(), wanted)
            .map(|found| (found.line, String::from_utf8_lossy(&found.password).into_owned()))
    }

    #[test]
    fn as_libpq_reads_them() {
        let file = "# h:5432:a:me:comment\n\nh:5433:a:me:port\nh:5432:b:me:second\r\nh:*:a:me:first:with\\:colons\\\\\n\
                    *:*:*:you:other\n\\:\\:1:5432:*:me:ipv6\nh:5432:c:me:\n*:*:*:me:any";
        let some = |line, password: &str| Some((line, password.to_owned()));
        assert_eq!(found(file, "h", "a"), some(5, "first:with:colons\\"));
        assert_eq!(found(file, "h", "b"), some(4, "second"));
        assert_eq!(found(file, "::1", "b"), some(7, "ipv6"));
        assert_eq!(found(file, "h", "c"), None);
        assert_eq!(found(file, "h", "d"), some(9, "any"));
        assert_eq!(found("h:5432:a:me", "h", "a"), None);
        assert_eq!(found("h*:5432:a:me:x", "h2", "a"), None);
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_found(
            host in "[a-z:\\\\*é.]{1,8}", database in "[a-z:\\\\ ]{1,8}", password in "[a-z:\\\\ é]{1,8}",
        ) {
            let escaped = |text: &str| text.replace('\\', "\\\\").replace(':', "\\:");
            let file = format!("{}:5432:{}:me:{}\n", escaped(&host), escaped(&database), escaped(&password));
            // A lone star stands for everything, so it is found too.
            prop_assert_eq!(found(&file, &host, &database), Some((1, password)));
        }

        #[test]
        fn any_file_is_read(text in "[a*:\\\\#\r\n]{0,30}") {
            let _ = found(&text, "a", "a");
        }
    }
}
