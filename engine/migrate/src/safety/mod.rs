//! What may not run: risk and migration-safety rules, judged with what the live server knows, before anything is executed.
//!
//! The scripts of a plan are taken through the engine on top of the server's catalog: once to learn which relations they
//! are about, then, when the server has said which of these hold no row, to judge them. An empty table makes nothing
//! dangerous, and neither does one that the plan itself has created, as long as it holds no more than rows that its
//! statements spell out.
//!
//! A run is stopped by a risk that is critical, and by findings of severity error of rules of the category migration-safety.
//! `--allow` lifts either by name; so does a comment in the file that silences the rule about the same.

mod allowed;
mod live;
mod objections;
mod scripts;

use std::sync::Arc;

use confiture_lint::{Base, Finding, Input, RuleSet, file_range};
use confiture_postgres::Session;
use confiture_project::Project;
use confiture_risk::Risk;
use confiture_risk::time::Estimate;
use confiture_syntax::Name;

use crate::error::{ErrorKind, MigrateError, Result, SourcePlace};
use crate::ledger::Way;
use crate::plan::Plan;
use crate::settings::Settings;
use allowed::Allowed;
use live::Live;
use scripts::Scripts;

/// What speaks against a statement, by a name for which `--allow` lets a run go on.
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
    /// What to do instead: a sentence, then SQL on lines of its own where there is any.
    pub help: Option<String>,
    /// Whether it stops the run; where it doesn't, somebody has allowed it.
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
    /// How long its work on whole tables takes, by their sizes and by speeds of small and of large machines; `None` where
    /// there is no such work, or the server knows no size.
    pub estimate: Option<Estimate>,
}

/// A plan, judged with the live server's facts.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// Every statement, in order, those in the SQL of hooks behind those of their migration.
    pub statements: Vec<Judged>,
    /// What speaks against it, in order.
    pub objections: Vec<Objection>,
    /// What rules found that never stops a run; see [`Judgement::place`].
    pub findings: Vec<Finding>,
    /// The scripts that findings are about.
    project: Option<Arc<Project>>,
}

/// Rules that look at the project as a whole or at its files' past: what they say is no news of a run.
const NOT_OF_A_RUN: [&str; 4] = [
    "edited-migration",
    "migration-out-of-order",
    "unknown-suppression",
    "unused-suppression",
];

/// Judges the way forward of a plan's migrations. Nothing is changed; tables are only asked whether they hold a row. The
/// session must be outside of a transaction.
///
/// # Errors
/// [`ErrorKind::UnknownRule`] where the settings allow what doesn't exist; the server's catalog can't be read.
pub fn judge(
    session: &mut Session,
    project: &Project,
    plan: &Plan,
    settings: &Settings,
) -> Result<Judgement> {
    judge_way(session, project, plan, Way::Up, settings)
}

/// Judges one direction of a plan's migrations, as [`judge`] does.
///
/// # Errors
/// As [`judge`].
pub fn judge_way(
    session: &mut Session,
    project: &Project,
    plan: &Plan,
    way: Way,
    settings: &Settings,
) -> Result<Judgement> {
    // Mistakes of the configuration are for `confiture lint` to tell.
    let (mut rules, _) = RuleSet::for_environment(&project.config, settings.environment.as_deref());
    let allowed = Allowed::new(&settings.allow, &rules)?;
    let scripts = Scripts::of(project, plan, way, settings);
    if plan.migrations.is_empty() {
        return Ok(Judgement::default());
    }
    // They are all known.
    let _ = rules.exclude(&NOT_OF_A_RUN);
    let live = Live::read(session)?;
    let own = objections::ledger_relations(&live.catalog, &settings.ledger);
    let mut rowless = own.clone();
    let parameters = timeouts(settings);
    let base = Base {
        catalog: &live.catalog,
        rowless: &own,
        search_path: Some(&live.search_path),
        parameters: &parameters,
    };
    let first = confiture_lint::risks(&Input::on(&scripts.project, live.version, base));
    rowless.extend(live.rowless(session, objections::touched(&live.catalog, &first))?);
    let base = Base {
        rowless: &rowless,
        ..base
    };
    let input = Input::on(&scripts.project, live.version, base);
    let (report, risks) = confiture_lint::lint_with_risks(&input, &rules);
    Ok(objections::put_together(&live, scripts, risks, report, &allowed))
}

/// The limits that the runner sets before statements.
fn timeouts(settings: &Settings) -> Vec<(Name, Arc<str>)> {
    let limits = [
        ("lock_timeout", settings.lock_timeout),
        ("statement_timeout", settings.statement_timeout),
    ];
    let set = limits.into_iter().filter(|(_, limit)| !limit.is_zero());
    set.map(|(name, limit)| (Name::new(name), limit.as_millis().to_string().into()))
        .collect()
}

impl Judgement {
    /// The objections that stop a run.
    pub fn stopping(&self) -> impl Iterator<Item = &Objection> {
        self.objections.iter().filter(|objection| objection.stops)
    }

    /// Where a finding is; `None` for one of another judgement.
    pub fn place(&self, finding: &Finding) -> Option<SourcePlace> {
        let (source, range) = file_range(self.project.as_deref()?, finding.place)?;
        Some(SourcePlace {
            path: source.path.clone(),
            text: Arc::clone(&source.text),
            range,
        })
    }

    /// Nothing, where nothing stops a run.
    ///
    /// # Errors
    /// [`ErrorKind::Unsafe`] with all that stops it, at the place of the first.
    pub fn refuse(&self) -> Result<()> {
        let stopping: Vec<&Objection> = self.stopping().collect();
        let Some(first) = stopping.first() else {
            return Ok(());
        };
        let message = match stopping.as_slice() {
            [one] => format!("{}: {}", one.rule, one.message),
            all => {
                let lines = all.iter().map(|one| {
                    format!(
                        "\n  {}: {}: {}",
                        objections::file_and_line(&one.place),
                        one.rule,
                        one.message
                    )
                });
                format!(
                    "{} statements may not run:{}",
                    all.len(),
                    lines.collect::<String>()
                )
            }
        };
        let mut names: Vec<&str> = stopping.iter().map(|objection| objection.rule.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut error = MigrateError::new(ErrorKind::Unsafe, message)
            .of_migration(&first.migration)
            .at(first.place.clone());
        if let Some(help) = &first.help {
            error = error.help(help.clone());
        }
        Err(error.help(format!(
            "if that is what you want, `--allow {}` lets it run",
            names.join(",")
        )))
    }
}
