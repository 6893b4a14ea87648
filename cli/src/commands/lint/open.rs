//! What a lint run looks at: files as they are, as they are staged or as standard input has them; or a database.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_project::{OpenOptions, Workspace};
use confiture_risk::PgVersion;

use super::live::{self, Address, Live};
use super::select;
use crate::args::LintArgs;
use crate::failure::Failure;
use crate::git::Repository;

/// What was opened.
pub(super) struct Opened {
    /// The projects.
    pub(super) workspace: Workspace,
    /// The version of the server that was read, instead of files.
    pub(super) server_version: Option<PgVersion>,
}

/// Opens what the arguments name.
pub(super) fn files_or_database(args: &LintArgs) -> Result<Opened, Failure> {
    if let Some(url) = &args.scope.database_url {
        return database(args, url, "database");
    }
    if let Some(environment) = &args.scope.env {
        let (config, _) = Workspace::configuration(first_path(args), &options(args, HashMap::new()));
        match live::address(&config, environment) {
            Ok(Address::Url(url)) => return database(args, &url, environment),
            Ok(Address::None) => {}
            Err(problem) => {
                return Ok(Opened {
                    workspace: Workspace {
                        problems: vec![*problem],
                        ..Workspace::default()
                    },
                    server_version: None,
                });
            }
        }
    }
    files(args)
}

fn options(args: &LintArgs, overlays: HashMap<PathBuf, Arc<str>>) -> OpenOptions {
    OpenOptions {
        config: args.project.config.clone(),
        overlays,
        ..OpenOptions::default()
    }
}

fn first_path(args: &LintArgs) -> &Path {
    args.paths.first().map_or(Path::new("."), PathBuf::as_path)
}

fn database(args: &LintArgs, url: &str, label: &str) -> Result<Opened, Failure> {
    let (config, problems) = Workspace::configuration(first_path(args), &options(args, HashMap::new()));
    let live = Live::read(url, label, &config)?;
    Ok(Opened {
        workspace: Workspace {
            projects: vec![live.project],
            problems,
        },
        server_version: Some(live.version),
    })
}

fn files(args: &LintArgs) -> Result<Opened, Failure> {
    let mut paths = args.paths.clone();
    let mut overlays = HashMap::new();
    let mut only = None;
    if let Some(path) = &args.scope.stdin_filepath {
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text)?;
        let absolute = std::path::absolute(path)?;
        overlays.insert(absolute, String::from_utf8_lossy(&text).into());
        paths.push(path.clone());
    } else if args.scope.staged {
        let repository = Repository::discover(first_folder(args))?;
        let staged = repository.staged()?;
        overlays = as_named(repository.staged_texts(&staged)?);
        only = Some(staged);
    } else if let Some(revision) = &args.scope.since {
        let repository = Repository::discover(first_folder(args))?;
        only = Some(repository.changed_since(revision)?);
    }
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    let mut workspace = Workspace::open(&paths, &options(args, overlays));
    if let Some(files) = only {
        select::keep_files(&mut workspace, &files);
    }
    Ok(Opened {
        workspace,
        server_version: None,
    })
}

fn first_folder(args: &LintArgs) -> &Path {
    let path = first_path(args);
    if path.is_file() {
        path.parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
    } else {
        path
    }
}

/// git names files below the work tree's real root; the project names them below the folder that the user stands in,
/// which may be reached through a link. Both names lead to the text.
fn as_named(texts: HashMap<PathBuf, Arc<str>>) -> HashMap<PathBuf, Arc<str>> {
    let Ok(here) = std::env::current_dir() else {
        return texts;
    };
    let Ok(real) = std::fs::canonicalize(&here) else {
        return texts;
    };
    let mut out = HashMap::new();
    for (path, text) in texts {
        if let Ok(below) = path.strip_prefix(&real) {
            out.insert(here.join(below), Arc::clone(&text));
        }
        out.insert(path, text);
    }
    out
}
