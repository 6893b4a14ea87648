//! A database from files that make a schema from nothing.
//!
//! All of it happens in one transaction, unless a statement can't run in one: then what came before it is committed first,
//! and a failure says how far it came.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use confiture_postgres::{Session, SqlError};
use confiture_project::{Layout, Project, Script, TransactionMode};
use confiture_risk::PgVersion;

use crate::diff::Schema;
use crate::error::{ErrorKind, MigrateError, Result};
use crate::history::OneWay;
use crate::interrupt::Interrupt;
use crate::runner::{statement_failed, wants_to_be_alone};
use crate::steps::{self, Action, Runs, Statement};

/// What happens to what the database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It must hold nothing.
    MustBeEmpty,
    /// Everything in it is dropped, in the transaction that builds it anew: where that fails, it stays as it was (unless a
    /// statement can't run in a transaction).
    DropEverything,
}

/// What was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// Objects in the database, by their kind in words.
    pub objects: BTreeMap<&'static str, usize>,
    /// Statements that were run.
    pub statements: usize,
    /// Whether all of it was one transaction.
    pub one_transaction: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// What a database holds that a build would meet: counts by kind; empty for an empty database.
///
/// # Errors
/// As [`Schema::of_database`].
pub fn contents(session: &mut Session) -> Result<BTreeMap<&'static str, usize>> {
    let mut counts = Schema::of_database(session, "")?.counts();
    counts.remove("extensions");
    Ok(counts)
}

/// Builds the schema of a project's files in a database.
///
/// # Errors
/// [`ErrorKind::Confirmation`] where the database isn't empty and has to be; otherwise what the server refused, with the
/// file and the place in it.
pub fn build(
    session: &mut Session,
    project: &Project,
    before: Before,
    interrupt: &Interrupt,
) -> Result<Built> {
    let began = Instant::now();
    if project.layout.is_migrations() {
        let message = format!(
            "{} holds migrations, not files of a schema",
            project.root.display()
        );
        return Err(MigrateError::new(ErrorKind::Files, message)
            .help("build from the folder that `load_order` names; `confiture migrate up` runs migrations"));
    }
    let version = PgVersion::new(session.major()).unwrap_or_default();
    let mut all = Vec::new();
    for script in project.ups() {
        // All files share a transaction, as far as they can, however their statements run by themselves.
        let way = OneWay {
            script: Script {
                transaction: TransactionMode::PerScript,
                ..script.clone()
            },
            hooks: Vec::new(),
            timeouts: Default::default(),
        };
        all.push(steps::of(&way, &[], version)?);
    }
    let held = contents(session)?;
    if before == Before::MustBeEmpty && !held.is_empty() {
        let message = format!("the database isn't empty: it has {}", in_words(&held));
        return Err(MigrateError::new(ErrorKind::Confirmation, message)
            .help("build into an empty database, or drop what is there with --force-recreate"));
    }
    let mut run = Run {
        session,
        interrupt,
        open: false,
        committed: 0,
        done: 0,
    };
    let ran = run.everything(&all, before == Before::DropEverything && !held.is_empty());
    if let Err(error) = ran {
        return Err(run.abandon(error));
    }
    let (statements, one_transaction) = (run.done, run.committed <= 1);
    Ok(Built {
        objects: Schema::of_database(session, "")?.counts(),
        statements,
        one_transaction,
        elapsed: began.elapsed(),
    })
}

/// `3 tables, 1 view`.
pub fn in_words(counts: &BTreeMap<&'static str, usize>) -> String {
    let singular = |kind: &str| match kind {
        "indexes" => "index".to_owned(),
        other => other.trim_end_matches('s').to_owned(),
    };
    let words = counts.iter().map(|(kind, count)| match count {
        1 => format!("1 {}", singular(kind)),
        _ => format!("{count} {kind}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A build under way.
struct Run<'s> {
    session: &'s mut Session,
    interrupt: &'s Interrupt,
    open: bool,
    /// How many transactions, and statements outside of one, are done.
    committed: usize,
    done: usize,
}

impl Run<'_> {
    fn everything(&mut self, all: &[steps::Steps], drop_first: bool) -> Result<()> {
        if drop_first {
            self.begin()?;
            self.drop_everything()?;
        }
        for step in all.iter().flat_map(|steps| &steps.list) {
            let Action::Statement(statement) = &step.action else {
                continue;
            };
            if self.interrupt.is_asked() {
                return Err(
                    MigrateError::new(ErrorKind::Interrupted, "stopped before the next statement")
                        .at(statement.place()),
                );
            }
            match step.runs {
                Runs::Alone => {
                    self.commit()?;
                    self.statement(statement)?;
                    self.committed += 1;
                }
                Runs::InTransaction => {
                    if step.is_apart {
                        self.commit()?;
                    }
                    self.begin()?;
                    self.statement(statement)?;
                }
            }
        }
        self.commit()
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        let result = match &statement.copy_data {
            Some(rows) => {
                let rows = statement.segment.text.get(rows.clone()).unwrap_or_default();
                self.session.copy_in(statement.sql(), rows.as_bytes())
            }
            None => self.session.run(statement.sql()),
        };
        match result {
            Ok(_) => {
                self.done += 1;
                Ok(())
            }
            Err(error) if self.open && wants_to_be_alone(&error) => {
                Err(statement_failed(statement, error, self.interrupt).help(
                    "it can't run in a transaction; put it into a file of its own, the last of the order",
                ))
            }
            Err(error) => Err(statement_failed(statement, error, self.interrupt)),
        }
    }

    fn begin(&mut self) -> Result<()> {
        if !self.open {
            self.own("BEGIN")?;
            self.open = true;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        if std::mem::take(&mut self.open) {
            self.own("COMMIT")?;
            self.committed += 1;
        }
        Ok(())
    }

    fn own(&mut self, sql: &str) -> Result<()> {
        self.session.batch(sql).map_err(|error| self.refused(error))
    }

    fn refused(&self, error: SqlError) -> MigrateError {
        MigrateError::sql(ErrorKind::Statement, "the database can't be built", error)
    }

    /// Rolls back what is open, and says what is not.
    fn abandon(&mut self, error: MigrateError) -> MigrateError {
        // Where this fails too, the connection is gone, and the server rolls back by itself.
        let _ = self.session.batch("ROLLBACK");
        match self.committed {
            0 => error.help("nothing was changed: all of it was rolled back"),
            _ => error.help(
                "what came before a statement that can't run in a transaction stays; build anew with --force-recreate",
            ),
        }
    }

    /// Drops schemas, extensions and what else a database holds; what belongs to the server stays.
    fn drop_everything(&mut self) -> Result<()> {
        for question in [
            "SELECT 'DROP EVENT TRIGGER ' || pg_catalog.quote_ident(evtname) FROM pg_catalog.pg_event_trigger",
            "SELECT 'DROP PUBLICATION ' || pg_catalog.quote_ident(pubname) FROM pg_catalog.pg_publication",
            "SELECT 'DROP EXTENSION ' || pg_catalog.quote_ident(extname) || ' CASCADE' FROM pg_catalog.pg_extension \
             WHERE extname <> 'plpgsql'",
            "SELECT 'DROP SCHEMA ' || pg_catalog.quote_ident(nspname) || ' CASCADE' FROM pg_catalog.pg_namespace \
             WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'",
        ] {
            let rows = self
                .session
                .text_rows(question)
                .map_err(|error| self.refused(error))?;
            for drop in rows.into_iter().flatten().flatten() {
                self.own(&drop)?;
            }
        }
        let modern = self.session.major() >= 15;
        self.own("CREATE SCHEMA public")?;
        self.own(match modern {
            true => "GRANT USAGE ON SCHEMA public TO PUBLIC; ALTER SCHEMA public OWNER TO pg_database_owner",
            false => "GRANT ALL ON SCHEMA public TO PUBLIC",
        })
    }
}

/// The project of a workspace that makes a schema: its schema tree, or plain files.
pub fn schema_tree(projects: &[Project]) -> Option<&Project> {
    let of = |layout: Layout| projects.iter().find(move |project| project.layout == layout);
    of(Layout::SchemaTree).or_else(|| of(Layout::Plain))
}
