//! `confiture hooks run`.

use std::io::Write;

use confiture_migrate::hooks::HookSpec;
use confiture_migrate::ledger::Way;
use confiture_migrate::{ErrorKind, Interrupt, MigrateError, Migration, Migrator, Observer};

use crate::args::ReportFormat;
use crate::args::hooks::HooksRunArgs;
use crate::commands::Terminal;
use crate::commands::migrate::confirm;
use crate::commands::migrate::settings;
use crate::commands::migrate::signals::Signals;
use crate::commands::migrate::stage::Stage;
use crate::failure::{Failure, Outcome};
use crate::report::migrate::{Detail, Lines, Text};

/// Runs one hook by itself.
pub(super) fn run(
    args: &HooksRunArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    let way = super::way(args.down);
    let stage = Stage::open(&args.files, &args.connect, terminal, settings::looking)?;
    let migration = super::migration(&stage.history, &args.migration, way)?.clone();
    let hook = stage.history.find_hook(&migration, way, &args.hook)?.clone();
    ask(args, &stage, &migration, &hook, terminal)?;
    match args.format {
        ReportFormat::Json => carry_out(stage, (&migration, way), &hook, &Lines::new(out)),
        ReportFormat::Text => {
            let detail = if terminal.quiet {
                Detail::Quiet
            } else {
                Detail::Verbose
            };
            carry_out(stage, (&migration, way), &hook, &Text::new(out, terminal, detail))
        }
    }
}

fn ask(
    args: &HooksRunArgs,
    stage: &Stage,
    migration: &Migration,
    hook: &HookSpec,
    terminal: Terminal,
) -> Result<(), Failure> {
    let what = format!(
        "run the {} hook `{}` of {}",
        hook.phase, hook.name, migration.slug
    );
    if args.yes {
        return Ok(());
    }
    if stage.environment.production {
        return confirm::by_name(&stage.environment.name, &what, terminal);
    }
    let question = format!("{what} on {}? it {}", stage.server, hook.hook.describe());
    if confirm::yes_or_no(&question, terminal)? {
        return Ok(());
    }
    Err(MigrateError::new(ErrorKind::Confirmation, "declined: nothing was done").into())
}

fn carry_out(
    stage: Stage,
    (migration, way): (&Migration, Way),
    hook: &HookSpec,
    observer: &dyn Observer,
) -> Result<Outcome, Failure> {
    let interrupt = Interrupt::new();
    let signals = Signals::listen(&interrupt);
    let mut migrator = Migrator {
        session: stage.session,
        settings: &stage.settings,
        history: &stage.history,
        observer,
        interrupt: &interrupt,
    };
    match migrator.run_hook(migration, way, hook) {
        Ok(_) => Ok(Outcome::Clean),
        Err(error) => Err(signals.failure(error)),
    }
}
