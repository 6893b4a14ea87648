//! What may not run: risk and migration-safety rules, judged with what the live server knows, before anything is executed.

use confiture_lint::Finding;
use confiture_postgres::Session;
use confiture_project::Project;
use confiture_risk::Risk;

use crate::error::{Result, SourcePlace};
use crate::plan::Plan;
use crate::settings::Settings;

/// A name for which `--allow` lets a run go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Objection {
    /// A rule of the category migration-safety, or `risk-data-loss`, `risk-locking`, `risk-performance`, `risk-compatibility`.
    pub rule: String,
    /// The migration's slug.
    pub migration: String,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: SourcePlace,
    /// What to do instead.
    pub help: Option<String>,
    /// Whether it stops the run, or is only told.
    pub stops: bool,
}

/// One statement of a plan, judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The migration's slug.
    pub migration: String,
    /// Where it stands.
    pub place: SourcePlace,
    /// Its text.
    pub sql: String,
    /// What it does to this database.
    pub risk: Risk,
    /// Rows of the largest relation that it locks, rewrites or scans, as the server estimates them.
    pub rows: Option<u64>,
}

/// A plan, judged with the live server's facts.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// Every statement, in order.
    pub statements: Vec<Judged>,
    /// What speaks against it, in order.
    pub objections: Vec<Objection>,
    /// What rules found that never stops a run.
    pub findings: Vec<Finding>,
}

/// Judges a plan. Nothing is changed; tables are only asked whether they hold a row.
///
/// # Errors
/// The server's catalog can't be read.
pub fn judge(
    session: &mut Session,
    project: &Project,
    plan: &Plan,
    settings: &Settings,
) -> Result<Judgement> {
    let _ = (session, project, plan, settings);
    Ok(Judgement::default())
}

impl Judgement {
    /// The objections that stop a run.
    pub fn stopping(&self) -> impl Iterator<Item = &Objection> {
        self.objections.iter().filter(|objection| objection.stops)
    }
}
