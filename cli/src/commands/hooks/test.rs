//! `confiture hooks test`.

use std::io::Write;

use confiture_migrate::ledger::Way;
use confiture_migrate::runner::Trial;
use confiture_migrate::{Interrupt, Migration, Migrator, Observer, plan};
use confiture_project::LOCAL;

use crate::args::hooks::HooksTestArgs;
use crate::args::{ConnectArgs, ReportFormat};
use crate::commands::Terminal;
use crate::commands::migrate::signals::Signals;
use crate::commands::migrate::stage::Stage;
use crate::commands::migrate::{confirm, settings};
use crate::failure::{Failure, Outcome};
use crate::report::hooks::{trial_line, trial_text};
use crate::report::migrate::{Detail, Lines, Text};

/// Tries a migration with its hooks.
pub(super) fn run(
    args: &HooksTestArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    let way = super::way(args.down);
    let mut stage = Stage::open(&args.files, &database(&args.connect), terminal, settings::looking)?;
    let migration = super::migration(&stage.history, &args.migration, way)?.clone();
    let recorded = stage.recorded()?;
    plan::trial(&stage.history, &recorded, &stage.settings, &migration, way)?;
    let what = format!("try {}, which takes its locks,", migration.slug);
    confirm::where_it_matters(&stage.environment, &what, args.yes, terminal)?;
    let server = stage.server.clone();
    match args.format {
        ReportFormat::Json => {
            let (trial, result) = carry_out(stage, &migration, way, &Lines::new(out))?;
            trial_line(&migration.slug, way, &trial, out)?;
            result
        }
        ReportFormat::Text => {
            let detail = if terminal.quiet {
                Detail::Quiet
            } else {
                Detail::Verbose
            };
            let (trial, result) = carry_out(stage, &migration, way, &Text::new(out, terminal, detail))?;
            if !terminal.quiet {
                trial_text(&migration.slug, &server, &trial, out)?;
            }
            result
        }
    }
}

/// What nobody names is the project's own: trying takes locks.
fn database(connect: &ConnectArgs) -> ConnectArgs {
    let mut connect = connect.clone();
    if connect.env.is_none() && connect.database_url.is_none() {
        connect.env = Some(LOCAL.to_owned());
    }
    connect
}

type Tried = (Trial, Result<Outcome, Failure>);

fn carry_out(
    stage: Stage,
    migration: &Migration,
    way: Way,
    observer: &dyn Observer,
) -> Result<Tried, Failure> {
    let interrupt = Interrupt::new();
    let signals = Signals::listen(&interrupt);
    let mut migrator = Migrator {
        session: stage.session,
        settings: &stage.settings,
        history: &stage.history,
        observer,
        interrupt: &interrupt,
    };
    let mut trial = migrator.try_hooks(migration, way)?;
    let result = match trial.failure.take() {
        None => Ok(Outcome::Clean),
        Some(error) => Err(signals.failure(error)),
    };
    Ok((trial, result))
}
