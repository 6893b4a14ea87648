//! What `diff`, `build` and `drift` compare: files of a project, at a revision or as they are, and databases.

use std::path::{Path, PathBuf};

use confiture_migrate::LedgerNames;
use confiture_migrate::diff::Schema;
use confiture_postgres::{ClusterError, LocalServer, Session};
use confiture_project::git::Repository;
use confiture_project::{Config, Layout, OpenOptions, Project, Secret, Workspace};
use confiture_risk::PgVersion;
use confiture_syntax::Name;

use super::target::{Chosen, Server, choose};
use super::{Terminal, problems};
use crate::args::{ConnectArgs, ProjectArgs};
use crate::failure::Failure;

/// The files of a folder and the database that goes with them.
pub struct Stage<'a> {
    /// The folder.
    pub folder: PathBuf,
    /// All that it leads to.
    pub workspace: Workspace,
    /// Database options.
    pub connect: &'a ConnectArgs,
    /// Project options.
    pub project: &'a ProjectArgs,
    terminal: Terminal,
}

/// A session with a database; what keeps its server running ends with it.
pub struct Open {
    /// The session.
    pub session: Session,
    /// What was chosen.
    pub chosen: Chosen,
    _server: Option<LocalServer>,
}

/// One side of a comparison, as it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// The schema tree.
    Schema,
    /// The migrations.
    Migrations,
    /// The database of the options.
    Database,
    /// The database of an environment.
    Environment(String),
    /// A database by its address.
    Address(Secret),
    /// Files at a revision: all of them, or migrations.
    Revision(String, Option<Files>),
}

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// The schema tree.
    Schema,
    /// The migrations.
    Migrations,
}

impl Operand {
    /// Reads a side.
    ///
    /// # Errors
    /// A word that is none.
    pub fn parse(text: &str) -> Result<Operand, Failure> {
        Ok(match text {
            "schema" => Operand::Schema,
            "migrations" => Operand::Migrations,
            "database" => Operand::Database,
            _ => match text.split_once(':') {
                Some(("env", name)) => Operand::Environment(name.to_owned()),
                Some(("git", revision)) => match revision.rsplit_once(':') {
                    Some((revision, "migrations")) => {
                        Operand::Revision(revision.to_owned(), Some(Files::Migrations))
                    }
                    Some((revision, "schema")) => Operand::Revision(revision.to_owned(), Some(Files::Schema)),
                    _ => Operand::Revision(revision.to_owned(), None),
                },
                Some(("postgres" | "postgresql", _)) => Operand::Address(Secret::new(text)),
                // The text may be an address with a password: it isn't repeated.
                _ => {
                    return Err(Failure::Usage(
                        "a side of a comparison is schema, migrations, database, env:NAME, git:REV or postgres://…"
                            .to_owned(),
                    ));
                }
            },
        })
    }
}

impl<'a> Stage<'a> {
    /// Opens the files.
    ///
    /// # Errors
    /// Configuration that can't be read.
    pub fn open(
        path: Option<&Path>,
        connect: &'a ConnectArgs,
        project: &'a ProjectArgs,
        terminal: Terminal,
    ) -> Result<Stage<'a>, Failure> {
        let folder = path.unwrap_or(Path::new(".")).to_path_buf();
        let options = OpenOptions {
            config: project.config.clone(),
            ..OpenOptions::default()
        };
        let workspace = Workspace::open(&[&folder], &options);
        problems::print(&workspace.problems, terminal);
        if problems::outcome(&workspace.problems) != crate::failure::Outcome::Clean {
            return Err(Failure::Usage(
                "the files of the project can't be read whole, so nothing is compared with them".to_owned(),
            ));
        }
        Ok(Stage {
            folder,
            workspace,
            connect,
            project,
            terminal,
        })
    }

    /// The project with migrations, where there is one.
    ///
    /// # Errors
    /// Several of them.
    pub fn migrations(&self) -> Result<Option<&Project>, Failure> {
        only(
            &self.workspace.projects,
            |project| project.layout.is_migrations(),
            "migrations",
        )
    }

    /// The project that makes a schema from nothing, where there is one.
    ///
    /// # Errors
    /// Several of them.
    pub fn schema_tree(&self) -> Result<Option<&Project>, Failure> {
        schema_tree(&self.workspace.projects)
    }

    /// The configuration that applies.
    pub fn config(&self) -> std::sync::Arc<Config> {
        let options = OpenOptions {
            config: self.project.config.clone(),
            ..OpenOptions::default()
        };
        Workspace::configuration(&self.folder, &options).0
    }

    /// Where the ledger stands, by the configuration.
    pub fn ledger(&self) -> LedgerNames {
        let config = self.config();
        let defaults = LedgerNames::default();
        LedgerNames {
            schema: config
                .migrations
                .schema
                .as_ref()
                .map(|schema| Name::new(&schema.text)),
            table: config
                .migrations
                .table
                .as_ref()
                .map_or(defaults.table, |table| Name::new(&table.text)),
            details: defaults.details,
        }
    }

    /// The server's major that statements are written for.
    pub fn version(&self) -> PgVersion {
        let configured = || {
            let version = self.config().pg_version?;
            PgVersion::new(u32::from(version))
        };
        self.project.pg_version.or_else(configured).unwrap_or_default()
    }

    /// A session with the database of the options.
    ///
    /// # Errors
    /// No database, no connection.
    pub fn session(&self, connect: &ConnectArgs) -> Result<Open, Failure> {
        let chosen = choose(connect, &self.config())?;
        chosen.print_notices(self.terminal);
        match &chosen.server {
            Server::At(target) => Ok(Open {
                session: Session::open(target)?,
                chosen,
                _server: None,
            }),
            Server::Local => {
                let config = self.config();
                let source = config.source.as_ref().and_then(|source| source.file.parent());
                let root = source.map_or_else(
                    || std::path::absolute(&self.folder).unwrap_or_default(),
                    Path::to_path_buf,
                );
                let major = chosen.environment.pg_version.map(u32::from);
                let server = LocalServer::open(&root, major)?;
                let target = server.database(&server.database_name())?;
                Ok(Open {
                    session: Session::open(&target).map_err(ClusterError::from)?,
                    chosen,
                    _server: Some(server),
                })
            }
        }
    }

    /// Reads a side.
    ///
    /// # Errors
    /// What can't be read or reached.
    pub fn read(&self, operand: &Operand) -> Result<Schema, Failure> {
        match operand {
            Operand::Schema => self.files(Files::Schema),
            Operand::Migrations => self.files(Files::Migrations),
            Operand::Database => self.database(self.connect),
            Operand::Environment(name) => self.database(&ConnectArgs {
                env: Some(name.clone()),
                database_url: None,
            }),
            Operand::Address(address) => self.database(&ConnectArgs {
                env: None,
                database_url: Some(address.clone()),
            }),
            Operand::Revision(revision, files) => self.revision(revision, *files),
        }
    }

    fn files(&self, files: Files) -> Result<Schema, Failure> {
        let found = match files {
            Files::Schema => self.schema_tree()?,
            Files::Migrations => self.migrations()?,
        };
        let project = found.ok_or_else(|| nothing(files, &self.folder.display().to_string()))?;
        Ok(self.of_project(project, label(files).to_owned()))
    }

    fn of_project(&self, project: &Project, label: String) -> Schema {
        Schema::of_project(project, label, self.connect.env.as_deref())
    }

    fn database(&self, connect: &ConnectArgs) -> Result<Schema, Failure> {
        let mut open = self.session(connect)?;
        let label = open.chosen.title();
        Ok(Schema::of_database(&mut open.session, label)?)
    }

    /// The files at a revision, written into a folder that goes when they are read.
    fn revision(&self, revision: &str, files: Option<Files>) -> Result<Schema, Failure> {
        let here = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let repository = Repository::discover(&here)?;
        let cannot = |error| Failure::Write {
            path: "a temporary folder".to_owned(),
            error,
        };
        let copy = tempfile::tempdir().map_err(cannot)?;
        let inside = repository.write_texts(revision, &here, copy.path())?;
        // Nothing above it is a part of the project.
        std::fs::create_dir_all(copy.path().join(".git")).map_err(cannot)?;
        let options = OpenOptions {
            cwd: copy.path().to_path_buf(),
            ..OpenOptions::default()
        };
        let workspace = Workspace::open(&[copy.path().join(inside)], &options);
        let tree = schema_tree(&workspace.projects)?;
        let migrations = only(&workspace.projects, |p| p.layout.is_migrations(), "migrations")?;
        let (found, which) = match files {
            Some(Files::Schema) => (tree, Files::Schema),
            Some(Files::Migrations) => (migrations, Files::Migrations),
            None if tree.is_some() => (tree, Files::Schema),
            None => (migrations, Files::Migrations),
        };
        let project = found.ok_or_else(|| nothing(which, &format!("revision {revision}")))?;
        Ok(self.of_project(project, format!("{} at {revision}", label(which))))
    }
}

fn label(files: Files) -> &'static str {
    match files {
        Files::Schema => "the schema's files",
        Files::Migrations => "the migrations",
    }
}

fn nothing(files: Files, place: &str) -> Failure {
    Failure::Usage(match files {
        Files::Schema => {
            format!("{place} has no files that make a schema: name them by `load_order` in confiture.yaml")
        }
        Files::Migrations => format!("{place} has no migrations"),
    })
}

fn schema_tree(projects: &[Project]) -> Result<Option<&Project>, Failure> {
    let tree = only(
        projects,
        |project| project.layout == Layout::SchemaTree,
        "files of a schema",
    )?;
    match tree {
        Some(tree) => Ok(Some(tree)),
        None => only(
            projects,
            |project| project.layout == Layout::Plain,
            "files of a schema",
        ),
    }
}

/// The one project that is meant.
fn only<'p>(
    projects: &'p [Project],
    is_meant: impl Fn(&Project) -> bool,
    what: &str,
) -> Result<Option<&'p Project>, Failure> {
    let mut meant = projects.iter().filter(|project| is_meant(project));
    let first = meant.next();
    if let (Some(first), Some(second)) = (first, meant.next()) {
        let (first, second) = (first.root.display(), second.root.display());
        return Err(Failure::Usage(format!(
            "several folders hold {what}, {first} and {second}: name one by --path"
        )));
    }
    Ok(first)
}
