//! `confiture migrate up`, `down` and `redo`: the way from the files to the database.

use std::io::{self, Write};

use confiture_migrate::ledger::Way;
use confiture_migrate::safety::{self, Judgement};
use confiture_migrate::{
    Choice, ErrorKind, Interrupt, MigrateError, Migrator, Observer, Outcome as Ran, Plan, plan,
};

use super::confirm::{self, Answers};
use super::plan::choice;
use super::signals::Signals;
use super::stage::Stage;
use super::{preview, settings};
use crate::args::ReportFormat;
use crate::args::migrate::{DownArgs, DownChoice, RedoArgs, RunArgs, UpArgs};
use crate::commands::Terminal;
use crate::failure::{Failure, Outcome};
use crate::report::migrate::plan::{Outlook, objections, text as print_plan};
use crate::report::migrate::units;
use crate::report::migrate::{Detail, Lines, Text};

/// Applies pending migrations.
pub(super) fn up(
    args: &UpArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    let mut stage = open(&args.run, terminal, args.choice.out_of_order)?;
    let recorded = stage.recorded()?;
    let plan = plan::up(&stage.history, &recorded, &choice(&args.choice), &stage.settings)?;
    let runs = [(Way::Up, plan)];
    go(stage, runs, &args.run, terminal, out)
}

/// Reverts migrations.
pub(super) fn down(
    args: &DownArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    let mut stage = open(&args.run, terminal, false)?;
    let recorded = stage.recorded()?;
    let plan = plan::down(
        &stage.history,
        &recorded,
        &down_choice(&args.choice),
        &stage.settings,
    )?;
    go(stage, [(Way::Down, plan)], &args.run, terminal, out)
}

/// Reverts migrations and applies them again.
pub(super) fn redo(
    args: &RedoArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    // What was just reverted may be older than others that stay.
    let mut stage = open(&args.run, terminal, true)?;
    let recorded = stage.recorded()?;
    let choice = match (&args.migration, args.steps) {
        (Some(migration), _) => Choice::Only(migration.clone()),
        (None, Some(steps)) => Choice::Steps(steps as usize),
        (None, None) => Choice::Default,
    };
    let down = plan::down(&stage.history, &recorded, &choice, &stage.settings)?;
    let up = Plan {
        migrations: down.migrations.iter().rev().cloned().collect(),
        ..Plan::default()
    };
    go(
        stage,
        [(Way::Down, down), (Way::Up, up)],
        &args.run,
        terminal,
        out,
    )
}

fn down_choice(args: &DownChoice) -> Choice {
    match (&args.target, &args.migration, args.steps, args.all) {
        (Some(target), ..) => Choice::Target(target.clone()),
        (_, Some(migration), ..) => Choice::Only(migration.clone()),
        (_, _, Some(steps), _) => Choice::Steps(steps as usize),
        (.., true) => Choice::All,
        _ => Choice::Default,
    }
}

fn open(args: &RunArgs, terminal: Terminal, out_of_order: bool) -> Result<Stage, Failure> {
    Stage::open(&args.files, &args.connect, terminal, |project, environment| {
        let mut settings = settings::running(project, environment, &args.limits)?;
        settings.out_of_order = out_of_order;
        Ok(settings)
    })
}

/// Judges, asks, runs. What the second run of several does to the database is judged when the first is through.
fn go<const N: usize>(
    mut stage: Stage,
    mut runs: [(Way, Plan); N],
    args: &RunArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    let [(way, first), ..] = runs.as_mut_slice() else {
        return Ok(Outcome::Clean);
    };
    if first.migrations.is_empty() && args.talk.format == ReportFormat::Text {
        nothing_to_do(*way, first, &stage, terminal, out)?;
        return Ok(Outcome::Clean);
    }
    let judgement = safety::judge_way(&mut stage.session, &stage.project, first, *way, &stage.settings)?;
    if args.talk.preview {
        return show(&stage, &runs, &judgement, out);
    }
    judgement_refuses(&judgement, args, terminal)?;
    let wanted = first.migrations.len();
    confirm_run(&stage, *way, first, &judgement, args, terminal)?;
    let asked_for = first.migrations.len();
    if let ([_, (_, second)], true) = (runs.as_mut_slice(), asked_for < wanted) {
        second.migrations.drain(..wanted - asked_for);
    }
    carry_out(stage, &runs, args, terminal, out)
}

/// The SQL of all runs; what those behind the first do can't be judged before that has run.
fn show(
    stage: &Stage,
    runs: &[(Way, Plan)],
    judgement: &Judgement,
    out: &mut impl Write,
) -> Result<Outcome, Failure> {
    let unknown = Judgement::default();
    for (at, (way, plan)) in runs.iter().enumerate() {
        let judgement = if at == 0 { judgement } else { &unknown };
        preview::print(stage, plan, *way, judgement, out)?;
    }
    Ok(Outcome::Clean)
}

fn nothing_to_do(
    way: Way,
    plan: &Plan,
    stage: &Stage,
    terminal: Terminal,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for (migration, reason) in &plan.skipped {
        writeln!(out, "- {migration}  left out: {reason}")?;
    }
    if !terminal.quiet {
        let why = match way {
            Way::Up => "nothing is pending",
            Way::Down => "nothing is applied that this would revert",
        };
        writeln!(out, "nothing to do: {why} on {}", stage.server)?;
    }
    Ok(())
}

/// What speaks against a run is said before anything else, and ends it where it must.
fn judgement_refuses(judgement: &Judgement, args: &RunArgs, terminal: Terminal) -> Result<(), Failure> {
    if args.talk.format == ReportFormat::Text && !terminal.quiet {
        let told: Vec<_> = judgement
            .objections
            .iter()
            .filter(|objection| !objection.stops)
            .cloned()
            .collect();
        objections(&mut io::stderr(), terminal, &told)?;
    }
    Ok(judgement.refuse()?)
}

/// Asks what has to be asked. Migrations behind the first that is declined are taken out of the plan.
fn confirm_run(
    stage: &Stage,
    way: Way,
    plan: &mut Plan,
    judgement: &Judgement,
    args: &RunArgs,
    terminal: Terminal,
) -> Result<(), Failure> {
    if Answers::of(args.talk.yes) == Answers::Yes || plan.migrations.is_empty() {
        return Ok(());
    }
    let verb = match way {
        Way::Up => "apply",
        Way::Down => "revert",
    };
    if !args.talk.require_confirmation && !stage.environment.production {
        return Ok(());
    }
    let outlook = Outlook {
        environment: &stage.environment.name,
        server: &stage.server,
        history: &stage.history,
        plan,
        judgement,
    };
    if !terminal.quiet {
        print_plan(&mut io::stderr(), terminal, &outlook)?;
    }
    if args.talk.require_confirmation {
        let mut confirmed = 0;
        for migration in &plan.migrations {
            let question = format!("{verb} {}?", migration.slug);
            if !confirm::yes_or_no(&question, terminal)? {
                break;
            }
            confirmed += 1;
        }
        if confirmed == 0 {
            let message = "declined: nothing was done";
            return Err(MigrateError::new(ErrorKind::Confirmation, message).into());
        }
        plan.migrations.truncate(confirmed);
    }
    if stage.environment.production {
        let what = format!("{verb} {}", units::migrations(plan.migrations.len()));
        confirm::by_name(&stage.environment.name, &what, terminal)?;
    }
    Ok(())
}

fn carry_out(
    stage: Stage,
    runs: &[(Way, Plan)],
    args: &RunArgs,
    terminal: Terminal,
    out: &mut (impl Write + Send),
) -> Result<Outcome, Failure> {
    match args.talk.format {
        ReportFormat::Json => watched(stage, runs, &Lines::new(out)),
        ReportFormat::Text => {
            let detail = match (terminal.quiet, args.talk.verbose) {
                (true, _) => Detail::Quiet,
                (false, true) => Detail::Verbose,
                (false, false) => Detail::Brief,
            };
            watched(stage, runs, &Text::new(out, terminal, detail))
        }
    }
}

/// Runs with signals heard.
fn watched(stage: Stage, runs: &[(Way, Plan)], observer: &dyn Observer) -> Result<Outcome, Failure> {
    let interrupt = Interrupt::new();
    let signals = Signals::listen(&interrupt);
    let mut migrator = Migrator {
        session: stage.session,
        settings: &stage.settings,
        history: &stage.history,
        observer,
        interrupt: &interrupt,
    };
    let mut is_first = true;
    for (way, plan) in runs {
        let ran = match way {
            _ if is_first => one(&mut migrator, *way, plan),
            _ => {
                let session = &mut migrator.session;
                let judgement = safety::judge_way(session, &stage.project, plan, *way, &stage.settings);
                judgement
                    .and_then(|judgement| judgement.refuse())
                    .and_then(|()| one(&mut migrator, *way, plan))
            }
        };
        is_first = false;
        let failure = match ran {
            Ok(Ran { failure: None, .. }) => continue,
            Ok(Ran {
                failure: Some(failure),
                ..
            })
            | Err(failure) => failure,
        };
        drop(migrator);
        return Err(signals.failure(failure));
    }
    Ok(Outcome::Clean)
}

fn one(migrator: &mut Migrator<'_>, way: Way, plan: &Plan) -> Result<Ran, MigrateError> {
    match way {
        Way::Up => migrator.up(plan),
        Way::Down => migrator.down(plan),
    }
}
