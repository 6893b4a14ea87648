//! Reading files: limits, encodings, and what can't be read.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Problem, ProblemCode, SourceFile};

/// How much is read at most. What lies beyond is reported, not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub file_bytes: u64,
    /// All files together, in bytes.
    pub total_bytes: u64,
    /// How many files and folders are looked at in one tree.
    pub entries: usize,
    /// How deep psql includes may nest.
    pub include_depth: usize,
    /// How many psql includes one script may have, all levels together.
    pub includes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            total_bytes: 1 << 30,
            entries: 500_000,
            include_depth: 32,
            includes: 10_000,
        }
    }
}

/// Reads files within [`Limits`].
#[derive(Debug)]
pub(crate) struct Reader {
    cwd: PathBuf,
    limits: Limits,
    overlays: HashMap<PathBuf, Arc<str>>,
    total: AtomicU64,
}

impl Reader {
    pub(crate) fn new(cwd: PathBuf, limits: Limits, overlays: HashMap<PathBuf, Arc<str>>) -> Self {
        Self {
            cwd,
            limits,
            overlays,
            total: AtomicU64::new(0),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// The absolute path, `.` and `..` resolved by the text alone (links stay as they are named).
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        let mut out = PathBuf::new();
        for component in self.cwd.join(path).components() {
            match component {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => {
                    out.pop();
                }
                other => out.push(other),
            }
        }
        out
    }

    /// Whether a path, absolute, is a file: on disk, or only in the overlays.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        self.overlays.contains_key(path) || path.is_file()
    }

    /// Files below a folder that are in the overlays and not on disk.
    pub(crate) fn unsaved_below(&self, root: &Path) -> impl Iterator<Item = &PathBuf> {
        let paths = self.overlays.keys();
        paths.filter(move |path| path.starts_with(root) && !path.exists())
    }

    /// The path as people see it.
    pub(crate) fn display(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.cwd) {
            Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
            Ok(rest) => rest.to_path_buf(),
            Err(_) => path.to_path_buf(),
        }
    }

    /// Reads a file, named by its absolute path. A problem may come with a file (text that isn't UTF-8) or instead.
    pub(crate) fn read(&self, file: &Path) -> (Option<Arc<SourceFile>>, Option<Problem>) {
        let source = |text: Arc<str>| {
            Arc::new(SourceFile {
                path: self.display(file),
                file: file.to_path_buf(),
                text,
            })
        };
        if let Some(text) = self.overlays.get(file) {
            return (Some(source(Arc::clone(text))), None);
        }
        let bytes = match self.bytes(file) {
            Ok(bytes) => bytes,
            Err(problem) => return (None, Some(problem)),
        };
        if let Some(problem) = self.not_text(file, &bytes) {
            return (None, Some(problem));
        }
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => (Some(source(text.into())), None),
            Ok(text) => {
                let at = text.find('\0').unwrap_or_default();
                let text: Arc<str> = text.replace('\0', "_").into();
                let problem = self.wrong_bytes(file, at..at + 1, "a NUL byte", &text);
                (Some(source(text)), Some(problem))
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let (text, count) = replace_invalid(error.into_bytes());
                let what = format!("not UTF-8 in {count} byte{}", if count == 1 { "" } else { "s" });
                let problem = self.wrong_bytes(file, at..at + 1, &what, &text);
                (Some(source(text)), Some(problem))
            }
        }
    }

    fn wrong_bytes(
        &self,
        file: &Path,
        range: std::ops::Range<usize>,
        what: &str,
        text: &Arc<str>,
    ) -> Problem {
        Problem::new(
            ProblemCode::InvalidUtf8,
            self.display(file),
            format!("{what}; the first is here, each was read as `_`"),
        )
        .at(range, Arc::clone(text))
        .with_help("save the file as UTF-8")
    }

    fn bytes(&self, file: &Path) -> Result<Vec<u8>, Problem> {
        let shown = self.display(file);
        let unreadable = |error: std::io::Error| {
            Problem::new(
                ProblemCode::Unreadable,
                &shown,
                format!("can't be read: {}", plain(&error)),
            )
        };
        let metadata = std::fs::metadata(file).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Problem::new(
                ProblemCode::Unreadable,
                &shown,
                "is not a regular file",
            ));
        }
        let too_large = |code, limit: u64| {
            Problem::new(
                code,
                &shown,
                format!("not read: larger than the limit of {limit} bytes"),
            )
        };
        if metadata.len() > self.limits.file_bytes {
            return Err(too_large(ProblemCode::TooLarge, self.limits.file_bytes)
                .with_help(format!("it has {} bytes", metadata.len())));
        }
        let before = self.total.fetch_add(metadata.len(), Ordering::Relaxed);
        if before.saturating_add(metadata.len()) > self.limits.total_bytes {
            return Err(Problem::new(
                ProblemCode::TotalTooLarge,
                &shown,
                format!(
                    "not read: the files before it reach the limit of {} bytes",
                    self.limits.total_bytes
                ),
            ));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        // A file may grow, or not know its size (procfs): never more than the limit.
        File::open(file)
            .and_then(|open| open.take(self.limits.file_bytes + 1).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        if bytes.len() as u64 > self.limits.file_bytes {
            return Err(too_large(ProblemCode::TooLarge, self.limits.file_bytes));
        }
        Ok(bytes)
    }

    fn not_text(&self, file: &Path, bytes: &[u8]) -> Option<Problem> {
        let problem = |code, message: &str| Problem::new(code, self.display(file), message.to_owned());
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Some(
                problem(ProblemCode::Utf16, "not read: UTF-16, by its byte order mark")
                    .with_help("save the file as UTF-8"),
            );
        }
        let head = &bytes[..bytes.len().min(8192)];
        head.contains(&0).then(|| {
            problem(
                ProblemCode::Binary,
                "not read: a binary file (it holds a NUL byte)",
            )
        })
    }
}

/// The text of a file that a configuration names; `None` where there is none that can be read.
pub fn text_of(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Replaces each byte that isn't part of valid UTF-8 by `_`, so that every offset stays what it was: in comments and
/// literals it does no harm, and a Latin-1 letter in a name stays part of the name.
fn replace_invalid(mut bytes: Vec<u8>) -> (Arc<str>, usize) {
    let mut from = 0;
    let mut count = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        let at = from + error.valid_up_to();
        let len = error.error_len().unwrap_or(bytes.len() - at);
        bytes[at..at + len].fill(b'_');
        from = at + len;
        count += len;
    }
    bytes
        .iter_mut()
        .filter(|byte| **byte == 0)
        .for_each(|byte| *byte = b'_');
    let text = String::from_utf8(bytes).unwrap_or_default();
    (text.into(), count)
}

/// What went wrong, in the system's words, without paths and numbers.
pub(crate) fn plain(error: &std::io::Error) -> String {
    // Errors that a directory walk wraps lose their number, not their kind.
    let text = match error.raw_os_error() {
        Some(code) => std::io::Error::from_raw_os_error(code).to_string(),
        None => error.kind().to_string(),
    };
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}
