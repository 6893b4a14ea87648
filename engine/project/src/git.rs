//! What git knows of a project's files: which of them changed, and how they read elsewhere.
//!
//! The program `git` is asked, as hooks and CI have it anyway; paths go in and come out NUL-separated, never through a
//! shell. Everything here is relative to one work tree.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Why git could not say what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git.
    #[error("git can't be run: {0}")]
    Missing(std::io::Error),
    /// The folder is in no work tree.
    #[error("{} is not in a git repository", .0.display())]
    NoRepository(PathBuf),
    /// A revision that git doesn't know.
    #[error("git knows no revision `{0}`")]
    UnknownRevision(String),
    /// Anything else that git says.
    #[error("git {command}: {message}")]
    Refused {
        /// The subcommand.
        command: String,
        /// What git said.
        message: String,
    },
}

/// A work tree.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its root, absolute, links resolved.
    root: PathBuf,
}

impl Repository {
    /// The work tree that holds a folder.
    pub fn discover(folder: &Path) -> Result<Repository, GitError> {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(folder)
            .args(["rev-parse", "--show-toplevel"]);
        let output = command.output().map_err(GitError::Missing)?;
        let root = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n'));
        if !output.status.success() || root.as_os_str().is_empty() {
            return Err(GitError::NoRepository(folder.to_path_buf()));
        }
        Ok(Repository { root })
    }

    /// Files that are staged and not deleted, as absolute paths.
    pub fn staged(&self) -> Result<Vec<PathBuf>, GitError> {
        self.paths(&[
            "diff",
            "--cached",
            "--name-only",
            "-z",
            "--no-renames",
            "--diff-filter=d",
        ])
    }

    /// Files that differ from where this branch left a revision, untracked ones included, as absolute paths.
    pub fn changed_since(&self, revision: &str) -> Result<Vec<PathBuf>, GitError> {
        let base = self.fork_point(revision)?;
        let mut paths = self.paths(&[
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--diff-filter=d",
            &base,
            "--",
        ])?;
        paths.extend(self.paths(&["ls-files", "--others", "--exclude-standard", "-z"])?);
        Ok(paths)
    }

    /// The commit where this branch left a revision; the revision's own where their histories share nothing.
    fn fork_point(&self, revision: &str) -> Result<String, GitError> {
        let commit = self.commit(revision)?;
        let base = self.git(&["merge-base", &commit, "HEAD"]).unwrap_or_default();
        let base = String::from_utf8_lossy(&base).trim().to_owned();
        Ok(if base.is_empty() { commit } else { base })
    }

    fn commit(&self, revision: &str) -> Result<String, GitError> {
        let wanted = format!("{revision}^{{commit}}");
        let found = self.git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        match found {
            Ok(commit) => Ok(String::from_utf8_lossy(&commit).trim().to_owned()),
            Err(_) => Err(GitError::UnknownRevision(revision.to_owned())),
        }
    }

    /// The hash of the commit that is checked out.
    ///
    /// # Errors
    /// [`GitError::UnknownRevision`] where nothing was committed yet.
    pub fn head(&self) -> Result<String, GitError> {
        self.commit("HEAD")
    }

    /// The texts of files as they are staged; files that aren't in the index are left out.
    pub fn staged_texts(&self, files: &[PathBuf]) -> Result<HashMap<PathBuf, Arc<str>>, GitError> {
        self.texts("", files)
    }

    /// The branch that releases are made from: the remote's default branch, otherwise `main` or `master`.
    pub fn release_branch(&self) -> Option<String> {
        let head = self
            .git(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])
            .ok();
        let head = head.map(|name| String::from_utf8_lossy(&name).trim().to_owned());
        let candidates = head.into_iter().chain(["main", "master"].map(str::to_owned));
        candidates.into_iter().find(|name| self.commit(name).is_ok())
    }

    /// Of these files, those that a revision holds, with their texts there.
    pub fn texts_at(
        &self,
        revision: &str,
        files: &[PathBuf],
    ) -> Result<HashMap<PathBuf, Arc<str>>, GitError> {
        let commit = self.commit(revision)?;
        self.texts(&commit, files)
    }

    /// Writes the texts that a revision holds below a folder (absolute, in the work tree) into another folder, which is to
    /// be empty: SQL and what says how it is to be read. Gives where that folder is in the copy, relative to it.
    ///
    /// # Errors
    /// A revision that git doesn't know; a file that can't be written, by [`GitError::Refused`].
    pub fn write_texts(&self, revision: &str, folder: &Path, into: &Path) -> Result<PathBuf, GitError> {
        let commit = self.commit(revision)?;
        let inside = self.relative_folder(folder);
        let mut arguments = vec![
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            "--full-tree",
            commit.as_str(),
        ];
        // What applies to a folder may stand above it, so all of the tree is listed.
        arguments.push("--");
        let listed = self.paths(&arguments)?;
        let wanted: Vec<PathBuf> = listed.into_iter().filter(|path| is_of_a_project(path)).collect();
        let texts = self.texts(&commit, &wanted)?;
        for (path, text) in texts {
            let Ok(relative) = path.strip_prefix(&self.root) else {
                continue;
            };
            let copy = into.join(relative);
            let write = || {
                if let Some(parent) = copy.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                std::fs::write(&copy, text.as_bytes())
            };
            write().map_err(|error| GitError::Refused {
                command: "cat-file".to_owned(),
                message: format!("{} can't be copied: {error}", relative.display()),
            })?;
        }
        let missing = into.join(&inside);
        // A folder that the revision doesn't have is an empty one.
        let _ = std::fs::create_dir_all(missing);
        Ok(inside)
    }

    /// A folder relative to the root; the root itself where it isn't inside.
    fn relative_folder(&self, folder: &Path) -> PathBuf {
        let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        real.strip_prefix(&self.root)
            .map(Path::to_path_buf)
            .unwrap_or_default()
    }

    /// Texts of `REV:path` for each path, in one process.
    fn texts(&self, revision: &str, files: &[PathBuf]) -> Result<HashMap<PathBuf, Arc<str>>, GitError> {
        let mut asked = Vec::new();
        let mut request = Vec::new();
        for file in files {
            // A name with a line break can't be asked for this way, and nobody has one.
            if let Some(path) = self.relative(file).filter(|path| !path.contains('\n')) {
                request.extend_from_slice(format!("{revision}:{path}\n").as_bytes());
                asked.push(file);
            }
        }
        let mut child = Command::new("git")
            .arg("-C")
            .arg(&self.root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(GitError::Missing)?;
        let mut stdin = child.stdin.take();
        // git answers while it reads: both ends have to move.
        let answer = std::thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(stdin) = &mut stdin {
                    // A git that stops reading says why by its answer's end.
                    let _ = stdin.write_all(&request);
                }
            });
            let mut answer = Vec::new();
            if let Some(stdout) = &mut child.stdout {
                // As above: a short answer has fewer texts.
                let _ = stdout.read_to_end(&mut answer);
            }
            answer
        });
        child.wait().map_err(GitError::Missing)?;
        Ok(asked
            .into_iter()
            .zip(objects(&answer))
            .filter_map(|(file, text)| Some((file.clone(), text?)))
            .collect())
    }

    /// A path as git names it: relative to the root, with `/`.
    fn relative(&self, file: &Path) -> Option<String> {
        let inside = match file.strip_prefix(&self.root) {
            Ok(inside) => inside.to_path_buf(),
            // The work tree may be reached through a link.
            Err(_) => {
                let folder = std::fs::canonicalize(file.parent()?).ok()?;
                folder
                    .join(file.file_name()?)
                    .strip_prefix(&self.root)
                    .ok()?
                    .to_path_buf()
            }
        };
        Some(inside.to_str()?.replace('\\', "/"))
    }

    fn paths(&self, arguments: &[&str]) -> Result<Vec<PathBuf>, GitError> {
        let listed = self.git(arguments)?;
        let names = listed.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Ok(names
            .map(|name| self.root.join(String::from_utf8_lossy(name).as_ref()))
            .collect())
    }

    fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.root)
            .args(arguments)
            .output()
            .map_err(GitError::Missing)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(GitError::Refused {
            command: arguments.first().copied().unwrap_or_default().to_owned(),
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}

/// Whether a file may be SQL, or say how SQL is to be read.
fn is_of_a_project(path: &Path) -> bool {
    const KINDS: [&str; 9] = [
        "sql", "psql", "pgsql", "postgres", "yaml", "yml", "toml", "conf", "mod",
    ];
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    KINDS.contains(&extension.to_ascii_lowercase().as_str())
}

/// The answers of `git cat-file --batch`: `NAME blob SIZE`, a line break, the bytes, a line break; or `NAME missing`.
fn objects(answer: &[u8]) -> Vec<Option<Arc<str>>> {
    let mut out = Vec::new();
    let mut rest = answer;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        let mut words = head.rsplit(' ');
        let (last, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match (last.parse::<usize>(), kind) {
            (Ok(size), "blob") if size < rest.len() => {
                out.push(Some(String::from_utf8_lossy(&rest[..size]).into()));
                rest = &rest[size + 1..];
            }
            _ => out.push(None),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::objects;

    #[test]
    fn answers_of_git_are_taken_apart() {
        let answer = b"ab12 blob 5\nSELE\n\n:a b.sql missing\ncd34 blob 0\n\n";
        let texts: Vec<Option<String>> = objects(answer)
            .into_iter()
            .map(|text| text.map(|t| t.to_string()))
            .collect();
        assert_eq!(texts, [Some("SELE\n".to_owned()), None, Some(String::new())]);
    }

    #[test]
    fn a_cut_answer_ends_early() {
        assert_eq!(objects(b"ab12 blob 50\nSELE").len(), 1);
        assert!(objects(b"ab12 blob 50\nSELE")[0].is_none());
    }
}
