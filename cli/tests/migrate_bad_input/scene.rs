//! A project and a database of its own, and what is shown of both.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use confiture_postgres::{Cluster, Database, Session};
use regex::Regex;
use tempfile::TempDir;

use crate::pages;

/// A migration that makes a table with two rows.
pub(crate) const ORDERS: (&str, &str) = (
    "db/migrations/001_orders.up.sql",
    "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\nINSERT INTO orders VALUES (1, 'x'), (2, 'y');\n",
);

/// One that adds a column to it.
pub(crate) const TOTAL: (&str, &str) = (
    "db/migrations/002_total.up.sql",
    "ALTER TABLE orders ADD COLUMN total int;\n",
);

/// What there is of a database: relations of people's, the ledger, attempts, sessions and locks that stayed.
const STATE: &str = "
    SELECT 'relations: ' || coalesce(string_agg(relname, ', ' ORDER BY relname), 'none')
    FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'v', 'i') AND relname !~ '^tb_confiture' AND relname !~ '_pkey$'
    UNION ALL
    SELECT 'locks: ' || count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A project and a database.
pub(crate) struct Scene {
    folder: TempDir,
    pub(crate) database: Database,
}

impl Scene {
    /// On the private server that all tests share.
    pub(crate) fn new(files: &[(&str, &str)]) -> Scene {
        Scene::on(Cluster::shared(None).expect("a private server"), files)
    }

    /// On a server of its own.
    pub(crate) fn on(cluster: &Cluster, files: &[(&str, &str)]) -> Scene {
        let scene = Scene {
            folder: TempDir::new().expect("a folder"),
            database: cluster.create_database("bad").expect("a database"),
        };
        for (path, text) in files {
            scene.write(path, text);
        }
        scene
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Removes a file.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("a file");
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A session of the superuser.
    pub(crate) fn session(&self) -> Session {
        self.database.connect_blocking().expect("a session")
    }

    /// Runs statements as the superuser; `$DATABASE` stands for the database's quoted name.
    pub(crate) fn sql(&self, sql: &str) {
        let name = format!("\"{}\"", self.database.name());
        self.session().batch(&sql.replace("$DATABASE", &name)).expect(sql);
    }

    /// The program in the project's folder, where nothing of this machine's environment names a server.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_confiture"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("USER", "tester")
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .arg("migrate")
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// `migrate` with these arguments on a database, by its address.
    pub(crate) fn run_on(&self, address: &str, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.args(["--database-url", address]);
        command.output().expect("the program runs")
    }

    /// `migrate` with these arguments on the database, as superuser.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_on(&self.database.url(), arguments)
    }

    /// Applies what is there already; must succeed.
    pub(crate) fn apply(&self) {
        let output = self.run(&["up", "--quiet"]);
        assert!(output.status.success(), "{}", self.said(&output));
    }

    /// Exit status and what was printed for people, without what differs from run to run.
    pub(crate) fn said(&self, output: &Output) -> String {
        let text = format!(
            "exit {}\n{}",
            output.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&output.stderr)
        );
        self.comparable(&text)
    }

    fn comparable(&self, text: &str) -> String {
        let target = self.database.target().to_string();
        let text = text
            .replace(&target, "SERVER")
            .replace(self.database.name(), "DATABASE")
            .replace(&self.folder.path().display().to_string(), "FOLDER");
        let patterns = [
            (r"\bpid \d+", "pid N"),
            (r"process \d+", "process N"),
            (r"/[^ ]*/cfpg-[A-Za-z0-9]+", "SOCKET"),
        ];
        let text = patterns.into_iter().fold(text, |text, (pattern, name)| {
            let pattern = Regex::new(pattern).expect("a pattern");
            pattern.replace_all(&text, name).into_owned()
        });
        pages::comparable(&text)
    }

    /// What the database holds.
    pub(crate) fn state(&self) -> String {
        let mut session = self.session();
        let mut lines = texts(&mut session, STATE);
        let has = |session: &mut Session, name: &str| {
            texts(session, &format!("SELECT to_regclass('{name}')")) != [String::new()]
        };
        lines.push(if has(&mut session, "tb_confiture") {
            let applied =
                "SELECT 'applied: ' || coalesce(string_agg(version, ', ' ORDER BY pk_confiture), 'none')
                           FROM tb_confiture";
            texts(&mut session, applied).concat()
        } else {
            "no ledger".to_owned()
        });
        if has(&mut session, "confiture.attempt") {
            lines.extend(texts(
                &mut session,
                "SELECT 'attempt: ' || slug || ' ' || status || coalesce(', ' || code, '') || coalesce(' ' || sqlstate, '')
                 FROM confiture.attempt WHERE status <> 'applied' ORDER BY id",
            ));
        }
        lines.join("\n")
    }

    /// Exit status, what was printed, what the database holds.
    pub(crate) fn shown(&self, output: &Output) -> String {
        format!("{}---\n{}", self.said(output), self.state())
    }
}

/// The first column of a query's rows.
pub(crate) fn texts(session: &mut Session, sql: &str) -> Vec<String> {
    let rows = session.text_rows(sql).expect("rows");
    rows.into_iter()
        .map(|row| row.into_iter().next().flatten().unwrap_or_default())
        .collect()
}
