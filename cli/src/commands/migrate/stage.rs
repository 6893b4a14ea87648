//! What every command on migrations begins with: the project's files, what the configuration says, the database.

use std::path::{Path, PathBuf};

use confiture_migrate::ledger::Recorded;
use confiture_migrate::runner::known_version;
use confiture_migrate::{ErrorKind, History, Ledger, MigrateError, Settings};
use confiture_postgres::{LocalServer, Session, Target};
use confiture_project::{Environment, OpenOptions, Problem, ProblemKind, Project, Workspace};

use crate::args::ConnectArgs;
use crate::args::migrate::FilesArgs;
use crate::commands::server::Place;
use crate::commands::target::{Chosen, Server, choose};
use crate::commands::{Terminal, problems};
use crate::failure::Failure;

/// Files, settings and a session with the database.
pub(in crate::commands) struct Stage {
    /// The project.
    pub(in crate::commands) project: Project,
    /// Its migrations.
    pub(in crate::commands) history: History,
    /// The environment.
    pub(in crate::commands) environment: Environment,
    /// How messages name the database.
    pub(in crate::commands) server: String,
    /// How a run behaves.
    pub(in crate::commands) settings: Settings,
    /// A session with the database.
    pub(in crate::commands) session: Session,
    /// The private server that it runs on, for as long as the command does.
    pub(in crate::commands) _local: Option<LocalServer>,
}

impl Stage {
    /// Opens everything; `configure` makes the settings of what was found.
    pub(in crate::commands) fn open(
        files: &FilesArgs,
        connect: &ConnectArgs,
        terminal: Terminal,
        configure: impl FnOnce(&Project, &Environment) -> Result<Settings, Failure>,
    ) -> Result<Stage, Failure> {
        let project = project(files, terminal)?;
        let chosen = choose(connect, &project.config)?;
        chosen.print_notices(terminal);
        let settings = configure(&project, &chosen.environment)?;
        let (history, found) = History::of(&project, settings.environment.as_deref())?;
        stop(found, terminal)?;
        let (target, local) = reach(&chosen, &project)?;
        let session = Session::open(&target)?;
        known_version(session.major())?;
        Ok(Stage {
            project,
            history,
            server: match &local {
                Some(_) => chosen.title(),
                None => target.to_string(),
            },
            environment: chosen.environment,
            settings,
            session,
            _local: local,
        })
    }

    /// What the database's ledger says.
    pub(in crate::commands) fn recorded(&mut self) -> Result<Recorded, Failure> {
        Ok(Ledger::new(self.settings.ledger.clone()).read(&mut self.session)?)
    }
}

/// Where the database is; the project's own server is started for it.
fn reach(chosen: &Chosen, project: &Project) -> Result<(Target, Option<LocalServer>), Failure> {
    match &chosen.server {
        Server::At(target) => Ok(((**target).clone(), None)),
        Server::Local => {
            let local = Place::of(&project.config, None).open()?;
            let target = local.database(&local.database_name())?;
            Ok((target, Some(local)))
        }
    }
}

/// The one project with migrations that the options lead to.
pub(in crate::commands) fn project(files: &FilesArgs, terminal: Terminal) -> Result<Project, Failure> {
    let (mut found, problems) = projects(files);
    let unreadable = |project: &Project| {
        let concerns = |problem: &Problem| concerns(problem, project);
        problems
            .iter()
            .filter(|problem| concerns(problem))
            .cloned()
            .collect()
    };
    match (found.pop(), found.as_slice()) {
        (Some(only), []) => {
            stop(unreadable(&only), terminal)?;
            Ok(only)
        }
        (None, _) => {
            stop(problems, terminal)?;
            Err(nothing(files).into())
        }
        (Some(last), rest) => Err(several(rest, &last)),
    }
}

/// The projects with migrations that the options lead to, and what could not be read.
pub(in crate::commands) fn projects(files: &FilesArgs) -> (Vec<Project>, Vec<Problem>) {
    let workspace = Workspace::open(&[asked(files)], &options(files));
    let all = workspace.projects.into_iter();
    let found = all.filter(|project| project.layout.is_migrations()).collect();
    (found, workspace.problems)
}

pub(in crate::commands) fn options(files: &FilesArgs) -> OpenOptions {
    OpenOptions {
        config: files.config.clone(),
        ..OpenOptions::default()
    }
}

pub(in crate::commands) fn asked(files: &FilesArgs) -> &Path {
    files.path.as_deref().unwrap_or(Path::new("."))
}

/// Problems that leave doubt about what is to be done end the command; the others are said.
pub(in crate::commands) fn stop(found: Vec<Problem>, terminal: Terminal) -> Result<(), Failure> {
    let is_notice = |problem: &Problem| problem.code.kind() == ProblemKind::Notice;
    if found.iter().all(is_notice) {
        problems::print(&found, terminal);
        return Ok(());
    }
    Err(Failure::Problems(found))
}

/// Whether a problem is about the configuration or a file of this project. Somebody's broken file elsewhere in the
/// repository keeps no migration from running.
fn concerns(problem: &Problem, project: &Project) -> bool {
    let file = std::path::absolute(&problem.path).unwrap_or_else(|_| problem.path.clone());
    problem.code.kind() == ProblemKind::Configuration || file.starts_with(&project.root)
}

fn nothing(files: &FilesArgs) -> MigrateError {
    let place = match asked(files) {
        here if here == Path::new(".") => "here".to_owned(),
        path => format!("in {}", path.display()),
    };
    MigrateError::new(ErrorKind::Files, format!("no migrations were found {place}"))
        .help("name their folder by --path, or by `migrations: {path: …}` in confiture.yaml")
        .help("`confiture migrate new NAME` writes the first one")
}

fn several(rest: &[Project], last: &Project) -> Failure {
    let all: Vec<&Project> = rest.iter().chain([last]).collect();
    let folders = all
        .iter()
        .map(|project| format!("{} ({})", shown(&project.root).display(), project.layout));
    let ways = all
        .iter()
        .map(|project| format!("--path {}", shown(&project.root).display()));
    Failure::SeveralProjects {
        folders: folders.collect::<Vec<_>>().join(", "),
        ways: ways.collect::<Vec<_>>().join(" or "),
    }
}

/// A path as people see it: relative to the current folder where that is possible.
pub(in crate::commands) fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}
