//! `confiture migrate preview`, and `--preview` of the others.

use std::io::Write;

use confiture_migrate::ledger::Way;
use confiture_migrate::preview::Preview;
use confiture_migrate::safety::Judgement;
use confiture_migrate::{Plan, plan, safety};
use confiture_risk::PgVersion;

use super::plan::choice;
use super::settings;
use super::stage::Stage;
use crate::args::migrate::PreviewArgs;
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};

/// Prints the SQL that `up` would send.
pub(super) fn run(args: &PreviewArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let mut stage = Stage::open(&args.files, &args.connect, terminal, |project, environment| {
        let mut settings = settings::looking(project, environment)?;
        settings.single_transaction |= args.single_transaction;
        settings.out_of_order = args.choice.out_of_order;
        Ok(settings)
    })?;
    let recorded = stage.recorded()?;
    let plan = plan::up(&stage.history, &recorded, &choice(&args.choice), &stage.settings)?;
    let judgement = safety::judge(&mut stage.session, &stage.project, &plan, &stage.settings)?;
    print(&stage, &plan, Way::Up, &judgement, out)
}

/// Prints the SQL of a plan.
pub(super) fn print(
    stage: &Stage,
    plan: &Plan,
    way: Way,
    judgement: &Judgement,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    // A server that is newer than all that is known is taken as the newest.
    let version = PgVersion::new(stage.session.major())
        .or_else(|| PgVersion::new(18))
        .unwrap_or_default();
    let preview = Preview::of(
        &stage.history,
        plan,
        way,
        &stage.settings,
        version,
        Some(judgement),
    )?;
    write!(out, "{preview}")?;
    Ok(Outcome::Clean)
}
