//! Where results of earlier runs are kept: one file for each project and rule set in the user's cache folder.
//!
//! Nothing here may fail a run: what can't be read is as good as none, what can't be written is not written.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use confiture_lint::cache::{Identity, memory_name};
use confiture_lint::{Input, LintReport, RuleSet, lint_remembering};

use crate::args::LintArgs;

/// Files that nobody has used for so long go.
const MAX_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// All files together are kept below that many bytes; the ones that were used last stay.
const MAX_TOTAL: u64 = 256 << 20;

/// A single one is kept below that.
const MAX_FILE: usize = 64 << 20;

/// How often it is noted that a file is still in use.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// What begins a file that is being written, and so is nobody's yet.
const UNFINISHED: &str = ".new-";

/// The folder of the results, and the build that may read them.
pub(super) struct Memory {
    folder: PathBuf,
    build: Identity,
    /// Whether the program goes on behind the run.
    watches: bool,
}

impl Memory {
    /// The user's; `None` where there is no such folder, or the arguments want none.
    pub(super) fn open(args: &LintArgs) -> Option<Memory> {
        if args.rules.no_cache {
            return None;
        }
        Some(Memory {
            folder: cache_folder()?.join("confiture").join("lint"),
            build: build()?,
            watches: args.scope.watch,
        })
    }

    /// Lints a project, with what an earlier run left and for the next one.
    pub(super) fn lint(&self, input: &Input<'_>, rules: &RuleSet) -> LintReport {
        let path = self.folder.join(memory_name(input, rules));
        let known = fs::read(&path).ok();
        let remembered = lint_remembering(input, rules, &self.build, known.as_deref());
        match remembered.memory {
            Some(memory) if memory.len() <= MAX_FILE => {
                // Where it fails there is nothing to be done, and nobody to be told.
                let _ = self.keep(&path, &memory);
            }
            Some(_) => {}
            None => still_used(&path),
        }
        if !self.watches {
            // The system takes it all at once.
            std::mem::forget(remembered.remains);
        }
        remembered.report
    }

    /// Writes a file whole or not at all: another run may read it, or write it too.
    fn keep(&self, path: &Path, memory: &[u8]) -> std::io::Result<()> {
        create_private_folder(&self.folder)?;
        let name = format!(
            "{UNFINISHED}{}-{:x}",
            std::process::id(),
            since_epoch().as_nanos()
        );
        let unfinished = self.folder.join(name);
        let written = create_private_file(&unfinished)
            .and_then(|mut file| file.write_all(memory))
            .and_then(|()| fs::rename(&unfinished, path));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        self.tidy();
        written
    }

    /// Removes what is old or too much.
    fn tidy(&self) {
        let now = SystemTime::now();
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<(Duration, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                let age = now.duration_since(metadata.modified().ok()?).unwrap_or_default();
                Some((age, metadata.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total = 0;
        for (age, size, path) in files {
            total += size;
            let name = path.file_name().and_then(|name| name.to_str());
            // A run that was killed leaves its file unfinished.
            let is_left = name.is_some_and(|name| name.starts_with(UNFINISHED)) && age > FRESH;
            if age > MAX_AGE || total > MAX_TOTAL || is_left {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Notes now and then that a file is in use, so that it isn't taken for an old one.
fn still_used(path: &Path) {
    let Ok(file) = File::options().append(true).open(path) else {
        return;
    };
    let age = file
        .metadata()
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|modified| modified.elapsed().ok());
    if age.is_some_and(|age| age > FRESH) {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// The user's cache folder, where the environment names one: `XDG_CACHE_HOME` (XDG Base Directory Specification),
/// `LOCALAPPDATA` on Windows, else `.cache` in the home folder.
fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("LOCALAPPDATA").filter(|_| cfg!(windows)))
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}

/// What tells this build from any other: its version, and what the file system says of the executable, whose change
/// time no installation can set.
fn build() -> Option<Identity> {
    let path = std::env::current_exe().ok()?;
    let metadata = fs::metadata(&path).ok()?;
    let facts = format!(
        "{} {:?} {}",
        metadata.len(),
        metadata.modified().ok()?,
        changed(&metadata)
    );
    Some(Identity::new([
        env!("CARGO_PKG_VERSION").as_bytes(),
        path.as_os_str().as_encoded_bytes(),
        facts.as_bytes(),
    ]))
}

#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!(
        "{} {} {} {}",
        metadata.dev(),
        metadata.ino(),
        metadata.ctime(),
        metadata.ctime_nsec()
    )
}

#[cfg(not(unix))]
fn changed(metadata: &fs::Metadata) -> String {
    format!("{:?}", metadata.created().ok())
}

/// Messages name tables and columns: nobody else needs to read them.
#[cfg(unix)]
fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

fn create_private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
