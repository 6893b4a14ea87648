//! What a lint run looks at: files as they are, as they are staged or as standard input has them; or a database.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confiture_lint::fix::Overlays;
use confiture_project::git::Repository;
use confiture_project::{Config, Database, OpenOptions, Problem, Secret, Workspace};
use confiture_risk::PgVersion;

use super::live::Live;
use super::select;
use crate::args::LintArgs;
use crate::commands::problems;
use crate::failure::Failure;

/// What was opened.
pub(super) struct Opened {
    /// The projects.
    pub(super) workspace: Workspace,
    /// The version of the server that was read, instead of files.
    pub(super) server_version: Option<PgVersion>,
}

/// What is to be opened, found out once; files may be opened again with other texts.
pub(super) enum Request {
    /// Files.
    Files {
        /// What was named.
        paths: Vec<PathBuf>,
        /// Texts that replace files: those that are staged, or standard input.
        overlays: Overlays,
        /// The only files that are reported, where not all are.
        only: Option<Vec<PathBuf>>,
    },
    /// A database: its address, and how reports name it.
    Database {
        /// The address.
        url: Secret,
        /// The name.
        label: String,
    },
    /// Nothing: the configuration doesn't have what was asked for.
    Nothing(Box<Problem>),
}

impl Request {
    /// What the arguments ask for.
    pub(super) fn of(args: &LintArgs) -> Result<Request, Failure> {
        let database = |url: Secret, label: &str| Request::Database {
            url,
            label: label.to_owned(),
        };
        if let Some(url) = &args.scope.database_url {
            let label = args.scope.env.as_deref().unwrap_or("database");
            return Ok(database(url.clone(), label));
        }
        if let Some(name) = &args.scope.env {
            let environment = configuration(args).0.environment(name);
            match environment.and_then(|found| found.database(|variable| std::env::var(variable).ok())) {
                Ok(Database::Url(url)) => return Ok(database(url, name)),
                // A private server holds nothing but what the files say.
                Ok(Database::Local | Database::None) => {}
                Err(problem) => return Ok(Request::Nothing(problem)),
            }
        }
        files(args)
    }

    /// Opens it; `changed` are texts that replace files over those of the request.
    pub(super) fn open(&self, args: &LintArgs, changed: Overlays) -> Result<Opened, Failure> {
        match self {
            Request::Files {
                paths,
                overlays,
                only,
            } => {
                let mut all = overlays.clone();
                all.extend(changed);
                let mut workspace = Workspace::open(paths, &options(args, all));
                if let Some(files) = only {
                    select::keep_files(&mut workspace, files);
                }
                Ok(Opened {
                    workspace,
                    server_version: None,
                })
            }
            Request::Database { url, label } => {
                let (config, problems) = configuration(args);
                if problems::stops(&problems) {
                    return Ok(nothing(problems));
                }
                let live = Live::read(url, label, &config)?;
                Ok(Opened {
                    workspace: Workspace {
                        projects: vec![live.project],
                        problems,
                    },
                    server_version: Some(live.version),
                })
            }
            Request::Nothing(problem) => Ok(nothing(vec![(**problem).clone()])),
        }
    }
}

/// Nothing but what is wrong.
fn nothing(problems: Vec<Problem>) -> Opened {
    Opened {
        workspace: Workspace {
            problems,
            ..Workspace::default()
        },
        server_version: None,
    }
}

/// The configuration that applies to what was named, and what is wrong with it.
pub(super) fn configuration(args: &LintArgs) -> (Arc<Config>, Vec<Problem>) {
    Workspace::configuration(first_folder(args), &options(args, Overlays::new()))
}

fn options(args: &LintArgs, overlays: Overlays) -> OpenOptions {
    OpenOptions {
        config: args.project.config.clone(),
        refining: args.rules.file.clone(),
        overlays,
        ..OpenOptions::default()
    }
}

fn files(args: &LintArgs) -> Result<Request, Failure> {
    let mut paths = args.paths.clone();
    let mut overlays = Overlays::new();
    let mut only = None;
    if let Some(path) = &args.scope.stdin_filepath {
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text)?;
        overlays.insert(std::path::absolute(path)?, String::from_utf8_lossy(&text).into());
        paths.push(path.clone());
    } else if args.scope.staged {
        let repository = Repository::discover(first_folder(args))?;
        let staged = repository.staged()?;
        overlays = as_named(repository.staged_texts(&staged)?);
        only = Some(staged);
    } else if let Some(revision) = &args.scope.since {
        only = Some(Repository::discover(first_folder(args))?.changed_since(revision)?);
    }
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    Ok(Request::Files {
        paths,
        overlays,
        only,
    })
}

/// The folder of what was named first.
pub(super) fn first_folder(args: &LintArgs) -> &Path {
    let named = args.paths.first().or(args.scope.stdin_filepath.as_ref());
    let path = named.map_or(Path::new("."), PathBuf::as_path);
    if path.is_dir() {
        return path;
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// git names files below the work tree's real root; the project names them below the folder that the user stands in,
/// which may be reached through a link. Both names lead to the text.
fn as_named(texts: Overlays) -> Overlays {
    let Ok(here) = std::env::current_dir() else {
        return texts;
    };
    let Ok(real) = std::fs::canonicalize(&here) else {
        return texts;
    };
    let mut out = Overlays::new();
    for (path, text) in texts {
        if let Ok(below) = path.strip_prefix(&real) {
            out.insert(here.join(below), Arc::clone(&text));
        }
        out.insert(path, text);
    }
    out
}
