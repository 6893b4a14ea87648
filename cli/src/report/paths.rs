//! Paths as other programs want them: relative to the repository, with slashes.

use std::path::{Component, Path, PathBuf};

/// What paths are relative to: the root of the repository that the command runs in, or else the current folder.
///
/// Services show findings beside a repository's files, wherever in it the command was run.
#[derive(Debug, Clone, Default)]
pub struct Base {
    root: PathBuf,
    current: PathBuf,
}

/// An address of a file, percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uri {
    /// Relative to the base.
    Relative(String),
    /// Of a file elsewhere, `file:///…`.
    Absolute(String),
}

impl Base {
    /// The repository around the current folder: the nearest folder upwards with a `.git`.
    pub fn of_repository() -> Base {
        let current = std::env::current_dir().unwrap_or_default();
        let root = current.ancestors().find(|folder| folder.join(".git").exists());
        Base {
            root: root.unwrap_or(&current).to_path_buf(),
            current,
        }
    }

    #[cfg(test)]
    fn new(root: &str, current: &str) -> Base {
        Base {
            root: PathBuf::from(root),
            current: PathBuf::from(current),
        }
    }

    /// The path with slashes, relative to the base where the file is below it; what isn't Unicode is replaced.
    pub fn path(&self, path: &Path) -> String {
        let absolute = self.absolute(path);
        let relative = absolute.strip_prefix(&self.root).unwrap_or(&absolute);
        if relative.as_os_str().is_empty() {
            return ".".to_owned();
        }
        let mut text = String::new();
        for part in relative.components() {
            if matches!(part, Component::Normal(_)) && !text.is_empty() && !text.ends_with('/') {
                text.push('/');
            }
            match part {
                Component::RootDir => text.push('/'),
                other => text.push_str(&other.as_os_str().to_string_lossy()),
            }
        }
        text
    }

    /// The address of a file.
    pub fn uri(&self, path: &Path) -> Uri {
        let absolute = self.absolute(path);
        match absolute.strip_prefix(&self.root) {
            Ok(relative) => Uri::Relative(encoded(relative)),
            Err(_) => Uri::Absolute(format!("file:///{}", encoded(&absolute))),
        }
    }

    /// The path from the root of the file system, `.` and `..` taken out; links are not followed.
    fn absolute(&self, path: &Path) -> PathBuf {
        let mut absolute = PathBuf::new();
        for part in self.current.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    absolute.pop();
                }
                other => absolute.push(other),
            }
        }
        absolute
    }
}

/// The parts of a path, percent-encoded, with slashes between them.
fn encoded(path: &Path) -> String {
    let mut text = String::new();
    for part in path.components() {
        match part {
            Component::RootDir => continue,
            Component::Prefix(prefix) => text.push_str(&prefix.as_os_str().to_string_lossy()),
            other => encode(other.as_os_str().as_encoded_bytes(), &mut text),
        }
        text.push('/');
    }
    text.truncate(text.trim_end_matches('/').len());
    text
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn encode(bytes: &[u8], text: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Base, Uri};
    use std::path::Path;

    #[test]
    fn paths_are_those_of_the_repository() {
        let base = Base::new("/home/me/shop", "/home/me/shop/db");
        assert_eq!(base.path(Path::new("a.sql")), "db/a.sql");
        assert_eq!(base.path(Path::new("./x/../a.sql")), "db/a.sql");
        assert_eq!(base.path(Path::new("../a.sql")), "a.sql");
        assert_eq!(base.path(Path::new("..")), ".");
        assert_eq!(base.path(Path::new("../../other/a.sql")), "/home/me/other/a.sql");
    }

    #[test]
    fn addresses_are_encoded() {
        use std::os::unix::ffi::OsStrExt as _;
        let base = Base::new("/shop", "/shop");
        let relative = |path: &str| base.uri(Path::new(path));
        assert_eq!(
            relative("a b/100%#?\"é.sql"),
            Uri::Relative("a%20b/100%25%23%3F%22%C3%A9.sql".to_owned())
        );
        // A colon in the first part would be read as a scheme.
        assert_eq!(relative("c:x.sql"), Uri::Relative("c%3Ax.sql".to_owned()));
        assert_eq!(
            relative("/else where/a.sql"),
            Uri::Absolute("file:///else%20where/a.sql".to_owned())
        );
        let latin = Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9.sql"));
        assert_eq!(base.uri(latin), Uri::Relative("caf%E9.sql".to_owned()));
    }
}
