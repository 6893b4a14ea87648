//! Lists the files of a tree: `.gitignore` respected, hidden folders skipped, links followed once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::config::CONFIG_FILES;
use crate::layout::{YAML_MIGRATIONS, file_name, is_sql, is_yaml};
use crate::read::{Reader, plain};
use crate::{Problem, ProblemCode};

/// The interesting files of a tree, sorted, and what could not be listed.
#[derive(Default)]
pub(crate) struct Listing {
    /// SQL files and YAML migrations.
    pub(crate) files: Vec<PathBuf>,
    /// Configuration files.
    pub(crate) configs: Vec<PathBuf>,
    pub(crate) problems: Vec<Problem>,
}

impl Listing {
    /// Puts a file where it belongs, if anywhere.
    fn sort_in(&mut self, path: &Path) {
        if CONFIG_FILES.contains(&file_name(path)) {
            self.configs.push(path.to_path_buf());
        } else if is_sql(path) || is_yaml_migration_file(path) {
            self.files.push(path.to_path_buf());
        }
    }
}

/// Folders of other programs' files, which nobody means when they name their project.
const FOREIGN: [&str; 4] = ["node_modules", "__pycache__", "site-packages", "vendor"];

/// Lists everything below `root`, an absolute path.
pub(crate) fn list(root: &Path, reader: &Reader) -> Listing {
    let mut out = Listing::default();
    let mut linked = false;
    let walk = WalkBuilder::new(root)
        .follow_links(true)
        .require_git(false)
        .filter_entry(|entry| {
            entry.depth() == 0 || !FOREIGN.contains(&entry.file_name().to_str().unwrap_or_default())
        })
        .build();
    for (count, entry) in walk.enumerate() {
        if count >= reader.limits().entries {
            let message = format!(
                "only the first {} files and folders were looked at",
                reader.limits().entries
            );
            out.problems.push(Problem::new(
                ProblemCode::TotalTooLarge,
                reader.display(root),
                message,
            ));
            break;
        }
        match entry {
            Ok(entry) => {
                linked |= entry.path_is_symlink();
                let path = entry.path();
                if entry.file_type().is_none_or(|kind| kind.is_dir()) {
                    continue;
                }
                out.sort_in(path);
            }
            Err(error) if leads_nowhere(&error) => {}
            Err(error) => out.problems.push(walk_problem(&error, root, reader)),
        }
    }
    for path in reader.unsaved_below(root) {
        out.sort_in(path);
    }
    out.files.sort();
    if linked {
        keep_first_of_each(&mut out.files);
    }
    skip_other_databases(&mut out.files);
    out
}

fn is_yaml_migration_file(path: &Path) -> bool {
    is_yaml(path)
        && path
            .parent()
            .is_some_and(|folder| file_name(folder) == YAML_MIGRATIONS)
}

/// A file that is reached by several links is one file.
fn keep_first_of_each(files: &mut Vec<PathBuf>) {
    let mut seen = HashSet::new();
    files.retain(|file| std::fs::canonicalize(file).map_or(true, |real| seen.insert(real)));
}

/// Projects that serve several databases keep a folder or a file for each: `versions/mysql` beside `versions/pgsql`.
/// What has such a twin for PostgreSQL is not for us.
fn skip_other_databases(files: &mut Vec<PathBuf>) {
    const OTHERS: [&str; 8] = [
        "mysql",
        "mariadb",
        "sqlite",
        "sqlite3",
        "oracle",
        "mssql",
        "sqlserver",
        "h2",
    ];
    const OURS: [&str; 4] = ["postgres", "postgresql", "pgsql", "pg"];
    let mut known: HashSet<PathBuf> = HashSet::new();
    for file in files.iter() {
        known.extend(file.ancestors().map(Path::to_path_buf));
    }
    let has_twin = |path: &Path| {
        let name = file_name(path);
        OTHERS
            .iter()
            .filter(|other| contains_word(name, other))
            .any(|other| {
                OURS.iter()
                    .any(|ours| known.contains(&path.with_file_name(name.replacen(other, ours, 1))))
            })
    };
    files.retain(|file| !file.ancestors().any(has_twin));
}

/// Whether a word stands in a name between other characters than letters and digits.
fn contains_word(name: &str, word: &str) -> bool {
    let name = name.as_bytes();
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let before = |at: usize| at.checked_sub(1).and_then(|before| name.get(before));
    name.windows(word.len()).enumerate().any(|(at, found)| {
        found == word.as_bytes() && is_edge(before(at)) && is_edge(name.get(at + word.len()))
    })
}

/// A dangling link, unless it is named like a script: then somebody misses it.
fn leads_nowhere(error: &ignore::Error) -> bool {
    let (path, inner) = innermost(error);
    let is_missing =
        matches!(inner, ignore::Error::Io(error) if error.kind() == std::io::ErrorKind::NotFound);
    is_missing && !path.is_some_and(|path| is_sql(path) || is_yaml_migration_file(path))
}

fn walk_problem(error: &ignore::Error, root: &Path, reader: &Reader) -> Problem {
    let (path, inner) = innermost(error);
    let shown = reader.display(path.unwrap_or(root));
    match inner {
        ignore::Error::Loop { ancestor, child } => Problem::new(
            ProblemCode::SymlinkLoop,
            reader.display(child),
            format!(
                "a link back to {}, not followed",
                reader.display(ancestor).display()
            ),
        ),
        ignore::Error::Io(error) => Problem::new(
            ProblemCode::Unreadable,
            shown,
            format!("can't be read: {}", plain(error)),
        ),
        other => Problem::new(
            ProblemCode::Unreadable,
            shown,
            format!("can't be listed: {other}"),
        ),
    }
}

fn innermost(error: &ignore::Error) -> (Option<&Path>, &ignore::Error) {
    let mut path = None;
    let mut at = error;
    loop {
        at = match at {
            ignore::Error::WithPath { path: found, err } => {
                path = Some(found.as_path());
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => return (path, at),
        };
    }
}
