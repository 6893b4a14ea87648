//! A project in a temporary folder and a database of its own.
#![allow(dead_code, reason = "not every module uses everything")]

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use confiture_migrate::ledger::Way;
use confiture_migrate::{
    Choice, Event, History, Interrupt, Ledger, MigrateError, Migrator, Observer, Outcome, Settings, plan,
};
use confiture_postgres::{Cluster, Database, Session};
use confiture_project::{OpenOptions, Project, Workspace};
use tempfile::TempDir;

/// The server's major version that `CONFITURE_TEST_MAJOR` (`13`) names; without it the newest that the machine has.
pub(crate) fn major() -> Option<u32> {
    let named = std::env::var("CONFITURE_TEST_MAJOR").ok()?;
    Some(named.trim().parse().expect("a major version"))
}

/// Remembers what it is told.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<Event>>);

impl Observer for Told {
    fn tell(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Told {
    /// Everything so far.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

/// A project in a temporary folder and a database of its own on the process's private server.
pub(crate) struct Fixture {
    folder: TempDir,
    database: Database,
    /// How runs behave; to be changed before one.
    pub(crate) settings: Settings,
    /// What was told during runs.
    pub(crate) told: Told,
}

impl Fixture {
    /// Files by path, relative to the project's folder.
    pub(crate) fn new(files: &[(&str, &str)]) -> Fixture {
        Fixture::on(Cluster::shared(major()).unwrap(), files)
    }

    /// As [`Fixture::new`], on another server.
    pub(crate) fn on(cluster: &Cluster, files: &[(&str, &str)]) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let database = cluster.create_database("migrate").unwrap();
        let settings = Settings {
            root: folder.path().to_owned(),
            applied_by: "tester".to_owned(),
            ..Settings::default()
        };
        let fixture = Fixture {
            folder,
            database,
            settings,
            told: Told::default(),
        };
        for (path, text) in files {
            fixture.write(path, text);
        }
        fixture
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Removes a file.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.folder.path().join(path)).unwrap();
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// A session in the database.
    pub(crate) fn session(&self) -> Session {
        self.database.connect_blocking().unwrap()
    }

    /// Runs statements in a session of their own.
    pub(crate) fn sql(&self, sql: &str) {
        self.session().batch(sql).unwrap();
    }

    /// The rows of a query, columns joined by `|`.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        let rows = self.session().text_rows(sql).unwrap();
        let line = |row: Vec<Option<String>>| {
            let values = row
                .into_iter()
                .map(|value| value.unwrap_or_else(|| "∅".to_owned()));
            values.collect::<Vec<_>>().join("|")
        };
        rows.into_iter().map(line).collect()
    }

    /// The ledger of the settings.
    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::new(self.settings.ledger.clone())
    }

    /// The only project with migrations in the folder.
    pub(crate) fn project(&self) -> Project {
        let workspace = Workspace::open(&[self.folder.path()], &OpenOptions::default());
        let mut projects = workspace
            .projects
            .into_iter()
            .filter(|p| p.layout.is_migrations());
        projects.next().expect("a project with migrations")
    }

    /// What the files say; wrong hooks fail the test.
    pub(crate) fn history(&self) -> History {
        let (history, problems) = History::of(&self.project(), self.settings.environment.as_deref()).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        history
    }

    /// Applies what is pending.
    pub(crate) fn up(&self) -> Result<Outcome, MigrateError> {
        self.run(Way::Up, &Choice::Default)
    }

    /// Reverts.
    pub(crate) fn down(&self, choice: &Choice) -> Result<Outcome, MigrateError> {
        self.run(Way::Down, choice)
    }

    /// Plans and carries it out.
    pub(crate) fn run(&self, way: Way, choice: &Choice) -> Result<Outcome, MigrateError> {
        self.run_watched(way, choice, &self.told, &Interrupt::new())
    }

    /// As [`Fixture::run`], with another observer and somebody who may stop it.
    pub(crate) fn run_watched(
        &self,
        way: Way,
        choice: &Choice,
        observer: &dyn Observer,
        interrupt: &Interrupt,
    ) -> Result<Outcome, MigrateError> {
        let history = self.history();
        let mut session = self.session();
        let recorded = self.ledger().read(&mut session)?;
        let mut migrator = Migrator {
            session,
            settings: &self.settings,
            history: &history,
            observer,
            interrupt,
        };
        match way {
            Way::Up => migrator.up(&plan::up(&history, &recorded, choice, &self.settings)?),
            Way::Down => migrator.down(&plan::down(&history, &recorded, choice, &self.settings)?),
        }
    }
}
