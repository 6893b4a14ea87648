//! `confiture migrate plan`.

use std::io::Write;

use confiture_migrate::{Choice, plan, safety};

use super::settings;
use super::stage::Stage;
use crate::args::ReportFormat;
use crate::args::migrate::{PlanArgs, UpChoice};
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};
use crate::report::migrate::plan::{Outlook, report, text};

/// Says what `up` would do. Nothing is written.
pub(super) fn run(args: &PlanArgs, terminal: Terminal, out: &mut impl Write) -> Result<Outcome, Failure> {
    let mut stage = Stage::open(&args.files, &args.connect, terminal, |project, environment| {
        let mut settings = settings::looking(project, environment)?;
        settings.allow.extend(args.allow.iter().cloned());
        settings.out_of_order = args.choice.out_of_order;
        Ok(settings)
    })?;
    let recorded = stage.recorded()?;
    let plan = plan::up(&stage.history, &recorded, &choice(&args.choice), &stage.settings)?;
    let judgement = safety::judge(&mut stage.session, &stage.project, &plan, &stage.settings)?;
    let outlook = Outlook {
        environment: &stage.environment.name,
        server: &stage.server,
        history: &stage.history,
        plan: &plan,
        judgement: &judgement,
    };
    match args.format {
        ReportFormat::Text => text(out, terminal, &outlook)?,
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report(&outlook))?;
            writeln!(out)?;
        }
    }
    Ok(match judgement.stopping().next() {
        Some(_) => Outcome::Refused,
        None => Outcome::Clean,
    })
}

/// What the options choose.
pub(super) fn choice(args: &UpChoice) -> Choice {
    match (&args.target, &args.migration, args.steps) {
        (Some(target), _, _) => Choice::Target(target.clone()),
        (_, Some(migration), _) => Choice::Only(migration.clone()),
        (_, _, Some(steps)) => Choice::Steps(steps as usize),
        _ => Choice::Default,
    }
}
